/* The journals beside an SQLite database: pages of it, each with its number, that are to go into it (-wal), or were in
 * it before (-journal). They hold what was deleted, and what was not yet written. The same page may come many times: a
 * chain of overflow pages goes on in the last one of its transaction. */
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "decode/sqlite.h"

enum { WAL_HEADER = 32, AT_WAL_SALT = 16, WAL_FRAME = 24, AT_FRAME_SALT = 8, SALTS_MAX = 65536, FRAMES_MAX = 1 << 20 };
enum { JOURNAL_MAGIC = 8, AT_NONCE = 12, JOURNAL_HEADER = 28, AT_SECTOR = 20, AT_PAGE = 24, JOURNAL_RECORD = 8 };

static int compare_frames(const void *left, const void *right)
{
    const struct sqlite_frame *a = left;
    const struct sqlite_frame *b = right;
    if (a->page != b->page)
        return a->page < b->page ? -1 : 1;
    return a->place < b->place ? -1 : a->place > b->place;
}

/* Adds a page that stands at `at`. False when memory is short. */
static bool add_frame(struct sqlite *database, uint32_t page, uint64_t at)
{
    size_t count = database->frame_count;
    if ((count & (count + 1)) == 0) { /* full at 0, 1, 3, 7, … */
        struct sqlite_frame *frames = realloc(database->frames, 2 * (count + 1) * sizeof *frames);
        if (frames != NULL)
            database->frames = frames;
        uint64_t *places = realloc(database->places, 2 * (count + 1) * sizeof *places);
        if (places != NULL)
            database->places = places;
        if (frames == NULL || places == NULL)
            return false;
    }
    database->frames[count] = (struct sqlite_frame){page, (uint32_t)count + 1};
    database->places[count] = at;
    database->frame_count = count + 1;
    database->pages = page > database->pages ? page : database->pages;
    return true;
}

/* The number in the header that belongs to the checksums, or counts how often the log began anew: what is left of its
 * former pages has smaller ones. */
static void read_salt(struct sqlite *database)
{
    uint8_t salt[4] = {0};
    (void)input_copy(&database->input.input, database->ahead ? AT_WAL_SALT : AT_NONCE, salt, sizeof salt);
    database->salt = load_be32(salt);
}

/* Lists up to `most` pages that stand one behind the other from `at` on, each with its number in front. False when
 * memory is short. */
static bool read_frames(struct sqlite *database, uint64_t at, uint32_t most)
{
    size_t header = database->ahead ? WAL_FRAME : 4;
    for (uint32_t i = 0; i < most && database->frame_count < FRAMES_MAX; i++) {
        uint8_t head[AT_FRAME_SALT + 4] = {0};
        size_t available;
        if (input_copy(&database->input.input, at, head, sizeof head) < sizeof head ||
            database->input.input.view(&database->input.input, at + header, &available) == NULL)
            break;
        uint32_t page = load_be32(head);
        if (page == 0 || page > SQLITE_PAGES_MAX ||
            (database->ahead && database->salt - load_be32(head + AT_FRAME_SALT) > SALTS_MAX))
            break;
        if (!add_frame(database, page, at + header))
            return false;
        at += database->page_size + (database->ahead ? WAL_FRAME : JOURNAL_RECORD);
    }
    return true;
}

/* Where the transaction ends that a page of a write-ahead log belongs to: at one that says how large the database is.
 */
static uint32_t find_last(struct sqlite *database, uint32_t place)
{
    uint8_t size[4];
    for (; place < database->frame_count; place++)
        if (input_copy(&database->input.input, sqlite_place(database, place) - WAL_FRAME + 4, size, 4) < 4 ||
            load_be32(size) != 0)
            break;
    return place;
}

/* A page of what was before has a checksum behind it: every 200th byte from its end on, and a number of the header's.
 */
static bool is_whole(struct sqlite *database, uint64_t at)
{
    enum { STEP = 200 };
    uint8_t sum[4];
    if (input_copy(&database->input.input, at + database->page_size, sum, sizeof sum) < sizeof sum)
        return false;
    uint32_t expected = database->salt;
    for (size_t i = database->page_size - STEP; i > 0 && i < database->page_size; i -= STEP)
        expected += database->page[i];
    return load_be32(sum) == expected;
}

/* In the order in which they were written. Chains are looked for up to the end of the transaction at hand; in a journal
 * of what was before there is but one. *consumed becomes where the pages end that are proven to be the journal's. False
 * when the output stops. */
