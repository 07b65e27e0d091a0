/* The SQLite driver (https://www.sqlite.org/c3ref/intro.html). Write-ahead log with synchronous=NORMAL: what was
 * committed survives the death of any process; writers queue for the one write lock.
 *
 * How long they queue goes by the largest commit. A unit's frames are bounded (worker/findings.h): a span of 64 MiB may
 * report 3.2 GiB, some 25 million sightings, which at 100,000 a second take four minutes, and a busy machine or a slow
 * disk several times that. Who waits longer than half an hour waits for a process that hangs. */
#include "store/driver.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUSY_MINUTES = 30, FORGET_SECONDS = 2, KEPT_STATEMENTS = 128 };
static const long long rewritten_most = 1LL << 30; /* bytes */

static const struct word words[] = {
    {"blob", "BLOB"},
    {"text", "TEXT"},
    {"temporary", "CREATE TEMP TABLE"},
    {"clustered", "WITHOUT ROWID"},
    {"empty", "DELETE FROM"},
    {"now", "CAST(strftime('%s', 'now') AS INTEGER)"},
    {"today", "date('now')"},
    {"skip locked", ""},
    {"then", "CROSS JOIN"}, /* a join in the order it is written */
    {"lock", "max"},        /* a write transaction is the lock: any function of two integers does */
    {"share", "max"},
    {"count tables", "SELECT count(*) FROM sqlite_master"},
    {"by index", ""},
    {"by hash", "INDEXED BY sighting_hash"}, /* without statistics it would read a whole evidence item instead */
    {"sighting from s", "sighting"},
    {"audit as kept", "audit NOT INDEXED"},
    {"audit by number",
     "audit INDEXED BY sqlite_autoindex_audit_1 WHERE id > 0 AND typeof(id) = 'integer' ORDER BY id DESC"},
    {"audit strays", "SELECT 0"},
    /* A column of SQLite holds any type, and a text goes on behind a NUL that ends it for everybody who reads it. */
    {"audit is sound",
     "(typeof(id) = 'integer' AND typeof(time) = 'integer' AND typeof(person) = 'text' AND typeof(authority) = 'text'"
     " AND typeof(action) = 'text' AND typeof(object) = 'text' AND typeof(reason) = 'text' AND typeof(outcome) = 'text'"
     " AND typeof(address) = 'text' AND typeof(hash) = 'blob' AND instr(CAST(person || authority || action || object ||"
     " reason || outcome || address AS BLOB), x'00') = 0)"},
    {"statistics", ""},
    {NULL, NULL},
};

struct query {
    struct sqlite *owner;
    sqlite3_stmt *statement;
    char *sql; /* as shared, the key of the cache */
    const struct bulk *bulk;
    bool busy, kept;
    struct query *next;
};

struct sqlite {
    struct database base;
    sqlite3 *handle;
    char *path;
    int wait; /* for others that write, milliseconds */
    struct query *queries;
    size_t kept;
};

static enum trouble trouble_of(int code)
{
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
        return TROUBLE_CONFLICT;
    if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
        return TROUBLE_DAMAGED;
    bool rows = code == SQLITE_CONSTRAINT || code == SQLITE_TOOBIG || code == SQLITE_MISMATCH;
    return rows ? TROUBLE_ROWS : TROUBLE_OTHER;
}

static int explain(struct sqlite *self, struct error *error)
{
    int code = sqlite3_errcode(self->handle) & 0xff;
    int cause = errno; /* of the failed call below SQLite, which does not keep it when COMMIT fails */
    if (sqlite3_system_errno(self->handle) != 0)
        cause = sqlite3_system_errno(self->handle);
    self->base.trouble = trouble_of(code);
    if (code == SQLITE_FULL || (code == SQLITE_IOERR && (cause == ENOSPC || cause == EFBIG || cause == EDQUOT)))
        return fail(error, "no room left for the store %s; free some space on its disk and run the same command again",
                    self->path);
    switch (code) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return fail(error,
                    "the store %s is locked by another process (waited up to %d seconds); end that one if it hangs, "
                    "and run the same command again",
                    self->path, self->wait / 1000);
    case SQLITE_READONLY:
        return fail(error, "the store %s cannot be written; give yourself the right to write it and its folder",
                    self->path);
    case SQLITE_NOTADB:
        return fail(error, "%s is not a Samband store (nor any SQLite database); name another with --store",
                    self->path);
    case SQLITE_CORRUPT:
        return fail(error, "the store %s is damaged (%s); restore it from a copy", self->path,
                    sqlite3_errmsg(self->handle));
    case SQLITE_CANTOPEN:
        return fail(error, "cannot open the store %s (%s); check its folder and your rights there", self->path,
                    cause != 0 ? strerror(cause) : sqlite3_errmsg(self->handle));
    case SQLITE_IOERR:
        return fail(error, "reading or writing the store %s failed (%s); check its disk, and that there is room on it",
                    self->path, cause != 0 ? strerror(cause) : sqlite3_errmsg(self->handle));
    default:
        return fail(error, "the store %s refused: %s", self->path, sqlite3_errmsg(self->handle));
    }
}

