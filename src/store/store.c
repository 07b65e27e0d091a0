/* Opening and closing a store, its transactions, and the short ways to run SQL. */
#include "store/room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct store *store_open(const char *where, bool create, struct error *error)
{
    bool postgres = strncmp(where, "postgresql://", 13) == 0 || strncmp(where, "postgres://", 11) == 0;
    struct store *store = calloc(1, sizeof *store);
    if (store == NULL) {
        (void)fail(error, "memory is short");
        return NULL;
    }
    store->database = postgres ? postgres_open(where, error) : sqlite_open(where, create, error);
    if (store->database != NULL && migrate(store, create, error) == 0)
        return store;
    store_close(store);
    return NULL;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    if (store->database != NULL) {
        store_rollback(store);
        store->database->driver->close(store->database);
    }
    free_findings(store);
    free(store);
}

const char *store_name(const struct store *store)
{
    return store->database->name;
}

bool store_retryable(const struct store *store)
{
    return store->database->trouble == TROUBLE_CONFLICT;
}

bool store_refused(const struct store *store)
{
    return store->database->trouble == TROUBLE_ROWS;
}

/* ---- transactions ---- */

int store_begin(struct store *store, struct error *error)
{
    if (store->in_transaction)
        return fail(error, "a transaction is open already");
    if (!store->temporary_ready) {
        if (script(store, temporary_schema, error) != 0)
            return -1;
        store->temporary_ready = true;
    }
    if (store->database->driver->begin(store->database, error) != 0)
        return -1;
    store->in_transaction = true;
    return 0;
}

int store_commit(struct store *store, struct error *error)
{
    if (!store->in_transaction)
        return fail(error, "no transaction is open");
    if (apply_findings(store, error) != 0 || apply_known(store, error) != 0 ||
        store->database->driver->commit(store->database, error) != 0) {
        enum trouble trouble = store->database->trouble;
        store_rollback(store);
        store->database->trouble = trouble;
        return -1;
    }
    store->in_transaction = false;
    /* Where somebody reads just now, the next commit of this handle tries again, and at the end the last that closes.
     */
    if (store->purged && store->database->driver->forget(store->database, NULL) == 0)
        store->purged = false;
    return 0;
}

int store_wait_most(struct store *store, int seconds, struct error *error)
{
    if (seconds == store->wait_most)
        return 0;
    store->wait_most = seconds;
    return store->database->driver->wait(store->database, seconds, error);
}

void store_rollback(struct store *store)
{
    forget_findings(store);
    store->known_staged = false;
    if (!store->in_transaction)
        return;
    store->database->driver->rollback(store->database);
    store->in_transaction = false;
}

int enter(struct store *store, bool *own, struct error *error)
{
    *own = !store->in_transaction;
    return *own ? store_begin(store, error) : 0;
}

int leave(struct store *store, bool own, int result, struct error *error)
{
    if (!own)
        return result;
    if (result == 0)
        return store_commit(store, error);
    store_rollback(store);
    return result;
}

/* ---- running SQL ---- */

/* Before every use of the database: forgets the last trouble, and finds the one that both drivers would see
 * differently. */
static int check_text(struct store *store, const struct value *values, size_t count, struct error *error)
{
    store->database->trouble = TROUBLE_OTHER;
    for (size_t i = 0; i < count; i++) {
        if (values[i].type != VALUE_TEXT || text_is_utf8(values[i].data, values[i].length))
            continue;
        store->database->trouble = TROUBLE_ROWS;
        return fail(error, "text for the store is not UTF-8; repair it first");
    }
    return 0;
}

int run_counted(struct store *store, const char *sql, const struct value *values, size_t count, int64_t *changed,
                struct error *error)
{
    if (check_text(store, values, count, error) != 0)
        return -1;
    return store->database->driver->run(store->database, sql, values, count, changed, error);
}

int run(struct store *store, const char *sql, const struct value *values, size_t count, struct error *error)
{
    return run_counted(store, sql, values, count, NULL, error);
}

int script(struct store *store, const char *sql, struct error *error)
{
    store->database->trouble = TROUBLE_OTHER;
    return store->database->driver->script(store->database, sql, error);
}

int append(struct store *store, const struct bulk *bulk, const struct value *values, struct error *error)
{
    bool own;
    if (check_text(store, values, bulk->count, error) != 0 || enter(store, &own, error) != 0)
        return -1;
    return leave(store, own, store->database->driver->append(store->database, bulk, values, error), error);
}

int ask(struct store *store, const char *sql, const struct value *values, size_t count, int64_t *number,
        struct error *error)
{
    struct query *query = ask_rows(store, sql, values, count, false, error);
    if (query == NULL)
        return -1;
    int more = next_row(store, query, error);
    if (more == 1)
        *number = row_integer(store, query, 0);
    end_rows(store, query);
    return more < 0 ? -1 : 0;
}

struct query *ask_rows(struct store *store, const char *sql, const struct value *values, size_t count, bool large,
                       struct error *error)
{
    if (check_text(store, values, count, error) != 0)
        return NULL;
    struct bytes room = {0};
    const char *asked = for_viewer(store, sql, &room, error);
    struct query *query =
        asked == NULL ? NULL : store->database->driver->query(store->database, asked, values, count, large, error);
    bytes_free(&room);
    return query;
}

int next_row(struct store *store, struct query *query, struct error *error)
{
    return store->database->driver->next(query, error);
}

void end_rows(struct store *store, struct query *query)
{
    store->database->driver->end(query);
}

int64_t row_integer(struct store *store, struct query *query, int column)
{
    return store->database->driver->integer(query, column);
}

const char *row_text(struct store *store, struct query *query, int column)
{
    return store->database->driver->text(query, column);
}

const uint8_t *row_blob(struct store *store, struct query *query, int column, size_t size)
{
    size_t length = 0;
    const void *found = store->database->driver->blob(query, column, &length);
    return length == size ? found : NULL;
}

int each_row(struct store *store, const char *sql, const struct value *values, size_t count, bool large,
             int (*row)(struct store *, struct query *, void *), void *context, struct error *error)
{
    struct query *query = ask_rows(store, sql, values, count, large, error);
    if (query == NULL)
        return -1;
    int result = 0;
    int more = 0;
    while (result == 0 && (more = next_row(store, query, error)) == 1)
        result = row(store, query, context);
    end_rows(store, query);
    return more < 0 ? -1 : result;
}
