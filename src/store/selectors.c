/* Selectors with their cases and countries: all by kind and value, one by its hash, and candidates for links. Rows
 * stream: memory holds one selector with its cases, never a whole answer. */
#include "store/conditions.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

/* ---- rows of (selector, case) gathered to one selector with its cases ---- */

struct gathering {
    int (*row)(void *, const struct store_selector *);
    void *context;
    struct arena arena; /* texts of the selector at hand */
    struct store_selector selector;
    bool present;
    const char **cases, **countries;
    size_t cases_room, countries_room;
    size_t least; /* cases that a selector must have to be handed over */
    bool failed;  /* memory */
};

static void add_once(struct gathering *gathering, const char ***list, size_t *count, size_t *room, const char *name)
{
    size_t at = 0;
    while (at < *count && strcmp((*list)[at], name) < 0)
        at++;
    if (at < *count && strcmp((*list)[at], name) == 0)
        return;
    if (*count == *room) {
        size_t more = *room == 0 ? 16 : 2 * *room;
        const char **grown = reallocarray(*list, more, sizeof *grown);
        if (grown == NULL) {
            gathering->failed = true;
            return;
        }
        *list = grown;
        *room = more;
    }
    memmove(*list + at + 1, *list + at, (*count - at) * sizeof **list);
    (*list)[at] = arena_text(&gathering->arena, name, strlen(name));
    if ((*list)[at] == NULL)
        (*list)[at] = "", gathering->failed = true;
    ++*count;
}

static int hand_over(struct gathering *gathering)
{
    if (!gathering->present)
        return 0;
    struct store_selector *selector = &gathering->selector;
    selector->cases = gathering->cases;
    selector->countries = gathering->countries;
    int result = selector->case_count < gathering->least ? 0 : gathering->row(gathering->context, selector);
    arena_free(&gathering->arena);
    *selector = (struct store_selector){0};
    gathering->present = false;
    return result;
}

#define SELECTOR_COLUMNS                                                                                               \
    "s.hash, s.kind, s.value, CASE WHEN t.hash IS NULL THEN 0 ELSE 1 END, c.reference, c.country, p.sightings, "       \
    "s.cases"

static int gather(struct store *store, struct query *query, void *context)
{
    struct gathering *gathering = context;
    struct store_selector *selector = &gathering->selector;
    const uint8_t *hash = row_blob(store, query, 0, SELECTOR_HASH_SIZE);
    if (hash == NULL)
        return 0;
    if (gathering->present && memcmp(hash, selector->hash, SELECTOR_HASH_SIZE) != 0) {
        int result = hand_over(gathering);
        if (result != 0)
            return result;
    }
    if (!gathering->present) {
        const char *kind = row_text(store, query, 1), *value = row_text(store, query, 2);
        memcpy(selector->hash, hash, SELECTOR_HASH_SIZE);
        selector->kind = arena_text(&gathering->arena, kind, strlen(kind));
        selector->value = arena_text(&gathering->arena, value, strlen(value));
        selector->stopped = row_integer(store, query, 3) != 0;
        selector->loud_cases = store->viewed ? 0 : row_integer(store, query, 7);
        gathering->present = true;
    }
    add_once(gathering, &gathering->cases, &selector->case_count, &gathering->cases_room, row_text(store, query, 4));
    add_once(gathering, &gathering->countries, &selector->country_count, &gathering->countries_room,
             row_text(store, query, 5));
    selector->sightings += row_integer(store, query, 6);
    return gathering->failed || selector->kind == NULL || selector->value == NULL ? -1 : 0;
}

/* least: cases that a selector must have to be handed over. */
static int gather_rows(struct store *store, const char *sql, const struct value *values, size_t count, bool large,
                       size_t least, bool *found, int (*row)(void *, const struct store_selector *), void *context,
                       struct error *error)
{
    struct gathering gathering = {.row = row, .context = context, .least = least};
    int result = each_row(store, sql, values, count, large, gather, &gathering, error);
    if (gathering.failed)
        result = fail(error, "memory is short");
    if (found != NULL)
        *found = gathering.present;
    if (result == 0)
        result = hand_over(&gathering);
    arena_free(&gathering.arena);
    free(gathering.cases);
    free(gathering.countries);
    return result;
}

