/* Bitcoin addresses of the main network: base58check (P2PKH, version 0, and P2SH, version 5, BIP-13 and BIP-16), bech32
 * for witness version 0 (BIP-173) and bech32m for later ones (BIP-350). */
#include "base/digest.h"
#include "scan/recognise.h"

#include <string.h>

enum { BASE58_SHORTEST = 26, BASE58_LONGEST = 35, PAYLOAD = 21, CHECKSUM = 4 };

static int base58_value(uint8_t byte)
{
    static const char alphabet[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    const char *found = byte == 0 ? NULL : strchr(alphabet, byte);
    return found == NULL ? -1 : (int)(found - alphabet);
}

static bool verify_base58(const struct text *text, size_t at, struct match *match)
{
    uint8_t decoded[PAYLOAD + CHECKSUM] = {0};
    size_t length = 0;
    size_t ones = 0;
    for (; length <= BASE58_LONGEST && at + length < text->length; length++) {
        int value = base58_value(text->data[at + length]);
        if (value < 0)
            break;
        ones += value == 0 && ones == length;
        unsigned carry = (unsigned)value;
        for (int i = PAYLOAD + CHECKSUM - 1; i >= 0; i--) {
            carry += decoded[i] * 58U;
            decoded[i] = (uint8_t)carry;
            carry >>= 8;
        }
        if (carry != 0)
            return false;
    }
    if (length < BASE58_SHORTEST || length > BASE58_LONGEST || is_alnum(byte_at(text, at + length)))
        return false;
    size_t zeros = 0;
    while (zeros < PAYLOAD + CHECKSUM && decoded[zeros] == 0)
        zeros++;
    if (zeros != ones || (decoded[0] != 0 && decoded[0] != 5))
        return false;
    uint8_t digest[SHA256_SIZE];
    digest_sha256(decoded, PAYLOAD, digest);
    digest_sha256(digest, sizeof digest, digest);
    if (memcmp(digest, decoded + PAYLOAD, CHECKSUM) != 0)
        return false;
    match->begin = at;
    match->end = at + length;
    for (size_t i = at; i < match->end; i++)
        put(match, text->data[i]);
    return true;
}

enum { BECH32_LONGEST = 90, BECH32_CHECKSUM = 6, PREFIX = 3 };

static uint32_t polymod(uint32_t checksum, uint32_t value)
{
    static const uint32_t generator[5] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
    uint32_t top = checksum >> 25;
    checksum = (checksum & 0x1ffffff) << 5 ^ value;
    for (unsigned i = 0; i < 5; i++)
        checksum ^= top >> i & 1 ? generator[i] : 0;
    return checksum;
}

/* Is this a witness program (BIP-173, "Segwit address format") with the right checksum? `data` is what follows "bc1".
 */
static bool is_witness(const uint8_t *data, size_t length)
{
    static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    uint32_t checksum = 1;
    const uint32_t prefix[] = {'b' >> 5, 'c' >> 5, 0, 'b' & 31, 'c' & 31};
    for (size_t i = 0; i < sizeof prefix / sizeof *prefix; i++)
        checksum = polymod(checksum, prefix[i]);
    uint32_t values[BECH32_LONGEST];
    for (size_t i = 0; i < length; i++) {
        const char *found = strchr(alphabet, to_lower(data[i]));
        if (found == NULL || *found == '\0')
            return false;
        values[i] = (uint32_t)(found - alphabet);
        checksum = polymod(checksum, values[i]);
    }
    uint32_t version = values[0];
    if (version > 16 || checksum != (version == 0 ? 1U : 0x2bc830a3U))
        return false;
    size_t bits = (length - 1 - BECH32_CHECKSUM) * 5;
    uint32_t padding = values[length - 1 - BECH32_CHECKSUM] & ((1U << bits % 8) - 1);
    size_t size = bits / 8;
    return bits % 8 < 5 && padding == 0 && size >= 2 && size <= 40 && (version != 0 || size == 20 || size == 32);
}

static bool verify_bech32(const struct text *text, size_t at, struct match *match)
{
    size_t end = at;
    bool upper = false;
    bool lower = false;
    while (end < text->length && end - at <= BECH32_LONGEST && is_alnum(text->data[end])) {
        upper = upper || is_upper(text->data[end]);
        lower = lower || is_lower(text->data[end]);
        end++;
    }
    size_t length = end - at;
    if (length < PREFIX + 1 + 4 + BECH32_CHECKSUM || length > BECH32_LONGEST || (upper && lower) ||
        is_alnum(byte_at(text, at - 1)) || !is_witness(text->data + at + PREFIX, length - PREFIX))
        return false;
    match->begin = at;
    match->end = end;
    for (size_t i = at; i < end; i++)
        put(match, to_lower(text->data[i]));
    return true;
}

bool verify_btc(const struct text *text, size_t at, struct match *match)
{
    return is_digit(text->data[at]) ? verify_base58(text, at, match) : verify_bech32(text, at, match);
}
