/* From a call to its answer: which row, who is it, may the role, what does the row's function say, and the record of
 * it. */
#include "serve/route.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "serve/call.h"
#include "show/mask.h"
#include "store/access.h"
#include "store/audit.h"

enum { OBJECT_MOST = 256 }; /* bytes of a record's object */
/* Seconds that a read waits for the lock under which its record is written, and a change for others that change; else a
 * few that wait would keep all handlers from what needs no lock. */
enum { READ_WAITS = 4, CHANGE_WAITS = 60 };

static const struct route *const tables[] = {
    session_routes,  people_routes,   audit_routes,  case_routes,    evidence_routes,
    file_routes,     selector_routes, link_routes,   search_routes,  access_routes,
    overview_routes, report_routes,   export_routes, openapi_routes, event_routes,
};

enum { TABLES = sizeof tables / sizeof *tables };

const struct route *route_at(size_t index)
{
    for (size_t i = 0; i < TABLES; i++)
        for (const struct route *route = tables[i]; route->method != NULL; route++)
            if (index-- == 0)
                return route;
    return NULL;
}

/* ---- which row ---- */

/* Compares the undecoded path part by part, so that an encoded '/' belongs to the part it stands in. */
static bool matches(struct call *call, const struct route *route, const char *path, size_t length)
{
    const char *wanted = route->path;
    const char *end = path + length;
    size_t parts = 0;
    while (*wanted == '/' && path < end && *path == '/') {
        size_t wanted_length = strcspn(++wanted, "/");
        size_t part_length = strcspn(++path, "/?#");
        if (wanted[0] == '{') {
            char *part = part_length == 0 ? NULL : decoded(&call->arena, path, part_length, false);
            if (part == NULL || parts == PATH_PARTS)
                return false;
            call->request.parts[parts++] = part;
        } else if (wanted_length != part_length || memcmp(wanted, path, part_length) != 0) {
            return false;
        }
        wanted += wanted_length;
        path += part_length;
    }
    return *wanted == '\0' && path == end;
}

static void find_route(struct call *call)
{
    char methods[64];
    size_t length = strcspn(call->target, "?#");
    const char *method = strcmp(call->method, "HEAD") == 0 ? "GET" : call->method;
    methods[0] = '\0';
    for (size_t i = 0; i < TABLES; i++)
        for (const struct route *route = tables[i]; route->method != NULL; route++) {
            if (!matches(call, route, call->target, length))
                continue;
            if (strcmp(route->method, method) == 0) {
                call->route = route;
                return;
            }
            (void)snprintf(methods + strlen(methods), sizeof methods - strlen(methods), "%s%s",
                           methods[0] == '\0' ? "" : ", ", route->method);
        }
    call->allowed = methods[0] == '\0' ? NULL : arena_text(&call->arena, methods, strlen(methods));
}

/* ---- may it ---- */

static bool changes(const struct call *call)
{
    return strcmp(call->route->method, "GET") != 0;
}

/* True after answering why not. A page of another origin can send neither our type nor our header without asking; where
 * the browser says that the request comes from one, it is believed. */
static bool refused_origin(struct call *call)
{
    struct request *request = &call->request;
    if (!changes(call))
        return false;
    if (call->fetch_site != NULL && strcmp(call->fetch_site, "same-origin") != 0 &&
        strcmp(call->fetch_site, "none") != 0) {
        (void)request_problem(request, 403, "This request comes from another site.");
        return true;
    }
    if (call->body.length > 0 &&
        (call->content_type == NULL || strncasecmp(call->content_type, "application/json", 16) != 0)) {
        (void)request_problem(request, 415, "A body is application/json.");
        return true;
    }
    if (call->by_session &&
        (call->csrf == NULL || strlen(call->csrf) != TOKEN_LENGTH || strcmp(call->csrf, call->session.csrf) != 0)) {
        (void)request_problem(request, 403, "The token of the session is missing: send it in X-Samband-Token.");
        return true;
    }
    return false;
}

