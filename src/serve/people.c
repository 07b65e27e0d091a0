/* Who there is: people and authorities, for administrators. A secret is set by whom it belongs to (enrol.c); an
 * administrator takes it away, and hands out one-time links. */
#include <string.h>

#include "base/text.h"
#include "serve/answer.h"
#include "serve/call.h"
#include "show/spelling.h"

/* ---- lists ---- */

static void open_rows(struct json *json)
{
    json_open(json, NULL, '{');
    json_open(json, "rows", '[');
}

static void close_rows(struct json *json)
{
    json_close(json, ']');
    json_null(json, "next");
    json_close(json, '}');
}

static void write_person_as(struct json *json, const char *key, const struct store_person *person)
{
    json_open(json, key, '{');
    json_text(json, "name", person->name);
    json_text(json, "full_name", person->full_name);
    json_text(json, "role", store_role_name(person->role));
    json_text(json, "authority", person->authority_name);
    json_text(json, "country", person->country);
    json_text(json, "language", person->language);
    json_bool(json, "password", person->password[0] != '\0');
    json_text(json, "certificate", person->certificate[0] == '\0' ? NULL : person->certificate);
    json_bool(json, "blocked", person->blocked);
    if (person->quota == 0)
        json_null(json, "quota");
    else
        json_int(json, "quota", person->quota);
    json_time(json, "seen", person->seen);
    json_close(json, '}');
}

static int write_person(void *context, const struct store_person *person)
{
    write_person_as(context, NULL, person);
    return 0;
}

static int list_people(struct request *request, struct error *error)
{
    open_rows(&request->json);
    int result = store_person_each(request->store, write_person, &request->json, error);
    close_rows(&request->json);
    return result;
}

static int write_authority(void *context, const struct store_authority *authority)
{
    struct json *json = context;
    json_open(json, NULL, '{');
    json_text(json, "name", authority->name);
    json_text(json, "country", authority->country);
    json_text(json, "contact", authority->contact);
    json_bool(json, "centre", authority->centre);
    json_close(json, '}');
    return 0;
}

static int list_authorities(struct request *request, struct error *error)
{
    open_rows(&request->json);
    int result = store_authority_each(request->store, write_authority, &request->json, error);
    close_rows(&request->json);
    return result;
}

/* ---- people ---- */

/* Members of the body that a person has: those that are there are taken over. A sentence of what is wrong, or NULL. */
static const char *read_person(struct request *request, struct store_person *person, char room[128], int *result,
                               struct error *error)
{
    const json_t *body = request->body;
    const char *text = NULL, *fault = NULL;
    uint8_t digest[SHA256_SIZE];
    *result = 0;
    if (json_object_get(body, "full_name") != NULL) {
        person->full_name = request_text(request, "full_name");
        fault = line_fault(person->full_name, "full_name", room);
    }
    if (fault == NULL && json_object_get(body, "role") != NULL) {
        text = request_text(request, "role");
        if (text == NULL || !store_role_find(text, &person->role))
            fault = "role is examiner, analyst, liaison, partner, auditor or administrator.";
    }
    if (fault == NULL && json_object_get(body, "authority") != NULL) {
        text = request_text(request, "authority");
        *result = find_authority(request->store, text == NULL ? "" : text, &person->authority, error);
        if (person->authority == 0)
            fault = "There is no authority of that name.";
    }
    if (fault == NULL && json_object_get(body, "certificate") != NULL) {
        text = request_text(request, "certificate");
        person->certificate = text == NULL ? "" : text;
        if (text != NULL && (text_unhex(text, strlen(text), digest, sizeof digest) != 0 ||
                             strspn(text, "0123456789abcdef") != strlen(text)))
            fault = "certificate is a SHA-256 fingerprint: 64 digits of lower-case hex without colons.";
    }
    if (fault == NULL && json_object_get(body, "blocked") != NULL)
        person->blocked = json_is_true(json_object_get(body, "blocked"));
    const json_t *quota = json_object_get(body, "quota");
    if (fault == NULL && quota != NULL) {
        person->quota = json_integer_value(quota);
        if (!json_is_null(quota) && (!json_is_integer(quota) || person->quota < 1 || person->quota > QUOTA_MOST))
            fault = "quota is a number of look-ups a day, or null: as many as the role has.";
    }
    return fault;
}

static const char *quota_text(int64_t quota, char room[24])
{
    (void)snprintf(room, 24, "%lld", (long long)quota);
    return quota == 0 ? NULL : room;
}

/* What is to be in the record of a change. */
static void note_person(struct request *request, const struct store_person *before, const struct store_person *after,
                        const char *authority)
{
    char old[24], new[24];
    note_change(request, "role", store_role_name(before->role), store_role_name(after->role));
    note_change(request, "authority", before->authority_name, authority);
    note_change(request, "full_name", before->full_name, after->full_name);
    note_change(request, "certificate", before->certificate, after->certificate);
    note_change(request, "quota", quota_text(before->quota, old), quota_text(after->quota, new));
    note_truth(request, "blocked", before->blocked, after->blocked);
}

