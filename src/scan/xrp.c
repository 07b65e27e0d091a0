/* Addresses of the XRP Ledger: base58check of version 0, with an alphabet of its own that begins with 'r'; and
 * X-addresses (XLS-5d), which hold the account, a kind of tag and the tag of eight bytes behind a prefix of two. */
#include "scan/base58.h"

bool verify_xrp(const struct text *text, size_t at, struct match *match)
{
    enum { ACCOUNT = 20, TAG = 8, KIND = 2 + ACCOUNT, SIZE = KIND + 1 + TAG + BASE58_CHECKSUM };
    enum { NO_TAG, SHORT_TAG };
    static const char alphabet[] = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz";
    static const struct base58_form classic = BASE58_ADDRESS("r", 0x00);
    static const struct base58_form extended = {"X", 46, 48, SIZE, 2, {0x05, 0x44}};
    uint8_t decoded[BASE58_BYTES_MAX];
    return match_base58check(text, at, alphabet, &classic, 1, decoded, match) ||
           (match_base58check(text, at, alphabet, &extended, 1, decoded, match) &&
            (decoded[KIND] == NO_TAG || decoded[KIND] == SHORT_TAG));
}
