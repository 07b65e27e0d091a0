/* SQLite databases (the database file format, sqlite.org/fileformat2.html): browsers, telephones and messengers keep
 * what they know in them. What fits into a page stands there as it is and is the plain scan's; a longer row goes on in
 * a chain of overflow pages anywhere in the file, cut every few thousand bytes. Handed out are these rows, whole, a
 * line end behind each. Every page is looked at, whether or not the database still uses it, so deleted tables give
 * theirs too; a page belongs to one chain, so no file gives more than its size. */
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "decode/input.h"

enum { FILE_HEADER = 100, PAGE_MIN = 512, PAGE_MAX = 65536, PAGES_MAX = 16 << 20, VARINT_MAX = 9, CELL_MIN = 4 };
enum { INDEX_INTERIOR = 2, INDEX_LEAF = 10, TABLE_LEAF = 13 };

struct database {
    struct kept_input input;
    struct sb_output *output;
    size_t page_size, usable;
    uint8_t *taken; /* a bit for each overflow page */
    uint8_t *page;  /* PAGE_MAX bytes */
};

static bool take(uint8_t *taken, uint32_t page)
{
    if (page == 0 || page >= PAGES_MAX || (taken[page / 8] >> page % 8 & 1) != 0)
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
static uint64_t local_part(const struct database *database, uint64_t payload, bool table)
{
    uint64_t usable = database->usable;
    uint64_t most = table ? usable - 35 : (usable - 12) * 64 / 255 - 23;
    uint64_t least = (usable - 12) * 32 / 255 - 23;
    if (payload <= most)
        return payload;
    uint64_t part = least + (payload - least) % (usable - 4);
    return part <= most ? part : least;
}

/* Hands out a page's content, as far as it is there. Returns the number of bytes, or -1 when the output stops. */
static int64_t hand_out(struct database *database, uint32_t page, uint64_t left)
{
    uint64_t at = (uint64_t)(page - 1) * database->page_size + 4;
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

/* One row whose first part, `local` bytes, is at hand, followed by the number of its first overflow page. */
static bool hand_out_row(struct database *database, const uint8_t *cell, uint64_t local, uint64_t payload)
{
    uint32_t next = load_be32(cell + local);
    if (!take(database->taken, next))
        return true;
    if (output_pieces(database->output, cell, (size_t)local) != 0)
        return false;
    uint64_t left = payload - local;
    do {
        uint8_t link[4];
        int64_t given = hand_out(database, next, left);
        if (given < 0)
            return false;
        left -= (uint64_t)given;
        if (given == 0 || input_copy(&database->input.input, (uint64_t)(next - 1) * database->page_size, link,
                                     sizeof link) < sizeof link)
            break;
        next = load_be32(link);
    } while (left > 0 && take(database->taken, next));
    return database->output->write(database->output, (const uint8_t *)"\n", 1) == 0;
}

/* The cells of the page at hand. False when the output stops. */
static bool read_page(struct database *database, uint32_t number)
{
    size_t header = number == 1 ? FILE_HEADER : 0;
    const uint8_t *page = database->page;
    uint8_t type = page[header];
    if (type != TABLE_LEAF && type != INDEX_LEAF && type != INDEX_INTERIOR)
        return true;
    size_t cells = load_be16(page + header + 3);
    size_t pointers = header + (type == INDEX_INTERIOR ? 12 : 8);
    for (size_t i = 0; i < cells && pointers + 2 * (i + 1) <= database->usable; i++) {
        size_t at = load_be16(page + pointers + 2 * i);
        at += type == INDEX_INTERIOR ? 4 : 0;
        uint64_t payload;
        uint64_t row;
        size_t used = at < database->usable ? read_varint(page + at, database->usable - at, &payload) : 0;
        if (used == 0)
            continue;
        at += used;
        used = type == TABLE_LEAF ? read_varint(page + at, database->usable - at, &row) : 0;
        at += used;
        if (type == TABLE_LEAF && used == 0)
            continue;
        uint64_t local = local_part(database, payload, type == TABLE_LEAF);
        if (local < payload && local + CELL_MIN <= database->usable - at && payload <= INT32_MAX &&
            !hand_out_row(database, page + at, local, payload))
            return false;
    }
    return true;
}

static enum sb_decode_result decode(const struct sb_container *container, struct sb_input *input,
                                    struct sb_output *output, uint64_t *consumed)
{
    struct database database = {.input = keep_input(input),
                                .output = output,
                                .page_size = container->method & 0xfffff,
                                .taken = calloc(PAGES_MAX / 8, 1),
                                .page = malloc(PAGE_MAX)};
    database.usable = database.page_size - (container->method >> 20);
    *consumed = FILE_HEADER;
    enum sb_decode_result result =
        database.taken == NULL || database.page == NULL ? SB_DECODE_NO_MEMORY : SB_DECODE_DONE;
    uint64_t pages = container->size / database.page_size;
    for (uint32_t number = 1; number <= pages && result == SB_DECODE_DONE; number++) {
        uint64_t at = (uint64_t)(number - 1) * database.page_size;
        if (input_copy(&database.input.input, at, database.page, database.page_size) < database.page_size)
            result = SB_DECODE_BROKEN;
        else if (!read_page(&database, number))
            result = SB_DECODE_STOPPED;
    }
    free(database.taken);
    free(database.page);
    return result;
}

static bool sniff(const uint8_t *data, size_t length, size_t at, struct sb_container *container)
{
    if (length - at < FILE_HEADER)
        return false;
    const uint8_t *header = data + at;
    uint32_t page = load_be16(header + 16) == 1 ? PAGE_MAX : load_be16(header + 16);
    uint32_t reserved = header[20];
    uint32_t pages = load_be32(header + 28);
    if (page < PAGE_MIN || (page & (page - 1)) != 0 || page - reserved < 480 || header[21] != 64 || header[22] != 32 ||
        header[23] != 32)
        return false;
    if (pages == 0 || pages > PAGES_MAX) /* versions before 3.7 leave it out: as far as pages follow */
        pages = PAGES_MAX;
    *container = (struct sb_container){.size = (uint64_t)pages * page, .method = page | reserved << 20};
    return true;
}

const struct sb_decoder sb_decoder_sqlite = {
    .name = "SQLITE",
    .literal = "SQLite format 3\0",
    .literal_anchor = 1,
    .literal_length = 16,
    .sniff = sniff,
    .decode = decode,
};
