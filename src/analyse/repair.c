/* A unit goes into many parts rather than two: what kills is found in two or three steps, each of which may cost a
 * minute of waiting for a worker that hangs. The other parts are worked on meanwhile, and nothing is read that would
 * not be. A cut through a file that was to be hashed as the sweep passes gives that file a unit of its own for its
 * digests. */
#include "analyse/repair.h"

#include <string.h>

#include "analyse/part.h"
#include "analyse/reason.h"
#include "worker/protocol.h"

enum { PARTS = 64 };

/* ---- what a unit holds ---- */

struct holding {
    const struct store_unit *unit;
    int64_t files; /* of a files unit; the members below are the last one's */
    int64_t number, size;
    bool scanned;
    bool disk; /* it may be one, and was to be tried */
};

static int count_file(void *context, const struct store_file *file)
{
    struct holding *holding = context;
    if (has_unit_of_its_own(holding->unit, file))
        return 0;
    holding->files++;
    holding->number = file->number;
    holding->size = file->size;
    holding->scanned = file->apart != HASHED_APART;
    holding->disk = store_may_be_disk(file->apart);
    return 0;
}

static int take_size(void *context, const struct store_evidence *row)
{
    *(int64_t *)context = row->size;
    return 0;
}

/* *inside gets the part of a file's content that the unit is down to (length 0: it is not, or that is not divided
 * further), and *beyond how much the file claims beyond what is read of any file. */
static int look_into(struct store *store, const struct store_unit *unit, struct holding *holding, struct part *inside,
                     int64_t *beyond, struct error *error)
{
    int64_t medium = 0;
    *holding = (struct holding){.unit = unit};
    *beyond = 0;
    *inside = (struct part){0};
    if (unit->kind != UNIT_FILES)
        return 0;
    bool is_part = part_of_unit(unit, inside);
    if (store_file_apart_each(store, unit->evidence_id, is_part ? inside->file : unit->start,
                              is_part ? 1 : unit->length, count_file, holding, error) != 0 ||
        store_evidence_get(store, unit->evidence_id, take_size, &medium, error) != 0)
        return -1;
    if (is_part) {
        if (!holding->scanned)
            inside->length = 0;
        holding->disk = false;
        return 0;
    }
    int64_t readable = (int64_t)file_readable((uint64_t)holding->size, (uint64_t)medium);
    if (holding->files == 1 && holding->scanned && readable <= part_reach) {
        *inside = (struct part){holding->number, 0, readable};
        *beyond = holding->size - readable;
    }
    return 0;
}

int repair_can_split(struct store *store, const struct store_unit *unit, bool *can, struct error *error)
{
    struct holding holding;
    struct part inside;
    int64_t beyond;
    if (look_into(store, unit, &holding, &inside, &beyond, error) != 0)
        return -1;
    *can = unit->kind == UNIT_SPAN ? unit->length > PART_LEAST : holding.files > 1 || inside.length > PART_LEAST;
    return 0;
}

/* ---- dividing ---- */

/* Bytes of each part but the last. */
static int64_t length_of_parts(int64_t length)
{
    return ((length - 1) / PARTS / PART_LEAST + 1) * PART_LEAST;
}

static int note_listed(void *context, const struct store_file *file)
{
    (void)file;
    *(bool *)context = true;
    return 0;
}

int repair_hash_apart(struct store *store, int64_t evidence_id, int64_t file, int64_t size, struct error *error)
{
    bool listed = false;
    if (store_file_apart_each(store, evidence_id, file, 1, note_listed, &listed, error) != 0)
        return -1;
    if (listed)
        return 0;
    struct store_unit hash = unit_of_part(evidence_id, &(struct part){file, 0, size});
    if (hash.bytes > WHOLE_FILE_MOST) /* a claim, and what is to be read must add up */
        hash.bytes = WHOLE_FILE_MOST;
    if (store_file_set_apart(store, evidence_id, file, HASHED_APART, error) != 0)
        return -1;
    return store_unit_add(store, &hash, error);
}

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

static int split_span(struct store *store, const struct store_unit *unit, struct error *error)
{
    int64_t each = length_of_parts(unit->length);
    for (int64_t done = 0; done < unit->length; done += each) {
        struct crossing crossing = {.cut = unit->start + done};
        /* Who looks for terms alone hashes nothing. */
        if (done > 0 && unit->terms == 0 &&
            store_segment_each(store, unit->evidence_id, crossing.cut - 1, crossing.cut, find_crossing, &crossing,
                               error) != 0)
            return -1;
        if (crossing.file != 0 && repair_hash_apart(store, unit->evidence_id, crossing.file, crossing.size, error) != 0)
            return -1;
        struct store_unit part = *unit;
        part.start += done;
        part.length = part.bytes = unit->length - done < each ? unit->length - done : each;
        if (store_unit_add(store, &part, error) != 0)
            return -1;
    }
    return 0;
}

