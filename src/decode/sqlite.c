/* SQLite databases (the database file format, sqlite.org/fileformat2.html): browsers, telephones and messengers keep
 * what they know in them. A row's columns stand in a page with nothing between them, and a longer row goes on in a
 * chain of overflow pages anywhere in the file. Handed out is each row's every text and blob, whole, a line end behind
 * it. Every page is looked at, whether or not the database still uses it, and in it what is free: so deleted tables and
 * rows give theirs too. A page belongs to one chain, so no file gives more than its size.
 *
 * The plain scan would see the columns glued together, and report what nobody wrote. So the decoder consumes, and what
 * it cannot make sense of it hands out as it stands: pages that nothing leads to, if pages of this database follow
 * soon. It consumes up to the last page that it knows; behind that another file may have been written. */
#include "decode/sqlite.h"

#include <stdlib.h>
#include <string.h>

#include "base/number.h"

enum { STRANGE_MAX = 64, STRANGE_END = 1024 }; /* pages that nobody knows between others, and at the end */

static const char magic[16] = "SQLite format 3";

bool sqlite_load(struct sqlite *database, uint32_t place, uint32_t number)
{
    database->number = number;
    database->begun = false;
    return input_copy(&database->input.input, sqlite_place(database, place), database->page, database->page_size) ==
           database->page_size;
}

void sqlite_learn_text(struct sqlite *database, const uint8_t *header)
{
    enum { AT_TEXT = 56 };
    uint32_t text = load_be32(header + AT_TEXT);
    database->text = text <= SQLITE_TEXT_UTF16BE ? (enum sqlite_text)text : SQLITE_TEXT_UNKNOWN;
}

/* Pages that are free in the file are listed in some of them, behind whose list stands what was there before. Where a
 * page leads to another one, both were overflow pages of a row that was deleted; they are listed in their order. */
static bool read_free_pages(struct sqlite *database)
{
    uint8_t header[SQLITE_FILE_HEADER];
    if (input_copy(&database->input.input, 0, header, sizeof header) < sizeof header)
        return true;
    uint32_t list = load_be32(header + 32);
    while (list > 0 && list <= database->pages && !sqlite_bit(database->listed, list)) {
        if (!sqlite_load(database, list, list))
            break;
        uint32_t next = load_be32(database->page);
        size_t most = database->usable / 4 - 2;
        size_t count = load_be32(database->page + 4) < most ? load_be32(database->page + 4) : most;
        sqlite_set_bit(database->listed, list);
        sqlite_set_bit(database->trees, list);
        database->effort = 16 * database->page_size;
        if (!sqlite_read_free(database, 8 + 4 * count, database->usable, true, 0, false))
            return false;
        for (size_t i = 0; i < count; i++) {
            uint32_t page = load_be32(database->page + 8 + 4 * i);
            if (page == 0 || page > database->pages)
                continue;
            sqlite_set_bit(database->listed, page);
            database->number = page;
            database->begun = false;
            if (sqlite_may_lead_on(database, page) && sqlite_may_lead_on(database, sqlite_next_page(database, page)) &&
                !sqlite_give_raw(database, NULL, 0, page))
                return false;
        }
        list = next;
    }
    return true;
}

/* Reads the pages, as many as there are. False when the output stops. */
static bool read_pages(struct sqlite *database, enum sqlite_pass pass)
{
    uint32_t strange = 0;
    for (uint32_t number = 1; number <= database->pages; number++) {
        bool whole = sqlite_load(database, number, number);
        if (!whole || (number > 1 && memcmp(database->page, magic, sizeof magic) == 0)) {
            database->pages = number - 1; /* the file was cut off, or another one begins */
            return true;
        }
        if (sqlite_is_taken(database, number)) {
            strange = 0;
        } else if (!sqlite_is_tree(database)) {
            if (++strange == STRANGE_END && !database->sized)
                database->pages = number - strange;
        } else {
            strange = 0;
            sqlite_set_bit(database->trees, number);
            if (!sqlite_read_page(database, pass))
                return false;
        }
    }
    return true;
}

/* Hands out pages as they stand. */
static bool give_pages(struct sqlite *database, uint32_t number, uint32_t count)
{
    struct sqlite_columns columns = {.types = NULL};
    database->number = number;
    database->begun = false;
    uint64_t at = sqlite_place(database, number);
    for (uint64_t end = at + count * database->page_size; at < end;) {
        size_t available = 0;
        const uint8_t *data = database->input.input.view(&database->input.input, at, &available);
        if (data == NULL || available == 0)
            break;
        available = available < end - at ? available : (size_t)(end - at);
        at += available;
        if (!sqlite_give_columns(database, &columns, data, available))
            return false;
    }
    return sqlite_end_columns(database, &columns);
}

