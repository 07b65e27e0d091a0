/* Retention: a case goes with everything that only it held. What other cases hold too stays, with their counts made
 * anew. That nothing of the case is left is counted in the same transaction; if something is, all stays as it was. */
#include "store/access.h"

#include "store/room.h"

/* Tables whose rows belong to an evidence item. */
static const char *const of_evidence[] = {"sighting", "file", "run",    "segment",      "volume",
                                          "gap",      "unit", "search", "evidence_kind"};

enum { OF_EVIDENCE = sizeof of_evidence / sizeof *of_evidence };

#define ITEMS " WHERE evidence_id IN (SELECT id FROM evidence WHERE case_id = $1)"

/* Runs "BEFORE table AFTER" with the case's number. */
static int run_on(struct store *store, const char *before, const char *table, const char *after, int64_t id,
                  int64_t *changed, struct error *error)
{
    struct bytes sql = {0};
    bytes_format(&sql, "%s%s%s", before, table, after);
    int result = sql.failed ? fail(error, "memory is short")
                            : run_counted(store, bytes_text(&sql), VALUES(integer(id)), changed, error);
    bytes_free(&sql);
    return result;
}

/* Selectors of the case: without it, in how many cases is each loud? Those in none at all go. */
static int release_selectors(struct store *store, int64_t id, int64_t *gone, struct error *error)
{
    static const uint8_t no_hash[SELECTOR_HASH_SIZE];
    if (run(store, "DELETE FROM quiet", NO_VALUES, error) != 0 ||
        run(store,
            "INSERT INTO quiet (hash, case_id, evidence_id, sightings) SELECT DISTINCT hash, $1, 0, 0 FROM presence"
            " WHERE case_id = $1",
            VALUES(integer(id)), error) != 0 ||
        run(store, "DELETE FROM presence WHERE case_id = $1", VALUES(integer(id)), error) != 0 ||
        run_counted(
            store,
            "DELETE FROM selector WHERE hash IN (SELECT hash FROM quiet) AND NOT EXISTS (SELECT 1 FROM presence p"
            " WHERE p.hash = selector.hash)",
            NO_VALUES, gone, error) != 0 ||
        /* what was asked for stays as a request, without the value that nobody holds any more, and without what people
         * wrote of it */
        run(store,
            "UPDATE access_request SET value = '', reason = '', answer = '', hash = $1 WHERE hash IN (SELECT hash FROM "
            "quiet) AND NOT EXISTS"
            " (SELECT 1 FROM selector s WHERE s.hash = access_request.hash)",
            VALUES(blob(no_hash, sizeof no_hash)), error) != 0)
        return -1;
    return run(
        store,
        "UPDATE selector SET cases = (SELECT count(DISTINCT p.case_id) FROM presence p WHERE p.hash = selector.hash"
        " AND p.loud > 0) WHERE hash IN (SELECT hash FROM quiet)",
        NO_VALUES, error);
}

/* Rows that still name the case or its evidence, which is the numbers from `first` to `last`. */
static int count_left(struct store *store, int64_t id, int64_t first, int64_t last, int64_t *left, struct error *error)
{
    struct bytes sql = {0};
    bytes_append_text(&sql, "SELECT (SELECT count(*) FROM cases WHERE id = $1) + (SELECT count(*) FROM evidence WHERE"
                            " case_id = $1) + (SELECT count(*) FROM presence WHERE case_id = $1)"
                            " + (SELECT count(*) FROM access_grant WHERE case_id = $1)");
    for (size_t i = 0; i < OF_EVIDENCE; i++)
        bytes_format(&sql,
                     " + (SELECT count(*) FROM %s t WHERE t.evidence_id BETWEEN $2 AND $3 AND NOT EXISTS (SELECT 1 FROM"
                     " evidence e WHERE e.id = t.evidence_id))",
                     of_evidence[i]);
    int result = sql.failed
                     ? fail(error, "memory is short")
                     : ask(store, bytes_text(&sql), VALUES(integer(id), integer(first), integer(last)), left, error);
    bytes_free(&sql);
    return result;
}

static int purge(struct store *store, int64_t id, struct store_purged *purged, struct error *error)
{
    int64_t first = 0, last = 0;
    if (lock_case(store, id, error) != 0 || lock_selectors(store, error) != 0 ||
        ask(store, "SELECT coalesce(min(id), 0) FROM evidence WHERE case_id = $1", VALUES(integer(id)), &first,
            error) != 0 ||
        ask(store, "SELECT coalesce(max(id), 0) FROM evidence WHERE case_id = $1", VALUES(integer(id)), &last, error) !=
            0 ||
        release_selectors(store, id, &purged->selectors, error) != 0)
        return -1;
    for (size_t i = 0; i < OF_EVIDENCE; i++) {
        int64_t removed = 0;
        if (run_on(store, "DELETE FROM ", of_evidence[i], ITEMS, id, &removed, error) != 0)
            return -1;
        purged->sightings += i == 0 ? removed : 0;
        purged->files += i == 1 ? removed : 0;
    }
    if (run_on(store, "DELETE FROM ", "evidence", " WHERE case_id = $1", id, &purged->evidence, error) != 0 ||
        run_on(store, "DELETE FROM ", "access_grant", " WHERE case_id = $1", id, NULL, error) != 0 ||
        run_on(store, "DELETE FROM ", "cases", " WHERE id = $1", id, NULL, error) != 0 ||
        /* sets of search terms that nothing is searched for any more */
        run(store, "DELETE FROM term_set WHERE NOT EXISTS (SELECT 1 FROM search s WHERE s.set_id = term_set.id)",
            NO_VALUES, error) != 0 ||
        count_left(store, id, first, last, &purged->left, error) != 0)
        return -1;
    if (purged->left != 0)
        return fail(error, "%lld rows still name the case; nothing was removed", (long long)purged->left);
    return 0;
}

int store_case_purge(struct store *store, const char *reference, struct store_purged *purged, struct error *error)
{
    bool own;
    int64_t id = 0;
    *purged = (struct store_purged){0};
    if (enter(store, &own, error) != 0)
        return -1;
    int result = lock_numbers(store, error);
    if (result == 0)
        result = ask(store, "SELECT id FROM cases WHERE reference = $1", VALUES(text(reference)), &id, error);
    if (result == 0 && id == 0)
        result = fail(error, "there is no case %s", reference);
    if (result == 0)
        result = purge(store, id, purged, error);
    store->purged |= result == 0;
    return leave(store, own, result, error);
}
