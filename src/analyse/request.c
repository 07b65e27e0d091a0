/* A span's request cuts the image into stretches that are scanned as one stream each: a file's content on the one hand,
 * on the other what lies between contents (slack and free bytes, together, since old data runs through both). Content
 * that a file unit reads is left out. So a value never seems to run from one file into what happens to lie behind it.
 * But who searches for a term may know text that was there before the files: where two owners meet is a seam, and a
 * term that runs over it is found there. */
#include "analyse/request.h"

#include <string.h>

#include "analyse/inside.h"
#include "analyse/part.h"
#include "base/wire.h"
#include "scan/scan.h"
#include "worker/protocol.h"

enum { LOOK_AHEAD = 1 << 20 }; /* bytes behind a span among which the end of its last stretch is looked for first */

struct ranges {
    int64_t begin, end;  /* of the span */
    int64_t at;          /* everything before it is in a range or left out */
    int64_t start;       /* of the range that may still grow */
    int64_t length;      /* 0: none */
    int64_t file;        /* whose content it is; 0: between contents */
    int64_t file_offset; /* of its first byte */
    int64_t file_size;
    bool whole;
    bool seams_wanted;
    int64_t seam; /* the last one */
    struct bytes range_list, file_list, seam_list;
    uint32_t range_count, file_count, seam_count;
    struct bytes numbers; /* of these files (uint32_t), for the check */
};

static void close_range(struct ranges *ranges)
{
    int64_t start = ranges->start;
    int64_t end = start + ranges->length;
    if (ranges->length > 0 && start < ranges->end && end > ranges->begin) {
        wire_put_u64(&ranges->range_list, (uint64_t)start);
        wire_put_u64(&ranges->range_list, (uint64_t)ranges->length);
        ranges->range_count++;
        if (ranges->whole && ranges->file_offset == 0 && ranges->length == ranges->file_size &&
            start >= ranges->begin && end <= ranges->end) {
            wire_put_u32(&ranges->file_list, (uint32_t)ranges->file);
            wire_put_u64(&ranges->file_list, (uint64_t)start);
            wire_put_u64(&ranges->file_list, (uint64_t)ranges->file_size);
            ranges->file_count++;
            uint32_t number = (uint32_t)ranges->file;
            bytes_append(&ranges->numbers, &number, sizeof number);
        }
    }
    ranges->length = 0;
}

/* Nothing that comes can change a stretch that begins in the span. */
static bool is_settled(const struct ranges *ranges)
{
    return ranges->at >= ranges->end && (ranges->length == 0 || ranges->start >= ranges->end);
}

/* One that ends the span is this span's: what runs over it begins here. */
static void add_seam(struct ranges *ranges, int64_t offset)
{
    if (!ranges->seams_wanted || offset <= ranges->begin || offset > ranges->end || offset <= ranges->seam)
        return;
    wire_put_u64(&ranges->seam_list, (uint64_t)offset);
    ranges->seam = offset;
    ranges->seam_count++;
}

static void add_bytes(struct ranges *ranges, int64_t end, int64_t file, int64_t file_offset,
                      const struct store_segment *segment)
{
    int64_t start = ranges->at;
    if (end <= start)
        return;
    ranges->at = end;
    bool grows = ranges->length > 0 && ranges->file == file && ranges->start + ranges->length == start &&
                 (file == 0 || ranges->file_offset + ranges->length == file_offset);
    if (grows) {
        ranges->length += end - start;
        return;
    }
    close_range(ranges);
    add_seam(ranges, start);
    ranges->start = start;
    ranges->length = end - start;
    ranges->file = file;
    ranges->file_offset = file_offset;
    ranges->file_size = segment == NULL ? 0 : segment->file_size;
    ranges->whole = segment != NULL && segment->whole;
}

static int take_segment(void *context, const struct store_segment *segment)
{
    struct ranges *ranges = context;
    add_bytes(ranges, segment->start, 0, 0, NULL);
    int64_t end = segment->start + segment->length;
    int64_t content_end = segment->start + (segment->file_size - segment->file_offset);
    if (segment->file_size <= segment->file_offset)
        content_end = segment->start;
    if (content_end > end)
        content_end = end;
    if (segment->apart && content_end > ranges->at) {
        close_range(ranges);
        add_seam(ranges, ranges->at);
        ranges->at = content_end;
        add_seam(ranges, content_end);
    } else {
        /* The look-up may begin inside a segment. */
        int64_t skipped = ranges->at > segment->start ? ranges->at - segment->start : 0;
        add_bytes(ranges, content_end, segment->file, segment->file_offset + skipped, segment);
    }
    add_bytes(ranges, end, 0, 0, NULL);
    return is_settled(ranges);
}

/* The last stretch goes on behind the span to its own end, wherever that is: a container that begins in the span is
 * then decoded as far as its bytes go together and its budgets reach. Looked for in steps that grow, because between
 * here and the end of the image there may be millions of segments, or none. */
