/* Cases: those that the person may read, and those of the own authority to open and to change. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "serve/answer.h"
#include "show/rows.h"
#include "show/spelling.h"

enum { TITLE_MOST = 200 };

static bool is_own(const struct request *request, const struct store_case *row)
{
    return strcmp(row->authority, request->person->authority_name) == 0;
}

/* ---- the listing: by reference, which is its token's place too ---- */

struct cases {
    struct page page;
    int64_t behind; /* the number of the case behind which the page begins, 0: none, or it is passed */
};

static int case_row(void *context, const struct store_case *row)
{
    struct cases *cases = context;
    struct json *json = &cases->page.request->json;
    if (cases->behind != 0) {
        if (cases->behind == row->id)
            cases->behind = 0;
        return 0;
    }
    if (!page_takes(&cases->page))
        return 1;
    json_open(json, NULL, '{');
    json_case(json, row);
    json_bool(json, "own", is_own(cases->page.request, row));
    json_close(json, '}');
    page_key(&cases->page, &row->id, 1);
    return 0;
}

static int list_cases(struct request *request, struct error *error)
{
    struct cases cases = {0};
    bool given;
    if (!page_begin(&cases.page, request, "cases", error) || !page_after(&cases.page, &cases.behind, 1, &given))
        return 0;
    page_rows(&cases.page);
    if (store_case_each(request->store, case_row, &cases, error) < 0)
        return -1;
    page_end(&cases.page);
    return 0;
}

/* ---- one ---- */

struct one {
    struct request *request;
    const char *reference;
    bool found, own;
    bool write; /* into the answer */
};

static int look_at(void *context, const struct store_case *row)
{
    struct one *one = context;
    struct json *json = &one->request->json;
    if (strcmp(row->reference, one->reference) != 0)
        return 0;
    one->found = true;
    one->own = is_own(one->request, row);
    if (!one->write)
        return 1;
    json_open(json, NULL, '{');
    json_case(json, row);
    json_bool(json, "own", one->own);
    json_close(json, '}');
    return 1;
}

static int write_case(struct request *request, const char *reference, struct error *error)
{
    struct one one = {.request = request, .reference = reference, .write = true};
    (void)snprintf(request->object, sizeof request->object, "%.200s", reference);
    if (store_case_each(request->store, look_at, &one, error) < 0)
        return -1;
    return one.found ? 0 : request_not_found(request);
}

static int show_case(struct request *request, struct error *error)
{
    return write_case(request, request->parts[0], error);
}

/* ---- opening and changing ---- */

/* Title, handling and retention of the body, where they are there. False after answering 400. */
static bool read_changes(struct request *request, struct store_case *record)
{
    static const char *const names[] = {"title", "handling", "retention"};
    const char **into[] = {&record->title, &record->handling, &record->retention};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const json_t *member = json_object_get(request->body, names[i]);
        if (member == NULL)
            continue;
        *into[i] = json_is_null(member) ? "" : json_string_value(member);
        if (*into[i] == NULL)
            return request_problem(request, 400, "\"%s\" is a text.", names[i]) != 0;
    }
    if (strlen(record->title) > TITLE_MOST)
        return request_problem(request, 400, "A title has at most %d bytes.", TITLE_MOST) != 0;
    if (!text_is_line(record->title))
        return request_problem(request, 400, "A title is one line, without control characters.") != 0;
    if (!is_handling(record->handling))
        return request_problem(request, 400, "\"handling\" is free, hit or own.") != 0;
    if (record->retention[0] != '\0' && !is_date(record->retention))
        return request_problem(request, 400, "\"retention\" is a day such as 2031-12-31.") != 0;
    return true;
}

static int add_case(struct request *request, struct error *error)
{
    struct store_case record = {.reference = request_text(request, "case"),
                                .country = request->person->country,
                                .authority = request->person->authority_name,
                                .title = "",
                                .handling = "free",
                                .retention = ""};
    int64_t id = 0;
    if (record.reference == NULL || !is_reference(record.reference))
        return request_problem(
            request, 400, "\"case\" is a reference of 1 to 64 letters, digits, '-', '_' and '.', such as SE-2026-17.");
    if (!read_changes(request, &record))
        return 0;
    (void)snprintf(request->object, sizeof request->object, "%s", record.reference);
    note_value(request, "title", record.title);
    note_value(request, "handling", record.handling);
    note_value(request, "retention", record.retention);
    if (read_all(request, error) != 0 || store_case_find(request->store, record.reference, &id, error) != 0)
        return -1;
    if (id != 0) /* that a reference is taken cannot be hidden from who wants to take it */
        return request_problem(request, 409, "This reference is taken; choose another.");
    if (store_case_add(request->store, &record, &id, error) != 0 || read_for_person(request, error) != 0)
        return -1;
    request->status = 201;
    return write_case(request, record.reference, error);
}

struct kept {
    struct one one;
    char title[4 * TITLE_MOST], handling[8], retention[16];
};

static int keep_case(void *context, const struct store_case *row)
{
    struct kept *kept = context;
    if (look_at(&kept->one, row) == 0)
        return 0;
    (void)snprintf(kept->title, sizeof kept->title, "%s", row->title);
    (void)snprintf(kept->handling, sizeof kept->handling, "%s", row->handling);
    (void)snprintf(kept->retention, sizeof kept->retention, "%s", row->retention);
    return 1;
}

static int change_case(struct request *request, struct error *error)
{
    struct kept kept = {.one = {.request = request, .reference = request->parts[0]}};
    bool changed = false;
    int64_t ended = 0;
    (void)snprintf(request->object, sizeof request->object, "%.200s", request->parts[0]);
    if (store_case_each(request->store, keep_case, &kept, error) < 0)
        return -1;
    if (!kept.one.found)
        return request_not_found(request);
    if (!kept.one.own)
        return request_problem(request, 403, "Only the authority that owns a case may change it.");
    struct store_case record = {
        .reference = request->parts[0], .title = kept.title, .handling = kept.handling, .retention = kept.retention};
    if (!read_changes(request, &record))
        return 0;
    note_change(request, "title", kept.title, record.title);
    note_change(request, "handling", kept.handling, record.handling);
    note_change(request, "retention", kept.retention, record.retention);
    if (read_all(request, error) != 0 || store_case_change(request->store, &record, &changed, &ended, error) != 0 ||
        read_for_person(request, error) != 0)
        return -1;
    if (ended > 0)
        note(request, "what others were granted of it has ended");
    return write_case(request, request->parts[0], error);
}

static const struct parameter pages[] = {
    {"limit", "rows of a page, 1 to 1000; 100 if not given"}, {"after", "the next of the page before"}, {NULL, NULL}};

const struct route case_routes[] = {
    {"GET", "/api/cases", ROLES_CASE_DATA, "view", "Cases that may be read", pages, "Cases", list_cases},
    {"POST", "/api/cases", ROLE(ROLE_EXAMINER), "add", "Opens a case of the own authority", NULL, "Case", add_case},
    {"GET", "/api/cases/{case}", ROLES_CASE_DATA, "view", "One case", NULL, "Case", show_case},
    {"PATCH", "/api/cases/{case}", ROLE(ROLE_EXAMINER), "change", "Changes title, handling or retention of an own case",
     NULL, "Case", change_case},
    {0}};
