/* The syntax of terms.h, read once from left to right. Only characters and sets of characters differ between the
 * encodings; groups, alternatives and repetitions are handed on as they are, so no tree is built and nothing recurses.
 */
#include "scan/term_pattern.h"

#include <string.h>

#include "base/text.h"
#include "scan/charset.h"
#include "scan/terms.h"

enum {
    GROUPS_MAX = 32,
    REPEATS_MAX = 1000,
    SIZE_MOST = 4000, /* characters of an expression whose repetitions are written out: more takes minutes to
                                    compile, and then is refused */
    END = -1,
};

struct reader {
    const char *at, *end;
    size_t column; /* of the character at `at` */
    bool fold;
    size_t sizes[GROUPS_MAX + 1]; /* of the open groups so far, written out */
    size_t depth;
    struct charset set;
    struct bytes *out;
    struct error *error;
};

/* ---- characters ---- */

static int32_t decode(const char *text, size_t left, size_t *length)
{
    *length = left == 0 ? 0 : text_character(text, left);
    const uint8_t *c = (const uint8_t *)text;
    switch (*length) {
    case 1:
        return c[0];
    case 2:
        return (c[0] & 0x1f) << 6 | (c[1] & 0x3f);
    case 3:
        return (c[0] & 0x0f) << 12 | (c[1] & 0x3f) << 6 | (c[2] & 0x3f);
    case 4:
        return (c[0] & 0x07) << 18 | (c[1] & 0x3f) << 12 | (c[2] & 0x3f) << 6 | (c[3] & 0x3f);
    default:
        return END;
    }
}

static int32_t peek(const struct reader *reader)
{
    size_t length;
    return decode(reader->at, (size_t)(reader->end - reader->at), &length);
}

static int32_t next(struct reader *reader)
{
    size_t length;
    int32_t c = decode(reader->at, (size_t)(reader->end - reader->at), &length);
    reader->at += length;
    reader->column += c != END;
    return c;
}

static bool take(struct reader *reader, const char *text)
{
    size_t length = strlen(text);
    if ((size_t)(reader->end - reader->at) < length || memcmp(reader->at, text, length) != 0)
        return false;
    reader->at += length;
    reader->column += length;
    return true;
}

/* Says what is wrong with the character read last. */
static int wrong(struct reader *reader, const char *what)
{
    reader->column--;
    return fail(reader->error, "%s", what);
}

/* ---- sets of characters ---- */

static const struct {
    const char *name;
    const char *ranges; /* pairs of first and last */
} classes[] = {
    {"alpha", "AZaz"},    {"digit", "09"},      {"alnum", "09AZaz"},           {"upper", "AZ"}, {"lower", "az"},
    {"space", "\t\r  "},  {"blank", "\t\t  "},  {"punct", "!/:@[`{~"},         {"print", " ~"}, {"graph", "!~"},
    {"xdigit", "09AFaf"}, {"word", "09AZaz__"}, {"cntrl", "\001\037\177\177"},
};

static bool add_class(struct charset *set, const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        if (strlen(classes[i].name) != length || memcmp(classes[i].name, name, length) != 0)
            continue;
        for (const char *range = classes[i].ranges; *range != '\0'; range += 2)
            charset_add(set, (unsigned char)range[0], (unsigned char)range[1]);
        return true;
    }
    return false;
}

