/* It keeps its state between pieces, so that a stream may come in any. */
#include "decode/pdf_words.h"

#include <string.h>

enum { REGULAR, SPACE, DELIMITER };
static const uint8_t classes[256] = {
    [0] = SPACE,       ['\t'] = SPACE,    ['\n'] = SPACE,    ['\f'] = SPACE,    ['\r'] = SPACE,    [' '] = SPACE,
    ['('] = DELIMITER, [')'] = DELIMITER, ['<'] = DELIMITER, ['>'] = DELIMITER, ['['] = DELIMITER, [']'] = DELIMITER,
    ['{'] = DELIMITER, ['}'] = DELIMITER, ['/'] = DELIMITER, ['%'] = DELIMITER,
};

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

static void show(struct pdf_words *words)
{
    words->operate(words, OPERATOR('T', 'J'));
    words->shown_length = words->string_begin = 0;
}

static void add_shown(struct pdf_words *words, uint8_t byte)
{
    if (words->shown_length == SHOWN_MAX)
        show(words); /* longer than any line: as if it were shown in two */
    words->shown[words->shown_length++] = byte;
}

static void add_number(struct pdf_words *words, double number)
{
    /* Thousandths of an em, to the left. A font's kerning stays below 120; a space is 200 or more wide. */
    if (words->in_array) {
        if (number <= -180)
            add_shown(words, ' ');
        return;
    }
    if (words->number_count == NUMBERS_MAX) {
        memmove(words->numbers, words->numbers + 1, sizeof words->numbers - sizeof words->numbers[0]);
        words->number_count--;
    }
    words->numbers[words->number_count++] = number;
}

static void finish_word(struct pdf_words *words)
{
    double number;
    words->state = BETWEEN;
    if (read_number(words->word, words->word_length, &number)) {
        add_number(words, number);
    } else {
        if (words->word_length <= 2)
            words->operate(words, OPERATOR(words->word[0], words->word_length == 2 ? words->word[1] : 0));
        words->number_count = words->shown_length = words->string_begin = 0;
        words->in_array = false;
    }
    words->word_length = 0;
}

/* A string of two-byte codes whose high bytes are zero is made one of single bytes. */
static void finish_string(struct pdf_words *words)
{
    size_t begin = words->string_begin;
    size_t length = words->shown_length - begin;
    bool wide = length >= 2 && length % 2 == 0;
    for (size_t i = 0; i < length && wide; i += 2)
        wide = words->shown[begin + i] == 0 && words->shown[begin + i + 1] != 0;
    if (wide) {
        for (size_t i = 0; i < length / 2; i++)
            words->shown[begin + i] = words->shown[begin + 2 * i + 1];
        words->shown_length = begin + length / 2;
    }
    words->state = BETWEEN;
}

static void begin_string(struct pdf_words *words, enum pdf_state state)
{
    words->state = state;
    words->string_begin = words->shown_length;
    words->parentheses = 1;
    words->code = words->code_digits = 0;
}

static void read_between(struct pdf_words *words, uint8_t byte)
{
    switch (byte) {
    case '(':
        begin_string(words, STRING);
        break;
    case '<':
        words->state = LESS;
        break;
    case '[':
    case ']':
        words->in_array = byte == '[';
        break;
    case '/':
        words->state = NAME;
        break;
    case '%':
        words->state = COMMENT;
        break;
    default:
        if (classes[byte] != REGULAR)
            break;
        words->state = WORD;
        words->word[0] = (char)byte;
        words->word_length = 1;
    }
}

static void read_string(struct pdf_words *words, uint8_t byte)
{
    if (byte == '\\') {
        words->state = ESCAPE;
        return;
    }
    if (byte == '(') {
        words->parentheses++;
    } else if (byte == ')' && --words->parentheses == 0) {
        finish_string(words);
        return;
    }
    add_shown(words, byte);
}

