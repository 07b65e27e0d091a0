/* SQLite databases (the database file format, sqlite.org/fileformat2.html): browsers, telephones and messengers keep
 * what they know in them. What fits into a page stands there as it is and is the plain scan's; a longer row goes on in
 * a chain of overflow pages anywhere in the file, cut every few thousand bytes. Handed out are these rows, whole, a
 * line end behind each. Every page is looked at, whether or not the database still uses it, and in it what is free: so
 * deleted tables and rows give theirs too, as far as something still leads to it. A page belongs to one chain, so no
 * file gives more than its size. */
#include "decode/sqlite.h"

#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "decode/input.h"

enum { FILE_HEADER = 100, VARINT_MAX = 9, CELL_MIN = 4, COLUMNS_MAX = 2000 };
enum { INDEX_INTERIOR = 2, INDEX_LEAF = 10, TABLE_LEAF = 13 };

static bool take(uint8_t *taken, uint32_t page)
{
    if (page == 0 || page >= SQLITE_PAGES_MAX || (taken[page / 8] >> page % 8 & 1) != 0)
        return false;
    taken[page / 8] |= (uint8_t)(1U << page % 8);
    return true;
}

/* A number of one to nine bytes, seven bits each; 0 bytes when it does not end in sight. */
static size_t read_varint(const uint8_t *data, size_t length, uint64_t *number)
{
    *number = 0;
    for (size_t i = 0; i < length && i < VARINT_MAX; i++) {
        if (i == VARINT_MAX - 1) {
            *number = *number << 8 | data[i];
            return VARINT_MAX;
        }
        *number = *number << 7 | (data[i] & 0x7f);
        if ((data[i] & 0x80) == 0)
            return i + 1;
    }
    return 0;
}

/* How many of a payload's bytes stand in its cell, section 1.6 of the format. */
static uint64_t local_part(const struct sqlite *database, uint64_t payload, bool table)
{
    uint64_t usable = database->usable;
    uint64_t most = table ? usable - 35 : (usable - 12) * 64 / 255 - 23;
    uint64_t least = (usable - 12) * 32 / 255 - 23;
    if (payload <= most)
        return payload;
    uint64_t part = least + (payload - least) % (usable - 4);
    return part <= most ? part : least;
}

