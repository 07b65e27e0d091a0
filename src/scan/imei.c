/* Mobile devices (3GPP TS 23.003, IMEI): eight digits of the type, of which the first two name the body that gave it
 * out, six of the device, Luhn's digit. Written in one run or in groups. Nothing tells them from other numbers of
 * fifteen digits but a word nearby. */
#include "scan/card_number.h"
#include "scan/recognise.h"

#include <string.h>

enum { DIGITS = 15, SEEN = 64 };

static bool is_reporting_body(uint8_t first, uint8_t second)
{
    static const uint8_t bodies[] = {1, 10, 30, 33, 35, 44, 45, 49, 50, 51, 52, 53, 54, 86, 91, 98, 99};
    return is_digit(second) && memchr(bodies, (first - '0') * 10 + (second - '0'), sizeof bodies) != NULL;
}

bool verify_imei(const struct text *text, size_t at, struct match *match)
{
    uint8_t digits[DIGITS];
    size_t length;
    if (!is_reporting_body(text->data[at], byte_at(text, at + 1)))
        return false;
    size_t end = read_digits(text, at, digits, DIGITS, &length);
    uint8_t before = byte_at(text, at - 1);
    uint8_t after = byte_at(text, end);
    if (length != DIGITS || is_alnum(before) || before == '.' || is_alnum(after) ||
        (after == '.' && is_digit(byte_at(text, end + 1))))
        return false;
    if (!has_luhn_digit(digits, DIGITS) || !is_varied_number(digits + 8, 6))
        return false;
    if (!mentions(text, at, SEEN, "imei") && !mentions(text, at, SEEN, "*#06#"))
        return false;
    match->begin = at;
    match->end = end;
    for (size_t i = 0; i < DIGITS; i++)
        put(match, (uint8_t)('0' + digits[i]));
    return true;
}
