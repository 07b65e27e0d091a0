/* Search terms on their way from the examiner to the workers: a sorted list without repetitions. */
#ifndef ANALYSE_TERMS_H
#define ANALYSE_TERMS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/error.h"
#include "store/store.h"

struct terms {
    struct bytes text;  /* the terms, each with a NUL behind it */
    const char **items; /* into text, sorted by their bytes */
    size_t count;
};

/* From any order. `count` may be 0. */
int terms_make(struct terms *terms, const char *const items[], size_t count, struct error *error);
/* From lines, as the store keeps them. */
int terms_read(struct terms *terms, const char *lines, struct error *error);
void terms_free(struct terms *terms); /* also of one that is {0} */

bool terms_has(const struct terms *terms, const char *term, size_t length);
/* Takes those out that are in `others` too. */
void terms_subtract(struct terms *terms, const struct terms *others);
/* Appends one a line. */
void terms_write(const struct terms *terms, struct bytes *out);

/* The sets of a store that a supervisor has met; starts as {0}. */
struct term_sets {
    struct term_set *first;
};
/* *terms gets set `id`, which is valid until term_sets_free; NULL for id 0. */
int term_sets_get(struct term_sets *sets, struct store *store, int64_t id, const struct terms **terms,
                  struct error *error);
/* The set as a worker compiled it, the first time it is asked for; empty where that failed, which the workers say. NULL
 * for id 0. The set was got before. */
const struct bytes *term_sets_compiled(struct term_sets *sets, int64_t id);
void term_sets_free(struct term_sets *sets);

#endif
