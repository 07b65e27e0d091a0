/* Internet addresses: IPv4 as four decimal numbers, IPv6 as RFC 4291 writes and RFC 5952 normalises it. Only addresses
 * that can identify a host on the internet: not private (RFC 1918), shared, loopback, link-local, multicast or reserved
 * ones. The documentation ranges are let through, since exercises use them. Version numbers look the same, so context
 * decides. */
#include "scan/recognise.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static const char version_words[] =
    " version versions ver v vers release releases rev revision build firmware fw driver section sections chapter oid "
    "update upgrade patch assemblyversion fileversion productversion assemblyfileversion minversion maxversion "
    "newversion oldversion protocolversion publickeytoken clause paragraph figure table appendix asn libversion "
    "since sdk api bind kernel ";

static const char address_words[] =
    " ip ips ipv address addr addresses host hosts hostname server servers dns nameserver nameservers gateway router "
    ""
    "client peer remote source src dst destination ping connect connected connection listen inet proxy via login "
    "ssh attacker ";

static bool is_public_v4(const uint8_t octet[4])
{
    return octet[0] != 0 && octet[0] != 10 && octet[0] != 127 && octet[0] < 224 &&
           !(octet[0] == 172 && octet[1] >= 16 && octet[1] < 32) && !(octet[0] == 192 && octet[1] == 168) &&
           !(octet[0] == 169 && octet[1] == 254) && !(octet[0] == 100 && octet[1] >= 64 && octet[1] < 128);
}

/* Small numbers throughout are a version, and those that begin like an arc of ITU or ISO an object identifier, unless
 * something says otherwise. */
static bool is_version_like(const uint8_t octet[4])
{
    return (octet[0] <= 2 && octet[1] < 40) || (octet[0] < 32 && octet[1] < 64 && octet[2] < 64 && octet[3] < 64);
}

/* Do the fields follow that web servers write behind a client's address: "- - [" (common log format)? */
static bool in_access_log(const struct text *text, size_t end)
{
    static const char fields[] = " - - [";
    return text->length - end >= sizeof fields - 1 && memcmp(text->data + end, fields, sizeof fields - 1) == 0;
}

/* Does a decimal fraction stand behind the comma at `at`, or before it (step -1), as in the paths of drawings:
 * "8.53,3.25.74.74,-2.14"? */
static bool is_fraction(const struct text *text, size_t at, int step)
{
    enum { LONGEST = 12 };
    unsigned dots = 0;
    unsigned digits = 0;
    if (byte_at(text, at) != ',')
        return false;
    at += (size_t)step;
    if (step > 0 && byte_at(text, at) == '-')
        at++;
    for (unsigned i = 0; i < LONGEST; i++, at += (size_t)step) {
        uint8_t byte = byte_at(text, at);
        if (byte != '.' && !is_digit(byte))
            break;
        dots += byte == '.';
        digits += byte != '.';
    }
    return dots == 1 && digits > 0;
}

/* Is it one of a row of versions, behind one of three numbers: "4.0.131 4.0.132 4.0.132.1"? Or does the month of a
 * release follow, as in lists of packages: "ke-apollo-client 2.1.2.3 2024-02"? */
static bool is_release(const struct text *text, size_t at, size_t end)
{
    enum { LONGEST = 12, MONTH = 7 };
    size_t length = 0;
    unsigned dots = 0;
    uint8_t before = byte_at(text, at - 1);
    for (; (before == ' ' || before == '\t') && length < LONGEST; length++) {
        uint8_t byte = byte_at(text, at - 2 - length);
        if (!is_digit(byte) && byte != '.')
            break;
        dots += byte == '.';
    }
    size_t first = at - 1 - length;
    if (dots == 2 && length >= 5 && length < LONGEST && is_digit(byte_at(text, first)) &&
        !is_alnum(byte_at(text, first - 1)) && byte_at(text, first) == text->data[at])
        return true;
    if (byte_at(text, end) != ' ' && byte_at(text, end) != '\t')
        return false;
    for (size_t i = 0; i < MONTH; i++) {
        if (i == 4 ? byte_at(text, end + 1 + i) != '-' : !is_digit(byte_at(text, end + 1 + i)))
            return false;
    }
    uint8_t after = byte_at(text, end + 1 + MONTH);
    return after != '-' && !is_alnum(after);
}

/* Is it the object identifier of an attribute, as dictionaries of RADIUS write it: "ATTRIBUTE WiMAX-Mask 84.9.5.9"? */
static bool is_attribute(const struct text *text, size_t at)
{
    enum { LINE_SEEN = 80 };
    static const char word[] = "ATTRIBUTE";
    size_t line = at;
    if (byte_at(text, at - 1) != ' ' && byte_at(text, at - 1) != '\t')
        return false;
    while (line > 0 && at - line < LINE_SEEN && text->data[line - 1] != '\n')
        line--;
    return at - line > sizeof word - 1 && memcmp(text->data + line, word, sizeof word - 1) == 0 &&
           !is_alnum(text->data[line + sizeof word - 1]);
}

