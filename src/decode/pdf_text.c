/* The text that a PDF content stream shows (ISO 32000-1, 9.4). Show operators cut text wherever a font's spacing asks
 * for it, as in [(ann)-20(a@exa)15(mple.org)]TJ, and begin lines by moving; so values are whole only once the strings
 * are joined. Strings are joined without a gap where the position runs on; a wide gap becomes a space, another line a
 * line feed. Bytes are taken as Latin-1, two-byte strings whose high bytes are zero as single ones; fonts with an
 * encoding of their own are not translated.
 *
 * The stream's own bytes are passed on first, then a line feed and its text. A stream with more text than is kept hands
 * text out in between, at the end of one of its lines, so memory stays bounded and nothing is read twice. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "decode/input.h"
#include "decode/pdf.h"

enum {
    SLICE = 16 * 1024,       /* bytes passed on before they are read */
    TEXT_ENOUGH = 16 * 1024, /* bytes of text that are handed out in between */
    TEXT_MAX = DECODE_PIECE,
    SHOWN_MAX = 4096, /* bytes of the strings of one show operator */
    WORD_MAX = 24,
    NUMBERS_MAX = 6,
    JUDGED = 512, /* first bytes of a stream that tell whether it is worth reading */
};

enum state { BETWEEN, WORD, NAME, COMMENT, LESS, STRING, ESCAPE, OCTAL, HEXADECIMAL, IMAGE, IMAGE_E, IMAGE_I };

struct matrix {
    double a, b, c, d, e, f;
};

struct pdf_text {
    struct sb_output output;
    struct sb_output *next;
    bool judged;
    bool reading;

    /* Of the reader. */
    enum state state;
    char word[WORD_MAX];
    size_t word_length;
    double numbers[NUMBERS_MAX]; /* the last operands */
    size_t number_count;
    bool in_array;
    unsigned parentheses;
    unsigned code; /* the digits of \ddd or <hh> so far */
    unsigned code_digits;
    uint8_t before; /* the byte in front, within an inline image */

    /* Of the operator that is being read: its strings. */
    uint8_t shown[SHOWN_MAX];
    size_t shown_length;
    size_t string_begin;

    /* Of the page. */
    double size;           /* of the font */
    struct matrix line;    /* where the line begins that is being written */
    struct matrix written; /* where the one began that was written last */
    double advance;        /* estimated width written since, in ems */
    size_t characters;     /* written since */
    bool moved;            /* to another place since text was written */
    bool broken;           /* by something that begins another line whatever the place */

    size_t text_length;
    uint8_t text[TEXT_MAX];
};

static const struct matrix identity = {1, 0, 0, 1, 0, 0};

static int write_slices(struct sb_output *output, const uint8_t *data, size_t length);
static void read_bytes(struct pdf_text *text, const uint8_t *data, size_t length);
static void finish_word(struct pdf_text *text);

struct pdf_text *pdf_text_new(struct sb_output *next)
{
    struct pdf_text *text = malloc(sizeof *text);
    if (text == NULL)
        return NULL;
    memset(text, 0, offsetof(struct pdf_text, text));
    text->output.write = write_slices;
    text->next = next;
    text->size = 1;
    text->line = text->written = identity;
    return text;
}

struct sb_output *pdf_text_output(struct pdf_text *text)
{
    return &text->output;
}

void pdf_text_free(struct pdf_text *text)
{
    free(text);
}

/* Line feeds stand around the text, so that no value seems to run on from the stream's bytes into it. In between, what
 * follows the text's last line end is kept. */
static int hand_out_text(struct pdf_text *text, bool all)
{
    const uint8_t *line_end = all ? NULL : memrchr(text->text, '\n', text->text_length);
    size_t length = line_end != NULL ? (size_t)(line_end - text->text) : text->text_length;
    if (length == 0)
        return 0;
    int stop = text->next->write(text->next, (const uint8_t *)"\n", 1);
    if (stop == 0)
        stop = text->next->write(text->next, text->text, length);
    if (stop == 0)
        stop = text->next->write(text->next, (const uint8_t *)"\n", 1);
    text->text_length -= length;
    memmove(text->text, text->text + length, text->text_length);
    return stop;
}

int pdf_text_end(struct pdf_text *text)
{
    if (text->state == WORD)
        finish_word(text);
    return hand_out_text(text, true);
}

