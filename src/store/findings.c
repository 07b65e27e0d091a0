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

struct staged {
    int64_t case_id, evidence_id; /* of everything that is staged */
    bool files;                   /* something is staged */
    int64_t sightings;            /* how many are */
    struct store_sighting last;   /* the key of the last one; its path is that below */
    struct bytes last_path;
};

static const struct bulk staged_file_bulk = {"staged_file", "number, md5, sha1, sha256, content, value, type", 7,
                                             false};
static const struct bulk staged_sighting_bulk = {
    "staged_sighting", "hash, place, path, file, file_offset, encoding, allocation, repeats, context", 9, false};
static const struct bulk staged_value_bulk = {"staged_value", "hash, kind, value, sightings", 4, false};

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
    if ((staged->files || staged->sightings > 0) &&
        (staged->case_id != case_id || staged->evidence_id != evidence_id) && apply_findings(store, error) != 0)
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

/* As the primary key orders them, so that a unit's rows come to lie side by side. */
static int compare(const void *left, const void *right)
{
    const struct store_sighting *a = left, *b = right;
    if (a->offset != b->offset)
        return a->offset < b->offset ? -1 : 1;
    if (a->file != b->file)
        return a->file < b->file ? -1 : 1;
    if (a->file_offset != b->file_offset)
        return a->file_offset < b->file_offset ? -1 : 1;
    int order = memcmp(a->hash, b->hash, SELECTOR_HASH_SIZE);
    if (order == 0)
        order = strcmp(a->path, b->path);
    return order != 0 ? order : (a->encoding > b->encoding) - (a->encoding < b->encoding);
}

static int compare_hashes(const void *left, const void *right)
{
    const struct store_sighting *a = left, *b = right;
    return memcmp(a->hash, b->hash, SELECTOR_HASH_SIZE);
}

/* Which of two reports of one sighting stays must not depend on which came first. */
static void merge(struct store_sighting *kept, const struct store_sighting *other)
{
    int order = strcmp(other->context, kept->context);
    if (order == 0)
        order = (other->allocation > kept->allocation) - (other->allocation < kept->allocation);
    int64_t count = other->count > kept->count ? other->count : kept->count;
    if (order < 0)
        *kept = *other;
    kept->count = count;
}

/* Sorted, and each once; returns how many are left. */
static size_t put_in_order(struct store_sighting *batch, size_t count)
{
    size_t kept = 0;
    qsort(batch, count, sizeof *batch, compare);
    for (size_t i = 1; i < count; i++) {
        if (compare(&batch[kept], &batch[i]) == 0)
            merge(&batch[kept], &batch[i]);
        else
            batch[++kept] = batch[i];
    }
    return kept + 1;
}

static int stage_rows(struct store *store, const struct store_sighting *batch, size_t count, struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        const struct store_sighting *sighting = &batch[i];
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
        if (append(store, &staged_sighting_bulk, values, error) != 0)
            return -1;
    }
    return 0;
}

/* What the rows are sightings of, each value once; reorders the batch. */
static int stage_values(struct store *store, struct store_sighting *batch, size_t count, struct error *error)
{
    qsort(batch, count, sizeof *batch, compare_hashes);
    for (size_t i = 0, next; i < count; i = next) {
        for (next = i + 1; next < count && compare_hashes(&batch[i], &batch[next]) == 0;)
            next++;
        struct value values[] = {blob(batch[i].hash, SELECTOR_HASH_SIZE), text(batch[i].kind), text(batch[i].value),
                                 integer((int64_t)(next - i))};
        if (append(store, &staged_value_bulk, values, error) != 0)
            return -1;
    }
    return 0;
}

/* What is staged holds no sighting twice: a batch that does not go on behind the last one lets that be applied first.
 */
static int stage_batch(struct store *store, int64_t case_id, int64_t evidence_id, struct store_sighting *batch,
                       size_t count, struct error *error)
{
    struct staged *staged = store->staged;
    for (size_t i = 0; i < count; i++)
        if (strcmp(batch[i].kind, "file") == 0)
            return fail(error, "a sighting cannot be of kind \"file\"; give the file's digests instead");
    count = put_in_order(batch, count);
    if (staged->sightings > 0 && compare(&staged->last, &batch[0]) >= 0 &&
        (apply_findings(store, error) != 0 || stage_for(store, case_id, evidence_id, error) != 0))
        return -1;
    staged->sightings += (int64_t)count;
    staged->last = batch[count - 1];
    bytes_clear(&staged->last_path);
    bytes_append_text(&staged->last_path, staged->last.path);
    staged->last.path = bytes_text(&staged->last_path);
    if (staged->last_path.failed)
        return fail(error, "memory is short");
    if (stage_rows(store, batch, count, error) != 0)
        return -1;
    return stage_values(store, batch, count, error);
}

