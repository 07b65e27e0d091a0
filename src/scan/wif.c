/* Private keys in Bitcoin's wallet import format: base58check of version 0x80 and 32 bytes; where the public key is to
 * be compressed a byte 1 follows them. */
#include "scan/base58.h"

bool verify_wif(const struct text *text, size_t at, struct match *match)
{
    enum { PLAIN = 1 + 32 + BASE58_CHECKSUM, COMPRESSED = PLAIN + 1 };
    static const struct base58_form plain = {"5", 51, 51, PLAIN, 1, {0x80}};
    static const struct base58_form compressed = {"KL", 52, 52, COMPRESSED, 1, {0x80}};
    uint8_t decoded[BASE58_BYTES_MAX];
    return match_base58check(text, at, base58_alphabet, &plain, 1, decoded, match) ||
           (match_base58check(text, at, base58_alphabet, &compressed, 1, decoded, match) && decoded[33] == 1);
}
