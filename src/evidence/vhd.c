/* Virtual PC and Hyper-V disks (VHD: fixed, dynamic, differencing; VHDX) through libvhdi. A differencing disk holds
 * only what changed: its parents are looked for beside it, by the name it records. */
#include <fcntl.h>
#include <libvhdi.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/number.h"
#include "evidence/medium.h"
#include "evidence/segments.h"

enum {
    GENERATIONS_MAX = 16,
    NAME_MAX_BYTES = 4096,
    GUID_SIZE = 16,
    READ_MAX = 64 * 1024 * 1024,
    SECTOR = 512,
    FOOTER_SIZE = 512, /* a copy of it begins the file */
    HEADER_SIZE = 1024,
    BLOCK_SIZE_MAX = 256 * 1024 * 1024,
    BITMAP_MAX = BLOCK_SIZE_MAX / SECTOR / 8,
};

/* One disk of a chain. A differencing VHD has a descriptor and its tables are read here; any other is libvhdi's. */
struct generation {
    libvhdi_file_t *file;
    int descriptor; /* -1: libvhdi reads it */
    uint64_t table; /* of block addresses */
    uint32_t entries;
    uint32_t block_size;
    uint64_t block;      /* whose bitmap is loaded; UINT64_MAX: none */
    uint64_t block_data; /* where its sectors stand in the file; 0: it is not there */
    uint8_t *bitmap;     /* a bit for each sector, most significant first; owned */
};

struct vhd {
    struct medium medium;
    struct generation generation[GENERATIONS_MAX]; /* the disk itself, its parent, the parent's parent, … */
    size_t count;
};

static int load_block(struct generation *generation, uint64_t block)
{
    uint8_t entry[4];
    size_t bitmap_size = generation->block_size / SECTOR / 8;
    uint64_t bitmap_room = (bitmap_size + SECTOR - 1) / SECTOR * SECTOR;
    generation->block = UINT64_MAX;
    generation->block_data = 0;
    if (block < generation->entries) {
        uint64_t at = generation->table + block * sizeof entry;
        if (pread(generation->descriptor, entry, sizeof entry, (off_t)at) != sizeof entry)
            return -1;
        uint64_t sector = load_be32(entry);
        if (sector != UINT32_MAX) {
            if (pread(generation->descriptor, generation->bitmap, bitmap_size, (off_t)(sector * SECTOR)) !=
                (ssize_t)bitmap_size)
                return -1;
            generation->block_data = sector * SECTOR + bitmap_room;
        }
    }
    generation->block = block;
    return 0;
}

/* Where a differencing disk keeps a sector: its offset in the file, 0 if a parent has it, -1 if that cannot be read. */
static int64_t find_sector(struct generation *generation, uint64_t sector)
{
    uint64_t per_block = generation->block_size / SECTOR;
    uint64_t within = sector % per_block;
    if (generation->block != sector / per_block && load_block(generation, sector / per_block) != 0)
        return -1;
    if (generation->block_data == 0 || (generation->bitmap[within / 8] & (0x80 >> (within % 8))) == 0)
        return 0;
    return (int64_t)(generation->block_data + within * SECTOR);
}

/* The youngest generation that holds a sector, and where, if its file is read here. NULL if that cannot be read. */
static struct generation *find_holder(struct vhd *vhd, uint64_t sector, int64_t *place)
{
    *place = 0;
    for (size_t i = 0; i < vhd->count; i++) {
        struct generation *generation = &vhd->generation[i];
        if (generation->descriptor < 0)
            return generation;
        *place = find_sector(generation, sector);
        if (*place != 0)
            return *place < 0 ? NULL : generation;
    }
    return NULL;
}

static int64_t read_vhd(struct medium *medium, uint64_t offset, void *buffer, size_t length, struct error *error)
{
    struct vhd *vhd = (struct vhd *)medium;
    if (length > READ_MAX)
        length = READ_MAX;
    uint64_t sector = offset / SECTOR;
    uint64_t skip = offset % SECTOR;
    int64_t place;
    struct generation *holder = find_holder(vhd, sector, &place);
    ssize_t count = -1;
    if (holder != NULL && vhd->generation[0].descriptor >= 0) {
        /* As many sectors as the same file holds one after the other. */
        uint64_t sectors = 1;
        int64_t next = 0;
        while (sectors * SECTOR - skip < length && find_holder(vhd, sector + sectors, &next) == holder &&
               (place == 0 || next == place + (int64_t)(sectors * SECTOR)))
            sectors++;
        if (length > sectors * SECTOR - skip)
            length = (size_t)(sectors * SECTOR - skip);
    }
    if (holder != NULL && place > 0)
        count = pread(holder->descriptor, buffer, length, (off_t)place + (off_t)skip);
    else if (holder != NULL)
        count = libvhdi_file_read_buffer_at_offset(holder->file, buffer, length, (off64_t)offset, NULL);
    if (count <= 0)
        return fail(error, "The image's data at byte %llu cannot be read: it is damaged or cut off.",
                    (unsigned long long)offset);
    return count;
}

static void close_vhd(struct medium *medium)
{
    struct vhd *vhd = (struct vhd *)medium;
    for (size_t i = 0; i < vhd->count; i++) {
        struct generation *generation = &vhd->generation[i];
        (void)libvhdi_file_close(generation->file, NULL);
        (void)libvhdi_file_free(&generation->file, NULL);
        if (generation->descriptor >= 0)
            close(generation->descriptor);
        free(generation->bitmap);
    }
    free(vhd);
}

