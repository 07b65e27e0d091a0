/* Authorities, people, sessions, links and tries that failed. */
#include "fixture.h"

#include "store/people.h"

enum { NOW = 1800000000 };

static struct store_person read;
static char read_texts[256];

static int take_person(void *context, const struct store_person *person)
{
    (void)context;
    read = *person;
    (void)snprintf(read_texts, sizeof read_texts, "%s|%s|%s|%s|%s|%s", person->name, person->full_name,
                   person->authority_name, person->country, store_role_name(person->role), person->totp);
    return 0;
}

static int64_t add_ada(struct store *store)
{
    struct error error = {0};
    int64_t authority = 0, id = 0;
    OK(store_authority_add(store,
                           &(struct store_authority){.name = "NCU", .country = "SE", .contact = "ncu", .centre = true},
                           &authority, &error));
    OK(store_person_add(store,
                        &(struct store_person){.name = "ada",
                                               .full_name = "Ada Ålm",
                                               .role = ROLE_LIAISON,
                                               .authority = authority,
                                               .password = "$argon2id$",
                                               .totp = "ABC",
                                               .certificate = "",
                                               .language = "sv"},
                        &id, &error));
    return id;
}

static void there_is_one_centre(void **state)
{
    struct error error = {0};
    struct store *store = fresh_store();
    int64_t id = 0;
    (void)state;
    (void)add_ada(store); /* hers is it */
    struct store_authority other = {.name = "Other", .country = "DE", .contact = "", .centre = true};
    assert_int_equal(store_authority_add(store, &other, &id, &error), -1);
    assert_non_null(strstr(error.text, "the centre"));
    other.centre = false;
    OK(store_authority_add(store, &other, &other.id, &error));
    other.centre = true;
    assert_int_equal(store_authority_change(store, &other, &error), -1);
    OK(store_authority_change(
        store, &(struct store_authority){.id = 1, .name = "NCU", .country = "SE", .contact = "ncu"}, &error));
    OK(store_authority_change(store, &other, &error));
    OK(store_authority_change(store, &other, &error)); /* it is it already */
    store_close(store);
}

static void people_are_found_and_changed(void **state)
{
    struct error error = {0};
    struct store *store = fresh_store();
    bool found = false, fresh = true;
    int64_t other = 0, id = add_ada(store);
    (void)state;
    OK(store_person_find(store, "ada", NULL, 0, &found, take_person, NULL, &error));
    assert_true(found);
    assert_string_equal(read_texts, "ada|Ada Ålm|NCU|SE|liaison|ABC");
    assert_true(read.centre);
    OK(store_person_find(store, NULL, "", 0, &found, take_person, NULL, &error));
    assert_false(found); /* who has no certificate is not found by none */
    assert_int_equal(
        store_person_add(store,
                         &(struct store_person){.name = "ada", .full_name = "", .authority = 1, .language = "en"},
                         &other, &error),
        -1);
    assert_int_equal(store_authority_add(store,
                                         &(struct store_authority){.name = "NCU", .country = "DE", .contact = ""},
                                         &other, &error),
                     -1);

    OK(store_person_use_step(store, id, 100, &fresh, &error));
    assert_true(fresh);
    OK(store_person_use_step(store, id, 100, &fresh, &error));
    assert_false(fresh);
    OK(store_person_use_step(store, id, 99, &fresh, &error));
    assert_false(fresh);

    struct store_person changed = {.id = id,
                                   .name = "ada",
                                   .full_name = "Ada",
                                   .role = ROLE_AUDITOR,
                                   .authority = 1,
                                   .password = "",
                                   .totp = "ABC",
                                   .certificate = "c0ffee",
                                   .language = "en"};
    OK(store_person_language(store, id, "sv", &error));
    OK(store_person_credentials(store, &changed, &error)); /* the same secret: its used steps stay used */
    OK(store_person_change(store, &changed, &error));
    OK(store_person_find(store, NULL, "c0ffee", 0, &found, take_person, NULL, &error));
    assert_true(found);
    assert_int_equal(read.totp_step, 100);
    assert_int_equal(read.role, ROLE_AUDITOR);
    changed.totp = "DEF";
    changed.role = ROLE_ADMINISTRATOR;
    changed.blocked = true;
    OK(store_person_credentials(store, &changed, &error)); /* what the person does changes nothing that others decide */
    OK(store_person_find(store, NULL, NULL, id, &found, take_person, NULL, &error));
    assert_int_equal(read.totp_step, 0);
    assert_int_equal(read.role, ROLE_AUDITOR);
    assert_false(read.blocked);
    store_close(store);
}

