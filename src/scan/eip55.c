/* A letter is a capital where the digest of the address in lower case has a nibble of 8 or more. */
#include "scan/eip55.h"

#include "scan/recognise.h"

void spell_eth_digits(const char *digits, char out[ETH_DIGITS])
{
    uint8_t digest[32];
    for (int i = 0; i < ETH_DIGITS; i++)
        out[i] = (char)to_lower((uint8_t)digits[i]);
    keccak_256(out, ETH_DIGITS, 0x01, digest);
    for (int i = 0; i < ETH_DIGITS; i++) {
        int nibble = digest[i / 2] >> (i % 2 == 0 ? 4 : 0) & 15;
        if (nibble >= 8)
            out[i] = (char)to_upper((uint8_t)out[i]);
    }
}
