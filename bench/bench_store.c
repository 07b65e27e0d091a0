/* Measures the store as the rest of Samband uses it: fills one with CASES cases of SELECTORS selectors each (5
 * sightings for every 3 selectors, one transaction a case, a few thousand selectors shared), then asks for links,
 * for single selectors, for pages of them and for hit or no hit.
 *
 *     bench_store STORE [CASES [SELECTORS [CASES-PER-TRANSACTION]]]
 *
 * or commits large units to one evidence item: one of SIGHTINGS, a second like it elsewhere, and the first once more,
 * all of which is known then. Every eighth sighting is of one of ten values.
 *
 *     bench_store STORE units SIGHTINGS
 *
 * STORE must be new; "postgres" starts a private server. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "postgres_server.h"
#include "store/store.h"

enum { SHARED_EVERY = 10, FINDS = 200, VALUE_MAX = 96 };

static double seconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double processor(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Time spent inside the store alone. */
struct spent {
    double wall, processor;
};

static void start_clock(struct spent *spent)
{
    spent->wall -= seconds();
    spent->processor -= processor();
}

static void stop_clock(struct spent *spent)
{
    spent->wall += seconds();
    spent->processor += processor();
}

/* Selector i of a case. One in SHARED_EVERY hundred stands in this and the next case, a handful everywhere. */
static void name_selector(int case_number, int i, char value[VALUE_MAX])
{
    if (i < 5)
        (void)snprintf(value, VALUE_MAX, "everywhere%d@example.org", i);
    else if (i < 5 + SHARED_EVERY)
        (void)snprintf(value, VALUE_MAX, "pair%d-%d@example.org", case_number, i);
    else if (i < 5 + 2 * SHARED_EVERY)
        (void)snprintf(value, VALUE_MAX, "pair%d-%d@example.org", case_number - 1, i - SHARED_EVERY);
    else
        (void)snprintf(value, VALUE_MAX, "someone.%d.%d@mail%d.example.org", case_number, i, i % 97);
}

static int fill_case(struct store *store, int number, int selectors, struct spent *spent, struct error *error)
{
    size_t count = (size_t)selectors * 5 / 3;
    struct store_sighting *sightings = calloc(count, sizeof *sightings);
    char(*values)[VALUE_MAX] = calloc((size_t)selectors, VALUE_MAX);
    char reference[32];
    (void)snprintf(reference, sizeof reference, "C-%04d", number);
    static const char *const countries[] = {"SE", "DE", "FR", "NL", "PL", "ES"};
    struct store_case record = {.reference = reference,
                                .country = countries[number % 6],
                                .authority = "Police",
                                .title = "Bench",
                                .handling = "free",
                                .retention = ""};
    int64_t case_id, evidence_id;
    bool fresh;
    if (sightings == NULL || values == NULL)
        return fail(error, "memory is short");
    for (int i = 0; i < selectors; i++)
        name_selector(number, i, values[i]);
    for (size_t i = 0; i < count; i++) {
        const char *value = values[i % (size_t)selectors];
        sightings[i] = (struct store_sighting){.kind = "email",
                                               .value = value,
                                               .offset = (int64_t)i * 4999,
                                               .path = "",
                                               .file = 1 + (int64_t)i / 100,
                                               .file_offset = (int64_t)i % 100 * 4999,
                                               .count = 1,
                                               .context = "From: Some One <someone@mail.example.org> wrote"};
        store_selector_hash("email", value, strlen(value), sightings[i].hash);
    }

    int result = -1;
    if (store_case_add(store, &record, &case_id, error) == 0 &&
        store_evidence_add(store, case_id, "disk", "/disk", "", true, &evidence_id, &fresh, NULL, error) == 0) {
        start_clock(spent);
        result = store_sightings_add(store, case_id, evidence_id, sightings, count, error);
        stop_clock(spent);
    }
    free(sightings);
    free(values);
    return result;
}

static int count_selector(void *context, const struct store_selector *selector)
{
    ((int64_t *)context)[0]++;
    ((int64_t *)context)[1] += (int64_t)selector->case_count;
    return 0;
}

