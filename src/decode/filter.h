/* What PDF and PostScript call filters (ISO 32000-1, 7.4): those that make bytes of characters, and old compressions.
 * What they hold is small, so each filter's output is held in memory as a whole. Private to decode. */
#ifndef DECODE_FILTER_H
#define DECODE_FILTER_H

#include "base/bytes.h"

enum { FILTERED_MAX = 8 << 20 }; /* bytes that a filter takes, and gives, about */

/* A chain of filters is a number: FILTER_BITS for each, the first one lowest. */
enum { FILTERS_MAX = 4, FILTER_BITS = 4 };
enum { NO_FILTER, ASCII85, ASCII_HEX, LZW, RUN_LENGTH, FLATE, OTHER };

/* The filter of a name, without its slash; OTHER when it is none of these. */
unsigned filter_named(const uint8_t *name, size_t length);

/* Applies a chain; the result takes the place of what went in. Ends at the first filter that is none of these. */
void filter_bytes(uint32_t filters, struct bytes *bytes);

static inline bool is_filter_space(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n' || byte == '\f' || byte == 0;
}

#endif
