/* The server's inside: what all requests share, and the threads. Threads of libmicrohttpd read and write connections
 * and never wait for the store; handler threads, each with a store handle of its own, answer what asks for it; one
 * ticker feeds the event streams and signs heads of the audit record; the main thread watches time, signals and the
 * child. */
#ifndef SERVE_SERVER_H
#define SERVE_SERVER_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#include "serve/route.h"
#include "serve/serve.h"

enum {
    BODY_MOST = 1 << 20,
    KEY_SIZE = 32,
    SESSION_IDLE = 30 * 60,
    SESSION_LONGEST = 12 * 3600,
    LINK_LIFE = 3 * 86400, /* of a one-time link */
};

struct call;
struct events;
struct connections;

struct keys {
    uint8_t server[KEY_SIZE]; /* identifiers of selectors and what else is derived */
    uint8_t audit_secret[64]; /* Ed25519 */
    uint8_t audit_public[KEY_SIZE];
};

struct server {
    const struct serve_options *options;
    struct keys keys;
    char folder[4096];                          /* of the server's secrets */
    char *certificate, *key, *client_authority; /* PEM; NULL without */
    char fingerprint[3 * SHA256_SIZE + 1];
    bool tls, loopback;
    char url[128], host[64]; /* of the address that it listens on */
    char *unknown_password;  /* what the password of a name that is not there is compared with */
    atomic_int signing_in;   /* passwords being hashed now */

    struct MHD_Daemon *daemon;
    struct connections *connections;
    struct events *events;
    struct { /* calls that wait for a handler thread */
        pthread_mutex_t lock;
        pthread_cond_t more;
        struct call *first, **last;
        size_t count;
        bool stopping;
    } queue;
    pthread_t *handlers;
    size_t handler_count;
    pthread_t ticker;
    bool ticker_runs;
    atomic_bool stopping;
    atomic_int in_flight; /* requests begun and not completed */
    atomic_int answering; /* those that wait for a handler's answer */
};

/* ---- log.c and server.c ---- */
void server_log(const struct server *server, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- key.c ---- */
/* Reads the keys of the state folder, or makes them (0600) with the folder (0700). */
int keys_load(struct keys *keys, const char *folder, struct error *error);
/* Reads a whole file, at most `most` bytes, with a NUL behind it; NULL with ENOENT in errno: none there. Owned by the
 * caller. */
char *read_file(const char *path, size_t most, size_t *length, struct error *error);
/* Writes a file that must not be there yet, readable by the owner alone. */
int write_secret(const char *path, const void *data, size_t length, struct error *error);
/* Fails when others than the owner may read the folder or a key in it. One that is not there yet is in order. */
int check_secrecy(const char *folder, struct error *error);
/* The public part of the key that signs heads; *there false, and nothing made, when the folder has none. */
int audit_public_key(const char *folder, uint8_t key[KEY_SIZE], bool *there, struct error *error);

/* ---- heads.c ---- */
/* Fails when the head that the folder keeps, the last one signed, is not in the store, or its record is another one. */
int check_kept_head(struct store *store, const char *folder, struct error *error);
/* Signs the head of the audit record, unless it is signed already. */
int sign_head(struct store *store, const struct keys *keys, const char *folder, int64_t now, struct error *error);

/* ---- succession.c ---- */
enum { FORMER_KEYS_MOST = 64 };
struct former_key {
    uint8_t key[KEY_SIZE];
    int64_t until; /* the record that says that another one followed */
};
struct store_signed_head;
struct succession { /* what the records say of the key `own` */
    uint8_t own[KEY_SIZE];
    struct former_key formers[FORMER_KEYS_MOST];
    size_t count;
};
int succession_read(struct succession *succession, struct store *store, const uint8_t own[KEY_SIZE],
                    struct error *error);
/* The record by which the key of this head is one that `own` follows; 0: none. */
int64_t succession_allows(const struct succession *succession, const struct store_signed_head *head);
/* May a server with this folder sign for this store? Nothing is made. */
int check_own_key(struct store *store, const char *folder, struct error *error);

/* ---- key.c ---- */
/* A key for one purpose, derived from the server's. */
void derive_key(const struct server *server, const char *purpose, const void *of, size_t length, uint8_t out[32]);

/* ---- quota.c ---- */
/* Takes one of the look-ups that the person has; false, and after how many seconds there is one again, when there is
 * none. */
bool quota_take(const struct store_person *person, int64_t *wait);

/* ---- tls.c ---- */
/* Fills certificate, key, client_authority and fingerprint: from the options' files or the state folder's. */
int tls_load(struct server *server, const char *folder, const char *host, struct error *error);
/* SHA-256 of the other end's certificate in hex, if it gave one that the client authority vouches for; else "". */
void tls_peer(struct MHD_Connection *connection, char fingerprint[2 * SHA256_SIZE + 1]);
extern const char tls_priorities[];

/* ---- listen.c ---- */
/* A socket that listens; *host is the address without port and brackets, *port the one that was given. */
int listen_on(const char *where, char host[64], uint16_t *port, bool *loopback, struct error *error);

/* ---- http.c ---- */
int http_start(struct server *server, int socket, struct error *error);
/* Accepts no more; waits for what runs, at most `seconds`; ends. */
void http_stop(struct server *server, int seconds);

/* ---- connection.c ---- */
/* When a connection's present doing must be over. MHD itself ends those that say nothing; this ends those that say too
 * little, and when there are too many, those that wait longest. */
enum doing { WAITING, SENDING_BODY, BEING_ANSWERED, READING_ANSWER, LISTENING };
struct connection;
struct connections *connections_new(size_t most);
void connections_free(struct connections *connections);
struct connection *connection_open(struct connections *connections, int socket);
void connection_now(struct connection *connection, enum doing doing);
void connection_close(struct connection *connection);
const char *connection_certificate(struct connection *connection, struct MHD_Connection *of);
void connections_cut(struct connections *connections); /* once a second */

/* ---- events.c ---- */
struct listener;
struct events *events_new(struct server *server);
void events_free(struct events *events);
/* A stream for who made this call; NULL: too many listen. */
struct MHD_Response *events_listen(struct events *events, const struct call *call, struct MHD_Connection *connection);
/* False: the store failed, and is to be opened anew. */
bool events_tick(struct events *events, struct store *store, int64_t now);
void events_end(struct events *events); /* all streams end */

/* ---- child.c: `samband work` on the same store ---- */
struct child {
    int pid; /* 0: none */
    int64_t started, again;
    unsigned falls;
};
void child_watch(struct child *child, const struct server *server, int64_t now); /* starts it, or again */
void child_end(struct child *child);

#endif