/* Content streams are text but for the strings in them. */
static bool looks_like_content(const uint8_t *data, size_t length)
{
    size_t odd = 0;
    if (length > JUDGED)
        length = JUDGED;
    for (size_t i = 0; i < length; i++)
        odd += (data[i] < 0x20 && data[i] != '\n' && data[i] != '\r' && data[i] != '\t') || data[i] > 0x7e;
    return odd * 4 <= length;
}

static int write_slices(struct sb_output *output, const uint8_t *data, size_t length)
{
    struct pdf_text *text = (struct pdf_text *)output;
    if (!text->judged)
        text->reading = looks_like_content(data, length);
    text->judged = true;
    if (!text->reading)
        return text->next->write(text->next, data, length);
    while (length > 0) {
        size_t slice = length < SLICE ? length : SLICE;
        const uint8_t *line_end = memrchr(data, '\n', slice);
        if (line_end != NULL)
            slice = (size_t)(line_end - data) + 1;
        int stop = text->next->write(text->next, data, slice);
        if (stop != 0)
            return stop;
        read_bytes(text, data, slice);
        stop = text->text_length >= TEXT_ENOUGH ? hand_out_text(text, false) : 0;
        if (stop != 0)
            return stop;
        data += slice;
        length -= slice;
    }
    return 0;
}

/* What is shown: joined to what was shown before, by nothing, a space or a line feed. */

static void add_text(struct pdf_text *text, uint8_t byte)
{
    if (text->text_length < TEXT_MAX)
        text->text[text->text_length++] = byte;
}

/* Latin-1 as UTF-8; dashes and spaces of all sorts plain, since they stand in telephone and card numbers. */
static void add_character(struct pdf_text *text, uint8_t character)
{
    if (character == 0xad || character == 0x96 || character == 0x97) {
        add_text(text, '-');
    } else if (character == 0x7f || character == 0xa0 || character < 0x20 || (character > 0x7f && character < 0xa0)) {
        add_text(text, ' ');
    } else if (character < 0x80) {
        add_text(text, character);
    } else {
        add_text(text, (uint8_t)(0xc0 | character >> 6));
        add_text(text, (uint8_t)(0x80 | (character & 0x3f)));
    }
}

/* The width of a character in ems, about: what common faces have. */
static double estimate_width(uint8_t character)
{
    if (character != 0 && strchr("iljtfrI.,:;'|!()[]/- ", character) != NULL)
        return 0.29;
    if (character != 0 && strchr("mwMW@%", character) != NULL)
        return 0.87;
    return 0.56;
}

static bool near(double a, double b)
{
    return fabs(a - b) <= 1e-3 * (fabs(a) + fabs(b)) + 1e-9;
}

/* What stands between the text written last and the text at the place of now: 0, ' ' or '\n'. */
static uint8_t find_separator(const struct pdf_text *text)
{
    const struct matrix *from = &text->written;
    const struct matrix *to = &text->line;
    double determinant = to->a * to->d - to->b * to->c;
    if (text->broken)
        return '\n';
    if (!text->moved)
        return 0;
    if (!near(from->a, to->a) || !near(from->b, to->b) || !near(from->c, to->c) || !near(from->d, to->d) ||
        fabs(determinant) < 1e-12)
        return '\n';
    double ems = fabs(text->size) > 1e-6 ? fabs(text->size) : 1;
    double right = to->e - from->e;
    double up = to->f - from->f;
    double x = (to->d * right - to->c * up) / determinant / ems;
    double y = (to->a * up - to->b * right) / determinant / ems;
    if (!(fabs(y) < 0.3) || !(x > 0))
        return '\n';
    /* Single letters placed one by one make words; the width of more is not known well enough to see a gap. */
    return text->characters <= 3 && x - text->advance < 0.18 ? 0 : ' ';
}

static void show(struct pdf_text *text)
{
    if (text->shown_length == 0)
        return;
    uint8_t separator = text->text_length > 0 ? find_separator(text) : 0;
    if (separator != 0)
        add_text(text, separator);
    if (text->moved || text->broken) {
        text->advance = 0;
        text->characters = 0;
    }
    for (size_t i = 0; i < text->shown_length; i++) {
        add_character(text, text->shown[i]);
        text->advance += estimate_width(text->shown[i]);
    }
    text->characters += text->shown_length;
    text->written = text->line;
    text->moved = text->broken = false;
    text->shown_length = text->string_begin = 0;
}

/* The operators. */

static double operand(const struct pdf_text *text, size_t from_last)
{
    return from_last < text->number_count ? text->numbers[text->number_count - 1 - from_last] : 0;
}

