/* Which files an image may lead to, told from names alone, for the process that decides what a locked one may open. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "evidence/evidence.h"
#include "evidence/segments.h"

static bool has_extension(const char *name, const char *const extensions[])
{
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot != NULL && extensions[i] != NULL; i++)
        if (strcasecmp(dot + 1, extensions[i]) == 0)
            return true;
    return false;
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The files beside `path` with one of the extensions, or, for `stem`, whose names begin as that of `path` does. */
static int add_neighbours(const char *path, const char *const extensions[], bool stem, struct path_list *list,
                          struct error *error)
{
    const char *name = path_name(path);
    char *folder = NULL;
    if (asprintf(&folder, "%.*s", (int)(name - path), path) < 0)
        return fail(error, "Memory is short: close other programs and try again.");
    DIR *directory = opendir(folder[0] == '\0' ? "." : folder);
    int result = directory == NULL ? fail(error, "The folder of %s cannot be listed (%s): check that it may be read.",
                                          name, strerror(errno))
                                   : 0;
    size_t first = list->count;
    size_t stem_length = (size_t)(strrchr(name, '.') - name);
    struct dirent *entry;
    while (result == 0 && (entry = readdir(directory)) != NULL) {
        bool wanted = has_extension(entry->d_name, extensions) ||
                      (stem && stem_length > 0 && strncmp(entry->d_name, name, stem_length) == 0);
        if (!wanted || entry->d_type == DT_DIR || strcmp(entry->d_name, name) == 0)
            continue;
        char *neighbour = NULL;
        if (asprintf(&neighbour, "%s%s", folder, entry->d_name) < 0)
            result = fail(error, "Memory is short: close other programs and try again.");
        else
            result = path_list_add(list, neighbour, error);
        free(neighbour);
    }
    if (directory != NULL)
        closedir(directory);
    free(folder);
    if (list->count > first)
        qsort(list->path + first, list->count - first, sizeof *list->path, compare_paths);
    return result;
}

int sb_evidence_siblings(const char *const paths[], size_t count, int (*each)(void *context, const char *path),
                         void *context, struct error *error)
{
    static const char *const vmdk[] = {"vmdk", NULL};
    static const char *const vhd[] = {"vhd", "avhd", "vhdx", "avhdx", NULL};
    struct path_list list;
    int result = segments_find(paths, count, &list, error);
    for (size_t i = 0; i < count && result == 0; i++) {
        if (has_extension(path_name(paths[i]), vmdk))
            result = add_neighbours(paths[i], vmdk, true, &list, error);
        else if (has_extension(path_name(paths[i]), vhd))
            result = add_neighbours(paths[i], vhd, false, &list, error);
    }
    for (size_t i = 0; i < list.count && result == 0; i++)
        result = each(context, list.path[i]);
    path_list_free(&list);
    return result;
}
