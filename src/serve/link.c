/* Links, networks, and the network as a graph. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "link/link.h"
#include "serve/answer.h"
#include "serve/graph.h"
#include "serve/markup.h"
#include "show/mask.h"
#include "show/rows.h"

/* ---- links and networks: both are computed whole, heaviest first; a token counts those that were passed ---- */

static bool concerns(const char *const *cases, size_t count, const char *reference)
{
    for (size_t i = 0; reference != NULL && i < count; i++)
        if (strcmp(cases[i], reference) == 0)
            return true;
    return reference == NULL;
}

/* A share of 1 such as 0.25, in `parameter`; false after answering 400. */
static bool read_weight(struct request *request, const char *parameter, double otherwise, double *weight)
{
    const char *text = request_query(request, parameter);
    char *end = NULL;
    *weight = otherwise;
    if (text == NULL || text[0] == '\0')
        return true;
    *weight = strtod(text, &end);
    if (*end == '\0' && strspn(text, "0123456789.") == strlen(text) && *weight >= 0 && *weight <= 1)
        return true;
    return request_problem(request, 400, "\"%s\" is a number from 0 to 1.", parameter) != 0;
}

static int list_links(struct request *request, struct error *error)
{
    struct page page;
    const char *reference, *kind;
    double least;
    int64_t passed = 0;
    bool go, given;
    if (case_of_query(request, &reference, &go, error) != 0 || !go)
        return go ? -1 : 0;
    if (!kind_of_query(request, &kind) || !read_weight(request, "weight", 0, &least) ||
        !page_begin(&page, request, "links", error) || !page_after(&page, &passed, 1, &given))
        return 0;
    struct links *links = links_find(request->store, error);
    if (links == NULL)
        return -1;
    page_rows(&page);
    int64_t count = (int64_t)links_count(links);
    for (int64_t i = passed < 0 ? 0 : passed; i < count && !page.more; i++) {
        const struct link *link = links_at(links, (size_t)i);
        uint8_t hash[SELECTOR_HASH_SIZE];
        if (link->weight < least)
            break;
        if ((kind != NULL && strcmp(kind, link->kind) != 0) || !concerns(link->cases, link->case_count, reference) ||
            !page_takes(&page))
            continue;
        store_selector_hash(link->kind, link->value, strlen(link->value), hash);
        json_open(&request->json, NULL, '{');
        json_selector_id(&request->json, request, hash);
        json_link(&request->json, link, false);
        json_close(&request->json, '}');
        page_key(&page, (int64_t[]){i + 1}, 1);
    }
    page_end(&page);
    links_free(links);
    return 0;
}

static int list_networks(struct request *request, struct error *error)
{
    struct page page;
    const char *reference;
    int64_t passed = 0;
    bool go, given;
    if (case_of_query(request, &reference, &go, error) != 0 || !go)
        return go ? -1 : 0;
    if (!page_begin(&page, request, "networks", error) || !page_after(&page, &passed, 1, &given))
        return 0;
    struct links *links = links_find(request->store, error);
    if (links == NULL)
        return -1;
    page_rows(&page);
    int64_t count = (int64_t)networks_count(links);
    for (int64_t i = passed < 0 ? 0 : passed; i < count && !page.more; i++) {
        const struct network *network = networks_at(links, (size_t)i);
        if (!concerns(network->cases, network->case_count, reference) || !page_takes(&page))
            continue;
        json_open(&request->json, NULL, '{');
        json_network(&request->json, network);
        json_close(&request->json, '}');
        page_key(&page, (int64_t[]){i + 1}, 1);
    }
    page_end(&page);
    links_free(links);
    return 0;
}

/* ---- the graph ---- */

enum { NODE_ID = 128, SELECTORS_USUAL = 2000, SELECTORS_MOST = 20000 };

static const char *node_id(const struct request *request, const struct node *node, char out[NODE_ID])
{
    char id[ID_SIZE];
    if (node->type == NODE_SELECTOR) {
        selector_id(request->server, node->hash, id);
        (void)snprintf(out, NODE_ID, "%s", id);
    } else if (node->type == NODE_CASE) {
        (void)snprintf(out, NODE_ID, "case:%s", node->label);
    } else {
        (void)snprintf(out, NODE_ID, "authority:%lld", (long long)node->authority);
    }
    return out;
}

static const char *const types[] = {"case", "selector", "authority"};

static const char *node_label(const struct node *node)
{
    return node->type == NODE_SELECTOR ? shown_value(node->kind, node->label, false) : node->label;
}

static void write_node(struct request *request, const struct node *node)
{
    struct json *json = &request->json;
    char id[NODE_ID];
    json_open(json, NULL, '{');
    json_text(json, "id", node_id(request, node, id));
    json_text(json, "type", types[node->type]);
    json_text(json, "label", node_label(node));
    json_text(json, "kind", node->kind);
    if (node->known != NULL)
        json_text(json, "known", node->known);
    json_text(json, "country", node->country);
    json_text(json, "handling", node->handling);
    if (node->type == NODE_AUTHORITY)
        json_text(json, "contact", node->contact);
    json_real(json, "weight", node->weight);
    json_int(json, "community", node->community);
    json_close(json, '}');
}

