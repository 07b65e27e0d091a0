/* The score tells found from missing, right place from wrong, reported decoys, and networks with strangers; on a real
 * store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "base/digest.h"
#include "exercise/score.h"

#include <cmocka.h> /* last: it defines a macro named fail */

static char dir[] = "/tmp/samband-score-XXXXXX";

static const char truth[] =
    "{\"seed\":1,\"cases\":[],"
    "\"planted\":["
    "{\"case\":\"SE-1\",\"kind\":\"email\",\"value\":\"a@b.example\",\"container\":\"plain\",\"encoding\":\"utf-8\","
    "\"place\":\"deleted\",\"file\":\"/mail/x.txt\"},"
    "{\"case\":\"DE-1\",\"kind\":\"email\",\"value\":\"a@b.example\",\"container\":\"zip+gzip\",\"encoding\":\"utf-8\","
    "\"place\":\"unallocated\",\"file\":\"\"}],"
    "\"decoys\":[{\"case\":\"SE-1\",\"kind\":\"email\",\"text\":\"i@2x.png\",\"value\":\"i@2x.png\"}],"
    "\"links\":[{\"kind\":\"email\",\"value\":\"a@b.example\",\"cases\":[\"DE-1\",\"SE-1\"],\"weight\":0.8,"
    "\"strong\":true}],"
    "\"networks\":[[\"DE-1\",\"SE-1\"]]}";

static const char *const pair[] = {"SE-1", "DE-1"}, *const trio[] = {"SE-1", "DE-1", "FR-1"};
static const struct score_link right_link = {"email", "a@b.example", pair, 2, 0.8};
static const struct score_link wrong_link = {"card", "4111111111111111", pair, 2, 1.0};

/* One sighting; in the file /mail/x.txt, or in none. */
struct seen {
    const char *reference, *value;
    enum store_allocation allocation;
    bool in_file;
    bool inside; /* in evidence that lies in other evidence */
};

static struct store *fill(const struct seen *seen, size_t count)
{
    static unsigned number;
    char path[64];
    struct error error = {0};
    (void)snprintf(path, sizeof path, "%s/store-%u.db", dir, number++);
    struct store *store = store_open(path, true, &error);
    assert_non_null(store);
    for (size_t i = 0; i < count; i++) {
        struct store_case record = {.reference = seen[i].reference,
                                    .country = "SE",
                                    .authority = "Unit",
                                    .title = "Title",
                                    .handling = "free",
                                    .retention = ""};
        int64_t case_id, evidence_id;
        bool fresh;
        assert_int_equal(store_case_find(store, seen[i].reference, &case_id, &error), 0);
        if (case_id == 0)
            assert_int_equal(store_case_add(store, &record, &case_id, &error), 0);
        (void)snprintf(path, sizeof path, "/disk-%zu", i);
        assert_int_equal(store_evidence_add(store, case_id, seen[i].inside ? "disk › /vm/a.qcow2" : "disk", path, "",
                                            false, &evidence_id, &fresh, NULL, &error),
                         0);
        struct store_file file = {.evidence_id = evidence_id,
                                  .number = 1,
                                  .path = "/mail/x.txt",
                                  .size = 100,
                                  .regular = true,
                                  .modified = STORE_UNKNOWN_TIME,
                                  .accessed = STORE_UNKNOWN_TIME,
                                  .changed = STORE_UNKNOWN_TIME,
                                  .created = STORE_UNKNOWN_TIME,
                                  .type = "",
                                  .known = ""};
        struct store_sighting sighting = {.kind = "email",
                                          .value = seen[i].value,
                                          .offset = 4096,
                                          .path = "",
                                          .file = seen[i].in_file ? 1 : 0,
                                          .file_offset = seen[i].in_file ? 10 : STORE_NO_OFFSET,
                                          .allocation = seen[i].allocation,
                                          .count = 1,
                                          .context = ""};
        store_selector_hash("email", seen[i].value, strlen(seen[i].value), sighting.hash);
        assert_int_equal(store_begin(store, &error), 0);
        assert_int_equal(store_file_add(store, &file, &error), 0);
        assert_int_equal(store_sightings_add(store, case_id, evidence_id, &sighting, 1, &error), 0);
        assert_int_equal(store_commit(store, &error), 0);
    }
    return store;
}

/* Scores into JSON Lines. Owned by the caller. */
static char *score_lines(const struct seen *seen, size_t count, const struct score_findings *findings, bool *perfect)
{
    struct error error = {0};
    struct store *store = fill(seen, count);
    static char *text;
    static size_t length;
    FILE *out = open_memstream(&text, &length);
    assert_non_null(out);
    int result = exercise_score(store, dir, findings, true, out, perfect, &error);
    (void)fclose(out);
    assert_int_equal(result, 0);
    store_close(store);
    return text;
}

/* The last line, the totals. Owned by the caller. */
static json_t *score(const struct seen *seen, size_t count, const struct score_findings *findings, bool *perfect)
{
    char *text = score_lines(seen, count, findings, perfect);
    text[strlen(text) - 1] = '\0';
    json_t *totals = json_loads(strrchr(text, '\n') + 1, 0, NULL);
    assert_non_null(totals);
    free(text);
    return totals;
}

static json_int_t number_of(const json_t *totals, const char *key)
{
    return json_integer_value(json_object_get(totals, key));
}

static const struct seen everything[] = {{"SE-1", "a@b.example", PLACE_DELETED, true},
                                         {"DE-1", "a@b.example", PLACE_UNALLOCATED, false},
                                         {"SE-1", "i@2x.png", PLACE_ALLOCATED, true}};

