/* samband find: hit or no hit. Answers whether a value is known, and in which cases, without a word more. */
#include <stdio.h>

#include "cli/listing.h"
#include "show/spelling.h"

struct finding {
    struct listing listing;
    const char *value;
    bool hit;
};

static int show(void *context, const struct store_selector *row)
{
    struct finding *finding = context;
    struct listing *listing = &finding->listing;
    const char *value = shown_value(row->kind, row->value, listing->reveal);
    finding->hit = true;
    if (!listing->as_json) {
        (void)printf("hit: %s %s, seen %lld times in %s", row->kind, printable(value), (long long)row->sightings,
                     joined(row->cases, row->case_count, ", "));
        (void)printf(" (%s)\n", joined(row->countries, row->country_count, ", "));
        return 0;
    }
    struct json *json = &listing->json;
    json_open(json, NULL, '{');
    json_bool(json, "hit", true);
    json_selector(json, row, listing->reveal);
    json_close(json, '}');
    print_json(json);
    return 0;
}

static int look_up(struct listing *listing)
{
    struct finding *finding = (struct finding *)listing; /* its first member */
    if (find_value(listing->store, listing->filter.kind, finding->value, show, finding, &listing->error) != 0)
        return -1;
    if (!finding->hit)
        (void)printf("%s\n", listing->as_json ? "{\"hit\":false}" : "no hit");
    return 0;
}

static int run(const struct cli *cli, int argc, char **argv)
{
    struct finding finding = {0};
    struct listing *listing = &finding.listing;
    const struct option_row rows[] = {LISTING_JSON(*listing),
                                      {"kind", OPTION_TEXT, &listing->filter.kind, "KIND", "only this kind"},
                                      LISTING_REVEAL(*listing),
                                      {NULL}};
    int status = 0;
    int count = read_options(&find_command, rows, argc, argv, &status);
    if (count < 0)
        return status;
    if (count != 1 || argv[1][0] == '\0')
        return misuse(&find_command, "name one value (in quotes if it has spaces)");
    finding.value = argv[1];
    return run_listing(cli, &find_command, listing, look_up);
}

const struct command find_command = {"find",
                                     "hit or no hit: is this value known, and in which cases",
                                     "VALUE [--kind KIND] [--reveal] [--json]",
                                     "Looks one value up in all cases: a card number with or without spaces, an "
                                     "account, an address, a wallet, the SHA-256\n"
                                     "of a file. Answers \"no hit\", or the cases that have it.\n\n"
                                     "  samband find \"4539 1488 0343 6467\"",
                                     run,
                                     "search"};
