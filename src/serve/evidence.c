/* Evidence: what was analysed and how it went, adding some, and the bytes at a place. */
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyse/analyse.h"
#include "analyse/inside.h"
#include "base/text.h"
#include "serve/answer.h"
#include "serve/hide.h"
#include "serve/server.h"
#include "show/rows.h"
#include "show/show.h"

enum { PEEKS_AT_ONCE = 4, PEEK_SHOWN = 4096 };
_Static_assert(PEEK_SHOWN + 2 * HIDE_MARGIN <= ANALYSE_PEEK_MOST, "what is shown and its surroundings are one peek");

/* ---- the listing and one item ---- */

struct items {
    struct page page;
    int64_t behind; /* the item behind which the page begins; 0: none, or it is passed */
    bool whole;     /* one item, with its progress */
    bool found;
};

static int evidence_row(void *context, const struct store_evidence *row)
{
    struct items *items = context;
    struct request *request = items->page.request;
    struct json *json = &request->json;
    if (items->behind != 0) {
        if (items->behind == row->id)
            items->behind = 0;
        return 0;
    }
    if (!items->whole && !page_takes(&items->page))
        return 1;
    items->found = true;
    json_open(json, NULL, '{');
    json_int(json, "id", row->id);
    int result = json_evidence(json, request->store, row, false, items->page.error);
    if (items->whole) {
        json_text(json, "added", row->added == 0 ? NULL : shown_time(row->added));
        json_text(json, "ended", row->ended == 0 ? NULL : shown_time(row->ended));
        json_int(json, "bytes", row->bytes_done);
        json_int(json, "total", row->bytes_all);
        json_int(json, "units", row->units_done);
        json_int(json, "units_total", row->units);
        (void)snprintf(request->object, sizeof request->object, "%s", shown_evidence(row->case_reference, row->number));
    }
    json_close(json, '}');
    if (!items->whole)
        page_key(&items->page, &row->id, 1);
    return result;
}

static int list_evidence(struct request *request, struct error *error)
{
    struct items items = {0};
    bool given, go;
    if (case_of_path(request, &go, error) != 0 || !go)
        return go ? -1 : 0;
    if (!page_begin(&items.page, request, "evidence", error) || !page_after(&items.page, &items.behind, 1, &given))
        return 0;
    page_rows(&items.page);
    if (store_evidence_each(request->store, request->parts[0], evidence_row, &items, error) < 0)
        return -1;
    page_end(&items.page);
    return 0;
}

static int show_evidence(struct request *request, struct error *error)
{
    struct items items = {.page = {.request = request, .error = error}, .whole = true};
    int64_t id = number_in_path(request->parts[0]);
    if (store_evidence_get(request->store, id, evidence_row, &items, error) != 0)
        return -1;
    return items.found ? 0 : request_not_found(request);
}

/* ---- adding ---- */

/* Whose folder does a place lie in? */
struct place {
    const struct server *server;
    const char *authority; /* who asks */
    bool allowed;
};

/* How long the path of a folder is, if `real` is it or lies in it; else 0. */
static size_t lies_in(const char *real, const char *folder)
{
    size_t length = strlen(folder);
    bool in = strncmp(real, folder, length) == 0 && (real[length] == '/' || real[length] == '\0');
    return in ? length : 0;
}

/* The innermost of the folders that it lies in says who may; what is bound to somebody is that one's alone, also as a
 * part of something larger. */
static bool may_read(const struct place *place, const char *real)
{
    const struct serve_options *options = place->server->options;
    char base[PATH_MAX];
    size_t innermost = 0;
    bool common = false, own = false, others = false;
    for (size_t i = 0; i < options->evidence_count; i++) {
        const struct serve_folder *folder = &options->evidence[i];
        if (realpath(folder->path, base) == NULL)
            continue;
        bool bound = folder->authority != NULL;
        bool mine = bound && strcmp(folder->authority, place->authority) == 0;
        size_t length = lies_in(real, base);
        if (bound && !mine && lies_in(base, real) > 0 && length == 0)
            return false;
        if (length == 0 || length < innermost)
            continue;
        if (length > innermost)
            common = own = others = false;
        innermost = length;
        common |= !bound;
        own |= mine;
        others |= bound && !mine;
    }
    return own || (common && !others);
}

