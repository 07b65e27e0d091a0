/* LZ4 frames, after "LZ4 Frame Format" 1.6: one frame is one container, with those that follow it. Blocks are 4 MiB at
 * most. */
#include <lz4frame.h>
#include <string.h>

#include "base/number.h"
#include "decode/stream.h"

enum { MAGIC = 4, HEADER_MIN = 7, BLOCK_SIZE = 4 };
enum { FLAGS_VERSION = 0xc0, VERSION = 0x40, FLAGS_RESERVED = 2, BLOCK_RESERVED = 0x8f, BLOCK_SMALLEST = 4 };
enum { FLAG_DICTIONARY = 1, FLAG_SIZE = 8 };

static uint32_t rotate(uint32_t value, unsigned bits)
{
    return value << bits | value >> (32 - bits);
}

/* xxHash32 with seed 0, of fewer than 16 bytes. */
static uint32_t hash_short(const uint8_t *data, size_t length)
{
    static const uint32_t prime1 = 2654435761U, prime2 = 2246822519U, prime3 = 3266489917U, prime4 = 668265263U,
                          prime5 = 374761393U;
    uint32_t hash = prime5 + (uint32_t)length;
    for (; length >= 4; data += 4, length -= 4)
        hash = rotate(hash + load_le32(data) * prime3, 17) * prime4;
    for (; length > 0; data++, length--)
        hash = rotate(hash + *data * prime5, 11) * prime1;
    hash = (hash ^ hash >> 15) * prime2;
    hash = (hash ^ hash >> 13) * prime3;
    return hash ^ hash >> 16;
}

/* Flags and the largest block's size, perhaps those of the content and of a dictionary, a byte of checksum; then the
 * first block's size, which is no larger. (A frame of no block holds nothing.) */
static bool sniff(const uint8_t *data, size_t length, size_t at, struct sb_container *container)
{
    if (length - at < HEADER_MIN || memcmp(data + at, "\x04\x22\x4d\x18", MAGIC) != 0)
        return false;
    uint8_t flags = data[at + MAGIC];
    uint8_t block = data[at + MAGIC + 1];
    if ((flags & FLAGS_VERSION) != VERSION || flags & FLAGS_RESERVED || block & BLOCK_RESERVED ||
        block >> 4 < BLOCK_SMALLEST)
        return false;
    size_t header = (size_t)HEADER_MIN + (flags & FLAG_SIZE ? 8 : 0) + (flags & FLAG_DICTIONARY ? 4 : 0);
    if (length - at < header + BLOCK_SIZE)
        return false;
    const uint8_t *end = data + at + header;
    uint32_t most = 256U << 2 * (block >> 4);    /* 64 KiB, and four times as much for each step */
    uint32_t first = load_le32(end) & INT32_MAX; /* the highest bit says that the block is stored */
    if (end[-1] != (uint8_t)(hash_short(data + at + MAGIC, header - MAGIC - 1) >> 8) || first == 0 || first > most)
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
