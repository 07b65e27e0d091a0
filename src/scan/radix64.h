/* Base64 (RFC 4648) where a recogniser needs the bytes behind it: keys and certificates in text. */
#ifndef SCAN_RADIX64_H
#define SCAN_RADIX64_H

#include "scan/recognise.h"

/* Decodes from `at` up to the first byte that is neither base64 nor, if `lines`, white space of a line's end; at most
 * `capacity` bytes. Returns how many, and where it stopped. */
size_t read_radix64(const struct text *text, size_t at, bool lines, uint8_t *out, size_t capacity, size_t *end);

#endif
