/* Signing in and out. Whoever tries learns only that it did not work, and that it takes longer each time. */
#include <string.h>

#include "serve/call.h"

enum { HASHED_AT_ONCE = 4 }; /* each takes 64 MiB and a processor for a moment; others are answered meanwhile */

/* ---- the throttle ---- */

void address_tries(const char *address, char of[80])
{
    if (strncmp(address, "::ffff:", 7) == 0 && strchr(address, '.') != NULL)
        address += 7; /* IPv4 through a socket of IPv6 (RFC 4291, 2.5.5.2) */
    size_t length = strlen(address);
    if (strchr(address, ':') != NULL) { /* four groups, or what stands before "::" */
        size_t groups = 0;
        for (length = 0; address[length] != '\0'; length++) {
            groups += address[length] == ':';
            if (groups == 4 || (address[length] == ':' && address[length + 1] == ':'))
                break;
        }
    }
    (void)snprintf(of, 80, "address %.*s", (int)length, address);
}

struct tried {
    char name[80], address[80];
};

static struct tried tried_by(const struct call *call, const char *name)
{
    struct tried tried;
    (void)snprintf(tried.name, sizeof tried.name, "name %.64s", name);
    address_tries(call->address, tried.address);
    return tried;
}

/* Cut at 64 bytes, a name may end within a character. */
static const char *usable_name(const char *name)
{
    return name_fault(name) == NULL ? name : "?";
}

/* True after answering that it is too early. */
static bool throttled(struct call *call, const struct tried *tried, struct error *error, int *result)
{
    struct request *request = &call->request;
    int64_t by_name = 0, by_address = 0;
    *result = store_tries(request->store, tried->name, request->now, false, false, &by_name, error);
    if (*result == 0)
        *result = store_tries(request->store, tried->address, request->now, false, false, &by_address, error);
    request->wait = by_name > by_address ? by_name : by_address;
    if (*result != 0 || request->wait == 0)
        return *result != 0;
    (void)request_problem(request, 429, "Too many attempts have failed. Try again in %lld seconds.",
                          (long long)request->wait);
    return true;
}

static int note_tries(struct call *call, const struct tried *tried, bool failed, struct error *error)
{
    struct store *store = call->request.store;
    int64_t ignored = 0;
    if (store_tries(store, tried->name, call->request.now, failed, !failed, &ignored, error) != 0)
        return -1;
    return store_tries(store, tried->address, call->request.now, failed, !failed, &ignored, error);
}

static int wrong(struct call *call, const struct tried *tried, struct error *error)
{
    if (note_tries(call, tried, true, error) != 0)
        return -1;
    return request_problem(&call->request, 401, "Name, password or code is wrong.");
}

/* ---- in ---- */

static int let_in(struct call *call, const struct tried *tried, struct error *error)
{
    call->request.person = &call->person;
    if (note_tries(call, tried, false, error) != 0 || open_session(call, &call->person, error) != 0)
        return -1;
    write_session(call);
    return 0;
}

/* A name that is not there takes as long as one that is. */
static int compare(struct call *call, const struct tried *tried, bool found, const char *password, const char *code,
                   struct error *error)
{
    const struct server *server = call->request.server;
    const struct store_person *person = &call->person;
    bool able = found && !person->blocked && person->password[0] != '\0' && person->totp[0] != '\0';
    bool fresh = false;
    bool right = password_is(able ? person->password : server->unknown_password, password) && able;
    int64_t step = totp_step_of(able ? person->totp : "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", code, call->request.now);
    if (found)
        call->request.person = person; /* for the record */
    if (!right || step < 0)
        return wrong(call, tried, error);
    if (store_person_use_step(call->request.store, person->id, step, &fresh, error) != 0)
        return -1;
    return fresh ? let_in(call, tried, error) : wrong(call, tried, error);
}

