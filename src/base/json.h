/* JSON out (RFC 8259), one object a line (JSON Lines). Values may come from evidence: they are repaired to UTF-8 and
 * escaped, control characters included. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

struct json {
    struct bytes out;
    bool comma; /* the next member needs one before it */
};

/* Members of an object carry a key; elements of an array have key NULL. */
void json_open(struct json *json, const char *key, char bracket); /* '{' or '[' */
void json_close(struct json *json, char bracket);                 /* '}' or ']' */
void json_text(struct json *json, const char *key, const char *text); /* NULL text: null */
void json_text_n(struct json *json, const char *key, const char *text, size_t length);
void json_int(struct json *json, const char *key, int64_t number);
void json_real(struct json *json, const char *key, double number); /* rounded to 4 decimals */
void json_bool(struct json *json, const char *key, bool value);
void json_null(struct json *json, const char *key);

void json_clear(struct json *json); /* ready for the next line */
void json_free(struct json *json);

#endif
