/* A token is the key of a row and a seal over it, so that what comes back is what was given. It names a place in a
 * listing, and gives no right: every query asks anew what the person may read. */
#include "serve/answer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scan/kinds.h"

/* ---- pages ---- */

static void seal(const struct page *page, const char *numbers, char id[ID_SIZE])
{
    uint8_t hash[SELECTOR_HASH_SIZE];
    store_selector_hash(page->listing, numbers, strlen(numbers), hash);
    selector_id(page->request->server, hash, id);
}

bool page_begin(struct page *page, struct request *request, const char *listing, struct error *error)
{
    *page = (struct page){.request = request, .error = error, .listing = listing};
    if (!request_number(request, "limit", 1, 1000, 100, &page->limit))
        return false;
    page->ask = page->limit + 1;
    json_open(&request->json, NULL, '{');
    return true;
}

bool page_after(struct page *page, int64_t *numbers, size_t count, bool *given)
{
    const char *token = request_query(page->request, "after");
    char text[TOKEN_SIZE], id[ID_SIZE];
    *given = token != NULL && token[0] != '\0';
    if (!*given)
        return true;
    size_t length = strlen(token);
    bool sound = length < sizeof text && length > ID_SIZE;
    if (sound) {
        size_t body = length - (ID_SIZE - 1);
        memcpy(text, token, body);
        text[body] = '\0';
        seal(page, text, id);
        sound = strcmp(id, token + body) == 0;
    }
    char *at = text;
    for (size_t i = 0; sound && i < count; i++) {
        char *end;
        numbers[i] = (int64_t)strtoull(at, &end, 16);
        sound = end != at && *end == '.';
        at = end + 1;
    }
    if (!sound || *at != '\0')
        (void)request_problem(page->request, 400, "\"after\" is the \"next\" of the page before, as it was given.");
    return sound && *at == '\0';
}

void page_rows(struct page *page)
{
    json_open(&page->request->json, "rows", '[');
}

bool page_takes(struct page *page)
{
    if (page->given == page->limit) {
        page->more = true;
        return false;
    }
    page->given++;
    return true;
}

void page_key(struct page *page, const int64_t *numbers, size_t count)
{
    char id[ID_SIZE];
    size_t length = 0;
    for (size_t i = 0; i < count && i < TOKEN_NUMBERS; i++)
        length +=
            (size_t)snprintf(page->next + length, sizeof page->next - length, "%llx.", (unsigned long long)numbers[i]);
    seal(page, page->next, id);
    (void)snprintf(page->next + length, sizeof page->next - length, "%s", id);
}

void page_end(struct page *page)
{
    struct json *json = &page->request->json;
    json_close(json, ']');
    json_text(json, "next", page->more ? page->next : NULL);
    json_close(json, '}');
}

/* ---- what a request is about ---- */

static int check_case(struct request *request, const char *reference, bool *go, struct error *error)
{
    *go = false;
    if (store_case_readable(request->store, reference, go, error) != 0)
        return -1;
    return *go ? 0 : request_not_found(request);
}

int case_of_query(struct request *request, const char **reference, bool *go, struct error *error)
{
    *reference = request_query(request, "case");
    if (*reference != NULL && (*reference)[0] == '\0')
        *reference = NULL;
    *go = true;
    return *reference == NULL ? 0 : check_case(request, *reference, go, error);
}

int case_of_path(struct request *request, bool *go, struct error *error)
{
    (void)snprintf(request->object, sizeof request->object, "%.200s", request->parts[0]);
    return check_case(request, request->parts[0], go, error);
}

bool kind_of_query(struct request *request, const char **kind)
{
    *kind = request_query(request, "kind");
    if (*kind != NULL && (*kind)[0] == '\0')
        *kind = NULL;
    if (*kind == NULL || sb_kind_of(*kind) != SB_KIND_COUNT)
        return true;
    (void)request_problem(request, 400, "There is no such kind of selector.");
    return false;
}

int64_t number_in_path(const char *part)
{
    char *end = NULL;
    errno = 0;
    long long number = part[0] >= '1' && part[0] <= '9' ? strtoll(part, &end, 10) : 0;
    return end != NULL && *end == '\0' && errno == 0 ? number : 0;
}

const char *like_pattern(struct bytes *out, const char *before, const char *text, const char *behind)
{
    if (text == NULL || text[0] == '\0')
        return NULL;
    bytes_append_text(out, before);
    for (; *text != '\0'; text++) {
        if (strchr("%_\\", *text) != NULL)
            bytes_append_char(out, '\\');
        bytes_append_char(out, *text);
    }
    bytes_append_text(out, behind);
    return bytes_text(out);
}

int read_all(struct request *request, struct error *error)
{
    return store_view_as(request->store, NULL, error);
}

int read_for_person(struct request *request, struct error *error)
{
    const struct store_viewer viewer = {request->person->authority, request->person->centre};
    return store_view_as(request->store, &viewer, error);
}

/* ---- handling codes ---- */

static const struct {
    const char *code, *meaning;
} handlings[] = {{"free", "free to the centre"},
                 {"hit", "others learn hit or no hit"},
                 {"own", "for the own authority alone"}}; /* the strictest last */

enum { HANDLINGS = sizeof handlings / sizeof *handlings };

static size_t strictness(const char *code)
{
    size_t at = 0;
    while (at + 1 < HANDLINGS && strcmp(handlings[at].code, code) != 0)
        at++;
    return at; /* of one that is not known, the most */
}

const char *strictest_handling(const char *one, const char *other)
{
    if (one == NULL || other == NULL)
        return one == NULL ? other : one;
    return strictness(one) >= strictness(other) ? one : other;
}

const char *handling_meaning(const char *code)
{
    return handlings[strictness(code)].meaning;
}

/* ---- selectors and hits ---- */

void json_selector_id(struct json *json, const struct request *request, const uint8_t hash[SELECTOR_HASH_SIZE])
{
    char id[ID_SIZE];
    selector_id(request->server, hash, id);
    json_text(json, "id", id);
}

void json_hit(struct json *json, const struct store_hit *hit)
{
    json_text(json, "authority", hit->name);
    json_int(json, "authority_id", hit->authority);
    json_text(json, "country", hit->country);
    json_text(json, "contact", hit->contact);
}

static int hit_row(void *context, const struct store_hit *hit)
{
    struct json *json = context;
    json_open(json, NULL, '{');
    json_hit(json, hit);
    json_close(json, '}');
    return 0;
}

int json_elsewhere(struct request *request, const uint8_t hash[SELECTOR_HASH_SIZE], struct error *error)
{
    json_open(&request->json, "elsewhere", '[');
    int result = store_hit_each(request->store, hash, hit_row, &request->json, error);
    json_close(&request->json, ']');
    return result;
}
