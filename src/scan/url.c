/* Addresses of the web and its kin (RFC 3986): a scheme, a host that can exist, and what may follow. Scheme and host
 * are lower-cased, the rest stays as it stands. */
#include "scan/credential.h"
#include "scan/idn.h"

#include <arpa/inet.h>
#include <string.h>

enum {
    LONGEST = 2040, /* twice as many bytes in UTF-16, and these must fit the margin of a chunk */
    SCHEME_MAX = 6,
    HOST_MAX = 253,
};

/* Longer ones first where one ends with another. */
static const char *const schemes[] = {"https", "http",  "ftps", "sftp", "ftp", "wss", "ws",  "rtsp",
                                      "rtmp",  "ldaps", "ldap", "ircs", "irc", "smb", "ssh", "git"};

/* The length of the known scheme that ends before `colon`, or 0. A short scheme must be a word of its own; "http" and
 * "https" may be glued to what precedes them, as happens in binary files. */
static size_t scheme_before(const struct text *text, size_t colon)
{
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        size_t length = strlen(schemes[i]);
        if (colon < length || strncasecmp((const char *)text->data + colon - length, schemes[i], length) != 0)
            continue;
        uint8_t before = byte_at(text, colon - length - 1);
        if (length > 3 && (i < 2 || !is_alnum(before)))
            return length;
        if (!is_alnum(before))
            return length;
    }
    return 0;
}

static bool is_url_byte(uint8_t byte)
{
    static const bool marks[256] = {
        ['-'] = true,  ['.'] = true, ['_'] = true, ['~'] = true, [':'] = true, ['/'] = true, ['?'] = true, ['#'] = true,
        ['['] = true,  [']'] = true, ['@'] = true, ['!'] = true, ['$'] = true, ['&'] = true, ['('] = true, [')'] = true,
        ['\''] = true, ['*'] = true, ['+'] = true, [','] = true, [';'] = true, ['='] = true, ['%'] = true};
    return is_alnum(byte) || marks[byte];
}

/* Does an HTML entity begin here that stands for a character no URL holds: a quote or an angle bracket? */
static bool is_entity(const struct text *text, size_t at)
{
    static const char *const entities[] = {"&quot;", "&lt;", "&gt;", "&#34;", "&#39;", "&apos;", "&#x27;"};
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++) {
        size_t length = strlen(entities[i]);
        if (text->length - at >= length && memcmp(text->data + at, entities[i], length) == 0)
            return true;
    }
    return false;
}

/* Is data[at..end) an IPv4 address, or a name with two labels or more and a top-level domain? */
static bool is_host(const struct text *text, size_t at, size_t end)
{
    char copy[HOST_MAX + 1];
    size_t length = end - at;
    if (length < 4 || length > HOST_MAX)
        return false;
    memcpy(copy, text->data + at, length);
    copy[length] = '\0';
    struct in_addr v4;
    if (inet_pton(AF_INET, copy, &v4) == 1)
        return true;
    size_t label = 0;
    size_t labels = 0;
    for (size_t i = 0; i <= length; i++) {
        if (i < length && copy[i] != '.')
            continue;
        if (i == label || i - label > 63 || copy[label] == '-' || copy[i - 1] == '-')
            return false;
        labels++;
        if (i < length)
            label = i + 1;
    }
    if (labels < 2)
        return false;
    return (length - label == 5 && strncasecmp(copy + label, "onion", 5) == 0) ||
           (length - label == 5 && strncasecmp(copy + label, "local", 5) == 0) || is_top_level(text, at + label, end);
}

/* The end of the host at `at`, or `at` if none stands there. One in letters beyond ASCII is written to `name`. */
static size_t host_end(const struct text *text, size_t at, char name[IDN_MOST + 1], size_t *length)
{
    size_t end = at;
    if (byte_at(text, at) == '[') {
        char copy[INET6_ADDRSTRLEN];
        size_t size = 0;
        while (size < sizeof copy - 1 && byte_at(text, at + 1 + size) != ']') {
            copy[size] = (char)byte_at(text, at + 1 + size);
            size++;
        }
        copy[size] = '\0';
        struct in6_addr v6;
        return byte_at(text, at + 1 + size) == ']' && inet_pton(AF_INET6, copy, &v6) == 1 ? at + size + 2 : at;
    }
    size_t ascii = 0; /* where the letters beyond ASCII begin */
    while (end - at <= HOST_MAX) {
        uint8_t byte = byte_at(text, end);
        bool joins = byte == '.' && (is_alnum(byte_at(text, end + 1)) || is_idn_byte(text, end + 1));
        bool beyond = is_idn_byte(text, end);
        if (!is_alnum(byte) && byte != '-' && byte != '_' && !joins && !beyond)
            break;
        ascii = beyond && ascii == 0 ? end : ascii;
        end++;
    }
    if (ascii != 0) {
        *length = idn_to_ascii(text, at, end, name);
        if (is_host(&(struct text){.data = (const uint8_t *)name, .length = *length}, 0, *length))
            return end;
        *length = 0; /* another text, glued to the name */
        end = text->data[ascii - 1] == '.' ? ascii - 1 : ascii;
    }
    return is_host(text, at, end) ? end : at;
}

/* The end of a user's name (and password) before a host, '@' included, or `at`. */
static size_t user_end(const struct text *text, size_t at)
{
    enum { USER_MAX = 128 };
    for (size_t i = at; i - at < USER_MAX; i++) {
        uint8_t byte = byte_at(text, i);
        if (byte == '@')
            return i > at ? i + 1 : at;
        if (!is_url_byte(byte) || strchr("/?#[]", byte) != NULL)
            return at;
    }
    return at;
}