/* Where the parent of a differencing disk should stand: beside the child, under the last part of the recorded path. */
static int parent_path(libvhdi_file_t *file, const char *child, char **out, struct error *error)
{
    uint8_t recorded[NAME_MAX_BYTES] = "";
    size_t size = 0;
    if (libvhdi_file_get_utf8_parent_filename_size(file, &size, NULL) != 1 || size < 2 || size > sizeof recorded ||
        libvhdi_file_get_utf8_parent_filename(file, recorded, size, NULL) != 1)
        return fail(error, "%s is a differencing disk but does not name its parent: merge it with its parent first.",
                    path_name(child));
    recorded[sizeof recorded - 1] = '\0';
    char *name = (char *)recorded;
    for (char *at = name; *at != '\0'; at++)
        if (*at == '/' || *at == '\\')
            name = at + 1;
    int folder = (int)(path_name(child) - child);
    if (name[0] == '\0' || asprintf(out, "%.*s%s", folder, child, name) < 0)
        return fail(error, "%s names no parent that could be found.", path_name(child));
    return 0;
}

static int open_generation(struct vhd *vhd, const char *path, const char *child, struct error *error)
{
    libvhdi_file_t *file = NULL;
    if (libvhdi_file_initialize(&file, NULL) != 1)
        return fail(error, "Memory is short: close other programs and try again.");
    if (libvhdi_file_open(file, path, LIBVHDI_OPEN_READ, NULL) != 1) {
        (void)libvhdi_file_free(&file, NULL);
        if (child != NULL)
            return fail(error, "%s is a differencing disk: put its parent %s beside it and try again.",
                        path_name(child), path_name(path));
        return fail(error, "%s is damaged or cut off: libvhdi cannot open it. Copy it again.", path_name(path));
    }
    vhd->generation[vhd->count++] = (struct generation){.file = file, .descriptor = -1, .block = UINT64_MAX};
    return 0;
}

/* Takes the reading of a differencing VHD over from libvhdi; a VHDX stays with it. */
static int read_tables(struct generation *generation, const char *path, struct error *error)
{
    uint8_t footer[FOOTER_SIZE];
    uint8_t header[HEADER_SIZE];
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    bool differencing =
        descriptor >= 0 && pread(descriptor, footer, sizeof footer, 0) == (ssize_t)sizeof footer &&
        load_be64(footer + 16) <= INT64_MAX / 2 &&
        pread(descriptor, header, sizeof header, (off_t)load_be64(footer + 16)) == (ssize_t)sizeof header &&
        memcmp(header, "cxsparse", 8) == 0;
    if (!differencing) {
        if (descriptor >= 0)
            close(descriptor);
        return 0;
    }
    generation->descriptor = descriptor;
    generation->table = load_be64(header + 16);
    generation->entries = load_be32(header + 28);
    generation->block_size = load_be32(header + 32);
    generation->bitmap = calloc(1, BITMAP_MAX);
    if (generation->bitmap == NULL)
        return fail(error, "Memory is short: close other programs and try again.");
    if (generation->block_size < SECTOR * 8 || generation->block_size > BLOCK_SIZE_MAX ||
        generation->block_size % (SECTOR * 8) != 0 || generation->table > INT64_MAX / 2)
        return fail(error, "%s is damaged: its blocks have an impossible size. Copy it again.", path_name(path));
    return 0;
}

static int link_parent(struct generation *child, struct generation *parent, const char *path, struct error *error)
{
    uint8_t wanted[GUID_SIZE];
    uint8_t found[GUID_SIZE];
    if (libvhdi_file_get_parent_identifier(child->file, wanted, sizeof wanted, NULL) != 1 ||
        libvhdi_file_get_identifier(parent->file, found, sizeof found, NULL) != 1 ||
        memcmp(wanted, found, sizeof wanted) != 0 || libvhdi_file_set_parent_file(child->file, parent->file, NULL) != 1)
        return fail(error, "%s is not the disk that the differencing disk was made from: find the right parent.",
                    path_name(path));
    return 0;
}

static int open_chain(struct vhd *vhd, const char *path, struct error *error)
{
    char *current = strdup(path);
    int result = current == NULL ? fail(error, "Memory is short: close other programs and try again.")
                                 : open_generation(vhd, path, NULL, error);
    uint32_t type = 0;
    while (result == 0 && libvhdi_file_get_disk_type(vhd->generation[vhd->count - 1].file, &type, NULL) == 1 &&
           type == LIBVHDI_DISK_TYPE_DIFFERENTIAL) {
        char *parent = NULL;
        struct generation *child = &vhd->generation[vhd->count - 1];
        if (vhd->count == GENERATIONS_MAX)
            result = fail(error, "%s has more than %d generations of parents: merge them first.", path_name(path),
                          GENERATIONS_MAX - 1);
        else if ((result = read_tables(child, current, error)) == 0 &&
                 (result = parent_path(child->file, current, &parent, error)) == 0 &&
                 (result = open_generation(vhd, parent, current, error)) == 0)
            result = link_parent(child, child + 1, parent, error);
        free(current);
        current = parent;
    }
    free(current);
    return result;
}

struct medium *medium_open_vhd(const char *path, struct error *error)
{
    struct vhd *vhd = calloc(1, sizeof *vhd);
    if (vhd == NULL) {
        fail(error, "Memory is short: close other programs and try again.");
        return NULL;
    }
    vhd->medium = (struct medium){.format = "vhd", .sector_size = 512, .read = read_vhd, .close = close_vhd};
    size64_t size = 0;
    int result = open_chain(vhd, path, error);
    if (result == 0 &&
        (libvhdi_file_get_media_size(vhd->generation[0].file, &size, NULL) != 1 || size == 0 || size > INT64_MAX))
        result = fail(error, "%s does not tell the size of its disk: the image is damaged.", path_name(path));
    if (result != 0) {
        close_vhd(&vhd->medium);
        return NULL;
    }
    vhd->medium.size = size;
    return &vhd->medium;
}
