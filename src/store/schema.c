/* The schema, as numbered migrations: a store remembers which were done, and a newer program does the rest. One text
 * serves both drivers. Times, flags and sizes are 64-bit integers; hashes and files' digests are bytes; text compares
 * by its bytes, so that every listing has the same order everywhere. Identifiers come from counting, never from the
 * order in which units happen to commit. */
#include "store/room.h"

#include <string.h>

static const char *const migrations[] = {
    /* 1 */
    "CREATE TABLE cases (id bigint PRIMARY KEY, reference {text} NOT NULL UNIQUE, country {text} NOT NULL,"
    " authority {text} NOT NULL, title {text} NOT NULL, handling {text} NOT NULL, retention {text} NOT NULL);"

    "CREATE TABLE evidence (id bigint PRIMARY KEY, case_id bigint NOT NULL REFERENCES cases (id),"
    " number bigint NOT NULL, name {text} NOT NULL, paths {text} NOT NULL, digests bigint NOT NULL,"
    " format {text} NOT NULL DEFAULT '', size bigint NOT NULL DEFAULT 0, sector_size bigint NOT NULL DEFAULT 0,"
    " recorded_md5 {text} NOT NULL DEFAULT '', recorded_sha1 {text} NOT NULL DEFAULT '',"
    " md5 {text} NOT NULL DEFAULT '', sha1 {text} NOT NULL DEFAULT '', sha256 {text} NOT NULL DEFAULT '',"
    " state {text} NOT NULL DEFAULT 'new', problem {text} NOT NULL DEFAULT '',"
    " sightings bigint NOT NULL DEFAULT 0, UNIQUE (case_id, number));"
    "CREATE INDEX evidence_paths ON evidence (case_id, paths);"

    "CREATE TABLE volume (evidence_id bigint NOT NULL REFERENCES evidence (id), number bigint NOT NULL,"
    " start bigint NOT NULL, length bigint NOT NULL, description {text} NOT NULL, file_system {text} NOT NULL,"
    " encryption {text} NOT NULL, allocated bigint NOT NULL, PRIMARY KEY (evidence_id, number)) {clustered};"

    /* content: hash of the "file" selector, once the digests are known */
    "CREATE TABLE file (evidence_id bigint NOT NULL, number bigint NOT NULL, volume bigint NOT NULL,"
    " volume_start bigint NOT NULL, inode bigint NOT NULL, attribute_type bigint NOT NULL,"
    " attribute_id bigint NOT NULL, path {text} NOT NULL, size bigint NOT NULL, allocated bigint NOT NULL,"
    " regular bigint NOT NULL, metadata bigint NOT NULL, apart bigint NOT NULL, same_as bigint NOT NULL,"
    " modified bigint NOT NULL, accessed bigint NOT NULL, changed bigint NOT NULL, created bigint NOT NULL,"
    " md5 {blob}, sha1 {blob}, sha256 {blob}, content {blob}, type {text} NOT NULL DEFAULT '',"
    " known {text} NOT NULL DEFAULT '', PRIMARY KEY (evidence_id, number)) {clustered};"
    "CREATE INDEX file_good ON file (evidence_id) WHERE known = 'good';"

    "CREATE TABLE run (evidence_id bigint NOT NULL, start bigint NOT NULL, length bigint NOT NULL,"
    " file bigint NOT NULL, file_offset bigint NOT NULL, file_size bigint NOT NULL, priority bigint NOT NULL,"
    " allocated bigint NOT NULL, apart bigint NOT NULL, whole bigint NOT NULL);"
    "CREATE INDEX run_start ON run (evidence_id, start);"

    "CREATE TABLE segment (evidence_id bigint NOT NULL, start bigint NOT NULL, length bigint NOT NULL,"
    " file bigint NOT NULL, file_offset bigint NOT NULL, file_size bigint NOT NULL, allocated bigint NOT NULL,"
    " apart bigint NOT NULL, whole bigint NOT NULL, PRIMARY KEY (evidence_id, start)) {clustered};"
    "CREATE INDEX segment_file ON segment (evidence_id, file, file_offset);"

    /* turn: in which order kinds of units are claimed */
    "CREATE TABLE unit (evidence_id bigint NOT NULL REFERENCES evidence (id), turn bigint NOT NULL,"
    " kind {text} NOT NULL, start bigint NOT NULL, length bigint NOT NULL, bytes bigint NOT NULL,"
    " state {text} NOT NULL DEFAULT 'open', worker {text} NOT NULL DEFAULT '', lease_until bigint NOT NULL DEFAULT 0,"
    " attempts bigint NOT NULL DEFAULT 0, PRIMARY KEY (evidence_id, turn, start, length));"
    "CREATE INDEX unit_waiting ON unit (evidence_id, turn, start, length) WHERE state IN ('open', 'claimed');"

    /* cases: in how many cases it is loud, kept by every commit, so that links cost what is shared. Not clustered:
     * hashes fall anywhere, and a commit should have to touch the narrow index there, not the rows. */
    "CREATE TABLE selector (hash {blob} PRIMARY KEY, kind {text} NOT NULL, value {text} NOT NULL,"
    " cases bigint NOT NULL);"
    "CREATE INDEX selector_shared ON selector (kind, value) WHERE cases >= 2;"

    /* sightings of a selector in an evidence item; loud: how many of them are outside known-good files */
    "CREATE TABLE presence (hash {blob} NOT NULL, case_id bigint NOT NULL, evidence_id bigint NOT NULL,"
    " sightings bigint NOT NULL, loud bigint NOT NULL, PRIMARY KEY (hash, case_id, evidence_id)) {clustered};"

    /* Kept in the order of the disk, as units bring them: a unit writes few pages, however large the store. Who looks
     * for a selector finds its evidence items in presence first, and its sightings there through the index. */
    "CREATE TABLE sighting (evidence_id bigint NOT NULL, place bigint NOT NULL, file bigint NOT NULL,"
    " file_offset bigint NOT NULL, hash {blob} NOT NULL, path {text} NOT NULL, encoding bigint NOT NULL,"
    " allocation bigint NOT NULL, repeats bigint NOT NULL, context {text} NOT NULL,"
    " PRIMARY KEY (evidence_id, place, file, file_offset, hash, path, encoding)) {clustered};"
    "CREATE INDEX sighting_hash ON sighting (evidence_id, hash);"

    "CREATE TABLE gap (evidence_id bigint NOT NULL, unit {text} NOT NULL, start bigint NOT NULL,"
    " length bigint NOT NULL, file bigint NOT NULL, path {text} NOT NULL, reason {text} NOT NULL,"
    " was_read bigint NOT NULL);"
    "CREATE INDEX gap_evidence ON gap (evidence_id);"

    "CREATE TABLE known_set (id bigint PRIMARY KEY, name {text} NOT NULL UNIQUE, kind {text} NOT NULL);"
    "CREATE TABLE known (digest {blob} NOT NULL, set_id bigint NOT NULL, PRIMARY KEY (digest, set_id)) {clustered};"
    "CREATE TABLE stop (hash {blob} PRIMARY KEY, kind {text} NOT NULL, value {text} NOT NULL,"
    " reason {text} NOT NULL) {clustered}",

    /* 2; stamp: what tells that the files of an evidence item are still those that were analysed */
    "ALTER TABLE evidence ADD COLUMN stamp {text} NOT NULL DEFAULT ''",
    /* 3: sets of search terms, one term a line, sorted; and in which evidence they are looked for. swept: by the units
     * that look for everything else too; else by units of their own */
    "CREATE TABLE term_set (id bigint PRIMARY KEY, digest {blob} NOT NULL UNIQUE, terms {text} NOT NULL);"
    "CREATE TABLE search (evidence_id bigint NOT NULL, set_id bigint NOT NULL, swept bigint NOT NULL,"
    " PRIMARY KEY (evidence_id, set_id)) {clustered}",
    /* 4: the centre: who reads, who asks whom, and what was done */
    "CREATE TABLE authority (id bigint PRIMARY KEY, name {text} NOT NULL UNIQUE, country {text} NOT NULL,"
    " contact {text} NOT NULL, centre bigint NOT NULL);"
    "INSERT INTO authority (id, name, country, contact, centre) SELECT row_number() OVER (ORDER BY min(id)), authority,"
    " min(country), '', 0 FROM cases WHERE authority <> '' GROUP BY authority;"
    "CREATE TABLE person (id bigint PRIMARY KEY, name {text} NOT NULL UNIQUE, full_name {text} NOT NULL,"
    " role {text} NOT NULL, authority_id bigint NOT NULL REFERENCES authority (id), password {text} NOT NULL,"
    " totp {text} NOT NULL, totp_step bigint NOT NULL, certificate {text} NOT NULL, language {text} NOT NULL,"
    " blocked bigint NOT NULL, seen bigint NOT NULL);"
    "CREATE UNIQUE INDEX person_certificate ON person (certificate) WHERE certificate <> '';"
    "CREATE TABLE session (hash {blob} PRIMARY KEY, person_id bigint NOT NULL REFERENCES person (id),"
    " opened bigint NOT NULL, used bigint NOT NULL, csrf {text} NOT NULL) {clustered};"
    "CREATE TABLE one_time_link (hash {blob} PRIMARY KEY, person_id bigint NOT NULL, valid_until bigint NOT NULL)"
    " {clustered};"
    "CREATE TABLE failed_try (name {text} PRIMARY KEY, tries bigint NOT NULL, last bigint NOT NULL) {clustered};"
    "CREATE TABLE access_request (id bigint PRIMARY KEY, hash {blob} NOT NULL, kind {text} NOT NULL,"
    " value {text} NOT NULL, asking bigint NOT NULL REFERENCES authority (id),"
    " owning bigint NOT NULL REFERENCES authority (id), asked_by {text} NOT NULL, asked_at bigint NOT NULL,"
    " reason {text} NOT NULL, state {text} NOT NULL, answered_by {text} NOT NULL DEFAULT '',"
    " answered_at bigint NOT NULL DEFAULT 0, answer {text} NOT NULL DEFAULT '');"
    /* last_day: YYYY-MM-DD */
    "CREATE TABLE access_grant (request_id bigint NOT NULL REFERENCES access_request (id),"
    " case_id bigint NOT NULL REFERENCES cases (id), authority_id bigint NOT NULL REFERENCES authority (id),"
    " last_day {text} NOT NULL, PRIMARY KEY (authority_id, case_id, request_id)) {clustered};"
    "CREATE TABLE audit (id bigint PRIMARY KEY, time bigint NOT NULL, person {text} NOT NULL, authority {text} NOT "
    "NULL,"
    " action {text} NOT NULL, object {text} NOT NULL, reason {text} NOT NULL, outcome {text} NOT NULL,"
    " address {text} NOT NULL, hash {blob} NOT NULL);"
    "CREATE TABLE audit_head (id bigint NOT NULL, time bigint NOT NULL, hash {blob} NOT NULL, key {blob} NOT NULL,"
    " signature {blob} NOT NULL, PRIMARY KEY (id, time)) {clustered}",
    /* 5: evidence inside evidence: in which file of which other item it lies; 0: it is a seized item itself */
    "ALTER TABLE evidence ADD COLUMN parent bigint NOT NULL DEFAULT 0;"
    "ALTER TABLE evidence ADD COLUMN parent_file bigint NOT NULL DEFAULT 0;"
    "CREATE INDEX evidence_parent ON evidence (parent) WHERE parent <> 0",
    /* 6: pages of large listings; how much of each kind an item holds; when evidence came and was done */
    "CREATE INDEX selector_value ON selector (kind, value);"
    "CREATE INDEX presence_case ON presence (case_id, evidence_id, hash);"
    "CREATE TABLE evidence_kind (evidence_id bigint NOT NULL, kind {text} NOT NULL, selectors bigint NOT NULL,"
    " sightings bigint NOT NULL, PRIMARY KEY (evidence_id, kind)) {clustered};"
    "INSERT INTO evidence_kind SELECT p.evidence_id, s.kind, count(*), CAST(sum(p.sightings) AS bigint)"
    " FROM presence p JOIN selector s ON s.hash = p.hash GROUP BY p.evidence_id, s.kind;"
    "ALTER TABLE evidence ADD COLUMN added bigint NOT NULL DEFAULT 0;"
    "ALTER TABLE evidence ADD COLUMN ended bigint NOT NULL DEFAULT 0",
    /* 7: when somebody came the time before; how many look-ups a day (0: as the role has it); grants that end before
     * their day; which files a content is that of */
    "CREATE INDEX file_content ON file (content);"
    "ALTER TABLE person ADD COLUMN seen_before bigint NOT NULL DEFAULT 0;"
    "ALTER TABLE person ADD COLUMN quota bigint NOT NULL DEFAULT 0;"
    "ALTER TABLE access_grant ADD COLUMN ended bigint NOT NULL DEFAULT 0;"
    "ALTER TABLE access_request ADD COLUMN ended_by {text} NOT NULL DEFAULT '';"
    "ALTER TABLE access_request ADD COLUMN ending {text} NOT NULL DEFAULT ''",
};

