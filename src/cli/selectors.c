/* samband selectors: every value that identifies someone or something, with the cases it was seen in. */
#include <stdio.h>

#include "cli/listing.h"

static int show(void *context, const struct store_selector *row)
{
    struct listing *listing = context;
    if (!listing->as_json) {
        table_text(&listing->table, row->kind);
        table_number(&listing->table, row->sightings);
        table_texts(&listing->table, row->countries, row->country_count);
        table_texts(&listing->table, row->cases, row->case_count);
        table_text(&listing->table, shown_value(row->kind, row->value, listing->reveal));
        table_row(&listing->table);
        return 0;
    }
    struct json *json = &listing->json;
    json_open(json, NULL, '{');
    json_selector(json, row, listing->reveal);
    json_close(json, '}');
    print_json(json);
    return 0;
}

static int list(struct listing *listing)
{
    return store_selector_each(listing->store, &listing->filter, show, listing, &listing->error);
}

static int run(const struct cli *cli, int argc, char **argv)
{
    static const struct column columns[] = {{"KIND", 6, false},  {"SEEN", 6, false},  {"COUNTRIES", 9, true},
                                            {"CASES", 28, true}, {"VALUE", 34, true}, {NULL, 0, false}};
    struct listing listing = {.table = table_begin(columns)};
    const struct option_row rows[] = {LISTING_OPTIONS(listing), LISTING_SELECTORS(listing), {NULL}};
    int status = 0;
    if (!read_only_options(&selectors_command, rows, argc, argv, &status))
        return status;
    return run_listing(cli, &selectors_command, &listing, list);
}

const struct command selectors_command = {
    "selectors",
    "lists the selectors found, each with its cases",
    "[options]",
    "Lists every selector once: its kind, how often it was seen, in which cases of which countries. Card numbers and\n"
    "keys of wallets are shown with their first six and last four characters unless --reveal is given.\n\n"
    "  samband selectors --kind iban --json",
    run,
    "view"};
