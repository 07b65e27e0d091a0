/* Claiming, leases and the end of units. */
#include "fixture.h"

static struct store_unit unit_of(int64_t evidence_id, enum store_unit_kind kind, int64_t start)
{
    return (struct store_unit){.evidence_id = evidence_id, .kind = kind, .start = start, .length = 10, .bytes = 10};
}

static void units_are_claimed_in_order_and_once(void **state)
{
    (void)state;
    struct error error = {0};
    const char *where = fresh_place();
    struct store *one = open_store(where), *two = open_store(where);
    int64_t first = add_evidence(one, add_case(one, "A-1", "SE"), "/a"), second = add_evidence(one, 1, "/b");
    const struct store_unit units[] = {unit_of(second, UNIT_MAP, 0),   unit_of(first, UNIT_FILES, 1),
                                       unit_of(first, UNIT_SPAN, 512), unit_of(first, UNIT_SPAN, 0),
                                       unit_of(first, UNIT_DIGEST, 0), unit_of(first, UNIT_MAP, 0)};
    const int order[] = {5, 4, 3, 2, 1, 0};
    for (size_t i = 0; i < 6; i++)
        OK(store_unit_add(one, &units[i], &error));
    struct store_unit unit;
    bool found = false;
    int64_t left = 0;
    OK(store_unit_claim(one, "w", 60, &second, 1, &unit, &found, &left, &error));
    assert_true(found && unit.evidence_id == second && unit.attempts == 1);
    OK(store_unit_claim(two, "w", 60, &second, 1, &unit, &found, &left, &error));
    assert_false(found);
    assert_int_equal(left, 1);
    OK(store_unit_release(one, &units[0], "w", false, &error));
    for (size_t i = 0; i < 6; i++) {
        OK(store_unit_claim(i % 2 ? one : two, i % 2 ? "one" : "two", 60, NULL, 0, &unit, &found, &left, &error));
        assert_true(found);
        assert_int_equal(unit.evidence_id, units[order[i]].evidence_id);
        assert_int_equal(unit.kind, units[order[i]].kind);
        assert_int_equal(unit.start, units[order[i]].start);
        assert_int_equal(unit.attempts, 1); /* the released one too */
    }
    OK(store_unit_claim(one, "one", 60, NULL, 0, &unit, &found, &left, &error));
    assert_false(found);
    assert_int_equal(left, 6);
    store_close(two);
    store_close(one);
}

static void a_lease_runs_out_and_the_late_worker_is_told(void **state)
{
    (void)state;
    struct error error = {0};
    struct store *store = fresh_store();
    int64_t evidence = add_evidence(store, add_case(store, "A-1", "SE"), "/a");
    struct store_unit unit = unit_of(evidence, UNIT_SPAN, 0), claimed;
    bool found = false, ours = false;
    int64_t left = 0;
    OK(store_unit_add(store, &unit, &error));
    OK(store_unit_claim(store, "late", 60, NULL, 0, &claimed, &found, &left, &error));
    OK(store_unit_renew(store, &claimed, "late", -1, &ours, &error)); /* renewed, and over already */
    OK(store_unit_claim(store, "quick", 60, NULL, 0, &claimed, &found, &left, &error));
    assert_true(found);
    assert_int_equal(claimed.attempts, 2);
    OK(store_unit_renew(store, &claimed, "late", 60, &ours, &error));
    assert_false(ours);
    OK(store_unit_release(store, &claimed, "late", false, &error)); /* not its to give back: nothing happens */
    OK(store_begin(store, &error));
    OK(store_unit_finish(store, &claimed, "late", "done", &ours, &error));
    assert_false(ours);
    store_rollback(store);
    OK(store_begin(store, &error));
    OK(store_unit_finish(store, &claimed, "quick", "done", &ours, &error));
    assert_true(ours);
    OK(store_commit(store, &error));
    OK(store_begin(store, &error));
    OK(store_unit_finish(store, &claimed, "quick", "done", &ours, &error));
    assert_false(ours); /* a unit ends once */
    store_rollback(store);
    OK(store_unit_claim(store, "quick", 60, NULL, 0, &claimed, &found, &left, &error));
    assert_false(found);
    assert_int_equal(left, 0);
    store_close(store);
}

