/* Files of evidence, and their times in order. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/bytes.h"
#include "serve/answer.h"
#include "show/like.h"
#include "show/mask.h"
#include "show/rows.h"
#include "show/show.h"

/* ---- times that are asked for ---- */

enum { DAY = 86400, HOUR = 3600, BARS_WANTED = 120 };

/* A day such as 2026-03-01, or a time as the interface writes it; a day as an end is meant with all its seconds. False
 * after answering 400. */
static bool read_time(struct request *request, const char *name, bool end, int64_t *time)
{
    const char *text = request_query(request, name);
    struct tm parts = {0};
    *time = end ? INT64_MAX : INT64_MIN + 1;
    if (text == NULL || text[0] == '\0')
        return true;
    bool day = strlen(text) == 10;
    const char *rest = strptime(text, day ? "%Y-%m-%d" : "%Y-%m-%dT%H:%M:%SZ", &parts);
    if (rest == NULL || *rest != '\0')
        return request_problem(request, 400, "\"%s\" is a day or a time such as 2026-03-01T12:00:00Z.", name) != 0;
    *time = (int64_t)timegm(&parts) + (day && end ? DAY - 1 : 0);
    return true;
}

static bool read_span(struct request *request, int64_t *from, int64_t *to)
{
    return read_time(request, "from", false, from) && read_time(request, "to", true, to);
}

/* ---- the listing ---- */

static int file_row(void *context, const struct store_file *row)
{
    struct page *page = context;
    struct json *json = &page->request->json;
    if (!page_takes(page))
        return 0;
    json_open(json, NULL, '{');
    json_int(json, "id", row->number);
    json_int(json, "item", row->evidence_id);
    json_file(json, row, false);
    json_close(json, '}');
    page_key(page, (int64_t[]){row->evidence_id, row->number}, 2);
    return 0;
}

static bool is_digest(const char *text)
{
    size_t length = strlen(text);
    return (length == 2 * MD5_SIZE || length == 2 * SHA1_SIZE || length == 2 * SHA256_SIZE) &&
           strspn(text, "0123456789abcdefABCDEF") == length;
}

/* False after answering 400. */
static bool read_filter(struct request *request, struct store_filter *filter)
{
    const char *known = request_query(request, "known");
    const char *allocated = request_query(request, "allocated");
    const char *digest = request_query(request, "digest");
    if (!request_number(request, "evidence", 1, INT64_MAX, 0, &filter->evidence_id))
        return false;
    if (known != NULL && known[0] != '\0') {
        if (strcmp(known, "good") != 0 && strcmp(known, "bad") != 0 && strcmp(known, "own") != 0)
            return request_problem(request, 400, "\"known\" is good, bad or own.") != 0;
        filter->known = known;
    }
    if (allocated != NULL && allocated[0] != '\0') {
        bool yes = strcmp(allocated, "true") == 0;
        if (!yes && strcmp(allocated, "false") != 0)
            return request_problem(request, 400, "\"allocated\" is true or false.") != 0;
        filter->allocated = yes ? ALLOCATED_ONLY : DELETED_ONLY;
    }
    if (!read_span(request, &filter->from, &filter->to))
        return false;
    filter->timed = filter->from > INT64_MIN + 1 || filter->to < INT64_MAX;
    if (digest != NULL && digest[0] != '\0') {
        if (!is_digest(digest))
            return request_problem(request, 400, "\"digest\" is an MD5, SHA-1 or SHA-256 in hexadecimal.") != 0;
        filter->value = digest;
    }
    return true;
}

static int list_files(struct request *request, struct error *error)
{
    struct page page;
    struct store_filter filter = {0};
    struct bytes path = {0}, wider = {0}, type = {0};
    int64_t key[2] = {0};
    bool go, given;
    if (case_of_query(request, &filter.case_reference, &go, error) != 0 || !go)
        return go ? -1 : 0;
    if (!read_filter(request, &filter) || !page_begin(&page, request, "files", error) ||
        !page_after(&page, key, 2, &given))
        return 0;
    filter.after = (struct store_after){.evidence_id = key[0], .number = key[1]};
    filter.limit = page.ask;
    filter_shown_paths(&filter, like_pattern(&path, "%", request_query(request, "path"), "%"), &wider);
    filter.type_like = like_pattern(&type, "", request_query(request, "type"), "%");
    page_rows(&page);
    int result = store_file_each(request->store, &filter, file_row, &page, error);
    page_end(&page);
    bytes_free(&path);
    bytes_free(&wider);
    bytes_free(&type);
    return result;
}

/* ---- the timeline ---- */

