/* bzip2: one stream is one container, with those that follow it, as parallel compressors write them. The format has no
 * standard; this follows the header that bzip2 1.0 writes: "BZh", the block size in units of 100 kB, and the first
 * block's mark, the digits of pi. A stream without a block, an empty file, holds nothing. */
#include <bzlib.h>
#include <string.h>

#include "decode/stream.h"

enum { HEADER = 4, MARK = 6 };

static bool sniff(const uint8_t *data, size_t length, size_t at, struct sb_container *container)
{
    if (length - at < HEADER + MARK || memcmp(data + at, "BZh", 3) != 0 || data[at + 3] < '1' || data[at + 3] > '9' ||
        memcmp(data + at + HEADER, "1AY&SY", MARK) != 0)
        return false;
    *container = (struct sb_container){.skip = HEADER + MARK};
    return true;
}

static enum stream_status step(void *state, struct stream_step *next)
{
    bz_stream *stream = state;
    unsigned in = next->in_left < UINT32_MAX ? (unsigned)next->in_left : UINT32_MAX;
    unsigned out = (unsigned)next->out_left;
    stream->next_in = (char *)(uintptr_t)next->in;
    stream->avail_in = in;
    stream->next_out = (char *)next->out;
    stream->avail_out = out;
    int status = BZ2_bzDecompress(stream);
    next->in += in - stream->avail_in;
    next->in_left -= in - stream->avail_in;
    next->out += out - stream->avail_out;
    next->out_left -= out - stream->avail_out;
    return status == BZ_OK           ? STREAM_ON
           : status == BZ_STREAM_END ? STREAM_END
           : status == BZ_MEM_ERROR  ? STREAM_NO_MEMORY
                                     : STREAM_BROKEN;
}

static bool restart(void *state)
{
    bz_stream *stream = state;
    BZ2_bzDecompressEnd(stream);
    *stream = (bz_stream){0};
    return BZ2_bzDecompressInit(stream, 0, 0) == BZ_OK;
}

static const struct stream_format format = {step, restart, sniff, false};

/* Takes up to 3.7 MB of memory, for blocks of 900 kB. */
static enum sb_decode_result decode(const struct sb_container *container, struct sb_input *input,
                                    struct sb_output *output, uint64_t *consumed)
{
    bz_stream stream = {0};
    *consumed = container->skip;
    if (BZ2_bzDecompressInit(&stream, 0, 0) != BZ_OK)
        return SB_DECODE_NO_MEMORY;
    enum sb_decode_result result = stream_decode(container, input, output, consumed, &format, &stream);
    BZ2_bzDecompressEnd(&stream);
    return result;
}

const struct sb_decoder sb_decoder_bzip2 = {
    .name = "BZIP2",
    .literal = "AY&SY", /* of the mark: rarer than the header's letters */
    .literal_length = 5,
    .literal_offset = HEADER + 1,
    .consumes = true,
    .sniff = sniff,
    .decode = decode,
};
