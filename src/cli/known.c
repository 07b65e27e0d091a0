/* samband known: hash sets of files, and stop lists of selectors: what links nobody, and what alerts. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/listing.h"
#include "show/spelling.h"
#include "known/list.h"
#include "scan/kinds.h"

static int run_add(const struct cli *cli, int argc, char **argv);
static int run_stop(const struct cli *cli, int argc, char **argv);
static int run_match(const struct cli *cli, int argc, char **argv);
static int run_list(const struct cli *cli, int argc, char **argv);

static const struct command add_command = {"known add",
                                           "reads a list of file digests into a hash set",
                                           "--set NAME [--kind good|bad|own] FILE…",
                                           "Reads MD5, SHA-1 or SHA-256 digests into the hash set NAME and matches all "
                                           "files anew. FILE is a plain list, hashdeep's\n"
                                           "or the NSRL's text; - is standard input. Files of kind good (the default) "
                                           "link nobody, nor does what stands in them.\n\n"
                                           "  samband known add --set nsrl-2026 NSRLFile.txt",
                                           run_add,
                                           "known"};
static const struct command stop_command = {
    "known stop",
    "puts a value on the stop list",
    "KIND VALUE [--reason TEXT]",
    "A value on the stop list is still found and shown, but links nobody.\n\n"
    "  samband known stop email info@example.org --reason \"stands in every installation\"",
    run_stop,
    "known"};
static const struct command match_command = {"known match",
                                             "matches all files against the hash sets again",
                                             "",
                                             "Looks up every file of the store again. `known add` does this by itself.",
                                             run_match,
                                             "known"};
static const struct command list_command = {
    "known list", "lists the hash sets",
    "[--json]",   "Lists each hash set: how many digests it has and how many files match.",
    run_list,     "view"};
static const struct command *const subcommands[] = {&add_command, &stop_command, &match_command, &list_command, NULL};

struct adding {
    struct store *store;
    struct error *error;
    int64_t set_id;
    int64_t count;
};

static int add_digest(void *context, const uint8_t *digest, size_t length)
{
    struct adding *adding = context;
    adding->count++;
    return store_known_add(adding->store, adding->set_id, digest, length, adding->error);
}

static int add_file(struct adding *adding, const char *path)
{
    bool standard = strcmp(path, "-") == 0;
    FILE *file = standard ? stdin : fopen(path, "re");
    if (file == NULL)
        return fail(adding->error, "cannot open %s: %s", path, strerror(errno));
    int result = known_list_read(file, path, add_digest, adding, adding->error);
    if (!standard)
        (void)fclose(file);
    return result;
}

static int match(struct store *store, struct error *error)
{
    int64_t good = 0;
    int64_t bad = 0;
    if (store_known_match(store, &good, &bad, error) != 0)
        return -1;
    (void)printf("%lld files are known good, %lld known bad\n", (long long)good, (long long)bad);
    return 0;
}

static int run_add(const struct cli *cli, int argc, char **argv)
{
    struct error error = {0};
    struct adding adding = {.error = &error};
    const char *set = NULL;
    const char *kind = "good";
    const struct option_row rows[] = {
        {"set", OPTION_TEXT, &set, "NAME", "the hash set; made when there is none (required)"},
        {"kind", OPTION_TEXT, &kind, "KIND", "good (ignore), bad (alert) or own"},
        {NULL}};
    int status = 0;
    int count = read_options(&add_command, rows, argc, argv, &status);
    if (count < 0)
        return status;
    if (set == NULL || count == 0)
        return misuse(&add_command, "name the set with --set, and at least one file of digests");
    if (strcmp(kind, "good") != 0 && strcmp(kind, "bad") != 0 && strcmp(kind, "own") != 0)
        return misuse(&add_command, "--kind is good, bad or own");
    for (int i = 1; i <= count; i++) /* before a store is made for nothing */
        if (strcmp(argv[i], "-") != 0 && access(argv[i], R_OK) != 0) {
            (void)fail(&error, "cannot open %s: %s", argv[i], strerror(errno));
            return failed(&error);
        }
    adding.store = open_store(cli, true);
    if (adding.store == NULL)
        return EXIT_FAILED;
    int result = store_begin(adding.store, &error);
    if (result == 0)
        result = store_known_set(adding.store, set, kind, &adding.set_id, &error);
    for (int i = 1; result == 0 && i <= count; i++)
        result = add_file(&adding, argv[i]);
    if (result == 0)
        result = store_commit(adding.store, &error);
    else
        store_rollback(adding.store);
    if (result == 0) {
        (void)printf("%lld digests read into %s\n", (long long)adding.count, printable(set));
        result = match(adding.store, &error);
    }
    store_close(adding.store);
    return result == 0 ? EXIT_DONE : failed(&error);
}

static int run_stop(const struct cli *cli, int argc, char **argv)
{
    const char *reason = "";
    const struct option_row rows[] = {{"reason", OPTION_TEXT, &reason, "TEXT", "why it links nobody"}, {NULL}};
    int status = 0;
    int count = read_options(&stop_command, rows, argc, argv, &status);
    if (count < 0)
        return status;
    if (count != 2)
        return misuse(&stop_command, "name a kind and a value");
    if (!check_kind(&stop_command, argv[1]))
        return EXIT_MISUSE;
    if (!is_line(reason))
        return misuse(&stop_command, "--reason is one line, without control characters");
    struct error error = {0};
    struct store *store = open_store(cli, true);
    if (store == NULL)
        return EXIT_FAILED;
    char spelling[SPELLING_SIZE];
    spell_value(sb_kind_of(argv[1]), argv[2], spelling);
    int result = store_stop_add(store, argv[1], spelling, reason, &error);
    store_close(store);
    return result == 0 ? EXIT_DONE : failed(&error);
}

static int run_match(const struct cli *cli, int argc, char **argv)
{
    const struct option_row rows[] = {{NULL}};
    int status = 0;
    if (!read_only_options(&match_command, rows, argc, argv, &status))
        return status;
    struct error error = {0};
    struct store *store = open_store(cli, false);
    if (store == NULL)
        return EXIT_FAILED;
    int result = match(store, &error);
    store_close(store);
    return result == 0 ? EXIT_DONE : failed(&error);
}

static int show_set(void *context, const struct store_known *row)
{
    struct listing *listing = context;
    if (!listing->as_json) {
        table_text(&listing->table, row->kind);
        table_number(&listing->table, row->digests);
        table_number(&listing->table, row->files);
        table_text(&listing->table, row->name);
        table_row(&listing->table);
        return 0;
    }
    struct json *json = &listing->json;
    json_open(json, NULL, '{');
    json_text(json, "set", row->name);
    json_text(json, "kind", row->kind);
    json_int(json, "digests", row->digests);
    json_int(json, "files", row->files);
    json_close(json, '}');
    print_json(json);
    return 0;
}

static int list(struct listing *listing)
{
    return store_known_each(listing->store, show_set, listing, &listing->error);
}

static int run_list(const struct cli *cli, int argc, char **argv)
{
    static const struct column columns[] = {
        {"KIND", 4, false}, {"DIGESTS", 10, false}, {"FILES", 10, false}, {"SET", 30, true}, {NULL, 0, false}};
    return run_whole_listing(cli, &list_command, columns, argc, argv, list);
}

static int run(const struct cli *cli, int argc, char **argv)
{
    return run_subcommand(&known_command, subcommands, cli, argc, argv);
}

const struct command known_command = {
    "known",
    "hash sets of known files, and stop lists",
    "add|stop|match|list …",
    "Noise is not a link: files that everyone has, and values that stand everywhere, link nobody.",
    run,
    NULL};