static int by_password(struct call *call, struct error *error)
{
    struct request *request = &call->request;
    struct server *server = request->server;
    const char *name = request_text(request, "name");
    const char *password = request_text(request, "password");
    const char *code = request_text(request, "code");
    bool found = false;
    int result = 0;
    if (name == NULL || password == NULL || code == NULL)
        return request_problem(request, 400, "Signing in takes name, password and code, or a link.");
    struct tried tried = tried_by(call, usable_name(name));
    if (throttled(call, &tried, error, &result))
        return result;
    if (find_person(call, name, 0, &found, &call->person, error) != 0)
        return -1;
    if (atomic_fetch_add(&server->signing_in, 1) < HASHED_AT_ONCE) {
        result = compare(call, &tried, found, password, code, error);
    } else {
        request->wait = 1;
        result = request_problem(request, 429, "Too many sign in at this moment.");
    }
    (void)atomic_fetch_sub(&server->signing_in, 1);
    return result;
}

static int by_link(struct call *call, const char *link, struct error *error)
{
    struct request *request = &call->request;
    struct tried tried = tried_by(call, "?link"); /* a link is too long to be guessed: only the address counts */
    uint8_t hash[TOKEN_HASH_SIZE];
    bool found = false;
    int64_t person = 0;
    int result = 0;
    address_tries(call->address, tried.name);
    if (throttled(call, &tried, error, &result))
        return result;
    if (token_hash(link, hash)) {
        if (store_link_peek(request->store, hash, request->now, &found, &person, error) != 0)
            return -1;
        if (found && person != 0 && store_link_use(request->store, hash, request->now, &found, &person, error) != 0)
            return -1;
        if (found && person != 0 && find_person(call, NULL, person, &found, &call->person, error) != 0)
            return -1;
    }
    if (found && person != 0 && !call->person.blocked)
        return let_in(call, &tried, error);
    if (store_tries(request->store, tried.address, request->now, true, false, &person, error) != 0)
        return -1;
    return request_problem(request, 401, "This link is not valid, or was used already. Ask for another.");
}

static int sign_in(struct request *request, struct error *error)
{
    struct call *call = call_of(request);
    const char *link = request_text(request, "link");
    (void)snprintf(request->object, sizeof request->object, "%s", link != NULL ? "one-time link" : "password and code");
    return link != NULL ? by_link(call, link, error) : by_password(call, error);
}

/* ---- and out ---- */

static int who(struct request *request, struct error *error)
{
    (void)error;
    write_session(call_of(request));
    return 0;
}

static int sign_out(struct request *request, struct error *error)
{
    struct call *call = call_of(request);
    if (call->by_session && store_session_end(request->store, call->session.hash, error) != 0)
        return -1;
    forget_cookie(call);
    json_open(&request->json, NULL, '{');
    json_close(&request->json, '}');
    return 0;
}

static int set_language(struct request *request, struct error *error)
{
    struct call *call = call_of(request);
    const char *language = request_text(request, "language");
    if (language == NULL || strlen(language) != 2 || strspn(language, "abcdefghijklmnopqrstuvwxyz") != 2)
        return request_problem(request, 400, "language is two letters, for example sv.");
    call->person.language = language;
    if (store_person_language(request->store, call->person.id, language, error) != 0)
        return -1;
    write_session(call);
    return 0;
}

const struct route session_routes[] = {
    {"GET", "/api/session", ROLES_ALL, NULL, "Who am I, and what may I do", NULL, "Session", who},
    {"POST", "/api/session", ROLES_NOBODY_YET, "sign-in", "Sign in with name, password and code, or with a link", NULL,
     "Session", sign_in},
    {"PATCH", "/api/session", ROLES_ALL, NULL, "Change one's language", NULL, "Session", set_language},
    {"DELETE", "/api/session", ROLES_ALL, "sign-out", "Sign out", NULL, "Nothing", sign_out},
    {"POST", "/api/session/credentials", ROLES_ALL, "credentials",
     "Set one's password and code: {password, current} tells the code's secret, with `code` it is done", NULL,
     "Enrolment", answer_credentials},
    {"POST", "/api/setup", ROLES_NOBODY_YET, "set-up",
     "First authority and administrator: {token, authority, name, full_name, password} tells the code's secret, with "
     "`code` it is done",
     NULL, "Enrolment", answer_setup},
    {NULL},
};
