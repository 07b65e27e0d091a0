/* The words, numbers and strings of a PDF content stream (ISO 32000-1, 7.2 to 7.8): what stands before an operator is
 * kept until the operator comes, which is then handed on. Private to decode. */
#ifndef DECODE_PDF_WORDS_H
#define DECODE_PDF_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WORD_MAX = 24, NUMBERS_MAX = 6 };
enum { SHOWN_MAX = 4096 }; /* bytes of the strings of one show operator */

enum pdf_state { BETWEEN, WORD, NAME, COMMENT, LESS, STRING, ESCAPE, OCTAL, HEXADECIMAL };

/* An operator of one or two characters as a number; longer ones are 0. */
#define OPERATOR(first, second) ((unsigned)(first) << 8 | (unsigned)(second))

/* All zero but for `operate` at the beginning. */
struct pdf_words {
    /* Called for each operator, and with TJ when the strings of one are longer than is kept. May set `inside`. */
    void (*operate)(struct pdf_words *words, unsigned operation);
    bool inside; /* a text object: outside of it nothing is read */

    /* Of the operator that is being read: its strings, joined, and its last numbers. */
    uint8_t shown[SHOWN_MAX];
    size_t shown_length;
    double numbers[NUMBERS_MAX];
    size_t number_count;

    enum pdf_state state;
    char word[WORD_MAX];
    size_t word_length;
    bool in_array;
    size_t string_begin; /* in `shown` */
    unsigned parentheses;
    unsigned code; /* the digits of \ddd or <hh> so far */
    unsigned code_digits;
};

/* Reads on, in pieces of any size, until the data or the text object ends; returns how many bytes it read. */
size_t pdf_words_read(struct pdf_words *words, const uint8_t *data, size_t length);
/* The stream is over: an operator at its very end counts too. */
void pdf_words_end(struct pdf_words *words);
/* The operand that stands so many places before the last one, or 0. */
double pdf_words_operand(const struct pdf_words *words, size_t from_last);
/* Does the byte belong to a word (is it neither white space nor a delimiter)? */
bool pdf_words_regular(uint8_t byte);

#endif
