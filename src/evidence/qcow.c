/* QEMU disks (QCOW2, versions 2 and 3; QEMU's docs/interop/qcow2.txt): two levels of tables lead to clusters, which are
 * plain, compressed, or zeros.
 *
 * Read here and not by libqcow, which (20201213) shows old data where version 3 flags zeros, and hands out memory from
 * behind its buffers where an image is cut off. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/number.h"
#include "evidence/medium.h"

enum {
    HEADER_SIZE = 80,
    HEADER_SIZE_2 = 72, /* of version 2 */
    SECTOR = 512,
    CLUSTER_BITS_MIN = 9,
    CLUSTER_BITS_MAX = 21,
    FEATURE_DIRTY = 1,   /* only reference counts may be stale: reading does not need them */
    DEFLATE_WINDOW = 12, /* bits */
};

/* Parts of the tables' entries. */
static const uint64_t HOST_OFFSET = UINT64_C(0x00fffffffffffe00);
static const uint64_t COMPRESSED = UINT64_C(1) << 62;
static const uint64_t ZEROS = 1;

struct qcow {
    struct medium medium;
    struct medium *file; /* what the tables stand in; owned */
    uint32_t version;
    unsigned cluster_bits;
    uint64_t level1; /* where the table of tables stands in the file */
    uint32_t level1_count;
    bool level2_absent;    /* the table that is loaded stands nowhere: all is zeros */
    uint64_t level2_index; /* which table of the second level is loaded; UINT64_MAX: none */
    uint8_t *level2;       /* a cluster long, as the buffers below; owned */
    uint64_t unpacked_at;  /* the entry whose compressed cluster stands in `unpacked`; 0: none */
    uint8_t *unpacked;
    uint8_t *packed;
};

static size_t cluster_size(const struct qcow *qcow)
{
    return (size_t)1 << qcow->cluster_bits;
}

static bool read_exactly(const struct qcow *qcow, uint64_t at, void *buffer, size_t length)
{
    return medium_read(qcow->file, at, buffer, length, NULL) == (int64_t)length;
}

/* The second-level entry of a cluster; 0 where there is no table. False if a table cannot be read. */
static bool find_entry(struct qcow *qcow, uint64_t cluster, uint64_t *entry)
{
    uint64_t index = cluster >> (qcow->cluster_bits - 3);
    if (qcow->level2_index != index) {
        uint8_t table[8];
        uint64_t at;
        qcow->level2_index = UINT64_MAX;
        if (index >= qcow->level1_count || __builtin_add_overflow(qcow->level1, index * 8, &at) ||
            !read_exactly(qcow, at, table, sizeof table))
            return false;
        at = load_be64(table) & HOST_OFFSET;
        qcow->level2_absent = at == 0;
        if (at == 0)
            memset(qcow->level2, 0, cluster_size(qcow));
        else if (!read_exactly(qcow, at, qcow->level2, cluster_size(qcow)))
            return false;
        qcow->level2_index = index;
    }
    *entry = load_be64(qcow->level2 + (cluster & (cluster_size(qcow) / 8 - 1)) * 8);
    return true;
}

/* A compressed cluster: its offset in the lower bits, the number of further sectors that it reaches into above them. */
static bool unpack(struct qcow *qcow, uint64_t entry)
{
    if (qcow->unpacked_at == entry)
        return true;
    qcow->unpacked_at = 0;
    unsigned bits = 62 - (qcow->cluster_bits - 8);
    uint64_t at = entry & ((UINT64_C(1) << bits) - 1);
    uint64_t sectors = (entry & (COMPRESSED - 1)) >> bits;
    size_t length = (size_t)((sectors + 1) * SECTOR - at % SECTOR);
    if (length > cluster_size(qcow) + SECTOR)
        return false;
    int64_t count = medium_read(qcow->file, at, qcow->packed, length, NULL);
    if (count <= 0)
        return false;
    z_stream stream = {.next_in = qcow->packed,
                       .avail_in = (uInt)count,
                       .next_out = qcow->unpacked,
                       .avail_out = (uInt)cluster_size(qcow)};
    if (inflateInit2(&stream, -DEFLATE_WINDOW) != Z_OK)
        return false;
    (void)inflate(&stream, Z_FINISH);
    bool whole = stream.avail_out == 0;
    (void)inflateEnd(&stream);
    if (whole)
        qcow->unpacked_at = entry;
    return whole;
}

