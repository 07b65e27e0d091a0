/* What the readers of SQLite databases and of their journals share. Private to decode. */
#ifndef DECODE_SQLITE_H
#define DECODE_SQLITE_H

#include "decode/input.h"

enum { SQLITE_PAGE_MIN = 512, SQLITE_PAGE_MAX = 65536, SQLITE_PAGES_MAX = 16 << 20 };

/* A page in a journal. */
struct sqlite_frame {
    uint32_t page, place; /* its number in the database; which page of the journal it is, counted from 1 */
};

struct sqlite {
    bool ahead; /* a write-ahead log */
    struct kept_input input;
    struct sb_output *output;
    size_t page_size, usable;
    uint64_t pages;              /* in the database, as many as there are */
    struct sqlite_frame *frames; /* of a journal, by page and place; NULL in a database */
    uint64_t *places;            /* where each page of the journal stands; NULL in a database */
    size_t frame_count;
    uint32_t last;  /* of a journal: the last place of the transaction that is read */
    uint8_t *taken; /* a bit for each overflow page */
    uint8_t *page;  /* SQLITE_PAGE_MAX bytes */
};

bool sqlite_is_page_size(uint32_t size);
/* Takes memory. False when it is short; sqlite_end gives it back in any case. */
bool sqlite_begin(struct sqlite *database);
void sqlite_end(struct sqlite *database);
/* Where a page stands in the file; `place` is counted from 1. */
uint64_t sqlite_place(const struct sqlite *database, uint32_t place);
/* First the rows of all pages take their overflow pages, then what was deleted may have what is left. */
enum sqlite_pass { SQLITE_ROWS, SQLITE_DELETED };
/* Hands out the rows of the page in database->page, whose number is `number`. False when the output stops. */
bool sqlite_read_page(struct sqlite *database, uint32_t number, enum sqlite_pass pass);

#endif
