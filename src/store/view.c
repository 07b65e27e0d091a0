/* A handle that reads for somebody. Queries say {reads c} where they use a row `c` of cases, {tells c} where a case of
 * others may be told of as a hit; what that means for whom stands here, once. A query that gives case data and says
 * neither is refused to such a handle: forgetting the condition shows nothing instead of everything. */
#include "store/access.h"

#include <ctype.h>
#include <string.h>

#include "store/room.h"

/* Who reads; one row. As a table, since conditions with numbers in them would be prepared anew for each viewer. */
static const char schema[] =
    "{temporary} viewer (authority bigint NOT NULL, name {text} NOT NULL, centre bigint NOT NULL)";

#define READS_OWN "(@.authority <> '' AND @.authority = (SELECT name FROM viewer))"
#define READS_FREE "(@.handling = 'free' AND (SELECT centre FROM viewer) = 1)"
#define READS_GRANTED                                                                                                  \
    "(@.handling <> 'own' AND EXISTS (SELECT 1 FROM access_grant g WHERE g.authority_id = (SELECT authority FROM "     \
    "viewer) AND g.case_id = @.id"                                                                                     \
    " AND g.ended = 0 AND g.last_day >= {today}))"
#define READS "(" READS_OWN " OR " READS_FREE " OR " READS_GRANTED ")"

static const struct {
    const char *word, *all, *viewer; /* for a handle that reads all; that reads for somebody; '@' is the row's name */
} words[] = {
    {"{reads ", "1 = 1", READS},
    {"{tells ", "1 = 0", "(@.handling <> 'own' AND NOT " READS ")"},
};

enum { WORDS = sizeof words / sizeof *words };

int store_view_as(struct store *store, const struct store_viewer *viewer, struct error *error)
{
    if (viewer == NULL) {
        store->viewed = false;
        return 0;
    }
    if (store->viewer_known && store->viewer.authority == viewer->authority && store->viewer.centre == viewer->centre) {
        store->viewed = true;
        return 0;
    }
    store->viewed = false;
    if (!store->viewer_known && script(store, schema, error) != 0)
        return -1;
    store->viewer_known = true;
    store->viewer = (struct store_viewer){.authority = -1}; /* until it stands in the table */
    /* No transaction: it would wait for who writes to the store, and between the two nobody reads anything. */
    if (run(store, "DELETE FROM viewer", NO_VALUES, error) != 0 ||
        run(store,
            "INSERT INTO viewer (authority, name, centre) SELECT $1, coalesce((SELECT name FROM authority"
            " WHERE id = $1), ''), $2",
            VALUES(integer(viewer->authority), integer(viewer->centre)), error) != 0)
        return -1;
    store->viewer = *viewer;
    store->viewed = true;
    return 0;
}

static bool in_name(char character)
{
    return isalnum((unsigned char)character) || character == '_';
}

/* Does the query take rows from a table of case data? */
static bool gives_case_data(const char *sql)
{
    static const char *const tables[] = {"cases",    "evidence", "volume",   "file", "run",    "segment",      "unit",
                                         "selector", "presence", "sighting", "gap",  "search", "evidence_kind"};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        size_t length = strlen(tables[i]);
        for (const char *at = strstr(sql, tables[i]); at != NULL; at = strstr(at + 1, tables[i]))
            if (at != sql && at[-1] == ' ' && !in_name(at[length]) &&
                (at - sql >= 6 && (memcmp(at - 6, " FROM ", 6) == 0 || memcmp(at - 6, " JOIN ", 6) == 0)))
                return true;
    }
    return false;
}

static void append_condition(struct bytes *out, const char *condition, const char *row, size_t length)
{
    for (; *condition != '\0'; condition++)
        if (*condition == '@')
            bytes_append(out, row, length);
        else
            bytes_append_char(out, *condition);
}

const char *for_viewer(struct store *store, const char *sql, struct bytes *room, struct error *error)
{
    bool said = false;
    const char *from = sql, *at;
    while ((at = strchr(from, '{')) != NULL) {
        int word = 0;
        while (word < WORDS && strncmp(at, words[word].word, strlen(words[word].word)) != 0)
            word++;
        const char *name = word < WORDS ? at + strlen(words[word].word) : NULL;
        const char *end = name != NULL ? strchr(name, '}') : NULL;
        if (end == NULL) {
            bytes_append(room, from, (size_t)(at + 1 - from));
            from = at + 1;
            continue;
        }
        said = true;
        bytes_append(room, from, (size_t)(at - from));
        append_condition(room, store->viewed ? words[word].viewer : words[word].all, name, (size_t)(end - name));
        from = end + 1;
    }
    if (store->viewed && !said && gives_case_data(sql)) {
        (void)fail(error, "this query forgets for whom it reads: %.60s…", sql);
        return NULL;
    }
    if (!said)
        return sql;
    bytes_append_text(room, from);
    if (room->failed) {
        (void)fail(error, "memory is short");
        return NULL;
    }
    return bytes_text(room);
}

