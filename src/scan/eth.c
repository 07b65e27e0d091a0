/* Ethereum addresses: 0x and 40 hexadecimal digits. The case of the letters is a checksum (EIP-55); an address in one
 * case carries none, so it must look random, and not be announced as something else that has 40 digits. */
#include "scan/eip55.h"
#include "scan/recognise.h"

/* Could the digits be half a hash? Constants and padded numbers repeat themselves. */
static bool is_random(const uint8_t *data)
{
    unsigned counts[16] = {0};
    unsigned distinct = 0;
    unsigned most = 0;
    unsigned run = 1;
    unsigned longest = 1;
    for (int i = 0; i < ETH_DIGITS; i++) {
        distinct += counts[hex_value(data[i])]++ == 0;
        most = counts[hex_value(data[i])] > most ? counts[hex_value(data[i])] : most;
        run = i > 0 && to_lower(data[i]) == to_lower(data[i - 1]) ? run + 1 : 1;
        longest = run > longest ? run : longest;
    }
    return distinct >= 8 && most <= 12 && longest <= 8;
}

/* The digits of the hexadecimal number "0x…" at `at`, or 0. */
static size_t count_digits(const struct text *text, size_t at)
{
    enum { MOST = 1024 };
    size_t digits = 0;
    if (byte_at(text, at) == '0' && to_lower(byte_at(text, at + 1)) == 'x') {
        while (digits < MOST && hex_value(byte_at(text, at + 2 + digits)) >= 0)
            digits++;
    }
    return digits;
}

/* Do constants of some arithmetic, curves and primes, stand near: numbers longer than a machine's word that are neither
 * an address nor whole words of a contract (32 bytes each, perhaps behind a function's four), or right behind the NUL
 * that ends this one another that is longer? */
static bool among_constants(const struct text *text, size_t at)
{
    enum { REACH = 288, WORD = 16, CONTRACT = 64, FUNCTION = 8 };
    size_t i = at > REACH ? at - REACH : 0;
    size_t last = text->length - at > REACH ? at + REACH : text->length;
    while (i + 2 < last) {
        size_t digits = count_digits(text, i);
        if (digits > WORD && digits != ETH_DIGITS && digits % CONTRACT != 0 && digits % CONTRACT != FUNCTION)
            return true;
        i += digits > 0 ? digits + 2 : 1;
    }
    size_t end = at + 2 + ETH_DIGITS;
    return byte_at(text, end) == 0 && count_digits(text, end + 1) > ETH_DIGITS;
}

static bool is_digest(const struct text *text, size_t at)
{
    enum { LINE_SEEN = 96 };
    static const char digests[] = " digest sha hmac hash md checksum fingerprint commit signature salt seed ";
    return follows_word(text, at, digests) || mentions(text, at, LINE_SEEN, "sha1") ||
           mentions(text, at, LINE_SEEN, "hmac");
}

bool verify_eth(const struct text *text, size_t at, struct match *match)
{
    size_t begin = at + 2;
    unsigned uppers = 0;
    unsigned lowers = 0;
    if (text->data[at] != '0' || to_lower(byte_at(text, at + 1)) != 'x' || text->length - at < ETH_DIGITS + 2)
        return false;
    const uint8_t *data = text->data + begin;
    for (int i = 0; i < ETH_DIGITS; i++) {
        if (hex_value(data[i]) < 0)
            return false;
        uppers += is_upper(data[i]);
        lowers += is_lower(data[i]);
    }
    uint8_t after = byte_at(text, begin + ETH_DIGITS);
    uint8_t before = byte_at(text, at - 1);
    if (is_alnum(after) || after == '_' || is_alnum(before) || before == '_' || uppers + lowers == 0)
        return false;
    char spelled[ETH_DIGITS];
    spell_eth_digits((const char *)data, spelled);
    bool same = true;
    for (int i = 0; i < ETH_DIGITS; i++)
        same = same && spelled[i] == (char)data[i];
    if (!same && uppers > 0 && lowers > 0)
        return false;
    if ((uppers == 0 || lowers == 0) && (!is_random(data) || is_digest(text, at) || among_constants(text, at)))
        return false;
    match->begin = at;
    match->end = begin + ETH_DIGITS;
    put(match, '0');
    put(match, 'x');
    for (int i = 0; i < ETH_DIGITS; i++)
        put(match, (uint8_t)spelled[i]);
    return true;
}
