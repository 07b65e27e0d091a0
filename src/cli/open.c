/* The store that the command line names, and the cases in it. What is wrong with a path is said here, where it is known
 * that somebody typed it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/record.h"

static bool is_url(const char *store)
{
    return strncmp(store, "postgresql://", 13) == 0 || strncmp(store, "postgres://", 11) == 0;
}

bool store_exists(const struct cli *cli)
{
    return is_url(cli->store) || access(cli->store, F_OK) == 0;
}

/* A file is made in a folder that is there and may be written. */
static int check_folder(const char *path, struct error *error)
{
    const char *slash = strrchr(path, '/');
    size_t length = slash == NULL ? 0 : slash == path ? 1 : (size_t)(slash - path);
    char *folder = length == 0 ? strdup(".") : strndup(path, length);
    int result = folder == NULL ? fail(error, "memory is short") : 0;
    if (result == 0 && access(folder, F_OK) != 0)
        result =
            fail(error, "cannot make the store %s: there is no folder %s; make it, or name another store with --store",
                 path, folder);
    else if (result == 0 && access(folder, W_OK | X_OK) != 0)
        result = fail(error,
                      "cannot make the store %s: the folder %s cannot be written (%s); name another store with --store",
                      path, folder, strerror(errno));
    free(folder);
    return result;
}

static int check_store(const struct cli *cli, bool create, struct error *error)
{
    if (is_url(cli->store))
        return 0;
    if (strstr(cli->store, "://") != NULL)
        return fail(error, "%s is no store: name the path of an SQLite file, or a postgresql:// URL", cli->store);
    return create && !store_exists(cli) ? check_folder(cli->store, error) : 0;
}

struct store *open_store(const struct cli *cli, bool create)
{
    struct error error = {0};
    struct store *store = NULL;
    if (check_store(cli, create, &error) == 0)
        store = store_open(cli->store, create, &error);
    if (store != NULL && record_command(cli, store, &error) == 0)
        return store;
    store_close(store);
    (void)failed(&error);
    return NULL;
}

int find_case(struct store *store, const char *reference, int64_t *id, struct error *error)
{
    if (store_case_find(store, reference, id, error) != 0)
        return -1;
    if (*id == 0)
        return fail(error,
                    "there is no case %s: \"samband case list\" shows those there are, \"samband case add %s --country "
                    "CC\" opens it",
                    reference, reference);
    return 0;
}
