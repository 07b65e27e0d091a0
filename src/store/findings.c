/* What a unit found. Findings are staged in temporary tables and applied when the transaction commits, as a few
 * statements over whole sets: so selectors are touched in the order of their hashes (two connections never wait for
 * each other in a circle), nothing waits for a round trip per row, and the result does not depend on which unit commits
 * first.
 *
 * Two numbers are kept that make links cheap: presence.loud, how many sightings of a selector in an evidence item stand
 * outside known-good files, and selector.cases, in how many cases that is more than none. A slack sighting is loud: it
 * is left over from something else than the file it lies behind. */
#include "store/room.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* The last sighting given, kept back so that an equal one behind it can be merged. */
struct held {
    struct store_sighting sighting;
    struct bytes text; /* path NUL context NUL kind NUL value NUL */
    bool present;
    int64_t of_hash; /* sightings of this hash so far */
};

struct staged {
    int64_t case_id, evidence_id; /* of everything that is staged */
    bool files, sightings;        /* something is staged */
    int64_t sighting_rows;
    struct held held;
};

static const struct bulk staged_file_bulk = {"staged_file", "number, md5, sha1, sha256, content, value, type", 7};
static const struct bulk staged_sighting_bulk = {
    "staged_sighting", "hash, place, path, file, file_offset, encoding, allocation, repeats, context", 9};
static const struct bulk staged_selector_bulk = {"staged_selector", "hash, kind, value, sightings, loud", 5};

void store_selector_hash(const char *kind, const char *value, size_t value_length, uint8_t hash[SELECTOR_HASH_SIZE])
{
    struct bytes named = {0};
    bytes_append(&named, kind, strlen(kind) + 1); /* with its NUL, so that no kind runs into a value */
    bytes_append(&named, value, value_length);
    uint8_t digest[SHA256_SIZE] = {0};
    digest_sha256(named.data, named.length, digest);
    memcpy(hash, digest, SELECTOR_HASH_SIZE);
    bytes_free(&named);
}

/* ---- staging ---- */

/* Everything that is staged belongs to one evidence item; what was staged for another is applied first. */
static int stage_for(struct store *store, int64_t case_id, int64_t evidence_id, struct error *error)
{
    if (store->staged == NULL && (store->staged = calloc(1, sizeof *store->staged)) == NULL)
        return fail(error, "memory is short");
    struct staged *staged = store->staged;
    if ((staged->files || staged->sightings) && (staged->case_id != case_id || staged->evidence_id != evidence_id) &&
        apply_findings(store, error) != 0)
        return -1;
    staged->case_id = case_id;
    staged->evidence_id = evidence_id;
    return 0;
}

static int stage_file(struct store *store, int64_t file, const struct digests *digests, const char *type,
                      struct error *error)
{
    char value[2 * SHA256_SIZE + 1] = "";
    uint8_t content[SELECTOR_HASH_SIZE];
    if (digests != NULL) {
        text_hex(digests->sha256, SHA256_SIZE, value);
        store_selector_hash("file", value, 2 * SHA256_SIZE, content);
    }
    struct value values[] = {
        integer(file),
        blob(digests == NULL ? NULL : digests->md5, MD5_SIZE),
        blob(digests == NULL ? NULL : digests->sha1, SHA1_SIZE),
        blob(digests == NULL ? NULL : digests->sha256, SHA256_SIZE),
        blob(digests == NULL ? NULL : content, SELECTOR_HASH_SIZE),
        text(value),
        text(type),
    };
    store->staged->files = true;
    return append(store, &staged_file_bulk, values, error);
}

int store_file_digest(struct store *store, int64_t case_id, int64_t evidence_id, int64_t file,
                      const struct digests *digests, const char *type, struct error *error)
{
    bool own;
    if (enter(store, &own, error) != 0)
        return -1;
    int result = stage_for(store, case_id, evidence_id, error);
    if (result == 0)
        result = stage_file(store, file, digests, type, error);
    return leave(store, own, result, error);
}

