/* What the store answers: selectors with their cases and countries, candidates for links, sightings, files. Rows
 * stream: memory holds one selector with its cases, never a whole answer. */
#include "store/room.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "scan/kinds.h"

/* ---- selectors: rows of (selector, case) gathered to one selector with its cases ---- */

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

/* ---- SQL with conditions ---- */

enum { CONDITIONS_MAX = 64 };

struct conditions {
    struct bytes sql;
    struct value values[CONDITIONS_MAX];
    size_t count;
    uint8_t hashes[SB_KIND_COUNT][SELECTOR_HASH_SIZE];
    uint8_t digest[SHA256_SIZE];
};

/* Appends the condition; a '@' in it becomes the next parameter. */
static void add_condition(struct conditions *conditions, const char *sql, struct value value)
{
    conditions->values[conditions->count++] = value;
    for (; *sql != '\0'; sql++) {
        if (*sql == '@')
            bytes_format(&conditions->sql, "$%zu", conditions->count);
        else
            bytes_append_char(&conditions->sql, *sql);
    }
}

/* The selector's hash by value: of the kind asked for, or of every kind there is. */
static void add_value(struct conditions *conditions, const char *column, const struct store_filter *filter)
{
    if (filter->value == NULL)
        return;
    bytes_format(&conditions->sql, " AND %s IN (", column);
    for (int kind = 0; kind < SB_KIND_COUNT; kind++) {
        const char *name = filter->kind != NULL ? filter->kind : sb_kind_info((enum sb_kind)kind)->name;
        if (filter->kind == NULL && kind == SB_FILE)
            continue;
        store_selector_hash(name, filter->value, strlen(filter->value), conditions->hashes[kind]);
        add_condition(conditions, kind == 0 ? "@" : ", @", blob(conditions->hashes[kind], SELECTOR_HASH_SIZE));
        if (filter->kind != NULL)
            break;
    }
    bytes_append_char(&conditions->sql, ')');
}

