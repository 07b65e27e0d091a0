/* What stands where: sightings and files, evidence item by evidence item. Rows stream: memory holds one of them, never
 * a whole answer. A listing goes on behind a row by its key, so that a page costs what it shows, however far it is. */
#include "store/conditions.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"

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
    if (filter->evidence_id != 0)
        add_condition(&conditions, " AND e.id = @", integer(filter->evidence_id));
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
    const struct store_filter *filter;
    int64_t limit, given;
    struct store_after after;
    size_t key, key_count; /* of the conditions' values: the key behind which rows are wanted */
    size_t limit_at;       /* of the conditions' values: how many rows are wanted; 0: all */
};

/* Each item is one that load_items found the viewer to read; asked again, since a grant may end in between. */
#define ITEM_IS_READ " AND " EVIDENCE_IS_READ("$1")

/* The first item is that of the row behind which the listing goes on; of those behind it everything is wanted. */
static size_t first_item(const struct items *items, const struct store_after *after)
{
    size_t first = 0;
    while (after->evidence_id != 0 && first < items->count && items->list[first].id != after->evidence_id)
        first++;
    return first;
}

static void forget_key(struct walk *walk, struct conditions *conditions)
{
    for (size_t i = 0; i < walk->key_count; i++)
        conditions->values[walk->key + i] = integer(INT64_MIN);
    walk->after = (struct store_after){0};
}

/* Appends the limit, behind everything else. Where rows are left out here, how many are wanted is not known there. */
static void add_limit(struct walk *walk, struct conditions *conditions, const struct store_filter *filter)
{
    if (filter->limit == 0 || filter->takes_path != NULL)
        return;
    walk->limit_at = conditions->count;
    add_condition(conditions, " LIMIT @", integer(0));
}

/* Runs `conditions` (whose first value is the evidence) for every item, until the limit. */
static int walk_items(struct store *store, const struct store_filter *filter, struct conditions *conditions,
                      int (*row)(struct store *, struct query *, void *), struct walk *walk, struct error *error)
{
    struct items items = {0};
    int result = load_items(store, filter, walk->sighting != NULL, &items, error);
    walk->limit = filter->limit;
    size_t first = first_item(&items, &filter->after);
    for (size_t i = first; i < items.count && result == 0 && (walk->limit == 0 || walk->given < walk->limit); i++) {
        walk->item = &items.list[i];
        conditions->values[0] = integer(items.list[i].id);
        if (i > first)
            forget_key(walk, conditions);
        if (walk->limit_at != 0)
            conditions->values[walk->limit_at] = integer(walk->limit - walk->given + walk->after.rows);
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
    struct store_after *after = &walk->after;
    if (after->rows > 0 && row_integer(store, query, 3) == after->offset &&
        row_integer(store, query, 5) == after->file && row_integer(store, query, 6) == after->file_offset) {
        after->rows--;
        return 0;
    }
    after->rows = 0;
    struct store_sighting_row row = {
        .evidence_id = walk->item->id,
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
    const struct store_after *after = &filter->after;
    struct walk walk = {.sighting = row, .context = context, .after = *after};
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
    walk.key = conditions.count;
    if (after->evidence_id != 0) {
        walk.key_count = 4;
        add_conditions(
            &conditions, " AND i.place >= @ AND (i.place, i.file, i.file_offset) >= (@, @, @)",
            VALUES(integer(after->offset), integer(after->offset), integer(after->file), integer(after->file_offset)));
    }
    bytes_append_text(&conditions.sql, " ORDER BY i.place, i.file, i.file_offset, i.path, s.kind, s.value, i.encoding");
    add_limit(&walk, &conditions, filter);
    return walk_items(store, filter, &conditions, sighting_row, &walk, error);
}

/* ---- files ---- */

static int file_row(struct store *store, struct query *query, void *context)
{
    struct walk *walk = context;
    const struct store_filter *filter = walk->filter;
    if (filter->takes_path != NULL && !filter->takes_path(filter->takes_context, row_text(store, query, 6)))
        return 0;
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
    struct walk walk = {.file = row, .context = context, .filter = filter};
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
    if (filter->type_like != NULL)
        add_condition(&conditions, " AND coalesce(nullif(f.type, ''), o.type, '') LIKE @ ESCAPE '\\'",
                      text(filter->type_like));
    if (filter->known != NULL)
        add_condition(&conditions, " AND coalesce(nullif(f.known, ''), o.known, '') = @", text(filter->known));
    if (filter->allocated != ALLOCATED_OR_NOT)
        add_condition(&conditions, " AND f.allocated = @", integer(filter->allocated == ALLOCATED_ONLY));
    if (filter->timed) {
        /* A time that is not known is the least number there is. */
        const struct value from = integer(filter->from == STORE_UNKNOWN_TIME ? filter->from + 1 : filter->from);
        const struct value to = integer(filter->to);
        add_conditions(&conditions,
                       " AND (f.modified BETWEEN @ AND @ OR f.accessed BETWEEN @ AND @ OR f.changed BETWEEN @ AND @"
                       " OR f.created BETWEEN @ AND @)",
                       (struct value[]){from, to, from, to, from, to, from, to}, 8);
    }
    walk.key = conditions.count;
    if (filter->after.evidence_id != 0) {
        walk.key_count = 1;
        add_condition(&conditions, " AND f.number > @", integer(filter->after.number));
    }
    if (filter->value != NULL && add_digest(&conditions, filter->value, error) != 0) {
        bytes_free(&conditions.sql);
        return -1;
    }
    bytes_append_text(&conditions.sql, " ORDER BY f.number");
    add_limit(&walk, &conditions, filter);
    return walk_items(store, filter, &conditions, file_row, &walk, error);
}