/* Adds "link": what the person opens to sign in once. */
static int write_link(struct request *request, int64_t person, struct error *error)
{
    char link[256];
    if (serve_link(request->store, person, "", link, sizeof link, error) != 0)
        return -1;
    json_text(&request->json, "link", link);
    json_time(&request->json, "until", request->now + LINK_LIFE);
    return 0;
}

static int take_id(void *context, const struct store_person *person)
{
    *(int64_t *)context = person->id;
    return 0;
}

/* Two programs with one certificate could not be told apart. *taken after answering so. */
static int check_certificate(struct request *request, const struct store_person *person, bool *taken,
                             struct error *error)
{
    int64_t holder = person->id;
    if (store_person_find(request->store, NULL, person->certificate, 0, taken, take_id, &holder, error) != 0)
        return -1;
    *taken = holder != person->id;
    return *taken ? request_problem(request, 409, "Somebody has this certificate already.") : 0;
}

static int add_person(struct request *request, struct error *error)
{
    struct call *call = call_of(request);
    struct store_person other,
        person = {
            .name = request_text(request, "name"), .full_name = "", .role = ROLES, .certificate = "", .language = "en"};
    char room[128];
    bool found = false;
    int result = 0;
    const char *fault = name_fault(person.name);
    if (fault == NULL)
        fault = read_person(request, &person, room, &result, error);
    if (fault == NULL && (person.full_name[0] == '\0' || person.role == ROLES || person.authority == 0))
        fault = "A person has name, full_name, role and authority.";
    if (result != 0 || fault != NULL)
        return result != 0 ? -1 : request_problem(request, 422, "%s", fault);
    (void)snprintf(request->object, sizeof request->object, "%s", person.name);
    note_value(request, "role", store_role_name(person.role));
    note_value(request, "authority", request_text(request, "authority"));
    note_value(request, "full_name", person.full_name);
    if (person.certificate[0] != '\0')
        note_value(request, "certificate", person.certificate);
    if (find_person(call, person.name, 0, &found, &other, error) != 0)
        return -1;
    if (found)
        return request_problem(request, 409, "There is a person %s already.", person.name);
    if (check_certificate(request, &person, &found, error) != 0 || found)
        return found ? 0 : -1;
    if (store_person_add(request->store, &person, &person.id, error) != 0 ||
        find_person(call, NULL, person.id, &found, &other, error) != 0)
        return -1;
    request->status = 201;
    json_open(&request->json, NULL, '{');
    write_person_as(&request->json, "person", &other);
    if (person.certificate[0] == '\0' && write_link(request, person.id, error) != 0)
        return -1;
    json_close(&request->json, '}');
    return 0;
}

/* The person that the path names; *found false after answering that there is none. */
static int person_of_path(struct request *request, bool *found, struct store_person *person, struct error *error)
{
    (void)snprintf(request->object, sizeof request->object, "%.64s", request->parts[0]);
    if (find_person(call_of(request), request->parts[0], 0, found, person, error) != 0)
        return -1;
    return *found ? 0 : request_not_found(request);
}

static int change_person(struct request *request, struct error *error)
{
    struct store_person person;
    const char *fault = NULL;
    char room[128];
    bool found = false;
    int result = person_of_path(request, &found, &person, error);
    if (!found)
        return result;
    bool reset = json_is_true(json_object_get(request->body, "reset"));
    const struct store_person before = person;
    if (person.id == request->person->id &&
        (reset || json_object_get(request->body, "role") != NULL || json_object_get(request->body, "blocked") != NULL))
        return request_problem(request, 409, "That is for another administrator to do.");
    fault = read_person(request, &person, room, &result, error);
    if (result != 0 || fault != NULL)
        return result != 0 ? -1 : request_problem(request, 422, "%s", fault);
    if (check_certificate(request, &person, &found, error) != 0 || found)
        return found ? 0 : -1;
    if (reset)
        person.password = person.totp = "";
    (void)snprintf(request->object, sizeof request->object, "%.64s", person.name);
    const char *authority = request_text(request, "authority");
    note_person(request, &before, &person, authority == NULL ? before.authority_name : authority);
    if (reset)
        note(request, "password and code taken away");
    if (store_person_change(request->store, &person, error) != 0 ||
        (reset && store_person_credentials(request->store, &person, error) != 0) ||
        ((reset || person.blocked) && store_link_end_all(request->store, person.id, error) != 0) ||
        store_session_end_all(request->store, person.id, error) != 0 ||
        find_person(call_of(request), NULL, person.id, &found, &person, error) != 0)
        return -1;
    write_person_as(&request->json, NULL, &person);
    return 0;
}

static int link_person(struct request *request, struct error *error)
{
    struct store_person person;
    bool found = false;
    int result = person_of_path(request, &found, &person, error);
    if (!found)
        return result;
    request->status = 201;
    json_open(&request->json, NULL, '{');
    result = write_link(request, person.id, error);
    json_close(&request->json, '}');
    return result;
}

/* ---- authorities ---- */

struct wanted_authority {
    struct arena *arena;
    const char *name;
    struct store_authority authority;
    char centre[160]; /* another that is the centre, or "" */
};

