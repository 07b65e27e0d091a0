/* What a page saves to a file without asking the server for it: a picture of the network, or the network as it stands
 * on the page. The page says so before it saves, and that is in the record. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serve/answer.h"

enum { CASES_MOST = 20000 };

struct shown {
    struct request *request;
    const char **cases; /* sorted, once each */
    size_t count, readable;
};

static int by_text(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* False after answering 400. */
static bool read_cases(struct request *request, const json_t *list, struct shown *shown)
{
    size_t kept = 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        shown->cases[i] = json_string_value(json_array_get(list, i));
        if (shown->cases[i] == NULL)
            return request_problem(request, 400, "\"cases\" are references.") != 0;
    }
    qsort(shown->cases, json_array_size(list), sizeof *shown->cases, by_text);
    for (size_t i = 0; i < json_array_size(list); i++)
        if (kept == 0 || strcmp(shown->cases[kept - 1], shown->cases[i]) != 0)
            shown->cases[kept++] = shown->cases[i];
    shown->count = kept;
    return true;
}

static int case_row(void *context, const struct store_case *row)
{
    struct shown *shown = context;
    if (shown->count > 0 && bsearch(&row->reference, shown->cases, shown->count, sizeof *shown->cases, by_text) != NULL)
        note_case(shown->request, &shown->readable, row->reference, row->handling);
    return 0;
}

static int add_export(struct request *request, struct error *error)
{
    const char *what = request_text(request, "what"), *format = request_text(request, "format");
    const json_t *list = json_object_get(request->body, "cases");
    if (what == NULL || strcmp(what, "network") != 0)
        return request_problem(request, 400, "\"what\" is network.");
    if (format == NULL || (strcmp(format, "png") != 0 && strcmp(format, "svg") != 0 && strcmp(format, "graphml") != 0))
        return request_problem(request, 400, "\"format\" is png, svg or graphml.");
    if (!json_is_array(list) || json_array_size(list) > CASES_MOST)
        return request_problem(request, 400, "\"cases\" are the references of those that are shown.");
    struct shown shown = {.request = request, .cases = calloc(json_array_size(list) + 1, sizeof *shown.cases)};
    int result = shown.cases == NULL ? fail(error, "memory is short") : 0;
    (void)snprintf(request->object, sizeof request->object, "%s as %s", what, format);
    if (result == 0 && read_cases(request, list, &shown)) {
        result = store_case_each(request->store, case_row, &shown, error);
        note_more_cases(request, shown.readable);
        if (result == 0 && shown.readable != shown.count)
            result = request_not_found(request);
        else if (result == 0)
            request->status = 204;
    }
    free(shown.cases);
    return result;
}

const struct route export_routes[] = {
    {"POST", "/api/exports", ROLES_CASE_DATA, "export",
     "Records what a page is about to save to a file: what (network), format (png, svg, graphml), cases", NULL, NULL,
     add_export},
    {0}};