/* Of the case and evidence item that the filter names: rows of cases and of presence. */
static void add_part(struct conditions *conditions, const char *cases, const char *presence,
                     const struct store_filter *filter)
{
    if (filter->case_reference == NULL)
        return;
    bytes_format(&conditions->sql, " AND %s.reference = ", cases);
    add_condition(conditions, "@", text(filter->case_reference));
    if (filter->evidence_number == 0)
        return;
    bytes_format(&conditions->sql,
                 " AND %s.evidence_id IN (SELECT e.id FROM evidence e WHERE e.case_id = %s.id"
                 " AND e.number = ",
                 presence, cases);
    add_condition(conditions, "@)", integer(filter->evidence_number));
}

/* The hashes of what these cases hold. */
static void add_hashes(struct conditions *conditions, const struct store_filter *filter)
{
    bytes_append_text(&conditions->sql, "(SELECT DISTINCT q.hash FROM cases d {then} presence q WHERE q.case_id = d.id"
                                        " AND {reads d}");
    add_part(conditions, "d", "q", filter);
    bytes_append_char(&conditions->sql, ')');
}

/* Two ways to a page. Along the index of all selectors, in order, passing over those of other cases: good where there
 * are few others. Or all selectors of these cases, to be sorted: good where these are few. */
static int choose_way(struct store *store, const struct store_filter *filter, bool *along, struct error *error)
{
    enum { OTHERS_FOR_EACH = 20 };
    const char *reference = filter->case_reference == NULL ? "" : filter->case_reference;
    *along = true;
    if (filter->case_reference == NULL && !store->viewed)
        return 0;
    int64_t part = 0;
    if (ask(store,
            "SELECT CASE WHEN coalesce(sum(CASE WHEN {reads c} AND ($1 = '' OR c.reference = $1) THEN e.sightings"
            " ELSE 0 END), 0) * $2 >= coalesce(sum(e.sightings), 0) THEN 1 ELSE 0 END FROM evidence e"
            " JOIN cases c ON c.id = e.case_id",
            VALUES(text(reference), integer(OTHERS_FOR_EACH)), &part, error) != 0)
        return -1;
    *along = part != 0;
    return 0;
}

static int list_selectors(struct store *store, const struct store_filter *filter, bool *found,
                          int (*row)(void *, const struct store_selector *), void *context, struct error *error)
{
    struct conditions conditions = {0};
    bool along = false;
    if (filter->limit > 0 && filter->value == NULL && choose_way(store, filter, &along, error) != 0)
        return -1;
    bool few = !along && filter->value == NULL && (filter->case_reference != NULL || store->viewed);
    bytes_append_text(&conditions.sql, "SELECT " SELECTOR_COLUMNS " FROM (SELECT s.* FROM ");
    if (few)
        add_hashes(&conditions, filter);
    bytes_append_text(&conditions.sql, few ? " x {then} selector s WHERE s.hash = x.hash" : "selector s WHERE 1 = 1");
    add_value(&conditions, "s.hash", filter);
    if (filter->kind != NULL)
        add_condition(&conditions, " AND s.kind = @", text(filter->kind));
    else
        bytes_append_text(&conditions.sql, " AND s.kind <> 'file'");
    if (filter->after.kind != NULL && filter->kind != NULL)
        add_condition(&conditions, " AND s.value > @", text(filter->after.value));
    else if (filter->after.kind != NULL)
        add_conditions(&conditions, " AND (s.kind, s.value) > (@, @)",
                       VALUES(text(filter->after.kind), text(filter->after.value)));
    if (!few && (filter->case_reference != NULL || store->viewed)) {
        bytes_append_text(&conditions.sql, " AND EXISTS (SELECT 1 FROM presence r {then} cases b WHERE r.hash = s.hash"
                                           " AND b.id = r.case_id AND {reads b}");
        add_part(&conditions, "b", "r", filter);
        bytes_append_char(&conditions.sql, ')');
    }
    if (filter->limit > 0)
        add_condition(&conditions, " ORDER BY s.kind, s.value LIMIT @", integer(filter->limit));
    bytes_append_text(&conditions.sql, ") s {then} presence p {then} cases c LEFT JOIN stop t ON t.hash = s.hash"
                                       " WHERE p.hash = s.hash AND c.id = p.case_id AND {reads c}"
                                       " ORDER BY s.kind, s.value, s.hash");
    int result = conditions.sql.failed
                     ? fail(error, "memory is short")
                     : gather_rows(store, bytes_text(&conditions.sql), conditions.values, conditions.count,
                                   filter->value == NULL, 0, found, row, context, error);
    bytes_free(&conditions.sql);
    return result;
}

int store_selector_each(struct store *store, const struct store_filter *filter,
                        int (*row)(void *, const struct store_selector *), void *context, struct error *error)
{
    return list_selectors(store, filter, NULL, row, context, error);
}

