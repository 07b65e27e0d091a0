/* Names with passwords: lists of "mail:password" (with or without a site's address in front), of "+46…:password", rows
 * of tables, and blocks of URL / Login / Password lines as stealers write them. The password leaves this file as its
 * SHA-1 only: "anna@example.org:5baa61e4…", or "host/name:5baa61e4…" where the name is neither a mail address nor a
 * telephone's number. One line is no list: two others like it, of other names, stand near. */
#include "scan/credential.h"

#include "base/digest.h"

#include <string.h>
#include <strings.h>

enum { NEAR_LINES = 4, OTHERS_LEAST = 2, BLOCK_LINES = 5, SITE_KEY = 40, LOGIN_SIGN = 80, VALUE_MOST = 128 };

static bool same_bytes(const struct text *text, size_t begin, size_t end, size_t other, size_t other_end)
{
    return end - begin == other_end - other && memcmp(text->data + begin, text->data + other, end - begin) == 0;
}

/* Does it look like something that nobody wrote as a word? */
static bool has_no_word(const struct text *text, const struct credential *credential)
{
    for (size_t i = credential->secret; i < credential->secret_end; i++) {
        if (!is_alpha(text->data[i]))
            return true;
    }
    return false;
}

/* What the lines near one say. */
struct list {
    struct credential seen[2 * NEAR_LINES];
    size_t count;
    size_t likely; /* passwords that look like some */
    bool odd;      /* one at least is no plain word */
};

static void look_at_line(const struct text *text, const struct credential *line, size_t begin, size_t end,
                         struct list *list)
{
    size_t length = line->secret_end - line->login;
    if (end - begin >= length && memcmp(text->data + begin, text->data + line->login, length) == 0)
        return; /* the same again */
    struct credential *other = &list->seen[list->count];
    if (!read_credential(text, begin, end, other) || !other->clean || other->separator != line->separator ||
        (other->url_end > other->url) != (line->url_end > line->url) ||
        same_bytes(text, other->login, other->login_end, line->login, line->login_end))
        return;
    for (size_t i = 0; i < list->count; i++) {
        const struct credential *seen = &list->seen[i];
        if (same_bytes(text, other->login, other->login_end, seen->login, seen->login_end))
            return;
    }
    list->odd = list->odd || has_no_word(text, other);
    list->likely += is_likely_secret(text, other->secret, other->secret_end);
    list->count++;
}

bool is_listed(const struct text *text, const struct credential *line, size_t begin, size_t end)
{
    struct list list = {.odd = has_no_word(text, line)};
    if (line->row && has_heading(text, begin, line->separator))
        return true;
    size_t at = begin;
    for (unsigned i = 0; i < NEAR_LINES && at > 0 && begin - at < CREDENTIAL_REACH; i++) {
        size_t stop = at - 1;
        if (stop > 0 && text->data[stop] == '\n' && text->data[stop - 1] == '\r')
            stop--;
        at = line_begin(text, stop);
        look_at_line(text, line, at, stop, &list);
    }
    at = end;
    for (unsigned i = 0; i < NEAR_LINES && at < text->length && at - end < CREDENTIAL_REACH; i++) {
        size_t start = at + 1;
        if (text->data[at] == '\r' && byte_at(text, start) == '\n')
            start++;
        at = line_end(text, start < text->length ? start : text->length);
        if (start < at)
            look_at_line(text, line, start, at, &list);
    }
    return list.count >= OTHERS_LEAST && list.odd && (!line->row || list.likely >= OTHERS_LEAST);
}

/* Where the host of a URL at `url` stands: behind "://" and a user's name, up to port or path. */
static void find_host(const struct text *text, size_t url, size_t url_end, size_t *host, size_t *host_end)
{
    const uint8_t *mark = url_end > url ? memmem(text->data + url, url_end - url, "://", 3) : NULL;
    *host = mark == NULL ? url : (size_t)(mark - text->data) + 3;
    for (size_t i = *host; i < url_end && text->data[i] != '/'; i++) {
        if (text->data[i] == '@')
            *host = i + 1;
    }
    *host_end = *host;
    while (*host_end < url_end && strchr(":/?#", text->data[*host_end]) == NULL)
        ++*host_end;
}

/* What of text[*begin..*end) is the password in a mail server's list (Dovecot's passwd-file): behind the scheme, and
 * before the fields of the system's user that are empty, "anna@example.org:{PLAIN}password::::::". */
static void trim_secret(const struct text *text, size_t *begin, size_t *end)
{
    static const char *const schemes[] = {"{PLAIN}", "{CLEAR}", "{CLEARTEXT}"};
    enum { FIELDS_LEAST = 2, PASSWORD_LEAST = 4 };
    size_t last = *end;
    while (last > *begin && text->data[last - 1] == ':')
        last--;
    if (*end - last >= FIELDS_LEAST && last - *begin >= PASSWORD_LEAST)
        *end = last;
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        size_t length = strlen(schemes[i]);
        if (*end - *begin > length && strncasecmp((const char *)text->data + *begin, schemes[i], length) == 0) {
            *begin += length;
            return;
        }
    }
}

