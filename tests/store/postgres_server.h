/* A private PostgreSQL server for a test: Debian's package, a cluster in a temporary folder, a Unix socket in that
 * folder and no network, stopped and removed at the end, even if the test dies. */
#ifndef TESTS_STORE_POSTGRES_SERVER_H
#define TESTS_STORE_POSTGRES_SERVER_H

/* Returns the URL of an empty database (with a '?' in it, so that "&option=value" may be appended), or NULL with *why:
 * a sentence that says what is missing. One server a process. */
const char *postgres_server_start(const char **why);
void postgres_server_stop(void); /* does nothing when none runs */

#endif
