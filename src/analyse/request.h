/* What a worker is asked: the frames of a request, made from the plan in the store. */
#ifndef ANALYSE_REQUEST_H
#define ANALYSE_REQUEST_H

#include "analyse/check.h"
#include "base/bytes.h"
#include "store/store.h"

/* What is known of the evidence of a unit. */
struct request_scope {
    int64_t size; /* of the image */
    bool digests;
    const struct terms *terms; /* search terms that its worker looks for; NULL: none */
};

/* Appends the request for `unit` to *out and sets *check (freed first) to what its answer may speak of. */
int request_unit(struct store *store, const struct store_unit *unit, const struct request_scope *scope,
                 struct bytes *out, struct check *check, struct error *error);

#endif