static void write_edge(struct request *request, const struct graph *graph, const struct edge *edge)
{
    char source[NODE_ID], target[NODE_ID];
    json_open(&request->json, NULL, '{');
    json_text(&request->json, "source", node_id(request, &graph->nodes[edge->source], source));
    json_text(&request->json, "target", node_id(request, &graph->nodes[edge->target], target));
    json_real(&request->json, "weight", edge->weight);
    json_close(&request->json, '}');
}

/* The strictest code of the cases in it, or NULL: there are none. */
static const char *handling_of(const struct graph *graph)
{
    const char *handling = NULL;
    for (size_t i = 0; i < graph->node_count; i++)
        handling = strictest_handling(handling, graph->nodes[i].handling);
    return handling;
}

static void write_graph(struct request *request, const struct graph *graph)
{
    struct json *json = &request->json;
    json_open(json, NULL, '{');
    json_open(json, "nodes", '[');
    for (size_t i = 0; i < graph->node_count; i++)
        write_node(request, &graph->nodes[i]);
    json_close(json, ']');
    json_open(json, "edges", '[');
    for (size_t i = 0; i < graph->edge_count; i++)
        write_edge(request, graph, &graph->edges[i]);
    json_close(json, ']');
    json_text(json, "handling", handling_of(graph));
    json_bool(json, "cut", graph->cut);
    json_close(json, '}');
}

/* ---- GraphML (http://graphml.graphdrawing.org), for programs that draw and count ---- */

static void append_attribute(struct bytes *out, const char *key, const char *text)
{
    if (text == NULL)
        return;
    bytes_format(out, "<data key=\"%s\">", key);
    append_markup(out, text);
    bytes_append_text(out, "</data>");
}

static void write_graphml(struct request *request, const struct graph *graph)
{
    static const char *const texts[] = {"type", "label", "kind", "known", "country", "handling"};
    struct bytes *out = &request->json.out;
    char id[NODE_ID], other[NODE_ID];
    request->type = "application/graphml+xml";
    bytes_append_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                           "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        bytes_format(out, "<key id=\"%s\" for=\"node\" attr.name=\"%s\" attr.type=\"string\"/>\n", texts[i], texts[i]);
    bytes_append_text(out, "<key id=\"weight\" for=\"all\" attr.name=\"weight\" attr.type=\"double\"/>\n"
                           "<key id=\"community\" for=\"node\" attr.name=\"community\" attr.type=\"int\"/>\n"
                           "<key id=\"strictest\" for=\"graph\" attr.name=\"handling\" attr.type=\"string\"/>\n"
                           "<graph edgedefault=\"undirected\">\n");
    append_attribute(out, "strictest", handling_of(graph));
    bytes_append_text(out, "\n");
    for (size_t i = 0; i < graph->node_count; i++) {
        const struct node *node = &graph->nodes[i];
        bytes_format(out, "<node id=\"%s\">", node_id(request, node, id));
        append_attribute(out, "type", types[node->type]);
        append_attribute(out, "label", node_label(node));
        append_attribute(out, "kind", node->kind);
        append_attribute(out, "known", node->known);
        append_attribute(out, "country", node->country);
        append_attribute(out, "handling", node->handling);
        bytes_format(out, "<data key=\"weight\">%.4f</data><data key=\"community\">%u</data></node>\n", node->weight,
                     node->community);
    }
    for (size_t i = 0; i < graph->edge_count; i++) {
        const struct edge *edge = &graph->edges[i];
        bytes_format(out, "<edge source=\"%s\" target=\"%s\"><data key=\"weight\">%.4f</data></edge>\n",
                     node_id(request, &graph->nodes[edge->source], id),
                     node_id(request, &graph->nodes[edge->target], other), edge->weight);
    }
    bytes_append_text(out, "</graph>\n</graphml>\n");
}

/* ---- answers ---- */

/* What leaves is recorded as an export, with the cases that are in it. */
static void note_export(struct request *request, const struct graph *graph)
{
    size_t count = 0;
    (void)snprintf(request->object, sizeof request->object, "network as graphml");
    for (size_t i = 0; i < graph->node_count; i++)
        if (graph->nodes[i].type == NODE_CASE)
            note_case(request, &count, graph->nodes[i].label, graph->nodes[i].handling);
    note_more_cases(request, count);
}

