/* Bitcoin addresses of the main network: base58check (P2PKH, version 0, and P2SH, version 5, BIP-13 and BIP-16), bech32
 * for witness version 0 (BIP-173) and bech32m for later ones (BIP-350). */
#include "scan/base58.h"
#include "scan/bech32.h"

bool verify_btc(const struct text *text, size_t at, struct match *match)
{
    static const struct base58_form forms[] = {BASE58_ADDRESS("1", 0x00), BASE58_ADDRESS("3", 0x05)};
    return MATCH_BASE58CHECK(text, at, forms, match) || match_witness(text, at, "bc1", match);
}
