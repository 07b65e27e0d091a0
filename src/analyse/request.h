/* What a worker is asked: the frames of a request, made from the plan in the store. */
#ifndef ANALYSE_REQUEST_H
#define ANALYSE_REQUEST_H

#include "analyse/check.h"
#include "base/bytes.h"
#include "store/store.h"

/* Appends the request for `unit` to *out and sets *check (freed first) to what its answer may speak of. `size` is the
 * image's. */
int request_unit(struct store *store, const struct store_unit *unit, int64_t size, bool digests, struct bytes *out,
                 struct check *check, struct error *error);

#endif
