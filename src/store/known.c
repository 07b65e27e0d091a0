/* Hash sets of known files, stop lists, and counting anew who is loud after they changed. */
#include "store/room.h"

#include <string.h>

int store_known_set(struct store *store, const char *name, const char *kind, int64_t *set_id, struct error *error)
{
    if (strcmp(kind, "good") != 0 && strcmp(kind, "bad") != 0 && strcmp(kind, "own") != 0)
        return fail(error, "a hash set is good, bad or own, not \"%s\"", kind);
    bool own;
    if (enter(store, &own, error) != 0)
        return -1;
    int64_t other = 0;
    *set_id = 0;
    int result = lock_numbers(store, error);
    if (result == 0)
        result = ask(store, "SELECT id FROM known_set WHERE name = $1", VALUES(text(name)), set_id, error);
    if (result == 0)
        result = ask(store, "SELECT count(*) FROM known_set WHERE name = $1 AND kind <> $2",
                     VALUES(text(name), text(kind)), &other, error);
    if (result == 0 && other != 0)
        result =
            fail(error, "the hash set \"%s\" exists and is not of known-%s files; choose another name", name, kind);
    if (result == 0 && *set_id == 0) {
        result = ask(store, "SELECT coalesce(max(id), 0) + 1 FROM known_set", NO_VALUES, set_id, error);
        if (result == 0)
            result = run(store, "INSERT INTO known_set (id, name, kind) VALUES ($1, $2, $3)",
                         VALUES(integer(*set_id), text(name), text(kind)), error);
    }
    return leave(store, own, result, error);
}

static const struct bulk staged_known_bulk = {"staged_known", "digest, set_id", 2};

int store_known_add(struct store *store, int64_t set_id, const uint8_t *digest, size_t length, struct error *error)
{
    if (length != MD5_SIZE && length != SHA1_SIZE && length != SHA256_SIZE)
        return fail(error, "a digest of %zu bytes is neither MD5, SHA-1 nor SHA-256", length);
    bool own;
    if (enter(store, &own, error) != 0)
        return -1;
    store->known_staged = true;
    struct value values[] = {blob(digest, length), integer(set_id)};
    return leave(store, own, append(store, &staged_known_bulk, values, error), error);
}

int apply_known(struct store *store, struct error *error)
{
    if (!store->known_staged)
        return 0;
    store->known_staged = false;
    if (run(store,
            "DELETE FROM staged_known WHERE EXISTS (SELECT 1 FROM known n WHERE n.digest = staged_known.digest"
            " AND n.set_id = staged_known.set_id)",
            NO_VALUES, error) != 0)
        return -1;
    /* Sorted, so that two connections that add the same digests wait for each other in one order. */
    if (run(store,
            "INSERT INTO known (digest, set_id) SELECT DISTINCT digest, set_id FROM staged_known"
            " ORDER BY digest, set_id ON CONFLICT DO NOTHING",
            NO_VALUES, error) != 0)
        return -1;
    return script(store, "{empty} staged_known", error);
}

struct known_listing {
    int (*row)(void *, const struct store_known *);
    void *context;
};

static int known_row(struct store *store, struct query *query, void *context)
{
    const struct known_listing *listing = context;
    return listing->row(listing->context, &(struct store_known){
                                              .name = row_text(store, query, 0),
                                              .kind = row_text(store, query, 1),
                                              .digests = row_integer(store, query, 2),
                                              .files = row_integer(store, query, 3),
                                          });
}

int store_known_each(struct store *store, int (*row)(void *, const struct store_known *), void *context,
                     struct error *error)
{
    struct known_listing listing = {row, context};
    return each_row(store,
                    "SELECT k.name, k.kind, coalesce(d.digests, 0), coalesce(m.files, 0) FROM known_set k"
                    " LEFT JOIN (SELECT set_id, count(*) AS digests FROM known GROUP BY set_id) d ON d.set_id = k.id"
                    " LEFT JOIN (SELECT set_id, count(*) AS files FROM ("
                    "  SELECT n.set_id, f.evidence_id, f.number FROM file f JOIN known n ON n.digest = f.md5 UNION"
                    "  SELECT n.set_id, f.evidence_id, f.number FROM file f JOIN known n ON n.digest = f.sha1 UNION"
                    "  SELECT n.set_id, f.evidence_id, f.number FROM file f JOIN known n ON n.digest = f.sha256"
                    " ) matches GROUP BY set_id) m ON m.set_id = k.id ORDER BY k.name",
                    NO_VALUES, false, known_row, &listing, error);
}

