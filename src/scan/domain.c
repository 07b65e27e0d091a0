/* Names of hosts that stand alone, outside URLs and mail addresses, which are found as such: "shop.example.org". The
 * public suffix list says which ends can be registered under. Names of files and members of programs look the same, so
 * only names in small letters count, and most top-level domains only with a sign that a host is meant: "www." and its
 * kin, or a word like "domain" before it. With such a sign names in capitals count too. Letters beyond ASCII become the
 * form that the network knows (idn.h). */
#include "scan/credential.h"
#include "scan/idn.h"

#include <libpsl.h>
#include <string.h>

enum { NAME_MOST = 253, LABEL_MOST = 63, LABELS_MOST = 12 };

/* Top-level domains that are hardly ever something else. */
static const char plain_ends[] =
    " com org net edu biz uk nl eu cz sk hu ch dk fi ru ua jp cn kr tw hk br mx au nz za gr ro lv "
    "ee lu by kz ir il su fr de es ";

/* Those that files end with: a word before the name is not enough. */
static const char file_ends[] =
    " ac am as bz cc cd cf gz in la lib mk ml mo mov name pl pm po ps py rs sh so st tf zip md ";

/* First labels of hosts, and first labels of what is none: packages, whose names are written the other way round
 * ("org.freedesktop.login"), and members of programs. */
static const char hosts[] =
    " www ww1 www2 www3 mail smtp imap pop pop3 webmail mx mx1 mx2 ns ns1 ns2 ns3 ns4 ftp vpn cpanel "
    "autodiscover login shop m ";
static const char no_hosts[] =
    " com org net edu gov de fr uk nl eu io java javax sun android androidx kotlin self this cls "
    "operator config math os sys reflect ";

static const char announcing[] = " domain domains host hosts hostname hostnames dns nameserver nameservers ns mx cname "
                                 "server site sites website web "
                                 "webpage homepage whois ping nslookup dig traceroute visit ";

/* Those under which many names are registered for a short while, and which members of programs have too: a name that no
 * program has must stand before them. */
static const char brief_ends[] = " top shop xyz online site club bond buzz cyou sbs ";

/* In which letters a name is written. */
enum letters { SMALL, LARGE, ANY };

static bool is_host_byte(const struct text *text, size_t at, enum letters letters)
{
    uint8_t byte = byte_at(text, at);
    return (letters != LARGE && is_lower(byte)) || (letters != SMALL && is_upper(byte)) || is_digit(byte) ||
           byte == '-' || byte == '.' || is_idn_byte(text, at);
}

static bool is_in(const char *words, const char *word, size_t length)
{
    char wanted[LABEL_MOST + 3];
    if (length > LABEL_MOST)
        return false;
    wanted[0] = ' ';
    memcpy(wanted + 1, word, length);
    wanted[1 + length] = ' ';
    wanted[2 + length] = '\0';
    return strstr(words, wanted) != NULL;
}

/* May these bytes stand before and behind a name that is nobody's part: not of a path, a mail address, a variable? */
static bool may_precede(const struct text *text, size_t begin)
{
    uint8_t before = byte_at(text, begin - 1);
    uint8_t before2 = byte_at(text, begin - 2);
    switch (before) {
    case ':':
        return before2 == ' ' || is_alpha(before2);
    case '(':
        return before2 != '\\'; /* "\(at" of troff */
    case ' ':
    case '"':
    case '\'':
    case ',':
    case ';':
    case '<':
    case '=':
    case '>':
    case '[':
    case '`':
    case '|':
        return true;
    default:
        return before <= ' ' || before == FILL;
    }
}

/* Is it a member in a line of a program: one that is returned, added to, or assigned to what is called like its end, as
 * in "return fd.net + ':'" and "net = constants.net"? */
static bool is_expression(const struct text *text, size_t begin, size_t end)
{
    size_t first = end;
    if (byte_at(text, begin - 1) != ' ')
        return false;
    if (ends_before(text, begin, "return ") ||
        (byte_at(text, end) == ' ' && byte_at(text, end + 1) == '+' && byte_at(text, end + 2) == ' '))
        return true;
    while (first > begin && text->data[first - 1] != '.')
        first--;
    size_t length = end - first;
    return ends_before(text, begin, " = ") && begin >= length + 3 &&
           memcmp(text->data + begin - 3 - length, text->data + first, length) == 0 &&
           !is_alnum(byte_at(text, begin - 4 - length));
}

/* Is it the second half of a name that the line above ends with a hyphen: "us-\n  central1-ml.example.com"? */
static bool is_broken(const struct text *text, size_t begin)
{
    enum { BLANKS_MOST = 32 };
    size_t line = begin;
    while (line > 0 && begin - line < BLANKS_MOST && text->data[line - 1] == ' ')
        line--;
    return byte_at(text, line - 1) == '\n' && byte_at(text, line - 2) == '-' && is_alnum(byte_at(text, line - 3));
}

