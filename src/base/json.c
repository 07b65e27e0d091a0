/* A writer, not a tree: each call appends to the line. */
#include "base/json.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

static void append_escaped(struct bytes *out, const char *text, size_t length)
{
    bytes_append_char(out, '"');
    for (size_t at = 0; at < length;) {
        unsigned char c = (unsigned char)text[at];
        size_t step = text_character(text + at, length - at);
        if (step == 0) {
            bytes_append_text(out, "\xef\xbf\xbd");
            at++;
        } else if (c == '"' || c == '\\') {
            bytes_append_char(out, '\\');
            bytes_append_char(out, (char)c);
            at++;
        } else if (c < 0x20 || c == 0x7f) {
            bytes_format(out, "\\u%04x", c);
            at++;
        } else {
            bytes_append(out, text + at, step);
            at += step;
        }
    }
    bytes_append_char(out, '"');
}

static void begin(struct json *json, const char *key)
{
    if (json->comma)
        bytes_append_char(&json->out, ',');
    json->comma = true;
    if (key != NULL) {
        append_escaped(&json->out, key, strlen(key));
        bytes_append_char(&json->out, ':');
    }
}

void json_open(struct json *json, const char *key, char bracket)
{
    begin(json, key);
    bytes_append_char(&json->out, bracket);
    json->comma = false;
}

void json_close(struct json *json, char bracket)
{
    bytes_append_char(&json->out, bracket);
    json->comma = true;
}

void json_text_n(struct json *json, const char *key, const char *text, size_t length)
{
    begin(json, key);
    append_escaped(&json->out, text, length);
}

void json_text(struct json *json, const char *key, const char *text)
{
    if (text == NULL)
        json_null(json, key);
    else
        json_text_n(json, key, text, strlen(text));
}

void json_int(struct json *json, const char *key, int64_t number)
{
    begin(json, key);
    bytes_format(&json->out, "%lld", (long long)number);
}

void json_real(struct json *json, const char *key, double number)
{
    begin(json, key);
    char text[64];
    (void)snprintf(text, sizeof text, "%.4f", number);
    size_t length = strlen(text);
    if (strchr(text, '.') != NULL)
        while (text[length - 1] == '0' && text[length - 2] != '.')
            length--;
    bytes_append(&json->out, text, length);
}

void json_bool(struct json *json, const char *key, bool value)
{
    begin(json, key);
    bytes_append_text(&json->out, value ? "true" : "false");
}

void json_null(struct json *json, const char *key)
{
    begin(json, key);
    bytes_append_text(&json->out, "null");
}

void json_clear(struct json *json)
{
    bytes_clear(&json->out);
    json->comma = false;
}

void json_free(struct json *json)
{
    bytes_free(&json->out);
    json->comma = false;
}
