/* Evidence items: what was seized, how far its analysis is, and the volumes found on it. */
#include "store/room.h"

#include <string.h>

#include "base/text.h"

int store_evidence_add(struct store *store, int64_t case_id, const char *name, const char *paths, const char *stamp,
                       bool digests, int64_t *id, bool *fresh, int64_t *before, struct error *error)
{
    bool own;
    if (enter(store, &own, error) != 0)
        return -1;
    int64_t number = 0;
    int64_t last = 0;
    *id = 0;
    int result = lock_numbers(store, error);
    if (result == 0)
        result =
            ask(store, "SELECT coalesce(max(id), 0) FROM evidence WHERE case_id = $1 AND paths = $2 AND parent = 0",
                VALUES(integer(case_id), text(paths)), &last, error);
    if (result == 0 && last != 0)
        result = ask(store,
                     "SELECT id FROM evidence WHERE id = $1 AND (stamp = $2 OR stamp = '' OR $2 = ''"
                     " OR NOT (" MAP_IS_DONE("$1") " OR EXISTS (SELECT 1 FROM unit WHERE evidence_id = $1"
                                                   "  AND state = 'done')))",
                     VALUES(integer(last), text(stamp)), id, error);
    *fresh = *id == 0;
    if (before != NULL)
        *before = *fresh ? last : 0;
    if (result == 0 && !*fresh && stamp[0] != '\0')
        result = run(store, "UPDATE evidence SET stamp = $2 WHERE id = $1", VALUES(integer(*id), text(stamp)), error);
    if (result == 0 && *fresh) {
        result = ask(store, "SELECT coalesce(max(id), 0) + 1 FROM evidence WHERE parent = 0", NO_VALUES, id, error);
        if (result == 0)
            result = ask(store, "SELECT coalesce(max(number), 0) + 1 FROM evidence WHERE case_id = $1 AND parent = 0",
                         VALUES(integer(case_id)), &number, error);
        if (result == 0)
            result = run(store,
                         "INSERT INTO evidence (id, case_id, number, name, paths, stamp, digests, added)"
                         " VALUES ($1, $2, $3, $4, $5, $6, $7, {now})",
                         VALUES(integer(*id), integer(case_id), integer(number), text(name), text(paths), text(stamp),
                                integer(digests)),
                         error);
    }
    return leave(store, own, result, error);
}

int store_evidence_inside(struct store *store, int64_t parent, int64_t file, int64_t *id, bool *fresh,
                          struct error *error)
{
    bool own;
    int64_t rank = 0;
    int64_t known = 0;
    *id = 0;
    int level = store_evidence_depth(parent) + 1;
    if (enter(store, &own, error) != 0)
        return -1;
    /* Who gives the parent new terms waits, or has done so. */
    int result = store_terms_lock(store, parent, error);
    if (result == 0)
        result = ask(store, "SELECT count(*) FROM file WHERE evidence_id = $1 AND apart IN ($2, $3) AND number <= $4",
                     VALUES(integer(parent), integer(READ_AS_DISK), integer(READ_AS_PACKED_DISK), integer(file)), &rank,
                     error);
    if (result == 0 && (level > STORE_INSIDE_MOST || rank < 1 || rank > STORE_RANK_MOST))
        result = fail(error, "evidence lies too deep in other evidence, or too much of it in one item");
    int64_t step = result != 0 ? 0 : rank << (STORE_ITEM_BITS + STORE_RANK_BITS * (STORE_INSIDE_MOST - level));
    *id = parent + step;
    if (result == 0)
        result = ask(store, "SELECT count(*) FROM evidence WHERE id = $1", VALUES(integer(*id)), &known, error);
    *fresh = known == 0;
    if (result == 0 && *fresh)
        result =
            run(store,
                "INSERT INTO evidence (id, case_id, number, name, paths, stamp, digests, parent, parent_file, added)"
                " SELECT CAST($1 AS bigint), p.case_id, p.number + CAST($2 AS bigint), p.name || ' › ' || f.path, "
                "p.paths, p.stamp, p.digests,"
                " p.id, f.number, {now} FROM evidence p JOIN file f ON f.evidence_id = p.id AND f.number = $4"
                " WHERE p.id = $3",
                VALUES(integer(*id), integer(step), integer(parent), integer(file)), error);
    if (result == 0 && *fresh)
        result =
            run(store,
                "INSERT INTO search (evidence_id, set_id, swept) SELECT CAST($1 AS bigint), set_id, swept FROM search"
                " WHERE evidence_id = $2",
                VALUES(integer(*id), integer(parent)), error);
    return leave(store, own, result, error);
}

struct inside_listing {
    int (*row)(void *, int64_t id);
    void *context;
};

static int inside_row(struct store *store, struct query *query, void *context)
{
    const struct inside_listing *listing = context;
    return listing->row(listing->context, row_integer(store, query, 0));
}