static int split_content(struct store *store, const struct store_unit *of, const struct part *whole,
                         struct error *error)
{
    int64_t each = length_of_parts(whole->length);
    for (int64_t done = 0; done < whole->length; done += each) {
        struct part part = {whole->file, whole->begin + done,
                            whole->length - done < each ? whole->length - done : each};
        struct store_unit unit = unit_of_part(of->evidence_id, &part);
        unit.terms = of->terms;
        if (store_unit_add(store, &unit, error) != 0)
            return -1;
    }
    return 0;
}

struct sharing {
    const struct store_unit *unit;
    struct store_unit units[PARTS];
    int64_t each, done; /* files of a unit; files behind us */
};

static int share_file(void *context, const struct store_file *file)
{
    struct sharing *sharing = context;
    if (has_unit_of_its_own(sharing->unit, file))
        return 0;
    struct store_unit *unit = &sharing->units[sharing->done++ / sharing->each];
    if (unit->length == 0)
        unit->start = file->number;
    unit->length = file->number - unit->start + 1;
    return 0;
}

static int split_files(struct store *store, const struct store_unit *unit, int64_t files, struct error *error)
{
    struct sharing sharing = {.unit = unit, .each = (files - 1) / PARTS + 1};
    if (store_file_apart_each(store, unit->evidence_id, unit->start, unit->length, share_file, &sharing, error) != 0)
        return -1;
    int64_t count = (files - 1) / sharing.each + 1;
    for (int64_t i = 0; i < count; i++) {
        struct store_unit *part = &sharing.units[i];
        part->evidence_id = unit->evidence_id;
        part->kind = UNIT_FILES;
        part->terms = unit->terms;
        part->bytes = unit->bytes / count + (i == 0 ? unit->bytes % count : 0);
        if (store_unit_add(store, part, error) != 0)
            return -1;
    }
    return 0;
}

/* ---- recording ---- */

static int add_gap(struct store *store, const struct store_unit *unit, int64_t file, int64_t start, int64_t length,
                   const char *reason, bool read, struct error *error)
{
    static const char *const names[] = {"map", "span", "files", "digest"};
    struct bytes said = {0};
    reason_append(&said, reason, strlen(reason));
    struct store_gap gap = {.evidence_id = unit->evidence_id,
                            .unit = names[unit->kind],
                            .start = start,
                            .length = length,
                            .file = file,
                            .path = "",
                            .reason = bytes_text(&said),
                            .read = read};
    int result = said.failed ? fail(error, "memory is short") : store_gap_add(store, &gap, error);
    bytes_free(&said);
    return result;
}

int repair_gap(struct store *store, const struct store_unit *unit, int64_t file, const char *reason,
               struct error *error)
{
    bool span = unit->kind == UNIT_SPAN;
    return add_gap(store, unit, file, span ? unit->start : 0, span ? unit->length : 0, reason, false, error);
}

int repair_unit(struct store *store, const struct store_unit *unit, const char *reason, struct error *error)
{
    struct holding holding;
    struct part inside;
    int64_t beyond;
    if (unit->kind == UNIT_SPAN && unit->length > PART_LEAST)
        return split_span(store, unit, error);
    if (unit->kind != UNIT_FILES)
        return repair_gap(store, unit, 0, reason, error);
    if (look_into(store, unit, &holding, &inside, &beyond, error) != 0)
        return -1;
    if (holding.files > 1)
        return split_files(store, unit, holding.files, error);
    if (beyond > 0 && add_gap(store, unit, inside.file, inside.length, beyond, file_unreadable, false, error) != 0)
        return -1;
    /* What its tables lead to, unpacked, nobody has seen. */
    if (inside.length > PART_LEAST && holding.disk && unit->terms == 0 &&
        add_gap(store, unit, inside.file, 0, 0, "a disk image that stopped workers: its bytes are read as a file's",
                true, error) != 0)
        return -1;
    if (inside.length > PART_LEAST)
        return split_content(store, unit, &inside, error);
    if (inside.length > 0)
        return add_gap(store, unit, inside.file, inside.begin, inside.length, reason, false, error);
    return repair_gap(store, unit, holding.number, reason, error);
}
