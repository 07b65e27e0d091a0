/* One box: a value, however it is written, or words. A value is looked up as each kind that it may be of; words in
 * titles of cases and paths of files. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "scan/kinds.h"
#include "serve/answer.h"
#include "serve/server.h"
#include "show/like.h"
#include "show/mask.h"
#include "show/rows.h"
#include "show/spelling.h"

enum { QUESTION_MOST = SB_VALUE_MAX, WORD_LEAST = 3, CASES_SHOWN = 20, FILES_SHOWN = 20 };

struct search {
    struct request *request;
    const char *question;
    bool partner; /* learns of hits, and nothing of cases */
    int64_t shown;
};

/* ---- values ---- */

static int hit_row(void *context, const struct store_selector *row)
{
    struct search *search = context;
    struct json *json = &search->request->json;
    const char *shown = shown_value(row->kind, row->value, false);
    if (strcmp(shown, row->value) != 0) /* then the question, which is in the record, is a secret too */
        (void)snprintf(search->request->object, sizeof search->request->object, "%s %.180s", row->kind, shown);
    json_open(json, NULL, '{');
    json_text(json, "kind", row->kind);
    json_selector_id(json, search->request, row->hash);
    json_text(json, "value", shown);
    json_texts(json, "own", row->cases, search->partner ? 0 : row->case_count);
    json_int(json, "sightings", search->partner ? 0 : row->sightings);
    return 0;
}

static int search_values(struct search *search, const char *kind, struct error *error)
{
    struct request *request = search->request;
    uint8_t hashes[SB_KIND_COUNT][SELECTOR_HASH_SIZE];
    bool known[SB_KIND_COUNT];
    char spelling[SPELLING_SIZE];
    size_t count = 0;
    for (unsigned i = 0; i < SB_KIND_COUNT; i++) {
        const char *name = sb_kind_info((enum sb_kind)i)->name;
        if (kind != NULL && strcmp(kind, name) != 0)
            continue;
        spell_value((enum sb_kind)i, search->question, spelling);
        if (kind != NULL || may_be((enum sb_kind)i, spelling))
            store_selector_hash(name, spelling, strlen(spelling), hashes[count++]);
    }
    _Static_assert((int)SB_KIND_COUNT <= (int)STORE_HASHES_MOST, "all kinds are looked up at once");
    if (store_selectors_known(request->store, hashes, count, known, error) != 0)
        return -1;
    json_open(&request->json, "hits", '[');
    for (size_t i = 0; i < count; i++) {
        bool found = false;
        if (!known[i])
            continue;
        if (store_selector_by_hash(request->store, hashes[i], &found, hit_row, search, error) != 0)
            return -1;
        if (!found)
            continue;
        if (json_elsewhere(request, hashes[i], error) != 0)
            return -1;
        json_close(&request->json, '}');
    }
    json_close(&request->json, ']');
    return 0;
}

/* ---- words ---- */

static int case_row(void *context, const struct store_case *row)
{
    struct search *search = context;
    struct json *json = &search->request->json;
    if (strcasestr(row->reference, search->question) == NULL && strcasestr(row->title, search->question) == NULL)
        return 0;
    json_open(json, NULL, '{');
    json_case(json, row);
    json_close(json, '}');
    return ++search->shown == CASES_SHOWN ? 1 : 0;
}

static int file_row(void *context, const struct store_file *row)
{
    struct json *json = &((struct search *)context)->request->json;
    json_open(json, NULL, '{');
    json_int(json, "id", row->number);
    json_int(json, "item", row->evidence_id);
    json_file(json, row, false);
    json_close(json, '}');
    return 0;
}

static int search_words(struct search *search, struct error *error)
{
    struct request *request = search->request;
    struct bytes pattern = {0}, wider = {0};
    bool words = strlen(search->question) >= WORD_LEAST;
    json_open(&request->json, "cases", '[');
    int result = words ? store_case_each(request->store, case_row, search, error) : 0;
    json_close(&request->json, ']');
    struct store_filter filter = {.limit = FILES_SHOWN};
    filter_shown_paths(&filter, like_pattern(&pattern, "%", search->question, "%"), &wider);
    json_open(&request->json, "files", '[');
    if (words && result >= 0)
        result = store_file_each(request->store, &filter, file_row, search, error);
    json_close(&request->json, ']');
    bytes_free(&pattern);
    bytes_free(&wider);
    return result < 0 ? -1 : 0;
}

static int search_all(struct request *request, struct error *error)
{
    const char *where = request_query(request, "in"), *kind;
    struct search search = {
        .request = request, .question = request_query(request, "q"), .partner = request->person->role == ROLE_PARTNER};
    if (search.question == NULL || search.question[0] == '\0' || strlen(search.question) > QUESTION_MOST)
        return request_problem(request, 400, "What is looked for stands in \"q\", %d bytes at most.", QUESTION_MOST);
    if (where != NULL && strcmp(where, "values") != 0 && strcmp(where, "words") != 0)
        return request_problem(request, 400, "\"in\" is values or words.");
    if (!kind_of_query(request, &kind))
        return 0;
    if (!quota_take(request->person, &request->wait))
        return request_problem(request, 429,
                               "There are no look-ups left just now. An administrator can give you more.");
    /* What is asked may be a card: the record says what of it may be shown. */
    bool secret = kind != NULL && sb_kind_info(sb_kind_of(kind))->masked; /* without a form of its own, perhaps */
    (void)snprintf(request->object, sizeof request->object, "%.200s",
                   secret ? shown_value(kind, search.question, false) : shown_context(search.question, false));
    json_open(&request->json, NULL, '{');
    if ((where == NULL || where[0] == 'v') && search_values(&search, kind, error) != 0)
        return -1;
    if (!search.partner && (where == NULL || where[0] == 'w') && search_words(&search, error) != 0)
        return -1;
    json_close(&request->json, '}');
    return 0;
}

static const struct parameter parameters[] = {{"q", "a value, however it is written, or words"},
                                              {"kind", "the value is of this kind"},
                                              {"in", "values: look up the value alone; words: titles and paths alone"},
                                              {NULL, NULL}};

const struct route search_routes[] = {{"GET", "/api/search", ROLES_ASK, "search",
                                       "Hit or no hit, with own details and contact points of others", parameters,
                                       "Search", search_all},
                                      {0}};
