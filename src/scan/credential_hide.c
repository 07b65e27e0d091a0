/* What contexts do not show: passwords, whether a recogniser took them or not, and the numbers of people's papers. Each
 * context asks, so most text is turned away by few looks. */
#include "scan/credential_line.h"

#include <string.h>

static void hide(struct hidden *hidden, size_t begin, size_t end)
{
    if (begin < end && hidden->count < HIDDEN_MAX) {
        hidden->part[hidden->count].begin = begin;
        hidden->part[hidden->count++].end = end;
    }
}

void find_papers(const struct text *text, size_t from, size_t to, struct hidden *hidden)
{
    enum { PAPER_DIGITS = 5, PAPER_MOST = 90 };
    size_t begin = from;
    while (begin > 0 && from - begin < PAPER_MOST && text->data[begin - 1] > ' ' && text->data[begin - 1] < 0x7f)
        begin--;
    while (begin < to) {
        size_t digits = 0;
        bool filler = false;
        size_t end = begin;
        for (; end < text->length && text->data[end] > ' ' && text->data[end] < 0x7f; end++) {
            digits += is_digit(text->data[end]);
            filler = filler || (text->data[end] == '<' && byte_at(text, end + 1) == '<');
        }
        if (digits >= PAPER_DIGITS || filler)
            hide(hidden, begin, end);
        begin = end + 1;
    }
}

static bool has_separator_behind_digits(const struct text *text, size_t at)
{
    enum { DIGITS_MOST = 16 };
    size_t end = at;
    while (end - at < DIGITS_MOST && is_digit(byte_at(text, end)))
        end++;
    return is_separator(byte_at(text, end));
}

/* Do two separators at least follow in the word at `at`, as in "site/path:name:password", or, behind a scheme, one in
 * the next word? */
static bool has_separators(const struct text *text, size_t at, bool scheme)
{
    unsigned count = 0;
    size_t i = at;
    for (; i < text->length && i - at < CREDENTIAL_LINE && text->data[i] > ' '; i++)
        count += is_separator(text->data[i]);
    if (count >= 2 || !scheme || !is_blank(byte_at(text, i)))
        return count >= 2;
    for (i++; i < text->length && i - at < CREDENTIAL_LINE && text->data[i] > ' '; i++) {
        if (is_separator(text->data[i]))
            return true;
    }
    return false;
}

/* Does a word begin here as one of those for a password does (field_of)? */
static bool starts_field(const struct text *text, size_t at)
{
    static const char starts[] =
        "pas pwd wac has con mot ken sen hes sal par jel adg cla l\xc3\xb6 l\xf6s \xd0\xbf\xd0 "
        "\xd0\x9f\xd0 \xbf\xb0\xc0 \x9f\xb0\xc0 ";
    if (text->length - at < 3)
        return false;
    for (size_t i = 0; i + 4 <= sizeof starts; i += 4) {
        if (to_lower(text->data[at]) == (uint8_t)starts[i] && to_lower(text->data[at + 1]) == (uint8_t)starts[i + 1] &&
            to_lower(text->data[at + 2]) == (uint8_t)starts[i + 2])
            return true;
    }
    return false;
}

/* Could the line that begins at `begin` be a field with a password, or begin with the address of a site or a
 * telephone's number before a name and a password? */
static bool may_be_field(const struct text *text, size_t begin)
{
    static const bool firsts[256] = {
        ['p'] = true, ['P'] = true, ['w'] = true,  ['W'] = true,  ['h'] = true, ['H'] = true,
        ['c'] = true, ['C'] = true, ['m'] = true,  ['M'] = true,  ['k'] = true, ['K'] = true,
        ['s'] = true, ['S'] = true, ['j'] = true,  ['J'] = true,  ['a'] = true, ['A'] = true,
        ['l'] = true, ['L'] = true, [0xd0] = true, [0xbf] = true, [0x9f] = true};
    bool known = false;
    size_t at = begin;
    while (at < text->length && at - begin < CREDENTIAL_LINE &&
           (is_blank(text->data[at]) || text->data[at] == '*' || text->data[at] == '-'))
        at++;
    if (byte_at(text, at) == '+' || is_digit(byte_at(text, at)))
        return has_separator_behind_digits(text, at + 1);
    for (unsigned words = 0; words < FIELD_WORDS && is_name_letter(byte_at(text, at)); words++) {
        known = known || (firsts[text->data[at]] && starts_field(text, at));
        size_t word = at;
        while (at - word < CREDENTIAL_LINE && is_name_letter(byte_at(text, at)))
            at++;
        uint8_t next = byte_at(text, at);
        if (words == 0 && next == ':' && byte_at(text, at + 1) == '/')
            return has_separators(text, at + 3, true);
        if (words == 0 && (next == '.' || next == '-' || is_digit(next)) && has_separators(text, at, false))
            return true;
        if ((next == ' ' || next == '_' || next == '\'') && is_name_letter(byte_at(text, at + 1)))
            at++;
    }
    return known;
}

