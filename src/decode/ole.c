/* OLE compound files (MS-CFB): documents of Word, Excel and PowerPoint up to 2003, mails saved by Outlook, installers.
 * A file system in a file: streams are chains of sectors, short ones chains of small sectors within one stream.
 *
 * Most of it stands in the enclosing bytes as it is and is left to the plain scan there. Handed out is what the plain
 * scan cannot see: streams whose sectors do not follow one another, and what the readers of ole.h make of theirs. Each
 * sector is taken once, whatever chains lead to it, so a hostile file gives no more than its size. */
#include "decode/ole.h"

#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "decode/characters.h"
#include "decode/input.h"

enum { HEADER = 512, ENTRY = 128, MINI = 64, HEADER_DIFAT = 109, SECTOR_MAX = 4096 };
enum { SECTORS_MAX = 4 << 20, ENTRIES_MAX = 64 * 1024, LOAD_MAX = 32 << 20, NAME_UNITS = 32 };
enum { TYPE_STREAM = 2, TYPE_ROOT = 5 };

struct extent {
    uint64_t offset, length;
    uint64_t before; /* bytes of the stream in front of it */
};

/* Where a stream's bytes stand. */
struct chain {
    struct extent *extents; /* owned; neighbours that touch are one */
    size_t count, capacity;
    uint64_t length;
    bool broken;
};

struct ole {
    struct sb_input *input;
    struct sb_output *output;
    size_t sector;
    uint64_t cutoff;        /* streams shorter than this are chains of small sectors */
    uint8_t *taken;         /* a bit for each sector */
    uint8_t *small_taken;   /* a bit for each small sector */
    struct bytes fat;       /* 4 bytes a sector */
    struct bytes small_fat; /* 4 bytes a small sector */
    struct bytes directory;
    struct chain small;     /* the stream of the small sectors */
    struct bytes tables[2]; /* Word's */
    struct bytes loaded;
};

/* Marks a sector as taken. False when it was, or is beyond what is looked at. */
static bool take(uint8_t *taken, uint32_t sector)
{
    if (sector >= SECTORS_MAX || (taken[sector / 8] >> sector % 8 & 1) != 0)
        return false;
    taken[sector / 8] |= (uint8_t)(1U << sector % 8);
    return true;
}

static bool add_extent(struct chain *chain, uint64_t offset, uint64_t length)
{
    uint64_t before = chain->length;
    chain->length += length;
    if (chain->count > 0) {
        struct extent *last = &chain->extents[chain->count - 1];
        if (last->offset + last->length == offset) {
            last->length += length;
            return true;
        }
    }
    if (chain->extents == NULL || chain->count == chain->capacity) {
        size_t capacity = chain->capacity == 0 ? 8 : chain->capacity * 2;
        struct extent *extents = realloc(chain->extents, capacity * sizeof *extents);
        if (extents == NULL)
            return false;
        chain->extents = extents;
        chain->capacity = capacity;
    }
    chain->extents[chain->count++] = (struct extent){offset, length, before};
    return true;
}

static uint64_t place_of(const struct ole *ole, uint32_t sector)
{
    return ((uint64_t)sector + 1) * ole->sector;
}

/* The sector behind another one in its chain; UINT32_MAX when none is known. */
static uint32_t next_of(const struct bytes *fat, uint32_t sector)
{
    return sector < fat->length / 4 ? load_le32(fat->data + (size_t)sector * 4) : UINT32_MAX;
}

/* Follows a chain for `size` bytes. False when memory is short. */
static bool follow(struct ole *ole, uint32_t sector, uint64_t size, struct chain *chain)
{
    while (chain->length < size) {
        if (!take(ole->taken, sector)) {
            chain->broken = true;
            break;
        }
        uint64_t left = size - chain->length;
        if (!add_extent(chain, place_of(ole, sector), left < ole->sector ? left : ole->sector))
            return false;
        sector = next_of(&ole->fat, sector);
    }
    return true;
}

/* Where a byte of the small sectors' stream stands, and how many follow it there; 0 when it does not. */
static uint64_t place_small(const struct ole *ole, uint64_t offset, uint64_t *length)
{
    if (offset >= ole->small.length)
        return 0;
    size_t low = 0;
    for (size_t high = ole->small.count; high - low > 1;) {
        size_t middle = low + (high - low) / 2;
        *(ole->small.extents[middle].before <= offset ? &low : &high) = middle;
    }
    const struct extent *extent = &ole->small.extents[low];
    *length = extent->before + extent->length - offset;
    return extent->offset + (offset - extent->before);
}

static bool follow_small(struct ole *ole, uint32_t sector, uint64_t size, struct chain *chain)
{
    while (chain->length < size) {
        uint64_t there = 0;
        uint64_t place = sector < SECTORS_MAX ? place_small(ole, (uint64_t)sector * MINI, &there) : 0;
        if (place == 0 || !take(ole->small_taken, sector)) {
            chain->broken = true;
            break;
        }
        uint64_t left = size - chain->length < MINI ? size - chain->length : MINI;
        if (!add_extent(chain, place, left < there ? left : there))
            return false;
        if (left > there) {
            chain->broken = true;
            break;
        }
        sector = next_of(&ole->small_fat, sector);
    }
    return true;
}

