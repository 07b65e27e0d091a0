/* Tox IDs (c-toxcore's specification, "Tox ID"): 32 bytes of public key, four of nospam, and two that are the exclusive
 * or of all pairs of bytes before them, in 76 hexadecimal digits. */
#include "scan/recognise.h"

enum { DIGITS = 76, BYTES = 38 };

bool verify_tox(const struct text *text, size_t at, struct match *match)
{
    uint8_t sum[2] = {0};
    uint32_t seen = 0;
    if (text->length - at < DIGITS)
        return false;
    for (size_t i = 0; i < BYTES; i++) {
        int high = hex_value(text->data[at + 2 * i]);
        int low = hex_value(text->data[at + 2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        sum[i % 2] ^= (uint8_t)(high << 4 | low);
        seen |= 1U << high | 1U << low;
    }
    if (sum[0] != 0 || sum[1] != 0 || is_alnum(byte_at(text, at + DIGITS)) || __builtin_popcount(seen) < 8)
        return false;
    match->begin = at;
    match->end = at + DIGITS;
    for (size_t i = 0; i < DIGITS; i++)
        put(match, to_upper(text->data[at + i]));
    return true;
}
