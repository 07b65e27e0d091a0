/* What the decoders of one compressed stream (bzip2, xz, Zstandard, LZ4) share: their libraries all take a piece of
 * input and give a piece of output, in steps. Private to decode. */
#ifndef DECODE_STREAM_H
#define DECODE_STREAM_H

#include "decode/decode.h"

/* Moved on by a step over what it used. */
struct stream_step {
    const uint8_t *in;
    size_t in_left;
    uint8_t *out;
    size_t out_left;
};

enum stream_status { STREAM_ON, STREAM_END, STREAM_BROKEN, STREAM_UNKNOWN, STREAM_NO_MEMORY };

/* Decodes from the container's first byte until `step` says STREAM_END or fails; `state` is the step's own. A step
 * that neither takes nor gives anything is a broken stream. The bytes of a stream count as consumed when it was decoded
 * to its end, or when the input ended first; of one that breaks only its header, `container->skip`, since part of what
 * was taken for it may be another file's text. Takes 64 KiB of memory beside the library's own. */
enum sb_decode_result stream_decode(const struct sb_container *container, struct sb_input *input,
                                    struct sb_output *output, uint64_t *consumed,
                                    enum stream_status (*step)(void *state, struct stream_step *step), void *state);

#endif
