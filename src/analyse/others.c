/* Whose disk is this? Evidence of one authority must not be read by way of a case of another one, and a path is only
 * one of its names: a segment leads to the same disk as the first one does, a link to the same file, a folder to all
 * that lies in it. So what the worker may open for the new evidence is compared with what it may open for all evidence
 * of others, by device and inode. Names and folders are looked at here; no file is opened. */
#include <dirent.h>
#include <errno.h>
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analyse/analyse.h"
#include "evidence/evidence.h"
#include "evidence/segments.h"

/* ---- what may be opened ---- */

static int keep_path(void *context, const char *path)
{
    return path_list_add(context, path, NULL);
}

/* Where a series has a hole or a neighbour cannot be listed, what has the same name up to the last dot is taken. */
static int add_namesakes(const char *path, struct path_list *files, struct error *error)
{
    char folder[PATH_MAX], neighbour[PATH_MAX];
    const char *name = path_name(path), *dot = strrchr(name, '.');
    (void)snprintf(folder, sizeof folder, "%.*s", (int)(name - path), path);
    DIR *directory = dot == NULL ? NULL : opendir(folder[0] == '\0' ? "." : folder);
    struct dirent *entry;
    int result = path_list_add(files, path, error);
    while (directory != NULL && result == 0 && (entry = readdir(directory)) != NULL) {
        if (strncmp(entry->d_name, name, (size_t)(dot - name) + 1) != 0)
            continue;
        int length = snprintf(neighbour, sizeof neighbour, "%s%s", folder, entry->d_name);
        if (length > 0 && (size_t)length < sizeof neighbour)
            result = path_list_add(files, neighbour, error);
    }
    if (directory != NULL)
        (void)closedir(directory);
    return result;
}

static int find_files(const char *path, struct path_list *files, struct error *error)
{
    struct error ignored = {0};
    const char *const paths[] = {path};
    *files = (struct path_list){0};
    if (sb_evidence_siblings(paths, 1, keep_path, files, &ignored) == 0)
        return 0;
    path_list_free(files);
    return add_namesakes(path, files, error);
}

int analyse_reach(const char *path, int (*each)(void *context, const char *path), void *context, struct error *error)
{
    struct path_list files;
    int result = find_files(path, &files, error);
    for (size_t i = 0; i < files.count && result == 0; i++)
        result = each(context, files.path[i]);
    path_list_free(&files);
    return result;
}

/* ---- sets of files ---- */

struct file_id {
    dev_t device;
    ino_t number;
};

struct file_set {
    struct file_id *items; /* sorted once `sort` was called */
    size_t count, capacity;
};

static int add_file(struct file_set *set, const struct stat *status, struct error *error)
{
    if (set->count == set->capacity) {
        size_t capacity = set->capacity == 0 ? 64 : 2 * set->capacity;
        struct file_id *more = realloc(set->items, capacity * sizeof *more);
        if (more == NULL)
            return fail(error, "memory is short");
        set->items = more;
        set->capacity = capacity;
    }
    set->items[set->count++] = (struct file_id){status->st_dev, status->st_ino};
    return 0;
}

static int compare_files(const void *a, const void *b)
{
    const struct file_id *one = a, *other = b;
    if (one->device != other->device)
        return one->device < other->device ? -1 : 1;
    return one->number < other->number ? -1 : one->number > other->number;
}

static void sort(struct file_set *set)
{
    if (set->count > 1)
        qsort(set->items, set->count, sizeof *set->items, compare_files);
}

static bool holds(const struct file_set *set, const struct stat *status)
{
    const struct file_id wanted = {status->st_dev, status->st_ino};
    return set->count > 0 && bsearch(&wanted, set->items, set->count, sizeof *set->items, compare_files) != NULL;
}

/* Calls `each` with the folders above a path, up to the root; those above its folder `known` (of the file before) have
 * been seen. */
static int each_above(const char *path, char known[PATH_MAX], int (*each)(void *, const struct stat *), void *context)
{
    char folder[PATH_MAX];
    struct stat status;
    if (realpath(path, folder) == NULL)
        return 0;
    int result = 0;
    for (bool first = true; result == 0; first = false) {
        char *slash = strrchr(folder, '/');
        if (slash == NULL || folder[1] == '\0')
            break;
        slash[slash == folder] = '\0';
        if (first && strcmp(folder, known) == 0)
            break;
        if (first)
            (void)snprintf(known, PATH_MAX, "%s", folder);
        if (stat(folder, &status) == 0)
            result = each(context, &status);
    }
    return result;
}

