/* samband-worker: reads evidence behind a wall. It is told on standard input what to open, locks itself, and only then
 * opens it; after that it answers one unit of work after the other until its input ends. It is started by samband and
 * has no store, no network and no writable file. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/arena.h"
#include "worker/cage.h"
#include "worker/unit.h"

enum { MOST_PATHS = 4096 };

struct opening {
    struct arena arena;
    const char *paths[MOST_PATHS]; /* as asked for */
    size_t count;
    const char *files[MOST_PATHS]; /* all that may be read */
    size_t file_count;
    const char *folders[MOST_PATHS];
    uint32_t inside_count;
    struct sb_file_place inside[INSIDE_MOST]; /* of disks in the evidence, outermost first */
    uint64_t memory;
    const uint8_t *terms; /* in the request */
    size_t terms_length;
    const uint8_t *compiled;
    size_t compiled_length;
    bool terms_only;
};

static int read_exactly(void *buffer, size_t length)
{
    uint8_t *at = buffer;
    while (length > 0) {
        ssize_t got = read(STDIN_FILENO, at, length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return -1;
        at += got;
        length -= (size_t)got;
    }
    return 0;
}

/* One request into *frame; 1, or 0 at the end of input or when the frame cannot be one. */
static int next_request(struct bytes *frame, uint8_t *type, struct wire_reader *payload)
{
    uint8_t header[4];
    bytes_clear(frame);
    if (read_exactly(header, sizeof header) != 0)
        return 0;
    struct wire_reader reader = {header, sizeof header, 0, false};
    uint32_t length = wire_get_u32(&reader);
    if (length == 0 || length > REQUEST_MAX || bytes_reserve(frame, length) != 0 ||
        read_exactly(frame->data, length) != 0)
        return 0;
    frame->length = length;
    *type = frame->data[0];
    *payload = (struct wire_reader){frame->data + 1, length - 1, 0, false};
    return 1;
}

static int add_file(void *context, const char *path)
{
    struct opening *opening = context;
    if (opening->file_count == MOST_PATHS)
        return -1;
    char *copy = arena_text(&opening->arena, path, strlen(path));
    if (copy == NULL)
        return -1;
    opening->files[opening->file_count++] = copy;
    return 0;
}

static int read_inside(struct opening *opening, struct wire_reader *request, struct error *error)
{
    static char path[FILES_PATH_MAX + 1];
    opening->inside_count = wire_get_u32(request);
    if (opening->inside_count > INSIDE_MOST)
        return fail(error, "the supervisor's request is malformed");
    for (uint32_t i = 0; i < opening->inside_count; i++) {
        read_place(request, &opening->inside[i], path);
        opening->inside[i].path = arena_text(&opening->arena, path, strlen(path));
        if (opening->inside[i].path == NULL)
            return fail(error, "memory is short");
    }
    return wire_done(request) ? 0 : fail(error, "the supervisor's request is malformed");
}

static int read_opening(struct opening *opening, struct wire_reader *request, struct error *error)
{
    uint32_t version = wire_get_u32(request);
    if (version != PROTOCOL_VERSION)
        return fail(error, "samband and samband-worker are of different versions: install both again");
    opening->memory = wire_get_u64(request);
    opening->terms = wire_get_blob(request, TERMS_MAX_BYTES, &opening->terms_length);
    opening->compiled = wire_get_blob(request, COMPILED_MAX, &opening->compiled_length);
    opening->terms_only = wire_get_u8(request) != 0;
    uint32_t count = wire_get_u32(request);
    if (count == 0 || count > MOST_PATHS)
        return fail(error, "evidence of %u files cannot be opened: at most %d", count, MOST_PATHS);
    for (uint32_t i = 0; i < count; i++) {
        size_t length;
        const char *text = (const char *)wire_get_blob(request, FILES_PATH_MAX, &length);
        opening->paths[i] = arena_text(&opening->arena, text, length);
        if (opening->paths[i] == NULL)
            return fail(error, "memory is short");
    }
    opening->count = count;
    if (read_inside(opening, request, error) != 0)
        return -1;
    return sb_evidence_siblings(opening->paths, opening->count, add_file, opening, error);
}

/* Everything that needs files of the system is loaded before the door closes. */
static int prepare(struct worker *worker, const struct opening *opening, struct error *error)
{
    worker->terms_only = opening->terms_only;
    if (sb_type_prepare(error) != 0)
        return -1;
    worker->findings = findings_new(&worker->answer);
    worker->digester = digester_new();
    worker->buffer = malloc(SOURCE_BUFFER);
    if (worker->findings == NULL || worker->digester == NULL || worker->buffer == NULL)
        return fail(error, "memory is short");
    return 0;
}

/* What another worker compiled is believed no more than evidence. */
static int prepare_scanner(struct worker *worker, const struct opening *opening, struct error *error)
{
    if (opening->terms_length > 0 && terms_take(worker, opening->terms, opening->terms_length, opening->compiled,
                                                opening->compiled_length, error) != 0)
        return -1;
    worker->scanner =
        sb_scanner_new(&(struct sb_scan_options){.terms = worker->terms, .terms_only = worker->terms_only}, error);
    return worker->scanner == NULL ? -1 : 0;
}

/* The evidence, and within it one disk after the other. */
static int open_all(struct worker *worker, const struct opening *opening, struct error *error)
{
    worker->evidence = sb_evidence_open(opening->paths, opening->count, error);
    for (uint32_t i = 0; worker->evidence != NULL && i < opening->inside_count; i++) {
        worker->outer[worker->outer_count++] = worker->evidence;
        worker->evidence = sb_evidence_open_inside(worker->evidence, &opening->inside[i], error);
        if (worker->evidence == NULL && error->text[0] == '\0')
            return fail(error, "%s is no disk image any more", opening->inside[i].path);
    }
    return worker->evidence == NULL ? -1 : 0;
}

static int open_evidence(struct worker *worker, struct wire_reader *request, struct error *error)
{
    struct opening opening = {0};
    if (read_opening(&opening, request, error) != 0 || prepare(worker, &opening, error) != 0) {
        arena_free(&opening.arena);
        return -1;
    }
    for (size_t i = 0; i < opening.file_count; i++) {
        char *copy = arena_text(&opening.arena, opening.files[i], strlen(opening.files[i]));
        opening.folders[i] = copy == NULL ? "/nonexistent" : dirname(copy);
    }
    struct cage_allowance allowance = {opening.files, opening.file_count, opening.folders, opening.file_count,
                                       opening.memory};
    int result = cage_lock(&allowance, error);
    if (result == 0)
        result = prepare_scanner(worker, &opening, error);
    if (result == 0)
        result = open_all(worker, &opening, error);
    arena_free(&opening.arena);
    return result;
}

static int send_ready(struct worker *worker)
{
    const struct sb_evidence_info *info = sb_evidence_info(worker->evidence);
    struct answer *answer = &worker->answer;
    size_t start = answer_begin(answer, FRAME_READY);
    wire_put_text(&answer->out, info->format);
    wire_put_u64(&answer->out, info->size);
    wire_put_u32(&answer->out, info->sector_size);
    wire_put_text(&answer->out, info->recorded_md5);
    wire_put_text(&answer->out, info->recorded_sha1);
    frame_end(&answer->out, start);
    return answer_flush(answer);
}

static int do_unit(struct worker *worker, uint8_t type, struct wire_reader *request, struct error *error)
{
    switch (type) {
    case FRAME_MAP:
        return unit_map(worker, error);
    case FRAME_SPAN:
        return unit_span(worker, request, error);
    case FRAME_FILES:
        return unit_files(worker, request, error);
    case FRAME_DIGEST:
        return unit_digest(worker, error);
    case FRAME_PEEK:
        return unit_peek(worker, request, error);
    default:
        return fail(error, "the supervisor asks for something unknown (%u)", type);
    }
}

static int serve(struct worker *worker)
{
    struct bytes frame = {0};
    struct error error = {0};
    uint8_t type;
    struct wire_reader request;
    bool asked = next_request(&frame, &type, &request);
    if (asked && type == FRAME_TERMS) {
        terms_judge(worker, &request);
        bytes_free(&frame);
        return 0;
    }
    if (!asked || type != FRAME_OPEN) {
        (void)fprintf(stderr, "samband-worker is started by samband; see samband(1)\n");
        bytes_free(&frame);
        return 2;
    }
    if (open_evidence(worker, &request, &error) != 0) {
        (void)answer_failed(&worker->answer, error.text);
        bytes_free(&frame);
        return 1;
    }
    int alive = send_ready(worker);
    while (alive == 0 && next_request(&frame, &type, &request)) {
        int result = do_unit(worker, type, &request, &error);
        if (result != 0)
            (void)findings_finish(
                worker->findings); /* empties the table; the supervisor drops what a failed unit said */
        alive = result == 0 ? answer_done(&worker->answer) : answer_failed(&worker->answer, error.text);
    }
    bytes_free(&frame);
    return 0;
}

int main(void)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGINT, SIG_IGN); /* a terminal sends it to all; the supervisor decides what it means */
    struct worker worker = {.answer = {.descriptor = STDOUT_FILENO}};
    int status = serve(&worker);
    sb_evidence_close(worker.evidence);
    while (worker.outer_count > 0)
        sb_evidence_close(worker.outer[--worker.outer_count]);
    sb_scanner_free(worker.scanner);
    sb_terms_free(worker.terms);
    findings_free(worker.findings);
    digester_free(worker.digester);
    free(worker.buffer);
    bytes_free(&worker.answer.out);
    return status;
}
