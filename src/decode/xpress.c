/* See xpress.h; MS-XCA 2.2 (Huffman) and 2.4 (plain). */
#include "decode/xpress.h"

#include <string.h>

#include "base/number.h"

enum { SYMBOLS = 512, BITS_MAX = 15, MATCH_MIN = 3, HALF_MAX = 7, BYTE_MAX = 15 };

/* Bytes read in order. Beyond their end there are zeros, and `ended` is set. */
struct reader {
    const uint8_t *data;
    size_t length, at;
    bool ended;
};

static uint32_t read_number(struct reader *reader, size_t bytes)
{
    uint32_t number = 0;
    if (reader->length - reader->at < bytes) {
        reader->ended = true;
        return 0;
    }
    for (size_t i = 0; i < bytes; i++)
        number |= (uint32_t)reader->data[reader->at + i] << 8 * i;
    reader->at += bytes;
    return number;
}

/* A length that does not fit: a byte, then two bytes, then four. `least` is what the shorter forms could say. */
static uint64_t read_long_length(struct reader *reader, uint32_t least)
{
    uint32_t length = read_number(reader, 1);
    if (length < UINT8_MAX)
        return (uint64_t)length + least;
    length = read_number(reader, 2);
    if (length == 0)
        length = read_number(reader, 4);
    if (length < least)
        reader->ended = true; /* nobody writes it so */
    return length;
}

size_t xpress_plain(const uint8_t *data, size_t length, uint8_t *out, size_t most)
{
    struct reader reader = {data, length, 0, false};
    uint32_t flags = 0;
    unsigned flag_count = 0;
    size_t half = SIZE_MAX; /* where the byte stands of which the upper half is still to be used */
    size_t done = 0;
    while (done < most) {
        if (flag_count == 0) {
            flags = read_number(&reader, 4);
            flag_count = 32;
        }
        flag_count--;
        if (reader.ended || reader.at == length)
            break;
        if ((flags >> flag_count & 1) == 0) {
            out[done++] = data[reader.at++];
            continue;
        }
        uint32_t match = read_number(&reader, 2);
        size_t distance = (match >> 3) + 1;
        uint64_t count = match & 7;
        if (count == HALF_MAX) {
            if (half == SIZE_MAX) {
                half = reader.at;
                count = read_number(&reader, 1) & 15;
            } else {
                count = data[half] >> 4;
                half = SIZE_MAX;
            }
            count = count == BYTE_MAX ? read_long_length(&reader, BYTE_MAX + HALF_MAX) : count + HALF_MAX;
        }
        if (reader.ended || distance > done)
            break;
        done += xpress_copy(out + done, distance, count + MATCH_MIN, most - done);
    }
    return done;
}

/* The codes of a block: for any 15 bits the symbol they begin with. */
struct codes {
    uint8_t bits[SYMBOLS];
    uint16_t symbol[1 << BITS_MAX];
};

static unsigned length_of(const uint8_t *table, size_t symbol)
{
    return table[symbol / 2] >> (symbol % 2 == 0 ? 0 : 4) & 15;
}

bool xpress_is_table(const uint8_t *data)
{
    uint32_t filled = 0;
    for (size_t symbol = 0; symbol < SYMBOLS && filled <= 1U << BITS_MAX; symbol++) {
        unsigned bits = length_of(data, symbol);
        filled += bits == 0 ? 0 : 1U << (BITS_MAX - bits);
    }
    return filled == 1U << BITS_MAX;
}

/* Shorter codes first, then in the order of the symbols. */
static void make_codes(const uint8_t *table, struct codes *codes)
{
    size_t next = 0;
    for (unsigned bits = 1; bits <= BITS_MAX; bits++)
        for (size_t symbol = 0; symbol < SYMBOLS; symbol++) {
            if (length_of(table, symbol) != bits)
                continue;
            codes->bits[symbol] = (uint8_t)bits;
            for (size_t end = next + ((size_t)1 << (BITS_MAX - bits)); next < end; next++)
                codes->symbol[next] = (uint16_t)symbol;
        }
}

struct bit_reader {
    struct reader bytes;
    uint32_t bits; /* the next ones, highest first */
    int held;      /* how many of them there are; less than 0 when more were taken than there were */
    int extra;     /* bits held until the next word is due */
};

/* Bits come in words of 16, which are read before they are needed. */
static void add_word(struct bit_reader *reader, int shift)
{
    if (reader->bytes.length - reader->bytes.at < 2)
        return;
    reader->bits |= (uint32_t)load_le16(reader->bytes.data + reader->bytes.at) << shift;
    reader->bytes.at += 2;
    reader->held += 16;
}

static void drop_bits(struct bit_reader *reader, unsigned count)
{
    reader->bits <<= count;
    reader->held -= (int)count;
    reader->extra -= (int)count;
    if (reader->extra < 0) {
        add_word(reader, -reader->extra);
        reader->extra += 16;
    }
}

size_t xpress_huffman(const uint8_t *data, size_t length, uint8_t *out, size_t history, size_t most, size_t *used,
                      struct xpress_rest *rest)
{
    struct codes codes;
    *used = 0;
    *rest = (struct xpress_rest){0, 0};
    if (length < XPRESS_TABLE || !xpress_is_table(data))
        return 0;
    make_codes(data, &codes);
    struct bit_reader reader = {.bytes = {data, length, XPRESS_TABLE, false}, .extra = 16};
    add_word(&reader, 16);
    add_word(&reader, 0);
    size_t done = 0;
    while (done < most) {
        unsigned symbol = codes.symbol[reader.bits >> (32 - BITS_MAX)];
        drop_bits(&reader, codes.bits[symbol]);
        if (reader.held < 0)
            break;
        if (symbol < 256) {
            out[done++] = (uint8_t)symbol;
            continue;
        }
        symbol -= 256;
        uint64_t count = symbol & 15;
        unsigned distance_bits = symbol >> 4;
        if (count == BYTE_MAX)
            count = read_long_length(&reader.bytes, BYTE_MAX);
        size_t distance = (size_t)1 << distance_bits;
        if (distance_bits > 0)
            distance += reader.bits >> (32 - distance_bits);
        drop_bits(&reader, distance_bits);
        if (reader.bytes.ended || reader.held < 0 || distance > done + history)
            break;
        size_t copied = xpress_copy(out + done, distance, count + MATCH_MIN, most - done);
        done += copied;
        *rest = (struct xpress_rest){distance, count + MATCH_MIN - copied};
    }
    *used = reader.bytes.at;
    return done;
}