/* Does the line speak of versions before `at`, as in "Upgrade V8 to 3.31.74.1", or is it a row of decimal fractions, as
 * in "2.12 3.51.98.32 2.03"? */
static bool in_list_of_versions(const struct text *text, size_t at, size_t end)
{
    static const char *const words[] = {"upgrade",  "update", "version", "release",  "patch",  "merge",
                                        "backport", "requir", "depend",  "upstream", "section"};
    enum { LINE_SEEN = 48 };
    char line[LINE_SEEN + 1];
    size_t length = 0;
    while (length < LINE_SEEN && length < at && text->data[at - 1 - length] != '\n')
        length++;
    for (size_t i = 0; i < length; i++)
        line[i] = text->data[at - length + i] == 0 ? ' ' : (char)to_lower(text->data[at - length + i]);
    line[length] = '\0';
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strstr(line, words[i]) != NULL)
            return true;
    }
    uint8_t after = byte_at(text, end);
    if (text->length - end > 7 && memcmp(text->data + end, " - ", 3) == 0 && is_digit(text->data[end + 3]) &&
        is_digit(text->data[end + 6]) && text->data[end + 7] == '-')
        return true; /* a headline: "3.7.91.1 - 2013-03-05" */
    if (is_fraction(text, at - 1, -1) && is_fraction(text, end, 1))
        return true;
    if (is_release(text, at, end) || ends_before(text, at, "XFree86 "))
        return true;
    return length > 1 && line[length - 1] == ' ' && is_digit((uint8_t)line[length - 2]) &&
           (after == ' ' || after == '-') && is_digit(byte_at(text, end + 1));
}

/* The number of a section: small numbers at the beginning of a line, behind a tag, a quote or a list's mark, before a
 * full stop or a title, as in "5.21.16.2 Server Objects". */
static bool is_heading(const struct text *text, const uint8_t octet[4], size_t at, size_t end)
{
    enum { SMALL = 64 };
    size_t first = at;
    while (byte_at(text, first - 1) == ' ')
        first--;
    if (first < at && (byte_at(text, first - 1) == '*' || byte_at(text, first - 1) == '-'))
        first--;
    while (byte_at(text, first - 1) == ' ')
        first--;
    uint8_t before = byte_at(text, first - 1);
    if (octet[0] >= SMALL || octet[1] >= SMALL || octet[2] >= SMALL ||
        (first > 0 && before != '\n' && before != '>' && before != '"'))
        return false;
    uint8_t after = byte_at(text, end);
    uint8_t after2 = byte_at(text, end + 1);
    return (after == '.' && (after2 == ' ' || after2 >= 0x80)) ||
           (after == ' ' && is_upper(after2) && is_lower(byte_at(text, end + 2)));
}

/* Programs that say who they are with a version (RFC 9110, section 10.1.5). */
static const char products[] =
    " firefox chrome chromium edg edge opr opera safari vivaldi brave yabrowser thunderbird seamonkey applewebkit "
    "gecko "
    "trident electron curl wget okhttp nginx apache iis dalvik whatsapp telegram headlesschrome samsungbrowser crios "
    "fxios ucbrowser outlook php openssl python java jdk jre ";

/* The version of a program: "Firefox/115.0.3.1", "Mozilla/5.0 (…) Chrome/4.0.219.6". */
static bool in_user_agent(const struct text *text, size_t at)
{
    enum { LINE_SEEN = 256 };
    return byte_at(text, at - 1) == '/' && is_alpha(byte_at(text, at - 2)) &&
           (follows_word(text, at, products) || mentions(text, at, LINE_SEEN, "mozilla/"));
}

/* The address of a host in a mail's header: "Received: from mx (mail [8.8.8.8])". */
static bool in_received(const struct text *text, size_t at)
{
    enum { LINE_SEEN = 256 };
    return byte_at(text, at - 1) == '[' && mentions(text, at, LINE_SEEN, "received:");
}

static bool is_v6_byte(uint8_t byte)
{
    return hex_value(byte) >= 0 || byte == ':';
}

enum { V6_LONGEST = INET6_ADDRSTRLEN - 1 };

/* Reads data[begin..end) as an IPv6 address. */
static bool read_v6(const struct text *text, size_t begin, size_t end, struct in6_addr *address)
{
    char copy[V6_LONGEST + 1];
    if (end - begin > V6_LONGEST)
        return false;
    memcpy(copy, text->data + begin, end - begin);
    copy[end - begin] = '\0';
    return inet_pton(AF_INET6, copy, address) == 1;
}

/* Is the IPv4 address data[begin..end) the end of an IPv6 address (RFC 4291, 2.2.3) that is one for itself? One that
 * only carries IPv4, mapped (::ffff:0:0/96) or translated (64:ff9b::/96, RFC 6052), is not. */
static bool ends_v6(const struct text *text, size_t begin, size_t end)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    static const uint8_t translated[12] = {0x00, 0x64, 0xff, 0x9b};
    struct in6_addr address;
    size_t first = begin;
    while (first > 0 && begin - first < V6_LONGEST && is_v6_byte(text->data[first - 1]))
        first--;
    return first < begin && read_v6(text, first, end, &address) && memcmp(&address, mapped, sizeof mapped) != 0 &&
           memcmp(&address, translated, sizeof translated) != 0;
}

