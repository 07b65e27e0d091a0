/* The inside of the store above the drivers: the handle, transactions, and the short ways to run SQL that every file of
 * this room uses. */
#ifndef STORE_ROOM_H
#define STORE_ROOM_H

#include "store/access.h"
#include "store/driver.h"
#include "store/store.h"

struct store {
    struct database *database;
    bool in_transaction;
    bool temporary_ready;  /* the temporary tables of this connection stand */
    bool known_staged;     /* digests of hash sets wait for the commit */
    int wait_most;         /* see store_wait_most */
    bool purged;           /* what is purged is not forgotten by the database's files yet */
    struct staged *staged; /* findings of this transaction, see findings.c */
    bool viewed;           /* reads for `viewer`, else all; see view.c */
    bool viewer_known;     /* `viewer` stands in the connection's table */
    struct store_viewer viewer;
};

enum { STORE_LIMIT_REACHED = INT32_MIN }; /* a row function's way to end a listing at its limit */

/* ---- running SQL ---- */
int run(struct store *store, const char *sql, const struct value *values, size_t count, struct error *error);
int run_counted(struct store *store, const char *sql, const struct value *values, size_t count, int64_t *changed,
                struct error *error);
int script(struct store *store, const char *sql, struct error *error);
/* One integer of one row; *number keeps its value when there is no row. */
int ask(struct store *store, const char *sql, const struct value *values, size_t count, int64_t *number,
        struct error *error);
/* Appends a row in a transaction (its own when none is open); refuses text that is not UTF-8. */
int append(struct store *store, const struct bulk *bulk, const struct value *values, struct error *error);

/* Queries: `struct query *query = ask_rows(…); while ((more = next_row(…)) == 1) …; end_rows(…)`. NULL: failed. */
struct query *ask_rows(struct store *store, const char *sql, const struct value *values, size_t count, bool large,
                       struct error *error);
int next_row(struct store *store, struct query *query, struct error *error);
void end_rows(struct store *store, struct query *query);
int64_t row_integer(struct store *store, struct query *query, int column);
const char *row_text(struct store *store, struct query *query, int column);
const uint8_t *row_blob(struct store *store, struct query *query, int column, size_t size); /* NULL: other size */

/* Runs a query and hands every row to `row`, which returns other than 0 to end. */
int each_row(struct store *store, const char *sql, const struct value *values, size_t count, bool large,
             int (*row)(struct store *, struct query *, void *), void *context, struct error *error);

/* The SQL as this handle's viewer may ask it: in `room` (the caller's to free) or as it is. NULL: it may not. */
const char *for_viewer(struct store *store, const char *sql, struct bytes *room, struct error *error);

/* ---- transactions ---- */
/* Begins one where none is open; *own says so to leave(). */
int enter(struct store *store, bool *own, struct error *error);
/* Commits (result 0) or rolls back (else) what enter() began; without an own transaction hands result through. */
int leave(struct store *store, bool own, int result, struct error *error);

/* What one of these locks protects is changed by one connection at a time, until its transaction ends (PostgreSQL; in
 * SQLite the write transaction itself is the lock). */
int lock_numbers(struct store *store, struct error *error);               /* who hands out case and evidence numbers */
int lock_case(struct store *store, int64_t case_id, struct error *error); /* the selectors of one case */
int lock_selectors(struct store *store, struct error *error);             /* the selectors of all cases */
int lock_audit(struct store *store, struct error *error);                 /* who appends to the audit record */

/* ---- evidence ---- */
#define EVIDENCE_ORDER "e.number & 16777215, e.number" /* an item (its STORE_ITEM_BITS), then what lies in it */

/* ---- gaps ---- */
/* 1 for a piece of a gap that begins a range, 0 for one that touches an earlier piece of the same kind. Pieces without
 * a length and notes of what was read stand for themselves. */
#define GAP_KIND "PARTITION BY unit, file, path, reason, was_read, length > 0 ORDER BY start, length"
#define GAP_BEGINS                                                                                                     \
    "CASE WHEN was_read = 0 AND length > 0 AND start <= max(start + length) OVER (" GAP_KIND                           \
    " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) THEN 0 ELSE 1 END"

/* ---- rooms' parts ---- */
int migrate(struct store *store, bool create, struct error *error); /* schema.c */
extern const char temporary_schema[];                               /* schema.c */
int apply_findings(struct store *store, struct error *error);       /* findings.c: what was staged, at commit */
void forget_findings(struct store *store);                          /* findings.c: after a rollback */
void free_findings(struct store *store);
int apply_known(struct store *store, struct error *error); /* known.c */

/* May the viewer read this evidence item? */
#define EVIDENCE_IS_READ(evidence)                                                                                     \
    "EXISTS (SELECT 1 FROM evidence e JOIN cases c ON c.id = e.case_id WHERE e.id = " evidence " AND {reads c})"

/* Has the map of an evidence item come in, whole or broken off? The units behind map and digest are planned with it. */
#define MAP_IS_DONE(evidence)                                                                                          \
    "EXISTS (SELECT 1 FROM unit m WHERE m.evidence_id = " evidence                                                     \
    " AND (m.turn >= 2 OR (m.turn = 0 AND m.state = 'done')))"

#endif
