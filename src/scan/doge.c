/* Dogecoin addresses of the main network: base58check of version 0x1e ("D") and, for P2SH, 0x16 ("9" or "A"). */
#include "scan/base58.h"

bool verify_doge(const struct text *text, size_t at, struct match *match)
{
    static const struct base58_form forms[] = {BASE58_ADDRESS("D", 0x1e), BASE58_ADDRESS("9A", 0x16)};
    return MATCH_BASE58CHECK(text, at, forms, match);
}
