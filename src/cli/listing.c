/* The frame around every listing. */
#include "cli/listing.h"

#include <stdio.h>
#include <string.h>

#include "cli/spelling.h"
#include "scan/kinds.h"

int find_value(struct listing *listing, const char *value, int (*row)(void *, const struct store_selector *),
               void *context)
{
    char spelling[SPELLING_SIZE];
    int result = 0;
    for (unsigned kind = 0; kind < SB_KIND_COUNT && result == 0; kind++) {
        const char *name = sb_kind_info((enum sb_kind)kind)->name;
        bool found = false;
        if (listing->filter.kind != NULL && strcmp(listing->filter.kind, name) != 0)
            continue;
        spell_value((enum sb_kind)kind, value, spelling);
        result = store_selector_find(listing->store, name, spelling, &found, row, context, &listing->error);
    }
    return result;
}

static int take_spelling(void *context, const struct store_selector *row)
{
    (void)snprintf(context, SPELLING_SIZE, "%s", row->value);
    return 1; /* enough */
}

/* What no kind has is looked for as it is, and not found. */
static int spell_filter(struct listing *listing, char spelling[SPELLING_SIZE])
{
    int result = find_value(listing, listing->value, take_spelling, spelling);
    listing->filter.value = result == 1 ? spelling : listing->value;
    return result < 0 ? -1 : 0;
}

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
        result = spell_filter(listing, spelling);
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
