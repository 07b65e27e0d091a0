/* How an evidence item is shown: after `samband analyse`, and by `samband evidence`. */
#ifndef CLI_REPORT_EVIDENCE_H
#define CLI_REPORT_EVIDENCE_H

#include "store/store.h"

/* Prints one item with its volumes, digests and what could not be read; cards and keys in paths and search terms are
 * masked unless `reveal`. */
int report_evidence(struct store *store, const struct store_evidence *row, bool reveal, struct error *error);
int report_evidence_json(struct store *store, const struct store_evidence *row, bool reveal, struct error *error);

#endif
