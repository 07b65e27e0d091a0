/* gzip, RFC 1952: one member is one container, with those that follow it directly, since together they are one file
 * (section 2.2): a value may begin in one and end in the next. The header is checked strictly, since three bytes turn
 * up by chance. What was inflated stays even when the checksum denies it.
 *
 * The payload is consumed: compressed bytes hold values by chance only. But bytes are given up for the plain scan only
 * when they are proven to belong here, by a checksum that agrees or because the input ends; a member that breaks (its
 * file was fragmented, say) has consumed its header alone, since part of what was inflated may be another file's text.
 */
#include <stdlib.h>

#include "base/number.h"
#include "decode/inflate.h"
#include "decode/input.h"
#include "decode/stream.h"

enum { HEADER = 10, NEXT_HEADER = 512, TRAILER = 8, TEXT_FIELD_MAX = 4096 };
enum { HEADER_MAX = HEADER + 2 + UINT16_MAX + 2 * (TEXT_FIELD_MAX + 1) + 2 };
enum { FLAG_HEADER_CRC = 2, FLAG_EXTRA = 4, FLAG_NAME = 8, FLAG_COMMENT = 16, FLAGS_RESERVED = 0xe0 };

static bool header_plausible(const uint8_t *header)
{
    /* XFL: 0, or 2 or 4 for the slowest and the fastest compressor. Systems 0 to 13 stand in RFC 1952; Apple writes 19.
     */
    uint8_t extra_flags = header[8];
    uint8_t system = header[9];
    return header[0] == 0x1f && header[1] == 0x8b && header[2] == 8 && (header[3] & FLAGS_RESERVED) == 0 &&
           (extra_flags == 0 || extra_flags == 2 || extra_flags == 4) &&
           (system <= 13 || system == 19 || system == 255);
}

/* Skips a text that ends with NUL. False when it is too long to be believed; *at may lie behind the data. */
static bool skip_text(const uint8_t *data, size_t length, size_t *at)
{
    for (size_t i = 0; i <= TEXT_FIELD_MAX; i++)
        if (*at >= length || data[(*at)++] == 0)
            return true;
    return false;
}

/* The header's length, optional fields and all: `length` or more when it is not whole within it, 0 when it is none. */
static size_t measure_header(const uint8_t *data, size_t length)
{
    if (length < HEADER || !header_plausible(data))
        return 0;
    uint8_t flags = data[3];
    size_t at = HEADER;
    if (flags & FLAG_EXTRA) {
        if (length < HEADER + 2)
            return length + 1;
        at += 2 + (size_t)load_le16(data + HEADER);
    }
    if (flags & FLAG_NAME && !skip_text(data, length, &at))
        return 0;
    if (flags & FLAG_COMMENT && !skip_text(data, length, &at))
        return 0;
    if (flags & FLAG_HEADER_CRC)
        at += 2;
    return at;
}

static bool sniff(const uint8_t *data, size_t length, size_t at, struct sb_container *container)
{
    if (length - at < HEADER)
        return false;
    size_t header = measure_header(data + at, length - at);
    if (header == 0)
        return false;
    if (header < length - at && !deflate_plausible(data + at + header, length - at - header))
        return false;
    *container = (struct sb_container){.skip = header < length - at ? header : 0};
    return true;
}

/* Measures a header that was not at hand whole when it was sniffed. 0 when it is none. */
static enum sb_decode_result measure_long_header(struct sb_input *input, uint64_t *header)
{
    uint8_t *data = malloc(HEADER_MAX);
    if (data == NULL)
        return SB_DECODE_NO_MEMORY;
    size_t got = input_copy(input, 0, data, HEADER_MAX);
    size_t length = measure_header(data, got);
    free(data);
    *header = length < got ? length : got;
    return length > 0 && length < got ? SB_DECODE_DONE : SB_DECODE_BROKEN;
}

/* One member whose payload begins at `payload`. *consumed becomes what of the input is proven
 * to belong to it. */
static enum sb_decode_result inflate_member(struct inflation *inflation, uint64_t payload, uint64_t *consumed)
{
    *consumed = payload;
    inflation->begin = payload;
    enum sb_decode_result result = inflate_raw(inflation);
    if (result == SB_DECODE_STOPPED || inflation->input_ended)
        *consumed = inflation->offset;
    if (result != SB_DECODE_DONE)
        return result;
    uint8_t trailer[TRAILER];
    size_t got = input_copy(inflation->input, inflation->offset, trailer, TRAILER);
    if (got < TRAILER) {
        *consumed = inflation->offset + got;
        return SB_DECODE_BROKEN;
    }
    if (load_le32(trailer) != inflation->sum || load_le32(trailer + 4) != (uint32_t)inflation->length)
        return SB_DECODE_BROKEN;
    *consumed = inflation->offset + TRAILER;
    return SB_DECODE_DONE;
}

/* Does another member stand at `at`? Sets where its payload begins. One whose header is longer than this is left as a
 * container of its own. */
static bool find_next(struct sb_input *input, uint64_t at, uint64_t *payload)
{
    uint8_t data[NEXT_HEADER];
    struct sb_container next;
    size_t got = input_copy(input, at, data, sizeof data);
    if (got < HEADER || !sniff(data, got, 0, &next) || next.skip == 0)
        return false;
    *payload = at + next.skip;
    return true;
}

static enum sb_decode_result decode(const struct sb_container *container, struct sb_input *input,
                                    struct sb_output *output, uint64_t *consumed)
{
    uint64_t header = container->skip;
    enum sb_decode_result result = header == 0 ? measure_long_header(input, &header) : SB_DECODE_DONE;
    *consumed = header;
    if (result != SB_DECODE_DONE)
        return result;
    struct inflation inflation = {
        .input = input,
        .output = output,
        .checksum = CHECKSUM_CRC32,
        .end = UINT64_MAX,
    };
    result = inflate_member(&inflation, header, consumed);
    uint64_t together = inflation.length;
    uint64_t payload;
    while (result == SB_DECODE_DONE && together < STREAMS_TOGETHER && find_next(input, *consumed, &payload)) {
        uint64_t end;
        enum sb_decode_result next = inflate_member(&inflation, payload, &end);
        together += inflation.length;
        if (next == SB_DECODE_NO_MEMORY)
            result = next;
        if (next == SB_DECODE_DONE || next == SB_DECODE_BROKEN)
            *consumed = end;
        if (next != SB_DECODE_DONE)
            break;
    }
    return result;
}

const struct sb_decoder sb_decoder_gzip = {
    .name = "GZIP",
    .literal = "\x1f\x8b\x08",
    .literal_length = 3,
    .consumes = true,
    .sniff = sniff,
    .decode = decode,
};
