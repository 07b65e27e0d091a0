/* HTTP/1.1 by libmicrohttpd. Its threads read requests within limits and send answers; what asks the store is
 * suspended, handed to a handler thread, and resumed with its answer, so that no slow question holds up other
 * connections. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "serve/call.h"

enum {
    CONNECTIONS_MOST = 20000,
    CONNECTIONS_SPARE = 256,       /* descriptors for stores and files */
    CONNECTION_MEMORY = 24 * 1024, /* headers of a request and of its answer */
    SILENCE_MOST = 60,             /* seconds */
    WAITING_MOST = 1024,           /* calls that wait for a handler */
    TARGET_MOST = 8 * 1024,
};

static const char api_policy[] = "default-src 'none'; frame-ancestors 'none'";
/* A report is a page that somebody saves: its style stands in it, and nothing in it runs. */
static const char page_policy[] = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
                                  "form-action 'none'; frame-ancestors 'none'; sandbox";

void add_security_headers(const struct server *server, struct MHD_Response *response, const char *policy)
{
    (void)MHD_add_response_header(response, "Content-Security-Policy", policy);
    (void)MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
    (void)MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    (void)MHD_add_response_header(response, "X-Frame-Options", "DENY");
    (void)MHD_add_response_header(response, "Cross-Origin-Opener-Policy", "same-origin");
    (void)MHD_add_response_header(response, "Cross-Origin-Resource-Policy", "same-origin");
    (void)MHD_add_response_header(response, "Permissions-Policy", "camera=(), geolocation=(), microphone=()");
    if (server->tls)
        (void)MHD_add_response_header(response, "Strict-Transport-Security", "max-age=31536000");
    if (atomic_load(&server->stopping))
        (void)MHD_add_response_header(response, "Connection", "close");
}

/* ---- calls ---- */

static void call_free(struct call *call)
{
    json_free(&call->request.json);
    json_decref(call->json);
    bytes_free(&call->body);
    arena_free(&call->arena);
    free(call);
}

static struct connection *place_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info == NULL ? NULL : info->socket_context;
}

static void write_address(struct MHD_Connection *connection, char address[64])
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *from = info == NULL ? NULL : info->client_addr;
    address[0] = '\0';
    if (from != NULL && from->sa_family == AF_INET)
        (void)inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)from)->sin_addr, address, 64);
    else if (from != NULL && from->sa_family == AF_INET6)
        (void)inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr, address, 64);
}

/* MHD hands the whole target over here; the other callbacks see it decoded and split, too late to tell %2F from '/'. */
static void *begin_call(void *context, const char *target, struct MHD_Connection *connection)
{
    struct server *server = context;
    struct call *call = calloc(1, sizeof *call);
    if (call == NULL)
        return NULL;
    (void)atomic_fetch_add(&server->in_flight, 1);
    call->request = (struct request){.server = server, .status = 200, .type = "application/json"};
    call->target = arena_text(&call->arena, target, strlen(target));
    call->connection = connection;
    call->place = place_of(connection);
    return call;
}

static void end_call(void *context, struct MHD_Connection *connection, void **state,
                     enum MHD_RequestTerminationCode how)
{
    struct server *server = context;
    (void)how;
    if (*state == NULL)
        return;
    connection_now(place_of(connection), WAITING);
    call_free(*state);
    *state = NULL;
    (void)atomic_fetch_sub(&server->in_flight, 1);
}

static void connection_event(void *context, struct MHD_Connection *connection, void **place,
                             enum MHD_ConnectionNotificationCode what)
{
    struct server *server = context;
    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        connection_close(*place);
        return;
    }
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    *place = info == NULL ? NULL : connection_open(server->connections, info->connect_fd);
}

static void read_headers(struct call *call, const char *method)
{
    struct MHD_Connection *connection = call->connection;
    call->begun = true;
    call->method = method;
    call->token = cookie_token(call->request.server, connection);
    call->csrf = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "X-Samband-Token");
    call->content_type = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Type");
    call->fetch_site = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Sec-Fetch-Site");
    call->certificate = connection_certificate(call->place, connection);
    write_address(connection, call->address);
    call->request.address = call->address;
    call->request.now = time(NULL);
}

/* ---- answers ---- */

static struct MHD_Response *response_of(struct call *call)
{
    struct request *request = &call->request;
    struct bytes *out = &request->json.out;
    if (request->status == 200 && strcmp(request->type, "text/event-stream") == 0) {
        struct MHD_Response *stream = events_listen(request->server->events, call, call->connection);
        if (stream != NULL)
            return stream;
        request->wait = 60;
        (void)request_problem(request, 503, "Too many listen already.");
    }
    struct MHD_Response *response = MHD_create_response_from_buffer(out->length, out->data, MHD_RESPMEM_MUST_FREE);
    if (response != NULL)
        *out = (struct bytes){0};
    return response;
}