static bool refused_body(struct call *call)
{
    json_error_t why;
    if (call->body.length == 0)
        return false;
    call->json = json_loadb((const char *)call->body.data, call->body.length, JSON_REJECT_DUPLICATES, &why);
    if (json_is_object(call->json)) {
        call->request.body = call->json;
        return false;
    }
    if (call->json == NULL)
        (void)request_problem(&call->request, 400, "The body is no JSON: %s", why.text);
    else
        (void)request_problem(&call->request, 400,
                              "The body is JSON, but no object: it begins with { and ends with }.");
    return true;
}

/* True when the row's function may run. */
static bool admitted(struct call *call, struct error *error, int *result)
{
    struct request *request = &call->request;
    bool known = false;
    *result = 0;
    if (call->route->roles != ROLES_NOBODY_YET) {
        *result = identify(call, &known, error);
        if (*result != 0)
            return false;
        if (known)
            request->person = &call->person;
    }
    if (call->route->roles != ROLES_NOBODY_YET && !known) {
        (void)request_problem(request, 401, "Sign in first.");
        return false;
    }
    if (call->route->roles != ROLES_NOBODY_YET && (call->route->roles & ROLE(call->person.role)) == 0) {
        (void)request_problem(request, 403, "Your role may not do this.");
        return false;
    }
    return !refused_origin(call) && !refused_body(call);
}

static int look_as(struct call *call, struct error *error)
{
    const struct store_person *person = call->request.person;
    struct store_viewer viewer = {0};
    if (person != NULL && (ROLE(person->role) & ROLES_ASK) != 0)
        viewer = (struct store_viewer){person->authority, person->centre};
    return store_view_as(call->request.store, &viewer, error);
}

/* ---- the record ---- */

static const char *outcome_of(int status)
{
    return status < 400 ? "done" : status >= 500 ? "failed" : "denied";
}

/* What is malformed shows and changes nothing, and what is throttled would fill the record. */
static bool is_recorded(const struct call *call)
{
    int status = call->request.status;
    return call->route->action != NULL && status != 400 && status != 415 && status != 429 &&
           (call->request.person != NULL || call->route->roles == ROLES_NOBODY_YET);
}

/* On what: what the function said, else the path and what was asked with it, with cards and keys masked. Cut texts may
 * end within a character. */
static const char *object_of(const struct call *call, struct bytes *out)
{
    const struct request *request = &call->request;
    struct bytes text = {0};
    if (request->object[0] != '\0') {
        text_append_repaired(out, request->object, strlen(request->object));
        text_append_repaired(out, (const char *)request->done.data, request->done.length);
        out->failed |= request->done.failed;
        return bytes_text(out);
    }
    bytes_append_text(&text, call->path);
    const char *kind = request_query(request, "kind");
    for (size_t i = 0; i < call->query.count && text.length < OBJECT_MOST; i++) {
        const char *name = call->query.names[i], *value = call->query.values[i];
        if (kind != NULL && strcmp(name, "value") == 0)
            value = shown_value(kind, value, false); /* a passport's number has no form that tells it from others */
        if (value[0] != '\0' && strcmp(name, "after") != 0)
            bytes_format(&text, " %s=%s", name, value);
    }
    const char *shown = shown_context(bytes_text(&text), false);
    size_t length = strlen(shown);
    text_append_repaired(out, shown, length < OBJECT_MOST ? length : OBJECT_MOST);
    bytes_free(&text);
    return bytes_text(out);
}

static int record(struct call *call, struct error *error)
{
    const struct request *request = &call->request;
    const struct store_person *person = request->person;
    struct bytes object = {0};
    struct store_audit record = {.time = request->now,
                                 .person = person == NULL ? "" : person->name,
                                 .authority = person == NULL ? "" : person->authority_name,
                                 .action = request->action != NULL ? request->action : call->route->action,
                                 .object = object_of(call, &object),
                                 .reason = request->reason,
                                 .outcome = outcome_of(request->status),
                                 .address = call->address};
    int result = object.failed ? fail(error, "memory is short") : store_audit_add(request->store, &record, error);
    bytes_free(&object);
    return result;
}

