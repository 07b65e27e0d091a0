/* What becomes of a unit that no worker survives: it is halved until what kills is alone, and that is recorded. */
#ifndef ANALYSE_REPAIR_H
#define ANALYSE_REPAIR_H

#include <stdbool.h>

#include "store/store.h"

enum { SPAN_LEAST = 64 * 1024 }; /* bytes of a span that is not split further */

bool repair_can_split(const struct store_unit *unit);

/* Splits the unit (which the caller ends as "split"), or records what it holds as not read (the caller: "failed"). */
int repair_unit(struct store *store, const struct store_unit *unit, const char *reason, struct error *error);

/* Records the unit's bytes, or `file`, as not read. */
int repair_gap(struct store *store, const struct store_unit *unit, int64_t file, const char *reason,
               struct error *error);

#endif
