/* TRON addresses: base58check of version 0x41 ("T"). */
#include "scan/base58.h"

bool verify_trx(const struct text *text, size_t at, struct match *match)
{
    static const struct base58_form forms[] = {BASE58_ADDRESS("T", 0x41)};
    return MATCH_BASE58CHECK(text, at, forms, match);
}
