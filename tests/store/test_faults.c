/* What happens when it goes wrong: processes killed, disks full, several workers at once, files that are no stores. */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libpq-fe.h>

enum { UNITS = 24, SIGHTINGS = 300 };

static void lay_units(struct store *store)
{
    struct error error = {0};
    (void)add_evidence(store, add_case(store, "A-1", "SE"), "/a");
    (void)add_evidence(store, add_case(store, "B-1", "DE"), "/b");
    for (int64_t i = 0; i < UNITS; i++)
        OK(store_unit_add(
            store, &(struct store_unit){.evidence_id = 1 + i % 2, .kind = UNIT_SPAN, .start = i, .length = 1}, &error));
}

/* The sightings of a unit, a third of them shared by all units; then its end, in one transaction. */
static int do_unit(struct store *store, const struct store_unit *unit, const char *worker, bool *ours,
                   struct error *error)
{
    static char values[SIGHTINGS][64];
    struct store_sighting sightings[SIGHTINGS];
    for (int i = 0; i < SIGHTINGS; i++) {
        (void)snprintf(values[i], sizeof values[i], "v%d-%d@x.org", i, i % 3 == 0 ? 0 : (int)unit->start);
        sightings[i] = sighting_of("email", values[i], unit->start * 1000 + i, 0);
    }
    if (store_begin(store, error) != 0)
        return -1;
    if (store_sightings_add(store, unit->evidence_id, unit->evidence_id, sightings, SIGHTINGS, error) == 0 &&
        store_unit_finish(store, unit, worker, "done", ours, error) == 0 && *ours && store_commit(store, error) == 0)
        return 0;
    bool again = store_retryable(store);
    store_rollback(store);
    return again ? 1 : *ours ? -1 : 0;
}

/* Works until nothing is left; 0, or -1. */
static int work(const char *where, const char *worker, int64_t lease)
{
    struct error error = {0};
    struct store *store = store_open(where, false, &error);
    int result = store == NULL ? -1 : 0;
    while (result == 0) {
        struct store_unit unit;
        bool found = false, ours = true;
        int64_t left = 0;
        result = store_unit_claim(store, worker, lease, NULL, 0, &unit, &found, &left, &error);
        if (result == 0 && !found && left == 0)
            break;
        if (result != 0 && store_retryable(store))
            result = 0;
        else if (result == 0 && !found)
            (void)usleep(20000);
        else if (result == 0)
            while ((result = do_unit(store, &unit, worker, &ours, &error)) == 1)
                ;
    }
    if (result != 0)
        (void)fprintf(stderr, "%s: %s\n", worker, error.text);
    store_close(store);
    return result;
}

static pid_t start_worker(const char *where, int number, int64_t lease)
{
    pid_t pid = fork();
    if (pid == 0) {
        char name[32];
        (void)snprintf(name, sizeof name, "worker-%d", number);
        _exit(work(where, name, lease) == 0 ? 0 : 1);
    }
    return pid;
}

static void several_workers_give_what_one_gives(void **state)
{
    (void)state;
    char where[512], alone[512];
    (void)strcpy(where, fresh_place());
    (void)strcpy(alone, fresh_place());
    struct store *one = open_store(alone), *many = open_store(where);
    lay_units(one);
    lay_units(many);
    store_close(one);
    store_close(many);
    pid_t workers[4], single = start_worker(alone, 9, 600);
    for (int i = 0; i < 4; i++)
        workers[i] = start_worker(where, i, 600);
    int status = 0;
    assert_int_equal(waitpid(single, &status, 0), single);
    assert_int_equal(status, 0);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(waitpid(workers[i], &status, 0), workers[i]);
        assert_int_equal(status, 0);
    }
    one = open_store(alone);
    many = open_store(where);
    assert_same_dump(one, many);
    assert_int_equal(loud_cases_of(many, "email", "v3-0@x.org"), 2);
    store_close(one);
    store_close(many);
}

static void killed_workers_lose_and_double_nothing(void **state)
{
    (void)state;
    char where[512], alone[512];
    (void)strcpy(where, fresh_place());
    (void)strcpy(alone, fresh_place());
    struct store *one = open_store(alone), *many = open_store(where);
    lay_units(one);
    lay_units(many);
    store_close(one);
    store_close(many);
    assert_int_equal(work(alone, "alone", 600), 0);
    int killed = 0, status = 0;
    unsigned delay = 1000;
    for (int round = 0; round < 60; round++) {
        pid_t worker = start_worker(where, round, 0); /* leases that are over at once: the next takes the unit */
        (void)usleep(delay);
        delay = 1000 + (delay * 37 + 11) % 30000;
        (void)kill(worker, SIGKILL);
        (void)waitpid(worker, &status, 0);
        killed += WIFSIGNALED(status) ? 1 : 0;
    }
    assert_true(killed > 3);
    assert_int_equal(work(where, "last", 0), 0);
    one = open_store(alone);
    many = open_store(where);
    assert_same_dump(one, many);
    store_close(one);
    store_close(many);
}

