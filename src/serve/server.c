/* Begin, wait, end. What the threads do stands in http.c and events.c. */
#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "serve/call.h"

enum { STOP_SECONDS = 30, SIGN_SECONDS = 10, DAY = 86400, DAYS_TO_TRY = 60 };

void server_log(const struct server *server, const char *format, ...)
{
    struct error line = {0};
    char text[ERROR_TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    (void)fail(&line, "%s", text); /* frees it of control characters: parts of it were sent by somebody */
    server->options->log(server->options->context, line.text);
}

/* ---- the ticker ---- */

static bool sign_daily(struct server *server, struct store *store, int64_t now, int64_t *next)
{
    struct error error = {0};
    if (now < *next)
        return true;
    bool done = sign_head(store, &server->keys, server->folder, now, &error) == 0;
    *next = now + (done ? DAY : DAYS_TO_TRY);
    if (!done)
        server_log(server, "the head of the audit record could not be signed: %s", error.text);
    return done;
}

/* For threads that others wait for at the end: no lock is waited for long. */
static struct store *open_briefly(const struct server *server)
{
    struct error error = {0};
    struct store *store = store_open(server->options->store, false, &error);
    if (store == NULL || store_wait_most(store, SIGN_SECONDS, &error) == 0)
        return store;
    store_close(store);
    return NULL;
}

static void *tick(void *context)
{
    struct server *server = context;
    struct store *store = NULL;
    int64_t next_signature = 0;
    while (!atomic_load(&server->stopping)) {
        int64_t now = time(NULL);
        if (store == NULL)
            store = open_briefly(server);
        if (store != NULL) {
            bool signs = sign_daily(server, store, now, &next_signature);
            if (!events_tick(server->events, store, now) || !signs) {
                store_close(store); /* its connection may be lost */
                store = NULL;
            }
        }
        for (int i = 0; i < 10 && !atomic_load(&server->stopping); i++)
            (void)nanosleep(&(struct timespec){0, 100 * 1000 * 1000}, NULL);
    }
    store_close(store);
    return NULL;
}

/* ---- first start ---- */

static int count_person(void *context, const struct store_person *person)
{
    (void)person;
    ++*(int64_t *)context;
    return 0;
}

/* Only behind check_own_key: what is made here is never made for a store that has keys elsewhere. */
static int prepare_keys(struct server *server, struct error *error)
{
    if (keys_load(&server->keys, server->folder, error) != 0)
        return -1;
    return server->tls ? tls_load(server, server->folder, server->host, error) : 0;
}

/* A folder whose authority is misspelled would be everybody's loss: it is said. On a first start nobody is there yet.
 */
static int check_folders(struct server *server, struct store *store, struct error *error)
{
    const struct serve_options *options = server->options;
    int64_t id = 0;
    for (size_t i = 0; i < options->evidence_count; i++) {
        const struct serve_folder *folder = &options->evidence[i];
        if (folder->authority == NULL)
            continue;
        if (find_authority(store, folder->authority, &id, error) != 0)
            return -1;
        if (id == 0)
            server_log(server, "there is no authority %s yet: nobody adds evidence from %s", folder->authority,
                       folder->path);
    }
    return 0;
}

/* Makes the one-time link of the set-up when there are no people. Each start makes a new one; older ones remain good.
 */
static int prepare_store(struct server *server, char setup[256], struct error *error)
{
    int64_t people = 0;
    struct store *store = store_open(server->options->store, true, error);
    if (store == NULL)
        return -1;
    int result = check_own_key(store, server->folder, error);
    if (result == 0)
        result = prepare_keys(server, error);
    if (result == 0)
        result = store_person_each(store, count_person, &people, error);
    if (result == 0)
        result = check_folders(server, store, error);
    if (result == 0 && people == 0)
        result = serve_link(store, 0, server->url, setup, 256, error);
    store_close(store);
    return result;
}

static int prepare(struct server *server, int *listener, struct error *error)
{
    const struct serve_options *options = server->options;
    char host[64], hash[PASSWORD_TEXT];
    uint16_t port = 0;
    serve_state_folder(options->state, options->store, server->folder);
    *listener = listen_on(options->listen, host, &port, &server->loopback, error);
    if (*listener < 0)
        return -1;
    if (options->no_tls && !server->loopback)
        return fail(error, "--no-tls is for loopback addresses alone: %s can be reached from elsewhere",
                    options->listen);
    server->tls = !options->no_tls;
    (void)snprintf(server->host, sizeof server->host, "%s", host);
    (void)snprintf(server->url, sizeof server->url, strchr(host, ':') != NULL ? "%s://[%s]:%u" : "%s://%s:%u",
                   server->tls ? "https" : "http", host, port);
    if (password_hash("a password that nobody has", hash, error) != 0)
        return -1;
    server->unknown_password = strdup(hash);
    server->events = events_new(server);
    return server->unknown_password == NULL || server->events == NULL ? fail(error, "memory is short") : 0;
}

/* ---- the main thread ---- */

static sigset_t wait_signals(void)
{
    sigset_t signals;
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGINT);
    (void)sigaddset(&signals, SIGCHLD);
    return signals;
}

