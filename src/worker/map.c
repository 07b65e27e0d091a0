/* The map: volumes, file systems and files of the evidence, as frames. */
#include <string.h>

#include "worker/unit.h"

static int send_volume(void *context, const struct sb_volume *volume)
{
    struct answer *answer = context;
    size_t start = answer_begin(answer, FRAME_VOLUME);
    wire_put_u32(&answer->out, volume->number);
    wire_put_u64(&answer->out, volume->start);
    wire_put_u64(&answer->out, volume->length);
    wire_put_text_within(&answer->out, volume->description, NAME_MAX_BYTES);
    wire_put_text(&answer->out, volume->file_system);
    wire_put_text(&answer->out, volume->encryption);
    wire_put_u8(&answer->out, volume->allocated);
    return answer_end(answer, start);
}

static int send_runs(struct answer *answer, const struct sb_run *runs, size_t count)
{
    while (count > 0) {
        size_t step = count < RUNS_PER_FRAME ? count : RUNS_PER_FRAME;
        size_t start = answer_begin(answer, FRAME_RUNS);
        wire_put_u32(&answer->out, (uint32_t)step);
        for (size_t i = 0; i < step; i++) {
            wire_put_u64(&answer->out, runs[i].file_offset);
            wire_put_u64(&answer->out, runs[i].image_offset);
            wire_put_u64(&answer->out, runs[i].length);
        }
        if (answer_end(answer, start) != 0)
            return -1;
        runs += step;
        count -= step;
    }
    return 0;
}

static uint64_t at_most(uint64_t size)
{
    return size < FILE_SIZE_MOST ? size : FILE_SIZE_MOST;
}

static int send_file(void *context, const struct sb_file *file)
{
    struct answer *answer = context;
    uint32_t flags = (file->allocated ? FILE_ALLOCATED : 0u) | (file->regular ? FILE_REGULAR : 0u) |
                     (file->metadata ? FILE_METADATA : 0u) | (file->hard_link ? FILE_HARD_LINK : 0u) |
                     (file->in_order ? FILE_IN_ORDER : 0u) | (file->resident ? FILE_RESIDENT : 0u) |
                     (file->packed ? FILE_PACKED : 0u) | (file->disk ? FILE_DISK : 0u);
    size_t start = answer_begin(answer, FRAME_FILE);
    wire_put_u32(&answer->out, file->number);
    wire_put_u32(&answer->out, file->volume);
    wire_put_u64(&answer->out, file->inode);
    wire_put_u32(&answer->out, file->attribute_type);
    wire_put_u32(&answer->out, file->attribute_id);
    wire_put_text_within(&answer->out, file->path, FILES_PATH_MAX);
    wire_put_u64(&answer->out, at_most(file->size));
    wire_put_u64(&answer->out, at_most(file->slack));
    wire_put_u64(&answer->out, (uint64_t)file->modified);
    wire_put_u64(&answer->out, (uint64_t)file->accessed);
    wire_put_u64(&answer->out, (uint64_t)file->changed);
    wire_put_u64(&answer->out, (uint64_t)file->created);
    wire_put_u32(&answer->out, flags);
    wire_put_u32(&answer->out, file->same_as);
    if (answer_end(answer, start) != 0)
        return -1;
    return send_runs(answer, file->runs, file->run_count);
}

static int send_gap(void *context, const char *what)
{
    struct answer *answer = context;
    size_t start = answer_begin(answer, FRAME_GAP);
    wire_put_text_within(&answer->out, what, NAME_MAX_BYTES);
    return answer_end(answer, start);
}

static int send_progress(void *context, uint64_t files)
{
    return answer_progress(context, files);
}

_Static_assert((int)INSIDE_MOST == (int)SB_INSIDE_MOST, "nothing lies deeper");
_Static_assert((int)EXTENT_LEAST == (int)SB_EXTENT_TOLD, "the supervisor believes no shorter one");

static int send_extent(void *context, const struct sb_extent *extent)
{
    struct answer *answer = context;
    size_t start = answer_begin(answer, FRAME_EXTENT);
    wire_put_u64(&answer->out, extent->start);
    wire_put_u64(&answer->out, extent->length);
    wire_put_u8(&answer->out, extent->kind == SB_LOST);
    wire_put_text_within(&answer->out, extent->kind == SB_LOST ? extent->reason : "", ERROR_TEXT_MAX);
    return answer_end(answer, start);
}

int unit_map(struct worker *worker, struct error *error)
{
    struct sb_map_sink sink = {send_extent, send_volume, send_file, send_gap, send_progress, &worker->answer};
    return sb_evidence_map(worker->evidence, &sink, error);
}
