/* Links give cases and selectors; hits give authorities, and the selectors that one readable case shares with them
 * alone. A selector that k cases share costs k edges. */
#include "serve/graph.h"

#include <stdlib.h>
#include <string.h>

#include "link/link.h"

struct building {
    struct graph *graph;
    struct store *store;
    const struct graph_filter *filter;
    struct error *error;
    int64_t all_cases;
    const char **references, **countries, **handlings; /* of readable cases, by reference; texts in the arena */
    uint32_t *nodes;                                   /* their nodes, 1 more; 0: none yet */
    size_t case_count, case_room;
    bool *near; /* of the filter's case: cases that share something with it */
    size_t selectors;
    uint32_t *by_hash; /* the nodes of links, by their hashes */
    size_t links;
    uint32_t *authorities; /* their nodes */
    size_t authority_count, authority_room;
    /* while hits are gathered */
    uint32_t selector; /* the node of the selector at hand, 1 more; 0: it is left out */
    uint8_t hash[SELECTOR_HASH_SIZE];
    bool begun;
};

static const char *keep(struct building *building, const char *text)
{
    return arena_text(&building->graph->arena, text, strlen(text));
}

static int short_of_memory(struct building *building)
{
    return fail(building->error, "memory is short");
}

/* ---- nodes and edges ---- */

static int add_node(struct building *building, const struct node *node, uint32_t *number)
{
    struct graph *graph = building->graph;
    if (graph->node_count == graph->node_room) {
        size_t room = graph->node_room == 0 ? 256 : 2 * graph->node_room;
        struct node *grown = reallocarray(graph->nodes, room, sizeof *grown);
        if (grown == NULL)
            return short_of_memory(building);
        graph->nodes = grown;
        graph->node_room = room;
    }
    *number = (uint32_t)graph->node_count;
    graph->nodes[graph->node_count++] = *node;
    return node->label == NULL ? short_of_memory(building) : 0;
}

static int add_edge(struct building *building, uint32_t source, uint32_t target, double weight)
{
    struct graph *graph = building->graph;
    if (graph->edge_count == graph->edge_room) {
        size_t room = graph->edge_room == 0 ? 1024 : 2 * graph->edge_room;
        struct edge *grown = reallocarray(graph->edges, room, sizeof *grown);
        if (grown == NULL)
            return short_of_memory(building);
        graph->edges = grown;
        graph->edge_room = room;
    }
    graph->edges[graph->edge_count++] = (struct edge){source, target, weight};
    graph->nodes[target].weight += weight;
    return 0;
}

/* ---- cases ---- */

static int keep_case(void *context, const struct store_case *row)
{
    struct building *building = context;
    if (building->case_count == building->case_room) {
        size_t room = building->case_room == 0 ? 256 : 2 * building->case_room;
        const char **references = reallocarray(building->references, room, sizeof *references);
        if (references != NULL)
            building->references = references;
        const char **countries = reallocarray(building->countries, room, sizeof *countries);
        if (countries != NULL)
            building->countries = countries;
        const char **handlings = reallocarray(building->handlings, room, sizeof *handlings);
        if (handlings != NULL)
            building->handlings = handlings;
        if (references == NULL || countries == NULL || handlings == NULL)
            return short_of_memory(building);
        building->case_room = room;
    }
    building->references[building->case_count] = keep(building, row->reference);
    building->countries[building->case_count] = keep(building, row->country);
    building->handlings[building->case_count] = keep(building, row->handling);
    building->case_count++;
    return building->references[building->case_count - 1] == NULL ||
                   building->countries[building->case_count - 1] == NULL ||
                   building->handlings[building->case_count - 1] == NULL
               ? short_of_memory(building)
               : 0;
}

static int by_reference(const void *wanted, const void *item)
{
    return strcmp(wanted, *(const char *const *)item);
}

/* The case's place among the readable ones; -1: it is none. */
static ptrdiff_t find_case(const struct building *building, const char *reference)
{
    if (building->case_count == 0)
        return -1;
    const char **found =
        bsearch(reference, building->references, building->case_count, sizeof *building->references, by_reference);
    return found == NULL ? -1 : found - building->references;
}

