/* The audit record: a chain in which each record holds the SHA-256 of the one before it. A record's hash is SHA-256
 * over the hash before it and its fields in a fixed spelling (audit.c), so that a change of any bit of any record is
 * found and located. Heads of the chain are signed by who holds the key (serve/), the store keeps the signatures. */
#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include "store/store.h"

struct store_audit {
    int64_t id;   /* from 1, without holes */
    int64_t time; /* seconds since 1970 */
    const char *person, *authority;
    const char *action; /* "sign-in", "search", "view", "reveal", "export", "request", "grant", "refuse", "purge", … */
    const char *object;  /* on what: a case, a path of the interface, a selector (masked) */
    const char *reason;  /* why, or "" */
    const char *outcome; /* "done", "denied", "failed" */
    const char *address; /* from where */
    uint8_t hash[SHA256_SIZE];
};
/* Appends one; id and hash are given by the store. Without a transaction of the caller's it is one of its own. */
int store_audit_add(struct store *store, const struct store_audit *record, struct error *error);

struct store_audit_filter {
    const char *person, *authority, *action; /* NULL: any */
    int64_t from, to;                        /* seconds since 1970; 0: any */
    int64_t before;                          /* only ids below this one; 0: all */
    int64_t limit;                           /* 0: none */
};
int store_audit_each(struct store *store, const struct store_audit_filter *filter,
                     int (*row)(void *, const struct store_audit *), void *context,
                     struct error *error); /* newest first */

/* The last record: id 0 and a hash of zeros when there is none. */
int store_audit_head(struct store *store, int64_t *id, uint8_t hash[SHA256_SIZE], struct error *error);

struct store_signed_head {
    int64_t id, time; /* the record that was the head, and when it was signed */
    uint8_t hash[SHA256_SIZE];
    uint8_t key[32],
        signature[64]; /* Ed25519, over "samband audit head", id, time and hash as audit_head_text writes them */
};
/* What a signature is made over; `out` holds at least 160 bytes. */
void store_audit_head_text(const struct store_signed_head *head, char *out);
int store_audit_sign(struct store *store, const struct store_signed_head *head, struct error *error);
int store_audit_heads(struct store *store, int (*row)(void *, const struct store_signed_head *), void *context,
                      struct error *error); /* by id */

/* Recomputes the chain. *broken is the id of the first record that is not what it was (0: all are), *records how many
 * there are; a record that is missing in between is broken at its own id. Where the store is damaged so that it cannot
 * be read on, *broken is the first that was not read, and -1 is returned with a sentence that names the last that was.
 */
int store_audit_verify(struct store *store, int64_t *records, int64_t *broken, struct error *error);

#endif
