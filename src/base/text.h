/* Text that may come from evidence: is it UTF-8, how is it shown on a terminal, how is it cut at whole characters. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes;

/* True if data[0..length) is well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms, up to U+10FFFF) without NUL. */
bool text_is_utf8(const char *data, size_t length);

/* Length in bytes (1 to 4) of the UTF-8 character that begins at data, or 0 if none does within `length`. */
size_t text_character(const char *data, size_t length);

/* Appends data as UTF-8: well-formed characters stay, each other byte and each NUL becomes U+FFFD. */
void text_append_repaired(struct bytes *out, const char *data, size_t length);

/* True if the text is what somebody may write into one line: UTF-8, without control characters, line ends and what
 * turns the direction of writing or takes no room (those that text_append_printable hides). */
bool text_is_line(const char *text);

/* The code point of a character of `length` bytes that is such a one; 0: it is a plain one. */
unsigned text_misleads(const char *character, size_t length);

/* Appends data for a terminal or a log line: control characters (C0, DEL, C1), bidirectional overrides and malformed
 * bytes become '.' or \xNN, so that evidence cannot steer a terminal. */
void text_append_printable(struct bytes *out, const char *data, size_t length);

/* Writes 2*length lower-case hexadecimal digits and a NUL to out. */
void text_hex(const uint8_t *data, size_t length, char *out);

/* Reads exactly 2*length hexadecimal digits of either case. Returns 0, or -1 if text is anything else. */
int text_unhex(const char *text, size_t text_length, uint8_t *out, size_t length);

#endif
