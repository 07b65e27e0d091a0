/* Evidence is registered with its absolute paths, so that the same command from another folder means the same evidence,
 * and a worker host can find it. Only names, sizes and times are looked at here; nothing is parsed. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyse/analyse.h"
#include "analyse/commit.h"
#include "analyse/inside.h"
#include "analyse/stamp.h"
#include "analyse/terms.h"
#include "base/bytes.h"
#include "base/text.h"

static int check_path(const char *path, struct error *error)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return fail(error, "cannot open %s: %s", path, strerror(errno));
    if (S_ISREG(status.st_mode) && status.st_size == 0)
        return fail(error, "%s is empty: there is nothing to analyse (was the copy interrupted?)", path);
    if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode) && !S_ISBLK(status.st_mode))
        return fail(error, "%s is neither a file, a folder nor a disk", path);
    if (S_ISDIR(status.st_mode) && faccessat(AT_FDCWD, path, R_OK | X_OK, AT_EACCESS) != 0)
        return fail(error, "cannot list the folder %s: %s (it must be readable and searchable)", path, strerror(errno));
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0)
        return fail(error, "cannot read %s: %s", path, strerror(errno));
    (void)close(descriptor);
    return 0;
}

/* The store keeps text; a path with other bytes could not be found again from what it keeps. */
static int check_text(const char *path, struct error *error)
{
    struct bytes shown = {0};
    if (text_is_utf8(path, strlen(path)))
        return 0;
    text_append_printable(&shown, path, strlen(path));
    (void)fail(error, "the path %s is not UTF-8 text, so it cannot be kept in the store: rename the file or its folder",
               bytes_text(&shown));
    bytes_free(&shown);
    return -1;
}

static int gather_paths(const char *const paths[], size_t count, struct bytes *out, struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (check_path(paths[i], error) != 0)
            return -1;
        char *absolute = realpath(paths[i], NULL);
        if (absolute == NULL)
            return fail(error, "cannot open %s: %s", paths[i], strerror(errno));
        bool line = strchr(absolute, '\n') != NULL;
        int sound = check_text(absolute, error);
        bytes_append_text(out, absolute);
        bytes_append_char(out, '\n');
        free(absolute);
        if (sound != 0)
            return -1;
        if (line)
            return fail(error, "a path with a line break in it cannot be evidence: rename it");
    }
    return out->failed ? fail(error, "memory is short") : 0;
}

static int take_state(void *context, const struct store_evidence *row)
{
    bool *refused = context;
    *refused = strcmp(row->state, "failed") == 0;
    return 0;
}

/* Evidence that could not be opened is tried again: the missing segment may be there now. */
static int try_again(struct store *store, int64_t evidence_id, struct error *error)
{
    bool refused = false;
    if (store_evidence_get(store, evidence_id, take_state, &refused, error) != 0)
        return -1;
    if (!refused)
        return 0;
    return store_unit_reopen(store, evidence_id, error);
}

struct older {
    int64_t number;
    bool unfinished;
    char reference[64];
};

static int take_older(void *context, const struct store_evidence *row)
{
    struct older *older = context;
    older->number = row->number;
    older->unfinished = strcmp(row->state, "mapped") == 0 || strcmp(row->state, "new") == 0;
    (void)snprintf(older->reference, sizeof older->reference, "%s", row->case_reference);
    return 0;
}

/* The same paths hold something else than `before` was made from. What was not read of that cannot be read any more. */
static int leave_one_behind(struct store *store, int64_t before, struct older *older, struct error *error)
{
    static const char reason[] = "its files changed before it was read whole: it was analysed anew";
    if (store_evidence_get(store, before, take_older, older, error) != 0)
        return -1;
    if (!older->unfinished)
        return 0;
    return store_unit_abandon(store, before, error) == 0 ? store_evidence_state(store, before, "failed", reason, error)
                                                         : -1;
}

