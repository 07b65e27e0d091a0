/* Authorities and people: few rows, read whole. What a person's secrets are made of is the server's affair. */
#include "store/people.h"

#include <string.h>

#include "store/room.h"

/* ---- authorities ---- */

static int named_already(struct store *store, const char *sql, const char *name, int64_t but, bool *there,
                         struct error *error)
{
    int64_t id = 0;
    int result = ask(store, sql, VALUES(text(name)), &id, error);
    *there = id != 0 && id != but;
    return result;
}

/* One may be the centre: what is free to it would else be free to whoever becomes one, too. */
static int check_centre(struct store *store, const struct store_authority *authority, struct error *error)
{
    int64_t other = 0;
    if (!authority->centre)
        return 0;
    if (ask(store, "SELECT id FROM authority WHERE centre = 1 AND id <> $1", VALUES(integer(authority->id)), &other,
            error) != 0)
        return -1;
    return other == 0 ? 0 : fail(error, "another authority is the centre; it must cease to be it first");
}

int store_authority_add(struct store *store, const struct store_authority *authority, int64_t *id, struct error *error)
{
    bool own, there = false;
    *id = 0;
    if (enter(store, &own, error) != 0)
        return -1;
    int result = lock_numbers(store, error);
    if (result == 0)
        result = named_already(store, "SELECT id FROM authority WHERE name = $1", authority->name, 0, &there, error);
    if (result == 0 && there)
        result = fail(error, "there is an authority %s already; choose another name", authority->name);
    if (result == 0)
        result = check_centre(store, authority, error);
    if (result == 0)
        result = ask(store, "SELECT coalesce(max(id), 0) + 1 FROM authority", NO_VALUES, id, error);
    if (result == 0)
        result = run(store, "INSERT INTO authority (id, name, country, contact, centre) VALUES ($1, $2, $3, $4, $5)",
                     VALUES(integer(*id), text(authority->name), text(authority->country), text(authority->contact),
                            integer(authority->centre)),
                     error);
    return leave(store, own, result, error);
}

int store_authority_change(struct store *store, const struct store_authority *authority, struct error *error)
{
    bool own;
    if (enter(store, &own, error) != 0)
        return -1;
    int result = lock_numbers(store, error);
    if (result == 0)
        result = check_centre(store, authority, error);
    if (result == 0)
        result = run(store, "UPDATE authority SET name = $2, country = $3, contact = $4, centre = $5 WHERE id = $1",
                     VALUES(integer(authority->id), text(authority->name), text(authority->country),
                            text(authority->contact), integer(authority->centre)),
                     error);
    return leave(store, own, result, error);
}

struct authority_listing {
    int (*row)(void *, const struct store_authority *);
    void *context;
};

static int authority_row(struct store *store, struct query *query, void *context)
{
    const struct authority_listing *listing = context;
    return listing->row(listing->context, &(struct store_authority){
                                              .id = row_integer(store, query, 0),
                                              .name = row_text(store, query, 1),
                                              .country = row_text(store, query, 2),
                                              .contact = row_text(store, query, 3),
                                              .centre = row_integer(store, query, 4) != 0,
                                          });
}

int store_authority_each(struct store *store, int (*row)(void *, const struct store_authority *), void *context,
                         struct error *error)
{
    struct authority_listing listing = {row, context};
    return each_row(store, "SELECT id, name, country, contact, centre FROM authority ORDER BY name", NO_VALUES, false,
                    authority_row, &listing, error);
}

/* ---- people ---- */

static const char *const role_names[ROLES] = {"examiner", "analyst", "liaison", "partner", "auditor", "administrator"};

const char *store_role_name(enum store_role role)
{
    return role_names[role];
}

bool store_role_find(const char *name, enum store_role *role)
{
    for (unsigned i = 0; i < ROLES; i++)
        if (strcmp(role_names[i], name) == 0) {
            *role = (enum store_role)i;
            return true;
        }
    return false;
}

int store_person_add(struct store *store, const struct store_person *person, int64_t *id, struct error *error)
{
    bool own, there = false;
    *id = 0;
    if (enter(store, &own, error) != 0)
        return -1;
    int result = lock_numbers(store, error);
    if (result == 0)
        result = named_already(store, "SELECT id FROM person WHERE name = $1", person->name, 0, &there, error);
    if (result == 0 && there)
        result = fail(error, "there is a person %s already; choose another name", person->name);
    if (result == 0)
        result = ask(store, "SELECT coalesce(max(id), 0) + 1 FROM person", NO_VALUES, id, error);
    if (result == 0)
        result = run(store,
                     "INSERT INTO person (id, name, full_name, role, authority_id, password, totp, totp_step,"
                     " certificate, language, blocked, seen, quota)"
                     " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, $12)",
                     VALUES(integer(*id), text(person->name), text(person->full_name),
                            text(store_role_name(person->role)), integer(person->authority), text(person->password),
                            text(person->totp), integer(person->totp_step), text(person->certificate),
                            text(person->language), integer(person->blocked), integer(person->quota)),
                     error);
    return leave(store, own, result, error);
}

