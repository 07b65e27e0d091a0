/* One request on its way through the server, with all that handlers of sessions need besides what a `struct request`
 * says. Made by http.c, answered by route.c on a handler thread. */
#ifndef SERVE_CALL_H
#define SERVE_CALL_H

#include "base/arena.h"
#include "serve/server.h"

enum { QUERY_MOST = 32 };

struct query_parts {
    size_t count;
    const char *names[QUERY_MOST], *values[QUERY_MOST];
};

struct call {
    struct request request; /* the first member: call_of() */
    struct arena arena;     /* everything that lives as long as the call */

    /* As it came. */
    struct MHD_Connection *connection;
    const char *method, *target; /* target undecoded, with the query */
    const char *token;           /* of the session's cookie, or NULL */
    const char *csrf, *content_type, *fetch_site;
    const char *certificate; /* fingerprint, or "" */
    char address[64];
    struct bytes body;
    bool too_large, begun, answered;
    bool ends; /* the connection, with the answer */

    /* As it was found. */
    const char *path; /* decoded, without the query */
    struct query_parts query;
    const struct route *route;
    const char *allowed; /* methods of a path that has not this one; else NULL */
    struct store_person person;
    struct store_session session; /* of `token`, when `by_session` */
    bool by_session;
    json_t *json;

    struct connection *place;
    struct call *next;
};

static inline struct call *call_of(struct request *request)
{
    return (struct call *)(void *)request;
}

/* ---- route.c ---- */
/* Answers a call of the interface, whatever it is, with this thread's store handle (NULL: it cannot be opened). */
void call_answer(struct call *call, struct store *store);
/* Answers what needs no store, at once; false: it is not of that kind. */
bool call_answer_alone(struct call *call);
/* Every row of every table, in order; NULL at the end. */
const struct route *route_at(size_t index);

/* ---- request.c ---- */
/* Splits and decodes `target`; false: it is malformed. */
bool call_read_target(struct call *call);
/* Decodes %XX of `length` bytes into the arena; NULL if it is no UTF-8 text. */
char *decoded(struct arena *arena, const char *text, size_t length, bool plus);
/* Copies, with all its texts. */
int copy_person(struct arena *arena, const struct store_person *person, struct store_person *copy);

/* ---- identity.c ---- */
/* What the session cookie of a connection holds, or NULL. */
const char *cookie_token(const struct server *server, struct MHD_Connection *connection);
/* Fills person, session: who makes this call? *known false: nobody that may. */
int identify(struct call *call, bool *known, struct error *error);
/* Opens a session for a person and gives it to the answer's cookie. */
int open_session(struct call *call, const struct store_person *person, struct error *error);
void forget_cookie(struct call *call);
/* A new random token (43 characters of base64url) and its hash. */
enum { TOKEN_LENGTH = 43 };
void new_token(char token[TOKEN_LENGTH + 1], uint8_t hash[TOKEN_HASH_SIZE]);
bool token_hash(const char *token, uint8_t hash[TOKEN_HASH_SIZE]); /* false: it is none */
/* Reads a person into the call's arena. By name, by id (name NULL). */
int find_person(struct call *call, const char *name, int64_t id, bool *found, struct store_person *person,
                struct error *error);
/* {person:…, token, rights} of request->person, as GET /api/session answers. */
void write_session(struct call *call);

/* ---- enrol.c: how one gets a password and a code, and the first one in ---- */
int answer_setup(struct request *request, struct error *error);
int answer_credentials(struct request *request, struct error *error);
/* What is wrong with a name to sign in with, a full name, a country, as a sentence; NULL: nothing. */
const char *name_fault(const char *name);
const char *line_fault(const char *text, const char *what, char room[128]); /* of text of one line, 1 to 128 bytes */
/* Finds an authority by name: its id, or 0. */
int find_authority(struct store *store, const char *name, int64_t *id, struct error *error);
/* Adds a time as in RFC 3339; null for 0. */
void json_time(struct json *json, const char *key, int64_t seconds);
/* What tries are counted by: the address, of IPv6 its /64. */
void address_tries(const char *address, char of[80]);

/* ---- password.c ---- */
enum { PASSWORD_TEXT = 128 };
int password_hash(const char *password, char out[PASSWORD_TEXT], struct error *error);
bool password_is(const char *stored, const char *password);
/* NULL, or a sentence why this is none to take. */
const char *password_fault(const char *password, const char *name);

/* ---- totp.c (RFC 6238) ---- */
enum { TOTP_SECRET = 20, TOTP_TEXT = 33, TOTP_PERIOD = 30 };
void totp_secret_text(const uint8_t secret[TOTP_SECRET], char text[TOTP_TEXT]); /* base32 */
uint32_t totp_code(const uint8_t *secret, size_t length, int64_t step);         /* six digits */
/* The step whose code this is, one step around `now` allowed; -1: none. */
int64_t totp_step_of(const char *secret_text, const char *code, int64_t now);
void totp_uri(struct bytes *out, const char *secret_text, const char *name);

/* ---- static.c ---- */
/* Answers what is no path of the interface: a file of the web application, or its page. */
enum MHD_Result static_answer(const struct server *server, struct MHD_Connection *connection, const char *method,
                              const char *path);

/* ---- http.c ---- */
void add_security_headers(const struct server *server, struct MHD_Response *response, const char *policy);

/* ---- openapi.c ---- */
extern const struct route openapi_routes[], event_routes[];

#endif
