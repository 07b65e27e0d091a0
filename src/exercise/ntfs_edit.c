/* NTFS on disk, as far as needed: MFT records with their fix-ups, attributes, runs, and the index of a directory.
 * Layouts from the public documentation of the Linux-NTFS project. */
#include "exercise/ntfs_edit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/number.h"

enum {
    SECTOR = 512,
    RECORD_MAX = 4096,
    ROOT = 5,
    BITMAP = 6,
    FIRST_FILE = 16,
    STANDARD_INFORMATION = 0x10,
    FILE_NAME = 0x30,
    DATA = 0x80,
    INDEX_ROOT = 0x90,
    INDEX_ALLOCATION = 0xa0,
    BITMAP_ATTRIBUTE = 0xb0,
    ATTRIBUTES_END = 0xffffffff >> 1, /* compared without the top bit */
};

static void store_le64(uint8_t *at, uint64_t number)
{
    for (unsigned i = 0; i < 8; i++)
        at[i] = (uint8_t)(number >> 8 * i);
}

static void store_le32(uint8_t *at, uint32_t number)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (uint8_t)(number >> 8 * i);
}

/* A record or index block without its fix-ups: the last two bytes of each sector put back. */
static void load_block(const uint8_t *from, unsigned size, uint8_t *block)
{
    memcpy(block, from, size);
    unsigned array = load_le16(block + 4);
    for (unsigned i = 1; i <= size / SECTOR; i++)
        memcpy(block + i * SECTOR - 2, block + array + 2 * i, 2);
}

static void save_block(uint8_t *to, unsigned size, uint8_t *block)
{
    unsigned array = load_le16(block + 4);
    for (unsigned i = 1; i <= size / SECTOR; i++) {
        memcpy(block + array + 2 * i, block + i * SECTOR - 2, 2);
        memcpy(block + i * SECTOR - 2, block + array, 2);
    }
    memcpy(to, block, size);
}

/* The attribute behind `after` (NULL: the first), or NULL behind the last. */
static uint8_t *next_attribute(uint8_t *record, uint8_t *after)
{
    uint8_t *at = after == NULL ? record + load_le16(record + 20) : after + load_le32(after + 4);
    return (load_le32(at) & ATTRIBUTES_END) == ATTRIBUTES_END ? NULL : at;
}

static uint8_t *find_attribute(uint8_t *record, uint32_t type)
{
    uint8_t *at = next_attribute(record, NULL);
    while (at != NULL && load_le32(at) != type)
        at = next_attribute(record, at);
    return at;
}

static uint8_t *content(uint8_t *attribute) /* of a resident one */
{
    return attribute + load_le16(attribute + 20);
}

static size_t read_runs(const uint8_t *attribute, struct ntfs_run runs[NTFS_RUNS_MAX])
{
    size_t count = 0;
    int64_t cluster = 0;
    const uint8_t *at = attribute + load_le16(attribute + 32);
    while (*at != 0 && count < NTFS_RUNS_MAX) {
        unsigned length_size = *at & 15, offset_size = *at >> 4;
        uint64_t length = 0, offset = 0;
        at++;
        for (unsigned i = 0; i < length_size; i++)
            length |= (uint64_t)at[i] << 8 * i;
        at += length_size;
        for (unsigned i = 0; i < offset_size; i++)
            offset |= (uint64_t)at[i] << 8 * i;
        if (offset_size > 0 && offset_size < 8 && at[offset_size - 1] >= 0x80)
            offset |= UINT64_MAX << 8 * offset_size;
        at += offset_size;
        if (offset_size == 0) /* sparse */
            continue;
        cluster += (int64_t)offset;
        runs[count++] = (struct ntfs_run){(uint64_t)cluster, length};
    }
    return count;
}

/* The byte of the volume that is byte `offset` of what the runs hold; NULL behind their end. */
static uint8_t *byte_of(const struct ntfs *ntfs, const struct ntfs_run *runs, size_t count, uint64_t offset)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t bytes = runs[i].length * ntfs->cluster;
        if (offset < bytes)
            return ntfs->data + runs[i].first * ntfs->cluster + offset;
        offset -= bytes;
    }
    return NULL;
}

static uint8_t *record_of(const struct ntfs *ntfs, uint64_t number)
{
    return byte_of(ntfs, ntfs->mft, ntfs->mft_runs, number * ntfs->record);
}

static unsigned size_code(const struct ntfs *ntfs, int8_t code)
{
    return code < 0 ? 1u << -code : (unsigned)code * ntfs->cluster;
}

