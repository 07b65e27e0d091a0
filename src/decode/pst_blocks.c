/* See pst.h. MS-PST 2.2: the header, the pages of the trees, the blocks and lists of blocks. */
#include <string.h>
#include <zlib.h>

#include "base/number.h"
#include "decode/input.h"
#include "decode/pst.h"

enum { PAGE = 512, PAGE_LARGE = 4096, LEVELS_MAX = 8, ALIGNMENT = 64, BLOCKS_MAX = 1 << 20 };
enum { TREE_BLOCKS = 0x80, TREE_NODES = 0x81, LIST_BLOCKS = 1, LIST_NODES = 2, BLOCK_INTERNAL = 2 };
enum { VERSION_WIDE = 23, VERSION_LARGE = 36, VERSION_MAX = 64 };

static uint64_t load_number(const struct pst *pst, const uint8_t *at)
{
    return pst->wide ? load_le64(at) : load_le32(at);
}

bool pst_read_header(const uint8_t *data, size_t length, struct pst *pst)
{
    if (length < PST_HEADER || memcmp(data, "!BDN", 4) != 0 || data[8] != 'S' || (data[9] != 'M' && data[9] != 'O'))
        return false;
    unsigned version = load_le16(data + 10);
    pst->wide = version >= VERSION_WIDE;
    pst->large = version >= VERSION_LARGE;
    const uint8_t *root = data + (pst->wide ? 184 : 168); /* behind ROOT's first field */
    size_t number = pst->wide ? 8 : 4;
    pst->size = load_number(pst, root);
    pst->node_tree = load_number(pst, root + 5 * number);
    pst->block_tree = load_number(pst, root + 7 * number);
    unsigned crypt = data[pst->wide ? 513 : 461];
    pst->crypt = crypt < PST_LOCKED ? (enum pst_crypt)crypt : PST_LOCKED; /* with the keys of an organisation */
    return version >= 14 && version <= VERSION_MAX && data[pst->wide ? 512 : 460] == 0x80 &&
           pst->node_tree < pst->size && pst->block_tree < pst->size;
}

bool pst_take(struct pst *pst, uint64_t at)
{
    at /= ALIGNMENT;
    if (at >= PST_TAKEN_BITS)
        return true;
    if ((pst->taken[at / 8] >> at % 8 & 1) != 0)
        return false;
    pst->taken[at / 8] |= (uint8_t)(1U << at % 8);
    return true;
}

/* A page of a tree. */
struct page {
    uint8_t data[PAGE_LARGE];
    size_t count, entry; /* how many entries, of how many bytes */
    unsigned level;      /* 0: entries are nodes or blocks; else pages */
};

static bool read_page(struct pst *pst, uint64_t at, unsigned type, struct page *page)
{
    size_t size = pst->large ? PAGE_LARGE : PAGE;
    size_t trailer = size - (pst->large ? 24 : pst->wide ? 16 : 12);
    size_t room = trailer - (pst->large ? 16 : pst->wide ? 8 : 4);
    if (input_copy(pst->input, at, page->data, size) < size || page->data[trailer] != type ||
        page->data[trailer + 1] != type)
        return false;
    const uint8_t *counts = page->data + room;
    page->count = pst->large ? load_le16(counts) : counts[0];
    page->entry = pst->large ? counts[4] : counts[2];
    page->level = pst->large ? counts[5] : counts[3];
    size_t number = pst->wide ? 8 : 4;
    size_t least = page->level > 0 || type == TREE_BLOCKS ? 3 * number : 4 * number;
    return page->level < LEVELS_MAX && page->entry >= least && page->count * page->entry <= room;
}

/* The entry of a tree with a number. The lowest bit of a block's number says nothing. */
static bool find_entry(struct pst *pst, uint64_t root, unsigned type, uint64_t number, struct page *page,
                       const uint8_t **entry)
{
    unsigned above = LEVELS_MAX;
    uint64_t ignored = type == TREE_BLOCKS ? 1 : 0;
    number &= ~ignored;
    for (uint64_t at = root; read_page(pst, at, type, page) && page->level < above;) {
        above = page->level;
        const uint8_t *last = NULL;
        for (size_t i = 0; i < page->count; i++) {
            const uint8_t *candidate = page->data + i * page->entry;
            if ((load_number(pst, candidate) & ~ignored) > number)
                break;
            last = candidate;
        }
        if (last == NULL)
            return false;
        if (page->level == 0) {
            *entry = last;
            return (load_number(pst, last) & ~ignored) == number;
        }
        at = load_number(pst, last + (pst->wide ? 16 : 8));
    }
    return false;
}

static struct pst_node load_node(const struct pst *pst, const uint8_t *entry)
{
    size_t number = pst->wide ? 8 : 4;
    return (struct pst_node){load_le32(entry), load_number(pst, entry + number), load_number(pst, entry + 2 * number),
                             load_le32(entry + 3 * number)};
}

bool pst_find_node(struct pst *pst, uint64_t number, struct pst_node *node)
{
    struct page page;
    const uint8_t *entry;
    if (!find_entry(pst, pst->node_tree, TREE_NODES, number, &page, &entry))
        return false;
    *node = load_node(pst, entry);
    return true;
}

