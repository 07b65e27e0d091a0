/* What listings show, and in which order. */
#include "fixture.h"

static char shown[8192];

/* Two cases with evidence, a hard link, and a few sightings. */
static struct store *filled_store(void)
{
    struct error error = {0};
    struct store *store = fresh_store();
    int64_t b = add_case(store, "B-1", "DE"), a = add_case(store, "A-1", "SE");
    int64_t disk_b = add_evidence(store, b, "/b.dd"), disk_a = add_evidence(store, a, "/a.dd");
    add_file(store, disk_a, 1, "/users/anna/mail.txt", 0);
    add_file(store, disk_a, 2, "/users/anna/link_to_mail.txt", 1);
    add_file(store, disk_b, 1, "/Users/100%.txt", 0);
    struct digests digests = digests_of(5);
    OK(store_file_digest(store, a, disk_a, 1, &digests, "text/plain", &error));
    struct store_sighting on_a[] = {sighting_of("email", "x@y.org", 50, 1), sighting_of("email", "x@y.org", 7, 0),
                                    sighting_of("url", "http://y.org/'%", 7, 0),
                                    sighting_of("email", "a@y.org", 50, 1)};
    struct store_sighting on_b[] = {sighting_of("email", "x@y.org", 1, 1)};
    on_a[1].path = "GZIP-20";
    OK(store_sightings_add(store, a, disk_a, on_a, 4, &error));
    OK(store_sightings_add(store, b, disk_b, on_b, 1, &error));
    return store;
}

static int show_sighting(void *context, const struct store_sighting_row *row)
{
    (void)context;
    char line[256];
    (void)snprintf(line, sizeof line, "%s/%lld %lld%s%s %s %s|", row->case_reference, (long long)row->evidence_number,
                   (long long)row->sighting.offset, row->sighting.path[0] == '\0' ? "" : "-", row->sighting.path,
                   row->sighting.value, row->file_path == NULL ? "-" : row->file_path);
    strcat(shown, line);
    uint8_t hash[SELECTOR_HASH_SIZE];
    store_selector_hash(row->sighting.kind, row->sighting.value, strlen(row->sighting.value), hash);
    assert_memory_equal(hash, row->sighting.hash, sizeof hash);
    return 0;
}

static const char *sightings_by(struct store *store, struct store_filter filter)
{
    struct error error = {0};
    shown[0] = '\0';
    OK(store_sighting_each(store, &filter, show_sighting, NULL, &error));
    return shown;
}

static void sightings_are_filtered_and_ordered(void **state)
{
    (void)state;
    struct store *store = filled_store();
    assert_string_equal(sightings_by(store, (struct store_filter){0}),
                        "A-1/1 7 http://y.org/'% -|A-1/1 7-GZIP-20 x@y.org -|A-1/1 50 a@y.org /users/anna/mail.txt|"
                        "A-1/1 50 x@y.org /users/anna/mail.txt|B-1/1 1 x@y.org /Users/100%.txt|");
    assert_string_equal(sightings_by(store, (struct store_filter){.case_reference = "B-1"}),
                        "B-1/1 1 x@y.org /Users/100%.txt|");
    assert_string_equal(sightings_by(store, (struct store_filter){.case_reference = "B-1", .evidence_number = 2}), "");
    assert_string_equal(sightings_by(store, (struct store_filter){.value = "a@y.org"}),
                        "A-1/1 50 a@y.org /users/anna/mail.txt|");
    assert_string_equal(sightings_by(store, (struct store_filter){.kind = "url"}), "A-1/1 7 http://y.org/'% -|");
    assert_string_equal(sightings_by(store, (struct store_filter){.kind = "url", .value = "a@y.org"}), "");
    assert_string_equal(sightings_by(store, (struct store_filter){.limit = 1, .value = "x@y.org"}),
                        "A-1/1 7-GZIP-20 x@y.org -|");
    store_close(store);
}

