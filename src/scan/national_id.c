/* National identity numbers. A check digit lets one number in ten through by chance, so a number is taken only where a
 * word announces it, or in a column: where the lines right above and below hold other numbers of its kind in the same
 * field, more of them the weaker the check, or two under a heading with such a word. The value is the country, a colon,
 * and the number without separators (FI with its sign). */
#include "scan/national.h"
#include "scan/recognise.h"

#include <string.h>

enum {
    HEADED = 2,
    WORD_REACH = 48,
    COLUMN_REACH = 1024,
    FIELDS_REACH = 256,
    COLUMN_LINES = 8,
    RUN_BETWEEN = 5,
    HEAD = 5
};

static bool fits(char pattern, uint8_t byte)
{
    switch (pattern) {
    case '#':
        return is_digit(byte);
    case 'a':
        return is_alpha(byte);
    case 'n':
        return is_alnum(byte);
    case 'c':
        return is_digit(byte) || to_upper(byte) == 'A' || to_upper(byte) == 'B';
    case 's':
        return byte == '-' || byte == '+' || (byte != 0 && strchr("ABCDEFUVWXY", to_upper(byte)) != NULL);
    case '~':
        return byte == ' ' || byte == '-' || byte == '.';
    default:
        return byte == (uint8_t)pattern;
    }
}

/* Reads the form at `at`: its digits and letters into c. Returns the end, or 0. */
static size_t read_form(const struct text *text, size_t at, const struct national_form *form, char c[NATIONAL_MAX + 1])
{
    size_t length = 0;
    for (const char *pattern = form->pattern; *pattern != '\0'; pattern++, at++) {
        uint8_t byte = byte_at(text, at);
        if (!fits(*pattern, byte))
            return 0;
        if (*pattern == '#' || *pattern == 'a' || *pattern == 'n' || *pattern == 'c' || *pattern == 's')
            c[length++] = (char)to_upper(byte);
    }
    c[length] = '\0';
    uint8_t after = byte_at(text, at);
    uint8_t after2 = byte_at(text, at + 1);
    bool joined = after == '-' || after == '/' || after == ':' || after == '+' || after == '.';
    if (is_alnum(after) || after == '_' || after == '%' || after == '=' || after == '@' ||
        (joined && (after == '.' ? is_digit(after2) : is_alnum(after2))))
        return 0;
    return at;
}

/* Does what stands before leave it a number of its own? */
static bool begins_alone(const struct text *text, size_t at)
{
    uint8_t before = byte_at(text, at - 1);
    uint8_t before2 = byte_at(text, at - 2);
    if (is_alnum(before) || before == '_' || before == '+' || before == '%' || before == '$' || before == '\\' ||
        before == '@' || before == '#')
        return false;
    bool joined = before == '-' || before == '.' || before == '/';
    return !(joined && is_alnum(before2)) && !(before == '.' || (before == '-' && before2 != ' '));
}

/* Does one of the form's words stand before the number, with no other number between? */
static bool is_announced(const struct text *text, size_t at, const struct national_form *form)
{
    size_t most = at < WORD_REACH ? at : WORD_REACH;
    size_t run = 0;
    for (size_t i = 1; i <= most; i++) {
        run = is_digit(text->data[at - i]) ? run + 1 : 0;
        if (run == RUN_BETWEEN)
            most = i;
    }
    return has_word_before(text, at, most, form->words) ||
           (form->other != NULL && memmem(text->data + at - most, most, form->other, strlen(form->other)) != NULL);
}

static bool is_field_end(uint8_t byte)
{
    return byte == ',' || byte == ';' || byte == '\t' || byte == '|';
}

static bool is_line_end(uint8_t byte)
{
    return byte == '\n' || byte == '\r' || byte == 0 || byte == FILL;
}

/* Where field `field` of the line that begins at `at` has its first byte behind quotes and blanks. */
static size_t find_field(const struct text *text, size_t at, size_t field)
{
    for (; field > 0; at++) {
        uint8_t byte = byte_at(text, at);
        if (is_line_end(byte))
            return at;
        field -= is_field_end(byte);
    }
    while (byte_at(text, at) == ' ' || byte_at(text, at) == '"' || byte_at(text, at) == '\'')
        at++;
    return at;
}

enum like { LIKE, UNLIKE, EMPTY };

/* Is the line's field another number in this form? Headings and empty fields tell nothing, nor do numbers that begin
 * alike: people differ, where a table counts up. */
static enum like look_at_line(const struct text *text, size_t line, size_t field, const struct national_form *form,
                              const char *own)
{
    char c[NATIONAL_MAX + 1];
    size_t at = find_field(text, line, field);
    if (read_form(text, at, form, c) != 0 && form->check(c))
        return strncmp(c, own, HEAD) == 0 ? EMPTY : LIKE;
    for (; !is_line_end(byte_at(text, at)) && !is_field_end(byte_at(text, at)); at++) {
        if (is_digit(text->data[at]))
            return UNLIKE;
    }
    return EMPTY;
}