static bool accept(const struct text *text, const struct credential *credential, size_t begin, struct match *match)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t digest[SHA1_SIZE];
    if (!credential->mail && !credential->phone) {
        size_t host;
        size_t host_end;
        find_host(text, credential->url, credential->url_end, &host, &host_end);
        if (host_end == host || memchr(text->data + host, '\\', host_end - host) != NULL)
            return false;
        for (size_t i = host; i < host_end; i++)
            put(match, to_lower(text->data[i]));
        put(match, '/');
    }
    for (size_t i = credential->login; i < credential->login_end; i++)
        put(match, credential->mail ? to_lower(text->data[i]) : text->data[i]);
    put(match, ':');
    size_t secret = credential->secret;
    size_t secret_end = credential->secret_end;
    trim_secret(text, &secret, &secret_end);
    digest_sha1(text->data + secret, secret_end - secret, digest);
    for (size_t i = 0; i < sizeof digest; i++) {
        put(match, (uint8_t)digits[digest[i] >> 4]);
        put(match, (uint8_t)digits[digest[i] & 15]);
    }
    match->begin = begin;
    match->end = credential->secret_end;
    return true;
}

/* Is the URL whose "://" stands at `at` the value of a line "URL: …"? Finds where its line begins and where it does. */
static bool is_site_line(const struct text *text, size_t at, size_t *line, struct credential *credential)
{
    size_t begin = at;
    while (begin > 0 && at - begin < SITE_KEY && (is_alnum(text->data[begin - 1])))
        begin--;
    uint8_t before = byte_at(text, begin - 1);
    if (before != ' ' && before != '\t' && before != ':' && before != '=')
        return false;
    size_t from = begin;
    while (from > 0 && begin - from < SITE_KEY && text->data[from - 1] != '\n' && text->data[from - 1] != '\r' &&
           text->data[from - 1] != FILL)
        from--;
    *line = from;
    size_t end = field_end(text, begin, line_end(text, begin));
    return read_field(text, from, end, &credential->url, &credential->url_end) == FIELD_SITE &&
           credential->url == begin;
}

/* The next field behind `at`: in the same line behind a '|', or in the line below, an empty one between at most. */
static bool next_field(const struct text *text, size_t at, size_t *begin, size_t *end)
{
    while (byte_at(text, at) == ' ' || byte_at(text, at) == '\t')
        at++;
    if (byte_at(text, at) == '|') {
        *begin = at + 1;
    } else {
        *begin = line_end(text, at < text->length ? at : text->length);
        for (size_t breaks = 0; breaks < 2 && (byte_at(text, *begin) == '\r' || byte_at(text, *begin) == '\n');
             breaks++)
            ++*begin;
    }
    if (*begin >= text->length)
        return false;
    *end = field_end(text, *begin, line_end(text, *begin));
    return *end > *begin;
}

/* Reads the fields behind `at`: the login, unless it is known, and the password. */
static bool read_fields(const struct text *text, size_t at, struct credential *credential)
{
    for (unsigned i = 0; i < BLOCK_LINES && credential->secret_end == 0; i++) {
        size_t begin;
        size_t end;
        size_t value;
        size_t value_end;
        if (!next_field(text, at, &begin, &end))
            return false;
        at = end;
        enum field field = read_field(text, begin, end, &value, &value_end);
        if (field == FIELD_SITE || (field != FIELD_NONE && value_end - value > VALUE_MOST))
            return false;
        if (field == FIELD_LOGIN && credential->login_end == 0 && value_end > value) {
            credential->login = value;
            credential->login_end = value_end;
        }
        if (field == FIELD_PASSWORD && value_end > value) {
            credential->secret = value;
            credential->secret_end = value_end;
        }
    }
    /* A password that is cut off by the end of narrowed text, or runs into it, is another password. */
    if (credential->login_end == 0 || credential->secret_end == 0 || byte_at(text, credential->secret_end) == FILL)
        return false;
    for (size_t i = credential->login; i < credential->login_end; i++) {
        if (text->data[i] < ' ' || text->data[i] == FILL)
            return false;
    }
    return true;
}

static bool read_block(const struct text *text, size_t at, struct credential *credential)
{
    size_t line;
    if (!is_site_line(text, at, &line, credential) || !read_fields(text, credential->url_end, credential))
        return false;
    const uint8_t *sign = memchr(text->data + credential->login, '@', credential->login_end - credential->login);
    struct match mail = {.length = 0};
    credential->mail = sign != NULL && verify_email(text, (size_t)(sign - text->data), &mail) &&
                       mail.begin == credential->login && mail.end == credential->login_end;
    return true;
}

