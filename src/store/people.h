/* Authorities, people, their sessions and one-time links. Secrets come in ready to be kept: a password as its argon2id
 * string, tokens as their SHA-256. `now` is seconds since 1970; returns and callbacks as in store.h. */
#ifndef STORE_PEOPLE_H
#define STORE_PEOPLE_H

#include "store/store.h"

/* ---- authorities ---- */
struct store_authority {
    int64_t id;
    const char *name;    /* unique, as cases name it */
    const char *country; /* ISO 3166 alpha-2 */
    const char *contact; /* how to reach it: what a hit tells */
    bool centre;         /* reads cases that are free to the centre */
};
/* A second one of the same name is an error, and so is a second centre. */
int store_authority_add(struct store *store, const struct store_authority *authority, int64_t *id, struct error *error);
int store_authority_change(struct store *store, const struct store_authority *authority,
                           struct error *error); /* by id */
int store_authority_each(struct store *store, int (*row)(void *, const struct store_authority *), void *context,
                         struct error *error); /* by name */
/* Every authority that a case names has a row already, without a contact: store_case_add sees to that. */

/* ---- people ---- */
enum store_role { ROLE_EXAMINER, ROLE_ANALYST, ROLE_LIAISON, ROLE_PARTNER, ROLE_AUDITOR, ROLE_ADMINISTRATOR, ROLES };
const char *store_role_name(enum store_role role); /* "examiner", … */
bool store_role_find(const char *name, enum store_role *role);

#define QUOTA_MOST 1000000000 /* look-ups a day that somebody may be given */
struct store_person {
    int64_t id;
    const char *name; /* unique: what is typed to sign in */
    const char *full_name;
    enum store_role role;
    int64_t authority;
    const char *authority_name, *country; /* filled in by readings */
    bool centre;                          /* of the authority, filled in by readings */
    const char *password;                 /* argon2id string, or "": cannot sign in with one */
    const char *totp;                     /* base32 secret, or "" */
    int64_t totp_step;                    /* the last step whose code was used */
    const char *certificate;              /* SHA-256 of a program's certificate, lower-case hex, or "" */
    const char *language;                 /* "en", "sv" */
    bool blocked;
    int64_t seen;        /* when a session was last opened; 0: never */
    int64_t seen_before; /* when the one before that was */
    int64_t quota;       /* look-ups a day; 0: as many as the role has (serve/quota.c) */
};
int store_person_add(struct store *store, const struct store_person *person, int64_t *id, struct error *error);
/* What others decide of a person, by id: full name, role, authority, certificate, blocked, quota. What the person
 * decides has functions of its own, so that neither writes back what the other changed meanwhile. */
int store_person_change(struct store *store, const struct store_person *person, struct error *error);
/* Password and secret of codes, by id; totp_step only with another secret. */
int store_person_credentials(struct store *store, const struct store_person *person, struct error *error);
int store_person_language(struct store *store, int64_t id, const char *language, struct error *error);
int store_person_each(struct store *store, int (*row)(void *, const struct store_person *), void *context,
                      struct error *error); /* by name */
/* By name, by certificate, or by id (the others NULL or 0); *found false when there is none. */
int store_person_find(struct store *store, const char *name, const char *certificate, int64_t id, bool *found,
                      int (*row)(void *, const struct store_person *), void *context, struct error *error);
/* Takes a step of TOTP as used; *fresh false when this one or a later one was used already. */
int store_person_use_step(struct store *store, int64_t id, int64_t step, bool *fresh, struct error *error);

/* ---- sessions and one-time links ---- */
enum { TOKEN_HASH_SIZE = 32 };
struct store_session {
    uint8_t hash[TOKEN_HASH_SIZE]; /* SHA-256 of the cookie's token */
    int64_t person;
    int64_t opened, used;
    const char *csrf;
};
int store_session_add(struct store *store, const struct store_session *session, struct error *error);
/* The session, used now, unless it is older than `oldest` or idle since before `idle` (both seconds since 1970), or
 * its person is blocked. With now 0 it is only looked at. That it is used is written once a minute at most. */
int store_session_use(struct store *store, const uint8_t hash[TOKEN_HASH_SIZE], int64_t now, int64_t oldest,
                      int64_t idle, bool *found, int (*row)(void *, const struct store_session *), void *context,
                      struct error *error);
int store_session_end(struct store *store, const uint8_t hash[TOKEN_HASH_SIZE], struct error *error);
int store_session_end_all(struct store *store, int64_t person, struct error *error);
/* A link that signs `person` in once (0: that sets up the first administrator). */
int store_link_add(struct store *store, const uint8_t hash[TOKEN_HASH_SIZE], int64_t person, int64_t until,
                   struct error *error);
/* Is it there? As below, but it stays. */
int store_link_peek(struct store *store, const uint8_t hash[TOKEN_HASH_SIZE], int64_t now, bool *found, int64_t *person,
                    struct error *error);
/* Uses it up; *found false when there is none, or its time is over. */
int store_link_use(struct store *store, const uint8_t hash[TOKEN_HASH_SIZE], int64_t now, bool *found, int64_t *person,
                   struct error *error);
/* No link of this person is good any more. */
int store_link_end_all(struct store *store, int64_t person, struct error *error);
/* Tries that failed, of a name or an address. Counts one and says how long the next has to wait (seconds, 0: not at
 * all); `failed` false asks only, `forget` clears after a success. */
int store_tries(struct store *store, const char *of, int64_t now, bool failed, bool forget, int64_t *wait,
                struct error *error);

#endif
