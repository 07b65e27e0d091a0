/* Onion services, version 3 (rend-spec-v3, section "Encoding onion addresses"): 56 base32 characters that hold a public
 * key, the first two bytes of SHA3-256(".onion checksum" | key | version), and the version. */
#include "scan/recognise.h"

#include <string.h>

enum { LABEL = 56, KEY = 32, VERSION = 3 };

static int base32_value(uint8_t byte)
{
    if (byte >= '2' && byte <= '7')
        return byte - '2' + 26;
    byte = to_lower(byte);
    return is_lower(byte) ? byte - 'a' : -1;
}

bool verify_onion(const struct text *text, size_t at, struct match *match)
{
    uint8_t decoded[KEY + 3];
    uint32_t bits = 0;
    unsigned count = 0;
    size_t length = 0;
    uint8_t after = byte_at(text, at + 6);
    if (at < LABEL || is_alnum(after) || after == '-' || after == '_')
        return false;
    size_t begin = at - LABEL;
    if (is_alnum(byte_at(text, begin - 1)))
        return false;
    for (size_t i = begin; i < at; i++) {
        int value = base32_value(text->data[i]);
        if (value < 0)
            return false;
        bits = bits << 5 | (uint32_t)value;
        count += 5;
        if (count >= 8) {
            count -= 8;
            decoded[length++] = (uint8_t)(bits >> count);
        }
    }
    static const char label[] = ".onion checksum";
    uint8_t message[sizeof label - 1 + KEY + 1];
    memcpy(message, label, sizeof label - 1);
    memcpy(message + sizeof label - 1, decoded, KEY);
    message[sizeof message - 1] = decoded[KEY + 2];
    uint8_t digest[32];
    if (decoded[KEY + 2] != VERSION)
        return false;
    keccak_256(message, sizeof message, 0x06, digest);
    if (memcmp(digest, decoded + KEY, 2) != 0)
        return false;
    match->begin = begin;
    match->end = at + 6;
    for (size_t i = begin; i < match->end; i++)
        put(match, to_lower(text->data[i]));
    return true;
}
