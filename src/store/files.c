/* Files, and which bytes of an image are theirs: runs as the map found them, segments as the plan settled them. */
#include "store/room.h"

static const struct bulk file_bulk = {
    "file",
    "evidence_id, number, volume, volume_start, inode, attribute_type, attribute_id, path, size, allocated, regular,"
    " metadata, apart, same_as, modified, accessed, changed, created, type, known",
    20,
};

int store_file_add(struct store *store, const struct store_file *file, struct error *error)
{
    struct value values[] = {
        integer(file->evidence_id),
        integer(file->number),
        integer(file->volume),
        integer(file->volume_start),
        integer(file->inode),
        integer(file->attribute_type),
        integer(file->attribute_id),
        text(file->path),
        integer(file->size),
        integer(file->allocated),
        integer(file->regular),
        integer(file->metadata),
        integer(file->apart),
        integer(file->same_as),
        integer(file->modified),
        integer(file->accessed),
        integer(file->changed),
        integer(file->created),
        text(file->type),
        text(""),
    };
    return append(store, &file_bulk, values, error);
}

/* ---- what file units read ---- */

struct apart_listing {
    int (*row)(void *, const struct store_file *);
    void *context;
};

static int apart_row(struct store *store, struct query *query, void *context)
{
    const struct apart_listing *listing = context;
    return listing->row(listing->context, &(struct store_file){
                                              .number = row_integer(store, query, 0),
                                              .volume_start = row_integer(store, query, 1),
                                              .inode = row_integer(store, query, 2),
                                              .attribute_type = row_integer(store, query, 3),
                                              .attribute_id = row_integer(store, query, 4),
                                              .path = row_text(store, query, 5),
                                              .size = row_integer(store, query, 6),
                                              .apart = row_integer(store, query, 7),
                                          });
}

int store_file_apart_each(struct store *store, int64_t evidence_id, int64_t first, int64_t count,
                          int (*row)(void *, const struct store_file *), void *context, struct error *error)
{
    struct apart_listing listing = {row, context};
    return each_row(store,
                    "SELECT number, volume_start, inode, attribute_type, attribute_id, path, size, apart FROM file"
                    " WHERE evidence_id = $1 AND number >= $2 AND number < $2 + $3 AND apart <> 0 ORDER BY number",
                    VALUES(integer(evidence_id), integer(first), integer(count)), true, apart_row, &listing, error);
}

static int state_row(struct store *store, struct query *query, void *context)
{
    *(struct store_file_state *)context = (struct store_file_state){
        .allocated = row_integer(store, query, 0) != 0,
        .size = row_integer(store, query, 1),
        .apart = (enum store_apart)row_integer(store, query, 2),
    };
    return 0;
}

int store_file_state(struct store *store, int64_t evidence_id, int64_t number, struct store_file_state *state,
                     struct error *error)
{
    *state = (struct store_file_state){0};
    return each_row(store, "SELECT allocated, size, apart FROM file WHERE evidence_id = $1 AND number = $2",
                    VALUES(integer(evidence_id), integer(number)), false, state_row, state, error);
}

int store_file_set_apart(struct store *store, int64_t evidence_id, int64_t number, enum store_apart apart,
                         struct error *error)
{
    return run(store, "UPDATE file SET apart = $3 WHERE evidence_id = $1 AND number = $2",
               VALUES(integer(evidence_id), integer(number), integer(apart)), error);
}

/* ---- runs ---- */

static const struct bulk run_bulk = {
    "run", "evidence_id, start, length, file, file_offset, file_size, priority, allocated, apart, whole", 10};

int store_run_add(struct store *store, int64_t evidence_id, const struct store_run *found, struct error *error)
{
    struct value values[] = {
        integer(evidence_id),        integer(found->start),     integer(found->length),   integer(found->file),
        integer(found->file_offset), integer(found->file_size), integer(found->priority), integer(found->allocated),
        integer(found->apart),       integer(found->whole),
    };
    return append(store, &run_bulk, values, error);
}

