/* The cage: what a locked process can still do (read its evidence, compute, answer), and everything else it cannot.
 * Each case runs in a child of its own, since a lock is for life. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#undef fail /* cmocka's; base/error.h has its own */
#include "worker/cage.h"

enum { MEMORY = 64 << 20, DONE = 0, NOT_AS_EXPECTED = 1, NO_CAGE = 99 };

static char folder[64];
static char allowed[96], other[96], listed[96], within[128];

static void write_file(const char *path)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs("evidence", file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static int make_folder(void **state)
{
    (void)state;
    (void)strcpy(folder, "/tmp/samband-cage-XXXXXX");
    assert_non_null(mkdtemp(folder));
    (void)snprintf(allowed, sizeof allowed, "%s/allowed", folder);
    (void)snprintf(other, sizeof other, "%s/other", folder);
    (void)snprintf(listed, sizeof listed, "%s/listed", folder);
    (void)snprintf(within, sizeof within, "%s/secret", listed);
    write_file(allowed);
    write_file(other);
    assert_int_equal(mkdir(listed, 0700), 0);
    write_file(within);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    (void)unlink(within);
    (void)rmdir(listed);
    (void)unlink(allowed);
    (void)unlink(other);
    return rmdir(folder);
}

/* The status of a child that locked itself and did this. */
static int in_cage(int (*act)(void))
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const char *paths[] = {allowed};
        const char *listings[] = {listed};
        struct cage_allowance allowance = {paths, 1, listings, 1, MEMORY};
        struct error error = {0};
        if (cage_lock(&allowance, &error) != 0) {
            (void)fprintf(stderr, "%s\n", error.text);
            _exit(NO_CAGE);
        }
        _exit(act());
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static int as_expected(int good)
{
    return good ? DONE : NOT_AS_EXPECTED;
}

static int reads(void)
{
    char text[16] = "";
    int descriptor = open(allowed, O_RDONLY | O_CLOEXEC);
    struct stat status;
    return as_expected(descriptor >= 0 && read(descriptor, text, sizeof text) == 8 && strcmp(text, "evidence") == 0 &&
                       pread(descriptor, text, 3, 5) == 3 && lseek(descriptor, 0, SEEK_END) == 8 &&
                       fstat(descriptor, &status) == 0 && close(descriptor) == 0);
}
static int lists(void)
{
    DIR *directory = opendir(listed);
    int entries = 0;
    while (directory != NULL && readdir(directory) != NULL)
        entries++;
    return as_expected(entries == 3);
}
static int computes(void)
{
    void *memory = malloc(16 << 20);
    if (memory == NULL)
        return NOT_AS_EXPECTED;
    memset(memory, 7, 16 << 20);
    memory = realloc(memory, 20 << 20);
    struct timespec time;
    return as_expected(memory != NULL && clock_gettime(CLOCK_MONOTONIC, &time) == 0 && getpid() > 0);
}
static int refused(int result)
{
    return as_expected(result < 0 && (errno == EACCES || errno == EPERM));
}
static int opens_another_file(void)
{
    return refused(open(other, O_RDONLY));
}
static int opens_a_listed_file(void)
{
    return refused(open(within, O_RDONLY));
}
static int lists_elsewhere(void)
{
    return refused(open("/etc", O_RDONLY | O_DIRECTORY));
}
static int lists_the_folder_of_a_file(void)
{
    return refused(open(folder, O_RDONLY | O_DIRECTORY));
}
static int reads_passwords(void)
{
    return refused(open("/etc/passwd", O_RDONLY));
}
static int reads_processes(void)
{
    return refused(open("/proc/1/status", O_RDONLY));
}
static int opens_for_writing(void)
{
    return refused(open(allowed, O_WRONLY));
}
static int opens_for_both(void)
{
    return refused(open(allowed, O_RDWR));
}
static int opens_to_truncate(void)
{
    return refused(open(allowed, O_RDONLY | O_TRUNC));
}
static int creates(void)
{
    return refused(open("new", O_CREAT | O_WRONLY, 0600));
}
static int creates_beside(void)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/new", listed);
    return refused(open(path, O_CREAT | O_EXCL | O_WRONLY, 0600));
}
static int makes_a_folder(void)
{
    return refused(mkdir("new", 0700));
}
static int truncates(void)
{
    return refused(truncate(allowed, 0));
}
static int changes_rights(void)
{
    return refused(chmod(allowed, 0777));
}
static int links(void)
{
    return refused(symlink("/etc/passwd", "new"));
}
static int signals_its_parent(void)
{
    return refused(kill(getppid(), 0));
}
static int signals_a_thread_elsewhere(void)
{
    return refused((int)syscall(SYS_tgkill, getppid(), getppid(), SIGTERM));
}
static int makes_code(void)
{
    return as_expected(mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
                       MAP_FAILED);
}
static int turns_data_into_code(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return as_expected(page != MAP_FAILED && mprotect(page, 4096, PROT_READ | PROT_EXEC) != 0);
}
static int raises_limits(void)
{
    return refused(setrlimit(RLIMIT_DATA, &(struct rlimit){RLIM_INFINITY, RLIM_INFINITY}));
}
static int opens_by_handle(void)
{
    return refused((int)syscall(SYS_openat2, AT_FDCWD, allowed, NULL, 0));
}
static int uses_a_ring(void)
{
    return refused((int)syscall(SYS_io_uring_setup, 1, NULL));
}
static int makes_a_name_space(void)
{
    return refused((int)syscall(SYS_unshare, 0x10000000));
}
static int makes_a_thread(void)
{
    return refused((int)syscall(SYS_clone3, NULL, 0));
}
static int takes_more_memory(void)
{
    char *memory = malloc(2 * (size_t)MEMORY);
    if (memory != NULL)
        memset(memory, 1, 2 * (size_t)MEMORY);
    return as_expected(memory == NULL);
}

