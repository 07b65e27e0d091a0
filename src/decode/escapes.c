/* Addresses whose '@' or "://" is escaped: percent-encoding (RFC 3986), JSON and JavaScript strings (RFC 8259),
 * character references (HTML, XML). The anchor is that escape itself, which ordinary text hardly has; what is decoded
 * is the token around it, the run of characters that addresses and escapes are written with. The rest of the text is
 * left to the plain scan.
 *
 * A token begins at most REACH bytes before its first anchor and is decoded up to REACH bytes behind the last '@',
 * however many there are between (a list of addresses in one parameter, say). The sniff denies all of them but the
 * first. */
#include <string.h>

#include "decode/input.h"

enum { REACH = 1000, PIECE = 512, ESCAPE_MAX = 12 };
_Static_assert(REACH <= (int)SB_BEFORE_MAX, "a token's beginning is in sight");

struct notation {
    const char *marks; /* characters of a token beside those of an address of mail */
    bool (*is_anchor)(const uint8_t *data, size_t length);
    /* Decodes the escape that begins at data[0] into at most as many bytes as it has. Returns its length, 0 if none
     * is there. */
    size_t (*decode)(const uint8_t *data, size_t length, uint8_t *out, size_t *out_length);
};

static int digit_value(uint8_t c)
{
    return c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
}

static bool begins(const uint8_t *data, size_t length, const char *text)
{
    size_t size = strlen(text);
    return length >= size && memcmp(data, text, size) == 0;
}

static bool in_token(const struct notation *notation, uint8_t c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
           (c != 0 && (strchr("._+-%", c) != NULL || strchr(notation->marks, c) != NULL));
}

/* UTF-8 of a character; '?' for what is none. */
static size_t write_character(uint32_t character, uint8_t *out)
{
    if (character < 0x80) {
        out[0] = (uint8_t)character;
        return 1;
    }
    if (character < 0x800) {
        out[0] = (uint8_t)(0xc0 | character >> 6);
        out[1] = (uint8_t)(0x80 | (character & 63));
        return 2;
    }
    if (character > 0xffff || (character >= 0xd800 && character < 0xe000)) {
        out[0] = '?';
        return 1;
    }
    out[0] = (uint8_t)(0xe0 | character >> 12);
    out[1] = (uint8_t)(0x80 | (character >> 6 & 63));
    out[2] = (uint8_t)(0x80 | (character & 63));
    return 3;
}

static bool sniff_token(const struct notation *notation, const uint8_t *data, size_t length, size_t at,
                        size_t anchor_length, struct sb_container *container)
{
    if (length - at <= anchor_length || !notation->is_anchor(data + at, length - at) ||
        !in_token(notation, data[at + anchor_length]))
        return false;
    size_t begin = at;
    while (begin > 0 && at - begin < REACH && in_token(notation, data[begin - 1])) {
        begin--;
        if (notation->is_anchor(data + begin, length - begin))
            return false;
    }
    *container = (struct sb_container){.before = at - begin};
    return true;
}

static enum sb_decode_result decode_token(const struct notation *notation, const struct sb_container *container,
                                          struct sb_input *input, struct sb_output *output, uint64_t *consumed)
{
    uint8_t in[PIECE];
    uint8_t out[PIECE];
    uint64_t offset = 0;
    uint64_t reach = container->before + ESCAPE_MAX + REACH;
    bool ended = false;
    bool stopped = false;
    while (!ended && !stopped) {
        size_t got = input_copy(input, offset, in, PIECE);
        bool last = got < PIECE;
        size_t at = 0;
        size_t length = 0;
        while (!ended && at < got && (last || got - at >= ESCAPE_MAX)) {
            size_t written = 1;
            size_t used = notation->decode(in + at, got - at, out + length, &written);
            if (used > 0 && out[length] == '@')
                reach = offset + at + used + REACH;
            if (used == 0 && in_token(notation, in[at])) {
                out[length] = in[at];
                used = 1;
            }
            ended = used == 0 || offset + at >= reach;
            if (!ended) {
                at += used;
                length += written;
            }
        }
        offset += at;
        ended = ended || last;
        stopped = length > 0 && output->write(output, out, length) != 0;
    }
    *consumed = offset;
    return stopped ? SB_DECODE_STOPPED : SB_DECODE_DONE;
}

/* %40, %3A%2F%2F */

static bool is_percent_anchor(const uint8_t *data, size_t length)
{
    return begins(data, length, "%40") || begins(data, length, "%3A%2F%2F") || begins(data, length, "%3a%2f%2f");
}

static size_t decode_percent(const uint8_t *data, size_t length, uint8_t *out, size_t *out_length)
{
    if (length < 3 || data[0] != '%' || digit_value(data[1]) < 0 || digit_value(data[2]) < 0)
        return 0;
    out[0] = (uint8_t)(digit_value(data[1]) << 4 | digit_value(data[2]));
    *out_length = 1;
    return 3;
}

