/* Text from evidence within HTML and XML. */
#ifndef SERVE_MARKUP_H
#define SERVE_MARKUP_H

#include "base/bytes.h"

/* Appends text so that it is nothing but text, within an element or a quoted attribute: the characters that markup is
 * made of are named; control characters and what turns or hides text become escapes that can be seen (\u202e), and what
 * is no character at all U+FFFD. NULL: nothing. */
void append_markup(struct bytes *out, const char *text);

#endif
