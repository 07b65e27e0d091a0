/* Base64 as keys and certificates are written in. */
#include "scan/radix64.h"

static int digit64(uint8_t byte)
{
    if (is_upper(byte))
        return byte - 'A';
    if (is_lower(byte))
        return byte - 'a' + 26;
    if (is_digit(byte))
        return byte - '0' + 52;
    return byte == '+' ? 62 : byte == '/' ? 63 : -1;
}

size_t read_radix64(const struct text *text, size_t at, bool lines, uint8_t *out, size_t capacity, size_t *end)
{
    size_t length = 0;
    uint32_t bits = 0;
    unsigned count = 0;
    for (; at < text->length; at++) {
        uint8_t byte = text->data[at];
        int digit = digit64(byte);
        if (digit < 0 && !(lines && (byte == '\n' || byte == '\r')))
            break;
        if (digit < 0)
            continue;
        bits = bits << 6 | (uint32_t)digit;
        count += 6;
        if (count >= 8) {
            if (length == capacity)
                break;
            count -= 8;
            out[length++] = (uint8_t)(bits >> count);
        }
    }
    *end = at;
    return length;
}
