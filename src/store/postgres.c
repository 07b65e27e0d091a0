/* The PostgreSQL driver (https://www.postgresql.org/docs/15/libpq.html). Values travel in binary. Rows of bulk tables
 * are gathered and sent with COPY, which waits for one answer instead of one a row; large listings come through a
 * cursor. */
#include "store/driver.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BULKS = 16, BULK_BYTES = 8 << 20, FETCH_ROWS = 2000, KEPT_STATEMENTS = 256 };
enum { OID_BYTEA = 17, OID_INT8 = 20, OID_TEXT = 25 };

static const struct word words[] = {
    {"blob", "bytea"},
    {"text", "text COLLATE \"C\""},
    {"temporary", "CREATE TEMP TABLE"},
    {"clustered", ""},
    {"empty", "TRUNCATE"},
    {"now", "CAST(extract(epoch FROM clock_timestamp()) AS bigint)"},
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
    {"statistics", "ANALYZE selector, presence, sighting, file, segment, unit"},
    {NULL, NULL},
};

struct prepared {
    char *sql; /* as shared */
    char name[16];
    struct prepared *next;
};

struct gathered {
    const struct bulk *bulk;
    struct bytes rows; /* as COPY's binary format wants them */
};

struct postgres {
    struct database base;
    PGconn *connection;
    struct prepared *prepared;
    unsigned prepared_count, cursor_count;
    struct gathered gathered[BULKS];
    size_t gathered_bytes;
};

struct query {
    struct postgres *owner;
    PGresult *rows;
    int row;
    char cursor[24];      /* "" when all rows came at once */
    bool own_transaction; /* begun for the cursor */
};

/* By the classes of https://www.postgresql.org/docs/15/errcodes-appendix.html: 22 is a value that a type cannot hold,
 * 23 a broken constraint, 54 a limit such as the length of a key. */
static enum trouble trouble_of(const char *state)
{
    if (strcmp(state, "40001") == 0 || strcmp(state, "40P01") == 0 || strcmp(state, "55P03") == 0)
        return TROUBLE_CONFLICT;
    bool rows = strncmp(state, "22", 2) == 0 || strncmp(state, "23", 2) == 0 || strncmp(state, "54", 2) == 0;
    return rows ? TROUBLE_ROWS : TROUBLE_OTHER;
}

static int explain(struct postgres *self, const PGresult *result, struct error *error)
{
    const char *state = result == NULL ? NULL : PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *message = result == NULL ? NULL : PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (state == NULL)
        state = "";
    if (message == NULL)
        message = PQerrorMessage(self->connection);
    self->base.trouble = trouble_of(state);
    if (PQstatus(self->connection) != CONNECTION_OK || strcmp(state, "57P01") == 0)
        return fail(error,
                    "the connection to %s was lost; what was committed is safe: run the same command again when "
                    "the server answers (%s)",
                    self->base.name, message);
    if (self->base.trouble == TROUBLE_CONFLICT)
        return fail(error, "%s could not do this beside other work; run the same command again (%s)", self->base.name,
                    message);
    if (strncmp(state, "53", 2) == 0 && strcmp(state, "53100") == 0)
        return fail(error,
                    "no room left for the store on %s; free some space on the server's disk and run the same "
                    "command again",
                    self->base.name);
    if (strcmp(state, "25006") == 0)
        return fail(error, "%s is read-only; connect to the primary server", self->base.name);
    if (strcmp(state, "42501") == 0)
        return fail(error, "%s does not allow this user that (%s); grant it the right", self->base.name, message);
    return fail(error, "%s refused: %s", self->base.name, message);
}

/* Clears the result; -1 with a sentence unless it is what was expected. */
static int expect(struct postgres *self, PGresult *result, ExecStatusType wanted, struct error *error)
{
    ExecStatusType status = PQresultStatus(result);
    int outcome = status == wanted || (wanted == PGRES_COMMAND_OK && status == PGRES_TUPLES_OK)
                      ? 0
                      : explain(self, result, error);
    PQclear(result);
    return outcome;
}

/* ---- bulk rows ---- */

static void put_be(struct bytes *out, uint64_t number, int size)
{
    uint8_t data[8];
    for (int i = 0; i < size; i++)
        data[i] = (uint8_t)(number >> (8 * (size - 1 - i)));
    bytes_append(out, data, (size_t)size);
}

static int copy_rows(struct postgres *self, struct gathered *gathered, const char *table, struct error *error)
{
    char sql[512];
    (void)snprintf(sql, sizeof sql, "COPY %s (%s) FROM STDIN (FORMAT binary)", table, gathered->bulk->columns);
    if (expect(self, PQexec(self->connection, sql), PGRES_COPY_IN, error) != 0)
        return -1;
    bool broken = gathered->rows.failed;
    put_be(&gathered->rows, 0xffff, 2); /* the end mark */
    for (size_t at = 0; at < gathered->rows.length && !broken;) {
        size_t step = gathered->rows.length - at < 1 << 20 ? gathered->rows.length - at : 1 << 20;
        broken = PQputCopyData(self->connection, (const char *)gathered->rows.data + at, (int)step) != 1;
        at += step;
    }
    if (PQputCopyEnd(self->connection, broken ? "memory is short" : NULL) != 1)
        return explain(self, NULL, error);
    int result = 0;
    PGresult *answer;
    while ((answer = PQgetResult(self->connection)) != NULL)
        if (expect(self, answer, PGRES_COMMAND_OK, result == 0 ? error : NULL) != 0)
            result = -1;
    return result;
}

