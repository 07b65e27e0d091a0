/* Small files that Windows keeps compressed since version 8: what a program loads when it starts (prefetch, *.pf) and
 * what is loaded ahead of time (Ag*.db). Four bytes of magic, the size, a checksum if the magic says so, then XPRESS
 * with Huffman codes. Names of programs and of the files they opened come out in UTF-16. */
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "decode/input.h"
#include "decode/xpress.h"

enum { HEADER = 8, CHECKSUM = 4, SIZE_MAX_PLAUSIBLE = 256 << 20, WITH_CHECKSUM = 0x84 };

struct window {
    uint8_t packed[XPRESS_PACKED_MAX];
    uint8_t out[XPRESS_HISTORY + XPRESS_BLOCK];
};

/* Hands out what was decompressed behind the history, and makes it the history's end. */
static int hand_out(struct window *window, struct sb_output *output, size_t length)
{
    int stop = length > 0 ? output->write(output, window->out + XPRESS_HISTORY, length) : 0;
    memmove(window->out, window->out + length, XPRESS_HISTORY);
    return stop;
}

static enum sb_decode_result unpack(const struct sb_container *container, struct sb_input *input,
                                    struct sb_output *output, struct window *window, uint64_t *consumed)
{
    uint8_t *block = window->out + XPRESS_HISTORY;
    uint64_t at = container->skip; /* of what stands in `packed` */
    size_t packed = 0;
    struct xpress_rest rest = {0, 0};
    for (uint64_t left = container->size; left > 0;) {
        size_t most = left < XPRESS_BLOCK ? (size_t)left : XPRESS_BLOCK;
        size_t got = 0;
        if (rest.length > 0) {
            got = most = xpress_copy(block, rest.distance, rest.length, most);
            rest.length -= got;
        } else {
            size_t used = 0;
            uint64_t done = container->size - left;
            packed += input_copy(input, at + packed, window->packed + packed, XPRESS_PACKED_MAX - packed);
            got = xpress_huffman(window->packed, packed, block, done < XPRESS_HISTORY ? (size_t)done : XPRESS_HISTORY,
                                 most, &used, &rest);
            memmove(window->packed, window->packed + used, packed - used);
            packed -= used;
            at += used;
        }
        if (hand_out(window, output, got) != 0)
            return SB_DECODE_STOPPED;
        if (got < most)
            return SB_DECODE_BROKEN;
        left -= got;
    }
    *consumed = at;
    return SB_DECODE_DONE;
}

static enum sb_decode_result decode(const struct sb_container *container, struct sb_input *input,
                                    struct sb_output *output, uint64_t *consumed)
{
    *consumed = HEADER;
    struct window *window = malloc(sizeof *window);
    if (window == NULL)
        return SB_DECODE_NO_MEMORY;
    enum sb_decode_result result = unpack(container, input, output, window, consumed);
    free(window);
    return result;
}

static bool sniff(const uint8_t *data, size_t length, size_t at, struct sb_container *container)
{
    const uint8_t *header = data + at;
    size_t skip = HEADER + CHECKSUM;
    if (length - at < skip || memcmp(header, "MAM", 3) != 0)
        return false;
    skip -= header[3] == WITH_CHECKSUM ? 0 : CHECKSUM;
    uint32_t size = load_le32(header + 4);
    if (size == 0 || size > SIZE_MAX_PLAUSIBLE || length - at - skip < XPRESS_TABLE || !xpress_is_table(header + skip))
        return false;
    *container = (struct sb_container){.skip = skip, .size = size};
    return true;
}

/* Anchored behind the magic's first letter, at its byte that no text has. */

const struct sb_decoder sb_decoder_mam = {
    .name = "MAM",
    .literal = "AM\x04",
    .literal_length = 3,
    .literal_offset = 1,
    .consumes = true,
    .sniff = sniff,
    .decode = decode,
};

const struct sb_decoder sb_decoder_mam_checked = {
    .name = "MAM",
    .literal = "AM\x84",
    .literal_length = 3,
    .literal_offset = 1,
    .consumes = true,
    .sniff = sniff,
    .decode = decode,
};