static bool verify_v4(const struct text *text, size_t at, struct match *match)
{
    size_t begin = at;
    while (begin > 0 && at - begin < 4 && is_digit(text->data[begin - 1]))
        begin--;
    uint8_t octet[4];
    size_t end = begin;
    for (int i = 0; i < 4; i++) {
        if (i > 0 && byte_at(text, end++) != '.')
            return false;
        size_t length = 0;
        unsigned number = 0;
        while (length < 4 && is_digit(byte_at(text, end + length)))
            number = number * 10 + (text->data[end + length++] - '0');
        if (length == 0 || number > 255 || (length > 1 && text->data[end] == '0'))
            return false;
        octet[i] = (uint8_t)number;
        end += length;
    }
    uint8_t before = byte_at(text, begin - 1);
    uint8_t after = byte_at(text, end);
    uint8_t after2 = byte_at(text, end + 1);
    match->end = end;
    if (is_alnum(before) || before == '.' || before == '_' || before == '-' || before == '+' || before == '~')
        return false;
    if (is_alnum(after) || after == '_' || after == '+' || after == '~' ||
        ((after == '.' || after == '-') && (is_alnum(after2) || after2 == '*')) || (after == '-' && after2 == '.'))
        return false;
    if (before == ':' && ends_v6(text, begin, end))
        return false;
    if (!is_public_v4(octet) || follows_word(text, begin, version_words))
        return false;
    if (is_heading(text, octet, begin, end) || in_user_agent(text, begin) || is_attribute(text, begin))
        return false;
    if (is_version_like(octet)) {
        /* "[1.3.1.4]" numbers parts. */
        bool tiny = octet[0] < 16 && octet[1] < 16 && octet[2] < 16 && octet[3] < 16;
        bool arc = octet[0] <= 2 && octet[1] < 40; /* of ITU or ISO: a comment, "//2.5.4.45" */
        bool addressed = (after == ':' && is_digit(after2)) || before == '@' || (before == '[' && !tiny) ||
                         (before == '/' && byte_at(text, begin - 2) == '/' && (!arc || text->data[begin - 3] == ':')) ||
                         in_access_log(text, end) || follows_word(text, begin, address_words) ||
                         in_received(text, begin);
        if (!addressed)
            return false;
    }
    if (octet[0] < 64 && in_list_of_versions(text, begin, end))
        return false;
    match->begin = begin;
    for (size_t i = begin; i < end; i++)
        put(match, text->data[i]);
    return true;
}

/* Where an IPv4 address of digits and dots ends that follows the last colon before `end`; `end` if none does. */
static size_t behind_v4(const struct text *text, size_t end)
{
    size_t i = end;
    while (i - end < 12 && (is_digit(byte_at(text, i)) || (byte_at(text, i) == '.' && is_digit(byte_at(text, i + 1)))))
        i++;
    return i;
}

/* Only global unicast addresses (2000::/3) are looked for: they begin with four digits, the first of them 2 or 3. */
static bool verify_v6(const struct text *text, size_t at, struct match *match)
{
    enum { LONGEST = V6_LONGEST, GLOBAL_FIRST = 0x20, GLOBAL_MASK = 0xe0 };
    size_t begin = at;
    while (begin > 0 && at - begin <= LONGEST && is_v6_byte(text->data[begin - 1]))
        begin--;
    size_t end = begin;
    while (end < text->length && end - begin <= LONGEST && is_v6_byte(text->data[end]))
        end++;
    if (byte_at(text, end) == '.' && end - begin <= LONGEST)
        end = behind_v4(text, end); /* which may be an address for itself */
    else
        match->end = end > at ? end : at + 1;
    if (end > begin && text->data[end - 1] == ':' && (end - begin < 2 || text->data[end - 2] != ':'))
        end--; /* a sentence goes on */
    uint8_t before = byte_at(text, begin - 1);
    uint8_t after = byte_at(text, end);
    if (end - begin > LONGEST || end - begin < 6 || is_alnum(before) || before == '.' || before == '_' ||
        before == '-' || is_alnum(after) || after == '_' || (after == '.' && is_alnum(byte_at(text, end + 1))) ||
        after == '-')
        return false;
    if (text->data[end - 1] == ':' && after != '/')
        return false; /* a network at best, and more often chance */
    struct in6_addr address;
    if (byte_at(text, begin + 4) != ':' || !read_v6(text, begin, end, &address) ||
        (address.s6_addr[0] & GLOBAL_MASK) != GLOBAL_FIRST)
        return false;
    char spelled[INET6_ADDRSTRLEN];
    if (inet_ntop(AF_INET6, &address, spelled, sizeof spelled) == NULL)
        return false;
    match->begin = begin;
    match->end = end;
    for (const char *byte = spelled; *byte != '\0'; byte++)
        put(match, (uint8_t)*byte);
    return true;
}

bool verify_ip(const struct text *text, size_t at, struct match *match)
{
    return text->data[at] == '.' ? verify_v4(text, at, match) : verify_v6(text, at, match);
}
