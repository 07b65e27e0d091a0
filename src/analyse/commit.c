/* Sightings are attributed here rather than in the worker: the extents are the store's, and the worker is not believed.
 */
#include "analyse/commit.h"

#include <stdlib.h>
#include <string.h>

#include "analyse/gaps.h"
#include "analyse/map_rows.h"
#include "analyse/reason.h"
#include "base/arena.h"
#include "base/wire.h"
#include "scan/kinds.h"
#include "scan/scan.h"
#include "worker/protocol.h"

enum { RESIDENT_MOST = 4096 }; /* bytes of a content that may lie inside a metadata record, outside of any extent */
enum { BATCH = 16 * 1024, BATCH_BYTES = 16 << 20 };

struct committer {
    const struct commit *commit;
    struct error *error;
    struct arena arena; /* texts of the batch */
    struct store_sighting *batch;
    size_t batch_count;
    int64_t added;
    struct store_segment *segments; /* of the span, by start; or of one file, by file_offset */
    size_t segment_count, segment_room;
    int64_t segments_of;          /* file whose segments are loaded, in a files unit */
    struct store_file_state file; /* its own */
    struct known_gaps gaps;
    int64_t hashed; /* the file whose digests came last; 0: none */
    struct digests digests;
};

static int keep_segment(void *context, const struct store_segment *segment)
{
    struct committer *committer = context;
    if (committer->segment_count == committer->segment_room) {
        size_t room = committer->segment_room == 0 ? 1024 : 2 * committer->segment_room;
        struct store_segment *grown = reallocarray(committer->segments, room, sizeof *grown);
        if (grown == NULL)
            return fail(committer->error, "memory is short");
        committer->segments = grown;
        committer->segment_room = room;
    }
    committer->segments[committer->segment_count++] = *segment;
    return 0;
}

