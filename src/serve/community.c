/* Communities come from samband-graph (igraph is GPL, and lives in a program of its own): nodes and edges go in on its
 * standard input, numbers come out. What it says is checked like everything that another program says. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "analyse/process.h"
#include "base/bytes.h"
#include "serve/graph.h"

enum { MILLISECONDS = 5000, READ_STEP = 64 << 10 };

static int64_t now_in_milliseconds(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void write_network(const struct graph *graph, struct bytes *out)
{
    bytes_format(out, "%zu %zu\n", graph->node_count, graph->edge_count);
    for (size_t i = 0; i < graph->edge_count; i++)
        bytes_format(out, "%u %u %.6f\n", graph->edges[i].source, graph->edges[i].target, graph->edges[i].weight);
}

/* ---- the program ---- */

static pid_t start(int *to, int *from)
{
    int in[2], out[2];
    pid_t id = -1;
    *to = *from = -1;
    char name[] = "samband-graph";
    char locale[] = "LC_ALL=C";
    char sanitizer[] = "ASAN_OPTIONS=detect_leaks=0";
    char *const arguments[] = {name, NULL}, *const environment[] = {locale, sanitizer, NULL};
    if (pipe2(in, O_CLOEXEC) != 0)
        return -1;
    if (pipe2(out, O_CLOEXEC) != 0) {
        (void)close(in[0]);
        (void)close(in[1]);
        return -1;
    }
    posix_spawn_file_actions_t actions;
    if (posix_spawn_file_actions_init(&actions) == 0) {
        (void)posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
        (void)posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
        (void)posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
        if (posix_spawn(&id, program_path(name, "SAMBAND_GRAPH"), &actions, NULL, arguments, environment) != 0)
            id = -1;
        (void)posix_spawn_file_actions_destroy(&actions);
    }
    (void)close(in[0]);
    (void)close(out[1]);
    *to = in[1];
    *from = out[0];
    (void)fcntl(*to, F_SETFL, O_NONBLOCK);
    (void)fcntl(*from, F_SETFL, O_NONBLOCK);
    return id;
}

/* Writes and reads side by side until the program has said all, or its time is over. */
static bool converse(int *to, int from, const struct bytes *in, struct bytes *out, size_t most)
{
    int64_t end = now_in_milliseconds() + MILLISECONDS;
    for (size_t sent = 0;;) {
        int64_t left = end - now_in_milliseconds();
        struct pollfd waits[] = {{from, POLLIN, 0}, {*to, POLLOUT, 0}};
        if (left <= 0 || poll(waits, *to >= 0 ? 2 : 1, (int)left) < 0)
            return false;
        if (*to >= 0 && waits[1].revents != 0) {
            ssize_t step = write(*to, in->data + sent, in->length - sent);
            if (step < 0 && errno != EAGAIN && errno != EINTR)
                return false;
            sent += step > 0 ? (size_t)step : 0;
            if (sent == in->length) {
                (void)close(*to);
                *to = -1;
            }
        }
        if (waits[0].revents == 0)
            continue;
        if (out->length > most || bytes_reserve(out, READ_STEP) != 0)
            return false;
        ssize_t got = read(from, out->data + out->length, READ_STEP);
        if (got == 0)
            return true;
        if (got < 0 && errno != EAGAIN && errno != EINTR)
            return false;
        out->length += got > 0 ? (size_t)got : 0;
    }
}

static bool ask_program(const struct bytes *in, struct bytes *out, size_t most)
{
    int to, from, status = 0;
    pid_t id = start(&to, &from);
    bool said = id > 0 && converse(&to, from, in, out, most);
    if (to >= 0)
        (void)close(to);
    if (from >= 0)
        (void)close(from);
    if (id <= 0)
        return false;
    if (!said)
        (void)kill(id, SIGKILL);
    while (waitpid(id, &status, 0) < 0 && errno == EINTR)
        ;
    return said && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* One number a node, each at most one above those before. */
static bool read_communities(struct graph *graph, struct bytes *out)
{
    const char *at = bytes_text(out);
    unsigned long known = 0;
    for (size_t i = 0; i < graph->node_count; i++) {
        char *end;
        unsigned long number = strtoul(at, &end, 10);
        if (end == at || *end != '\n' || number > known)
            return false;
        known += number == known;
        graph->nodes[i].community = (uint32_t)number;
        at = end + 1;
    }
    return *at == '\0';
}

/* ---- without it ---- */

static uint32_t root_of(uint32_t *parent, uint32_t node)
{
    while (parent[node] != node)
        node = parent[node] = parent[parent[node]];
    return node;
}

static int join(struct graph *graph, struct error *error)
{
    uint32_t *parent = calloc(graph->node_count + 1, sizeof *parent);
    uint32_t known = 0;
    if (parent == NULL)
        return fail(error, "memory is short");
    for (uint32_t i = 0; i < graph->node_count; i++)
        parent[i] = i;
    for (size_t i = 0; i < graph->edge_count; i++) { /* the lower number is the root: it comes first below */
        uint32_t a = root_of(parent, graph->edges[i].source), b = root_of(parent, graph->edges[i].target);
        parent[a > b ? a : b] = a > b ? b : a;
    }
    for (uint32_t i = 0; i < graph->node_count; i++) {
        uint32_t root = root_of(parent, i);
        graph->nodes[i].community = root == i ? known++ : graph->nodes[root].community;
    }
    free(parent);
    return 0;
}

int graph_communities(struct graph *graph, struct error *error)
{
    struct bytes in = {0}, out = {0};
    write_network(graph, &in);
    bool told = graph->edge_count > 0 && !in.failed && ask_program(&in, &out, 8 * graph->node_count + READ_STEP) &&
                read_communities(graph, &out);
    bytes_free(&in);
    bytes_free(&out);
    return told ? 0 : join(graph, error);
}