bool pst_find_block(struct pst *pst, uint64_t number, struct pst_place *place)
{
    struct page page;
    const uint8_t *entry;
    if (number == 0 || !find_entry(pst, pst->block_tree, TREE_BLOCKS, number, &page, &entry))
        return false;
    entry += pst->wide ? 8 : 4;
    place->at = load_number(pst, entry);
    entry += pst->wide ? 8 : 4;
    place->length = load_le16(entry);
    place->inflated = pst->large ? load_le16(entry + 2) : place->length;
    return true;
}

bool pst_read_block(struct pst *pst, uint64_t number, const struct pst_place *place, struct bytes *out)
{
    bytes_clear(out);
    if (place->length == 0 || bytes_reserve(out, place->length) != 0 ||
        input_copy(pst->input, place->at, out->data, place->length) < place->length)
        return false;
    out->length = place->length;
    if (place->inflated > place->length) {
        uint8_t inflated[PST_BLOCK_MAX];
        uLongf length = place->inflated;
        if (uncompress(inflated, &length, out->data, out->length) != Z_OK)
            return false;
        bytes_clear(out);
        bytes_append(out, inflated, length);
    }
    if ((number & BLOCK_INTERNAL) == 0)
        pst_decrypt(pst->crypt, (uint32_t)number, out->data, out->length);
    return !out->failed;
}

/* A list of blocks or of nodes: what it lists, how many, and of which level it is. */
struct list {
    struct bytes block;
    unsigned type, level;
    size_t count;
};

static bool read_list(struct pst *pst, uint64_t number, bool once, struct list *list)
{
    struct pst_place place;
    if ((number & BLOCK_INTERNAL) == 0 || !pst_find_block(pst, number, &place) || (once && !pst_take(pst, place.at)) ||
        !pst_read_block(pst, number, &place, &list->block) || list->block.length < 8)
        return false;
    list->type = list->block.data[0];
    list->level = list->block.data[1];
    list->count = load_le16(list->block.data + 2);
    return true;
}

static void list_blocks(struct pst *pst, uint64_t number, bool once, unsigned above, struct bytes *numbers)
{
    struct list list = {{0}, 0, 0, 0};
    if ((number & BLOCK_INTERNAL) == 0) {
        if (number != 0 && numbers->length / sizeof number < BLOCKS_MAX)
            bytes_append(numbers, &number, sizeof number);
    } else if (read_list(pst, number, once, &list) && list.type == LIST_BLOCKS && list.level < above) {
        size_t size = pst->wide ? 8 : 4;
        for (size_t i = 0; i < list.count && 8 + (i + 1) * size <= list.block.length; i++)
            list_blocks(pst, load_number(pst, list.block.data + 8 + i * size), once, list.level, numbers);
    }
    bytes_free(&list.block);
}

void pst_list_blocks(struct pst *pst, uint64_t number, bool once, struct bytes *numbers)
{
    list_blocks(pst, number, once, 3, numbers);
}

static int visit_page(struct pst *pst, uint64_t at, unsigned above, pst_visit visit, void *context)
{
    struct page page;
    if (!read_page(pst, at, TREE_NODES, &page) || page.level >= above || !pst_take(pst, at))
        return 0;
    int stop = 0;
    for (size_t i = 0; i < page.count && stop == 0; i++) {
        const uint8_t *entry = page.data + i * page.entry;
        if (page.level > 0) {
            stop = visit_page(pst, load_number(pst, entry + (pst->wide ? 16 : 8)), page.level, visit, context);
        } else {
            struct pst_node node = load_node(pst, entry);
            stop = visit(pst, &node, context);
        }
    }
    return stop;
}

int pst_visit_nodes(struct pst *pst, pst_visit visit, void *context)
{
    return visit_page(pst, pst->node_tree, LEVELS_MAX, visit, context);
}

static int visit_list(struct pst *pst, uint64_t number, unsigned above, pst_visit visit, void *context)
{
    struct list list = {{0}, 0, 0, 0};
    int stop = 0;
    if (read_list(pst, number, true, &list) && list.type == LIST_NODES && list.level < above) {
        size_t size = pst->wide ? 8 : 4;
        size_t entry = list.level > 0 ? 2 * size : 3 * size;
        size_t at = pst->wide ? 8 : 4;
        for (size_t i = 0; i < list.count && at + entry <= list.block.length && stop == 0; i++, at += entry) {
            const uint8_t *child = list.block.data + at;
            if (list.level > 0) {
                stop = visit_list(pst, load_number(pst, child + size), list.level, visit, context);
            } else {
                struct pst_node node = {load_le32(child), load_number(pst, child + size),
                                        load_number(pst, child + 2 * size), 0};
                stop = visit(pst, &node, context);
            }
        }
    }
    bytes_free(&list.block);
    return stop;
}

int pst_visit_children(struct pst *pst, uint64_t number, pst_visit visit, void *context)
{
    return visit_list(pst, number, 2, visit, context);
}
