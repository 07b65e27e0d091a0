/* Search terms: which sets of them are looked for in which evidence. A set is never changed, and the same terms are the
 * same set; its number is part of the turn of the units that look for it (units.c). */
#include "store/room.h"

#include <string.h>

int store_terms_search(struct store *store, int64_t evidence_id, const char *lines, bool swept, int64_t *set_id,
                       struct error *error)
{
    bool own;
    uint8_t digest[SHA256_SIZE];
    if (enter(store, &own, error) != 0)
        return -1;
    digest_sha256(lines, strlen(lines), digest);
    *set_id = 0;
    int result = lock_numbers(store, error);
    if (result == 0)
        result =
            ask(store, "SELECT id FROM term_set WHERE digest = $1", VALUES(blob(digest, sizeof digest)), set_id, error);
    if (result == 0 && *set_id == 0) {
        result = ask(store, "SELECT coalesce(max(id), 0) + 1 FROM term_set", NO_VALUES, set_id, error);
        if (result == 0)
            result = run(store, "INSERT INTO term_set (id, digest, terms) VALUES ($1, $2, $3)",
                         VALUES(integer(*set_id), blob(digest, sizeof digest), text(lines)), error);
    }
    if (result == 0)
        result = run(store, "INSERT INTO search (evidence_id, set_id, swept) VALUES ($1, $2, $3)",
                     VALUES(integer(evidence_id), integer(*set_id), integer(swept)), error);
    return leave(store, own, result, error);
}

int store_terms_lock(struct store *store, int64_t evidence_id, struct error *error)
{
    return run(store, "UPDATE evidence SET state = state WHERE id = $1", VALUES(integer(evidence_id)), error);
}

int store_terms_plan(struct store *store, int64_t evidence_id, struct error *error)
{
    if (run(store,
            "INSERT INTO unit (evidence_id, turn, kind, start, length, bytes, state, worker, lease_until, attempts)"
            " SELECT u.evidence_id, u.turn + 2 * s.set_id, u.kind, u.start, u.length, u.bytes, 'open', '', 0, 0"
            " FROM unit u JOIN search s ON s.evidence_id = u.evidence_id JOIN evidence e ON e.id = u.evidence_id"
            " WHERE u.evidence_id = $1 AND s.swept = 0 AND u.turn IN (2, 3) AND u.state <> 'split'"
            " AND e.state IN ('mapped', 'complete', 'incomplete') AND NOT EXISTS (SELECT 1 FROM unit o"
            " WHERE o.evidence_id = $1 AND o.turn IN (2 + 2 * s.set_id, 3 + 2 * s.set_id))",
            VALUES(integer(evidence_id)), error) != 0)
        return -1;
    return run(store,
               "UPDATE evidence SET state = 'mapped' WHERE id = $1 AND state IN ('complete', 'incomplete')"
               " AND EXISTS (SELECT 1 FROM unit WHERE evidence_id = $1 AND state = 'open')",
               VALUES(integer(evidence_id)), error);
}

int store_terms_swept(struct store *store, int64_t evidence_id, int64_t *set_id, struct error *error)
{
    *set_id = 0;
    return ask(store, "SELECT set_id FROM search WHERE evidence_id = $1 AND swept = 1", VALUES(integer(evidence_id)),
               set_id, error);
}

struct terms_listing {
    int (*row)(void *, const char *lines);
    void *context;
};

static int terms_row(struct store *store, struct query *query, void *context)
{
    const struct terms_listing *listing = context;
    return listing->row(listing->context, row_text(store, query, 0));
}

int store_terms_get(struct store *store, int64_t set_id, int (*row)(void *, const char *lines), void *context,
                    struct error *error)
{
    struct terms_listing listing = {row, context};
    return each_row(store, "SELECT terms FROM term_set WHERE id = $1", VALUES(integer(set_id)), false, terms_row,
                    &listing, error);
}

int store_terms_each(struct store *store, int64_t evidence_id, int (*row)(void *, const char *lines), void *context,
                     struct error *error)
{
    struct terms_listing listing = {row, context};
    return each_row(store,
                    "SELECT t.terms FROM search s JOIN term_set t ON t.id = s.set_id WHERE s.evidence_id = $1"
                    " AND " EVIDENCE_IS_READ("$1") " ORDER BY s.set_id",
                    VALUES(integer(evidence_id)), false, terms_row, &listing, error);
}
