/* What the parts of the reader of Outlook's mail stores share (MS-PST; for stores with pages of 4 KiB, what is known of
 * them). Private to decode.
 *
 *     pst_crypt.c    bytes as they are stored to bytes as they are meant
 *     pst_blocks.c   pages, blocks, and the two trees that lead to them: of nodes and of blocks
 *     pst_heap.c     what a node's blocks hold: values, some of which have names
 *     pst.c          the decoder: nodes one after another, then blocks that no node leads to any more */
#ifndef DECODE_PST_H
#define DECODE_PST_H

#include "base/bytes.h"
#include "decode/decode.h"
#include "decode/pst_crypt.h"

enum { PST_HEADER = 564, PST_BLOCK_MAX = 64 * 1024, PST_NODE_INTERNAL = 0x1f };

struct pst {
    struct sb_input *input;
    struct sb_output *output;
    bool wide;  /* numbers of 8 bytes, since Outlook 2003, rather than of 4 */
    bool large; /* pages of 4 KiB, blocks of up to 64 KiB, compressed: stores of Exchange since Outlook 2013 */
    enum pst_crypt crypt;
    uint64_t size;      /* of the file, as it says */
    uint64_t node_tree; /* where the root of each tree stands */
    uint64_t block_tree;
    uint8_t *taken; /* a bit for each 64 bytes of the file: a page or block begins there that was handed out */
};

/* A node of the store, or of another node. */
struct pst_node {
    uint64_t number, data, children, parent;
};

/* Where a block stands. */
struct pst_place {
    uint64_t at;
    size_t length;   /* of its content as stored */
    size_t inflated; /* and as it was before it was compressed; the same when it was not */
};

enum { PST_TAKEN_BITS = 1 << 27 }; /* 8 GiB of a file; behind it, nothing is taken twice but nothing deleted found */

/* pst_blocks.c */

/* Reads the header. False when it is none. */
bool pst_read_header(const uint8_t *data, size_t length, struct pst *pst);
/* Marks what stands at `at` as handed out. False when it was. */
bool pst_take(struct pst *pst, uint64_t at);
/* Finds a node or a block by its number. */
bool pst_find_node(struct pst *pst, uint64_t number, struct pst_node *node);
bool pst_find_block(struct pst *pst, uint64_t number, struct pst_place *place);
/* A block's content as it is meant: `out` is emptied first. False when it is not there whole. */
bool pst_read_block(struct pst *pst, uint64_t number, const struct pst_place *place, struct bytes *out);
/* Appends the numbers (uint64_t) of the blocks that the data of a node is cut into. With `once`, lists of blocks that
 * were read before give nothing. */
void pst_list_blocks(struct pst *pst, uint64_t number, bool once, struct bytes *numbers);
/* Calls `visit` for each node of the store, or of the block that lists a node's children. Stops when it says so (not
 * 0), and returns what it said. */
typedef int (*pst_visit)(struct pst *pst, const struct pst_node *node, void *context);
int pst_visit_nodes(struct pst *pst, pst_visit visit, void *context);
int pst_visit_children(struct pst *pst, uint64_t number, pst_visit visit, void *context);

/* pst_heap.c */

/* Is a node's first block the first of a heap of values? */
bool pst_is_heap(const struct bytes *block);
/* Appends the values in a block of a heap, a line end behind each; all of it when it is none. */
void pst_append_values(const struct bytes *block, struct bytes *out);
/* Appends the name that the values of a node hold (of a folder, a message, an attachment), in UTF-8. `numbers` lists
 * the node's blocks. */
void pst_append_name(struct pst *pst, const struct bytes *numbers, struct bytes *out);

#endif