static enum MHD_Result send_answer(struct call *call)
{
    struct request *request = &call->request;
    char wait[32];
    struct MHD_Response *response = response_of(call);
    if (response == NULL)
        return MHD_NO;
    bool page = strncmp(request->type, "text/html", 9) == 0;
    connection_now(call->place, strcmp(request->type, "text/event-stream") == 0 ? LISTENING : READING_ANSWER);
    (void)MHD_add_response_header(response, "Content-Type", request->type);
    (void)MHD_add_response_header(response, "Cache-Control", "no-store");
    (void)MHD_add_response_header(response, "Vary", "Cookie");
    add_security_headers(request->server, response, page ? page_policy : api_policy);
    if (request->cookie[0] != '\0')
        (void)MHD_add_response_header(response, "Set-Cookie", request->cookie);
    if (call->allowed != NULL)
        (void)MHD_add_response_header(response, "Allow", call->allowed);
    if (request->wait > 0) {
        (void)snprintf(wait, sizeof wait, "%lld", (long long)request->wait);
        (void)MHD_add_response_header(response, "Retry-After", wait);
    }
    if (call->too_large || call->ends)
        (void)MHD_add_response_header(response, "Connection", "close");
    enum MHD_Result result = MHD_queue_response(call->connection, (unsigned)request->status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result refuse(struct call *call, int status, const char *detail)
{
    call->answered = true;
    (void)request_problem(&call->request, status, "%s", detail);
    return send_answer(call);
}

/* ---- handing over ---- */

static enum MHD_Result hand_over(struct call *call)
{
    struct server *server = call->request.server;
    connection_now(call->place, BEING_ANSWERED);
    (void)pthread_mutex_lock(&server->queue.lock);
    bool room = server->queue.count < WAITING_MOST && !server->queue.stopping;
    if (room) {
        (void)atomic_fetch_add(&server->answering, 1);
        MHD_suspend_connection(call->connection); /* before a handler can resume it */
        *server->queue.last = call;
        server->queue.last = &call->next;
        server->queue.count++;
        (void)pthread_cond_signal(&server->queue.more);
    }
    (void)pthread_mutex_unlock(&server->queue.lock);
    if (room)
        return MHD_YES;
    call->request.wait = 2;
    return refuse(call, 503, "Too much is asked at this moment.");
}

static struct call *next_call(struct server *server)
{
    (void)pthread_mutex_lock(&server->queue.lock);
    while (server->queue.first == NULL && !server->queue.stopping)
        (void)pthread_cond_wait(&server->queue.more, &server->queue.lock);
    struct call *call = server->queue.first;
    if (call != NULL) {
        server->queue.first = call->next;
        server->queue.count--;
        if (server->queue.first == NULL)
            server->queue.last = &server->queue.first;
    }
    (void)pthread_mutex_unlock(&server->queue.lock);
    return call;
}

/* A store that failed may be one whose connection is lost: it is opened anew for the next call. */
static void *handle_calls(void *context)
{
    struct server *server = context;
    struct store *store = NULL;
    struct call *call = NULL;
    while ((call = next_call(server)) != NULL) {
        struct error error = {0};
        if (store == NULL && (store = store_open(server->options->store, false, &error)) == NULL)
            server_log(server, "%s", error.text);
        call_answer(call, store);
        call->request.store = NULL;
        if (call->request.status >= 500 && call->request.status != 503) {
            store_close(store);
            store = NULL;
        }
        call->answered = true;
        (void)atomic_fetch_sub(&server->answering, 1);
        MHD_resume_connection(call->connection); /* from here on the call is MHD's thread's */
    }
    store_close(store);
    return NULL;
}

/* ---- from libmicrohttpd ---- */

static bool is_api(const char *target)
{
    return strncmp(target, "/api", 4) == 0 && strchr("/?", target[4]) != NULL; /* its end too */
}

static enum MHD_Result send_page(struct call *call)
{
    connection_now(call->place, READING_ANSWER);
    if (!call_read_target(call))
        return refuse(call, 400, "The address is malformed.");
    return static_answer(call->request.server, call->connection, call->method, call->path);
}

struct lengths {
    const char *first;
    bool differ;
};

static enum MHD_Result look_at_length(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct lengths *lengths = context;
    (void)kind;
    if (strcasecmp(name, "Content-Length") != 0)
        return MHD_YES;
    lengths->differ |= lengths->first != NULL && strcmp(lengths->first, value) != 0;
    lengths->first = value;
    return MHD_YES;
}

/* Is it said twice, and differently, how long the body is? Whoever stands before the server may have believed the other
 * (RFC 9112, 6.3). */
static bool is_ambiguous(struct call *call)
{
    struct lengths lengths = {0};
    (void)MHD_get_connection_values(call->connection, MHD_HEADER_KIND, look_at_length, &lengths);
    return lengths.differ || (lengths.first != NULL && MHD_lookup_connection_value(call->connection, MHD_HEADER_KIND,
                                                                                   "Transfer-Encoding") != NULL);
}

static enum MHD_Result begin_request(struct call *call, const char *method)
{
    const char *length = NULL;
    if (call->target == NULL)
        return MHD_NO;
    read_headers(call, method);
    if (strlen(call->target) > TARGET_MOST)
        return refuse(call, 414, "The address is too long.");
    if (is_ambiguous(call)) {
        call->ends = true;
        return refuse(call, 400, "The length of the body is said in two ways.");
    }
    length = MHD_lookup_connection_value(call->connection, MHD_HEADER_KIND, "Content-Length");
    if (length != NULL && strtoull(length, NULL, 10) > BODY_MOST) {
        call->too_large = true;
        return refuse(call, 413, "A body has at most 1 MiB.");
    }
    connection_now(call->place, SENDING_BODY);
    return MHD_YES;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *data, size_t *length,
                                  void **state)
{
    struct call *call = *state;
    (void)context, (void)connection, (void)path, (void)version;
    if (call == NULL)
        return MHD_NO;
    if (!call->begun)
        return begin_request(call, method);
    if (*length > 0) { /* a piece of the body; what is too much is passed over and refused at the end */
        if (call->body.length + *length > BODY_MOST)
            call->too_large = true;
        else
            bytes_append(&call->body, data, *length);
        *length = 0;
        return call->body.failed ? MHD_NO : MHD_YES;
    }
    if (call->answered)
        return send_answer(call);
    if (!is_api(call->target))
        return send_page(call);
    if (call->too_large)
        return refuse(call, 413, "A body has at most 1 MiB.");
    return call_answer_alone(call) ? send_answer(call) : hand_over(call);
}

static void mhd_says(void *context, const char *format, va_list arguments) __attribute__((format(printf, 2, 0)));
static void mhd_says(void *context, const char *format, va_list arguments)
{
    /* What a connection does wrong (a handshake that fails, a reset) is its affair and no line of the log. */
    (void)context, (void)format, (void)arguments;
}

/* ---- begin and end ---- */

static unsigned most_connections(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 512;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    rlim_t room = limit.rlim_cur > 2 * CONNECTIONS_SPARE ? limit.rlim_cur - CONNECTIONS_SPARE : CONNECTIONS_SPARE;
    return room > CONNECTIONS_MOST ? CONNECTIONS_MOST : (unsigned)room;
}

int http_start(struct server *server, int socket, struct error *error)
{
    unsigned most = most_connections();
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned threads = processors > 4 ? 4 : processors > 1 ? (unsigned)processors : 1;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, server->certificate},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, server->key},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)tls_priorities},
        {server->client_authority == NULL ? MHD_OPTION_END : MHD_OPTION_HTTPS_MEM_TRUST, 0, server->client_authority},
        {MHD_OPTION_END, 0, NULL}};
    if (!server->tls)
        tls[0].option = MHD_OPTION_END;
    server->connections = connections_new(most);
    server->queue.last = &server->queue.first;
    server->handler_count = processors > 4 ? 2 * (size_t)processors : 8;
    server->handlers = calloc(server->handler_count, sizeof *server->handlers);
    if (server->connections == NULL || server->handlers == NULL)
        return fail(error, "memory is short");
    for (size_t i = 0; i < server->handler_count; i++)
        if (pthread_create(&server->handlers[i], NULL, handle_calls, server) != 0) {
            server->handler_count = i;
            return fail(error, "cannot start threads: %s", strerror(errno));
        }
    server->daemon = MHD_start_daemon(
        flags | (server->tls ? MHD_USE_TLS : 0), 0, NULL, NULL, on_request, server, MHD_OPTION_EXTERNAL_LOGGER,
        mhd_says, server, MHD_OPTION_LISTEN_SOCKET, socket, MHD_OPTION_THREAD_POOL_SIZE, threads,
        MHD_OPTION_CONNECTION_LIMIT, most, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SILENCE_MOST, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_URI_LOG_CALLBACK, begin_call, server, MHD_OPTION_NOTIFY_COMPLETED, end_call, server,
        MHD_OPTION_NOTIFY_CONNECTION, connection_event, server, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
    return server->daemon == NULL ? fail(error, "libmicrohttpd does not start: is the certificate a right one?") : 0;
}

void http_stop(struct server *server, int seconds)
{
    int listener = -1;
    atomic_store(&server->stopping, true);
    if (server->daemon != NULL)
        listener = MHD_quiesce_daemon(server->daemon);
    if (listener >= 0)
        (void)close(listener);
    if (server->events != NULL)
        events_end(server->events);
    for (int i = 0; i < 20 * seconds && atomic_load(&server->in_flight) > 0; i++)
        (void)nanosleep(&(struct timespec){0, 50 * 1000 * 1000}, NULL);
    if (atomic_load(&server->answering) > 0) {
        /* Handlers wait for the store, for as long as somebody else writes to it. What they began is taken back. */
        server_log(server, "not all was answered in %d seconds; the head of the audit record is not signed", seconds);
        _exit(1);
    }
    (void)pthread_mutex_lock(&server->queue.lock);
    server->queue.stopping = true;
    (void)pthread_cond_broadcast(&server->queue.more);
    (void)pthread_mutex_unlock(&server->queue.lock);
    for (size_t i = 0; i < server->handler_count; i++)
        (void)pthread_join(server->handlers[i], NULL);
    if (server->daemon != NULL)
        MHD_stop_daemon(server->daemon);
}
