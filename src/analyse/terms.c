/* Search terms are compiled by a worker that opens nothing: `samband` links neither the engine nor a reader of their
 * syntax. So a wrong one is told before anything begins. What it compiled is handed to the workers that search, unread.
 */
#include "analyse/terms.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/analyse.h"
#include "analyse/process.h"
#include "base/text.h"
#include "base/wire.h"

enum { PATIENCE = 120 * 1000 }; /* milliseconds without a word of the worker that compiles */

/* ---- lists ---- */

static int compare(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

int terms_make(struct terms *terms, const char *const items[], size_t count, struct error *error)
{
    *terms = (struct terms){.items = calloc(count + 1, sizeof *terms->items)};
    for (size_t i = 0; i < count; i++)
        bytes_append(&terms->text, items[i], strlen(items[i]) + 1);
    if (terms->items == NULL || terms->text.failed) {
        terms_free(terms);
        return fail(error, "memory is short");
    }
    const char *at = (const char *)terms->text.data;
    for (size_t i = 0; i < count; i++, at += strlen(at) + 1)
        terms->items[i] = at;
    if (count > 0)
        qsort(terms->items, count, sizeof *terms->items, compare);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || strcmp(terms->items[i], terms->items[terms->count - 1]) != 0)
            terms->items[terms->count++] = terms->items[i];
    return 0;
}

int terms_read(struct terms *terms, const char *lines, struct error *error)
{
    size_t most = 1;
    for (const char *at = lines; *at != '\0'; at++)
        most += *at == '\n';
    char *copy = strdup(lines);
    const char **items = calloc(most, sizeof *items);
    size_t count = 0;
    if (copy != NULL && items != NULL)
        for (char *rest = copy, *line; (line = strsep(&rest, "\n")) != NULL;)
            if (*line != '\0')
                items[count++] = line;
    int result =
        copy == NULL || items == NULL ? fail(error, "memory is short") : terms_make(terms, items, count, error);
    free(items);
    free(copy);
    return result;
}

void terms_free(struct terms *terms)
{
    bytes_free(&terms->text);
    free(terms->items);
    *terms = (struct terms){0};
}

