/* samband authority: who owns cases, and how to reach them. */
#include <stdio.h>
#include <string.h>

#include "cli/listing.h"
#include "store/people.h"

static int run_add(const struct cli *cli, int argc, char **argv);
static int run_list(const struct cli *cli, int argc, char **argv);

static const struct command add_command = {
    "authority add",
    "adds an authority, or changes it",
    "NAME --country CC --contact TEXT [--centre|--no-centre]",
    "Adds an authority. One that a case named already gets what is given here.\n\n"
    "  samband authority add \"National Cybercrime Unit\" --country SE --contact \"ncu@police.example, +46 10 000 00 "
    "00\"",
    run_add,
    "authority"};
static const struct command list_command = {
    "authority list", "lists the authorities", "[--json]", "Lists the authorities by name.", run_list, NULL};
static const struct command *const subcommands[] = {&add_command, &list_command, NULL};

struct wanted {
    const char *name;
    struct store_authority authority;
    char country[8], contact[512];
};

static int take(void *context, const struct store_authority *row)
{
    struct wanted *wanted = context;
    if (strcmp(row->name, wanted->name) != 0)
        return 0;
    wanted->authority = *row;
    (void)snprintf(wanted->country, sizeof wanted->country, "%s", row->country);
    (void)snprintf(wanted->contact, sizeof wanted->contact, "%s", row->contact);
    return 0;
}

static int add_or_change(struct store *store, const char *name, const char *country, const char *contact, bool centre,
                         bool no_centre, struct error *error)
{
    struct wanted wanted = {.name = name};
    int64_t id = 0;
    if (store_authority_each(store, take, &wanted, error) != 0)
        return -1;
    struct store_authority authority = {.id = wanted.authority.id,
                                        .name = name,
                                        .country = country != NULL ? country : wanted.country,
                                        .contact = contact != NULL ? contact : wanted.contact,
                                        .centre = centre || (wanted.authority.centre && !no_centre)};
    if (authority.country[0] == '\0')
        return fail(error, "an authority needs a country: --country CC");
    return authority.id != 0 ? store_authority_change(store, &authority, error)
                             : store_authority_add(store, &authority, &id, error);
}

static int run_add(const struct cli *cli, int argc, char **argv)
{
    const char *country = NULL, *contact = NULL;
    bool centre = false, no_centre = false;
    const struct option_row rows[] = {
        {"country", OPTION_TEXT, &country, "CC", "ISO 3166 alpha-2"},
        {"contact", OPTION_TEXT, &contact, "TEXT", "how others reach it: a hit tells this"},
        {"centre", OPTION_FLAG, &centre, NULL, "it is the centre: reads cases that are free to it; there is one only"},
        {"no-centre", OPTION_FLAG, &no_centre, NULL, "it is the centre no more"},
        {NULL}};
    struct error error = {0};
    int status = 0;
    int count = read_options(&add_command, rows, argc, argv, &status);
    if (count < 0)
        return status;
    if (count != 1 || argv[1][0] == '\0' || strlen(argv[1]) > 128)
        return misuse(&add_command, "an authority needs one name");
    if (!is_line(argv[1]) || !is_line(contact))
        return misuse(&add_command, "name and --contact are one line, without control characters");
    if (centre && no_centre)
        return misuse(&add_command, "--centre and --no-centre exclude each other");
    if (country != NULL && (strlen(country) != 2 || strspn(country, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 2))
        return misuse(&add_command, "--country takes two capital letters, for example SE");
    struct store *store = open_store(cli, true);
    if (store == NULL)
        return EXIT_FAILED;
    int result = add_or_change(store, argv[1], country, contact, centre, no_centre, &error);
    store_close(store);
    return result == 0 ? EXIT_DONE : failed(&error);
}

static int show_authority(void *context, const struct store_authority *row)
{
    struct listing *listing = context;
    struct json *json = &listing->json;
    if (!listing->as_json) {
        table_text(&listing->table, row->country);
        table_text(&listing->table, row->centre ? "centre" : "");
        table_text(&listing->table, row->name);
        table_text(&listing->table, row->contact);
        table_row(&listing->table);
        return 0;
    }
    json_open(json, NULL, '{');
    json_text(json, "name", row->name);
    json_text(json, "country", row->country);
    json_text(json, "contact", row->contact);
    json_bool(json, "centre", row->centre);
    json_close(json, '}');
    print_json(json);
    return 0;
}

static int list(struct listing *listing)
{
    return store_authority_each(listing->store, show_authority, listing, &listing->error);
}

static int run_list(const struct cli *cli, int argc, char **argv)
{
    static const struct column columns[] = {
        {"CC", 2, false}, {"", 6, false}, {"AUTHORITY", 32, true}, {"CONTACT", 40, true}, {NULL, 0, false}};
    return run_whole_listing(cli, &list_command, columns, argc, argv, list);
}

static int run(const struct cli *cli, int argc, char **argv)
{
    return run_subcommand(&authority_command, subcommands, cli, argc, argv);
}

const struct command authority_command = {"authority",  "adds and lists authorities",
                                          "add|list …", "An authority owns cases, and people belong to it.",
                                          run,          NULL};