/* Hands out the pages that no row explains, as far as it is plain that they are the database's. *known becomes the
 * number of pages, from the first one on, of which all was handed out. */
static bool give_strange_pages(struct sqlite *database, uint32_t *known)
{
    *known = 0;
    for (uint32_t number = 1; number <= database->pages; number++) {
        bool listed = sqlite_bit(database->listed, number);
        bool explained = sqlite_bit(database->trees, number) || sqlite_is_taken(database, number);
        if (!explained && !listed)
            continue;
        uint32_t strange = number - *known - 1;
        if (strange > STRANGE_MAX)
            return true;
        if ((strange > 0 && !give_pages(database, *known + 1, strange)) ||
            (!explained && !give_pages(database, number, 1)))
            return false;
        *known = number;
    }
    return true;
}

static enum sb_decode_result read_database(struct sqlite *database, uint64_t *consumed)
{
    uint8_t header[SQLITE_FILE_HEADER];
    uint32_t known;
    if (input_copy(&database->input.input, 0, header, sizeof header) < sizeof header)
        return SB_DECODE_BROKEN;
    sqlite_learn_text(database, header);
    if (!read_pages(database, SQLITE_ROWS) || !read_pages(database, SQLITE_DELETED) || !read_free_pages(database) ||
        !give_strange_pages(database, &known))
        return SB_DECODE_STOPPED;
    if (known > 0)
        *consumed = known * (uint64_t)database->page_size;
    return SB_DECODE_DONE;
}

bool sqlite_begin(struct sqlite *database)
{
    size_t bits = SQLITE_PAGES_MAX / 8 + 1;
    database->taken = calloc(bits, 1);
    database->trees = calloc(bits, 1);
    database->listed = calloc(bits, 1);
    database->page = malloc(SQLITE_PAGE_MAX);
    database->covered = malloc(SQLITE_PAGE_MAX / 8);
    database->begins = malloc(SQLITE_PAGE_MAX / 8);
    return database->taken != NULL && database->trees != NULL && database->listed != NULL && database->page != NULL &&
           database->covered != NULL && database->begins != NULL;
}

void sqlite_end(struct sqlite *database)
{
    free(database->taken);
    free(database->trees);
    free(database->listed);
    free(database->page);
    free(database->covered);
    free(database->begins);
    free(database->frames);
    free(database->places);
}

/* Takes up to 6.1 MB of memory: a bit for a page, three times, and a page. */
static enum sb_decode_result decode(const struct sb_container *container, struct sb_input *input,
                                    struct sb_output *output, uint64_t *consumed)
{
    struct sqlite database = {.input = keep_input(input), .output = output, .sized = container->size > 0};
    database.page_size = container->method & 0xfffff;
    database.usable = database.page_size - (container->method >> 20);
    database.pages = database.sized ? container->size / database.page_size : SQLITE_PAGES_MAX;
    *consumed = SQLITE_FILE_HEADER;
    enum sb_decode_result result = sqlite_begin(&database) ? read_database(&database, consumed) : SB_DECODE_NO_MEMORY;
    sqlite_end(&database);
    return result;
}

bool sqlite_is_page_size(uint32_t size)
{
    return size >= SQLITE_PAGE_MIN && size <= SQLITE_PAGE_MAX && (size & (size - 1)) == 0;
}

/* The number of pages is right where the program that wrote it last changed the file last; versions before 3.7 leave it
 * out. */
static bool sniff(const uint8_t *data, size_t length, size_t at, struct sb_container *container)
{
    if (length - at < SQLITE_FILE_HEADER)
        return false;
    const uint8_t *header = data + at;
    uint32_t page = load_be16(header + 16) == 1 ? SQLITE_PAGE_MAX : load_be16(header + 16);
    uint32_t reserved = header[20];
    uint32_t pages = load_be32(header + 28);
    if (!sqlite_is_page_size(page) || page - reserved < 480 || header[21] != 64 || header[22] != 32 || header[23] != 32)
        return false;
    if (pages > SQLITE_PAGES_MAX || load_be32(header + 24) != load_be32(header + 92))
        pages = 0;
    *container = (struct sb_container){
        .skip = SQLITE_FILE_HEADER, .size = (uint64_t)pages * page, .method = page | reserved << 20};
    return true;
}

const struct sb_decoder sb_decoder_sqlite = {
    .name = "SQLITE",
    .literal = magic,
    .literal_anchor = 2,
    .literal_length = sizeof magic,
    .named = true,
    .consumes = true,
    .sniff = sniff,
    .decode = decode,
};