static void move_line(struct pdf_text *text, double x, double y)
{
    struct matrix *line = &text->line;
    line->e += x * line->a + y * line->c;
    line->f += x * line->b + y * line->d;
    text->moved = true;
}

static bool word_is(const struct pdf_text *text, const char *operator)
{
    size_t length = strlen(operator);
    return text->word_length == length && memcmp(text->word, operator, length) == 0;
}

static void run_operator(struct pdf_text *text)
{
    if (word_is(text, "Tj") || word_is(text, "TJ")) {
        show(text);
    } else if (word_is(text, "'") || word_is(text, "\"")) {
        text->broken = true;
        show(text);
    } else if (word_is(text, "Td") || word_is(text, "TD")) {
        move_line(text, operand(text, 1), operand(text, 0));
    } else if (word_is(text, "Tm")) {
        text->line = (struct matrix){operand(text, 5), operand(text, 4), operand(text, 3),
                                     operand(text, 2), operand(text, 1), operand(text, 0)};
        text->moved = true;
    } else if (word_is(text, "BT")) {
        text->line = identity;
        text->moved = true;
    } else if (word_is(text, "T*") || word_is(text, "cm") || word_is(text, "Q")) {
        text->broken = true;
    } else if (word_is(text, "Tf")) {
        text->size = operand(text, 0);
    } else if (word_is(text, "ID")) {
        text->state = IMAGE;
        text->before = 0;
    }
    text->number_count = 0;
    text->shown_length = text->string_begin = 0;
    text->in_array = false;
}

/* The reader: strings, numbers, words. It keeps its state between pieces. */

static bool read_number(const char *word, size_t length, double *number)
{
    double value = 0;
    double scale = 0;
    size_t at = word[0] == '-' || word[0] == '+';
    size_t digits = 0;
    for (; at < length; at++) {
        if (word[at] == '.' && scale == 0) {
            scale = 1;
        } else if (word[at] >= '0' && word[at] <= '9') {
            value = value * 10 + (word[at] - '0');
            scale *= 10;
            digits++;
        } else {
            return false;
        }
    }
    if (scale > 1)
        value /= scale;
    *number = word[0] == '-' ? -value : value;
    return digits > 0;
}

static void add_shown(struct pdf_text *text, uint8_t byte)
{
    if (text->shown_length == SHOWN_MAX)
        show(text); /* longer than any line: as if it were shown in two */
    text->shown[text->shown_length++] = byte;
}

static void add_number(struct pdf_text *text, double number)
{
    /* Thousandths of an em, to the left. A font's kerning stays below 120; a space is 200 or more wide. */
    if (text->in_array) {
        if (number <= -180)
            add_shown(text, ' ');
        return;
    }
    if (text->number_count == NUMBERS_MAX) {
        memmove(text->numbers, text->numbers + 1, sizeof text->numbers - sizeof text->numbers[0]);
        text->number_count--;
    }
    text->numbers[text->number_count++] = number;
}

static void finish_word(struct pdf_text *text)
{
    double number;
    text->state = BETWEEN;
    if (read_number(text->word, text->word_length, &number))
        add_number(text, number);
    else
        run_operator(text);
    text->word_length = 0;
}

/* A string of two-byte codes whose high bytes are zero is made one of single bytes. */
static void finish_string(struct pdf_text *text)
{
    size_t begin = text->string_begin;
    size_t length = text->shown_length - begin;
    bool wide = length >= 2 && length % 2 == 0;
    for (size_t i = 0; i < length && wide; i += 2)
        wide = text->shown[begin + i] == 0 && text->shown[begin + i + 1] != 0;
    if (wide) {
        for (size_t i = 0; i < length / 2; i++)
            text->shown[begin + i] = text->shown[begin + 2 * i + 1];
        text->shown_length = begin + length / 2;
    }
    text->state = BETWEEN;
}

static void begin_string(struct pdf_text *text, enum state state)
{
    text->state = state;
    text->string_begin = text->shown_length;
    text->parentheses = 1;
    text->code = text->code_digits = 0;
}

static bool is_space(uint8_t byte)
{
    return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t' || byte == '\f' || byte == 0;
}

static bool is_delimiter(uint8_t byte)
{
    return byte != 0 && strchr("()<>[]{}/%", byte) != NULL;
}

