/* Compressed RTF, as Outlook keeps the body of a mail (MS-OXRTFCP): references into a ring of 4 KiB that begins with
 * the phrases RTF files begin with. */
#include <string.h>

#include "base/number.h"
#include "decode/input.h"
#include "decode/ole.h"

enum { HEADER = 16, RING = 4096, COMPRESSED = 0x75465a4c, STORED = 0x414c454d };

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

/* Eight literals or references and the byte that tells which is which. True when more follow. */
static bool read_group(struct ring *ring, struct ole_stream packed, size_t *at, bool *stopped)
{
    unsigned control = packed.data[(*at)++];
    for (unsigned bit = 0; bit < 8 && *at < packed.length && !*stopped; bit++) {
        if ((control >> bit & 1) == 0) {
            *stopped = put(ring, packed.data[(*at)++]) != 0;
            continue;
        }
        if (packed.length - *at < 2)
            return false;
        unsigned reference = load_be16(packed.data + *at);
        *at += 2;
        size_t from = reference >> 4;
        if (from == ring->at)
            return false; /* the end */
        for (size_t i = 0; i < (reference & 15) + 2 && !*stopped; i++)
            *stopped = put(ring, ring->bytes[(from + i) % RING]) != 0;
    }
    return *at < packed.length && !*stopped;
}

enum sb_decode_result ole_rtf(struct ole_stream packed, struct sb_output *output)
{
    static const char name[] = "body.rtf";
    if (packed.length < HEADER)
        return SB_DECODE_BROKEN;
    uint32_t kind = load_le32(packed.data + 8);
    if (kind == STORED)
        return SB_DECODE_DONE; /* it stands there as it is */
    if (kind != COMPRESSED)
        return SB_DECODE_BROKEN;
    if (output_member(output, name, sizeof name - 1) != 0)
        return SB_DECODE_STOPPED;
    struct ring ring = {.at = sizeof phrases - 1, .output = output};
    memcpy(ring.bytes, phrases, sizeof phrases - 1);
    bool stopped = false;
    for (size_t at = HEADER; at < packed.length && read_group(&ring, packed, &at, &stopped);)
        ;
    if (!stopped && ring.length > 0)
        stopped = output->write(output, ring.out, ring.length) != 0;
    return stopped ? SB_DECODE_STOPPED : SB_DECODE_DONE;
}
_Static_assert(sizeof phrases - 1 == 207, "as many as the standard says");
