/* with_postgres COMMAND…: runs a test beside a private PostgreSQL server, whose place the usual variables PGHOST and
 * PGUSER name. Where there is none, the test runs all the same, and POSTGRES_MISSING says why. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "postgres_server.h"

static void name_server(const char *url)
{
    char folder[128];
    const char *host = strstr(url, "host=") + strlen("host=");
    (void)snprintf(folder, sizeof folder, "%.*s", (int)strcspn(host, "&"), host);
    (void)setenv("PGHOST", folder, 1);
    (void)setenv("PGUSER", "samband", 1);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    const char *why = "";
    const char *url = postgres_server_start(&why);
    if (url != NULL)
        name_server(url);
    else
        (void)setenv("POSTGRES_MISSING", why, 1);
    pid_t child = fork();
    if (child == 0) {
        (void)execvp(argv[1], argv + 1);
        _exit(127);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child)
        return 99;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}
