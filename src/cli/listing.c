/* The frame around every listing. */
#include "cli/listing.h"

#include <stdio.h>

#include "show/spelling.h"

int run_listing(const struct cli *cli, const struct command *command, struct listing *listing,
                int (*list)(struct listing *listing))
{
    char spelling[SPELLING_SIZE];
    int64_t id = 0;
    int result = 0;
    if (!check_kind(command, listing->filter.kind))
        return EXIT_MISUSE;
    listing->store = open_store(cli, false);
    if (listing->store == NULL)
        return EXIT_FAILED;
    if (listing->filter.case_reference != NULL)
        result = find_case(listing->store, listing->filter.case_reference, &id, &listing->error);
    if (result == 0 && listing->value != NULL)
        result = find_spelling(listing->store, listing->filter.kind, listing->value, spelling, &listing->error);
    if (result == 0 && listing->value != NULL)
        listing->filter.value = spelling;
    if (result == 0)
        result = list(listing);
    if (result == 0 && listing->table.terminal && !listing->table.begun && !listing->as_json)
        (void)puts("nothing"); /* somebody looks at it and would wonder */
    table_end(&listing->table);
    json_free(&listing->json);
    store_close(listing->store);
    return result == 0 ? EXIT_DONE : failed(&listing->error);
}

int run_whole_listing(const struct cli *cli, const struct command *command, const struct column *columns, int argc,
                      char **argv, int (*list)(struct listing *listing))
{
    struct listing listing = {.table = table_begin(columns)};
    const struct option_row rows[] = {LISTING_JSON(listing), {NULL}};
    int status = 0;
    if (!read_only_options(command, rows, argc, argv, &status))
        return status;
    return run_listing(cli, command, &listing, list);
}
