/* Messages between processes: numbers little endian, texts with their length before them. A reader never reads beyond
 * its message and remembers the first thing that did not fit, so that a caller checks once. */
#ifndef BASE_WIRE_H
#define BASE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

void wire_put_u8(struct bytes *out, uint8_t number);
void wire_put_u32(struct bytes *out, uint32_t number);
void wire_put_u64(struct bytes *out, uint64_t number);
void wire_put_blob(struct bytes *out, const void *data, size_t length); /* length (u32), then the bytes */
void wire_put_text(struct bytes *out, const char *text);                /* the same, without the NUL */

/* As wire_put_text, but at most `most` bytes of it, cut at a whole character, and repaired where it is not UTF-8: for
 * what a reader with that limit must not refuse. */
void wire_put_text_within(struct bytes *out, const char *text, size_t most);

struct wire_reader {
    const uint8_t *data;
    size_t length;
    size_t at;
    bool failed; /* something did not fit: what was read since is 0 or "" */
};

uint8_t wire_get_u8(struct wire_reader *reader);
uint32_t wire_get_u32(struct wire_reader *reader);
uint64_t wire_get_u64(struct wire_reader *reader);
/* Points into the message; at most `most` bytes long, else the reader fails. */
const uint8_t *wire_get_blob(struct wire_reader *reader, size_t most, size_t *length);
/* As wire_get_blob, and fails unless the bytes are UTF-8 without NUL. Not NUL-terminated. */
const char *wire_get_text(struct wire_reader *reader, size_t most, size_t *length);
/* True when nothing failed and nothing is left over. */
bool wire_done(const struct wire_reader *reader);

#endif
