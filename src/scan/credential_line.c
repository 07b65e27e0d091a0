/* What single lines of lists and logs say of names and passwords. No standard: the forms in which stolen passwords are
 * traded. What is read here is also what contexts hide (credential_hide.c), so a password is read wherever its line has
 * the form. */
#include "scan/credential_line.h"

#include <string.h>

size_t line_begin(const struct text *text, size_t at)
{
    size_t begin = at < CREDENTIAL_LINE ? 0 : at - CREDENTIAL_LINE;
    for (size_t i = 0; i < sizeof line_breaks; i++) {
        const uint8_t *found = memrchr(text->data + begin, line_breaks[i], at - begin);
        if (found != NULL)
            begin = (size_t)(found - text->data) + 1;
    }
    return begin;
}

size_t line_end(const struct text *text, size_t at)
{
    size_t end = text->length - at < CREDENTIAL_LINE ? text->length : at + CREDENTIAL_LINE;
    for (size_t i = 0; i < sizeof line_breaks; i++) {
        const uint8_t *found = memchr(text->data + at, line_breaks[i], end - at);
        if (found != NULL)
            end = (size_t)(found - text->data);
    }
    return end;
}

bool is_likely_secret(const struct text *text, size_t begin, size_t end)
{
    enum { UUID = 36, LONG_DATE = 6 };
    size_t letters = 0;
    size_t digits = 0;
    size_t signs = 0;
    size_t joints = 0;
    for (size_t i = begin; i < end; i++) {
        uint8_t byte = text->data[i];
        letters += is_alpha(byte) || byte >= 0x80;
        digits += is_digit(byte);
        joints += byte == '-' || byte == '.' || byte == '/' || byte == ':' || byte == '_';
        signs += byte != 0 && strchr("!#$%&*+=?@^~", byte) != NULL;
        if (byte == '<' || byte == '>' || byte == '(' || byte == ')' || byte == '"')
            return false;
    }
    if (letters == 0 || digits + signs == 0 || (signs == 0 && (joints > 1 || (joints == 1 && letters < LONG_DATE))))
        return false;
    return end - begin != UUID || joints != 4;
}

/* The mail address with the '@' at `at`. */
static bool read_mail(const struct text *text, size_t at, size_t *begin, size_t *end)
{
    struct match match; /* too large to be cleared each time */
    match.end = at + 1;
    match.length = 0;
    if (!verify_email(text, at, &match))
        return false;
    *begin = match.begin;
    *end = match.end;
    return true;
}

/* Is the whole of text[begin..end) a mail address: one of a list of them? */
static bool is_mail(const struct text *text, size_t begin, size_t end)
{
    const uint8_t *sign = memchr(text->data + begin, '@', end - begin);
    size_t mail;
    size_t mail_end;
    return sign != NULL && read_mail(text, (size_t)(sign - text->data), &mail, &mail_end) && mail == begin &&
           (mail_end == end || is_separator(text->data[mail_end]) || text->data[mail_end] == ',');
}

/* The password behind the separator at `at`, and whether the line ends with it. A blank is let through on either side
 * of the separator if the line ends with the password, so that "write to a@b.c: he knows" is none. */
static bool read_secret(const struct text *text, size_t at, size_t end, struct credential *credential)
{
    bool spaced = false;
    if (at < end && is_blank(text->data[at])) {
        at++;
        spaced = true;
    }
    if (at >= end)
        return false;
    bool weak = !is_separator(text->data[at]);
    if (weak) {
        at -= spaced;
        if (!is_weak(text->data[at]))
            return false;
    }
    credential->separator = text->data[at++];
    if (at < end && is_blank(text->data[at])) {
        at++;
        spaced = true;
    }
    size_t stop = at;
    while (stop < end && stop - at <= 2 * SECRET_MOST && text->data[stop] > ' ' && text->data[stop] != 0x7f)
        stop++;
    if (stop - at > 2 * SECRET_MOST) /* whatever it is, it is not shown */
        stop = end;
    if (stop == at || is_mail(text, at, stop))
        return false;
    size_t rest = stop;
    while (rest < end && is_blank(text->data[rest]))
        rest++;
    credential->secret = at;
    credential->secret_end = stop;
    bool ends = rest == end || (rest > stop && text->data[rest] == '|');
    bool path = text->data[at] == '/' || text->data[at] == '~';
    credential->clean = ends && !path && stop - at >= SECRET_LEAST && stop - at <= SECRET_MOST;
    if (weak)
        return credential->clean && rest == end && is_likely_secret(text, at, stop);
    return credential->clean || !spaced;
}

