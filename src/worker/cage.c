/* Landlock by its system calls (the C library has no wrappers for them), seccomp through libseccomp. */
#include "worker/cage.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The kernel's struct of ABI 4 and later; Debian 12's header knows only the first field. */
struct ruleset_attributes {
    uint64_t handled_access_fs;
    uint64_t handled_access_net;
    uint64_t scoped;
};

enum {
    ACCESS_FS_ABI_1 = (1 << 13) - 1, /* execute … make_sym */
    ACCESS_FS_REFER = 1 << 13,       /* ABI 2 */
    ACCESS_FS_TRUNCATE = 1 << 14,    /* ABI 3 */
    ACCESS_FS_IOCTL_DEV = 1 << 15,   /* ABI 5 */
    ACCESS_NET_ALL = 3,              /* ABI 4: bind and connect TCP */
    SCOPE_ALL = 3,                   /* ABI 6: abstract sockets and signals */
};

static int limit(int resource, rlim_t most)
{
    struct rlimit now;
    if (getrlimit((__rlimit_resource_t)resource, &now) != 0)
        return -1;
    struct rlimit wanted = {most, most};
    if (now.rlim_max != RLIM_INFINITY && now.rlim_max < most)
        wanted = (struct rlimit){now.rlim_max, now.rlim_max};
    return setrlimit((__rlimit_resource_t)resource, &wanted);
}

enum { NOT_DATA = 20 << 20 }; /* bytes of a worker that no limit counts: its code, its stack, what it maps to read */

static int limit_resources(uint64_t memory, struct error *error)
{
    int bad = limit(RLIMIT_CORE, 0) | limit(RLIMIT_FSIZE, 0) | limit(RLIMIT_NOFILE, 1024);
#ifndef __SANITIZE_ADDRESS__ /* its shadow memory would count */
    if (memory != 0)
        bad |= limit(RLIMIT_DATA, memory > 2 * NOT_DATA ? memory - NOT_DATA : memory / 2);
#else
    (void)memory;
#endif
    return bad == 0 ? 0 : fail(error, "cannot limit the worker's resources: %s", strerror(errno));
}

static int allow_path(int ruleset, const char *path, bool listing, struct error *error)
{
    int place = open(path, O_PATH | O_CLOEXEC);
    if (place < 0)
        return fail(error, "cannot open %s: %s", path, strerror(errno));
    struct stat status;
    bool folder = fstat(place, &status) == 0 && S_ISDIR(status.st_mode);
    uint64_t access = listing ? LANDLOCK_ACCESS_FS_READ_DIR : LANDLOCK_ACCESS_FS_READ_FILE;
    if (folder && !listing)
        access |= LANDLOCK_ACCESS_FS_READ_DIR;
    struct landlock_path_beneath_attr rule = {.allowed_access = access, .parent_fd = place};
    long done = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    int problem = errno;
    (void)close(place);
    return done == 0 ? 0 : fail(error, "cannot allow %s in the worker's cage: %s", path, strerror(problem));
}

static int lock_file_system(const struct cage_allowance *allowance, struct error *error)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 1)
        return fail(error,
                    "this kernel has no Landlock, so evidence cannot be read safely: use Linux 5.13 or later with "
                    "landlock in its list of security modules (lsm=)");
    struct ruleset_attributes attributes = {.handled_access_fs = ACCESS_FS_ABI_1};
    size_t size = sizeof attributes.handled_access_fs;
    if (abi >= 2)
        attributes.handled_access_fs |= ACCESS_FS_REFER;
    if (abi >= 3)
        attributes.handled_access_fs |= ACCESS_FS_TRUNCATE;
    if (abi >= 5)
        attributes.handled_access_fs |= ACCESS_FS_IOCTL_DEV;
    if (abi >= 4) {
        attributes.handled_access_net = ACCESS_NET_ALL;
        size = 2 * sizeof(uint64_t);
    }
    if (abi >= 6) {
        attributes.scoped = SCOPE_ALL;
        size = sizeof attributes;
    }
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes, size, 0);
    if (ruleset < 0)
        return fail(error, "cannot make the worker's cage (Landlock): %s", strerror(errno));
    int result = 0;
    for (size_t i = 0; result == 0 && i < allowance->path_count; i++)
        result = allow_path(ruleset, allowance->paths[i], false, error);
    for (size_t i = 0; result == 0 && i < allowance->listing_count; i++)
        result = allow_path(ruleset, allowance->listings[i], true, error);
    if (result == 0 && syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
        result = fail(error, "cannot lock the worker's cage (Landlock): %s", strerror(errno));
    (void)close(ruleset);
    return result;
}