static int sqlite_script(struct database *database, const char *sql, struct error *error)
{
    struct sqlite *self = (struct sqlite *)database;
    struct bytes spelled = {0};
    expand_sql(sql, words, '?', &spelled);
    int result = sqlite3_exec(self->handle, bytes_text(&spelled), NULL, NULL, NULL) == SQLITE_OK ? 0 : -1;
    bytes_free(&spelled);
    return result == 0 ? 0 : explain(self, error);
}

static struct query *prepare(struct sqlite *self, const char *sql, struct error *error)
{
    for (struct query *query = self->queries; query != NULL; query = query->next)
        if (!query->busy && query->sql != NULL && strcmp(query->sql, sql) == 0)
            return query;
    struct bytes spelled = {0};
    expand_sql(sql, words, '?', &spelled);
    struct query *query = calloc(1, sizeof *query);
    char *key = strdup(sql);
    if (query == NULL || key == NULL || spelled.failed) {
        (void)fail(error, "memory is short");
    } else if (sqlite3_prepare_v3(self->handle, bytes_text(&spelled), -1, SQLITE_PREPARE_PERSISTENT, &query->statement,
                                  NULL) != SQLITE_OK) {
        (void)explain(self, error);
    } else {
        query->owner = self;
        query->sql = key;
        query->kept = self->kept < KEPT_STATEMENTS;
        if (query->kept) {
            query->next = self->queries;
            self->queries = query;
            self->kept++;
        }
        bytes_free(&spelled);
        return query;
    }
    bytes_free(&spelled);
    free(key);
    free(query);
    return NULL;
}

static void sqlite_end(struct query *query)
{
    (void)sqlite3_reset(query->statement);
    (void)sqlite3_clear_bindings(query->statement);
    query->busy = false;
    if (query->kept)
        return;
    (void)sqlite3_finalize(query->statement);
    free(query->sql);
    free(query);
}

static int bind(struct query *query, const struct value *values, size_t count, sqlite3_destructor_type keep,
                struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        int at = (int)i + 1;
        const struct value *value = &values[i];
        int code;
        if (value->type == VALUE_INTEGER)
            code = sqlite3_bind_int64(query->statement, at, value->integer);
        else if (value->type == VALUE_TEXT)
            code = sqlite3_bind_text64(query->statement, at, value->data, value->length, keep, SQLITE_UTF8);
        else if (value->data == NULL)
            code = sqlite3_bind_null(query->statement, at);
        else
            code = sqlite3_bind_blob64(query->statement, at, value->data, value->length, keep);
        if (code != SQLITE_OK)
            return explain(query->owner, error);
    }
    return 0;
}

static int step_write(struct query *query, const struct value *values, size_t count, struct error *error)
{
    if (bind(query, values, count, SQLITE_STATIC, error) != 0)
        return -1;
    int code;
    errno = 0;
    while ((code = sqlite3_step(query->statement)) == SQLITE_ROW)
        ;
    int result = code == SQLITE_DONE ? 0 : explain(query->owner, error);
    (void)sqlite3_reset(query->statement);
    return result;
}

static int sqlite_run(struct database *database, const char *sql, const struct value *values, size_t count,
                      int64_t *changed, struct error *error)
{
    struct sqlite *self = (struct sqlite *)database;
    struct query *query = prepare(self, sql, error);
    if (query == NULL)
        return -1;
    int result = step_write(query, values, count, error);
    if (changed != NULL)
        *changed = sqlite3_changes64(self->handle);
    sqlite_end(query);
    return result;
}

static int sqlite_append(struct database *database, const struct bulk *bulk, const struct value *values,
                         struct error *error)
{
    struct sqlite *self = (struct sqlite *)database;
    struct query *query = self->queries;
    while (query != NULL && query->bulk != bulk)
        query = query->next;
    if (query == NULL) {
        struct bytes sql = {0};
        bytes_format(&sql, "INSERT INTO %s (%s) VALUES (", bulk->table, bulk->columns);
        for (size_t i = 0; i < bulk->count; i++)
            bytes_format(&sql, "%s$%zu", i == 0 ? "" : ", ", i + 1);
        bytes_append_text(&sql, bulk->once ? ") ON CONFLICT DO NOTHING" : ")");
        query = prepare(self, bytes_text(&sql), error);
        bytes_free(&sql);
        if (query == NULL)
            return -1;
        query->bulk = bulk;
    }
    int result = step_write(query, values, bulk->count, error);
    if (!query->kept)
        sqlite_end(query);
    return result;
}

static struct query *sqlite_query(struct database *database, const char *sql, const struct value *values, size_t count,
                                  bool large, struct error *error)
{
    (void)large;
    struct query *query = prepare((struct sqlite *)database, sql, error);
    if (query == NULL)
        return NULL;
    query->busy = true;
    if (bind(query, values, count, SQLITE_TRANSIENT, error) == 0)
        return query;
    sqlite_end(query);
    return NULL;
}

static int sqlite_next(struct query *query, struct error *error)
{
    int code = sqlite3_step(query->statement);
    return code == SQLITE_ROW ? 1 : code == SQLITE_DONE ? 0 : explain(query->owner, error);
}

