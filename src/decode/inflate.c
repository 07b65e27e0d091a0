/* Raw deflate data, RFC 1951. Two libraries: libdeflate inflates a whole buffer two to three times faster than zlib,
 * but only where input and output are at hand whole; zlib streams, and hands out what came before a break. So a stream
 * is first tried in one step, and where that does not work out (too long, cut off, broken) streamed from its beginning:
 * nothing of the first try has been handed out. The state is allocated per stream. */
#include "decode/inflate.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <zlib.h>

#include "decode/input.h"

static enum sb_decode_result inflate_whole(struct inflation *inflation, bool *handled);
static enum sb_decode_result inflate_streaming(struct inflation *inflation);

enum sb_decode_result inflate_raw(struct inflation *inflation)
{
    inflation->offset = inflation->begin;
    inflation->length = 0;
    inflation->sum = checksum_begin(inflation->checksum);
    inflation->input_ended = false;
    if (inflation->length_hint <= INFLATE_WHOLE) {
        bool handled = false;
        enum sb_decode_result result = inflate_whole(inflation, &handled);
        if (handled)
            return result;
    }
    return inflate_streaming(inflation);
}

uint32_t checksum_begin(enum checksum checksum)
{
    return checksum == CHECKSUM_ADLER32 ? 1 : 0;
}

uint32_t checksum_add(enum checksum checksum, uint32_t sum, const uint8_t *data, size_t length)
{
    switch (checksum) {
    case CHECKSUM_CRC32:
        return libdeflate_crc32(sum, data, length);
    case CHECKSUM_ADLER32:
        return libdeflate_adler32(sum, data, length);
    case CHECKSUM_NONE:
        break;
    }
    return sum;
}

static int hand_out(struct inflation *inflation, const uint8_t *data, size_t length)
{
    inflation->length += length;
    inflation->sum = checksum_add(inflation->checksum, inflation->sum, data, length);
    return output_pieces(inflation->output, data, length);
}

/* The bytes at hand at `offset`, not beyond the stream's known end; NULL when there are none. */
static const uint8_t *view_within(const struct inflation *inflation, uint64_t offset, size_t *available)
{
    *available = 0;
    if (offset >= inflation->end)
        return NULL;
    const uint8_t *data = inflation->input->view(inflation->input, offset, available);
    if (data == NULL || *available == 0) {
        *available = 0;
        return NULL;
    }
    if (*available > inflation->end - offset)
        *available = (size_t)(inflation->end - offset);
    return data;
}

static enum sb_decode_result inflate_whole(struct inflation *inflation, bool *handled)
{
    size_t available = 0;
    const uint8_t *data = view_within(inflation, inflation->begin, &available);
    if (data == NULL)
        return SB_DECODE_BROKEN;
    if (available > INFLATE_WHOLE)
        available = INFLATE_WHOLE;
    struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
    uint8_t *out = malloc(INFLATE_WHOLE);
    enum sb_decode_result result = SB_DECODE_DONE;
    size_t used = 0;
    size_t length = 0;
    if (decompressor == NULL || out == NULL) {
        *handled = true;
        result = SB_DECODE_NO_MEMORY;
    } else if (libdeflate_deflate_decompress_ex(decompressor, data, available, out, INFLATE_WHOLE, &used, &length) ==
               LIBDEFLATE_SUCCESS) {
        *handled = true;
        inflation->offset = inflation->begin + used;
        if (hand_out(inflation, out, length) != 0)
            result = SB_DECODE_STOPPED;
    }
    free(out);
    libdeflate_free_decompressor(decompressor);
    return result;
}

/* What one step of zlib means. */
static bool stream_ended(struct inflation *inflation, int status, bool no_input, enum sb_decode_result *result)
{
    if (status == Z_STREAM_END) {
        *result = SB_DECODE_DONE;
    } else if (status == Z_MEM_ERROR) {
        *result = SB_DECODE_NO_MEMORY;
    } else if (status == Z_BUF_ERROR && no_input) {
        inflation->input_ended = true;
        *result = SB_DECODE_BROKEN;
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
        *result = SB_DECODE_BROKEN;
    } else {
        return false;
    }
    return true;
}

static enum sb_decode_result inflate_streaming(struct inflation *inflation)
{
    uint8_t *out = malloc(DECODE_PIECE);
    z_stream stream = {0};
    if (out == NULL || inflateInit2(&stream, -MAX_WBITS) != Z_OK) {
        free(out);
        return SB_DECODE_NO_MEMORY;
    }
    enum sb_decode_result result = SB_DECODE_DONE;
    bool ended = false;
    while (!ended) {
        /* Output is gathered until the piece is full, so that what a view holds has no influence on the pieces. */
        stream.next_out = out;
        stream.avail_out = DECODE_PIECE;
        while (!ended && stream.avail_out > 0) {
            size_t available = 0;
            const uint8_t *data = view_within(inflation, inflation->offset, &available);
            if (available > UINT32_MAX)
                available = UINT32_MAX;
            stream.next_in = (z_const Bytef *)(uintptr_t)data;
            stream.avail_in = (uInt)available;
            int status = inflate(&stream, Z_NO_FLUSH);
            inflation->offset += available - stream.avail_in;
            ended = stream_ended(inflation, status, data == NULL, &result);
        }
        size_t produced = DECODE_PIECE - stream.avail_out;
        if (produced > 0 && hand_out(inflation, out, produced) != 0) {
            result = SB_DECODE_STOPPED;
            ended = true;
        }
    }
    inflateEnd(&stream);
    free(out);
    return result;
}

/* Bits are counted from the lowest of the first byte. Bits that are not at hand read as 0; the caller checks. */
static unsigned read_bits(const uint8_t *data, size_t length, size_t position, unsigned count)
{
    unsigned value = 0;
    for (unsigned i = 0; i < count; i++) {
        size_t bit = position + i;
        if (bit / 8 < length)
            value |= (unsigned)(data[bit / 8] >> (bit % 8) & 1) << i;
    }
    return value;
}

bool deflate_plausible(const uint8_t *data, size_t length)
{
    enum { STORED = 0, FIXED = 1, DYNAMIC = 2, DYNAMIC_HEAD = 17, LENGTH_CODES_MAX = 19 };
    if (length == 0)
        return true;
    unsigned type = read_bits(data, length, 1, 2);
    if (type == STORED)
        return length < 5 || ((data[1] ^ data[3]) == 0xff && (data[2] ^ data[4]) == 0xff);
    if (type == FIXED)
        return true;
    if (type != DYNAMIC)
        return false;
    if (length * 8 < DYNAMIC_HEAD)
        return true;
    unsigned literals = read_bits(data, length, 3, 5);
    unsigned distances = read_bits(data, length, 8, 5);
    if (literals > 29 || distances > 29)
        return false;
    /* The code that the code lengths are written in must be complete (Kraft's sum is 1): few random bytes are that. */
    unsigned count = read_bits(data, length, 13, 4) + 4;
    if (length * 8 < DYNAMIC_HEAD + 3 * count)
        return true;
    unsigned sum = 0;
    for (unsigned i = 0; i < count; i++) {
        unsigned code_length = read_bits(data, length, DYNAMIC_HEAD + 3 * i, 3);
        if (code_length > 0)
            sum += 128U >> code_length;
    }
    return sum == 128;
}