/* Could a password stand behind the address whose '@' is at `at`? Behind a blank or comma it ends its line. */
static bool may_be_login(const struct text *text, size_t at)
{
    size_t end = at + 1;
    while (end - at < CREDENTIAL_LINE &&
           (is_alnum(byte_at(text, end)) || byte_at(text, end) == '.' || byte_at(text, end) == '-'))
        end++;
    if (is_separator(byte_at(text, end + (is_blank(byte_at(text, end)) ? 1 : 0))))
        return true;
    if (!is_weak(byte_at(text, end)))
        return false;
    size_t secret = end + 1 + is_blank(byte_at(text, end + 1));
    size_t stop = secret;
    while (stop - secret <= SECRET_MOST && byte_at(text, stop) > ' ' && text->data[stop] != FILL)
        stop++;
    uint8_t last = byte_at(text, stop);
    return stop - secret >= SECRET_LEAST && stop - secret <= SECRET_MOST && last != ' ' && last != '\t';
}

/* Could the address whose scheme ends at `at` stand in a field of a row? */
static bool may_be_cell(const struct text *text, size_t at)
{
    size_t end = at + 3;
    while (end - at < CREDENTIAL_LINE && byte_at(text, end) > ' ' && text->data[end] != ',' && text->data[end] != '"')
        end++;
    uint8_t byte = byte_at(text, end);
    if (byte == '"')
        byte = byte_at(text, end + 1);
    return byte == ',' || byte == '\t' || byte == ';';
}

/* Could a line that touches text[from..to) hold a password? Most text is turned away here, by few looks. */
static bool may_hold_password(const struct text *text, size_t from, size_t to)
{
    size_t begin = from < CREDENTIAL_LINE ? 0 : from - CREDENTIAL_LINE;
    size_t end = text->length - to < CREDENTIAL_LINE ? text->length : to + CREDENTIAL_LINE;
    const uint8_t *found = memrchr(text->data + begin, '\n', from - begin);
    if (found != NULL)
        begin = (size_t)(found - text->data) + 1;
    found = memchr(text->data + to, '\n', end - to);
    if (found != NULL)
        end = (size_t)(found - text->data);
    if (may_be_field(text, begin))
        return true;
    static const uint8_t marks[] = {'\n', '\r', '@', '|', ':', 0, FILL};
    for (size_t i = 0; i < sizeof marks; i++) {
        for (size_t at = begin; at < end; at++) {
            found = memchr(text->data + at, marks[i], end - at);
            if (found == NULL)
                break;
            at = (size_t)(found - text->data);
            if (marks[i] == '@'   ? may_be_login(text, at)
                : marks[i] == ':' ? byte_at(text, at + 1) == '/' && may_be_cell(text, at)
                                  : may_be_field(text, at + 1))
                return true;
        }
    }
    return false;
}

/* Adds what the line says of passwords. */
static void hide_in_line(const struct text *text, size_t begin, size_t end, struct hidden *hidden)
{
    struct credential credential;
    size_t value;
    size_t value_end;
    for (size_t at = begin; at < end; at = field_end(text, at, end) + 1) {
        if (read_field(text, at, end, &value, &value_end) == FIELD_PASSWORD) {
            hide(hidden, value, value_end);
            return;
        }
    }
    if (read_credential(text, begin, end, &credential) &&
        (!credential.row || is_likely_secret(text, credential.secret, credential.secret_end) ||
         has_heading(text, begin, credential.separator)))
        hide(hidden, credential.secret, credential.secret_end);
}

void find_passwords(const struct text *text, size_t from, size_t to, struct hidden *hidden)
{
    if (!may_hold_password(text, from, to))
        return;
    for (size_t at = line_begin(text, from); at < to;) {
        size_t end = line_end(text, at);
        if (end - at < CREDENTIAL_LINE &&
            (at == 0 || memchr(line_breaks, text->data[at - 1], sizeof line_breaks) != NULL))
            hide_in_line(text, at, end, hidden);
        at = end + 1;
        if (hidden->count == HIDDEN_MAX && at < to) /* more than fits: nothing behind the last is shown */
            hidden->part[HIDDEN_MAX - 1].end = to;
    }
}