/* Everything that would be read must lie where the person may read: a segment can be a link. */
static int look_at_part(void *context, const char *path)
{
    struct place *place = context;
    char real[PATH_MAX];
    if (realpath(path, real) != NULL && !may_read(place, real))
        place->allowed = false;
    return 0;
}

/* The real path of what was asked for, if it lies below one of the server's folders: absolute, or from one of them. */
static bool find_below(struct place *place, const char *asked, char real[PATH_MAX])
{
    const struct serve_options *options = place->server->options;
    char base[PATH_MAX], joined[2 * PATH_MAX];
    for (size_t i = 0; i < options->evidence_count; i++) {
        const struct serve_folder *folder = &options->evidence[i];
        if ((folder->authority != NULL && strcmp(folder->authority, place->authority) != 0) ||
            realpath(folder->path, base) == NULL)
            continue;
        (void)snprintf(joined, sizeof joined, "%s%s%s", asked[0] == '/' ? "" : base, asked[0] == '/' ? "" : "/", asked);
        if (realpath(joined, real) == NULL || strcmp(real, base) == 0 || lies_in(real, base) == 0 ||
            access(real, R_OK) != 0 || strchr(real, '\n') != NULL || !may_read(place, real))
            continue;
        return true;
    }
    return false;
}

/* May somebody of this authority add it? What somebody else holds is not there for them. */
static int find_free(struct request *request, const char *authority, const char *asked, char real[PATH_MAX],
                     bool *found, struct error *error)
{
    struct place place = {request->server, authority, true};
    bool others = true;
    *found = false;
    if (!find_below(&place, asked, real))
        return 0;
    if (analyse_reach(real, look_at_part, &place, error) != 0 ||
        analyse_of_others(request->store, authority, real, &others, error) != 0)
        return -1;
    *found = place.allowed && !others;
    return 0;
}

struct owner {
    const char *reference, *authority;
    int64_t id;
    bool own;
};

static int look_at_owner(void *context, const struct store_case *row)
{
    struct owner *owner = context;
    if (strcmp(row->reference, owner->reference) != 0)
        return 0;
    owner->id = row->id;
    owner->own = strcmp(row->authority, owner->authority) == 0;
    return 1;
}

static int add_evidence(struct request *request, struct error *error)
{
    static pthread_mutex_t adding = PTHREAD_MUTEX_INITIALIZER; /* nobody takes it between looking and adding */
    struct owner owner = {.reference = request->parts[0], .authority = request->person->authority_name};
    char real[PATH_MAX];
    const char *const paths[] = {real};
    const char *path = request_text(request, "path");
    const json_t *digests = json_object_get(request->body, "digests");
    struct error notice = {0};
    int64_t id = 0;
    bool found = false;
    int added = 0;
    if (store_case_each(request->store, look_at_owner, &owner, error) < 0)
        return -1;
    if (owner.id == 0)
        return request_not_found(request);
    if (!owner.own)
        return request_problem(request, 403, "Only the authority that owns a case adds evidence to it.");
    (void)snprintf(request->object, sizeof request->object, "%.100s %.140s", request->parts[0],
                   path == NULL ? "" : path);
    if (path == NULL || path[0] == '\0' || strlen(path) >= PATH_MAX)
        return request_problem(request, 400, "\"path\" names an image or a folder.");
    (void)pthread_mutex_lock(&adding);
    int result = find_free(request, owner.authority, path, real, &found, error);
    if (result == 0 && found && (result = read_all(request, error)) == 0)
        added = analyse_add(request->store, owner.id, paths, 1, !json_is_false(digests), NULL, &id, &notice, error);
    (void)pthread_mutex_unlock(&adding);
    if (result == 0 && !found)
        return request_problem(request, 422,
                               "There is no such image or folder below the server's evidence folders that "
                               "the server can read.");
    if (result == 0 && added != 0 && !store_retryable(request->store))
        return request_problem(request, 422, "%s", error->text);
    if (result != 0 || added != 0 || read_for_person(request, error) != 0)
        return -1;
    struct items items = {.page = {.request = request, .error = error}, .whole = true};
    request->status = 201;
    return store_evidence_get(request->store, id, evidence_row, &items, error);
}

