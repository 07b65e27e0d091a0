/* The workers of the machine: `samband work` on the same store, a process of its own, so that what reads evidence and
 * what answers people share nothing but the store. It is started again when it ends, after a wait that grows while it
 * falls again and again. */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "serve/server.h"

enum { WAIT_MOST = 60, STEADY = 60, END_SECONDS = 30 };

extern char **environ;

static int start(const struct server *server, pid_t *pid)
{
    char workers[32];
    posix_spawnattr_t attributes;
    sigset_t none, usual;
    (void)snprintf(workers, sizeof workers, "%lld", (long long)server->options->workers);
    const char *arguments[] = {
        "samband", "--store", server->options->store, "work",
        "--wait",  "--quiet", "--with-parent",        server->options->workers > 0 ? "--workers" : NULL,
        workers,   NULL};
    (void)sigemptyset(&none);
    (void)sigemptyset(&usual);
    (void)sigaddset(&usual, SIGTERM);
    (void)sigaddset(&usual, SIGINT);
    (void)sigaddset(&usual, SIGCHLD);
    (void)sigaddset(&usual, SIGPIPE);
    (void)posix_spawnattr_init(&attributes);
    (void)posix_spawnattr_setsigmask(&attributes, &none);
    (void)posix_spawnattr_setsigdefault(&attributes, &usual);
    (void)posix_spawnattr_setpgroup(&attributes, 0); /* what is typed at the terminal reaches the server alone */
    (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    int code = posix_spawn(pid, "/proc/self/exe", NULL, &attributes, (char **)(uintptr_t)arguments, environ);
    (void)posix_spawnattr_destroy(&attributes);
    return code;
}

static void note_end(struct child *child, const struct server *server, int status, int64_t now)
{
    child->falls = now - child->started >= STEADY ? 0 : child->falls + 1;
    int64_t wait = child->falls == 0 ? 0 : child->falls > 6 ? WAIT_MOST : 1 << (child->falls - 1);
    child->pid = 0;
    child->again = now + wait;
    server_log(server, "the workers ended (%s %d); they are started again in %lld s",
               WIFSIGNALED(status) ? "signal" : "status", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
               (long long)wait);
}

void child_watch(struct child *child, const struct server *server, int64_t now)
{
    int status = 0;
    pid_t pid = 0;
    if (server->options->no_workers)
        return;
    if (child->pid != 0 && waitpid(child->pid, &status, WNOHANG) == child->pid)
        note_end(child, server, status, now);
    if (child->pid != 0 || now < child->again)
        return;
    int code = start(server, &pid);
    child->started = now;
    child->pid = code == 0 ? pid : 0;
    if (code != 0) {
        child->again = now + WAIT_MOST;
        server_log(server, "cannot start the workers: %s", strerror(code));
    }
}

void child_end(struct child *child)
{
    if (child->pid == 0)
        return;
    (void)kill(child->pid, SIGTERM);
    for (int i = 0; i < 20 * END_SECONDS; i++) {
        if (waitpid(child->pid, NULL, WNOHANG) != 0)
            return;
        (void)nanosleep(&(struct timespec){0, 50 * 1000 * 1000}, NULL);
    }
    (void)kill(child->pid, SIGKILL); /* its units go back when their leases run out */
    (void)waitpid(child->pid, NULL, 0);
}
