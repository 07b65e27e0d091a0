/* How one gets a password and a code: the first administrator by the link that the first start prints, everybody else
 * in a session that a one-time link opened. The secret of the codes is derived from the server's key and what the
 * request stands on, so that nothing is kept between telling it and seeing the first code. */
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "serve/call.h"
#include "show/spelling.h"

/* ---- what is a name ---- */

const char *name_fault(const char *name)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._@-";
    if (name != NULL && name[0] != '\0' && strlen(name) <= 64 && strspn(name, letters) == strlen(name))
        return NULL;
    return "name has 1 to 64 letters, digits, '.', '_', '@' and '-'.";
}

const char *line_fault(const char *text, const char *what, char room[128])
{
    bool good = text != NULL && text[0] != '\0' && text[0] != ' ' && strlen(text) <= 128 && text_is_line(text);
    (void)snprintf(room, 128, "%s is one line of 1 to 128 bytes, without control characters.", what);
    return good ? NULL : room;
}

struct authority_wanted {
    const char *name;
    int64_t id;
};

static int take_authority(void *context, const struct store_authority *authority)
{
    struct authority_wanted *wanted = context;
    if (strcmp(authority->name, wanted->name) == 0)
        wanted->id = authority->id;
    return 0;
}

int find_authority(struct store *store, const char *name, int64_t *id, struct error *error)
{
    struct authority_wanted wanted = {name, 0};
    int result = store_authority_each(store, take_authority, &wanted, error);
    *id = wanted.id;
    return result;
}

void json_time(struct json *json, const char *key, int64_t seconds)
{
    char text[32];
    struct tm parts;
    time_t time = (time_t)seconds;
    if (seconds != 0 && gmtime_r(&time, &parts) != NULL &&
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts) > 0)
        json_text(json, key, text);
    else
        json_null(json, key);
}

/* ---- telling the secret, seeing the code ---- */

static void derive_secret(const struct call *call, const uint8_t of[TOKEN_HASH_SIZE], char text[TOTP_TEXT])
{
    uint8_t derived[32];
    derive_key(call->request.server, "secret of codes", of, TOKEN_HASH_SIZE, derived);
    totp_secret_text(derived, text);
}

static int tell_secret(struct call *call, const char *secret, const char *name)
{
    struct json *json = &call->request.json;
    struct bytes uri = {0};
    (void)snprintf(call->request.object, sizeof call->request.object, "secret of codes told");
    totp_uri(&uri, secret, name);
    json_open(json, NULL, '{');
    json_open(json, "totp", '{');
    json_text(json, "secret", secret);
    json_text(json, "uri", bytes_text(&uri));
    json_close(json, '}');
    json_close(json, '}');
    bytes_free(&uri);
    return 0;
}

/* Fills password, totp and totp_step of a person; *done false after answering with the secret or a problem. */
static int enrol(struct call *call, struct store_person *person, const uint8_t of[TOKEN_HASH_SIZE], bool *done,
                 struct error *error)
{
    struct request *request = &call->request;
    const char *password = request_text(request, "password");
    const char *code = request_text(request, "code");
    char secret[TOTP_TEXT], hash[PASSWORD_TEXT];
    *done = false;
    const char *fault = password == NULL ? "A password is missing." : password_fault(password, person->name);
    if (fault != NULL)
        return request_problem(request, 422, "%s", fault);
    derive_secret(call, of, secret);
    if (code == NULL)
        return tell_secret(call, secret, person->name);
    person->totp_step = totp_step_of(secret, code, request->now);
    if (person->totp_step < 0)
        return request_problem(request, 422, "The code is not the one of now. Is the clock of the device right?");
    if (password_hash(password, hash, error) != 0)
        return -1;
    person->password = arena_text(&call->arena, hash, strlen(hash));
    person->totp = arena_text(&call->arena, secret, strlen(secret));
    *done = person->password != NULL && person->totp != NULL;
    return *done ? 0 : fail(error, "memory is short");
}

/* ---- one's own ---- */

static int right_password(struct call *call, bool *right, struct error *error)
{
    const struct store_person *person = &call->person;
    const char *current = request_text(&call->request, "current");
    char of[80];
    int64_t wait = 0;
    (void)snprintf(of, sizeof of, "name %.64s", person->name);
    *right = true;
    if (person->password[0] == '\0')
        return 0;
    *right = false;
    if (store_tries(call->request.store, of, call->request.now, false, false, &wait, error) != 0)
        return -1;
    if (wait > 0) {
        call->request.wait = wait;
        return request_problem(&call->request, 429, "Too many attempts have failed. Try again in %lld seconds.",
                               (long long)wait);
    }
    *right = current != NULL && password_is(person->password, current);
    if (*right)
        return 0;
    if (store_tries(call->request.store, of, call->request.now, true, false, &wait, error) != 0)
        return -1;
    return request_problem(&call->request, 403, "The password of now is wrong.");
}