/* A file that a split span went through has its unit; halving a unit of many files may come down to the same one. */
static void an_equal_unit_is_left_alone(void **state)
{
    (void)state;
    struct error error = {0};
    struct store *store = fresh_store();
    int64_t evidence = add_evidence(store, add_case(store, "A-1", "SE"), "/a"), left = 0;
    struct store_unit first = unit_of(evidence, UNIT_FILES, 7), second = unit_of(evidence, UNIT_FILES, 17), claimed;
    bool found = false, ours = false;
    OK(store_unit_add(store, &first, &error));
    OK(store_unit_claim(store, "w", 60, NULL, 0, &claimed, &found, &left, &error));
    OK(store_unit_finish(store, &claimed, "w", "done", &ours, &error));
    assert_true(found && ours);
    OK(store_begin(store, &error));
    OK(store_unit_add(store, &first, &error));
    OK(store_unit_add(store, &second, &error));
    OK(store_unit_add(store, &second, &error));
    OK(store_commit(store, &error));
    OK(store_unit_claim(store, "w", 60, NULL, 0, &claimed, &found, &left, &error));
    assert_true(found);
    assert_int_equal(claimed.start, second.start);
    OK(store_unit_claim(store, "w", 60, NULL, 0, &claimed, &found, &left, &error));
    assert_false(found); /* the first is done, and stays so */
    assert_int_equal(left, 1);
    store_close(store);
}

static int say_gap(void *context, const struct store_gap *gap)
{
    bytes_format(context, "%s %ld %s; ", gap->unit, (long)gap->start, gap->reason);
    return 0;
}

static int see_incomplete(void *context, const struct store_evidence *evidence)
{
    *(bool *)context = strcmp(evidence->state, "incomplete") == 0;
    return 0;
}

/* Only the units that left a gap are opened again, and only what those left is forgotten. */
static void what_was_not_read_is_tried_again(void **state)
{
    (void)state;
    struct error error = {0};
    struct store *store = fresh_store();
    int64_t evidence = add_evidence(store, add_case(store, "A-1", "SE"), "/a"), left = 0, units = -1;
    const struct {
        struct store_unit unit;
        const char *end;
    } all[] = {
        {unit_of(evidence, UNIT_MAP, 0), "failed"},
        {unit_of(evidence, UNIT_DIGEST, 0), "failed"},
        {unit_of(evidence, UNIT_SPAN, 0), "done"},
        {unit_of(evidence, UNIT_SPAN, 10), "done"},
        {unit_of(evidence, UNIT_SPAN, 20), "split"},
        {unit_of(evidence, UNIT_SPAN, 30), "failed"},
        {unit_of(evidence, UNIT_FILES, 1), "done"},
        {unit_of(evidence, UNIT_FILES, 11), "done"},
        {{evidence, UNIT_FILES, 25 | (int64_t)1 << 32, -4096, 4096, 0}, "done"}, /* part of a file */
    };
    static const int again[] = {1, 3, 5, 7, 8};
    const struct store_gap gaps[] = {
        {evidence, "map", 0, 0, 0, "", "", "no folder", false},
        {evidence, "digest", 0, 0, 0, "", "", "no digest", false},
        {evidence, "span", 4, 0, 0, "", "", "bomb", true},
        {evidence, "span", 10, 5, 0, "", "", "bad", false},
        {evidence, "span", 16, 0, 0, "", "", "bomb", true},
        {evidence, "span", 30, 10, 0, "", "", "died", false},
        {evidence, "files", 8, 0, 5, "", "", "bomb", true},
        {evidence, "files", 9, 0, 15, "", "", "gone", false},
        {evidence, "files", 65536, 4096, 25, "", "", "died", false},
    };
    struct store_unit claimed;
    bool found = false, ours = false, incomplete = false;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        OK(store_unit_add(store, &all[i].unit, &error));
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        OK(store_unit_claim(store, "w", 60, NULL, 0, &claimed, &found, &left, &error));
        OK(store_unit_finish(store, &all[i].unit, "w", all[i].end, &ours, &error));
        assert_true(found && ours);
    }
    for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++)
        OK(store_gap_add(store, &gaps[i], &error));
    OK(store_evidence_state(store, evidence, "mapped", "", &error));
    OK(store_unit_retry(store, evidence, &units, &error)); /* not before it is settled */
    assert_int_equal(units, 0);
    OK(store_evidence_settle(store, evidence, &error));
    OK(store_unit_retry(store, evidence, &units, &error));
    assert_int_equal(units, 5);
    struct bytes said = {0};
    OK(store_gap_each(store, evidence, say_gap, &said, &error));
    assert_string_equal(bytes_text(&said), "map 0 no folder; span 4 bomb; files 8 bomb; ");
    bytes_free(&said);
    for (size_t i = 0; i < 5; i++) {
        OK(store_unit_claim(store, "w", 60, NULL, 0, &claimed, &found, &left, &error));
        assert_true(found);
        assert_int_equal(claimed.kind, all[again[i]].unit.kind);
        assert_int_equal(claimed.start, all[again[i]].unit.start);
        assert_int_equal(claimed.attempts, 1);
        OK(store_unit_finish(store, &claimed, "w", "done", &ours, &error));
    }
    OK(store_evidence_settle(store, evidence, &error));
    OK(store_evidence_get(store, evidence, see_incomplete, &incomplete, &error));
    assert_true(incomplete); /* the map's gap */
    store_close(store);
}

