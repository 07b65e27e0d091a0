/* QEMU disks (QCOW2, versions 2 and 3) through libqcow. What libqcow would misread is refused before: a backing file,
 * encryption, and the incompatible features of version 3. One thing it misreads is mended here: clusters that version 3
 * flags as zeros, where libqcow shows what stood there before (QEMU's docs/interop/qcow2.txt). */
#include <fcntl.h>
#include <libqcow.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/number.h"
#include "evidence/medium.h"
#include "evidence/segments.h"

enum {
    HEADER_SIZE = 80,
    READ_MAX = 64 * 1024 * 1024,
    FEATURE_DIRTY = 1, /* only reference counts may be stale: reading does not need them */
};

/* Parts of the entries of both tables. */
static const uint64_t TABLE_OFFSET = UINT64_C(0x00fffffffffffe00);
static const uint64_t COMPRESSED = UINT64_C(1) << 62;
static const uint64_t ZEROS = 1;

struct qcow {
    struct medium medium;
    libqcow_file_t *file;
    int descriptor; /* to read the tables with */
    uint32_t version;
    unsigned cluster_bits; /* 9 to 21, as the format bounds them */
    uint64_t level1;       /* where the table of tables stands in the file */
    uint32_t level1_count;
    uint8_t *level2;    /* one table of the second level, a cluster long; owned */
    uint64_t level2_at; /* where it stands in the file; 0: none is loaded */
};

/* The file offset of the second-level table for a cluster, 0 if there is none. */
static uint64_t find_table(struct qcow *qcow, uint64_t cluster)
{
    uint64_t index = cluster >> (qcow->cluster_bits - 3);
    uint64_t at;
    uint8_t entry[8];
    if (index >= qcow->level1_count || __builtin_add_overflow(qcow->level1, index * 8, &at) || at > INT64_MAX ||
        pread(qcow->descriptor, entry, sizeof entry, (off_t)at) != sizeof entry)
        return 0;
    return load_be64(entry) & TABLE_OFFSET;
}

static bool is_flagged_zero(struct qcow *qcow, uint64_t offset)
{
    uint64_t cluster = offset >> qcow->cluster_bits;
    size_t size = (size_t)1 << qcow->cluster_bits;
    uint64_t table = find_table(qcow, cluster);
    if (table == 0)
        return false;
    if (table != qcow->level2_at) {
        qcow->level2_at = 0;
        if (pread(qcow->descriptor, qcow->level2, size, (off_t)table) != (ssize_t)size)
            return false;
        qcow->level2_at = table;
    }
    uint64_t entry = load_be64(qcow->level2 + (cluster & (size / 8 - 1)) * 8);
    return (entry & COMPRESSED) == 0 && (entry & ZEROS) != 0;
}

/* How many bytes from offset on, up to length, are all flagged as zeros or all not. */
static size_t alike(struct qcow *qcow, uint64_t offset, size_t length, bool zeros)
{
    uint64_t size = UINT64_C(1) << qcow->cluster_bits;
    uint64_t at = (offset | (size - 1)) + 1;
    while (at < offset + length && is_flagged_zero(qcow, at) == zeros)
        at += size;
    return at < offset + length ? (size_t)(at - offset) : length;
}

static int64_t read_qcow(struct medium *medium, uint64_t offset, void *buffer, size_t length, struct error *error)
{
    struct qcow *qcow = (struct qcow *)medium;
    if (length > READ_MAX)
        length = READ_MAX;
    if (qcow->version >= 3) {
        bool zeros = is_flagged_zero(qcow, offset);
        length = alike(qcow, offset, length, zeros);
        if (zeros) {
            memset(buffer, 0, length);
            return (int64_t)length;
        }
    }
    ssize_t count = libqcow_file_read_buffer_at_offset(qcow->file, buffer, length, (off64_t)offset, NULL);
    if (count <= 0)
        return fail(error, "The image's data at byte %llu cannot be read: it is damaged or cut off.",
                    (unsigned long long)offset);
    return count;
}

static void close_qcow(struct medium *medium)
{
    struct qcow *qcow = (struct qcow *)medium;
    if (qcow->file != NULL) {
        (void)libqcow_file_close(qcow->file, NULL);
        (void)libqcow_file_free(&qcow->file, NULL);
    }
    if (qcow->descriptor >= 0)
        close(qcow->descriptor);
    free(qcow->level2);
    free(qcow);
}

static int read_header(struct qcow *qcow, const char *path, struct error *error)
{
    const char *name = path_name(path);
    uint8_t header[HEADER_SIZE] = {0};
    qcow->descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (qcow->descriptor < 0 || pread(qcow->descriptor, header, sizeof header, 0) < 72)
        return fail(error, "%s is cut off: copy it again.", name);
    uint32_t version = load_be32(header + 4);
    if (version != 2 && version != 3)
        return fail(error, "%s is of QCOW version %u: convert it with qemu-img to raw first.", name, version);
    if (load_be64(header + 8) != 0)
        return fail(error, "%s is only the changes to a backing file: convert both into one image with qemu-img first.",
                    name);
    if (load_be32(header + 32) != 0)
        return fail(error, "%s is encrypted by QEMU: convert it with qemu-img and its key first.", name);
    if (version == 3 && (load_be64(header + 72) & ~(uint64_t)FEATURE_DIRTY) != 0)
        return fail(error, "%s uses QCOW features that cannot be read here: convert it with qemu-img to raw first.",
                    name);
    uint32_t cluster_bits = load_be32(header + 20);
    if (cluster_bits < 9 || cluster_bits > 21)
        return fail(error, "%s is damaged: its clusters have an impossible size. Copy it again.", name);
    qcow->version = version;
    qcow->cluster_bits = cluster_bits;
    qcow->level1_count = load_be32(header + 36);
    qcow->level1 = load_be64(header + 40);
    qcow->level2 = malloc((size_t)1 << cluster_bits);
    return qcow->level2 != NULL ? 0 : fail(error, "Memory is short: close other programs and try again.");
}

struct medium *medium_open_qcow(const char *path, struct error *error)
{
    struct qcow *qcow = calloc(1, sizeof *qcow);
    if (qcow == NULL) {
        fail(error, "Memory is short: close other programs and try again.");
        return NULL;
    }
    qcow->medium = (struct medium){.format = "qcow2", .sector_size = 512, .read = read_qcow, .close = close_qcow};
    qcow->descriptor = -1;
    size64_t size = 0;
    int result = read_header(qcow, path, error);
    if (result != 0)
        ; /* the sentence is made */
    else if (libqcow_file_initialize(&qcow->file, NULL) != 1)
        result = fail(error, "Memory is short: close other programs and try again.");
    else if (libqcow_file_open(qcow->file, path, LIBQCOW_OPEN_READ, NULL) != 1)
        result = fail(error, "%s is damaged or cut off: libqcow cannot open it. Copy it again.", path_name(path));
    else if (libqcow_file_get_media_size(qcow->file, &size, NULL) != 1 || size == 0 || size > INT64_MAX)
        result = fail(error, "%s does not tell the size of its disk: the image is damaged.", path_name(path));
    if (result != 0) {
        close_qcow(&qcow->medium);
        return NULL;
    }
    qcow->medium.size = size;
    return &qcow->medium;
}
