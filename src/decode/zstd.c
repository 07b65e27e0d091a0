/* Zstandard, RFC 8878: one frame is one container, with those that follow it. Windows up to 8 MiB are allowed, which
 * RFC 8878 asks of every decoder and all levels but the "ultra" ones keep to; a frame that needs
 * more is reported too large, one that needs a dictionary unknown. */
#include <string.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "decode/stream.h"

enum { MAGIC = 4, BLOCK_HEADER = 3, BLOCK_MAX = 128 * 1024, BLOCK_RESERVED = 3, WINDOW_LOG_MAX = 23 };
enum { FLAG_RESERVED = 8, FLAG_SINGLE_SEGMENT = 32 };

/* The frame header's length with its magic, by its descriptor. */
static size_t measure_header(uint8_t descriptor)
{
    static const uint8_t dictionary[] = {0, 1, 2, 4};
    static const uint8_t content_size[] = {0, 2, 4, 8};
    bool single = descriptor & FLAG_SINGLE_SEGMENT;
    size_t size = content_size[descriptor >> 6];
    return MAGIC + 1 + (size_t)!single + dictionary[descriptor & 3] + (size == 0 && single ? 1 : size);
}

/* The first block's header follows the frame's. */
static bool sniff(const uint8_t *data, size_t length, size_t at, struct sb_container *container)
{
    const uint8_t *frame = data + at;
    if (length - at <= MAGIC || memcmp(frame, "\x28\xb5\x2f\xfd", MAGIC) != 0 || frame[MAGIC] & FLAG_RESERVED)
        return false;
    size_t header = measure_header(frame[MAGIC]);
    if (length - at < header + BLOCK_HEADER)
        return false;
    const uint8_t *block = frame + header;
    unsigned size = (unsigned)block[0] >> 3 | (unsigned)block[1] << 5 | (unsigned)block[2] << 13;
    if ((block[0] >> 1 & 3) == BLOCK_RESERVED || size > BLOCK_MAX)
        return false;
    *container = (struct sb_container){.skip = header};
    return true;
}

static enum stream_status step(void *state, struct stream_step *next)
{
    ZSTD_inBuffer in = {next->in, next->in_left, 0};
    ZSTD_outBuffer out = {next->out, next->out_left, 0};
    size_t status = ZSTD_decompressStream(state, &out, &in);
    if (ZSTD_isError(status)) {
        switch (ZSTD_getErrorCode(status)) {
        case ZSTD_error_frameParameter_windowTooLarge:
            return STREAM_TOO_LARGE;
        case ZSTD_error_frameParameter_unsupported:
        case ZSTD_error_dictionary_wrong:
            return STREAM_UNKNOWN;
        case ZSTD_error_memory_allocation:
            return STREAM_NO_MEMORY;
        default:
            return STREAM_BROKEN;
        }
    }
    if (in.pos > 0)
        next->in += in.pos;
    next->in_left -= in.pos;
    next->out += out.pos;
    next->out_left -= out.pos;
    return status == 0 ? STREAM_END : STREAM_ON;
}

static bool restart(void *state)
{
    return !ZSTD_isError(ZSTD_DCtx_reset(state, ZSTD_reset_session_only));
}

static const struct stream_format format = {step, restart, sniff, true};

static enum sb_decode_result decode(const struct sb_container *container, struct sb_input *input,
                                    struct sb_output *output, uint64_t *consumed)
{
    *consumed = container->skip;
    ZSTD_DCtx *stream = ZSTD_createDCtx();
    if (stream == NULL || ZSTD_isError(ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, WINDOW_LOG_MAX))) {
        ZSTD_freeDCtx(stream);
        return SB_DECODE_NO_MEMORY;
    }
    enum sb_decode_result result = stream_decode(container, input, output, consumed, &format, stream);
    ZSTD_freeDCtx(stream);
    return result;
}

const struct sb_decoder sb_decoder_zstd = {
    .name = "ZSTD",
    .literal = "\xb5\x2f\xfd", /* behind the magic's first byte, '(', which texts are full of */
    .literal_length = 3,
    .literal_offset = 1,
    .consumes = true,
    .sniff = sniff,
    .decode = decode,
};