static int count_progress(void *context, const struct store_evidence *evidence)
{
    int64_t *numbers = context;
    numbers[0] = evidence->units;
    numbers[1] = evidence->units_done;
    numbers[2] = evidence->bytes_done;
    numbers[3] = evidence->bytes_all;
    return 0;
}

static int say_state(void *context, const struct store_evidence *row)
{
    (void)snprintf(context, 32, "%s", row->state);
    return 0;
}

/* The map is done, and one span was read with a gap; then the rest was given up because the image was away. */
static void what_failed_is_opened_again_and_nothing_else_forgotten(void **state)
{
    (void)state;
    struct error error = {0};
    struct store *store = fresh_store();
    int64_t evidence = add_evidence(store, add_case(store, "A-1", "SE"), "/a"), left = 0;
    const struct {
        struct store_unit unit;
        const char *end; /* NULL: abandoned */
    } all[] = {
        {unit_of(evidence, UNIT_MAP, 0), "done"},
        {unit_of(evidence, UNIT_SPAN, 0), "done"},
        {unit_of(evidence, UNIT_SPAN, 10), "failed"},
        {unit_of(evidence, UNIT_FILES, 1), "done"},
        {unit_of(evidence, UNIT_FILES, 11), NULL},
        {{evidence, UNIT_FILES, 25, -65536, 65536, 0}, "failed"}, /* part of a file */
    };
    const struct store_gap gaps[] = {
        {evidence, "map", 0, 0, 0, "", "", "no folder", false},
        {evidence, "span", 4, 2, 0, "", "", "bad", false},
        {evidence, "span", 10, 10, 0, "", "", "died", false},
        {evidence, "files", 8, 0, 5, "", "", "gone", false},
        {evidence, "files", 0, 65536, 25, "", "", "died", false},
        {evidence, "files", 65536, 7, 25, "", "", "beyond", false},
    };
    struct store_unit claimed;
    bool found = false, ours = false;
    char shown[32];
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        OK(store_unit_add(store, &all[i].unit, &error));
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        OK(store_unit_claim(store, "w", 60, NULL, 0, &claimed, &found, &left, &error));
        assert_true(found);
    }
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].end != NULL)
            OK(store_unit_finish(store, &all[i].unit, "w", all[i].end, &ours, &error));
    for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++)
        OK(store_gap_add(store, &gaps[i], &error));
    OK(store_unit_abandon(store, evidence, &error));
    OK(store_evidence_state(store, evidence, "failed", "not there", &error));
    OK(store_unit_reopen(store, evidence, &error));
    OK(store_evidence_get(store, evidence, say_state, shown, &error));
    assert_string_equal(shown, "mapped");
    struct bytes said = {0};
    OK(store_gap_each(store, evidence, say_gap, &said, &error));
    assert_string_equal(bytes_text(&said), "map 0 no folder; span 4 bad; files 8 gone; files 65536 beyond; ");
    bytes_free(&said);
    for (size_t i = 2; i < 6; i++) {
        if (i == 3)
            continue;
        OK(store_unit_claim(store, "w", 60, NULL, 0, &claimed, &found, &left, &error));
        assert_true(found && claimed.attempts == 1);
        OK(store_unit_finish(store, &all[i].unit, "w", "done", &ours, &error));
        assert_true(ours);
    }
    OK(store_unit_claim(store, "w", 60, NULL, 0, &claimed, &found, &left, &error));
    assert_true(!found && left == 0);
    OK(store_evidence_settle(store, evidence, &error));
    OK(store_evidence_get(store, evidence, say_state, shown, &error));
    assert_string_equal(shown, "incomplete");
    store_close(store);
}

static void before_its_map_evidence_is_new_again(void **state)
{
    (void)state;
    struct error error = {0};
    struct store *store = fresh_store();
    int64_t evidence = add_evidence(store, add_case(store, "A-1", "SE"), "/a"), left = 0;
    struct store_unit map = unit_of(evidence, UNIT_MAP, 0), claimed;
    bool found = false;
    char shown[32];
    OK(store_unit_add(store, &map, &error));
    OK(store_unit_abandon(store, evidence, &error));
    OK(store_evidence_state(store, evidence, "failed", "not there", &error));
    OK(store_unit_reopen(store, evidence, &error));
    OK(store_evidence_get(store, evidence, say_state, shown, &error));
    assert_string_equal(shown, "new");
    OK(store_unit_claim(store, "w", 60, NULL, 0, &claimed, &found, &left, &error));
    assert_true(found && claimed.kind == UNIT_MAP);
    store_close(store);
}

