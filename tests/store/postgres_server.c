/* A private PostgreSQL server for a test. A watching child process holds it: when the test ends, however it ends, the
 * pipe between them closes, and the child stops the server by its pid and removes its folder. */
#include "postgres_server.h"

#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t watcher;
static int leash = -1;
static char folder[64];
static char url[256];

/* Runs a program to its end (or, with *pid, in the background); its output goes to the folder's log. */
static int run_program(char *const *arguments, pid_t *pid)
{
    pid_t child = fork();
    if (child == 0) {
        char log[96];
        (void)snprintf(log, sizeof log, "%s/log", folder);
        int out = open(log, O_WRONLY | O_CREAT | O_APPEND, 0666);
        (void)dup2(out, STDOUT_FILENO);
        (void)dup2(out, STDERR_FILENO);
        (void)close(STDIN_FILENO);
        if (pid != NULL)
            (void)prctl(PR_SET_PDEATHSIG, SIGQUIT);
        (void)execv(arguments[0], arguments);
        _exit(127);
    }
    if (pid != NULL) {
        *pid = child;
        return child < 0 ? -1 : 0;
    }
    int status = -1;
    return child < 0 || waitpid(child, &status, 0) != child || status != 0 ? -1 : 0;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status, (void)kind, (void)walk;
    return remove(path);
}

/* PostgreSQL refuses to run as root. */
static int become_unprivileged(void)
{
    if (getuid() != 0)
        return 0;
    const struct passwd *user = getpwnam("postgres");
    if (user == NULL)
        user = getpwnam("nobody");
    if (user == NULL || chown(folder, user->pw_uid, user->pw_gid) != 0)
        return -1;
    return setgroups(0, NULL) == 0 && setgid(user->pw_gid) == 0 && setuid(user->pw_uid) == 0 ? 0 : -1;
}

/* The child's life: sets the server up, says 'y' once it answers, waits for the leash to close. */
static void watch(const char *programs, int ready, int hold)
{
    char initdb[96], server[96], isready[96], data[80];
    (void)snprintf(initdb, sizeof initdb, "%s/initdb", programs);
    (void)snprintf(server, sizeof server, "%s/postgres", programs);
    (void)snprintf(isready, sizeof isready, "%s/pg_isready", programs);
    (void)snprintf(data, sizeof data, "%s/data", folder);
    char *const create[] = {initdb,
                            (char[]){"-D"},
                            data,
                            (char[]){"-U"},
                            (char[]){"samband"},
                            (char[]){"-A"},
                            (char[]){"trust"},
                            (char[]){"-E"},
                            (char[]){"UTF8"},
                            (char[]){"--locale=C"},
                            (char[]){"--no-sync"},
                            NULL};
    char *const serve[] = {server,
                           (char[]){"-D"},
                           data,
                           (char[]){"-k"},
                           folder,
                           (char[]){"-c"},
                           (char[]){"listen_addresses="},
                           (char[]){"-c"},
                           (char[]){"fsync=off"},
                           (char[]){"-c"},
                           (char[]){"shared_buffers=256MB"},
                           (char[]){"-c"},
                           (char[]){"max_wal_size=4GB"},
                           NULL};
    char *const ask[] = {isready, (char[]){"-h"}, folder, (char[]){"-q"}, (char[]){"-d"}, (char[]){"postgres"}, NULL};
    pid_t pid = 0;
    if (become_unprivileged() == 0 && chdir("/") == 0 && run_program(create, NULL) == 0 &&
        run_program(serve, &pid) == 0) {
        int tries = 300;
        while (tries-- > 0 && waitpid(pid, NULL, WNOHANG) == 0 && run_program(ask, NULL) != 0)
            (void)usleep(100000);
        if (tries > 0 && write(ready, "y", 1) == 1) {
            char byte;
            while (read(hold, &byte, 1) > 0)
                ;
        }
        (void)kill(pid, SIGINT); /* a fast shutdown */
        (void)waitpid(pid, NULL, 0);
    }
    (void)nftw(folder, remove_entry, 32, FTW_DEPTH | FTW_PHYS);
    _exit(0);
}

const char *postgres_server_start(const char **why)
{
    glob_t found;
    if (glob("/usr/lib/postgresql/*/bin", 0, NULL, &found) != 0 || found.gl_pathc == 0) {
        *why = "PostgreSQL is not installed (apt-get install postgresql)";
        return NULL;
    }
    char programs[64];
    (void)snprintf(programs, sizeof programs, "%s", found.gl_pathv[found.gl_pathc - 1]);
    globfree(&found);
    (void)strcpy(folder, "/tmp/samband-postgres-XXXXXX");
    int ready[2], hold[2];
    if (mkdtemp(folder) == NULL || pipe2(ready, O_CLOEXEC) != 0 || pipe2(hold, O_CLOEXEC) != 0) {
        *why = "no temporary folder or pipe for PostgreSQL";
        return NULL;
    }
    watcher = fork();
    if (watcher == 0) {
        (void)close(ready[0]);
        (void)close(hold[1]);
        (void)setsid(); /* an interrupt at the terminal ends the test, and thereby us */
        watch(programs, ready[1], hold[0]);
    }
    (void)close(ready[1]);
    (void)close(hold[0]);
    leash = hold[1];
    char byte;
    ssize_t got = read(ready[0], &byte, 1);
    (void)close(ready[0]);
    if (got != 1) {
        postgres_server_stop();
        *why = "PostgreSQL is installed but a private cluster did not start";
        return NULL;
    }
    (void)atexit(postgres_server_stop);
    (void)snprintf(url, sizeof url, "postgresql:///postgres?host=%s&user=samband", folder);
    return url;
}

void postgres_server_stop(void)
{
    if (watcher <= 0)
        return;
    (void)close(leash);
    (void)waitpid(watcher, NULL, 0);
    watcher = 0;
}