static void everything_right_is_perfect(void **state)
{
    (void)state;
    bool perfect;
    struct score_network network = {pair, 2};
    json_t *totals = score(everything, 2, &(struct score_findings){&right_link, 1, &network, 1}, &perfect);
    assert_true(perfect);
    assert_int_equal(number_of(totals, "found"), 2);
    assert_int_equal(number_of(totals, "attributed"), 2);
    json_decref(totals);
}

static void each_flaw_is_counted_and_spoils_it(void **state)
{
    (void)state;
    static const struct seen wrong_place[] = {{"SE-1", "a@b.example", PLACE_ALLOCATED, true},
                                              {"DE-1", "a@b.example", PLACE_UNALLOCATED, false}};
    static const struct score_link links[] = {{"email", "a@b.example", pair, 2, 0.8},
                                              {"card", "4111111111111111", pair, 2, 1.0}};
    static const struct score_network good = {pair, 2}, large = {trio, 3}, small = {pair, 1};
    const struct {
        const struct seen *seen;
        size_t seen_count;
        struct score_findings findings;
        const char *key;
        json_int_t number;
        bool perfect;
    } rows[] = {
        {everything, 1, {&right_link, 1, &good, 1}, "found", 1, false},
        {everything, 3, {&right_link, 1, &good, 1}, "decoys_reported", 1, false},
        {wrong_place, 2, {&right_link, 1, &good, 1}, "attributed", 1, true},
        {everything, 2, {&wrong_link, 1, &good, 1}, "links_found", 0, false},
        {everything, 2, {links, 2, &good, 1}, "links_unexpected", 1, false},
        {everything, 2, {&right_link, 1, &large, 1}, "networks_whole", 0, false},
        {everything, 2, {&right_link, 1, &small, 1}, "networks_whole", 0, false},
        {everything, 2, {&right_link, 1, NULL, 0}, "networks_whole", 0, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool perfect;
        json_t *totals = score(rows[i].seen, rows[i].seen_count, &rows[i].findings, &perfect);
        assert_int_equal(number_of(totals, rows[i].key), rows[i].number);
        assert_int_equal(perfect, rows[i].perfect);
        json_decref(totals);
    }
}

/* What stands in a gzip file within a ZIP archive counts for both decoders. */
static void recall_is_told_by_decoder_and_layers(void **state)
{
    (void)state;
    static const char *const rows[] = {"\"by\":\"decoder\",\"name\":\"plain\",\"planted\":1,\"found\":1,",
                                       "\"by\":\"decoder\",\"name\":\"zip\",\"planted\":1,\"found\":0,",
                                       "\"by\":\"decoder\",\"name\":\"gzip\",\"planted\":1,\"found\":0,",
                                       "\"by\":\"layers\",\"name\":\"0\",\"planted\":1,\"found\":1,",
                                       "\"by\":\"layers\",\"name\":\"2\",\"planted\":1,\"found\":0,"};
    bool perfect;
    char *text = score_lines(everything, 1, &(struct score_findings){&right_link, 1, NULL, 0}, &perfect);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strstr(text, rows[i]) == NULL)
            fail_msg("no %s in %s", rows[i], text);
    free(text);
}

static void missing_truth_is_an_error(void **state)
{
    (void)state;
    struct error error = {0};
    bool perfect;
    struct store *store = fill(NULL, 0);
    assert_int_equal(exercise_score(store, "/nowhere", &(struct score_findings){0}, false, stdout, &perfect, &error),
                     -1);
    assert_non_null(strstr(error.text, "/nowhere"));
    store_close(store);
}

static int write_truth(const char *text)
{
    char path[64];
    (void)snprintf(path, sizeof path, "%s/truth.json", dir);
    FILE *file = fopen(path, "w");
    return file != NULL && fputs(text, file) >= 0 && fclose(file) == 0 ? 0 : -1;
}

/* A file of a virtual machine is one of the evidence within, not one of that name beside it. */
static void what_a_machine_holds_is_within(void **state)
{
    (void)state;
    static const struct seen seen[] = {{"SE-1", "a@b.example", PLACE_ALLOCATED, true, false},
                                       {"SE-1", "a@b.example", PLACE_ALLOCATED, true, true}};
    bool perfect;
    assert_int_equal(write_truth("{\"planted\":[{\"case\":\"SE-1\",\"kind\":\"email\",\"value\":\"a@b.example\","
                                 "\"container\":\"plain\",\"encoding\":\"utf-8\",\"place\":\"machine\","
                                 "\"file\":\"/mail/x.txt\"}]}"),
                     0);
    for (size_t i = 0; i < 2; i++) {
        json_t *totals = score(&seen[i], 1, &(struct score_findings){0}, &perfect);
        assert_int_equal(number_of(totals, "found"), 1);
        assert_int_equal(number_of(totals, "attributed"), i);
        json_decref(totals);
    }
    assert_int_equal(write_truth(truth), 0);
}

static int prepare(void **state)
{
    (void)state;
    return mkdtemp(dir) == NULL ? -1 : write_truth(truth);
}

static int remove_all(void **state)
{
    (void)state;
    char command[64];
    (void)snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_right_is_perfect),
        cmocka_unit_test(each_flaw_is_counted_and_spoils_it),
        cmocka_unit_test(recall_is_told_by_decoder_and_layers),
        cmocka_unit_test(what_a_machine_holds_is_within),
        cmocka_unit_test(missing_truth_is_an_error),
    };
    return cmocka_run_group_tests(tests, prepare, remove_all);
}
