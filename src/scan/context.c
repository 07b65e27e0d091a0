/* The text around a match, as UTF-8 that can be shown: whole characters, line ends as spaces, whatever cannot be
 * printed as '.'. A long value is cut in its middle; passwords are hidden, whoever's context they stand in. */
#include "scan/engine.h"

#include "base/text.h"
#include "scan/credential.h"

enum { MATCH_SHOWN = 128 }; /* bytes or units of the match shown at either end */

/* Control characters, C1 included, surrogates, and what changes the direction of text. */
static bool is_printable(uint32_t c)
{
    return c >= ' ' && !(c >= 0x7f && c < 0xa0) && !(c >= 0xd800 && c < 0xe000) && !(c >= 0x200b && c <= 0x200f) &&
           !(c >= 0x2028 && c <= 0x202e) && !(c >= 0x2066 && c <= 0x2069) && c != 0xfeff && c != 0xfffe && c != 0xffff;
}

static void append(struct bytes *out, uint32_t c)
{
    if (c == '\n' || c == '\r' || c == '\t')
        c = ' ';
    if (!is_printable(c))
        c = '.';
    char utf8[4];
    size_t length = 0;
    if (c < 0x80) {
        utf8[length++] = (char)c;
    } else if (c < 0x800) {
        utf8[length++] = (char)(0xc0 | c >> 6);
    } else if (c < 0x10000) {
        utf8[length++] = (char)(0xe0 | c >> 12);
        utf8[length++] = (char)(0x80 | (c >> 6 & 0x3f));
    } else {
        utf8[length++] = (char)(0xf0 | c >> 18);
        utf8[length++] = (char)(0x80 | (c >> 12 & 0x3f));
        utf8[length++] = (char)(0x80 | (c >> 6 & 0x3f));
    }
    if (c >= 0x80)
        utf8[length++] = (char)(0x80 | (c & 0x3f));
    bytes_append(out, utf8, length);
}

static void append_bytes(const struct text *text, size_t begin, size_t end, struct bytes *out)
{
    const char *data = (const char *)text->data;
    for (size_t i = begin; i < end;) {
        size_t plain = i; /* most text is ASCII */
        while (plain < end && text->data[plain] >= ' ' && text->data[plain] < 0x7f)
            plain++;
        bytes_append(out, data + i, plain - i);
        i = plain;
        if (i == end)
            break;
        size_t length = text_character(data + i, end - i);
        const uint8_t *c = text->data + i;
        if (length == 4)
            bytes_append(out, c, length);
        else if (length == 3)
            append(out, (c[0] & 0x0fU) << 12 | (c[1] & 0x3fU) << 6 | (c[2] & 0x3fU));
        else if (length == 2)
            append(out, (c[0] & 0x1fU) << 6 | (c[1] & 0x3fU));
        else
            append(out, length == 1 ? c[0] : 0);
        i += length == 0 ? 1 : length;
    }
}

static uint32_t unit_at(const struct text *text, size_t at, bool big_endian)
{
    return big_endian ? (uint32_t)text->data[at] << 8 | text->data[at + 1]
                      : (uint32_t)text->data[at + 1] << 8 | text->data[at];
}

static bool is_high(uint32_t unit)
{
    return unit >= 0xd800 && unit < 0xdc00;
}

static bool is_low(uint32_t unit)
{
    return unit >= 0xdc00 && unit < 0xe000;
}

/* Do the two units before and behind `at` make one character? */
static bool in_pair(const struct text *text, size_t at, bool big_endian)
{
    return at >= 2 && at + 2 <= text->length && is_high(unit_at(text, at - 2, big_endian)) &&
           is_low(unit_at(text, at, big_endian));
}

static void append_units(const struct text *text, size_t begin, size_t end, bool big_endian, struct bytes *out)
{
    for (size_t i = begin; i + 1 < end; i += 2) {
        uint32_t unit = unit_at(text, i, big_endian);
        if (i + 3 < end && is_high(unit) && is_low(unit_at(text, i + 2, big_endian))) {
            i += 2;
            unit = 0x10000 + ((unit - 0xd800) << 10) + (unit_at(text, i, big_endian) - 0xdc00);
        }
        append(out, unit);
    }
}

static void append_part(const struct text *text, size_t begin, size_t end, enum sb_encoding encoding, struct bytes *out)
{
    if (encoding == SB_UTF8)
        append_bytes(text, begin, end, out);
    else
        append_units(text, begin, end, encoding == SB_UTF16BE, out);
}

/* The same without what is hidden: three stars stand for each part of that. */
static void append_shown(const struct text *text, size_t begin, size_t end, enum sb_encoding encoding,
                         const struct hidden *hidden, struct bytes *out)
{
    for (size_t i = 0; i < hidden->count && begin < end; i++) {
        size_t from = hidden->part[i].begin;
        size_t to = hidden->part[i].end;
        if (to <= begin || from >= end)
            continue;
        if (from > begin)
            append_part(text, begin, from, encoding, out);
        bytes_append_text(out, "***");
        begin = to < end ? to : end;
    }
    append_part(text, begin, end, encoding, out);
}

