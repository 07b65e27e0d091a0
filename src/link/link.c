/* Cases are numbered as they appear and joined with union-find: a selector that k cases share costs k steps. */
#include "link/link.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "scan/kinds.h"

struct numbered_case {
    const char *reference;
    const char *country; 
    size_t parent;       /* union-find */
    size_t size;
};

struct links {
    struct arena arena;
    struct link *items;
    size_t count, room;
    struct numbered_case *cases; /* by reference */
    size_t case_count, case_room;
    struct network *networks;
    size_t network_count;
    int64_t all_cases;
    struct error *error;
};

double link_weight(const char *kind, int64_t sharing, int64_t all)
{
    enum sb_kind known = sb_kind_of(kind);
    if (known == SB_KIND_COUNT || sharing < 2 || all < sharing)
        return 0;
    double rarity = log((double)(all + 1) / (double)sharing) / log((double)(all + 1) / 2.0);
    return sb_kind_info(known)->link_weight * rarity;
}

static const char *const *copy_texts(struct arena *arena, const char *const *texts, size_t count)
{
    const char **copy = arena_array(arena, count, sizeof *copy);
    for (size_t i = 0; copy != NULL && i < count; i++) {
        copy[i] = arena_text(arena, texts[i], strlen(texts[i]));
        if (copy[i] == NULL)
            return NULL;
    }
    return copy;
}

static int keep_link(void *context, const struct store_selector *selector)
{
    struct links *links = context;
    if (links->count == links->room) {
        size_t room = links->room == 0 ? 256 : 2 * links->room;
        struct link *grown = reallocarray(links->items, room, sizeof *grown);
        if (grown == NULL)
            return fail(links->error, "memory is short");
        links->items = grown;
        links->room = room;
    }
    if (link_weight(selector->kind, (int64_t)selector->case_count, links->all_cases) <= 0)
        return 0; /* a search term: that two cases were searched for it links nobody */
    struct arena *arena = &links->arena;
    struct link *link = &links->items[links->count++];
    *link = (struct link){.kind = arena_text(arena, selector->kind, strlen(selector->kind)),
                          .value = arena_text(arena, selector->value, strlen(selector->value)),
                          .cases = copy_texts(arena, selector->cases, selector->case_count),
                          .countries = copy_texts(arena, selector->countries, selector->country_count),
                          .case_count = selector->case_count,
                          .country_count = selector->country_count,
                          .sightings = selector->sightings,
                          .weight = link_weight(selector->kind, (int64_t)selector->case_count, links->all_cases)};
    if (link->kind == NULL || link->value == NULL || link->cases == NULL || link->countries == NULL)
        return fail(links->error, "memory is short");
    return 0;
}

static int heavier_link(const void *left, const void *right)
{
    const struct link *a = left;
    const struct link *b = right;
    if (a->weight != b->weight)
        return a->weight > b->weight ? -1 : 1;
    int order = strcmp(a->kind, b->kind);
    return order != 0 ? order : strcmp(a->value, b->value);
}

static int keep_case(void *context, const struct store_case *record)
{
    struct links *links = context;
    if (links->case_count == links->case_room) {
        size_t room = links->case_room == 0 ? 64 : 2 * links->case_room;
        struct numbered_case *grown = reallocarray(links->cases, room, sizeof *grown);
        if (grown == NULL)
            return fail(links->error, "memory is short");
        links->cases = grown;
        links->case_room = room;
    }
    struct numbered_case *item = &links->cases[links->case_count];
    *item = (struct numbered_case){.reference = arena_text(&links->arena, record->reference, strlen(record->reference)),
                                   .country = arena_text(&links->arena, record->country, strlen(record->country)),
                                   .parent = links->case_count,
                                   .size = 1};
    links->case_count++;
    return item->reference == NULL || item->country == NULL ? fail(links->error, "memory is short") : 0;
}

static int by_reference(const void *left, const void *right)
{
    return strcmp(((const struct numbered_case *)left)->reference, ((const struct numbered_case *)right)->reference);
}

static size_t number_of(const struct links *links, const char *reference)
{
    struct numbered_case wanted = {.reference = reference};
    const struct numbered_case *found =
        bsearch(&wanted, links->cases, links->case_count, sizeof *links->cases, by_reference);
    return found == NULL ? links->case_count : (size_t)(found - links->cases);
}

static size_t root_of(struct links *links, size_t number)
{
    while (links->cases[number].parent != number) {
        links->cases[number].parent = links->cases[links->cases[number].parent].parent;
        number = links->cases[number].parent;
    }
    return number;
}

static void join(struct links *links, size_t left, size_t right)
{
    size_t a = root_of(links, left);
    size_t b = root_of(links, right);
    if (a == b)
        return;
    if (links->cases[a].size < links->cases[b].size) {
        size_t swap = a;
        a = b;
        b = swap;
    }
    links->cases[b].parent = a;
    links->cases[a].size += links->cases[b].size;
}

