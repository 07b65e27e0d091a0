/* Cases, evidence and what the map found: kept as given, whatever the text; and stores of other programs or times. */
#include "fixture.h"

#include <unistd.h>

/* What evidence may carry in its names. */
static const char *const hostile[] = {"'; DROP TABLE cases; --",
                                      "100%_\\",
                                      "\"quoted\"",
                                      "$1 {blob} ?1 @",
                                      "tab\tand\nline",
                                      "\xc3\xa5\xc3\xa4\xc3\xb6 \xf0\x9f\x92\xbe",
                                      ""};
enum { HOSTILE = sizeof hostile / sizeof *hostile };

static int check_case(void *context, const struct store_case *record)
{
    int *at = context;
    (void)at;
    for (size_t i = 0; i < HOSTILE; i++) {
        if (strcmp(record->reference, hostile[i]) != 0)
            continue;
        assert_string_equal(record->authority, hostile[i]);
        assert_string_equal(record->title, hostile[i]);
        assert_int_equal(record->evidence_count, i == 0 ? 2 : 0);
        ++*at;
    }
    return 0;
}

static int check_evidence(void *context, const struct store_evidence *evidence)
{
    int *count = context;
    assert_string_equal(evidence->case_reference, hostile[0]);
    assert_int_equal(evidence->number, ++*count);
    if (*count == 1) {
        assert_string_equal(evidence->paths, hostile[4]);
        assert_string_equal(evidence->state, "failed");
        assert_string_equal(evidence->problem, hostile[0]);
        assert_string_equal(evidence->md5, "01090909090909090909090909090909");
        assert_int_equal(evidence->size, INT64_MAX);
    }
    return 0;
}

static void text_is_kept_as_given(void **state)
{
    (void)state;
    struct error error = {0};
    const char *where = fresh_place();
    struct store *store = open_store(where);
    int64_t id = 0;
    for (size_t i = 0; i < HOSTILE; i++) {
        struct store_case record = {.reference = hostile[i],
                                    .country = "SE",
                                    .authority = hostile[i],
                                    .title = hostile[i],
                                    .handling = "hit",
                                    .retention = "2030-01-01"};
        OK(store_case_add(store, &record, &id, &error));
        assert_int_equal(id, (int64_t)i + 1);
        assert_int_equal(store_case_add(store, &record, &id, &error), -1);
        assert_non_null(strstr(error.text, "already"));
    }
    bool fresh = false;
    OK(store_evidence_add(store, 1, hostile[2], hostile[4], "", false, &id, &fresh, NULL, &error));
    assert_true(fresh);
    OK(store_evidence_add(store, 1, hostile[2], hostile[4], "", false, &id, &fresh, NULL, &error));
    assert_false(fresh);
    OK(store_evidence_add(store, 1, "other", hostile[5], "", false, &id, &fresh, NULL, &error));
    assert_true(fresh && id == 2);
    struct digests digests = digests_of(9);
    OK(store_evidence_describe(store, 1, "raw", INT64_MAX, 512, "", "", &error));
    OK(store_evidence_digest(store, 1, &digests, &error));
    OK(store_evidence_state(store, 1, "failed", hostile[0], &error));
    assert_int_equal(store_evidence_state(store, 99, "failed", "", &error), -1);
    store_close(store);
    store = open_store(where);
    int seen = 0, items = 0;
    int64_t cases = 0;
    OK(store_case_each(store, check_case, &seen, &error));
    assert_int_equal(seen, HOSTILE);
    OK(store_evidence_each(store, hostile[0], check_evidence, &items, &error));
    assert_int_equal(items, 2);
    OK(store_case_count(store, &cases, &error));
    assert_int_equal(cases, 1);
    struct store_case bad = {
        .reference = "\xff\xfe", .country = "SE", .authority = "", .title = "", .handling = "own", .retention = ""};
    assert_int_equal(store_case_add(store, &bad, &id, &error), -1);
    assert_non_null(strstr(error.text, "UTF-8"));
    store_close(store);
}

struct ranges {
    int64_t starts[8];
    int count;
};

static int note_segment(void *context, const struct store_segment *segment)
{
    struct ranges *ranges = context;
    ranges->starts[ranges->count++] = segment->start;
    return 0;
}

static int note_run(void *context, const struct store_run *run)
{
    struct ranges *ranges = context;
    ranges->starts[ranges->count++] = run->file;
    return 0;
}