/* Does the field, which holds no number, say what the column's numbers are? */
static bool is_heading(const struct text *text, size_t line, size_t field, const struct national_form *form)
{
    enum { HEADING_MOST = 64 };
    size_t begin = find_field(text, line, field);
    size_t end = begin;
    while (end - begin < HEADING_MOST && !is_line_end(byte_at(text, end)) && !is_field_end(byte_at(text, end)))
        end++;
    return has_word_before(text, end, end - begin, form->words);
}

static bool in_column(const struct text *text, size_t at, const struct national_form *form, const char *own)
{
    size_t line = at;
    size_t field = 0;
    size_t like = 0;
    if (form->column == 0)
        return false;
    while (line > 0 && at - line < FIELDS_REACH && !is_line_end(text->data[line - 1])) {
        line--;
        field += is_field_end(text->data[line]);
    }
    if (at - line >= FIELDS_REACH || find_field(text, line, field) != at)
        return false;
    size_t above = line;
    size_t least = form->column;
    for (unsigned i = 0; i < COLUMN_LINES && above > 0 && at - above < COLUMN_REACH; i++) {
        above--;
        if (above > 0 && text->data[above] == '\n' && text->data[above - 1] == '\r')
            above--;
        while (above > 0 && at - above < COLUMN_REACH && !is_line_end(text->data[above - 1]))
            above--;
        enum like said = look_at_line(text, above, field, form, own);
        if (said == UNLIKE)
            break;
        like += said == LIKE;
        if (said == EMPTY && least > HEADED && is_heading(text, above, field, form))
            least = HEADED;
    }
    size_t below = at;
    for (unsigned i = 0; i < COLUMN_LINES; i++) {
        while (below < text->length && below - at < COLUMN_REACH && !is_line_end(text->data[below]))
            below++;
        below += byte_at(text, below) == '\r' && byte_at(text, below + 1) == '\n' ? 2 : 1;
        if (below >= text->length || below - at >= COLUMN_REACH)
            break;
        enum like said = look_at_line(text, below, field, form, own);
        if (said == UNLIKE)
            break;
        like += said == LIKE;
    }
    return like >= least;
}

/* Not one digit over and over, nor all of them in order, "123456789", as programs and examples have it. */
static bool is_varied(const char *c)
{
    bool same = true;
    bool counts = true;
    for (size_t i = 1; c[i] != '\0'; i++) {
        same = same && c[i] == c[0];
        counts = counts && c[i] == c[i - 1] + 1;
    }
    return !same && !counts;
}

static void accept(const struct national_form *form, const char *c, size_t begin, size_t end, struct match *match)
{
    match->begin = begin;
    match->end = end;
    put(match, (uint8_t)form->country[0]);
    put(match, (uint8_t)form->country[1]);
    put(match, ':');
    if (strcmp(form->country, "SE") == 0 && strlen(c) == 12)
        c += 2;
    for (; *c != '\0'; c++)
        put(match, (uint8_t)*c);
}

bool verify_national_id(const struct text *text, size_t at, struct match *match)
{
    enum { FOREIGNER = 7 }; /* digits of the one number that has letters right before them */
    char c[NATIONAL_MAX + 1];
    size_t digits = at;
    while (digits < text->length && digits - at < NATIONAL_MAX && is_alpha(text->data[digits]))
        digits++;
    size_t lead = 0;
    while (lead < NATIONAL_MAX && is_digit(byte_at(text, digits + lead)))
        lead++;
    match->end = digits + lead;
    const struct national_form *column = NULL;
    if (digits == at && is_alnum(byte_at(text, at - 1)) && lead != FOREIGNER)
        return false;
    for (const struct national_form *form = national_forms[lead]; form != NULL && form->pattern != NULL; form++) {
        size_t begin = at;
        bool letters = form->pattern[0] == 'a';
        if (!letters && form->pattern[lead] != '\0' && !fits(form->pattern[lead], byte_at(text, digits + lead)))
            continue;
        if (letters && digits == at)
            begin -= form->pattern[1] == '-' ? 2 : 1;
        if (begin > at)
            continue;
        size_t end = read_form(text, begin, form, c);
        if (end == 0 || !begins_alone(text, begin) || !form->check(c) || !is_varied(c))
            continue;
        if (is_announced(text, begin, form)) {
            accept(form, c, begin, end, match);
            return true;
        }
        if (column == NULL && in_column(text, begin, form, c))
            column = form;
    }
    if (column == NULL)
        return false;
    size_t begin = column->pattern[0] == 'a' && digits == at ? at - (column->pattern[1] == '-' ? 2 : 1) : at;
    size_t end = read_form(text, begin, column, c);
    accept(column, c, begin, end, match);
    return true;
}
