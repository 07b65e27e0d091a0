/* Every character goes one of three ways: named, replaced, or as it is. */
#include "serve/markup.h"

#include <string.h>

#include "base/text.h"

/* U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069 in UTF-8; U+FFFE and U+FFFF, which XML forbids. */
static bool is_forbidden(const char *character, size_t length)
{
    const unsigned char *c = (const unsigned char *)character;
    if (length == 1)
        return (c[0] < ' ' && c[0] != '\t' && c[0] != '\n') || c[0] == 0x7f;
    if (length == 2)
        return c[0] == 0xc2 && c[1] < 0xa0; /* C1 */
    if (length != 3)
        return false;
    return (c[0] == 0xe2 && c[1] == 0x80 && (c[2] == 0x8e || c[2] == 0x8f || (c[2] >= 0xaa && c[2] <= 0xae))) ||
           (c[0] == 0xe2 && c[1] == 0x81 && c[2] >= 0xa6 && c[2] <= 0xa9) ||
           (c[0] == 0xef && c[1] == 0xbf && c[2] >= 0xbe);
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
        if (length == 0 || is_forbidden(text, length))
            name = "\xef\xbf\xbd";
        if (name != NULL)
            bytes_append_text(out, name);
        else
            bytes_append(out, text, length);
        length += length == 0;
        text += length;
        left -= length;
    }
}
