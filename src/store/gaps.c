/* What was not read, or not decoded to its end. Units report what they meet, in pieces as small as they read or were
 * split into; a person wants to know of ranges. So pieces of one kind that touch are one when they are listed or
 * counted, not when they are stored: that is the same whichever unit commits first. */
#include "store/room.h"

static const struct bulk gap_bulk = {"gap", "evidence_id, unit, start, length, file, path, reason, was_read", 8, false};

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
        "SELECT g.evidence_id, g.unit, g.start, g.length, g.file, f.path, g.path, g.reason, g.was_read FROM"
        " (SELECT evidence_id, unit, min(start) AS start, max(start + length) - min(start) AS length, file, path,"
        "  reason, was_read FROM"
        "  (SELECT p.*, sum(p.begins) OVER (" GAP_KIND " ROWS UNBOUNDED PRECEDING) AS island FROM"
        "   (SELECT g.*, " GAP_BEGINS " AS begins FROM gap g WHERE g.evidence_id = $1"
        "    AND " EVIDENCE_IS_READ(
            "$1") ") p) r"
                  "  GROUP BY evidence_id, unit, file, path, reason, was_read, length > 0, island) g"
                  " LEFT JOIN file f ON f.evidence_id = g.evidence_id AND f.number = g.file"
                  " ORDER BY g.start, g.length, g.unit, g.file, g.path, g.reason, g.was_read",
        VALUES(integer(evidence_id)), false, gap_row, &listing, error);
}
