/* Cases: one row each, numbered in the order they were added. */
#include <string.h>

#include "store/room.h"

int store_case_add(struct store *store, const struct store_case *record, int64_t *id, struct error *error)
{
    bool own;
    if (enter(store, &own, error) != 0)
        return -1;
    int64_t old = 0;
    *id = 0;
    int result = lock_numbers(store, error);
    if (result == 0)
        result = store_case_find(store, record->reference, &old, error);
    if (result == 0 && old != 0)
        result = fail(error, "there is a case %s already; choose another reference", record->reference);
    if (result == 0)
        result = ask(store, "SELECT coalesce(max(id), 0) + 1 FROM cases", NO_VALUES, id, error);
    if (result == 0)
        result = run(store,
                     "INSERT INTO cases (id, reference, country, authority, title, handling, retention)"
                     " VALUES ($1, $2, $3, $4, $5, $6, $7)",
                     VALUES(integer(*id), text(record->reference), text(record->country), text(record->authority),
                            text(record->title), text(record->handling), text(record->retention)),
                     error);
    /* Whoever owns a case is an authority, so that others can be told whom to ask. */
    if (result == 0 && record->authority != NULL && record->authority[0] != '\0')
        result =
            run(store,
                "INSERT INTO authority (id, name, country, contact, centre) SELECT (SELECT coalesce(max(id), 0) + 1"
                " FROM authority), $1, $2, '', 0 WHERE NOT EXISTS (SELECT 1 FROM authority WHERE name = $1)",
                VALUES(text(record->authority), text(record->country)), error);
    return leave(store, own, result, error);
}

int store_case_find(struct store *store, const char *reference, int64_t *id, struct error *error)
{
    *id = 0;
    return ask(store, "SELECT id FROM cases c WHERE reference = $1 AND {reads c}", VALUES(text(reference)), id, error);
}

struct case_listing {
    int (*row)(void *, const struct store_case *);
    void *context;
};

static int case_row(struct store *store, struct query *query, void *context)
{
    const struct case_listing *listing = context;
    return listing->row(listing->context, &(struct store_case){
                                              .id = row_integer(store, query, 0),
                                              .reference = row_text(store, query, 1),
                                              .country = row_text(store, query, 2),
                                              .authority = row_text(store, query, 3),
                                              .title = row_text(store, query, 4),
                                              .handling = row_text(store, query, 5),
                                              .retention = row_text(store, query, 6),
                                              .evidence_count = row_integer(store, query, 7),
                                          });
}

int store_case_each(struct store *store, int (*row)(void *, const struct store_case *), void *context,
                    struct error *error)
{
    struct case_listing listing = {row, context};
    return each_row(store,
                    "SELECT id, reference, country, authority, title, handling, retention,"
                    " (SELECT count(*) FROM evidence e WHERE e.case_id = c.id) FROM cases c WHERE {reads c}"
                    " ORDER BY reference",
                    NO_VALUES, false, case_row, &listing, error);
}

int store_case_change(struct store *store, const struct store_case *record, bool *changed, int64_t *ended,
                      struct error *error)
{
    bool own;
    int64_t rows = 0;
    *ended = 0;
    if (enter(store, &own, error) != 0)
        return -1;
    int result = run_counted(
        store, "UPDATE cases SET title = $2, handling = $3, retention = $4 WHERE reference = $1",
        VALUES(text(record->reference), text(record->title), text(record->handling), text(record->retention)), &rows,
        error);
    /* For good: who is let in again later is asked for anew. */
    if (result == 0 && strcmp(record->handling, "own") == 0)
        result = run_counted(store,
                             "UPDATE access_grant SET ended = {now} WHERE ended = 0 AND last_day >= {today}"
                             " AND case_id = (SELECT id FROM cases WHERE reference = $1)",
                             VALUES(text(record->reference)), ended, error);
    *changed = rows == 1;
    return leave(store, own, result, error);
}

int store_case_count(struct store *store, int64_t *count, struct error *error)
{
    *count = 0;
    return ask(
        store,
        "SELECT count(*) FROM cases c WHERE {reads c} AND EXISTS (SELECT 1 FROM evidence e WHERE e.case_id = c.id)",
        NO_VALUES, count, error);
}
