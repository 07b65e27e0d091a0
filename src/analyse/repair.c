/* Halving a span may cut a file that was to be hashed as it passes: that file gets a unit of its own for its digests. */
#include "analyse/repair.h"

struct crossing {
    int64_t cut;
    int64_t file, size; /* of the file whose content the cut goes through; 0: none */
};

static int find_crossing(void *context, const struct store_segment *segment)
{
    struct crossing *crossing = context;
    int64_t content_end = segment->start + (segment->file_size - segment->file_offset);
    if (segment->whole && segment->start < crossing->cut && content_end > crossing->cut) {
        crossing->file = segment->file;
        crossing->size = segment->file_size;
    }
    return 0;
}

/* A file that a split went through before has its unit already. */
static int note_listed(void *context, const struct store_file *file)
{
    (void)file;
    *(bool *)context = true;
    return 0;
}

bool repair_can_split(const struct store_unit *unit)
{
    return (unit->kind == UNIT_SPAN && unit->length > SPAN_LEAST) || (unit->kind == UNIT_FILES && unit->length > 1);
}

static int add_part(struct store *store, const struct store_unit *whole, int64_t start, int64_t length, int64_t bytes,
                    struct error *error)
{
    struct store_unit part = {
        .evidence_id = whole->evidence_id, .kind = whole->kind, .start = start, .length = length, .bytes = bytes, .terms = whole->terms};
    return store_unit_add(store, &part, error);
}

static int split_span(struct store *store, const struct store_unit *unit, struct error *error)
{
    int64_t half = unit->length / 2 / 4096 * 4096;
    struct crossing crossing = {.cut = unit->start + half};
    if (unit->terms == 0 && store_segment_each(store, unit->evidence_id, crossing.cut - 1, crossing.cut, find_crossing, &crossing, error) != 0)
        return -1;
    bool listed = false;
    if (crossing.file != 0 && store_file_apart_each(store, unit->evidence_id, crossing.file, 1, note_listed, &listed, error) != 0)
        return -1;
    if (crossing.file != 0 && !listed) {
        struct store_unit hash = {.evidence_id = unit->evidence_id,
                                  .kind = UNIT_FILES,
                                  .start = crossing.file,
                                  .length = 1,
                                  .bytes = crossing.size};
        if (store_file_set_apart(store, unit->evidence_id, crossing.file, HASHED_APART, error) != 0 ||
            store_unit_add(store, &hash, error) != 0)
            return -1;
    }
    if (add_part(store, unit, unit->start, half, half, error) != 0)
        return -1;
    return add_part(store, unit, crossing.cut, unit->length - half, unit->length - half, error);
}

int repair_unit(struct store *store, const struct store_unit *unit, const char *reason, struct error *error)
{
    if (!repair_can_split(unit))
        return repair_gap(store, unit, unit->kind == UNIT_FILES ? unit->start : 0, reason, error);
    if (unit->kind == UNIT_SPAN)
        return split_span(store, unit, error);
    int64_t half = unit->length / 2;
    if (add_part(store, unit, unit->start, half, unit->bytes / 2, error) != 0)
        return -1;
    return add_part(store, unit, unit->start + half, unit->length - half, unit->bytes - unit->bytes / 2, error);
}

int repair_gap(struct store *store, const struct store_unit *unit, int64_t file, const char *reason,
               struct error *error)
{
    static const char *const names[] = {"map", "span", "files", "digest"};
    struct store_gap gap = {.evidence_id = unit->evidence_id,
                            .unit = names[unit->kind],
                            .start = unit->kind == UNIT_SPAN ? unit->start : 0,
                            .length = unit->kind == UNIT_SPAN ? unit->length : 0,
                            .file = file,
                            .path = "",
                            .reason = reason};
    return store_gap_add(store, &gap, error);
}
