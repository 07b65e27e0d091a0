/* The socket that listens, and what the address says: its port may be 0, and whether it is loopback decides what is
 * allowed. */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "serve/server.h"

enum { BACKLOG = 1024 };

static bool is_loopback(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr) >> 24 == 127;
    return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
}

static int open_socket(const struct addrinfo *found, const char *where, struct error *error)
{
    int on = 1;
    int listener = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener < 0)
        return fail(error, "cannot make a socket: %s", strerror(errno));
    (void)setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, found->ai_addr, found->ai_addrlen) == 0 && listen(listener, BACKLOG) == 0)
        return listener;
    (void)fail(error, "cannot listen on %s: %s", where, strerror(errno));
    (void)close(listener);
    return -1;
}

static uint16_t port_of(int listener)
{
    union {
        struct sockaddr any;
        struct sockaddr_in four;
        struct sockaddr_in6 six;
    } address;
    socklen_t length = sizeof address;
    memset(&address, 0, sizeof address);
    if (getsockname(listener, &address.any, &length) != 0)
        return 0;
    uint16_t port = address.any.sa_family == AF_INET ? address.four.sin_port : address.six.sin6_port;
    return ntohs(port);
}

/* getaddrinfo takes more than a port has room for, and leaves a part of it. */
static bool is_port(const char *text)
{
    size_t length = strlen(text);
    return length >= 1 && length <= 5 && strspn(text, "0123456789") == length && strtol(text, NULL, 10) <= UINT16_MAX;
}

int listen_on(const char *where, char host[64], uint16_t *port, bool *loopback, struct error *error)
{
    const char *colon = strrchr(where, ':');
    bool bracket = where[0] == '[';
    size_t length = colon == NULL ? 0 : (size_t)(colon - where);
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
    struct addrinfo *found = NULL;
    if (length == 0 || (bracket && (length < 3 || where[length - 1] != ']')) || length >= 64)
        return fail(error, "--listen takes an address and a port, for example 127.0.0.1:8460 or [::1]:8460");
    if (!is_port(colon + 1))
        return fail(error, "--listen %s: a port is a number from 1 to 65535, or 0 for a free one", where);
    (void)snprintf(host, 64, "%.*s", (int)(length - (bracket ? 2 : 0)), where + (bracket ? 1 : 0));
    if (getaddrinfo(host, colon + 1, &hints, &found) != 0)
        return fail(error, "%s is no address to listen on; for example 127.0.0.1:8460 or [::1]:8460", where);
    *loopback = is_loopback(found->ai_addr);
    int listener = open_socket(found, where, error);
    freeaddrinfo(found);
    if (listener >= 0)
        *port = port_of(listener);
    return listener;
}
