/* Dash addresses of the main network: base58check of version 0x4c ("X") and, for P2SH, 0x10 ("7"). */
#include "scan/base58.h"

bool verify_dash(const struct text *text, size_t at, struct match *match)
{
    static const struct base58_form forms[] = {BASE58_ADDRESS("X", 0x4c), BASE58_ADDRESS("7", 0x10)};
    return MATCH_BASE58CHECK(text, at, forms, match);
}