int ntfs_open(struct ntfs *ntfs, const char *path, uint64_t size, struct error *error)
{
    int file = open(path, O_RDWR | O_CLOEXEC);
    uint8_t *data = file < 0 ? MAP_FAILED : mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (file >= 0)
        (void)close(file);
    if (data == MAP_FAILED)
        return fail(error, "cannot map %s", path);
    *ntfs = (struct ntfs){.data = data, .size = size, .cluster = load_le16(data + 11) * (unsigned)data[13]};
    ntfs->record = size_code(ntfs, (int8_t)data[64]);
    ntfs->block = size_code(ntfs, (int8_t)data[68]);
    ntfs->cluster_count = load_le64(data + 40) * SECTOR / ntfs->cluster;
    uint8_t record[RECORD_MAX];
    load_block(data + load_le64(data + 48) * ntfs->cluster, ntfs->record, record);
    uint8_t *stream = find_attribute(record, DATA);
    ntfs->mft_runs = read_runs(stream, ntfs->mft);
    ntfs->record_count = load_le64(stream + 48) / ntfs->record;
    load_block(record_of(ntfs, BITMAP), ntfs->record, record);
    ntfs->bitmap_runs = read_runs(find_attribute(record, DATA), ntfs->bitmap);
    return 0;
}

void ntfs_close(struct ntfs *ntfs)
{
    (void)munmap(ntfs->data, ntfs->size);
}

bool ntfs_cluster_free(const struct ntfs *ntfs, uint64_t cluster)
{
    const uint8_t *byte = byte_of(ntfs, ntfs->bitmap, ntfs->bitmap_runs, cluster / 8);
    return byte != NULL && (*byte >> cluster % 8 & 1) == 0;
}

void ntfs_cluster_mark(struct ntfs *ntfs, uint64_t cluster, bool used)
{
    uint8_t *byte = byte_of(ntfs, ntfs->bitmap, ntfs->bitmap_runs, cluster / 8);
    uint8_t bit = (uint8_t)(1u << cluster % 8);
    *byte = (uint8_t)(used ? *byte | bit : *byte & ~bit);
}

int ntfs_compress_root(struct ntfs *ntfs, bool on, struct error *error)
{
    enum { COMPRESSED = 0x800 };
    uint8_t record[RECORD_MAX];
    load_block(record_of(ntfs, ROOT), ntfs->record, record);
    uint8_t *information = find_attribute(record, STANDARD_INFORMATION);
    if (information == NULL)
        return fail(error, "the root of an NTFS volume has no standard information");
    uint8_t *flags = content(information) + 32;
    store_le32(flags, on ? load_le32(flags) | COMPRESSED : load_le32(flags) & ~(uint32_t)COMPRESSED);
    save_block(record_of(ntfs, ROOT), ntfs->record, record);
    return 0;
}

/* ---- deleting ---- */

static bool name_is(const uint8_t *file_name, const char *name)
{
    size_t length = strlen(name);
    bool same = file_name[64] == length;
    for (size_t i = 0; same && i < length; i++)
        same = load_le16(file_name + 66 + 2 * i) == (uint8_t)name[i];
    return same;
}

/* Calls each entry of the index header at `header`; entries are (reference, length, key length, flags, key). */
enum { ENTRY_HAS_CHILD = 1, ENTRY_LAST = 2 };
static uint8_t *first_entry(uint8_t *header)
{
    return header + load_le32(header);
}

static uint8_t *following_entry(uint8_t *entry) /* NULL behind the last */
{
    return (load_le16(entry + 12) & ENTRY_LAST) != 0 ? NULL : entry + load_le16(entry + 8);
}

/* Takes the entry of that name out of a leaf; false when it is not there (or not in a leaf). */
static bool remove_entry(uint8_t *header, const char *name)
{
    for (uint8_t *entry = first_entry(header); entry != NULL; entry = following_entry(entry)) {
        unsigned flags = load_le16(entry + 12), length = load_le16(entry + 8);
        if ((flags & (ENTRY_LAST | ENTRY_HAS_CHILD)) != 0 || !name_is(entry + 16, name))
            continue;
        uint32_t used = load_le32(header + 4);
        memmove(entry, entry + length, (size_t)(header + used - entry) - length);
        store_le32(header + 4, used - length);
        return true;
    }
    return false;
}

