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

/* The character of a byte in Windows-1252. */
static inline uint32_t windows_1252(uint8_t byte)
{
    static const uint16_t upper_controls[32] = {0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021,
                                                0x2c6,  0x2030, 0x160,  0x2039, 0x152,  0x8d,   0x17d,  0x8f,
                                                0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                                0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178};
    return byte >= 0x80 && byte < 0xa0 ? upper_controls[byte - 0x80] : byte;
}

/* The value of a hexadecimal digit, or -1. */
static inline int hex_value(uint8_t c)
{
    return c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
}

#endif
