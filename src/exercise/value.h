/* Invented selectors: made in their normal form, spelled as people write them, and missed by a hair. All stand on
 * reserved names and ranges (RFC 2606, RFC 5737, RFC 3849, numbers kept for drama), so that nobody's real account is
 * ever planted. */
#ifndef EXERCISE_VALUE_H
#define EXERCISE_VALUE_H

#include "base/bytes.h"
#include "exercise/coin.h"
#include "exercise/person.h"
#include "exercise/place.h"
#include "exercise/random.h"
#include "scan/kinds.h"

/* The kinds that are planted: all that recognisers find. */
enum { PLANTED_KINDS = SB_TERM };

/* Makes each value once: small ranges (addresses, phones) are counted through, the others are drawn. */
struct maker {
    struct random random;
    unsigned phones, addresses, keys;
};
void make_value(struct maker *maker, enum sb_kind kind, char normal[VALUE_MAX]);

/* One of the ways to write a value; another call may choose another. */
void spell_value(struct random *random, enum sb_kind kind, const char *normal, char text[VALUE_MAX]);

/* A near miss: `text` as it stands in a file, `normal` what a careless recogniser would report. `which` counts up from
 * 0 to NEAR_MISSES - 1 through the sorts there are. */
enum { WALLET_MISSES_END = 26, NEAR_MISSES = WALLET_MISSES_END + PLACE_MISSES + PERSON_MISSES };
enum sb_kind make_near_miss(struct maker *maker, unsigned which, char text[VALUE_MAX], char normal[VALUE_MAX]);

/* Appends a sentence that holds the text of a value; *at is where in it the text begins (counted in characters, all
 * ASCII). */
void write_sentence(struct bytes *out, struct random *random, enum sb_kind kind, const char *text, size_t *at);
/* Appends words until at least `length` characters are written, in lines. Holds nothing a recogniser could take. */
void write_prose(struct bytes *out, struct random *random, size_t length);
/* One invented word of 2 to 4 syllables, NUL-terminated, at most 16 bytes with the NUL. */
void make_word(struct random *random, char out[16]);

#endif
