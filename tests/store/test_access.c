/* Who reads what: every listing of a handle that reads for somebody, requests and grants, and what a purge leaves. */
#include "fixture.h"

#include "store/access.h"

/* Cases in this order, so that authorities are numbered 1 (SE), 2 (DE), 3 (EU, the centre). */
static const struct {
    const char *reference, *country, *authority, *handling;
    const char *values[4];
} cases[] = {
    {"S-1", "SE", "Police SE", "hit", {"shared@x.org", "purged@x.org"}},
    {"S-2", "SE", "Police SE", "own", {"shared@x.org", "secret@x.org", "alone@x.org"}},
    {"S-3", "SE", "Police SE", "free", {"shared@x.org", "free@x.org"}},
    {"D-1", "DE", "Police DE", "hit", {"shared@x.org", "secret@x.org", "purged@x.org"}},
    {"C-1", "EU", "Centre", "hit", {"free@x.org"}},
};
enum { CASES = sizeof cases / sizeof *cases, SE = 1, DE = 2, CENTRE = 3 };

static void fill_case(struct store *store, size_t which)
{
    struct error error = {0};
    int64_t id = 0;
    OK(store_case_add(store,
                      &(struct store_case){.reference = cases[which].reference,
                                           .country = cases[which].country,
                                           .authority = cases[which].authority,
                                           .title = "",
                                           .handling = cases[which].handling,
                                           .retention = ""},
                      &id, &error));
    int64_t evidence = add_evidence(store, id, cases[which].reference);
    char path[64];
    (void)snprintf(path, sizeof path, "/file-of-%s", cases[which].reference);
    add_file(store, evidence, 1, path, 0);
    OK(store_volume_add(
        store, evidence,
        &(struct store_volume){.description = cases[which].reference, .file_system = "", .encryption = ""}, &error));
    OK(store_gap_add(store, &(struct store_gap){.evidence_id = evidence, .unit = "span", .path = "", .reason = path},
                     &error));
    OK(store_begin(store, &error));
    struct digests digests = digests_of(5); /* one file that all have */
    OK(store_file_digest(store, id, evidence, 1, &digests, "text/plain", &error));
    struct store_sighting sightings[4];
    size_t count = 0;
    for (; count < 4 && cases[which].values[count] != NULL; count++)
        sightings[count] = sighting_of("email", cases[which].values[count], (int64_t)count * 100, 0);
    OK(store_sightings_add(store, id, evidence, sightings, count, &error));
    OK(store_commit(store, &error));
}

static struct store *store_of_cases(void)
{
    struct store *store = fresh_store();
    for (size_t i = 0; i < CASES; i++)
        fill_case(store, i);
    return store;
}

static void view(struct store *store, int64_t authority)
{
    struct error error = {0};
    OK(store_view_as(store, &(struct store_viewer){authority, authority == CENTRE}, &error));
}

/* ---- everything that a handle shows, as text ---- */

static char seen[8192];

static void see(const char *format, ...)
{
    size_t length = strlen(seen);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(seen + length, sizeof seen - length, format, arguments);
    va_end(arguments);
}

static int see_case(void *context, const struct store_case *record)
{
    (void)context;
    see("%s ", record->reference);
    return 0;
}

static int see_evidence(void *context, const struct store_evidence *evidence)
{
    (void)context;
    see("%s/%ld ", evidence->case_reference, (long)evidence->number);
    return 0;
}

static int see_selector(void *context, const struct store_selector *selector)
{
    (void)context;
    see("%s:", selector->value);
    for (size_t i = 0; i < selector->case_count; i++)
        see("%s%s", i == 0 ? "" : ",", selector->cases[i]);
    see(" ");
    return 0;
}

static int see_sighting(void *context, const struct store_sighting_row *row)
{
    (void)context;
    see("%s@%s ", row->sighting.value, row->case_reference);
    return 0;
}

static int see_file(void *context, const struct store_file *file)
{
    (void)context;
    see("%s ", file->path);
    return 0;
}

static int see_volume(void *context, const struct store_volume *volume)
{
    (void)context;
    see("%s ", volume->description);
    return 0;
}