static void find_hidden(const struct text *text, size_t from, size_t to, bool papers, struct hidden *hidden)
{
    find_passwords(text, from, to, hidden);
    if (papers)
        find_papers(text, from, to, hidden);
    for (size_t i = 1; i < hidden->count; i++) { /* in the order they stand */
        for (size_t j = i; j > 0 && hidden->part[j].begin < hidden->part[j - 1].begin; j--) {
            struct hidden_part part = hidden->part[j];
            hidden->part[j] = hidden->part[j - 1];
            hidden->part[j - 1] = part;
        }
    }
}

/* The same in UTF-16: narrowed, with bytes of no class for what is not ASCII, as in UTF-8; such as tell the letters of
 * one alphabet apart, since they may spell "password". */
static void find_wide_hidden(const struct text *data, size_t from, size_t to, bool papers, bool big_endian,
                             struct hidden *hidden)
{
    enum { WIDE_MOST = 4096, OTHER = 0x80 };
    uint8_t narrow[WIDE_MOST];
    size_t begin = from;
    size_t length = 0;
    while (from - begin < 2 * CREDENTIAL_LINE && begin >= 2)
        begin -= 2;
    for (size_t i = begin; i + 1 < data->length && i < to + 2 * CREDENTIAL_LINE && length < WIDE_MOST; i += 2) {
        uint32_t unit = unit_at(data, i, big_endian);
        bool none = unit >= 0x500 || (unit & 0x7f) == 0x7f;
        narrow[length++] = unit < 0x80 ? (uint8_t)unit : none ? OTHER : (uint8_t)(OTHER | unit);
    }
    size_t stop = (to - begin) / 2;
    find_hidden(&(struct text){.data = narrow, .length = length}, (from - begin) / 2, stop < length ? stop : length,
                papers, hidden);
    for (size_t i = 0; i < hidden->count; i++) {
        hidden->part[i].begin = begin + 2 * hidden->part[i].begin;
        hidden->part[i].end = begin + 2 * hidden->part[i].end;
    }
}

static const struct hidden *look_up(struct hidden_window *window, const struct text *data, size_t from, size_t to,
                                    enum sb_encoding encoding, bool papers)
{
    enum { NEAR = 256, AHEAD = 1024 };
    if (window->data == data->data && window->encoding == (int)encoding && window->papers == papers &&
        from >= window->from && to <= window->to && (encoding == SB_UTF8 || (from - window->from) % 2 == 0))
        return &window->hidden;
    /* Where findings stand close together, the next few are looked up at once. */
    bool close = window->data == data->data && from >= window->from && from <= window->to + NEAR;
    size_t ahead = !close ? 0 : data->length - to < AHEAD ? (data->length - to) / 2 * 2 : AHEAD;
    window->data = data->data;
    window->from = from;
    window->to = to + ahead;
    window->encoding = (int)encoding;
    window->papers = papers;
    window->hidden.count = 0;
    if (encoding == SB_UTF8)
        find_hidden(data, from, window->to, papers, &window->hidden);
    else
        find_wide_hidden(data, from, window->to, papers, encoding == SB_UTF16BE, &window->hidden);
    return &window->hidden;
}

void write_context(const struct text *data, size_t begin, size_t end, enum sb_encoding encoding, enum secrecy secrecy,
                   struct hidden_window *window, struct bytes *out)
{
    size_t unit = encoding == SB_UTF8 ? 1 : 2;
    size_t from = begin;
    while (begin - from < SB_CONTEXT_SIDE * unit && from >= unit)
        from -= unit;
    size_t to = end;
    while (to - end < SB_CONTEXT_SIDE * unit && to + unit <= data->length)
        to += unit;
    /* Whole characters: not from the middle of one, nor up to it. */
    if (encoding != SB_UTF8) {
        from += from < begin && in_pair(data, from, encoding == SB_UTF16BE) ? 2 : 0;
        to -= to > end && in_pair(data, to, encoding == SB_UTF16BE) ? 2 : 0;
    } else {
        for (int i = 0; i < 3 && from < begin && (data->data[from] & 0xc0) == 0x80; i++)
            from++;
        for (size_t i = 1; i <= 3 && to - end >= i; i++) {
            uint8_t byte = data->data[to - i];
            if (byte >= 0xc0) {
                size_t whole = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
                to -= whole > i ? i : 0;
                break;
            }
            if (byte < 0x80)
                break;
        }
    }
    const struct hidden *hidden = look_up(window, data, from, to, encoding, secrecy == HIDE_PAPERS);
    append_shown(data, from, begin, encoding, hidden, out);
    if (secrecy != HIDE_PASSWORDS) {
        bytes_append_text(out, "***");
    } else if (end - begin > 2 * MATCH_SHOWN * unit) {
        append_shown(data, begin, begin + MATCH_SHOWN * unit, encoding, hidden, out);
        bytes_append_text(out, "…");
        append_shown(data, end - MATCH_SHOWN * unit, end, encoding, hidden, out);
    } else {
        append_shown(data, begin, end, encoding, hidden, out);
    }
    append_shown(data, end, to, encoding, hidden, out);
}