int ntfs_unlink(struct ntfs *ntfs, const char *name, struct error *error)
{
    uint8_t record[RECORD_MAX], block[RECORD_MAX];
    load_block(record_of(ntfs, ROOT), ntfs->record, record);
    uint8_t *allocation = find_attribute(record, INDEX_ALLOCATION);
    struct ntfs_run runs[NTFS_RUNS_MAX];
    size_t count = allocation != NULL ? read_runs(allocation, runs) : 0;
    uint8_t *at;
    for (uint64_t offset = 0; (at = byte_of(ntfs, runs, count, offset)) != NULL; offset += ntfs->block) {
        if (memcmp(at, "INDX", 4) != 0)
            continue;
        load_block(at, ntfs->block, block);
        if (remove_entry(block + 24, name)) {
            save_block(at, ntfs->block, block);
            return 0;
        }
    }
    /* The index root of a directory this large holds inner entries only. */
    return fail(error, "%s does not stand in a leaf of its directory's index", name);
}

static void free_record(struct ntfs *ntfs, uint64_t number)
{
    uint8_t record[RECORD_MAX];
    struct ntfs_run runs[NTFS_RUNS_MAX];
    load_block(record_of(ntfs, 0), ntfs->record, record);
    uint8_t *attribute = find_attribute(record, BITMAP_ATTRIBUTE);
    uint8_t bit = (uint8_t)(1u << number % 8);
    if (attribute[8] == 0) { /* resident */
        uint8_t *byte = content(attribute) + number / 8;
        *byte = (uint8_t)(*byte & ~bit);
        save_block(record_of(ntfs, 0), ntfs->record, record);
    } else {
        uint8_t *byte = byte_of(ntfs, runs, read_runs(attribute, runs), number / 8);
        *byte = (uint8_t)(*byte & ~bit);
    }
}

/* The number of the file's MFT record, its content in `record`; 0 when there is no such file. */
static uint64_t find_file(const struct ntfs *ntfs, const char *name, uint8_t record[RECORD_MAX])
{
    for (uint64_t number = FIRST_FILE; number < ntfs->record_count; number++) {
        const uint8_t *at = record_of(ntfs, number);
        if (memcmp(at, "FILE", 4) != 0 || (load_le16(at + 22) & 1) == 0)
            continue;
        load_block(at, ntfs->record, record);
        uint8_t *file_name = find_attribute(record, FILE_NAME);
        if (file_name != NULL && name_is(content(file_name), name))
            return number;
    }
    return 0;
}

int ntfs_delete(struct ntfs *ntfs, const char *name, struct error *error)
{
    uint8_t record[RECORD_MAX];
    uint64_t number = find_file(ntfs, name, record);
    if (number == 0)
        return fail(error, "no file %s to delete", name);
    for (uint8_t *a = next_attribute(record, NULL); a != NULL; a = next_attribute(record, a)) {
        struct ntfs_run runs[NTFS_RUNS_MAX];
        size_t count = a[8] != 0 ? read_runs(a, runs) : 0;
        for (size_t i = 0; i < count; i++)
            for (uint64_t c = 0; c < runs[i].length; c++)
                ntfs_cluster_mark(ntfs, runs[i].first + c, false);
    }
    uint16_t sequence = (uint16_t)(load_le16(record + 16) + 1);
    record[16] = (uint8_t)sequence;
    record[17] = (uint8_t)(sequence >> 8);
    record[22] = (uint8_t)(record[22] & ~1);
    save_block(record_of(ntfs, number), ntfs->record, record);
    free_record(ntfs, number);
    return 0;
}

/* ---- fragments ---- */

/* A run in the mapping pairs' notation, lengths of one cluster: header, length, signed distance. Returns its size. */
static unsigned write_run(uint8_t *at, int64_t distance)
{
    unsigned size = 1;
    while (distance < -((int64_t)1 << (8 * size - 1)) || distance >= (int64_t)1 << (8 * size - 1))
        size++;
    at[0] = (uint8_t)(size << 4 | 1);
    at[1] = 1;
    for (unsigned i = 0; i < size; i++)
        at[2 + i] = (uint8_t)((uint64_t)distance >> 8 * i);
    return 2 + size;
}

