/* A page of an SQLite database that belongs to a tree, section 1.6 of its format: cells that a list leads to, and what
 * is free between them. */
#include <string.h>

#include "base/number.h"
#include "decode/sqlite.h"

enum { INDEX_INTERIOR = 2, TABLE_INTERIOR = 5, INDEX_LEAF = 10, TABLE_LEAF = 13 };
enum { LEAF_HEADER = 8, INTERIOR_HEADER = 12, CHILD = 4, FREE_LEAST = 4 };

/* What a page's header says. */
struct layout {
    uint8_t type;
    size_t header, pointers, cells; /* where it begins, where the list of cells does, how many there are */
};

static bool read_layout(const struct sqlite *database, struct layout *layout)
{
    size_t header = database->number == 1 ? SQLITE_FILE_HEADER : 0;
    const uint8_t *page = database->page + header;
    uint8_t type = page[0];
    if (type != INDEX_INTERIOR && type != TABLE_INTERIOR && type != INDEX_LEAF && type != TABLE_LEAF)
        return false;
    bool leaf = type == INDEX_LEAF || type == TABLE_LEAF;
    *layout = (struct layout){type, header, header + (leaf ? LEAF_HEADER : INTERIOR_HEADER), load_be16(page + 3)};
    size_t content = load_be16(page + 5) == 0 ? SQLITE_PAGE_MAX : load_be16(page + 5);
    return load_be16(page + 1) < database->usable && content <= database->usable &&
           layout->pointers + 2 * layout->cells <= content;
}

bool sqlite_is_tree(const struct sqlite *database)
{
    struct layout layout;
    return read_layout(database, &layout);
}

/* How many columns a cell's row has. */
static size_t count_columns(const struct sqlite *database, const struct sqlite_cell *cell)
{
    const uint8_t *data = database->page + cell->local;
    uint64_t header;
    uint64_t type;
    size_t count = 0;
    for (size_t at = sqlite_varint(data, cell->length, &header); at < header; count++)
        at += sqlite_varint(data + at, (size_t)header - at, &type);
    return count;
}

/* Marks a cell's bytes. False when another one has some of them: then its list of cells was made up. */
static bool cover(struct sqlite *database, size_t begin, size_t end)
{
    if (sqlite_bit(database->covered, begin) || sqlite_bit(database->covered, end - 1))
        return false;
    for (size_t at = begin; at < end; at++)
        sqlite_set_bit(database->covered, at);
    return true;
}

/* Hands out the cells when `give`, and marks where they stand. */
static bool read_cells(struct sqlite *database, const struct layout *layout, bool give, size_t *columns)
{
    memset(database->covered, 0, database->page_size / 8);
    size_t least = layout->pointers + 2 * layout->cells;
    bool interior = layout->type == INDEX_INTERIOR || layout->type == TABLE_INTERIOR;
    for (size_t i = 0; i < layout->cells; i++) {
        size_t at = load_be16(database->page + layout->pointers + 2 * i);
        if (at < least || at >= database->usable)
            continue;
        struct sqlite_cell cell;
        uint64_t row;
        size_t begin = at + (interior ? CHILD : 0);
        if (layout->type == TABLE_INTERIOR) {
            size_t used = begin < database->usable ? sqlite_varint(database->page + begin, database->usable - begin, &row) : 0;
            if (used > 0)
                (void)cover(database, at, begin + used);
            continue;
        }
        database->effort = database->page_size;
        if (!sqlite_read_cell(database, begin, database->usable, layout->type == TABLE_LEAF, &cell) ||
            !cover(database, at, cell.end))
            continue;
        if (*columns == 0)
            *columns = count_columns(database, &cell);
        if (give && !sqlite_give_cell(database, &cell))
            return false;
    }
    return true;
}

/* Marks where the parts begin that are on the page's list of free ones. */
static void mark_free(struct sqlite *database, const struct layout *layout)
{
    memset(database->begins, 0, database->page_size / 8);
    const uint8_t *page = database->page;
    for (size_t at = load_be16(page + layout->header + 1), before = 0;
         at > before && at + FREE_LEAST <= database->usable; at = load_be16(page + at)) {
        sqlite_set_bit(database->begins, at);
        before = at;
    }
}

/* All bytes that no cell has, cut where a free part begins. */
static bool read_gaps(struct sqlite *database, const struct layout *layout, size_t columns)
{
    database->effort = 16 * database->page_size;
    bool table = layout->type == TABLE_LEAF || layout->type == TABLE_INTERIOR;
    for (size_t at = layout->pointers + 2 * layout->cells; at < database->usable;) {
        if (sqlite_bit(database->covered, at)) {
            at++;
            continue;
        }
        size_t end = at + 1;
        while (end < database->usable && !sqlite_bit(database->covered, end) && !sqlite_bit(database->begins, end))
            end++;
        if (end - at >= FREE_LEAST &&
            !sqlite_read_free(database, at, end, table, columns, sqlite_bit(database->begins, at)))
            return false;
        at = end;
    }
    return true;
}

bool sqlite_read_page(struct sqlite *database, enum sqlite_pass pass)
{
    struct layout layout;
    size_t columns = 0;
    if (!read_layout(database, &layout))
        return true;
    if (!read_cells(database, &layout, pass == SQLITE_ROWS, &columns))
        return false;
    if (pass == SQLITE_ROWS)
        return true;
    mark_free(database, &layout);
    return read_gaps(database, &layout, columns);
}
