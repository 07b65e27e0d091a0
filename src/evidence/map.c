/* The walk over a whole evidence: each volume, then its files. */
#include <string.h>

#include "base/text.h"
#include "evidence/room.h"

/* Full entropy is looked for only where nothing else is known of a volume. */
static int tell_volume(struct sb_evidence *evidence, struct volume *volume, const struct sb_map_sink *sink)
{
    struct sb_volume *told = &volume->told;
    if (told->file_system[0] == '\0' && told->encryption[0] == '\0' &&
        encryption_by_entropy(evidence->medium, told->start, told->length))
        told->encryption = "full entropy (VeraCrypt-like)";
    return sink->volume == NULL ? 0 : sink->volume(sink->context, told);
}

/* A plain file is its own only file: one run, from the first byte to the last. */
static int tell_single_file(struct sb_evidence *evidence, const struct sb_map_sink *sink, struct error *error)
{
    struct bytes path = {0};
    bytes_append_char(&path, '/');
    text_append_repaired(&path, evidence->name, strlen(evidence->name));
    struct sb_run run = {.length = evidence->info.size};
    struct sb_file file = {.number = 1,
                           .path = bytes_text(&path),
                           .size = evidence->info.size,
                           .modified = INT64_MIN,
                           .accessed = INT64_MIN,
                           .changed = INT64_MIN,
                           .created = INT64_MIN,
                           .allocated = true,
                           .regular = true,
                           .in_order = true,
                           .runs = &run,
                           .run_count = 1};
    int result = path.failed          ? fail(error, "Memory is short: close other programs and try again.")
                 : sink->file == NULL ? 0
                                      : sink->file(sink->context, &file);
    bytes_free(&path);
    return result;
}

static int tell_cut(const struct sb_map_sink *sink)
{
    struct bytes text = {0};
    bytes_format(&text, "The medium has more than %d volumes: the others are not read as volumes.", VOLUMES_MAX);
    int result = sink_gap(sink, &text);
    bytes_free(&text);
    return result;
}

/* Neighbours of one kind are told as one, when they are long together. */
static int tell_extents(struct sb_evidence *evidence, const struct sb_map_sink *sink)
{
    enum { PROGRESS_EVERY = 4096 };
    struct sb_extent told = {.kind = SB_DATA};
    unsigned steps = 0;
    int result = 0;
    for (uint64_t at = 0; result == 0 && at < evidence->info.size;) {
        struct sb_extent next;
        sb_evidence_extent(evidence, at, &next);
        if (next.kind == told.kind && (next.kind != SB_LOST || strcmp(next.reason, told.reason) == 0)) {
            told.length += next.length;
        } else {
            if (told.kind != SB_DATA && told.length >= SB_EXTENT_TOLD)
                result = sink->extent(sink->context, &told);
            told = next;
        }
        at += next.length;
        if (++steps % PROGRESS_EVERY == 0 && result == 0 && sink->progress != NULL)
            result = sink->progress(sink->context, 0);
    }
    if (result == 0 && told.kind != SB_DATA && told.length >= SB_EXTENT_TOLD)
        result = sink->extent(sink->context, &told);
    return result;
}

static int tell_missing(const struct sb_evidence *evidence, const struct sb_map_sink *sink)
{
    struct bytes text = {0};
    bytes_append_text(&text, evidence->medium->missing);
    int result = sink_gap(sink, &text);
    bytes_free(&text);
    return result;
}

int sb_evidence_map(struct sb_evidence *evidence, const struct sb_map_sink *sink, struct error *error)
{
    if (evidence->medium == NULL)
        return folder_map(evidence, sink, error);
    struct walk_counts counts = {0};
    int result = sink->extent == NULL ? 0 : tell_extents(evidence, sink);
    if (result == 0 && evidence->medium->missing[0] != '\0')
        result = tell_missing(evidence, sink);
    for (size_t i = 0; i < evidence->volume_count && result == 0; i++) {
        result = tell_volume(evidence, &evidence->volumes[i], sink);
        if (result == 0 && evidence->info.single_file)
            result = tell_single_file(evidence, sink, error);
        else if (result == 0)
            result = files_walk(evidence, &evidence->volumes[i], sink, &counts, error);
    }
    if (result == 0 && evidence->volumes_cut)
        result = tell_cut(sink);
    if (result == 0 && sink->progress != NULL)
        result = sink->progress(sink->context, evidence->info.single_file ? 1 : counts.files);
    return result;
}