static int show_selector(void *context, const struct store_selector *selector)
{
    (void)context;
    char line[512];
    (void)snprintf(line, sizeof line, "%s %s %zu%s%s %lld%s|", selector->kind, selector->value, selector->case_count,
                   selector->countries[0], selector->country_count > 1 ? selector->countries[1] : "",
                   (long long)selector->sightings, selector->stopped ? " stopped" : "");
    strcat(shown, line);
    return 0;
}

static const char *selectors_by(struct store *store, struct store_filter filter)
{
    struct error error = {0};
    shown[0] = '\0';
    OK(store_selector_each(store, &filter, show_selector, NULL, &error));
    return shown;
}

static void selectors_carry_their_cases(void **state)
{
    (void)state;
    struct error error = {0};
    struct store *store = filled_store();
    OK(store_stop_add(store, "url", "http://y.org/'%", "", &error));
    const char *all = "email a@y.org 1SE 1|email x@y.org 2DESE 3|url http://y.org/'% 1SE 1 stopped|";
    assert_string_equal(selectors_by(store, (struct store_filter){0}), all);
    assert_string_equal(selectors_by(store, (struct store_filter){.case_reference = "A-1"}), all);
    assert_string_equal(selectors_by(store, (struct store_filter){.case_reference = "B-1"}), "email x@y.org 2DESE 3|");
    assert_string_equal(selectors_by(store, (struct store_filter){.limit = 1}), "email a@y.org 1SE 1|");
    assert_string_equal(selectors_by(store, (struct store_filter){.kind = "file"}),
                        "file 0305050505050505050505050505050505050505050505050505050505050505 1SE 1|");
    assert_string_equal(selectors_by(store, (struct store_filter){.value = "nothing"}), "");
    assert_string_equal(cases_of(store, "email", "x@y.org' OR '1'='1"), "none");
    assert_string_equal(shared_in(store), "x@y.org");
    store_close(store);
}

static int show_file(void *context, const struct store_file *file)
{
    (void)context;
    char line[256];
    (void)snprintf(line, sizeof line, "%s %s %02x%s|", file->case_reference, file->path,
                   file->sha256 == NULL ? 0 : file->sha256[1], file->type);
    strcat(shown, line);
    assert_int_equal(file->accessed, STORE_UNKNOWN_TIME);
    return 0;
}

static const char *files_by(struct store *store, struct store_filter filter)
{
    struct error error = {0};
    shown[0] = '\0';
    OK(store_file_each(store, &filter, show_file, NULL, &error));
    return shown;
}

static void files_are_filtered_and_hard_links_show_digests(void **state)
{
    (void)state;
    struct error error = {0};
    struct store *store = filled_store();
    const char *both = "A-1 /users/anna/mail.txt 05text/plain|A-1 /users/anna/link_to_mail.txt 05text/plain|";
    assert_string_equal(files_by(store, (struct store_filter){.case_reference = "A-1"}), both);
    assert_string_equal(files_by(store, (struct store_filter){.path_like = "/users/%"}), both);
    assert_string_equal(files_by(store, (struct store_filter){.path_like = "/Users/100\\%.txt"}),
                        "B-1 /Users/100%.txt 00|");
    assert_string_equal(files_by(store, (struct store_filter){.value = "01050505050505050505050505050505"}), both);
    assert_string_equal(files_by(store, (struct store_filter){.value = "02050505050505050505050505050505050505FF"}),
                        "");
    assert_string_equal(files_by(store, (struct store_filter){.limit = 1}), "A-1 /users/anna/mail.txt 05text/plain|");
    assert_int_equal(store_file_each(store, &(struct store_filter){.value = "xyz"}, show_file, NULL, &error), -1);
    assert_non_null(strstr(error.text, "not the hexadecimal digest"));
    store_close(store);
}

static int stop_at_two(void *context, const struct store_sighting_row *row)
{
    (void)row;
    return ++*(int *)context == 2 ? 42 : 0;
}

static int ask_inside(void *context, const struct store_sighting_row *row)
{
    (void)row;
    return strcmp(cases_of(context, "email", "x@y.org"), "B-1") >= 0 ? 0 : 0;
}