/* Calls `each` with every file of a folder that has another name besides: only those can be found elsewhere too. */
static int each_linked(const char *folder, int (*each)(void *, const struct stat *), void *context, struct error *error)
{
    char *roots[] = {(char *)(uintptr_t)folder, NULL};
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    int result = walk == NULL ? fail(error, "cannot list the folder %s: %s", folder, strerror(errno)) : 0;
    FTSENT *entry;
    while (result == 0 && (entry = fts_read(walk)) != NULL)
        if (entry->fts_info == FTS_F && entry->fts_statp->st_nlink > 1)
            result = each(context, entry->fts_statp);
    if (walk != NULL)
        (void)fts_close(walk);
    return result;
}

/* ---- the new evidence, and that of others ---- */

struct newcomer {
    const char *path;
    struct file_set files;  /* what it reads; of a folder what has another name besides */
    struct file_set linked; /* those of `files` that do */
    struct file_set above;  /* folders that it lies in */
    bool met;
    struct error *error;
};

static int keep_file(void *context, const struct stat *status)
{
    struct newcomer *newcomer = context;
    if (add_file(&newcomer->files, status, newcomer->error) != 0)
        return -1;
    return S_ISDIR(status->st_mode) || status->st_nlink < 2 ? 0 : add_file(&newcomer->linked, status, newcomer->error);
}

static int keep_above(void *context, const struct stat *status)
{
    struct newcomer *newcomer = context;
    return add_file(&newcomer->above, status, newcomer->error);
}

static int look_at_newcomer(struct newcomer *newcomer)
{
    struct path_list files;
    struct stat status;
    char known[PATH_MAX] = "";
    int result = find_files(newcomer->path, &files, newcomer->error);
    for (size_t i = 0; i < files.count && result == 0; i++) {
        if (stat(files.path[i], &status) != 0)
            continue;
        result = keep_file(newcomer, &status);
        if (result == 0)
            result = each_above(files.path[i], known, keep_above, newcomer);
        if (result == 0 && S_ISDIR(status.st_mode))
            result = each_linked(files.path[i], keep_file, newcomer, newcomer->error);
    }
    path_list_free(&files);
    sort(&newcomer->files);
    sort(&newcomer->linked);
    sort(&newcomer->above);
    return result;
}

static int compare_folder(void *context, const struct stat *status)
{
    struct newcomer *newcomer = context;
    newcomer->met |= holds(&newcomer->files, status);
    return newcomer->met;
}

static int compare_linked(void *context, const struct stat *status)
{
    struct newcomer *newcomer = context;
    newcomer->met |= holds(&newcomer->linked, status);
    return newcomer->met;
}

/* The same, or one below the other, by their names: of files that are not to be seen on this machine. */
static bool overlaps(const char *one, size_t one_length, const char *other)
{
    size_t other_length = strlen(other), least = one_length < other_length ? one_length : other_length;
    if (memcmp(one, other, least) != 0)
        return false;
    return one_length == other_length || (one_length > least ? one : other)[least] == '/';
}

static int compare_path(struct newcomer *newcomer, const char *path)
{
    struct path_list files;
    struct stat status;
    char known[PATH_MAX] = "";
    int result = find_files(path, &files, newcomer->error);
    for (size_t i = 0; i < files.count && result == 0 && !newcomer->met; i++) {
        if (stat(files.path[i], &status) != 0)
            continue;
        newcomer->met = holds(&newcomer->files, &status) || holds(&newcomer->above, &status);
        if (!newcomer->met)
            (void)each_above(files.path[i], known, compare_folder, newcomer);
        if (!newcomer->met && S_ISDIR(status.st_mode) && newcomer->linked.count > 0)
            result = each_linked(files.path[i], compare_linked, newcomer, newcomer->error);
        if (newcomer->met)
            result = 0;
    }
    path_list_free(&files);
    return result;
}

static int compare_evidence(void *context, const char *paths)
{
    struct newcomer *newcomer = context;
    char path[PATH_MAX];
    for (const char *at = paths; *at != '\0' && !newcomer->met;) {
        size_t length = strcspn(at, "\n");
        newcomer->met = overlaps(at, length, newcomer->path);
        if (!newcomer->met && length < sizeof path) {
            (void)snprintf(path, sizeof path, "%.*s", (int)length, at);
            if (compare_path(newcomer, path) != 0)
                return -1;
        }
        at += length + (at[length] == '\n');
    }
    return newcomer->met;
}

int analyse_of_others(struct store *store, const char *authority, const char *path, bool *others, struct error *error)
{
    struct newcomer newcomer = {.path = path, .error = error};
    *others = true;
    int result = look_at_newcomer(&newcomer);
    if (result == 0)
        result = store_evidence_of_others(store, authority, compare_evidence, &newcomer, error);
    free(newcomer.files.items);
    free(newcomer.linked.items);
    free(newcomer.above.items);
    if (result < 0)
        return -1;
    *others = newcomer.met;
    return 0;
}
