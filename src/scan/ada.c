/* Cardano addresses of the Shelley era on the main network (CIP-19): bech32 behind "addr1", longer than BIP-173 allows.
 * The first byte is a type and the network; types 0 to 3 hold two hashes of 28 bytes, 4 and 5 one and a pointer of
 * three numbers of variable length, 6 and 7 one. */
#include "scan/bech32.h"

bool verify_ada(const struct text *text, size_t at, struct match *match)
{
    enum { HASH = 28, NETWORK = 1, LONGEST = 130, POINTER_LEAST = 3, POINTER_MOST = 24 };
    struct bech32 decoded;
    uint8_t bytes[BECH32_LONGEST];
    if (!bech32_decode(text, at, "addr1", LONGEST, &decoded) || decoded.modified)
        return false;
    size_t size = bech32_bytes(decoded.values, decoded.count, bytes);
    if (size < 1 + HASH || (bytes[0] & 15) != NETWORK)
        return false;
    unsigned type = bytes[0] >> 4;
    size_t rest = size - 1 - HASH;
    bool fits = type < 4   ? rest == HASH
                : type < 6 ? rest >= POINTER_LEAST && rest <= POINTER_MOST
                           : type < 8 && rest == 0;
    if (!fits)
        return false;
    match_lower(text, at, decoded.end, match);
    return true;
}