static int runs_a_program(void)
{
    char *const arguments[] = {(char[]){"true"}, NULL};
    return execve("/bin/true", arguments, NULL);
}
static int opens_a_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0);
}
static int opens_a_local_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM, 0);
}
static int pairs_sockets(void)
{
    int pair[2];
    return socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
}
static int forks(void)
{
    return (int)syscall(SYS_fork);
}
static int traces(void)
{
    return (int)ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
}
static int unlinks(void)
{
    return unlink(allowed);
}
static int renames(void)
{
    return rename(allowed, other);
}
static int hides_a_file(void)
{
    return memfd_create("x", 0);
}

#define CASE(name)                                                                                                     \
    {                                                                                                                  \
#name, name                                                                                                    \
    }
struct cage_case {
    const char *name;
    int (*act)(void);
};

static const struct cage_case unharmed[] = {
    CASE(reads),
    CASE(lists),
    CASE(computes),
    CASE(opens_another_file),
    CASE(opens_a_listed_file),
    CASE(lists_elsewhere),
    CASE(lists_the_folder_of_a_file),
    CASE(reads_passwords),
    CASE(reads_processes),
    CASE(opens_for_writing),
    CASE(opens_for_both),
    CASE(opens_to_truncate),
    CASE(creates),
    CASE(creates_beside),
    CASE(makes_a_folder),
    CASE(truncates),
    CASE(changes_rights),
    CASE(links),
    CASE(signals_its_parent),
    CASE(signals_a_thread_elsewhere),
    CASE(makes_code),
    CASE(turns_data_into_code),
    CASE(raises_limits),
    CASE(opens_by_handle),
    CASE(uses_a_ring),
    CASE(makes_a_name_space),
    CASE(makes_a_thread),
#ifndef __SANITIZE_ADDRESS__ /* its shadow memory would count, so the cage sets no limit */
    CASE(takes_more_memory),
#endif
};
static const struct cage_case killed[] = {
    CASE(runs_a_program), CASE(opens_a_socket), CASE(opens_a_local_socket),
    CASE(pairs_sockets),  CASE(forks),          CASE(traces),
    CASE(unlinks),        CASE(renames),        CASE(hides_a_file),
};

static void what_is_allowed_works_and_the_rest_is_refused(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < sizeof unharmed / sizeof *unharmed; i++) {
        int status = in_cage(unharmed[i].act);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != DONE) {
            print_error("%s: status %x\n", unharmed[i].name, (unsigned)status);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static void what_an_attacker_wants_kills(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < sizeof killed / sizeof *killed; i++) {
        int status = in_cage(killed[i].act);
        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS) {
            print_error("%s: status %x, no SIGSYS\n", killed[i].name, (unsigned)status);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static int dumps_core(void)
{
    struct rlimit limit;
    return as_expected(getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_max == 0 &&
                       getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_max == 0);
}

static void leaves_nothing_behind(void **state)
{
    (void)state;
    assert_int_equal(in_cage(dumps_core), 0);
    struct stat status;
    assert_int_equal(stat(allowed, &status), 0);
    assert_int_equal(status.st_size, 8);
    assert_int_equal(stat(other, &status), 0);
    assert_int_not_equal(access("new", F_OK), 0);
}

static void a_path_that_is_not_there_is_an_error(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        const char *paths[] = {"/nonexistent/evidence"};
        struct error error = {0};
        int result = cage_lock(&(struct cage_allowance){paths, 1, NULL, 0, 0}, &error);
        _exit(result == -1 && strstr(error.text, "/nonexistent/evidence") != NULL ? DONE : NOT_AS_EXPECTED);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_allowed_works_and_the_rest_is_refused),
        cmocka_unit_test(what_an_attacker_wants_kills),
        cmocka_unit_test(leaves_nothing_behind),
        cmocka_unit_test(a_path_that_is_not_there_is_an_error),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
