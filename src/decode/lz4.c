/* LZ4 frames, after "LZ4 Frame Format" 1.6: one frame is one container, with those that follow it. Blocks are 4 MiB at
 * most. */
#include <lz4frame.h>
#include <string.h>

#include "decode/stream.h"

enum { MAGIC = 4, HEADER_MIN = 7 };
enum { FLAGS_VERSION = 0xc0, VERSION = 0x40, FLAGS_RESERVED = 2, BLOCK_RESERVED = 0x8f, BLOCK_SMALLEST = 4 };

/* Flags, then the largest block's size; the checksum behind them is the library's to check. */
static bool sniff(const uint8_t *data, size_t length, size_t at, struct sb_container *container)
{
    if (length - at < HEADER_MIN || memcmp(data + at, "\x04\x22\x4d\x18", MAGIC) != 0)
        return false;
    uint8_t flags = data[at + MAGIC];
    uint8_t block = data[at + MAGIC + 1];
    if ((flags & FLAGS_VERSION) != VERSION || flags & FLAGS_RESERVED || block & BLOCK_RESERVED ||
        block >> 4 < BLOCK_SMALLEST)
        return false;
    *container = (struct sb_container){.skip = HEADER_MIN};
    return true;
}

static enum stream_status step(void *state, struct stream_step *next)
{
    size_t in = next->in_left;
    size_t out = next->out_left;
    size_t status = LZ4F_decompress(state, next->out, &out, next->in, &in, NULL);
    if (LZ4F_isError(status))
        return STREAM_BROKEN;
    if (in > 0)
        next->in += in;
    next->in_left -= in;
    next->out += out;
    next->out_left -= out;
    return status == 0 ? STREAM_END : STREAM_ON;
}

static bool restart(void *state)
{
    LZ4F_resetDecompressionContext(state);
    return true;
}

static const struct stream_format format = {step, restart, sniff, true};

/* Takes up to 8.2 MiB of memory. */
static enum sb_decode_result decode(const struct sb_container *container, struct sb_input *input,
                                    struct sb_output *output, uint64_t *consumed)
{
    *consumed = container->skip;
    LZ4F_dctx *stream = NULL;
    if (LZ4F_isError(LZ4F_createDecompressionContext(&stream, LZ4F_VERSION)))
        return SB_DECODE_NO_MEMORY;
    enum sb_decode_result result = stream_decode(container, input, output, consumed, &format, stream);
    LZ4F_freeDecompressionContext(stream);
    return result;
}

const struct sb_decoder sb_decoder_lz4 = {
    .name = "LZ4",
    .literal = "\x04\x22\x4d\x18",
    .literal_anchor = 2,
    .literal_length = MAGIC,
    .consumes = true,
    .sniff = sniff,
    .decode = decode,
};
