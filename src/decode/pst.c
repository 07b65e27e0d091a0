/* Mail stores of Outlook (PST, and OST, which keeps a copy of a mailbox of Exchange), MS-PST. See pst.h.
 *
 * Every node of the store becomes a stream of its own, named by its folders and its subject: message, attachment, table
 * of a folder, whatever it is; first its values one behind the other, then each long value (text, attachment) as a
 * stream of its own. No list of known properties is needed for that, and none can be incomplete. Then come the blocks
 * that no node leads to any more: deleted messages, and old states of others, as long as their place was not used
 * again. Each block is handed out once, so a store gives little more than its size.
 *
 * libpff is not used: it reads a store that is whole, by properties, and holds what it reads in memory; here are stores
 * that are cut off, overwritten or made to harm, in bounded memory, and what was deleted in them. */
#include "decode/pst.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/number.h"
#include "decode/input.h"

enum { DEPTH_MAX = 6, FOLDERS_MAX = 6, FOLDER = 2, TYPE_MASK = 0x1f, FREE_ALIGNMENT = 64, NUMBER_ROOM = 20 };

struct walk {
    const char *name; /* of the node that this one belongs to */
    size_t name_length;
    unsigned depth;
    struct bytes block, text; /* of the node at hand */
    uint64_t folder;          /* whose path `folders` is */
    struct bytes folders;
    bool failed; /* memory */
};

static int read_node(struct pst *pst, const struct pst_node *node, void *context);

/* The names of a folder and of those it lies in, outermost first. The outermost of all has none. */
static void append_folders(struct pst *pst, struct walk *walk, uint64_t number)
{
    struct pst_node chain[FOLDERS_MAX];
    size_t depth = 0;
    if (walk->folder == number)
        return;
    walk->folder = number;
    bytes_clear(&walk->folders);
    while (depth < FOLDERS_MAX && pst_find_node(pst, number, &chain[depth])) {
        bool last = chain[depth].parent == number;
        number = chain[depth++].parent;
        if (last || number == 0)
            break;
    }
    while (depth > 0) {
        struct bytes numbers = {0};
        size_t before = walk->folders.length;
        pst_list_blocks(pst, chain[--depth].data, false, &numbers);
        pst_append_name(pst, &numbers, &walk->folders);
        if (walk->folders.length > before)
            bytes_append_char(&walk->folders, '/');
        bytes_free(&numbers);
    }
}

/* What a node is called: where it lies, its own name if it has one, and its number: others may be called the same. */
static void append_path(struct pst *pst, struct walk *walk, const struct pst_node *node, const struct bytes *numbers,
                        struct bytes *path)
{
    bytes_append(path, walk->name, walk->name_length);
    if (walk->depth > 0) {
        bytes_append_char(path, '/');
    } else {
        /* A folder's tables have its number, but for the part that says what they are. */
        bool inside = node->parent != 0 && node->parent != node->number;
        append_folders(pst, walk, inside ? node->parent : (node->number & ~(uint64_t)TYPE_MASK) | FOLDER);
        bytes_append(path, walk->folders.data, walk->folders.length);
    }
    size_t before = path->length;
    pst_append_name(pst, numbers, path);
    if (path->length > SB_LABEL_MAX - NUMBER_ROOM)
        path->length = SB_LABEL_MAX - NUMBER_ROOM;
    bytes_format(path, "%s0x%llx", path->length > before ? " " : "", (unsigned long long)node->number);
}

/* Hands out the blocks of a node's data, those that no other node had. Returns what the output returned. */
static int hand_out(struct pst *pst, struct walk *walk, const struct bytes *numbers, const struct bytes *path)
{
    bool heap = false;
    bool begun = false;
    for (size_t at = 0; at < numbers->length; at += sizeof(uint64_t)) {
        struct pst_place place;
        uint64_t number;
        memcpy(&number, numbers->data + at, sizeof number);
        if (!pst_find_block(pst, number, &place) || !pst_take(pst, place.at) ||
            !pst_read_block(pst, number, &place, &walk->block))
            continue;
        heap = heap || (at == 0 && pst_is_heap(&walk->block));
        bytes_clear(&walk->text);
        if (heap)
            pst_append_values(&walk->block, &walk->text);
        const struct bytes *given = heap ? &walk->text : &walk->block;
        if (!begun && output_member(pst->output, (const char *)path->data, path->length) != 0)
            return -1;
        begun = true;
        if (output_pieces(pst->output, given->data, given->length) != 0)
            return -1;
    }
    return 0;
}

static int read_node(struct pst *pst, const struct pst_node *node, void *context)
{
    struct walk *walk = context;
    struct bytes numbers = {0};
    struct bytes path = {0};
    pst_list_blocks(pst, node->data, true, &numbers);
    append_path(pst, walk, node, &numbers, &path);
    walk->failed |= path.failed || numbers.failed;
    int stop = walk->failed ? -1 : hand_out(pst, walk, &numbers, &path);
    if (stop == 0 && walk->depth < DEPTH_MAX && node->children != 0) {
        const char *name = walk->name;
        size_t name_length = walk->name_length;
        walk->name = (const char *)path.data;
        walk->name_length = path.length;
        walk->depth++;
        stop = pst_visit_children(pst, node->children, read_node, walk);
        walk->depth--;
        walk->name = name;
        walk->name_length = name_length;
    }
    bytes_free(&numbers);
    bytes_free(&path);
    return stop;
}

