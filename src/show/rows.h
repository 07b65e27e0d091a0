/* The rows of every listing as JSON: what `--json` prints and what the server answers (docs/json.md names the fields).
 * Each function adds the members of one row to an object that the caller opened, and closes. Cards, keys and the like
 * are masked unless `reveal`. */
#ifndef SHOW_ROWS_H
#define SHOW_ROWS_H

#include "base/json.h"
#include "link/link.h"
#include "store/store.h"

void json_case(struct json *json, const struct store_case *row);
/* Asks the store for the item's volumes, gaps and search terms. */
int json_evidence(struct json *json, struct store *store, const struct store_evidence *row, bool reveal,
                  struct error *error);
void json_file(struct json *json, const struct store_file *row, bool reveal);
void json_selector(struct json *json, const struct store_selector *row, bool reveal);
void json_sighting(struct json *json, const struct store_sighting_row *row, bool reveal);
void json_link(struct json *json, const struct link *row, bool reveal);
void json_network(struct json *json, const struct network *row);

/* Adds an array of texts. */
void json_texts(struct json *json, const char *key, const char *const *texts, size_t count);
/* Adds a text, null when it is empty. */
void json_text_or_null(struct json *json, const char *key, const char *text);

/* The forensic path from the outermost offset on: "1048576-GZIP-20"; "FILE-21-GZIP-20" where the value has no place in
 * the medium and the first offset is one in the file. Valid until the next call in this thread. */
const char *shown_path(const struct store_sighting *sighting, bool reveal);
/* Do the digests match those recorded at acquisition? "yes" and "no" only where both sides are there, else ""; the
 * strongest recorded digest counts. */
const char *evidence_match(const struct store_evidence *row);

#endif