static int see_gap(void *context, const struct store_gap *gap)
{
    (void)context;
    see("%s ", gap->reason);
    return 0;
}

static int see_hit(void *context, const struct store_hit *hit)
{
    (void)context;
    see("%s ", hit->name);
    return 0;
}

static int see_shared_hit(void *context, const struct store_selector *selector, const struct store_hit *hit)
{
    (void)context;
    see("%s>%s ", selector->kind[0] == 'f' ? "file" : selector->value, hit->name);
    return 0;
}

static int see_reference(void *context, const char *reference)
{
    (void)context;
    see("%s ", reference);
    return 0;
}

static int see_request(void *context, const struct store_request *request)
{
    (void)context;
    char cases_of_it[64];
    (void)snprintf(cases_of_it, sizeof cases_of_it, "%s", request->cases);
    for (char *at = cases_of_it; *at != '\0'; at++)
        *at = *at == '\n' ? ',' : *at;
    see("%ld %s asks %s about %s: %s %s [%s] ", (long)request->id, request->asking_name, request->owning_name,
        request->value, request->state, request->until, cases_of_it);
    if (request->ended_at != 0)
        see("by %s: %s ", request->ended_by, request->ending);
    return 0;
}

static const char *cases_seen(struct store *store)
{
    struct error error = {0};
    seen[0] = '\0';
    OK(store_case_each(store, see_case, NULL, &error));
    return seen;
}

static const char *all_seen(struct store *store)
{
    struct error error = {0};
    struct store_filter filter = {0}, one = {.value = "secret@x.org", .kind = "email"};
    int64_t count = 0;
    (void)cases_seen(store);
    see("| ");
    OK(store_evidence_each(store, NULL, see_evidence, NULL, &error));
    for (int64_t id = 1; id <= CASES; id++)
        OK(store_evidence_get(store, id, see_evidence, NULL, &error));
    OK(store_evidence_each(store, "S-2", see_evidence, NULL, &error));
    see("| ");
    OK(store_selector_each(store, &filter, see_selector, NULL, &error));
    see("| ");
    OK(store_selector_each(store, &one, see_selector, NULL, &error));
    see("| ");
    OK(store_shared_each(store, see_selector, NULL, &error));
    see("| ");
    OK(store_sighting_each(store, &filter, see_sighting, NULL, &error));
    see("| ");
    OK(store_file_each(store, &filter, see_file, NULL, &error));
    for (int64_t id = 1; id <= CASES; id++) {
        OK(store_volume_each(store, id, see_volume, NULL, &error));
        OK(store_gap_each(store, id, see_gap, NULL, &error));
    }
    OK(store_case_count(store, &count, &error));
    see("| %ld", (long)count);
    return seen;
}

static void listings_show_what_one_may_read(void **state)
{
    (void)state;
    struct store *store = store_of_cases();
    char file[2 * SHA256_SIZE + 1] = "";
    struct digests digests = digests_of(5);
    for (size_t i = 0; i < SHA256_SIZE; i++)
        (void)snprintf(file + 2 * i, 3, "%02x", digests.sha256[i]);
    char shared[512];

    view(store, DE);
    assert_string_equal(all_seen(store), "D-1 | D-1/1 D-1/1 | purged@x.org:D-1 secret@x.org:D-1 shared@x.org:D-1 "
                                         "| secret@x.org:D-1 | | shared@x.org@D-1 secret@x.org@D-1 purged@x.org@D-1 "
                                         "| /file-of-D-1 D-1 /file-of-D-1 | 1");
    view(store, CENTRE);
    (void)snprintf(shared, sizeof shared,
                   "C-1 S-3 | C-1/1 S-3/1 S-3/1 C-1/1 | free@x.org:C-1,S-3 shared@x.org:S-3 | | free@x.org:C-1,S-3 "
                   "%s:C-1,S-3 | free@x.org@C-1 shared@x.org@S-3 free@x.org@S-3 | /file-of-C-1 /file-of-S-3 S-3 "
                   "/file-of-S-3 C-1 /file-of-C-1 | 2",
                   file);
    assert_string_equal(all_seen(store), shared);
    view(store, 0);
    assert_string_equal(all_seen(store), "| | | | | | | 0");
    view(store, SE);
    assert_string_equal(cases_seen(store), "S-1 S-2 S-3 ");
    struct error error = {0};
    OK(store_view_as(store, NULL, &error));
    assert_string_equal(cases_seen(store), "C-1 D-1 S-1 S-2 S-3 ");
    store_close(store);
}

