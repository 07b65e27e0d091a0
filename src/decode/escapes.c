/* Values whose characters are escaped: percent-encoding (RFC 3986), JSON and JavaScript strings (RFC 8259), character
 * references (HTML, XML). The anchor is an escape that tells: of the '@' of an address, the "://" of a page, the '+' of
 * a phone number, a blank between groups of digits, what parts a list of words or begins a
 * magnetic stripe, or of letters and digits one after the other,
 * which nobody needs to escape. What is decoded is the token around it, as far as the notation would not have ended.
 * Escapes are marked, so that the rest of the token is left to the plain scan.
 *
 * A token begins at most REACH bytes before its first anchor and is decoded up to REACH bytes behind the last one,
 * however many there are between (a list of addresses in one parameter, say). The sniff denies all of them but the
 * first. */
#include <string.h>
#include <strings.h>

#include "decode/characters.h"
#include "decode/input.h"

enum {
    REACH = 1000,
    PIECE = 1024,
    AHEAD = 4,      /* characters that are looked at from an anchor on */
    WORD_LEAST = 3, /* letters; of lists of words (BIP-39) */
    WORD_MOST = 8,
    WORDS = 3,                                          /* so many behind each other are a list */
    GAP_MOST = 24,                                      /* bytes between two of them */
    ESCAPE_MAX = 12,                                    /* bytes of the longest escape */
    LOOK = WORDS * (WORD_MOST + GAP_MOST + ESCAPE_MAX), /* and so many bytes */
};
_Static_assert(REACH <= (int)SB_BEFORE_MAX, "a token's beginning is in sight");
_Static_assert(LOOK >= AHEAD * ESCAPE_MAX, "all that is looked at is in sight");

