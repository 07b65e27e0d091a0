/* Every file goes one of these ways (enum store_apart), decided here, once. */
#include "analyse/map_rows.h"

#include <stdlib.h>
#include <string.h>

#include "analyse/plan.h"
#include "base/wire.h"
#include "worker/protocol.h"

static const int64_t CLAIMED_MOST = (int64_t)1 << 44; /* bytes of a file of a folder */

struct mapper {
    const struct commit *commit;
    struct error *error;
    struct bytes path;
    struct store_file file; /* the one that runs may follow; number 0: none yet */
    uint32_t flags;
    int64_t runs; /* of it, so far */
    int64_t volume_starts[1024];
    struct store_unit batch; /* the files unit that is being gathered; length 0: none */
    int64_t batch_files;
    int64_t disks;           /* files that begin as one, so far */
    struct digests empty;    /* of no bytes at all: what every empty file has */
    struct plan_hole *holes; /* owned */
    size_t hole_count, hole_room;
};

static int take_volume(struct mapper *mapper, struct wire_reader *reader)
{
    struct bytes texts[3] = {{0}, {0}, {0}};
    struct store_volume volume = {.number = wire_get_u32(reader)};
    volume.start = (int64_t)wire_get_u64(reader);
    volume.length = (int64_t)wire_get_u64(reader);
    for (int i = 0; i < 3; i++) {
        size_t length;
        const char *text = wire_get_text(reader, NAME_MAX_BYTES, &length);
        bytes_append(&texts[i], text, length);
    }
    volume.description = bytes_text(&texts[0]);
    volume.file_system = bytes_text(&texts[1]);
    volume.encryption = bytes_text(&texts[2]);
    volume.allocated = wire_get_u8(reader) != 0;
    if (volume.number >= 0 && volume.number < 1024)
        mapper->volume_starts[volume.number] = volume.start;
    int result = store_volume_add(mapper->commit->store, mapper->commit->unit->evidence_id, &volume, mapper->error);
    for (int i = 0; i < 3; i++)
        bytes_free(&texts[i]);
    return result;
}

static int end_batch(struct mapper *mapper)
{
    if (mapper->batch.length == 0)
        return 0;
    int result = store_unit_add(mapper->commit->store, &mapper->batch, mapper->error);
    mapper->batch = (struct store_unit){0};
    mapper->batch_files = 0;
    return result;
}

/* A file may claim any size; what is to be read for it is for progress only, and must add up. */
static int64_t bytes_of(const struct mapper *mapper, const struct store_file *file)
{
    int64_t most = mapper->commit->folder ? CLAIMED_MOST : mapper->commit->size;
    return file->size < most ? file->size : most;
}

/* What may be a disk is a unit of its own: whatever it does to a worker, it does to nothing else. */
static int add_disk(struct mapper *mapper, const struct store_file *file)
{
    struct store_unit unit = {.evidence_id = mapper->commit->unit->evidence_id,
                              .kind = UNIT_FILES,
                              .start = file->number,
                              .length = 1,
                              .bytes = bytes_of(mapper, file)};
    mapper->disks++;
    return store_unit_add(mapper->commit->store, &unit, mapper->error);
}

static int add_to_batch(struct mapper *mapper, const struct store_file *file)
{
    struct store_unit *batch = &mapper->batch;
    int64_t bytes = bytes_of(mapper, file);
    if (batch->length > 0 && (batch->bytes + bytes > FILES_UNIT_BYTES || mapper->batch_files >= FILES_UNIT_COUNT) &&
        end_batch(mapper) != 0)
        return -1;
    if (batch->length == 0)
        *batch = (struct store_unit){
            .evidence_id = mapper->commit->unit->evidence_id, .kind = UNIT_FILES, .start = file->number};
    batch->length = file->number - batch->start + 1;
    batch->bytes += bytes;
    mapper->batch_files++;
    return 0;
}

