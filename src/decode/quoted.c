/* Quoted-printable, RFC 2045: lines of mail that were broken within a word ("=" and a line end) and escapes (=3D). One
 * container is one line as its author wrote it: lines joined by soft breaks, up to the first hard line end. It begins
 * at the start of its first line, before the first soft break or escape that announces it; the sniff denies the others.
 *
 * "=" at a line's end stands in base64, settings and source code too. It counts as a soft break where encoders make
 * one: behind at least SOFT_MIN characters, and not in a line that could be base64. */
#include <string.h>

#include "decode/characters.h"
#include "decode/input.h"

enum {
    LINE_MAX = 256, /* bytes; RFC 2045 allows 76 */
    SOFT_MIN = 40,
};
_Static_assert(LINE_MAX <= (int)SB_BEFORE_MAX, "a line's beginning is in sight");

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_alnum(uint8_t c)
{
    return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static bool begins(const uint8_t *data, size_t length, const char *text)
{
    size_t size = strlen(text);
    return length >= size && memcmp(data, text, size) == 0;
}

/* Is the "=" that stands behind these bytes of a line a soft break? */
static bool breaks_softly(const uint8_t *line, size_t length)
{
    if (length < SOFT_MIN || length > LINE_MAX)
        return false;
    for (size_t i = 0; i < length; i++)
        if (!is_alnum(line[i]) && line[i] != '+' && line[i] != '/' &&
            (line[i] != '=' || i + 1 < length)) /* base64's stands last */
            return true;
    return false;
}

/* Does data[at] announce a line, other than by a soft break? */
static bool is_escape_anchor(const uint8_t *data, size_t length, size_t at)
{
    if (length - at < 3 || data[at] != '=')
        return false;
    if (data[at + 1] == '3' && data[at + 2] == 'D')
        return true;
    if (data[at + 1] == '2' && data[at + 2] == '0') /* a blank before a line's end must be escaped */
        return length - at > 3 && (data[at + 3] == '\n' || data[at + 3] == '\r');
    if (data[at + 1] == '4' && data[at + 2] == '0')
        return at > 0 && is_alnum(data[at - 1]) && length - at > 3 && is_alnum(data[at + 3]);
    if (data[at + 1] == '2' && data[at + 2] == 'B')
        return length - at > 3 && is_digit(data[at + 3]);
    /* a blank that does not break, between groups of digits */
    size_t blank = begins(data + at, length - at, "=C2=A0") ? 6 : begins(data + at, length - at, "=A0") ? 3 : 0;
    return blank > 0 && at > 0 && is_digit(data[at - 1]) && length - at > blank && is_digit(data[at + blank]);
}

/* Where the line that data[at] is in begins. False where that is too far away. */
static bool find_line(const uint8_t *data, size_t at, size_t *begin)
{
    *begin = at;
    while (*begin > 0 && data[*begin - 1] != '\n')
        if (at - --*begin > LINE_MAX)
            return false;
    return true;
}

/* Does the line in front of data[begin] go on in it? */
static bool continues(const uint8_t *data, size_t begin)
{
    size_t end = begin;
    if (end == 0)
        return false;
    end--; /* the line feed */
    if (end > 0 && data[end - 1] == '\r')
        end--;
    size_t before;
    return end > 0 && data[end - 1] == '=' && find_line(data, end - 1, &before) &&
           breaks_softly(data + before, end - 1 - before);
}

static bool sniff(const uint8_t *data, size_t length, size_t at, struct sb_container *container)
{
    bool soft = length - at >= 2 && data[at] == '=' &&
                (data[at + 1] == '\n' || (length - at >= 3 && data[at + 1] == '\r' && data[at + 2] == '\n'));
    if (!soft && !is_escape_anchor(data, length, at))
        return false;
    size_t begin = at;
    while (begin > 0 && data[begin - 1] != '\n') {
        begin--;
        if (at - begin > LINE_MAX || is_escape_anchor(data, length, begin))
            return false;
    }
    if ((soft && !breaks_softly(data + begin, at - begin)) || continues(data, begin))
        return false;
    *container = (struct sb_container){.before = at - begin};
    return true;
}

/* Hands out a line, its escapes marked. Returns what the output returns. */
static int write_line(struct sb_output *output, const uint8_t *line, size_t length)
{
    size_t plain = 0; /* handed out so far */
    int stop = 0;
    for (size_t i = 0; i < length && stop == 0; i++) {
        int high = line[i] == '=' && length - i >= 3 ? hex_value(line[i + 1]) : -1;
        int low = high >= 0 ? hex_value(line[i + 2]) : -1;
        if (low < 0)
            continue;
        uint8_t byte = (uint8_t)(high << 4 | low);
        if (i > plain)
            stop = output->write(output, line + plain, i - plain);
        if (stop == 0 && output->mark != NULL)
            output->mark(output, 1);
        if (stop == 0)
            stop = output->write(output, &byte, 1);
        i += 2;
        plain = i + 1;
    }
    return stop == 0 && plain < length ? output->write(output, line + plain, length - plain) : stop;
}

static enum sb_decode_result decode(const struct sb_container *container, struct sb_input *input,
                                    struct sb_output *output, uint64_t *consumed)
{
    (void)container;
    uint8_t line[LINE_MAX + 3] = {0}; /* with "=" and CRLF */
    *consumed = 0;
    for (bool soft = true; soft;) {
        size_t got = input_copy(input, *consumed, line, sizeof line);
        const uint8_t *end = memchr(line, '\n', got);
        if (got == 0 || (end == NULL && got == sizeof line))
            return SB_DECODE_DONE; /* a line so long is not of this encoding */
        size_t length = end == NULL ? got : (size_t)(end - line);
        *consumed += end == NULL ? length : length + 1;
        if (end != NULL && length > 0 && line[length - 1] == '\r')
            length--;
        soft = end != NULL && length > 0 && line[length - 1] == '=' && breaks_softly(line, length - 1);
        if (write_line(output, line, soft ? length - 1 : length) != 0)
            return SB_DECODE_STOPPED;
        if (soft && output->mark != NULL)
            output->mark(output, 0);
    }
    return SB_DECODE_DONE;
}

/* One row of the table for each way a line is announced. */
/* NOLINTBEGIN(bugprone-macro-parentheses): literals, which brackets would spoil */
#define ROW(ROW_NAME, ANCHOR)                                                                                          \
    const struct sb_decoder sb_decoder_quoted_##ROW_NAME = {                                                           \
        .name = "QUOTED",                                                                                              \
        .literal = ANCHOR,                                                                                             \
        .literal_length = sizeof(ANCHOR) - 1,                                                                          \
        .sniff = sniff,                                                                                                \
        .decode = decode,                                                                                              \
    }
/* NOLINTEND(bugprone-macro-parentheses) */

ROW(crlf, "=\r\n");
ROW(lf, "=\n");
ROW(equals, "=3D");
ROW(at, "=40");
ROW(plus, "=2B");
ROW(unbroken, "=C2");
ROW(latin, "=A0");
ROW(blank, "=20");