enum { VERSION = sizeof migrations / sizeof *migrations };

/* Where one transaction's findings wait until its commit, and scratch space. They live as long as the connection. */
const char temporary_schema[] =
    "{temporary} staged_file (number bigint NOT NULL, md5 {blob}, sha1 {blob}, sha256 {blob}, content {blob},"
    " value {text}, type {text} NOT NULL);"
    "{temporary} staged_sighting (hash {blob} NOT NULL, place bigint NOT NULL, path {text} NOT NULL,"
    " file bigint NOT NULL, file_offset bigint NOT NULL, encoding bigint NOT NULL, allocation bigint NOT NULL,"
    " repeats bigint NOT NULL, context {text} NOT NULL);"
    "{temporary} staged_value (hash {blob} NOT NULL, kind {text} NOT NULL, value {text} NOT NULL,"
    " sightings bigint NOT NULL, quiet bigint NOT NULL DEFAULT 0);"
    "{temporary} staged_selector (hash {blob} PRIMARY KEY, kind {text} NOT NULL, value {text} NOT NULL,"
    " sightings bigint NOT NULL, loud bigint NOT NULL) {clustered};"
    "{temporary} staged_double (hash {blob} NOT NULL, file bigint NOT NULL, allocation bigint NOT NULL);"
    "{temporary} staged_known (digest {blob} NOT NULL, set_id bigint NOT NULL);"
    "{temporary} quiet (hash {blob} NOT NULL, case_id bigint NOT NULL, evidence_id bigint NOT NULL,"
    " sightings bigint NOT NULL)";

