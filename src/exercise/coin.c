/* Checksummed numbers: made from random bytes, and checked. */
#include "exercise/coin.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
