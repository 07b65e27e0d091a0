/* Bech32 and bech32m, for the recognisers of several coins. */
#include "scan/bech32.h"

#include <string.h>

static uint32_t step(uint32_t checksum, uint32_t value)
{
    static const uint32_t generator[5] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
    uint32_t top = checksum >> 25;
    checksum = (checksum & 0x1ffffff) << 5 ^ value;
    for (unsigned i = 0; i < 5; i++)
        checksum ^= top >> i & 1 ? generator[i] : 0;
    return checksum;
}

static uint32_t begin_checksum(const char *prefix, size_t length)
{
    uint32_t checksum = 1;
    for (size_t i = 0; i < length; i++)
        checksum = step(checksum, (uint8_t)prefix[i] >> 5);
    checksum = step(checksum, 0);
    for (size_t i = 0; i < length; i++)
        checksum = step(checksum, prefix[i] & 31);
    return checksum;
}

bool bech32_decode(const struct text *text, size_t at, const char *prefix, size_t longest, struct bech32 *out)
{
    enum { PLAIN = 1, MODIFIED = 0x2bc830a3 };
    size_t length = strlen(prefix);
    if (text->length - at < length + BECH32_CHECKSUM || is_alnum(byte_at(text, at - 1)))
        return false;
    for (size_t i = 0; i < length; i++) {
        if (to_lower(text->data[at + i]) != (uint8_t)prefix[i])
            return false;
    }
    out->end = bech32_end(text, at, longest);
    if (out->end < at + length + BECH32_CHECKSUM)
        return false;
    size_t total = out->end - at - length;
    uint32_t checksum = begin_checksum(prefix, length - 1);
    for (size_t i = 0; i < total; i++) {
        int value = bech32_value(text->data[at + length + i]);
        if (value < 0)
            return false;
        out->values[i] = (uint8_t)value;
        checksum = step(checksum, (uint32_t)value);
    }
    out->count = total - BECH32_CHECKSUM;
    out->modified = checksum == MODIFIED;
    return checksum == PLAIN || checksum == MODIFIED;
}

int bech32_value(uint8_t byte)
{
    static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const char *found = byte == 0 ? NULL : strchr(alphabet, to_lower(byte));
    return found == NULL ? -1 : (int)(found - alphabet);
}

size_t bech32_end(const struct text *text, size_t at, size_t longest)
{
    bool upper = false;
    bool lower = false;
    size_t end = at;
    while (is_alnum(byte_at(text, end))) {
        upper = upper || is_upper(text->data[end]);
        lower = lower || is_lower(text->data[end]);
        end++;
        if ((upper && lower) || end - at > longest)
            return 0;
    }
    return end;
}

size_t bech32_bytes(const uint8_t *values, size_t count, uint8_t *out)
{
    uint32_t bits = 0;
    unsigned held = 0;
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        bits = (bits << 5 | values[i]) & 0xfff;
        held += 5;
        if (held >= 8) {
            held -= 8;
            out[size++] = (uint8_t)(bits >> held);
        }
    }
    return held < 5 && (bits & ((1U << held) - 1)) == 0 ? size : 0;
}

bool match_witness(const struct text *text, size_t at, const char *prefix, struct match *match)
{
    enum { LAST_VERSION = 16, SMALLEST = 2, LARGEST = 40 };
    struct bech32 decoded = {0};
    uint8_t program[BECH32_LONGEST];
    if (!bech32_decode(text, at, prefix, WITNESS_LONGEST, &decoded) || decoded.count < 1)
        return false;
    uint8_t version = decoded.values[0];
    size_t size = bech32_bytes(decoded.values + 1, decoded.count - 1, program);
    if (version > LAST_VERSION || decoded.modified != (version > 0) || size < SMALLEST || size > LARGEST ||
        (version == 0 && size != 20 && size != 32))
        return false;
    match_lower(text, at, decoded.end, match);
    return true;
}

void match_lower(const struct text *text, size_t begin, size_t end, struct match *match)
{
    match->begin = begin;
    match->end = end;
    for (size_t i = begin; i < end; i++)
        put(match, to_lower(text->data[i]));
}
