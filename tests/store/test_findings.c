/* Findings: what they add up to must not depend on who commits them, nor in which order. */
#include "fixture.h"

#include <time.h>

enum { EVIDENCE = 3, UNITS = 6, PER_UNIT = 40 };

static void lay_ground(struct store *store)
{
    struct error error = {0};
    int64_t a = add_case(store, "A-1", "SE"), b = add_case(store, "B-1", "DE");
    int64_t set = 0;
    struct digests digests = digests_of(7);
    (void)add_evidence(store, a, "/one");
    (void)add_evidence(store, a, "/two");
    (void)add_evidence(store, b, "/three");
    OK(store_known_set(store, "nsrl", "good", &set, &error));
    OK(store_known_add(store, set, digests.sha1, SHA1_SIZE, &error));
    for (int64_t evidence = 1; evidence <= EVIDENCE; evidence++) {
        add_file(store, evidence, 1, "/good.exe", 0);
        add_file(store, evidence, 2, "/letter.txt", 0);
        add_file(store, evidence, 3, "/letter2.txt", 2);
        OK(store_segment_add(
            store, evidence,
            &(struct store_segment){.start = 0, .length = 4096, .file = 1, .file_size = 4096, .allocated = true},
            &error));
    }
}

/* Unit `number` of an evidence item: the same sightings whenever it is called. Unit 0 digests the files, so the good
 * file becomes known before or behind its sightings. */
static void commit_unit(struct store *store, int64_t evidence, int number)
{
    struct error error = {0};
    int64_t case_id = evidence <= 2 ? 1 : 2;
    struct store_sighting sightings[PER_UNIT];
    static char values[PER_UNIT][64];
    for (int i = 0; i < PER_UNIT; i++) {
        /* a few everywhere, many only here; 0 to 4 stand in the good file, 3 and 4 elsewhere too */
        bool common = i < 10;
        if (common)
            (void)snprintf(values[i], sizeof values[i], "common%d@x.org", i);
        else
            (void)snprintf(values[i], sizeof values[i], "e%ldu%di%d@x.org", (long)evidence, number, i);
        int64_t file = i < 5 && !(i >= 3 && number == 2) ? 1 : i % 2 ? 2 : 0;
        sightings[i] = sighting_of("email", values[i], file == 1 ? number * 100 + i : 100000 * (number + 1) + i, file);
        if (i == 2)
            sightings[i].offset = STORE_NO_OFFSET; /* as from a compressed file */
    }
    OK(store_begin(store, &error));
    if (number == 0) {
        struct digests good = digests_of(7), other = digests_of((int)evidence + 20);
        OK(store_file_digest(store, case_id, evidence, 1, &good, "application/x-dosexec", &error));
        OK(store_file_digest(store, case_id, evidence, 2, &other, "text/plain", &error));
    }
    OK(store_sightings_add(store, case_id, evidence, sightings, PER_UNIT, &error));
    OK(store_commit(store, &error));
}

static void order_of_commits_does_not_matter(void **state)
{
    (void)state;
    struct error error = {0};
    struct store *forward = fresh_store(), *backward = fresh_store(), *mixed = fresh_store(), *later = fresh_store();
    lay_ground(forward);
    lay_ground(backward);
    lay_ground(mixed);
    lay_ground(later);
    for (int unit = 0; unit < EVIDENCE * UNITS; unit++) {
        int back = EVIDENCE * UNITS - 1 - unit, other = unit * 5 % (EVIDENCE * UNITS);
        commit_unit(forward, 1 + unit / UNITS, unit % UNITS);
        commit_unit(backward, 1 + back / UNITS, back % UNITS);
        commit_unit(mixed, 1 + other / UNITS, other % UNITS);
        commit_unit(later, 1 + unit / UNITS, unit % UNITS);
    }
    assert_same_dump(forward, backward);
    assert_same_dump(forward, mixed);
    int64_t good = 0, bad = 0;
    OK(store_known_match(later, &good, &bad, &error)); /* counting anew gives what the commits kept */
    assert_int_equal(good, EVIDENCE);
    assert_same_dump(forward, later);
    /* 0 to 2 stand in the good file alone; 3 and 4 elsewhere too. */
    assert_string_equal(cases_of(forward, "email", "common0@x.org"), "A-1,B-1");
    assert_int_equal(loud_cases_of(forward, "email", "common0@x.org"), 0);
    assert_int_equal(loud_cases_of(forward, "email", "common2@x.org"), 0);
    assert_int_equal(loud_cases_of(forward, "email", "common3@x.org"), 2);
    assert_string_equal(shared_in(forward), "common3@x.org common4@x.org common5@x.org common6@x.org common7@x.org"
                                            " common8@x.org common9@x.org");
    store_close(forward);
    store_close(backward);
    store_close(mixed);
    store_close(later);
}

