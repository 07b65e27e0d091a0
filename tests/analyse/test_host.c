/* Whose units are taken over at once: those of a process beside this one that is truly gone, and nobody else's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analyse/host.h"

#include <cmocka.h> /* last: it makes a macro of fail() */

/* The parts of this process's name; `beside` changes one of the first three, from 0. */
static void name_of(char out[HOST_NAME_SIZE], int changed, long process, const char *start)
{
    char own[HOST_NAME_SIZE];
    const char *parts[5];
    host_name(own);
    char *at = own;
    for (int i = 0; i < 5; i++) {
        parts[i] = strsep(&at, "/");
        assert_non_null(parts[i]);
        if (i == changed)
            parts[i] = "other";
    }
    assert_null(at);
    (void)snprintf(out, HOST_NAME_SIZE, "%.40s/%.40s/%.40s/%ld/%.20s", parts[0], parts[1], parts[2], process,
                   start == NULL ? parts[4] : start);
}

static bool taken_over(const char *worker)
{
    struct error error = {0};
    struct store *store = store_open(":memory:", true, &error);
    struct store_case record = {
        .reference = "A", .country = "SE", .authority = "", .title = "", .handling = "free", .retention = ""};
    struct store_unit unit = {.kind = UNIT_MAP};
    int64_t case_id = 0, left = 0;
    bool fresh = false, found = false;
    char own[HOST_NAME_SIZE];
    host_name(own);
    assert_non_null(store);
    assert_int_equal(store_case_add(store, &record, &case_id, &error), 0);
    assert_int_equal(store_evidence_add(store, case_id, "a", "/a", "", true, &unit.evidence_id, &fresh, NULL, &error), 0);
    assert_int_equal(store_unit_add(store, &unit, &error), 0);
    assert_int_equal(store_unit_claim(store, worker, 600, NULL, 0, &unit, &found, &left, &error), 0);
    assert_true(found);
    assert_int_equal(host_release_dead(store, own, &error), 0);
    assert_int_equal(store_unit_claim(store, "next", 600, NULL, 0, &unit, &found, &left, &error), 0);
    store_close(store);
    return found;
}

static void only_the_dead_beside_us_are_replaced(void **state)
{
    (void)state;
    char name[HOST_NAME_SIZE], own[HOST_NAME_SIZE];
    siginfo_t info;
    pid_t gone = fork();
    if (gone == 0)
        _exit(0);
    assert_int_equal(waitid(P_PID, (id_t)gone, &info, WEXITED | WNOWAIT), 0);
    name_of(name, -1, gone, NULL); /* dead, and nobody has waited for it: as for orphans in many a container */
    assert_true(taken_over(name));
    assert_int_equal(waitpid(gone, NULL, 0), gone);
    host_name(own);
    name_of(name, -1, getpid(), NULL);
    assert_string_equal(name, own);
    assert_false(taken_over(own));
    name_of(name, -1, gone, NULL);
    assert_true(taken_over(name));
    name_of(name, -1, getpid(), "1"); /* its number was given again */
    assert_true(taken_over(name));
    for (int other = 0; other < 3; other++) { /* another machine, boot or container: who knows */
        name_of(name, other, gone, NULL);
        assert_false(taken_over(name));
    }
    assert_false(taken_over("somebody"));
}

static void the_machine_has_an_id_that_is_not_told(void **state)
{
    (void)state;
    char own[HOST_NAME_SIZE], host[65] = "", line[80] = "";
    FILE *file = fopen("/etc/machine-id", "re");
    if (file == NULL || fgets(line, sizeof line, file) == NULL || strlen(line) < 32)
        skip();
    (void)fclose(file);
    host_name(own);
    (void)gethostname(host, sizeof host - 1);
    assert_int_not_equal(strncmp(own, host, strlen(host)), 0);
    assert_int_not_equal(strncmp(own, line, 16), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_dead_beside_us_are_replaced),
        cmocka_unit_test(the_machine_has_an_id_that_is_not_told),
    };
    return cmocka_run_group_tests_name("analyse: host", tests, NULL, NULL);
}
