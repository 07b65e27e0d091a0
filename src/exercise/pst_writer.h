/* Writes small mail stores of Outlook (MS-PST): enough of one that a reader of the format finds its folders, messages
 * and attachments. The tests of that reader use it too. */
#ifndef EXERCISE_PST_WRITER_H
#define EXERCISE_PST_WRITER_H

#include "base/bytes.h"
#include "decode/pst_crypt.h"

enum pst_form {
    PST_NARROW, /* numbers of 4 bytes */
    PST_WIDE,   /* of 8 bytes, since Outlook 2003 */
    PST_LARGE,  /* and pages of 4 KiB, blocks compressed: the copy of a mailbox (OST) since Outlook 2013 */
};

struct pst_writer {
    enum pst_form form;
    enum pst_crypt crypt;
    struct bytes file;
    struct bytes nodes;  /* entries of the tree of nodes */
    struct bytes blocks; /* and of that of blocks */
    uint64_t next;       /* number of the next block */
};

/* A node's value that has a name: text in UTF-16 (in the store's 8 bits when it is narrow). */
struct pst_property {
    uint16_t tag;
    const char *text;
};

/* A node to be written: its number, the numbers of the blocks of its data and of its children, its folder's number. */
struct pst_written {
    uint64_t number, data, children, parent;
};

void pst_writer_begin(struct pst_writer *writer);

/* Each writes a block, and returns its number: of data; of the list of the blocks of one; of values with names in a
 * heap; of a list of children, ended by a number 0. */
uint64_t pst_write_data(struct pst_writer *writer, const void *data, size_t length);
uint64_t pst_write_list(struct pst_writer *writer, const uint64_t *numbers, size_t count);
uint64_t pst_write_properties(struct pst_writer *writer, const struct pst_property *properties, size_t count);
uint64_t pst_write_children(struct pst_writer *writer, const struct pst_written *children);

/* Data of any length: as one block of as many bytes as there may be in one, or as several and the list of them. */
enum { PST_DATA_MAX = 8176 };
uint64_t pst_write_long(struct pst_writer *writer, const void *data, size_t length);

/* Nodes come in the order of their numbers. */
void pst_add_node(struct pst_writer *writer, struct pst_written node);

/* Takes the last block out of the tree of blocks: it was deleted, its bytes still stand. */
void pst_forget_block(struct pst_writer *writer);

/* Writes the trees and the header. */
void pst_writer_end(struct pst_writer *writer);
void pst_writer_free(struct pst_writer *writer);

#endif