static void a_query_that_forgets_who_reads_gives_nothing(void **state)
{
    (void)state;
    struct store *store = store_of_cases();
    struct error error = {0};
    struct store_totals totals;
    OK(store_unit_totals(store, NULL, 0, &totals, &error));
    view(store, SE);
    assert_int_equal(store_unit_totals(store, NULL, 0, &totals, &error), -1);
    assert_non_null(strstr(error.text, "for whom"));
    assert_int_equal(store_dump(store, NULL, NULL, &error), -1);
    store_close(store);
}

static const char *hits_of(struct store *store, const char *value)
{
    struct error error = {0};
    uint8_t hash[SELECTOR_HASH_SIZE];
    bool found = false;
    store_selector_hash("email", value, strlen(value), hash);
    seen[0] = '\0';
    OK(store_hit_each(store, hash, see_hit, NULL, &error));
    see("| ");
    OK(store_selector_by_hash(store, hash, &found, see_selector, NULL, &error));
    if (!found)
        see("not there");
    return seen;
}

static void a_hit_tells_of_an_authority_and_no_more(void **state)
{
    (void)state;
    struct store *store = store_of_cases();
    struct error error = {0};
    view(store, DE);
    assert_string_equal(hits_of(store, "shared@x.org"), "Police SE | shared@x.org:D-1 ");
    assert_string_equal(hits_of(store, "secret@x.org"),
                        "| secret@x.org:D-1 "); /* the other case is its own authority's */
    assert_string_equal(hits_of(store, "alone@x.org"), "| not there");
    assert_string_equal(hits_of(store, "nobody@x.org"), "| not there");
    assert_string_equal(hits_of(store, "free@x.org"), "Centre Police SE | free@x.org: ");
    seen[0] = '\0';
    OK(store_shared_hit_each(store, NULL, see_shared_hit, NULL, &error));
    assert_string_equal(seen, "purged@x.org>Police SE shared@x.org>Police SE file>Centre file>Police SE ");
    view(store, CENTRE);
    assert_string_equal(hits_of(store, "shared@x.org"), "Police DE Police SE | shared@x.org:S-3 ");
    seen[0] = '\0';
    OK(store_shared_hit_each(store, "C-1", see_shared_hit, NULL, &error));
    assert_string_equal(seen, "file>Police DE file>Police SE ");
    view(store, 0);
    assert_string_equal(hits_of(store, "alone@x.org"), "| not there");
    OK(store_view_as(store, NULL, &error));
    assert_string_equal(hits_of(store, "alone@x.org"), "| alone@x.org:S-2 ");
    store_close(store);
}

/* ---- requests ---- */

static int64_t ask_for(struct store *store, const char *value, int64_t owning)
{
    struct error error = {0};
    int64_t id = 0;
    struct store_request request = {.kind = "email",
                                    .value = value,
                                    .owning = owning,
                                    .asked_by = "anna",
                                    .asked_at = 1000,
                                    .reason = "the same sender"};
    store_selector_hash("email", value, strlen(value), request.hash);
    OK(store_request_add(store, &request, &id, &error));
    return id;
}

static bool answer(struct store *store, int64_t id, bool grant, const char *const references[], size_t count,
                   const char *until)
{
    struct error error = {0};
    bool answered = false;
    OK(store_request_answer(store, id, grant, references, count, until, "because", "bo", 2000, &answered, &error));
    return answered;
}

static const char *requests_seen(struct store *store)
{
    struct error error = {0};
    seen[0] = '\0';
    OK(store_request_each(store, see_request, NULL, &error));
    return seen;
}

