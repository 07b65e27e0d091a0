/* Line by line; which comma-separated columns hold digests is told by the header, or for plain lists is the first word. */
#include "known/list.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/digest.h"
#include "base/text.h"

enum { COLUMNS_MOST = 16 };

struct columns {
    int strongest; /* the column to read; -1: the first word of the line */
    size_t size;   /* bytes of its digest; 0: told by its length */
};

static size_t size_of_name(const char *name, size_t length)
{
    static const struct {
        const char *name;
        size_t size;
    } names[] = {{"md5", MD5_SIZE}, {"sha1", SHA1_SIZE}, {"sha-1", SHA1_SIZE}, {"sha256", SHA256_SIZE},
                 {"sha-256", SHA256_SIZE}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i].name) == length && strncasecmp(names[i].name, name, length) == 0)
            return names[i].size;
    return 0;
}

/* The next comma-separated column, without quotes. NULL at the end of the line. */
static const char *next_column(const char **at, size_t *length)
{
    const char *start = *at;
    if (start == NULL)
        return NULL;
    size_t size = strcspn(start, ",\r\n");
    *at = start[size] == ',' ? start + size + 1 : NULL;
    if (size >= 2 && start[0] == '"' && start[size - 1] == '"') {
        start++;
        size -= 2;
    }
    *length = size;
    return start;
}

static void read_header(const char *line, struct columns *columns)
{
    size_t length;
    size_t best = 0;
    const char *at = line;
    for (int i = 0; i < COLUMNS_MOST; i++) {
        const char *name = next_column(&at, &length);
        size_t size = name == NULL ? 0 : size_of_name(name, length);
        if (size > best) {
            best = size;
            *columns = (struct columns){i, size};
        }
    }
}

static size_t read_digest(const char *line, const struct columns *columns, uint8_t digest[SHA256_SIZE])
{
    const char *at = line;
    const char *text = line;
    size_t length = strspn(line, "0123456789abcdefABCDEF");
    for (int i = 0; i <= columns->strongest; i++) {
        text = next_column(&at, &length);
        if (text == NULL)
            return 0;
    }
    size_t size = columns->size != 0 ? columns->size : length / 2;
    if (size != MD5_SIZE && size != SHA1_SIZE && size != SHA256_SIZE)
        return 0;
    return text_unhex(text, length, digest, size) == 0 ? size : 0;
}

int known_list_read(FILE *file, const char *name, int (*each)(void *context, const uint8_t *digest, size_t length),
                    void *context, struct error *error)
{
    struct columns columns = {-1, 0};
    uint8_t digest[SHA256_SIZE];
    char *line = NULL;
    size_t room = 0;
    int result = 0;
    for (unsigned long number = 1; result == 0 && getline(&line, &room, file) >= 0; number++) {
        const char *start = line + strspn(line, " \t");
        if (strncmp(start, "%%%% size,", 10) == 0 || strncmp(start, "%%%% md5", 8) == 0) {
            read_header(start + 5, &columns);
            continue;
        }
        if (number == 1 && start[0] == '"') {
            read_header(start, &columns);
            continue;
        }
        if (start[0] == '#' || start[0] == '\n' || start[0] == '\r' || start[0] == '\0' || strncmp(start, "%%%%", 4) == 0)
            continue;
        size_t size = read_digest(start, &columns, digest);
        if (size == 0)
            result = fail(error, "%s, line %lu: no MD5, SHA-1 or SHA-256 (plain lists, hashdeep and NSRL text are read)",
                          name, number);
        else
            result = each(context, digest, size);
    }
    free(line);
    if (result == 0 && ferror(file))
        result = fail(error, "%s cannot be read to its end", name);
    return result;
}