static void segments_and_runs_are_found_by_place(void **state)
{
    (void)state;
    struct error error = {0};
    struct store *store = fresh_store();
    int64_t evidence = add_evidence(store, add_case(store, "A-1", "SE"), "/a");
    for (int64_t i = 0; i < 5; i++)
        OK(store_segment_add(
            store, evidence,
            &(struct store_segment){
                .start = 100 * i, .length = 50, .file = 1 + i % 2, .file_offset = 1000 - 100 * i, .file_size = 9},
            &error));
    static const struct {
        int64_t begin, end;
        int count;
        int64_t first;
    } cases[] = {{0, 1000, 5, 0},    {149, 200, 1, 100}, {150, 200, 0, 0}, {149, 201, 2, 100},
                 {130, 131, 1, 100}, {449, 450, 1, 400}, {450, 900, 0, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ranges found = {0};
        OK(store_segment_each(store, evidence, cases[i].begin, cases[i].end, note_segment, &found, &error));
        assert_int_equal(found.count, cases[i].count);
        assert_int_equal(found.starts[0], cases[i].first);
    }
    struct ranges of_file = {0}, runs = {0};
    OK(store_segment_of_file(store, evidence, 1, note_segment, &of_file, &error));
    assert_int_equal(of_file.count, 3);
    assert_int_equal(of_file.starts[0], 400);                                 /* by file offset */
    const int64_t claims[][3] = {{0, 5, 3}, {0, 9, 2}, {0, 9, 1}, {7, 1, 4}}; /* start, priority, file */
    for (size_t i = 0; i < 4; i++)
        OK(store_run_add(
            store, evidence,
            &(struct store_run){.start = claims[i][0], .length = 1, .priority = claims[i][1], .file = claims[i][2]},
            &error));
    OK(store_run_each(store, evidence, note_run, &runs, &error));
    assert_int_equal(runs.count, 4);
    assert_true(runs.starts[0] == 1 && runs.starts[1] == 2 && runs.starts[2] == 3 && runs.starts[3] == 4);
    OK(store_run_clear(store, evidence, &error));
    runs.count = 0;
    OK(store_run_each(store, evidence, note_run, &runs, &error));
    assert_int_equal(runs.count, 0);
    store_close(store);
}

static void a_missing_store_says_how_to_begin(void **state)
{
    (void)state;
    struct error error = {0};
    const char *where = fresh_place();
    assert_null(store_open(where, false, &error));
    assert_non_null(strstr(error.text, "samband case add"));
    struct store *store = open_store(where);
    store_close(store);
    store = store_open(where, false, &error);
    assert_non_null(store);
    store_close(store);
    assert_null(store_open("postgresql:///none?host=/nowhere", true, &error));
    assert_non_null(strstr(error.text, "cannot connect"));
    assert_null(store_open("/nowhere/at/all.db", true, &error));
    assert_non_null(strstr(error.text, "cannot open"));
}

static void add_disk(struct store *store, int64_t evidence, int64_t number, const char *path)
{
    struct error error = {0};
    add_file(store, evidence, number, path, 0);
    OK(store_file_set_apart(store, evidence, number, number % 2 == 0 ? READ_AS_DISK : READ_AS_PACKED_DISK, &error));
}

static int64_t add_inside(struct store *store, int64_t parent, int64_t file)
{
    struct error error = {0};
    int64_t id = 0;
    bool fresh = false;
    OK(store_evidence_inside(store, parent, file, &id, &fresh, &error));
    assert_true(fresh);
    OK(store_evidence_inside(store, parent, file, &id, &fresh, &error));
    assert_false(fresh);
    return id;
}

static int note_evidence(void *context, const struct store_evidence *row)
{
    bytes_format(context, "%s %lld %d,", row->name, (long long)(row->number & ((1 << STORE_ITEM_BITS) - 1)),
                 store_evidence_depth(row->number));
    return 0;
}

static int note_inside(void *context, int64_t id)
{
    bytes_format(context, "%lld ", (long long)store_evidence_rank(id, 1));
    return 0;
}

/* Whoever finds it when: number and id follow from the parent's and the file's. */
static void evidence_lies_in_evidence(void **state)
{
    (void)state;
    struct error error = {0};
    struct store *store = fresh_store();
    int64_t one = add_case(store, "SE-1", "SE");
    int64_t disk = add_evidence(store, one, "disk");
    int64_t terms = 0;
    bool fresh = true;
    int64_t id = 0;
    add_disk(store, disk, 3, "/c");
    add_file(store, disk, 4, "/no disk", 0);
    add_disk(store, disk, 6, "/f");
    add_disk(store, disk, 7, "/g");
    OK(store_terms_search(store, disk, "zebra\n", true, &terms, &error));
    int64_t second = add_inside(store, disk, 6);
    assert_int_equal(store_evidence_rank(second, 1), 2);
    int64_t other = add_evidence(store, one, "other");
    assert_int_equal(other, disk + 1);
    int64_t first = add_inside(store, disk, 3);
    assert_int_equal(store_evidence_rank(first, 1), 1);
    OK(store_terms_swept(store, first, &id, &error));
    assert_int_equal(id, terms);
    int64_t at = second;
    for (int depth = 2; depth <= STORE_INSIDE_MOST; depth++) {
        add_disk(store, at, 9, "/deep");
        at = add_inside(store, at, 9);
        assert_int_equal(store_evidence_depth(at), depth);
    }
    add_disk(store, at, 9, "/deeper");
    assert_int_equal(store_evidence_inside(store, at, 9, &id, &fresh, &error), -1);
    assert_int_equal(store_evidence_inside(store, disk, 2, &id, &fresh, &error), -1); /* no such file */
    struct bytes seen = {0};
    OK(store_evidence_each(store, "SE-1", note_evidence, &seen, &error));
    assert_string_equal(bytes_text(&seen), "disk 1 0,disk › /c 1 1,disk › /f 1 1,disk › /f › /deep 1 2,"
                                           "disk › /f › /deep › /deep 1 3,other 2 0,");
    bytes_clear(&seen);
    OK(store_evidence_inside_each(store, disk, note_inside, &seen, &error));
    assert_string_equal(bytes_text(&seen), "1 2 ");
    bytes_free(&seen);
    store_close(store);
}

int run_content_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_kept_as_given),
        cmocka_unit_test(segments_and_runs_are_found_by_place),
        cmocka_unit_test(a_missing_store_says_how_to_begin),
        cmocka_unit_test(evidence_lies_in_evidence),
    };
    return cmocka_run_group_tests_name("store: content", tests, NULL, NULL);
}