/* COPY knows no ON CONFLICT: rows that may stand already go through a table of their own. */
static int copy_once(struct postgres *self, struct gathered *gathered, struct error *error)
{
    const struct bulk *bulk = gathered->bulk;
    char sql[512];
    (void)snprintf(sql, sizeof sql, "CREATE TEMP TABLE arriving (LIKE %s)", bulk->table);
    if (expect(self, PQexec(self->connection, sql), PGRES_COMMAND_OK, error) != 0 ||
        copy_rows(self, gathered, "arriving", error) != 0)
        return -1;
    (void)snprintf(sql, sizeof sql,
                   "INSERT INTO %s (%s) SELECT %s FROM arriving ON CONFLICT DO NOTHING; DROP TABLE arriving",
                   bulk->table, bulk->columns, bulk->columns);
    return expect(self, PQexec(self->connection, sql), PGRES_COMMAND_OK, error);
}

static int send_bulk(struct postgres *self, struct gathered *gathered, struct error *error)
{
    return gathered->bulk->once ? copy_once(self, gathered, error)
                                : copy_rows(self, gathered, gathered->bulk->table, error);
}

/* Sends what was gathered; every other statement sees it. */
static int settle(struct postgres *self, struct error *error)
{
    if (self->gathered_bytes == 0)
        return 0;
    self->gathered_bytes = 0;
    int result = 0;
    for (size_t i = 0; i < BULKS; i++) {
        struct gathered *gathered = &self->gathered[i];
        if (gathered->bulk != NULL && gathered->rows.length > 0 && result == 0)
            result = send_bulk(self, gathered, error);
        bytes_clear(&gathered->rows);
        if (gathered->rows.failed)
            bytes_free(&gathered->rows);
    }
    return result;
}

static int postgres_append(struct database *database, const struct bulk *bulk, const struct value *values,
                           struct error *error)
{
    static const char signature[19] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0"; /* with flags and no extension */
    struct postgres *self = (struct postgres *)database;
    size_t at = 0;
    while (at < BULKS && self->gathered[at].bulk != NULL && self->gathered[at].bulk != bulk)
        at++;
    if (at == BULKS)
        return fail(error, "too many bulk tables");
    struct gathered *gathered = &self->gathered[at];
    struct bytes *rows = &gathered->rows;
    gathered->bulk = bulk;
    size_t before = rows->length;
    if (before == 0)
        bytes_append(rows, signature, sizeof signature);
    put_be(rows, bulk->count, 2);
    for (size_t i = 0; i < bulk->count; i++) {
        const struct value *value = &values[i];
        if (value->type == VALUE_INTEGER) {
            put_be(rows, 8, 4);
            put_be(rows, (uint64_t)value->integer, 8);
        } else if (value->data == NULL) {
            put_be(rows, 0xffffffff, 4);
        } else {
            put_be(rows, value->length, 4);
            bytes_append(rows, value->data, value->length);
        }
    }
    if (rows->failed)
        return fail(error, "memory is short");
    self->gathered_bytes += rows->length - before;
    return self->gathered_bytes < BULK_BYTES ? 0 : settle(self, error);
}

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
    if (expect(self, PQprepare(self->connection, name, spelled, (int)count, types), PGRES_COMMAND_OK, error) != 0) {
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
    if (settle(self, error) != 0 || make_parameters(&parameters, values, count, error) != 0)
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
    (void)explain(self, result, error);
    PQclear(result);
    return NULL;
}

static int postgres_script(struct database *database, const char *sql, struct error *error)
{
    struct postgres *self = (struct postgres *)database;
    if (settle(self, error) != 0)
        return -1;
    struct bytes spelled = {0};
    expand_sql(sql, words, '$', &spelled);
    PGresult *answer = PQexec(self->connection, bytes_text(&spelled));
    bool empty = PQresultStatus(answer) == PGRES_EMPTY_QUERY;
    int result = expect(self, answer, empty ? PGRES_EMPTY_QUERY : PGRES_COMMAND_OK, error);
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
    if (settle(self, error) != 0)
        return -1;
    if (PQtransactionStatus(self->connection) == PQTRANS_INERROR)
        return fail(error, "a statement of this transaction failed on %s", self->base.name);
    return postgres_script(database, "COMMIT", error);
}

static void postgres_rollback(struct database *database)
{
    struct postgres *self = (struct postgres *)database;
    for (size_t i = 0; i < BULKS; i++)
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
        return explain(self, query->rows, error);
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
    for (size_t i = 0; i < BULKS; i++)
        bytes_free(&self->gathered[i].rows);
    PQfinish(self->connection);
    free(self);
}

static void say_nothing(void *context, const char *message)
{
    (void)context, (void)message;
}

static const struct driver postgres_driver = {
    .close = postgres_close,
    .begin = postgres_begin,
    .commit = postgres_commit,
    .rollback = postgres_rollback,
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