static void read_escape(struct pdf_words *words, uint8_t byte)
{
    words->state = STRING;
    if (byte >= '0' && byte <= '7') {
        words->state = OCTAL;
        words->code = (unsigned)(byte - '0');
        words->code_digits = 1;
    } else if (byte == 'n' || byte == 'r' || byte == 't' || byte == 'b' || byte == 'f') {
        add_shown(words, ' ');
    } else if (byte != '\n' && byte != '\r') {
        add_shown(words, byte);
    }
}

/* Returns false when the byte is not part of the code and is to be read again. */
static bool read_octal(struct pdf_words *words, uint8_t byte)
{
    bool digit = byte >= '0' && byte <= '7' && words->code_digits < 3;
    if (digit) {
        words->code = words->code << 3 | (unsigned)(byte - '0');
        words->code_digits++;
        return true;
    }
    add_shown(words, (uint8_t)words->code);
    words->state = STRING;
    return false;
}

static void read_hexadecimal(struct pdf_words *words, uint8_t byte)
{
    unsigned digit = byte >= '0' && byte <= '9'   ? (unsigned)(byte - '0')
                     : byte >= 'a' && byte <= 'f' ? (unsigned)(byte - 'a' + 10)
                     : byte >= 'A' && byte <= 'F' ? (unsigned)(byte - 'A' + 10)
                                                  : 16;
    if (byte == '>') {
        if (words->code_digits == 1)
            add_shown(words, (uint8_t)(words->code << 4));
        finish_string(words);
    } else if (digit < 16) {
        words->code = words->code << 4 | digit;
        if (++words->code_digits == 2) {
            add_shown(words, (uint8_t)words->code);
            words->code = words->code_digits = 0;
        }
    }
}

/* Returns false when the byte ended what was being read and is to be read again. */
static bool read_byte(struct pdf_words *words, uint8_t byte)
{
    switch (words->state) {
    case BETWEEN:
        read_between(words, byte);
        return true;
    case WORD:
        if (classes[byte] != REGULAR) {
            finish_word(words);
            return false;
        }
        if (words->word_length < WORD_MAX)
            words->word[words->word_length++] = (char)byte;
        return true;
    case NAME:
        if (classes[byte] == REGULAR)
            return true;
        words->state = BETWEEN;
        return false;
    case COMMENT:
        if (byte == '\n' || byte == '\r')
            words->state = BETWEEN;
        return true;
    case LESS:
        if (byte == '<') {
            words->state = BETWEEN;
            return true;
        }
        begin_string(words, HEXADECIMAL);
        return false;
    case STRING:
        read_string(words, byte);
        return true;
    case ESCAPE:
        read_escape(words, byte);
        return true;
    case OCTAL:
        return read_octal(words, byte);
    case HEXADECIMAL:
        read_hexadecimal(words, byte);
        return true;
    }
    return true;
}

/* Reads the part of a string that stands for itself. */
static size_t read_plain_string(struct pdf_words *words, const uint8_t *data, size_t length)
{
    size_t room = SHOWN_MAX - words->shown_length;
    size_t at = 0;
    for (; at < length && at < room && data[at] != '(' && data[at] != ')' && data[at] != '\\'; at++)
        words->shown[words->shown_length + at] = data[at];
    words->shown_length += at;
    return at;
}

size_t pdf_words_read(struct pdf_words *words, const uint8_t *data, size_t length)
{
    size_t at = 0;
    while (at < length && words->inside) {
        if (words->state == STRING)
            at += read_plain_string(words, data + at, length - at);
        if (at < length)
            at += read_byte(words, data[at]);
    }
    return at;
}

void pdf_words_end(struct pdf_words *words)
{
    if (words->state == WORD)
        finish_word(words);
}

double pdf_words_operand(const struct pdf_words *words, size_t from_last)
{
    return from_last < words->number_count ? words->numbers[words->number_count - 1 - from_last] : 0;
}

bool pdf_words_regular(uint8_t byte)
{
    return classes[byte] == REGULAR;
}
