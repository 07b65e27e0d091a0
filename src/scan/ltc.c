/* Litecoin addresses of the main network: base58check of version 0x30 ("L") and, for P2SH, 0x32 ("M"); bech32 and
 * bech32m as in Bitcoin, behind "ltc1". The older P2SH version 5 cannot be told from Bitcoin's and is left to it. */
#include "scan/base58.h"
#include "scan/bech32.h"

bool verify_ltc(const struct text *text, size_t at, struct match *match)
{
    static const struct base58_form forms[] = {BASE58_ADDRESS("L", 0x30), BASE58_ADDRESS("M", 0x32)};
    return MATCH_BASE58CHECK(text, at, forms, match) || match_witness(text, at, "ltc1", match);
}