/* "\u0040", "https:\/\/" */

static bool is_json_anchor(const uint8_t *data, size_t length)
{
    return begins(data, length, "\\u0040") || begins(data, length, ":\\/\\/");
}

static size_t decode_json(const uint8_t *data, size_t length, uint8_t *out, size_t *out_length)
{
    static const char letters[] = "nrtbf\"\\/'";
    static const char meant[] = "\n\r\t\b\f\"\\/'";
    if (length < 2 || data[0] != '\\')
        return 0;
    if (data[1] == 'u') {
        uint32_t character = 0;
        for (size_t i = 2; i < 6; i++) {
            if (i >= length || digit_value(data[i]) < 0)
                return 0;
            character = character << 4 | (uint32_t)digit_value(data[i]);
        }
        *out_length = write_character(character, out);
        return 6;
    }
    const char *letter = data[1] == 0 ? NULL : strchr(letters, data[1]);
    if (letter == NULL)
        return 0;
    out[0] = (uint8_t)meant[letter - letters];
    *out_length = 1;
    return 2;
}

/* "&#64;" and its like */

static bool is_entity_anchor(const uint8_t *data, size_t length)
{
    return begins(data, length, "&#64;") || begins(data, length, "&#064;") || begins(data, length, "&#x40;");
}

static size_t decode_number(const uint8_t *data, size_t length, uint8_t *out, size_t *out_length)
{
    size_t at = 2;
    int base = 10;
    if (at < length && (data[at] | 0x20) == 'x') {
        base = 16;
        at++;
    }
    uint32_t character = 0;
    size_t begin = at;
    for (; at < length && at - begin < 7 && digit_value(data[at]) >= 0 && digit_value(data[at]) < base; at++)
        character = character * (uint32_t)base + (uint32_t)digit_value(data[at]);
    if (at == begin || at >= length || data[at] != ';')
        return 0;
    *out_length = write_character(character, out);
    return at + 1;
}

static size_t decode_entity(const uint8_t *data, size_t length, uint8_t *out, size_t *out_length)
{
    static const struct {
        const char *name;
        char meant;
    } names[] = {{"&commat;", '@'}, {"&period;", '.'}, {"&lowbar;", '_'}, {"&amp;", '&'},  {"&lt;", '<'},
                 {"&gt;", '>'},     {"&quot;", '"'},   {"&nbsp;", ' '},   {"&colon;", ':'}};
    if (length < 3 || data[0] != '&')
        return 0;
    if (data[1] == '#')
        return decode_number(data, length, out, out_length);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (begins(data, length, names[i].name)) {
            out[0] = (uint8_t)names[i].meant;
            *out_length = 1;
            return strlen(names[i].name);
        }
    return 0;
}

static const struct notation percent = {"", is_percent_anchor, decode_percent};
static const struct notation json = {"\\:/?=&#~", is_json_anchor, decode_json};
static const struct notation entity = {"&#;", is_entity_anchor, decode_entity};

/* One row of the table for each way to write an anchor. */
/* NOLINTBEGIN(bugprone-macro-parentheses): names and literals, which brackets would spoil */
#define ROW(ROW_NAME, NAME, NOTATION, ANCHOR, RAREST)                                                                  \
    static bool sniff_##ROW_NAME(const uint8_t *data, size_t length, size_t at, struct sb_container *container)        \
    {                                                                                                                  \
        return sniff_token(&NOTATION, data, length, at, sizeof(ANCHOR) - 1, container);                                \
    }                                                                                                                  \
    static enum sb_decode_result decode_##ROW_NAME##_token(                                                            \
        const struct sb_container *container, struct sb_input *input, struct sb_output *output, uint64_t *consumed)    \
    {                                                                                                                  \
        return decode_token(&NOTATION, container, input, output, consumed);                                            \
    }                                                                                                                  \
    const struct sb_decoder sb_decoder_##ROW_NAME = {                                                                  \
        .name = NAME,                                                                                                  \
        .literal = ANCHOR,                                                                                             \
        .literal_length = sizeof(ANCHOR) - 1,                                                                          \
        .literal_anchor = (RAREST),                                                                                    \
        .text = true,                                                                                                  \
        .sniff = sniff_##ROW_NAME,                                                                                     \
        .decode = decode_##ROW_NAME##_token,                                                                           \
    }

/* NOLINTEND(bugprone-macro-parentheses) */

ROW(percent, "PERCENT", percent, "%40", 0);
ROW(percent_page, "PERCENT", percent, "%3A%2F%2F", 2);
ROW(percent_page_small, "PERCENT", percent, "%3a%2f%2f", 0);
ROW(json, "JSON", json, "\\u0040", 0);
ROW(json_page, "JSON", json, ":\\/\\/", 1);
ROW(entity_decimal, "ENTITY", entity, "&#64;", 0);
ROW(entity_zero, "ENTITY", entity, "&#064;", 0);
ROW(entity_hex, "ENTITY", entity, "&#x40;", 0);