int store_evidence_inside_each(struct store *store, int64_t parent, int (*row)(void *, int64_t id), void *context,
                               struct error *error)
{
    struct inside_listing listing = {row, context};
    return each_row(
        store, "SELECT id FROM evidence WHERE parent = $1 AND parent <> 0 AND " EVIDENCE_IS_READ("$1") " ORDER BY id",
        VALUES(integer(parent)), false, inside_row, &listing, error);
}

/* An update that must meet its one row. */
static int change(struct store *store, const char *sql, const struct value *values, size_t count, int64_t id,
                  struct error *error)
{
    int64_t changed = 0;
    if (run_counted(store, sql, values, count, &changed, error) != 0)
        return -1;
    return changed == 1 ? 0 : fail(error, "there is no evidence with number %lld in the store", (long long)id);
}

int store_evidence_describe(struct store *store, int64_t id, const char *format, int64_t size, int64_t sector_size,
                            const char *recorded_md5, const char *recorded_sha1, struct error *error)
{
    return change(
        store,
        "UPDATE evidence SET format = $2, size = $3, sector_size = $4, recorded_md5 = $5,"
        " recorded_sha1 = $6 WHERE id = $1",
        VALUES(integer(id), text(format), integer(size), integer(sector_size), text(recorded_md5), text(recorded_sha1)),
        id, error);
}

int store_evidence_digest(struct store *store, int64_t id, const struct digests *digests, struct error *error)
{
    char md5[2 * MD5_SIZE + 1], sha1[2 * SHA1_SIZE + 1], sha256[2 * SHA256_SIZE + 1];
    text_hex(digests->md5, MD5_SIZE, md5);
    text_hex(digests->sha1, SHA1_SIZE, sha1);
    text_hex(digests->sha256, SHA256_SIZE, sha256);
    return change(store, "UPDATE evidence SET md5 = $2, sha1 = $3, sha256 = $4 WHERE id = $1",
                  VALUES(integer(id), text(md5), text(sha1), text(sha256)), id, error);
}

int store_evidence_state(struct store *store, int64_t id, const char *state, const char *problem, struct error *error)
{
    if (change(store, "UPDATE evidence SET state = $2, problem = $3, ended = {now} WHERE id = $1",
               VALUES(integer(id), text(state), text(problem)), id, error) != 0)
        return -1;
    /* Much has come: let the planner know before someone asks for links. */
    bool ended = strcmp(state, "complete") == 0 || strcmp(state, "incomplete") == 0;
    return ended ? script(store, "{statistics}", error) : 0;
}

int store_evidence_settle(struct store *store, int64_t id, struct error *error)
{
    return run(
        store,
        "UPDATE evidence SET state = CASE WHEN EXISTS (SELECT 1 FROM gap WHERE evidence_id = $1 AND was_read = 0)"
        " THEN 'incomplete' ELSE 'complete' END, ended = {now} WHERE id = $1 AND state = 'mapped' AND NOT EXISTS"
        " (SELECT 1 FROM unit WHERE evidence_id = $1 AND state IN ('open', 'claimed'))",
        VALUES(integer(id)), error);
}

struct evidence_listing {
    int (*row)(void *, const struct store_evidence *);
    void *context;
};

static int evidence_row(struct store *store, struct query *query, void *context)
{
    const struct evidence_listing *listing = context;
    return listing->row(listing->context, &(struct store_evidence){
                                              .id = row_integer(store, query, 0),
                                              .case_id = row_integer(store, query, 1),
                                              .case_reference = row_text(store, query, 2),
                                              .number = row_integer(store, query, 3),
                                              .name = row_text(store, query, 4),
                                              .paths = row_text(store, query, 5),
                                              .digests = row_integer(store, query, 6) != 0,
                                              .format = row_text(store, query, 7),
                                              .size = row_integer(store, query, 8),
                                              .sector_size = row_integer(store, query, 9),
                                              .recorded_md5 = row_text(store, query, 10),
                                              .recorded_sha1 = row_text(store, query, 11),
                                              .md5 = row_text(store, query, 12),
                                              .sha1 = row_text(store, query, 13),
                                              .sha256 = row_text(store, query, 14),
                                              .state = row_text(store, query, 15),
                                              .problem = row_text(store, query, 16),
                                              .units = row_integer(store, query, 17),
                                              .units_done = row_integer(store, query, 18),
                                              .gaps = row_integer(store, query, 19),
                                              .bytes_done = row_integer(store, query, 20),
                                              .bytes_all = row_integer(store, query, 21),
                                              .files = row_integer(store, query, 22),
                                              .sightings = row_integer(store, query, 23),
                                              .stamp = row_text(store, query, 24),
                                              .parent = row_integer(store, query, 25),
                                              .parent_file = row_integer(store, query, 26),
                                              .parent_path = row_text(store, query, 27),
                                              .added = row_integer(store, query, 28),
                                              .ended = row_integer(store, query, 29),
                                          });
}

