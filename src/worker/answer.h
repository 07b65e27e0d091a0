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
    bool broken; /* the supervisor is gone */
    uint64_t progress; /* what answer_progress said last */
};

/* Between these two, wire_put_… on answer->out writes the payload. answer_end sends when enough is gathered; -1 when the
 * supervisor is gone or memory is short. */
size_t answer_begin(struct answer *answer, enum frame_type type);
int answer_end(struct answer *answer, size_t start);
int answer_flush(struct answer *answer);

/* Frames that several units send. */
int answer_progress(struct answer *answer, uint64_t bytes); /* sends at once: the supervisor counts on signs of life */
int answer_note(struct answer *answer, uint32_t file, uint64_t offset, const char *path, const char *reason);
int answer_unread(struct answer *answer, uint32_t file, uint64_t start, uint64_t length, const char *reason);
/* digests NULL: only the type. */
int answer_content(struct answer *answer, uint32_t file, const char *type, const struct digests *digests);
int answer_done(struct answer *answer);
int answer_failed(struct answer *answer, const char *reason);

#endif