struct span {
    int64_t first, last;
    bool any;
};

static int see_bar(void *context, int64_t start, int64_t count)
{
    struct span *span = context;
    (void)count;
    if (!span->any)
        span->first = start;
    span->any = true;
    span->last = start;
    return 0;
}

static int bar_row(void *context, int64_t start, int64_t count)
{
    struct json *json = context;
    json_open(json, NULL, '{');
    json_text(json, "time", shown_time(start));
    json_int(json, "count", count);
    json_close(json, '}');
    return 0;
}

static int moment_row(void *context, const struct store_moment *row)
{
    static const char *const names[] = {"modified", "accessed", "changed", "created"};
    struct page *page = context;
    struct json *json = &page->request->json;
    if (!page_takes(page))
        return 0;
    const char *reference = request_query(page->request, "case");
    json_open(json, NULL, '{');
    json_text(json, "time", shown_time(row->time));
    json_text(json, "what", names[row->what]);
    json_text(json, "case", reference);
    json_text(json, "evidence", shown_text(row->evidence_name, false));
    json_text(json, "evidence_id", shown_evidence(reference, row->evidence_number));
    json_int(json, "item", row->evidence_id);
    json_int(json, "file", row->file);
    json_text(json, "path", shown_text(row->path, false));
    json_int(json, "size", row->size);
    json_bool(json, "allocated", row->allocated);
    json_close(json, '}');
    page_key(page, (int64_t[]){row->time, row->evidence_id, row->file, (int64_t)row->what}, 4);
    return 0;
}

/* Bars of so many whole days that there are about BARS_WANTED; of hours, where there are only a few days. */
static int write_histogram(struct request *request, const char *reference, int64_t from, int64_t to,
                           struct error *error)
{
    struct span span = {0};
    if (store_moment_counts(request->store, reference, from, to, DAY, see_bar, &span, error) != 0)
        return -1;
    int64_t days = span.any ? (span.last - span.first) / DAY + 1 : 1;
    int64_t step = days * DAY / HOUR <= BARS_WANTED ? HOUR : (days / BARS_WANTED + 1) * DAY;
    json_int(&request->json, "step", step);
    json_open(&request->json, "histogram", '[');
    int result = store_moment_counts(request->store, reference, from, to, step, bar_row, &request->json, error);
    json_close(&request->json, ']');
    return result;
}

static int show_timeline(struct request *request, struct error *error)
{
    struct page page;
    const char *reference;
    int64_t from, to, key[4] = {0};
    bool go, given;
    if (case_of_query(request, &reference, &go, error) != 0 || !go)
        return go ? -1 : 0;
    if (reference == NULL)
        return request_problem(request, 400, "A timeline is that of a case: name one (\"case\").");
    if (!read_span(request, &from, &to) || !page_begin(&page, request, "timeline", error) ||
        !page_after(&page, key, 4, &given))
        return 0;
    struct store_moment after = {
        .time = key[0], .evidence_id = key[1], .file = key[2], .what = (enum store_time)key[3]};
    if (!given && write_histogram(request, reference, from, to, error) != 0)
        return -1;
    page_rows(&page);
    if (store_moment_each(request->store, reference, from, to, given ? &after : NULL, page.ask, moment_row, &page,
                          error) != 0)
        return -1;
    page_end(&page);
    return 0;
}

static const struct parameter file_parameters[] = {
    {"case", "only of this case"},
    {"evidence", "only of this item"},
    {"path", "paths that contain this, as they are shown: what is masked is a star"},
    {"type", "types that begin so, such as image/"},
    {"known", "good, bad or own"},
    {"allocated", "true, or false: deleted"},
    {"digest", "MD5, SHA-1 or SHA-256"},
    {"from", "a day or a time: one of the file's is not before"},
    {"to", "a day or a time: the same one is not behind"},
    {"limit", "rows of a page, 1 to 1000; 100 if not given"},
    {"after", "the next of the page before"},
    {NULL, NULL}};
static const struct parameter timeline_parameters[] = {{"case", "whose timeline"},
                                                       {"from", "a day or a time"},
                                                       {"to", "a day or a time"},
                                                       {"limit", "rows of a page, 1 to 1000; 100 if not given"},
                                                       {"after", "the next of the page before"},
                                                       {NULL, NULL}};

const struct route file_routes[] = {
    {"GET", "/api/files", ROLES_CASE_DATA, "view", "Files of evidence", file_parameters, "Files", list_files},
    {"GET", "/api/timeline", ROLES_CASE_DATA, "view", "The times of a case's files in order; with a histogram at first",
     timeline_parameters, "Timeline", show_timeline},
    {0}};