static void watch(struct server *server, struct child *child)
{
    sigset_t signals = wait_signals();
    int signal = 0;
    do {
        child_watch(child, server, time(NULL));
        connections_cut(server->connections);
        signal = sigtimedwait(&signals, NULL, &(struct timespec){1, 0});
    } while (signal != SIGTERM && signal != SIGINT);
}

static void sign_at_end(struct server *server)
{
    struct error error = {0};
    struct store *store = open_briefly(server);
    if (store == NULL)
        (void)fail(&error, "the store cannot be opened");
    if (store == NULL || sign_head(store, &server->keys, server->folder, time(NULL), &error) != 0)
        server_log(server, "the head of the audit record could not be signed: %s", error.text);
    store_close(store);
}

static void free_server(struct server *server)
{
    sodium_memzero(&server->keys, sizeof server->keys);
    if (server->key != NULL)
        sodium_memzero(server->key, strlen(server->key));
    free(server->certificate);
    free(server->key);
    free(server->client_authority);
    free(server->unknown_password);
    free(server->handlers);
    connections_free(server->connections);
    events_free(server->events);
}

int serve_run(const struct serve_options *options, struct error *error)
{
    struct server server = {.options = options};
    struct child child = {0};
    char setup[256] = "";
    sigset_t signals = wait_signals();
    int listener = -1;
    bool fresh = strstr(options->store, "://") == NULL && access(options->store, F_OK) != 0;
    (void)signal(SIGPIPE, SIG_IGN);
    (void)pthread_sigmask(SIG_BLOCK, &signals, NULL); /* every thread inherits it: only `watch` takes them */
    (void)pthread_mutex_init(&server.queue.lock, NULL);
    (void)pthread_cond_init(&server.queue.more, NULL);
    int result = prepare(&server, &listener, error);
    if (result == 0)
        result = prepare_store(&server, setup, error);
    if (result == 0)
        result = http_start(&server, listener, error);
    if (result == 0)
        server.ticker_runs = pthread_create(&server.ticker, NULL, tick, &server) == 0;
    if (result == 0) {
        options->ready(options->context, &(struct serve_ready){.fresh = fresh,
                                                               .url = server.url,
                                                               .fingerprint = server.tls ? server.fingerprint : NULL,
                                                               .setup = setup[0] == '\0' ? NULL : setup});
        watch(&server, &child);
    }
    if (server.daemon == NULL && listener >= 0)
        (void)close(listener);
    http_stop(&server, STOP_SECONDS);
    if (server.ticker_runs)
        (void)pthread_join(server.ticker, NULL);
    child_end(&child);
    if (result == 0)
        sign_at_end(&server);
    free_server(&server);
    return result;
}
