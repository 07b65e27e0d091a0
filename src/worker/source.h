/* A stream of evidence bytes read once, in order: an image or one file. Views of it are windows into one buffer; what
 * cannot be read is zeros, and said. */
#ifndef WORKER_SOURCE_H
#define WORKER_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "evidence/evidence.h"
#include "worker/answer.h"

enum {
    SOURCE_BUFFER = 1 << 20,  /* bytes of the buffer: no view may be longer */
    SOURCE_PIECE = 32 * 1024, /* bytes that are given up together where the medium cannot be read */
    SOURCE_BAD_MOST = 64,     /* unreadable stretches remembered: twice what one buffer may hold */
};

struct source {
    int64_t (*read)(void *context, uint64_t offset, void *buffer, size_t length, struct error *error);
    /* What stands at an offset below `size`. */
    void (*extent)(void *context, uint64_t offset, struct sb_extent *extent);
    void *context;
    uint64_t size;
    uint64_t read_end; /* never read ahead beyond this offset unless a view asks for it */
    struct answer *answer;
    uint32_t file;                     /* named in what is said of unreadable parts */
    uint64_t report_begin, report_end; /* unreadable parts outside are another unit's to report */

    uint8_t *buffer; /* SOURCE_BUFFER bytes, the caller's */
    uint64_t start;  /* of the buffer's content in the stream */
    size_t length;
    struct {
        uint64_t start, end;
    } bad[SOURCE_BAD_MOST];
    size_t bad_count;
    struct {
        uint64_t start, end;
        struct error reason;
    } unsaid; /* an unreadable part that may still grow; end 0: none */
};

/* Bytes [offset, offset + length) of the stream, or fewer at its end (*available). Offsets must not go back by more
 * than what the view before still held. NULL when the supervisor is gone. */
const uint8_t *source_view(struct source *source, uint64_t offset, size_t length, size_t *available);

/* What lies before `offset` will not be asked about any more. To be called where a content begins that source_bad is
 * asked about when it ends: then what that says is exact, however much is unreadable. */
void source_forget_bad(struct source *source, uint64_t offset);
/* Says what is still unsaid of unreadable parts; call it behind the last view. -1 when the supervisor is gone. */
int source_end(struct source *source);

/* How many bytes from `offset` on are a hole: zeros that need not be read. */
uint64_t source_hole(struct source *source, uint64_t offset);

/* Was any part of [start, end) unreadable? */
bool source_bad(const struct source *source, uint64_t start, uint64_t end);

/* Reads elsewhere without touching the buffer, for decoders that look ahead; up to `length` bytes, 0 at the end. */
size_t source_peek(struct source *source, uint64_t offset, uint8_t *buffer, size_t length);

#endif
