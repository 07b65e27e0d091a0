/* What the store knew of an evidence item's gaps before a unit commits, loaded once for the whole commit: what the map
 * said is lost, and, where evidence is searched again, all that was told before. */
#ifndef ANALYSE_GAPS_H
#define ANALYSE_GAPS_H

#include <stdbool.h>
#include <stddef.h>

#include "analyse/plan.h"
#include "base/arena.h"
#include "store/store.h"

/* Starts as {0}. */
struct known_gaps {
    struct plan_hole *lost; /* apart from each other, by start */
    size_t lost_count, lost_room;
    void *told; /* tsearch's tree of struct store_gap */
    struct arena arena;
    bool loaded, keeps_told;
    struct error *error; /* while loading */
};

/* Does nothing from the second call on. Without `told` only what is lost is kept. 0, or -1 with a sentence. */
int gaps_load(struct known_gaps *known, struct store *store, int64_t evidence_id, bool told, struct error *error);

/* What the map said is lost, a span need not say again: shortens the range, to nothing if need be. */
void gaps_leave_out_lost(const struct known_gaps *known, int64_t *start, int64_t *length);

/* *already: this gap was told, or kept by an earlier call. Its texts are copied. 0, or -1 when memory is short. */
int gaps_keep(struct known_gaps *known, const struct store_gap *gap, bool *already, struct error *error);

void gaps_free(struct known_gaps *known);

#endif
