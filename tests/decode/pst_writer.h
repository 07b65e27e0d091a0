/* Writes small mail stores of Outlook (MS-PST): enough of one that a reader of the format finds its folders, messages
 * and attachments. */
#ifndef TESTS_DECODE_PST_WRITER_H
#define TESTS_DECODE_PST_WRITER_H

#include "decode/pst.h"

struct pst_writer {
    bool wide; /* numbers of 8 bytes, since Outlook 2003 */
    enum pst_crypt crypt;
    struct bytes file;
    struct bytes nodes;  /* entries of the tree of nodes */
    struct bytes blocks; /* and of that of blocks */
    uint64_t next;       /* number of the next block */
};

/* A node's value that has a name: text in UTF-16 (in the store's 8 bits when it is not wide). */
struct pst_property {
    uint16_t tag;
    const char *text;
};

void pst_writer_begin(struct pst_writer *writer);

/* Each writes a block, and returns its number: of data; of the list of the blocks of one; of values with names in a
 * heap; of a list of children, ended by a number 0. */
uint64_t pst_write_data(struct pst_writer *writer, const void *data, size_t length);
uint64_t pst_write_list(struct pst_writer *writer, const uint64_t *numbers, size_t count);
uint64_t pst_write_properties(struct pst_writer *writer, const struct pst_property *properties, size_t count);
uint64_t pst_write_children(struct pst_writer *writer, const struct pst_node *children);

/* Nodes come in the order of their numbers. */
void pst_add_node(struct pst_writer *writer, struct pst_node node);

/* Takes the last block out of the tree of blocks: it was deleted, its bytes still stand. */
void pst_forget_block(struct pst_writer *writer);

/* Writes the trees and the header. */
void pst_writer_end(struct pst_writer *writer);
void pst_writer_free(struct pst_writer *writer);

#endif
