/* The plan: from the runs that the map found to who owns which byte (segments), and to the units of the sweep. */
#ifndef ANALYSE_PLAN_H
#define ANALYSE_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include "store/store.h"

enum {
    SPAN_SIZE = 64 << 20,        /* bytes of a span, about: it ends at the next border of a file */
    WHOLE_FILE_MOST = 1 << 30,   /* larger files are not hashed in the sweep, so that a span stays bounded */
    FILES_UNIT_BYTES = 64 << 20, /* bytes of the files of one files unit, about */
    FILES_UNIT_COUNT = 1024,     /* files in one, at most */
};

/* A part of the image that no span need read: nothing stands there, or it is lost. */
struct plan_hole {
    int64_t start, end; /* bytes */
};

/* Makes segments and span units of an image of `size` bytes from its runs, which are cleared. Holes (in order, apart
 * from each other) are left out of the spans, but for those inside a file that the sweep hashes. Inside the caller's
 * transaction. Deterministic: the same runs and holes give the same plan. */
int plan_spans(struct store *store, int64_t evidence_id, int64_t size, const struct plan_hole *holes, size_t hole_count,
               struct error *error);

#endif