int store_sightings_add(struct store *store, int64_t case_id, int64_t evidence_id,
                        const struct store_sighting *sightings, size_t count, struct error *error)
{
    bool own;
    if (count == 0)
        return 0;
    struct store_sighting *batch = reallocarray(NULL, count, sizeof *batch);
    if (batch == NULL)
        return fail(error, "memory is short");
    memcpy(batch, sightings, count * sizeof *batch);
    int result = enter(store, &own, error);
    if (result == 0) {
        result = stage_for(store, case_id, evidence_id, error);
        if (result == 0)
            result = stage_batch(store, case_id, evidence_id, batch, count, error);
        result = leave(store, own, result, error);
    }
    free(batch);
    return result;
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

#define SIGHTING_KEY "evidence_id, place, file, file_offset, hash, path, encoding"
#define SIGHTINGS                                                                                                      \
    "INSERT INTO sighting (" SIGHTING_KEY ", allocation, repeats, context) SELECT $1, place, file, file_offset, hash," \
    " path, encoding, allocation, repeats, context FROM staged_sighting WHERE 1 = 1"
#define BETTER "(excluded.context, excluded.allocation) < (sighting.context, sighting.allocation)"
#define IN_GOOD_FILE(s)                                                                                                \
    s ".allocation <> 2 AND (SELECT f.known FROM file f WHERE f.evidence_id = $1 AND f.number = " s ".file) = 'good'"

/* A unit may report again what another one did; the sighting is the same, and counts once. All of this is in proportion
 * to what is staged, whatever the planner believes of the tables: a sighting is only ever looked for by its whole key.
 */
static int apply_sightings(struct store *store, const struct staged *staged, struct error *error)
{
    int result = 0;
    struct value evidence[] = {integer(staged->evidence_id)};
    step(store,
         "INSERT INTO staged_double (hash, file, allocation) SELECT s.hash, s.file, s.allocation FROM staged_sighting s"
         " {then} {sighting from s} o WHERE o.evidence_id = $1 AND o.place = s.place AND o.file = s.file"
         " AND o.file_offset = s.file_offset AND o.hash = s.hash AND o.path = s.path AND o.encoding = s.encoding",
         evidence, 1, &result, error);
    int64_t doubles =
        count_rows(store, "SELECT count(*) FROM staged_double WHERE $1 > 0", staged->evidence_id, &result, error);
    int64_t good = count_rows(
        store, "SELECT count(*) FROM (SELECT 1 FROM file WHERE evidence_id = $1 AND known = 'good' LIMIT 1) g",
        staged->evidence_id, &result, error);
    if (good > 0)
        step(store,
             "INSERT INTO staged_value (hash, kind, value, sightings, quiet)"
             " SELECT s.hash, '', '', 0, 1 FROM staged_sighting s WHERE " IN_GOOD_FILE(
                 "s") " UNION ALL SELECT d.hash, '', '', 0, -1 FROM staged_double d WHERE " IN_GOOD_FILE("d"),
             evidence, 1, &result, error);
    step(store,
         "INSERT INTO staged_selector (hash, kind, value, sightings, loud) SELECT hash, max(kind), max(value),"
         " CAST(sum(sightings) AS bigint), CAST(sum(sightings - quiet) AS bigint) FROM"
         " (SELECT hash, kind, value, sightings, quiet FROM staged_value"
         "  UNION ALL SELECT hash, '', '', -1, 0 FROM staged_double) v GROUP BY hash",
         NO_VALUES, &result, error);
    step(store,
         doubles == 0 ? SIGHTINGS
                      : SIGHTINGS " ON CONFLICT (" SIGHTING_KEY ") DO UPDATE SET"
                                  " context = CASE WHEN " BETTER " THEN excluded.context ELSE sighting.context END,"
                                  " allocation = CASE WHEN " BETTER
                                  " THEN excluded.allocation ELSE sighting.allocation END,"
                                  " repeats = CASE WHEN excluded.repeats > sighting.repeats THEN excluded.repeats"
                                  " ELSE sighting.repeats END"
                                  " WHERE " BETTER " OR excluded.repeats > sighting.repeats",
         evidence, 1, &result, error);
    step(store, "UPDATE evidence SET sightings = sightings + $2 WHERE id = $1",
         VALUES(integer(staged->evidence_id), integer(staged->sightings - doubles)), &result, error);
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
         "INSERT INTO evidence_kind (evidence_id, kind, selectors, sightings) SELECT $1, s.kind, CAST(sum(CASE WHEN"
         " p.hash IS NULL THEN 1 ELSE 0 END) AS bigint), CAST(sum(s.sightings) AS bigint) FROM staged_selector s"
         " LEFT JOIN presence p ON p.hash = s.hash AND p.case_id = $2 AND p.evidence_id = $1 WHERE s.sightings > 0"
         " GROUP BY s.kind ON CONFLICT (evidence_id, kind) DO UPDATE SET selectors = evidence_kind.selectors +"
         " excluded.selectors, sightings = evidence_kind.sightings + excluded.sightings",
         both, 2, &result, error);
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
    if (staged == NULL || (!staged->files && staged->sightings == 0))
        return 0;
    if (lock_case(store, staged->case_id, error) != 0 || script(store, "{by index}", error) != 0)
        return -1;
    if (staged->files && apply_files(store, staged, error) != 0)
        return -1;
    if (staged->sightings > 0 && apply_sightings(store, staged, error) != 0)
        return -1;
    if (apply_selectors(store, staged, error) != 0 ||
        script(store,
               "{empty} staged_file; {empty} staged_sighting; {empty} staged_value; {empty} staged_selector;"
               " {empty} staged_double; {empty} quiet",
               error) != 0)
        return -1;
    forget_findings(store);
    return 0;
}

void forget_findings(struct store *store)
{
    if (store->staged == NULL)
        return;
    struct bytes kept = store->staged->last_path;
    *store->staged = (struct staged){.last_path = kept};
}

void free_findings(struct store *store)
{
    if (store->staged != NULL)
        bytes_free(&store->staged->last_path);
    free(store->staged);
}
