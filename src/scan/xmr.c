/* Monero addresses of the main network: a network byte, two keys of 32 bytes, for an integrated address a payment id of
 * eight, and the first four bytes of Keccak-256 over all that. Base 58 is applied to each eight bytes by themselves,
 * which give eleven characters; the five bytes left over give seven. */
#include "scan/base58.h"

#include <string.h>

enum { BLOCK_BYTES = 8, BLOCK_CHARACTERS = 11, REST_BYTES = 5, REST_CHARACTERS = 7 };
enum { STANDARD = 95, INTEGRATED = 106, STANDARD_NETWORK = 18, INTEGRATED_NETWORK = 19, SUBADDRESS_NETWORK = 42 };

/* Unlike elsewhere, a number is filled up with zero digits to its full width. */
static bool decode_block(const uint8_t *text, size_t length, uint8_t *out, size_t size)
{
    unsigned __int128 number = 0;
    for (size_t i = 0; i < length; i++) {
        const char *digit = strchr(base58_alphabet, text[i]);
        if (digit == NULL || text[i] == 0)
            return false;
        number = number * 58 + (unsigned)(digit - base58_alphabet);
    }
    if (number >> size * 8 != 0)
        return false;
    for (size_t i = 0; i < size; i++)
        out[size - 1 - i] = (uint8_t)(number >> i * 8);
    return true;
}

bool verify_xmr(const struct text *text, size_t at, struct match *match)
{
    uint8_t decoded[BASE58_BYTES_MAX];
    uint8_t digest[32];
    if (text->data[at] != '4' && text->data[at] != '8')
        return false;
    size_t length = base58_length(text, at, INTEGRATED);
    if (length != STANDARD && length != INTEGRATED)
        return false;
    size_t blocks = length / BLOCK_CHARACTERS;
    for (size_t i = 0; i < blocks; i++) {
        if (!decode_block(text->data + at + i * BLOCK_CHARACTERS, BLOCK_CHARACTERS, decoded + i * BLOCK_BYTES,
                          BLOCK_BYTES))
            return false;
    }
    size_t size = blocks * BLOCK_BYTES + REST_BYTES;
    if (!decode_block(text->data + at + blocks * BLOCK_CHARACTERS, REST_CHARACTERS, decoded + size - REST_BYTES,
                      REST_BYTES))
        return false;
    bool known = length == INTEGRATED ? decoded[0] == INTEGRATED_NETWORK
                                      : decoded[0] == STANDARD_NETWORK || decoded[0] == SUBADDRESS_NETWORK;
    if (!known)
        return false;
    keccak_256(decoded, size - BASE58_CHECKSUM, 0x01, digest);
    if (memcmp(digest, decoded + size - BASE58_CHECKSUM, BASE58_CHECKSUM) != 0)
        return false;
    match->begin = at;
    match->end = at + length;
    for (size_t i = at; i < match->end; i++)
        put(match, text->data[i]);
    return true;
}