/* The last segment that begins at or before `offset` by `key`, if it covers it. */
static const struct store_segment *covering(const struct committer *committer, int64_t offset, bool by_file_offset)
{
    size_t low = 0;
    size_t high = committer->segment_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct store_segment *segment = &committer->segments[middle];
        if ((by_file_offset ? segment->file_offset : segment->start) <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return NULL;
    const struct store_segment *segment = &committer->segments[low - 1];
    int64_t start = by_file_offset ? segment->file_offset : segment->start;
    return offset - start < segment->length ? segment : NULL;
}

static void place_in_image(const struct committer *committer, int64_t offset, struct store_sighting *sighting)
{
    const struct store_segment *segment = covering(committer, offset, false);
    sighting->offset = offset;
    sighting->file_offset = STORE_NO_OFFSET;
    sighting->allocation = PLACE_UNALLOCATED;
    if (segment == NULL)
        return;
    sighting->file = segment->file;
    sighting->file_offset = segment->file_offset + (offset - segment->start);
    sighting->allocation = sighting->file_offset >= segment->file_size ? PLACE_SLACK
                           : segment->allocated                        ? PLACE_ALLOCATED
                                                                       : PLACE_DELETED;
}

static int load_file(struct committer *committer, int64_t file)
{
    if (committer->segments_of == file)
        return 0;
    committer->segment_count = 0;
    committer->segments_of = file;
    const struct commit *commit = committer->commit;
    if (store_file_state(commit->store, commit->unit->evidence_id, file, &committer->file, committer->error) != 0)
        return -1;
    return store_segment_of_file(commit->store, commit->unit->evidence_id, file, keep_segment, committer,
                                 committer->error);
}

/* A deleted file that owns no extent: its content is in its metadata record, or else all given away to others. */
static bool lies_in_metadata(const struct committer *committer)
{
    return committer->segment_count == 0 && committer->file.size <= RESIDENT_MOST;
}

/* A deleted file's bytes that another file owns now are that file's: *ours is false. Of a compressed file the run that
 * begins before them holds them. The files of a folder have no medium, and so their bytes no place in one. */
static int place_in_file(struct committer *committer, int64_t file, int64_t offset, struct store_sighting *sighting,
                         bool *ours)
{
    if (load_file(committer, file) != 0)
        return -1;
    const struct store_segment *segment = covering(committer, offset, true);
    bool packed = committer->file.apart == READ_UNPACKED || committer->file.apart == READ_AS_PACKED_DISK;
    bool before = committer->segment_count > 0 && committer->segments[0].file_offset <= offset;
    *ours = committer->file.allocated || segment != NULL || (packed && before) || lies_in_metadata(committer);
    sighting->file = file;
    sighting->file_offset = offset;
    sighting->offset = segment != NULL && !packed ? segment->start + (offset - segment->file_offset) : STORE_NO_OFFSET;
    sighting->allocation = committer->file.allocated ? PLACE_ALLOCATED : PLACE_DELETED;
    return 0;
}

static int flush(struct committer *committer)
{
    const struct commit *commit = committer->commit;
    if (committer->batch_count == 0)
        return 0;
    int result = store_sightings_add(commit->store, commit->case_id, commit->unit->evidence_id, committer->batch,
                                     committer->batch_count, committer->error);
    committer->added += (int64_t)committer->batch_count;
    committer->batch_count = 0;
    arena_free(&committer->arena);
    return result;
}

static int take_sighting(struct committer *committer, struct wire_reader *reader)
{
    size_t path_length;
    size_t value_length;
    size_t context_length;
    int64_t file = wire_get_u32(reader);
    int64_t offset = (int64_t)wire_get_u64(reader);
    uint8_t kind = wire_get_u8(reader);
    struct store_sighting sighting = {.encoding = wire_get_u8(reader)};
    sighting.count = wire_get_u32(reader);
    const char *path = wire_get_text(reader, SB_PATH_MAX, &path_length);
    const char *value = wire_get_text(reader, SB_VALUE_MAX, &value_length);
    const char *context = wire_get_text(reader, SB_CONTEXT_MAX, &context_length);
    bool ours = true;
    if (file == 0)
        place_in_image(committer, offset, &sighting);
    else if (place_in_file(committer, file, offset, &sighting, &ours) != 0)
        return -1;
    if (!ours)
        return 0;
    sighting.kind = sb_kind_info((enum sb_kind)kind)->name;
    sighting.path = arena_text(&committer->arena, path, path_length);
    sighting.value = arena_text(&committer->arena, value, value_length);
    sighting.context = arena_text(&committer->arena, context, context_length);
    if (sighting.path == NULL || sighting.value == NULL || sighting.context == NULL)
        return fail(committer->error, "memory is short");
    store_selector_hash(sighting.kind, value, value_length, sighting.hash);
    committer->batch[committer->batch_count++] = sighting;
    return committer->batch_count == BATCH || committer->arena.used > BATCH_BYTES ? flush(committer) : 0;
}

struct place {
    int64_t start, end; /* of a file that lies in order */
    bool taken;
};

static int see_owner(void *context, const struct store_segment *segment)
{
    struct place *place = context;
    place->taken |= segment->allocated && segment->start < place->end;
    return 0;
}

/* Of a deleted file whose blocks a living one owns now, what was read is not its content. (That another deleted one
 * claims some of them too says nothing against either.) */
static int still_there(struct committer *committer, int64_t file, bool *there)
{
    const struct commit *commit = committer->commit;
    if (load_file(committer, file) != 0)
        return -1;
    *there = committer->file.allocated || lies_in_metadata(committer);
    if (*there || committer->segment_count == 0)
        return 0;
    if (committer->file.apart == HASHED_APART) {
        struct place place = {.start = committer->segments[0].start - committer->segments[0].file_offset};
        place.end = place.start + committer->file.size;
        if (store_segment_each(commit->store, commit->unit->evidence_id, place.start, place.end, see_owner, &place,
                               committer->error) != 0)
            return -1;
        *there = !place.taken;
        return 0;
    }
    int64_t owned = 0;
    for (size_t i = 0; i < committer->segment_count; i++)
        owned += committer->segments[i].length;
    *there = owned >= committer->file.size;
    return 0;
}

static int take_content(struct committer *committer, struct wire_reader *reader)
{
    const struct commit *commit = committer->commit;
    size_t length;
    int64_t file = wire_get_u32(reader);
    const char *type_text = wire_get_text(reader, NAME_MAX_BYTES, &length);
    char *type = arena_text(&committer->arena, type_text, length);
    if (type == NULL)
        return fail(committer->error, "memory is short");
    struct digests digests;
    bool has_digests = wire_get_u8(reader) == 1;
    if (has_digests) {
        memcpy(digests.md5, wire_get_blob(reader, MD5_SIZE, &length), MD5_SIZE);
        memcpy(digests.sha1, wire_get_blob(reader, SHA1_SIZE, &length), SHA1_SIZE);
        memcpy(digests.sha256, wire_get_blob(reader, SHA256_SIZE, &length), SHA256_SIZE);
    }
    if (has_digests) {
        committer->hashed = file;
        committer->digests = digests;
    }
    if (has_digests && commit->unit->kind == UNIT_FILES && still_there(committer, file, &has_digests) != 0)
        return -1;
    return store_file_digest(commit->store, commit->case_id, commit->unit->evidence_id, file,
                             has_digests ? &digests : NULL, type, committer->error);
}

/* Once for the commit of a unit. */
static int load_gaps(struct committer *committer)
{
    const struct commit *commit = committer->commit;
    return gaps_load(&committer->gaps, commit->store, commit->unit->evidence_id, commit->unit->terms != 0,
                     committer->error);
}

static int add_gap(struct committer *committer, int64_t file, int64_t start, int64_t length, const char *path,
                   size_t path_length, const char *reason, size_t reason_length, bool read)
{
    static const char *const names[] = {"map", "span", "files", "digest"};
    struct bytes said = {0};
    if (read)
        bytes_append(&said, reason, reason_length);
    else
        reason_append(&said, reason, reason_length);
    char *path_text = arena_text(&committer->arena, path, path_length);
    char *reason_text = said.failed ? NULL : arena_text(&committer->arena, bytes_text(&said), said.length);
    bytes_free(&said);
    if (path_text == NULL || reason_text == NULL)
        return fail(committer->error, "memory is short");
    struct store_gap gap = {.evidence_id = committer->commit->unit->evidence_id,
                            .unit = names[committer->commit->unit->kind],
                            .start = start,
                            .length = length,
                            .file = file,
                            .path = path_text,
                            .reason = reason_text,
                            .read = read};
    /* Who searches evidence again meets what could not be read again. */
    bool already = false;
    if (committer->commit->unit->terms != 0 &&
        (load_gaps(committer) != 0 || gaps_keep(&committer->gaps, &gap, &already, committer->error) != 0))
        return -1;
    return already ? 0 : store_gap_add(committer->commit->store, &gap, committer->error);
}

static int take_note(struct committer *committer, struct wire_reader *reader)
{
    size_t path_length;
    size_t reason_length;
    int64_t file = wire_get_u32(reader);
    int64_t offset = (int64_t)wire_get_u64(reader);
    const char *path = wire_get_text(reader, SB_PATH_MAX, &path_length);
    const char *reason = wire_get_text(reader, NAME_MAX_BYTES, &reason_length);
    return add_gap(committer, file, offset, 0, path, path_length, reason, reason_length, true);
}

static int take_unread(struct committer *committer, struct wire_reader *reader)
{
    size_t reason_length;
    int64_t file = wire_get_u32(reader);
    int64_t start = (int64_t)wire_get_u64(reader);
    int64_t length = (int64_t)wire_get_u64(reader);
    const char *reason = wire_get_text(reader, NAME_MAX_BYTES, &reason_length);
    if (file == 0 && load_gaps(committer) != 0)
        return -1;
    if (file == 0)
        gaps_leave_out_lost(&committer->gaps, &start, &length);
    if (file == 0 && length == 0)
        return 0;
    return add_gap(committer, file, start, length, "", 0, reason, reason_length, false);
}

int commit_first_units(struct store *store, int64_t evidence_id, bool digests, struct error *error)
{
    struct store_unit map = {.evidence_id = evidence_id, .kind = UNIT_MAP};
    struct store_unit digest = {.evidence_id = evidence_id, .kind = UNIT_DIGEST};
    if (store_unit_add(store, &map, error) != 0)
        return -1;
    return digests ? store_unit_add(store, &digest, error) : 0;
}

/* A file is a disk image: evidence of its own. Where the file is the disk, byte for byte, its digests are the disk's.
 */
static int take_disk(struct committer *committer, struct wire_reader *reader)
{
    const struct commit *commit = committer->commit;
    int64_t parent = commit->unit->evidence_id;
    int64_t file = wire_get_u32(reader);
    bool digested = wire_get_u8(reader) == 1 && committer->hashed == file;
    int64_t id = 0;
    bool fresh = false;
    if (load_file(committer, file) != 0)
        return -1;
    if (!store_may_be_disk(committer->file.apart))
        return 0; /* nobody asked whether it is */
    if (store_evidence_inside(commit->store, parent, file, &id, &fresh, committer->error) != 0)
        return -1;
    if (!fresh)
        return 0;
    if (digested && store_evidence_digest(commit->store, id, &committer->digests, committer->error) != 0)
        return -1;
    return commit_first_units(commit->store, id, commit->digests && !digested, committer->error);
}

static int take_image(const struct committer *committer, struct wire_reader *reader)
{
    struct digests digests;
    size_t length;
    memcpy(digests.md5, wire_get_blob(reader, MD5_SIZE, &length), MD5_SIZE);
    memcpy(digests.sha1, wire_get_blob(reader, SHA1_SIZE, &length), SHA1_SIZE);
    memcpy(digests.sha256, wire_get_blob(reader, SHA256_SIZE, &length), SHA256_SIZE);
    return store_evidence_digest(committer->commit->store, committer->commit->unit->evidence_id, &digests,
                                 committer->error);
}

/* Contents first: whether a file is known good decides what its sightings weigh. */
static int take_contents(void *context, uint8_t type, const uint8_t *payload, size_t length)
{
    struct wire_reader reader = {payload, length, 0, false};
    return type == FRAME_CONTENT ? take_content(context, &reader) : 0;
}

static int take_others(void *context, uint8_t type, const uint8_t *payload, size_t length)
{
    struct committer *committer = context;
    struct wire_reader reader = {payload, length, 0, false};
    switch (type) {
    case FRAME_SIGHTING:
        return take_sighting(committer, &reader);
    case FRAME_NOTE:
        return take_note(committer, &reader);
    case FRAME_DISK:
        return take_disk(committer, &reader);
    case FRAME_UNREAD:
        return take_unread(committer, &reader);
    case FRAME_IMAGE:
        return take_image(committer, &reader);
    default:
        return 0;
    }
}

static int commit_findings(const struct commit *commit, struct spool *spool, int64_t *sightings, struct error *error)
{
    struct committer committer = {.commit = commit, .error = error};
    committer.batch = calloc(BATCH, sizeof *committer.batch);
    int result = committer.batch == NULL ? fail(error, "memory is short") : 0;
    if (result == 0 && commit->unit->kind == UNIT_SPAN)
        result = store_segment_each(commit->store, commit->unit->evidence_id, commit->unit->start,
                                    commit->unit->start + commit->unit->length, keep_segment, &committer, error);
    if (result == 0)
        result = spool_each(spool, take_contents, &committer, error);
    committer.segments_of = 0;
    if (result == 0)
        result = spool_each(spool, take_others, &committer, error);
    if (result == 0)
        result = flush(&committer);
    *sightings += committer.added;
    arena_free(&committer.arena);
    free(committer.segments);
    gaps_free(&committer.gaps);
    free(committer.batch);
    return result;
}

int commit_unit(const struct commit *commit, struct spool *spool, int64_t *sightings, struct error *error)
{
    if (commit->unit->kind == UNIT_MAP)
        return commit_map(commit, spool, error);
    return commit_findings(commit, spool, sightings, error);
}