static bool read_pages(struct sqlite *database, enum sqlite_pass pass, uint64_t *consumed)
{
    size_t header = database->ahead ? WAL_FRAME : 4;
    bool proven = pass == SQLITE_DELETED;
    database->last = database->ahead ? 0 : UINT32_MAX;
    for (uint32_t place = 1; place <= database->frame_count; place++) {
        uint8_t number[4];
        uint64_t at = sqlite_place(database, place);
        if (database->last < place)
            database->last = find_last(database, place);
        if (input_copy(&database->input.input, at - header, number, sizeof number) < sizeof number ||
            !sqlite_load(database, place, load_be32(number)))
            return true;
        bool tree = sqlite_is_tree(database);
        if (tree) {
            if (database->number == 1)
                sqlite_learn_text(database, database->page);
            if (!sqlite_read_page(database, pass))
                return false;
        }
        proven = proven && (database->ahead || tree || is_whole(database, at));
        if (proven)
            *consumed = at + database->page_size + (database->ahead ? 0 : 4);
    }
    return true;
}

/* What no row explains: overflow pages of rows that stand elsewhere. */
static bool give_strange_pages(struct sqlite *database, uint64_t consumed)
{
    for (uint32_t place = 1; place <= database->frame_count; place++) {
        uint8_t number[4];
        uint64_t at = sqlite_place(database, place);
        if (at >= consumed || sqlite_is_taken(database, place))
            continue;
        if (input_copy(&database->input.input, at - (database->ahead ? WAL_FRAME : 4), number, sizeof number) <
                sizeof number ||
            !sqlite_load(database, place, load_be32(number)))
            return true;
        if (!sqlite_is_tree(database) && !sqlite_give_raw(database, database->page, database->page_size, 0))
            return false;
    }
    return true;
}

/* Method: the page's size; size: the number of pages, 0 when unknown. Bytes that a database reserves in each page are
 * not named: none are assumed. */
static enum sb_decode_result read_journal(const struct sb_container *container, struct sqlite *database,
                                          uint64_t *consumed)
{
    read_salt(database);
    if (!sqlite_begin(database) ||
        !read_frames(database, container->skip, container->size > 0 ? (uint32_t)container->size : UINT32_MAX))
        return SB_DECODE_NO_MEMORY;
    if (database->frame_count == 0)
        return SB_DECODE_BROKEN;
    qsort(database->frames, database->frame_count, sizeof *database->frames, compare_frames);
    uint64_t header = *consumed;
    bool stopped = !read_pages(database, SQLITE_ROWS, consumed) || !read_pages(database, SQLITE_DELETED, consumed) ||
                   !give_strange_pages(database, *consumed);
    if (stopped)
        return SB_DECODE_STOPPED;
    return *consumed > header ? SB_DECODE_DONE : SB_DECODE_BROKEN;
}

static enum sb_decode_result decode(const struct sb_container *container, struct sb_input *input,
                                    struct sb_output *output, uint64_t *consumed)
{
    struct sqlite database = {.input = keep_input(input), .output = output, .ahead = container->skip == WAL_HEADER};
    database.page_size = database.usable = container->method;
    *consumed = database.ahead ? WAL_HEADER : JOURNAL_HEADER;
    enum sb_decode_result result = read_journal(container, &database, consumed);
    sqlite_end(&database);
    return result;
}

/* Numbers are big-endian in either; the last byte of the magic says in which order the checksums are made. */
static bool sniff_wal(const uint8_t *data, size_t length, size_t at, struct sb_container *container)
{
    if (length - at < WAL_HEADER || (load_be32(data + at) | 1) != 0x377f0683 || load_be32(data + at + 4) != 3007000 ||
        !sqlite_is_page_size(load_be32(data + at + 8)))
        return false;
    *container = (struct sb_container){.skip = WAL_HEADER, .method = load_be32(data + at + 8)};
    return true;
}

/* Behind the magic the number of pages, or nothing yet. More of them than were held in memory may follow behind another
 * header, which is a container of its own. */
static bool sniff_journal(const uint8_t *data, size_t length, size_t at, struct sb_container *container)
{
    if (length - at < JOURNAL_HEADER)
        return false;
    const uint8_t *header = data + at;
    uint32_t count = load_be32(header + JOURNAL_MAGIC);
    if (!sqlite_is_page_size(load_be32(header + AT_SECTOR)) || !sqlite_is_page_size(load_be32(header + AT_PAGE)))
        return false;
    *container = (struct sb_container){.skip = load_be32(header + AT_SECTOR),
                                       .size = count == UINT32_MAX ? 0 : count,
                                       .method = load_be32(header + AT_PAGE)};
    return true;
}

const struct sb_decoder sb_decoder_sqlite_wal = {
    .name = "SQLITE",
    .literal = "\x00\x2d\xe2\x18", /* of the version, which is rarer than the magic in front of it */
    .literal_anchor = 2,
    .literal_length = 4,
    .literal_offset = 4,
    .named = true,
    .consumes = true,
    .sniff = sniff_wal,
    .decode = decode,
};

const struct sb_decoder sb_decoder_sqlite_journal = {
    .name = "SQLITE",
    .literal = "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7",
    .literal_length = JOURNAL_MAGIC,
    .literal_anchor = 5,
    .named = true,
    .consumes = true,
    .sniff = sniff_journal,
    .decode = decode,
};
