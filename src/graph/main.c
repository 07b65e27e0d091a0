/* samband-graph: communities of a network, by igraph (https://igraph.org), which is GPL and therefore lives in a program of
 * its own. Reads "NODES EDGES" and for each edge "FROM TO WEIGHT" (nodes from 0, weight above 0) on standard input; writes the
 * number of each node's community, one a line, numbered from 0 in the order of their first nodes. The method is
 * Louvain's (Blondel et al. 2008) with a fixed seed: the same network gives the same communities.
 *
 * It computes numbers from numbers: it opens no file, and the server ends it when it takes too long. */
#include <igraph/igraph.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <signal.h>

enum { SECONDS_MOST = 60, SEED = 17 };
static const long nodes_most = 1000000, edges_most = 20000000;
static const rlim_t memory_most = (rlim_t)4 << 30;

static void limit_yourself(void)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    (void)setrlimit(RLIMIT_CPU, &(struct rlimit){SECONDS_MOST, SECONDS_MOST});
    (void)setrlimit(RLIMIT_FSIZE, &(struct rlimit){0, 0});
    (void)setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    (void)setrlimit(RLIMIT_DATA, &(struct rlimit){memory_most, memory_most});
}

/* 0, or -1 when the input is no network. */
static int read_network(igraph_t *graph, igraph_vector_t *weights)
{
    long nodes;
    long edges;
    if (scanf("%ld %ld", &nodes, &edges) != 2 || nodes < 0 || nodes > nodes_most || edges < 0 || edges > edges_most)
        return -1;
    igraph_vector_int_t ends;
    if (igraph_vector_int_init(&ends, 2 * edges) != IGRAPH_SUCCESS ||
        igraph_vector_init(weights, edges) != IGRAPH_SUCCESS)
        return -1;
    for (long i = 0; i < edges; i++) {
        long from;
        long to;
        double weight;
        if (scanf("%ld %ld %lf", &from, &to, &weight) != 3 || from < 0 || to < 0 || from >= nodes || to >= nodes ||
            !(weight > 0))
            return -1;
        VECTOR(ends)[2 * i] = from;
        VECTOR(ends)[2 * i + 1] = to;
        VECTOR(*weights)[i] = weight;
    }
    int result = igraph_create(graph, &ends, nodes, IGRAPH_UNDIRECTED) == IGRAPH_SUCCESS ? 0 : -1;
    igraph_vector_int_destroy(&ends);
    return result;
}

/* Communities are numbered as they appear, whatever numbers the method gave them. */
static int write_communities(const igraph_vector_int_t *membership)
{
    igraph_integer_t count = igraph_vector_int_size(membership);
    igraph_integer_t *number = calloc((size_t)count + 1, sizeof *number);
    igraph_integer_t known = 0;
    if (number == NULL)
        return -1;
    for (igraph_integer_t i = 0; i < count; i++) {
        igraph_integer_t *of = &number[VECTOR(*membership)[i]];
        if (*of == 0)
            *of = ++known;
        (void)printf("%lld\n", (long long)(*of - 1));
    }
    free(number);
    return fflush(stdout) == 0 ? 0 : -1;
}

int main(void)
{
    igraph_t graph;
    igraph_vector_t weights;
    igraph_vector_int_t membership;
    limit_yourself();
    (void)igraph_set_error_handler(igraph_error_handler_ignore);
    (void)igraph_rng_seed(igraph_rng_default(), SEED);
    if (read_network(&graph, &weights) != 0) {
        (void)fprintf(stderr, "samband-graph is started by samband: it reads a network on standard input\n");
        return 2;
    }
    if (igraph_vector_int_init(&membership, 0) != IGRAPH_SUCCESS ||
        igraph_community_multilevel(&graph, &weights, 1.0, &membership, NULL, NULL) != IGRAPH_SUCCESS)
        return 1;
    int result = write_communities(&membership);
    igraph_vector_int_destroy(&membership);
    igraph_vector_destroy(&weights);
    igraph_destroy(&graph);
    return result == 0 ? 0 : 1;
}
