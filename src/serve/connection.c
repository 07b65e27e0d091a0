/* Connections and their time. libmicrohttpd ends a connection that is silent; one that sends a byte now and then keeps
 * it for ever. So each connection has a time by which its present doing must be over, and once a second those whose
 * time is over are shut down. When nearly all places are taken, those that only wait get no more than a moment. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "serve/call.h"

struct connection {
    struct connections *owner;
    struct connection *before, *after;
    int socket;
    enum doing doing;
    int64_t since;
    bool cut, certificate_read;
    char certificate[2 * SHA256_SIZE + 1];
};

struct connections {
    pthread_mutex_t lock;
    struct connection *first;
    size_t count, most;
};

/* Seconds; 0: as long as it takes. A request that waits for its answer waits for us. */
static const int patience[] = {
    [WAITING] = 75, [SENDING_BODY] = 60, [BEING_ANSWERED] = 0, [READING_ANSWER] = 600, [LISTENING] = 0};
enum { PATIENCE_WHEN_FULL = 5 };

static int64_t seconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

struct connections *connections_new(size_t most)
{
    struct connections *connections = calloc(1, sizeof *connections);
    if (connections != NULL) {
        (void)pthread_mutex_init(&connections->lock, NULL);
        connections->most = most;
    }
    return connections;
}

void connections_free(struct connections *connections)
{
    free(connections); /* MHD has closed them all */
}

struct connection *connection_open(struct connections *connections, int socket)
{
    struct connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL)
        return NULL;
    *connection = (struct connection){.owner = connections, .socket = socket, .since = seconds()};
    (void)pthread_mutex_lock(&connections->lock);
    connection->after = connections->first;
    if (connection->after != NULL)
        connection->after->before = connection;
    connections->first = connection;
    connections->count++;
    (void)pthread_mutex_unlock(&connections->lock);
    return connection;
}

void connection_now(struct connection *connection, enum doing doing)
{
    if (connection == NULL)
        return;
    (void)pthread_mutex_lock(&connection->owner->lock);
    connection->doing = doing;
    connection->since = seconds();
    (void)pthread_mutex_unlock(&connection->owner->lock);
}

void connection_close(struct connection *connection)
{
    if (connection == NULL)
        return;
    struct connections *owner = connection->owner;
    (void)pthread_mutex_lock(&owner->lock);
    if (connection->before != NULL)
        connection->before->after = connection->after;
    else
        owner->first = connection->after;
    if (connection->after != NULL)
        connection->after->before = connection->before;
    owner->count--;
    (void)pthread_mutex_unlock(&owner->lock);
    free(connection);
}

const char *connection_certificate(struct connection *connection, struct MHD_Connection *of)
{
    if (connection == NULL)
        return "";
    if (!connection->certificate_read)
        tls_peer(of, connection->certificate);
    connection->certificate_read = true;
    return connection->certificate;
}

void connections_cut(struct connections *connections)
{
    int64_t now = seconds();
    (void)pthread_mutex_lock(&connections->lock);
    bool full = connections->count > connections->most - connections->most / 10;
    for (struct connection *at = connections->first; at != NULL; at = at->after) {
        int allowed = full && at->doing == WAITING ? PATIENCE_WHEN_FULL : patience[at->doing];
        if (at->cut || allowed == 0 || now - at->since < allowed)
            continue;
        /* MHD sees the end and closes it; until then the descriptor is this connection's, since connection_close waits
         * for the lock. */
        (void)shutdown(at->socket, SHUT_RDWR);
        at->cut = true;
    }
    (void)pthread_mutex_unlock(&connections->lock);
}