static size_t port_end(const struct text *text, size_t at)
{
    size_t end = at + 1;
    unsigned port = 0;
    while (byte_at(text, at) == ':' && end - at <= 5 && is_digit(byte_at(text, end)))
        port = port * 10 + (text->data[end++] - '0');
    return end > at + 1 && port > 0 && port <= UINT16_MAX && !is_digit(byte_at(text, end)) ? end : at;
}

/* The end of path, query and fragment: at the first byte no URL holds, a bracket that was never opened, an entity, or
 * the quote that opened the URL. */
static size_t rest_end(const struct text *text, size_t at, size_t limit, uint8_t quote)
{
    int round = 0;
    int square = 0;
    size_t end = at;
    for (; end < limit; end++) {
        uint8_t byte = byte_at(text, end);
        if (byte == '\\' && byte_at(text, end + 1) == '-') /* as manual pages (roff) write a '-' */
            continue;
        if (!is_url_byte(byte) || (byte == '\'' && quote == '\''))
            break;
        if (byte == '%' && (hex_value(byte_at(text, end + 1)) < 0 || hex_value(byte_at(text, end + 2)) < 0))
            break;
        /* Another address, glued to this one or next in a list; one behind '/' or '=' is a part of this one. */
        size_t scheme = byte == ':' && byte_at(text, end + 1) == '/' && byte_at(text, end + 2) == '/'
                            ? scheme_before(text, end)
                            : 0;
        if (scheme > 0 && end - scheme > at) {
            uint8_t joint = text->data[end - scheme - 1];
            if (is_alnum(joint) || joint == ',' || joint == ';')
                return end - scheme;
        }
        round += (byte == '(') - (byte == ')');
        square += (byte == '[') - (byte == ']');
        if (round < 0 || square < 0 || (byte == '&' && is_entity(text, end)))
            break;
    }
    return end;
}

/* Where a string ends whose length stands before it, else `end`: in certificates (DER: an IA5String or the URI of a
 * GeneralName, shorter than 128 bytes) and in compiled Python, the next value's first byte often looks like a part. */
static size_t counted_end(const struct text *text, size_t begin, size_t after_host, size_t end)
{
    enum { IA5_STRING = 0x16, GENERAL_NAME_URI = 0x86, PYTHON_ASCII = 0xfa, PYTHON_INTERNED = 0xda, MOST = 127 };
    uint8_t tag = byte_at(text, begin - 2);
    size_t length = byte_at(text, begin - 1);
    /* Without its highest bit, Python's tag is a letter: only where no text has such a byte before an address. */
    bool python = (tag == (PYTHON_ASCII & 0x7f) || tag == (PYTHON_INTERNED & 0x7f)) && is_alnum((uint8_t)length);
    if (tag != IA5_STRING && tag != GENERAL_NAME_URI && tag != PYTHON_ASCII && tag != PYTHON_INTERNED && !python)
        return end;
    return length <= MOST && begin + length >= after_host && begin + length < end ? begin + length : end;
}

/* In a list of "https://site/path:name:password", or a row of a table with these, where the address ends; else `end`.
 */
static size_t cut_password(const struct text *text, size_t begin, size_t after_host, size_t end)
{
    struct credential line;
    uint8_t before = byte_at(text, begin - 1);
    bool first = before == 0 || before == '\n' || before == '\r' || before == FILL;
    bool row = (first || before == ',') && memchr(text->data + after_host, ',', end - after_host) != NULL;
    if (!row && (!first || memchr(text->data + after_host, ':', end - after_host) == NULL))
        return end;
    size_t from = first ? begin : line_begin(text, begin);
    size_t stop = line_end(text, begin);
    bool found = read_credential(text, from, stop, &line) && line.url == begin && line.url_end >= after_host &&
                 line.url_end < end;
    if (found && line.row) /* a comma may be the address's own, but hardly behind the slash of its host */
        found = (text->data[line.url_end - 1] == '/' && line.url_end == after_host + 1) ||
                is_listed(text, &line, from, stop);
    return found ? line.url_end : end;
}

/* Without the backslashes of roff. */
static void put_part(const struct text *text, size_t begin, size_t end, bool folds, struct match *match)
{
    for (size_t i = begin; i < end; i++) {
        if (text->data[i] != '\\')
            put(match, folds ? to_lower(text->data[i]) : text->data[i]);
    }
}

bool verify_url(const struct text *text, size_t at, struct match *match)
{
    size_t scheme = scheme_before(text, at);
    match->end = at + 3;
    if (scheme == 0)
        return false;
    size_t begin = at - scheme;
    size_t limit = begin + LONGEST + 1;
    size_t host = user_end(text, at + 3);
    char name[IDN_MOST + 1];
    size_t name_length = 0;
    size_t end = host_end(text, host, name, &name_length);
    if (end == host)
        return false;
    size_t after_host = end;
    end = port_end(text, end);
    uint8_t next = byte_at(text, end);
    if (next == '/' || next == '?' || next == '#')
        end = rest_end(text, end, limit, byte_at(text, begin - 1));
    match->end = end;
    end = counted_end(text, begin, after_host, cut_password(text, begin, after_host, end));
    if (end >= limit)
        return false;
    while (end > after_host && strchr(".,;:!?'*&([", text->data[end - 1]) != NULL)
        end--;
    match->begin = begin;
    put_part(text, begin, at, true, match);
    put_part(text, at, host, false, match);
    if (name_length > 0) {
        for (size_t i = 0; i < name_length; i++)
            put(match, (uint8_t)name[i]);
    } else {
        put_part(text, host, after_host, true, match);
    }
    put_part(text, after_host, end, false, match);
    match->end = end;
    return true;
}
