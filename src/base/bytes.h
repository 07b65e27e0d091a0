/* A growable run of bytes: what frames, JSON lines and decoded text are built in. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
    uint8_t *data; /* owned; freed by bytes_free */
    size_t length;
    size_t capacity;
    bool failed; /* memory ran short: content is not to be trusted. Appends after that do nothing. */
};

/* Makes room for `extra` more bytes. Returns 0, or -1 (and sets failed) when memory is short. */
int bytes_reserve(struct bytes *bytes, size_t extra);

/* Appends; on memory shortage sets `failed`, which the caller checks once at the end. */
void bytes_append(struct bytes *bytes, const void *data, size_t length);
void bytes_append_text(struct bytes *bytes, const char *text);
void bytes_append_char(struct bytes *bytes, char c);
void bytes_format(struct bytes *bytes, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The content as a C string (a NUL is kept behind the content); "" when empty or failed. Valid until the next call. */
const char *bytes_text(struct bytes *bytes);

void bytes_clear(struct bytes *bytes); /* length 0, room kept */
void bytes_free(struct bytes *bytes);  /* room given back */

#endif
