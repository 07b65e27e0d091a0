/* The permutation with its constants computed, as the standard defines them. */
#include "exercise/keccak.h"

#include <string.h>

enum { RATE = 136, ROUNDS = 24 };

static uint64_t rotate(uint64_t lane, unsigned by)
{
    return by == 0 ? lane : lane << by | lane >> (64 - by);
}

/* The next bit of the round constants' shift register: x^8 + x^6 + x^5 + x^4 + 1. */
static unsigned next_bit(uint8_t *shift)
{
    unsigned bit = *shift & 1u;
    unsigned high = *shift >> 7;
    *shift = (uint8_t)(*shift << 1 ^ (high != 0 ? 0x71 : 0));
    return bit;
}

static void permute(uint64_t a[25])
{
    uint8_t shift = 1;
    for (unsigned round = 0; round < ROUNDS; round++) {
        uint64_t column[5];
        for (unsigned x = 0; x < 5; x++)
            column[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
        for (unsigned i = 0; i < 25; i++)
            a[i] ^= column[(i + 4) % 5] ^ rotate(column[(i + 1) % 5], 1);

        uint64_t moved = a[1];
        unsigned x = 1, y = 0;
        for (unsigned t = 0; t < 24; t++) {
            unsigned next = (2 * x + 3 * y) % 5;
            x = y;
            y = next;
            uint64_t kept = a[x + 5 * y];
            a[x + 5 * y] = rotate(moved, (t + 1) * (t + 2) / 2 % 64);
            moved = kept;
        }

        for (unsigned row = 0; row < 25; row += 5) {
            uint64_t b[5];
            memcpy(b, a + row, sizeof b);
            for (unsigned i = 0; i < 5; i++)
                a[row + i] = b[i] ^ (~b[(i + 1) % 5] & b[(i + 2) % 5]);
        }

        for (unsigned j = 0; j <= 6; j++)
            if (next_bit(&shift) != 0)
                a[0] ^= (uint64_t)1 << ((1u << j) - 1);
    }
}

void keccak256(const void *data, size_t length, enum keccak_padding padding, uint8_t out[KECCAK_SIZE])
{
    uint8_t block[RATE] = {0};
    memcpy(block, data, length);
    block[length] ^= (uint8_t)padding;
    block[RATE - 1] ^= 0x80;
    uint64_t a[25] = {0};
    for (unsigned i = 0; i < RATE; i++)
        a[i / 8] ^= (uint64_t)block[i] << 8 * (i % 8);
    permute(a);
    for (unsigned i = 0; i < KECCAK_SIZE; i++)
        out[i] = (uint8_t)(a[i / 8] >> 8 * (i % 8));
}
