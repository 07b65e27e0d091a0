/* See vmdk_grains.h. After VMware's "Virtual Disk Format" 5.0: two levels of tables lead to grains; an entry of 0 leads
 * to none. libvmdk does not tell which these are, and a disk of which little was ever written would seem to claim far
 * more bytes than its file has. What these tables say decides only how much is read, never what. */
#include "evidence/vmdk_grains.h"

#include <stdlib.h>
#include <string.h>

#include "base/number.h"

enum { SECTOR = 512, HEADER = 79, FOOTER_FROM_END = 2 * SECTOR, ENTRY = 4 };
enum { TABLE_ENTRIES_MAX = 65536, GRAIN_SECTORS_MIN = 8, GRAIN_SECTORS_MAX = 1 << 20 };
enum { FLAG_ZERO_GRAINS = 4, ZERO_GRAIN = 1 }; /* flagged: an entry of 1 is zeros too */

struct vmdk_grains {
    struct medium *file;
    uint64_t grain;     /* bytes */
    uint64_t tables;    /* how many there are */
    uint64_t directory; /* where it stands in the file, in bytes */
    uint32_t entries;   /* of a table */
    bool zero_grains;
    uint64_t loaded; /* the table that is in memory; UINT64_MAX: none */
    bool absent;     /* and it stands nowhere */
    uint8_t *table;
};

static bool read_exactly(const struct vmdk_grains *grains, uint64_t at, void *buffer, size_t length)
{
    return at < grains->file->size && length <= grains->file->size - at &&
           medium_read(grains->file, at, buffer, length, NULL) == (int64_t)length;
}

/* Where a stream was written, the directory comes last, and its place stands in a copy of the header behind it. */
static bool read_header(struct vmdk_grains *grains)
{
    enum { AT_FLAGS = 8, AT_CAPACITY = 12, AT_GRAIN = 20, AT_ENTRIES = 44, AT_DIRECTORY = 56 };
    uint8_t header[HEADER];
    if (!read_exactly(grains, 0, header, sizeof header) || memcmp(header, "KDMV", 4) != 0)
        return false;
    if (load_le64(header + AT_DIRECTORY) == UINT64_MAX &&
        (grains->file->size < FOOTER_FROM_END ||
         !read_exactly(grains, grains->file->size - FOOTER_FROM_END, header, sizeof header) ||
         memcmp(header, "KDMV", 4) != 0))
        return false;
    uint64_t sectors = load_le64(header + AT_GRAIN);
    uint64_t size;
    grains->entries = load_le32(header + AT_ENTRIES);
    grains->zero_grains = (load_le32(header + AT_FLAGS) & FLAG_ZERO_GRAINS) != 0;
    if (sectors < GRAIN_SECTORS_MIN || sectors > GRAIN_SECTORS_MAX || grains->entries == 0 ||
        grains->entries > TABLE_ENTRIES_MAX || __builtin_mul_overflow(load_le64(header + AT_CAPACITY), SECTOR, &size) ||
        __builtin_mul_overflow(load_le64(header + AT_DIRECTORY), SECTOR, &grains->directory))
        return false;
    grains->grain = sectors * SECTOR;
    uint64_t covered = grains->grain * grains->entries;
    grains->tables = size / covered + (size % covered > 0);
    return true;
}

struct vmdk_grains *vmdk_grains_open(struct medium *file)
{
    struct vmdk_grains *grains = calloc(1, sizeof *grains);
    if (grains == NULL)
        return NULL;
    grains->file = file;
    grains->loaded = UINT64_MAX;
    if (read_header(grains))
        grains->table = malloc((size_t)grains->entries * ENTRY);
    if (grains->table != NULL)
        return grains;
    free(grains);
    return NULL;
}

/* Brings a table into memory. False if it cannot be read. */
static bool load_table(struct vmdk_grains *grains, uint64_t table)
{
    if (grains->loaded == table)
        return true;
    uint8_t place[ENTRY];
    uint64_t at;
    grains->loaded = UINT64_MAX;
    if (table >= grains->tables || __builtin_add_overflow(grains->directory, table * ENTRY, &at) ||
        !read_exactly(grains, at, place, sizeof place))
        return false;
    uint64_t sector = load_le32(place);
    grains->absent = sector == 0;
    if (!grains->absent && !read_exactly(grains, sector * SECTOR, grains->table, (size_t)grains->entries * ENTRY))
        return false;
    grains->loaded = table;
    return true;
}

static enum sb_extent_kind kind_of(const struct vmdk_grains *grains, uint64_t entry)
{
    uint32_t sector = grains->absent ? 0 : load_le32(grains->table + entry * ENTRY);
    return sector == 0 || (sector == ZERO_GRAIN && grains->zero_grains) ? SB_ZEROS : SB_DATA;
}

void vmdk_grains_extent(struct vmdk_grains *grains, uint64_t offset, struct sb_extent *extent)
{
    uint64_t first = offset / grains->grain;
    uint64_t table = first / grains->entries;
    uint64_t entry = first % grains->entries;
    uint64_t last = entry + 1;
    if (!load_table(grains, table)) {
        extent->kind = SB_DATA; /* the library may know better */
        last = grains->entries;
    } else {
        extent->kind = kind_of(grains, entry);
        while (last < grains->entries && kind_of(grains, last) == extent->kind)
            last++;
    }
    extent->length = (table * grains->entries + last) * grains->grain - offset;
}

void vmdk_grains_close(struct vmdk_grains *grains)
{
    if (grains == NULL)
        return;
    free(grains->table);
    free(grains);
}