static int64_t count_sightings(struct store *store);

static int count_row(void *context, const struct store_sighting_row *row)
{
    (void)row;
    ++*(int64_t *)context;
    return 0;
}

static int64_t count_sightings(struct store *store)
{
    struct error error = {0};
    int64_t count = 0;
    OK(store_sighting_each(store, &(struct store_filter){0}, count_row, &count, &error));
    return count;
}

static double seconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* What is known already costs about what is new, in stores whose statistics say nothing yet. (Each row held against
 * each other would take minutes.) One value stands everywhere, so that its hash alone tells little. */
static void a_large_unit_again_is_quick(void **state)
{
    (void)state;
    enum { MANY = 60000 };
    struct error error = {0};
    struct store *store = fresh_store();
    struct store_sighting *sightings = calloc(MANY, sizeof *sightings);
    char(*values)[32] = calloc(MANY, sizeof *values);
    double took[3];
    assert_non_null(sightings);
    assert_non_null(values);
    lay_ground(store);
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(values[i], sizeof values[i], "v%d@x.org", i % 2 ? i : 0);
        sightings[i] = sighting_of("email", values[i], i * 16, 0);
    }
    for (int time = 0; time < 3; time++) {
        double start = seconds();
        for (int half = 0; half < 2; half++)
            OK(store_sightings_add(store, 1, 1, sightings + half * (MANY / 2), MANY / 2, &error));
        took[time] = seconds() - start;
    }
    assert_int_equal(count_sightings(store), MANY);
    assert_true(took[1] < 8 * took[0] + 2 && took[2] < 8 * took[0] + 2);
    free(values);
    free(sightings);
    store_close(store);
}

static void the_same_sighting_counts_once(void **state)
{
    (void)state;
    struct error error = {0};
    struct store *one = fresh_store(), *two = fresh_store();
    struct store *stores[] = {one, two};
    for (int i = 0; i < 2; i++) {
        lay_ground(stores[i]);
        struct store_sighting first[] = {sighting_of("email", "a@x.org", 5, 0), sighting_of("email", "a@x.org", 5, 0),
                                         sighting_of("email", "b@x.org", 6, 0)};
        struct store_sighting second[] = {sighting_of("email", "a@x.org", 5, 0), sighting_of("email", "c@x.org", 5, 0)};
        second[0].context = "other context";
        second[0].count = 3;
        OK(i == 0 ? store_sightings_add(stores[i], 1, 1, first, 3, &error)
                  : store_sightings_add(stores[i], 1, 1, second, 2, &error));
        OK(i == 1 ? store_sightings_add(stores[i], 1, 1, first, 3, &error)
                  : store_sightings_add(stores[i], 1, 1, second, 2, &error));
        assert_int_equal(count_sightings(stores[i]), 3);
    }
    assert_same_dump(one, two);
    store_close(one);
    store_close(two);
}

static void batches_in_any_order_in_one_transaction_are_right(void **state)
{
    (void)state;
    struct error error = {0};
    struct store *one = fresh_store(), *two = fresh_store();
    lay_ground(one);
    lay_ground(two);
    struct store_sighting all[100];
    static char values[100][32];
    for (int i = 0; i < 100; i++) {
        (void)snprintf(values[i], sizeof values[i], "v%d@x.org", i % 50);
        all[i] = sighting_of("email", values[i], 1000 + i, 0);
    }
    OK(store_sightings_add(one, 1, 1, all, 100, &error));
    OK(store_begin(two, &error));
    OK(store_sightings_add(two, 1, 1, all + 60, 40, &error));
    OK(store_sightings_add(two, 1, 1, all, 31, &error));
    OK(store_sightings_add(two, 1, 1, all + 31, 29, &error));
    OK(store_commit(two, &error));
    assert_same_dump(one, two);
    store_close(one);
    store_close(two);
}

static void a_rolled_back_unit_leaves_nothing(void **state)
{
    (void)state;
    struct error error = {0};
    struct store *one = fresh_store(), *two = fresh_store();
    lay_ground(one);
    lay_ground(two);
    struct store_sighting sightings[] = {sighting_of("email", "gone@x.org", 1, 0)};
    struct digests digests = digests_of(9);
    OK(store_begin(one, &error));
    OK(store_file_digest(one, 1, 1, 2, &digests, "text/plain", &error));
    OK(store_sightings_add(one, 1, 1, sightings, 1, &error));
    store_rollback(one);
    commit_unit(one, 1, 0);
    commit_unit(two, 1, 0);
    assert_same_dump(one, two);
    assert_string_equal(cases_of(one, "email", "gone@x.org"), "none");
    store_close(one);
    store_close(two);
}

