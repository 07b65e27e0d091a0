/* Keccak-f[1600], FIPS 202. OpenSSL offers SHA3-256 but, in Debian 12, not the padding Ethereum uses; messages here are
 * of one block, so the sponge is one permutation. */
#include "scan/recognise.h"

#include <string.h>

enum { ROUNDS = 24, RATE = 136 };

static uint64_t rotate(uint64_t word, unsigned by)
{
    return by == 0 ? word : word << by | word >> (64 - by);
}

/* The round constants come from a shift register (FIPS 202, section 3.2.5). */
static bool next_bit(uint8_t *state)
{
    bool bit = *state & 1;
    *state = (uint8_t)(*state << 1 ^ (*state & 0x80 ? 0x71 : 0));
    return bit;
}

static void permute(uint64_t lane[25])
{
    uint8_t state = 1;
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t column[5];
        for (int x = 0; x < 5; x++)
            column[x] = lane[x] ^ lane[x + 5] ^ lane[x + 10] ^ lane[x + 15] ^ lane[x + 20];
        for (int i = 0; i < 25; i++)
            lane[i] ^= column[(i + 4) % 5] ^ rotate(column[(i + 1) % 5], 1);

        uint64_t moving = lane[1];
        int x = 1;
        int y = 0;
        for (unsigned step = 1; step <= 24; step++) {
            int next = (2 * x + 3 * y) % 5;
            x = y;
            y = next;
            uint64_t kept = lane[x + 5 * y];
            lane[x + 5 * y] = rotate(moving, step * (step + 1) / 2 % 64);
            moving = kept;
        }
        for (int row = 0; row < 25; row += 5) {
            uint64_t old[5];
            memcpy(old, lane + row, sizeof old);
            for (int i = 0; i < 5; i++)
                lane[row + i] = old[i] ^ (~old[(i + 1) % 5] & old[(i + 2) % 5]);
        }
        for (unsigned j = 0; j <= 6; j++) {
            if (next_bit(&state))
                lane[0] ^= 1ULL << ((1U << j) - 1);
        }
    }
}

void keccak_256(const void *data, size_t length, uint8_t suffix, uint8_t out[32])
{
    uint8_t block[RATE] = {0};
    uint64_t lane[25] = {0};
    memcpy(block, data, length < RATE ? length : RATE - 1);
    block[length < RATE ? length : RATE - 1] = suffix;
    block[RATE - 1] |= 0x80;
    for (int i = 0; i < RATE; i++)
        lane[i / 8] ^= (uint64_t)block[i] << i % 8 * 8;
    permute(lane);
    for (int i = 0; i < 32; i++)
        out[i] = (uint8_t)(lane[i / 8] >> i % 8 * 8);
}
