/* The examiner's search terms. One worker, which opens no evidence, compiles them: that wants time, memory and the
 * system's table of cases. All others get the result with the request to open, and take it over when they are locked.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include "scan/terms_pack.h"

#include "worker/cage.h"
#include "worker/unit.h"

/* One term a line; the lines end in *text, which is changed. */
static size_t split_lines(char *text, const char **lines, size_t most)
{
    size_t count = 0;
    for (char *rest = text, *line; count < most && (line = strsep(&rest, "\n")) != NULL;)
        if (*line != '\0')
            lines[count++] = line;
    return count;
}

struct lines {
    char *text;
    const char **items;
    size_t count;
};

static int read_lines(struct lines *lines, const uint8_t *text, size_t length, struct error *error)
{
    size_t most = 1;
    for (size_t i = 0; i < length; i++)
        most += text[i] == '\n';
    *lines = (struct lines){.text = strndup((const char *)text, length), .items = calloc(most, sizeof *lines->items)};
    if (lines->text == NULL || lines->items == NULL)
        return fail(error, "memory is short");
    lines->count = split_lines(lines->text, lines->items, most);
    return 0;
}

static void free_lines(struct lines *lines)
{
    free(lines->items);
    free(lines->text);
}

int terms_take(struct worker *worker, const uint8_t *text, size_t length, const uint8_t *compiled,
               size_t compiled_length, struct error *error)
{
    struct lines lines;
    int result = read_lines(&lines, text, length, error);
    if (result == 0)
        worker->terms = terms_unpack(lines.items, lines.count, compiled, compiled_length, error);
    free_lines(&lines);
    return worker->terms == NULL ? -1 : 0;
}

/* A sign of life each second, since Hyperscan gives none; a limit on the processor's time ends what has none. */
static uint8_t sign_of_life[4 + 1 + 8] = {1 + 8, 0, 0, 0, FRAME_PROGRESS};

static void show_life(int signal)
{
    (void)signal;
    (void)!write(STDOUT_FILENO, sign_of_life, sizeof sign_of_life);
}

static void begin_compiling(void)
{
    enum { SECONDS_MOST = 300 };
    (void)setrlimit(RLIMIT_CPU, &(struct rlimit){SECONDS_MOST, SECONDS_MOST});
    (void)sigaction(SIGALRM, &(struct sigaction){.sa_handler = show_life, .sa_flags = SA_RESTART}, NULL);
    (void)setitimer(ITIMER_REAL, &(struct itimerval){{1, 0}, {1, 0}}, NULL);
}

/* Terms may come from anywhere, and what compiles them is large: so it is locked as well. A first term reads the
 * system's table of cases before the door closes. */
static int lock_compiler(struct error *error)
{
    static const uint64_t memory = 2ULL << 30;
    static const char *const first[] = {"\xc3\xa5"};
    struct sb_term_problem problem;
    struct sb_terms *terms = sb_terms_new(first, 1, &problem, error);
    if (terms == NULL)
        return -1;
    sb_terms_free(terms);
    return cage_lock(&(struct cage_allowance){.memory = memory}, error);
}

static int compile(struct worker *worker, const uint8_t *text, size_t length, struct bytes *packed,
                   struct sb_term_problem *problem, struct error *error)
{
    struct lines lines;
    *problem = (struct sb_term_problem){0};
    int result = read_lines(&lines, text, length, error);
    begin_compiling();
    problem->term = lines.count; /* no single one is to blame yet */
    if (result == 0)
        result = lock_compiler(error);
    if (result == 0)
        worker->terms = sb_terms_new(lines.items, lines.count, problem, error);
    if (worker->terms != NULL) {
        problem->term = lines.count;
        result = terms_pack(worker->terms, packed, error);
    }
    (void)signal(SIGALRM, SIG_IGN); /* in the cage the timer cannot be stopped */
    free_lines(&lines);
    return worker->terms == NULL ? -1 : result;
}

static void send_compiled(struct answer *answer, const struct bytes *packed)
{
    for (size_t at = 0; at < packed->length; at += COMPILED_PART) {
        size_t length = packed->length - at < COMPILED_PART ? packed->length - at : COMPILED_PART;
        size_t start = answer_begin(answer, FRAME_COMPILED);
        wire_put_blob(&answer->out, packed->data + at, length);
        if (answer_end(answer, start) != 0)
            return;
    }
    (void)answer_done(answer);
}

void terms_judge(struct worker *worker, struct wire_reader *request)
{
    struct error error = {0};
    struct sb_term_problem problem;
    struct bytes packed = {0};
    uint32_t version = wire_get_u32(request);
    size_t length;
    const uint8_t *text = wire_get_blob(request, TERMS_MAX_BYTES, &length);
    if (version != PROTOCOL_VERSION || !wire_done(request)) {
        (void)answer_failed(&worker->answer,
                            "samband and samband-worker are of different versions: install both again");
        return;
    }
    if (compile(worker, text, length, &packed, &problem, &error) == 0) {
        send_compiled(&worker->answer, &packed);
        bytes_free(&packed);
        return;
    }
    bytes_free(&packed);
    struct bytes *out = &worker->answer.out;
    size_t start = answer_begin(&worker->answer, FRAME_BAD_TERM);
    wire_put_u32(out, (uint32_t)problem.term);
    wire_put_u32(out, (uint32_t)problem.column);
    wire_put_text_within(out, error.text, ERROR_TEXT_MAX);
    frame_end(out, start);
    (void)answer_flush(&worker->answer);
}
