/* A batch of files that the sweep cannot see in order (fragmented, compressed, sparse, resident, or in a folder): each
 * is read logically, scanned and hashed. Of a file that broke a worker before, the request names a part: it is scanned.
 */
#include <string.h>

#include "worker/unit.h"

struct wanted {
    uint32_t number;
    struct sb_file_place place;
    uint64_t begin, end; /* of the content that is to be reported */
    bool scan;
};

static int64_t read_file(void *context, uint64_t offset, void *buffer, size_t length, struct error *error)
{
    return sb_file_read(context, offset, buffer, length, error);
}

/* The path stands in `path`, FILES_PATH_MAX + 1 bytes. */
static void read_wanted(struct wire_reader *request, struct wanted *wanted, char *path)
{
    size_t length;
    *wanted = (struct wanted){.number = wire_get_u32(request)};
    struct sb_file_place *place = &wanted->place;
    place->volume_start = wire_get_u64(request);
    place->inode = wire_get_u64(request);
    place->attribute_type = wire_get_u32(request);
    place->attribute_id = wire_get_u32(request);
    const char *text = wire_get_text(request, FILES_PATH_MAX, &length);
    memcpy(path, text, length);
    path[length] = '\0';
    place->path = path;
    place->size = wire_get_u64(request);
    wanted->begin = wire_get_u64(request);
    wanted->end = wire_get_u64(request);
    wanted->scan = wire_get_u8(request) != 0;
}

static bool is_sound(const struct wire_reader *request, const struct wanted *wanted)
{
    return !request->failed && wanted->number != 0 && wanted->begin <= wanted->end && wanted->end <= wanted->place.size;
}

static uint64_t readable(const struct worker *worker, uint64_t size)
{
    return file_readable(size, sb_evidence_info(worker->evidence)->size);
}

/* Bytes that the unit reads for it. */
static uint64_t weight(const struct worker *worker, const struct wanted *wanted)
{
    uint64_t end = readable(worker, wanted->end);
    return end > wanted->begin ? end - wanted->begin : 0;
}

static int read_content(struct worker *worker, struct source *source, const struct wanted *wanted, bool digests_wanted,
                        uint64_t done_before, struct error *error)
{
    uint64_t size = wanted->place.size;
    uint64_t end = readable(worker, wanted->end);
    bool whole = wanted->begin == 0 && end == size;
    struct stretch stretch = {.end = readable(worker, size),
                              .own_begin = wanted->begin,
                              .own_end = end,
                              .done_before = done_before,
                              .scan = wanted->scan,
                              .hash = digests_wanted && whole};
    findings_begin(worker->findings, wanted->number, 0);
    const char *type = NULL;
    struct digests digests;
    if (scan_stretch(worker, source, &stretch, &type, &digests, error) != 0)
        return -1;
    bool sound = stretch.hash && !source_bad(source, 0, size);
    if (wanted->begin == 0 &&
        answer_content(&worker->answer, wanted->number, type == NULL ? "" : type, sound ? &digests : NULL) != 0)
        return fail(error, "the supervisor is gone");
    if (end < wanted->end &&
        answer_unread(&worker->answer, wanted->number, end, wanted->end - end, file_unreadable) != 0)
        return fail(error, "the supervisor is gone");
    return 0;
}

static int read_one(struct worker *worker, const struct wanted *wanted, bool digests_wanted, uint64_t done_before,
                    struct error *error)
{
    struct error problem = {0};
    struct sb_file_reader *reader = sb_file_open(worker->evidence, &wanted->place, &problem);
    if (reader == NULL) {
        if (answer_unread(&worker->answer, wanted->number, wanted->begin, wanted->end - wanted->begin, problem.text) !=
            0)
            return fail(error, "the supervisor is gone");
        return 0;
    }
    struct source source = {.read = read_file,
                            .context = reader,
                            .size = readable(worker, wanted->place.size),
                            .read_end = readable(worker, wanted->end),
                            .answer = &worker->answer,
                            .file = wanted->number,
                            .report_begin = wanted->begin,
                            .report_end = wanted->end,
                            .buffer = worker->buffer};
    int result = read_content(worker, &source, wanted, digests_wanted, done_before, error);
    sb_file_close(reader);
    return result;
}

/* The bytes to be read for all files of a request, from a copy of its reader. */
static uint64_t sum_weights(const struct worker *worker, struct wire_reader request, uint32_t count, char *path)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < count && !request.failed; i++) {
        struct wanted wanted;
        read_wanted(&request, &wanted, path);
        if (__builtin_add_overflow(sum, weight(worker, &wanted), &sum))
            return UINT64_MAX;
    }
    return sum;
}

int unit_files(struct worker *worker, struct wire_reader *request, struct error *error)
{
    char path[FILES_PATH_MAX + 1];
    bool digests = wire_get_u8(request) != 0;
    uint32_t count = wire_get_u32(request);
    uint64_t done = 0;
    sb_scan_start(worker->scanner);
    findings_start(worker->findings, sum_weights(worker, *request, count, path));
    for (uint32_t i = 0; i < count; i++) {
        struct wanted wanted;
        read_wanted(request, &wanted, path);
        if (!is_sound(request, &wanted))
            return fail(error, "the supervisor's request is malformed");
        if (read_one(worker, &wanted, digests, done, error) != 0)
            return -1;
        done += weight(worker, &wanted);
        if (answer_alive(&worker->answer, done) != 0)
            return fail(error, "the supervisor is gone");
    }
    return findings_finish(worker->findings) == 0 ? 0 : fail(error, "the supervisor is gone");
}
