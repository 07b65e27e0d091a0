/* What PostgreSQL answers, and rows in bulk: they are gathered and sent with COPY, which waits for one answer instead
 * of one a row. */
#include "store/postgres.h"

#include <stdio.h>
#include <string.h>

enum { BULK_BYTES = 8 << 20 };

/* By the classes of https://www.postgresql.org/docs/15/errcodes-appendix.html: 22 is a value that a type cannot hold,
 * 23 a broken constraint, 54 a limit such as the length of a key. */
static enum trouble trouble_of(const char *state)
{
    if (strcmp(state, "40001") == 0 || strcmp(state, "40P01") == 0 || strcmp(state, "55P03") == 0)
        return TROUBLE_CONFLICT;
    bool rows = strncmp(state, "22", 2) == 0 || strncmp(state, "23", 2) == 0 || strncmp(state, "54", 2) == 0;
    return rows ? TROUBLE_ROWS : TROUBLE_OTHER;
}

int postgres_explain(struct postgres *self, const PGresult *result, struct error *error)
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

int postgres_expect(struct postgres *self, PGresult *result, ExecStatusType wanted, struct error *error)
{
    ExecStatusType status = PQresultStatus(result);
    int outcome = status == wanted || (wanted == PGRES_COMMAND_OK && status == PGRES_TUPLES_OK)
                      ? 0
                      : postgres_explain(self, result, error);
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
    if (postgres_expect(self, PQexec(self->connection, sql), PGRES_COPY_IN, error) != 0)
        return -1;
    bool broken = gathered->rows.failed;
    put_be(&gathered->rows, 0xffff, 2); /* the end mark */
    for (size_t at = 0; at < gathered->rows.length && !broken;) {
        size_t step = gathered->rows.length - at < 1 << 20 ? gathered->rows.length - at : 1 << 20;
        broken = PQputCopyData(self->connection, (const char *)gathered->rows.data + at, (int)step) != 1;
        at += step;
    }
    if (PQputCopyEnd(self->connection, broken ? "memory is short" : NULL) != 1)
        return postgres_explain(self, NULL, error);
    int result = 0;
    PGresult *answer;
    while ((answer = PQgetResult(self->connection)) != NULL)
        if (postgres_expect(self, answer, PGRES_COMMAND_OK, result == 0 ? error : NULL) != 0)
            result = -1;
    return result;
}

/* COPY knows no ON CONFLICT: rows that may stand already go through a table of their own. */
static int copy_once(struct postgres *self, struct gathered *gathered, struct error *error)
{
    const struct bulk *bulk = gathered->bulk;
    char sql[512];
    (void)snprintf(sql, sizeof sql, "CREATE TEMP TABLE arriving (LIKE %s)", bulk->table);
    if (postgres_expect(self, PQexec(self->connection, sql), PGRES_COMMAND_OK, error) != 0 ||
        copy_rows(self, gathered, "arriving", error) != 0)
        return -1;
    (void)snprintf(sql, sizeof sql,
                   "INSERT INTO %s (%s) SELECT %s FROM arriving ON CONFLICT DO NOTHING; DROP TABLE arriving",
                   bulk->table, bulk->columns, bulk->columns);
    return postgres_expect(self, PQexec(self->connection, sql), PGRES_COMMAND_OK, error);
}

static int send_bulk(struct postgres *self, struct gathered *gathered, struct error *error)
{
    return gathered->bulk->once ? copy_once(self, gathered, error)
                                : copy_rows(self, gathered, gathered->bulk->table, error);
}

int postgres_settle(struct postgres *self, struct error *error)
{
    if (self->gathered_bytes == 0)
        return 0;
    self->gathered_bytes = 0;
    int result = 0;
    for (size_t i = 0; i < POSTGRES_BULKS; i++) {
        struct gathered *gathered = &self->gathered[i];
        if (gathered->bulk != NULL && gathered->rows.length > 0 && result == 0)
            result = send_bulk(self, gathered, error);
        bytes_clear(&gathered->rows);
        if (gathered->rows.failed)
            bytes_free(&gathered->rows);
    }
    return result;
}

int postgres_append(struct database *database, const struct bulk *bulk, const struct value *values, struct error *error)
{
    static const char signature[19] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0"; /* with flags and no extension */
    struct postgres *self = (struct postgres *)database;
    size_t at = 0;
    while (at < POSTGRES_BULKS && self->gathered[at].bulk != NULL && self->gathered[at].bulk != bulk)
        at++;
    if (at == POSTGRES_BULKS)
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
    return self->gathered_bytes < BULK_BYTES ? 0 : postgres_settle(self, error);
}