/* Does the name begin with a digit that is none of its own, but the length of what follows, as programs of Go keep the
 * names of packages and files: a tag or a byte of marks, the length, and as many bytes, "\0"
 * "7google.golang.org/grpc/…"? A letter may be a length too, but of a list of names one in a hundred is as long as its
 * first letter says. */
static bool is_counted(const struct text *text, size_t begin)
{
    enum { MARKS_MOST = 0x0f, LEAST = 8 };
    size_t length = byte_at(text, begin);
    size_t end = begin + 1 + length;
    bool path = false;
    if (begin == 0 || text->data[begin - 1] > MARKS_MOST || !is_digit((uint8_t)length) || end > text->length)
        return false;
    for (size_t i = begin + 1; i < end; i++) {
        uint8_t byte = text->data[i];
        path = path || byte == '/';
        if (!is_alnum(byte) && strchr("./-_~", byte) == NULL)
            return false;
    }
    return path && length >= LEAST && (end == text->length || text->data[end] < ' ');
}

static bool may_follow(const struct text *text, size_t end)
{
    static const char import[] = " import "; /* of a module of Python: "from mitmproxy.net import …" */
    if (text->length - end >= sizeof import - 1 && memcmp(text->data + end, import, sizeof import - 1) == 0)
        return false;
    uint8_t after = byte_at(text, end);
    switch (after) {
    case ':':
        return !is_alpha(byte_at(text, end + 1));
    case '!':
    case '"':
    case '#':
    case '&':
    case '\'':
    case ')':
    case ',':
    case '-':
    case '.':
    case '/':
    case ';':
    case '<':
    case '>':
    case '?':
    case '\\':
    case ']':
    case '`':
    case '|':
    case '}':
        return true;
    default:
        return after <= ' ' || after == FILL;
    }
}

/* A label that can be registered: letters, or at least two digits ("163.com"). One letter alone only before a path. */
static bool is_registrable(const char *name, const char *tld, bool path)
{
    size_t length = strcspn(name, ".");
    bool letter = false;
    for (size_t i = 0; i < length; i++)
        letter = letter || is_lower((uint8_t)name[i]);
    if (!letter)
        return length >= 3 && (strcmp(tld, "com") == 0 || strcmp(tld, "net") == 0 || strcmp(tld, "cn") == 0);
    return length >= 2 || path;
}

static bool has_labels(const char *name, size_t length)
{
    size_t label = 0;
    unsigned labels = 0;
    for (size_t i = 0; i <= length; i++) {
        if (i < length && name[i] != '.')
            continue;
        if (i == label || i - label > LABEL_MOST || name[label] == '-' || name[i - 1] == '-')
            return false;
        labels++;
        label = i + 1;
    }
    return labels >= 2 && labels <= LABELS_MOST;
}

/* Is a name before one of brief_ends none of a program's members, "element.top = 1", but one that somebody registered?
 */
static bool is_brief(const struct text *text, const char *name, const char *tld, size_t begin, size_t end)
{
    enum { LONG = 9 };
    size_t length = strcspn(name, ".");
    bool letter = false;
    for (size_t i = 0; i < length; i++)
        letter = letter || is_lower((uint8_t)name[i]);
    if (!is_in(brief_ends, tld, strlen(tld)) || name + length + 1 != tld || !letter ||
        (length < LONG && memchr(name, '-', length) == NULL))
        return false;
    uint8_t after = byte_at(text, end);
    uint8_t after2 = byte_at(text, after == ' ' ? end + 1 : end);
    if (byte_at(text, begin - 1) == ' ' && byte_at(text, begin - 2) == '=')
        return false;
    return after2 == 0 || strchr("=+*<>&|?;{}-", after2) == NULL;
}

/* Does a word say that a host's or a domain's name begins at `begin`? Words of three letters or more that name anything
 * stand behind such a word in programs too, "host == other.target": for these it takes a colon, or a '=' right before.
 */
static bool is_announced(const struct text *text, size_t begin, size_t tld_length, bool plain)
{
    enum { WORDS_REACH = 24 };
    uint8_t before = byte_at(text, begin - 1);
    uint8_t before2 = byte_at(text, begin - 2);
    bool quoted = before == '"' || before == '\'' || before == ' ';
    bool assigned = before == ':' || before == '=' || (quoted && before2 == ':') ||
                    (quoted && before2 == ' ' && byte_at(text, begin - 3) == ':');
    if (tld_length > 2 && !plain && !assigned)
        return follows_word(text, begin, " domain domains whois ping dig nslookup traceroute ");
    return follows_word(text, begin, announcing) ||
           (follows_word(text, begin, " name ") && has_word_before(text, begin, WORDS_REACH, " domain "));
}

