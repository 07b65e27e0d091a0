/* Checksummed numbers: made from random bytes, and checked. */
#include "exercise/coin.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "exercise/keccak.h"

static unsigned luhn(const char *digits, size_t length)
{
    unsigned sum = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned digit = (unsigned)(digits[length - 1 - i] - '0') << (i & 1);
        sum += digit > 9 ? digit - 9 : digit;
    }
    return sum % 10;
}

bool card_holds(const char *digits)
{
    return luhn(digits, strlen(digits)) == 0;
}

/* No digit makes up more than half of it: what looks like a pattern need not be taken for a card. */
static bool is_varied(const char *digits)
{
    size_t counts[10] = {0}, length = strlen(digits);
    for (const char *c = digits; *c != '\0'; c++)
        counts[*c - '0']++;
    for (unsigned i = 0; i < 10; i++)
        if (counts[i] * 2 > length)
            return false;
    return true;
}

static void draw_card(struct random *random, char out[VALUE_MAX])
{
    static const struct {
        const char *prefix;
        unsigned length;
    } issuers[] = {{"4539", 16}, {"4916", 16}, {"4024", 16}, {"5100", 16}, {"5412", 16},
                   {"5555", 16}, {"2221", 16}, {"2720", 16}, {"6011", 16}, {"6510", 16},
                   {"3528", 16}, {"3589", 16}, {"370", 15},  {"341", 15},  {"3600", 14}};
    unsigned issuer = random_below(random, sizeof issuers / sizeof *issuers);
    size_t length = issuers[issuer].length;
    size_t at = strlen(issuers[issuer].prefix);
    memcpy(out, issuers[issuer].prefix, at);
    if (strcmp(out, "2720") == 0)
        out[at++] = '9'; /* its range ends at 272099 */
    while (at < length - 1)
        out[at++] = (char)('0' + random_below(random, 10));
    for (out[at] = '0'; luhn(out, length) != 0;)
        out[at]++;
    out[length] = '\0';
}

void make_card(struct random *random, char out[VALUE_MAX])
{
    do
        draw_card(random, out);
    while (!is_varied(out));
}

/* The number that ISO 7064 takes modulo 97: the first four characters behind the rest, letters as 10 to 35. */
static unsigned iban_remainder(const char *iban)
{
    size_t length = strlen(iban);
    unsigned remainder = 0;
    for (size_t i = 0; i < length; i++) {
        char c = iban[(i + 4) % length];
        remainder = isdigit((unsigned char)c) ? (remainder * 10 + (unsigned)(c - '0')) % 97
                                              : (remainder * 100 + (unsigned)(c - 'A') + 10) % 97;
    }
    return remainder;
}

bool iban_holds(const char *iban)
{
    return iban_remainder(iban) == 1;
}

void make_iban(struct random *random, char out[VALUE_MAX])
{
    /* n: digits, a: capital letters, c: either; each with its count */
    static const char *const structures[] = {"SE20n",   "DE18n",   "FR10n11c2n", "GB4a14n",    "NL4a10n",   "FI14n",
                                             "DK14n",   "NO11n",   "ES20n",      "IT1a10n12c", "PL24n",     "AT16n",
                                             "BE12n",   "IE4a14n", "PT21n",      "CZ20n",      "EE16n",     "LT16n",
                                             "LV4a13c", "LU3n13c", "HU24n",      "RO4a16c",    "BG4a6n8c",  "HR17n",
                                             "SI15n",   "SK20n",   "GR7n16c",    "CY8n16c",    "MT4a5n18c", "CH5n12c"};
    const char *structure = structures[random_below(random, sizeof structures / sizeof *structures)];
    char *at = out;
    *at++ = *structure++;
    *at++ = *structure++;
    *at++ = '0';
    *at++ = '0';
    while (*structure != '\0') {
        char *end;
        unsigned long count = strtoul(structure, &end, 10);
        for (; count > 0; count--) {
            bool letter = *end == 'a' || (*end == 'c' && random_below(random, 3) == 0);
            *at++ = (char)(letter ? 'A' + random_below(random, 26) : '0' + random_below(random, 10));
        }
        structure = end + 1;
    }
    *at = '\0';
    unsigned check = 98 - iban_remainder(out);
    out[2] = (char)('0' + check / 10);
    out[3] = (char)('0' + check % 10);
}