int ntfs_scatter(struct ntfs *ntfs, const char *name, struct error *error)
{
    uint8_t record[RECORD_MAX], pairs[RECORD_MAX / 4];
    struct ntfs_run runs[NTFS_RUNS_MAX];
    uint64_t number = find_file(ntfs, name, record);
    uint8_t *data = number != 0 ? find_attribute(record, DATA) : NULL;
    if (data == NULL || data[8] == 0)
        return fail(error, "%s is no file that could be fragmented", name);
    size_t count = read_runs(data, runs);
    unsigned size = 0;
    int64_t before = 0;
    uint64_t target = ntfs->cluster_count / 2;
    for (size_t i = 0; i < count; i++)
        for (uint64_t c = 0; c < runs[i].length; c++) {
            while (target < ntfs->cluster_count && !ntfs_cluster_free(ntfs, target))
                target++;
            if (target >= ntfs->cluster_count || size > sizeof pairs - 16)
                return fail(error, "no room to fragment %s", name);
            uint8_t *from = ntfs->data + (runs[i].first + c) * ntfs->cluster;
            memcpy(ntfs->data + target * ntfs->cluster, from, ntfs->cluster);
            memset(from, 0, ntfs->cluster);
            ntfs_cluster_mark(ntfs, runs[i].first + c, false);
            ntfs_cluster_mark(ntfs, target, true);
            size += write_run(pairs + size, (int64_t)target - before);
            before = (int64_t)target;
            target += 2;
        }
    pairs[size++] = 0;
    /* the attribute grows; what follows moves */
    uint32_t used = load_le32(record + 24), old = load_le32(data + 4);
    uint32_t grown = (load_le16(data + 32) + size + 7) / 8 * 8;
    if (used - old + grown > ntfs->record)
        return fail(error, "no room in the record of %s", name);
    memmove(data + grown, data + old, (size_t)(record + used - data) - old);
    memcpy(data + load_le16(data + 32), pairs, size);
    store_le32(data + 4, grown);
    store_le32(record + 24, used - old + grown);
    save_block(record_of(ntfs, number), ntfs->record, record);
    return 0;
}

/* ---- time ---- */

static void stamp_four(uint8_t *times, uint64_t when)
{
    for (unsigned i = 0; i < 4; i++)
        store_le64(times + 8 * i, when);
}

static void stamp_index(uint8_t *header, uint64_t when)
{
    for (uint8_t *entry = first_entry(header); entry != NULL; entry = following_entry(entry))
        if ((load_le16(entry + 12) & ENTRY_LAST) == 0 && load_le16(entry + 10) >= 66)
            stamp_four(entry + 16 + 8, when);
}

static bool is_directory_index(const uint8_t *attribute)
{
    static const uint8_t name[] = {'$', 0, 'I', 0, '3', 0, '0', 0};
    return attribute[9] == 4 && memcmp(attribute + load_le16(attribute + 10), name, sizeof name) == 0;
}

static void stamp_blocks(struct ntfs *ntfs, const uint8_t *attribute, uint64_t when)
{
    struct ntfs_run runs[NTFS_RUNS_MAX];
    size_t count = read_runs(attribute, runs);
    uint8_t block[RECORD_MAX], *at;
    for (uint64_t offset = 0; (at = byte_of(ntfs, runs, count, offset)) != NULL; offset += ntfs->block) {
        if (memcmp(at, "INDX", 4) != 0)
            continue;
        load_block(at, ntfs->block, block);
        stamp_index(block + 24, when);
        size_t used = 24 + load_le32(block + 28);
        memset(block + used, 0, ntfs->block - used);
        save_block(at, ntfs->block, block);
    }
}

int ntfs_stamp(struct ntfs *ntfs, int64_t when, uint64_t serial, struct error *error)
{
    uint64_t filetime = ((uint64_t)when + 11644473600u) * 10000000u;
    uint8_t record[RECORD_MAX];
    if (ntfs->record > RECORD_MAX || ntfs->block > RECORD_MAX)
        return fail(error, "records of an NTFS volume are larger than expected");
    for (uint64_t number = 0; number < ntfs->record_count; number++) {
        uint8_t *at = record_of(ntfs, number);
        if (memcmp(at, "FILE", 4) != 0)
            continue;
        load_block(at, ntfs->record, record);
        for (uint8_t *a = next_attribute(record, NULL); a != NULL; a = next_attribute(record, a)) {
            uint32_t type = load_le32(a);
            if (type == STANDARD_INFORMATION)
                stamp_four(content(a), filetime);
            else if (type == FILE_NAME)
                stamp_four(content(a) + 8, filetime);
            else if (type == INDEX_ROOT && is_directory_index(a))
                stamp_index(content(a) + 16, filetime);
            else if (type == INDEX_ALLOCATION && is_directory_index(a))
                stamp_blocks(ntfs, a, filetime);
        }
        uint32_t used = load_le32(record + 24);
        memset(record + used, 0, ntfs->record - used);
        save_block(at, ntfs->record, record);
    }
    memcpy(ntfs->data + load_le64(ntfs->data + 56) * ntfs->cluster, record_of(ntfs, 0), 4 * (size_t)ntfs->record);
    store_le64(ntfs->data + 72, serial);
    store_le64(ntfs->data + ntfs->size - SECTOR + 72, serial);
    return 0;
}
