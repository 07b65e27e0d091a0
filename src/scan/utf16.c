/* The second view: text in UTF-16, little or big endian, at any alignment. The first stage sees six characters with
 * NULs between; here the run is followed to its end and narrowed to one byte a character, so that the same recognisers
 * read it. Runs are gathered and scanned together. Which order it is shows at the ends of the run: a byte right before
 * the first character leaves no room for a NUL of big endian, a last character without a NUL behind it is not little
 * endian. Where both ends are NULs, text is taken to be aligned to two bytes in its stream. */
#include "scan/engine.h"

#include <stdlib.h>
#include <string.h>

enum { NO_BREAK = 0xa0 }; /* U+00A0 */

static bool is_text(uint8_t byte)
{
    return (byte >= ' ' && byte < 0x7f) || byte == '\t' || byte == '\n' || byte == '\r';
}

/* Does a character with a NUL behind it stand at `at`: of text, or a no-break space, which is read as a blank? */
static bool is_pair(const struct text *text, size_t at)
{
    return at + 1 < text->length && text->data[at + 1] == 0 && (is_text(text->data[at]) || text->data[at] == NO_BREAK);
}

/* Where the pairs from `at` end. */
static size_t pairs_end(const struct text *text, size_t at, size_t limit)
{
    while (at < limit && is_pair(text, at))
        at += 2;
    return at;
}

/* Is the run data[first..last + 2), whose last character with a NUL behind it stands at `last`, big endian? */
static bool is_big_endian(const struct view *view, size_t first, size_t last)
{
    const uint8_t *data = view->text.data;
    size_t length = view->text.length;
    if (first > 0 ? data[first - 1] != 0 : view->offset == 0)
        return false;
    size_t next = last + 2;
    bool more = next + 1 < length && is_text(data[next]) && data[next + 1] != 0;
    if (more && !is_pair(&view->text, next + 2))
        return true;
    return (view->offset + first) % 2 != 0;
}

static void add_run(struct sb_scanner *scanner, const struct view *view, struct wide_run run, size_t own_begin,
                    size_t own_end)
{
    struct wide *wide = scanner->levels[view->depth]->wide;
    if (wide->count == WIDE_RUNS || wide->length + run.length + 1 > WIDE_TEXT) {
        flush_wide(scanner, view);
    }
    run.text = wide->length;
    run.own_begin = run.text + own_begin;
    run.own_end = run.text + own_end;
    const uint8_t *units = view->text.data + run.data + (run.big_endian ? 1 : 0);
    for (size_t i = 0; i < run.length; i++)
        wide->text[wide->length + i] = units[2 * i] == NO_BREAK ? ' ' : units[2 * i];
    wide->length += run.length;
    wide->text[wide->length++] = FILL;
    wide->runs[wide->count++] = run;
}

size_t collect_wide(struct sb_scanner *scanner, const struct view *view, size_t at)
{
    struct level *level = scanner->levels[view->depth];
    if (level->wide == NULL)
        level->wide = calloc(1, sizeof *level->wide);
    if (level->wide == NULL) {
        scanner->status = -1;
        return SIZE_MAX;
    }
    size_t limit = view->own_end + SB_MARGIN;
    size_t first = at;
    while (first >= 2 && at - first < SB_MARGIN && is_pair(&view->text, first - 2))
        first -= 2;
    size_t end = pairs_end(&view->text, at, limit);
    bool big = is_big_endian(view, first, end - 2);
    size_t characters = (end - first) / 2;
    if (big && end < view->text.length && is_text(view->text.data[end]))
        characters++; /* whose NUL stands before it */
    size_t data = first - (big ? 1 : 0);

    /* Long runs go in pieces, each with a margin of the run on both sides. */
    enum { PIECE = WIDE_TEXT - 2 * WIDE_MARGIN - 1 };
    for (size_t own = 0; own < characters; own += PIECE) {
        size_t before = own < WIDE_MARGIN ? own : WIDE_MARGIN;
        size_t owned = characters - own < PIECE ? characters - own : PIECE;
        size_t behind = characters - own - owned < WIDE_MARGIN ? characters - own - owned : WIDE_MARGIN;
        struct wide_run run = {.data = data + 2 * (own - before), .length = before + owned + behind, .big_endian = big};
        add_run(scanner, view, run, before, before + owned);
    }
    return end;
}

void flush_wide(struct sb_scanner *scanner, const struct view *view)
{
    struct wide *wide = scanner->levels[view->depth]->wide;
    if (wide == NULL || wide->length == 0)
        return;
    scan_view(scanner, &(struct view){
                           .text = {.data = wide->text, .length = wide->length, .narrowed = true},
                           .own_begin = 0,
                           .own_end = wide->length,
                           .depth = view->depth,
                           .wide = wide,
                           .around = view,
                           .hits = wide->hits,
                       });
    wide->length = 0;
    wide->count = 0;
}

/* A character of the alphabet `high`, or an ASCII or Latin one among them. */
static bool is_unit(uint8_t low, uint8_t other, uint8_t high)
{
    return (other == high && high != 0) || (other == 0 && (is_text(low) || low >= 0xa0));
}

/* How many such characters stand without a gap around the one whose low byte is at `low`. */
static size_t count_units(const struct text *text, size_t low, bool big_endian, uint8_t high)
{
    enum { SIDE = 1024 }; /* on either side: within what a chunk has of its neighbours */
    const uint8_t *data = text->data + (big_endian ? low - 1 : low);
    size_t before = (size_t)(data - text->data) / 2;
    size_t behind = (text->length - (size_t)(data - text->data)) / 2;
    size_t back = 0;
    size_t on = 0;
    while (back < before && back < SIDE &&
           is_unit(data[big_endian - 2 * (ptrdiff_t)(back + 1)], data[!big_endian - 2 * (ptrdiff_t)(back + 1)], high))
        back++;
    while (on < behind && on < SIDE && is_unit(data[2 * on + big_endian], data[2 * on + !big_endian], high))
        on++;
    return back + on;
}

bool is_other_order(const struct view *view, size_t begin, size_t end, bool big_endian)
{
    const struct text *text = &view->text;
    /* Only where all high bytes, the one before and the one behind included, are equal do both orders read the same. */
    size_t low = big_endian ? begin + 1 : begin;
    size_t last = big_endian ? end + 1 : end;
    if (low == 0 || last > text->length)
        return false;
    uint8_t high = text->data[low - 1];
    for (size_t i = low + 1; i < last; i += 2)
        if (text->data[i] != high)
            return false;
    size_t little = count_units(text, low, false, high);
    size_t big = count_units(text, low, true, high);
    /* In the right order there is one more character, since the text ends with it. Where that does not tell, text is
     * taken to be aligned. */
    bool is_big = big != little ? big > little : (view->offset + low) % 2 != 0;
    return is_big != big_endian;
}
