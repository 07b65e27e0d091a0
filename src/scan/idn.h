/* Names of hosts in letters beyond ASCII (IDNA 2008, RFC 5891), which become the form that the network knows them by,
 * "xn--…", so that both spellings are one selector. Looks at UTF-8 alone: in narrowed text such letters are gone. */
#ifndef SCAN_IDN_H
#define SCAN_IDN_H

#include "scan/recognise.h"

enum { IDN_MOST = 253 };

/* May the byte be part of such a letter? */
static inline bool is_idn_byte(const struct text *text, size_t at)
{
    return at < text->length && text->data[at] >= 0x80 && text->data[at] < 0xf0 && !text->narrowed;
}

/* Writes the name text[begin..end) in small letters of ASCII, NUL-terminated; returns its length, or 0 where it has
 * nothing but ASCII, or labels that nobody registers: of letters of two alphabets, or with signs that are no letters.
 */
size_t idn_to_ascii(const struct text *text, size_t begin, size_t end, char out[IDN_MOST + 1]);

#endif
