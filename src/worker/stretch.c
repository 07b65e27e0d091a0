/* One stretch of bytes, once: hashed, typed and scanned while it is in the cache. */
#include <string.h>

#include "worker/unit.h"

enum {
    CHUNK = 512 * 1024,     /* bytes a scanner is given at a time: fits the second-level cache beside its tables */
    HASHED_STEP = 16 << 20, /* bytes of a hole that are hashed between signs of life */
    HOLE_LEAST = 4 << 20,   /* a hole that is not worth its bookkeeping is read */
};

struct peek {
    struct source *source;
    const struct stretch *stretch;
};

static size_t read_ahead(void *context, uint64_t offset, uint8_t *buffer, size_t length)
{
    const struct peek *peek = context;
    uint64_t size = peek->stretch->end - peek->stretch->start;
    if (offset >= size)
        return 0;
    if (length > size - offset)
        length = (size_t)(size - offset);
    return source_peek(peek->source, peek->stretch->start + offset, buffer, length);
}

static void feed_zeros(struct digester *digester, uint64_t length)
{
    static const uint8_t zeros[1 << 20];
    for (; length > 0; length -= length < sizeof zeros ? length : sizeof zeros)
        digester_feed(digester, zeros, length < sizeof zeros ? (size_t)length : sizeof zeros);
}

/* How far nothing can begin, since a long hole stands here: up to a margin before its end, as UTF-16 may begin with a
 * zero. */
static uint64_t skip_hole(struct source *source, const struct stretch *stretch, uint64_t at)
{
    uint64_t hole = at == stretch->start ? 0 : source_hole(source, at); /* the head tells the type */
    if (hole < HOLE_LEAST)
        return 0;
    uint64_t most = stretch->own_end - at;
    if (stretch->hash && most > HASHED_STEP)
        most = HASHED_STEP; /* signs of life between */
    return hole - SB_MARGIN < most ? hole - SB_MARGIN : most;
}

int scan_stretch(struct worker *worker, struct source *source, const struct stretch *stretch, const char **type,
                 struct digests *digests, struct error *error)
{
    struct peek peek = {source, stretch};
    struct sb_stream stream = {read_ahead, &peek, stretch->end - stretch->start};
    /* What cannot be decoded was noted when the evidence was read for the first time. */
    struct sb_sink sink = {findings_sighting, worker->terms_only ? NULL : findings_note, findings_alive,
                           worker->findings};
    findings_base(worker->findings, stretch->start);
    if (stretch->hash)
        digester_start(worker->digester);
    for (uint64_t at = stretch->own_begin; at < stretch->own_end;) {
        uint64_t skipped = skip_hole(source, stretch, at);
        if (skipped > 0) {
            if (stretch->hash)
                feed_zeros(worker->digester, skipped);
            at += skipped;
            if (answer_alive(&worker->answer, stretch->done_before + (at - stretch->own_begin)) != 0)
                return fail(error, "the supervisor is gone");
            continue;
        }
        uint64_t stop = stretch->own_end - at > CHUNK ? at + CHUNK : stretch->own_end;
        uint64_t low = at - stretch->start > SB_MARGIN ? at - SB_MARGIN : stretch->start;
        uint64_t high = stretch->end - stop > SB_MARGIN ? stop + SB_MARGIN : stretch->end;
        size_t length;
        const uint8_t *data = source_view(source, low, (size_t)(high - low), &length);
        if (data == NULL || length != high - low)
            return fail(error, "the evidence became shorter while it was read");
        const uint8_t *own = data + (at - low);
        if (type != NULL && at == stretch->start)
            *type = sb_type_of(own, high - at < TYPE_HEAD ? (size_t)(high - at) : TYPE_HEAD);
        if (stretch->hash)
            digester_feed(worker->digester, own, (size_t)(stop - at));
        struct sb_chunk chunk = {.data = data,
                                 .length = length,
                                 .offset = low - stretch->start,
                                 .own_begin = (size_t)(at - low),
                                 .own_end = (size_t)(stop - low)};
        if (stretch->scan && sb_scan_chunk(worker->scanner, &stream, &chunk, &sink) != 0)
            return fail(error, "the scanner ran out of memory");
        if (answer_alive(&worker->answer, stretch->done_before + (stop - stretch->own_begin)) != 0)
            return fail(error, "the supervisor is gone");
        at = stop;
    }
    if (stretch->hash)
        digester_finish(worker->digester, digests);
    return 0;
}