/* A block that ends at `end`, as what stands behind its content says: its length, a number made of its place and its
 * own number, a checksum, its number. */
static bool read_trailer(struct pst *pst, uint64_t end, uint64_t *number, struct pst_place *place, uint32_t *checksum)
{
    uint8_t trailer[16];
    size_t size = pst->wide ? 16 : 12;
    if (input_copy(pst->input, end - size, trailer, size) < size)
        return false;
    place->length = place->inflated = load_le16(trailer);
    size_t whole = (place->length + size + FREE_ALIGNMENT - 1) / FREE_ALIGNMENT * FREE_ALIGNMENT;
    if (place->length == 0 || whole > PST_BLOCK_MAX || whole > end)
        return false;
    place->at = end - whole;
    *checksum = load_le32(trailer + (pst->wide ? 4 : 8));
    *number = pst->wide ? load_le64(trailer + 8) : load_le32(trailer + 4);
    uint32_t mixed = (uint32_t)place->at ^ (uint32_t)*number;
    return (uint16_t)(mixed >> 16 ^ mixed) == load_le16(trailer + 2);
}

/* Blocks of data that no node led to. */
static int hand_out_deleted(struct pst *pst, struct walk *walk)
{
    uint64_t size =
        pst->size < (uint64_t)PST_TAKEN_BITS * FREE_ALIGNMENT ? pst->size : (uint64_t)PST_TAKEN_BITS * FREE_ALIGNMENT;
    for (uint64_t end = FREE_ALIGNMENT; end <= size && !walk->failed; end += FREE_ALIGNMENT) {
        struct pst_place place;
        uint64_t number;
        uint32_t checksum;
        size_t available;
        if (pst->input->view(pst->input, end - 1, &available) == NULL)
            break;
        if (!read_trailer(pst, end, &number, &place, &checksum) || (number & 2) != 0)
            continue;
        /* The checksum is of the bytes as they are stored. */
        if (!pst_read_block(pst, 2, &place, &walk->block) ||
            (uint32_t)~crc32(UINT32_MAX, walk->block.data, (uInt)walk->block.length) != checksum ||
            !pst_take(pst, place.at))
            continue;
        pst_decrypt(pst->crypt, (uint32_t)number, walk->block.data, walk->block.length);
        bytes_clear(&walk->text);
        bytes_format(&walk->text, "deleted/0x%llx", (unsigned long long)number);
        if (output_member(pst->output, (const char *)walk->text.data, walk->text.length) != 0)
            return -1;
        bytes_clear(&walk->text);
        pst_append_values(&walk->block, &walk->text);
        walk->failed |= walk->text.failed;
        if (output_pieces(pst->output, walk->text.data, walk->text.length) != 0)
            return -1;
    }
    return 0;
}

static enum sb_decode_result decode(const struct sb_container *container, struct sb_input *input,
                                    struct sb_output *output, uint64_t *consumed)
{
    (void)container;
    *consumed = 0;
    uint8_t header[PST_HEADER];
    struct pst pst;
    if (!pst_read_header(header, input_copy(input, 0, header, PST_HEADER), &pst))
        return SB_DECODE_BROKEN;
    if (pst.crypt == PST_LOCKED)
        return SB_DECODE_ENCRYPTED;
    struct kept_input kept = keep_input(input);
    struct walk walk = {.name = "", .folder = UINT64_MAX};
    pst.input = &kept.input;
    pst.output = output;
    pst.taken = calloc(PST_TAKEN_BITS / 8, 1);
    walk.failed = pst.taken == NULL;
    int stop = walk.failed ? -1 : pst_visit_nodes(&pst, read_node, &walk);
    if (stop == 0 && !pst.large)
        stop = hand_out_deleted(&pst, &walk);
    free(pst.taken);
    bytes_free(&walk.block);
    bytes_free(&walk.text);
    bytes_free(&walk.folders);
    size_t available;
    if (walk.failed)
        return SB_DECODE_NO_MEMORY;
    if (stop != 0)
        return SB_DECODE_STOPPED;
    return input->view(input, pst.size - 1, &available) == NULL ? SB_DECODE_BROKEN : SB_DECODE_DONE;
}

static bool sniff(const uint8_t *data, size_t length, size_t at, struct sb_container *container)
{
    struct pst pst;
    if (!pst_read_header(data + at, length - at, &pst))
        return false;
    *container = (struct sb_container){.size = pst.size};
    return true;
}

const struct sb_decoder sb_decoder_pst = {
    .name = "PST",
    .literal = "!BDN",
    .literal_length = 4,
    .named = true,
    .sniff = sniff,
    .decode = decode,
};
