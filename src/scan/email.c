/* Mail addresses (RFC 5321, dot-atoms of RFC 5322): the characters that real mailboxes use, not all that the grammar
 * lets through, since '=', '/', '&' and the like around an address are nearly always somebody else's syntax. */
#include "scan/idn.h"

#include <libpsl.h>
#include <string.h>
#include <strings.h>

enum { LOCAL_MAX = 64, DOMAIN_MAX = 253, LABEL_MAX = 63, ADDRESS_MAX = 254 };

static bool is_relay(const struct text *text, size_t at)
{
    enum { NAME_LEAST = 3 };
    if (!is_alnum(byte_at(text, at - 1)) ||
        (hex_value(byte_at(text, at + 1)) >= 0 && hex_value(byte_at(text, at + 2)) >= 0))
        return false;
    for (size_t i = at + 1; i <= at + NAME_LEAST; i++) {
        if (!is_alnum(byte_at(text, i)))
            return false;
    }
    return true;
}

static bool is_local(const struct text *text, size_t at)
{
    uint8_t byte = text->data[at];
    if (byte == '\'') /* O'Brien, not 'quoted' */
        return at > 0 && is_alpha(text->data[at - 1]) && is_alpha(byte_at(text, at + 1));
    if (byte == '%') /* of one who relays, "user%host@relay": no escape of a URL's, nor a format of printf's */
        return is_relay(text, at);
    return is_alnum(byte) || byte == '.' || byte == '_' || byte == '-' || byte == '+';
}

/* Steps over what an escape left before the local part: "\n" or "\u003c" in source and JSON, "%20" in a URL, a font or
 * a quote in manual pages: "\fB", "\*(Aq". */
static size_t skip_escape(const struct text *text, size_t begin, size_t end)
{
    uint8_t before = byte_at(text, begin - 1);
    size_t skip = 0;
    if (before == '%')
        skip = 2;
    else if (before == '\\' && (text->data[begin] == 'u' || text->data[begin] == 'x'))
        skip = text->data[begin] == 'u' ? 5 : 3;
    else if (before == '\\' && (text->data[begin] == 'n' || text->data[begin] == 'r' || text->data[begin] == 't'))
        return end - begin > 1 ? begin + 1 : begin;
    else if (before == '\\' && text->data[begin] == 'f' && end - begin > 2 &&
             (is_digit(text->data[begin + 1]) || strchr("BIRPC", text->data[begin + 1]) != NULL))
        return begin + 2;
    else if (before == '(' && byte_at(text, begin - 2) == '*' && byte_at(text, begin - 3) == '\\' && end - begin > 2)
        return begin + 2;
    for (size_t i = before == '%' ? 0 : 1; i < skip; i++) {
        if (begin + i >= end || hex_value(text->data[begin + i]) < 0)
            return begin;
    }
    return begin + skip < end ? begin + skip : begin;
}

/* Is the byte before `begin` the backslash that manual pages (roff) write before a '-': "bug\-reports@example.org"? */
static bool is_escaped_dash(const struct text *text, size_t begin, size_t at)
{
    return text->data[begin - 1] == '\\' && begin < at && text->data[begin] == '-' &&
           is_alnum(byte_at(text, begin - 2));
}

static size_t local_begin(const struct text *text, size_t at)
{
    size_t begin = at;
    while (begin > 0 && at - begin <= LOCAL_MAX && (is_local(text, begin - 1) || is_escaped_dash(text, begin, at))) {
        if (text->data[begin - 1] == '.' && (begin == at || text->data[begin] == '.'))
            break;
        begin--;
    }
    if (at - begin > LOCAL_MAX)
        return at;
    begin = skip_escape(text, begin, at);
    while (begin < at && (text->data[begin] == '.' || text->data[begin] == '-' || text->data[begin] == '\''))
        begin++;
    return begin;
}

/* Is the top-level domain one that exists, or one that local networks and examples use? What merely has the shape of an
 * address, as in compiled programs and dictionaries of passwords, ends with any letters. */
static bool is_assigned(const struct text *text, size_t at, size_t end)
{
    static const char local[] = " com org net edu gov mil int info example test invalid localhost localdomain lan "
                                "intranet internal intern corp home onion ";
    char word[LABEL_MAX + 3] = " ";
    size_t length = end - at;
    if (length == 2 || length > LABEL_MAX)
        return length == 2;
    for (size_t i = 0; i < length; i++)
        word[1 + i] = (char)to_lower(text->data[at + i]);
    word[1 + length] = ' ';
    if (strstr(local, word) != NULL)
        return true;
    word[1 + length] = '\0';
    const psl_ctx_t *suffixes = psl_builtin();
    return suffixes == NULL || psl_is_public_suffix2(suffixes, word + 1, PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE) != 0;
}