int store_content_known(struct store *store, const uint8_t hash[SELECTOR_HASH_SIZE], const char **known,
                        struct error *error)
{
    static const char *const kinds[] = {"", "bad", "own", "good"};
    int64_t kind = 0;
    *known = kinds[0];
    /* The same content is in the same sets, wherever it stands. */
    if (ask(store,
            "SELECT CASE f.known WHEN 'bad' THEN 1 WHEN 'own' THEN 2 WHEN 'good' THEN 3 ELSE 0 END FROM file f"
            " {then} evidence e {then} cases c WHERE f.content = $1 AND e.id = f.evidence_id AND c.id = e.case_id"
            " AND {reads c} LIMIT 1",
            VALUES(blob(hash, SELECTOR_HASH_SIZE)), &kind, error) != 0)
        return -1;
    if (kind > 0 && (size_t)kind < sizeof kinds / sizeof *kinds)
        *known = kinds[kind];
    return 0;
}

int store_stop_add(struct store *store, const char *kind, const char *value, const char *reason, struct error *error)
{
    uint8_t hash[SELECTOR_HASH_SIZE];
    store_selector_hash(kind, value, strlen(value), hash);
    return run(store,
               "INSERT INTO stop (hash, kind, value, reason) VALUES ($1, $2, $3, $4)"
               " ON CONFLICT (hash) DO UPDATE SET reason = excluded.reason",
               VALUES(blob(hash, sizeof hash), text(kind), text(value), text(reason)), error);
}

/* ---- counting anew ---- */

static const char *const recount[] = {
    "UPDATE file SET known = m.known FROM (SELECT f.evidence_id, f.number,"
    " CASE (SELECT min(CASE k.kind WHEN 'bad' THEN 1 WHEN 'good' THEN 2 ELSE 3 END) FROM known n"
    " JOIN known_set k ON k.id = n.set_id WHERE n.digest IN (f.md5, f.sha1, f.sha256))"
    " WHEN 1 THEN 'bad' WHEN 2 THEN 'good' WHEN 3 THEN 'own' ELSE '' END AS known"
    " FROM file f WHERE f.sha256 IS NOT NULL) m"
    " WHERE file.evidence_id = m.evidence_id AND file.number = m.number AND file.known <> m.known",

    "INSERT INTO quiet (hash, case_id, evidence_id, sightings) SELECT i.hash, e.case_id, i.evidence_id, count(*)"
    " FROM sighting i JOIN file f ON f.evidence_id = i.evidence_id AND f.number = i.file"
    " JOIN evidence e ON e.id = i.evidence_id WHERE f.known = 'good' AND i.allocation <> 2"
    " GROUP BY i.hash, e.case_id, i.evidence_id"
    " UNION ALL SELECT f.content, e.case_id, f.evidence_id, count(*) FROM file f JOIN evidence e ON e.id = "
    "f.evidence_id"
    " WHERE f.known = 'good' AND f.content IS NOT NULL GROUP BY f.content, e.case_id, f.evidence_id",

    "UPDATE presence SET loud = sightings WHERE loud <> sightings",

    "UPDATE presence SET loud = presence.sightings - q.sightings FROM quiet q"
    " WHERE presence.hash = q.hash AND presence.case_id = q.case_id AND presence.evidence_id = q.evidence_id",

    "UPDATE selector SET cases = m.cases FROM (SELECT hash, count(DISTINCT CASE WHEN loud > 0 THEN case_id END) AS "
    "cases"
    " FROM presence GROUP BY hash) m WHERE selector.hash = m.hash AND selector.cases <> m.cases",
};

int store_known_match(struct store *store, int64_t *good, int64_t *bad, struct error *error)
{
    bool own;
    if (enter(store, &own, error) != 0)
        return -1;
    *good = *bad = 0;
    int result = apply_findings(store, error);
    if (result == 0)
        result = apply_known(store, error);
    if (result == 0)
        result = lock_selectors(store, error);
    for (size_t i = 0; i < sizeof recount / sizeof *recount && result == 0; i++)
        result = run(store, recount[i], NO_VALUES, error);
    if (result == 0)
        result = script(store, "{empty} quiet", error);
    if (result == 0)
        result = ask(store, "SELECT count(*) FROM file WHERE known = 'good'", NO_VALUES, good, error);
    if (result == 0)
        result = ask(store, "SELECT count(*) FROM file WHERE known = 'bad'", NO_VALUES, bad, error);
    return leave(store, own, result, error);
}
