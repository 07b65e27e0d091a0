/* What a path of the interface is: a row in a table. The table is what the server dispatches by, what the OpenAPI
 * description is written from, and what the test of all paths and roles walks through.
 *
 * The way of a request: TLS and HTTP (http.c) ► who is it (session.c: cookie and CSRF token, or certificate) ► which
 * row, and may the role (route.c) ► the store handle of this thread reads for that person (store_view_as) ► the row's
 * function ► the audit record, when the row has an action ► the answer goes out. A function knows nothing of sessions,
 * and cannot read what the person may not. */
#ifndef SERVE_ROUTE_H
#define SERVE_ROUTE_H

/* Two names of jansson, which nothing here uses, are also names of base/json.h. */
#define json_real jansson_real
#define json_null jansson_null
#include <jansson.h>
#undef json_real
#undef json_null

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "store/people.h"
#include "store/store.h"

/* Sets of roles, one bit each. */
#define ROLE(role) (1U << (role))
#define ROLES_CASE_DATA (ROLE(ROLE_EXAMINER) | ROLE(ROLE_ANALYST) | ROLE(ROLE_LIAISON))
#define ROLES_ASK (ROLES_CASE_DATA | ROLE(ROLE_PARTNER))
#define ROLES_ALL (ROLES_ASK | ROLE(ROLE_AUDITOR) | ROLE(ROLE_ADMINISTRATOR))
#define ROLES_NOBODY_YET 0U /* needs no session: signing in, set-up, the description */

enum { PATH_PARTS = 2 };

struct server;

struct request {
    struct server *server;
    struct store *store;               /* reads for `person` */
    const struct store_person *person; /* NULL where nobody has signed in */
    const char *address;               /* of the other end */
    const char *parts[PATH_PARTS];     /* what stood in the path for {…}, decoded; in order */
    const json_t *body;                /* an object, or NULL */
    void *query;                       /* see request_query */
    int64_t now;                       /* seconds since 1970 */

    /* The answer. */
    int status;       /* 200 unless changed */
    struct json json; /* what is answered */
    const char *type; /* "application/json" unless changed (a report) */
    char cookie[256]; /* Set-Cookie, or "" */
    int64_t wait;     /* Retry-After in seconds, 0: none */
    char object[256]; /* for the audit record: on what; the path when empty. Never a value in clear that is masked */
    struct bytes done;  /* for the audit record, behind the object: what was done to it (note.c) */
    const char *action; /* for the audit record: another than the row's; NULL: the row's */
    char reason[512];   /* for the audit record: why, as the person wrote it */
};

/* A parameter behind the '?', NULL when it is not there. */
const char *request_query(const struct request *request, const char *name);
/* The same as a number in [least, most]; `otherwise` when it is not there; false after answering 400. */
bool request_number(struct request *request, const char *name, int64_t least, int64_t most, int64_t otherwise,
                    int64_t *number);
/* A member of the body: NULL when it is not there or no string. */
const char *request_text(const struct request *request, const char *name);
/* Answers with a problem (RFC 9457) instead of what is in json: `detail` is for the person. Returns 0, so that a
 * function can end with it. */
int request_problem(struct request *request, int status, const char *format, ...) __attribute__((format(printf, 3, 4)));
#define request_not_found(request) request_problem(request, 404, "There is no such thing, or it is not yours to see.")

struct parameter {
    const char *name, *help;
};
struct route {
    const char *method; /* "GET", "POST", "PATCH", "DELETE" */
    const char *path;   /* "/api/cases/{case}": {…} matches one part */
    unsigned roles;
    const char *action;                 /* for the audit record; NULL: none is written (what is no case data) */
    const char *summary;                /* one line for the description */
    const struct parameter *parameters; /* of the query, ends with a NULL name; NULL: none */
    const char *schema;                 /* what is answered: a name under components/schemas (openapi.c) */
    int (*answer)(struct request *request, struct error *error); /* -1: answers 500, and the error goes to the log */
};

/* Ends with a NULL method. One array per file of handlers: */
extern const struct route session_routes[], people_routes[], audit_routes[], case_routes[], evidence_routes[],
    file_routes[], selector_routes[], link_routes[], search_routes[], access_routes[], overview_routes[],
    report_routes[], export_routes[];

/* Selectors in paths and answers are named by identifiers: their hash encrypted with the server's key (AES-128, one
 * block), in hex. `id` holds 33 bytes. */
void selector_id(const struct server *server, const uint8_t hash[SELECTOR_HASH_SIZE], char *id);
bool selector_hash(const struct server *server, const char *id, uint8_t hash[SELECTOR_HASH_SIZE]);

#endif