static void files_of_one_digest_link_cases(void **state)
{
    (void)state;
    struct error error = {0};
    struct store *store = fresh_store();
    lay_ground(store);
    struct digests picture = digests_of(9), program = digests_of(7);
    for (int64_t evidence = 1; evidence <= 3; evidence++) {
        OK(store_file_digest(store, evidence <= 2 ? 1 : 2, evidence, 2, &picture, "image/jpeg", &error));
        OK(store_file_digest(store, evidence <= 2 ? 1 : 2, evidence, 1, &program, "application/x-dosexec", &error));
        /* a hard link is no second file */
        OK(store_file_digest(store, evidence <= 2 ? 1 : 2, evidence, 3, &picture, "image/jpeg", &error));
        OK(store_file_digest(store, evidence <= 2 ? 1 : 2, evidence, 2, &picture, "image/jpeg", &error));
    }
    assert_string_equal(shared_in(store), "0309090909090909090909090909090909090909090909090909090909090909");
    assert_int_equal(count_sightings(store), 0);
    int64_t good = 0, bad = 0, set = 0;
    OK(store_known_set(store, "bad pictures", "bad", &set, &error));
    OK(store_known_add(store, set, picture.md5, MD5_SIZE, &error));
    OK(store_known_match(store, &good, &bad, &error));
    assert_int_equal(good, 3);
    assert_int_equal(bad, 6); /* three files, and three names of them that were digested too */
    const char *known;
    uint8_t hash[SELECTOR_HASH_SIZE];
    const char *value = "0309090909090909090909090909090909090909090909090909090909090909";
    store_selector_hash("file", value, strlen(value), hash);
    OK(store_content_known(store, hash, &known, &error));
    assert_string_equal(known, "bad");
    hash[0] ^= 1;
    OK(store_content_known(store, hash, &known, &error));
    assert_string_equal(known, "");
    assert_string_equal(shared_in(store), "0309090909090909090909090909090909090909090909090909090909090909");
    store_close(store);
}

static void stop_lists_and_hash_sets_take_links_away(void **state)
{
    (void)state;
    struct error error = {0};
    struct store *store = fresh_store();
    lay_ground(store);
    struct store_sighting sightings[] = {sighting_of("email", "help@x.org", 5, 0),
                                         sighting_of("email", "me@x.org", 7, 2)};
    struct digests letter = digests_of(40);
    OK(store_sightings_add(store, 1, 1, sightings, 2, &error));
    OK(store_sightings_add(store, 2, 3, sightings, 2, &error));
    OK(store_file_digest(store, 1, 1, 2, &letter, "text/plain", &error));
    assert_string_equal(shared_in(store), "help@x.org me@x.org");
    OK(store_stop_add(store, "email", "help@x.org", "ships with a program", &error));
    OK(store_stop_add(store, "email", "help@x.org", "ships with two programs", &error));
    assert_string_equal(shared_in(store), "me@x.org");
    int64_t set = 0, again = 0, good = 0, bad = 0;
    OK(store_known_set(store, "letters", "good", &set, &error));
    OK(store_known_set(store, "letters", "good", &again, &error));
    assert_int_equal(set, again);
    assert_int_equal(store_known_set(store, "letters", "bad", &again, &error), -1);
    OK(store_known_add(store, set, letter.sha256, SHA256_SIZE, &error));
    OK(store_known_add(store, set, letter.sha256, SHA256_SIZE, &error));
    assert_int_equal(store_known_add(store, set, letter.sha256, 17, &error), -1);
    OK(store_known_match(store, &good, &bad, &error));
    assert_int_equal(good, 1);
    assert_string_equal(shared_in(store), "");
    assert_int_equal(loud_cases_of(store, "email", "me@x.org"), 1);
    store_close(store);
}

int run_finding_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_of_commits_does_not_matter),
        cmocka_unit_test(a_large_unit_again_is_quick),
        cmocka_unit_test(the_same_sighting_counts_once),
        cmocka_unit_test(batches_in_any_order_in_one_transaction_are_right),
        cmocka_unit_test(a_rolled_back_unit_leaves_nothing),
        cmocka_unit_test(files_of_one_digest_link_cases),
        cmocka_unit_test(stop_lists_and_hash_sets_take_links_away),
    };
    return cmocka_run_group_tests_name("store: findings", tests, NULL, NULL);
}
