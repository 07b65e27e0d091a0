/* Rows of tables with an address, a name and a password in fields of their own, as browsers and password managers write
 * them out: "name,url,username,password" (RFC 4180, or with tabs). Any table may have such fields, so a row counts
 * where a heading says what they are, or where the rows beside it look the same and hold what looks like passwords. */
#include "scan/credential.h"

#include <string.h>
#include <strings.h>

enum { FIELD_MOST = 96, SECRET_MOST = 64, HEADING_LINES = 8 };

/* One field at `at`, quoted or not. Returns where the next separator or the line's end stands, or 0. */
static size_t read_cell(const struct text *text, size_t at, size_t end, uint8_t separator, size_t *value,
                        size_t *value_end)
{
    bool quoted = at < end && text->data[at] == '"';
    at += quoted;
    *value = at;
    while (at < end && text->data[at] != (quoted ? '"' : separator))
        at++;
    *value_end = at;
    if (!quoted)
        return at;
    if (at == end)
        return 0;
    at++;
    return at == end || text->data[at] == separator ? at : 0;
}

bool read_row(const struct text *text, size_t begin, size_t end, struct credential *credential)
{
    const uint8_t *mark = memchr(text->data + begin, ':', end - begin);
    while (mark != NULL && (text->data + end - mark < 3 || mark[1] != '/' || mark[2] != '/'))
        mark = memchr(mark + 1, ':', (size_t)(text->data + end - mark) - 1);
    if (mark == NULL)
        return false;
    size_t url = (size_t)(mark - text->data);
    while (url > begin && is_alpha(text->data[url - 1]))
        url--;
    bool quoted = url > begin && text->data[url - 1] == '"';
    size_t cell = url - quoted;
    size_t stop = (size_t)(mark - text->data) + 3;
    while (stop < end && text->data[stop] != '"' && text->data[stop] != '\t' && text->data[stop] != ',' &&
           (quoted || text->data[stop] > ' '))
        stop++;
    size_t next = stop + quoted;
    if (next >= end || (quoted && text->data[stop] != '"'))
        return false;
    uint8_t separator = text->data[next];
    if ((separator != ',' && separator != '\t' && !(quoted && separator == ';')) ||
        (cell > begin && text->data[cell - 1] != separator))
        return false;
    credential->url = url;
    credential->url_end = stop;
    credential->row = true;
    credential->separator = separator;
    next = read_cell(text, next + 1, end, separator, &credential->login, &credential->login_end);
    if (next == 0 || next == end || credential->login_end == credential->login ||
        credential->login_end - credential->login > FIELD_MOST)
        return false;
    next = read_cell(text, next + 1, end, separator, &credential->secret, &credential->secret_end);
    size_t length = credential->secret_end - credential->secret;
    credential->clean = next != 0 && length <= SECRET_MOST;
    for (size_t i = credential->login; i < credential->login_end; i++) {
        if (text->data[i] < ' ' || text->data[i] == FILL)
            return false;
    }
    return next != 0 && length > 0 &&
           memmem(text->data + credential->login, credential->secret_end - credential->login, "://", 3) == NULL;
}

/* Does the line name a field for passwords, and others? */
static bool is_heading(const struct text *text, size_t begin, size_t end, uint8_t separator)
{
    static const char word[] = "passwor";
    if (memchr(text->data + begin, separator, end - begin) == NULL ||
        memmem(text->data + begin, end - begin, "://", 3) != NULL)
        return false;
    for (size_t i = begin; i + sizeof word - 1 <= end; i++) {
        if (strncasecmp((const char *)text->data + i, word, sizeof word - 1) == 0)
            return true;
    }
    return false;
}

bool has_heading(const struct text *text, size_t begin, uint8_t separator)
{
    size_t at = begin;
    for (unsigned i = 0; i < HEADING_LINES && at > 0 && begin - at < CREDENTIAL_REACH; i++) {
        size_t stop = at - 1;
        if (stop > 0 && text->data[stop] == '\n' && text->data[stop - 1] == '\r')
            stop--;
        at = line_begin(text, stop);
        if (is_heading(text, at, stop, separator))
            return true;
    }
    return false;
}
