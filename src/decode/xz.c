/* xz, after "The .xz File Format" 1.2: one stream is one container, with those that follow it. The header carries a
 * checksum of its own, so a sniff is certain. A dictionary of up to 64 MiB (xz -9) is allowed; a stream within a stream
 * gets half of what the outer one got, so that nesting does not multiply memory. */
#include <lzma.h>
#include <string.h>

#include "base/number.h"
#include "decode/inflate.h"
#include "decode/stream.h"

enum { MAGIC = 6, FLAGS = 2, HEADER = 12 };

static const uint64_t memory_max = 66ULL << 20; /* 64 MiB of dictionary and the decoder's state */
static _Thread_local unsigned nested;           /* streams being decoded around this one */

static bool sniff(const uint8_t *data, size_t length, size_t at, struct sb_container *container)
{
    if (length - at < HEADER || memcmp(data + at,
                                       "\xfd"
                                       "7zXZ",
                                       MAGIC) != 0)
        return false;
    uint32_t sum = checksum_add(CHECKSUM_CRC32, checksum_begin(CHECKSUM_CRC32), data + at + MAGIC, FLAGS);
    if (load_le32(data + at + MAGIC + FLAGS) != sum)
        return false;
    *container = (struct sb_container){.skip = HEADER};
    return true;
}

static enum stream_status step(void *state, struct stream_step *next)
{
    lzma_stream *stream = state;
    stream->next_in = next->in;
    stream->avail_in = next->in_left;
    stream->next_out = next->out;
    stream->avail_out = next->out_left;
    lzma_ret status = lzma_code(stream, LZMA_RUN);
    next->in = stream->next_in;
    next->in_left = stream->avail_in;
    next->out = stream->next_out;
    next->out_left = stream->avail_out;
    switch (status) {
    case LZMA_OK:
    case LZMA_BUF_ERROR: /* nothing could be done now */
        return STREAM_ON;
    case LZMA_STREAM_END:
        return STREAM_END;
    case LZMA_MEM_ERROR:
        return STREAM_NO_MEMORY;
    case LZMA_MEMLIMIT_ERROR:
    case LZMA_OPTIONS_ERROR: /* a filter or check that the library does not know */
        return STREAM_UNKNOWN;
    default:
        return STREAM_BROKEN;
    }
}

static bool restart(void *state)
{
    return lzma_stream_decoder(state, memory_max >> (nested - 1), 0) == LZMA_OK;
}

static const struct stream_format format = {step, restart, sniff, false};

static enum sb_decode_result decode(const struct sb_container *container, struct sb_input *input,
                                    struct sb_output *output, uint64_t *consumed)
{
    lzma_stream stream = LZMA_STREAM_INIT;
    *consumed = container->skip;
    if (lzma_stream_decoder(&stream, memory_max >> nested, 0) != LZMA_OK)
        return SB_DECODE_NO_MEMORY;
    nested++;
    enum sb_decode_result result = stream_decode(container, input, output, consumed, &format, &stream);
    nested--;
    lzma_end(&stream);
    return result;
}

const struct sb_decoder sb_decoder_xz = {
    .name = "XZ",
    .literal = "\xfd"
               "7zXZ",
    .literal_length = MAGIC,
    .consumes = true,
    .sniff = sniff,
    .decode = decode,
};
