/* The source of macros in office files (MS-OVBA 2.4.1), compressed in chunks of 4 KiB. It stands at the end of a stream
 * of an OLE file, which says elsewhere, compressed as well, where; but every module's source begins with the same word,
 * and so early that it stands there as it is. So modules are found by themselves, in documents of any kind, in
 * archives, and in what is left of deleted ones. */
#include <string.h>

#include "base/number.h"
#include "decode/input.h"

enum { CHUNK = 4096, CHUNK_HEADER = 2, PACKED_MAX = 0x1000, MATCH_MIN = 3, SIGNATURE = 1 };

/* A chunk's header: its length, less 1 beside the header's own; a mark; whether it is compressed. */
static bool is_chunk(unsigned header)
{
    return (header >> 12 & 7) == 3;
}

/* Decompresses a chunk. Returns how many bytes there were; sets *broken when it leads out of what there is. */
static size_t unpack(const uint8_t *data, size_t length, uint8_t out[CHUNK], bool *broken)
{
    size_t done = 0;
    for (size_t at = 0; at < length;) {
        unsigned flags = data[at++];
        for (unsigned bit = 0; bit < 8 && at < length && done < CHUNK; bit++) {
            if ((flags >> bit & 1) == 0) {
                out[done++] = data[at++];
                continue;
            }
            unsigned bits = 4; /* of the distance: as many as all that is behind needs */
            while (1U << bits < done)
                bits++;
            unsigned token = length - at < 2 ? 0 : load_le16(data + at);
            size_t distance = (size_t)(token >> (16 - bits)) + 1;
            size_t count = (token & (0xffffU >> bits)) + MATCH_MIN;
            *broken = length - at < 2 || distance > done || count > CHUNK - done;
            if (*broken)
                return done;
            for (size_t i = 0; i < count; i++, done++)
                out[done] = out[done - distance];
            at += 2;
        }
        if (done == CHUNK)
            break;
    }
    return done;
}

/* Chunks follow one another up to one that is not full. */
static enum sb_decode_result decode(const struct sb_container *container, struct sb_input *input,
                                    struct sb_output *output, uint64_t *consumed)
{
    uint64_t at = SIGNATURE;
    *consumed = container->skip;
    for (;;) {
        uint8_t header[CHUNK_HEADER];
        uint8_t packed[PACKED_MAX];
        uint8_t out[CHUNK];
        bool broken = false;
        unsigned word = input_copy(input, at, header, sizeof header) < sizeof header ? 0 : load_le16(header);
        if (!is_chunk(word)) /* a text of whole chunks ends with its stream */
            break;
        size_t length = (word & 0xfff) + 1U;
        size_t got = input_copy(input, at + CHUNK_HEADER, packed, length);
        size_t done = word >> 15 != 0 ? unpack(packed, got, out, &broken) : got;
        if (done > 0 && output->write(output, word >> 15 != 0 ? out : packed, done) != 0)
            return SB_DECODE_STOPPED;
        if (broken || got < length)
            return SB_DECODE_BROKEN;
        at += CHUNK_HEADER + length;
        if (done < CHUNK)
            break;
    }
    *consumed = at;
    return SB_DECODE_DONE;
}

static bool sniff(const uint8_t *data, size_t length, size_t at, struct sb_container *container)
{
    enum { BEGIN = 3, LITERAL = 9 };
    if (length - at < BEGIN + LITERAL)
        return false;
    unsigned header = load_le16(data + at + SIGNATURE);
    *container = (struct sb_container){.skip = BEGIN};
    return data[at] == 1 && is_chunk(header) && header >> 15 != 0 && (header & 0xfff) > LITERAL;
}

const struct sb_decoder sb_decoder_vba = {
    .name = "VBA",
    .literal = "\0Attribut", /* nothing in it is a reference, says the first byte */
    .literal_length = 9,
    .literal_offset = 3,
    .consumes = true,
    .sniff = sniff,
    .decode = decode,
};