/* Where the host begins in a line that begins with a site's address: behind the scheme, or at once, where a name with a
 * top-level domain ends before a path or, `bare`, a separator. `begin` for neither. */
static bool find_host(const struct text *text, size_t begin, size_t end, size_t *host, bool *bare)
{
    size_t at = begin;
    size_t label = begin;
    *bare = false;
    while (at < end && (is_alnum(text->data[at]) || text->data[at] == '-' || text->data[at] == '.')) {
        label = text->data[at] == '.' ? at + 1 : label;
        at++;
    }
    if (at == begin || at == end)
        return false;
    *host = at + 3;
    if (end - at >= 4 && memcmp(text->data + at, "://", 3) == 0)
        return label == begin;
    *host = begin;
    size_t port = at + 1;
    while (text->data[at] == ':' && port < end && is_digit(text->data[port]))
        port++;
    *bare = text->data[at] != '/' && !(port < end && text->data[port] == '/');
    return label > begin && (text->data[at] == '/' || text->data[at] == ':') && is_top_level(text, label, at);
}

/* "https://host[:port][/path]:name:password", with a blank for the first separator perhaps; or without the scheme, then
 * with a path or a mail address for the name. A path holds no colon; names hold no slash. */
static bool read_site(const struct text *text, size_t begin, size_t end, struct credential *credential)
{
    size_t host;
    bool bare;
    if (!find_host(text, begin, end, &host, &bare))
        return false;
    size_t at = host;
    while (at < end && text->data[at] > ' ' && !is_separator(text->data[at]) && text->data[at] != '/')
        at++;
    if (at == host || at == end)
        return false;
    size_t port = at + 1;
    while (text->data[at] == ':' && port < end && is_digit(text->data[port]))
        port++;
    if (port > at + 1 && port < end && (text->data[port] == '/' || text->data[port] == ':'))
        at = port;
    while (at < end && text->data[at] > ' ' && !is_separator(text->data[at]))
        at++;
    if (at == end || (!is_separator(text->data[at]) && !(is_blank(text->data[at]) && host > begin)))
        return false;
    bool parted = is_blank(text->data[at]);
    credential->url = begin;
    credential->url_end = at;
    credential->login = at + 1;
    for (at++; at < end && text->data[at] > ' ' && !is_separator(text->data[at]) && text->data[at] != '/'; at++)
        ;
    credential->login_end = at;
    if (at == credential->login || at - credential->login > NAME_MOST || at == end || !is_separator(text->data[at]) ||
        (host == begin && is_digit(text->data[credential->login]) &&
         is_digit(text->data[at - 1]))) /* a line's number */
        return false;
    const uint8_t *sign = memchr(text->data + credential->login, '@', at - credential->login);
    size_t mail;
    size_t mail_end;
    credential->mail = sign != NULL && read_mail(text, (size_t)(sign - text->data), &mail, &mail_end) &&
                       mail == credential->login && mail_end == at;
    if (!read_secret(text, at, end, credential) || is_weak(credential->separator))
        return false;
    return bare ? credential->mail : parted ? credential->clean : credential->mail || credential->clean;
}

/* "+46701740605:password". */
static bool read_phone(const struct text *text, size_t begin, size_t end, struct credential *credential)
{
    enum { DIGITS_LEAST = 8, DIGITS_MOST = 15 };
    size_t at = begin + 1;
    if (text->data[begin] != '+')
        return false;
    while (at < end && is_digit(text->data[at]))
        at++;
    credential->login = begin;
    credential->login_end = at;
    credential->phone = true;
    return at - begin > DIGITS_LEAST && at - begin <= 1 + DIGITS_MOST && at < end && is_separator(text->data[at]) &&
           read_secret(text, at, end, credential) && credential->clean;
}