static void read_between(struct pdf_text *text, uint8_t byte)
{
    switch (byte) {
    case '(':
        begin_string(text, STRING);
        break;
    case '<':
        text->state = LESS;
        break;
    case '[':
    case ']':
        text->in_array = byte == '[';
        break;
    case '/':
        text->state = NAME;
        break;
    case '%':
        text->state = COMMENT;
        break;
    default:
        if (is_space(byte) || is_delimiter(byte))
            break;
        text->state = WORD;
        text->word[0] = (char)byte;
        text->word_length = 1;
    }
}

static void read_string(struct pdf_text *text, uint8_t byte)
{
    if (byte == '\\') {
        text->state = ESCAPE;
        return;
    }
    if (byte == '(') {
        text->parentheses++;
    } else if (byte == ')' && --text->parentheses == 0) {
        finish_string(text);
        return;
    }
    add_shown(text, byte);
}

static void read_escape(struct pdf_text *text, uint8_t byte)
{
    text->state = STRING;
    if (byte >= '0' && byte <= '7') {
        text->state = OCTAL;
        text->code = (unsigned)(byte - '0');
        text->code_digits = 1;
    } else if (byte == 'n' || byte == 'r' || byte == 't' || byte == 'b' || byte == 'f') {
        add_shown(text, ' ');
    } else if (byte != '\n' && byte != '\r') {
        add_shown(text, byte);
    }
}

/* Returns false when the byte is not part of the code and is to be read again. */
static bool read_octal(struct pdf_text *text, uint8_t byte)
{
    bool digit = byte >= '0' && byte <= '7' && text->code_digits < 3;
    if (digit) {
        text->code = text->code << 3 | (unsigned)(byte - '0');
        text->code_digits++;
        return true;
    }
    add_shown(text, (uint8_t)text->code);
    text->state = STRING;
    return false;
}

static void read_hexadecimal(struct pdf_text *text, uint8_t byte)
{
    unsigned digit = byte >= '0' && byte <= '9'   ? (unsigned)(byte - '0')
                     : byte >= 'a' && byte <= 'f' ? (unsigned)(byte - 'a' + 10)
                     : byte >= 'A' && byte <= 'F' ? (unsigned)(byte - 'A' + 10)
                                                  : 16;
    if (byte == '>') {
        if (text->code_digits == 1)
            add_shown(text, (uint8_t)(text->code << 4));
        finish_string(text);
    } else if (digit < 16) {
        text->code = text->code << 4 | digit;
        if (++text->code_digits == 2) {
            add_shown(text, (uint8_t)text->code);
            text->code = text->code_digits = 0;
        }
    }
}

/* An inline image's bytes end at a word EI. */
static void read_image(struct pdf_text *text, uint8_t byte)
{
    if (text->state == IMAGE_I && is_space(byte))
        text->state = BETWEEN;
    else if (text->state == IMAGE_E && byte == 'I')
        text->state = IMAGE_I;
    else
        text->state = byte == 'E' && is_space(text->before) ? IMAGE_E : IMAGE;
    text->before = byte;
}

/* Returns false when the byte ended what was being read and is to be read again. */
static bool read_byte(struct pdf_text *text, uint8_t byte)
{
    switch (text->state) {
    case BETWEEN:
        read_between(text, byte);
        return true;
    case WORD:
        if (is_space(byte) || is_delimiter(byte)) {
            finish_word(text);
            return text->state == IMAGE;
        }
        if (text->word_length < WORD_MAX)
            text->word[text->word_length++] = (char)byte;
        return true;
    case NAME:
        if (!is_space(byte) && !is_delimiter(byte))
            return true;
        text->state = BETWEEN;
        return false;
    case COMMENT:
        if (byte == '\n' || byte == '\r')
            text->state = BETWEEN;
        return true;
    case LESS:
        if (byte == '<') {
            text->state = BETWEEN;
            return true;
        }
        begin_string(text, HEXADECIMAL);
        return false;
    case STRING:
        read_string(text, byte);
        return true;
    case ESCAPE:
        read_escape(text, byte);
        return true;
    case OCTAL:
        return read_octal(text, byte);
    case HEXADECIMAL:
        read_hexadecimal(text, byte);
        return true;
    case IMAGE:
    case IMAGE_E:
    case IMAGE_I:
        read_image(text, byte);
        return true;
    }
    return true;
}

static void read_bytes(struct pdf_text *text, const uint8_t *data, size_t length)
{
    for (size_t i = 0; i < length; i++)
        while (!read_byte(text, data[i])) {
        }
}
