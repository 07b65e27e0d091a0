/* A batch of files that the sweep cannot see in order (fragmented, compressed, sparse, resident, or in a folder): each
 * is read logically, scanned and hashed. Of a file that broke a worker before, the request names a part: it is scanned.
 * What begins as a disk image is tried as one: its content is then that disk's, which is evidence of its own. */
#include <stdio.h>
#include <string.h>

#include "worker/unit.h"

struct wanted {
    uint32_t number;
    struct sb_file_place place;
    uint64_t begin, end; /* of the content that is to be reported */
    enum file_way way;
};

/* Of a file that claims to be larger, what it holds is looked at first. */
struct reach {
    uint64_t end;   /* how far it is read: holes are passed over, but no more bytes than can lie on the medium */
    bool too_empty; /* to be hashed */
};

static int64_t read_file(void *context, uint64_t offset, void *buffer, size_t length, struct error *error)
{
    return sb_file_read(context, offset, buffer, length, error);
}

static void file_extent(void *context, uint64_t offset, struct sb_extent *extent)
{
    sb_file_extent(context, offset, extent);
}

void read_place(struct wire_reader *request, struct sb_file_place *place, char *path)
{
    size_t length;
    place->volume_start = wire_get_u64(request);
    place->inode = wire_get_u64(request);
    place->attribute_type = wire_get_u32(request);
    place->attribute_id = wire_get_u32(request);
    const char *text = wire_get_text(request, FILES_PATH_MAX, &length);
    memcpy(path, text, length);
    path[length] = '\0';
    place->path = path;
    place->size = wire_get_u64(request);
}

static void read_wanted(struct wire_reader *request, struct wanted *wanted, char *path)
{
    *wanted = (struct wanted){.number = wire_get_u32(request)};
    read_place(request, &wanted->place, path);
    wanted->begin = wire_get_u64(request);
    wanted->end = wire_get_u64(request);
    wanted->way = (enum file_way)wire_get_u8(request);
}

static bool is_sound(const struct wire_reader *request, const struct wanted *wanted)
{
    return !request->failed && wanted->number != 0 && wanted->begin <= wanted->end &&
           wanted->end <= wanted->place.size && wanted->way < FILE_WAY_COUNT;
}

/* Bytes that the unit reads for it, as far as its size tells. */
static uint64_t weight(const struct worker *worker, const struct wanted *wanted)
{
    uint64_t end = file_readable(wanted->end, sb_evidence_info(worker->evidence)->size);
    return end > wanted->begin ? end - wanted->begin : 0;
}

/* Zeros that nobody stored cost as much to hash as bytes that somebody did; a file of terabytes of them would hold the
 * rest up for hours, and says nothing by its digest. */
static struct reach find_reach(const struct worker *worker, const struct source *source)
{
    static const uint64_t hashed_most = UINT64_C(64) << 30;
    struct reach reach = {.end = source->size};
    uint64_t most = file_readable(source->size, sb_evidence_info(worker->evidence)->size);
    uint64_t data = 0;
    uint64_t holes = 0;
    if (most == source->size && source->size < hashed_most)
        return reach;
    for (uint64_t at = 0; at < source->size;) {
        struct sb_extent extent;
        source->extent(source->context, at, &extent);
        uint64_t length = extent.length < source->size - at ? extent.length : source->size - at;
        if (extent.kind == SB_ZEROS)
            holes += length;
        else if (length > most - data)
            return (struct reach){.end = at + (most - data)};
        else
            data += length;
        at += length;
    }
    reach.too_empty = holes > hashed_most;
    return reach;
}

static int read_content(struct worker *worker, struct source *source, const struct wanted *wanted, bool digests_wanted,
                        uint64_t done_before, struct error *error)
{
    struct reach reach = find_reach(worker, source);
    uint64_t end = wanted->end < reach.end ? wanted->end : reach.end;
    end = end > wanted->begin ? end : wanted->begin;
    bool whole = wanted->begin == 0 && end == wanted->place.size;
    struct stretch stretch = {.end = reach.end > end ? reach.end : end,
                              .own_begin = wanted->begin,
                              .own_end = end,
                              .done_before = done_before,
                              .scan = wanted->way != FILE_HASHED,
                              .hash = digests_wanted && whole && !reach.too_empty};
    if (!stretch.scan && !stretch.hash && stretch.own_end > TYPE_HEAD) /* only its type is wanted */
        stretch.own_end = TYPE_HEAD;
    findings_begin(worker->findings, wanted->number, 0);
    const char *type = NULL;
    struct digests digests;
    source->read_end = end;
    if (scan_stretch(worker, source, &stretch, &type, &digests, error) != 0)
        return -1;
    if (source_end(source) != 0)
        return fail(error, "the supervisor is gone");
    if (worker->terms_only)
        return 0;
    if (digests_wanted && whole && reach.too_empty &&
        findings_note(worker->findings, 0, "", "more than 64 GiB of the file are holes: it has no digests") != 0)
        return fail(error, "the supervisor is gone");
    bool sound = stretch.hash && !source_bad(source, 0, wanted->place.size);
    if (wanted->begin == 0 &&
        answer_content(&worker->answer, wanted->number, type == NULL ? "" : type, sound ? &digests : NULL) != 0)
        return fail(error, "the supervisor is gone");
    if (end < wanted->end &&
        answer_unread(&worker->answer, wanted->number, end, wanted->end - end, file_unreadable) != 0)
        return fail(error, "the supervisor is gone");
    return 0;
}

