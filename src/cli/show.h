/* How things are shown: columns for people, JSON Lines for programs, and what is masked. */
#ifndef CLI_SHOW_H
#define CLI_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"

/* A listing: on a terminal aligned columns under a heading, in a pipe one line each with tabs between, both free of control
 * characters. The last column is as wide as it likes. */
struct table {
    const char *const *headings; /* ends with NULL */
    const int *widths;           /* of each column on a terminal */
    bool terminal;
    bool begun;
    size_t column;
    struct bytes line;
};

struct table table_begin(const char *const *headings, const int *widths);
void table_text(struct table *table, const char *text);
void table_number(struct table *table, int64_t number);
void table_row(struct table *table); /* the row is complete: print it */
void table_end(struct table *table);

/* Adds an array of texts. */
void json_texts(struct json *json, const char *key, const char *const *texts, size_t count);
/* Prints the line that `json` holds and makes ready for the next. */
void print_json(struct json *json);

/* A value as it may be shown: of a card or a private key the first six and last four characters unless `reveal`. Valid until the next call. */
const char *shown_value(const char *kind, const char *value, bool reveal);
/* Text around a value: every number long enough to be a card's, and every private key of a wallet, is masked unless `reveal`. Valid until the next call. */
const char *shown_context(const char *context, bool reveal);

/* "1.2 GiB"; valid until the eighth next call. */
const char *shown_size(int64_t bytes);
/* "1,234,567"; valid until the eighth next call. */
const char *shown_number(int64_t number);
/* "2026-11-23T18:40:29Z", or NULL for STORE_UNKNOWN_TIME; valid until the eighth next call. */
const char *shown_time(int64_t seconds);
/* Lower-case hex, or NULL; valid until the eighth next call. */
const char *shown_digest(const uint8_t *digest, size_t length);
/* "SE-2026-17/1": how evidence is named. Valid until the eighth next call. */
const char *shown_evidence(const char *case_reference, int64_t number);
/* "allocated", "deleted", "slack", "unallocated"; and "utf-8", "utf-16le", "utf-16be". */
const char *allocation_name(int64_t allocation);
const char *encoding_name(int64_t encoding);
/* Text joined with `between`. Valid until the next call. */
const char *joined(const char *const *texts, size_t count, const char *between);
/* Text without control characters. Valid until the next call. */
const char *printable(const char *text);

#endif