static int leave_behind(struct store *store, int64_t before, const char *name, struct error *notice,
                        struct error *error)
{
    struct family family = {0};
    struct older older = {0};
    bool grown;
    int result = family_add(&family, &before, 1, error);
    if (result == 0)
        result = family_gather(&family, store, &grown, error);
    for (size_t i = family.count; result == 0 && i-- > 0;) /* the item itself last */
        result = leave_one_behind(store, family.ids[i], &older, error);
    family_free(&family);
    (void)fail(notice, "%s has changed since it was analysed as %s/%lld: it is analysed anew, as evidence of its own",
               name, older.reference, (long long)older.number);
    return result;
}

struct searched {
    struct terms *left;
    struct error *error;
};

static int take_searched(void *context, const char *lines)
{
    struct searched *searched = context;
    struct terms old;
    if (terms_read(&old, lines, searched->error) != 0)
        return -1;
    terms_subtract(searched->left, &old);
    terms_free(&old);
    return 0;
}

/* What was searched for already is left out: a term is looked for once in an evidence item. */
static int add_search(struct store *store, int64_t evidence_id, const struct terms *terms, bool fresh,
                      struct error *error)
{
    struct terms left;
    if (terms_make(&left, terms->items, terms->count, error) != 0)
        return -1;
    struct bytes lines = {0};
    int64_t set_id = 0;
    int result = store_terms_lock(store, evidence_id, error);
    if (result == 0)
        result = store_terms_each(store, evidence_id, take_searched, &(struct searched){&left, error}, error);
    terms_write(&left, &lines);
    if (result == 0 && lines.failed)
        result = fail(error, "memory is short");
    if (result == 0 && left.count > 0)
        result = store_terms_search(store, evidence_id, bytes_text(&lines), fresh, &set_id, error);
    if (result == 0 && left.count > 0)
        result = store_terms_plan(store, evidence_id, error);
    bytes_free(&lines);
    terms_free(&left);
    return result;
}

/* What is in the store already, and what lies in it. */
static int add_again(struct store *store, int64_t evidence_id, const struct terms *terms, struct error *error)
{
    struct family family = {0};
    bool grown;
    int result = family_add(&family, &evidence_id, 1, error);
    if (result == 0 && terms != NULL)
        result = store_terms_lock(store, evidence_id, error); /* nothing comes to lie in it meanwhile */
    if (result == 0)
        result = family_gather(&family, store, &grown, error);
    for (size_t i = 0; result == 0 && i < family.count; i++) {
        result = try_again(store, family.ids[i], error);
        if (result == 0 && terms != NULL)
            result = add_search(store, family.ids[i], terms, false, error);
    }
    family_free(&family);
    return result;
}

int analyse_add(struct store *store, int64_t case_id, const char *const paths[], size_t count, bool digests,
                const struct terms *terms, int64_t *evidence_id, struct error *notice, struct error *error)
{
    struct bytes lines = {0};
    char stamp[STAMP_SIZE];
    int64_t before = 0;
    struct stat status;
    bool fresh = false;
    if (gather_paths(paths, count, &lines, error) != 0) {
        bytes_free(&lines);
        return -1;
    }
    stamp_make(bytes_text(&lines), stamp);
    bool folder = stat(paths[0], &status) == 0 && S_ISDIR(status.st_mode);
    char *first = strndup(bytes_text(&lines), strcspn(bytes_text(&lines), "\n"));
    int result = first == NULL ? fail(error, "memory is short") : store_begin(store, error);
    if (result == 0) {
        const char *slash = strrchr(first, '/');
        const char *name = slash == NULL || slash[1] == '\0' ? first : slash + 1;
        result = store_evidence_add(store, case_id, name, bytes_text(&lines), stamp, digests, evidence_id, &fresh,
                                    &before, error);
        if (result == 0 && before != 0)
            result = leave_behind(store, before, name, notice, error);
        if (result == 0)
            result = fresh ? commit_first_units(store, *evidence_id, digests && !folder, error)
                           : add_again(store, *evidence_id, terms, error);
        if (result == 0 && fresh && terms != NULL)
            result = add_search(store, *evidence_id, terms, true, error);
        if (result == 0)
            result = store_commit(store, error);
        else
            store_rollback(store);
    }
    free(first);
    bytes_free(&lines);
    return result;
}
