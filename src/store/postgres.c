/* The PostgreSQL driver (https://www.postgresql.org/docs/15/libpq.html). Values travel in binary. Large listings
 * come through a cursor. Bulk rows: postgres_bulk.c. */
#include "store/postgres.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FETCH_ROWS = 2000, KEPT_STATEMENTS = 256 };
enum { OID_BYTEA = 17, OID_INT8 = 20, OID_TEXT = 25 };

static const struct word words[] = {
    {"blob", "bytea"},
    {"text", "text COLLATE \"C\""},
    {"temporary", "CREATE TEMP TABLE"},
    {"clustered", ""},
    {"empty", "TRUNCATE"},
    {"now", "CAST(extract(epoch FROM clock_timestamp()) AS bigint)"},
    {"today", "to_char(timezone('UTC', clock_timestamp()), 'YYYY-MM-DD')"},
    {"skip locked", "FOR UPDATE SKIP LOCKED"},
    {"then", "CROSS JOIN"},
    {"lock", "pg_advisory_xact_lock"},
    {"share", "pg_advisory_xact_lock_shared"},
    {"count tables", "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"},
    /* Temporary tables have no statistics; small sets must never lead to reading a large table whole. */
    {"by index", "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_seqscan = off"},
    {"by hash", ""},
    /* The first at or behind s in the order of the primary key: no other index, and no scan, can look cheaper, however
     * old the statistics and the plan. */
    {"sighting from s",
     "LATERAL (SELECT * FROM sighting WHERE evidence_id = $1 AND (place, file, file_offset, hash, path, encoding) >="
     " (s.place, s.file, s.file_offset, s.hash, s.path, s.encoding) ORDER BY place, file, file_offset, hash, path,"
     " encoding LIMIT 1)"},
    {"audit as kept", "audit WHERE id > 0 ORDER BY id"},
    {"audit by number", "audit WHERE id > 0 ORDER BY id DESC"},
    {"audit strays", "SELECT count(*) FROM audit WHERE id <= 0"},
    {"audit is sound", "1"},
    {"statistics", "ANALYZE selector, presence, sighting, file, segment, unit"},
    {NULL, NULL},
};

struct query {
    struct postgres *owner;
    PGresult *rows;
    int row;
    char cursor[24];      /* "" when all rows came at once */
    bool own_transaction; /* begun for the cursor */
};

/* ---- statements ---- */

struct parameters {
    Oid *types;
    const char **values;
    int *lengths, *formats;
    uint8_t (*numbers)[8];
};

static void free_parameters(struct parameters *parameters)
{
    free(parameters->types);
    free(parameters->values);
    free(parameters->lengths);
    free(parameters->formats);
    free(parameters->numbers);
}

static int make_parameters(struct parameters *parameters, const struct value *values, size_t count, struct error *error)
{
    size_t room = count + 1;
    *parameters = (struct parameters){calloc(room, sizeof(Oid)), calloc(room, sizeof(char *)),
                                      calloc(room, sizeof(int)), calloc(room, sizeof(int)), calloc(room, 8)};
    if (parameters->types == NULL || parameters->values == NULL || parameters->lengths == NULL ||
        parameters->formats == NULL || parameters->numbers == NULL) {
        free_parameters(parameters);
        return fail(error, "memory is short");
    }
    for (size_t i = 0; i < count; i++) {
        const struct value *value = &values[i];
        parameters->formats[i] = 1;
        parameters->types[i] = value->type == VALUE_INTEGER ? OID_INT8
                               : value->type == VALUE_TEXT  ? OID_TEXT
                                                            : OID_BYTEA;
        parameters->values[i] = value->data;
        parameters->lengths[i] = (int)value->length;
        if (value->type != VALUE_INTEGER)
            continue;
        for (int byte = 0; byte < 8; byte++)
            parameters->numbers[i][byte] = (uint8_t)((uint64_t)value->integer >> (8 * (7 - byte)));
        parameters->values[i] = (const char *)parameters->numbers[i];
        parameters->lengths[i] = 8;
    }
    return 0;
}

/* The name of the prepared statement, "" when it is not kept, or NULL on failure. */
static const char *prepare(struct postgres *self, const char *sql, const char *spelled, const Oid *types, size_t count,
                           struct error *error)
{
    for (struct prepared *prepared = self->prepared; prepared != NULL; prepared = prepared->next)
        if (strcmp(prepared->sql, sql) == 0)
            return prepared->name;
    struct prepared *prepared = self->prepared_count < KEPT_STATEMENTS ? calloc(1, sizeof *prepared) : NULL;
    if (prepared != NULL && (prepared->sql = strdup(sql)) != NULL)
        (void)snprintf(prepared->name, sizeof prepared->name, "s%u", self->prepared_count);
    const char *name = prepared == NULL ? "" : prepared->name;
    if (postgres_expect(self, PQprepare(self->connection, name, spelled, (int)count, types), PGRES_COMMAND_OK, error) !=
        0) {
        if (prepared != NULL)
            free(prepared->sql);
        free(prepared);
        return NULL;
    }
    if (prepared != NULL) {
        prepared->next = self->prepared;
        self->prepared = prepared;
        self->prepared_count++;
    }
    return name;
}

