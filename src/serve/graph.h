/* The network as a graph: cases, what they share, and authorities elsewhere. Built from what the viewer may read. */
#ifndef SERVE_GRAPH_H
#define SERVE_GRAPH_H

#include "base/arena.h"
#include "store/access.h"

enum node_type { NODE_CASE, NODE_SELECTOR, NODE_AUTHORITY };

struct node {
    enum node_type type;
    const char *label;                /* reference, value in clear, or name */
    const char *kind;                 /* of a selector, or NULL */
    const char *known;                /* of a file: "bad", "own", "good" (a set it is in); else NULL */
    const char *country;              /* of a case or an authority, or NULL */
    const char *handling;             /* of a case, or NULL */
    const char *contact;              /* of an authority, or NULL */
    uint8_t hash[SELECTOR_HASH_SIZE]; /* of a selector */
    int64_t authority;                /* number of an authority */
    double weight;                    /* of a selector its link's; else the sum of those of its edges */
    uint32_t community;
};

struct edge {
    uint32_t source, target; /* nodes; the source is the selector */
    double weight;           /* above 0, at most 1 */
};

struct graph {
    struct arena arena; /* texts */
    struct node *nodes;
    size_t node_count, node_room;
    struct edge *edges;
    size_t edge_count, edge_room;
    bool cut; /* there was more than `most` allowed */
};

struct graph_filter {
    const char *case_reference; /* NULL: all; else the case, what it shares, with whom, and what these share */
    const char *kind;           /* NULL: all */
    const char *country;        /* NULL: all; else selectors that a case or authority of that country has */
    double weight;              /* least weight of a link */
    size_t most;                /* selectors, the heaviest; 0: all */
};

/* Cases come first, by reference; then selectors, heaviest first; then authorities. Freed by graph_free also after -1.
 */
int graph_build(struct graph *graph, struct store *store, const struct graph_filter *filter, struct error *error);
void graph_free(struct graph *graph);

/* Gives every node its community: by samband-graph, or, where that is not installed or takes longer than a few seconds,
 * what hangs together. Communities are numbered from 0 in the order of their first nodes. */
int graph_communities(struct graph *graph, struct error *error);

/* The nodes of the path from one case to another that costs least, when a step costs 1 / weight: few steps along heavy
 * links. `path` holds as many as there are nodes; *count 0: there is no way. */
int graph_path(const struct graph *graph, const char *from, const char *to, uint32_t *path, size_t *count,
               struct error *error);

#endif