int answer_credentials(struct request *request, struct error *error)
{
    struct call *call = call_of(request);
    bool done = false;
    if (!call->by_session)
        return request_problem(request, 403, "A program signs in with its certificate.");
    if (right_password(call, &done, error) != 0)
        return -1;
    if (!done)
        return 0;
    if (enrol(call, &call->person, call->session.hash, &done, error) != 0)
        return -1;
    if (!done)
        return 0;
    if (store_begin(request->store, error) != 0 ||
        store_person_credentials(request->store, &call->person, error) != 0 ||
        store_session_end_all(request->store, call->person.id, error) != 0 ||
        store_link_end_all(request->store, call->person.id, error) != 0 ||
        open_session(call, &call->person, error) != 0 || store_commit(request->store, error) != 0)
        return -1;
    write_session(call);
    return 0;
}

/* ---- the first one ---- */

static int count_person(void *context, const struct store_person *person)
{
    (void)person;
    ++*(int64_t *)context;
    return 0;
}

static const char *setup_fault(const struct request *request, const json_t *authority, char room[128])
{
    const char *fault = name_fault(request_text(request, "name"));
    if (fault == NULL)
        fault = line_fault(request_text(request, "full_name"), "full_name", room);
    if (fault == NULL)
        fault = line_fault(json_string_value(json_object_get(authority, "name")), "The authority's name", room);
    if (fault == NULL)
        fault = line_fault(json_string_value(json_object_get(authority, "contact")), "The authority's contact", room);
    if (fault == NULL && !is_country(json_string_value(json_object_get(authority, "country"))))
        fault = "The authority's country is two capital letters, for example SE.";
    return fault;
}

struct centre_wanted {
    const char *name;
    bool other;
};

static int see_centre(void *context, const struct store_authority *authority)
{
    struct centre_wanted *wanted = context;
    wanted->other |= authority->centre && strcmp(authority->name, wanted->name) != 0;
    return 0;
}

/* The command line may have made another authority the centre before. */
static int other_centre(struct call *call, const json_t *authority, bool *other, struct error *error)
{
    struct centre_wanted wanted = {json_string_value(json_object_get(authority, "name")), false};
    int result = store_authority_each(call->request.store, see_centre, &wanted, error);
    *other = wanted.other;
    return result;
}

static int add_first(struct call *call, struct store_person *person, const struct store_authority *authority,
                     const uint8_t hash[TOKEN_HASH_SIZE], struct error *error)
{
    struct store *store = call->request.store;
    bool found = false;
    int64_t nobody = 0, id = 0;
    if (store_begin(store, error) != 0 || store_link_use(store, hash, call->request.now, &found, &nobody, error) != 0)
        return -1;
    if (!found)
        return fail(error, "the link of the set-up was used at the same time");
    if (find_authority(store, authority->name, &id, error) != 0)
        return -1;
    struct store_authority filled = *authority;
    filled.id = id;
    int result =
        id == 0 ? store_authority_add(store, &filled, &id, error) : store_authority_change(store, &filled, error);
    person->authority = id;
    if (result != 0 || store_person_add(store, person, &person->id, error) != 0 ||
        find_person(call, NULL, person->id, &found, &call->person, error) != 0 ||
        open_session(call, &call->person, error) != 0)
        return -1;
    return store_commit(store, error);
}

/* Tries are counted, so that nobody fills the audit record with them. */
static int refuse_setup(struct call *call, struct error *error)
{
    struct request *request = &call->request;
    char of[80];
    address_tries(call->address, of);
    if (store_tries(request->store, of, request->now, false, false, &request->wait, error) != 0)
        return -1;
    if (request->wait > 0)
        return request_problem(request, 429, "Too many attempts have failed.");
    if (store_tries(request->store, of, request->now, true, false, &request->wait, error) != 0)
        return -1;
    request->wait = 0;
    return request_problem(request, 401, "This link is not valid, or was used already.");
}

int answer_setup(struct request *request, struct error *error)
{
    struct call *call = call_of(request);
    const json_t *authority = json_object_get(request->body, "authority");
    uint8_t hash[TOKEN_HASH_SIZE];
    char room[128];
    bool found = false, done = false;
    int64_t person_of_link = -1, people = 0;
    if (token_hash(request_text(request, "token"), hash) &&
        store_link_peek(request->store, hash, request->now, &found, &person_of_link, error) != 0)
        return -1;
    if (store_person_each(request->store, count_person, &people, error) != 0)
        return -1;
    if (!found || person_of_link != 0 || people > 0)
        return refuse_setup(call, error);
    const char *fault = setup_fault(request, authority, room);
    if (fault != NULL)
        return request_problem(request, 422, "%s", fault);
    struct store_person person = {.name = request_text(request, "name"),
                                  .full_name = request_text(request, "full_name"),
                                  .role = ROLE_ADMINISTRATOR,
                                  .certificate = "",
                                  .language = "en"};
    bool second = false;
    if (json_is_true(json_object_get(authority, "centre")) && other_centre(call, authority, &second, error) != 0)
        return -1;
    if (second)
        return request_problem(request, 409, "Another authority is the centre, and there is one only.");
    if (enrol(call, &person, hash, &done, error) != 0)
        return -1;
    if (!done)
        return 0;
    if (add_first(call, &person,
                  &(struct store_authority){.name = json_string_value(json_object_get(authority, "name")),
                                            .country = json_string_value(json_object_get(authority, "country")),
                                            .contact = json_string_value(json_object_get(authority, "contact")),
                                            .centre = json_is_true(json_object_get(authority, "centre"))},
                  hash, error) != 0)
        return -1;
    request->person = &call->person;
    write_session(call);
    return 0;
}
