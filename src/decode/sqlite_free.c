/* Rows of an SQLite database that were deleted, in what is free of a page. Behind the list of cells they stand as they
 * were. One that was put on the list of free parts (section 1.6 of the format) has lost its first four bytes: its length,
 * its number and the beginning of the list of its columns. What is left of that list, and where the part ends, tell
 * where its columns are; its last four bytes lead on to its overflow pages. What no row explains is handed out as it
 * stands. */
#include <string.h>

#include "base/number.h"
#include "decode/sqlite.h"

enum { LOST = 4, PAGE_NUMBER = 4, LOST_COLUMNS = 2, FRONT_MAX = 10, GUESSED_COLUMNS = 64 };

/* A row that lost its beginning: its columns, of which the first may be unknown but for its bytes. */
struct headless {
    size_t types, types_end; /* in the page */
    size_t unknown;          /* bytes of columns whose types are lost */
    size_t end;
};

/* Sums up `count` columns whose types stand at `at`. False when they do not fit before `end`. */
static bool measure(struct sqlite *database, size_t at, size_t end, size_t count, struct headless *row)
{
    uint64_t sum = 0;
    row->types = at;
    for (size_t i = 0; i < count; i++) {
        uint64_t type;
        size_t used = at < end ? sqlite_varint(database->page + at, end - at, &type) : 0;
        uint64_t size = used == 0 ? UINT64_MAX : sqlite_column_size(type);
        if (size == UINT64_MAX || database->effort == 0)
            return false;
        database->effort--;
        at += used;
        sum += size;
        if (sum > end - at)
            return false;
    }
    row->types_end = at;
    row->unknown = 0;
    row->end = at + (size_t)sum;
    return true;
}

/* Are the columns that say to be text that, and is there one? */
static bool holds_text(const struct sqlite *database, const struct headless *row)
{
    size_t at = row->types_end + row->unknown;
    size_t texts = 0;
    for (size_t type_at = row->types; type_at < row->types_end;) {
        uint64_t type;
        type_at += sqlite_varint(database->page + type_at, row->types_end - type_at, &type);
        size_t size = (size_t)sqlite_column_size(type);
        if (type > 12 && type % 2 == 1) {
            texts += size;
            for (size_t i = 0; i < size; i++) {
                uint8_t byte = database->page[at + i];
                bool wide = database->text != SQLITE_TEXT_UTF8;
                if ((byte < ' ' && byte != '\n' && byte != '\r' && byte != '\t' && !wide) || byte == 0x7f)
                    return false;
            }
        }
        at += size;
    }
    return texts > 0;
}

/* The list of columns behind its own length, where the row's number was so long that both are left. */
static bool find_list(struct sqlite *database, size_t begin, size_t end, size_t count, struct headless *row)
{
    for (size_t at = begin + LOST; at < begin + FRONT_MAX && at < end; at++) {
        uint8_t header = database->page[at];
        if (header >= 2 && header < 128 && header <= end - at &&
            measure(database, at + 1, end, count > 0 ? count : header - 1U, row) && row->types_end == at + header &&
            (row->end == end || (count > 0 && holds_text(database, row))))
            return true;
    }
    return false;
}

/* Columns that come to what the part has, where of `count` the first may be lost, or any number may be left. */
static bool find_exact(struct sqlite *database, size_t begin, size_t end, size_t count, struct headless *row)
{
    for (size_t lost = 0; lost <= LOST_COLUMNS && lost < count; lost++)
        if (measure(database, begin + LOST, end, count - lost, row) && row->end == end)
            return true;
    for (size_t guess = 1; count == 0 && guess < GUESSED_COLUMNS; guess++) {
        if (!measure(database, begin + LOST, end, guess, row))
            break;
        if (row->end == end && holds_text(database, row))
            return true;
    }
    return false;
}

/* The row at `begin`, the first of a free part that ends at `end`: the only one, or the first of several that were
 * neighbours. */
static bool find_headless(struct sqlite *database, size_t begin, size_t end, size_t count, struct headless *row)
{
    if (end - begin <= LOST)
        return false;
    if (find_list(database, begin, end, count, row) || find_exact(database, begin, end, count, row))
        return true;
    if (count > 0 && measure(database, begin + LOST, end, count, row) && holds_text(database, row))
        return true;
    for (size_t lost = 1; lost <= LOST_COLUMNS && lost < count; lost++)
        if (measure(database, begin + LOST, end, count - lost, row)) {
            row->unknown = end - row->end;
            row->end = end;
            if (holds_text(database, row))
                return true;
        }
    return false;
}