static int take_authority(void *context, const struct store_authority *authority)
{
    struct wanted_authority *wanted = context;
    if (strcmp(authority->name, wanted->name) != 0) {
        if (authority->centre)
            (void)snprintf(wanted->centre, sizeof wanted->centre, "%s", authority->name);
        return 0;
    }
    wanted->authority = *authority;
    wanted->authority.name = wanted->name;
    wanted->authority.country = arena_text(wanted->arena, authority->country, strlen(authority->country));
    wanted->authority.contact = arena_text(wanted->arena, authority->contact, strlen(authority->contact));
    return wanted->authority.country == NULL || wanted->authority.contact == NULL ? -1 : 0;
}

static const char *read_authority(struct request *request, struct store_authority *authority, char room[128])
{
    const char *text = request_text(request, "country");
    if (text != NULL)
        authority->country = text;
    text = request_text(request, "contact");
    if (text != NULL)
        authority->contact = text;
    if (json_object_get(request->body, "centre") != NULL)
        authority->centre = json_is_true(json_object_get(request->body, "centre"));
    if (!is_country(authority->country))
        return "country is two capital letters, for example SE.";
    const char *fault = line_fault(authority->name, "name", room);
    return fault != NULL ? fault : line_fault(authority->contact, "contact", room);
}

static int second_centre(struct request *request, const struct wanted_authority *wanted)
{
    return request_problem(request, 409, "%s is the centre, and there is one only: it must cease to be it first.",
                           wanted->centre);
}

static int add_authority(struct request *request, struct error *error)
{
    struct store_authority authority = {.name = request_text(request, "name")};
    struct wanted_authority others = {&call_of(request)->arena, authority.name, {0}, ""};
    char room[128];
    int64_t there = 0;
    const char *fault = read_authority(request, &authority, room);
    if (fault != NULL)
        return request_problem(request, 422, "%s", fault);
    (void)snprintf(request->object, sizeof request->object, "%s", authority.name);
    note_value(request, "country", authority.country);
    note_value(request, "contact", authority.contact);
    note_value(request, "centre", authority.centre ? "yes" : "no");
    if (store_authority_each(request->store, take_authority, &others, error) != 0)
        return -1;
    if (others.authority.id != 0)
        return request_problem(request, 409, "There is an authority %s already.", authority.name);
    if (authority.centre && others.centre[0] != '\0')
        return second_centre(request, &others);
    if (store_authority_add(request->store, &authority, &there, error) != 0)
        return -1;
    request->status = 201;
    return write_authority(&request->json, &authority);
}

/* Not its name: cases name their authority by it. */
static int change_authority(struct request *request, struct error *error)
{
    struct wanted_authority wanted = {&call_of(request)->arena, request->parts[0], {0}, ""};
    char room[128];
    (void)snprintf(request->object, sizeof request->object, "%.128s", request->parts[0]);
    if (store_authority_each(request->store, take_authority, &wanted, error) != 0)
        return -1;
    if (wanted.authority.id == 0)
        return request_not_found(request);
    const struct store_authority before = wanted.authority;
    const char *fault = read_authority(request, &wanted.authority, room);
    if (fault != NULL)
        return request_problem(request, 422, "%s", fault);
    note_change(request, "country", before.country, wanted.authority.country);
    note_change(request, "contact", before.contact, wanted.authority.contact);
    note_truth(request, "centre", before.centre, wanted.authority.centre);
    if (wanted.authority.centre && wanted.centre[0] != '\0')
        return second_centre(request, &wanted);
    if (store_authority_change(request->store, &wanted.authority, error) != 0)
        return -1;
    return write_authority(&request->json, &wanted.authority);
}

const struct route people_routes[] = {
    {"GET", "/api/people", ROLE(ROLE_ADMINISTRATOR), NULL, "People", NULL, "People", list_people},
    {"POST", "/api/people", ROLE(ROLE_ADMINISTRATOR), "person",
     "Add a person {name, full_name, role, authority, certificate, quota}: answers with a one-time link", NULL,
     "NewPerson", add_person},
    {"PATCH", "/api/people/{name}", ROLE(ROLE_ADMINISTRATOR), "person",
     "Change a person {full_name, role, authority, certificate, quota, blocked, reset}: reset takes password and code "
     "away",
     NULL, "Person", change_person},
    {"POST", "/api/people/{name}/link", ROLE(ROLE_ADMINISTRATOR), "person link", "A one-time link that signs in", NULL,
     "Link", link_person},
    {"GET", "/api/authorities", ROLES_ALL, NULL, "Authorities and how to reach them", NULL, "Authorities",
     list_authorities},
    {"POST", "/api/authorities", ROLE(ROLE_ADMINISTRATOR), "authority",
     "Add an authority {name, country, contact, centre}", NULL, "Authority", add_authority},
    {"PATCH", "/api/authorities/{name}", ROLE(ROLE_ADMINISTRATOR), "authority",
     "Change an authority {country, contact, centre}", NULL, "Authority", change_authority},
    {NULL},
};
