/* Numbers over what is stored, and the times of files: what an overview and a timeline are drawn from. */
#include "store/room.h"

#include <string.h>

struct kind_listing {
    int (*row)(void *, const struct store_kind_count *);
    void *context;
};

static int kind_row(struct store *store, struct query *query, void *context)
{
    const struct kind_listing *listing = context;
    return listing->row(listing->context, &(struct store_kind_count){.kind = row_text(store, query, 0),
                                                                     .selectors = row_integer(store, query, 1),
                                                                     .sightings = row_integer(store, query, 2)});
}

int store_kind_each(struct store *store, const char *case_reference,
                    int (*row)(void *, const struct store_kind_count *), void *context, struct error *error)
{
    struct kind_listing listing = {row, context};
    return each_row(store,
                    "SELECT k.kind, CAST(sum(k.selectors) AS bigint), CAST(sum(k.sightings) AS bigint) FROM cases c"
                    " JOIN evidence e ON e.case_id = c.id JOIN evidence_kind k ON k.evidence_id = e.id WHERE {reads c}"
                    " AND ($1 = '' OR c.reference = $1) AND k.kind <> 'file' GROUP BY k.kind ORDER BY k.kind",
                    VALUES(text(case_reference)), false, kind_row, &listing, error);
}

/* ---- evidence in short ---- */

struct item_listing {
    int (*row)(void *, const struct store_item *);
    void *context;
};

static int item_row(struct store *store, struct query *query, void *context)
{
    const struct item_listing *listing = context;
    return listing->row(listing->context, &(struct store_item){.id = row_integer(store, query, 0),
                                                               .number = row_integer(store, query, 1),
                                                               .case_reference = row_text(store, query, 2),
                                                               .country = row_text(store, query, 3),
                                                               .name = row_text(store, query, 4),
                                                               .state = row_text(store, query, 5),
                                                               .size = row_integer(store, query, 6),
                                                               .sightings = row_integer(store, query, 7),
                                                               .added = row_integer(store, query, 8),
                                                               .ended = row_integer(store, query, 9)});
}

int store_item_each(struct store *store, int (*row)(void *, const struct store_item *), void *context,
                    struct error *error)
{
    struct item_listing listing = {row, context};
    return each_row(store,
                    "SELECT e.id, e.number, c.reference, c.country, e.name, e.state, e.size, e.sightings, e.added,"
                    " e.ended FROM evidence e JOIN cases c ON c.id = e.case_id WHERE {reads c}"
                    " ORDER BY c.reference, e.number",
                    NO_VALUES, false, item_row, &listing, error);
}

/* ---- times ---- */

/* Each file four times, once for each of its times. $1: the case, $2 and $3: from and to. */
#define TIME_OF(column, what)                                                                                          \
    "SELECT f." column " AS time, f.evidence_id, f.number, " what                                                      \
    " AS what, e.number AS item, e.name, f.path, f.size,"                                                              \
    " f.allocated FROM cases c {then} evidence e {then} file f WHERE c.reference = $1 AND {reads c} AND e.case_id ="   \
    " c.id AND f.evidence_id = e.id AND f." column " BETWEEN $2 AND $3"
#define MOMENTS                                                                                                        \
    "(" TIME_OF("modified", "0") " UNION ALL " TIME_OF("accessed", "1") " UNION ALL " TIME_OF(                         \
        "changed", "2") " UNION ALL " TIME_OF("created", "3") ") m"

struct moment_listing {
    int (*row)(void *, const struct store_moment *);
    int (*count)(void *, int64_t start, int64_t count);
    void *context;
};

static int moment_row(struct store *store, struct query *query, void *context)
{
    const struct moment_listing *listing = context;
    return listing->row(listing->context, &(struct store_moment){
                                              .time = row_integer(store, query, 0),
                                              .evidence_id = row_integer(store, query, 1),
                                              .file = row_integer(store, query, 2),
                                              .what = (enum store_time)row_integer(store, query, 3),
                                              .evidence_number = row_integer(store, query, 4),
                                              .evidence_name = row_text(store, query, 5),
                                              .path = row_text(store, query, 6),
                                              .size = row_integer(store, query, 7),
                                              .allocated = row_integer(store, query, 8) != 0,
                                          });
}

int store_moment_each(struct store *store, const char *case_reference, int64_t from, int64_t to,
                      const struct store_moment *after, int64_t limit, int (*row)(void *, const struct store_moment *),
                      void *context, struct error *error)
{
    static const struct store_moment beginning = {.time = INT64_MIN};
    struct moment_listing listing = {.row = row, .context = context};
    if (after == NULL)
        after = &beginning;
    if (from == STORE_UNKNOWN_TIME)
        from++;
    return each_row(store,
                    "SELECT m.time, m.evidence_id, m.number, m.what, m.item, m.name, m.path, m.size, m.allocated FROM"
                    " " MOMENTS " WHERE (m.time, m.evidence_id, m.number, m.what) > ($4, $5, $6, $7)"
                    " ORDER BY m.time, m.evidence_id, m.number, m.what LIMIT $8",
                    VALUES(text(case_reference), integer(from > after->time ? from : after->time), integer(to),
                           integer(after->time), integer(after->evidence_id), integer(after->file),
                           integer((int64_t)after->what), integer(limit)),
                    false, moment_row, &listing, error);
}

static int count_row(struct store *store, struct query *query, void *context)
{
    const struct moment_listing *listing = context;
    return listing->count(listing->context, row_integer(store, query, 0), row_integer(store, query, 1));
}

int store_moment_counts(struct store *store, const char *case_reference, int64_t from, int64_t to, int64_t width,
                        int (*row)(void *, int64_t start, int64_t count), void *context, struct error *error)
{
    struct moment_listing listing = {.count = row, .context = context};
    if (from == STORE_UNKNOWN_TIME)
        from++;
    /* Times before 1970 are negative, and division rounds towards zero. */
    return each_row(store,
                    "SELECT (m.time - CASE WHEN m.time % $4 < 0 THEN m.time % $4 + $4 ELSE m.time % $4 END) AS start,"
                    " count(*) FROM " MOMENTS " GROUP BY 1 ORDER BY 1",
                    VALUES(text(case_reference), integer(from), integer(to), integer(width)), false, count_row,
                    &listing, error);
}