/* What reading, computing and answering need. Everything else answers EPERM; what an attacker would want kills. */
static const int allowed_calls[] = {
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(readv),
    SCMP_SYS(writev),
    SCMP_SYS(pread64),
    SCMP_SYS(lseek),
    SCMP_SYS(close),
    SCMP_SYS(fstat),
    SCMP_SYS(stat),
    SCMP_SYS(lstat),
    SCMP_SYS(newfstatat),
    SCMP_SYS(statx),
    SCMP_SYS(access),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    SCMP_SYS(getdents64),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(getcwd),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(brk),
    SCMP_SYS(fadvise64),
    SCMP_SYS(futex),
    SCMP_SYS(sched_yield),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(getrandom),
    SCMP_SYS(sysinfo),
    SCMP_SYS(uname),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(getrusage),
    SCMP_SYS(dup),
    SCMP_SYS(poll),
    SCMP_SYS(getrlimit),
    SCMP_SYS(rseq),
};

static const int killing_calls[] = {
    SCMP_SYS(execve),     SCMP_SYS(execveat),     SCMP_SYS(fork),     SCMP_SYS(vfork),  SCMP_SYS(socket),
    SCMP_SYS(socketpair), SCMP_SYS(connect),      SCMP_SYS(bind),     SCMP_SYS(ptrace), SCMP_SYS(process_vm_writev),
    SCMP_SYS(bpf),        SCMP_SYS(unlink),       SCMP_SYS(unlinkat), SCMP_SYS(rename), SCMP_SYS(renameat2),
    SCMP_SYS(mount),      SCMP_SYS(memfd_create),
};

static int add_rules(scmp_filter_ctx filter)
{
    int bad = 0;
    for (size_t i = 0; i < sizeof allowed_calls / sizeof *allowed_calls; i++)
        bad |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed_calls[i], 0);
    for (size_t i = 0; i < sizeof killing_calls / sizeof *killing_calls; i++)
        bad |= seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, killing_calls[i], 0);
    /* Opening: for reading only. */
    const uint64_t writing = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND;
    bad |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, writing, 0));
    bad |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(open), 1, SCMP_A1(SCMP_CMP_MASKED_EQ, writing, 0));
    /* Memory: never executable. */
    const uint64_t executable = 4; /* PROT_EXEC */
    bad |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, executable, 0));
    bad |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, executable, 0));
    /* File descriptors: asking about them, not handing them on. */
    bad |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1, SCMP_A1(SCMP_CMP_LE, F_SETFL, 0));
    bad |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1, SCMP_A1(SCMP_CMP_EQ, F_DUPFD_CLOEXEC, 0));
    /* A signal only to itself: what abort() needs. */
    bad |=
        seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0));
    /* Locks: afflib asks for one before it reads, and opens nothing without. It is told that it has it; nothing is
     * locked. */
    bad |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(0), SCMP_SYS(flock), 0);
    /* Limits: reading them. */
    bad |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1, SCMP_A2(SCMP_CMP_EQ, 0, 0));
    return bad;
}

static int lock_system_calls(struct error *error)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (filter == NULL)
        return fail(error, "cannot make the worker's cage (seccomp)");
    int bad = add_rules(filter);
    if (bad == 0)
        bad = seccomp_load(filter);
    seccomp_release(filter);
    return bad == 0 ? 0 : fail(error, "cannot lock the worker's cage (seccomp): this kernel refuses the filter");
}

int cage_lock(const struct cage_allowance *allowance, struct error *error)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return fail(error, "cannot give up privileges: %s", strerror(errno));
    if (limit_resources(allowance->memory, error) != 0 || lock_file_system(allowance, error) != 0)
        return -1;
    return lock_system_calls(error);
}