static const char base58[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

static void double_sha256(const uint8_t *data, size_t length, uint8_t out[SHA256_SIZE])
{
    uint8_t once[SHA256_SIZE];
    digest_sha256(data, length, once);
    digest_sha256(once, sizeof once, out);
}

static void write_base58check(uint8_t version, const uint8_t hash[20], char out[VALUE_MAX])
{
    uint8_t number[25] = {version};
    uint8_t check[SHA256_SIZE];
    memcpy(number + 1, hash, 20);
    double_sha256(number, 21, check);
    memcpy(number + 21, check, 4);
    char reversed[64];
    size_t length = 0, zeros = 0;
    while (zeros < sizeof number && number[zeros] == 0)
        zeros++;
    for (size_t begin = zeros; begin < sizeof number;) {
        unsigned remainder = 0;
        for (size_t i = begin; i < sizeof number; i++) {
            unsigned digit = remainder << 8 | number[i];
            number[i] = (uint8_t)(digit / 58);
            remainder = digit % 58;
        }
        reversed[length++] = base58[remainder];
        while (begin < sizeof number && number[begin] == 0)
            begin++;
    }
    for (; zeros > 0; zeros--)
        reversed[length++] = '1';
    for (size_t i = 0; i < length; i++)
        out[i] = reversed[length - 1 - i];
    out[length] = '\0';
}

static bool base58check_holds(const char *address)
{
    uint8_t number[25] = {0};
    for (; *address != '\0'; address++) {
        const char *digit = strchr(base58, *address);
        if (digit == NULL)
            return false;
        unsigned carry = (unsigned)(digit - base58);
        for (size_t i = sizeof number; i-- > 0;) {
            carry += number[i] * 58u;
            number[i] = (uint8_t)carry;
            carry >>= 8;
        }
        if (carry != 0)
            return false;
    }
    uint8_t check[SHA256_SIZE];
    double_sha256(number, 21, check);
    return memcmp(check, number + 21, 4) == 0;
}

static const char bech32[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
enum { BECH32 = 1, BECH32M = 0x2bc830a3 };

static uint32_t bech32_step(uint32_t sum, uint8_t value)
{
    static const uint32_t generator[] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
    uint32_t top = sum >> 25;
    sum = (sum & 0x1ffffff) << 5 ^ value;
    for (unsigned i = 0; i < 5; i++)
        if ((top >> i & 1) != 0)
            sum ^= generator[i];
    return sum;
}

/* The sum over the expanded prefix "bc" and `values`. */
static uint32_t bech32_sum(const uint8_t *values, size_t count)
{
    static const uint8_t prefix[] = {'b' >> 5, 'c' >> 5, 0, 'b' & 31, 'c' & 31};
    uint32_t sum = 1;
    for (size_t i = 0; i < sizeof prefix; i++)
        sum = bech32_step(sum, prefix[i]);
    for (size_t i = 0; i < count; i++)
        sum = bech32_step(sum, values[i]);
    return sum;
}

static void write_bech32(uint8_t version, const uint8_t *program, size_t length, char out[VALUE_MAX])
{
    uint8_t values[80] = {version};
    size_t count = 1;
    uint32_t bits = 0;
    unsigned held = 0;
    for (size_t i = 0; i < length; i++) {
        bits = bits << 8 | program[i];
        for (held += 8; held >= 5; held -= 5)
            values[count++] = bits >> (held - 5) & 31;
    }
    if (held > 0)
        values[count++] = bits << (5 - held) & 31;
    uint32_t sum = bech32_sum(values, count + 6) ^ (version == 0 ? BECH32 : BECH32M);
    for (unsigned i = 0; i < 6; i++)
        values[count++] = sum >> 5 * (5 - i) & 31;
    memcpy(out, "bc1", 3);
    for (size_t i = 0; i < count; i++)
        out[3 + i] = bech32[values[i]];
    out[3 + count] = '\0';
}

bool btc_holds(const char *address)
{
    if (strncmp(address, "bc1", 3) != 0)
        return base58check_holds(address);
    uint8_t values[VALUE_MAX];
    size_t count = 0;
    for (address += 3; *address != '\0'; address++) {
        const char *digit = strchr(bech32, *address);
        if (digit == NULL || count == VALUE_MAX)
            return false;
        values[count++] = (uint8_t)(digit - bech32);
    }
    if (count == 0)
        return false;
    return bech32_sum(values, count) == (values[0] == 0 ? BECH32 : BECH32M);
}

void make_btc(struct random *random, char out[VALUE_MAX])
{
    uint8_t hash[32];
    random_bytes(random, hash, sizeof hash);
    switch (random_below(random, 4)) {
    case 0:
        write_base58check(0x00, hash, out);
        break;
    case 1:
        write_base58check(0x05, hash, out);
        break;
    case 2:
        write_bech32(0, hash, 20, out);
        break;
    default:
        write_bech32(1, hash, 32, out);
    }
}

/* Writes the spelling in which the case of each letter is a checksum. */
static void spell_eth(const char *digits, char out[VALUE_MAX])
{
    uint8_t hash[KECCAK_SIZE];
    keccak256(digits, 40, KECCAK_ORIGINAL, hash);
    memcpy(out, "0x", 2);
    for (unsigned i = 0; i < 40; i++) {
        unsigned nibble = hash[i / 2] >> (i % 2 == 0 ? 4 : 0) & 15;
        out[2 + i] = (char)(nibble >= 8 ? toupper((unsigned char)digits[i]) : digits[i]);
    }
    out[42] = '\0';
}

bool eth_holds(const char *address)
{
    char digits[41] = "", spelled[VALUE_MAX];
    for (unsigned i = 0; i < 40; i++)
        digits[i] = (char)tolower((unsigned char)address[2 + i]);
    spell_eth(digits, spelled);
    return strcmp(spelled, address) == 0;
}

void make_eth(struct random *random, char out[VALUE_MAX])
{
    char digits[41];
    unsigned letters = 0;
    while (letters < 4) { /* a spelling without letters has no checksum */
        letters = 0;
        for (unsigned i = 0; i < 40; i++) {
            digits[i] = "0123456789abcdef"[random_below(random, 16)];
            letters += digits[i] >= 'a';
        }
    }
    spell_eth(digits, out);
}

static void onion_check(const uint8_t key[32], uint8_t check[2])
{
    uint8_t input[15 + 32 + 1], hash[KECCAK_SIZE];
    memcpy(input, ".onion checksum", 15);
    memcpy(input + 15, key, 32);
    input[47] = 3;
    keccak256(input, sizeof input, KECCAK_SHA3, hash);
    memcpy(check, hash, 2);
}

static const char base32[] = "abcdefghijklmnopqrstuvwxyz234567";

bool onion_holds(const char *address)
{
    uint8_t raw[35] = {0}, check[2];
    for (unsigned bit = 0; bit < 280; bit++) {
        const char *digit = strchr(base32, address[bit / 5]);
        if (digit != NULL && ((digit - base32) >> (4 - bit % 5) & 1) != 0)
            raw[bit / 8] = (uint8_t)(raw[bit / 8] | 0x80 >> bit % 8);
    }
    onion_check(raw, check);
    return memcmp(check, raw + 32, 2) == 0 && raw[34] == 3;
}

void make_onion(struct random *random, char out[VALUE_MAX])
{
    uint8_t raw[35];
    random_bytes(random, raw, 32);
    onion_check(raw, raw + 32);
    raw[34] = 3;
    for (unsigned i = 0; i < 56; i++) {
        unsigned value = 0;
        for (unsigned bit = i * 5; bit < i * 5 + 5; bit++)
            value = value << 1 | ((unsigned)raw[bit / 8] >> (7 - bit % 8) & 1);
        out[i] = base32[value];
    }
    memcpy(out + 56, ".onion", 7);
}