/* Hit or no hit, as a search asks: one value as several kinds at once; every second one is not there. */
static int measure_known(struct store *store, int cases, int selectors, struct error *error)
{
    enum { TOGETHER = 4, ASKED = 20000 };
    double start = seconds();
    int64_t hits = 0;
    for (int i = 0; i < ASKED; i++) {
        static const char *const kinds[TOGETHER] = {"email", "xmpp", "credential", "term"};
        uint8_t hashes[TOGETHER][SELECTOR_HASH_SIZE];
        bool known[TOGETHER];
        char value[VALUE_MAX];
        name_selector(i % cases, (int)((int64_t)i * 7919 % selectors), value);
        if (i % 2 == 1)
            value[0] = '-';
        for (int k = 0; k < TOGETHER; k++)
            store_selector_hash(kinds[k], value, strlen(value), hashes[k]);
        if (store_selectors_known(store, hashes, TOGETHER, known, error) != 0)
            return -1;
        hits += known[0];
    }
    double took = seconds() - start;
    (void)printf("hit or no hit: %d look-ups in %.2f s: %.0f a second, %lld hits\n", ASKED, took, ASKED / took,
                 (long long)hits);
    return 0;
}

struct last {
    char kind[32], value[VALUE_MAX];
};

static int keep_last(void *context, const struct store_selector *selector)
{
    struct last *last = context;
    (void)snprintf(last->kind, sizeof last->kind, "%s", selector->kind);
    (void)snprintf(last->value, sizeof last->value, "%s", selector->value);
    return 0;
}

/* Pages of 100 selectors, each behind the last row of the one before; the first ones of all, of one kind, of one case.
 */
static int measure_pages(struct store *store, struct error *error)
{
    enum { PAGES = 20 };
    static const struct {
        const char *name, *kind, *reference, *from;
    } listings[] = {{"all", NULL, NULL, NULL},
                    {"of a kind", "email", NULL, NULL},
                    {"of a kind, from its middle", "email", NULL, "someone.3"},
                    {"of a case", NULL, "C-0000", NULL}};
    for (size_t i = 0; i < sizeof listings / sizeof *listings; i++) {
        struct last last = {"email", ""};
        struct store_filter filter = {.kind = listings[i].kind, .case_reference = listings[i].reference, .limit = 101};
        if (listings[i].from != NULL)
            (void)snprintf(last.value, sizeof last.value, "%s", listings[i].from);
        double start = seconds();
        for (int page = 0; page < PAGES; page++) {
            filter.after = page == 0 && listings[i].from == NULL
                               ? (struct store_after){0}
                               : (struct store_after){.kind = last.kind, .value = last.value};
            if (store_selector_each(store, &filter, keep_last, &last, error) != 0)
                return -1;
        }
        (void)printf("pages %s: %.2f ms each\n", listings[i].name, (seconds() - start) / PAGES * 1e3);
    }
    return 0;
}

static int measure(struct store *store, int cases, int selectors, int together, struct error *error)
{
    int64_t per_case = (int64_t)selectors * 5 / 3, counted[2] = {0};
    struct spent spent = {0};
    for (int number = 0; number < cases; number += together) {
        if (store_begin(store, error) != 0)
            return -1;
        for (int i = number; i < cases && i < number + together; i++)
            if (fill_case(store, i, selectors, &spent, error) != 0)
                return -1;
        start_clock(&spent);
        bool last = number + together >= cases;
        if ((last && store_evidence_state(store, cases, "complete", "", error) != 0) || store_commit(store, error) != 0)
            return -1;
        stop_clock(&spent);
    }
    double rows = (double)per_case * cases;
    (void)printf("fill: %.0f sightings in %.1f s: %.0f a second; %.1f s of processor: %.0f a second\n", rows,
                 spent.wall, rows / spent.wall, spent.processor, rows / spent.processor);
    for (int round = 0; round < 3; round++) {
        counted[0] = counted[1] = 0;
        double start = seconds();
        if (store_shared_each(store, count_selector, counted, error) != 0)
            return -1;
        (void)printf("shared: %lld selectors with %lld cases in %.3f s\n", (long long)counted[0], (long long)counted[1],
                     seconds() - start);
    }
    double slowest = 0, all = 0;
    for (int i = 0; i < FINDS; i++) {
        char value[VALUE_MAX];
        bool found;
        name_selector(i % cases, i * 7 % selectors, value);
        double start = seconds();
        if (store_selector_find(store, "email", value, &found, count_selector, counted, error) != 0 || !found)
            return fail(error, "%s was not found", value);
        double took = seconds() - start;
        all += took;
        if (took > slowest)
            slowest = took;
    }
    (void)printf("find: %.3f ms on average, %.3f ms at most\n", all / FINDS * 1e3, slowest * 1e3);
    if (measure_known(store, cases, selectors, error) != 0 || measure_pages(store, error) != 0)
        return -1;
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    (void)printf("memory: %ld MiB at most\n", usage.ru_maxrss / 1024);
    return 0;
}