/* By hash, as the contract orders them, then by the rest of the primary key. */
static int compare(const struct store_sighting *a, const struct store_sighting *b)
{
    int order = memcmp(a->hash, b->hash, SELECTOR_HASH_SIZE);
    if (order == 0)
        order = (a->offset > b->offset) - (a->offset < b->offset);
    if (order == 0)
        order = strcmp(a->path, b->path);
    if (order == 0)
        order = (a->encoding > b->encoding) - (a->encoding < b->encoding);
    if (order == 0)
        order = (a->file > b->file) - (a->file < b->file);
    if (order == 0)
        order = (a->file_offset > b->file_offset) - (a->file_offset < b->file_offset);
    return order;
}

static int let_go(struct store *store, bool last_of_hash, struct error *error)
{
    struct held *held = &store->staged->held;
    const struct store_sighting *sighting = &held->sighting;
    struct value values[] = {
        blob(sighting->hash, SELECTOR_HASH_SIZE),
        integer(sighting->offset),
        text(sighting->path),
        integer(sighting->file),
        integer(sighting->file_offset),
        integer(sighting->encoding),
        integer(sighting->allocation),
        integer(sighting->count),
        text(sighting->context),
    };
    held->present = false;
    held->of_hash++;
    store->staged->sighting_rows++;
    if (append(store, &staged_sighting_bulk, values, error) != 0)
        return -1;
    if (!last_of_hash)
        return 0;
    struct value selector[] = {blob(sighting->hash, SELECTOR_HASH_SIZE), text(sighting->kind), text(sighting->value),
                               integer(held->of_hash), integer(held->of_hash)};
    held->of_hash = 0;
    return append(store, &staged_selector_bulk, selector, error);
}

static int hold(struct held *held, const struct store_sighting *sighting, struct error *error)
{
    const char *const parts[] = {sighting->path, sighting->context, sighting->kind, sighting->value};
    size_t lengths[4];
    bytes_clear(&held->text);
    for (size_t i = 0; i < 4; i++) {
        lengths[i] = strlen(parts[i]) + 1;
        bytes_append(&held->text, parts[i], lengths[i]);
    }
    if (held->text.failed)
        return fail(error, "memory is short");
    held->sighting = *sighting;
    const char *at = (const char *)held->text.data;
    held->sighting.path = at;
    held->sighting.context = at += lengths[0];
    held->sighting.kind = at += lengths[1];
    held->sighting.value = at + lengths[2];
    held->present = true;
    return 0;
}

/* Which of two reports of one sighting stays must not depend on which came first. */
static bool merge(struct held *held, const struct store_sighting *other)
{
    struct store_sighting *sighting = &held->sighting;
    int order = strcmp(other->context, sighting->context);
    if (order == 0)
        order = (other->allocation > sighting->allocation) - (other->allocation < sighting->allocation);
    int64_t count = other->count > sighting->count ? other->count : sighting->count;
    if (order < 0 && hold(held, other, NULL) != 0)
        return false;
    held->sighting.count = count;
    return true;
}

static int stage_sighting(struct store *store, int64_t case_id, int64_t evidence_id,
                          const struct store_sighting *sighting, struct error *error)
{
    struct held *held = &store->staged->held;
    if (strcmp(sighting->kind, "file") == 0)
        return fail(error, "a sighting cannot be of kind \"file\"; give the file's digests instead");
    if (held->present) {
        int order = compare(&held->sighting, sighting);
        if (order == 0)
            return merge(held, sighting) ? 0 : fail(error, "memory is short");
        if (order > 0) {
            if (apply_findings(store, error) != 0 || stage_for(store, case_id, evidence_id, error) != 0)
                return -1;
        } else if (let_go(store, memcmp(held->sighting.hash, sighting->hash, SELECTOR_HASH_SIZE) != 0, error) != 0) {
            return -1;
        }
    }
    store->staged->sightings = true;
    return hold(held, sighting, error);
}

int store_sightings_add(struct store *store, int64_t case_id, int64_t evidence_id,
                        const struct store_sighting *sightings, size_t count, struct error *error)
{
    bool own;
    if (enter(store, &own, error) != 0)
        return -1;
    int result = stage_for(store, case_id, evidence_id, error);
    for (size_t i = 0; i < count && result == 0; i++)
        result = stage_sighting(store, case_id, evidence_id, &sightings[i], error);
    return leave(store, own, result, error);
}

