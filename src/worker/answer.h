/* A worker's way out: frames, gathered and written to standard output. */
#ifndef WORKER_ANSWER_H
#define WORKER_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "worker/protocol.h"

struct answer {
    struct bytes out;
    int descriptor;
    bool broken;       /* the supervisor is gone */
    uint64_t progress; /* what answer_progress said last */
    int64_t said;      /* when, in milliseconds of the monotonic clock */
};

/* Between these two, wire_put_… on answer->out writes the payload. answer_end sends when enough is gathered; -1 when
 * the supervisor is gone or memory is short. */
size_t answer_begin(struct answer *answer, enum frame_type type);
int answer_end(struct answer *answer, size_t start);
int answer_flush(struct answer *answer);

/* Frames that several units send. */
int answer_progress(struct answer *answer, uint64_t bytes); /* sends at once: the supervisor counts on signs of life */
/* The same, unless it was said a moment ago: to be called after everything that may take long, which is one reading of
 * the medium or one chunk scanned. So a worker on a slow medium is silent for no longer than one reading takes. */
int answer_alive(struct answer *answer, uint64_t bytes);
int answer_note(struct answer *answer, uint32_t file, uint64_t offset, const char *path, const char *reason);
int answer_unread(struct answer *answer, uint32_t file, uint64_t start, uint64_t length, const char *reason);
/* digests NULL: only the type. */
int answer_content(struct answer *answer, uint32_t file, const char *type, const struct digests *digests);
int answer_done(struct answer *answer);
int answer_failed(struct answer *answer, const char *reason);

#endif
