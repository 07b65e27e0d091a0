/* Session IDs: 05 and an X25519 key, 66 hexadecimal digits. There is no checksum, but the key was made from an Ed25519
 * one and so is a point of the curve y^2 = x^3 + 486662 x^2 + x (RFC 7748), which half of all numbers are not. */
#include "scan/recognise.h"

#include <openssl/bn.h>

enum { DIGITS = 66, KEY = 32 };

/* Is the little-endian number an abscissa of Curve25519 itself, and not of its twist? */
static bool is_on_curve(const uint8_t key[KEY])
{
    BN_CTX *context = BN_CTX_new();
    bool found = false;
    if (context == NULL)
        return false;
    BN_CTX_start(context);
    BIGNUM *prime = BN_CTX_get(context);
    BIGNUM *x = BN_CTX_get(context);
    BIGNUM *right = BN_CTX_get(context);
    /* x (x (x + 486662) + 1), which must be a square modulo 2^255 - 19 */
    if (right != NULL && BN_set_bit(prime, 255) && BN_sub_word(prime, 19) && BN_lebin2bn(key, KEY, x) != NULL &&
        BN_cmp(x, prime) < 0 && BN_copy(right, x) != NULL && BN_add_word(right, 486662) &&
        BN_mod_mul(right, right, x, prime, context) && BN_add_word(right, 1) &&
        BN_mod_mul(right, right, x, prime, context))
        found = BN_kronecker(right, prime, context) == 1;
    BN_CTX_end(context);
    BN_CTX_free(context);
    return found;
}

bool verify_session(const struct text *text, size_t at, struct match *match)
{
    uint8_t key[KEY];
    uint32_t seen = 0;
    if (text->length - at < DIGITS || text->data[at] != '0' || text->data[at + 1] != '5')
        return false;
    for (size_t i = 0; i < KEY; i++) {
        int high = hex_value(text->data[at + 2 + 2 * i]);
        int low = hex_value(text->data[at + 3 + 2 * i]);
        if (high < 0 || low < 0)
            return false;
        key[i] = (uint8_t)(high << 4 | low);
        seen |= 1U << high | 1U << low;
    }
    if (is_alnum(byte_at(text, at + DIGITS)) || __builtin_popcount(seen) < 8 || !is_on_curve(key))
        return false;
    match->begin = at;
    match->end = at + DIGITS;
    for (size_t i = 0; i < DIGITS; i++)
        put(match, to_lower(text->data[at + i]));
    return true;
}