/* ---- applying ---- */

/* What hash sets say of digests: bad before good before own. */
#define KNOWN_AS(md5, sha1, sha256)                                                                                    \
    " CASE (SELECT min(CASE k.kind WHEN 'bad' THEN 1 WHEN 'good' THEN 2 ELSE 3 END) FROM known n"                      \
    " JOIN known_set k ON k.id = n.set_id WHERE n.digest IN (" md5 ", " sha1 ", " sha256 "))"                          \
    " WHEN 1 THEN 'bad' WHEN 2 THEN 'good' WHEN 3 THEN 'own' ELSE '' END"

static int64_t count_rows(struct store *store, const char *sql, int64_t evidence_id, int *result, struct error *error)
{
    int64_t number = 0;
    if (*result == 0)
        *result = ask(store, sql, VALUES(integer(evidence_id)), &number, error);
    return number;
}

static void step(struct store *store, const char *sql, const struct value *values, size_t count, int *result,
                 struct error *error)
{
    if (*result == 0)
        *result = run(store, sql, values, count, error);
}

/* Digests, types and what is known of them; then the "file" selectors. A file that was digested before keeps its
 * digests and is not counted again. */
static int apply_files(struct store *store, const struct staged *staged, struct error *error)
{
    int result = 0;
    struct value evidence[] = {integer(staged->evidence_id)};
    struct value both[] = {integer(staged->evidence_id), integer(staged->case_id)};
    step(store,
         "UPDATE file SET type = s.type FROM staged_file s WHERE file.evidence_id = $1 AND file.number = s.number",
         evidence, 1, &result, error);
    step(store,
         "DELETE FROM staged_file WHERE sha256 IS NULL OR EXISTS (SELECT 1 FROM file f WHERE f.evidence_id = $1"
         " AND f.number = staged_file.number AND f.sha256 IS NOT NULL)",
         evidence, 1, &result, error);
    step(store,
         "UPDATE file SET md5 = s.md5, sha1 = s.sha1, sha256 = s.sha256,"
         " content = CASE WHEN size > 0 AND regular = 1 AND same_as = 0 THEN s.content END,"
         " known =" KNOWN_AS("s.md5", "s.sha1",
                             "s.sha256") " FROM staged_file s WHERE file.evidence_id = $1 AND file.number = s.number",
         evidence, 1, &result, error);
    /* Sightings in a file that turns out known good, stored by units that ended before its digest was there. */
    step(store,
         "INSERT INTO quiet (hash, case_id, evidence_id, sightings) SELECT hash, $2, $1, count(*) FROM ("
         " SELECT i.hash FROM staged_file s {then} file f {then} sighting i"
         "  WHERE f.evidence_id = $1 AND f.number = s.number AND f.known = 'good'"
         "  AND i.evidence_id = $1 AND i.place = -1 AND i.file = s.number AND i.allocation <> 2"
         " UNION ALL SELECT i.hash FROM staged_file s {then} file f {then} segment g {then} sighting i"
         "  WHERE f.evidence_id = $1 AND f.number = s.number AND f.known = 'good'"
         "  AND g.evidence_id = $1 AND g.file = s.number"
         "  AND i.evidence_id = $1 AND i.place >= g.start AND i.place < g.start + g.length"
         "  AND i.place >= 0 AND i.file = s.number AND i.allocation <> 2) found GROUP BY hash",
         both, 2, &result, error);
    if (count_rows(store, "SELECT count(*) FROM quiet WHERE evidence_id = $1", staged->evidence_id, &result, error) >
        0) {
        step(store,
             "UPDATE presence SET loud = presence.loud - q.sightings FROM quiet q WHERE presence.hash = q.hash"
             " AND presence.case_id = $2 AND presence.evidence_id = $1",
             both, 2, &result, error);
        step(store,
             "UPDATE selector SET cases = cases - 1 FROM quiet q WHERE selector.hash = q.hash AND (SELECT 1 FROM"
             " presence p WHERE p.hash = selector.hash AND p.case_id = $1 AND p.loud > 0 LIMIT 1) IS NULL",
             VALUES(integer(staged->case_id)), &result, error);
    }
    step(store,
         "INSERT INTO staged_selector (hash, kind, value, sightings, loud)"
         " SELECT f.content, 'file', s.value, count(*), CAST(sum(CASE WHEN f.known = 'good' THEN 0 ELSE 1 END) AS "
         "bigint)"
         " FROM staged_file s {then} file f WHERE f.evidence_id = $1 AND f.number = s.number AND f.content IS NOT NULL"
         " GROUP BY f.content, s.value",
         evidence, 1, &result, error);
    return result;
}