static void join_cases(struct links *links)
{
    for (size_t i = 0; i < links->count && links->items[i].weight >= LINK_STRONG; i++) {
        const struct link *link = &links->items[i];
        size_t first = number_of(links, link->cases[0]);
        for (size_t c = 1; c < link->case_count; c++) {
            size_t other = number_of(links, link->cases[c]);
            if (first < links->case_count && other < links->case_count)
                join(links, first, other);
        }
    }
}

static int compare_texts(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* The cases of a network stand together in `cases` and in the arrays cut from the two long ones given. */
static void describe_network(struct network *network, const char **cases, const char **countries, size_t count)
{
    qsort(countries, count, sizeof *countries, compare_texts);
    size_t distinct = 0;
    for (size_t i = 0; i < count; i++)
        if (distinct == 0 || strcmp(countries[i], countries[distinct - 1]) != 0)
            countries[distinct++] = countries[i];
    network->cases = cases;
    network->countries = countries;
    network->country_count = distinct;
}

/* One pass gives each root of two or more cases its network and its piece of the long arrays; one fills them. */
static int gather_cases(struct links *links, size_t *network_of)
{
    const char **cases = arena_array(&links->arena, links->case_count + 1, sizeof *cases);
    const char **countries = arena_array(&links->arena, links->case_count + 1, sizeof *countries);
    size_t *piece = calloc(links->case_count + 1, sizeof *piece);
    if (cases == NULL || countries == NULL || piece == NULL) {
        free(piece);
        return fail(links->error, "memory is short");
    }
    size_t used = 0;
    for (size_t i = 0; i < links->case_count; i++)
        if (links->cases[i].parent == i && links->cases[i].size > 1) {
            piece[links->network_count] = used;
            used += links->cases[i].size;
            network_of[i] = links->network_count++;
        }
    for (size_t i = 0; i < links->case_count; i++) { /* by reference: each network's cases come sorted */
        size_t root = root_of(links, i);
        if (links->cases[root].size < 2)
            continue;
        struct network *network = &links->networks[network_of[root]];
        size_t at = piece[network_of[root]] + network->case_count++;
        cases[at] = links->cases[i].reference;
        countries[at] = links->cases[i].country;
    }
    for (size_t n = 0; n < links->network_count; n++)
        describe_network(&links->networks[n], cases + piece[n], countries + piece[n], links->networks[n].case_count);
    free(piece);
    return 0;
}

static void weigh_networks(struct links *links, const size_t *network_of)
{
    for (size_t i = 0; i < links->count && links->items[i].weight >= LINK_STRONG; i++) {
        size_t number = number_of(links, links->items[i].cases[0]);
        if (number == links->case_count)
            continue;
        struct network *network = &links->networks[network_of[root_of(links, number)]];
        network->selectors++;
        network->weight += links->items[i].weight;
    }
}

static int heavier_network(const void *left, const void *right)
{
    const struct network *a = left;
    const struct network *b = right;
    if (a->weight != b->weight)
        return a->weight > b->weight ? -1 : 1;
    return strcmp(a->cases[0], b->cases[0]);
}

static int find_networks(struct links *links)
{
    join_cases(links);
    links->networks = arena_array(&links->arena, links->case_count + 1, sizeof *links->networks);
    size_t *network_of = calloc(links->case_count + 1, sizeof *network_of);
    if (links->networks == NULL || network_of == NULL) {
        free(network_of);
        return fail(links->error, "memory is short");
    }
    int result = gather_cases(links, network_of);
    if (result == 0)
        weigh_networks(links, network_of);
    free(network_of);
    if (result != 0)
        return -1;
    qsort(links->networks, links->network_count, sizeof *links->networks, heavier_network);
    return 0;
}

static int find_all(struct links *links, struct store *store)
{
    if (store_case_count(store, &links->all_cases, links->error) != 0 ||
        store_case_each(store, keep_case, links, links->error) != 0)
        return -1;
    if (links->case_count > 0)
        qsort(links->cases, links->case_count, sizeof *links->cases, by_reference);
    for (size_t i = 0; i < links->case_count; i++)
        links->cases[i].parent = i;
    if (store_shared_each(store, keep_link, links, links->error) != 0)
        return -1;
    if (links->count > 0)
        qsort(links->items, links->count, sizeof *links->items, heavier_link);
    return find_networks(links);
}

struct links *links_find(struct store *store, struct error *error)
{
    struct links *links = calloc(1, sizeof *links);
    if (links == NULL) {
        (void)fail(error, "memory is short");
        return NULL;
    }
    links->error = error;
    if (find_all(links, store) != 0) {
        links_free(links);
        return NULL;
    }
    return links;
}

size_t links_count(const struct links *links)
{
    return links->count;
}

const struct link *links_at(const struct links *links, size_t index)
{
    return &links->items[index];
}

size_t networks_count(const struct links *links)
{
    return links->network_count;
}

const struct network *networks_at(const struct links *links, size_t index)
{
    return &links->networks[index];
}

void links_free(struct links *links)
{
    if (links == NULL)
        return;
    arena_free(&links->arena);
    free(links->items);
    free(links->cases);
    free(links);
}