static int show_graph(struct request *request, struct error *error)
{
    struct graph_filter filter = {0};
    struct graph graph = {0};
    int64_t most;
    bool go;
    const char *format = request_query(request, "format");
    bool graphml = format != NULL && strcmp(format, "graphml") == 0;
    request->action = graphml ? "export" : NULL;
    if (case_of_query(request, &filter.case_reference, &go, error) != 0 || !go)
        return go ? -1 : 0;
    if (!kind_of_query(request, &filter.kind) || !read_weight(request, "weight", LINK_STRONG, &filter.weight) ||
        !request_number(request, "limit", 1, SELECTORS_MOST, SELECTORS_USUAL, &most))
        return 0;
    if (format != NULL && format[0] != '\0' && strcmp(format, "json") != 0 && strcmp(format, "graphml") != 0)
        return request_problem(request, 400, "\"format\" is json or graphml.");
    filter.country = request_query(request, "country");
    if (filter.country != NULL && filter.country[0] == '\0')
        filter.country = NULL;
    filter.most = (size_t)most;
    int result = graph_build(&graph, request->store, &filter, error);
    if (result == 0)
        result = graph_communities(&graph, error);
    if (result == 0 && graphml) {
        note_export(request, &graph);
        write_graphml(request, &graph);
    } else if (result == 0) {
        write_graph(request, &graph);
    }
    graph_free(&graph);
    return result;
}

static const struct edge *edge_between(const struct graph *graph, uint32_t one, uint32_t other)
{
    for (size_t i = 0; i < graph->edge_count; i++) {
        const struct edge *edge = &graph->edges[i];
        if ((edge->source == one && edge->target == other) || (edge->source == other && edge->target == one))
            return edge;
    }
    return NULL;
}

static void write_path(struct request *request, const struct graph *graph, const uint32_t *path, size_t count)
{
    struct json *json = &request->json;
    json_open(json, NULL, '{');
    json_open(json, "nodes", '[');
    for (size_t i = 0; i < count; i++)
        write_node(request, &graph->nodes[path[i]]);
    json_close(json, ']');
    json_open(json, "edges", '[');
    for (size_t i = 1; i < count; i++)
        write_edge(request, graph, edge_between(graph, path[i - 1], path[i]));
    json_close(json, ']');
    json_close(json, '}');
}

static int show_path(struct request *request, struct error *error)
{
    static const char *const names[] = {"from", "to"};
    const char *ends[2];
    struct graph_filter filter = {0};
    struct graph graph = {0};
    size_t count = 0;
    for (size_t i = 0; i < 2; i++) {
        bool reads = false;
        ends[i] = request_query(request, names[i]);
        if (ends[i] == NULL)
            return request_problem(request, 400, "Please name two cases: \"from\" and \"to\".");
        if (store_case_readable(request->store, ends[i], &reads, error) != 0)
            return -1;
        if (!reads)
            return request_not_found(request);
    }
    int result = graph_build(&graph, request->store, &filter, error);
    uint32_t *path = result == 0 ? calloc(graph.node_count + 1, sizeof *path) : NULL;
    if (result == 0 && path == NULL)
        result = fail(error, "memory is short");
    if (result == 0)
        result = graph_path(&graph, ends[0], ends[1], path, &count, error);
    if (result == 0)
        write_path(request, &graph, path, count);
    free(path);
    graph_free(&graph);
    return result;
}

#define PAGES                                                                                                          \
    {"limit", "rows of a page, 1 to 1000; 100 if not given"}, {"after", "the next of the page before"},                \
    {                                                                                                                  \
        NULL, NULL                                                                                                     \
    }
static const struct parameter link_parameters[] = {
    {"case", "only of this case"}, {"kind", "card, iban, email, …"}, {"weight", "at least this heavy, 0 to 1"}, PAGES};
static const struct parameter network_parameters[] = {{"case", "only the one with this case"}, PAGES};
static const struct parameter graph_parameters[] = {
    {"case", "this case, what it shares, with whom, and what these share"},
    {"kind", "only through card, iban, email, …"},
    {"weight", "links at least this heavy, 0 to 1; 0.25 if not given"},
    {"country", "only what somebody of this country has"},
    {"limit", "selectors, the heaviest; 1 to 20000, 2000 if not given"},
    {"format", "json or graphml"},
    {NULL, NULL}};
static const struct parameter path_parameters[] = {{"from", "a case"}, {"to", "another"}, {NULL, NULL}};

const struct route link_routes[] = {
    {"GET", "/api/links", ROLES_CASE_DATA, "view", "What two or more cases share, heaviest first", link_parameters,
     "Links", list_links},
    {"GET", "/api/networks", ROLES_CASE_DATA, "view", "Cases that hang together", network_parameters, "Networks",
     list_networks},
    {"GET", "/api/network", ROLES_CASE_DATA, "view",
     "The network: cases, what they share, and authorities elsewhere that have it too", graph_parameters, "Graph",
     show_graph},
    {"GET", "/api/network/path", ROLES_CASE_DATA, "view",
     "The path between two cases with the least sum of 1 / weight: few steps along heavy links", path_parameters,
     "Graph", show_path},
    {0}};
