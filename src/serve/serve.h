/* The server as the command line starts it: one call that returns when the server has stopped. */
#ifndef SERVE_SERVE_H
#define SERVE_SERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct store;

struct serve_ready {
    bool fresh;              /* the store was not there, and is begun */
    const char *url;         /* "https://127.0.0.1:8460" */
    const char *fingerprint; /* SHA-256 of the certificate, hex with colons; NULL without TLS */
    const char *setup; /* the one-time link that sets up the first administrator; NULL: there are people already */
};

/* A folder below which evidence may be added. */
struct serve_folder {
    const char *path;      /* absolute */
    const char *authority; /* whose people alone may; NULL: those of all */
};

struct serve_options {
    const char *store;             /* path or URL */
    const char *state;             /* folder of keys and the certificate; NULL: beside the store */
    const char *listen;            /* "127.0.0.1:8460", "[::1]:0", "0.0.0.0:443" */
    const char *certificate, *key; /* PEM files, both or neither */
    const char *client_authority;  /* PEM file: who signs the certificates of programs; NULL: none are asked for */
    bool no_tls;                   /* on loopback alone */
    const struct serve_folder *evidence;
    size_t evidence_count;
    int64_t workers; /* processes that read evidence; 0: one per processor */
    bool no_workers;
    /* Told once, when connections are answered. */
    void (*ready)(void *context, const struct serve_ready *ready);
    /* A line for the log: what failed, what was started again. From any thread. */
    void (*log)(void *context, const char *line);
    void *context;
};

/* Serves until SIGTERM or SIGINT, finishes what runs, and returns 0; -1 if it could not start. The calling process must
 * have no other threads. */
int serve_run(const struct serve_options *options, struct error *error);

/* A new one-time link for a person (0: the set-up): URL#link=…, good for three days. */
int serve_link(struct store *store, int64_t person, const char *url, char *out, size_t room, struct error *error);

/* Checks every signed head of the audit record against the record and its signature. *wrong: the id of the first that
 * does not fit (0: all do), and `why` (256 bytes) a sentence; *heads how many there are. A head is wrong too
 * that another key signed than that of the state folder and those that it follows (serve_new_key); where there is no
 * such folder only the signatures are checked (*own false).
 */
int serve_check_heads(struct store *store, const char *folder, int64_t *heads, int64_t *wrong, bool *own, char *why,
                      struct error *error);

/* Begins to sign the audit record with the folder's key, which is made if there is none, after another key that is
 * lost: the record of it (who, why) names the keys that signed until then, so that their heads hold good. Fails when
 * there is nothing of the kind to say. */
int serve_new_key(struct store *store, const char *folder, const char *who, const char *reason, struct error *error);

/* The state folder of a store: `given`, or "STORE.state" beside an SQLite file, "samband.state" for a URL. `out` holds
 * 4096. */
void serve_state_folder(const char *given, const char *store, char *out);

#endif
