/* Addresses and keys of coins, invented and checked. Written from the standards, apart from the recognisers in scan/,
 * so that each checks the other. */
#ifndef EXERCISE_WALLET_H
#define EXERCISE_WALLET_H

#include <stdbool.h>

#include "exercise/coin.h"
#include "scan/kinds.h"

/* The kinds made here: SB_BTC, and SB_LTC to SB_XKEY. The value is in its normal form. */
void make_wallet(struct random *random, enum sb_kind kind, char out[VALUE_MAX]);

/* Does the checksum hold? */
bool wallet_holds(enum sb_kind kind, const char *value);

/* Changes one character behind the first few, so that the checksum no longer holds. */
void spoil_wallet(struct random *random, enum sb_kind kind, char value[VALUE_MAX]);

#endif