static enum field field_of(const struct text *word)
{
    static const struct {
        const char *words;
        enum field field;
    } names[] = {
        {" url host hostname site website link origin ", FIELD_SITE},
        {" login username user usr uname email mail account benutzername benutzer nutzername utilisateur identifiant "
         "usuario utente gebruikersnaam brukernavn brugernavn nazwa uzytkownik jmeno "
         "\u043b\u043e\u0433\u0438\u043d \u041b\u043e\u0433\u0438\u043d \u041b\u041e\u0413\u0418\u041d ",
         FIELD_LOGIN},
        {" password pass passwd pwd passw passwort kennwort wachtwoord haslo has\u0142o heslo contrasena "
         "contrase\u00f1a clave "
         "passe senha parola salasana l\u00f6senord passord adgangskode jelszo jelsz\u00f3 contrase\xf1\x61 has\xc2o "
         "l\xf6senord "
         "\u043f\u0430\u0440\u043e\u043b\u044c \u041f\u0430\u0440\u043e\u043b\u044c "
         "\u041f\u0410\u0420\u041e\u041b\u042c "
         "\xbf\xb0\xc0\xbe\xbb\xcc \x9f\xb0\xc0\xbe\xbb\xcc ", /* the same in narrowed text (context.c) */
         FIELD_PASSWORD},
    };
    char name[KEY_MOST + 3] = " ";
    for (size_t i = 0; i < word->length; i++)
        name[1 + i] = (char)to_lower(word->data[i]);
    memcpy(name + 1 + word->length, " ", 2);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strstr(names[i].words, name) != NULL)
            return names[i].field;
    }
    return FIELD_NONE;
}

enum field read_field(const struct text *text, size_t begin, size_t end, size_t *value, size_t *value_end)
{
    while (begin < end && (is_blank(text->data[begin]) || text->data[begin] == '*' || text->data[begin] == '-'))
        begin++;
    struct text words[FIELD_WORDS];
    size_t count = 0;
    size_t at = begin;
    for (; count < FIELD_WORDS; count++) {
        size_t length = 0;
        while (at + length < end && length < KEY_MOST && is_name_letter(text->data[at + length]))
            length++;
        if (length == 0)
            break;
        words[count] = (struct text){.data = text->data + at, .length = length};
        at += length;
        bool joint = at + 1 < end && (text->data[at] == ' ' || text->data[at] == '_' || text->data[at] == '\'');
        if (joint && is_name_letter(text->data[at + 1]))
            at++;
    }
    while (at < end && is_blank(text->data[at]))
        at++;
    if (count == 0 || at >= end || (text->data[at] != ':' && text->data[at] != '='))
        return FIELD_NONE;
    /* Of "User Login" or "Master Password", the last word that is known decides. */
    enum field field = FIELD_NONE;
    while (count > 0 && field == FIELD_NONE)
        field = field_of(&words[--count]);
    if (field == FIELD_NONE)
        return FIELD_NONE;
    at++;
    while (at < end && is_blank(text->data[at]))
        at++;
    while (end > at && is_blank(text->data[end - 1]))
        end--;
    if (end - at >= 2 && text->data[at] == '"' && text->data[end - 1] == '"') {
        at++;
        end--;
    }
    *value = at;
    *value_end = end;
    return field;
}

size_t field_end(const struct text *text, size_t begin, size_t end)
{
    size_t value;
    size_t value_end;
    for (size_t at = begin; at < end; at++) {
        const uint8_t *bar = memchr(text->data + at, '|', end - at);
        if (bar == NULL)
            return end;
        at = (size_t)(bar - text->data);
        if (read_field(text, at + 1, end, &value, &value_end) != FIELD_NONE)
            return at;
    }
    return end;
}

bool read_credential(const struct text *text, size_t begin, size_t end, struct credential *credential)
{
    *credential = (struct credential){0};
    while (begin < end && is_blank(text->data[begin]))
        begin++;
    if (begin == end)
        return false;
    if (read_site(text, begin, end, credential))
        return true;
    *credential = (struct credential){0};
    if (read_row(text, begin, end, credential)) {
        size_t mail;
        size_t mail_end;
        const uint8_t *sign = memchr(text->data + credential->login, '@', credential->login_end - credential->login);
        credential->mail = sign != NULL && read_mail(text, (size_t)(sign - text->data), &mail, &mail_end) &&
                           mail == credential->login && mail_end == credential->login_end;
        return true;
    }
    *credential = (struct credential){0};
    if (read_phone(text, begin, end, credential))
        return true;
    *credential = (struct credential){0};
    size_t at = begin;
    for (unsigned signs = 0; signs < SIGNS_MOST && at < end; signs++, at++) {
        const uint8_t *sign = memchr(text->data + at, '@', end - at);
        if (sign == NULL)
            return false;
        at = (size_t)(sign - text->data);
        if (read_mail(text, at, &credential->login, &credential->login_end) && credential->login >= begin &&
            read_secret(text, credential->login_end, end, credential) &&
            (credential->login == begin || !is_weak(credential->separator))) {
            credential->mail = true;
            credential->clean = credential->clean && credential->login == begin;
            return true;
        }
    }
    return false;
}
