/* How a value is spelled in the store: people write cards with spaces and addresses in any case. */
#ifndef CLI_SPELLING_H
#define CLI_SPELLING_H

#include "scan/kinds.h"

enum { SPELLING_SIZE = SB_VALUE_MAX + 1 };

/* The store's spelling of `value` as one of that kind; a longer one is cut. It is not checked to be one. */
void spell_value(enum sb_kind kind, const char *value, char out[SPELLING_SIZE]);

#endif