static int migrate_from(struct store *store, int64_t version, struct error *error)
{
    for (int64_t next = version; next < VERSION; next++)
        if (script(store, migrations[next], error) != 0)
            return -1;
    return run(store, "UPDATE samband_schema SET version = $1", VALUES(integer(VERSION)), error);
}

int migrate(struct store *store, bool create, struct error *error)
{
    const struct driver *driver = store->database->driver;
    int64_t version = -1;
    if (ask(store, "SELECT version FROM samband_schema", NO_VALUES, &version, NULL) != 0) {
        int64_t tables = 0;
        if (ask(store, "{count tables}", NO_VALUES, &tables, error) != 0)
            return -1;
        if (tables > 0)
            return fail(error, "%s holds something else than a Samband store; name another with --store",
                        store->database->name);
        if (!create)
            return fail(error, "%s holds no store yet; begin one with \"samband case add REFERENCE\"",
                        store->database->name);
    }
    if (version > VERSION)
        return fail(error, "%s was made by a newer Samband (schema %lld, this program knows %d); update this program",
                    store->database->name, (long long)version, (int)VERSION);
    if (version == VERSION)
        return 0;
    /* Asked again inside the transaction: another process may be creating the same store. */
    if (driver->begin(store->database, error) != 0)
        return -1;
    version = 0;
    if (lock_numbers(store, error) == 0 &&
        script(store, "CREATE TABLE IF NOT EXISTS samband_schema (version bigint NOT NULL)", error) == 0 &&
        run(store, "INSERT INTO samband_schema SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM samband_schema)", NO_VALUES,
            error) == 0 &&
        ask(store, "SELECT version FROM samband_schema", NO_VALUES, &version, error) == 0 &&
        migrate_from(store, version, error) == 0 && driver->commit(store->database, error) == 0)
        return 0;
    driver->rollback(store->database);
    return -1;
}

