/* Asking another authority for access, answering, revealing what is masked, and the end of retention. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "serve/answer.h"
#include "show/mask.h"
#include "show/show.h"
#include "show/spelling.h"

enum { REASON_MIN = 5, REASON_MAX = 500 };

/* The reason that the person gave: for the audit record too. NULL after answering 400. */
static const char *reason_of(struct request *request)
{
    const char *reason = request_text(request, "reason");
    size_t length = reason == NULL ? 0 : strlen(reason);
    if (length < REASON_MIN || length > REASON_MAX) {
        (void)request_problem(request, 400, "Please say why, in %d to %d characters (\"reason\").", REASON_MIN,
                              REASON_MAX);
        return NULL;
    }
    (void)snprintf(request->reason, sizeof request->reason, "%s", reason);
    for (char *at = request->reason; *at != '\0'; at++) /* what is written in a box may have several lines */
        if (*at == '\n' || *at == '\r')
            *at = ' ';
    if (text_is_line(request->reason))
        return request->reason;
    request->reason[0] = '\0';
    (void)request_problem(request, 400, "A reason has no control characters, nor what turns the direction of writing.");
    return NULL;
}

/* Today in UTC as YYYY-MM-DD. */
static const char *day_of(int64_t now, char day[16])
{
    time_t seconds = (time_t)now;
    struct tm parts;
    if (gmtime_r(&seconds, &parts) == NULL || strftime(day, 16, "%Y-%m-%d", &parts) == 0)
        day[0] = '\0';
    return day;
}

/* ---- requests ---- */

static int row_of_case(void *context, const char *reference)
{
    json_text(context, NULL, reference);
    return 0;
}

struct listing {
    struct request *request;
    struct error *error;
};

static int row_of_request(void *context, const struct store_request *row)
{
    struct listing *listing = context;
    struct json *json = &listing->request->json;
    const struct store_person *person = listing->request->person;
    bool ours = row->owning == person->authority;
    json_open(json, NULL, '{');
    json_int(json, "id", row->id);
    json_bool(json, "ours_to_answer", ours && strcmp(row->state, "asked") == 0);
    json_text(json, "state", row->state);
    json_text(json, "kind", row->kind);
    json_text(json, "value", shown_value(row->kind, row->value, false));
    char id[ID_SIZE];
    selector_id(listing->request->server, row->hash, id);
    json_text(json, "selector", id);
    json_text(json, "asking", row->asking_name);
    json_text(json, "owning", row->owning_name);
    json_text(json, "asked_by", row->asked_by);
    json_text(json, "asked", shown_time(row->asked_at));
    json_text(json, "reason", row->reason);
    json_text(json, "answered_by", row->answered_at == 0 ? NULL : row->answered_by);
    json_text(json, "answered", row->answered_at == 0 ? NULL : shown_time(row->answered_at));
    json_text(json, "answer", row->answered_at == 0 ? NULL : row->answer);
    json_text(json, "until", row->until[0] == '\0' ? NULL : row->until);
    json_text(json, "ended", row->ended_at == 0 ? NULL : shown_time(row->ended_at));
    json_text(json, "ended_by", row->ended_by[0] == '\0' ? NULL : row->ended_by);
    json_text(json, "end_reason", row->ending[0] == '\0' ? NULL : row->ending);
    json_bool(json, "ours_to_end", ours && strcmp(row->state, "granted") == 0);
    json_open(json, "cases", '[');
    for (const char *at = row->cases; *at != '\0';) {
        size_t length = strcspn(at, "\n");
        json_text_n(json, NULL, at, length);
        at += length + (at[length] == '\n');
    }
    json_close(json, ']');
    json_open(json, "grantable", '['); /* own cases behind a request that waits */
    int result = !ours ? 0 : store_request_cases(listing->request->store, row->id, row_of_case, json, listing->error);
    json_close(json, ']');
    json_close(json, '}');
    return result;
}