struct run_listing {
    int (*row)(void *, const struct store_run *);
    void *context;
};

static int run_row(struct store *store, struct query *query, void *context)
{
    const struct run_listing *listing = context;
    return listing->row(listing->context, &(struct store_run){
                                              .start = row_integer(store, query, 0),
                                              .length = row_integer(store, query, 1),
                                              .file = row_integer(store, query, 2),
                                              .file_offset = row_integer(store, query, 3),
                                              .file_size = row_integer(store, query, 4),
                                              .priority = row_integer(store, query, 5),
                                              .allocated = row_integer(store, query, 6) != 0,
                                              .apart = row_integer(store, query, 7) != 0,
                                              .whole = row_integer(store, query, 8) != 0,
                                          });
}

int store_run_each(struct store *store, int64_t evidence_id, int (*row)(void *, const struct store_run *),
                   void *context, struct error *error)
{
    struct run_listing listing = {row, context};
    return each_row(store,
                    "SELECT start, length, file, file_offset, file_size, priority, allocated, apart, whole FROM run"
                    " WHERE evidence_id = $1"
                    " ORDER BY start, priority DESC, file, file_offset, length",
                    VALUES(integer(evidence_id)), true, run_row, &listing, error);
}

int store_run_clear(struct store *store, int64_t evidence_id, struct error *error)
{
    return run(store, "DELETE FROM run WHERE evidence_id = $1", VALUES(integer(evidence_id)), error);
}

/* ---- segments ---- */

static const struct bulk segment_bulk = {
    "segment", "evidence_id, start, length, file, file_offset, file_size, allocated, apart, whole", 9};

int store_segment_add(struct store *store, int64_t evidence_id, const struct store_segment *segment,
                      struct error *error)
{
    struct value values[] = {
        integer(evidence_id),        integer(segment->start),       integer(segment->length),
        integer(segment->file),      integer(segment->file_offset), integer(segment->file_size),
        integer(segment->allocated), integer(segment->apart),       integer(segment->whole),
    };
    return append(store, &segment_bulk, values, error);
}

struct segment_listing {
    int (*row)(void *, const struct store_segment *);
    void *context;
};

static int segment_row(struct store *store, struct query *query, void *context)
{
    const struct segment_listing *listing = context;
    return listing->row(listing->context, &(struct store_segment){
                                              .start = row_integer(store, query, 0),
                                              .length = row_integer(store, query, 1),
                                              .file = row_integer(store, query, 2),
                                              .file_offset = row_integer(store, query, 3),
                                              .file_size = row_integer(store, query, 4),
                                              .allocated = row_integer(store, query, 5) != 0,
                                              .apart = row_integer(store, query, 6) != 0,
                                              .whole = row_integer(store, query, 7) != 0,
                                          });
}

/* Segments do not overlap, so only the last that begins before `begin` can reach into the range. */
int store_segment_each(struct store *store, int64_t evidence_id, int64_t begin, int64_t end,
                       int (*row)(void *, const struct store_segment *), void *context, struct error *error)
{
    struct segment_listing listing = {row, context};
    return each_row(store,
                    "SELECT start, length, file, file_offset, file_size, allocated, apart, whole FROM segment"
                    " WHERE evidence_id = $1 AND start < $3 AND start + length > $2 AND start >= coalesce((SELECT"
                    " max(start) FROM segment WHERE evidence_id = $1 AND start <= $2), $2) ORDER BY start",
                    VALUES(integer(evidence_id), integer(begin), integer(end)), true, segment_row, &listing, error);
}

int store_segment_of_file(struct store *store, int64_t evidence_id, int64_t file,
                          int (*row)(void *, const struct store_segment *), void *context, struct error *error)
{
    struct segment_listing listing = {row, context};
    return each_row(store,
                    "SELECT start, length, file, file_offset, file_size, allocated, apart, whole FROM segment"
                    " WHERE evidence_id = $1 AND file = $2 ORDER BY file_offset, start",
                    VALUES(integer(evidence_id), integer(file)), false, segment_row, &listing, error);
}
