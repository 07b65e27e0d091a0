/* The section chain of one segment of an Expert Witness image. It is followed as far as it goes; where a descriptor is
 * damaged, the next sound one is searched for. */
#include "evidence/ewf_chain.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/number.h"
#include "base/text.h"
#include "evidence/segments.h"

enum {
    SEGMENT_HEADER = 13, /* signature 8, a byte of one, segment number 2, two zero bytes */
    DESCRIPTOR = 76,     /* type 16, offset of the next 8, size 8, padding 40, checksum 4 */
    DESCRIPTOR_SUM = 72,
    TABLE_HEADER = 24, /* entries 4, padding 4, base 8, padding 4, checksum 4 */
    TABLE_SUM = 20,
    ENTRY = 4,
    PIECE = 256 * 1024,
    WALKED_MOST = 1 << 22, /* chunks of one section */
    GROUPS_MOST = 1 << 20,
    SECTIONS_MOST = 1 << 20, /* of one segment */
    VOLUME_LEAST = 24,
    VOLUME_OF_ENCASE = 1052,
};

struct section {
    char type[17];
    uint64_t at, next, data, end; /* end: of its data */
};

/* One segment on the way. */
struct chain {
    struct ewf_index *index;
    struct error *error;
    const char *name;
    uint64_t size;
    struct section sectors; /* whose table has not been seen yet; end 0: none */
    uint64_t table_size;    /* of the table whose copy should follow; 0: none */
    bool owed;              /* a table was damaged, and its copy must tell what it told */
    bool begun;             /* chunks came already */
    bool closed;            /* by "next" or "done" */
    bool ends_image;        /* by "done" */
};

static bool read_at(const struct chain *chain, uint64_t at, void *buffer, size_t length)
{
    return at <= chain->size && length <= chain->size - at &&
           pread(chain->index->descriptor, buffer, length, (off_t)at) == (ssize_t)length;
}

static uint32_t sum_of(const void *data, size_t length)
{
    return (uint32_t)adler32(1, data, (uInt)length);
}

static bool is_type(const char *type)
{
    static const char *const types[] = {"header", "header2", "volume", "disk",   "data",    "sectors",
                                        "table",  "table2",  "next",   "done",   "hash",    "digest",
                                        "error2", "session", "ltree",  "ltypes", "xheader", "xhash"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(type, types[i]) == 0)
            return true;
    return false;
}

/* What stands before a segment's first chunk. */
static bool is_about_medium(const char *type)
{
    return strncmp(type, "header", 6) == 0 || strcmp(type, "volume") == 0 || strcmp(type, "disk") == 0 ||
           strcmp(type, "data") == 0;
}

static bool read_section(const struct chain *chain, uint64_t at, struct section *section)
{
    uint8_t bytes[DESCRIPTOR];
    if (!read_at(chain, at, bytes, sizeof bytes) || load_le32(bytes + DESCRIPTOR_SUM) != sum_of(bytes, DESCRIPTOR_SUM))
        return false;
    *section = (struct section){.at = at, .next = load_le64(bytes + 16), .data = at + DESCRIPTOR};
    memcpy(section->type, bytes, 16);
    uint64_t size = load_le64(bytes + 24);
    if (!is_type(section->type))
        return false;
    if (size < DESCRIPTOR || __builtin_add_overflow(at, size, &section->end))
        section->end = section->next > at ? section->next : section->data; /* some tools leave the size out */
    return true;
}

/* The first sound descriptor from `at` on. */
static bool find_section(const struct chain *chain, uint64_t at, struct section *section)
{
    uint8_t *piece = malloc(PIECE + DESCRIPTOR);
    bool found = false;
    for (; piece != NULL && !found && at + DESCRIPTOR <= chain->size; at += PIECE) {
        uint64_t left = chain->size - at;
        size_t length = left < PIECE + DESCRIPTOR ? (size_t)left : PIECE + DESCRIPTOR;
        if (!read_at(chain, at, piece, length))
            break;
        for (size_t i = 0; !found && i + DESCRIPTOR <= length; i++) {
            /* A type is lower-case letters, then zeros; the padding is zeros: what else it could be is soon seen. */
            if (piece[i] < 'a' || piece[i] > 'z' || piece[i + 15] != 0 || load_le32(piece + i + 32) != 0)
                continue;
            found = read_section(chain, at + i, section);
        }
    }
    free(piece);
    return found;
}