static int list_requests(struct request *request, struct error *error)
{
    struct listing listing = {request, error};
    json_open(&request->json, NULL, '{');
    json_open(&request->json, "rows", '[');
    if (store_request_each(request->store, row_of_request, &listing, error) != 0)
        return -1;
    json_close(&request->json, ']');
    json_null(&request->json, "next");
    json_close(&request->json, '}');
    return 0;
}

static int keep_selector(void *context, const struct store_selector *selector)
{
    struct store_request *asked = context;
    memcpy(asked->hash, selector->hash, SELECTOR_HASH_SIZE);
    asked->kind = strdup(selector->kind);
    asked->value = strdup(selector->value);
    return asked->kind == NULL || asked->value == NULL ? -1 : 0;
}

/* The selector that an identifier names, if the person may know of it. 0 after answering 404, too (then kind is NULL).
 */
static int find_selector(struct request *request, const char *id, struct store_request *asked, struct error *error)
{
    bool found = false;
    uint8_t hash[SELECTOR_HASH_SIZE];
    if (id == NULL || !selector_hash(request->server, id, hash))
        return request_not_found(request);
    if (store_selector_by_hash(request->store, hash, &found, keep_selector, asked, error) != 0)
        return -1;
    return found ? 0 : request_not_found(request);
}

static void free_selector(struct store_request *asked)
{
    free((char *)(uintptr_t)asked->kind);
    free((char *)(uintptr_t)asked->value);
}

static int name_selector(struct request *request, const struct store_request *asked)
{
    (void)snprintf(request->object, sizeof request->object, "%s %.180s", asked->kind,
                   shown_value(asked->kind, asked->value, false));
    return 0;
}

struct asked_authority {
    struct request *request;
    int64_t id;
};

static int authority_row(void *context, const struct store_authority *authority)
{
    const struct asked_authority *asked = context;
    if (authority->id == asked->id)
        note_value(asked->request, "of", authority->name);
    return 0;
}

static int note_authority(struct request *request, int64_t id, struct error *error)
{
    struct asked_authority asked = {request, id};
    return store_authority_each(request->store, authority_row, &asked, error);
}

static int add_request(struct request *request, struct error *error)
{
    const json_t *authority = json_object_get(request->body, "authority");
    struct store_request asked = {.asked_by = request->person->name, .asked_at = request->now};
    asked.reason = reason_of(request);
    if (asked.reason == NULL)
        return 0;
    if (!json_is_integer(authority))
        return request_problem(request, 400, "Please name the authority to ask, by the number its hit gives.");
    asked.owning = json_integer_value(authority);
    int64_t id = 0;
    int result = find_selector(request, request_text(request, "selector"), &asked, error);
    if (result == 0 && asked.kind != NULL) {
        (void)name_selector(request, &asked);
        if (note_authority(request, asked.owning, error) != 0)
            result = -1;
    }
    if (result == 0 && asked.kind != NULL) {
        result = store_request_add(request->store, &asked, &id, error);
    }
    free_selector(&asked);
    if (result != 0 || asked.kind == NULL)
        return result;
    if (id == 0)
        return request_not_found(request);
    request->status = 201;
    json_open(&request->json, NULL, '{');
    json_int(&request->json, "id", id);
    json_close(&request->json, '}');
    return 0;
}

/* What the record says of a request: who asked whom, and which cases are granted. */
struct noted {
    struct request *request;
    int64_t id;
    const char *until; /* of a grant, or NULL */
};

static int note_request(void *context, const struct store_request *row)
{
    struct noted *noted = context;
    if (row->id != noted->id)
        return 0;
    note_value(noted->request, "to", row->asking_name);
    for (const char *at = row->cases; *at != '\0' && noted->until != NULL;) {
        char reference[80];
        size_t length = strcspn(at, "\n");
        (void)snprintf(reference, sizeof reference, "%.*s", (int)length, at);
        note(noted->request, reference);
        at += length + (at[length] == '\n');
    }
    if (noted->until != NULL)
        note_value(noted->request, "until", noted->until);
    return 1;
}

enum { GRANT_CASES_MAX = 100 };

