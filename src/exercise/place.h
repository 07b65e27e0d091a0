/* Stripes, seed phrases, banks, names of hosts, and numbers of devices, invented and checked; apart from the
 * recognisers in scan/, so that each checks the other. */
#ifndef EXERCISE_PLACE_H
#define EXERCISE_PLACE_H

#include <stdbool.h>

#include "exercise/coin.h"
#include "scan/kinds.h"

/* The kinds made here: SB_TRACK to SB_ICCID. The value is in its normal form. */
bool is_place(enum sb_kind kind);
void make_place(struct random *random, enum sb_kind kind, char out[VALUE_MAX]);

/* One of the ways to write it. */
void spell_place(struct random *random, enum sb_kind kind, const char *normal, char text[VALUE_MAX]);

/* Do checksum and form hold? */
bool place_holds(enum sb_kind kind, const char *value);

/* Near misses, `which` from 0 to PLACE_MISSES - 1; see make_near_miss. */
enum { PLACE_MISSES = 14 };
enum sb_kind make_place_miss(struct random *random, unsigned which, char text[VALUE_MAX], char normal[VALUE_MAX]);

/* Three sentences with "%s" where the value stands. */
const char *const *place_sentences(enum sb_kind kind);

#endif