static int hex_digit(int32_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* \xHH or \x{H…}, behind the x. */
static int32_t read_hex(struct reader *reader)
{
    bool braces = take(reader, "{");
    int32_t c = 0;
    int digits = 0;
    while (hex_digit(peek(reader)) >= 0 && digits < (braces ? 6 : 2)) {
        c = c << 4 | hex_digit(next(reader));
        digits++;
    }
    if (digits == 0 || (braces && !take(reader, "}")) || c > 0x10ffff)
        return END;
    return c;
}

/* Behind a backslash: a set (returns END and adds it to *set), or one character. -2: wrong. */
static int32_t read_escape(struct reader *reader, struct charset *set)
{
    int32_t c = next(reader);
    const char *name = c == 'd' || c == 'D' ? "digit" : c == 'w' || c == 'W' ? "word" : "space";
    switch (c) {
    case 'd':
    case 'w':
    case 's':
        (void)add_class(set, name, strlen(name));
        return END;
    case 'D':
    case 'W':
    case 'S': {
        struct charset other = {0};
        (void)add_class(&other, name, strlen(name));
        charset_complement(&other);
        bytes_append(&set->ranges, other.ranges.data, other.ranges.length);
        set->any_byte = true;
        charset_free(&other);
        return END;
    }
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case 'x':
        c = read_hex(reader);
        return c == END ? (wrong(reader, "\\x needs hexadecimal digits of a character: \\x41, \\x{20ac}"), -2) : c;
    case END:
        return reader->column++, wrong(reader, "nothing follows the backslash"), -2;
    default:
        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
            return wrong(reader, "there is no such escape; see \"Search terms\" in samband(1)"), -2;
        return c;
    }
}

/* Behind a '['. */
static int read_class(struct reader *reader)
{
    struct charset *set = &reader->set;
    size_t opened = reader->column - 1;
    bool complement = take(reader, "^");
    for (bool first = true;; first = false) {
        if (take(reader, "[:")) {
            const char *close = memchr(reader->at, ':', (size_t)(reader->end - reader->at));
            if (close == NULL || reader->end - close < 2 || close[1] != ']' ||
                !add_class(set, reader->at, (size_t)(close - reader->at)))
                return wrong(reader, "there is no such class; there are [:alpha:], [:digit:], [:alnum:], [:space:] …");
            reader->column += (size_t)(close - reader->at) + 2;
            reader->at = close + 2;
            continue;
        }
        int32_t c = next(reader);
        if (c == END) {
            reader->column = opened;
            return fail(reader->error, "this [ is not closed");
        }
        if (c == ']' && !first)
            break;
        if (c == '\\') {
            c = read_escape(reader, set);
            if (c == -2)
                return -1;
            if (c == END)
                continue;
        }
        int32_t last = c;
        if (reader->end - reader->at >= 2 && reader->at[0] == '-' && reader->at[1] != ']') {
            (void)next(reader);
            last = next(reader);
            if (last == '\\')
                last = read_escape(reader, set);
            if (last == -2)
                return -1;
            if (last == END || last < c)
                return wrong(reader, "the range ends before it begins");
        }
        charset_add(set, (uint32_t)c, (uint32_t)last);
    }
    if (reader->fold)
        charset_fold(set);
    if (complement)
        charset_complement(set);
    return 0;
}

/* ---- parts ---- */

static void write_all(struct reader *reader, const char *text, size_t length)
{
    for (int encoding = 0; encoding < SB_ENCODING_COUNT; encoding++)
        bytes_append(&reader->out[encoding], text, length);
}

static int read_number(struct reader *reader, int most)
{
    int number = 0;
    while (peek(reader) >= '0' && peek(reader) <= '9' && number <= most)
        number = number * 10 + (next(reader) - '0');
    return number;
}

static bool is_repeat(const struct reader *reader)
{
    int32_t c = peek(reader);
    return c == '*' || c == '+' || c == '?' ||
           (c == '{' && reader->end - reader->at > 1 && reader->at[1] >= '0' && reader->at[1] <= '9');
}

/* What was read last has this size, and is repeated so often. */
static int grow(struct reader *reader, size_t size, size_t times)
{
    size_t *sum = &reader->sizes[reader->depth];
    *sum += size * times;
    return *sum <= SIZE_MOST ? 0 : wrong(reader, "this is too large, or repeats too much");
}

/* ? * + {n} {n,} {n,m}, and behind it the '?' that makes it take as little as it can, which is all the same here.
 * `size` is that of what they repeat. */
static int read_repeat(struct reader *reader, size_t size)
{
    const char *from = reader->at;
    size_t times = 1;
    if (!is_repeat(reader))
        return grow(reader, size, 1);
    if (next(reader) == '{' && from[0] == '{') {
        int least = read_number(reader, REPEATS_MAX);
        bool range = take(reader, ",");
        int most = range && peek(reader) != '}' ? read_number(reader, REPEATS_MAX) : least;
        if (next(reader) != '}')
            return wrong(reader, "a repetition is written {2}, {2,} or {2,5}");
        if (least > REPEATS_MAX || most > REPEATS_MAX || most < least || (most == 0 && !range))
            return wrong(reader, "a repetition counts from 0 to 1000, the smaller number first");
        times = (size_t)most;
    }
    if (grow(reader, size, times) != 0)
        return -1;
    write_all(reader, from, (size_t)(reader->at - from));
    (void)take(reader, "?");
    if (is_repeat(reader)) {
        (void)next(reader);
        return wrong(reader, "a repetition of a repetition: put the first one into ( )");
    }
    return 0;
}

/* * + {n,} */
static bool is_endless(const struct reader *reader)
{
    size_t digits = 1;
    while (reader->end - reader->at > (ptrdiff_t)digits && reader->at[digits] >= '0' && reader->at[digits] <= '9')
        digits++;
    int32_t c = peek(reader);
    return c == '*' || c == '+' ||
           (is_repeat(reader) && c == '{' && reader->end - reader->at > (ptrdiff_t)digits + 1 &&
            reader->at[digits] == ',' && reader->at[digits + 1] == '}');
}

static int write_set(struct reader *reader)
{
    struct charset *set = &reader->set;
    charset_settle(set);
    bool grouped = is_repeat(reader);
    if (grouped)
        write_all(reader, "(?:", 3);
    for (int encoding = SB_UTF8 + 1; encoding < SB_ENCODING_COUNT; encoding++)
        charset_write(set, (enum sb_encoding)encoding, &reader->out[encoding]);
    /* Where any byte will do, and any number of them, characters of several bytes are found as bytes: the same matches
     * from an automaton that is far smaller. */
    if (set->any_byte && is_endless(reader))
        charset_keep_below(set, 0x80);
    charset_write(set, SB_UTF8, &reader->out[SB_UTF8]);
    if (grouped)
        write_all(reader, ")", 1);
    charset_clear(set);
    return 0;
}

static int write_character(struct reader *reader, int32_t c)
{
    charset_add(&reader->set, (uint32_t)c, (uint32_t)c);
    if (reader->fold)
        charset_fold(&reader->set);
    return write_set(reader);
}

static int read_atom(struct reader *reader, int32_t c)
{
    switch (c) {
    case '.':
        charset_add(&reader->set, '\n', '\n');
        charset_complement(&reader->set);
        return write_set(reader);
    case '[':
        return read_class(reader) == 0 ? write_set(reader) : -1;
    case '\\':
        c = read_escape(reader, &reader->set);
        return c == -2 ? -1 : c == END ? write_set(reader) : write_character(reader, c);
    case '*':
    case '+':
    case '?':
        return wrong(reader, "there is nothing to repeat here");
    case '^':
    case '$':
        return wrong(reader,
                     "bytes on a disk have no lines: there is no ^ and no $ (write \\^ or \\$ for the character)");
    default:
        return write_character(reader, c);
    }
}

static int read_expression(struct reader *reader)
{
    size_t opened[GROUPS_MAX];
    for (int32_t c = next(reader); c != END; c = next(reader)) {
        if (c == '(') {
            if (reader->depth == GROUPS_MAX)
                return wrong(reader, "groups are nested too deep");
            opened[reader->depth++] = reader->column - 1;
            reader->sizes[reader->depth] = 0;
            if (!take(reader, "?:") && peek(reader) == '?')
                return reader->column++, wrong(reader, "of the special groups there is only (?: )");
            write_all(reader, "(?:", 3);
            if (is_repeat(reader))
                return reader->column++, wrong(reader, "there is nothing to repeat here");
        } else if (c == '|') {
            write_all(reader, "|", 1);
            if (is_repeat(reader))
                return reader->column++, wrong(reader, "there is nothing to repeat here");
        } else if (c == ')') {
            if (reader->depth == 0)
                return wrong(reader, "this ) closes nothing");
            size_t size = reader->sizes[reader->depth--];
            write_all(reader, ")", 1);
            if (read_repeat(reader, size) != 0)
                return -1;
        } else if (read_atom(reader, c) != 0 || read_repeat(reader, 1) != 0) {
            return -1;
        }
    }
    if (reader->depth == 0)
        return 0;
    reader->column = opened[reader->depth - 1];
    return fail(reader->error, "this ( is not closed");
}

static int read_literal(struct reader *reader)
{
    for (int32_t c = next(reader); c != END; c = next(reader)) {
        charset_add(&reader->set, (uint32_t)c, (uint32_t)c);
        if (reader->fold)
            charset_fold(&reader->set);
        charset_settle(&reader->set);
        for (int encoding = 0; encoding < SB_ENCODING_COUNT; encoding++)
            charset_write(&reader->set, (enum sb_encoding)encoding, &reader->out[encoding]);
        charset_clear(&reader->set);
    }
    return 0;
}

/* A term that begins as an expression and does not end as one. */
static int half_expression(const char *term, size_t length, size_t *column, struct error *error)
{
    const char *last = memrchr(term, '/', length);
    *column = 1;
    for (const char *at = term; at < last; at++)
        *column += (*at & 0xc0) != 0x80;
    if (length == 2 && last > term)
        return fail(error, "the regular expression is empty");
    *column += last > term;
    return fail(error, "a regular expression is written /…/ or, for either case, /…/i; to look for this text as it "
                       "stands, put a backslash before it (in either case) or quotation marks around it");
}

/* What a literal costs: little where its bytes stand for themselves; where a character beyond ASCII may be of either
 * case, what an expression of as many choices does. */
static size_t literal_cost(const char *term, size_t length, bool fold)
{
    enum { CHEAPER = 8, CHOICE = 5 };
    size_t cost = length / CHEAPER + 1;
    for (size_t i = 0; i < length && fold; i++)
        cost += ((unsigned char)term[i] & 0xc0) == 0xc0 ? CHOICE : 0;
    return cost;
}

int write_term(const char *term, size_t length, struct bytes out[SB_ENCODING_COUNT], size_t *cost, size_t *column,
               struct error *error)
{
    *column = 0;
    *cost = 0;
    if (length == 0)
        return fail(error, "a term is empty");
    if (length > SB_TERM_MAX)
        return fail(error, "a term may have %d bytes at most", SB_TERM_MAX);
    if (!text_is_utf8(term, length))
        return fail(error, "a term is not UTF-8");
    struct reader reader = {.at = term, .end = term + length, .column = 1, .fold = true, .out = out, .error = error};
    bool flagged = length > 2 && memcmp(reader.end - 2, "/i", 2) == 0;
    bool expression = length > 2 && term[0] == '/' && (flagged || reader.end[-1] == '/');
    bool quoted = length > 2 && term[0] == '"' && reader.end[-1] == '"';
    int result;
    if (term[0] == '/' && !expression)
        return half_expression(term, length, column, error);
    if (length > 1 && term[0] == '\\' && (term[1] == '/' || term[1] == '"')) {
        reader.at++;
        reader.column++;
    }
    if (expression || quoted) {
        reader.at++;
        reader.column++;
        reader.end -= expression && flagged ? 2 : 1;
        reader.fold = expression && flagged;
    }
    if (expression && reader.at == reader.end)
        result = fail(error, "the regular expression is empty");
    else
        result = expression ? read_expression(&reader) : read_literal(&reader);
    charset_free(&reader.set);
    *cost = expression ? reader.sizes[0] : literal_cost(term, length, reader.fold);
    *column = result == 0 ? 0 : reader.column;
    for (int encoding = 0; result == 0 && encoding < SB_ENCODING_COUNT; encoding++)
        if (out[encoding].failed)
            result = fail(error, "memory is short");
    return result;
}
