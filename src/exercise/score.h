/* Compares what a store holds with the truth of an exercise. Knows the store's contract and truth.json, nothing else:
 * links and networks are handed in by whoever computed them. */
#ifndef EXERCISE_SCORE_H
#define EXERCISE_SCORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/error.h"
#include "store/store.h"

/* What `samband links` and `samband networks` would list. Cases are references, in any order. */
struct score_link {
    const char *kind, *value;
    const char *const *cases;
    size_t case_count;
    double weight;
};
struct score_network {
    const char *const *cases;
    size_t case_count;
};
struct score_findings {
    const struct score_link *links;
    size_t link_count;
    const struct score_network *networks;
    size_t network_count;
};

/* Reads `dir`/truth.json, looks every planted value and every decoy up in `store`, and writes the score to `out`: a
 * table, or JSON Lines with `json`. Planted values are invented, so they are shown as they are. *perfect: everything
 * planted was found, no decoy reported, every link found and no strong one too many, every network whole and without
 * strangers. Where a value was attributed to a wrong file is counted but does not spoil it. 0, or -1 with a sentence.
 */
int exercise_score(struct store *store, const char *dir, const struct score_findings *findings, bool json, FILE *out,
                   bool *perfect, struct error *error);

#endif