/* ---- what is wanted ---- */

static bool has_text(const char *const *texts, size_t count, const char *wanted)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(texts[i], wanted) == 0)
            return true;
    return false;
}

static bool all_near(const struct building *building, const char *const *cases, size_t count)
{
    size_t near = 0;
    for (size_t i = 0; i < count; i++) {
        ptrdiff_t at = find_case(building, cases[i]);
        near += at >= 0 && building->near[at];
    }
    return near >= 2;
}

static bool wants_link(const struct building *building, const struct link *link)
{
    const struct graph_filter *filter = building->filter;
    return link->weight >= filter->weight && (filter->kind == NULL || strcmp(filter->kind, link->kind) == 0) &&
           (filter->country == NULL || has_text(link->countries, link->country_count, filter->country)) &&
           (filter->case_reference == NULL || all_near(building, link->cases, link->case_count));
}

/* The filter's case, and those that share something with it. */
static void mark_near(struct building *building, const struct links *links)
{
    const char *reference = building->filter->case_reference;
    ptrdiff_t self = reference == NULL ? -1 : find_case(building, reference);
    if (self >= 0)
        building->near[self] = true;
    for (size_t i = 0; reference != NULL && i < links_count(links); i++) {
        const struct link *link = links_at(links, i);
        if (link->weight < building->filter->weight || !has_text(link->cases, link->case_count, reference))
            continue;
        for (size_t c = 0; c < link->case_count; c++) {
            ptrdiff_t at = find_case(building, link->cases[c]);
            if (at >= 0)
                building->near[at] = true;
        }
    }
}

/* ---- selectors ---- */

static int add_selector(struct building *building, const char *kind, const char *value, double weight,
                        const char *const *cases, size_t count, uint32_t *number)
{
    struct node node = {
        .type = NODE_SELECTOR, .label = keep(building, value), .kind = keep(building, kind), .weight = weight};
    store_selector_hash(kind, value, strlen(value), node.hash);
    building->selectors++;
    if (add_node(building, &node, number) != 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        ptrdiff_t at = find_case(building, cases[i]);
        if (at < 0 || (building->filter->case_reference != NULL && !building->near[at]))
            continue;
        if (add_edge(building, *number, building->nodes[at], weight) != 0)
            return -1;
    }
    return 0;
}

static bool is_full(struct building *building)
{
    bool full = building->filter->most != 0 && building->selectors >= building->filter->most;
    building->graph->cut |= full;
    return full;
}

static int add_links(struct building *building, const struct links *links)
{
    for (size_t i = 0; i < links_count(links); i++) {
        const struct link *link = links_at(links, i);
        uint32_t number;
        if (!wants_link(building, link))
            continue;
        if (is_full(building))
            return 0;
        if (add_selector(building, link->kind, link->value, link->weight, link->cases, link->case_count, &number) != 0)
            return -1;
    }
    return 0;
}

/* ---- hits ---- */

struct hit_selector {
    struct building *building;
    bool found;
};

/* A selector with a hit whose readable cases are known now; of a link it has a node already. */
static int add_hit_selector(void *context, const struct store_selector *row)
{
    struct hit_selector *hit = context;
    struct building *building = hit->building;
    const struct graph_filter *filter = building->filter;
    double weight = link_weight(row->kind, (int64_t)row->case_count + 1, building->all_cases + 1);
    bool near = filter->case_reference == NULL;
    for (size_t i = 0; i < row->case_count && !near; i++) {
        ptrdiff_t at = find_case(building, row->cases[i]);
        near = at >= 0 && building->near[at];
    }
    if (!near || row->stopped || weight < filter->weight || weight <= 0 || is_full(building))
        return 0;
    hit->found = true;
    uint32_t number;
    if (add_selector(building, row->kind, row->value, weight, row->cases, row->case_count, &number) != 0)
        return -1;
    building->selector = number + 1;
    return 0;
}

static int order_hashes(const void *left, const void *right, void *context)
{
    const struct node *nodes = context;
    return memcmp(nodes[*(const uint32_t *)left].hash, nodes[*(const uint32_t *)right].hash, SELECTOR_HASH_SIZE);
}

