/* See stream.h. */
#include "decode/stream.h"

#include <stdlib.h>

#include "decode/input.h"

static enum sb_decode_result result_of(enum stream_status status)
{
    switch (status) {
    case STREAM_UNKNOWN:
        return SB_DECODE_UNKNOWN;
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

enum sb_decode_result stream_decode(const struct sb_container *container, struct sb_input *input,
                                    struct sb_output *output, uint64_t *consumed,
                                    enum stream_status (*step)(void *state, struct stream_step *step), void *state)
{
    *consumed = container->skip;
    uint8_t *piece = malloc(DECODE_PIECE);
    if (piece == NULL)
        return SB_DECODE_NO_MEMORY;
    uint64_t offset = 0;
    enum stream_status status = STREAM_ON;
    bool stuck = false;
    bool input_ended = false;
    bool stopped = false;
    while (status == STREAM_ON && !stuck && !stopped) {
        /* Output is gathered until the piece is full, so that what a view holds has no influence on the pieces. */
        struct stream_step next = {.out = piece, .out_left = DECODE_PIECE};
        while (status == STREAM_ON && !stuck && next.out_left > 0) {
            size_t available = 0;
            next.in = input->view(input, offset, &available);
            next.in_left = next.in == NULL ? 0 : available;
            size_t had = next.in_left;
            size_t room = next.out_left;
            status = step(state, &next);
            offset += had - next.in_left;
            stuck = next.in_left == had && next.out_left == room;
            input_ended = had == 0;
        }
        size_t produced = DECODE_PIECE - next.out_left;
        stopped = produced > 0 && output->write(output, piece, produced) != 0;
    }
    free(piece);
    if (stopped || status == STREAM_END || (status == STREAM_ON && input_ended))
        *consumed = offset;
    return stopped ? SB_DECODE_STOPPED : result_of(status);
}