static struct ewf_group *add_group(struct chain *chain, uint32_t count)
{
    struct ewf_index *index = chain->index;
    if (index->group_count == GROUPS_MOST) {
        (void)fail(chain->error, "%s has more tables than an image has: copy it again.", chain->name);
        return NULL;
    }
    if (index->group_count == index->group_room) {
        size_t room = index->group_room == 0 ? 64 : 2 * index->group_room;
        struct ewf_group *grown = reallocarray(index->groups, room, sizeof *grown);
        if (grown == NULL) {
            (void)fail(chain->error, "Memory is short: close other programs and try again.");
            return NULL;
        }
        index->groups = grown;
        index->group_room = room;
    }
    struct ewf_group *group = &index->groups[index->group_count++];
    *group = (struct ewf_group){.count = count, .segment = index->segment};
    return group;
}

/* The reason reads: before, name, behind. */
static int add_hole(struct chain *chain, const char *before, const char *name, const char *behind)
{
    struct ewf_index *index = chain->index;
    index->sound = false;
    if (index->group_count > 0 && index->groups[index->group_count - 1].count == 0)
        return 0; /* two holes side by side are one */
    struct ewf_group *hole = add_group(chain, 0);
    if (hole == NULL)
        return -1;
    struct error reason = {0};
    (void)fail(&reason, "%s%s%s", before, name, behind);
    hole->reason = strdup(reason.text);
    return hole->reason == NULL ? fail(chain->error, "Memory is short: close other programs and try again.") : 0;
}

static void read_volume(const struct chain *chain, const struct section *section)
{
    struct ewf_index *index = chain->index;
    uint8_t bytes[VOLUME_LEAST];
    if (index->chunks != 0 || section->end - section->data < VOLUME_LEAST ||
        !read_at(chain, section->data, bytes, sizeof bytes))
        return;
    uint64_t chunks = load_le32(bytes + 4);
    uint32_t per_chunk = load_le32(bytes + 8);
    uint32_t sector_size = load_le32(bytes + 12);
    uint64_t sectors = section->end - section->data < VOLUME_OF_ENCASE ? load_le32(bytes + 16) : load_le64(bytes + 16);
    uint32_t chunk_size;
    uint64_t size;
    if (sector_size < 512 || sector_size > 65536 || sector_size % 512 != 0 || chunks == 0 || sectors == 0 ||
        __builtin_mul_overflow(per_chunk, sector_size, &chunk_size) || chunk_size == 0 || chunk_size > EWF_CHUNK_MAX ||
        __builtin_mul_overflow(sectors, sector_size, &size) || size > INT64_MAX ||
        chunks != (sectors - 1) / per_chunk + 1)
        return;
    index->chunks = chunks;
    index->sectors = sectors;
    index->chunk_size = chunk_size;
    index->sector_size = sector_size;
}

static void read_digests(const struct chain *chain, const struct section *section)
{
    uint8_t bytes[36] = {0};
    bool both = strcmp(section->type, "digest") == 0; /* else an MD5 alone */
    if (!read_at(chain, section->data, bytes, both ? 36 : 16))
        return;
    static const uint8_t none[20];
    if (memcmp(bytes, none, 16) != 0)
        text_hex(bytes, 16, chain->index->md5);
    if (both && memcmp(bytes + 16, none, 20) != 0)
        text_hex(bytes + 16, 20, chain->index->sha1);
}

/* The sum over a table's entries against the one behind them. Where a table itself is followed by the chunks, as in the
 * oldest images, there is none. */
static bool entries_sound(const struct chain *chain, uint64_t at, uint32_t count, bool summed)
{
    uint8_t piece[16 * 1024];
    uLong sum = 1;
    uint64_t left = (uint64_t)count * ENTRY;
    while (left > 0) {
        size_t step = left < sizeof piece ? (size_t)left : sizeof piece;
        if (!read_at(chain, at, piece, step))
            return false;
        sum = adler32(sum, piece, (uInt)step);
        at += step;
        left -= step;
    }
    return !summed || (read_at(chain, at, piece, 4) && load_le32(piece) == (uint32_t)sum);
}

