/* Private keys encrypted with a passphrase (BIP-38): base58check of 39 bytes that begin with 0x0142 or, where the key
 * was made for somebody else to use (EC multiply), 0x0143; both read "6P". */
#include "scan/base58.h"

bool verify_bip38(const struct text *text, size_t at, struct match *match)
{
    static const struct base58_form forms[] = {{"6", 58, 58, 39 + BASE58_CHECKSUM, 2, {0x01, 0x42}},
                                               {"6", 58, 58, 39 + BASE58_CHECKSUM, 2, {0x01, 0x43}}};
    return MATCH_BASE58CHECK(text, at, forms, match);
}
