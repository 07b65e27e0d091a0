/* Search terms compiled by one process and used by others. */
#ifndef SCAN_TERMS_PACK_H
#define SCAN_TERMS_PACK_H

#include "base/bytes.h"
#include "scan/terms.h"

enum { TERMS_PACKED_MAX = 64 << 20 }; /* bytes of compiled terms, at most */

/* Appends the compiled terms to *out. */
int terms_pack(const struct sb_terms *terms, struct bytes *out, struct error *error);

/* The same terms from what terms_pack wrote in this program on a processor like this one; NULL otherwise. Bytes that
 * somebody made up may harm the process, which therefore is locked. */
struct sb_terms *terms_unpack(const char *const terms[], size_t count, const uint8_t *packed, size_t length,
                              struct error *error);

#endif