static int64_t read_qcow(struct medium *medium, uint64_t offset, void *buffer, size_t length, struct error *error)
{
    struct qcow *qcow = (struct qcow *)medium;
    uint64_t entry = 0;
    size_t within = (size_t)(offset & (cluster_size(qcow) - 1));
    if (length > cluster_size(qcow) - within)
        length = cluster_size(qcow) - within;
    bool good = find_entry(qcow, offset >> qcow->cluster_bits, &entry);
    if (good && (entry & COMPRESSED) != 0) {
        good = unpack(qcow, entry);
        if (good)
            memcpy(buffer, qcow->unpacked + within, length);
    } else if (good && ((entry & HOST_OFFSET) == 0 || (qcow->version >= 3 && (entry & ZEROS) != 0))) {
        memset(buffer, 0, length);
    } else if (good) {
        good = read_exactly(qcow, (entry & HOST_OFFSET) + within, buffer, length);
    }
    if (!good)
        return fail(error, "The image's data at byte %llu cannot be read: it is damaged or cut off.",
                    (unsigned long long)offset);
    return (int64_t)length;
}

static enum sb_extent_kind kind_of(const struct qcow *qcow, uint64_t entry)
{
    if ((entry & COMPRESSED) != 0) {
        unsigned bits = 62 - (qcow->cluster_bits - 8);
        return (entry & ((UINT64_C(1) << bits) - 1)) >= qcow->file->size ? SB_LOST : SB_DATA;
    }
    if ((entry & HOST_OFFSET) == 0 || (qcow->version >= 3 && (entry & ZEROS) != 0))
        return SB_ZEROS;
    return (entry & HOST_OFFSET) >= qcow->file->size ? SB_LOST : SB_DATA;
}

/* As far as one table of the second level reaches: a table that is not there is a hole, one that cannot be read is
 * lost. */
static void qcow_extent(struct medium *medium, uint64_t offset, struct sb_extent *extent)
{
    struct qcow *qcow = (struct qcow *)medium;
    uint64_t first = offset >> qcow->cluster_bits;
    uint64_t per_table = cluster_size(qcow) / 8;
    uint64_t behind = (first / per_table + 1) * per_table;
    uint64_t entry = 0;
    extent->reason = "The image is cut off or damaged: copy it again.";
    bool known = find_entry(qcow, first, &entry);
    extent->kind = known ? kind_of(qcow, entry) : SB_LOST;
    uint64_t last = first + 1;
    if (!known || qcow->level2_absent)
        last = behind;
    while (last < behind && find_entry(qcow, last, &entry) && kind_of(qcow, entry) == extent->kind)
        last++;
    uint64_t end;
    extent->length = __builtin_mul_overflow(last, (uint64_t)cluster_size(qcow), &end) ? UINT64_MAX : end - offset;
}

static void mark(uint8_t *used, uint64_t clusters, uint64_t first, uint64_t last)
{
    for (uint64_t cluster = first; cluster <= last && cluster < clusters; cluster++)
        used[cluster / 8] |= (uint8_t)(1 << cluster % 8);
}

/* Where an entry's data stands in the file; zeros that have old data behind them do not lead there. */
static void mark_entry(const struct qcow *qcow, uint64_t entry, uint8_t *used, uint64_t clusters)
{
    unsigned bits = 62 - (qcow->cluster_bits - 8);
    uint64_t at = entry & ((UINT64_C(1) << bits) - 1);
    uint64_t sectors = (entry & (COMPRESSED - 1)) >> bits;
    uint64_t first = (entry & HOST_OFFSET) >> qcow->cluster_bits;
    if ((entry & COMPRESSED) != 0)
        mark(used, clusters, at >> qcow->cluster_bits, (at + sectors * SECTOR) >> qcow->cluster_bits);
    else if (kind_of(qcow, entry) == SB_DATA)
        mark(used, clusters, first, first);
}