/* Runs a statement; `cursor`: declares it as that cursor instead. NULL on failure. */
static PGresult *execute(struct postgres *self, const char *sql, const struct value *values, size_t count,
                         const char *cursor, struct error *error)
{
    struct parameters parameters;
    if (postgres_settle(self, error) != 0 || make_parameters(&parameters, values, count, error) != 0)
        return NULL;
    struct bytes spelled = {0};
    if (cursor != NULL)
        bytes_format(&spelled, "DECLARE %s NO SCROLL CURSOR FOR ", cursor);
    expand_sql(sql, words, '$', &spelled);
    PGresult *result = NULL;
    if (cursor != NULL) {
        result = PQexecParams(self->connection, bytes_text(&spelled), (int)count, parameters.types, parameters.values,
                              parameters.lengths, parameters.formats, 1);
    } else {
        const char *name = prepare(self, sql, bytes_text(&spelled), parameters.types, count, error);
        if (name != NULL)
            result = PQexecPrepared(self->connection, name, (int)count, parameters.values, parameters.lengths,
                                    parameters.formats, 1);
    }
    bytes_free(&spelled);
    free_parameters(&parameters);
    if (result == NULL)
        return NULL;
    ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
        return result;
    (void)postgres_explain(self, result, error);
    PQclear(result);
    return NULL;
}

static int postgres_script(struct database *database, const char *sql, struct error *error)
{
    struct postgres *self = (struct postgres *)database;
    if (postgres_settle(self, error) != 0)
        return -1;
    struct bytes spelled = {0};
    expand_sql(sql, words, '$', &spelled);
    PGresult *answer = PQexec(self->connection, bytes_text(&spelled));
    bool empty = PQresultStatus(answer) == PGRES_EMPTY_QUERY;
    int result = postgres_expect(self, answer, empty ? PGRES_EMPTY_QUERY : PGRES_COMMAND_OK, error);
    bytes_free(&spelled);
    return result;
}

static int postgres_run(struct database *database, const char *sql, const struct value *values, size_t count,
                        int64_t *changed, struct error *error)
{
    PGresult *result = execute((struct postgres *)database, sql, values, count, NULL, error);
    if (result == NULL)
        return -1;
    if (changed != NULL)
        *changed = strtoll(PQcmdTuples(result), NULL, 10);
    PQclear(result);
    return 0;
}

/* ---- transactions ---- */

static int postgres_begin(struct database *database, struct error *error)
{
    return postgres_script(database, "BEGIN", error);
}

static int postgres_commit(struct database *database, struct error *error)
{
    struct postgres *self = (struct postgres *)database;
    if (postgres_settle(self, error) != 0)
        return -1;
    if (PQtransactionStatus(self->connection) == PQTRANS_INERROR)
        return fail(error, "a statement of this transaction failed on %s", self->base.name);
    return postgres_script(database, "COMMIT", error);
}

static void postgres_rollback(struct database *database)
{
    struct postgres *self = (struct postgres *)database;
    for (size_t i = 0; i < POSTGRES_BULKS; i++)
        bytes_clear(&self->gathered[i].rows);
    self->gathered_bytes = 0;
    PQclear(PQexec(self->connection, "ROLLBACK"));
}

/* ---- rows ---- */

static void postgres_end(struct query *query)
{
    struct postgres *self = query->owner;
    PQclear(query->rows);
    if (query->cursor[0] != '\0' && PQtransactionStatus(self->connection) == PQTRANS_INTRANS) {
        char sql[40];
        (void)snprintf(sql, sizeof sql, "CLOSE %s", query->cursor);
        PQclear(PQexec(self->connection, sql));
    }
    if (query->own_transaction)
        PQclear(PQexec(self->connection, "COMMIT"));
    free(query);
}

static struct query *postgres_query(struct database *database, const char *sql, const struct value *values,
                                    size_t count, bool large, struct error *error)
{
    struct postgres *self = (struct postgres *)database;
    struct query *query = calloc(1, sizeof *query);
    if (query == NULL) {
        (void)fail(error, "memory is short");
        return NULL;
    }
    query->owner = self;
    query->row = -1;
    if (large) {
        if (PQtransactionStatus(self->connection) == PQTRANS_IDLE) {
            if (postgres_script(database, "BEGIN", error) != 0) {
                free(query);
                return NULL;
            }
            query->own_transaction = true;
        }
        (void)snprintf(query->cursor, sizeof query->cursor, "c%u", self->cursor_count++);
    }
    query->rows = execute(self, sql, values, count, large ? query->cursor : NULL, error);
    if (query->rows != NULL)
        return query;
    postgres_end(query);
    return NULL;
}

