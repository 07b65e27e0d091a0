/* Links and networks, from what the store knows: which selectors two or more cases share, what that is worth, and which
 * cases hang together through links strong enough to matter. Work grows with what is shared, never with pairs of cases. */
#ifndef LINK_LINK_H
#define LINK_LINK_H

#include <stddef.h>
#include <stdint.h>

#include "store/store.h"

/* A link at least as heavy joins its cases into one network. */
#define LINK_STRONG 0.25

struct link {
    const char *kind, *value;
    const char *const *cases; /* references of the cases that share it, sorted */
    const char *const *countries;
    size_t case_count, country_count;
    int64_t sightings;
    double weight; /* 0 to 1 */
};

struct network {
    const char *const *cases;     /* sorted */
    const char *const *countries; /* distinct, sorted */
    size_t case_count, country_count;
    int64_t selectors; /* strong links within */
    double weight;     /* their weights together */
};

/* What a link through a selector of that kind is worth, seen in `sharing` of `all` cases: the kind's weight (scan/kinds.c)
 * times its rarity, log((all + 1) / sharing) / log((all + 1) / 2), the inverse case frequency scaled so that a value
 * which only two cases share has rarity 1. */
double link_weight(const char *kind, int64_t sharing, int64_t all);

struct links;
/* Everything shared, heaviest first (then by kind and value). Owned by the caller; NULL with a sentence on failure. */
struct links *links_find(struct store *store, struct error *error);
size_t links_count(const struct links *links);
const struct link *links_at(const struct links *links, size_t index);
size_t networks_count(const struct links *links);
/* Heaviest first. */
const struct network *networks_at(const struct links *links, size_t index);
void links_free(struct links *links);

#endif