static int list_selectors(struct store *store, const struct store_filter *filter, bool *found,
                          int (*row)(void *, const struct store_selector *), void *context, struct error *error)
{
    struct conditions conditions = {0};
    bytes_append_text(&conditions.sql, "SELECT " SELECTOR_COLUMNS " FROM (SELECT s.* FROM selector s WHERE 1 = 1");
    add_value(&conditions, "s.hash", filter);
    if (filter->kind != NULL)
        add_condition(&conditions, " AND s.kind = @", text(filter->kind));
    else
        bytes_append_text(&conditions.sql, " AND s.kind <> 'file'");
    if (filter->case_reference != NULL) {
        add_condition(
            &conditions,
            " AND s.hash IN (SELECT q.hash FROM presence q WHERE q.evidence_id IN (SELECT e.id FROM evidence e"
            " JOIN cases d ON d.id = e.case_id WHERE d.reference = @",
            text(filter->case_reference));
        if (filter->evidence_number != 0)
            add_condition(&conditions, " AND e.number = @", integer(filter->evidence_number));
        bytes_append_text(&conditions.sql, "))");
    }
    if (store->viewed)
        bytes_append_text(&conditions.sql, " AND EXISTS (SELECT 1 FROM presence r JOIN cases b ON b.id = r.case_id"
                                           " WHERE r.hash = s.hash AND {reads b})");
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

/* ---- the evidence items of a filter, in order ---- */

struct item {
    int64_t id, number;
    char *reference, *country, *name;
};

struct items {
    struct arena arena;
    struct item *list;
    size_t count, room;
};

static int item_row(struct store *store, struct query *query, void *context)
{
    struct items *items = context;
    if (items->count == items->room) {
        size_t more = items->room == 0 ? 64 : 2 * items->room;
        struct item *grown = reallocarray(items->list, more, sizeof *grown);
        if (grown == NULL)
            return -1;
        items->list = grown;
        items->room = more;
    }
    struct item *item = &items->list[items->count++];
    const char *texts[] = {row_text(store, query, 2), row_text(store, query, 3), row_text(store, query, 4)};
    *item = (struct item){
        .id = row_integer(store, query, 0),
        .number = row_integer(store, query, 1),
        .reference = arena_text(&items->arena, texts[0], strlen(texts[0])),
        .country = arena_text(&items->arena, texts[1], strlen(texts[1])),
        .name = arena_text(&items->arena, texts[2], strlen(texts[2])),
    };
    return item->reference == NULL || item->country == NULL || item->name == NULL ? -1 : 0;
}

/* of_selector: the filter's value is a selector's, and only where it is present is of interest. */
static int load_items(struct store *store, const struct store_filter *filter, bool of_selector, struct items *items,
                      struct error *error)
{
    struct conditions conditions = {0};
    bytes_append_text(&conditions.sql, "SELECT e.id, e.number, c.reference, c.country, e.name FROM evidence e"
                                       " JOIN cases c ON c.id = e.case_id WHERE {reads c}");
    if (of_selector && filter->value != NULL) {
        bytes_append_text(&conditions.sql, " AND e.id IN (SELECT p.evidence_id FROM presence p WHERE 1 = 1");
        add_value(&conditions, "p.hash", filter);
        bytes_append_char(&conditions.sql, ')');
    }
    if (filter->case_reference != NULL) {
        add_condition(&conditions, " AND c.reference = @", text(filter->case_reference));
        if (filter->evidence_number != 0)
            add_condition(&conditions, " AND e.number = @", integer(filter->evidence_number));
    }
    bytes_append_text(&conditions.sql, " ORDER BY c.reference, " EVIDENCE_ORDER);
    int result = each_row(store, bytes_text(&conditions.sql), conditions.values, conditions.count, false, item_row,
                          items, error);
    bytes_free(&conditions.sql);
    return result;
}

static void free_items(struct items *items)
{
    arena_free(&items->arena);
    free(items->list);
}

/* What a listing over evidence items needs at each row. */
struct walk {
    const struct item *item;
    int (*sighting)(void *, const struct store_sighting_row *);
    int (*file)(void *, const struct store_file *);
    void *context;
    int64_t limit, given;
};

/* Each item is one that load_items found the viewer to read; asked again, since a grant may end in between. */
#define ITEM_IS_READ " AND " EVIDENCE_IS_READ("$1")

/* Runs `conditions` (whose first value is the evidence) for every item, until the limit. */
static int walk_items(struct store *store, const struct store_filter *filter, struct conditions *conditions,
                      int (*row)(struct store *, struct query *, void *), struct walk *walk, struct error *error)
{
    struct items items = {0};
    int result = load_items(store, filter, walk->sighting != NULL, &items, error);
    walk->limit = filter->limit;
    for (size_t i = 0; i < items.count && result == 0 && (walk->limit == 0 || walk->given < walk->limit); i++) {
        walk->item = &items.list[i];
        conditions->values[0] = integer(items.list[i].id);
        result = conditions->sql.failed ? fail(error, "memory is short")
                                        : each_row(store, bytes_text(&conditions->sql), conditions->values,
                                                   conditions->count, true, row, walk, error);
        if (result == STORE_LIMIT_REACHED && walk->given == walk->limit)
            result = 0;
    }
    free_items(&items);
    bytes_free(&conditions->sql);
    return result;
}

/* ---- sightings ---- */

static int sighting_row(struct store *store, struct query *query, void *context)
{
    struct walk *walk = context;
    struct store_sighting_row row = {
        .case_reference = walk->item->reference,
        .country = walk->item->country,
        .evidence_number = walk->item->number,
        .evidence_name = walk->item->name,
        .sighting = {.kind = row_text(store, query, 1),
                     .value = row_text(store, query, 2),
                     .offset = row_integer(store, query, 3),
                     .path = row_text(store, query, 4),
                     .file = row_integer(store, query, 5),
                     .file_offset = row_integer(store, query, 6),
                     .allocation = row_integer(store, query, 7),
                     .encoding = row_integer(store, query, 8),
                     .count = row_integer(store, query, 9),
                     .context = row_text(store, query, 10)},
        .file_path = row_integer(store, query, 5) == 0 ? NULL : row_text(store, query, 11),
        .known = row_text(store, query, 12),
    };
    const uint8_t *hash = row_blob(store, query, 0, SELECTOR_HASH_SIZE);
    if (hash != NULL)
        memcpy(row.sighting.hash, hash, SELECTOR_HASH_SIZE);
    int result = walk->sighting(walk->context, &row);
    if (result == 0 && ++walk->given == walk->limit)
        return STORE_LIMIT_REACHED;
    return result;
}

int store_sighting_each(struct store *store, const struct store_filter *filter,
                        int (*row)(void *, const struct store_sighting_row *), void *context, struct error *error)
{
    struct walk walk = {.sighting = row, .context = context};
    struct conditions conditions = {0};
    bytes_append_text(
        &conditions.sql,
        "SELECT i.hash, s.kind, s.value, i.place, i.path, i.file, i.file_offset, i.allocation, i.encoding,"
        " i.repeats, i.context, f.path, coalesce(f.known, '') FROM sighting i");
    bytes_append_text(&conditions.sql, filter->value != NULL ? " {by hash}" : "");
    bytes_append_text(&conditions.sql, " {then} selector s LEFT JOIN file f ON f.evidence_id = i.evidence_id"
                                       " AND f.number = i.file WHERE s.hash = i.hash");
    add_condition(&conditions, " AND i.evidence_id = @", integer(0));
    bytes_append_text(&conditions.sql, ITEM_IS_READ);
    add_value(&conditions, "i.hash", filter);
    if (filter->kind != NULL)
        add_condition(&conditions, " AND s.kind = @", text(filter->kind));
    bytes_append_text(&conditions.sql, " ORDER BY i.place, i.path, s.kind, s.value, i.encoding, i.file, i.file_offset");
    return walk_items(store, filter, &conditions, sighting_row, &walk, error);
}

/* ---- files ---- */

static int file_row(struct store *store, struct query *query, void *context)
{
    struct walk *walk = context;
    struct store_file file = {
        .evidence_id = walk->item->id,
        .case_reference = walk->item->reference,
        .evidence_number = walk->item->number,
        .evidence_name = walk->item->name,
        .number = row_integer(store, query, 0),
        .volume = row_integer(store, query, 1),
        .volume_start = row_integer(store, query, 2),
        .inode = row_integer(store, query, 3),
        .attribute_type = row_integer(store, query, 4),
        .attribute_id = row_integer(store, query, 5),
        .path = row_text(store, query, 6),
        .size = row_integer(store, query, 7),
        .allocated = row_integer(store, query, 8) != 0,
        .regular = row_integer(store, query, 9) != 0,
        .metadata = row_integer(store, query, 10) != 0,
        .apart = row_integer(store, query, 11),
        .same_as = row_integer(store, query, 12),
        .modified = row_integer(store, query, 13),
        .accessed = row_integer(store, query, 14),
        .changed = row_integer(store, query, 15),
        .created = row_integer(store, query, 16),
        .md5 = row_blob(store, query, 17, MD5_SIZE),
        .sha1 = row_blob(store, query, 18, SHA1_SIZE),
        .sha256 = row_blob(store, query, 19, SHA256_SIZE),
        .type = row_text(store, query, 20),
        .known = row_text(store, query, 21),
    };
    int result = walk->file(walk->context, &file);
    if (result == 0 && ++walk->given == walk->limit)
        return STORE_LIMIT_REACHED;
    return result;
}

/* " AND (f.sha256 = @ OR o.sha256 = @)" for the digest that has that many hexadecimal digits. */
static int add_digest(struct conditions *conditions, const char *value, struct error *error)
{
    static const struct {
        size_t size;
        const char *sql;
    } digests[] = {{MD5_SIZE, " AND coalesce(f.md5, o.md5) = @"},
                   {SHA1_SIZE, " AND coalesce(f.sha1, o.sha1) = @"},
                   {SHA256_SIZE, " AND coalesce(f.sha256, o.sha256) = @"}};
    for (size_t i = 0; i < sizeof digests / sizeof *digests; i++) {
        size_t size = digests[i].size;
        if (strlen(value) != 2 * size || text_unhex(value, 2 * size, conditions->digest, size) != 0)
            continue;
        add_condition(conditions, digests[i].sql, blob(conditions->digest, size));
        return 0;
    }
    return fail(error, "\"%s\" is not the hexadecimal digest of a file (MD5, SHA-1 or SHA-256)", value);
}

int store_file_each(struct store *store, const struct store_filter *filter,
                    int (*row)(void *, const struct store_file *), void *context, struct error *error)
{
    struct walk walk = {.file = row, .context = context};
    struct conditions conditions = {0};
    bytes_append_text(&conditions.sql,
                      "SELECT f.number, f.volume, f.volume_start, f.inode, f.attribute_type, f.attribute_id, f.path,"
                      " f.size, f.allocated, f.regular, f.metadata, f.apart, f.same_as, f.modified, f.accessed,"
                      " f.changed, f.created, coalesce(f.md5, o.md5), coalesce(f.sha1, o.sha1),"
                      " coalesce(f.sha256, o.sha256), coalesce(nullif(f.type, ''), o.type, ''),"
                      " coalesce(nullif(f.known, ''), o.known, '') FROM file f LEFT JOIN file o"
                      " ON o.evidence_id = f.evidence_id AND o.number = f.same_as");
    add_condition(&conditions, " WHERE f.evidence_id = @", integer(0));
    bytes_append_text(&conditions.sql, ITEM_IS_READ);
    if (filter->path_like != NULL)
        add_condition(&conditions, " AND f.path LIKE @ ESCAPE '\\'", text(filter->path_like));
    if (filter->value != NULL && add_digest(&conditions, filter->value, error) != 0) {
        bytes_free(&conditions.sql);
        return -1;
    }
    bytes_append_text(&conditions.sql, " ORDER BY f.number");
    return walk_items(store, filter, &conditions, file_row, &walk, error);
}