int store_case_readable(struct store *store, const char *reference, bool *reads, struct error *error)
{
    int64_t found = 0;
    if (ask(store, "SELECT 1 FROM cases c WHERE c.reference = $1 AND {reads c}", VALUES(text(reference)), &found,
            error) != 0)
        return -1;
    *reads = found != 0;
    return 0;
}

/* ---- hits ---- */

struct hit_listing {
    int (*row)(void *, const struct store_hit *);
    void *context;
};

static int hit_row(struct store *store, struct query *query, void *context)
{
    const struct hit_listing *listing = context;
    return listing->row(listing->context, &(struct store_hit){.authority = row_integer(store, query, 0),
                                                              .name = row_text(store, query, 1),
                                                              .country = row_text(store, query, 2),
                                                              .contact = row_text(store, query, 3)});
}

int store_hit_each(struct store *store, const uint8_t hash[SELECTOR_HASH_SIZE],
                   int (*row)(void *, const struct store_hit *), void *context, struct error *error)
{
    struct hit_listing listing = {row, context};
    return each_row(
        store,
        "SELECT DISTINCT a.id, a.name, a.country, a.contact FROM presence p JOIN cases c ON c.id = p.case_id"
        " JOIN authority a ON a.name = c.authority WHERE p.hash = $1 AND {tells c} ORDER BY a.name",
        VALUES(blob(hash, SELECTOR_HASH_SIZE)), false, hit_row, &listing, error);
}

struct shared_listing {
    int (*row)(void *, const struct store_selector *, const struct store_hit *);
    void *context;
};

static int shared_row(struct store *store, struct query *query, void *context)
{
    const struct shared_listing *listing = context;
    struct store_selector selector = {.kind = row_text(store, query, 1), .value = row_text(store, query, 2)};
    struct store_hit hit = {.authority = row_integer(store, query, 3),
                            .name = row_text(store, query, 4),
                            .country = row_text(store, query, 5),
                            .contact = row_text(store, query, 6)};
    const uint8_t *hash = row_blob(store, query, 0, SELECTOR_HASH_SIZE);
    if (hash == NULL)
        return 0;
    memcpy(selector.hash, hash, SELECTOR_HASH_SIZE);
    return listing->row(listing->context, &selector, &hit);
}

/* From the selectors that are loud in two cases at all, those of one readable case and one that may be told. */
#define SHARED_HITS                                                                                                    \
    "SELECT DISTINCT s.hash, s.kind, s.value, a.id, a.name, a.country, a.contact FROM selector s {then} presence p"    \
    " {then} cases c {then} authority a WHERE s.cases >= 2 AND p.hash = s.hash AND p.loud > 0 AND c.id = p.case_id"    \
    " AND {tells c} AND a.name = c.authority AND NOT EXISTS (SELECT 1 FROM stop t WHERE t.hash = s.hash)"              \
    " AND EXISTS (SELECT 1 FROM presence q JOIN cases d ON d.id = q.case_id WHERE q.hash = s.hash AND q.loud > 0"      \
    " AND {reads d}"

int store_shared_hit_each(struct store *store, const char *case_reference,
                          int (*row)(void *, const struct store_selector *, const struct store_hit *), void *context,
                          struct error *error)
{
    struct shared_listing listing = {row, context};
    if (case_reference == NULL)
        return each_row(store, SHARED_HITS ") ORDER BY s.kind, s.value, a.name", NO_VALUES, true, shared_row, &listing,
                        error);
    return each_row(store, SHARED_HITS " AND d.reference = $1) ORDER BY s.kind, s.value, a.name",
                    VALUES(text(case_reference)), true, shared_row, &listing, error);
}

struct country_listing {
    int (*row)(void *, const char *, const char *, const char *);
    void *context;
};

static int country_row(struct store *store, struct query *query, void *context)
{
    const struct country_listing *listing = context;
    return listing->row(listing->context, row_text(store, query, 1), row_text(store, query, 2),
                        row_text(store, query, 3));
}

int store_shared_hit_countries(struct store *store, int (*row)(void *, const char *, const char *, const char *),
                               void *context, struct error *error)
{
    struct country_listing listing = {row, context};
    return each_row(
        store,
        "SELECT DISTINCT s.hash, s.kind, d.country, a.country FROM selector s {then} presence p {then} cases c"
        " {then} authority a {then} presence q {then} cases d WHERE s.cases >= 2 AND p.hash = s.hash"
        " AND p.loud > 0 AND c.id = p.case_id AND {tells c} AND a.name = c.authority AND NOT EXISTS"
        " (SELECT 1 FROM stop t WHERE t.hash = s.hash) AND q.hash = s.hash AND q.loud > 0"
        " AND d.id = q.case_id AND {reads d} AND NOT EXISTS (SELECT 1 FROM presence r {then} cases e"
        " WHERE r.hash = s.hash AND r.loud > 0 AND e.id = r.case_id AND e.country = a.country"
        " AND {reads e}) ORDER BY s.hash, d.country, a.country",
        NO_VALUES, true, country_row, &listing, error);
}
