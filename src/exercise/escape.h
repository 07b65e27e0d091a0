/* Notations of text that hide what addresses are known by: percent-encoding (RFC 3986), strings of JSON (RFC 8259) as
 * programs write them, character references (HTML). They are named where containers are (wrap.h), innermost. */
#ifndef EXERCISE_ESCAPE_H
#define EXERCISE_ESCAPE_H

#include "exercise/value.h"

/* Is the innermost container a notation? */
bool is_notation(const char *container);

/* May a value of this kind stand there? In a notation only what it changes and is known by: addresses of mail
 * and of pages, phone numbers, groups of digits, lists of words. */
bool container_takes(const char *container, enum sb_kind kind);

/* A kind that this notation takes. */
enum sb_kind notation_kind(const char *container, struct random *random);

/* Rewrites a text in the innermost notation; as it is where that is none, or where there is no room. */
void escape_text(const char *container, struct random *random, char text[VALUE_MAX]);

#endif
