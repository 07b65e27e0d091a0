/* What the two files of the PostgreSQL driver share. */
#ifndef STORE_POSTGRES_H
#define STORE_POSTGRES_H

#include <libpq-fe.h>

#include "store/driver.h"

enum { POSTGRES_BULKS = 16 };

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
    struct gathered gathered[POSTGRES_BULKS];
    size_t gathered_bytes;
};

/* Says what failed, and sets the trouble. result NULL: of the connection. Always -1. */
int postgres_explain(struct postgres *self, const PGresult *result, struct error *error);
/* Clears the result; -1 with a sentence unless it is what was expected. */
int postgres_expect(struct postgres *self, PGresult *result, ExecStatusType wanted, struct error *error);

int postgres_append(struct database *database, const struct bulk *bulk, const struct value *values,
                    struct error *error);
/* Sends what was gathered; every other statement sees it. */
int postgres_settle(struct postgres *self, struct error *error);

#endif