static int index_links(struct building *building)
{
    const struct graph *graph = building->graph;
    building->by_hash = calloc(graph->node_count + 1, sizeof *building->by_hash);
    if (building->by_hash == NULL)
        return short_of_memory(building);
    for (uint32_t i = 0; i < graph->node_count; i++)
        if (graph->nodes[i].type == NODE_SELECTOR)
            building->by_hash[building->links++] = i;
    qsort_r(building->by_hash, building->links, sizeof *building->by_hash, order_hashes, graph->nodes);
    return 0;
}

/* The node of the link with that hash, 1 more; 0: it is none. */
static uint32_t node_of_hash(const struct building *building, const uint8_t *hash)
{
    size_t low = 0, high = building->links;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = memcmp(building->graph->nodes[building->by_hash[middle]].hash, hash, SELECTOR_HASH_SIZE);
        if (order == 0)
            return building->by_hash[middle] + 1;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return 0;
}

static int find_authority(struct building *building, const struct store_hit *hit, uint32_t *number)
{
    for (size_t i = 0; i < building->authority_count; i++)
        if (building->graph->nodes[building->authorities[i]].authority == hit->authority) {
            *number = building->authorities[i];
            return 0;
        }
    if (building->authority_count == building->authority_room) {
        size_t room = building->authority_room == 0 ? 64 : 2 * building->authority_room;
        uint32_t *grown = reallocarray(building->authorities, room, sizeof *grown);
        if (grown == NULL)
            return short_of_memory(building);
        building->authorities = grown;
        building->authority_room = room;
    }
    building->authorities[building->authority_count++] = (uint32_t)building->graph->node_count;
    return add_node(building,
                    &(struct node){.type = NODE_AUTHORITY,
                                   .label = keep(building, hit->name),
                                   .country = keep(building, hit->country),
                                   .contact = keep(building, hit->contact),
                                   .authority = hit->authority},
                    number);
}

/* Rows of (selector, hit), by selector. */
struct shared_hit {
    const char *name, *country, *contact;
    uint8_t hash[SELECTOR_HASH_SIZE];
    int64_t authority;
};

struct shared_hits {
    struct building *building;
    struct shared_hit *list;
    size_t count, room;
};

static int keep_hit(void *context, const struct store_selector *selector, const struct store_hit *hit)
{
    struct shared_hits *hits = context;
    const struct graph_filter *filter = hits->building->filter;
    struct arena *arena = &hits->building->graph->arena;
    if ((filter->kind != NULL && strcmp(filter->kind, selector->kind) != 0) ||
        (filter->country != NULL && strcmp(filter->country, hit->country) != 0))
        return 0;
    if (hits->count == hits->room) {
        size_t room = hits->room == 0 ? 256 : 2 * hits->room;
        struct shared_hit *grown = reallocarray(hits->list, room, sizeof *grown);
        if (grown == NULL)
            return short_of_memory(hits->building);
        hits->list = grown;
        hits->room = room;
    }
    struct shared_hit *kept = &hits->list[hits->count++];
    *kept = (struct shared_hit){.name = arena_text(arena, hit->name, strlen(hit->name)),
                                .country = arena_text(arena, hit->country, strlen(hit->country)),
                                .contact = arena_text(arena, hit->contact, strlen(hit->contact)),
                                .authority = hit->authority};
    memcpy(kept->hash, selector->hash, SELECTOR_HASH_SIZE);
    return kept->name == NULL || kept->country == NULL || kept->contact == NULL ? short_of_memory(hits->building) : 0;
}

static int add_hits(struct building *building, struct shared_hits *hits)
{
    for (size_t i = 0; i < hits->count; i++) {
        const struct shared_hit *kept = &hits->list[i];
        const struct store_hit hit = {kept->authority, kept->name, kept->country, kept->contact};
        uint32_t authority;
        if (!building->begun || memcmp(building->hash, kept->hash, SELECTOR_HASH_SIZE) != 0) {
            struct hit_selector found = {building, false};
            bool known;
            building->begun = true;
            memcpy(building->hash, kept->hash, SELECTOR_HASH_SIZE);
            building->selector = node_of_hash(building, kept->hash);
            if (building->selector == 0 && store_selector_by_hash(building->store, kept->hash, &known, add_hit_selector,
                                                                  &found, building->error) != 0)
                return -1;
        }
        if (building->selector == 0)
            continue;
        double weight = building->graph->nodes[building->selector - 1].weight;
        if (find_authority(building, &hit, &authority) != 0 ||
            add_edge(building, building->selector - 1, authority, weight) != 0)
            return -1;
    }
    return 0;
}