static void evidence_can_be_left_to_others(void **state)
{
    (void)state;
    struct error error = {0};
    struct store *store = fresh_store();
    int64_t first = add_evidence(store, add_case(store, "A-1", "SE"), "/a"), second = add_evidence(store, 1, "/b");
    const int64_t both[] = {first, second};
    struct store_unit units[] = {unit_of(first, UNIT_MAP, 0), unit_of(second, UNIT_MAP, 0)}, claimed;
    bool found = false;
    int64_t left = -1;
    OK(store_unit_add(store, &units[0], &error));
    OK(store_unit_add(store, &units[1], &error));
    OK(store_unit_claim_other(store, "w", 60, both, 2, &claimed, &found, &left, &error));
    assert_true(!found && left == 0);
    OK(store_unit_claim_other(store, "w", 60, both, 1, &claimed, &found, &left, &error));
    assert_true(found && claimed.evidence_id == second);
    OK(store_unit_claim_other(store, "w", 60, NULL, 0, &claimed, &found, &left, &error));
    assert_true(found && claimed.evidence_id == first);
    store_close(store);
}

/* Whatever the state says: once a unit was done, other files are other evidence. */
static void a_stamp_holds_once_a_unit_is_done(void **state)
{
    (void)state;
    struct error error = {0};
    for (int done = 0; done <= 1; done++) {
        struct store *store = fresh_store();
        int64_t case_id = add_case(store, "A-1", "SE"), first = 0, id = 0, before = 0, left = 0;
        bool fresh = false, found = false, ours = false;
        OK(store_evidence_add(store, case_id, "a", "/a", "one", true, &first, &fresh, &before, &error));
        struct store_unit map = unit_of(first, UNIT_MAP, 0), claimed;
        OK(store_unit_add(store, &map, &error));
        OK(store_unit_claim(store, "w", 60, NULL, 0, &claimed, &found, &left, &error));
        OK(store_unit_finish(store, &map, "w", done ? "done" : "failed", &ours, &error));
        OK(store_evidence_state(store, first, "failed", "not there", &error));
        OK(store_evidence_add(store, case_id, "a", "/a", "two", true, &id, &fresh, &before, &error));
        assert_int_equal(fresh, done);
        assert_int_equal(before, done ? first : 0);
        store_close(store);
    }
}

static void progress_counts_spans_and_files(void **state)
{
    (void)state;
    struct error error = {0};
    struct store *store = fresh_store();
    int64_t evidence = add_evidence(store, add_case(store, "A-1", "SE"), "/a"), numbers[4] = {0}, left;
    const struct store_unit units[] = {unit_of(evidence, UNIT_MAP, 0), unit_of(evidence, UNIT_SPAN, 0),
                                       unit_of(evidence, UNIT_SPAN, 10), unit_of(evidence, UNIT_FILES, 1)};
    const char *const ends[] = {"done", "done", "split"};
    for (size_t i = 0; i < 4; i++)
        OK(store_unit_add(store, &units[i], &error));
    for (size_t i = 0; i < 3; i++) {
        struct store_unit unit;
        bool found = false, ours = false;
        OK(store_unit_claim(store, "w", 60, NULL, 0, &unit, &found, &left, &error));
        OK(store_begin(store, &error));
        OK(store_unit_finish(store, &unit, "w", ends[i], &ours, &error));
        OK(store_commit(store, &error));
    }
    OK(store_evidence_get(store, evidence, count_progress, numbers, &error));
    assert_int_equal(numbers[0], 3);
    assert_int_equal(numbers[1], 2);
    assert_int_equal(numbers[2], 10);
    assert_int_equal(numbers[3], 20);
    store_close(store);
}

int run_unit_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units_are_claimed_in_order_and_once),
        cmocka_unit_test(a_lease_runs_out_and_the_late_worker_is_told),
        cmocka_unit_test(an_equal_unit_is_left_alone),
        cmocka_unit_test(what_was_not_read_is_tried_again),
        cmocka_unit_test(what_failed_is_opened_again_and_nothing_else_forgotten),
        cmocka_unit_test(before_its_map_evidence_is_new_again),
        cmocka_unit_test(evidence_can_be_left_to_others),
        cmocka_unit_test(a_stamp_holds_once_a_unit_is_done),
        cmocka_unit_test(progress_counts_spans_and_files),
    };
    return cmocka_run_group_tests_name("store: units", tests, NULL, NULL);
}
