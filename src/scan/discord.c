/* Discord: invitations to servers, discord.gg/CODE and discord.com/invite/CODE. Codes tell capitals from small letters;
 * a server may have a name of its own in place of one. */
#include "scan/recognise.h"

#include <string.h>

enum { CODE_LEAST = 2, CODE_MOST = 32 };

static bool read_code(const struct text *text, size_t at, size_t begin, struct match *match)
{
    static const char invite[] = "invite/";
    size_t length = 0;
    if (text->length - at > sizeof invite - 1 && memcmp(text->data + at, invite, sizeof invite - 1) == 0)
        at += sizeof invite - 1;
    while (length <= CODE_MOST && (is_alnum(byte_at(text, at + length)) || byte_at(text, at + length) == '-'))
        length++;
    while (length > 0 && text->data[at + length - 1] == '-')
        length--;
    uint8_t after = byte_at(text, at + length);
    bool goes_on = after == '_' || after == '%' || after == '{' || after == '$' ||
                   (after == '.' && is_alnum(byte_at(text, at + length + 1)));
    if (length < CODE_LEAST || length > CODE_MOST || text->data[at] == '-' || goes_on)
        return false;
    match->begin = begin;
    match->end = at + length;
    for (size_t i = 0; i < length; i++)
        put(match, text->data[at + i]);
    return true;
}

bool verify_discord(const struct text *text, size_t at, struct match *match)
{
    static const struct {
        const char *host, *path;
    } forms[] = {{"discord.gg", ""}, {"discord.com", "invite/"}, {"discordapp.com", "invite/"}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        size_t length = strlen(forms[i].host);
        size_t path = strlen(forms[i].path);
        if (!ends_before(text, at, forms[i].host) || is_alnum(byte_at(text, at - length - 1)))
            continue;
        if (text->length - at > path && memcmp(text->data + at + 1, forms[i].path, path) == 0)
            return read_code(text, at + 1, at - length, match);
    }
    return false;
}