/* ---- all together ---- */

static int add_cases(struct building *building)
{
    for (size_t i = 0; i < building->case_count; i++) {
        uint32_t number;
        struct node node = {.type = NODE_CASE,
                            .label = building->references[i],
                            .country = building->countries[i],
                            .handling = building->handlings[i]};
        if (add_node(building, &node, &number) != 0)
            return -1;
        building->nodes[i] = number;
    }
    return 0;
}

/* Cases and authorities that nothing leads to are left out, but for the one that was asked for. */
static int drop_lonely(struct building *building)
{
    struct graph *graph = building->graph;
    uint32_t *number = calloc(graph->node_count + 1, sizeof *number);
    size_t kept = 0;
    if (number == NULL)
        return short_of_memory(building);
    const char *asked = building->filter->case_reference;
    for (size_t i = 0; i < graph->node_count; i++) {
        const struct node *node = &graph->nodes[i];
        if (node->type != NODE_SELECTOR && node->weight <= 0 && (asked == NULL || strcmp(asked, node->label) != 0))
            continue;
        number[i] = (uint32_t)kept;
        graph->nodes[kept++] = *node;
    }
    for (size_t i = 0; i < graph->edge_count; i++) {
        graph->edges[i].source = number[graph->edges[i].source];
        graph->edges[i].target = number[graph->edges[i].target];
    }
    graph->node_count = kept;
    free(number);
    return 0;
}

/* Files say whether a hash set has them. */
static int tell_known(struct building *building)
{
    struct graph *graph = building->graph;
    for (size_t i = 0; i < graph->node_count; i++) {
        struct node *node = &graph->nodes[i];
        const char *known = "";
        if (node->type != NODE_SELECTOR || strcmp(node->kind, "file") != 0)
            continue;
        if (store_content_known(building->store, node->hash, &known, building->error) != 0)
            return -1;
        node->known = *known == '\0' ? NULL : known;
    }
    return 0;
}

static int build(struct building *building, struct links *links)
{
    building->nodes = calloc(building->case_count + 1, sizeof *building->nodes);
    building->near = calloc(building->case_count + 1, sizeof *building->near);
    struct shared_hits hits = {.building = building};
    if (building->nodes == NULL || building->near == NULL)
        return short_of_memory(building);
    mark_near(building, links);
    int result = add_cases(building);
    if (result == 0)
        result = add_links(building, links);
    if (result == 0)
        result = index_links(building);
    if (result == 0)
        result =
            store_shared_hit_each(building->store, building->filter->case_reference, keep_hit, &hits, building->error);
    if (result == 0)
        result = add_hits(building, &hits);
    free(hits.list);
    if (result == 0)
        result = drop_lonely(building);
    return result == 0 ? tell_known(building) : -1;
}

int graph_build(struct graph *graph, struct store *store, const struct graph_filter *filter, struct error *error)
{
    struct building building = {.graph = graph, .store = store, .filter = filter, .error = error};
    *graph = (struct graph){0};
    struct links *links = NULL;
    int result = store_case_each(store, keep_case, &building, error);
    if (result == 0)
        result = store_case_count(store, &building.all_cases, error);
    if (result == 0) {
        links = links_find(store, error);
        result = links == NULL ? -1 : build(&building, links);
    }
    links_free(links);
    free(building.references);
    free(building.countries);
    free(building.handlings);
    free(building.nodes);
    free(building.near);
    free(building.by_hash);
    free(building.authorities);
    return result;
}

void graph_free(struct graph *graph)
{
    arena_free(&graph->arena);
    free(graph->nodes);
    free(graph->edges);
}