/* 1: its chunks are known now; 0: it is damaged; -1 with a sentence. */
static int take_table(struct chain *chain, const struct section *section)
{
    uint8_t header[TABLE_HEADER];
    if (!read_at(chain, section->data, header, sizeof header) ||
        load_le32(header + TABLE_SUM) != sum_of(header, TABLE_SUM))
        return 0;
    uint32_t count = load_le32(header);
    uint64_t entries = section->data + TABLE_HEADER;
    uint64_t behind = entries + (uint64_t)count * ENTRY;
    bool followed = chain->sectors.end == 0 && section->end > behind + 4; /* by the chunks themselves */
    uint8_t entry[ENTRY];
    uint64_t base = load_le64(header + 8);
    if (count == 0 || behind > section->end || base > INT64_MAX / 2 ||
        !entries_sound(chain, entries, count, !followed) || !read_at(chain, entries, entry, ENTRY))
        return 0;
    struct ewf_group *group = add_group(chain, count);
    if (group == NULL)
        return -1;
    group->base = base;
    group->table = entries;
    group->data_end = followed ? section->end : chain->sectors.end != 0 ? chain->sectors.end : section->at;
    chain->table_size = section->end - section->at;
    chain->sectors.end = 0;
    return 1;
}

/* A sectors section whose tables are lost: its chunks tell their ends themselves. */
static int walk_sectors(struct chain *chain)
{
    struct ewf_index *index = chain->index;
    uint64_t at = chain->sectors.data;
    uint64_t end = chain->sectors.end < chain->size ? chain->sectors.end : chain->size;
    chain->sectors.end = 0;
    index->sound = false;
    if (index->chunk_size == 0)
        return add_hole(chain, "", chain->name, " is damaged: its tables cannot be read.");
    uint8_t *packed = malloc((size_t)index->chunk_size + EWF_CHUNK_SPARE);
    uint8_t *out = malloc(index->chunk_size);
    uint32_t *entries = NULL;
    uint64_t base = at;
    uint32_t count = 0;
    uint64_t used = 1;
    while (packed != NULL && out != NULL && used > 0 && at < end && count < WALKED_MOST && at - base <= INT32_MAX) {
        uint32_t length = 0;
        if ((count & (count - 1)) == 0) {
            uint32_t *grown = reallocarray(entries, count == 0 ? 1 : 2 * (size_t)count, sizeof *grown);
            if (grown == NULL)
                break;
            entries = grown;
        }
        used = ewf_unpack(index, at, end, '?', packed, out, &length);
        if (used > 0)
            entries[count++] = (uint32_t)(at - base);
        at += used;
    }
    bool short_of_memory = packed == NULL || out == NULL;
    free(packed);
    free(out);
    struct ewf_group *group = short_of_memory || count == 0 ? NULL : add_group(chain, count);
    if (group == NULL) {
        free(entries);
        if (short_of_memory || count != 0)
            return fail(chain->error, "Memory is short: close other programs and try again.");
    } else {
        group->base = base;
        group->walked = entries;
        group->data_end = at;
    }
    return at == end && end < chain->size ? 0
                                          : add_hole(chain, "", chain->name, " is cut off or damaged: copy it again.");
}

/* Did the descriptor that should stand at `expected` alone get lost, so that no chunk is missing before `section`? */
static bool nothing_skipped(const struct chain *chain, uint64_t expected, const struct section *section)
{
    enum { HEADERS_MOST = 4096 };
    uint8_t bytes[TABLE_HEADER + ENTRY];
    if (!chain->begun && (is_about_medium(section->type) || section->at - expected <= HEADERS_MOST))
        return true;
    if (strcmp(section->type, "table2") == 0 && chain->sectors.end != 0)
        return true;
    if (strcmp(section->type, "table") == 0 && chain->sectors.end == 0 &&
        read_at(chain, section->data, bytes, sizeof bytes))
        return load_le64(bytes + 8) + (load_le32(bytes + TABLE_HEADER) & INT32_MAX) == expected + DESCRIPTOR;
    return chain->table_size != 0 && section->at - expected == chain->table_size;
}

static int settle_owed(struct chain *chain)
{
    bool owed = chain->owed;
    chain->owed = false;
    return owed ? add_hole(chain, "", chain->name, " is damaged: a table cannot be read. Copy it again.") : 0;
}

