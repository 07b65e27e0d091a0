/* WhatsApp: numbers in links (wa.me/NUMBER, api.whatsapp.com/send?phone=NUMBER), kept in E.164 form like other
 * telephone numbers, and invitations to groups (chat.whatsapp.com/CODE, 22 letters and digits). */
#include "scan/recognise.h"

#include <string.h>
#include <strings.h>

enum { DIGITS_LEAST = 8, DIGITS_MOST = 15, CODE = 22 };

static bool read_number(const struct text *text, size_t at, size_t begin, struct match *match)
{
    size_t length = 0;
    if (byte_at(text, at) == '+')
        at++;
    else if (byte_at(text, at) == '%' && byte_at(text, at + 1) == '2' && to_lower(byte_at(text, at + 2)) == 'b')
        at += 3;
    bool varied = false;
    while (length <= DIGITS_MOST && is_digit(byte_at(text, at + length))) {
        varied = varied || text->data[at + length] != text->data[at];
        length++;
    }
    uint8_t after = byte_at(text, at + length);
    if (length < DIGITS_LEAST || length > DIGITS_MOST || text->data[at] == '0' || !varied || is_alnum(after) ||
        after == '_')
        return false;
    match->begin = begin;
    match->end = at + length;
    put(match, '+');
    for (size_t i = 0; i < length; i++)
        put(match, text->data[at + i]);
    return true;
}

static bool read_group(const struct text *text, size_t at, size_t begin, struct match *match)
{
    static const char host[] = "chat.whatsapp.com/";
    bool digit = false;
    bool upper = false;
    size_t length = 0;
    if (text->length - at > 7 && strncasecmp((const char *)text->data + at, "invite/", 7) == 0)
        at += 7;
    for (; length <= CODE && is_alnum(byte_at(text, at + length)); length++) {
        digit = digit || is_digit(text->data[at + length]);
        upper = upper || is_upper(text->data[at + length]);
    }
    uint8_t after = byte_at(text, at + length);
    if (length != CODE || (!digit && !upper) || after == '_' || after == '-')
        return false;
    match->begin = begin;
    match->end = at + length;
    for (const char *c = host; *c != '\0'; c++)
        put(match, (uint8_t)*c);
    for (size_t i = 0; i < length; i++)
        put(match, text->data[at + i]);
    return true;
}

bool verify_whatsapp(const struct text *text, size_t at, struct match *match)
{
    if (ends_before(text, at, "wa.me")) {
        uint8_t before = byte_at(text, at - 6);
        return !is_alnum(before) && before != '-' && before != '.' && read_number(text, at + 1, at - 5, match);
    }
    if (!ends_before(text, at, "whatsapp.com"))
        return false;
    if (ends_before(text, at, "chat.whatsapp.com"))
        return read_group(text, at + 1, at - 17, match);
    if (!ends_before(text, at, "api.whatsapp.com") && !ends_before(text, at, "web.whatsapp.com"))
        return false;
    static const char *const sends[] = {"send?phone=", "send/?phone="};
    for (size_t i = 0; i < 2; i++) {
        size_t length = strlen(sends[i]);
        if (text->length - at > length && memcmp(text->data + at + 1, sends[i], length) == 0)
            return read_number(text, at + 1 + length, at - 16, match);
    }
    return false;
}
