/* How things are shown: columns for people, JSON Lines for programs. */
#ifndef CLI_SHOW_H
#define CLI_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "cli/mask.h"
#include "cli/table.h"

/* Adds an array of texts. */
void json_texts(struct json *json, const char *key, const char *const *texts, size_t count);
/* Adds "cases" and "countries". */
void json_cases(struct json *json, const char *const *cases, size_t case_count, const char *const *countries,
                size_t country_count);
/* Prints the line that `json` holds and makes ready for the next. */
void print_json(struct json *json);

/* "1.2 GiB"; valid until the eighth next call. */
const char *shown_size(int64_t bytes);
/* "1,234,567"; valid until the eighth next call. */
const char *shown_number(int64_t number);
/* "2026-11-23T18:40:29Z", or NULL for STORE_UNKNOWN_TIME; valid until the eighth next call. */
const char *shown_time(int64_t seconds);
/* Lower-case hex, or NULL; valid until the eighth next call. */
const char *shown_digest(const uint8_t *digest, size_t length);
/* "SE-2026-17/1": how evidence is named; "SE-2026-17/1.2" lies in it, as the second of its files that may be disks.
 * Valid until the eighth next call. */
const char *shown_evidence(const char *case_reference, int64_t number);
/* "allocated", "deleted", "slack", "unallocated"; and "utf-8", "utf-16le", "utf-16be". */
const char *allocation_name(int64_t allocation);
const char *encoding_name(int64_t encoding);
/* Text joined with `between`. Valid until the next call. */
const char *joined(const char *const *texts, size_t count, const char *between);
/* Text without control characters. Valid until the next call. */
const char *printable(const char *text);

#endif
