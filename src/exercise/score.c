/* Truth against store: each planted value is looked up by kind and value in its case. */
#include "exercise/score.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "exercise/result.h"

#define STRONG 0.25 /* as link/link.h has it */

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

static void note(struct amiss_list *list, const struct amiss *amiss)
{
    if (list->count < LISTED_MAX)
        list->first[list->count] = *amiss;
    list->count++;
}

static struct amiss describe(const json_t *item)
{
    return (struct amiss){text_of(item, "case"),      text_of(item, "kind"),     text_of(item, "value"),
                          text_of(item, "container"), text_of(item, "encoding"), text_of(item, "place"),
                          text_of(item, "file")};
}

/* ---- values ---- */

/* What the sightings of one value in one case say. */
struct look {
    const char *place, *file; /* where it should stand */
    bool found, attributed;
    bool loud; /* seen outside known-good files */
};

static int look_at(void *context, const struct store_sighting_row *row)
{
    static const struct {
        const char *place;
        enum store_allocation allocation;
        bool in_file;
    } places[] = {{"allocated", PLACE_ALLOCATED, true},  {"fragmented", PLACE_ALLOCATED, true},
                  {"resident", PLACE_ALLOCATED, true},   {"stream", PLACE_ALLOCATED, true},
                  {"compressed", PLACE_ALLOCATED, true}, {"deleted", PLACE_DELETED, true},
                  {"slack", PLACE_SLACK, true},          {"unallocated", PLACE_UNALLOCATED, false},
                  {"gap", PLACE_UNALLOCATED, false},     {"machine", PLACE_ALLOCATED, true}};
    struct look *look = context;
    bool inside = strcmp(look->place, "machine") == 0; /* evidence in evidence has the way to it in its name */
    look->found = true;
    look->loud |= row->known == NULL || strcmp(row->known, "good") != 0;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (strcmp(places[i].place, look->place) == 0 && inside == (strstr(row->evidence_name, " › ") != NULL) &&
            row->sighting.allocation == (int64_t)places[i].allocation)
            look->attributed |=
                !places[i].in_file || (row->file_path != NULL && strcmp(row->file_path, look->file) == 0);
    return 0;
}

static int look_up(struct store *store, const json_t *item, struct look *look, struct error *error)
{
    *look = (struct look){.place = text_of(item, "place"), .file = text_of(item, "file")};
    struct store_filter filter = {
        .case_reference = text_of(item, "case"), .kind = text_of(item, "kind"), .value = text_of(item, "value")};
    return store_sighting_each(store, &filter, look_at, look, error);
}

static void count(struct tally *tally, const struct look *look)
{
    tally->planted++;
    tally->found += look->found;
    tally->attributed += look->attributed;
}

static struct tally *tally_of(struct result *result, unsigned group, const char *name, size_t length)
{
    unsigned i = 0;
    while (i < result->group_sizes[group] && ((size_t)result->groups[group][i].name_length != length ||
                                              memcmp(result->groups[group][i].name, name, length) != 0))
        i++;
    if (i == GROUP_NAMES_MAX)
        return &result->groups[group][i - 1];
    if (i == result->group_sizes[group])
        result->groups[group][result->group_sizes[group]++] = (struct tally){.name = name, .name_length = (int)length};
    return &result->groups[group][i];
}

static void count_whole(struct result *result, unsigned group, const char *name, const struct look *look)
{
    count(tally_of(result, group, name, strlen(name)), look);
}

/* "zip+gzip" counts for zip and for gzip, and as two layers. */
static void count_layers(struct result *result, const char *container, const struct look *look)
{
    static const char *const numbers[] = {"0", "1", "2", "3", "4", "more"};
    enum { NUMBERS = sizeof numbers / sizeof *numbers };
    unsigned layers = 0;
    for (const char *part = container; part != NULL; layers++) {
        const char *end = strchrnul(part, '+');
        count(tally_of(result, GROUP_DECODER, part, (size_t)(end - part)), look);
        part = *end == '+' ? end + 1 : NULL;
    }
    if (strcmp(container, "plain") == 0)
        layers = 0;
    count_whole(result, GROUP_LAYERS, numbers[layers < NUMBERS ? layers : NUMBERS - 1], look);
}

