/* The text that a PDF content stream shows (ISO 32000-1, 9.4). Show operators cut text wherever a font's spacing asks
 * for it, as in [(ann)-20(a@exa)15(mple.org)]TJ, and begin lines by moving; so values are whole only once the strings
 * are joined. Strings are joined without a gap where the position runs on; a wide gap becomes a space, another line a
 * line feed. Bytes are taken as Latin-1, two-byte strings whose high bytes are zero as single ones; fonts with an
 * encoding of their own are not translated. Only what stands in text objects (BT to ET) is read, the rest is skipped at
 * the speed of a search, so a stream that shows nothing costs little.
 *
 * The stream's own bytes are passed on first, then a line feed and its text. A stream with more text than is kept hands
 * text out in between, at the end of one of its lines, so memory stays bounded and nothing is read twice. */
#include <stdlib.h>
#include <string.h>

#include "decode/input.h"
#include "decode/pdf.h"
#include "decode/pdf_place.h"

enum {
    SLICE = 16 * 1024,       /* bytes passed on before they are read */
    TEXT_ENOUGH = 16 * 1024, /* bytes of text that are handed out in between */
    TEXT_MAX = DECODE_PIECE,
    SHOWN_MAX = 4096, /* bytes of the strings of one show operator */
    WORD_MAX = 24,
    NUMBERS_MAX = 6,
    JUDGED = 512, /* first bytes of a stream that tell whether it is worth reading */
};

enum state { BETWEEN, WORD, NAME, COMMENT, LESS, STRING, ESCAPE, OCTAL, HEXADECIMAL };

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
    uint8_t before; /* the byte in front of a slice */
    bool inside;    /* a text object */

    /* Of the operator that is being read: its strings. */
    uint8_t shown[SHOWN_MAX];
    size_t shown_length;
    size_t string_begin;

    struct page_place place;

    size_t text_length;
    uint8_t text[TEXT_MAX];
};

static const struct matrix identity = {1, 0, 0, 1, 0, 0};

static int write_slices(struct sb_output *output, const uint8_t *data, size_t length);
static void read_bytes(struct pdf_text *text, const uint8_t *data, size_t length);
static void finish_word(struct pdf_text *text);
static bool begins_inside(const uint8_t *data, size_t length);