static int take_section(struct chain *chain, const struct section *section)
{
    const char *type = section->type;
    bool table = strcmp(type, "table") == 0;
    int result = 0;
    if (table || strcmp(type, "table2") == 0) {
        if (!table && chain->table_size != 0) { /* a copy of what is known */
            chain->table_size = 0;
            return 0;
        }
        int taken = take_table(chain, section);
        chain->begun = true;
        chain->owed = taken == 0 && chain->sectors.end == 0;
        if (taken != 1)
            chain->index->sound = false;
        if (!table)
            chain->table_size = 0;
        return taken < 0 ? -1 : 0;
    }
    chain->table_size = 0;
    if (settle_owed(chain) != 0)
        return -1;
    if (chain->sectors.end != 0)
        result = walk_sectors(chain);
    if (strcmp(type, "sectors") == 0) {
        chain->sectors = *section;
        chain->begun = true;
    } else if (is_about_medium(type) && type[0] != 'h')
        read_volume(chain, section);
    else if (strcmp(type, "hash") == 0 || strcmp(type, "digest") == 0)
        read_digests(chain, section);
    chain->ends_image = strcmp(type, "done") == 0;
    chain->closed = chain->ends_image || strcmp(type, "next") == 0;
    return result;
}

static int follow_chain(struct chain *chain)
{
    uint64_t at = SEGMENT_HEADER;
    struct section section;
    for (int i = 0; i < SECTIONS_MOST && !chain->closed; i++) {
        bool skipped = !read_section(chain, at, &section);
        if (skipped) {
            chain->index->sound = false;
            if (!find_section(chain, at + 1, &section))
                break;
            if (!nothing_skipped(chain, at, &section)) {
                if (chain->sectors.end != 0 && walk_sectors(chain) != 0)
                    return -1;
                if (add_hole(chain, "", chain->name,
                             " is damaged: some of its sections cannot be read. Copy it again.") != 0)
                    return -1;
            }
        }
        if (take_section(chain, &section) != 0)
            return -1;
        at = section.next > section.at ? section.next : section.end;
    }
    if (chain->closed)
        return 0;
    chain->index->sound = false;
    if (settle_owed(chain) != 0 || (chain->sectors.end != 0 && walk_sectors(chain) != 0))
        return -1;
    /* Only the closing descriptor itself is damaged: no chunk is missing, and what should follow is asked for below. */
    if (at + DESCRIPTOR == chain->size)
        return 0;
    return add_hole(chain, "", chain->name, " is cut off or damaged: copy it again.");
}

static int missing_segment(struct chain *chain, size_t number)
{
    char *name = segments_member(chain->index->paths[0], number);
    int result = name == NULL ? fail(chain->error, "Memory is short: close other programs and try again.")
                              : add_hole(chain, "Segment ", path_name(name), " is missing: put it beside the others.");
    free(name);
    return result;
}

int ewf_chain_missing(struct ewf_index *index, size_t number, struct error *error)
{
    struct chain chain = {.index = index, .error = error};
    return missing_segment(&chain, number);
}

int ewf_chain_segment(struct ewf_index *index, size_t segment, size_t *number, bool *ends_image, struct error *error)
{
    struct chain chain = {.index = index, .error = error, .name = path_name(index->paths[segment])};
    uint8_t header[SEGMENT_HEADER];
    if (ewf_index_segment(index, segment) != 0)
        return fail(error, "Segment %s cannot be opened: check that it may be read.", chain.name);
    chain.size = index->segment_size;
    bool readable = read_at(&chain, 0, header, sizeof header);
    if (readable && memcmp(header, "EVF\x09\x0d\x0a\xff\x00", 8) != 0)
        return fail(error, "Segment %s is no Expert Witness file: copy it again.", chain.name);
    size_t found = readable ? load_le16(header + 9) : *number + 1;
    if (!readable || found == 0)
        return add_hole(&chain, "Segment ", chain.name, " is empty or cut off: copy it again.");
    if (found <= *number)
        return fail(error,
                    "%s is segment %zu of its image, where segment %zu should stand: name all segments in order.",
                    chain.name, found, *number + 1);
    if (found != *number + 1 && missing_segment(&chain, *number + 1) != 0)
        return -1;
    *number = found;
    int result = follow_chain(&chain);
    *ends_image = chain.ends_image || !chain.closed;
    return result;
}
