/* A listing for people: on a terminal aligned columns under a heading, fitted to its width; in a pipe one line each
 * with tabs between, whole. Both are free of control characters. */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/json.h"

enum { COLUMNS_MAX = 10 };

struct column {
    const char *heading; /* NULL behind the last column */
    int width;           /* on a terminal; the last column is as wide as it likes */
    bool shortens;       /* where the terminal is too narrow: its middle becomes "…" */
};

struct table {
    const struct column *columns;
    size_t count;
    bool terminal;
    bool begun;
    size_t width;               /* of the terminal */
    bool breaks[COLUMNS_MAX];   /* before the column a new line begins, since the terminal is that narrow */
    size_t widths[COLUMNS_MAX]; /* of each column, so that every line fits */
    size_t filled;              /* cells of the row so far */
    struct bytes cells[COLUMNS_MAX];
};

struct table table_begin(const struct column *columns);
void table_text(struct table *table, const char *text);
void table_texts(struct table *table, const char *const *texts, size_t count); /* with commas between */
void table_number(struct table *table, int64_t number);
void table_real(struct table *table, double number); /* with two decimals */
void table_row(struct table *table);                 /* the row is complete: print it */
void table_end(struct table *table);

/* Columns of the terminal behind a descriptor: $COLUMNS, or what it says itself, or 80. */
size_t terminal_width(int descriptor);

/* For programs instead: prints the line that `json` holds and makes ready for the next. */
void print_json(struct json *json);

#endif
