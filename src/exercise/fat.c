/* FAT16 and FAT32 through mtools; fragments by marking every other free cluster as used while files are copied
 * (Microsoft's FAT specification, 1.03). */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/number.h"
#include "exercise/tool.h"
#include "exercise/volume.h"

enum { SECTOR = 512, FAT16_MOST = 65524, ARGUMENTS = 512 };

static int make(const struct volume *volume, struct error *error)
{
    char sectors[24], per_cluster[16], hidden[24], serial[16];
    (void)snprintf(sectors, sizeof sectors, "%" PRIu64, volume->size / SECTOR);
    (void)snprintf(per_cluster, sizeof per_cluster, "%u", volume->cluster / SECTOR);
    (void)snprintf(hidden, sizeof hidden, "%" PRIu64, volume->start / SECTOR);
    (void)snprintf(serial, sizeof serial, "%08x", (unsigned)(volume->seed & 0x7fffffff));
    bool wide = volume->size / volume->cluster > FAT16_MOST;
    const char *const argv[] = {"mformat",
                                "-i",
                                volume->image,
                                "-c",
                                per_cluster,
                                "-T",
                                sectors,
                                "-h",
                                "255",
                                "-s",
                                "63",
                                "-H",
                                hidden,
                                "-N",
                                serial,
                                wide ? "-F" : "::",
                                wide ? "::" : NULL,
                                NULL};
    /* mformat adds a partition table that claims more sectors than there are */
    static const uint8_t no_table[64] = {0};
    if (tool_run(argv, NULL, NULL, error) != 0 || patch(volume->image, 446, no_table, sizeof no_table, error) != 0)
        return -1;
    char(*names)[32] = calloc(FIXED_FOLDERS + volume->folders, sizeof *names);
    const char **folders = calloc(FIXED_FOLDERS + volume->folders + 4, sizeof *folders);
    int result = names == NULL || folders == NULL ? fail(error, "memory is short") : 0;
    if (result == 0) {
        folders[0] = "mmd";
        folders[1] = "-i";
        folders[2] = volume->image;
        for (unsigned i = 0; i < FIXED_FOLDERS + volume->folders; i++) {
            if (i < FIXED_FOLDERS)
                (void)snprintf(names[i], sizeof *names, "::%s", fixed_folders[i]);
            else
                (void)snprintf(names[i], sizeof *names, "::/system/%03u", i - FIXED_FOLDERS);
            folders[3 + i] = names[i];
        }
        result = tool_run(folders, NULL, NULL, error);
    }
    free(names);
    free(folders);
    return result;
}

/* ---- the file allocation table itself ---- */

struct clusters {
    uint8_t *data; /* the whole volume, mapped */
    uint64_t size;
    uint64_t fat, fat_size, first; /* bytes: where the tables begin, the size of one, where cluster 2 begins */
    unsigned copies, width, cluster;
    uint32_t count; /* clusters are numbered 2 to count + 1 */
};