static int take_csrf(void *context, const struct store_session *session)
{
    (void)snprintf(context, 16, "%s", session->csrf);
    return 0;
}

static bool session_lives(struct store *store, const uint8_t *hash, int64_t now)
{
    struct error error = {0};
    char csrf[16] = "";
    bool found = false;
    OK(store_session_use(store, hash, now, now - 1000, now - 100, &found, take_csrf, csrf, &error));
    assert_string_equal(csrf, found ? "csrf" : "");
    return found;
}

static void sessions_end(void **state)
{
    struct error error = {0};
    struct store *store = fresh_store();
    const uint8_t hash[TOKEN_HASH_SIZE] = {1, 2, 3}, other[TOKEN_HASH_SIZE] = {1, 2, 4};
    int64_t id = add_ada(store);
    bool found = false;
    (void)state;
    struct store_session session = {.person = id, .opened = NOW, .used = NOW, .csrf = "csrf"};
    memcpy(session.hash, hash, sizeof hash);
    OK(store_session_add(store, &session, &error));
    assert_false(session_lives(store, other, NOW));
    OK(store_session_use(store, hash, 0, NOW - 1000, NOW - 100, &found, take_csrf, (char[16]){0}, &error));
    assert_true(found);
    for (int64_t now = NOW; now < NOW + 1000; now += 90) /* used, it stays */
        assert_true(session_lives(store, hash, now));
    assert_false(session_lives(store, hash, NOW + 1001)); /* but not for ever */
    assert_false(session_lives(store, hash, NOW + 1000 + 101));

    session.opened = session.used = NOW + 2000;
    session.hash[0] = 9;
    OK(store_session_add(store, &session, &error));
    assert_false(session_lives(store, session.hash, NOW + 2101)); /* idle */
    assert_true(session_lives(store, session.hash, NOW + 2050));
    OK(store_person_find(store, "ada", NULL, 0, &found, take_person, NULL, &error));
    assert_int_equal(read.seen, NOW + 2000);
    assert_int_equal(read.seen_before, NOW);
    OK(store_person_change(
        store,
        &(struct store_person){
            .id = id, .name = "ada", .full_name = "", .authority = 1, .language = "en", .blocked = true},
        &error));
    assert_false(session_lives(store, session.hash, NOW + 2060));
    store_close(store);
}

static void links_work_once(void **state)
{
    struct error error = {0};
    struct store *store = fresh_store();
    const uint8_t hash[TOKEN_HASH_SIZE] = {7};
    bool found = false;
    int64_t person = 0;
    (void)state;
    OK(store_link_add(store, hash, 0, NOW + 10, &error));
    OK(store_link_peek(store, hash, NOW, &found, &person, &error));
    assert_true(found);
    OK(store_link_use(store, hash, NOW, &found, &person, &error));
    assert_true(found);
    assert_int_equal(person, 0);
    OK(store_link_use(store, hash, NOW, &found, &person, &error));
    assert_false(found);
    OK(store_link_add(store, hash, 5, NOW + 10, &error));
    OK(store_link_use(store, hash, NOW + 11, &found, &person, &error));
    assert_false(found);
    OK(store_link_use(store, hash, NOW, &found, &person, &error)); /* what is over is gone */
    assert_false(found);
    store_close(store);
}

static int64_t waits(struct store *store, const char *of, int64_t now, bool failed)
{
    struct error error = {0};
    int64_t wait = -1;
    OK(store_tries(store, of, now, failed, false, &wait, &error));
    return wait;
}

static void tries_cost_time(void **state)
{
    static const int64_t expected[] = {0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900};
    struct error error = {0};
    struct store *store = fresh_store();
    int64_t ignored = 0;
    (void)state;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_int_equal(waits(store, "name ada", NOW, true), expected[i]);
    assert_int_equal(waits(store, "name ada", NOW + 100, false), 800);
    assert_int_equal(waits(store, "name bo", NOW, false), 0);
    assert_int_equal(waits(store, "name ada", NOW + 900, false), 0);
    assert_int_equal(waits(store, "name ada", NOW + 901, true), 900);
    OK(store_tries(store, "name ada", NOW + 902, false, true, &ignored, &error));
    assert_int_equal(waits(store, "name ada", NOW + 902, true), 0);
    store_close(store);
}

int run_people_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_is_one_centre), cmocka_unit_test(people_are_found_and_changed),
        cmocka_unit_test(sessions_end),        cmocka_unit_test(links_work_once),
        cmocka_unit_test(tries_cost_time),
    };
    return cmocka_run_group_tests_name("people", tests, NULL, NULL);
}
