/* The inside of the store: what a database must be able to do, as a row of functions. Two rows exist, SQLite and
 * PostgreSQL. SQL is one text for both: parameters are $1, $2, …, and a few {words} stand for what the two spell
 * differently (see `struct word`). Everything returns 0 or -1 with a sentence, unless said otherwise. */
#ifndef STORE_DRIVER_H
#define STORE_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"

enum value_type { VALUE_INTEGER, VALUE_TEXT, VALUE_BLOB };

/* One parameter. Data belongs to the caller and must stay until the call returns. */
struct value {
    enum value_type type;
    int64_t integer;
    const void *data; /* NULL in a blob: SQL NULL */
    size_t length;
};

struct value integer(int64_t number);
struct value text(const char *text); /* NULL is "" */
struct value blob(const void *data, size_t length);

/* The values of a statement, and how many: two arguments in one. */
#define VALUES(...) (struct value[]){__VA_ARGS__}, sizeof((struct value[]){__VA_ARGS__}) / sizeof(struct value)
#define NO_VALUES NULL, 0

/* A table that rows are appended to in bulk. */
struct bulk {
    const char *table;
    const char *columns; /* separated by commas */
    size_t count;        /* how many */
    bool once;           /* a row whose key stands in the table already is left out */
};

/* What a driver writes for a {word} of the shared SQL. */
struct word {
    const char *word, *meaning;
};

struct driver;

/* What an error says about the transaction that met it. */
enum trouble {
    TROUBLE_OTHER,
    TROUBLE_CONFLICT, /* with another connection: the same transaction may succeed now */
    TROUBLE_ROWS,     /* a row breaks a constraint or cannot be stored as it is: another transaction may go well */
    TROUBLE_DAMAGED,  /* what the database keeps is not what it wrote */
};

struct database {
    const struct driver *driver;
    enum trouble trouble; /* of the last error */
    char name[256];       /* for people */
};

struct query; /* a statement that is giving rows */

struct driver {
    void (*close)(struct database *database);
    int (*begin)(struct database *database, struct error *error);
    int (*commit)(struct database *database, struct error *error);
    void (*rollback)(struct database *database);
    /* After a purge, outside a transaction: what was deleted is made to vanish from the database's files too, as far as
     * the database can. -1: not all of it yet. */
    int (*forget)(struct database *database, struct error *error);
    /* How long to wait for a lock that others hold, in seconds; 0: as long as the driver thinks right. */
    int (*wait)(struct database *database, int seconds, struct error *error);
    /* Several statements without parameters. */
    int (*script)(struct database *database, const char *sql, struct error *error);
    /* One statement without rows; *changed (may be NULL) is how many rows it touched. */
    int (*run)(struct database *database, const char *sql, const struct value *values, size_t count, int64_t *changed,
               struct error *error);
    /* One row into a bulk table, inside a transaction. May be sent later, but before the next statement. */
    int (*append)(struct database *database, const struct bulk *bulk, const struct value *values, struct error *error);
    /* Begins a statement with rows; NULL on failure. `large`: rows are fetched in pieces as they are wanted. */
    struct query *(*query)(struct database *database, const char *sql, const struct value *values, size_t count,
                           bool large, struct error *error);
    int (*next)(struct query *query, struct error *error);                /* 1: a row, 0: no more, -1: failed */
    int64_t (*integer)(struct query *query, int column);                  /* 0 for NULL */
    const char *(*text)(struct query *query, int column);                 /* "" for NULL; valid until next */
    const void *(*blob)(struct query *query, int column, size_t *length); /* NULL for NULL; valid until next */
    void (*end)(struct query *query);
};

struct database *sqlite_open(const char *path, bool create, struct error *error);
struct database *postgres_open(const char *url, struct error *error);

/* Writes shared SQL as a driver speaks it: {words} replaced, and the '$' of parameters by `parameter`. */
void expand_sql(const char *sql, const struct word *words, char parameter, struct bytes *out);

#endif