static int tell_unmarked(const struct qcow *qcow, const uint8_t *used, uint64_t clusters,
                         int (*each)(void *context, uint64_t start, uint64_t length), void *context)
{
    int result = 0;
    uint64_t first = 0;
    for (uint64_t at = 0; at <= clusters && result == 0; at++) {
        if (at < clusters && (used[at / 8] >> at % 8 & 1) == 0)
            continue;
        uint64_t start = first << qcow->cluster_bits;
        uint64_t end = at << qcow->cluster_bits;
        if (end > qcow->file->size)
            end = qcow->file->size;
        if (start < end)
            result = each(context, start, end - start);
        first = at + 1;
    }
    return result;
}

static int qcow_unused(struct medium *medium, int (*each)(void *context, uint64_t start, uint64_t length),
                       void *context, struct error *error)
{
    static const uint64_t clusters_most = 1 << 26; /* 4 TiB in clusters of 64 KiB */
    struct qcow *qcow = (struct qcow *)medium;
    uint64_t clusters = (qcow->file->size - 1) / cluster_size(qcow) + 1;
    uint64_t per_table = cluster_size(qcow) / 8;
    uint64_t all = (medium->size - 1) / cluster_size(qcow) + 1;
    uint8_t *used = clusters > clusters_most ? NULL : calloc(1, (size_t)clusters / 8 + 1);
    if (used == NULL)
        return fail(error, "What no table leads to is not searched: there are too many clusters.");
    for (uint64_t cluster = 0; cluster < all;) {
        uint64_t entry = 0;
        bool known = find_entry(qcow, cluster, &entry);
        if (known)
            mark_entry(qcow, entry, used, clusters);
        cluster = known && !qcow->level2_absent ? cluster + 1 : (cluster / per_table + 1) * per_table;
    }
    int result = tell_unmarked(qcow, used, clusters, each, context);
    free(used);
    return result;
}

static void close_qcow(struct medium *medium)
{
    struct qcow *qcow = (struct qcow *)medium;
    medium_close(qcow->file);
    free(qcow->level2);
    free(qcow->unpacked);
    free(qcow->packed);
    free(qcow);
}

static int check_header(const uint8_t *header, const char *name, struct error *error)
{
    uint32_t version = load_be32(header + 4);
    uint32_t cluster_bits = load_be32(header + 20);
    uint64_t size = load_be64(header + 24);
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
    if (cluster_bits < CLUSTER_BITS_MIN || cluster_bits > CLUSTER_BITS_MAX)
        return fail(error, "%s is damaged: its clusters have an impossible size. Copy it again.", name);
    if (size == 0 || size > INT64_MAX)
        return fail(error, "%s does not tell the size of its disk: the image is damaged.", name);
    return 0;
}

static int read_header(struct qcow *qcow, const char *name, struct error *error)
{
    uint8_t header[HEADER_SIZE] = {0};
    if (medium_read(qcow->file, 0, header, sizeof header, NULL) < HEADER_SIZE_2)
        return fail(error, "%s is cut off: copy it again.", name);
    if (check_header(header, name, error) != 0)
        return -1;
    qcow->version = load_be32(header + 4);
    qcow->cluster_bits = load_be32(header + 20);
    qcow->medium.size = load_be64(header + 24);
    qcow->level1_count = load_be32(header + 36);
    qcow->level1 = load_be64(header + 40);
    qcow->level2 = malloc(cluster_size(qcow));
    qcow->unpacked = malloc(cluster_size(qcow));
    qcow->packed = malloc(cluster_size(qcow) + SECTOR);
    if (qcow->level2 == NULL || qcow->unpacked == NULL || qcow->packed == NULL)
        return fail(error, "Memory is short: close other programs and try again.");
    return 0;
}

struct medium *medium_open_qcow(struct medium *file, const char *name, struct error *error)
{
    struct qcow *qcow = calloc(1, sizeof *qcow);
    if (qcow == NULL) {
        medium_close(file);
        fail(error, "Memory is short: close other programs and try again.");
        return NULL;
    }
    qcow->medium = (struct medium){.format = "qcow2",
                                   .sector_size = 512,
                                   .read = read_qcow,
                                   .extent = qcow_extent,
                                   .unused = qcow_unused,
                                   .close = close_qcow};
    qcow->file = file;
    qcow->level2_index = UINT64_MAX;
    if (read_header(qcow, name, error) != 0) {
        close_qcow(&qcow->medium);
        return NULL;
    }
    return &qcow->medium;
}