static bool is_domain(const struct text *text, size_t begin, size_t end, const char *name, enum letters letters)
{
    if (!has_labels(name, strlen(name)))
        return false;
    const char *tld = strrchr(name, '.') + 1;
    size_t first = strcspn(name, ".");
    bool several = name + first + 1 != tld;
    if (is_in(no_hosts, name, first) || is_in(" onion arpa ", tld, strlen(tld)))
        return false;
    bool host = several && is_in(letters == SMALL ? hosts : " www ", name, first);
    uint8_t before = byte_at(text, begin - 1);
    uint8_t before2 = byte_at(text, begin - 2);
    bool assigned = before == ':' || before == '=' || before2 == ':' || before2 == '=';
    bool told = is_announced(text, begin, strlen(tld), is_in(plain_ends, tld, strlen(tld))) &&
                (assigned || !is_in(file_ends, tld, strlen(tld)));
    bool plain = letters == SMALL && (is_in(plain_ends, tld, strlen(tld)) || is_brief(text, name, tld, begin, end));
    if (!host && !told && !plain)
        return false;
    const psl_ctx_t *suffixes = psl_builtin();
    if (suffixes == NULL || !psl_is_public_suffix2(suffixes, tld, PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE))
        return false;
    const char *registrable = psl_registrable_domain(suffixes, name);
    bool path = byte_at(text, end) == '/' && is_alnum(byte_at(text, end + 1));
    return registrable != NULL && is_registrable(registrable, tld, path);
}

/* Is it the password in a list of them? */
static bool is_secret(const struct text *text, size_t begin)
{
    struct credential line;
    uint8_t before = byte_at(text, begin - 1);
    if (before != ':' && before != ';' && before != '|' && before != ',')
        return false;
    size_t from = line_begin(text, begin);
    size_t to = line_end(text, begin);
    return read_credential(text, from, to, &line) && line.secret == begin && line.clean &&
           is_listed(text, &line, from, to);
}

/* Does a word of three letters or more follow the dot at `at`, that is no ending of those known to stand alone, and
 * nothing before `begin` that could say otherwise? So it is with most members of programs. */
static bool is_member(const struct text *text, size_t at, size_t begin)
{
    enum { SHORT = 3 };
    uint8_t first = byte_at(text, at + 1);
    uint8_t second = byte_at(text, at + 2);
    uint8_t before = byte_at(text, begin - 1);
    uint8_t before2 = byte_at(text, begin - 2);
    if (!is_lower(byte_at(text, at + SHORT)) || before == ':' || before == '=' || before2 == ':' ||
        (before2 == ' ' && byte_at(text, begin - 3) == ':'))
        return false;
    switch (first) { /* com org net edu biz top shop xyz online site club bond buzz cyou sbs */
    case 'c':
        return second != 'o' && second != 'l' && second != 'y';
    case 'o':
        return second != 'r' && second != 'n';
    case 's':
        return second != 'h' && second != 'i' && second != 't' && second != 'b';
    case 'b':
        return second != 'i' && second != 'o' && second != 'u';
    case 'n':
        return second != 'e';
    case 'e':
        return second != 'd';
    case 't':
        return second != 'o';
    default:
        return second != 'y';
    }
}

/* Writes the name text[begin..end) in small letters of ASCII. */
static bool read_name(const struct text *text, size_t begin, size_t end, char name[NAME_MOST + 1])
{
    size_t length = end - begin;
    for (size_t i = 0; i < length; i++) {
        if (text->data[begin + i] >= 0x80)
            return idn_to_ascii(text, begin, end, name) > 0;
        name[i] = (char)to_lower(text->data[begin + i]);
    }
    name[length] = '\0';
    return true;
}

_Static_assert((int)NAME_MOST == (int)IDN_MOST, "room for a name in ASCII");

bool verify_domain(const struct text *text, size_t at, struct match *match)
{
    char name[NAME_MOST + 1];
    size_t begin = at;
    size_t end = at;
    bool dot = text->data[at] == '.';
    enum letters letters = !dot ? ANY : is_upper(byte_at(text, at + 1)) ? LARGE : SMALL;
    while (end - at <= NAME_MOST && is_host_byte(text, end, letters) &&
           (text->data[end] != '.' || is_alnum(byte_at(text, end + 1)) || is_idn_byte(text, end + 1)))
        end++;
    if (!may_follow(text, end)) /* which most members of programs fail by */
        return false;
    while (begin > 0 && at - begin <= NAME_MOST && is_host_byte(text, begin - 1, letters))
        begin--;
    if (!may_precede(text, begin) || (dot && is_member(text, at, begin)))
        return false;
    if (is_expression(text, begin, end) || is_broken(text, begin))
        return false;
    begin += is_counted(text, begin);
    match->end = end > at ? end : at + 1;
    if (end - begin < 4 || end - begin > NAME_MOST || !read_name(text, begin, end, name) ||
        !is_domain(text, begin, end, name, letters == ANY && is_lower(text->data[at]) ? SMALL : letters) ||
        has_scheme(text, token_begin(text, begin, NAME_MOST), begin) || is_secret(text, begin))
        return false;
    match->begin = begin;
    for (const char *c = name; *c != '\0'; c++)
        put(match, (uint8_t)*c);
    return true;
}
