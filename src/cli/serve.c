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
    if (ready->fresh)
        (void)printf("there was no store %s: a new one is begun there\n", options->store);
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

struct folders {
    struct serve_folder *items; /* both texts owned */
    size_t count;
};

static void forget_folders(struct folders *folders)
{
    for (size_t i = 0; i < folders->count; i++) {
        free((char *)(uintptr_t)folders->items[i].path);
        free((char *)(uintptr_t)folders->items[i].authority);
    }
    free(folders->items);
}

/* FOLDER, or AUTHORITY=FOLDER. What begins with '/' or '.' is a folder, whatever else stands in it. The folder must be
 * there; what is asked for is compared with its real path. */
static int read_folder(const char *given, struct serve_folder *folder, struct error *error)
{
    const char *sign = given[0] == '/' || given[0] == '.' ? NULL : strchr(given, '=');
    const char *path = sign == NULL ? given : sign + 1;
    if (sign == given)
        return fail(error, "--evidence %s names no authority before the =", given);
    folder->path = realpath(path, NULL);
    if (folder->path == NULL)
        return fail(error, "there is no folder %s (--evidence)", path);
    folder->authority = sign == NULL ? NULL : strndup(given, (size_t)(sign - given));
    return sign != NULL && folder->authority == NULL ? fail(error, "memory is short") : 0;
}

static int read_folders(const struct option_list *given, struct folders *folders, struct error *error)
{
    folders->items = calloc(given->count + 1, sizeof *folders->items);
    if (folders->items == NULL)
        return fail(error, "memory is short");
    int result = 0;
    for (size_t i = 0; i < given->count && result == 0; i++) {
        folders->count++;
        result = read_folder(given->items[i], &folders->items[i], error);
    }
    return result;
}

static int run(const struct cli *cli, int argc, char **argv)
{
    struct option_list given = {0};
    struct folders folders = {0};
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
        {"evidence", OPTION_LIST, &given, "FOLDER",
         "evidence may be added from below it; AUTHORITY=FOLDER: by its people alone (may be repeated)"},
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
    int result = read_folders(&given, &folders, &error);
    options.evidence = folders.items;
    options.evidence_count = folders.count;
    options.context = &options;
    if (result == 0)
        result = serve_run(&options, &error);
    forget_folders(&folders);
    free(given.items);
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
    "  samband serve --listen 127.0.0.1:8460 --evidence 'Police of Malta=/srv/images/mt' --evidence /srv/images\n"
    "  samband serve --listen 0.0.0.0:443 --certificate centre.pem --key centre.key",
    run,
    NULL};
