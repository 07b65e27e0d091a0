/* Findings: selectors by kind, how many there are, one with everything that may be learned of it, and where they were
 * seen. */
#include <stdio.h>
#include <string.h>

#include "scan/kinds.h"
#include "serve/answer.h"
#include "show/mask.h"
#include "show/rows.h"
#include "show/spelling.h"

/* ---- selectors: the token is the identifier of the last ---- */

static int selector_row(void *context, const struct store_selector *row)
{
    struct page *page = context;
    struct json *json = &page->request->json;
    if (!page_takes(page))
        return 0;
    json_open(json, NULL, '{');
    json_selector_id(json, page->request, row->hash);
    json_selector(json, row, false);
    json_close(json, '}');
    selector_id(page->request->server, row->hash, page->next);
    return 0;
}

struct behind {
    char kind[64], value[SPELLING_SIZE];
};

static int keep_key(void *context, const struct store_selector *row)
{
    struct behind *behind = context;
    (void)snprintf(behind->kind, sizeof behind->kind, "%s", row->kind);
    (void)snprintf(behind->value, sizeof behind->value, "%s", row->value);
    return 0;
}

static int bad_token(struct request *request)
{
    return request_problem(request, 400, "\"after\" is the \"next\" of the page before, as it was given.");
}

/* What an identifier of the query names. *go false after answering: 400 or 404. */
static int find_selector(struct request *request, const char *id, int status, struct behind *behind, bool *go,
                         struct error *error)
{
    uint8_t hash[SELECTOR_HASH_SIZE];
    *go = false;
    if (selector_hash(request->server, id, hash) &&
        store_selector_by_hash(request->store, hash, go, keep_key, behind, error) != 0)
        return -1;
    if (*go)
        return 0;
    return status == 404
               ? request_not_found(request)
               : request_problem(request, 400, "\"after\" is the \"next\" of the page before, as it was given.");
}

static int list_selectors(struct request *request, struct error *error)
{
    struct page page;
    struct behind behind;
    struct store_filter filter = {0};
    char spelling[SPELLING_SIZE];
    bool go;
    const char *after = request_query(request, "after"), *value = request_query(request, "value");
    if (case_of_query(request, &filter.case_reference, &go, error) != 0 || !go)
        return go ? -1 : 0;
    if (!kind_of_query(request, &filter.kind) || !page_begin(&page, request, "selectors", error))
        return 0;
    if (after != NULL && after[0] != '\0') {
        if (find_selector(request, after, 400, &behind, &go, error) != 0 || !go)
            return go ? -1 : 0;
        if (filter.kind != NULL && strcmp(filter.kind, behind.kind) != 0)
            return bad_token(request);
        filter.after = (struct store_after){.kind = behind.kind, .value = behind.value};
    }
    if (value != NULL && value[0] != '\0') {
        if (find_spelling(request->store, filter.kind, value, spelling, error) != 0)
            return -1;
        filter.value = spelling;
    }
    filter.limit = page.ask;
    page_rows(&page);
    if (store_selector_each(request->store, &filter, selector_row, &page, error) != 0)
        return -1;
    page_end(&page);
    return 0;
}

static int kind_row(void *context, const struct store_kind_count *row)
{
    struct json *json = context;
    json_open(json, NULL, '{');
    json_text(json, "kind", row->kind);
    json_int(json, "selectors", row->selectors);
    json_int(json, "sightings", row->sightings);
    json_close(json, '}');
    return 0;
}

static int list_kinds(struct request *request, struct error *error)
{
    const char *reference;
    bool go;
    if (case_of_query(request, &reference, &go, error) != 0 || !go)
        return go ? -1 : 0;
    json_open(&request->json, NULL, '{');
    json_open(&request->json, "rows", '[');
    if (store_kind_each(request->store, reference, kind_row, &request->json, error) != 0)
        return -1;
    json_close(&request->json, ']');
    json_null(&request->json, "next");
    json_close(&request->json, '}');
    return 0;
}

/* ---- one ---- */

static int show_row(void *context, const struct store_selector *row)
{
    struct request *request = context;
    enum sb_kind kind = sb_kind_of(row->kind);
    const char *shown = shown_value(row->kind, row->value, false);
    bool told = row->case_count ==
                0; /* only others have it: who looked for it knows the value, and who did not learns it not */
    (void)snprintf(request->object, sizeof request->object, "%s %.180s", row->kind, told ? "" : shown);
    json_open(&request->json, NULL, '{');
    json_selector_id(&request->json, request, row->hash);
    if (told) {
        json_text(&request->json, "kind", row->kind);
        json_null(&request->json, "value");
        json_texts(&request->json, "cases", NULL, 0);
        return 0;
    }
    json_bool(&request->json, "masked",
              (kind != SB_KIND_COUNT && sb_kind_info(kind)->masked) || strcmp(shown, row->value) != 0);
    json_bool(&request->json, "stopped", row->stopped);
    json_selector(&request->json, row, false);
    return 0;
}