int store_person_change(struct store *store, const struct store_person *person, struct error *error)
{
    return run(store,
               "UPDATE person SET full_name = $2, role = $3, authority_id = $4, certificate = $5, blocked = $6,"
               " quota = $7 WHERE id = $1",
               VALUES(integer(person->id), text(person->full_name), text(store_role_name(person->role)),
                      integer(person->authority), text(person->certificate), integer(person->blocked),
                      integer(person->quota)),
               error);
}

int store_person_credentials(struct store *store, const struct store_person *person, struct error *error)
{
    return run(store,
               "UPDATE person SET password = $2, totp_step = CASE WHEN totp = $3 THEN totp_step ELSE $4 END, totp = $3"
               " WHERE id = $1",
               VALUES(integer(person->id), text(person->password), text(person->totp), integer(person->totp_step)),
               error);
}

int store_person_language(struct store *store, int64_t id, const char *language, struct error *error)
{
    return run(store, "UPDATE person SET language = $2 WHERE id = $1", VALUES(integer(id), text(language)), error);
}

#define PERSON_COLUMNS                                                                                                 \
    "SELECT p.id, p.name, p.full_name, p.role, p.authority_id, a.name, a.country, a.centre, p.password, p.totp,"       \
    " p.totp_step, p.certificate, p.language, p.blocked, p.seen, p.seen_before, p.quota"                               \
    " FROM person p JOIN authority a ON a.id = p.authority_id"

struct person_listing {
    int (*row)(void *, const struct store_person *);
    void *context;
    struct error *error;
    bool found;
};

static int person_row(struct store *store, struct query *query, void *context)
{
    struct person_listing *listing = context;
    struct store_person person = {
        .id = row_integer(store, query, 0),
        .name = row_text(store, query, 1),
        .full_name = row_text(store, query, 2),
        .authority = row_integer(store, query, 4),
        .authority_name = row_text(store, query, 5),
        .country = row_text(store, query, 6),
        .centre = row_integer(store, query, 7) != 0,
        .password = row_text(store, query, 8),
        .totp = row_text(store, query, 9),
        .totp_step = row_integer(store, query, 10),
        .certificate = row_text(store, query, 11),
        .language = row_text(store, query, 12),
        .blocked = row_integer(store, query, 13) != 0,
        .seen = row_integer(store, query, 14),
        .seen_before = row_integer(store, query, 15),
        .quota = row_integer(store, query, 16),
    };
    listing->found = true;
    if (!store_role_find(row_text(store, query, 3), &person.role))
        return fail(listing->error, "%s has a role that this program does not know; update it", person.name);
    return listing->row(listing->context, &person);
}

int store_person_each(struct store *store, int (*row)(void *, const struct store_person *), void *context,
                      struct error *error)
{
    struct person_listing listing = {row, context, error, false};
    return each_row(store, PERSON_COLUMNS " ORDER BY p.name", NO_VALUES, false, person_row, &listing, error);
}

int store_person_find(struct store *store, const char *name, const char *certificate, int64_t id, bool *found,
                      int (*row)(void *, const struct store_person *), void *context, struct error *error)
{
    struct person_listing listing = {row, context, error, false};
    int result = 0;
    if (name != NULL)
        result = each_row(store, PERSON_COLUMNS " WHERE p.name = $1", VALUES(text(name)), false, person_row, &listing,
                          error);
    else if (certificate == NULL)
        result =
            each_row(store, PERSON_COLUMNS " WHERE p.id = $1", VALUES(integer(id)), false, person_row, &listing, error);
    else if (certificate[0] != '\0')
        result = each_row(store, PERSON_COLUMNS " WHERE p.certificate = $1 AND p.certificate <> ''",
                          VALUES(text(certificate)), false, person_row, &listing, error);
    *found = listing.found;
    return result;
}

int store_person_use_step(struct store *store, int64_t id, int64_t step, bool *fresh, struct error *error)
{
    int64_t changed = 0;
    int result = run_counted(store, "UPDATE person SET totp_step = $2 WHERE id = $1 AND totp_step < $2",
                             VALUES(integer(id), integer(step)), &changed, error);
    *fresh = changed == 1;
    return result;
}
