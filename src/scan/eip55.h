/* How an Ethereum address is spelled: the case of its letters is a checksum (EIP-55). For the recogniser, and for those
 * who look an address up. Holds no parser. */
#ifndef SCAN_EIP55_H
#define SCAN_EIP55_H

enum { ETH_DIGITS = 40 };

/* Writes the spelling of digits[0..ETH_DIGITS), hexadecimal digits of either case, to `out` (without a NUL). */
void spell_eth_digits(const char *digits, char out[ETH_DIGITS]);

#endif