static int postgres_next(struct query *query, struct error *error)
{
    struct postgres *self = query->owner;
    if (++query->row < PQntuples(query->rows))
        return 1;
    if (query->cursor[0] == '\0')
        return 0;
    char sql[64];
    (void)snprintf(sql, sizeof sql, "FETCH %d FROM %s", FETCH_ROWS, query->cursor);
    PQclear(query->rows);
    query->rows = PQexecParams(self->connection, sql, 0, NULL, NULL, NULL, NULL, 1);
    query->row = 0;
    if (PQresultStatus(query->rows) != PGRES_TUPLES_OK)
        return postgres_explain(self, query->rows, error);
    return PQntuples(query->rows) > 0 ? 1 : 0;
}

static int64_t postgres_integer(struct query *query, int column)
{
    if (PQgetisnull(query->rows, query->row, column))
        return 0;
    const uint8_t *data = (const uint8_t *)PQgetvalue(query->rows, query->row, column);
    int length = PQgetlength(query->rows, query->row, column);
    uint64_t number = length > 0 && (data[0] & 0x80) != 0 && length > 1 ? UINT64_MAX : 0;
    for (int i = 0; i < length && i < 8; i++)
        number = number << 8 | data[i];
    return (int64_t)number;
}

static const char *postgres_text(struct query *query, int column)
{
    return PQgetvalue(query->rows, query->row, column);
}

static const void *postgres_blob(struct query *query, int column, size_t *length)
{
    *length = (size_t)PQgetlength(query->rows, query->row, column);
    return PQgetisnull(query->rows, query->row, column) ? NULL : PQgetvalue(query->rows, query->row, column);
}

/* ---- the connection ---- */

static void postgres_close(struct database *database)
{
    struct postgres *self = (struct postgres *)database;
    while (self->prepared != NULL) {
        struct prepared *prepared = self->prepared;
        self->prepared = prepared->next;
        free(prepared->sql);
        free(prepared);
    }
    for (size_t i = 0; i < POSTGRES_BULKS; i++)
        bytes_free(&self->gathered[i].rows);
    PQfinish(self->connection);
    free(self);
}

static void say_nothing(void *context, const char *message)
{
    (void)context, (void)message;
}

/* What the role may not vacuum is left to the server's own vacuum, with a warning and no error. */
static int postgres_forget(struct database *database, struct error *error)
{
    return postgres_script(database,
                           "VACUUM cases, evidence, sighting, file, run, segment, volume, gap, unit, search,"
                           " evidence_kind, presence, selector, access_request, access_grant, term_set",
                           error);
}

static int postgres_wait(struct database *database, int seconds, struct error *error)
{
    char sql[64];
    (void)snprintf(sql, sizeof sql, "SET lock_timeout = '%ds'", seconds); /* 0: none */
    return postgres_script(database, sql, error);
}

static const struct driver postgres_driver = {
    .close = postgres_close,
    .begin = postgres_begin,
    .commit = postgres_commit,
    .rollback = postgres_rollback,
    .forget = postgres_forget,
    .wait = postgres_wait,
    .script = postgres_script,
    .run = postgres_run,
    .append = postgres_append,
    .query = postgres_query,
    .next = postgres_next,
    .integer = postgres_integer,
    .text = postgres_text,
    .blob = postgres_blob,
    .end = postgres_end,
};

struct database *postgres_open(const char *url, struct error *error)
{
    struct postgres *self = calloc(1, sizeof *self);
    if (self == NULL) {
        (void)fail(error, "memory is short");
        return NULL;
    }
    self->base.driver = &postgres_driver;
    self->connection = PQconnectdb(url);
    const char *host = PQhost(self->connection), *name = PQdb(self->connection);
    (void)snprintf(self->base.name, sizeof self->base.name, "PostgreSQL %s@%s", name == NULL ? "" : name,
                   host == NULL || host[0] == '\0' ? "localhost" : host);
    if (PQstatus(self->connection) != CONNECTION_OK) {
        (void)fail(error, "cannot connect to %s; check the address and that the server runs (%s)", self->base.name,
                   PQerrorMessage(self->connection));
        postgres_close(&self->base);
        return NULL;
    }
    (void)PQsetNoticeProcessor(self->connection, say_nothing, NULL);
    if (PQsetClientEncoding(self->connection, "UTF8") != 0 ||
        postgres_script(&self->base, "SET jit = off; SET cursor_tuple_fraction = 1.0", error) != 0) {
        postgres_close(&self->base);
        return NULL;
    }
    return &self->base;
}
