/* Sessions, one-time links, and the counting of tries that failed. The store sees hashes of tokens, never a token. */
#include <stdio.h>

#include "store/people.h"
#include "store/room.h"

enum {
    DAY = 86400,
    NOTED_AGAIN =
        60, /* a session that is used all the time is written once a minute, so that reading remains reading */
    TRIES_FREE = 5,
    WAIT_MOST = 900,
};

/* ---- sessions ---- */

int store_session_add(struct store *store, const struct store_session *session, struct error *error)
{
    bool own;
    if (enter(store, &own, error) != 0)
        return -1;
    int result = run(store, "DELETE FROM session WHERE opened < $1", VALUES(integer(session->opened - 7 * DAY)), error);
    if (result == 0)
        result = run(store, "INSERT INTO session (hash, person_id, opened, used, csrf) VALUES ($1, $2, $3, $4, $5)",
                     VALUES(blob(session->hash, TOKEN_HASH_SIZE), integer(session->person), integer(session->opened),
                            integer(session->used), text(session->csrf)),
                     error);
    if (result == 0)
        result = run(store, "UPDATE person SET seen_before = seen, seen = $2 WHERE id = $1",
                     VALUES(integer(session->person), integer(session->opened)), error);
    return leave(store, own, result, error);
}

struct session_found {
    struct store_session session;
    char csrf[128];
    bool found;
};

static int session_row(struct store *store, struct query *query, void *context)
{
    struct session_found *found = context;
    found->found = true;
    found->session.person = row_integer(store, query, 0);
    found->session.opened = row_integer(store, query, 1);
    found->session.used = row_integer(store, query, 2);
    (void)snprintf(found->csrf, sizeof found->csrf, "%s", row_text(store, query, 3));
    return 0;
}

int store_session_use(struct store *store, const uint8_t hash[TOKEN_HASH_SIZE], int64_t now, int64_t oldest,
                      int64_t idle, bool *found, int (*row)(void *, const struct store_session *), void *context,
                      struct error *error)
{
    struct session_found read = {0};
    *found = false;
    if (each_row(store,
                 "SELECT s.person_id, s.opened, s.used, s.csrf FROM session s JOIN person p ON p.id = s.person_id"
                 " WHERE s.hash = $1 AND s.opened >= $2 AND s.used >= $3 AND p.blocked = 0",
                 VALUES(blob(hash, TOKEN_HASH_SIZE), integer(oldest), integer(idle)), false, session_row, &read,
                 error) != 0)
        return -1;
    if (!read.found)
        return 0;
    *found = true;
    read.session.csrf = read.csrf;
    for (size_t i = 0; i < TOKEN_HASH_SIZE; i++)
        read.session.hash[i] = hash[i];
    if (now >= read.session.used + NOTED_AGAIN) {
        if (run(store, "UPDATE session SET used = $2 WHERE hash = $1 AND used < $2",
                VALUES(blob(hash, TOKEN_HASH_SIZE), integer(now)), error) != 0)
            return -1;
        read.session.used = now;
    }
    return row(context, &read.session);
}

int store_session_end(struct store *store, const uint8_t hash[TOKEN_HASH_SIZE], struct error *error)
{
    return run(store, "DELETE FROM session WHERE hash = $1", VALUES(blob(hash, TOKEN_HASH_SIZE)), error);
}

int store_session_end_all(struct store *store, int64_t person, struct error *error)
{
    return run(store, "DELETE FROM session WHERE person_id = $1", VALUES(integer(person)), error);
}

/* ---- one-time links ---- */

int store_link_add(struct store *store, const uint8_t hash[TOKEN_HASH_SIZE], int64_t person, int64_t until,
                   struct error *error)
{
    return run(store, "INSERT INTO one_time_link (hash, person_id, valid_until) VALUES ($1, $2, $3)",
               VALUES(blob(hash, TOKEN_HASH_SIZE), integer(person), integer(until)), error);
}

int store_link_peek(struct store *store, const uint8_t hash[TOKEN_HASH_SIZE], int64_t now, bool *found, int64_t *person,
                    struct error *error)
{
    *person = -1;
    int result = ask(store, "SELECT person_id FROM one_time_link WHERE hash = $1 AND valid_until >= $2",
                     VALUES(blob(hash, TOKEN_HASH_SIZE), integer(now)), person, error);
    *found = *person >= 0;
    return result;
}

int store_link_use(struct store *store, const uint8_t hash[TOKEN_HASH_SIZE], int64_t now, bool *found, int64_t *person,
                   struct error *error)
{
    bool own;
    int64_t removed = 0;
    *found = false;
    if (enter(store, &own, error) != 0)
        return -1;
    int result = store_link_peek(store, hash, now, found, person, error);
    /* Who removes it has it: of two at the same time one. */
    if (result == 0)
        result = run_counted(store, "DELETE FROM one_time_link WHERE hash = $1 OR valid_until < $2",
                             VALUES(blob(hash, TOKEN_HASH_SIZE), integer(now)), &removed, error);
    if (removed == 0)
        *found = false;
    return leave(store, own, result, error);
}

int store_link_end_all(struct store *store, int64_t person, struct error *error)
{
    return run(store, "DELETE FROM one_time_link WHERE person_id = $1", VALUES(integer(person)), error);
}

/* ---- tries that failed ---- */

static int64_t wait_after(int64_t tries)
{
    int64_t over = tries - TRIES_FREE;
    if (over < 0)
        return 0;
    return over >= 9 ? WAIT_MOST : 2 << over;
}

struct tries {
    int64_t count, last;
};

static int tries_row(struct store *store, struct query *query, void *context)
{
    struct tries *tries = context;
    tries->count = row_integer(store, query, 0);
    tries->last = row_integer(store, query, 1);
    return 0;
}

int store_tries(struct store *store, const char *of, int64_t now, bool failed, bool forget, int64_t *wait,
                struct error *error)
{
    struct tries tries = {0};
    *wait = 0;
    if (forget)
        return run(store, "DELETE FROM failed_try WHERE name = $1", VALUES(text(of)), error);
    if (failed && (run(store, "DELETE FROM failed_try WHERE last < $1", VALUES(integer(now - DAY)), error) != 0 ||
                   run(store,
                       "INSERT INTO failed_try (name, tries, last) VALUES ($1, 1, $2)"
                       " ON CONFLICT (name) DO UPDATE SET tries = failed_try.tries + 1, last = $2",
                       VALUES(text(of), integer(now)), error) != 0))
        return -1;
    if (each_row(store, "SELECT tries, last FROM failed_try WHERE name = $1 AND last >= $2",
                 VALUES(text(of), integer(now - DAY)), false, tries_row, &tries, error) != 0)
        return -1;
    int64_t left = tries.last + wait_after(tries.count) - now;
    *wait = left > 0 ? left : 0;
    return 0;
}
