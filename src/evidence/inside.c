/* A disk image that lies in a file of evidence, as the disk of a virtual machine does in its host's: evidence in
 * evidence. It is recognised by what it holds, whatever its name: in the map by the first bytes of a file, which parses
 * nothing, and then, when its turn comes, by opening it. */
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "evidence/inside.h"

enum {
    HEAD = 512,
    SIGNATURE = 0x1fe, /* 0x55 0xaa: ends a boot sector */
    TABLE = 0x1be,
    PARTITION = 16,
    EXT_SUPERBLOCK = 1024,
    ISO_DESCRIPTOR = 32769,
};

static bool has(const uint8_t *head, size_t length, size_t at, const char *magic, size_t magic_length)
{
    return at + magic_length <= length && memcmp(head + at, magic, magic_length) == 0;
}
#define HAS(at, magic) has(head, length, at, magic, sizeof(magic) - 1)

enum disk_format disk_format_of(const uint8_t *head, size_t length)
{
    if (HAS(0, "QFI\xfb"))
        return DISK_QCOW;
    if (HAS(0, "KDMV"))
        return DISK_VMDK;
    if (HAS(0, "vhdxfile") || (length >= HEAD && vhd_footer(head)))
        return DISK_VHD;
    return DISK_RAW;
}

/* A table of partitions: each is used or not, and one at least lies somewhere. */
static bool has_partitions(const uint8_t *head)
{
    unsigned used = 0;
    for (const uint8_t *entry = head + TABLE; entry < head + SIGNATURE; entry += PARTITION) {
        if ((entry[0] & 0x7f) != 0)
            return false;
        used += entry[4] != 0 && load_le32(entry + 8) != 0 && load_le32(entry + 12) != 0;
    }
    return used > 0;
}

bool disk_is_likely(const uint8_t *head, size_t length, uint64_t size)
{
    if (length < HEAD || size < DISK_LEAST || size % HEAD != 0)
        return false;
    if (disk_format_of(head, length) != DISK_RAW)
        return true;
    if (size < DISK_LEAST_RAW)
        return false;
    if (head[SIGNATURE] == 0x55 && head[SIGNATURE + 1] == 0xaa &&
        (has_partitions(head) || head[0] == 0xeb || head[0] == 0xe9))
        return true;
    return HAS(512, "EFI PART") || HAS(EXT_SUPERBLOCK + 56, "\x53\xef") || HAS(EXT_SUPERBLOCK, "H+") ||
           HAS(EXT_SUPERBLOCK, "HX") || HAS(ISO_DESCRIPTOR, "CD001") || HAS(32, "NXSB") || HAS(0, "LUKS\xba\xbe") ||
           (HAS(0, "ER") && HAS(512, "PM"));
}

/* ---- a file of evidence as a medium ---- */

struct file {
    struct medium medium;
    struct sb_file_reader *reader;
};

static int64_t read_file(struct medium *medium, uint64_t offset, void *buffer, size_t length, struct error *error)
{
    return sb_file_read(((struct file *)medium)->reader, offset, buffer, length, error);
}

static void file_extent(struct medium *medium, uint64_t offset, struct sb_extent *extent)
{
    sb_file_extent(((struct file *)medium)->reader, offset, extent);
}

static void close_file(struct medium *medium)
{
    sb_file_close(((struct file *)medium)->reader);
    free(medium);
}

static struct medium *open_file(struct sb_evidence *outer, const struct sb_file_place *place, struct error *error)
{
    struct file *file = calloc(1, sizeof *file);
    if (file == NULL) {
        fail(error, "Memory is short: close other programs and try again.");
        return NULL;
    }
    file->medium = (struct medium){.format = "raw",
                                   .size = place->size,
                                   .sector_size = 512,
                                   .read = read_file,
                                   .extent = file_extent,
                                   .close = close_file};
    file->reader = sb_file_open(outer, place, error);
    if (file->reader != NULL)
        return &file->medium;
    free(file);
    return NULL;
}

struct medium *disk_open(struct sb_evidence *outer, const struct sb_file_place *place, struct error *error)
{
    uint8_t head[HEAD] = {0};
    uint8_t last[HEAD] = {0};
    const char *name = strrchr(place->path, '/');
    name = name == NULL ? place->path : name + 1;
    struct medium *file = open_file(outer, place, error);
    if (file == NULL)
        return NULL;
    if (medium_read(file, 0, head, sizeof head, error) < 0) {
        medium_close(file);
        return NULL;
    }
    if (file->size > HEAD && medium_read(file, file->size - HEAD, last, sizeof last, NULL) != HEAD)
        memset(last, 0, sizeof last);
    switch (disk_format_of(head, sizeof head)) {
    case DISK_QCOW:
        return medium_open_qcow(file, name, error);
    case DISK_VMDK:
        return medium_open_vmdk_within(file, name, error);
    case DISK_VHD:
        return medium_open_vhd_within(file, name, error);
    default: /* a fixed VHD has its only header, a footer, at its end */
        return vhd_footer(last) ? medium_open_vhd_within(file, name, error) : file;
    }
}

/* Tables may lead to the same bytes again and again: a file of a kilobyte would keep readers busy for years. */
bool disk_is_inflated(struct medium *medium, uint64_t most)
{
    enum { STEPS_MAX = 4 << 20 };
    uint64_t data = 0;
    unsigned steps = 0;
    for (uint64_t at = 0; at < medium->size; steps++) {
        struct sb_extent extent;
        medium_extent(medium, at, &extent);
        data += extent.kind == SB_DATA ? extent.length : 0;
        if (data > most || steps == STEPS_MAX)
            return true;
        at += extent.length;
    }
    return false;
}
