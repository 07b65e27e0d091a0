/* Requests for access: an authority that has a hit in cases of another asks to read them; the owner grants some of the
 * cases until a day, or refuses. A grant is what {reads c} looks for (view.c). */
#include "store/access.h"

#include <string.h>

#include "store/room.h"

/* A row of access_request with the names of both sides and what was granted; who reads it stands behind. A grant whose
 * day is over is "expired", one of which the owner left nothing before "ended". */
#define RUNS "EXISTS (SELECT 1 FROM access_grant g WHERE g.request_id = r.id AND g.ended = 0 AND g.last_day >= {today})"
#define ENDED "EXISTS (SELECT 1 FROM access_grant g WHERE g.request_id = r.id AND g.ended <> 0)"
#define REQUEST                                                                                                        \
    "SELECT r.id, r.asked_at, r.answered_at, r.kind, r.value, r.hash, r.asking, r.owning, a.name, o.name, r.asked_by," \
    " r.answered_by, r.reason, r.answer, CASE WHEN r.state <> 'granted' OR " RUNS " THEN r.state"                      \
    " WHEN " ENDED " THEN 'ended' ELSE 'expired' END,"                                                                 \
    " coalesce((SELECT max(g.last_day) FROM access_grant g WHERE g.request_id = r.id), ''),"                           \
    " coalesce((SELECT max(g.ended) FROM access_grant g WHERE g.request_id = r.id), 0), r.ended_by, r.ending"          \
    " FROM access_request r JOIN authority a ON a.id = r.asking JOIN authority o ON o.id = r.owning"

int store_request_add(struct store *store, const struct store_request *request, int64_t *id, struct error *error)
{
    bool own;
    *id = 0;
    if (enter(store, &own, error) != 0)
        return -1;
    int64_t hit = 0;
    int result = lock_numbers(store, error);
    if (result == 0)
        result =
            ask(store,
                "SELECT 1 FROM presence p JOIN cases c ON c.id = p.case_id JOIN authority a ON a.name = c.authority"
                " WHERE p.hash = $1 AND a.id = $2 AND {tells c}",
                VALUES(blob(request->hash, SELECTOR_HASH_SIZE), integer(request->owning)), &hit, error);
    if (result == 0 && hit != 0)
        result = ask(store, "SELECT coalesce(max(id), 0) + 1 FROM access_request", NO_VALUES, id, error);
    if (result == 0 && hit != 0)
        result = run(store,
                     "INSERT INTO access_request (id, hash, kind, value, asking, owning, asked_by, asked_at, reason,"
                     " state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'asked')",
                     VALUES(integer(*id), blob(request->hash, SELECTOR_HASH_SIZE), text(request->kind),
                            text(request->value), integer(store->viewer.authority), integer(request->owning),
                            text(request->asked_by), integer(request->asked_at), text(request->reason)),
                     error);
    return leave(store, own, result, error);
}

struct request_listing {
    int (*row)(void *, const struct store_request *);
    void *context;
    struct error *error;
};

static int append_reference(struct store *store, struct query *query, void *context)
{
    struct bytes *lines = context;
    bytes_format(lines, "%s%s", lines->length == 0 ? "" : "\n", row_text(store, query, 0));
    return lines->failed ? -1 : 0;
}

static int request_row(struct store *store, struct query *query, void *context)
{
    const struct request_listing *listing = context;
    struct bytes cases = {0};
    struct store_request request = {
        .id = row_integer(store, query, 0),
        .asked_at = row_integer(store, query, 1),
        .answered_at = row_integer(store, query, 2),
        .kind = row_text(store, query, 3),
        .value = row_text(store, query, 4),
        .asking = row_integer(store, query, 6),
        .owning = row_integer(store, query, 7),
        .asking_name = row_text(store, query, 8),
        .owning_name = row_text(store, query, 9),
        .asked_by = row_text(store, query, 10),
        .answered_by = row_text(store, query, 11),
        .reason = row_text(store, query, 12),
        .answer = row_text(store, query, 13),
        .state = row_text(store, query, 14),
        .until = row_text(store, query, 15),
        .ended_by = row_text(store, query, 17),
        .ending = row_text(store, query, 18),
    };
    bool ended = strcmp(request.state, "ended") == 0;
    request.ended_at = ended ? row_integer(store, query, 16) : 0;
    const uint8_t *hash = row_blob(store, query, 5, SELECTOR_HASH_SIZE);
    if (hash != NULL)
        memcpy(request.hash, hash, SELECTOR_HASH_SIZE);
    if (each_row(store,
                 "SELECT c.reference FROM access_grant g JOIN cases c ON c.id = g.case_id WHERE g.request_id = $1"
                 " AND (g.ended = 0 OR $2 = 1) AND {reads c} ORDER BY c.reference",
                 VALUES(integer(request.id), integer(ended)), false, append_reference, &cases, listing->error) != 0) {
        bytes_free(&cases);
        return -1;
    }
    request.cases = bytes_text(&cases);
    int result = listing->row(listing->context, &request);
    bytes_free(&cases);
    return result;
}

