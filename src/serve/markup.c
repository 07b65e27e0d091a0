/* Every character goes one of three ways: named, escaped, or as it is. */
#include "serve/markup.h"

#include <string.h>

#include "base/text.h"

/* What XML forbids besides: U+FFFE and U+FFFF. */
static bool is_no_character(const char *character, size_t length)
{
    return length == 3 && memcmp(character, "\xef\xbf", 2) == 0 && (unsigned char)character[2] >= 0xbe;
}

/* As an escape that can be seen, where it would turn or hide what stands around it. */
static bool append_escape(struct bytes *out, const char *text, size_t length)
{
    unsigned code = length == 0 ? 0 : text_misleads(text, length);
    if (length == 0 || is_no_character(text, length))
        bytes_append_text(out, "\xef\xbf\xbd");
    else if (code == 0 || code == '\t' || code == '\n')
        return false;
    else
        bytes_format(out, "\\u%04x", code);
    return true;
}

void append_markup(struct bytes *out, const char *text)
{
    static const struct {
        char character;
        const char *name;
    } named[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};
    size_t left = text == NULL ? 0 : strlen(text);
    while (left > 0) {
        size_t length = text_character(text, left);
        const char *name = NULL;
        for (size_t i = 0; i < sizeof named / sizeof *named; i++)
            if (*text == named[i].character)
                name = named[i].name;
        if (name != NULL)
            bytes_append_text(out, name);
        else if (!append_escape(out, text, length))
            bytes_append(out, text, length);
        length += length == 0;
        text += length;
        left -= length;
    }
}
