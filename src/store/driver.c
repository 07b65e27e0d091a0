/* What both drivers share: values, and the writing of shared SQL in a driver's own words. */
#include "store/driver.h"

#include <string.h>

struct value integer(int64_t number)
{
    return (struct value){.type = VALUE_INTEGER, .integer = number};
}

struct value text(const char *text)
{
    if (text == NULL)
        text = "";
    return (struct value){.type = VALUE_TEXT, .data = text, .length = strlen(text)};
}

struct value blob(const void *data, size_t length)
{
    return (struct value){.type = VALUE_BLOB, .data = data, .length = length};
}

void expand_sql(const char *sql, const struct word *words, char parameter, struct bytes *out)
{
    while (*sql != '\0') {
        if (*sql == '$') {
            bytes_append_char(out, parameter);
            sql++;
            continue;
        }
        const char *end = *sql == '{' ? strchr(sql, '}') : NULL;
        if (end == NULL) {
            bytes_append_char(out, *sql++);
            continue;
        }
        size_t length = (size_t)(end - sql - 1);
        for (const struct word *word = words; word->word != NULL; word++)
            if (strlen(word->word) == length && memcmp(word->word, sql + 1, length) == 0)
                bytes_append_text(out, word->meaning);
        sql = end + 1;
    }
}