/* One batch of a unit, as analyse/commit.c hands them over: in the order of the disk. */
static int add_batch(struct store *store, int64_t evidence_id, int64_t first, size_t count, struct spent *spent,
                     struct error *error)
{
    struct store_sighting *sightings = calloc(count, sizeof *sightings);
    char(*values)[VALUE_MAX] = calloc(count, VALUE_MAX);
    int result = sightings == NULL || values == NULL ? fail(error, "memory is short") : 0;
    for (size_t i = 0; i < count && result == 0; i++) {
        int64_t place = first + (int64_t)i;
        (void)snprintf(values[i], VALUE_MAX,
                       place % 8 == 0 ? "everywhere%d@example.org" : "someone.%d@mail.example.org",
                       (int)(place % 8 == 0 ? place / 8 % 10 : place / 2));
        sightings[i] = (struct store_sighting){.kind = "email",
                                               .value = values[i],
                                               .offset = place * 64,
                                               .path = "",
                                               .file = 1 + place / 1000,
                                               .file_offset = place % 1000 * 64,
                                               .count = 1,
                                               .context = "From: Some One <someone@mail.example.org> wrote"};
        store_selector_hash("email", values[i], strlen(values[i]), sightings[i].hash);
    }
    start_clock(spent);
    if (result == 0)
        result = store_sightings_add(store, 1, evidence_id, sightings, count, error);
    stop_clock(spent);
    free(sightings);
    free(values);
    return result;
}

static int measure_units(struct store *store, int64_t count, struct error *error)
{
    enum { BATCH = 16 * 1024 };
    static const char *const names[] = {"first unit", "another unit", "first again"};
    const int64_t starts[] = {0, count, 0};
    struct store_case record = {.reference = "C-1",
                                .country = "SE",
                                .authority = "Police",
                                .title = "Bench",
                                .handling = "free",
                                .retention = ""};
    int64_t case_id, evidence_id;
    bool fresh;
    if (store_case_add(store, &record, &case_id, error) != 0 ||
        store_evidence_add(store, case_id, "disk", "/disk", "", true, &evidence_id, &fresh, NULL, error) != 0)
        return -1;
    for (int unit = 0; unit < 3; unit++) {
        struct spent spent = {0};
        if (store_begin(store, error) != 0)
            return -1;
        for (int64_t at = 0; at < count; at += BATCH)
            if (add_batch(store, evidence_id, starts[unit] + at, (size_t)(count - at < BATCH ? count - at : BATCH),
                          &spent, error) != 0)
                return -1;
        start_clock(&spent);
        if (store_commit(store, error) != 0)
            return -1;
        stop_clock(&spent);
        (void)printf("%s: %lld sightings in %.1f s: %.0f a second\n", names[unit], (long long)count, spent.wall,
                     (double)count / spent.wall);
    }
    return 0;
}

int main(int count, char **arguments)
{
    struct error error = {0};
    const char *why = "give a place for a new store";
    const char *where = count < 2 ? NULL : arguments[1];
    if (where != NULL && strcmp(where, "postgres") == 0)
        where = postgres_server_start(&why);
    if (where == NULL) {
        (void)fprintf(stderr, "bench_store: %s\n", why);
        return 2;
    }
    bool units = count == 4 && strcmp(arguments[2], "units") == 0;
    int64_t large = units ? atoll(arguments[3]) : 1;
    int cases = units       ? 1
                : count > 2 ? atoi(arguments[2])
                            : 200,
        selectors = !units && count > 3 ? atoi(arguments[3]) : 20000;
    int together = count > 4 ? atoi(arguments[4]) : 20;
    if (cases < 1 || selectors < 100 || selectors > 10000000 || together < 1 || large < 1 || large > 100000000)
        return 2;
    struct store *store = store_open(where, true, &error);
    int result = store == NULL ? -1
                 : units       ? measure_units(store, large, &error)
                               : measure(store, cases, selectors, together, &error);
    store_close(store);
    struct stat status;
    if (result == 0 && !units && stat(where, &status) == 0)
        (void)printf("size: %lld bytes, %.0f a sighting\n", (long long)status.st_size,
                     (double)status.st_size / ((double)cases * (double)(selectors * 5 / 3)));
    if (result != 0)
        (void)fprintf(stderr, "bench_store: %s\n", error.text);
    postgres_server_stop();
    return result == 0 ? 0 : 1;
}
