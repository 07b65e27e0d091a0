/* The examiner's search terms come with the request to open. They are compiled before the process locks itself: they
 * are no evidence, and compiling wants memory and the system's table of cases. */
#include <stdlib.h>
#include <string.h>

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

int terms_compile(struct worker *worker, const uint8_t *text, size_t length, struct sb_term_problem *problem,
                  struct error *error)
{
    size_t most = 1;
    for (size_t i = 0; i < length; i++)
        most += text[i] == '\n';
    *problem = (struct sb_term_problem){0};
    char *copy = strndup((const char *)text, length);
    const char **lines = calloc(most, sizeof *lines);
    int result = -1;
    if (copy == NULL || lines == NULL) {
        (void)fail(error, "memory is short");
    } else {
        worker->terms = sb_terms_new(lines, split_lines(copy, lines, most), problem, error);
        result = worker->terms == NULL ? -1 : 0;
    }
    free(lines);
    free(copy);
    return result;
}

void terms_judge(struct worker *worker, struct wire_reader *request)
{
    struct error error = {0};
    struct sb_term_problem problem;
    uint32_t version = wire_get_u32(request);
    size_t length;
    const uint8_t *text = wire_get_blob(request, TERMS_MAX_BYTES, &length);
    if (version != PROTOCOL_VERSION || !wire_done(request)) {
        (void)answer_failed(&worker->answer,
                            "samband and samband-worker are of different versions: install both again");
        return;
    }
    if (terms_compile(worker, text, length, &problem, &error) == 0) {
        (void)answer_done(&worker->answer);
        return;
    }
    struct bytes *out = &worker->answer.out;
    size_t start = answer_begin(&worker->answer, FRAME_BAD_TERM);
    wire_put_u32(out, (uint32_t)problem.term);
    wire_put_u32(out, (uint32_t)problem.column);
    wire_put_text_within(out, error.text, ERROR_TEXT_MAX);
    frame_end(out, start);
    (void)answer_flush(&worker->answer);
}