#define SAME_SIGHTING                                                                                                  \
    "o.hash = s.hash AND o.evidence_id = $1 AND o.place = s.place AND o.path = s.path AND o.file = s.file"             \
    " AND o.file_offset = s.file_offset AND o.encoding = s.encoding"

static int apply_sightings(struct store *store, const struct staged *staged, struct error *error)
{
    int result = 0;
    struct value evidence[] = {integer(staged->evidence_id)};
    /* A unit may report again what another one did; the sighting is the same, and counts once. */
    step(store,
         "INSERT INTO staged_double (hash, place, path, file, file_offset, encoding) SELECT s.hash, s.place, s.path,"
         " s.file, s.file_offset, s.encoding FROM staged_sighting s {then} sighting o WHERE " SAME_SIGHTING,
         evidence, 1, &result, error);
    int64_t doubles =
        count_rows(store, "SELECT count(*) FROM staged_double WHERE $1 > 0", staged->evidence_id, &result, error);
    if (doubles > 0) {
        step(store,
             "UPDATE sighting AS o SET context = s.context, allocation = s.allocation FROM staged_sighting s"
             " WHERE " SAME_SIGHTING " AND (s.context, s.allocation) < (o.context, o.allocation)",
             evidence, 1, &result, error);
        step(store,
             "UPDATE sighting AS o SET repeats = s.repeats FROM staged_sighting s WHERE " SAME_SIGHTING
             " AND s.repeats > o.repeats",
             evidence, 1, &result, error);
        step(store,
             "UPDATE staged_selector SET sightings = sightings - d.doubles, loud = loud - d.doubles FROM"
             " (SELECT hash, count(*) AS doubles FROM staged_double GROUP BY hash) d WHERE staged_selector.hash = "
             "d.hash",
             NO_VALUES, &result, error);
        step(store,
             "DELETE FROM staged_sighting WHERE EXISTS (SELECT 1 FROM staged_double o WHERE o.hash = "
             "staged_sighting.hash"
             " AND o.place = staged_sighting.place AND o.path = staged_sighting.path AND o.file = staged_sighting.file"
             " AND o.file_offset = staged_sighting.file_offset AND o.encoding = staged_sighting.encoding)",
             NO_VALUES, &result, error);
    }
    if (count_rows(store,
                   "SELECT count(*) FROM (SELECT 1 FROM file WHERE evidence_id = $1 AND known = 'good' LIMIT 1) g",
                   staged->evidence_id, &result, error) > 0)
        step(store,
             "UPDATE staged_selector SET loud = loud - q.quiet FROM (SELECT s.hash, count(*) AS quiet"
             " FROM staged_sighting s JOIN file f ON f.evidence_id = $1 AND f.number = s.file"
             " WHERE f.known = 'good' AND s.allocation <> 2 GROUP BY s.hash) q WHERE staged_selector.hash = q.hash",
             evidence, 1, &result, error);
    step(store,
         "INSERT INTO sighting (hash, evidence_id, place, path, file, file_offset, encoding, allocation, repeats,"
         " context) SELECT hash, $1, place, path, file, file_offset, encoding, allocation, repeats, context"
         " FROM staged_sighting ORDER BY place, file, file_offset, hash, path, encoding",
         evidence, 1, &result, error);
    step(store, "UPDATE evidence SET sightings = sightings + $2 WHERE id = $1",
         VALUES(integer(staged->evidence_id), integer(staged->sighting_rows - doubles)), &result, error);
    return result;
}