/* Copies a chain's bytes, LOAD_MAX of them at most. */
static void load(struct ole *ole, const struct chain *chain, struct bytes *out)
{
    bytes_clear(out);
    for (size_t i = 0; i < chain->count && !out->failed; i++) {
        uint64_t left = chain->extents[i].length;
        left = left < LOAD_MAX - out->length ? left : LOAD_MAX - out->length;
        for (uint64_t at = chain->extents[i].offset; left > 0;) {
            size_t available = 0;
            const uint8_t *data = ole->input->view(ole->input, at, &available);
            if (data == NULL || available == 0)
                return;
            available = available < left ? available : (size_t)left;
            bytes_append(out, data, available);
            at += available;
            left -= available;
        }
    }
}

static enum sb_decode_result hand_out(struct ole *ole, const struct chain *chain)
{
    for (size_t i = 0; i < chain->count; i++) {
        uint64_t end = chain->extents[i].offset + chain->extents[i].length;
        for (uint64_t at = chain->extents[i].offset; at < end;) {
            size_t available = 0;
            const uint8_t *data = ole->input->view(ole->input, at, &available);
            if (data == NULL || available == 0)
                return SB_DECODE_BROKEN;
            available = available < end - at ? available : (size_t)(end - at);
            if (output_pieces(ole->output, data, available) != 0)
                return SB_DECODE_STOPPED;
            at += available;
        }
    }
    return SB_DECODE_DONE;
}

/* The table of chains: its sectors are listed in the header and in a chain of lists. False when memory is short. */
static bool read_fat(struct ole *ole, const uint8_t *header)
{
    uint8_t list[SECTOR_MAX];
    uint8_t sector[SECTOR_MAX];
    size_t count = HEADER_DIFAT;
    uint32_t next = load_le32(header + 0x44);
    memcpy(list, header + 0x4c, sizeof(uint32_t) * HEADER_DIFAT);
    for (;;) {
        for (size_t i = 0; i < count; i++) {
            uint32_t number = load_le32(list + i * 4);
            if (!take(ole->taken, number))
                continue;
            if (input_copy(ole->input, place_of(ole, number), sector, ole->sector) < ole->sector)
                return !ole->fat.failed;
            bytes_append(&ole->fat, sector, ole->sector);
        }
        if (!take(ole->taken, next) || input_copy(ole->input, place_of(ole, next), list, ole->sector) < ole->sector)
            return !ole->fat.failed;
        count = ole->sector / 4 - 1;
        next = load_le32(list + count * 4);
    }
}

/* A table or directory that is a stream of unknown size. */
static bool read_whole(struct ole *ole, uint32_t sector, uint64_t most, struct bytes *out)
{
    struct chain chain = {0};
    bool done = follow(ole, sector, most, &chain);
    if (done)
        load(ole, &chain, out);
    free(chain.extents);
    return done && !out->failed;
}

struct entry {
    char name[NAME_UNITS * 3];
    size_t name_length;
    unsigned type;
    uint32_t sector;
    uint64_t size;
};

static struct entry read_entry(const struct ole *ole, size_t at)
{
    const uint8_t *data = ole->directory.data + at;
    struct entry entry = {.type = data[0x42], .sector = load_le32(data + 0x74), .size = load_le64(data + 0x78)};
    if (ole->sector == HEADER) /* version 3: the upper half may hold anything */
        entry.size &= UINT32_MAX;
    size_t units = load_le16(data + 0x40) / 2;
    for (size_t i = 0; i + 1 < units && i < NAME_UNITS; i++) {
        uint8_t utf8[4];
        size_t length = write_utf8(load_le16(data + i * 2), utf8); /* of one unit: at most three bytes */
        memcpy(entry.name + entry.name_length, utf8, length);
        entry.name_length += length;
    }
    return entry;
}

static bool is_named(const struct entry *entry, const char *name)
{
    return entry->name_length == strlen(name) && memcmp(entry->name, name, entry->name_length) == 0;
}

static bool follow_entry(struct ole *ole, const struct entry *entry, struct chain *chain)
{
    return entry->size < ole->cutoff && entry->type != TYPE_ROOT ? follow_small(ole, entry->sector, entry->size, chain)
                                                                 : follow(ole, entry->sector, entry->size, chain);
}

/* What the stream's own reader gives. */
static enum sb_decode_result read_stream(struct ole *ole, const struct entry *entry, const struct chain *chain)
{
    bool word = is_named(entry, "WordDocument");
    bool excel = is_named(entry, "Workbook") || is_named(entry, "Book");
    bool powerpoint = is_named(entry, "PowerPoint Document");
    if (is_named(entry, "EncryptedPackage"))
        return SB_DECODE_ENCRYPTED;
    if (!word && !excel && !powerpoint)
        return SB_DECODE_DONE;
    load(ole, chain, &ole->loaded);
    if (ole->loaded.failed)
        return SB_DECODE_NO_MEMORY;
    struct ole_stream stream = {ole->loaded.data, ole->loaded.length};
    const struct ole_stream tables[2] = {{ole->tables[0].data, ole->tables[0].length},
                                         {ole->tables[1].data, ole->tables[1].length}};
    return word         ? ole_word(stream, tables, ole->output)
           : powerpoint ? ole_powerpoint(stream, ole->output)
                        : ole_excel(stream, ole->output);
}

