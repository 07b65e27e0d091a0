/* samband case: the cases of the store. */
#include <stdio.h>
#include <string.h>

#include "cli/listing.h"
#include "show/spelling.h"

static int run_add(const struct cli *cli, int argc, char **argv);
static int run_list(const struct cli *cli, int argc, char **argv);

static const struct command add_command = {
    "case add",
    "opens a case",
    "REFERENCE --country CC [--title TEXT] …",
    "Opens a case of one authority. The reference is how everything else names it.\n\n"
    "  samband case add SE-2026-17 --country SE --title \"Card shop\" --authority \"National Cybercrime Unit\"",
    run_add,
    "add"};
static const struct command list_command = {
    "case list", "lists the cases", "[--json]", "Lists the cases by reference.", run_list, "view"};
static const struct command *const subcommands[] = {&add_command, &list_command, NULL};

static int run_add(const struct cli *cli, int argc, char **argv)
{
    struct store_case record = {.country = "", .authority = "", .title = "", .handling = "free", .retention = ""};
    const struct option_row rows[] = {
        {"country", OPTION_TEXT, &record.country, "CC", "the authority's country, ISO 3166 alpha-2 (required)"},
        {"title", OPTION_TEXT, &record.title, "TEXT", "a few words"},
        {"authority", OPTION_TEXT, &record.authority, "NAME", "who owns the case"},
        {"handling", OPTION_TEXT, &record.handling, "CODE",
         "free, hit (others learn hit or no hit) or own (default free)"},
        {"retention", OPTION_TEXT, &record.retention, "DATE", "YYYY-MM-DD after which the case is to be purged"},
        {NULL}};
    int status = 0;
    int count = read_options(&add_command, rows, argc, argv, &status);
    if (count < 0)
        return status;
    if (count != 1 || !is_reference(argv[1]))
        return misuse(&add_command, "a case needs one reference of letters, digits, '-', '_' and '.'");
    if (!is_country(record.country))
        return misuse(&add_command, "--country takes two capital letters, for example SE");
    if (!is_handling(record.handling))
        return misuse(&add_command, "--handling is free, hit or own");
    if (!is_line(record.title) || !is_line(record.authority))
        return misuse(&add_command, "--title and --authority are one line, without control characters");
    if (record.retention[0] != '\0' && !is_date(record.retention))
        return misuse(&add_command, "--retention is a date like 2031-12-31");
    struct store *store = open_store(cli, true);
    if (store == NULL)
        return EXIT_FAILED;
    struct error error = {0};
    int64_t id = 0;
    record.reference = argv[1];
    int result = store_case_find(store, record.reference, &id, &error);
    if (result == 0 && id != 0)
        result = fail(&error, "there is a case %s already (samband case list)", record.reference);
    else if (result == 0)
        result = store_case_add(store, &record, &id, &error);
    store_close(store);
    return result == 0 ? EXIT_DONE : failed(&error);
}

static int show_case(void *context, const struct store_case *row)
{
    struct listing *listing = context;
    if (!listing->as_json) {
        table_text(&listing->table, row->reference);
        table_text(&listing->table, row->country);
        table_number(&listing->table, row->evidence_count);
        table_text(&listing->table, row->handling);
        table_text(&listing->table, row->authority);
        table_text(&listing->table, row->title);
        table_row(&listing->table);
        return 0;
    }
    struct json *json = &listing->json;
    json_open(json, NULL, '{');
    json_case(json, row);
    json_close(json, '}');
    print_json(json);
    return 0;
}

static int list(struct listing *listing)
{
    return store_case_each(listing->store, show_case, listing, &listing->error);
}

static int run_list(const struct cli *cli, int argc, char **argv)
{
    static const struct column columns[] = {{"CASE", 14, false},    {"CC", 2, false},        {"EVIDENCE", 8, false},
                                            {"HANDLING", 8, false}, {"AUTHORITY", 32, true}, {"TITLE", 32, true},
                                            {NULL, 0, false}};
    return run_whole_listing(cli, &list_command, columns, argc, argv, list);
}

static int run(const struct cli *cli, int argc, char **argv)
{
    return run_subcommand(&case_command, subcommands, cli, argc, argv);
}

const struct command case_command = {
    "case", "opens and lists cases", "add|list …", "A case is one investigation of one authority.", run, NULL};
