/* Numbers that carry a checksum: cards, bank accounts, Ethereum's wallets, onion addresses (other wallets: wallet.h).
 * Written from the standards, apart from the recognisers in scan/, so that each checks the other. All texts are
 * NUL-terminated and fit VALUE_MAX. */
#ifndef EXERCISE_COIN_H
#define EXERCISE_COIN_H

#include <stdbool.h>

#include "exercise/random.h"

enum { VALUE_MAX = 640 };

void make_card(struct random *random, char out[VALUE_MAX]);  /* digits; ISO/IEC 7812, issuer ranges in use */
void make_iban(struct random *random, char out[VALUE_MAX]);  /* ISO 13616, structures of the IBAN registry */
void make_eth(struct random *random, char out[VALUE_MAX]);   /* EIP-55 */
void make_onion(struct random *random, char out[VALUE_MAX]); /* Tor rend-spec-v3, with ".onion" */

/* Do the checksums hold? For the tests, and to be sure that a near miss is a miss. */
bool card_holds(const char *digits);
bool iban_holds(const char *iban);
bool eth_holds(const char *address);
bool onion_holds(const char *address);

#endif
