/* SIM cards (ITU-T E.118, ICCID): 89 for telecommunications, a country's calling code, issuer and account, Luhn's
 * digit: 19 digits, or 20 as many print. Payment numbers never begin so, but other long ones do: a word nearby decides.
 */
#include "scan/card_number.h"
#include "scan/recognise.h"

enum { SHORTEST = 19, LONGEST = 20, SEEN = 64 };

bool verify_iccid(const struct text *text, size_t at, struct match *match)
{
    uint8_t digits[LONGEST + 1];
    size_t length;
    if (text->data[at] != '8' || byte_at(text, at + 1) != '9')
        return false;
    size_t end = read_digits(text, at, digits, sizeof digits, &length);
    uint8_t before = byte_at(text, at - 1);
    uint8_t after = byte_at(text, end);
    if (length == SHORTEST && (after == 'F' || after == 'f')) /* which fills the last half byte up */
        after = byte_at(text, end + 1);
    if (length < SHORTEST || length > LONGEST || is_alnum(before) || before == '.' || is_alnum(after) ||
        (after == '.' && is_digit(byte_at(text, end + 1))))
        return false;
    /* North America's code is written 01. */
    size_t code = digits[2] == 0 && digits[3] == 1 ? 2 : calling_code_length(digits + 2, length - 2);
    if (code == 0 || !has_luhn_digit(digits, length) || !is_varied_number(digits + 2 + code, length - 3 - code))
        return false;
    static const char *const words[] = {"iccid", "icc id",  "icc-id", "sim ", "sim:", "sim-", "sim_",
                                        "sim=",  "simcard", "sim1",   "sim2", "uicc", "ccid", "simserial"};
    bool mentioned = false;
    for (size_t i = 0; i < sizeof words / sizeof *words && !mentioned; i++)
        mentioned = mentions(text, at, SEEN, words[i]);
    if (!mentioned)
        return false;
    match->begin = at;
    match->end = end;
    for (size_t i = 0; i < length; i++)
        put(match, (uint8_t)('0' + digits[i]));
    return true;
}
