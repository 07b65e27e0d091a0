/* Bytes of evidence as they may be shown: what is masked as a value is masked where it stands, too. */
#ifndef SERVE_HIDE_H
#define SERVE_HIDE_H

#include "store/store.h"

enum { HIDE_MARGIN = 256 }; /* bytes before and behind what is shown that must be known to hide what stands in it */

/* Makes stars of secrets in bytes[0..length), which stand at `offset` of the evidence item's medium: card numbers and
 * keys wherever they stand, in UTF-8 and UTF-16; and what was found there of other kinds that are masked. */
int hide_secrets(struct store *store, int64_t evidence_id, int64_t offset, uint8_t *bytes, size_t length,
                 struct error *error);

#endif
