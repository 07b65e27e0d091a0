/* How numbers, times, digests and lists are written, for people and for programs. Texts are valid until the call that
 * is named, in the same thread. */
#ifndef SHOW_SHOW_H
#define SHOW_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "show/mask.h"

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
