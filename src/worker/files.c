/* A batch of files that the sweep cannot see in order (fragmented, compressed, sparse, resident, or in a folder): each
 * is read logically, scanned and hashed. */
#include <string.h>

#include "worker/unit.h"

static int64_t read_file(void *context, uint64_t offset, void *buffer, size_t length, struct error *error)
{
    return sb_file_read(context, offset, buffer, length, error);
}

static void file_extent(void *context, uint64_t offset, struct sb_extent *extent)
{
    sb_file_extent(context, offset, extent);
}

/* Zeros that nobody stored cost as much to hash as bytes that somebody did; a file of terabytes of them would hold the
 * rest up for hours, and says nothing by its digest. */
static bool has_huge_holes(struct source *source)
{
    static const uint64_t hashed_most = UINT64_C(64) << 30;
    uint64_t holes = 0;
    if (source->size < hashed_most)
        return false;
    for (uint64_t at = 0; at < source->size && holes <= hashed_most;) {
        struct sb_extent extent;
        source->extent(source->context, at, &extent);
        holes += extent.kind == SB_ZEROS ? extent.length : 0;
        if (__builtin_add_overflow(at, extent.length, &at))
            break;
    }
    return holes > hashed_most;
}

static int read_whole(struct worker *worker, uint32_t number, const struct sb_file_place *place, bool scan,
                      bool digests_wanted, uint64_t done_before, struct error *error)
{
    struct error problem = {0};
    struct sb_file_reader *reader = sb_file_open(worker->evidence, place, &problem);
    if (reader == NULL) {
        if (answer_unread(&worker->answer, number, 0, place->size, problem.text) != 0)
            return fail(error, "the supervisor is gone");
        return 0;
    }
    struct source source = {.read = read_file,
                            .extent = file_extent,
                            .context = reader,
                            .size = place->size,
                            .read_end = place->size,
                            .answer = &worker->answer,
                            .file = number,
                            .report_end = place->size,
                            .buffer = worker->buffer};
    bool huge = digests_wanted && has_huge_holes(&source);
    digests_wanted = digests_wanted && !huge;
    struct stretch stretch = {
        .end = place->size, .own_end = place->size, .done_before = done_before, .scan = scan, .hash = digests_wanted};
    findings_begin(worker->findings, number, 0);
    const char *type = NULL;
    struct digests digests;
    int result = scan_stretch(worker, &source, &stretch, &type, &digests, error);
    if (result == 0 && source_end(&source) != 0)
        result = fail(error, "the supervisor is gone");
    if (result == 0 && huge)
        result = findings_note(worker->findings, 0, "", "more than 64 GiB of the file are holes: it has no digests");
    sb_file_close(reader);
    if (result != 0)
        return -1;
    if (worker->terms_only)
        return 0;
    bool sound = digests_wanted && !source_bad(&source, 0, place->size);
    if (answer_content(&worker->answer, number, type == NULL ? "" : type, sound ? &digests : NULL) != 0)
        return fail(error, "the supervisor is gone");
    return 0;
}

/* The bytes of all files of a request, read from a copy of its reader. */
static uint64_t sum_sizes(struct wire_reader request, uint32_t count)
{
    enum { BEFORE_PATH = 4 + 8 + 8 + 4 + 4 };
    uint64_t sum = 0;
    for (uint32_t i = 0; i < count && !request.failed; i++) {
        size_t length;
        for (int skip = 0; skip < BEFORE_PATH; skip += 4)
            (void)wire_get_u32(&request);
        (void)wire_get_blob(&request, FILES_PATH_MAX, &length);
        if (__builtin_add_overflow(sum, wire_get_u64(&request), &sum))
            return UINT64_MAX;
        (void)wire_get_u8(&request);
    }
    return sum;
}

int unit_files(struct worker *worker, struct wire_reader *request, struct error *error)
{
    bool digests = wire_get_u8(request) != 0;
    uint32_t count = wire_get_u32(request);
    uint64_t done = 0;
    sb_scan_start(worker->scanner);
    findings_start(worker->findings, sum_sizes(*request, count));
    for (uint32_t i = 0; i < count; i++) {
        char path[FILES_PATH_MAX + 1];
        struct sb_file_place place = {0};
        uint32_t number = wire_get_u32(request);
        place.volume_start = wire_get_u64(request);
        place.inode = wire_get_u64(request);
        place.attribute_type = wire_get_u32(request);
        place.attribute_id = wire_get_u32(request);
        size_t length;
        const char *text = wire_get_text(request, FILES_PATH_MAX, &length);
        memcpy(path, text, length);
        path[length] = '\0';
        place.path = path;
        place.size = wire_get_u64(request);
        bool scan = wire_get_u8(request) != 0;
        if (request->failed || number == 0)
            return fail(error, "the supervisor's request is malformed");
        if ((scan || digests) && read_whole(worker, number, &place, scan, digests, done, error) != 0)
            return -1;
        done += place.size;
        if (i % 64 == 63 && answer_progress(&worker->answer, done) != 0)
            return fail(error, "the supervisor is gone");
    }
    return findings_finish(worker->findings) == 0 ? 0 : fail(error, "the supervisor is gone");
}
