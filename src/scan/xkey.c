/* Extended keys, from which a wallet derives all others: base58check of 78 bytes (BIP-32), public (xpub) or private
 * (xprv); y and z stand for the same keys used for BIP-49 and BIP-84 (SLIP-132). Behind the version come a depth, a
 * fingerprint and a number of the parent, 32 bytes of chain code and 33 of key: a private one begins with a zero, a
 * public one with 2 or 3. */
#include "scan/base58.h"

bool verify_xkey(const struct text *text, size_t at, struct match *match)
{
    enum { CHARACTERS = 111, BYTES = 78 + BASE58_CHECKSUM, KEY = 45 };
    static const struct base58_form forms[] = {
        {"x", CHARACTERS, CHARACTERS, BYTES, 4, {0x04, 0x88, 0xb2, 0x1e}},
        {"x", CHARACTERS, CHARACTERS, BYTES, 4, {0x04, 0x88, 0xad, 0xe4}},
        {"y", CHARACTERS, CHARACTERS, BYTES, 4, {0x04, 0x9d, 0x7c, 0xb2}},
        {"y", CHARACTERS, CHARACTERS, BYTES, 4, {0x04, 0x9d, 0x78, 0x78}},
        {"z", CHARACTERS, CHARACTERS, BYTES, 4, {0x04, 0xb2, 0x47, 0x46}},
        {"z", CHARACTERS, CHARACTERS, BYTES, 4, {0x04, 0xb2, 0x43, 0x0c}},
    };
    uint8_t decoded[BASE58_BYTES_MAX];
    if (byte_at(text, at + 1) != 'p' ||
        !match_base58check(text, at, base58_alphabet, forms, sizeof forms / sizeof *forms, decoded, match))
        return false;
    bool private = text->data[at + 2] == 'r';
    return private ? decoded[KEY] == 0 : decoded[KEY] == 2 || decoded[KEY] == 3;
}