/* Does the line begin as a header that names messages, before its '<'? */
static bool in_message_header(const struct text *text, size_t begin)
{
    static const char *const headers[] = {"message-id:", "in-reply-to:", "references:"};
    enum { LINE_SEEN = 512 };
    if (byte_at(text, begin - 1) != '<')
        return false;
    size_t line = begin;
    while (line > 0 && begin - line < LINE_SEEN && text->data[line - 1] != '\n')
        line--;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        size_t length = strlen(headers[i]);
        if (begin - line > length && strncasecmp((const char *)text->data + line, headers[i], length) == 0)
            return true;
    }
    return false;
}

/* Names that have the form of an address: algorithms of SSH (RFC 4251, section 6) and add-ons of Mozilla's programs
 * with their version, "name@host:1.0.2". */
static bool is_label(const struct text *text, size_t begin, size_t at, size_t end)
{
    enum { PART_MOST = 3, VERSION_MOST = 16 };
    static const char openssh[] = "@openssh.com";
    if (end - at == sizeof openssh - 1 && strncasecmp((const char *)text->data + at, openssh, end - at) == 0 &&
        memchr(text->data + begin, '-', at - begin) != NULL)
        return true;
    if (byte_at(text, begin - 1) != '"' || byte_at(text, end) != ':')
        return false;
    size_t dots = 0;
    size_t part = 0;
    for (size_t i = end + 1; i < end + 1 + VERSION_MOST && part <= PART_MOST; i++) {
        uint8_t byte = byte_at(text, i);
        if (byte == '"')
            return dots > 0 && part > 0;
        if (!is_digit(byte) && byte != '.')
            return false;
        part = byte == '.' ? 0 : part + 1;
        dots += byte == '.';
    }
    return false;
}

/* Is it the name of a message (RFC 5322, 3.6.4), as mail servers write them: a date and time to the minute or second
 * and a queue's number behind a '.', or one of Gmail's, which stand below mail.gmail.com, where no mailbox is? */
static bool is_message(const struct text *text, size_t begin, size_t at, size_t end)
{
    enum { STAMP = 12 };
    static const char gmail[] = "@mail.gmail.com";
    size_t digits = begin;
    while (is_digit(text->data[digits]))
        digits++;
    return (digits - begin >= STAMP && text->data[digits] == '.') ||
           (end - at == sizeof gmail - 1 && strncasecmp((const char *)text->data + at, gmail, end - at) == 0);
}

/* Is it an id of WhatsApp (whatsapp.c), which is digits before its '@'? */
static bool is_messenger(const struct text *text, size_t begin, size_t at)
{
    if (!is_digit(text->data[at - 1]) || messenger_id(text, at + 1) == MESSENGER_NONE)
        return false;
    for (size_t i = begin; i < at; i++) {
        if (!is_digit(text->data[i]) && text->data[i] != '-' && text->data[i] != '.')
            return false;
    }
    return true;
}

/* Finds the end of the longest valid domain at `at`: labels of letters, digits, '-' and (as some write) '_', the last
 * of them a top-level domain. Returns `at` if there is none. */
static size_t domain_end(const struct text *text, size_t at)
{
    size_t best = at;
    size_t label = at;
    unsigned labels = 0;
    size_t i = at;
    for (; i - at <= DOMAIN_MAX; i++) {
        uint8_t byte = byte_at(text, i);
        if (is_alnum(byte) || byte == '-' || byte == '_')
            continue;
        size_t end = i; /* of this label, less the punctuation that ends a sentence */
        while (byte != '.' && end > label && (text->data[end - 1] == '-' || text->data[end - 1] == '_'))
            end--;
        if (end == label || end - label > LABEL_MAX || text->data[label] == '-' || text->data[end - 1] == '-')
            break;
        labels++;
        bool last = byte != '.' || !is_alnum(byte_at(text, i + 1));
        if (last) {
            if (labels > 1 && is_top_level(text, label, end) && is_assigned(text, label, end))
                best = end;
            break;
        }
        label = i + 1;
    }
    return i - at > DOMAIN_MAX ? at : best;
}

/* The same for a domain in letters beyond ASCII, which is written to `name`; 0 if there is none. Before it the mailbox
 * may have such letters too (RFC 6531). */
static size_t idn_end(const struct text *text, size_t at, char name[IDN_MOST + 1], size_t *length)
{
    size_t end = at;
    bool beyond = false;
    while (end - at <= DOMAIN_MAX &&
           (is_alnum(byte_at(text, end)) || byte_at(text, end) == '-' || is_idn_byte(text, end) ||
            (byte_at(text, end) == '.' && (is_alnum(byte_at(text, end + 1)) || is_idn_byte(text, end + 1))))) {
        beyond = beyond || is_idn_byte(text, end);
        end++;
    }
    *length = beyond && end - at <= DOMAIN_MAX ? idn_to_ascii(text, at, end, name) : 0;
    const char *last = *length == 0 ? NULL : strrchr(name, '.');
    struct text ascii = {.data = (const uint8_t *)name, .length = *length};
    if (last == NULL || !is_top_level(&ascii, (size_t)(last + 1 - name), *length) ||
        !is_assigned(&ascii, (size_t)(last + 1 - name), *length))
        *length = 0;
    return *length == 0 ? 0 : end;
}

