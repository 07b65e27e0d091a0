/* Compressed text in PNG pictures (PNG, third edition, 11.3.3): zTXt and iTXt chunks, where cameras, editors and chat
 * programs keep comments, XMP and prompts. Uncompressed text is the plain scan's. */
#include <string.h>

#include "base/number.h"
#include "decode/inflate.h"
#include "decode/input.h"

enum { CHUNK_HEADER = 8, KEYWORD_MAX = 79, CHUNK_MAX = 1 << 28, ZLIB_HEADER = 2, CRC = 4 };

/* Behind the NUL that ends a text of at most `most` printable bytes; 0 when none does. */
static size_t behind_text(const uint8_t *data, size_t length, size_t at, size_t most)
{
    for (size_t i = 0; i <= most && at + i < length; i++) {
        if (data[at + i] == 0)
            return at + i + 1;
        if (data[at + i] < ' ')
            return 0;
    }
    return 0;
}

static bool sniff_zlib(const uint8_t *chunk, size_t length, size_t at, struct sb_container *container)
{
    uint32_t size = load_be32(chunk);
    if (size > CHUNK_MAX || at + ZLIB_HEADER > length || at + ZLIB_HEADER > CHUNK_HEADER + (size_t)size)
        return false;
    unsigned header = load_be16(chunk + at);
    if ((header >> 8 & 15) != 8 || header >> 12 > 7 || header % 31 != 0 || (header & 0x20) != 0)
        return false;
    *container = (struct sb_container){.skip = at + ZLIB_HEADER, .size = (uint64_t)CHUNK_HEADER + size};
    return true;
}

/* A keyword, NUL, method 0, zlib data. */
static bool sniff_ztxt(const uint8_t *data, size_t length, size_t at, struct sb_container *container)
{
    const uint8_t *chunk = data + at;
    length -= at;
    size_t text = behind_text(chunk, length, CHUNK_HEADER, KEYWORD_MAX);
    return text > CHUNK_HEADER + 1 && text < length && chunk[text] == 0 &&
           sniff_zlib(chunk, length, text + 1, container);
}

/* A keyword, NUL, "compressed", method 0, a language, NUL, the keyword in it, NUL, zlib data. */
static bool sniff_itxt(const uint8_t *data, size_t length, size_t at, struct sb_container *container)
{
    const uint8_t *chunk = data + at;
    length -= at;
    size_t text = behind_text(chunk, length, CHUNK_HEADER, KEYWORD_MAX);
    if (chunk[4] != 'i' || text <= CHUNK_HEADER + 1 || text + 2 > length || chunk[text] != 1 || chunk[text + 1] != 0)
        return false;
    text = behind_text(chunk, length, text + 2, KEYWORD_MAX);
    if (text != 0)
        text = behind_text(chunk, length, text, UINT8_MAX);
    return text != 0 && sniff_zlib(chunk, length, text, container);
}

static enum sb_decode_result decode(const struct sb_container *container, struct sb_input *input,
                                    struct sb_output *output, uint64_t *consumed)
{
    struct inflation inflation = {.input = input,
                                  .output = output,
                                  .checksum = CHECKSUM_ADLER32,
                                  .begin = container->skip,
                                  .end = container->size};
    *consumed = 0;
    enum sb_decode_result result = inflate_raw(&inflation);
    uint8_t adler[CRC];
    if (result == SB_DECODE_DONE &&
        (input_copy(input, inflation.offset, adler, CRC) < CRC || load_be32(adler) != inflation.sum))
        return SB_DECODE_BROKEN;
    *consumed = result == SB_DECODE_DONE ? inflation.offset + CRC : 0;
    return result;
}

const struct sb_decoder sb_decoder_png_ztxt = {
    .name = "PNG",
    .literal = "zTXt",
    .literal_anchor = 2,
    .literal_length = 4,
    .literal_offset = 4,
    .consumes = true,
    .sniff = sniff_ztxt,
    .decode = decode,
};

const struct sb_decoder sb_decoder_png_itxt = {
    .name = "PNG",
    .literal = "TXt", /* "iTX" begins words */
    .literal_anchor = 1,
    .literal_length = 3,
    .literal_offset = 5,
    .consumes = true,
    .sniff = sniff_itxt,
    .decode = decode,
};
