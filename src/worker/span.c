/* A span: one sequential sweep over part of the image. The request names the stretches to scan (a file's content, or
 * free bytes between contents: slack and unallocated) and which of them are whole files to be hashed. */
#include <stdlib.h>

#include "worker/unit.h"

struct span_file {
    uint32_t number;
    uint64_t start, size;
};

struct span {
    uint64_t begin, end;
    bool digests;
    uint32_t range_count, file_count, seam_count;
    struct wire_reader ranges, files, seams; /* each read in step with the sweep */
    uint64_t seam_before;                    /* the last seam that is behind us */
    struct span_file next;                   /* the next file to hash; number 0: none left */
};

static int64_t read_image(void *context, uint64_t offset, void *buffer, size_t length, struct error *error)
{
    return sb_evidence_read(context, offset, buffer, length, error);
}

static void image_extent(void *context, uint64_t offset, struct sb_extent *extent)
{
    sb_evidence_extent(context, offset, extent);
}

static void next_file(struct span *span)
{
    span->next = (struct span_file){0};
    if (span->file_count == 0)
        return;
    span->file_count--;
    span->next.number = wire_get_u32(&span->files);
    span->next.start = wire_get_u64(&span->files);
    span->next.size = wire_get_u64(&span->files);
}

/* Splits the request into its two lists without copying them. */
static int read_request(struct span *span, struct wire_reader *request, struct error *error)
{
    span->begin = wire_get_u64(request);
    span->end = wire_get_u64(request);
    span->digests = wire_get_u8(request) != 0;
    span->range_count = wire_get_u32(request);
    span->ranges = *request;
    for (uint32_t i = 0; i < span->range_count && !request->failed; i++)
        (void)wire_get_u64(request), (void)wire_get_u64(request);
    span->file_count = wire_get_u32(request);
    span->files = *request;
    for (uint32_t i = 0; i < span->file_count && !request->failed; i++)
        (void)wire_get_u32(request), (void)wire_get_u64(request), (void)wire_get_u64(request);
    span->seam_count = wire_get_u32(request);
    span->seams = *request;
    for (uint32_t i = 0; i < span->seam_count && !request->failed; i++)
        (void)wire_get_u64(request);
    if (!wire_done(request) || span->begin > span->end)
        return fail(error, "the supervisor's request is malformed");
    next_file(span);
    return 0;
}

static int sweep_range(struct worker *worker, struct source *source, struct span *span, uint64_t start, uint64_t length,
                       struct error *error)
{
    struct stretch stretch = {.start = start, .end = start + length, .scan = true};
    stretch.own_begin = start > span->begin ? start : span->begin;
    stretch.own_end = stretch.end < span->end ? stretch.end : span->end;
    if (stretch.own_begin >= stretch.own_end)
        return 0;
    stretch.done_before = stretch.own_begin - span->begin;
    bool whole_file = span->next.number != 0 && span->next.start == start;
    stretch.hash = whole_file && span->digests;
    findings_begin(worker->findings, 0, start);
    source_forget_bad(source, start);
    const char *type = NULL;
    struct digests digests;
    if (scan_stretch(worker, source, &stretch, whole_file ? &type : NULL, &digests, error) != 0)
        return -1;
    if (!whole_file)
        return 0;
    uint32_t number = span->next.number;
    bool sound = stretch.hash && !source_bad(source, stretch.start, stretch.end);
    next_file(span);
    if (answer_content(&worker->answer, number, type == NULL ? "" : type, sound ? &digests : NULL) != 0)
        return fail(error, "the supervisor is gone");
    return 0;
}

/* Search terms that run over a seam between stretches: found where the disk's own order is looked at, as it was before
 * anyone knew of files. */
static int scan_seam(struct worker *worker, struct source *source, struct span *span, uint64_t seam,
                     struct error *error)
{
    struct sb_sink sink = {.sighting = findings_sighting, .context = worker->findings};
    uint64_t before = span->seam_before > span->begin ? span->seam_before : span->begin;
    uint64_t low = seam > SB_TERM_MATCH_MAX ? seam - SB_TERM_MATCH_MAX : 0;
    span->seam_before = seam;
    size_t length;
    const uint8_t *data = source_view(source, low, (size_t)(seam - low) + SB_TERM_MATCH_MAX, &length);
    if (data == NULL)
        return fail(error, "the supervisor is gone");
    if (length <= seam - low)
        return 0;
    findings_begin(worker->findings, 0, seam);
    findings_base(worker->findings, 0);
    struct sb_chunk chunk = {.data = data,
                             .length = length,
                             .offset = low,
                             .own_begin = before > low ? (size_t)(before - low) : 0,
                             .own_end = (size_t)(seam - low)};
    return sb_scan_seam(worker->scanner, &chunk, &sink) == 0 ? 0 : fail(error, "the scanner ran out of memory");
}

/* The seams up to `end`. */
static int scan_seams(struct worker *worker, struct source *source, struct span *span, uint64_t end,
                      struct error *error)
{
    while (span->seam_count > 0) {
        struct wire_reader rest = span->seams;
        uint64_t seam = wire_get_u64(&rest);
        if (seam > end)
            break;
        if (seam <= span->seam_before || seam > span->end)
            return fail(error, "the supervisor's request is malformed");
        span->seams = rest;
        span->seam_count--;
        if (scan_seam(worker, source, span, seam, error) != 0)
            return -1;
    }
    return 0;
}

int unit_span(struct worker *worker, struct wire_reader *request, struct error *error)
{
    struct span span = {0};
    if (read_request(&span, request, error) != 0)
        return -1;
    struct source source = {.read = read_image,
                            .extent = image_extent,
                            .context = worker->evidence,
                            .size = sb_evidence_info(worker->evidence)->size,
                            .read_end = span.end,
                            .answer = &worker->answer,
                            .report_begin = span.begin,
                            .report_end = span.end,
                            .buffer = worker->buffer};
    sb_scan_start(worker->scanner);
    findings_start(worker->findings, span.end - span.begin);
    uint64_t before = 0;
    for (uint32_t i = 0; i < span.range_count; i++) {
        uint64_t start = wire_get_u64(&span.ranges);
        uint64_t length = wire_get_u64(&span.ranges);
        if (start < before || length > source.size || start > source.size - length)
            return fail(error, "the supervisor's request is malformed");
        before = start;
        if (scan_seams(worker, &source, &span, start, error) != 0 ||
            sweep_range(worker, &source, &span, start, length, error) != 0)
            return -1;
    }
    if (scan_seams(worker, &source, &span, UINT64_MAX, error) != 0)
        return -1;
    return source_end(&source) == 0 && findings_finish(worker->findings) == 0 ? 0
                                                                              : fail(error, "the supervisor is gone");
}
