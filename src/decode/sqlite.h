/* What the readers of SQLite databases, of their pages and of their journals share. Private to decode. */
#ifndef DECODE_SQLITE_H
#define DECODE_SQLITE_H

#include "decode/input.h"

enum { SQLITE_PAGE_MIN = 512, SQLITE_PAGE_MAX = 65536, SQLITE_PAGES_MAX = 16 << 20, SQLITE_FILE_HEADER = 100 };

/* A page in a journal. */
struct sqlite_frame {
    uint32_t page, place; /* its number in the database; which page of the journal it is, counted from 1 */
};

/* How the database writes text; unknown where its first page is not at hand. */
enum sqlite_text { SQLITE_TEXT_UNKNOWN, SQLITE_TEXT_UTF8, SQLITE_TEXT_UTF16LE, SQLITE_TEXT_UTF16BE };

struct sqlite {
    bool ahead; /* a write-ahead log */
    bool sized; /* the database says how many pages it has */
    struct kept_input input;
    struct sb_output *output;
    size_t page_size, usable;
    enum sqlite_text text;
    uint64_t pages;              /* in the database, as many as there are */
    struct sqlite_frame *frames; /* of a journal, by page and place; NULL in a database */
    uint64_t *places;            /* where each page of the journal stands; NULL in a database */
    size_t frame_count;
    uint32_t salt;
    uint32_t last;    /* of a journal: the last place of the transaction that is read */
    uint8_t *taken;   /* a bit for each overflow page, by its place */
    uint8_t *trees;   /* for each of a tree, or that was read as what is free of one */
    uint8_t *listed;  /* and for each that is on the list of free ones */
    uint8_t *page;    /* SQLITE_PAGE_MAX bytes */
    uint8_t *covered; /* a bit for each byte of the page that a cell of it has, and one for where a free part begins */
    uint8_t *begins;
    uint32_t number; /* of the page at hand, in the database */
    bool begun;      /* it has given something */
    uint64_t effort; /* columns that may still be looked at in what is free of it */
};

static inline bool sqlite_bit(const uint8_t *bits, size_t at)
{
    return (bits[at / 8] >> at % 8 & 1) != 0;
}

static inline void sqlite_set_bit(uint8_t *bits, size_t at)
{
    bits[at / 8] |= (uint8_t)(1U << at % 8);
}

/* sqlite.c */
bool sqlite_is_page_size(uint32_t size);
/* Takes memory. False when it is short; sqlite_end gives it back in any case. */
bool sqlite_begin(struct sqlite *database);
void sqlite_end(struct sqlite *database);
/* Makes the page at `place` the one at hand. False when it is not there as a whole. */
bool sqlite_load(struct sqlite *database, uint32_t place, uint32_t number);
/* The first page says how text is written. */
void sqlite_learn_text(struct sqlite *database, const uint8_t *header);

/* sqlite_chain.c: pages that lead on */
/* Where a page stands in the file; `place` is counted from 1. */
uint64_t sqlite_place(const struct sqlite *database, uint32_t place);
/* Could this be the number of an overflow page that nothing led to yet? Text makes larger numbers. */
bool sqlite_may_lead_on(struct sqlite *database, uint32_t page);
bool sqlite_is_taken(const struct sqlite *database, uint32_t place);
/* The number of the next page of a chain, which an overflow page begins with; UINT32_MAX when it is not there. */
uint32_t sqlite_next_page(struct sqlite *database, uint32_t page);

/* sqlite_record.c: rows */
struct sqlite_cell {
    size_t begin, end;    /* in the page, with the number of its first overflow page */
    size_t local, length; /* where its payload begins in the page, and how much of it stands there */
    uint64_t payload;     /* bytes in all */
};

/* The columns that are to come in what is handed out. */
struct sqlite_columns {
    const uint8_t *types, *types_end; /* NULL: not known; all is handed out as it is */
    uint64_t left;                    /* bytes of the column at hand */
    bool shown, text;
    size_t given;
    uint8_t last[2]; /* that were given */
};

/* sqlite_chain.c. Hands out the chain that begins in `page`, up to `left` bytes, as far as its pages are not taken. */
bool sqlite_give_chain(struct sqlite *database, struct sqlite_columns *columns, uint32_t page, uint64_t left);

/* A number of one to nine bytes, seven bits each; 0 bytes when it does not end in sight. */
size_t sqlite_varint(const uint8_t *data, size_t length, uint64_t *number);
/* How many bytes a column of this type has; UINT64_MAX when there is none. */
uint64_t sqlite_column_size(uint64_t type);
/* Reads the cell at `at`, in a part of the page that ends at `end`. False when it is none. */
bool sqlite_read_cell(struct sqlite *database, size_t at, size_t end, bool table, struct sqlite_cell *cell);
/* Hands out the texts and blobs of a cell, with what stands in its overflow pages, each with a line end behind it.
 * False when the output stops. */
bool sqlite_give_cell(struct sqlite *database, const struct sqlite_cell *cell);
/* Hands out the columns of which `data` is what is at hand. */
bool sqlite_give_columns(struct sqlite *database, struct sqlite_columns *columns, const uint8_t *data, size_t length);
/* A row ends, perhaps within a column. */
bool sqlite_end_columns(struct sqlite *database, struct sqlite_columns *columns);
/* Hands out bytes of which nobody knows the columns, and if `next` is a page, the chain that begins there. */
bool sqlite_give_raw(struct sqlite *database, const uint8_t *data, size_t length, uint32_t next);

/* sqlite_page.c. First the rows of all pages take their overflow pages, then what was deleted may have what is left. */
enum sqlite_pass { SQLITE_ROWS, SQLITE_DELETED };
/* Is the page at hand one of a tree? */
bool sqlite_is_tree(const struct sqlite *database);
/* Hands out the rows of the page at hand, or what is free in it. False when the output stops. */
bool sqlite_read_page(struct sqlite *database, enum sqlite_pass pass);

/* sqlite_free.c: hands out the rows that were deleted in a free part of the page at hand, of a table or not, whose
 * living rows have so many columns (0: unknown). `broken`: its first four bytes belong to the list of free parts. */
bool sqlite_read_free(struct sqlite *database, size_t begin, size_t end, bool table, size_t columns, bool broken);

#endif