/* Where a mailbox begins whose name has letters of two bytes in UTF-8 (U+00C0 to U+07FF). */
static size_t letters_begin(const struct text *text, size_t at)
{
    size_t begin = at;
    for (;;) {
        uint8_t last = byte_at(text, begin - 1);
        uint8_t lead = byte_at(text, begin - 2);
        if (begin > 0 && at - begin < LOCAL_MAX && (is_alnum(last) || last == '.' || last == '_' || last == '-'))
            begin--;
        else if (begin > 1 && at - begin < LOCAL_MAX && last >= 0x80 && last < 0xc0 && lead >= 0xc3 && lead < 0xe0)
            begin -= 2;
        else
            break;
    }
    while (begin < at && (text->data[begin] == '.' || text->data[begin] == '-'))
        begin++;
    return at - begin < LOCAL_MAX && text->data[at - 1] != '.' ? begin : at;
}

/* An address whose domain has letters beyond ASCII: "kontakt@müller.example". */
static bool verify_letters(const struct text *text, size_t at, struct match *match)
{
    char name[IDN_MOST + 1];
    size_t length;
    size_t begin = text->data[at - 1] >= 0x80 ? letters_begin(text, at) : local_begin(text, at);
    size_t end = begin == at ? 0 : idn_end(text, at + 1, name, &length);
    if (end == 0 || byte_at(text, begin - 1) == '@' || byte_at(text, begin - 1) >= 0x80 || byte_at(text, end) == '@')
        return false;
    match->begin = begin;
    match->end = end;
    for (size_t i = begin; i <= at; i++)
        put(match, to_lower(text->data[i]));
    for (size_t i = 0; i < length; i++)
        put(match, (uint8_t)name[i]);
    return true;
}

/* Does a letter beyond ASCII stand in what follows the '@', before what ends a name? */
static bool has_letters(const struct text *text, size_t at)
{
    size_t end = at + 1;
    while (end - at <= LABEL_MAX &&
           (is_alnum(byte_at(text, end)) || byte_at(text, end) == '-' || byte_at(text, end) == '.'))
        end++;
    return is_idn_byte(text, end);
}

/* May the byte stand beside text: visible, white space, the NUL around strings, or the end of narrowed text? */
static bool may_adjoin(uint8_t byte)
{
    return (byte >= ' ' && byte < 0x7f) || (byte >= '\t' && byte <= '\r') || byte == 0 || byte == FILL;
}

/* Does "://" stand between, with no slash behind it? */
static bool in_authority(const struct text *text, size_t begin, size_t end)
{
    const uint8_t *mark = end > begin ? memmem(text->data + begin, end - begin, "://", 3) : NULL;
    return mark != NULL && memchr(mark + 3, '/', (size_t)(text->data + end - mark) - 3) == NULL;
}

bool verify_email(const struct text *text, size_t at, struct match *match)
{
    uint8_t first = byte_at(text, at + 1);
    if (first >= 0x80) /* by chance, mostly: what follows must be a letter's second byte */
        return first >= 0xc3 && first < 0xf0 && (byte_at(text, at + 2) & 0xc0) == 0x80 && at > 0 &&
               verify_letters(text, at, match);
    if (at > 0 && has_letters(text, at) && verify_letters(text, at, match))
        return true;
    size_t begin = local_begin(text, at);
    if (begin == at)
        return false;
    size_t end = domain_end(text, at + 1);
    if (end == at + 1 || end - begin > ADDRESS_MAX || is_message(text, begin, at, end) ||
        in_message_header(text, begin) || is_label(text, begin, at, end))
        return false;
    if (is_messenger(text, begin, at))
        return false;
    uint8_t before = byte_at(text, begin - 1);
    uint8_t after = byte_at(text, end);
    if (before == '@' || after == '@')
        return false;
    /* "scheme://user:password@host" is no mailbox; "scheme://host/path:mailbox:password" has one. */
    if (before == ':' && in_authority(text, token_begin(text, begin, LOCAL_MAX), begin))
        return false;
    if (before == '/' && ends_before(text, begin, "ssh://")) /* a login, "ssh://git@host" */
        return false;
    /* Compressed bytes spell short addresses by chance: those must stand in text. */
    if (end - begin < 10 && !(may_adjoin(before) && may_adjoin(after)))
        return false;
    match->begin = begin;
    match->end = end;
    for (size_t i = begin; i < end; i++) {
        if (text->data[i] != '\\')
            put(match, to_lower(text->data[i]));
    }
    return true;
}
