/* Base 32 as in bech32 (BIP-173, BIP-350) and what grew from it: a prefix, '1', and characters of five bits, the last
 * six of them a checksum over prefix and data. All of it is in one case. */
#ifndef SCAN_BECH32_H
#define SCAN_BECH32_H

#include "scan/recognise.h"

enum { BECH32_LONGEST = 160, BECH32_CHECKSUM = 6, WITNESS_LONGEST = 90 };

struct bech32 {
    size_t end;    /* in the text, behind the checksum */
    size_t count;  /* values, the checksum left out */
    bool modified; /* bech32m (BIP-350) */
    uint8_t values[BECH32_LONGEST];
};

/* The five bits of one character, in either case, or -1. */
int bech32_value(uint8_t byte);

/* Where the run of letters and digits at `at` ends; 0 if it is in two cases or longer than `longest`. */
size_t bech32_end(const struct text *text, size_t at, size_t longest);

/* Does the text at `at` begin with `prefix` (lower case, the '1' included), stand apart from other letters and digits,
 * and end with the right checksum, after at most `longest` (up to BECH32_LONGEST) characters in all? */
bool bech32_decode(const struct text *text, size_t at, const char *prefix, size_t longest, struct bech32 *out);

/* Values of five bits to bytes; `out` holds count * 5 / 8. Returns their number; 0 where the bits left over are not
 * fewer than five zeros. */
size_t bech32_bytes(const uint8_t *values, size_t count, uint8_t *out);

/* Is there an address of a witness program behind `prefix` (BIP-173, "Segwit address format", and BIP-350)? */
bool match_witness(const struct text *text, size_t at, const char *prefix, struct match *match);

/* Makes data[begin..end), in lower case, the match. */
void match_lower(const struct text *text, size_t begin, size_t end, struct match *match);

#endif