/* Which page of the file holds a page of the database; 0 when none does. */
static uint32_t find_page(const struct sqlite *database, uint32_t page)
{
    if (database->frames == NULL)
        return page;
    size_t low = 0;
    for (size_t high = database->frame_count; low < high;) { /* to behind the last one that is not later */
        size_t middle = low + (high - low) / 2;
        const struct sqlite_frame *frame = &database->frames[middle];
        if (frame->page < page || (frame->page == page && frame->place <= database->last))
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 && database->frames[low - 1].page == page ? database->frames[low - 1].place : 0;
}

uint64_t sqlite_place(const struct sqlite *database, uint32_t place)
{
    return database->places != NULL ? database->places[place - 1] : (uint64_t)(place - 1) * database->page_size;
}

/* Hands out a page's content, as far as it is there. Returns the number of bytes, or -1 when the output stops. */
static int64_t hand_out(struct sqlite *database, uint32_t place, uint64_t left)
{
    uint64_t at = sqlite_place(database, place) + 4;
    uint64_t most = database->usable - 4;
    most = left < most ? left : most;
    uint64_t done = 0;
    while (done < most) {
        size_t available = 0;
        const uint8_t *data = database->input.input.view(&database->input.input, at + done, &available);
        if (data == NULL || available == 0)
            break;
        available = available < most - done ? available : (size_t)(most - done);
        done += available;
        if (output_pieces(database->output, data, available) != 0)
            return -1;
    }
    return (int64_t)done;
}

/* The number of the next page of a chain, which an overflow page begins with; UINT32_MAX when it is not there. */
static uint32_t next_page(struct sqlite *database, uint32_t place)
{
    uint8_t link[4];
    return input_copy(&database->input.input, sqlite_place(database, place), link, sizeof link) < sizeof link
               ? UINT32_MAX
               : load_be32(link);
}

/* One row of which `local` bytes are at hand, and the rest, of `left` bytes, begins in an overflow page. */
static bool hand_out_row(struct sqlite *database, const uint8_t *data, size_t local, uint32_t page, uint64_t left)
{
    uint32_t place = find_page(database, page);
    if (!take(database->taken, place))
        return true;
    if (local > 0 && output_pieces(database->output, data, local) != 0)
        return false;
    do {
        int64_t given = hand_out(database, place, left);
        if (given < 0)
            return false;
        left -= (uint64_t)given;
        if (given == 0)
            break;
        place = find_page(database, next_page(database, place));
    } while (left > 0 && take(database->taken, place));
    return database->output->write(database->output, (const uint8_t *)"\n", 1) == 0;
}

/* A cell that goes on in overflow pages. */
struct cell {
    size_t local, length; /* where its payload begins in the page, and how much of it stands there */
    uint64_t payload;     /* bytes in all */
};

/* Reads the cell at `at`, in a page whose cells end at `end`. False when it is none, or none that goes on. */
static bool read_cell(const struct sqlite *database, size_t at, size_t end, bool table, struct cell *cell)
{
    const uint8_t *page = database->page;
    uint64_t row;
    size_t used = at < end ? read_varint(page + at, end - at, &cell->payload) : 0;
    if (used == 0)
        return false;
    at += used;
    if (table) {
        used = read_varint(page + at, end - at, &row);
        if (used == 0)
            return false;
        at += used;
    }
    uint64_t local = local_part(database, cell->payload, table);
    if (local >= cell->payload || cell->payload > INT32_MAX || local + CELL_MIN > end - at)
        return false;
    cell->local = at;
    cell->length = (size_t)local;
    return true;
}

/* Is what a row begins with the list of its columns, whose sizes come to what the row has? */
static bool is_record(const uint8_t *data, const struct cell *cell)
{
    static const uint8_t sizes[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0};
    uint64_t header;
    size_t at = read_varint(data, cell->length, &header);
    if (at == 0 || header > cell->length || header > COLUMNS_MAX)
        return false;
    uint64_t sum = header;
    while (at < header) {
        uint64_t type;
        size_t used = read_varint(data + at, (size_t)header - at, &type);
        if (used == 0 || type > INT32_MAX || type == 10 || type == 11)
            return false;
        at += used;
        sum += type < sizeof sizes ? sizes[type] : (type - 12) / 2;
    }
    return sum == cell->payload;
}

/* Could this be the number of an overflow page that nothing led to yet? Text makes larger numbers. */
static bool may_lead_on(struct sqlite *database, uint32_t page)
{
    if (page < 2 || page > database->pages)
        return false;
    uint32_t place = find_page(database, page);
    if (place == 0 || place >= SQLITE_PAGES_MAX || (database->taken[place / 8] >> place % 8 & 1) != 0)
        return false;
    return next_page(database, place) <= database->pages;
}

/* What is free in a page of a table: rows that were deleted. Of one that was put on the list of free parts the first
 * four bytes are lost, and with them its length; but its last four lead on to its overflow pages. */
static bool read_free(struct sqlite *database, size_t begin, size_t end)
{
    const uint8_t *page = database->page;
    size_t from = begin; /* what was not handed out */
    for (size_t at = begin; at <= end; at++) {
        struct cell cell = {0, 0, 0};
        uint32_t next = at >= from + CELL_MIN ? load_be32(page + at - 4) : 0;
        if (may_lead_on(database, next)) {
            if (!hand_out_row(database, page + from, at - 4 - from, next, INT32_MAX))
                return false;
            from = at;
        }
        if (at == end || !read_cell(database, at, end, true, &cell) || !is_record(page + cell.local, &cell))
            continue;
        next = load_be32(page + cell.local + cell.length);
        if (!hand_out_row(database, page + cell.local, cell.length, next, cell.payload - cell.length))
            return false;
        from = cell.local + cell.length + 4;
        at = from - 1;
    }
    return true;
}

/* The free parts: between the list of cells and the first of them, and those on the list of free ones. */
static bool read_free_parts(struct sqlite *database, size_t header, size_t pointers_end)
{
    const uint8_t *page = database->page;
    size_t begin = load_be16(page + header + 5);
    if (begin > pointers_end && begin <= database->usable && !read_free(database, pointers_end, begin))
        return false;
    for (size_t at = load_be16(page + header + 1), before = 0; at > before && at + 4 <= database->usable;) {
        size_t size = load_be16(page + at + 2);
        if (size < 4 || size > database->usable - at)
            break;
        if (!read_free(database, at, at + size))
            return false;
        before = at;
        at = load_be16(page + at);
    }
    return true;
}

bool sqlite_read_page(struct sqlite *database, uint32_t number, enum sqlite_pass pass)
{
    size_t header = number == 1 ? FILE_HEADER : 0;
    const uint8_t *page = database->page;
    uint8_t type = page[header];
    if (type != TABLE_LEAF && type != INDEX_LEAF && type != INDEX_INTERIOR)
        return true;
    size_t cells = load_be16(page + header + 3);
    size_t pointers = header + (type == INDEX_INTERIOR ? 12 : 8);
    if (pointers + 2 * cells > database->usable)
        cells = (database->usable - pointers) / 2;
    if (pass == SQLITE_DELETED)
        return type != TABLE_LEAF || read_free_parts(database, header, pointers + 2 * cells);
    for (size_t i = 0; i < cells; i++) {
        struct cell cell = {0, 0, 0};
        size_t at = load_be16(page + pointers + 2 * i) + (type == INDEX_INTERIOR ? 4U : 0U);
        if (read_cell(database, at, database->usable, type == TABLE_LEAF, &cell) &&
            !hand_out_row(database, page + cell.local, cell.length, load_be32(page + cell.local + cell.length),
                          cell.payload - cell.length))
            return false;
    }
    return true;
}

/* Pages that are free in the file are listed in some of them. Where such a page leads to another one, both were
 * overflow pages of a row that was deleted; they are listed in their order. */
static bool read_free_pages(struct sqlite *database)
{
    uint8_t header[FILE_HEADER];
    if (input_copy(&database->input.input, 0, header, sizeof header) < sizeof header)
        return true;
    uint32_t list = load_be32(header + 32);
    for (uint64_t lists = 0; list > 0 && list <= database->pages && lists < database->pages; lists++) {
        uint64_t at = sqlite_place(database, list);
        if (input_copy(&database->input.input, at, database->page, database->page_size) < database->page_size)
            break;
        size_t count = load_be32(database->page + 4);
        size_t most = database->usable / 4 - 2;
        for (size_t i = 0; i < count && i < most; i++) {
            uint32_t page = load_be32(database->page + 8 + 4 * i);
            if (may_lead_on(database, page) && may_lead_on(database, next_page(database, page)) &&
                !hand_out_row(database, NULL, 0, page, INT32_MAX))
                return false;
        }
        list = load_be32(database->page);
    }
    return true;
}

/* Reads the pages, as many as there are. */
static enum sb_decode_result read_pages(struct sqlite *database, enum sqlite_pass pass)
{
    for (uint32_t number = 1; number <= database->pages; number++) {
        uint64_t at = sqlite_place(database, number);
        if (input_copy(&database->input.input, at, database->page, database->page_size) < database->page_size) {
            database->pages = number - 1;
            return SB_DECODE_BROKEN;
        }
        if (!sqlite_read_page(database, number, pass))
            return SB_DECODE_STOPPED;
    }
    return SB_DECODE_DONE;
}

static enum sb_decode_result read_database(struct sqlite *database)
{
    enum sb_decode_result result = read_pages(database, SQLITE_ROWS);
    if (result != SB_DECODE_STOPPED && read_pages(database, SQLITE_DELETED) == SB_DECODE_STOPPED)
        result = SB_DECODE_STOPPED;
    if (result != SB_DECODE_STOPPED && !read_free_pages(database))
        result = SB_DECODE_STOPPED;
    return result;
}

bool sqlite_begin(struct sqlite *database)
{
    database->taken = calloc(SQLITE_PAGES_MAX / 8, 1);
    database->page = malloc(SQLITE_PAGE_MAX);
    return database->taken != NULL && database->page != NULL;
}

void sqlite_end(struct sqlite *database)
{
    free(database->taken);
    free(database->page);
    free(database->frames);
    free(database->places);
}

static enum sb_decode_result decode(const struct sb_container *container, struct sb_input *input,
                                    struct sb_output *output, uint64_t *consumed)
{
    struct sqlite database = {.input = keep_input(input), .output = output};
    database.page_size = container->method & 0xfffff;
    database.usable = database.page_size - (container->method >> 20);
    database.pages = container->size / database.page_size;
    *consumed = FILE_HEADER;
    enum sb_decode_result result = sqlite_begin(&database) ? read_database(&database) : SB_DECODE_NO_MEMORY;
    sqlite_end(&database);
    return result;
}

bool sqlite_is_page_size(uint32_t size)
{
    return size >= SQLITE_PAGE_MIN && size <= SQLITE_PAGE_MAX && (size & (size - 1)) == 0;
}

static bool sniff(const uint8_t *data, size_t length, size_t at, struct sb_container *container)
{
    if (length - at < FILE_HEADER)
        return false;
    const uint8_t *header = data + at;
    uint32_t page = load_be16(header + 16) == 1 ? SQLITE_PAGE_MAX : load_be16(header + 16);
    uint32_t reserved = header[20];
    uint32_t pages = load_be32(header + 28);
    if (!sqlite_is_page_size(page) || page - reserved < 480 || header[21] != 64 || header[22] != 32 || header[23] != 32)
        return false;
    if (pages == 0 || pages > SQLITE_PAGES_MAX) /* versions before 3.7 leave it out: as far as pages follow */
        pages = SQLITE_PAGES_MAX;
    *container = (struct sb_container){.size = (uint64_t)pages * page, .method = page | reserved << 20};
    return true;
}

const struct sb_decoder sb_decoder_sqlite = {
    .name = "SQLITE",
    .literal = "SQLite format 3\0",
    .literal_anchor = 2,
    .literal_length = 16,
    .sniff = sniff,
    .decode = decode,
};