struct told {
    int (*row)(void *, const struct store_selector *);
    void *context;
    bool found;
};

/* A selector that others have: what it is, and nothing of where. */
static int told_row(struct store *store, struct query *query, void *context)
{
    struct told *told = context;
    struct store_selector selector = {.kind = row_text(store, query, 1), .value = row_text(store, query, 2)};
    const uint8_t *hash = row_blob(store, query, 0, SELECTOR_HASH_SIZE);
    if (hash == NULL)
        return 0;
    memcpy(selector.hash, hash, SELECTOR_HASH_SIZE);
    told->found = true;
    return told->row(told->context, &selector);
}

int store_selector_by_hash(struct store *store, const uint8_t hash[SELECTOR_HASH_SIZE], bool *found,
                           int (*row)(void *, const struct store_selector *), void *context, struct error *error)
{
    struct told told = {row, context, false};
    *found = false;
    int result = gather_rows(store,
                             "SELECT " SELECTOR_COLUMNS " FROM selector s {then} presence p {then} cases c"
                             " LEFT JOIN stop t ON t.hash = s.hash WHERE s.hash = $1 AND p.hash = s.hash"
                             " AND c.id = p.case_id AND {reads c}",
                             VALUES(blob(hash, SELECTOR_HASH_SIZE)), false, 0, found, row, context, error);
    if (result != 0 || *found)
        return result;
    result = each_row(store,
                      "SELECT s.hash, s.kind, s.value FROM selector s WHERE s.hash = $1 AND EXISTS (SELECT 1"
                      " FROM presence p JOIN cases c ON c.id = p.case_id WHERE p.hash = s.hash AND {tells c})",
                      VALUES(blob(hash, SELECTOR_HASH_SIZE)), false, told_row, &told, error);
    *found = told.found;
    return result;
}

struct known_hashes {
    const uint8_t (*hashes)[SELECTOR_HASH_SIZE];
    size_t count;
    bool *known;
};

static int known_row(struct store *store, struct query *query, void *context)
{
    const struct known_hashes *wanted = context;
    const uint8_t *hash = row_blob(store, query, 0, SELECTOR_HASH_SIZE);
    for (size_t i = 0; hash != NULL && i < wanted->count; i++)
        if (memcmp(hash, wanted->hashes[i], SELECTOR_HASH_SIZE) == 0)
            wanted->known[i] = true;
    return 0;
}

int store_selectors_known(struct store *store, const uint8_t hashes[][SELECTOR_HASH_SIZE], size_t count, bool known[],
                          struct error *error)
{
    struct conditions conditions = {0};
    struct known_hashes wanted = {hashes, count, known};
    for (size_t i = 0; i < count; i++)
        known[i] = false;
    if (count == 0 || count > STORE_HASHES_MOST)
        return count == 0 ? 0 : fail(error, "at most %d selectors are looked up at once", STORE_HASHES_MOST);
    bytes_append_text(&conditions.sql, "SELECT s.hash FROM selector s WHERE s.hash IN (");
    for (size_t i = 0; i < count; i++)
        add_condition(&conditions, i == 0 ? "@" : ", @", blob(hashes[i], SELECTOR_HASH_SIZE));
    bytes_append_text(&conditions.sql, ") AND EXISTS (SELECT 1 FROM presence p {then} cases c WHERE p.hash = s.hash"
                                       " AND c.id = p.case_id AND ({reads c} OR {tells c}))");
    int result = conditions.sql.failed ? fail(error, "memory is short")
                                       : each_row(store, bytes_text(&conditions.sql), conditions.values,
                                                  conditions.count, false, known_row, &wanted, error);
    bytes_free(&conditions.sql);
    return result;
}

int store_shared_each(struct store *store, int (*row)(void *, const struct store_selector *), void *context,
                      struct error *error)
{
    return gather_rows(store,
                       "SELECT " SELECTOR_COLUMNS " FROM selector s {then} presence p {then} cases c"
                       " LEFT JOIN stop t ON t.hash = s.hash WHERE p.hash = s.hash AND c.id = p.case_id AND {reads c}"
                       " AND s.cases >= 2 AND p.loud > 0 AND t.hash IS NULL ORDER BY s.kind, s.value, s.hash",
                       NO_VALUES, true, 2, NULL, row, context, error);
}

int store_selector_find(struct store *store, const char *kind, const char *value, bool *found,
                        int (*row)(void *, const struct store_selector *), void *context, struct error *error)
{
    *found = false;
    struct store_filter filter = {.kind = kind, .value = value};
    return list_selectors(store, &filter, found, row, context, error);
}