static int64_t sqlite_integer(struct query *query, int column)
{
    return sqlite3_column_int64(query->statement, column);
}

static const char *sqlite_text(struct query *query, int column)
{
    const unsigned char *found = sqlite3_column_text(query->statement, column);
    return found == NULL ? "" : (const char *)found;
}

static const void *sqlite_blob(struct query *query, int column, size_t *length)
{
    const void *found = sqlite3_column_blob(query->statement, column);
    *length = (size_t)sqlite3_column_bytes(query->statement, column);
    return found;
}

static int sqlite_begin(struct database *database, struct error *error)
{
    return sqlite_run(database, "BEGIN IMMEDIATE", NO_VALUES, NULL, error);
}

static int sqlite_commit(struct database *database, struct error *error)
{
    return sqlite_run(database, "COMMIT", NO_VALUES, NULL, error);
}

static void sqlite_rollback(struct database *database)
{
    struct sqlite *self = (struct sqlite *)database;
    if (!sqlite3_get_autocommit(self->handle)) /* a full disk may have rolled back already */
        (void)sqlite_run(database, "ROLLBACK", NO_VALUES, NULL, NULL);
}

static int count_bytes(void *context, int count, char **values, char **names)
{
    (void)names;
    *(long long *)context = count == 1 && values[0] != NULL ? strtoll(values[0], NULL, 10) : 0;
    return 0;
}

/* What was deleted is overwritten (secure_delete), but not the copies that stay in a page's unused room when its rows
 * move to another: only a new file has none of these, which is quickly made of a small store. It all stands in the log
 * besides until that is emptied, which has to wait for who still reads. */
static int sqlite_forget(struct database *database, struct error *error)
{
    struct sqlite *self = (struct sqlite *)database;
    long long size = 0;
    (void)sqlite3_busy_timeout(self->handle, FORGET_SECONDS * 1000);
    int code = sqlite3_exec(self->handle, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
                            count_bytes, &size, NULL);
    if (code == SQLITE_OK && size <= rewritten_most)
        code = sqlite3_exec(self->handle, "VACUUM", NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_wal_checkpoint_v2(self->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    int result = code == SQLITE_OK ? 0 : explain(self, error);
    (void)sqlite3_busy_timeout(self->handle, self->wait);
    return result;
}

static int sqlite_wait(struct database *database, int seconds, struct error *error)
{
    struct sqlite *self = (struct sqlite *)database;
    (void)error;
    self->wait = (seconds == 0 ? BUSY_MINUTES * 60 : seconds) * 1000;
    (void)sqlite3_busy_timeout(self->handle, self->wait);
    return 0;
}

static void sqlite_close(struct database *database)
{
    struct sqlite *self = (struct sqlite *)database;
    while (self->queries != NULL) {
        struct query *query = self->queries;
        self->queries = query->next;
        query->kept = false;
        sqlite_end(query);
    }
    (void)sqlite3_close_v2(self->handle);
    free(self->path);
    free(self);
}

static const struct driver sqlite_driver = {
    .close = sqlite_close,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .forget = sqlite_forget,
    .wait = sqlite_wait,
    .script = sqlite_script,
    .run = sqlite_run,
    .append = sqlite_append,
    .query = sqlite_query,
    .next = sqlite_next,
    .integer = sqlite_integer,
    .text = sqlite_text,
    .blob = sqlite_blob,
    .end = sqlite_end,
};

struct database *sqlite_open(const char *path, bool create, struct error *error)
{
    struct sqlite *self = calloc(1, sizeof *self);
    if (self == NULL || (self->path = strdup(path)) == NULL) {
        free(self);
        (void)fail(error, "memory is short");
        return NULL;
    }
    self->base.driver = &sqlite_driver;
    (void)snprintf(self->base.name, sizeof self->base.name, "SQLite %s", path);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | (create ? SQLITE_OPEN_CREATE : 0);
    int code = sqlite3_open_v2(path, &self->handle, flags, NULL);
    if (code != SQLITE_OK) {
        if (self->handle != NULL && sqlite3_system_errno(self->handle) == ENOENT && !create)
            (void)fail(error,
                       "there is no store %s yet; begin one with \"samband case add REFERENCE\", or name another "
                       "with --store",
                       path);
        else if (self->handle == NULL)
            (void)fail(error, "memory is short");
        else
            (void)explain(self, error);
        sqlite_close(&self->base);
        return NULL;
    }
    (void)sqlite_wait(&self->base, 0, error);
    /* The page size holds for new files only. A wide cache, since rows come ordered by hash over whole tables. */
    if (sqlite_script(&self->base,
                      "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                      "PRAGMA cache_size = -131072; PRAGMA temp.cache_size = -32768; PRAGMA wal_autocheckpoint = 8192;"
                      "PRAGMA journal_size_limit = 67108864; PRAGMA foreign_keys = ON;"
                      "PRAGMA case_sensitive_like = ON; PRAGMA main.secure_delete = ON",
                      error) != 0) {
        sqlite_close(&self->base);
        return NULL;
    }
    return &self->base;
}
