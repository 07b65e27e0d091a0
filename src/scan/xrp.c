/* Addresses of the XRP Ledger: base58check of version 0, with an alphabet of its own that begins with 'r'. */
#include "scan/base58.h"

bool verify_xrp(const struct text *text, size_t at, struct match *match)
{
    static const char alphabet[] = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz";
    static const struct base58_form form = BASE58_ADDRESS("r", 0x00);
    uint8_t decoded[BASE58_BYTES_MAX];
    return match_base58check(text, at, alphabet, &form, 1, decoded, match);
}
