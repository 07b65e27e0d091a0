/* samband serve: makes the store a centre. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "serve/serve.h"
#include "show/show.h"

static void say_ready(void *context, const struct serve_ready *ready)
{
    const struct serve_options *options = context;
    (void)printf("Samband answers at %s\n", ready->url);
    if (ready->fingerprint != NULL)
        (void)printf("certificate (SHA-256): %s\n", ready->fingerprint);
    if (ready->setup != NULL)
        (void)printf("nobody can sign in yet; this link sets up the first administrator, once:\n%s\n", ready->setup);
    if (options->no_workers)
        (void)printf("no workers: evidence waits until somebody runs \"samband work\"\n");
    (void)fflush(stdout);
}

static void say_line(void *context, const char *line)
{
    (void)context;
    (void)fprintf(stderr, "samband: %s\n", line);
}

/* The folders must be there; they are compared with what is asked for by their real paths. On failure those up to the
 * one that is not there are resolved, and none is left. */
static int resolve_folders(struct option_list *folders, struct error *error)
{
    for (size_t i = 0; i < folders->count; i++) {
        const char *real = realpath(folders->items[i], NULL);
        if (real == NULL) {
            (void)fail(error, "there is no folder %s (--evidence)", folders->items[i]);
            folders->count = i;
            return -1;
        }
        folders->items[i] = real;
    }
    return 0;
}

static void forget_folders(struct option_list *folders)
{
    for (size_t i = 0; i < folders->count; i++)
        free((char *)(uintptr_t)folders->items[i]);
    free(folders->items);
}

static int run(const struct cli *cli, int argc, char **argv)
{
    struct option_list folders = {0};
    struct serve_options options = {
        .store = cli->store, .listen = "127.0.0.1:8460", .ready = say_ready, .log = say_line};
    struct error error = {0};
    const struct option_row rows[] = {
        {"listen", OPTION_TEXT, &options.listen, "ADDRESS:PORT", "where to listen (default 127.0.0.1:8460)"},
        {"certificate", OPTION_TEXT, &options.certificate, "FILE", "the server's certificate and its chain, PEM"},
        {"key", OPTION_TEXT, &options.key, "FILE", "the certificate's key, PEM"},
        {"client-authority", OPTION_TEXT, &options.client_authority, "FILE",
         "whose certificates programs may sign in with, PEM"},
        {"no-tls", OPTION_FLAG, &options.no_tls, NULL, "without TLS; on loopback addresses only"},
        {"evidence", OPTION_LIST, &folders, "FOLDER", "evidence may be added from below this folder (may be repeated)"},
        {"state", OPTION_TEXT, &options.state, "FOLDER", "the server's keys (default STORE.state)"},
        {"workers", OPTION_NUMBER, &options.workers, "N", "worker processes (default: one per processor)"},
        {"no-workers", OPTION_FLAG, &options.no_workers, NULL, "read no evidence on this machine"},
        {NULL}};
    int status = 0;
    if (!read_only_options(&serve_command, rows, argc, argv, &status))
        return status;
    if ((options.certificate == NULL) != (options.key == NULL))
        return misuse(&serve_command, "--certificate and --key belong together");
    if (options.no_tls && (options.certificate != NULL || options.client_authority != NULL))
        return misuse(&serve_command, "--no-tls has no certificates");
    if (options.workers > 256)
        return misuse(&serve_command, "at most 256 workers");
    int result = resolve_folders(&folders, &error);
    options.evidence = folders.items;
    options.evidence_count = folders.count;
    options.context = &options;
    if (result == 0)
        result = serve_run(&options, &error);
    forget_folders(&folders);
    return result == 0 ? EXIT_DONE : failed(&error);
}

const struct command serve_command = {
    "serve",
    "serves the store to people and programs, over HTTPS",
    "[--listen ADDRESS:PORT] [options]",
    "Makes the store a centre: people sign in with a browser, programs with a certificate, and each reads what they "
    "may.\n"
    "The first start makes a certificate (its fingerprint is printed) and prints a link that sets up the first\n"
    "administrator. Evidence is read by worker processes beside the server. SIGTERM or ctrl-C ends it when what runs "
    "is\n"
    "answered.\n\n"
    "  samband serve --listen 127.0.0.1:8460 --evidence /srv/images\n"
    "  samband serve --listen 0.0.0.0:443 --certificate centre.pem --key centre.key",
    run,
    NULL};
