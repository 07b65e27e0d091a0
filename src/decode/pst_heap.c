/* See pst.h. MS-PST 2.3: a node's values stand in a heap, some kilobytes in each block, where a map says where each
 * begins; long ones are nodes of their own. Those of folders, messages and attachments have names, in a tree of
 * properties that stands in the heap as well. */
#include <string.h>

#include "base/number.h"
#include "decode/characters.h"
#include "decode/pst.h"

enum { HEAP = 0xec, PROPERTIES = 0xbc, TREE = 0xb5, TREE_LEVELS = 4, TREE_HEADER = 8, KEY = 2, RECORD = 8 };
enum { TEXT_8 = 0x1e, TEXT_16 = 0x1f };

/* Where values begin in a block: count + 1 places, the last of them the end. */
struct map {
    const uint8_t *places;
    size_t count, end;
};

static bool read_map(const struct bytes *block, struct map *map)
{
    if (block->length < 8)
        return false;
    size_t at = load_le16(block->data);
    if (at < 2 || at > block->length - 6)
        return false;
    map->count = load_le16(block->data + at);
    map->places = block->data + at + 4;
    map->end = at;
    if ((map->count + 1) * 2 > block->length - at - 4)
        return false;
    size_t before = 2;
    for (size_t i = 0; i <= map->count; i++) {
        size_t place = load_le16(map->places + 2 * i);
        if (place < before || place > at)
            return false;
        before = place;
    }
    return true;
}

bool pst_is_heap(const struct bytes *block)
{
    struct map map;
    return read_map(block, &map) && block->data[2] == HEAP;
}

void pst_append_values(const struct bytes *block, struct bytes *out)
{
    struct map map;
    if (!read_map(block, &map)) {
        bytes_append(out, block->data, block->length);
        return;
    }
    for (size_t i = 0; i <= map.count; i++) { /* behind the last one, what is free now */
        size_t begin = load_le16(map.places + 2 * i);
        size_t end = i < map.count ? load_le16(map.places + 2 * i + 2) : map.end;
        if (begin == end)
            continue;
        bytes_append(out, block->data + begin, end - begin);
        bytes_append(out, "\n", 2); /* a line end in either kind of text */
    }
}

/* A heap that values are asked of by their number. */
struct heap {
    struct pst *pst;
    const struct bytes *numbers; /* of its blocks */
    struct bytes block;          /* the one at hand */
    size_t index;
};

struct value {
    const uint8_t *data; /* valid until the next one is asked for */
    size_t length;
};

static bool load_block(struct heap *heap, size_t index)
{
    struct pst_place place;
    uint64_t number;
    if (heap->index == index)
        return true;
    heap->index = SIZE_MAX;
    if (index >= heap->numbers->length / sizeof number)
        return false;
    memcpy(&number, heap->numbers->data + index * sizeof number, sizeof number);
    if (!pst_find_block(heap->pst, number, &place) || !pst_read_block(heap->pst, number, &place, &heap->block))
        return false;
    heap->index = index;
    return true;
}

/* The number says which block, and which value in it, counted from 1. */
static struct value find_value(struct heap *heap, uint32_t number)
{
    struct value value = {NULL, 0};
    unsigned bits = heap->pst->large ? 14 : 11;
    size_t which = number >> 5 & ((1U << bits) - 1);
    struct map map;
    if ((number & PST_NODE_INTERNAL) != 0 || which == 0 || !load_block(heap, number >> (5 + bits)) ||
        !read_map(&heap->block, &map) || which > map.count)
        return value;
    size_t begin = load_le16(map.places + 2 * which - 2);
    value.data = heap->block.data + begin;
    value.length = load_le16(map.places + 2 * which) - begin;
    return value;
}

/* Finds a property in the tree. Entries are sorted by their key; above the leaves each leads to a value with more. */
static bool find_property(struct heap *heap, unsigned wanted, unsigned *type, uint32_t *where)
{
    if (!load_block(heap, 0) || !pst_is_heap(&heap->block) || heap->block.data[3] != PROPERTIES)
        return false;
    struct value header = find_value(heap, load_le32(heap->block.data + 4));
    if (header.length < TREE_HEADER || header.data[0] != TREE || header.data[1] != KEY ||
        header.data[2] != RECORD - KEY || header.data[3] > TREE_LEVELS)
        return false;
    uint32_t next = load_le32(header.data + 4);
    for (unsigned level = header.data[3] + 1U; level > 0; level--) {
        struct value entries = find_value(heap, next);
        size_t size = level > 1 ? KEY + 4 : RECORD;
        const uint8_t *last = NULL;
        for (size_t at = 0; at + size <= entries.length && load_le16(entries.data + at) <= wanted; at += size)
            last = entries.data + at;
        if (last == NULL || (level == 1 && load_le16(last) != wanted))
            return false;
        *type = load_le16(last + 2);
        *where = load_le32(last + size - 4);
        next = *where;
    }
    return true;
}

static void append_text(struct value value, unsigned type, struct bytes *out)
{
    enum { LABEL = 2 * SB_LABEL_MAX };
    size_t step = type == TEXT_16 ? 2 : 1;
    for (size_t i = 0; i + step <= value.length && i < LABEL; i += step) {
        uint32_t character = type == TEXT_16 ? load_le16(value.data + i) : windows_1252(value.data[i]);
        if (character >= 0xd800 && character < 0xdc00 && i + 4 <= value.length) {
            character = 0x10000 + ((character & 0x3ff) << 10) + (load_le16(value.data + i + 2) & 0x3ffU);
            i += 2;
        }
        uint8_t utf8[4];
        if (character >= 0x20) /* a subject begins with the length of its prefix */
            bytes_append(out, utf8, write_utf8(character, utf8));
        else if (i == 0 && character == 1)
            i += step;
    }
}

void pst_append_name(struct pst *pst, const struct bytes *numbers, struct bytes *out)
{
    /* Of an attachment its file's name, long or short; of a message its subject; of a folder what is shown of it. */
    static const uint16_t names[] = {0x3707, 0x3704, 0x0037, 0x3001};
    struct heap heap = {.pst = pst, .numbers = numbers, .index = SIZE_MAX};
    size_t before = out->length;
    for (size_t i = 0; i < sizeof names / sizeof *names && out->length == before; i++) {
        unsigned type = 0;
        uint32_t where = 0;
        if (find_property(&heap, names[i], &type, &where) && (type == TEXT_8 || type == TEXT_16))
            append_text(find_value(&heap, where), type, out);
    }
    bytes_free(&heap.block);
}