/* A unit that was split counts through its halves. */
#define EVIDENCE                                                                                                       \
    "SELECT e.id, e.case_id, c.reference, e.number, e.name, e.paths, e.digests, e.format, e.size, e.sector_size,"      \
    " e.recorded_md5, e.recorded_sha1, e.md5, e.sha1, e.sha256, e.state, e.problem,"                                   \
    " coalesce(u.units, 0), coalesce(u.done, 0), CAST((SELECT coalesce(sum(begins), 0) FROM"                           \
    "  (SELECT " GAP_BEGINS " AS begins FROM gap WHERE evidence_id = e.id AND was_read = 0) p) AS bigint),"            \
    " coalesce(u.bytes_done, 0), coalesce(u.bytes, 0),"                                                                \
    " (SELECT count(*) FROM file f WHERE f.evidence_id = e.id), e.sightings, e.stamp, e.parent,"                       \
    " e.parent_file, (SELECT path FROM file f WHERE f.evidence_id = e.parent AND f.number = e.parent_file),"           \
    " e.added, e.ended"                                                                                                \
    " FROM evidence e JOIN cases c ON c.id = e.case_id LEFT JOIN"                                                      \
    " (SELECT evidence_id, count(*) AS units, sum(CASE WHEN state = 'done' THEN 1 ELSE 0 END) AS done,"                \
    "  CAST(sum(CASE WHEN turn >= 2 AND state = 'done' THEN bytes ELSE 0 END) AS bigint) AS bytes_done,"               \
    "  CAST(sum(CASE WHEN turn >= 2 THEN bytes ELSE 0 END) AS bigint) AS bytes"                                        \
    "  FROM unit WHERE state <> 'split'"

int store_evidence_each(struct store *store, const char *case_reference,
                        int (*row)(void *, const struct store_evidence *), void *context, struct error *error)
{
    struct evidence_listing listing = {row, context};
    if (case_reference == NULL)
        return each_row(store,
                        EVIDENCE " GROUP BY evidence_id) u ON u.evidence_id = e.id WHERE {reads c}"
                                 " ORDER BY c.reference, " EVIDENCE_ORDER,
                        NO_VALUES, false, evidence_row, &listing, error);
    return each_row(store,
                    EVIDENCE " GROUP BY evidence_id) u ON u.evidence_id = e.id WHERE c.reference = $1 AND {reads c} "
                             "ORDER BY " EVIDENCE_ORDER,
                    VALUES(text(case_reference)), false, evidence_row, &listing, error);
}

int store_evidence_get(struct store *store, int64_t id, int (*row)(void *, const struct store_evidence *),
                       void *context, struct error *error)
{
    struct evidence_listing listing = {row, context};
    return each_row(store,
                    EVIDENCE " AND evidence_id = $1 GROUP BY evidence_id) u ON u.evidence_id = e.id WHERE e.id = $1"
                             " AND {reads c}",
                    VALUES(integer(id)), false, evidence_row, &listing, error);
}

/* ---- volumes ---- */

int store_volume_add(struct store *store, int64_t evidence_id, const struct store_volume *volume, struct error *error)
{
    return run(
        store,
        "INSERT INTO volume (evidence_id, number, start, length, description, file_system, encryption, allocated)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        VALUES(integer(evidence_id), integer(volume->number), integer(volume->start), integer(volume->length),
               text(volume->description), text(volume->file_system), text(volume->encryption),
               integer(volume->allocated)),
        error);
}

struct volume_listing {
    int (*row)(void *, const struct store_volume *);
    void *context;
};

static int volume_row(struct store *store, struct query *query, void *context)
{
    const struct volume_listing *listing = context;
    return listing->row(listing->context, &(struct store_volume){
                                              .number = row_integer(store, query, 0),
                                              .start = row_integer(store, query, 1),
                                              .length = row_integer(store, query, 2),
                                              .description = row_text(store, query, 3),
                                              .file_system = row_text(store, query, 4),
                                              .encryption = row_text(store, query, 5),
                                              .allocated = row_integer(store, query, 6) != 0,
                                          });
}

int store_volume_each(struct store *store, int64_t evidence_id, int (*row)(void *, const struct store_volume *),
                      void *context, struct error *error)
{
    struct volume_listing listing = {row, context};
    return each_row(store,
                    "SELECT number, start, length, description, file_system, encryption, allocated FROM volume"
                    " WHERE evidence_id = $1 AND " EVIDENCE_IS_READ("$1") " ORDER BY number",
                    VALUES(integer(evidence_id)), false, volume_row, &listing, error);
}

struct paths_listing {
    int (*row)(void *, const char *);
    void *context;
};

static int paths_row(struct store *store, struct query *query, void *context)
{
    const struct paths_listing *listing = context;
    return listing->row(listing->context, row_text(store, query, 0));
}

int store_evidence_of_others(struct store *store, const char *authority, int (*row)(void *, const char *paths),
                             void *context, struct error *error)
{
    struct paths_listing listing = {row, context};
    return each_row(store,
                    "SELECT DISTINCT e.paths FROM evidence e JOIN cases c ON c.id = e.case_id WHERE c.authority <> $1"
                    " AND e.parent = 0 AND ({reads c} OR NOT {reads c})",
                    VALUES(text(authority)), false, paths_row, &listing, error);
}