static void a_listing_can_end_early_and_hold_another(void **state)
{
    (void)state;
    struct error error = {0};
    struct store *store = filled_store();
    int count = 0;
    assert_int_equal(store_sighting_each(store, &(struct store_filter){0}, stop_at_two, &count, &error), 42);
    assert_int_equal(count, 2);
    OK(store_sighting_each(store, &(struct store_filter){0}, ask_inside, store, &error));
    OK(store_begin(store, &error)); /* nothing was left open */
    OK(store_commit(store, &error));
    store_close(store);
}

static int say_gap(void *context, const struct store_gap *gap)
{
    bytes_format(context, "%s %ld+%ld %ld %s%s\n", gap->unit, (long)gap->start, (long)gap->length, (long)gap->file,
                 gap->reason, gap->read ? " read" : "");
    return 0;
}

static int count_gaps(void *context, const struct store_evidence *evidence)
{
    *(int64_t *)context = evidence->gaps;
    return 0;
}

/* Units report what they could not read piece by piece, in any order; people are told of ranges. */
static void touching_gaps_are_one_range(void **state)
{
    (void)state;
    static const struct store_gap pieces[] = {
        {1, "span", 65536, 32768, 0, "", "", "bad sectors", false},
        {1, "span", 98304, 32768, 0, "", "", "bad sectors", false},
        {1, "span", 0, 32768, 0, "", "", "bad sectors", false},
        {1, "span", 131072, 4096, 0, "", "", "killed the worker", false}, /* another reason */
        {1, "span", 131072, 32768, 0, "", "", "bad sectors", false},
        {1, "span", 100000, 4096, 0, "", "", "bad sectors", false},  /* inside another */
        {1, "span", 300000, 32768, 0, "", "", "bad sectors", false}, /* apart */
        {1, "files", 32768, 32768, 2, "", "", "bad sectors", false}, /* bytes of a file */
        {1, "files", 0, 32768, 2, "", "", "bad sectors", false},     /* … */
        {1, "files", 65536, 32768, 3, "", "", "bad sectors", false}, /* of another */
        {1, "files", 0, 0, 3, "", "", "gone", false},                /* all of it */
        {1, "span", 4096, 0, 0, "", "GZIP", "too large", true},      /* was read */
        {1, "span", 4096, 0, 0, "", "GZIP", "too large", true},
        {2, "span", 163840, 32768, 0, "", "", "bad sectors", false}, /* of other evidence */
    };
    enum { PIECES = sizeof pieces / sizeof *pieces };
    for (size_t order = 0; order < 2; order++) {
        struct error error = {0};
        struct bytes said = {0};
        int64_t gaps = 0;
        struct store *store = fresh_store();
        (void)add_evidence(store, add_case(store, "A-1", "SE"), "/a");
        (void)add_evidence(store, 1, "/b");
        for (size_t i = 0; i < PIECES; i++)
            OK(store_gap_add(store, &pieces[order == 0 ? i : PIECES - 1 - i], &error));
        OK(store_gap_each(store, 1, say_gap, &said, &error));
        assert_string_equal(bytes_text(&said), "files 0+0 3 gone\n"
                                               "span 0+32768 0 bad sectors\n"
                                               "files 0+65536 2 bad sectors\n"
                                               "span 4096+0 0 too large read\n"
                                               "span 4096+0 0 too large read\n"
                                               "files 65536+32768 3 bad sectors\n"
                                               "span 65536+98304 0 bad sectors\n"
                                               "span 131072+4096 0 killed the worker\n"
                                               "span 300000+32768 0 bad sectors\n");
        OK(store_evidence_get(store, 1, count_gaps, &gaps, &error));
        assert_int_equal(gaps, 7);
        bytes_free(&said);
        store_close(store);
    }
}

int run_listing_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(touching_gaps_are_one_range),
        cmocka_unit_test(sightings_are_filtered_and_ordered),
        cmocka_unit_test(selectors_carry_their_cases),
        cmocka_unit_test(files_are_filtered_and_hard_links_show_digests),
        cmocka_unit_test(a_listing_can_end_early_and_hold_another),
    };
    return cmocka_run_group_tests_name("store: listings", tests, NULL, NULL);
}