/* ---- locks ---- */

enum { LOCK_NUMBERS = 0x53616d62, LOCK_CASE, LOCK_SELECTORS, LOCK_AUDIT }; /* classes of PostgreSQL's advisory locks */

int lock_numbers(struct store *store, struct error *error)
{
    int64_t ignored = 0;
    return ask(store, "SELECT {lock}(CAST($1 AS integer), 0)", VALUES(integer(LOCK_NUMBERS)), &ignored, error);
}

int lock_case(struct store *store, int64_t case_id, struct error *error)
{
    int64_t ignored = 0;
    if (ask(store, "SELECT {share}(CAST($1 AS integer), 0)", VALUES(integer(LOCK_SELECTORS)), &ignored, error) != 0)
        return -1;
    return ask(store, "SELECT {lock}(CAST($1 AS integer), CAST($2 AS integer))",
               VALUES(integer(LOCK_CASE), integer(case_id)), &ignored, error);
}

int lock_selectors(struct store *store, struct error *error)
{
    int64_t ignored = 0;
    return ask(store, "SELECT {lock}(CAST($1 AS integer), 0)", VALUES(integer(LOCK_SELECTORS)), &ignored, error);
}

int lock_audit(struct store *store, struct error *error)
{
    int64_t ignored = 0;
    return ask(store, "SELECT {lock}(CAST($1 AS integer), 0)", VALUES(integer(LOCK_AUDIT)), &ignored, error);
}
