/* Quoted-printable, RFC 2045: lines of mail that were broken within a word ("=" and a line end) and escapes (=3D). One
 * container is one line as its author wrote it: lines joined by soft breaks, up to the first hard line end. It begins
 * at the start of its first line, before the first soft break or escape that announces it; the sniff denies the others.
 *
 * "=" at a line's end stands in base64, settings and source code too. It counts as a soft break where encoders make
 * one: behind at least SOFT_MIN characters, and not in a line that could be base64. */
#include <string.h>

#include "decode/input.h"

enum {
    LINE_MAX = 256, /* bytes; RFC 2045 allows 76 */
    SOFT_MIN = 40,
};
_Static_assert(LINE_MAX <= (int)SB_BEFORE_MAX, "a line's beginning is in sight");

static int digit_value(uint8_t c)
{
    return c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
}

static bool is_alnum(uint8_t c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
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
    return data[at + 1] == '4' && data[at + 2] == '0' && at > 0 && is_alnum(data[at - 1]) && length - at > 3 &&
           is_alnum(data[at + 3]);
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

/* Decodes the escapes of one line in place. Returns its length. */
static size_t decode_line(uint8_t *line, size_t length)
{
    size_t out = 0;
    for (size_t i = 0; i < length; i++) {
        int high = line[i] == '=' && length - i >= 3 ? digit_value(line[i + 1]) : -1;
        int low = high >= 0 ? digit_value(line[i + 2]) : -1;
        uint8_t byte = line[i];
        if (low >= 0) {
            byte = (uint8_t)(high << 4 | low);
            i += 2;
        }
        line[out++] = byte;
    }
    return out;
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
        length = decode_line(line, soft ? length - 1 : length);
        if (length > 0 && output->write(output, line, length) != 0)
            return SB_DECODE_STOPPED;
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
ROW(blank, "=20");
