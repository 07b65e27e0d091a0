/* Cardano addresses on the main network (CIP-19). Of the Shelley era: bech32 behind "addr1", longer than BIP-173
 * allows. The first byte is a type and the network; types 0 to 3 hold two hashes of 28 bytes, 4 and 5 one and a pointer
 * of three numbers of variable length, 6 and 7 one. Accounts that hold a stake are written behind "stake1", with types
 * 14 and 15 and one hash. Of the Byron era: base58 ("Ae2…", "DdzFF…") of a list of two in CBOR (RFC 8949), which are
 * the address, as bytes of their own, and the CRC-32 of these. */
#include "scan/base58.h"
#include "scan/bech32.h"

enum { HASH = 28, NETWORK = 1 };

static bool verify_shelley(const struct text *text, size_t at, struct match *match)
{
    enum { LONGEST = 130, POINTER_LEAST = 3, POINTER_MOST = 24 };
    struct bech32 decoded;
    uint8_t bytes[BECH32_LONGEST];
    bool stake = to_lower(text->data[at]) == 's';
    if (!bech32_decode(text, at, stake ? "stake1" : "addr1", LONGEST, &decoded) || decoded.modified)
        return false;
    size_t size = bech32_bytes(decoded.values, decoded.count, bytes);
    if (size < 1 + HASH || (bytes[0] & 15) != NETWORK)
        return false;
    unsigned type = bytes[0] >> 4;
    size_t rest = size - 1 - HASH;
    bool fits = stake      ? type >= 14 && rest == 0
                : type < 4 ? rest == HASH
                : type < 6 ? rest >= POINTER_LEAST && rest <= POINTER_MOST
                           : type < 8 && rest == 0;
    if (!fits)
        return false;
    match_lower(text, at, decoded.end, match);
    return true;
}

/* CRC-32 as Ethernet and gzip have it. */
static uint32_t crc_of(const uint8_t *data, size_t size)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < size; i++) {
        crc ^= data[i];
        for (unsigned bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc;
}

static bool verify_byron(const struct text *text, size_t at, struct match *match)
{
    /* A list of two, tag 24, a string of bytes with its length in a byte; behind it a number of four bytes. */
    enum { LIST = 0x82, TAG = 0xd8, TAG_CBOR = 24, BYTES = 0x58, HEAD = 5, NUMBER = 0x1a, TAIL = 5 };
    static const struct {
        uint8_t shortest, longest, size; /* characters, bytes */
    } forms[] = {{58, 59, 43}, {103, 105, 76}};
    uint8_t bytes[BASE58_BYTES_MAX];
    size_t length = base58_length(text, at, forms[1].longest);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        size_t size = forms[i].size;
        if (length < forms[i].shortest || length > forms[i].longest ||
            !base58_decode(base58_alphabet, text->data + at, length, bytes, size))
            continue;
        const uint8_t *tail = bytes + size - TAIL;
        uint32_t crc = (uint32_t)tail[1] << 24 | (uint32_t)tail[2] << 16 | (uint32_t)tail[3] << 8 | tail[4];
        if (bytes[0] != LIST || bytes[1] != TAG || bytes[2] != TAG_CBOR || bytes[3] != BYTES ||
            bytes[4] != size - HEAD - TAIL || tail[0] != NUMBER || crc_of(bytes + HEAD, bytes[4]) != crc)
            continue;
        match->begin = at;
        match->end = at + length;
        for (size_t k = at; k < match->end; k++)
            put(match, text->data[k]);
        return true;
    }
    return false;
}

bool verify_ada(const struct text *text, size_t at, struct match *match)
{
    uint8_t first = text->data[at];
    uint8_t second = byte_at(text, at + 1);
    if ((first == 'A' && second == 'e') || (first == 'D' && second == 'd'))
        return verify_byron(text, at, match);
    return to_lower(second) == (to_lower(first) == 's' ? 't' : 'd') && verify_shelley(text, at, match);
}
