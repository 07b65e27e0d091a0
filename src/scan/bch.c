/* Bitcoin Cash addresses of the main network (cashaddr): "bitcoincash:", which may be left out, and characters of five
 * bits as in bech32, the last eight of them a checksum of 40 bits over prefix and data. The first byte holds a type
 * (P2PKH, P2SH, and both for tokens: q, p, z, r) and the hash's size, 20 or 32 bytes. Reported with the prefix. */
#include "scan/bech32.h"

#include <string.h>
#include <strings.h>

static const char prefix[] = "bitcoincash:";
enum { PREFIX = sizeof prefix - 1, CHECKSUM = 8, CHARACTERS_20 = 42, CHARACTERS_32 = 61 };

static uint64_t step(uint64_t checksum, unsigned value)
{
    static const uint64_t generator[5] = {0x98f2bc8e61, 0x79b76d99e2, 0xf33e5fb3c4, 0xae2eabe2a8, 0x1e4f43e470};
    uint64_t top = checksum >> 35;
    checksum = (checksum & 0x07ffffffff) << 5 ^ value;
    for (unsigned i = 0; i < 5; i++)
        checksum ^= top >> i & 1 ? generator[i] : 0;
    return checksum;
}

static bool has_checksum(const uint8_t *values, size_t count)
{
    uint64_t checksum = 1;
    for (size_t i = 0; i + 1 < PREFIX; i++)
        checksum = step(checksum, prefix[i] & 31);
    checksum = step(checksum, 0);
    for (size_t i = 0; i < count; i++)
        checksum = step(checksum, values[i]);
    return checksum == 1;
}

bool verify_bch(const struct text *text, size_t at, struct match *match)
{
    uint8_t values[CHARACTERS_32];
    uint8_t bytes[CHARACTERS_32];
    uint8_t first = to_lower(text->data[at]);
    if ((first != 'q' && first != 'p' && first != 'z' && first != 'r') || is_alnum(byte_at(text, at - 1)))
        return false;
    size_t end = bech32_end(text, at, CHARACTERS_32);
    size_t length = end > at ? end - at : 0;
    if (length != CHARACTERS_20 && length != CHARACTERS_32)
        return false;
    for (size_t i = 0; i < length; i++) {
        int value = bech32_value(text->data[at + i]);
        if (value < 0)
            return false;
        values[i] = (uint8_t)value;
    }
    size_t size = bech32_bytes(values, length - CHECKSUM, bytes);
    uint8_t size_bits = length == CHARACTERS_20 ? 0 : 3;
    if (size == 0 || (bytes[0] & 7) != size_bits || !has_checksum(values, length))
        return false;
    bool prefixed = at >= PREFIX && strncasecmp((const char *)text->data + at - PREFIX, prefix, PREFIX) == 0;
    for (size_t i = 0; i < PREFIX; i++)
        put(match, (uint8_t)prefix[i]);
    match_lower(text, at, end, match);
    if (prefixed)
        match->begin = at - PREFIX;
    return true;
}
