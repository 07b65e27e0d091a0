/* How a value is spelled in the store: people write cards with spaces and addresses in any case. */
#ifndef SHOW_SPELLING_H
#define SHOW_SPELLING_H

#include <stdbool.h>

#include "scan/kinds.h"
#include "store/store.h"

enum { SPELLING_SIZE = SB_VALUE_MAX + 1 };

/* The store's spelling of `value` as one of that kind; a longer one is cut. It is not checked to be one. */
void spell_value(enum sb_kind kind, const char *value, char out[SPELLING_SIZE]);

/* What a case is made of: a reference is 1 to 64 letters, digits, '-', '_' and '.'; a country two capital letters (NULL is none); a
 * handling code "free", "hit" or "own"; a date a day there is, YYYY-MM-DD. */
bool is_reference(const char *text);
bool is_country(const char *text);
bool is_handling(const char *text);
bool is_date(const char *text);

/* Can what the store spells so be of this kind at all? By length and characters alone, so that a look-up need not ask for each
 * kind; true is no promise. */
bool may_be(enum sb_kind kind, const char *spelling);

/* Looks a value up, however it is written, as one of `kind` (its name), or of each kind in turn when that is NULL:
 * calls `row` for those that the store has. Returns 0, what `row` returned, or -1. */
int find_value(struct store *store, const char *kind, const char *value,
               int (*row)(void *, const struct store_selector *), void *context, struct error *error);
/* How the store spells the first of those; `value` as it is where it has none. 0 or -1. */
int find_spelling(struct store *store, const char *kind, const char *value, char out[SPELLING_SIZE],
                  struct error *error);

#endif
