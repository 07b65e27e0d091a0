/* The audit record, for auditors. That somebody reads it is a record too. */
#include "store/audit.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "serve/call.h"
#include "serve/serve.h"

/* A day (YYYY-MM-DD) or a time as in RFC 3339 with Z. A day as an end means its last second. */
static bool read_time(const char *text, bool end, int64_t *seconds)
{
    struct tm parts = {0};
    const char *rest = strptime(text, "%Y-%m-%d", &parts);
    bool day = rest != NULL && *rest == '\0';
    if (rest != NULL && *rest == 'T')
        rest = strptime(rest, "T%H:%M:%SZ", &parts);
    if (rest == NULL || *rest != '\0')
        return false;
    *seconds = (int64_t)timegm(&parts) + (day && end ? 86399 : 0);
    return true;
}

static int write_record(void *context, const struct store_audit *record)
{
    struct request *request = context;
    struct json *json = &request->json;
    char hash[2 * SHA256_SIZE + 1];
    text_hex(record->hash, SHA256_SIZE, hash);
    json_open(json, NULL, '{');
    json_int(json, "id", record->id);
    json_time(json, "time", record->time);
    json_text(json, "person", record->person);
    json_text(json, "authority", record->authority);
    json_text(json, "action", record->action);
    json_text(json, "object", record->object);
    json_text(json, "reason", record->reason);
    json_text(json, "outcome", record->outcome);
    json_text(json, "address", record->address);
    json_text(json, "hash", hash);
    json_close(json, '}');
    return 0;
}

struct page {
    struct request *request;
    int64_t left, last;
};

static int write_row(void *context, const struct store_audit *record)
{
    struct page *page = context;
    if (page->left-- == 0)
        return 0; /* there is one more: a next page */
    page->last = record->id;
    return write_record(page->request, record);
}

static int list_records(struct request *request, struct error *error)
{
    struct store_audit_filter filter = {.person = request_query(request, "person"),
                                        .authority = request_query(request, "authority"),
                                        .action = request_query(request, "action")};
    const char *from = request_query(request, "from"), *to = request_query(request, "to");
    struct page page = {.request = request};
    char next[32];
    if (!request_number(request, "limit", 1, 1000, 100, &page.left) ||
        !request_number(request, "after", 1, INT64_MAX, 0, &filter.before))
        return 0;
    if ((from != NULL && from[0] != '\0' && !read_time(from, false, &filter.from)) ||
        (to != NULL && to[0] != '\0' && !read_time(to, true, &filter.to)))
        return request_problem(request, 400, "from and to are days or times: 2026-11-23, 2026-11-23T18:40:29Z.");
    filter.limit = page.left + 1;
    json_open(&request->json, NULL, '{');
    json_open(&request->json, "rows", '[');
    if (store_audit_each(request->store, &filter, write_row, &page, error) != 0)
        return -1;
    json_close(&request->json, ']');
    (void)snprintf(next, sizeof next, "%lld", (long long)page.last);
    json_text(&request->json, "next", page.left < 0 ? next : NULL);
    json_close(&request->json, '}');
    return 0;
}

static int verify(struct request *request, struct error *error)
{
    const struct serve_options *options = request->server->options;
    int64_t records = 0, broken = 0, heads = 0, wrong = 0;
    bool own = false;
    char folder[4096], why[256] = "";
    serve_state_folder(options->state, options->store, folder);
    int result = store_audit_verify(request->store, &records, &broken, error);
    if (result != 0 && broken == 0)
        return -1;
    if (result == 0 && serve_check_heads(request->store, folder, &heads, &wrong, &own, why, error) != 0)
        return -1;
    if (broken == 0)
        broken = wrong; /* records that are gone from the end, or a chain that was made anew: signed heads tell */
    json_open(&request->json, NULL, '{');
    json_int(&request->json, "records", records);
    json_int(&request->json, "heads", heads);
    if (broken == 0)
        json_null(&request->json, "broken");
    else
        json_int(&request->json, "broken", broken);
    json_close(&request->json, '}');
    return 0;
}

static const struct parameter filters[] = {
    {"person", "only of this person"},
    {"authority", "only of this authority"},
    {"action", "only this action, for example sign-in"},
    {"from", "not before this day or time"},
    {"to", "not behind this day or time"},
    {"limit", "how many, 1 to 1000"},
    {"after", "`next` of the answer before"},
    {NULL, NULL},
};

const struct route audit_routes[] = {
    {"GET", "/api/audit", ROLE(ROLE_AUDITOR), "audit", "The audit record, newest first", filters, "AuditRecords",
     list_records},
    {"GET", "/api/audit/verify", ROLE(ROLE_AUDITOR), "audit verify",
     "Recomputes the chain: the first record that is not what it was", NULL, "AuditVerified", verify},
    {NULL},
};
