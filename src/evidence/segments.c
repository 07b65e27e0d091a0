/* The series that acquisition tools write. Expert Witness files count E01 to E99, then EAA to EZZ, FAA to ZZZ, in
 * either case; Ex01 and S01 likewise. Split raw images count in digits from 0 or 1, or in letters from "aa" as split(1)
 * does. */
#include "evidence/segments.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    LETTERS = 26,
    NUMBERED_WITNESS_FILES = 99, /* E01 to E99; letters follow */
    SEGMENTS_MAX = 20000,        /* more files than any series above can name */
    HOLE_PROBE = 100,            /* how far behind a series' end a further file means that one is missing */
};

enum series { SERIES_NONE, SERIES_DIGITS, SERIES_LETTERS, SERIES_WITNESS };

int path_list_add(struct path_list *list, const char *path, struct error *error)
{
    char **grown = realloc(list->path, (list->count + 1) * sizeof *grown);
    if (grown == NULL)
        return fail(error, "Memory is short: close other programs and try again.");
    list->path = grown;
    char *copy = strdup(path);
    if (copy == NULL)
        return fail(error, "Memory is short: close other programs and try again.");
    list->path[list->count++] = copy;
    return 0;
}

void path_list_free(struct path_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->path[i]);
    free(list->path);
    *list = (struct path_list){0};
}

const char *path_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

static bool all_of(const char *text, int (*class)(int))
{
    for (; *text != '\0'; text++)
        if (!class((unsigned char)*text))
            return false;
    return true;
}

/* What series an extension (behind its dot) begins; only a first member begins one. */
static enum series series_of(const char *extension)
{
    size_t length = strlen(extension);
    if (length >= 3 && length <= 5 && all_of(extension, isdigit))
        return strtoul(extension, NULL, 10) <= 1 ? SERIES_DIGITS : SERIES_NONE;
    if (length >= 2 && length <= 4 && strspn(extension, "a") == length)
        return SERIES_LETTERS;
    if (length == 3 && strchr("EeSs", extension[0]) != NULL && strcmp(extension + 1, "01") == 0)
        return SERIES_WITNESS;
    if (length == 4 && strchr("Ee", extension[0]) != NULL && strcmp(extension + 1, "x01") == 0)
        return SERIES_WITNESS;
    return SERIES_NONE;
}

/* Counts the letters of text up by one, last place first; false behind the last combination. */
static bool count_letters(char *text, char low)
{
    for (size_t at = strlen(text); at > 0; at--) {
        if (text[at - 1] < low + LETTERS - 1) {
            text[at - 1]++;
            return true;
        }
        text[at - 1] = low;
    }
    return false;
}

static bool count_digits(char *text)
{
    for (size_t at = strlen(text); at > 0; at--) {
        if (text[at - 1] < '9') {
            text[at - 1]++;
            return true;
        }
        text[at - 1] = '0';
    }
    return false;
}

/* E98 to E99, E99 to EAA, EAZ to EBA, EZZ to FAA; with an x behind the first letter likewise. */
static bool count_witness(char *extension)
{
    char first = extension[0];
    char low = first >= 'a' ? 'a' : 'A';
    char *place = extension + strlen(extension) - 2;
    if (isdigit((unsigned char)place[0])) {
        if (count_digits(place))
            return true;
        place[0] = place[1] = low;
        return true;
    }
    if (count_letters(place, low))
        return true;
    if (first == low + LETTERS - 1)
        return false;
    extension[0]++;
    return true;
}

static bool count_up(enum series series, char *extension)
{
    switch (series) {
    case SERIES_DIGITS:
        return count_digits(extension);
    case SERIES_LETTERS:
        return count_letters(extension, 'a');
    case SERIES_WITNESS:
        return count_witness(extension);
    default:
        return false;
    }
}

static bool file_exists(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0;
}

static int follow_series(const char *first, enum series series, struct path_list *out, struct error *error)
{
    char *path = strdup(first);
    if (path == NULL)
        return fail(error, "Memory is short: close other programs and try again.");
    char *extension = strrchr(path, '.') + 1;
    int result = path_list_add(out, first, error);
    char *missing = NULL; /* the first of those that were not there in a row */
    int holes = 0;
    while (result == 0 && holes < HOLE_PROBE && out->count < SEGMENTS_MAX && count_up(series, extension)) {
        /* Letters mean E-files only behind E99, since ".exe" and ".ext" would otherwise count as members. */
        if (holes > 0 && series == SERIES_WITNESS && !isdigit((unsigned char)extension[strlen(extension) - 1]))
            break;
        bool there = file_exists(path);
        if (!there && holes++ == 0 && (missing = strdup(path)) == NULL)
            result = fail(error, "Memory is short: close other programs and try again.");
        else if (there && holes > 0 && series != SERIES_WITNESS)
            result = fail(error, "Segment %s is missing, though %s is there: put it beside the others and try again.",
                          path_name(missing), path_name(path));
        else if (there)
            result = path_list_add(out, path, error);
        if (there) {
            free(missing);
            missing = NULL;
            holes = 0;
        }
    }
    free(missing);
    free(path);
    return result;
}

char *segments_member(const char *path, size_t number)
{
    const char *dot = strrchr(path_name(path), '.');
    enum series series = dot == NULL ? SERIES_NONE : series_of(dot + 1);
    char *member = NULL;
    if (series == SERIES_NONE || number > SEGMENTS_MAX)
        return asprintf(&member, "%zu", number) < 0 ? NULL : member;
    member = strdup(path);
    for (size_t i = 1; member != NULL && i < number; i++)
        (void)count_up(series, member + (dot - path) + 1);
    return member;
}

int segments_find(const char *const paths[], size_t count, struct path_list *out, struct error *error)
{
    *out = (struct path_list){0};
    if (count == 0)
        return fail(error, "No evidence is named: give the path of an image, a file or a folder.");
    int result = 0;
    const char *dot = strrchr(path_name(paths[0]), '.');
    enum series series = count == 1 && dot != NULL ? series_of(dot + 1) : SERIES_NONE;
    struct stat status;
    if (series != SERIES_NONE && stat(paths[0], &status) == 0 && S_ISREG(status.st_mode))
        result = follow_series(paths[0], series, out, error);
    else
        for (size_t i = 0; i < count && result == 0; i++)
            result = path_list_add(out, paths[i], error);
    if (result != 0)
        path_list_free(out);
    return result;
}