/* A block without a site's address: the mail address text[begin..end) is the value of a line "Login: …". */
static bool read_mail_block(const struct text *text, size_t begin, size_t end, struct credential *credential)
{
    uint8_t before = byte_at(text, begin - 1);
    if (before != ':' && before != '=' && before != ' ' && before != '\t')
        return false;
    size_t line = begin;
    while (line > 0 && begin - line < SITE_KEY && text->data[line - 1] != '\n' && text->data[line - 1] != '\r' &&
           text->data[line - 1] != FILL && text->data[line - 1] != '|')
        line--;
    size_t stop = field_end(text, end, line_end(text, end));
    if (read_field(text, line, stop, &credential->login, &credential->login_end) != FIELD_LOGIN ||
        credential->login != begin || credential->login_end != end)
        return false;
    credential->mail = true;
    return read_fields(text, end, credential);
}

static bool is_break(uint8_t byte)
{
    return byte == 0 || byte == '\n' || byte == '\r' || byte == FILL;
}

/* Could the address whose scheme ends at `at` begin a line of a list, be a field's value, or stand in a row? */
static bool may_be_site(const struct text *text, size_t at, bool *list)
{
    size_t begin = at;
    while (begin > 0 && at - begin < SITE_KEY && is_alnum(text->data[begin - 1]))
        begin--;
    bool row = byte_at(text, begin - 1) == ',' || byte_at(text, begin - 1) == '"' || byte_at(text, begin - 1) == '\t';
    while (begin > 0 && at - begin < SITE_KEY && (text->data[begin - 1] == ' ' || text->data[begin - 1] == '\t'))
        begin--;
    uint8_t before = byte_at(text, begin - 1);
    *list = is_break(before) || row;
    return *list || before == ':' || before == '=';
}

/* Does what stands behind a mail address part it from a password? Most addresses are turned away here. */
static bool may_be_login(const struct text *text, size_t begin, size_t end)
{
    uint8_t next = byte_at(text, end);
    if (is_break(byte_at(text, begin - 1)) && (next == ' ' || next == ',' || next == '\t'))
        return true;
    if (next == ' ')
        next = byte_at(text, end + 1);
    return next == ':' || next == ';' || next == '|';
}

/* Is it a host that begins a line, before a path and a separator? */
static bool may_be_host(const struct text *text, size_t at)
{
    size_t begin = at;
    while (begin > 0 && at - begin < LOGIN_SIGN &&
           (is_alnum(text->data[begin - 1]) || text->data[begin - 1] == '.' || text->data[begin - 1] == '-'))
        begin--;
    if (!is_break(byte_at(text, begin - 1)))
        return false;
    size_t end = at + 1;
    while (end - at < LOGIN_SIGN && byte_at(text, end) > ' ' && text->data[end] != ':' && text->data[end] != '|' &&
           text->data[end] != ';')
        end++;
    return byte_at(text, end) == ':' || byte_at(text, end) == '|' || byte_at(text, end) == ';';
}

/* Is what the line says of the kind that the anchor stands for, so that each line is found once? */
static bool fits_anchor(const struct text *text, size_t at, const struct credential *credential)
{
    bool site = credential->url_end > credential->url;
    bool scheme = site && memmem(text->data + credential->url, credential->url_end - credential->url, "://", 3) != NULL;
    bool in_login = at >= credential->login && at < credential->login_end;
    switch (text->data[at]) {
    case ':':
        return scheme && at > credential->url && at < credential->url_end;
    case '@':
        return in_login && credential->mail && !scheme;
    case '+':
        return in_login && credential->phone;
    default:
        return site && !scheme && !credential->mail;
    }
}

bool verify_credential(const struct text *text, size_t at, struct match *match)
{
    struct credential credential = {0};
    uint8_t anchor = text->data[at];
    bool list = true;
    bool likely = anchor == ':'   ? may_be_site(text, at, &list)
                  : anchor == '@' ? may_be_login(text, match->begin, match->end)
                  : anchor == '+' ? is_break(byte_at(text, at - 1))
                                  : may_be_host(text, at);
    if (anchor == '@' && read_mail_block(text, match->begin, match->end, &credential))
        return accept(text, &credential, credential.login, match);
    match->end = at + 1;
    if (!likely)
        return false;
    if (anchor == ':' && read_block(text, at, &credential))
        return accept(text, &credential, credential.url, match);
    if (!list)
        return false;
    size_t begin = line_begin(text, at);
    size_t end = line_end(text, at);
    if (!read_credential(text, begin, end, &credential) || !credential.clean ||
        byte_at(text, credential.secret_end) == FILL || !fits_anchor(text, at, &credential) ||
        (!credential.row && at - begin > (anchor == '@' ? LOGIN_SIGN + SITE_KEY : LOGIN_SIGN)))
        return false;
    match->end = credential.secret_end;
    if (!is_listed(text, &credential, begin, end))
        return false;
    return accept(text, &credential, credential.url_end > credential.url ? credential.url : credential.login, match);
}