static void access_is_asked_granted_and_ends(void **state)
{
    (void)state;
    struct store *store = store_of_cases();
    struct error error = {0};
    const char *const asked[] = {"S-1", "S-2", "D-1"};

    view(store, DE);
    assert_int_equal(ask_for(store, "secret@x.org", SE), 0); /* no hit there */
    assert_int_equal(ask_for(store, "alone@x.org", SE), 0);
    assert_int_equal(ask_for(store, "shared@x.org", DE), 0); /* one's own */
    assert_int_equal(ask_for(store, "shared@x.org", SE), 1);
    assert_false(answer(store, 1, true, asked, 1, "2999-12-31")); /* not theirs to answer */
    assert_string_equal(cases_seen(store), "D-1 ");

    view(store, CENTRE);
    assert_string_equal(requests_seen(store), ""); /* neither side */
    assert_false(answer(store, 1, true, asked, 1, "2999-12-31"));

    view(store, SE);
    assert_string_equal(requests_seen(store), "1 Police DE asks Police SE about shared@x.org: asked  [] ");
    seen[0] = '\0';
    OK(store_request_cases(store, 1, see_reference, NULL, &error));
    assert_string_equal(seen, "S-1 S-3 ");
    assert_false(answer(store, 1, true, asked + 1, 2, "2999-12-31")); /* none of these can be granted */
    assert_true(answer(store, 1, true, asked, 3, "2999-12-31"));
    assert_false(answer(store, 1, false, NULL, 0, "")); /* once */

    view(store, DE);
    assert_string_equal(cases_seen(store), "D-1 S-1 ");
    assert_string_equal(requests_seen(store),
                        "1 Police DE asks Police SE about shared@x.org: granted 2999-12-31 [S-1] ");
    assert_string_equal(hits_of(store, "shared@x.org"), "Police SE | shared@x.org:D-1,S-1 "); /* S-3 is a hit still */

    assert_int_equal(ask_for(store, "shared@x.org", SE), 2);
    view(store, SE);
    assert_true(answer(store, 2, false, NULL, 0, ""));
    view(store, DE);
    assert_string_equal(requests_seen(store),
                        "2 Police DE asks Police SE about shared@x.org: refused  [] "
                        "1 Police DE asks Police SE about shared@x.org: granted 2999-12-31 [S-1] ");
    store_close(store);

    /* A grant whose day is over. */
    store = store_of_cases();
    view(store, DE);
    assert_int_equal(ask_for(store, "shared@x.org", SE), 1);
    view(store, SE);
    assert_true(answer(store, 1, true, asked, 1, "2001-01-01"));
    view(store, DE);
    assert_string_equal(cases_seen(store), "D-1 ");
    assert_string_equal(requests_seen(store), "1 Police DE asks Police SE about shared@x.org: expired 2001-01-01 [] ");
    store_close(store);
}

static void change_handling(struct store *store, const char *reference, const char *handling, int64_t ends)
{
    struct error error = {0};
    bool changed = false;
    int64_t ended = -1;
    OK(store_case_change(
        store, &(struct store_case){.reference = reference, .title = "", .handling = handling, .retention = ""},
        &changed, &ended, &error));
    assert_true(changed);
    assert_int_equal(ended, ends);
}

static bool end_request(struct store *store, int64_t id)
{
    struct error error = {0};
    bool ended = false;
    OK(store_request_end(store, id, "no longer needed", "bo", 3000, &ended, &error));
    return ended;
}