static int show_selector(struct request *request, struct error *error)
{
    uint8_t hash[SELECTOR_HASH_SIZE];
    bool found = false;
    if (!selector_hash(request->server, request->parts[0], hash))
        return request_not_found(request);
    if (store_selector_by_hash(request->store, hash, &found, show_row, request, error) != 0)
        return -1;
    if (!found)
        return request_not_found(request);
    int result = json_elsewhere(request, hash, error);
    json_close(&request->json, '}');
    return result;
}

/* ---- places ---- */

struct places {
    struct page page;
    struct store_after last; /* the place of the row before, and how many rows of it were passed */
};

static int sighting_row(void *context, const struct store_sighting_row *row)
{
    struct places *places = context;
    struct page *page = &places->page;
    struct store_after *last = &places->last;
    struct json *json = &page->request->json;
    const struct store_sighting *sighting = &row->sighting;
    if (!page_takes(page))
        return 0;
    bool same = last->evidence_id == row->evidence_id && last->offset == sighting->offset &&
                last->file == sighting->file && last->file_offset == sighting->file_offset;
    *last = (struct store_after){.evidence_id = row->evidence_id,
                                 .offset = sighting->offset,
                                 .file = sighting->file,
                                 .file_offset = sighting->file_offset,
                                 .rows = same ? last->rows + 1 : 1};
    json_open(json, NULL, '{');
    json_selector_id(json, page->request, sighting->hash);
    json_int(json, "item", row->evidence_id);
    json_sighting(json, row, false);
    json_close(json, '}');
    page_key(page, (int64_t[]){last->evidence_id, last->offset, last->file, last->file_offset, last->rows}, 5);
    return 0;
}

static int list_sightings(struct request *request, struct error *error)
{
    struct places places = {0};
    struct behind selector;
    struct store_filter filter = {0};
    int64_t key[5] = {0};
    bool go, given;
    const char *id = request_query(request, "selector");
    if (case_of_query(request, &filter.case_reference, &go, error) != 0 || !go)
        return go ? -1 : 0;
    if (!kind_of_query(request, &filter.kind) ||
        !request_number(request, "evidence", 1, INT64_MAX, 0, &filter.evidence_id))
        return 0;
    if (id != NULL && id[0] != '\0') {
        if (find_selector(request, id, 404, &selector, &go, error) != 0 || !go)
            return go ? -1 : 0;
        filter.kind = selector.kind;
        filter.value = selector.value;
    }
    if (!page_begin(&places.page, request, "sightings", error) || !page_after(&places.page, key, 5, &given))
        return 0;
    filter.limit = places.page.ask;
    if (given)
        filter.after = places.last = (struct store_after){
            .evidence_id = key[0], .offset = key[1], .file = key[2], .file_offset = key[3], .rows = key[4]};
    page_rows(&places.page);
    if (store_sighting_each(request->store, &filter, sighting_row, &places, error) != 0)
        return -1;
    page_end(&places.page);
    return 0;
}

#define PAGES                                                                                                          \
    {"limit", "rows of a page, 1 to 1000; 100 if not given"}, {"after", "the next of the page before"},                \
    {                                                                                                                  \
        NULL, NULL                                                                                                     \
    }
static const struct parameter selector_parameters[] = {{"case", "only of this case"},
                                                       {"kind", "card, iban, email, …"},
                                                       {"value", "only this value, however it is written"},
                                                       PAGES};
static const struct parameter sighting_parameters[] = {{"case", "only of this case"},
                                                       {"evidence", "only of this item"},
                                                       {"selector", "the identifier of a selector"},
                                                       {"kind", "card, iban, email, …"},
                                                       PAGES};
static const struct parameter kind_parameters[] = {{"case", "only of this case"}, {NULL, NULL}};

const struct route selector_routes[] = {
    {"GET", "/api/selectors", ROLES_CASE_DATA, "view", "Findings by kind and value", selector_parameters, "Selectors",
     list_selectors},
    {"GET", "/api/kinds", ROLES_CASE_DATA, "view", "How many selectors and sightings of each kind", kind_parameters,
     "Kinds", list_kinds},
    {"GET", "/api/selectors/{id}", ROLES_CASE_DATA, "view", "One selector: cases that have it, and hits elsewhere",
     NULL, "Selector", show_selector},
    {"GET", "/api/sightings", ROLES_CASE_DATA, "view", "Every place where something was seen", sighting_parameters,
     "Sightings", list_sightings},
    {0}};
