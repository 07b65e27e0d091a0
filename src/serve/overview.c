/* What somebody sees first: how much there is, what is new since the last visit, what is in work, and which countries
 * hang together. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "link/link.h"
#include "serve/answer.h"
#include "show/mask.h"
#include "show/rows.h"
#include "show/show.h"

enum { COUNTRIES_MOST = 256, MONTHS_MOST = 240, NEW_LINKS = 20, NEW_ITEMS = 50, CASE_NAME = 72 };

struct pair {
    int64_t selectors;
    double weight;
};

struct overview {
    struct request *request;
    struct error *error;
    int64_t since;
    int64_t cases, evidence, sightings, working, new_items, waiting, answered;
    struct month {
        char name[8]; /* "2026-03" */
        int64_t sightings, evidence;
    } months[MONTHS_MOST];
    size_t month_count;
    char (*fresh)[CASE_NAME]; /* cases with evidence that was done since, by reference */
    size_t fresh_count, fresh_room;
    char countries[COUNTRIES_MOST][3];
    size_t country_count;
    struct pair pairs[COUNTRIES_MOST][COUNTRIES_MOST]; /* the lower number first */
};

static int64_t time_of_query(const struct request *request)
{
    struct tm parts = {0};
    const char *since = request_query(request, "since");
    const char *end = since == NULL ? NULL : strptime(since, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return end != NULL && *end == '\0' ? timegm(&parts) : request->person->seen_before;
}

/* ---- evidence ---- */

static void count_month(struct overview *overview, const struct store_item *row)
{
    char name[8];
    time_t time = (time_t)row->added;
    struct tm parts;
    if (row->added == 0 || gmtime_r(&time, &parts) == NULL || strftime(name, sizeof name, "%Y-%m", &parts) == 0)
        return;
    size_t at = 0;
    while (at < overview->month_count && strcmp(overview->months[at].name, name) != 0)
        at++;
    if (at == MONTHS_MOST)
        return;
    if (at == overview->month_count)
        memcpy(overview->months[overview->month_count++].name, name, sizeof name);
    overview->months[at].sightings += row->sightings;
    overview->months[at].evidence++;
}

static int note_fresh(struct overview *overview, const char *reference)
{
    if (overview->fresh_count > 0 && strcmp(overview->fresh[overview->fresh_count - 1], reference) == 0)
        return 0; /* items come by case */
    if (overview->fresh_count == overview->fresh_room) {
        size_t room = overview->fresh_room == 0 ? 64 : 2 * overview->fresh_room;
        char(*grown)[CASE_NAME] = reallocarray(overview->fresh, room, sizeof *grown);
        if (grown == NULL)
            return fail(overview->error, "memory is short");
        overview->fresh = grown;
        overview->fresh_room = room;
    }
    (void)snprintf(overview->fresh[overview->fresh_count++], CASE_NAME, "%s", reference);
    return 0;
}

static bool in_work(const struct store_item *row)
{
    return strcmp(row->state, "new") == 0 || strcmp(row->state, "mapped") == 0;
}

static void write_item(struct json *json, const struct store_item *row)
{
    json_open(json, NULL, '{');
    json_int(json, "id", row->id);
    json_text(json, "case", row->case_reference);
    json_text(json, "evidence", shown_text(row->name, false));
    json_text(json, "evidence_id", shown_evidence(row->case_reference, row->number));
    json_text(json, "state", row->state);
    json_int(json, "size", row->size);
    json_int(json, "sightings", row->sightings);
    json_text(json, "added", row->added == 0 ? NULL : shown_time(row->added));
    json_text(json, "ended", row->ended == 0 ? NULL : shown_time(row->ended));
    json_close(json, '}');
}

static int count_item(void *context, const struct store_item *row)
{
    struct overview *overview = context;
    overview->evidence++;
    overview->sightings += row->sightings;
    count_month(overview, row);
    return row->ended > overview->since && !in_work(row) ? note_fresh(overview, row->case_reference) : 0;
}

static int new_item(void *context, const struct store_item *row)
{
    struct overview *overview = context;
    bool fresh = row->added > overview->since || row->ended > overview->since;
    if (fresh && !in_work(row) && overview->new_items < NEW_ITEMS) {
        overview->new_items++;
        write_item(&overview->request->json, row);
    }
    return 0;
}

static int working_item(void *context, const struct store_item *row)
{
    struct overview *overview = context;
    if (in_work(row) && overview->working++ < NEW_ITEMS)
        write_item(&overview->request->json, row);
    return 0;
}

static int count_case(void *context, const struct store_case *row)
{
    (void)row;
    ((struct overview *)context)->cases++;
    return 0;
}

static int count_request(void *context, const struct store_request *row)
{
    struct overview *overview = context;
    bool ours = row->owning == overview->request->person->authority;
    overview->waiting += ours && strcmp(row->state, "asked") == 0;
    overview->answered += !ours && row->answered_at > overview->since;
    return 0;
}

/* ---- countries ---- */

/* Its number; COUNTRIES_MOST when there are too many. */
static size_t country_of(struct overview *overview, const char *country)
{
    size_t at = 0;
    while (at < overview->country_count && strcmp(overview->countries[at], country) != 0)
        at++;
    if (at == overview->country_count && at < COUNTRIES_MOST && strlen(country) == 2)
        memcpy(overview->countries[overview->country_count++], country, 3);
    else if (at == overview->country_count)
        return COUNTRIES_MOST;
    return at;
}

static void join_countries(struct overview *overview, const char *one, const char *other, double weight)
{
    size_t a = country_of(overview, one), b = country_of(overview, other);
    if (a == b || a == COUNTRIES_MOST || b == COUNTRIES_MOST)
        return;
    struct pair *pair = a < b ? &overview->pairs[a][b] : &overview->pairs[b][a];
    pair->selectors++;
    pair->weight += weight;
}

static void join_link(struct overview *overview, const struct link *link)
{
    for (size_t i = 0; i < link->country_count; i++)
        for (size_t k = i + 1; k < link->country_count; k++)
            join_countries(overview, link->countries[i], link->countries[k], link->weight);
}

static int join_hit(void *context, const char *kind, const char *country, const char *elsewhere)
{
    join_countries(context, country, elsewhere, link_weight(kind, 2, 2));
    return 0;
}

static void write_countries(struct overview *overview)
{
    struct json *json = &overview->request->json;
    json_open(json, "countries", '[');
    for (size_t a = 0; a < overview->country_count; a++)
        for (size_t b = a + 1; b < overview->country_count; b++) {
            const struct pair *pair = &overview->pairs[a][b];
            if (pair->selectors == 0)
                continue;
            bool sorted = strcmp(overview->countries[a], overview->countries[b]) < 0;
            json_open(json, NULL, '{');
            json_text(json, "from", overview->countries[sorted ? a : b]);
            json_text(json, "to", overview->countries[sorted ? b : a]);
            json_int(json, "selectors", pair->selectors);
            json_real(json, "weight", pair->weight);
            json_close(json, '}');
        }
    json_close(json, ']');
}

/* ---- what is new ---- */

static int compare_names(const void *left, const void *right)
{
    return strcmp(left, right);
}

static bool is_fresh(const struct overview *overview, const struct link *link)
{
    for (size_t i = 0; i < link->case_count && overview->fresh_count > 0; i++)
        if (bsearch(link->cases[i], overview->fresh, overview->fresh_count, CASE_NAME, compare_names) != NULL)
            return true;
    return false;
}

static void write_new_links(struct overview *overview, const struct links *links)
{
    struct request *request = overview->request;
    size_t shown = 0;
    json_open(&request->json, "links", '[');
    for (size_t i = 0; i < links_count(links) && shown < NEW_LINKS; i++) {
        const struct link *link = links_at(links, i);
        uint8_t hash[SELECTOR_HASH_SIZE];
        if (!is_fresh(overview, link))
            continue;
        store_selector_hash(link->kind, link->value, strlen(link->value), hash);
        json_open(&request->json, NULL, '{');
        json_selector_id(&request->json, request, hash);
        json_link(&request->json, link, false);
        json_close(&request->json, '}');
        shown++;
    }
    json_close(&request->json, ']');
}

static int by_month(const void *left, const void *right)
{
    return strcmp(((const struct month *)left)->name, ((const struct month *)right)->name);
}

static void write_months(struct overview *overview)
{
    struct json *json = &overview->request->json;
    qsort(overview->months, overview->month_count, sizeof *overview->months, by_month);
    json_open(json, "months", '[');
    for (size_t i = 0; i < overview->month_count; i++) {
        json_open(json, NULL, '{');
        json_text(json, "month", overview->months[i].name);
        json_int(json, "sightings", overview->months[i].sightings);
        json_int(json, "evidence", overview->months[i].evidence);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static int write_overview(struct overview *overview, const struct links *links)
{
    struct store *store = overview->request->store;
    struct json *json = &overview->request->json;
    json_open(json, NULL, '{');
    json_open(json, "counts", '{');
    json_int(json, "cases", overview->cases);
    json_int(json, "evidence", overview->evidence);
    json_int(json, "sightings", overview->sightings);
    json_int(json, "links", (int64_t)links_count(links));
    json_int(json, "networks", (int64_t)networks_count(links));
    json_int(json, "requests", overview->waiting);
    json_close(json, '}');
    json_open(json, "new", '{');
    json_text(json, "since", overview->since == 0 ? NULL : shown_time(overview->since));
    json_int(json, "requests", overview->waiting);
    json_int(json, "answered", overview->answered);
    json_open(json, "evidence", '[');
    if (store_item_each(store, new_item, overview, overview->error) != 0)
        return -1;
    json_close(json, ']');
    write_new_links(overview, links);
    json_close(json, '}');
    json_open(json, "working", '[');
    if (store_item_each(store, working_item, overview, overview->error) != 0)
        return -1;
    json_close(json, ']');
    write_countries(overview);
    write_months(overview);
    json_close(json, '}');
    return 0;
}

static int gather(struct overview *overview, const struct links *links)
{
    struct store *store = overview->request->store;
    if (store_case_each(store, count_case, overview, overview->error) != 0 ||
        store_item_each(store, count_item, overview, overview->error) != 0 ||
        store_request_each(store, count_request, overview, overview->error) != 0)
        return -1;
    for (size_t i = 0; i < links_count(links); i++)
        join_link(overview, links_at(links, i));
    return store_shared_hit_countries(store, join_hit, overview, overview->error);
}

static int show_overview(struct request *request, struct error *error)
{
    struct overview *overview = calloc(1, sizeof *overview);
    if (overview == NULL)
        return fail(error, "memory is short");
    overview->request = request;
    overview->error = error;
    overview->since = time_of_query(request);
    struct links *links = links_find(request->store, error);
    int result = links == NULL ? -1 : gather(overview, links);
    if (result == 0)
        result = write_overview(overview, links);
    links_free(links);
    free(overview->fresh);
    free(overview);
    return result;
}

static const struct parameter parameters[] = {{"since", "what is new since then; the last visit if not given"},
                                              {NULL, NULL}};

const struct route overview_routes[] = {{"GET", "/api/overview", ROLES_CASE_DATA, "view",
                                         "What there is, what is new, what is in work, countries linked", parameters,
                                         "Overview", show_overview},
                                        {0}};
