/* Compressed RTF, as Outlook keeps the body of a mail (MS-OXRTFCP), in files of one mail, in mail stores and in what it
 * sends as winmail.dat: references into a ring of 4 KiB that begins with the phrases RTF files begin with. */
#include <string.h>

#include "base/bytes.h"

#include "base/number.h"
#include "decode/input.h"

enum { HEADER = 16, RING = 4096, BEHIND_SIZE = 4, PACKED_MAX = 32 << 20, RATIO_MAX = 16 };

static const char phrases[] =
    "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
    "\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0"
    "\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

struct ring {
    uint8_t bytes[RING];
    size_t at;
    uint8_t out[RING];
    size_t length;
    struct sb_output *output;
};

static int put(struct ring *ring, uint8_t byte)
{
    ring->bytes[ring->at] = byte;
    ring->at = (ring->at + 1) % RING;
    ring->out[ring->length++] = byte;
    if (ring->length < RING)
        return 0;
    ring->length = 0;
    return ring->output->write(ring->output, ring->out, RING);
}

/* Eight literals or references and the byte that tells which is which. */
static enum sb_decode_result read_group(struct ring *ring, const struct bytes *packed, size_t *at, bool *ended)
{
    unsigned control = packed->data[(*at)++];
    for (unsigned bit = 0; bit < 8 && *at < packed->length; bit++) {
        if ((control >> bit & 1) == 0) {
            if (put(ring, packed->data[(*at)++]) != 0)
                return SB_DECODE_STOPPED;
            continue;
        }
        if (packed->length - *at < 2)
            return SB_DECODE_BROKEN;
        unsigned reference = load_be16(packed->data + *at);
        *at += 2;
        size_t from = reference >> 4;
        *ended = from == ring->at;
        for (size_t i = 0; i < (reference & 15) + 2 && !*ended; i++)
            if (put(ring, ring->bytes[(from + i) % RING]) != 0)
                return SB_DECODE_STOPPED;
        if (*ended)
            break;
    }
    return SB_DECODE_DONE;
}

static enum sb_decode_result unpack(const struct bytes *packed, struct sb_output *output, size_t *at)
{
    struct ring ring = {.at = sizeof phrases - 1, .output = output};
    memcpy(ring.bytes, phrases, sizeof phrases - 1);
    enum sb_decode_result result = SB_DECODE_DONE;
    bool ended = false;
    while (*at < packed->length && result == SB_DECODE_DONE && !ended)
        result = read_group(&ring, packed, at, &ended);
    if (result != SB_DECODE_STOPPED && ring.length > 0 && output->write(output, ring.out, ring.length) != 0)
        result = SB_DECODE_STOPPED;
    return result == SB_DECODE_DONE && !ended ? SB_DECODE_BROKEN : result;
}

static enum sb_decode_result decode(const struct sb_container *container, struct sb_input *input,
                                    struct sb_output *output, uint64_t *consumed)
{
    struct bytes packed = {0};
    *consumed = HEADER;
    while (packed.length < container->size && !packed.failed) {
        size_t available = 0;
        const uint8_t *data = input->view(input, HEADER + packed.length, &available);
        if (data == NULL || available == 0)
            break;
        size_t left = (size_t)container->size - packed.length;
        bytes_append(&packed, data, available < left ? available : left);
    }
    size_t at = 0;
    enum sb_decode_result result = packed.failed ? SB_DECODE_NO_MEMORY : unpack(&packed, output, &at);
    if (result == SB_DECODE_DONE)
        *consumed = HEADER + at;
    bytes_free(&packed);
    return result;
}

static bool sniff(const uint8_t *data, size_t length, size_t at, struct sb_container *container)
{
    if (length - at < HEADER)
        return false;
    uint32_t packed = load_le32(data + at);
    uint32_t plain = load_le32(data + at + 4);
    if (packed <= HEADER - BEHIND_SIZE || packed > PACKED_MAX || plain == 0 || plain / RATIO_MAX > packed)
        return false;
    *container = (struct sb_container){.skip = HEADER, .size = packed - (HEADER - BEHIND_SIZE)};
    return true;
}

const struct sb_decoder sb_decoder_lzfu = {
    .name = "LZFU",
    .literal = "LZFu",
    .literal_length = 4,
    .literal_offset = 8,
    .consumes = true,
    .sniff = sniff,
    .decode = decode,
};
_Static_assert(sizeof phrases - 1 == 207, "as many as the standard says");