static int open_table(struct clusters *table, const struct volume *volume, struct error *error)
{
    int file = open(volume->image, O_RDWR | O_CLOEXEC);
    uint8_t *data = file < 0 ? MAP_FAILED : mmap(NULL, volume->size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (file >= 0)
        (void)close(file);
    if (data == MAP_FAILED)
        return fail(error, "cannot map %s", volume->image);
    uint32_t sectors = load_le16(data + 22) != 0 ? load_le16(data + 22) : load_le32(data + 36);
    *table = (struct clusters){.data = data, .size = volume->size, .copies = data[16], .cluster = volume->cluster};
    table->fat = (uint64_t)load_le16(data + 14) * SECTOR;
    table->fat_size = (uint64_t)sectors * SECTOR;
    table->first = table->fat + table->copies * table->fat_size + (uint64_t)load_le16(data + 17) * 32;
    table->count = (uint32_t)((table->size - table->first) / table->cluster);
    table->width = table->count > FAT16_MOST ? 4 : 2;
    return 0;
}

static void close_table(struct clusters *table)
{
    (void)munmap(table->data, table->size);
}

static bool is_free(const struct clusters *table, uint32_t cluster)
{
    const uint8_t *entry = table->data + table->fat + (uint64_t)cluster * table->width;
    return table->width == 4 ? (load_le32(entry) & 0x0fffffff) == 0 : load_le16(entry) == 0;
}

static void mark(struct clusters *table, uint32_t cluster, bool used)
{
    static const uint8_t bad[4] = {0xf7, 0xff, 0xff, 0x0f}, none[4] = {0};
    for (unsigned copy = 0; copy < table->copies; copy++)
        memcpy(table->data + table->fat + copy * table->fat_size + (uint64_t)cluster * table->width, used ? bad : none,
               table->width);
}

/* Marks every other free cluster (`held` gets which), or gives them back. */
static int hold(const struct volume *volume, uint8_t **held, bool on, struct error *error)
{
    struct clusters table;
    if (open_table(&table, volume, error) != 0)
        return -1;
    if (on)
        *held = calloc(table.count + 2, 1);
    for (uint32_t cluster = 2, seen = 0; *held != NULL && cluster < table.count + 2; cluster++) {
        if (on && is_free(&table, cluster) && seen++ % 2 == 0)
            (*held)[cluster] = 1;
        if ((*held)[cluster] != 0)
            mark(&table, cluster, on);
    }
    close_table(&table);
    return *held == NULL ? fail(error, "memory is short") : 0;
}

/* Copies the files of one folder in one go: mtools names a copy as its source, so each stands in a folder of links. */
static int copy_folder(const struct volume *volume, const struct volume_file *files, size_t count, size_t folder,
                       struct error *error)
{
    char links[4096], target[128];
    const char *argv[ARGUMENTS + 8] = {"mcopy", "-i", volume->image};
    size_t arguments = 3;
    int result = 0;
    (void)snprintf(links, sizeof links, "%s/links", volume->staging);
    (void)snprintf(target, sizeof target, "::%.*s/", (int)folder, files[0].path);
    (void)mkdir(links, 0755);
    for (size_t i = 0; i < count && result == 0; i++) {
        char *link = NULL;
        if (asprintf(&link, "%s%s", links, files[i].path + folder) < 0)
            return fail(error, "memory is short");
        (void)unlink(link);
        if (symlink(files[i].source, link) != 0)
            result = fail(error, "cannot make a link in %s", links);
        argv[arguments++] = link;
    }
    argv[arguments] = target;
    if (result == 0)
        result = tool_run(argv, NULL, NULL, error);
    for (size_t i = 3; i < arguments; i++) {
        char *link = (char *)(uintptr_t)argv[i];
        (void)unlink(link);
        free(link);
    }
    return result;
}

static int add(const struct volume *volume, const struct volume_file *files, size_t count, enum add_manner manner,
               struct error *error)
{
    uint8_t *held = NULL;
    int result = manner == ADD_FRAGMENTED ? hold(volume, &held, true, error) : 0;
    for (size_t begin = 0, end; begin < count && result == 0; begin = end) {
        size_t folder = (size_t)(strrchr(files[begin].path, '/') - files[begin].path);
        for (end = begin + 1; end < count && end - begin < ARGUMENTS; end++)
            if ((size_t)(strrchr(files[end].path, '/') - files[end].path) != folder ||
                memcmp(files[end].path, files[begin].path, folder) != 0)
                break;
        result = copy_folder(volume, files + begin, end - begin, folder, error);
    }
    if (held != NULL && hold(volume, &held, false, error) != 0)
        result = -1;
    free(held);
    return result;
}

static int remove_files(const struct volume *volume, const struct volume_file *files, size_t count, struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        char name[512];
        (void)snprintf(name, sizeof name, "::%s", files[i].path);
        const char *const argv[] = {"mdel", "-i", volume->image, name, NULL};
        if (tool_run(argv, NULL, NULL, error) != 0)
            return -1;
    }
    return 0;
}

static int find_free(const struct volume *volume, uint64_t length, uint64_t after, uint64_t *offset,
                     struct error *error)
{
    struct clusters table;
    if (open_table(&table, volume, error) != 0)
        return -1;
    uint64_t need = (length + table.cluster - 1) / table.cluster, run = 0;
    uint32_t cluster =
        after <= table.first ? 2 : (uint32_t)((after - table.first + table.cluster - 1) / table.cluster) + 2;
    for (; cluster < table.count + 2 && run < need; cluster++)
        run = is_free(&table, cluster) ? run + 1 : 0;
    *offset = table.first + (cluster - 2 - run) * (uint64_t)table.cluster;
    close_table(&table);
    return run == need ? 0 : fail(error, "no %" PRIu64 " free clusters side by side in %s", need, volume->image);
}

const struct volume_tool fat_tool = {make, add, remove_files, find_free, NULL};
