/* Who makes a call: a person by the token in the session's cookie, a program by its certificate. Tokens are 32 random
 * bytes; the store knows their hashes. */
#include <sodium.h>
#include <string.h>
#include <time.h>

#include "serve/call.h"

/* With TLS the name binds the cookie to this host and to TLS ("__Host-"). */
static const char *cookie_name(const struct server *server)
{
    return server->tls ? "__Host-samband" : "samband";
}

const char *cookie_token(const struct server *server, struct MHD_Connection *connection)
{
    return MHD_lookup_connection_value(connection, MHD_COOKIE_KIND, cookie_name(server));
}

static void set_cookie(struct call *call, const char *token, const char *more)
{
    const struct server *server = call->request.server;
    (void)snprintf(call->request.cookie, sizeof call->request.cookie, "%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s",
                   cookie_name(server), token, server->tls ? "; Secure" : "", more);
}

void forget_cookie(struct call *call)
{
    set_cookie(call, "", "; Max-Age=0");
}

/* ---- tokens ---- */

void new_token(char token[TOKEN_LENGTH + 1], uint8_t hash[TOKEN_HASH_SIZE])
{
    uint8_t random[32];
    randombytes_buf(random, sizeof random);
    (void)sodium_bin2base64(token, TOKEN_LENGTH + 1, random, sizeof random, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    digest_sha256(token, TOKEN_LENGTH, hash);
}

bool token_hash(const char *token, uint8_t hash[TOKEN_HASH_SIZE])
{
    if (token == NULL || strlen(token) != TOKEN_LENGTH)
        return false;
    digest_sha256(token, TOKEN_LENGTH, hash);
    return true;
}

int serve_link(struct store *store, int64_t person, const char *url, char *out, size_t room, struct error *error)
{
    char token[TOKEN_LENGTH + 1];
    uint8_t hash[TOKEN_HASH_SIZE];
    if (sodium_init() < 0)
        return fail(error, "there is no source of random numbers");
    new_token(token, hash);
    (void)snprintf(out, room, "%s/#%s=%s", url, person == 0 ? "setup" : "link", token);
    return store_link_add(store, hash, person, time(NULL) + LINK_LIFE, error);
}

/* ---- people ---- */

struct finding {
    struct call *call;
    struct store_person *person;
    struct error *error;
};

static int take_person(void *context, const struct store_person *person)
{
    struct finding *finding = context;
    if (copy_person(&finding->call->arena, person, finding->person) != 0)
        return fail(finding->error, "memory is short");
    return 0;
}

int find_person(struct call *call, const char *name, int64_t id, bool *found, struct store_person *person,
                struct error *error)
{
    struct finding finding = {call, person, error};
    return store_person_find(call->request.store, name, NULL, id, found, take_person, &finding, error);
}

static int take_session(void *context, const struct store_session *session)
{
    struct call *call = context;
    call->session = *session;
    call->session.csrf = arena_text(&call->arena, session->csrf, strlen(session->csrf));
    return call->session.csrf == NULL ? -1 : 0;
}

int identify(struct call *call, bool *known, struct error *error)
{
    struct store *store = call->request.store;
    struct finding finding = {call, &call->person, error};
    uint8_t hash[TOKEN_HASH_SIZE];
    int64_t now = call->request.now;
    *known = false;
    if (token_hash(call->token, hash)) {
        if (store_session_use(store, hash, now, now - SESSION_LONGEST, now - SESSION_IDLE, &call->by_session,
                              take_session, call, error) != 0)
            return -1;
        if (call->by_session)
            return find_person(call, NULL, call->session.person, known, &call->person, error);
    }
    if (call->certificate[0] == '\0')
        return 0;
    int result = store_person_find(store, NULL, call->certificate, 0, known, take_person, &finding, error);
    if (*known && call->person.blocked)
        *known = false;
    return result;
}

/* ---- sessions ---- */

int open_session(struct call *call, const struct store_person *person, struct error *error)
{
    char token[TOKEN_LENGTH + 1], csrf[TOKEN_LENGTH + 1];
    uint8_t ignored[TOKEN_HASH_SIZE];
    struct store_session session = {.person = person->id, .opened = call->request.now, .used = call->request.now};
    new_token(token, session.hash);
    new_token(csrf, ignored);
    session.csrf = csrf;
    if (store_session_add(call->request.store, &session, error) != 0)
        return -1;
    set_cookie(call, token, "");
    call->by_session = true;
    return take_session(call, &session);
}

void write_session(struct call *call)
{
    struct json *json = &call->request.json;
    const struct store_person *person = call->request.person;
    const struct route *route = NULL;
    json_open(json, NULL, '{');
    json_open(json, "person", '{');
    json_text(json, "name", person->name);
    json_text(json, "full_name", person->full_name);
    json_text(json, "role", store_role_name(person->role));
    json_text(json, "language", person->language);
    json_bool(json, "password", person->password[0] != '\0');
    json_open(json, "authority", '{');
    json_text(json, "name", person->authority_name);
    json_text(json, "country", person->country);
    json_bool(json, "centre", person->centre);
    json_close(json, '}');
    json_close(json, '}');
    json_text(json, "token", call->by_session ? call->session.csrf : NULL);
    json_open(json, "rights", '[');
    for (size_t i = 0; (route = route_at(i)) != NULL; i++)
        if ((route->roles & ROLE(person->role)) != 0) {
            char right[256];
            (void)snprintf(right, sizeof right, "%s %s", route->method, route->path);
            json_text(json, NULL, right);
        }
    json_close(json, ']');
    json_close(json, '}');
}