static int apply_selectors(struct store *store, const struct staged *staged, struct error *error)
{
    int result = 0;
    struct value both[] = {integer(staged->evidence_id), integer(staged->case_id)};
    /* A case that did not count yet counts from now on. The lock on the case keeps that answer true until the commit.
     */
    step(store,
         "INSERT INTO selector (hash, kind, value, cases) SELECT s.hash, s.kind, s.value, CASE WHEN s.loud > 0 AND"
         " (SELECT 1 FROM presence p WHERE p.hash = s.hash AND p.case_id = $1 AND p.loud > 0 LIMIT 1) IS NULL"
         " THEN 1 ELSE 0 END FROM staged_selector s WHERE s.sightings > 0 ORDER BY s.hash"
         " ON CONFLICT (hash) DO UPDATE SET cases = selector.cases + excluded.cases WHERE excluded.cases > 0",
         VALUES(integer(staged->case_id)), &result, error);
    step(store,
         "INSERT INTO presence (hash, case_id, evidence_id, sightings, loud) SELECT hash, $2, $1, sightings, loud"
         " FROM staged_selector WHERE sightings > 0 ORDER BY hash ON CONFLICT (hash, case_id, evidence_id) DO UPDATE"
         " SET sightings = presence.sightings + excluded.sightings, loud = presence.loud + excluded.loud",
         both, 2, &result, error);
    return result;
}

int apply_findings(struct store *store, struct error *error)
{
    struct staged *staged = store->staged;
    if (staged == NULL || (!staged->files && !staged->sightings))
        return 0;
    if (staged->held.present && let_go(store, true, error) != 0)
        return -1;
    if (lock_case(store, staged->case_id, error) != 0 || script(store, "{by index}", error) != 0)
        return -1;
    if (staged->files && apply_files(store, staged, error) != 0)
        return -1;
    if (staged->sightings && apply_sightings(store, staged, error) != 0)
        return -1;
    if (apply_selectors(store, staged, error) != 0 ||
        script(store,
               "{empty} staged_file; {empty} staged_sighting; {empty} staged_selector; {empty} staged_double;"
               " {empty} quiet",
               error) != 0)
        return -1;
    forget_findings(store);
    return 0;
}

void forget_findings(struct store *store)
{
    if (store->staged == NULL)
        return;
    struct bytes kept = store->staged->held.text;
    *store->staged = (struct staged){.held.text = kept};
}

void free_findings(struct store *store)
{
    if (store->staged != NULL)
        bytes_free(&store->staged->held.text);
    free(store->staged);
}

/* ---- gaps ---- */

static const struct bulk gap_bulk = {"gap", "evidence_id, unit, start, length, file, path, reason, was_read", 8};

int store_gap_add(struct store *store, const struct store_gap *gap, struct error *error)
{
    struct value values[] = {
        integer(gap->evidence_id), text(gap->unit), integer(gap->start), integer(gap->length),
        integer(gap->file),        text(gap->path), text(gap->reason),   integer(gap->read),
    };
    return append(store, &gap_bulk, values, error);
}

struct gap_listing {
    int (*row)(void *, const struct store_gap *);
    void *context;
};

static int gap_row(struct store *store, struct query *query, void *context)
{
    const struct gap_listing *listing = context;
    return listing->row(listing->context, &(struct store_gap){
                                              .evidence_id = row_integer(store, query, 0),
                                              .unit = row_text(store, query, 1),
                                              .start = row_integer(store, query, 2),
                                              .length = row_integer(store, query, 3),
                                              .file = row_integer(store, query, 4),
                                              .file_path = row_text(store, query, 5),
                                              .path = row_text(store, query, 6),
                                              .reason = row_text(store, query, 7),
                                              .read = row_integer(store, query, 8) != 0,
                                          });
}

int store_gap_each(struct store *store, int64_t evidence_id, int (*row)(void *, const struct store_gap *),
                   void *context, struct error *error)
{
    struct gap_listing listing = {row, context};
    return each_row(
        store,
        "SELECT g.evidence_id, g.unit, g.start, g.length, g.file, f.path, g.path, g.reason, g.was_read"
        " FROM gap g LEFT JOIN file f ON f.evidence_id = g.evidence_id AND f.number = g.file"
        " WHERE g.evidence_id = $1 ORDER BY g.start, g.length, g.unit, g.file, g.path, g.reason, g.was_read",
        VALUES(integer(evidence_id)), false, gap_row, &listing, error);
}