/* ---- all of it ---- */

/* A change and its record are one transaction: whoever kills the server between the two has neither. Where a function
 * commits by itself (signing in, which compares passwords; evidence, which is looked at first) the record comes behind.
 */
static bool in_one_piece(const struct route *route)
{
    static const char *const apart[] = {"/api/session", "/api/session/credentials", "/api/setup",
                                        "/api/cases/{case}/evidence"};
    for (size_t i = 0; i < sizeof apart / sizeof *apart; i++)
        if (strcmp(route->path, apart[i]) == 0)
            return false;
    return route->action != NULL && strcmp(route->method, "GET") != 0;
}

static int change_and_record(struct call *call, bool *recorded, struct error *error)
{
    struct request *request = &call->request;
    if (store_begin(request->store, error) != 0 || call->route->answer(request, error) != 0)
        return -1;
    if (request->status >= 400 || request->json.out.failed)
        return 0; /* and what was begun is taken back */
    if (record(call, error) != 0 || store_commit(request->store, error) != 0)
        return -1;
    *recorded = true;
    return 0;
}

static int run_route(struct call *call, bool *recorded, struct error *error)
{
    int result = 0;
    if (admitted(call, error, &result)) {
        if (look_as(call, error) != 0)
            result = -1;
        else if (in_one_piece(call->route))
            result = change_and_record(call, recorded, error);
        else
            result = call->route->answer(&call->request, error);
    }
    store_rollback(call->request.store); /* what a function left open */
    return result;
}

/* What waited too long for others that write is no fault here, and was not done. */
static void went_wrong(struct call *call, const struct error *error)
{
    if (call->request.store != NULL && store_retryable(call->request.store)) {
        call->request.cookie[0] = '\0';
        call->request.wait = 2;
        (void)request_problem(&call->request, 503, "The store is being written to by others; try again.");
        return;
    }
    server_log(call->request.server, "%s %s: %s", call->method, call->path, error->text);
    call->request.cookie[0] = '\0';
    (void)request_problem(&call->request, 500, "Something failed here. It is in the server's log.");
}

bool call_answer_alone(struct call *call)
{
    static const char path[] = "/api/openapi.json";
    struct error error = {0};
    bool reads = strcmp(call->method, "GET") == 0 || strcmp(call->method, "HEAD") == 0;
    if (!reads || strcmp(call->target, path) != 0)
        return false;
    call->path = path;
    call->answered = true;
    if (openapi_routes[0].answer(&call->request, &error) != 0 || call->request.json.out.failed)
        (void)request_problem(&call->request, 500, "Something failed here.");
    return true;
}

void call_answer(struct call *call, struct store *store)
{
    struct request *request = &call->request;
    struct error error = {0};
    bool recorded = false;
    request->store = store;
    if (call->too_large) {
        (void)request_problem(request, 413, "A body has at most 1 MiB.");
        return;
    }
    if (!call_read_target(call)) {
        (void)request_problem(request, 400, "The address is malformed.");
        return;
    }
    find_route(call);
    if (call->route == NULL && call->allowed != NULL)
        (void)request_problem(request, 405, "This path knows %s.", call->allowed);
    else if (call->route == NULL)
        (void)request_not_found(request);
    if (call->route == NULL)
        return;
    if (store == NULL) {
        request->wait = 5;
        (void)request_problem(request, 503, "The store cannot be reached.");
        return;
    }
    bool waits = store_wait_most(store, changes(call) ? CHANGE_WAITS : READ_WAITS, &error) == 0;
    int result = waits ? run_route(call, &recorded, &error) : -1;
    if (result != 0)
        went_wrong(call, &error);
    else if (request->json.out.failed)
        went_wrong(call, &(struct error){"memory is short"});
    error.text[0] = '\0';
    if (!recorded && is_recorded(call) && (result == 0 || request->status != 503) && record(call, &error) != 0)
        went_wrong(call, &error);
    json_decref(call->json);
    call->json = NULL;
    request->body = NULL;
    bytes_free(&request->done);
}