static int answer_request(struct request *request, struct error *error)
{
    const char *cases[GRANT_CASES_MAX];
    size_t count = 0;
    char today[16];
    const json_t *decision = json_object_get(request->body, "grant");
    bool grant = json_is_true(decision);
    const char *until = request_text(request, "until");
    const char *reason = reason_of(request);
    if (reason == NULL)
        return 0;
    if (!json_is_boolean(decision))
        return request_problem(request, 400, "\"grant\" is true or false.");
    const json_t *list = json_object_get(request->body, "cases");
    if (json_array_size(list) > GRANT_CASES_MAX)
        return request_problem(request, 400, "At most %d cases are granted at once.", GRANT_CASES_MAX);
    for (size_t i = 0; i < json_array_size(list) && count < GRANT_CASES_MAX; i++)
        if (json_is_string(json_array_get(list, i)))
            cases[count++] = json_string_value(json_array_get(list, i));
    if (grant && count == 0)
        return request_problem(request, 400, "Please choose the cases to grant.");
    if (grant && (until == NULL || !is_date(until) || strcmp(until, day_of(request->now, today)) < 0))
        return request_problem(request, 400, "Please say until which day (\"until\": YYYY-MM-DD, not before today).");
    bool answered = false;
    int64_t id = number_in_path(request->parts[0]);
    if (id == 0)
        return request_not_found(request);
    if (store_request_answer(request->store, id, grant, cases, count, grant ? until : "", reason, request->person->name,
                             request->now, &answered, error) != 0)
        return -1;
    if (!answered)
        return request_not_found(request);
    struct noted noted = {request, id, grant ? until : NULL};
    (void)snprintf(request->object, sizeof request->object, "request %lld", (long long)id);
    note(request, grant ? "granted" : "refused");
    if (store_request_each(request->store, note_request, &noted, error) < 0)
        return -1;
    json_open(&request->json, NULL, '{');
    json_text(&request->json, "state", grant ? "granted" : "refused");
    json_close(&request->json, '}');
    return 0;
}

/* What was granted may be taken back before its day. */
static int end_request(struct request *request, struct error *error)
{
    const char *reason = reason_of(request);
    bool ended = false;
    if (reason == NULL)
        return 0;
    int64_t id = number_in_path(request->parts[0]);
    if (id == 0)
        return request_not_found(request);
    if (store_request_end(request->store, id, reason, request->person->name, request->now, &ended, error) != 0)
        return -1;
    if (!ended)
        return request_not_found(request);
    struct noted noted = {request, id, NULL};
    (void)snprintf(request->object, sizeof request->object, "request %lld", (long long)id);
    note(request, "ended");
    if (store_request_each(request->store, note_request, &noted, error) < 0)
        return -1;
    json_open(&request->json, NULL, '{');
    json_text(&request->json, "state", "ended");
    json_close(&request->json, '}');
    return 0;
}

/* ---- revealing ---- */

struct revealing {
    struct request *request;
    bool readable;
};

static int reveal_row(void *context, const struct store_selector *selector)
{
    struct revealing *revealing = context;
    struct request *request = revealing->request;
    const struct store_request named = {.kind = selector->kind, .value = selector->value};
    (void)name_selector(request, &named);
    if (selector->case_count == 0) /* others have it: whoever looked for it knows it, whoever did not learns nothing */
        return 0;
    revealing->readable = true;
    json_open(&request->json, NULL, '{');
    json_text(&request->json, "kind", selector->kind);
    json_text(&request->json, "value", selector->value);
    json_close(&request->json, '}');
    return 0;
}

static int reveal(struct request *request, struct error *error)
{
    struct revealing revealing = {request, false};
    uint8_t hash[SELECTOR_HASH_SIZE];
    bool found = false;
    if (reason_of(request) == NULL)
        return 0;
    if (!selector_hash(request->server, request->parts[0], hash))
        return request_not_found(request);
    if (store_selector_by_hash(request->store, hash, &found, reveal_row, &revealing, error) != 0)
        return -1;
    return revealing.readable ? 0 : request_not_found(request);
}

