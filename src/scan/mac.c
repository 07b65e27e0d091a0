/* Addresses of network interfaces (IEEE 802, EUI-48): six pairs of hexadecimal digits with colons or dashes, or three
 * groups of four with dots, and nothing of the kind before or behind, as in fingerprints, dumps and UUIDs. Not those of
 * groups (the lowest bit of the first byte), nor examples that count up. What has no letter, or no separators, is a MAC
 * only where a word says so: dates, counters and hashes look the same. */
#include "scan/recognise.h"

#include <string.h>

enum { BYTES = 6, DIGITS = 2 * BYTES, COUNTED = 9, LABEL_MOST = 16 };

/* Reads six bytes in groups of `width` digits at `at`; returns the end, or 0. */
static size_t read_groups(const struct text *text, size_t at, uint8_t separator, size_t width, uint8_t digits[DIGITS])
{
    for (size_t i = 0; i < DIGITS; i++) {
        if (width < DIGITS && i > 0 && i % width == 0 && byte_at(text, at++) != separator)
            return 0;
        if (hex_value(byte_at(text, at)) < 0)
            return 0;
        digits[i] = text->data[at++];
    }
    return at;
}

/* An address that a device may have: not of a group, not the same digit twice or bytes that count up throughout,
 * letters of one case, and of the small one between dots, as routers write it: tables of weights look the same. */
static bool is_device(const uint8_t digits[DIGITS], uint8_t separator, bool *letters)
{
    unsigned uppers = 0;
    unsigned lowers = 0;
    unsigned repeated = 0;
    unsigned steps = 0;
    unsigned counts = 0;
    unsigned seen = 0;
    for (size_t i = 0; i < DIGITS; i += 2) {
        unsigned high = (unsigned)hex_value(digits[i]) & 15;
        unsigned low = (unsigned)hex_value(digits[i + 1]) & 15;
        uppers += is_upper(digits[i]) + is_upper(digits[i + 1]);
        lowers += is_lower(digits[i]) + is_lower(digits[i + 1]);
        seen |= 1U << high | 1U << low;
        repeated += high == low;
        steps += i > 0 && high == ((unsigned)hex_value(digits[i - 2]) & 15) + 1;
        /* One digit after the other, "12:34:56:78:90:ab". */
        counts += low == high + 1 || (high == 9 && low == 0);
        counts += i > 0 && high == ((unsigned)hex_value(digits[i - 1]) & 15) + 1;
    }
    *letters = uppers + lowers > 0;
    return (hex_value(digits[1]) & 1) == 0 && __builtin_popcount(seen) >= 4 && repeated < BYTES && steps + 1 < BYTES &&
           counts < COUNTED && (uppers == 0 || (lowers == 0 && separator != '.'));
}

static bool is_joined(uint8_t byte, uint8_t separator)
{
    return is_alnum(byte) || byte == '_' || byte == separator || byte == '-';
}

/* Does a label end at `end`, as in "MAC:…", rather than another pair or group of digits? */
static bool is_label(const struct text *text, size_t end)
{
    size_t begin = end;
    bool digits = true;
    while (begin > 0 && end - begin <= DIGITS && is_alnum(text->data[begin - 1]))
        digits = hex_value(text->data[--begin]) >= 0 && digits;
    return begin < end && (!digits || end - begin != 2);
}

/* May an address of that separator begin there, as no part of something longer? */
static bool may_begin(const struct text *text, size_t begin, uint8_t separator)
{
    uint8_t before = byte_at(text, begin - 1);
    return !is_joined(before, separator) || (separator == ':' && before == ':' && is_label(text, begin - 1));
}

bool verify_mac(const struct text *text, size_t at, struct match *match)
{
    static const char words[] =
        " mac ether ethernet hwaddr lladdr bssid hw hardware physical wlan wifi lan addr macaddr "
        "address adresse ";
    static const char bare_words[] = " mac macs ether hwaddr lladdr bssid macaddr macaddress macadresse ";
    uint8_t separator = text->data[at];
    bool bare = hex_value(separator) >= 0;
    size_t width = bare ? DIGITS : separator == '.' ? 4 : 2;
    uint8_t digits[DIGITS];
    bool letters;
    if (bare ? !has_word_before(text, at, LABEL_MOST, bare_words)
             : at < width || !may_begin(text, at - width, separator))
        return false;
    size_t begin = bare ? at : at - width;
    size_t end = read_groups(text, begin, separator, width, digits);
    if (end == 0)
        return false;
    match->end = end;
    uint8_t after = byte_at(text, end);
    if (bare && (is_joined(byte_at(text, begin - 1), '-') || after == '-'))
        return false;
    bool goes_on = (after == separator || after == '-' || after == ':') && is_alnum(byte_at(text, end + 1));
    bool block = after == '/' && is_digit(byte_at(text, end + 1)) && is_digit(byte_at(text, end + 2)) &&
                 !is_alnum(byte_at(text, end + 3)); /* of a maker: "70:B3:D5:AB:80:00/36" */
    if (is_alnum(after) || after == '_' || goes_on || block || !is_device(digits, separator, &letters))
        return false;
    if (!letters && !follows_word(text, begin, words))
        return false;
    match->begin = begin;
    for (size_t i = 0; i < DIGITS; i++) {
        if (i > 0 && i % 2 == 0)
            put(match, ':');
        put(match, to_lower(digits[i]));
    }
    return true;
}
