/* What is shown masked: the numbers of payment cards and the private keys of wallets, with their first six and last
 * four characters, wherever they stand. Everything else stays readable. */
#ifndef SHOW_MASK_H
#define SHOW_MASK_H

#include <stdbool.h>

/* A value as it may be shown: of a card or a key of a wallet the first six and last four characters unless `reveal`; in
 * what somebody wrote (URLs, mail addresses, search terms) the cards and keys are masked. Valid until the next call of
 * any of these functions in this thread. */
const char *shown_value(const char *kind, const char *value, bool reveal);
/* A whole text that came with the evidence, such as the path of a file: cards and keys in it are masked unless
 * `reveal`. NULL stays NULL. Valid until the next call of any of these functions in this thread. */
const char *shown_text(const char *text, bool reveal);
/* Text around a value: every number of a card and every key of a wallet in it is masked unless `reveal`, also the part
 * of a number that is cut off where the context begins or ends. Valid until the next call of any of these functions in
 * this thread. */
const char *shown_context(const char *context, bool reveal);

#endif