static int gather_ranges(struct store *store, const struct store_unit *unit, int64_t size, struct ranges *ranges,
                         struct error *error)
{
    int64_t low = unit->start > SB_MARGIN ? unit->start - SB_MARGIN : 0;
    int64_t step = LOOK_AHEAD;
    ranges->at = low;
    for (int64_t high = ranges->end; !is_settled(ranges) && low < size; low = high, step *= 2) {
        high = size - high > step ? high + step : size;
        if (store_segment_each(store, unit->evidence_id, low, high, take_segment, ranges, error) < 0)
            return -1;
        if (!is_settled(ranges))
            add_bytes(ranges, high, 0, 0, NULL);
    }
    close_range(ranges);
    return 0;
}

static int request_span(struct store *store, const struct store_unit *unit, const struct request_scope *scope,
                        struct bytes *out, struct check *check, struct error *error)
{
    struct ranges ranges = {
        .begin = unit->start, .end = unit->start + unit->length, .seams_wanted = scope->terms != NULL};
    if (gather_ranges(store, unit, scope->size, &ranges, error) != 0)
        return -1;
    size_t start = frame_begin(out, FRAME_SPAN);
    wire_put_u64(out, (uint64_t)ranges.begin);
    wire_put_u64(out, (uint64_t)ranges.end);
    wire_put_u8(out, scope->digests && unit->terms == 0);
    wire_put_u32(out, ranges.range_count);
    bytes_append(out, ranges.range_list.data, ranges.range_list.length);
    if (unit->terms != 0) /* known since the first sweep */
        ranges.file_count = 0;
    wire_put_u32(out, ranges.file_count);
    bytes_append(out, ranges.file_list.data, ranges.file_count == 0 ? 0 : ranges.file_list.length);
    wire_put_u32(out, ranges.seam_count);
    bytes_append(out, ranges.seam_list.data, ranges.seam_list.length);
    frame_end(out, start);
    check->begin = (uint64_t)ranges.begin;
    check->end = (uint64_t)ranges.end;
    out->failed |= ranges.range_list.failed | ranges.file_list.failed | ranges.seam_list.failed | ranges.numbers.failed;
    int result = check_allow_files(check, (const uint32_t *)(const void *)ranges.numbers.data, ranges.file_count);
    bytes_free(&ranges.range_list);
    bytes_free(&ranges.file_list);
    bytes_free(&ranges.seam_list);
    bytes_free(&ranges.numbers);
    return result == 0 ? 0 : fail(error, "memory is short");
}

struct files {
    struct bytes list;
    struct bytes numbers;
    uint32_t count;
    const struct store_unit *unit;
    const struct part *part; /* of the one file; NULL: all of each */
};

static int take_file(void *context, const struct store_file *file)
{
    struct files *files = context;
    if (has_unit_of_its_own(files->unit, file))
        return 0;
    uint32_t number = (uint32_t)file->number;
    bytes_append(&files->numbers, &number, sizeof number);
    wire_put_u32(&files->list, number);
    inside_put_place(file, &files->list);
    wire_put_u64(&files->list, files->part == NULL ? 0 : (uint64_t)files->part->begin);
    wire_put_u64(&files->list, (uint64_t)(files->part == NULL ? file->size : files->part->begin + files->part->length));
    /* A part is left of a file that breaks workers, perhaps just by being tried as a disk. */
    bool tried = store_may_be_disk(file->apart) && files->part == NULL;
    wire_put_u8(&files->list, file->apart == HASHED_APART ? FILE_HASHED : tried ? FILE_TRIED : FILE_SCANNED);
    files->count++;
    return 0;
}

static int request_files(struct store *store, const struct store_unit *unit, bool digests, struct bytes *out,
                         struct check *check, struct error *error)
{
    struct part part = {unit->start, 0, unit->length};
    bool is_part = part_of_unit(unit, &part);
    struct files files = {.unit = unit, .part = is_part ? &part : NULL};
    if (store_file_apart_each(store, unit->evidence_id, part.file, is_part ? 1 : unit->length, take_file, &files,
                              error) != 0)
        return -1;
    size_t start = frame_begin(out, FRAME_FILES);
    wire_put_u8(out, digests);
    wire_put_u32(out, files.count);
    bytes_append(out, files.list.data, files.list.length);
    frame_end(out, start);
    out->failed |= files.list.failed | files.numbers.failed;
    int result = check_allow_files(check, (const uint32_t *)(const void *)files.numbers.data, files.count);
    bytes_free(&files.list);
    bytes_free(&files.numbers);
    return result == 0 ? 0 : fail(error, "memory is short");
}

int request_unit(struct store *store, const struct store_unit *unit, const struct request_scope *scope,
                 struct bytes *out, struct check *check, struct error *error)
{
    check_free(check);
    *check = (struct check){.kind = unit->kind,
                            .evidence_size = (uint64_t)scope->size,
                            .end = (uint64_t)scope->size,
                            .terms = scope->terms,
                            .terms_only = unit->terms != 0};
    int result = 0;
    if (unit->kind == UNIT_SPAN)
        result = request_span(store, unit, scope, out, check, error);
    else if (unit->kind == UNIT_FILES)
        result = request_files(store, unit, scope->digests && unit->terms == 0, out, check, error);
    else
        frame_end(out, frame_begin(out, unit->kind == UNIT_MAP ? FRAME_MAP : FRAME_DIGEST));
    if (result == 0 && out->failed)
        return fail(error, "memory is short");
    return result;
}
