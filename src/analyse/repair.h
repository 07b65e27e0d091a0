/* What becomes of a unit that no worker survives: it is divided until what kills is alone, and that is recorded. */
#ifndef ANALYSE_REPAIR_H
#define ANALYSE_REPAIR_H

#include <stdbool.h>

#include "store/store.h"

/* Can it be divided: a span or a part of a file by its bytes, a unit of files by files, then the one file by its bytes?
 * A file of which digests alone are wanted cannot. */
int repair_can_split(struct store *store, const struct store_unit *unit, bool *can, struct error *error);

/* Divides the unit (which the caller ends as "split"), or records what it holds as not read (the caller: "failed"). */
int repair_unit(struct store *store, const struct store_unit *unit, const char *reason, struct error *error);

/* Records the unit's bytes, or `file` where it is of files, as not read. */
int repair_gap(struct store *store, const struct store_unit *unit, int64_t file, const char *reason,
               struct error *error);

/* Gives a file that the sweep cannot hash a unit of its own for that, once. Inside the caller's transaction. */
int repair_hash_apart(struct store *store, int64_t evidence_id, int64_t file, int64_t size, struct error *error);

#endif
