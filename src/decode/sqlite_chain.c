/* Overflow pages: what does not fit into a row's page goes on in a chain of them, anywhere in the file. In a journal the
 * same page may stand many times; a chain goes on in the last one of the transaction at hand. */
#include "base/number.h"
#include "decode/sqlite.h"

bool sqlite_is_taken(const struct sqlite *database, uint32_t place)
{
    return sqlite_bit(database->taken, place);
}

static bool take(struct sqlite *database, uint32_t place)
{
    if (place == 0 || place >= SQLITE_PAGES_MAX || sqlite_bit(database->taken, place))
        return false;
    sqlite_set_bit(database->taken, place);
    return true;
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

static uint32_t next_of(struct sqlite *database, uint32_t place)
{
    uint8_t link[4];
    return input_copy(&database->input.input, sqlite_place(database, place), link, sizeof link) < sizeof link
               ? UINT32_MAX
               : load_be32(link);
}

uint32_t sqlite_next_page(struct sqlite *database, uint32_t page)
{
    uint32_t place = find_page(database, page);
    return place == 0 ? UINT32_MAX : next_of(database, place);
}

bool sqlite_may_lead_on(struct sqlite *database, uint32_t page)
{
    if (page < 2 || page > database->pages)
        return false;
    uint32_t place = find_page(database, page);
    return place != 0 && place < SQLITE_PAGES_MAX && !sqlite_bit(database->taken, place) &&
           next_of(database, place) <= database->pages;
}

/* Hands out a page's content, as far as it is there. Returns the number of bytes, or -1 when the output stops. */
static int64_t give_page(struct sqlite *database, struct sqlite_columns *columns, uint32_t place, uint64_t left)
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
        if (!sqlite_give_columns(database, columns, data, available))
            return -1;
    }
    return (int64_t)done;
}

bool sqlite_give_chain(struct sqlite *database, struct sqlite_columns *columns, uint32_t page, uint64_t left)
{
    uint32_t place = find_page(database, page);
    while (left > 0 && take(database, place)) {
        int64_t given = give_page(database, columns, place, left);
        if (given < 0)
            return false;
        if (given == 0)
            break;
        left -= (uint64_t)given;
        place = find_page(database, next_of(database, place));
    }
    return true;
}