static enum store_apart way_of(const struct mapper *mapper, const struct store_file *file, uint32_t flags,
                               bool has_runs)
{
    if (!file->regular || file->metadata || file->same_as != 0 || file->size == 0)
        return READ_BY_SWEEP;
    if ((flags & FILE_DISK) != 0 && (has_runs || mapper->commit->folder) && mapper->disks < STORE_RANK_MOST &&
        store_evidence_depth(mapper->commit->unit->evidence_id) < STORE_INSIDE_MOST)
        return (flags & FILE_PACKED) != 0 ? READ_AS_PACKED_DISK : READ_AS_DISK;
    if ((flags & FILE_IN_ORDER) != 0 && has_runs) {
        bool hashed_later = file->size > WHOLE_FILE_MOST && mapper->commit->digests;
        return hashed_later ? HASHED_APART : READ_BY_SWEEP;
    }
    /* Without runs there is nothing to read, unless the content lies elsewhere than in blocks. */
    if ((flags & FILE_PACKED) != 0 && has_runs)
        return READ_UNPACKED;
    return has_runs || (flags & FILE_RESIDENT) != 0 || mapper->commit->folder ? READ_APART : READ_BY_SWEEP;
}

/* Whether a file has runs is known only when its first RUNS frame comes: its row is written after that. */
static int end_file(struct mapper *mapper)
{
    struct store_file *file = &mapper->file;
    if (file->number == 0)
        return 0;
    file->apart = way_of(mapper, file, mapper->flags, mapper->runs > 0);
    const struct commit *commit = mapper->commit;
    if (store_file_add(commit->store, file, mapper->error) != 0)
        return -1;
    if (store_may_be_disk(file->apart) ? add_disk(mapper, file) != 0
                                       : file->apart != READ_BY_SWEEP && add_to_batch(mapper, file) != 0)
        return -1;
    int64_t number = file->number;
    file->number = 0;
    if (!file->regular || file->size != 0 || file->same_as != 0)
        return 0;
    return store_file_digest(commit->store, commit->case_id, commit->unit->evidence_id, number,
                             commit->digests ? &mapper->empty : NULL, "inode/x-empty", mapper->error);
}

static int take_file(struct mapper *mapper, struct wire_reader *reader)
{
    if (end_file(mapper) != 0)
        return -1;
    struct store_file *file = &mapper->file;
    size_t length;
    *file = (struct store_file){.evidence_id = mapper->commit->unit->evidence_id, .number = wire_get_u32(reader)};
    file->volume = wire_get_u32(reader);
    file->inode = (int64_t)wire_get_u64(reader);
    file->attribute_type = wire_get_u32(reader);
    file->attribute_id = wire_get_u32(reader);
    const char *path = wire_get_text(reader, FILES_PATH_MAX, &length);
    bytes_clear(&mapper->path);
    bytes_append(&mapper->path, path, length);
    file->path = bytes_text(&mapper->path);
    file->size = (int64_t)wire_get_u64(reader);
    (void)wire_get_u64(reader); /* slack: runs minus size say it */
    file->modified = (int64_t)wire_get_u64(reader);
    file->accessed = (int64_t)wire_get_u64(reader);
    file->changed = (int64_t)wire_get_u64(reader);
    file->created = (int64_t)wire_get_u64(reader);
    mapper->flags = wire_get_u32(reader);
    file->same_as = wire_get_u32(reader);
    file->allocated = (mapper->flags & FILE_ALLOCATED) != 0;
    file->regular = (mapper->flags & FILE_REGULAR) != 0;
    file->metadata = (mapper->flags & FILE_METADATA) != 0;
    file->type = "";
    file->known = "";
    if (file->volume >= 0 && file->volume < 1024)
        file->volume_start = mapper->volume_starts[file->volume];
    mapper->runs = 0;
    return 0;
}

/* Content of a living file before its file system's own, that before what was deleted; a resident file before $MFT. */
static int64_t priority_of(const struct store_file *file, uint32_t flags)
{
    if (!file->allocated)
        return (flags & FILE_RESIDENT) != 0 ? 3 : file->regular ? 1 : 0;
    if ((flags & FILE_RESIDENT) != 0)
        return 5;
    return file->regular && !file->metadata ? 4 : 2;
}

