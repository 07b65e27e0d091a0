/* A file of terms: UTF-8, one a line; empty lines, and those that begin with '#', say nothing. */
#include "cli/terms.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/analyse.h"
#include "base/arena.h"
#include "base/text.h"

struct origin {
    const char *file; /* NULL: the command line */
    size_t line;      /* from 1 */
    size_t indent;    /* characters before the term */
};

struct gathered {
    bool quiet, said;
    struct arena arena;
    const char **items;
    struct origin *origins;
    size_t count, room;
    struct error *error;
};

static int add(struct gathered *gathered, const char *term, size_t length, struct origin origin)
{
    if (gathered->count == gathered->room) {
        size_t room = gathered->room == 0 ? 64 : 2 * gathered->room;
        const char **items = reallocarray(gathered->items, room, sizeof *items);
        if (items != NULL)
            gathered->items = items;
        struct origin *origins = reallocarray(gathered->origins, room, sizeof *origins);
        if (origins != NULL)
            gathered->origins = origins;
        if (items == NULL || origins == NULL)
            return fail(gathered->error, "memory is short");
        gathered->room = room;
    }
    const char *copy = arena_text(&gathered->arena, term, length);
    if (copy == NULL)
        return fail(gathered->error, "memory is short");
    gathered->items[gathered->count] = copy;
    gathered->origins[gathered->count++] = origin;
    return 0;
}

static size_t characters(const char *text, size_t length)
{
    size_t count = 0;
    for (size_t i = 0; i < length; i++)
        count += ((unsigned char)text[i] & 0xc0) != 0x80;
    return count;
}

static int add_line(struct gathered *gathered, const char *file, size_t number, const char *line, size_t length)
{
    static const char blank[] = " \t\r";
    for (size_t at = 0; at < length;) {
        size_t step = text_character(line + at, length - at);
        if (step == 0 || line[at] == '\0')
            return fail(gathered->error, "%s:%zu:%zu: this is not UTF-8 text", file, number, characters(line, at) + 1);
        at += step;
    }
    size_t begin = strspn(line, blank);
    if (number == 1 && length - begin >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0) /* a byte order mark */
        begin += 3;
    while (length > begin && strchr(blank, line[length - 1]) != NULL)
        length--;
    if (begin >= length || line[begin] == '#')
        return 0;
    return add(gathered, line + begin, length - begin, (struct origin){file, number, characters(line, begin)});
}

static int add_file(struct gathered *gathered, const char *path)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return fail(gathered->error, "cannot open %s: %s", path, strerror(errno));
    char *line = NULL;
    size_t room = 0;
    int result = 0;
    ssize_t length;
    for (size_t number = 1; result == 0 && (length = getline(&line, &room, file)) >= 0; number++)
        result = add_line(gathered, path, number, line, (size_t)length - (line[length - 1] == '\n' ? 1 : 0));
    if (result == 0 && ferror(file))
        result = fail(gathered->error, "cannot read %s: %s", path, strerror(errno));
    free(line);
    (void)fclose(file);
    return result;
}

/* Said once, where it takes long enough to be wondered about. */
static void say_compiling(void *context)
{
    struct gathered *gathered = context;
    if (!gathered->said && !gathered->quiet)
        (void)fprintf(stderr, "samband: compiling %zu search terms\n", gathered->count);
    gathered->said = true;
}

static int judge(struct gathered *gathered)
{
    struct analyse_bad_term bad;
    struct error problem = {0};
    if (analyse_terms_check(gathered->items, gathered->count, say_compiling, gathered, &bad, &problem) == 0)
        return 0;
    if (!bad.known || bad.term >= gathered->count)
        return fail(gathered->error, "%s", problem.text);
    const struct origin *origin = &gathered->origins[bad.term];
    struct bytes where = {0};
    if (origin->file != NULL)
        bytes_format(&where, "%s:%zu", origin->file, origin->line);
    else
        bytes_format(&where, "--term %.100s", gathered->items[bad.term]);
    if (bad.column > 0)
        bytes_format(&where, origin->file != NULL ? ":%zu" : ", column %zu", origin->indent + bad.column);
    (void)fail(gathered->error, "%s: %s", bytes_text(&where), problem.text);
    bytes_free(&where);
    return -1;
}

int gather_terms(const struct option_list *given, const struct option_list *files, bool quiet, struct terms *terms,
                 struct error *error)
{
    struct gathered gathered = {.quiet = quiet, .error = error};
    int result = 0;
    *terms = (struct terms){0};
    for (size_t i = 0; result == 0 && i < given->count; i++)
        result = strpbrk(given->items[i], "\n") != NULL || given->items[i][0] == '\0'
                     ? fail(error, "--term takes a word or more, on one line")
                     : add(&gathered, given->items[i], strlen(given->items[i]), (struct origin){0});
    for (size_t i = 0; result == 0 && i < files->count; i++)
        result = add_file(&gathered, files->items[i]);
    if (result == 0 && files->count > 0 && gathered.count == 0)
        result = fail(error, "%s holds no search terms", files->items[0]);
    if (result == 0 && gathered.count > 0)
        result = judge(&gathered);
    if (result == 0)
        result = terms_make(terms, gathered.items, gathered.count, error);
    free(gathered.items);
    free(gathered.origins);
    arena_free(&gathered.arena);
    return result;
}
