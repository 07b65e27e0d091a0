/* Numbers in base 58, as coins write addresses and keys: the characters without 0, O, I and l. In base58check a version
 * stands before the payload, and the first four bytes of SHA-256(SHA-256(version | payload)) behind it. */
#ifndef SCAN_BASE58_H
#define SCAN_BASE58_H

#include "scan/recognise.h"

enum { BASE58_CHECKSUM = 4, BASE58_BYTES_MAX = 96 };

struct base58_form {
    const char *first;         /* the characters a text of this form may begin with */
    uint8_t shortest, longest; /* characters */
    uint8_t size;              /* bytes, with version and checksum; up to BASE58_BYTES_MAX */
    uint8_t version_length;
    uint8_t version[4];
};

extern const char base58_alphabet[58 + 1];

/* How many base58 characters begin at `at`; 0 where there are more than `longest`, or a letter or digit follows. */
size_t base58_length(const struct text *text, size_t at, size_t longest);

/* Decodes characters of `alphabet` into exactly `size` bytes (at most BASE58_BYTES_MAX); false if the number is larger,
 * or is not how a number of that size is written (a leading zero byte is one leading zero digit). */
bool base58_decode(const char *alphabet, const uint8_t *text, size_t length, uint8_t *out, size_t size);

/* Is the base58check text at `at` of one of these forms? Writes it to `match` as it stands, and its bytes to `decoded`
 * (BASE58_BYTES_MAX). Looks at the first character, then the length, then the version, then the checksum. */
bool match_base58check(const struct text *text, size_t at, const char *alphabet, const struct base58_form *forms,
                       size_t count, uint8_t *decoded, struct match *match);

/* The form most coins have: one byte of version and 20 of a hash. */
/* NOLINTBEGIN(bugprone-macro-parentheses): a literal, which brackets would spoil */
#define BASE58_ADDRESS(characters, byte)                                                                               \
    {                                                                                                                  \
        .first = characters, .shortest = 26, .longest = 35, .size = 25, .version_length = 1, .version = { byte }       \
    }
/* NOLINTEND(bugprone-macro-parentheses) */

/* A recogniser's whole work, where nothing but version and checksum decides. */
#define MATCH_BASE58CHECK(text, at, forms, match)                                                                      \
    match_base58check(text, at, base58_alphabet, forms, sizeof(forms) / sizeof *(forms),                               \
                      (uint8_t[BASE58_BYTES_MAX]){0}, match)

#endif
