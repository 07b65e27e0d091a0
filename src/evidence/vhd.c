/* Virtual PC and Hyper-V disks (VHD: fixed, dynamic, differencing; VHDX) through libvhdi. A differencing disk holds
 * only what changed: its parents are looked for beside it, by the name it records. */
#include <libvhdi.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "evidence/handle.h"
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
    PARENT_NAME = 64, /* in the header: UTF-16BE, 512 bytes */
    PARENT_NAME_SIZE = 512,
    BLOCK_SIZE_MAX = 256 * 1024 * 1024,
    BITMAP_MAX = BLOCK_SIZE_MAX / SECTOR / 8,
};

/* One disk of a chain. The tables of a differencing VHD are read here, and those of a dynamic one that libvhdi refuses,
 * as it does when the footer at its end is cut off or damaged: the copy that begins the file says the same. */
struct generation {
    libvhdi_file_t *file;                             /* NULL: refused */
    struct medium *tables;                            /* what its tables are read from, owned; NULL: libvhdi reads it */
    uint8_t footer[FOOTER_SIZE], header[HEADER_SIZE]; /* of a disk whose tables are read here */
    uint64_t table;                                   /* of block addresses */
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
    struct medium *within; /* what a disk inside evidence lies in, owned; NULL: a file of its own */
    libbfio_handle_t *handle;
};

static bool read_at(const struct generation *generation, uint64_t at, void *buffer, size_t length)
{
    return medium_read(generation->tables, at, buffer, length, NULL) == (int64_t)length;
}

