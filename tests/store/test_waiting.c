/* A commit that takes longer than a minute keeps other processes of an SQLite store waiting; it does not end them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/store.h"

#include <cmocka.h> /* last: it makes a macro of fail() */

enum { SECONDS = 64 };

/* Another process, begun before this one opens the store (SQLite's locks do not survive a fork), claims a unit once it
 * is told to: it ends with 0 when it got one. */
static pid_t start_other(const char *path, int *tell)
{
    int ends[2];
    char byte;
    assert_int_equal(pipe(ends), 0);
    pid_t other = fork();
    *tell = ends[1];
    if (other != 0)
        return other;
    struct error error = {0};
    struct store_unit unit;
    bool found = false;
    int64_t left = 0;
    struct store *store = read(ends[0], &byte, 1) == 1 ? store_open(path, false, &error) : NULL;
    int result = store == NULL ? -1 : store_unit_claim(store, "other", 60, NULL, 0, &unit, &found, &left, &error);
    if (result != 0)
        (void)fprintf(stderr, "%s\n", error.text);
    store_close(store);
    _exit(result == 0 && found ? 0 : 1);
}

static void a_long_commit_is_waited_for(void **state)
{
    (void)state;
    struct error error = {0};
    char folder[] = "/tmp/samband-waiting-XXXXXX", path[64], left_over[80];
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/store.db", folder);
    int tell = -1;
    pid_t other = start_other(path, &tell);
    struct store *store = store_open(path, true, &error);
    struct store_case record = {
        .reference = "A", .country = "SE", .authority = "", .title = "", .handling = "free", .retention = ""};
    struct store_unit unit = {.kind = UNIT_SPAN, .length = 1};
    int64_t case_id = 0;
    bool fresh = false;
    int status = -1;
    assert_non_null(store);
    assert_int_equal(store_case_add(store, &record, &case_id, &error), 0);
    assert_int_equal(store_evidence_add(store, case_id, "a", "/a", "", true, &unit.evidence_id, &fresh, NULL, &error),
                     0);
    assert_int_equal(store_unit_add(store, &unit, &error), 0);
    assert_int_equal(store_begin(store, &error), 0);
    assert_int_equal(write(tell, "y", 1), 1);
    (void)sleep(SECONDS);
    assert_int_equal(waitpid(other, &status, WNOHANG), 0); /* it waits */
    assert_int_equal(store_commit(store, &error), 0);
    assert_int_equal(waitpid(other, &status, 0), other);
    assert_int_equal(status, 0);
    store_close(store);
    for (const char *const *end = (const char *const[]){"", "-wal", "-shm", NULL}; *end != NULL; end++) {
        (void)snprintf(left_over, sizeof left_over, "%s%s", path, *end);
        (void)unlink(left_over);
    }
    (void)rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_long_commit_is_waited_for)};
    return cmocka_run_group_tests_name("store: waiting", tests, NULL, NULL);
}