static enum sb_decode_result decode_stream(struct ole *ole, const struct entry *entry)
{
    struct chain chain = {0};
    enum sb_decode_result result = SB_DECODE_DONE;
    if (!follow_entry(ole, entry, &chain))
        result = SB_DECODE_NO_MEMORY;
    for (int i = 0; i < 2 && result == SB_DECODE_DONE; i++)
        if (is_named(entry, i == 0 ? "0Table" : "1Table"))
            load(ole, &chain, &ole->tables[i]);
    if (result == SB_DECODE_DONE && chain.count > 1)
        result = output_member(ole->output, entry->name, entry->name_length) != 0 ? SB_DECODE_STOPPED
                                                                                  : hand_out(ole, &chain);
    if (result == SB_DECODE_DONE || result == SB_DECODE_BROKEN)
        result = read_stream(ole, entry, &chain);
    free(chain.extents);
    return result;
}

/* Word's text needs its tables: these are read first. */
static bool is_table(const struct entry *entry)
{
    return is_named(entry, "0Table") || is_named(entry, "1Table");
}

static enum sb_decode_result decode_streams(struct ole *ole)
{
    enum sb_decode_result result = SB_DECODE_DONE;
    bool locked = false;
    for (int tables = 1; tables >= 0; tables--)
        for (size_t at = 0; at + ENTRY <= ole->directory.length; at += ENTRY) {
            struct entry entry = read_entry(ole, at);
            if (entry.type != TYPE_STREAM || is_table(&entry) != (tables != 0))
                continue;
            result = decode_stream(ole, &entry);
            if (result == SB_DECODE_STOPPED || result == SB_DECODE_NO_MEMORY)
                return result;
            locked |= result == SB_DECODE_ENCRYPTED;
        }
    return locked ? SB_DECODE_ENCRYPTED : SB_DECODE_DONE;
}

static bool read_tables(struct ole *ole, const uint8_t *header)
{
    ole->sector = (size_t)1 << load_le16(header + 0x1e);
    ole->cutoff = load_le32(header + 0x38);
    ole->taken = calloc(SECTORS_MAX / 8, 1);
    ole->small_taken = calloc(SECTORS_MAX / 8, 1);
    if (ole->taken == NULL || ole->small_taken == NULL || !read_fat(ole, header) ||
        !read_whole(ole, load_le32(header + 0x30), (uint64_t)ENTRIES_MAX * ENTRY, &ole->directory) ||
        !read_whole(ole, load_le32(header + 0x3c), LOAD_MAX, &ole->small_fat))
        return false;
    if (ole->directory.length < ENTRY)
        return true;
    struct entry root = read_entry(ole, 0);
    return root.type != TYPE_ROOT || follow(ole, root.sector, root.size, &ole->small);
}

static enum sb_decode_result decode(const struct sb_container *container, struct sb_input *input,
                                    struct sb_output *output, uint64_t *consumed)
{
    (void)container;
    *consumed = 0;
    uint8_t header[HEADER];
    if (input_copy(input, 0, header, HEADER) < HEADER)
        return SB_DECODE_BROKEN;
    *consumed = HEADER;
    struct kept_input kept = keep_input(input);
    struct ole ole = {.input = &kept.input, .output = output};
    enum sb_decode_result result = read_tables(&ole, header) ? decode_streams(&ole) : SB_DECODE_NO_MEMORY;
    free(ole.taken);
    free(ole.small_taken);
    free(ole.small.extents);
    bytes_free(&ole.fat);
    bytes_free(&ole.small_fat);
    bytes_free(&ole.directory);
    bytes_free(&ole.tables[0]);
    bytes_free(&ole.tables[1]);
    bytes_free(&ole.loaded);
    return result;
}

static bool sniff(const uint8_t *data, size_t length, size_t at, struct sb_container *container)
{
    if (length - at < HEADER)
        return false;
    const uint8_t *header = data + at;
    unsigned version = load_le16(header + 0x1a);
    unsigned shift = load_le16(header + 0x1e);
    if (load_le16(header + 0x1c) != 0xfffe || !((version == 3 && shift == 9) || (version == 4 && shift == 12)) ||
        load_le16(header + 0x20) != 6)
        return false;
    *container = (struct sb_container){.skip = HEADER};
    return true;
}

const struct sb_decoder sb_decoder_ole = {
    .name = "OLE",
    .literal = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    .literal_anchor = 5,
    .literal_length = 8,
    .named = true,
    .sniff = sniff,
    .decode = decode,
};