static int load_block(struct generation *generation, uint64_t block)
{
    uint8_t entry[4];
    size_t bitmap_size = generation->block_size / SECTOR / 8;
    uint64_t bitmap_room = (bitmap_size + SECTOR - 1) / SECTOR * SECTOR;
    generation->block = UINT64_MAX;
    generation->block_data = 0;
    if (block < generation->entries) {
        uint64_t at = generation->table + block * sizeof entry;
        if (!read_at(generation, at, entry, sizeof entry))
            return -1;
        uint64_t sector = load_be32(entry);
        if (sector != UINT32_MAX) {
            if (!read_at(generation, sector * SECTOR, generation->bitmap, bitmap_size))
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

/* The youngest generation that holds a sector, and where, if its file is read here (0: nobody does, it is zeros). NULL
 * if that cannot be read. */
static struct generation *find_holder(struct vhd *vhd, uint64_t sector, int64_t *place)
{
    *place = 0;
    for (size_t i = 0; i < vhd->count; i++) {
        struct generation *generation = &vhd->generation[i];
        if (generation->tables == NULL)
            return generation;
        *place = find_sector(generation, sector);
        if (*place != 0)
            return *place < 0 ? NULL : generation;
    }
    return &vhd->generation[vhd->count - 1];
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
    int64_t count = -1;
    if (holder != NULL && vhd->generation[0].tables != NULL) {
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
        count = medium_read(holder->tables, (uint64_t)place + skip, buffer, length, NULL);
    else if (holder != NULL && holder->file == NULL)
        count = (int64_t)(memset(buffer, 0, length), length);
    else if (holder != NULL)
        count = libvhdi_file_read_buffer_at_offset(holder->file, buffer, length, (off64_t)offset, NULL);
    if (count <= 0)
        return fail(error, "The image's data at byte %llu cannot be read: it is damaged or cut off.",
                    (unsigned long long)offset);
    return count;
}

/* Of a disk without a parent whose tables are read here: blocks that were never written, and blocks that were cut off.
 */
static void vhd_extent(struct medium *medium, uint64_t offset, struct sb_extent *extent)
{
    struct vhd *vhd = (struct vhd *)medium;
    struct generation *generation = &vhd->generation[0];
    if (generation->tables == NULL || vhd->count != 1)
        return;
    uint64_t block = offset / generation->block_size;
    uint64_t end = (block + 1) * generation->block_size;
    uint8_t entry[4];
    bool known = block < generation->entries && read_at(generation, generation->table + block * 4, entry, sizeof entry);
    uint64_t place = known ? (uint64_t)load_be32(entry) * SECTOR : UINT64_MAX;
    extent->length = end - offset;
    if (!known || (load_be32(entry) != UINT32_MAX && place >= generation->tables->size)) {
        extent->kind = SB_LOST;
        extent->reason = "The image is cut off or damaged: copy it again.";
    } else if (load_be32(entry) == UINT32_MAX) {
        extent->kind = SB_ZEROS;
    }
}

static int compare_sectors(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a;
    uint32_t right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

/* What lies between the blocks of a disk without a parent whose tables are read here. */
static int vhd_unused(struct medium *medium, int (*each)(void *context, uint64_t start, uint64_t length), void *context,
                      struct error *error)
{
    struct vhd *vhd = (struct vhd *)medium;
    const struct generation *generation = &vhd->generation[0];
    if (generation->tables == NULL || vhd->count != 1)
        return 0;
    uint64_t count = (medium->size - 1) / generation->block_size + 1;
    uint64_t size = generation->tables->size;
    count = count < generation->entries ? count : generation->entries;
    uint8_t *table = malloc((size_t)count * sizeof(uint32_t) + 1);
    uint32_t *blocks = malloc(((size_t)count + 1) * sizeof *blocks);
    bool known = table != NULL && blocks != NULL && read_at(generation, generation->table, table, count * 4);
    for (size_t i = 0; known && i < count; i++)
        blocks[i] = load_be32(table + 4 * i);
    free(table);
    if (!known) {
        free(blocks);
        return fail(error, "What no table leads to is not searched: the table of blocks cannot be read.");
    }
    qsort(blocks, count, sizeof *blocks, compare_sectors);
    uint64_t bitmap = (generation->block_size / SECTOR / 8 + SECTOR - 1) / SECTOR * SECTOR;
    uint64_t at = 0;
    int result = 0;
    for (size_t i = 0; i <= count && result == 0; i++) {
        uint64_t next = i < count && blocks[i] != UINT32_MAX ? (uint64_t)blocks[i] * SECTOR : size;
        next = next < size ? next : size;
        if (at < next)
            result = each(context, at, next - at);
        at = next + bitmap + generation->block_size > at ? next + bitmap + generation->block_size : at;
    }
    free(blocks);
    return result;
}

static void close_vhd(struct medium *medium)
{
    struct vhd *vhd = (struct vhd *)medium;
    for (size_t i = 0; i < vhd->count; i++) {
        struct generation *generation = &vhd->generation[i];
        if (generation->file != NULL) {
            (void)libvhdi_file_close(generation->file, NULL);
            (void)libvhdi_file_free(&generation->file, NULL);
        }
        medium_close(generation->tables);
        free(generation->bitmap);
    }
    (void)libbfio_handle_free(&vhd->handle, NULL);
    medium_close(vhd->within);
    free(vhd);
}

/* The parent's recorded name, of a disk that libvhdi refused; only its ASCII is told, others' files are not found. */
static void name_in_header(const struct generation *generation, char *out)
{
    const uint8_t *name = generation->header + PARENT_NAME;
    for (size_t i = 0; i + 1 < PARENT_NAME_SIZE && load_be16(name + i) != 0; i += 2)
        *out++ = load_be16(name + i) < 0x80 ? (char)name[i + 1] : '?';
    *out = '\0';
}

/* Where the parent of a differencing disk should stand: beside the child, under the last part of the recorded path. */
static int parent_path(const struct generation *generation, const char *child, char **out, struct error *error)
{
    uint8_t recorded[NAME_MAX_BYTES] = "";
    size_t size = 0;
    if (generation->file == NULL)
        name_in_header(generation, (char *)recorded);
    else if (libvhdi_file_get_utf8_parent_filename_size(generation->file, &size, NULL) != 1 || size < 2 ||
             size > sizeof recorded ||
             libvhdi_file_get_utf8_parent_filename(generation->file, recorded, size, NULL) != 1)
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

/* The footer's checksum is the ones' complement of the sum of its bytes without the checksum itself. A disk whose last
 * sector merely begins with the magic is no VHD. */
bool vhd_footer(const uint8_t *sector)
{
    enum { CHECKSUM = 64 };
    if (memcmp(sector, "conectix", 8) != 0)
        return false;
    uint32_t sum = 0;
    for (size_t i = 0; i < FOOTER_SIZE; i++)
        sum += i >= CHECKSUM && i < CHECKSUM + 4 ? 0 : sector[i];
    return load_be32(sector + CHECKSUM) == ~sum;
}

/* Takes the file over for its tables to be read here, if it has any: 1; 0 if not; or -1 with a sentence. */
static int read_tables(struct generation *generation, struct medium *file, const char *name, struct error *error)
{
    uint8_t *footer = generation->footer;
    bool found = medium_read(file, 0, footer, FOOTER_SIZE, NULL) == FOOTER_SIZE;
    if (found && !vhd_footer(footer)) /* the copy is damaged: the footer itself may not be */
        found = file->size > FOOTER_SIZE &&
                medium_read(file, file->size - FOOTER_SIZE, footer, FOOTER_SIZE, NULL) == FOOTER_SIZE &&
                vhd_footer(footer);
    found = found && load_be64(footer + 16) <= INT64_MAX / 2 &&
            medium_read(file, load_be64(footer + 16), generation->header, HEADER_SIZE, NULL) == HEADER_SIZE &&
            memcmp(generation->header, "cxsparse", 8) == 0;
    if (!found)
        return 0;
    generation->tables = file;
    generation->table = load_be64(generation->header + 16);
    generation->entries = load_be32(generation->header + 28);
    generation->block_size = load_be32(generation->header + 32);
    generation->bitmap = calloc(1, BITMAP_MAX);
    if (generation->bitmap == NULL)
        return fail(error, "Memory is short: close other programs and try again.");
    if (generation->block_size < SECTOR * 8 || generation->block_size > BLOCK_SIZE_MAX ||
        generation->block_size % (SECTOR * 8) != 0 || generation->table > INT64_MAX / 2)
        return fail(error, "%s is damaged: its blocks have an impossible size. Copy it again.", name);
    return 1;
}

static int read_tables_of(struct generation *generation, const char *path, struct error *error)
{
    struct medium *file = medium_open_raw(&path, 1, NULL);
    int found = file == NULL ? 0 : read_tables(generation, file, path_name(path), error);
    if (generation->tables != file)
        medium_close(file);
    return found;
}

static uint32_t type_of(const struct generation *generation)
{
    uint32_t type = 0;
    if (generation->file == NULL)
        return load_be32(generation->footer + 60);
    return libvhdi_file_get_disk_type(generation->file, &type, NULL) == 1 ? type : 0;
}

/* Opens a disk and adds it to the chain. */
static int open_generation(struct vhd *vhd, const char *path, const char *child, struct error *error)
{
    struct generation *generation = &vhd->generation[vhd->count++];
    *generation = (struct generation){.block = UINT64_MAX};
    if (libvhdi_file_initialize(&generation->file, NULL) != 1)
        return fail(error, "Memory is short: close other programs and try again.");
    if (libvhdi_file_open(generation->file, path, LIBVHDI_OPEN_READ, NULL) != 1) {
        (void)libvhdi_file_free(&generation->file, NULL);
        generation->file = NULL;
        int found = read_tables_of(generation, path, error);
        if (found != 0)
            return found < 0 ? -1 : 0;
        if (child != NULL)
            return fail(error, "%s is a differencing disk: put its parent %s beside it and try again.",
                        path_name(child), path_name(path));
        return fail(error, "%s is damaged or cut off: libvhdi cannot open it. Copy it again.", path_name(path));
    }
    /* A differencing VHD's tables are read here, a VHDX stays with libvhdi. */
    return type_of(generation) == LIBVHDI_DISK_TYPE_DIFFERENTIAL && read_tables_of(generation, path, error) < 0 ? -1
                                                                                                                : 0;
}

static int link_parent(struct generation *child, struct generation *parent, const char *path, struct error *error)
{
    uint8_t wanted[GUID_SIZE];
    uint8_t found[GUID_SIZE];
    bool told = true;
    if (child->file == NULL)
        memcpy(wanted, child->header + 40, GUID_SIZE);
    else
        told = libvhdi_file_get_parent_identifier(child->file, wanted, sizeof wanted, NULL) == 1;
    if (parent->file == NULL)
        memcpy(found, parent->footer + 68, GUID_SIZE);
    else
        told = told && libvhdi_file_get_identifier(parent->file, found, sizeof found, NULL) == 1;
    /* libvhdi needs to know the parent only of what it reads itself. */
    bool linked = child->tables != NULL || parent->file == NULL ||
                  (told && libvhdi_file_set_parent_file(child->file, parent->file, NULL) == 1);
    if (!told || !linked || memcmp(wanted, found, sizeof wanted) != 0)
        return fail(error, "%s is not the disk that the differencing disk was made from: find the right parent.",
                    path_name(path));
    return 0;
}

static int open_chain(struct vhd *vhd, const char *path, struct error *error)
{
    char *current = strdup(path);
    int result = current == NULL ? fail(error, "Memory is short: close other programs and try again.")
                                 : open_generation(vhd, path, NULL, error);
    while (result == 0 && type_of(&vhd->generation[vhd->count - 1]) == LIBVHDI_DISK_TYPE_DIFFERENTIAL) {
        char *parent = NULL;
        struct generation *child = &vhd->generation[vhd->count - 1];
        if (vhd->count == GENERATIONS_MAX)
            result = fail(error, "%s has more than %d generations of parents: merge them first.", path_name(path),
                          GENERATIONS_MAX - 1);
        else if ((result = parent_path(child, current, &parent, error)) == 0 &&
                 (result = open_generation(vhd, parent, current, error)) == 0)
            result = link_parent(child, child + 1, parent, error);
        free(current);
        current = parent;
    }
    free(current);
    return result;
}

/* A disk that lies in a file of evidence stands alone: nobody looks for its parents there. */
static int open_within(struct vhd *vhd, struct medium *file, const char *name, struct error *error)
{
    struct generation *generation = &vhd->generation[vhd->count++];
    *generation = (struct generation){.block = UINT64_MAX};
    vhd->within = file;
    int found = read_tables(generation, file, name, error);
    if (found != 0)
        vhd->within = NULL; /* its tables' now */
    else if ((vhd->handle = handle_of_medium(file)) == NULL || libvhdi_file_initialize(&generation->file, NULL) != 1)
        found = fail(error, "Memory is short: close other programs and try again.");
    else if (libvhdi_file_open_file_io_handle(generation->file, vhd->handle, LIBVHDI_OPEN_READ, NULL) != 1)
        found = fail(error, "%s is damaged or cut off: libvhdi cannot open it.", name);
    if (found >= 0 && type_of(generation) == LIBVHDI_DISK_TYPE_DIFFERENTIAL)
        found = fail(error, "%s is only the changes to another disk: merge it with its parent first.", name);
    return found < 0 ? -1 : 0;
}

static struct vhd *new_vhd(struct error *error)
{
    struct vhd *vhd = calloc(1, sizeof *vhd);
    if (vhd == NULL)
        fail(error, "Memory is short: close other programs and try again.");
    else
        vhd->medium = (struct medium){.format = "vhd",
                                      .sector_size = 512,
                                      .read = read_vhd,
                                      .extent = vhd_extent,
                                      .unused = vhd_unused,
                                      .close = close_vhd};
    return vhd;
}

/* Of a disk that could be opened (result 0); else it is closed. */
static struct medium *finish_opening(struct vhd *vhd, int result, const char *name, struct error *error)
{
    size64_t size = 0;
    const struct generation *disk = &vhd->generation[0];
    if (result == 0 && disk->file == NULL)
        size = load_be64(disk->footer + 48);
    else if (result == 0 && libvhdi_file_get_media_size(disk->file, &size, NULL) != 1)
        size = 0;
    if (result == 0 && (size == 0 || size > INT64_MAX))
        result = fail(error, "%s does not tell the size of its disk: the image is damaged.", name);
    if (result != 0) {
        close_vhd(&vhd->medium);
        return NULL;
    }
    vhd->medium.size = size;
    return &vhd->medium;
}

struct medium *medium_open_vhd(const char *path, struct error *error)
{
    struct vhd *vhd = new_vhd(error);
    return vhd == NULL ? NULL : finish_opening(vhd, open_chain(vhd, path, error), path_name(path), error);
}

struct medium *medium_open_vhd_within(struct medium *file, const char *name, struct error *error)
{
    struct vhd *vhd = new_vhd(error);
    if (vhd != NULL)
        return finish_opening(vhd, open_within(vhd, file, name, error), name, error);
    medium_close(file);
    return NULL;
}
