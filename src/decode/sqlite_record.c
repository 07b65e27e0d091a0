/* A row of an SQLite database, section 2.1 of its format: a list of the columns' types, then their contents with nothing
 * between them, so that a text's neighbours look like parts of it, and the types (small numbers, which are letters and
 * digits too) like the beginning of the first one. Handed out are texts and blobs, each with a line end behind it, in
 * the encoding of what it ends. Numbers are left out. */
#include <stdio.h>

#include "base/number.h"
#include "decode/sqlite.h"

enum { VARINT_MAX = 9, PAGE_NUMBER = 4, NAME_MAX = 24 };
enum { TYPE_BLOB = 12 }; /* and odd ones are texts */

size_t sqlite_varint(const uint8_t *data, size_t length, uint64_t *number)
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

uint64_t sqlite_column_size(uint64_t type)
{
    static const uint8_t sizes[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0};
    if (type < sizeof sizes)
        return sizes[type];
    return type < TYPE_BLOB || type > INT32_MAX ? UINT64_MAX : (type - TYPE_BLOB) / 2;
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

/* Is what a row begins with the list of its columns, whose sizes come to what the row has? */
static bool is_record(struct sqlite *database, const uint8_t *data, const struct sqlite_cell *cell)
{
    uint64_t header;
    size_t at = sqlite_varint(data, cell->length, &header);
    if (at == 0 || header <= at || header > cell->length)
        return false;
    uint64_t sum = header;
    while (at < header && sum <= cell->payload) {
        uint64_t type;
        size_t used = sqlite_varint(data + at, (size_t)header - at, &type);
        uint64_t size = used == 0 ? UINT64_MAX : sqlite_column_size(type);
        if (size == UINT64_MAX || database->effort == 0)
            return false;
        database->effort--;
        at += used;
        sum += size;
    }
    return at == header && sum == cell->payload;
}

bool sqlite_read_cell(struct sqlite *database, size_t at, size_t end, bool table, struct sqlite_cell *cell)
{
    const uint8_t *page = database->page;
    cell->begin = at;
    size_t used = at < end ? sqlite_varint(page + at, end - at, &cell->payload) : 0;
    if (used == 0 || cell->payload < 2 || cell->payload > INT32_MAX)
        return false;
    at += used;
    if (table) {
        uint64_t row;
        used = sqlite_varint(page + at, end - at, &row);
        if (used == 0)
            return false;
        at += used;
    }
    uint64_t local = local_part(database, cell->payload, table);
    size_t behind = local < cell->payload ? PAGE_NUMBER : 0;
    if (local > end - at || behind > end - at - local)
        return false;
    cell->local = at;
    cell->length = (size_t)local;
    cell->end = at + (size_t)local + behind;
    return is_record(database, page + at, cell);
}

/* What is handed out is named after the page that it stands in, which a path so leads to. */
static int give(struct sqlite *database, const uint8_t *data, size_t length)
{
    if (!database->begun) {
        char name[NAME_MAX];
        int used = snprintf(name, sizeof name, "page %u", database->number);
        database->begun = true;
        if (output_member(database->output, name, used > 0 ? (size_t)used : 0) != 0)
            return 1;
    }
    return output_pieces(database->output, data, length);
}

/* In the middle of UTF-16 a line end has two bytes, of which one is 0. */
static int give_line_end(struct sqlite *database, const struct sqlite_columns *columns)
{
    enum sqlite_text text = columns->text || columns->types == NULL ? database->text : SQLITE_TEXT_UNKNOWN;
    if (text == SQLITE_TEXT_UNKNOWN && columns->given >= 2 && columns->last[0] != 0 && columns->last[1] == 0)
        text = SQLITE_TEXT_UTF16LE;
    else if (text == SQLITE_TEXT_UNKNOWN && columns->given >= 2 && columns->last[0] == 0 && columns->last[1] != 0)
        text = SQLITE_TEXT_UTF16BE;
    if (text == SQLITE_TEXT_UTF16LE)
        return give(database, (const uint8_t *)"\n\0", 2);
    if (text == SQLITE_TEXT_UTF16BE)
        return give(database, (const uint8_t *)"\0\n", 2);
    return give(database, (const uint8_t *)"\n", 1);
}

/* Moves to the next column that has a size. False when there is none. */
static bool next_column(struct sqlite_columns *columns)
{
    while (columns->left == 0 && columns->types < columns->types_end) {
        uint64_t type;
        size_t used = sqlite_varint(columns->types, (size_t)(columns->types_end - columns->types), &type);
        uint64_t size = used == 0 ? UINT64_MAX : sqlite_column_size(type);
        if (size == UINT64_MAX)
            return false;
        columns->types += used;
        columns->left = size;
        columns->shown = type >= TYPE_BLOB;
        columns->text = type % 2 == 1;
        columns->given = 0;
    }
    return columns->left > 0;
}

bool sqlite_give_columns(struct sqlite *database, struct sqlite_columns *columns, const uint8_t *data, size_t length)
{
    while (length > 0 && (columns->types == NULL || columns->left > 0 || next_column(columns))) {
        size_t piece = columns->types == NULL || length < columns->left ? length : (size_t)columns->left;
        if (columns->types == NULL || columns->shown) {
            if (give(database, data, piece) != 0)
                return false;
            columns->last[0] = piece > 1 ? data[piece - 2] : columns->last[1];
            columns->last[1] = data[piece - 1];
            columns->given += piece;
        }
        data += piece;
        length -= piece;
        if (columns->types == NULL)
            continue;
        columns->left -= piece;
        if (columns->left == 0 && columns->shown && give_line_end(database, columns) != 0)
            return false;
    }
    return true;
}

bool sqlite_end_columns(struct sqlite *database, struct sqlite_columns *columns)
{
    bool within = columns->types == NULL ? columns->given > 0 : columns->left > 0 && columns->shown;
    return !within || columns->given == 0 || give_line_end(database, columns) == 0;
}

bool sqlite_give_cell(struct sqlite *database, const struct sqlite_cell *cell)
{
    const uint8_t *data = database->page + cell->local;
    uint64_t header;
    size_t used = sqlite_varint(data, cell->length, &header);
    struct sqlite_columns columns = {.types = data + used, .types_end = data + header};
    if (!sqlite_give_columns(database, &columns, data + header, cell->length - (size_t)header))
        return false;
    if (cell->length < cell->payload &&
        !sqlite_give_chain(database, &columns, load_be32(data + cell->length), cell->payload - cell->length))
        return false;
    return sqlite_end_columns(database, &columns);
}

bool sqlite_give_raw(struct sqlite *database, const uint8_t *data, size_t length, uint32_t next)
{
    struct sqlite_columns columns = {.types = NULL};
    if (!sqlite_give_columns(database, &columns, data, length))
        return false;
    if (next != 0 && !sqlite_give_chain(database, &columns, next, INT32_MAX))
        return false;
    return sqlite_end_columns(database, &columns);
}
