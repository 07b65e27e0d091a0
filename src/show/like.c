/* Masking puts one star for one character and changes nothing else: so a path in clear is like the pattern in which a
 * star may be any character, if the masked one is like the pattern itself. */
#include "show/like.h"

#include <string.h>

#include "base/text.h"
#include "show/mask.h"

static size_t step_of(const char *text)
{
    size_t length = text_character(text, strnlen(text, 4));
    return length == 0 ? 1 : length;
}

/* After a '%' that failed, the text is tried one character further on; of several the last alone needs that. */
bool is_like(const char *text, const char *pattern)
{
    const char *again = NULL, *again_text = NULL;
    while (*text != '\0') {
        const char *literal = *pattern == '\\' && pattern[1] != '\0' ? pattern + 1 : pattern;
        if (*pattern == '%') {
            again = ++pattern;
            again_text = text;
        } else if (*pattern == '_') {
            pattern++;
            text += step_of(text);
        } else if (*literal == *text) {
            pattern = literal + 1;
            text++;
        } else if (again != NULL) {
            pattern = again;
            again_text += step_of(again_text);
            text = again_text;
        } else {
            return false;
        }
    }
    while (*pattern == '%')
        pattern++;
    return *pattern == '\0';
}

static bool shows(void *context, const char *path)
{
    return is_like(shown_text(path, false), context);
}

void filter_shown_paths(struct store_filter *filter, const char *pattern, struct bytes *room)
{
    if (pattern == NULL)
        return;
    for (const char *at = pattern; *at != '\0'; at++) {
        if (*at == '\\' && at[1] == '*')
            at++;
        if (*at == '\\' && at[1] != '\0')
            bytes_append_char(room, *at++);
        bytes_append_char(room, *at == '*' ? '_' : *at);
    }
    filter->path_like = bytes_text(room);
    filter->takes_path = shows;
    filter->takes_context = (void *)(uintptr_t)pattern;
}