struct pdf_text *pdf_text_new(struct sb_output *next)
{
    struct pdf_text *text = malloc(sizeof *text);
    if (text == NULL)
        return NULL;
    memset(text, 0, offsetof(struct pdf_text, text));
    text->output.write = write_slices;
    text->next = next;
    text->place = (struct page_place){.size = 1, .line = identity, .written = identity};
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
    if (!text->judged) {
        text->reading = looks_like_content(data, length);
        text->inside = text->reading && begins_inside(data, length);
        text->judged = true;
    }
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

static void show(struct pdf_text *text)
{
    if (text->shown_length == 0)
        return;
    char separator = page_place_write(&text->place, text->shown, text->shown_length);
    if (separator != 0 && text->text_length > 0)
        add_text(text, (uint8_t)separator);
    for (size_t i = 0; i < text->shown_length; i++)
        add_character(text, text->shown[i]);
    text->shown_length = text->string_begin = 0;
}

/* The operators. */

static double operand(const struct pdf_text *text, size_t from_last)
{
    return from_last < text->number_count ? text->numbers[text->number_count - 1 - from_last] : 0;
}

/* An operator of one or two characters as a number. */
#define OPERATOR(first, second) ((unsigned)(first) << 8 | (unsigned)(second))

static void run_operator(struct pdf_text *text)
{
    unsigned operation = 0;
    if (text->word_length <= 2)
        operation = OPERATOR(text->word[0], text->word_length == 2 ? text->word[1] : 0);
    switch (operation) {
    case OPERATOR('T', 'j'):
    case OPERATOR('T', 'J'):
        show(text);
        break;
    case OPERATOR('\'', 0):
    case OPERATOR('"', 0):
        text->place.broken = true;
        show(text);
        break;
    case OPERATOR('T', 'd'):
    case OPERATOR('T', 'D'):
        page_place_move(&text->place, operand(text, 1), operand(text, 0));
        break;
    case OPERATOR('T', 'm'):
        page_place_set(&text->place, &(struct matrix){operand(text, 5), operand(text, 4), operand(text, 3),
                                                      operand(text, 2), operand(text, 1), operand(text, 0)});
        break;
    case OPERATOR('B', 'T'):
        page_place_set(&text->place, &identity);
        break;
    case OPERATOR('E', 'T'):
        text->inside = false;
        break;
    case OPERATOR('T', '*'):
    case OPERATOR('c', 'm'):
    case OPERATOR('Q', 0):
        text->place.broken = true;
        break;
    case OPERATOR('T', 'f'):
        text->place.size = operand(text, 0);
        break;
    default:
        break;
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

enum { REGULAR, SPACE, DELIMITER };
static const uint8_t classes[256] = {
    [0] = SPACE,       ['\t'] = SPACE,    ['\n'] = SPACE,    ['\f'] = SPACE,    ['\r'] = SPACE,    [' '] = SPACE,
    ['('] = DELIMITER, [')'] = DELIMITER, ['<'] = DELIMITER, ['>'] = DELIMITER, ['['] = DELIMITER, [']'] = DELIMITER,
    ['{'] = DELIMITER, ['}'] = DELIMITER, ['/'] = DELIMITER, ['%'] = DELIMITER,
};

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
        if (classes[byte] != REGULAR)
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

/* Returns false when the byte ended what was being read and is to be read again. */
static bool read_byte(struct pdf_text *text, uint8_t byte)
{
    switch (text->state) {
    case BETWEEN:
        read_between(text, byte);
        return true;
    case WORD:
        if (classes[byte] != REGULAR) {
            finish_word(text);
            return false;
        }
        if (text->word_length < WORD_MAX)
            text->word[text->word_length++] = (char)byte;
        return true;
    case NAME:
        if (classes[byte] == REGULAR)
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
    }
    return true;
}

/* The place of a capital and what follows it, or `length`. Capitals are rare outside of text, so this outruns memmem.
 */
static size_t find_pair(const uint8_t *data, size_t length, char capital, char next)
{
    const uint8_t *at = data;
    const uint8_t *end = data + length;
    while (at < end && (at = memchr(at, capital, (size_t)(end - at))) != NULL) {
        if (at + 1 < end && at[1] == (uint8_t)next)
            return (size_t)(at - data);
        at++;
    }
    return length;
}

/* A page's content may be cut into streams anywhere between words: does this one begin within a text object, and so
 * show something before it begins one? */
static bool begins_inside(const uint8_t *data, size_t length)
{
    size_t until = find_pair(data, length, 'B', 'T');
    return find_pair(data, until, 'T', 'j') < until || find_pair(data, until, 'T', 'J') < until;
}

/* Outside a text object: the place behind the next BT, or `length`. What moves the page in between breaks the line. */
static size_t skip_to_text_object(struct pdf_text *text, const uint8_t *data, size_t length)
{
    size_t at = 0;
    if (text->before == 'B' && data[0] == 'T') {
        text->inside = length == 1 || classes[data[1]] != REGULAR;
        at = 1;
    }
    while (at < length && !text->inside) {
        at += find_pair(data + at, length - at, 'B', 'T');
        if (at == length)
            break;
        bool begins = at == 0 || classes[data[at - 1]] != REGULAR;
        at += 2;
        text->inside = begins && (at == length || classes[data[at]] != REGULAR);
    }
    text->before = data[length - 1];
    if (!text->inside || memmem(data, at, "cm", 2) != NULL || memchr(data, 'Q', at) != NULL)
        page_place_frame(&text->place, data, text->inside ? at : FRAME_MAX + 1);
    if (text->inside)
        page_place_set(&text->place, &identity);
    return at;
}

/* Reads the part of a string that stands for itself. */
static size_t read_plain_string(struct pdf_text *text, const uint8_t *data, size_t length)
{
    size_t room = SHOWN_MAX - text->shown_length;
    size_t at = 0;
    for (; at < length && at < room && data[at] != '(' && data[at] != ')' && data[at] != '\\'; at++)
        text->shown[text->shown_length + at] = data[at];
    text->shown_length += at;
    return at;
}

static void read_bytes(struct pdf_text *text, const uint8_t *data, size_t length)
{
    size_t at = 0;
    while (at < length) {
        if (text->state == STRING)
            at += read_plain_string(text, data + at, length - at);
        if (at == length)
            break;
        if (!text->inside && text->state == BETWEEN)
            at += skip_to_text_object(text, data + at, length - at);
        else
            at += read_byte(text, data[at]);
    }
}