static int note(struct worker *worker, uint32_t file, const char *reason, struct error *error)
{
    findings_begin(worker->findings, file, 0);
    findings_base(worker->findings, 0);
    return findings_note(worker->findings, 0, "", reason) == 0 ? 0 : fail(error, "the supervisor is gone");
}

struct leftover {
    struct worker *worker;
    struct source *source;
    struct error *error;
};

static int scan_leftover(void *context, uint64_t start, uint64_t length)
{
    const struct leftover *leftover = context;
    struct stretch stretch = {
        .start = start, .end = start + length, .own_begin = start, .own_end = start + length, .scan = true};
    struct source *source = leftover->source;
    if (start >= source->size || length > source->size - start)
        return 0;
    stretch.done_before = leftover->worker->answer.progress;
    source->read_end = stretch.end;
    findings_begin(leftover->worker->findings, source->file, start);
    return scan_stretch(leftover->worker, source, &stretch, NULL, NULL, leftover->error);
}

/* What stands in a disk image's file and not on the disk: that remains this file's. */
static int scan_leftovers(struct worker *worker, struct sb_evidence *disk, const struct wanted *wanted, bool hashed,
                          struct error *error)
{
    struct error problem = {0};
    struct sb_file_reader *reader = sb_file_open(worker->evidence, &wanted->place, error);
    if (reader == NULL)
        return -1;
    struct source source = {.read = read_file,
                            .extent = file_extent,
                            .context = reader,
                            .size = wanted->place.size,
                            .answer = &worker->answer,
                            .file = wanted->number,
                            .report_end = hashed ? 0 : wanted->place.size, /* else who hashed it said so */
                            .buffer = worker->buffer};
    struct leftover leftover = {worker, &source, error};
    int result = sb_evidence_unused(disk, scan_leftover, &leftover, &problem);
    if (result == 0)
        result = source_end(&source) == 0 ? 0 : fail(error, "the supervisor is gone");
    else if (problem.text[0] != '\0')
        result = worker->terms_only ? 0 : note(worker, wanted->number, problem.text, error);
    sb_file_close(reader);
    return result;
}

static int tell_disk(struct answer *answer, uint32_t number, bool plain)
{
    size_t start = answer_begin(answer, FRAME_DISK);
    wire_put_u32(&answer->out, number);
    wire_put_u8(&answer->out, plain);
    return answer_end(answer, start);
}

/* Is the file the disk image that it seems to be? Of one that is damaged beyond reading, why is noted, and its bytes
 * are scanned as those of any other file. */
static int try_disk(struct worker *worker, struct wanted *wanted, bool digests_wanted, struct error *error)
{
    struct error problem = {0};
    struct sb_evidence *disk = sb_evidence_open_inside(worker->evidence, &wanted->place, &problem);
    bool plain = disk != NULL && strcmp(sb_evidence_info(disk)->format, "raw") == 0;
    wanted->way = disk != NULL ? FILE_HASHED : FILE_SCANNED;
    int result = 0;
    if (disk != NULL && !worker->terms_only && tell_disk(&worker->answer, wanted->number, plain) != 0)
        result = fail(error, "the supervisor is gone");
    if (disk != NULL && !plain && result == 0)
        result = scan_leftovers(worker, disk, wanted, digests_wanted, error);
    sb_evidence_close(disk);
    if (disk != NULL || problem.text[0] == '\0' || worker->terms_only)
        return result;
    char reason[ERROR_TEXT_MAX];
    (void)snprintf(reason, sizeof reason, "a disk image that cannot be opened: %.450s", problem.text);
    return note(worker, wanted->number, reason, error);
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
                            .extent = file_extent,
                            .context = reader,
                            .size = wanted->place.size,
                            .read_end = wanted->end,
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
        bool tried = wanted.way == FILE_TRIED;
        if (tried && try_disk(worker, &wanted, digests, error) != 0)
            return -1;
        if ((wanted.way != FILE_HASHED || digests || tried) && read_one(worker, &wanted, digests, done, error) != 0)
            return -1;
        done += weight(worker, &wanted);
        if (answer_alive(&worker->answer, done) != 0)
            return fail(error, "the supervisor is gone");
    }
    return findings_finish(worker->findings) == 0 ? 0 : fail(error, "the supervisor is gone");
}
