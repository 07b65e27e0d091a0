/* WhatsApp: numbers in links (wa.me/NUMBER, api.whatsapp.com/send?phone=NUMBER, whatsapp://send?phone=NUMBER), as the
 * program's own ids (NUMBER@s.whatsapp.net, NUMBER@c.us) and behind its name, kept in E.164 form like other telephone
 * numbers; invitations to groups (chat.whatsapp.com/CODE, 22 letters and digits); and groups' ids, which stay as they
 * are: NUMBER@g.us, or the founder's number with the time of founding, NUMBER-TIME@g.us. */
#include "scan/recognise.h"

#include <string.h>
#include <strings.h>

enum { DIGITS_LEAST = 8, DIGITS_MOST = 15, CODE = 22, GROUP_LEAST = 17, GROUP_MOST = 20, TIME = 10 };

enum messenger messenger_id(const struct text *text, size_t at)
{
    static const struct {
        const char *host;
        enum messenger who;
    } hosts[] = {{"s.whatsapp.net", MESSENGER_PERSON}, {"c.us", MESSENGER_PERSON}, {"g.us", MESSENGER_GROUP}};
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        size_t length = strlen(hosts[i].host);
        if (text->length - at < length || strncasecmp((const char *)text->data + at, hosts[i].host, length) != 0)
            continue;
        uint8_t after = byte_at(text, at + length);
        uint8_t after2 = byte_at(text, at + length + 1);
        return is_alnum(after) || after == '_' || after == '-' || (after == '.' && is_alnum(after2)) ? MESSENGER_NONE
                                                                                                     : hosts[i].who;
    }
    return MESSENGER_NONE;
}

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

/* Where the number of a link stands, in the query at `at`; 0 if it has none. */
static size_t find_phone(const struct text *text, size_t at)
{
    enum { QUERY_MOST = 512 };
    static const char key[] = "phone=";
    if (text->length - at < sizeof "send?" || memcmp(text->data + at, "send", 4) != 0)
        return 0;
    at += 4;
    at += byte_at(text, at) == '/';
    if (byte_at(text, at) != '?')
        return 0;
    for (size_t i = at + 1; i < text->length && i - at < QUERY_MOST && text->data[i] > ' '; i++) {
        uint8_t before = text->data[i - 1];
        if (text->data[i] == 'p' && (before == '?' || before == '&' || before == ';') &&
            text->length - i > sizeof key - 1 && memcmp(text->data + i, key, sizeof key - 1) == 0)
            return i + sizeof key - 1;
        if (text->data[i] == '"' || text->data[i] == '<')
            return 0;
    }
    return 0;
}

static size_t count_digits_before(const struct text *text, size_t at)
{
    size_t count = 0;
    while (count <= GROUP_MOST && count < at && is_digit(text->data[at - 1 - count]))
        count++;
    return count;
}

/* An id, with its '@' at `at`. A device's number may stand behind that of the telephone: "46701740605:12@…". */
static bool read_id(const struct text *text, size_t at, struct match *match)
{
    bool group = messenger_id(text, at + 1) == MESSENGER_GROUP;
    size_t end = at;
    size_t digits = count_digits_before(text, at);
    if (!group && digits > 0 && digits < 3 &&
        (byte_at(text, at - digits - 1) == ':' || text->data[at - digits - 1] == '.')) {
        end = at - digits - 1;
        digits = count_digits_before(text, end);
    }
    size_t begin = end - digits;
    if (group && digits == TIME && byte_at(text, begin - 1) == '-') {
        digits = count_digits_before(text, begin - 1);
        begin -= 1 + digits;
        if (digits < DIGITS_LEAST || digits > DIGITS_MOST)
            return false;
    } else if (group ? digits < GROUP_LEAST || digits > GROUP_MOST : digits < DIGITS_LEAST || digits > DIGITS_MOST) {
        return false;
    }
    uint8_t before = byte_at(text, begin - 1);
    if (is_alnum(before) || before == '_' || before == '-' || before == '.' || before == '+' ||
        (!group && text->data[begin] == '0'))
        return false;
    match->begin = begin;
    match->end = at + 1 + (to_lower(text->data[at + 1]) == 's' ? strlen("s.whatsapp.net") : strlen("c.us"));
    if (!group)
        put(match, '+');
    for (size_t i = begin; i < end; i++)
        put(match, text->data[i]);
    for (const char *c = group ? "@g.us" : ""; *c != '\0'; c++)
        put(match, (uint8_t)*c);
    return true;
}

static bool verify_link(const struct text *text, size_t at, size_t begin, struct match *match)
{
    size_t phone = find_phone(text, at);
    return phone > 0 && read_number(text, phone, begin, match);
}

bool verify_whatsapp(const struct text *text, size_t at, struct match *match)
{
    switch (text->data[at]) {
    case '@':
        return messenger_id(text, at + 1) != MESSENGER_NONE && read_id(text, at, match);
    case '+':
        return follows_word(text, at, " whatsapp watsapp whatsap ") && verify_phone(text, at, match);
    case ':':
        return ends_before(text, at, "whatsapp") && verify_link(text, at + 3, at - 8, match);
    default:
        break;
    }
    if (ends_before(text, at, "wa.me")) {
        uint8_t before = byte_at(text, at - 6);
        size_t number = byte_at(text, at + 1) == 'c' && byte_at(text, at + 2) == '/' ? at + 3 : at + 1;
        return !is_alnum(before) && before != '-' && before != '.' && read_number(text, number, at - 5, match);
    }
    if (!ends_before(text, at, "whatsapp.com"))
        return false;
    if (ends_before(text, at, "chat.whatsapp.com"))
        return read_group(text, at + 1, at - 17, match);
    if (!ends_before(text, at, "api.whatsapp.com") && !ends_before(text, at, "web.whatsapp.com"))
        return false;
    return verify_link(text, at + 1, at - 16, match);
}
