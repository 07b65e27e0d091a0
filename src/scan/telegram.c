/* Telegram: names (t.me/NAME, tg://resolve?domain=NAME, and @NAME behind a word that says where) and invitations
 * (t.me/+CODE, t.me/joinchat/CODE). Names are five to 32 letters, digits and underscores, the same in any case, and are
 * kept in lower case; a code is kept behind a '+'. */
#include "scan/recognise.h"

#include <string.h>
#include <strings.h>

enum { NAME_LEAST = 5, NAME_MOST = 32, CODE_LEAST = 16, CODE_MOST = 24 };

/* First parts of a path that are no names. */
static const char not_names[] = " joinchat share addstickers addemoji addtheme addlist proxy socks setlanguage login "
                                "confirmphone background invoice contact giftcode boost username telegram channel "
                                "iv stickers message messages example yourname your_username my_channel botname ";

static bool starts(const struct text *text, size_t at, const char *word)
{
    size_t length = strlen(word);
    return text->length - at >= length && strncasecmp((const char *)text->data + at, word, length) == 0;
}

static bool read_name(const struct text *text, size_t at, size_t begin, struct match *match)
{
    char name[NAME_MOST + 3] = " ";
    size_t length = 0;
    while (length <= NAME_MOST && (is_alnum(byte_at(text, at + length)) || byte_at(text, at + length) == '_'))
        length++;
    if (length < NAME_LEAST || length > NAME_MOST || !is_alpha(text->data[at]) || text->data[at + length - 1] == '_')
        return false;
    uint8_t after = byte_at(text, at + length);
    if (after == '@' || after == '-' || after == '%' || after == '$' || after == '{' ||
        (after == '.' && is_alnum(byte_at(text, at + length + 1))))
        return false;
    for (size_t i = 0; i < length; i++)
        name[1 + i] = (char)to_lower(text->data[at + i]);
    memcpy(name + 1 + length, " ", 2);
    if (strstr(not_names, name) != NULL)
        return false;
    match->begin = begin;
    match->end = at + length;
    for (size_t i = 0; i < length; i++)
        put(match, (uint8_t)name[1 + i]);
    return true;
}

static bool read_code(const struct text *text, size_t at, size_t begin, struct match *match)
{
    size_t length = 0;
    bool digit_or_capital = false;
    for (; length <= CODE_MOST; length++) {
        uint8_t byte = byte_at(text, at + length);
        if (!is_alnum(byte) && byte != '_' && byte != '-')
            break;
        digit_or_capital = digit_or_capital || is_digit(byte) || is_upper(byte);
    }
    if (length < CODE_LEAST || length > CODE_MOST || !digit_or_capital)
        return false;
    match->begin = begin;
    match->end = at + length;
    put(match, '+');
    for (size_t i = 0; i < length; i++)
        put(match, text->data[at + i]);
    return true;
}

static bool read_path(const struct text *text, size_t slash, struct match *match)
{
    static const char *const hosts[] = {"t.me", "telegram.me", "telegram.dog"};
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        if (!ends_before(text, slash, hosts[i]))
            continue;
        size_t begin = slash - strlen(hosts[i]);
        uint8_t before = byte_at(text, begin - 1);
        if (is_alnum(before) || before == '-' || before == '_' || (before == '.' && !ends_before(text, begin, "www.")))
            continue;
        size_t at = slash + 1;
        if (byte_at(text, at) == '+')
            return read_code(text, at + 1, begin, match);
        if (starts(text, at, "joinchat/"))
            return read_code(text, at + 9, begin, match);
        if (starts(text, at, "s/"))
            at += 2;
        return read_name(text, at, begin, match);
    }
    return false;
}

/* Is all of it text: no control but a tab, and bytes beyond ASCII only as UTF-8? Compressed bytes spell such words too.
 */
static bool is_written(const struct text *text, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++) {
        uint8_t byte = text->data[i];
        size_t more = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : byte >= 0xc2 ? 1 : 0;
        if ((byte < ' ' && byte != '\t' && byte != '\r') || byte == 0x7f || (byte >= 0x80 && more == 0))
            return false;
        for (; more > 0; more--) {
            if (++i >= end || (text->data[i] & 0xc0) != 0x80)
                return false;
        }
    }
    return true;
}

/* Does a word that tells where stand before the '@' at `at`, in the same line? */
static bool is_announced(const struct text *text, size_t at)
{
    enum { GAP_MOST = 12 };
    size_t end = at;
    while (end > 0 && at - end <= GAP_MOST && !is_alnum(text->data[end - 1]) && text->data[end - 1] != '\n' &&
           text->data[end - 1] != ')')
        end--;
    if (!is_written(text, end, at))
        return false;
    uint8_t last = to_lower(byte_at(text, end - 1)); /* most marks in source follow other letters */
    return (last == 'm' || last == 'g' || last == 'a') && follows_word(text, at, " telegram tg telega telegramm ");
}

bool verify_telegram(const struct text *text, size_t at, struct match *match)
{
    uint8_t byte = text->data[at];
    if (byte == '/')
        return read_path(text, at, match);
    if (byte == '@')
        return byte_at(text, at - 1) != '.' && is_announced(text, at) && read_name(text, at + 1, at, match);
    if (!ends_before(text, at, "tg") || is_alnum(byte_at(text, at - 3)))
        return false;
    if (starts(text, at + 3, "resolve?domain="))
        return read_name(text, at + 18, at - 2, match);
    return starts(text, at + 3, "join?invite=") && read_code(text, at + 15, at - 2, match);
}
