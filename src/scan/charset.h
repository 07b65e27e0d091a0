/* Sets of characters, and how the bytes of any one of them are matched: what search terms are made of. */
#ifndef SCAN_CHARSET_H
#define SCAN_CHARSET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "scan/scan.h"

/* Code points; after charset_settle sorted, apart from each other, and without surrogates. Starts as {0}. */
struct charset {
    struct bytes ranges; /* struct charset_range; freed by charset_free */
    bool any_byte;       /* the bytes 0x80 to 0xff by themselves too: text of an older code page */
};
struct charset_range {
    uint32_t first, last;
};

void charset_add(struct charset *set, uint32_t first, uint32_t last);
/* Adds the other case of everything in it (Unicode's simple case mappings, as C.UTF-8 has them). */
void charset_fold(struct charset *set);
/* All other characters, and as bytes in UTF-8 also those that are none. */
void charset_complement(struct charset *set);
/* Takes out all of a settled set from `end` on. */
void charset_keep_below(struct charset *set, uint32_t end);
void charset_settle(struct charset *set);
void charset_clear(struct charset *set);
void charset_free(struct charset *set);

/* Appends a regular expression over bytes (PCRE's spelling, every byte as \xHH) that matches one character of the
 * settled set in that encoding; one that matches nothing when the set is empty. */
void charset_write(const struct charset *set, enum sb_encoding encoding, struct bytes *out);

#endif
