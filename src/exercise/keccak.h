/* Keccak-f[1600] sponges of 32 bytes: SHA3-256 (FIPS 202), which onion addresses carry, and the original Keccak-256,
 * which Ethereum addresses carry. */
#ifndef EXERCISE_KECCAK_H
#define EXERCISE_KECCAK_H

#include <stddef.h>
#include <stdint.h>

enum { KECCAK_SIZE = 32 };
enum keccak_padding { KECCAK_ORIGINAL = 0x01, KECCAK_SHA3 = 0x06 };

/* `length` below 136 (one block). */
void keccak256(const void *data, size_t length, enum keccak_padding padding, uint8_t out[KECCAK_SIZE]);

#endif
