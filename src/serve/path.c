/* Dijkstra's algorithm with a heap, over edges sorted by node. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "serve/graph.h"

struct ways {
    const struct graph *graph;
    uint32_t *first; /* of each node: where its edges begin in `edges`; one more at the end */
    uint32_t *edges; /* numbers of edges, by node */
    double *cost;
    uint32_t *from; /* the node before, on the cheapest way */
    struct waiting {
        double cost;
        uint32_t node;
    } * heap;
    size_t waiting;
};

static void sort_edges(struct ways *ways)
{
    const struct graph *graph = ways->graph;
    for (size_t i = 0; i < graph->edge_count; i++) {
        ways->first[graph->edges[i].source + 1]++;
        ways->first[graph->edges[i].target + 1]++;
    }
    for (size_t i = 0; i < graph->node_count; i++)
        ways->first[i + 1] += ways->first[i];
    uint32_t *at = ways->from; /* not needed yet */
    memcpy(at, ways->first, graph->node_count * sizeof *at);
    for (size_t i = 0; i < graph->edge_count; i++) {
        ways->edges[at[graph->edges[i].source]++] = (uint32_t)i;
        ways->edges[at[graph->edges[i].target]++] = (uint32_t)i;
    }
}

static bool before(const struct waiting *left, const struct waiting *right)
{
    return left->cost != right->cost ? left->cost < right->cost : left->node < right->node;
}

static void push(struct ways *ways, double cost, uint32_t node)
{
    size_t at = ways->waiting++;
    const struct waiting item = {cost, node};
    for (; at > 0 && before(&item, &ways->heap[(at - 1) / 2]); at = (at - 1) / 2)
        ways->heap[at] = ways->heap[(at - 1) / 2];
    ways->heap[at] = item;
}

static struct waiting pop(struct ways *ways)
{
    struct waiting top = ways->heap[0], last = ways->heap[--ways->waiting];
    size_t at = 0;
    for (size_t child; (child = 2 * at + 1) < ways->waiting; at = child) {
        if (child + 1 < ways->waiting && before(&ways->heap[child + 1], &ways->heap[child]))
            child++;
        if (!before(&ways->heap[child], &last))
            break;
        ways->heap[at] = ways->heap[child];
    }
    ways->heap[at] = last;
    return top;
}

static void walk(struct ways *ways, uint32_t start, uint32_t end)
{
    for (size_t i = 0; i < ways->graph->node_count; i++)
        ways->cost[i] = INFINITY;
    ways->cost[start] = 0;
    push(ways, 0, start);
    while (ways->waiting > 0) {
        struct waiting item = pop(ways);
        if (item.cost > ways->cost[item.node])
            continue;
        if (item.node == end)
            return;
        for (uint32_t e = ways->first[item.node]; e < ways->first[item.node + 1]; e++) {
            const struct edge *edge = &ways->graph->edges[ways->edges[e]];
            uint32_t other = edge->source == item.node ? edge->target : edge->source;
            double cost = item.cost + 1 / edge->weight;
            if (cost >= ways->cost[other] || ways->graph->nodes[other].type == NODE_AUTHORITY)
                continue; /* an authority joins nothing: which of its cases it is about is not known */
            ways->cost[other] = cost;
            ways->from[other] = item.node;
            push(ways, cost, other);
        }
    }
}

static bool find_case(const struct graph *graph, const char *reference, uint32_t *node)
{
    for (size_t i = 0; i < graph->node_count; i++)
        if (graph->nodes[i].type == NODE_CASE && strcmp(graph->nodes[i].label, reference) == 0) {
            *node = (uint32_t)i;
            return true;
        }
    return false;
}

int graph_path(const struct graph *graph, const char *from, const char *to, uint32_t *path, size_t *count,
               struct error *error)
{
    uint32_t start, end;
    *count = 0;
    if (!find_case(graph, from, &start) || !find_case(graph, to, &end))
        return 0;
    struct ways ways = {.graph = graph,
                        .first = calloc(graph->node_count + 2, sizeof *ways.first),
                        .edges = calloc(2 * graph->edge_count + 1, sizeof *ways.edges),
                        .cost = calloc(graph->node_count + 1, sizeof *ways.cost),
                        .from = calloc(graph->node_count + 1, sizeof *ways.from),
                        .heap = calloc(2 * graph->edge_count + 2, sizeof *ways.heap)};
    bool room = ways.first != NULL && ways.edges != NULL && ways.cost != NULL && ways.from != NULL && ways.heap != NULL;
    if (room) {
        sort_edges(&ways);
        walk(&ways, start, end);
        for (uint32_t at = end; isfinite(ways.cost[end]); at = ways.from[at]) {
            path[(*count)++] = at;
            if (at == start)
                break;
        }
    }
    for (size_t i = 0; i < *count / 2; i++) {
        uint32_t swap = path[i];
        path[i] = path[*count - 1 - i];
        path[*count - 1 - i] = swap;
    }
    free(ways.first);
    free(ways.edges);
    free(ways.cost);
    free(ways.from);
    free(ways.heap);
    return room ? 0 : fail(error, "memory is short");
}
