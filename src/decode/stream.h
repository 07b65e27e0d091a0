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

enum stream_status { STREAM_ON, STREAM_END, STREAM_BROKEN, STREAM_UNKNOWN, STREAM_TOO_LARGE, STREAM_NO_MEMORY };

/* How one format is decoded. */
struct stream_format {
    enum stream_status (*step)(void *state, struct stream_step *step);
    /* Makes the state ready for another stream. False when memory is short. */
    bool (*restart)(void *state);
    /* The decoder's own. */
    bool (*sniff)(const uint8_t *data, size_t length, size_t at, struct sb_container *container);
    bool skippable; /* between streams frames may stand that hold none: RFC 8878, 3.1.2, and LZ4's as well */
};

/* What follows a stream is part of what it holds when it is a stream too: files are put together so, and compressors
 * that work in parallel write so. But one container is not made larger by it than this, so that the budget of a single
 * one, several times larger, ends no row of them. */
enum { STREAMS_TOGETHER = 256 << 20 };

/* Decodes from the container's first byte until `step` says STREAM_END or fails, and the streams that follow directly;
 * `state` is the step's own. A step that neither takes nor gives anything is a broken stream. The bytes of a stream
 * count as consumed when it was decoded to its end, or when the input ended first; of one that breaks only its header,
 * `container->skip`, since part of what was taken for it may be another file's text. A following one at which the
 * output stops is left as a container of its own. Takes 64 KiB of memory beside the library's own. */
enum sb_decode_result stream_decode(const struct sb_container *container, struct sb_input *input,
                                    struct sb_output *output, uint64_t *consumed, const struct stream_format *format,
                                    void *state);

#endif