static bool give_headless(struct sqlite *database, const struct headless *row)
{
    const uint8_t *page = database->page;
    struct sqlite_columns columns = {.types = page + row->types, .types_end = page + row->types_end};
    if (!sqlite_give_raw(database, page + row->types_end, row->unknown, 0))
        return false;
    return sqlite_give_columns(database, &columns, page + row->types_end + row->unknown,
                               row->end - row->types_end - row->unknown) &&
           sqlite_end_columns(database, &columns);
}

/* What no row explains, without the zeros around it; `next` leads on, or is 0. */
static bool give_rest(struct sqlite *database, size_t begin, size_t end, uint32_t next)
{
    const uint8_t *page = database->page;
    while (end - begin >= 2 && page[begin] == 0 && page[begin + 1] == 0)
        begin++;
    while (next == 0 && end - begin >= 2 && page[end - 1] == 0 && page[end - 2] == 0)
        end--;
    if (end - begin < PAGE_NUMBER && next == 0)
        return true;
    return sqlite_give_raw(database, page + begin, end - begin, next);
}

/* Does what the list of free parts had in front of a part stand at `at`: where the next one is, and a size? */
static bool was_free(const uint8_t *page, size_t at, size_t end, size_t *size)
{
    size_t next = load_be16(page + at);
    *size = load_be16(page + at + 2);
    return *size > LOST && *size <= end - at && (next == 0 || next >= at + *size);
}

/* Parts that were joined lie one behind the other, and of each that was free before the one in front of it the size up
 * to the end still stands there. */
static size_t find_part_end(struct sqlite *database, size_t begin, size_t end)
{
    size_t size;
    for (size_t at = begin + LOST + 1; at + LOST < end && database->effort > 0; at++, database->effort--)
        if (was_free(database->page, at, end, &size) && at + size == end)
            return at;
    return end;
}

/* The row at `at`, in what is free up to `end`, where nothing but four bytes says that a part began there; they may be
 * older than what was written behind it. */
static bool find_old(struct sqlite *database, size_t at, size_t end, size_t count, struct headless *row)
{
    size_t size;
    if (end - at <= LOST || !was_free(database->page, at, database->usable, &size))
        return false;
    size_t part = size <= end - at ? find_part_end(database, at, at + size) : end;
    if ((find_list(database, at, part, count, row) || find_exact(database, at, part, count, row)) &&
        row->end == part && holds_text(database, row))
        return true;
    return count > 0 && measure(database, at + LOST, end, count, row) && holds_text(database, row) &&
           (row->end == end || (end - row->end > LOST && was_free(database->page, row->end, database->usable, &size)));
}

/* The rows of a part on the list. *from becomes where they end that could be told. */
static bool read_listed(struct sqlite *database, size_t *from, size_t end, size_t columns)
{
    size_t part = *from;
    while (*from < end) {
        struct headless row;
        if (part <= *from)
            part = find_part_end(database, *from, end);
        if (!find_headless(database, *from, part, columns, &row))
            break;
        if (!give_headless(database, &row))
            return false;
        *from = row.end;
    }
    return true;
}

bool sqlite_read_free(struct sqlite *database, size_t begin, size_t end, bool table, size_t columns, bool broken)
{
    const uint8_t *page = database->page;
    size_t from = begin; /* what was not handed out */
    if (broken && !read_listed(database, &from, end, columns))
        return false;
    for (size_t at = from; at <= end; at++) {
        struct sqlite_cell cell;
        struct headless row;
        uint32_t next = at >= from + PAGE_NUMBER ? load_be32(page + at - PAGE_NUMBER) : 0;
        if (sqlite_may_lead_on(database, next)) {
            if (!give_rest(database, from, at - PAGE_NUMBER, next))
                return false;
            from = at;
        }
        if (sqlite_read_cell(database, at, end, table, &cell)) {
            if (!give_rest(database, from, at, 0) || !sqlite_give_cell(database, &cell))
                return false;
            from = cell.end;
        } else if (find_old(database, at, end, columns, &row)) {
            if (!give_rest(database, from, at, 0) || !give_headless(database, &row))
                return false;
            from = row.end;
        } else {
            continue;
        }
        at = from - 1;
    }
    return give_rest(database, from, end, 0);
}