static int take_runs(struct mapper *mapper, struct wire_reader *reader)
{
    const struct store_file *file = &mapper->file;
    uint32_t count = wire_get_u32(reader);
    enum store_apart way = way_of(mapper, file, mapper->flags, count > 0);
    bool content = file->regular && !file->metadata && file->size > 0;
    for (uint32_t i = 0; i < count; i++) {
        struct store_run run = {.file = file->number, .file_size = file->size, .allocated = file->allocated};
        run.file_offset = (int64_t)wire_get_u64(reader);
        run.start = (int64_t)wire_get_u64(reader);
        run.length = (int64_t)wire_get_u64(reader);
        run.priority = priority_of(file, mapper->flags);
        run.apart = way == READ_APART || way == READ_UNPACKED || store_may_be_disk(way);
        run.whole = content && way == READ_BY_SWEEP;
        if (run.length > 0 && store_run_add(mapper->commit->store, file->evidence_id, &run, mapper->error) != 0)
            return -1;
    }
    mapper->runs += count;
    return 0;
}

static int take_gap(struct mapper *mapper, struct wire_reader *reader)
{
    size_t length;
    const char *text = wire_get_text(reader, NAME_MAX_BYTES, &length);
    struct bytes reason = {0};
    bytes_append(&reason, text, length);
    struct store_gap gap = {
        .evidence_id = mapper->commit->unit->evidence_id, .unit = "map", .path = "", .reason = bytes_text(&reason)};
    int result = store_gap_add(mapper->commit->store, &gap, mapper->error);
    bytes_free(&reason);
    return result;
}

static int take_extent(struct mapper *mapper, struct wire_reader *reader)
{
    size_t length;
    struct store_gap gap = {.evidence_id = mapper->commit->unit->evidence_id, .unit = "map", .path = ""};
    gap.start = (int64_t)wire_get_u64(reader);
    gap.length = (int64_t)wire_get_u64(reader);
    bool lost = wire_get_u8(reader) != 0;
    const char *text = wire_get_text(reader, NAME_MAX_BYTES, &length);
    if (mapper->hole_count == mapper->hole_room) {
        size_t room = mapper->hole_room == 0 ? 64 : 2 * mapper->hole_room;
        struct plan_hole *grown = reallocarray(mapper->holes, room, sizeof *grown);
        if (grown == NULL)
            return fail(mapper->error, "memory is short");
        mapper->holes = grown;
        mapper->hole_room = room;
    }
    mapper->holes[mapper->hole_count++] = (struct plan_hole){gap.start, gap.start + gap.length};
    if (!lost)
        return 0;
    struct bytes reason = {0};
    bytes_append(&reason, text, length);
    gap.reason = bytes_text(&reason);
    int result = store_gap_add(mapper->commit->store, &gap, mapper->error);
    bytes_free(&reason);
    return result;
}

static int take_frame(void *context, uint8_t type, const uint8_t *payload, size_t length)
{
    struct wire_reader reader = {payload, length, 0, false};
    switch (type) {
    case FRAME_EXTENT:
        return take_extent(context, &reader);
    case FRAME_VOLUME:
        return take_volume(context, &reader);
    case FRAME_FILE:
        return take_file(context, &reader);
    case FRAME_RUNS:
        return take_runs(context, &reader);
    case FRAME_GAP:
        return take_gap(context, &reader);
    default:
        return 0;
    }
}

int commit_map(const struct commit *commit, struct spool *spool, struct error *error)
{
    struct mapper mapper = {.commit = commit, .error = error};
    struct digester *digester = digester_new();
    if (digester == NULL)
        return fail(error, "memory is short");
    digester_finish(digester, &mapper.empty);
    digester_free(digester);
    int result = spool_each(spool, take_frame, &mapper, error);
    if (result == 0)
        result = end_file(&mapper);
    if (result == 0)
        result = end_batch(&mapper);
    bytes_free(&mapper.path);
    if (result == 0)
        result =
            plan_spans(commit->store, commit->unit->evidence_id, commit->size, mapper.holes, mapper.hole_count, error);
    free(mapper.holes);
    if (result == 0)
        result = store_evidence_state(commit->store, commit->unit->evidence_id, "mapped", "", error);
    return result == 0 ? store_terms_plan(commit->store, commit->unit->evidence_id, error) : -1;
}
