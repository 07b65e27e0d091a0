/* xz, after "The .xz File Format" 1.2: one stream is one container, with those that follow it. The header carries a
 * checksum of its own, so a sniff is certain. And the .lzma files from before it (doc/lzma-file-format.txt of XZ Utils),
 * whose header is settings and sizes without a magic: those that programs write are few, and the stream behind them begins
 * with a zero.
 *
 * A dictionary of up to 64 MiB (xz -9) is allowed; a stream within a stream gets half of what the outer one got, so
 * that nesting does not multiply memory. */
#include <lzma.h>
#include <string.h>

#include "base/number.h"
#include "decode/inflate.h"
#include "decode/stream.h"

enum { MAGIC = 6, FLAGS = 2, HEADER = 12 };
enum { ALONE_HEADER = 13, ALONE_DICTIONARY = 1, ALONE_SIZE = 5, ALONE_LEAST = 64 << 10 };

static const uint64_t memory_max = 66ULL << 20; /* 64 MiB of dictionary and the decoder's state */
static _Thread_local unsigned nested;           /* streams being decoded around this one */

static bool sniff_xz(const uint8_t *data, size_t length, size_t at, struct sb_container *container)
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

/* The settings that all programs have as their own, a dictionary of 2^n or 2^n + 2^(n-1) bytes, a size that is unknown
 * or could be one. A dictionary that is too large for us is believed, and said, where all else is as it should be. */
static bool sniff_alone(const uint8_t *data, size_t length, size_t at, struct sb_container *container)
{
    static const uint64_t size_max = 256ULL << 30; /* what liblzma believes */
    static const uint32_t large = 64 << 20;
    if (length - at <= ALONE_HEADER || data[at + ALONE_HEADER] != 0)
        return false;
    uint32_t dictionary = load_le32(data + at + ALONE_DICTIONARY);
    uint64_t size = load_le64(data + at + ALONE_SIZE);
    uint32_t rest = dictionary & (dictionary - 1); /* without its lowest bit */
    if (dictionary < ALONE_LEAST || dictionary % ALONE_LEAST != 0 || (rest != 0 && rest != (dictionary ^ rest) << 1) ||
        (size != UINT64_MAX && (size == 0 || size >= size_max || dictionary > large)))
        return false;
    *container = (struct sb_container){.skip = ALONE_HEADER};
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
        return STREAM_TOO_LARGE;
    case LZMA_OPTIONS_ERROR: /* a filter or check that the library does not know */
        return STREAM_UNKNOWN;
    default:
        return STREAM_BROKEN;
    }
}

static bool begin_xz(void *state)
{
    return lzma_stream_decoder(state, memory_max >> (nested - 1), 0) == LZMA_OK;
}

static bool begin_alone(void *state)
{
    return lzma_alone_decoder(state, memory_max >> (nested - 1)) == LZMA_OK;
}

static enum sb_decode_result decode_stream(const struct sb_container *container, struct sb_input *input,
                                           struct sb_output *output, uint64_t *consumed,
                                           const struct stream_format *format)
{
    lzma_stream stream = LZMA_STREAM_INIT;
    *consumed = container->skip;
    nested++;
    enum sb_decode_result result = format->restart(&stream)
                                       ? stream_decode(container, input, output, consumed, format, &stream)
                                       : SB_DECODE_NO_MEMORY;
    nested--;
    lzma_end(&stream);
    return result;
}

static enum sb_decode_result decode_xz(const struct sb_container *container, struct sb_input *input,
                                       struct sb_output *output, uint64_t *consumed)
{
    static const struct stream_format format = {step, begin_xz, sniff_xz, false};
    return decode_stream(container, input, output, consumed, &format);
}

static enum sb_decode_result decode_alone(const struct sb_container *container, struct sb_input *input,
                                          struct sb_output *output, uint64_t *consumed)
{
    static const struct stream_format format = {step, begin_alone, sniff_alone, false};
    return decode_stream(container, input, output, consumed, &format);
}

const struct sb_decoder sb_decoder_xz = {
    .name = "XZ",
    .literal = "\xfd"
               "7zXZ",
    .literal_length = MAGIC,
    .literal_anchor = 1,
    .consumes = true,
    .sniff = sniff_xz,
    .decode = decode_xz,
};

const struct sb_decoder sb_decoder_lzma = {
    .name = "LZMA",
    .literal = "\x5d\0", /* three settings in one byte, and of the dictionary's size what is rarer than two NULs */
    .literal_length = 2,
    .consumes = true,
    .sniff = sniff_alone,
    .decode = decode_alone,
};
