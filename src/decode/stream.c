/* See stream.h. */
#include "decode/stream.h"

#include <stdlib.h>

#include "base/number.h"
#include "decode/input.h"

static enum sb_decode_result result_of(enum stream_status status)
{
    switch (status) {
    case STREAM_UNKNOWN:
        return SB_DECODE_UNKNOWN;
    case STREAM_TOO_LARGE:
        return SB_DECODE_TOO_LARGE;
    case STREAM_NO_MEMORY:
        return SB_DECODE_NO_MEMORY;
    case STREAM_END:
        return SB_DECODE_DONE;
    case STREAM_ON: /* and nothing happened any more */
    case STREAM_BROKEN:
        break;
    }
    return SB_DECODE_BROKEN;
}

struct streaming {
    struct sb_input *input;
    struct sb_output *output;
    const struct stream_format *format;
    void *state;
    uint8_t *piece;    /* DECODE_PIECE bytes */
    uint64_t offset;   /* of the next byte of input */
    uint64_t produced; /* bytes of output */
};

/* One stream. *consumed becomes what of the input is proven to belong to it: all, or `header`. */
static enum sb_decode_result decode_one(struct streaming *streaming, uint64_t header, uint64_t *consumed)
{
    enum stream_status status = STREAM_ON;
    bool stuck = false;
    bool input_ended = false;
    bool stopped = false;
    *consumed = header;
    while (status == STREAM_ON && !stuck && !stopped) {
        /* Output is gathered until the piece is full, so that what a view holds has no influence on the pieces. */
        struct stream_step next = {.out = streaming->piece, .out_left = DECODE_PIECE};
        while (status == STREAM_ON && !stuck && next.out_left > 0) {
            size_t available = 0;
            next.in = streaming->input->view(streaming->input, streaming->offset, &available);
            next.in_left = next.in == NULL ? 0 : available;
            size_t had = next.in_left;
            size_t room = next.out_left;
            status = streaming->format->step(streaming->state, &next);
            streaming->offset += had - next.in_left;
            stuck = next.in_left == had && next.out_left == room;
            input_ended = had == 0;
        }
        size_t produced = DECODE_PIECE - next.out_left;
        streaming->produced += produced;
        stopped = produced > 0 && streaming->output->write(streaming->output, streaming->piece, produced) != 0;
    }
    if (stopped || status == STREAM_END || (status == STREAM_ON && input_ended))
        *consumed = streaming->offset;
    return stopped ? SB_DECODE_STOPPED : result_of(status);
}

/* Does another stream follow? Moves to it and sets where its payload begins. */
static bool find_next(struct streaming *streaming, uint64_t *payload)
{
    enum {
        HEADER_MOST = 32,
        SKIPPABLE_HEADER = 8,
        SKIPPABLE = 0x184d2a50,
        SKIPPABLE_MASK = 0xfffffff0,
        FRAMES_MAX = 64
    };
    for (unsigned i = 0; i < FRAMES_MAX && streaming->produced < STREAMS_TOGETHER; i++) {
        uint8_t header[HEADER_MOST];
        struct sb_container next;
        size_t got = input_copy(streaming->input, streaming->offset, header, sizeof header);
        if (streaming->format->sniff(header, got, 0, &next)) {
            *payload = streaming->offset + next.skip;
            return true;
        }
        if (!streaming->format->skippable || got < SKIPPABLE_HEADER ||
            (load_le32(header) & SKIPPABLE_MASK) != SKIPPABLE)
            return false;
        streaming->offset += SKIPPABLE_HEADER + (uint64_t)load_le32(header + 4);
    }
    return false;
}

enum sb_decode_result stream_decode(const struct sb_container *container, struct sb_input *input,
                                    struct sb_output *output, uint64_t *consumed, const struct stream_format *format,
                                    void *state)
{
    *consumed = container->skip;
    struct streaming streaming = {input, output, format, state, malloc(DECODE_PIECE), 0, 0};
    if (streaming.piece == NULL)
        return SB_DECODE_NO_MEMORY;
    enum sb_decode_result result = decode_one(&streaming, container->skip, consumed);
    uint64_t payload;
    while (result == SB_DECODE_DONE && find_next(&streaming, &payload)) {
        uint64_t end;
        if (!format->restart(state)) {
            result = SB_DECODE_NO_MEMORY;
            break;
        }
        enum sb_decode_result next = decode_one(&streaming, payload, &end);
        if (next == SB_DECODE_NO_MEMORY)
            result = next;
        if (next == SB_DECODE_DONE || next == SB_DECODE_BROKEN)
            *consumed = end;
        if (next != SB_DECODE_DONE)
            break;
    }
    free(streaming.piece);
    return result;
}
