/* Characters as decoders write them. Private to decode. */
#ifndef DECODE_CHARACTERS_H
#define DECODE_CHARACTERS_H

#include <stddef.h>
#include <stdint.h>

/* Writes a character in UTF-8, '?' for what is none; returns its length, 1 to 4. */
static inline size_t write_utf8(uint32_t character, uint8_t out[4])
{
    if (character > 0x10ffff || (character >= 0xd800 && character < 0xe000))
        character = '?';
    if (character < 0x80) {
        out[0] = (uint8_t)character;
        return 1;
    }
    size_t length = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--, character >>= 6)
        out[i] = (uint8_t)(0x80 | (character & 63));
    out[0] = (uint8_t)((length == 2 ? 0xc0 : length == 3 ? 0xe0 : 0xf0) | character);
    return length;
}

/* The value of a hexadecimal digit, or -1. */
static inline int hex_value(uint8_t c)
{
    return c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
}

#endif