int store_request_each(struct store *store, int (*row)(void *, const struct store_request *), void *context,
                       struct error *error)
{
    struct request_listing listing = {row, context, error};
    return each_row(store, REQUEST " WHERE $1 IN (r.asking, r.owning) ORDER BY r.id DESC",
                    VALUES(integer(store->viewer.authority)), false, request_row, &listing, error);
}

/* The cases behind a request: those of the owner that hold the selector and are told of at all. */
#define CASES_BEHIND                                                                                                   \
    " FROM access_request r JOIN authority o ON o.id = r.owning JOIN cases c ON c.authority = o.name"                  \
    " WHERE r.id = $1 AND r.owning = $2 AND r.state = 'asked' AND c.handling <> 'own' AND {reads c}"                   \
    " AND EXISTS (SELECT 1 FROM presence p WHERE p.hash = r.hash AND p.case_id = c.id)"

struct reference_listing {
    int (*row)(void *, const char *);
    void *context;
};

static int reference_row(struct store *store, struct query *query, void *context)
{
    const struct reference_listing *listing = context;
    return listing->row(listing->context, row_text(store, query, 0));
}

int store_request_cases(struct store *store, int64_t id, int (*row)(void *, const char *reference), void *context,
                        struct error *error)
{
    struct reference_listing listing = {row, context};
    return each_row(store, "SELECT c.reference" CASES_BEHIND " ORDER BY c.reference",
                    VALUES(integer(id), integer(store->viewer.authority)), false, reference_row, &listing, error);
}

/* Grants one case. *granted stays 0 when it is not one of those behind the request. */
static int grant_case(struct store *store, int64_t id, const char *reference, const char *until, int64_t *granted,
                      struct error *error)
{
    int64_t case_id = 0;
    if (ask(store,
            "SELECT c.id" CASES_BEHIND " AND c.reference = $3 AND NOT EXISTS (SELECT 1 FROM access_grant g"
            " WHERE g.request_id = r.id AND g.case_id = c.id)",
            VALUES(integer(id), integer(store->viewer.authority), text(reference)), &case_id, error) != 0)
        return -1;
    if (case_id == 0)
        return 0;
    ++*granted;
    return run(store,
               "INSERT INTO access_grant (request_id, case_id, authority_id, last_day)"
               " SELECT id, $2, asking, $3 FROM access_request WHERE id = $1",
               VALUES(integer(id), integer(case_id), text(until)), error);
}

int store_request_answer(struct store *store, int64_t id, bool grant, const char *const cases[], size_t count,
                         const char *until, const char *answer, const char *person, int64_t now, bool *answered,
                         struct error *error)
{
    bool own;
    *answered = false;
    if (enter(store, &own, error) != 0)
        return -1;
    int64_t granted = 0, changed = 0;
    int result = lock_numbers(store, error);
    for (size_t i = 0; grant && result == 0 && i < count; i++)
        result = grant_case(store, id, cases[i], until, &granted, error);
    if (result == 0 && (!grant || granted > 0))
        result = run_counted(store,
                             "UPDATE access_request SET state = $3, answered_by = $4, answered_at = $5, answer = $6"
                             " WHERE id = $1 AND owning = $2 AND state = 'asked'",
                             VALUES(integer(id), integer(store->viewer.authority), text(grant ? "granted" : "refused"),
                                    text(person), integer(now), text(answer)),
                             &changed, error);
    *answered = result == 0 && changed > 0;
    return leave(store, own, result, error);
}

int store_request_end(struct store *store, int64_t id, const char *reason, const char *person, int64_t now, bool *ended,
                      struct error *error)
{
    bool own;
    int64_t changed = 0;
    *ended = false;
    if (enter(store, &own, error) != 0)
        return -1;
    int result = run_counted(store,
                             "UPDATE access_grant SET ended = $3 WHERE request_id = $1 AND ended = 0 AND last_day >="
                             " {today} AND EXISTS (SELECT 1 FROM access_request r WHERE r.id = $1 AND r.owning = $2)",
                             VALUES(integer(id), integer(store->viewer.authority), integer(now)), &changed, error);
    if (result == 0 && changed > 0)
        result = run(store, "UPDATE access_request SET ended_by = $2, ending = $3 WHERE id = $1",
                     VALUES(integer(id), text(person), text(reason)), error);
    *ended = result == 0 && changed > 0;
    return leave(store, own, result, error);
}