/* ---- retention ---- */

struct expired {
    struct request *request;
    const char *today;
    const char *reference; /* looked for, or NULL: all are listed */
    bool found, over;
};

static bool is_over(const struct expired *expired, const struct store_case *record)
{
    return record->retention[0] != '\0' && strcmp(record->retention, expired->today) < 0;
}

static int expired_row(void *context, const struct store_case *record)
{
    struct expired *expired = context;
    struct json *json = &expired->request->json;
    if (expired->reference != NULL) {
        if (strcmp(record->reference, expired->reference) == 0)
            expired->found = true, expired->over = is_over(expired, record);
        return 0;
    }
    if (!is_over(expired, record))
        return 0;
    json_open(json, NULL, '{');
    json_text(json, "case", record->reference);
    json_text(json, "country", record->country);
    json_text(json, "authority", record->authority);
    json_text(json, "retention", record->retention);
    json_close(json, '}');
    return 0;
}

/* The administrator reads no case, but has to know of those that must go: their references and days. */
static int list_expired(struct request *request, struct error *error)
{
    char today[16];
    struct expired expired = {.request = request, .today = day_of(request->now, today)};
    json_open(&request->json, NULL, '{');
    json_open(&request->json, "rows", '[');
    if (read_all(request, error) != 0 || store_case_each(request->store, expired_row, &expired, error) != 0)
        return -1;
    json_close(&request->json, ']');
    json_null(&request->json, "next");
    json_close(&request->json, '}');
    return 0;
}

static int purge_case(struct request *request, struct error *error)
{
    char today[16];
    struct store_purged purged;
    struct expired expired = {.request = request, .today = day_of(request->now, today), .reference = request->parts[0]};
    if (reason_of(request) == NULL)
        return 0;
    if (read_all(request, error) != 0 || store_case_each(request->store, expired_row, &expired, error) != 0)
        return -1;
    (void)snprintf(request->object, sizeof request->object, "%.200s", request->parts[0]);
    if (!expired.over) /* whether or not there is such a case */
        return request_not_found(request);
    if (store_case_purge(request->store, request->parts[0], &purged, error) != 0)
        return -1;
    json_open(&request->json, NULL, '{');
    json_int(&request->json, "evidence", purged.evidence);
    json_int(&request->json, "files", purged.files);
    json_int(&request->json, "sightings", purged.sightings);
    json_int(&request->json, "selectors", purged.selectors);
    json_int(&request->json, "left", purged.left);
    json_close(&request->json, '}');
    return 0;
}

const struct route access_routes[] = {
    {"GET", "/api/requests", ROLES_CASE_DATA, "view", "Requests for access: those asked, and those to answer", NULL,
     "Requests", list_requests},
    {"POST", "/api/requests", ROLE(ROLE_ANALYST) | ROLE(ROLE_LIAISON), "request",
     "Ask an authority that has a hit for access: selector, authority, reason", NULL, "Created", add_request},
    {"POST", "/api/requests/{id}/answer", ROLE(ROLE_LIAISON), "answer",
     "Grant (cases, until) or refuse a request to the own authority, with a reason", NULL, "Answered", answer_request},
    {"POST", "/api/requests/{id}/end", ROLE(ROLE_LIAISON), "end",
     "Take back what the own authority granted, before its day, with a reason", NULL, "Answered", end_request},
    {"POST", "/api/selectors/{id}/reveal", ROLES_CASE_DATA, "reveal",
     "The whole value of a selector that is shown masked; asks a reason", NULL, "Revealed", reveal},
    {"GET", "/api/retention", ROLE(ROLE_ADMINISTRATOR), "view", "Cases whose retention is over", NULL, "Expired",
     list_expired},
    {"POST", "/api/cases/{case}/purge", ROLE(ROLE_ADMINISTRATOR), "purge",
     "Remove a case whose retention is over, and everything that only it held", NULL, "Purged", purge_case},
    {NULL},
};
