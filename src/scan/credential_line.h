/* What the readers of lines with passwords (credential_line.c) and those who hide these (credential_hide.c) both ask.
 */
#ifndef SCAN_CREDENTIAL_LINE_H
#define SCAN_CREDENTIAL_LINE_H

#include "scan/credential.h"

enum { SECRET_LEAST = 4, SECRET_MOST = 64, SIGNS_MOST = 3, NAME_MOST = 64, KEY_MOST = 24, FIELD_WORDS = 3 };

/* What ends a line; each in turn narrows the range, which is the faster the nearer the first one found stands. */
static const uint8_t line_breaks[] = {'\n', 0, '\r', FILL};

static inline bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t';
}

static inline bool is_separator(uint8_t byte)
{
    return byte == ':' || byte == ';' || byte == '|';
}

/* Parts a name from a password only where both are plain to see. */
static inline bool is_weak(uint8_t byte)
{
    return is_blank(byte) || byte == ',';
}

/* Of a field's name: no letters of ASCII alone. */
static inline bool is_name_letter(uint8_t byte)
{
    return is_alpha(byte) || (byte >= 0x80 && byte != FILL);
}

#endif