static int score_planted(struct store *store, const json_t *truth, struct result *result, struct error *error)
{
    size_t index;
    const json_t *item;
    json_array_foreach(json_object_get(truth, "planted"), index, item)
    {
        struct look look;
        struct amiss self = describe(item);
        if (look_up(store, item, &look, error) != 0)
            return -1;
        count(&result->total, &look);
        count_whole(result, GROUP_KIND, self.kind, &look);
        count_layers(result, self.container, &look);
        count_whole(result, GROUP_CONTAINER, self.container, &look);
        count_whole(result, GROUP_ENCODING, self.encoding, &look);
        count_whole(result, GROUP_PLACE, self.place, &look);
        if (!look.found)
            note(&result->missing, &self);
        else if (!look.attributed)
            note(&result->misplaced, &self);
    }
    json_array_foreach(json_object_get(truth, "decoys"), index, item)
    {
        struct look look;
        struct amiss self = describe(item);
        if (look_up(store, item, &look, error) != 0)
            return -1;
        result->decoys++;
        if (look.loud)
            note(&result->decoys_reported, &self);
    }
    return 0;
}

/* ---- links and networks ---- */

static bool holds(const char *const *cases, size_t case_count, const char *reference)
{
    for (size_t i = 0; i < case_count; i++)
        if (strcmp(cases[i], reference) == 0)
            return true;
    return false;
}

/* How many of the truth's references stand among `cases`. */
static unsigned count_common(const json_t *references, const char *const *cases, size_t case_count)
{
    size_t index;
    const json_t *reference;
    unsigned common = 0;
    json_array_foreach(references, index, reference)
    {
        const char *text = json_string_value(reference);
        common += text != NULL && holds(cases, case_count, text);
    }
    return common;
}

static bool is_link(const json_t *link, const struct score_link *found)
{
    return strcmp(text_of(link, "kind"), found->kind) == 0 && strcmp(text_of(link, "value"), found->value) == 0;
}

static void score_links(const json_t *truth, const struct score_findings *findings, struct result *result)
{
    size_t index;
    const json_t *link, *links = json_object_get(truth, "links");
    json_array_foreach(links, index, link)
    {
        const json_t *cases = json_object_get(link, "cases");
        bool found = false;
        for (size_t i = 0; i < findings->link_count && !found; i++)
            found =
                is_link(link, &findings->links[i]) &&
                count_common(cases, findings->links[i].cases, findings->links[i].case_count) == json_array_size(cases);
        struct amiss self = describe(link);
        result->links++;
        if (!found)
            note(&result->links_missing, &self);
    }
    for (size_t i = 0; i < findings->link_count; i++) {
        const struct score_link *found = &findings->links[i];
        bool expected = found->weight < STRONG;
        json_array_foreach(links, index, link) expected = expected || is_link(link, found);
        struct amiss self = {"", found->kind, found->value, "", "", "", ""};
        if (found->case_count > 0)
            self.reference = found->cases[0];
        if (!expected)
            note(&result->links_unexpected, &self);
    }
}

static void score_networks(const json_t *truth, const struct score_findings *findings, struct result *result)
{
    size_t index;
    const json_t *network, *networks = json_object_get(truth, "networks");
    json_array_foreach(networks, index, network)
    {
        if (result->network_count == NETWORKS_MAX)
            break;
        struct network_score *score = &result->networks[result->network_count++];
        score->expected = (unsigned)json_array_size(network);
        for (size_t i = 0; i < findings->network_count; i++) {
            const struct score_network *found = &findings->networks[i];
            unsigned common = count_common(network, found->cases, found->case_count);
            if (common > score->present) {
                score->present = common;
                score->strangers = (unsigned)found->case_count - common;
            }
        }
    }
    for (size_t i = 0; i < findings->network_count; i++) {
        bool expected = false;
        json_array_foreach(networks, index, network) expected |=
            count_common(network, findings->networks[i].cases, findings->networks[i].case_count) > 0;
        result->networks_unexpected += !expected;
    }
}

int exercise_score(struct store *store, const char *dir, const struct score_findings *findings, bool json, FILE *out,
                   bool *perfect, struct error *error)
{
    struct bytes path = {0}, text = {0};
    json_error_t problem;
    bytes_format(&path, "%s/truth.json", dir);
    json_t *truth = json_load_file(bytes_text(&path), 0, &problem);
    bytes_free(&path);
    if (truth == NULL)
        return fail(error, "no truth to score against in %s: %s", dir, problem.text);
    struct result *result = calloc(1, sizeof *result);
    int outcome = result == NULL ? fail(error, "memory is short") : 0;
    if (outcome == 0)
        result->total.name = "";
    if (outcome == 0)
        outcome = score_planted(store, truth, result, error);
    if (outcome == 0) {
        score_links(truth, findings, result);
        score_networks(truth, findings, result);
        *perfect = result_is_perfect(result);
        if (json)
            result_write_json(result, &text);
        else
            result_write_table(result, &text);
        if (text.failed)
            outcome = fail(error, "memory is short");
        else if (fwrite(text.data, 1, text.length, out) != text.length)
            outcome = fail(error, "cannot write the score");
    }
    bytes_free(&text);
    free(result);
    json_decref(truth);
    return outcome;
}