/* ---- bytes at a place ---- */

struct spot {
    char *paths;
    char name[256];
};

static int take_paths(void *context, const struct store_evidence *row)
{
    struct spot *spot = context;
    (void)snprintf(spot->name, sizeof spot->name, "%s", shown_evidence(row->case_reference, row->number));
    spot->paths = strdup(row->paths);
    return spot->paths == NULL ? -1 : 0;
}

/* Reads more than is shown on either side, so that what begins or ends there is known, and hidden where it must be. */
static int look(struct request *request, int64_t id, const char *paths, int64_t offset, size_t length,
                struct error *error)
{
    uint8_t bytes[ANALYSE_PEEK_MOST];
    char hex[2 * PEEK_SHOWN + 1];
    size_t got = 0;
    size_t before = offset < HIDE_MARGIN ? (size_t)offset : HIDE_MARGIN;
    struct error why = {0};
    struct bytes inside = {0};
    /* The item was found for the person; the way to a disk within is its parents'. */
    if (read_all(request, error) != 0 || inside_put_places(request->store, id, &inside, error) != 0 ||
        read_for_person(request, error) != 0) {
        bytes_free(&inside);
        return -1;
    }
    int looked =
        analyse_peek(paths, &inside, (uint64_t)offset - before, before + length + HIDE_MARGIN, bytes, &got, &why);
    bytes_free(&inside);
    if (looked != 0 || got <= before)
        return request_problem(request, 422, "%s",
                               why.text[0] != '\0' ? why.text : "The medium ends before this place.");
    if (hide_secrets(request->store, id, offset - (int64_t)before, bytes, got, error) != 0)
        return -1;
    got -= before;
    text_hex(bytes + before, got < length ? got : length, hex);
    json_open(&request->json, NULL, '{');
    json_int(&request->json, "offset", offset);
    json_text(&request->json, "hex", hex);
    json_close(&request->json, '}');
    return 0;
}

static int show_bytes(struct request *request, struct error *error)
{
    static atomic_int looking;
    struct spot spot = {0};
    int64_t offset, length;
    int64_t id = number_in_path(request->parts[0]);
    if (store_evidence_get(request->store, id, take_paths, &spot, error) != 0)
        return -1;
    if (spot.paths == NULL)
        return request_not_found(request);
    int result = 0;
    if (request_number(request, "offset", 0, INT64_MAX / 2, 0, &offset) &&
        request_number(request, "length", 1, PEEK_SHOWN, 512, &length)) {
        (void)snprintf(request->object, sizeof request->object, "%.200s at %lld", spot.name, (long long)offset);
        if (atomic_fetch_add(&looking, 1) >= PEEKS_AT_ONCE) {
            request->wait = 1;
            (void)request_problem(request, 503, "Too many look at bytes just now; try again.");
        } else {
            result = look(request, id, spot.paths, offset, (size_t)length, error);
        }
        (void)atomic_fetch_sub(&looking, 1);
    }
    free(spot.paths);
    return result;
}

static const struct parameter pages[] = {
    {"limit", "rows of a page, 1 to 1000; 100 if not given"}, {"after", "the next of the page before"}, {NULL, NULL}};
static const struct parameter places[] = {
    {"offset", "byte of the medium"}, {"length", "1 to 4096; 512 if not given"}, {NULL, NULL}};

const struct route evidence_routes[] = {
    {"GET", "/api/cases/{case}/evidence", ROLES_CASE_DATA, "view", "Evidence of a case", pages, "EvidenceRows",
     list_evidence},
    {"POST", "/api/cases/{case}/evidence", ROLE(ROLE_EXAMINER), "add",
     "Adds an image or folder below the server's evidence folders to an own case", NULL, "Evidence", add_evidence},
    {"GET", "/api/evidence/{evidence}", ROLES_CASE_DATA, "view",
     "One item: digests, volumes, encrypted parts, what could not be read", NULL, "Evidence", show_evidence},
    {"GET", "/api/evidence/{evidence}/bytes", ROLES_CASE_DATA, "view",
     "Bytes at a place of the medium, read by a locked worker; cards, keys and the like are hidden in them", places,
     "Bytes", show_bytes},
    {0}};