/* A child whose files may not grow beyond `bytes` writes until it must fail; it says 'y' if the sentence was right and
 * the store could still be read. */
static void write_on_a_full_disk(const char *where, rlim_t bytes)
{
    struct error error = {0};
    (void)signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit = {bytes, bytes};
    (void)setrlimit(RLIMIT_FSIZE, &limit);
    struct store *store = store_open(where, false, &error);
    bool ours = true;
    int result = store == NULL ? -1 : 0;
    while (result == 0) {
        struct store_unit unit;
        bool found = false;
        int64_t left = 0;
        result = store_unit_claim(store, "w", 0, NULL, 0, &unit, &found, &left, &error);
        if (result == 0 && !found)
            _exit(2); /* it never was full */
        if (result == 0)
            result = do_unit(store, &unit, "w", &ours, &error);
    }
    if (strstr(error.text, "no room left") == NULL)
        (void)fprintf(stderr, "%s\n", error.text);
    _exit(strstr(error.text, "no room left") == NULL ? 3 : 0);
}

static void a_full_disk_rolls_back_and_the_store_goes_on(void **state)
{
    (void)state;
    if (!fixture_is_sqlite())
        skip();
    char where[512], alone[512];
    (void)strcpy(where, fresh_place());
    (void)strcpy(alone, fresh_place());
    struct store *one = open_store(alone), *full = open_store(where);
    lay_units(one);
    lay_units(full);
    store_close(one);
    store_close(full);
    assert_int_equal(work(alone, "alone", 600), 0);
    for (rlim_t bytes = 300000; bytes < 900000; bytes += 100000) {
        pid_t child = fork();
        if (child == 0)
            write_on_a_full_disk(where, bytes);
        int status = 0;
        (void)waitpid(child, &status, 0);
        assert_int_equal(status, 0);
    }
    assert_int_equal(work(where, "last", 0), 0); /* there is room again */
    one = open_store(alone);
    full = open_store(where);
    assert_same_dump(one, full);
    store_close(one);
    store_close(full);
}

static void what_is_no_store_is_named(void **state)
{
    (void)state;
    if (!fixture_is_sqlite())
        skip();
    struct error error = {0};
    const char *where = fresh_place();
    FILE *file = fopen(where, "w");
    assert_non_null(file);
    for (int i = 0; i < 1000; i++)
        (void)fputs("a text that is no database\n", file);
    (void)fclose(file);
    assert_null(store_open(where, true, &error));
    assert_non_null(strstr(error.text, "is not a Samband store"));
}

static void a_store_of_a_newer_program_is_refused(void **state)
{
    (void)state;
    struct error error = {0};
    char where[512], command[700];
    (void)strcpy(where, fresh_place());
    store_close(open_store(where));
    assert_null(strchr(where, '\''));
    (void)snprintf(command, sizeof command,
                   fixture_is_sqlite() ? "sqlite3 '%s' 'UPDATE samband_schema SET version = 99'"
                                       : "psql -q '%s' -c 'UPDATE samband_schema SET version = 99'",
                   where);
    if (system(command) != 0)
        skip(); /* no client to change it with */
    assert_null(store_open(where, true, &error));
    assert_non_null(strstr(error.text, "newer Samband"));
}

static void a_lost_connection_says_so(void **state)
{
    (void)state;
    if (fixture_is_sqlite())
        skip();
    struct error error = {0};
    char where[512];
    (void)strcpy(where, fresh_place());
    struct store *store = open_store(where);
    (void)add_case(store, "A-1", "SE");
    OK(store_begin(store, &error));
    PGconn *other = PQconnectdb(where);
    PQclear(PQexec(other, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                          " AND usename = 'samband'"));
    PQfinish(other);
    int64_t id = 0;
    assert_int_equal(store_case_find(store, "A-1", &id, &error), -1);
    assert_non_null(strstr(error.text, "was lost"));
    assert_false(store_retryable(store));
    store_rollback(store);
    assert_int_equal(store_begin(store, &error), -1);
    store_close(store);
    store = open_store(where);
    OK(store_case_find(store, "A-1", &id, &error));
    assert_int_equal(id, 1);
    store_close(store);
}

int run_fault_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_workers_give_what_one_gives),
        cmocka_unit_test(killed_workers_lose_and_double_nothing),
        cmocka_unit_test(a_full_disk_rolls_back_and_the_store_goes_on),
        cmocka_unit_test(a_lost_connection_says_so),
        cmocka_unit_test(what_is_no_store_is_named),
        cmocka_unit_test(a_store_of_a_newer_program_is_refused),
    };
    return cmocka_run_group_tests_name("store: faults", tests, NULL, NULL);
}