bool terms_has(const struct terms *terms, const char *term, size_t length)
{
    size_t low = 0;
    for (size_t high = terms->count; low < high;) {
        size_t middle = low + (high - low) / 2;
        int order = strncmp(terms->items[middle], term, length);
        if (order == 0 && terms->items[middle][length] == '\0')
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

void terms_subtract(struct terms *terms, const struct terms *others)
{
    size_t kept = 0;
    for (size_t i = 0; i < terms->count; i++)
        if (!terms_has(others, terms->items[i], strlen(terms->items[i])))
            terms->items[kept++] = terms->items[i];
    terms->count = kept;
}

void terms_write(const struct terms *terms, struct bytes *out)
{
    for (size_t i = 0; i < terms->count; i++) {
        bytes_append_text(out, terms->items[i]);
        bytes_append_char(out, '\n');
    }
}

/* ---- compiling ---- */

static int take_verdict(uint8_t type, const uint8_t *payload, size_t length, struct analyse_bad_term *bad,
                        struct error *error)
{
    struct wire_reader reader = {payload, length, 0, false};
    size_t text_length;
    if (type == FRAME_DONE)
        return 0;
    if (type == FRAME_BAD_TERM) {
        bad->term = wire_get_u32(&reader);
        bad->column = wire_get_u32(&reader);
    }
    const char *text = wire_get_text(&reader, ERROR_TEXT_MAX, &text_length);
    struct bytes printable = {0};
    text_append_printable(&printable, text, text_length);
    (void)fail(error, "%s", bytes_text(&printable));
    bytes_free(&printable);
    bad->known = type == FRAME_BAD_TERM && wire_done(&reader);
    return -1;
}

static int take_part(const uint8_t *payload, size_t length, struct bytes *compiled, size_t *total)
{
    struct wire_reader reader = {payload, length, 0, false};
    size_t part;
    const uint8_t *data = wire_get_blob(&reader, COMPILED_PART, &part);
    *total += part;
    if (!wire_done(&reader) || part == 0 || *total > COMPILED_MAX)
        return -1;
    if (compiled != NULL)
        bytes_append(compiled, data, part);
    return compiled != NULL && compiled->failed ? -1 : 0;
}

/* Frames up to the last one. 1: it came; else nothing more does. */
static int listen(struct process *process, struct bytes *compiled, void (*alive)(void *context), void *context,
                  struct analyse_bad_term *bad, struct error *error, int *verdict)
{
    size_t total = 0;
    int waited = 0;
    for (int came = 0; came >= 0 && waited < PATIENCE; waited = came == 0 ? waited + 100 : 0) {
        uint8_t type = 0;
        const uint8_t *payload = NULL;
        size_t length = 0;
        int found;
        (void)process_flush(process);
        came = process_receive(process, 100);
        while ((found = process_frame(process, &type, &payload, &length)) == 1) {
            if (type == FRAME_COMPILED) {
                if (take_part(payload, length, compiled, &total) != 0)
                    return 0;
            } else if (type != FRAME_PROGRESS) {
                *verdict = take_verdict(type, payload, length, bad, error);
                return 1;
            } else if (alive != NULL) {
                alive(context);
            }
        }
        if (found < 0)
            return 0;
    }
    return 0;
}

/* Has a worker compile the terms, into *compiled (NULL: to see whether they can be). */
static int compile(const char *const items[], size_t count, struct bytes *compiled, void (*alive)(void *context),
                   void *context, struct analyse_bad_term *bad, struct error *error)
{
    struct bytes lines = {0};
    struct bytes request = {0};
    struct process process;
    *bad = (struct analyse_bad_term){0};
    for (size_t i = 0; i < count; i++) {
        bytes_append_text(&lines, items[i]);
        bytes_append_char(&lines, '\n');
    }
    if (lines.length > TERMS_MAX_BYTES) {
        bytes_free(&lines);
        return fail(error, "the search terms are more than %d MiB", TERMS_MAX_BYTES >> 20);
    }
    size_t start = frame_begin(&request, FRAME_TERMS);
    wire_put_u32(&request, PROTOCOL_VERSION);
    wire_put_blob(&request, lines.data, lines.length);
    frame_end(&request, start);
    int result =
        lines.failed || request.failed ? fail(error, "memory is short") : process_start(&process, &request, error);
    bytes_free(&lines);
    bytes_free(&request);
    if (result != 0)
        return -1;
    char how[ERROR_TEXT_MAX] = "";
    int ended = listen(&process, compiled, alive, context, bad, error, &result);
    process_stop(&process, ended != 1, how, sizeof how);
    return ended == 1 ? result : fail(error, "the search terms could not be compiled: %s", how);
}

int analyse_terms_check(const char *const items[], size_t count, void (*alive)(void *context), void *context,
                        struct analyse_bad_term *bad, struct error *error)
{
    return compile(items, count, NULL, alive, context, bad, error);
}

/* ---- sets of the store ---- */

struct term_set {
    struct term_set *next;
    int64_t id;
    struct terms terms;
    bool tried;
    struct bytes compiled;
};

static int take_set(void *context, const char *lines)
{
    return terms_read(&((struct term_set *)context)->terms, lines, NULL);
}

int term_sets_get(struct term_sets *sets, struct store *store, int64_t id, const struct terms **terms,
                  struct error *error)
{
    *terms = NULL;
    for (const struct term_set *set = sets->first; id != 0 && set != NULL; set = set->next)
        if (set->id == id)
            *terms = &set->terms;
    if (id == 0 || *terms != NULL)
        return 0;
    struct term_set *set = calloc(1, sizeof *set);
    if (set == NULL)
        return fail(error, "memory is short");
    *set = (struct term_set){.next = sets->first, .id = id};
    sets->first = set;
    *terms = &set->terms;
    if (store_terms_get(store, id, take_set, set, error) != 0)
        return -1;
    return set->terms.count > 0 ? 0 : fail(error, "search terms cannot be had from the store");
}

const struct bytes *term_sets_compiled(struct term_sets *sets, int64_t id)
{
    struct term_set *set = id == 0 ? NULL : sets->first;
    while (set != NULL && set->id != id)
        set = set->next;
    if (set == NULL)
        return NULL;
    if (!set->tried) {
        struct analyse_bad_term bad;
        set->tried = true;
        if (compile(set->terms.items, set->terms.count, &set->compiled, NULL, NULL, &bad, NULL) != 0)
            bytes_free(&set->compiled);
    }
    return &set->compiled;
}

void term_sets_free(struct term_sets *sets)
{
    while (sets->first != NULL) {
        struct term_set *set = sets->first;
        sets->first = set->next;
        terms_free(&set->terms);
        bytes_free(&set->compiled);
        free(set);
    }
}