static void a_grant_that_ended_does_not_come_back(void **state)
{
    (void)state;
    const char *const asked[] = {"S-1", "S-3"};
    struct store *store = store_of_cases();
    view(store, DE);
    assert_int_equal(ask_for(store, "shared@x.org", SE), 1);
    assert_int_equal(ask_for(store, "shared@x.org", SE), 2);
    view(store, SE);
    assert_true(answer(store, 1, true, asked, 2, "2999-12-31"));

    change_handling(store, "S-3", "hit", 0);
    change_handling(store, "S-1", "own", 1);
    change_handling(store, "S-1", "hit", 0);
    assert_string_equal(requests_seen(store),
                        "2 Police DE asks Police SE about shared@x.org: asked  [] "
                        "1 Police DE asks Police SE about shared@x.org: granted 2999-12-31 [S-3] ");
    view(store, DE);
    assert_string_equal(cases_seen(store), "D-1 S-3 ");
    assert_false(end_request(store, 1)); /* not theirs to end */
    view(store, SE);
    assert_false(end_request(store, 2)); /* not granted */
    assert_true(end_request(store, 1));
    assert_false(end_request(store, 1)); /* once */
    assert_string_equal(
        requests_seen(store),
        "2 Police DE asks Police SE about shared@x.org: asked  [] "
        "1 Police DE asks Police SE about shared@x.org: ended 2999-12-31 [S-1,S-3] by bo: no longer needed ");
    view(store, DE);
    assert_string_equal(cases_seen(store), "D-1 ");
    view(store, SE);
    assert_true(answer(store, 2, true, asked, 1, "2999-12-31")); /* asked anew, granted anew */
    view(store, DE);
    assert_string_equal(cases_seen(store), "D-1 S-1 ");
    store_close(store);
}

static int see_countries(void *context, const char *kind, const char *country, const char *elsewhere)
{
    (void)context;
    see("%s:%s-%s ", kind, country, elsewhere);
    return 0;
}

static const char *countries_seen(struct store *store)
{
    struct error error = {0};
    seen[0] = '\0';
    OK(store_shared_hit_countries(store, see_countries, NULL, &error));
    return seen;
}

/* The centre reads S-3: what that shares with Germany is between Sweden and Germany. */
static void hits_join_the_countries_of_cases(void **state)
{
    (void)state;
    struct store *store = store_of_cases();
    view(store, CENTRE);
    const char *found = countries_seen(store);
    assert_non_null(strstr(found, "email:SE-DE "));
    assert_null(strstr(found, "email:EU-DE"));
    assert_null(strstr(found, "SE-SE")); /* S-1 has it too, and a readable case of its country */
    view(store, DE);
    assert_null(strstr(countries_seen(store), "DE-DE"));
    view(store, 0);
    assert_string_equal(countries_seen(store), "");
    store_close(store);
}

/* ---- purge ---- */

static void a_purged_case_was_never_there(void **state)
{
    (void)state;
    struct error error = {0};
    struct store *store = fresh_store(), *without = fresh_store();
    for (size_t i = 1; i < CASES; i++) {
        fill_case(store, i);
        fill_case(without, i);
    }
    fill_case(store, 0);
    struct store_purged purged;
    OK(store_case_purge(store, "S-1", &purged, &error));
    assert_int_equal(purged.evidence, 1);
    assert_int_equal(purged.files, 1);
    assert_int_equal(purged.sightings, 2);
    assert_int_equal(purged.selectors, 0);
    assert_int_equal(purged.left, 0);
    assert_same_dump(store, without);
    assert_int_equal(loud_cases_of(store, "email", "purged@x.org"), 1);
    OK(store_case_purge(store, "D-1", &purged, &error));
    assert_int_equal(purged.selectors, 1); /* only these two held purged@x.org */
    assert_string_equal(cases_of(store, "email", "purged@x.org"), "none");
    assert_string_equal(cases_of(store, "email", "secret@x.org"), "S-2");
    assert_int_equal(store_case_purge(store, "D-1", &purged, &error), -1);
    store_close(store);
    store_close(without);
}

int run_access_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(listings_show_what_one_may_read),
        cmocka_unit_test(a_query_that_forgets_who_reads_gives_nothing),
        cmocka_unit_test(a_hit_tells_of_an_authority_and_no_more),
        cmocka_unit_test(access_is_asked_granted_and_ends),
        cmocka_unit_test(a_grant_that_ended_does_not_come_back),
        cmocka_unit_test(hits_join_the_countries_of_cases),
        cmocka_unit_test(a_purged_case_was_never_there),
    };
    return cmocka_run_group_tests_name("access", tests, NULL, NULL);
}