struct notation {
    const char *const
        *anchors;     /* what an escape that tells begins with, in capitals or small letters: a row each below */
    const char *ends; /* characters that end a token, beside control characters but those in `lines` */
    const char *lines;
    bool strings; /* the '"' that ends one does not where a backslash stands before it */
    /* Decodes the escape that begins at data[0] into at most as many bytes as it has. Returns its length, 0 if none
     * is there. */
    size_t (*decode)(const uint8_t *data, size_t length, uint8_t *out, size_t *out_length);
};

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_alnum(uint8_t c)
{
    return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static bool is_small(uint8_t c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_capital(uint8_t c)
{
    return c >= 'A' && c <= 'Z';
}

static bool begins(const uint8_t *data, size_t length, const char *text)
{
    size_t size = strlen(text);
    return length >= size && memcmp(data, text, size) == 0;
}

static bool ends_token(const struct notation *notation, uint8_t c, uint8_t before)
{
    return (c < ' ' && (c == 0 || strchr(notation->lines, c) == NULL)) || c == 0x7f || c > 0xf4 || /* not of UTF-8 */
           (strchr(notation->ends, c) != NULL && !(notation->strings && c == '"' && before == '\\'));
}

/* What is written from data[0] on. */
struct ahead {
    uint8_t character[AHEAD + ESCAPE_MAX]; /* decoded; NULs behind the last one */
    size_t escapes;                        /* so many of the first ones were escapes */
};

static struct ahead look_ahead(const struct notation *notation, const uint8_t *data, size_t length)
{
    struct ahead ahead = {{0}, 0};
    bool plain = false;
    for (size_t at = 0, count = 0; at < length && count < AHEAD;) {
        size_t written = 1;
        size_t used = length - at > 1 ? notation->decode(data + at, length - at, ahead.character + count, &written) : 0;
        plain = plain || used == 0;
        if (used == 0)
            ahead.character[count] = data[at];
        ahead.escapes += plain ? 0 : written;
        at += used == 0 ? 1 : used;
        count += written;
    }
    return ahead;
}

/* How long the blank in front is: one that does not break has two bytes in UTF-8. 0: there is none. */
static size_t blank_length(const uint8_t *text)
{
    return text[0] == ' ' || text[0] == 0xa0 ? 1 : text[0] == 0xc2 && text[1] == 0xa0 ? 2 : 0;
}

static bool parts_words(uint8_t c)
{
    return is_digit(c) || (c != 0 && strchr(" ,;.)\r\n\t\xc2\xa0", c) != NULL);
}

/* What parts the words of a list, a word, and so on; an escape in each, and perhaps the next word's number. */
static bool begin_words(const struct notation *notation, const uint8_t *data, size_t length)
{
    size_t at = 0;
    for (unsigned word = 0; word < WORDS; word++) {
        size_t begin = at;
        size_t letters = 0;
        bool escaped = false;
        while (at < length && at - begin < GAP_MOST) {
            uint8_t out[ESCAPE_MAX] = {data[at]};
            size_t written;
            size_t used = notation->decode(data + at, length - at, out, &written);
            if (!parts_words(out[0]))
                break;
            escaped = escaped || used > 0;
            at += used > 0 ? used : 1;
        }
        for (; escaped && at < length && letters <= WORD_MOST && is_small(data[at]); at++)
            letters++;
        if (letters < WORD_LEAST || letters > WORD_MOST)
            return false;
    }
    return true;
}

static bool is_anchor(const struct notation *notation, const uint8_t *data, size_t length)
{
    const char *const *anchor = notation->anchors;
    while (*anchor != NULL &&
           (length < strlen(*anchor) || strncasecmp((const char *)data, *anchor, strlen(*anchor)) != 0))
        anchor++;
    return *anchor != NULL;
}

/* A group of an account's number (IBAN): what is known of it are capitals and digits. */
static bool begins_group(const uint8_t *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!is_capital(text[i]) && !is_digit(text[i]))
            return false;
    return true;
}

/* Does an escape begin at data[0] that tells of a value? */
static bool is_telling(const struct notation *notation, const uint8_t *data, size_t length, uint8_t before)
{
    if (!is_anchor(notation, data, length))
        return false;
    struct ahead ahead = look_ahead(notation, data, length);
    const uint8_t *text = ahead.character;
    switch (text[0]) {
    case '@':
        return is_alnum(text[1]);
    case ':':
        return text[1] == '/' && text[2] == '/';
    case '/':
        return (before == ':' && text[1] == '/') || (is_capital(before) && is_capital(text[1])); /* a stripe's name */
    case '+':
        return is_digit(text[1]);
    case '%': /* encoded twice; or a magnetic stripe */
        return memcmp(text, "%40", 3) == 0 || memcmp(text, "%2B", 3) == 0 || memcmp(text, "%3A", 3) == 0 ||
               (text[1] == 'B' && is_digit(text[2]) && is_digit(text[3]));
    case ';': /* the second one */
        return is_digit(text[1]) && is_digit(text[2]) && is_digit(text[3]);
    default:
        break;
    }
    size_t blank = blank_length(text);
    if (blank > 0 && is_digit(before) && (is_digit(text[blank]) || begins_group(text + blank, AHEAD - blank)))
        return true;
    if (parts_words(text[0]) && !is_digit(text[0]))
        return begin_words(notation, data, length);
    return ahead.escapes >= AHEAD && is_alnum(text[0]) && is_alnum(text[1]) && is_alnum(text[2]) && is_alnum(text[3]);
}

static bool sniff_token(const struct notation *notation, const uint8_t *data, size_t length, size_t at,
                        struct sb_container *container)
{
    if (!is_telling(notation, data + at, length - at, at > 0 ? data[at - 1] : 0))
        return false;
    size_t begin = at;
    while (begin > 0 && at - begin < REACH) {
        uint8_t before = begin > 1 ? data[begin - 2] : 0;
        if (ends_token(notation, data[begin - 1], before))
            break;
        begin--;
        if (is_telling(notation, data + begin, length - begin, before))
            return false;
    }
    *container = (struct sb_container){.before = at - begin};
    return true;
}

/* Text on its way out: escapes are marked. */
struct decoded {
    struct sb_output *output;
    uint8_t text[PIECE];
    size_t length;
    bool stopped;
};

static void flush(struct decoded *decoded)
{
    if (decoded->length > 0 && !decoded->stopped)
        decoded->stopped = decoded->output->write(decoded->output, decoded->text, decoded->length) != 0;
    decoded->length = 0;
}

static void write_escape(struct decoded *decoded, const uint8_t *text, size_t length)
{
    flush(decoded);
    if (!decoded->stopped && decoded->output->mark != NULL)
        decoded->output->mark(decoded->output, length);
    memcpy(decoded->text, text, length);
    decoded->length = length;
}

static enum sb_decode_result decode_token(const struct notation *notation, const struct sb_container *container,
                                          struct sb_input *input, struct sb_output *output, uint64_t *consumed)
{
    uint8_t in[PIECE];
    struct decoded decoded = {.output = output};
    uint64_t offset = 0;
    uint64_t reach = container->before + ESCAPE_MAX + REACH;
    uint8_t before = 0;
    bool ended = false;
    while (!ended && !decoded.stopped) {
        size_t got = input_copy(input, offset, in, PIECE);
        bool last = got < PIECE;
        size_t at = 0;
        while (!ended && !decoded.stopped && at < got && (last || got - at >= LOOK)) {
            uint8_t out[ESCAPE_MAX];
            size_t written;
            size_t used = notation->decode(in + at, got - at, out, &written);
            ended = offset + at >= reach || (used == 0 && ends_token(notation, in[at], before));
            if (ended)
                break;
            if (used > 0 && is_telling(notation, in + at, got - at, before))
                reach = offset + at + ESCAPE_MAX + REACH;
            if (used > 0) {
                write_escape(&decoded, out, written);
            } else {
                used = 1;
                decoded.text[decoded.length++] = in[at];
            }
            before = in[at + used - 1];
            at += used;
            if (decoded.length == PIECE)
                flush(&decoded);
        }
        offset += at;
        ended = ended || last;
    }
    flush(&decoded);
    *consumed = offset;
    return decoded.stopped ? SB_DECODE_STOPPED : SB_DECODE_DONE;
}

static size_t decode_percent(const uint8_t *data, size_t length, uint8_t *out, size_t *out_length)
{
    if (length < 3 || data[0] != '%' || hex_value(data[1]) < 0 || hex_value(data[2]) < 0)
        return 0;
    out[0] = (uint8_t)(hex_value(data[1]) << 4 | hex_value(data[2]));
    *out_length = 1;
    return 3;
}

static size_t decode_json(const uint8_t *data, size_t length, uint8_t *out, size_t *out_length)
{
    static const char letters[] = "nrtbf\"\\/'";
    static const char meant[] = "\n\r\t\b\f\"\\/'";
    if (length < 2 || data[0] != '\\')
        return 0;
    if (data[1] == 'u' || data[1] == 'x') { /* the latter JavaScript's alone */
        uint32_t character = 0;
        size_t end = data[1] == 'u' ? 6 : 4;
        for (size_t i = 2; i < end; i++) {
            if (i >= length || hex_value(data[i]) < 0)
                return 0;
            character = character << 4 | (uint32_t)hex_value(data[i]);
        }
        *out_length = write_utf8(character, out);
        return end;
    }
    const char *letter = data[1] == 0 ? NULL : strchr(letters, data[1]);
    if (letter == NULL)
        return 0;
    out[0] = (uint8_t)meant[letter - letters];
    *out_length = 1;
    return 2;
}

/* A character by its number. Browsers do without the ';'. */
static size_t decode_number(const uint8_t *data, size_t length, uint8_t *out, size_t *out_length)
{
    enum { DIGITS_MAX = 7 };
    size_t at = 2;
    int base = 10;
    if (at < length && (data[at] | 0x20) == 'x') {
        base = 16;
        at++;
    }
    uint32_t character = 0;
    size_t begin = at;
    for (; at < length && at - begin < DIGITS_MAX && hex_value(data[at]) >= 0 && hex_value(data[at]) < base; at++)
        character = character * (uint32_t)base + (uint32_t)hex_value(data[at]);
    if (at == begin || at >= length)
        return 0;
    *out_length = write_utf8(character, out);
    return data[at] == ';' ? at + 1 : at;
}

static size_t decode_entity(const uint8_t *data, size_t length, uint8_t *out, size_t *out_length)
{
    static const struct {
        const char *name, *meant;
    } names[] = {{"&commat;", "@"}, {"&period;", "."}, {"&lowbar;", "_"},     {"&amp;", "&"},   {"&lt;", "<"},
                 {"&gt;", ">"},     {"&quot;", "\""},  {"&apos;", "'"},       {"&colon;", ":"}, {"&plus;", "+"},
                 {"&sol;", "/"},    {"&hyphen;", "-"}, {"&dash;", "-"},       {"&num;", "#"},   {"&equals;", "="},
                 {"&lpar;", "("},   {"&rpar;", ")"},   {"&nbsp;", "\xc2\xa0"}};
    if (length < 3 || data[0] != '&')
        return 0;
    if (data[1] == '#')
        return decode_number(data, length, out, out_length);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (begins(data, length, names[i].name)) {
            *out_length = strlen(names[i].meant);
            memcpy(out, names[i].meant, *out_length);
            return strlen(names[i].name);
        }
    return 0;
}

static const char *const percent_anchors[] = {"%40", "%3A", "%2B", "%20", "%C2", "%25", "%3B", "%2C", "%0A", NULL};
static const char *const json_anchors[] = {"\\u00", "\\/\\/", "\\x40", NULL};
static const char *const entity_anchors[] = {"&#", "&commat;", "&nbsp;", "&plus;", "&colon;", NULL};
static const struct notation percent = {percent_anchors, " \"'<>`&=?#", "", false, decode_percent};
static const struct notation json = {json_anchors, "\"", "", true, decode_json};
static const struct notation entity = {entity_anchors, "<>", "\t\r\n", false, decode_entity};

/* Do the signs of an escape part values where it stands as it is? "&" and ";" do. */
enum { percent_parts = false, json_parts = false, entity_parts = true };

/* One row of the table for each way to write an anchor. */
/* NOLINTBEGIN(bugprone-macro-parentheses): names and literals, which brackets would spoil */
#define ROW(ROW_NAME, NAME, NOTATION, ANCHOR, ANY_CASE)                                                                \
    static bool sniff_##ROW_NAME(const uint8_t *data, size_t length, size_t at, struct sb_container *container)        \
    {                                                                                                                  \
        return sniff_token(&NOTATION, data, length, at, container);                                                    \
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
        .any_case = (ANY_CASE),                                                                                        \
        .parts = NOTATION##_parts,                                                                                     \
        .text = true,                                                                                                  \
        .sniff = sniff_##ROW_NAME,                                                                                     \
        .decode = decode_##ROW_NAME##_token,                                                                           \
    }

/* NOLINTEND(bugprone-macro-parentheses) */

ROW(percent_at, "PERCENT", percent, "%40", false);
ROW(percent_colon, "PERCENT", percent, "%3A", true);
ROW(percent_plus, "PERCENT", percent, "%2B", true);
ROW(percent_blank, "PERCENT", percent, "%20", false);
ROW(percent_unbroken, "PERCENT", percent, "%C2", true);
ROW(percent_twice, "PERCENT", percent, "%25", false);
ROW(percent_stripe, "PERCENT", percent, "%3B", true);
ROW(percent_comma, "PERCENT", percent, "%2C", true);
ROW(percent_line, "PERCENT", percent, "%0A", true);
ROW(json_unicode, "JSON", json, "\\u00", false);
ROW(json_slashes, "JSON", json, "\\/\\/", false);
ROW(json_at, "JSON", json, "\\x40", false);
ROW(entity_number, "ENTITY", entity, "&#", false);
ROW(entity_at, "ENTITY", entity, "&commat;", false);
ROW(entity_plus, "ENTITY", entity, "&plus;", false);
ROW(entity_colon, "ENTITY", entity, "&colon;", false);
ROW(entity_unbroken, "ENTITY", entity, "&nbsp;", false);
