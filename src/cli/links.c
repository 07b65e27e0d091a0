/* samband links and samband networks: which cases belong together, and why. */
#include <stdio.h>
#include <string.h>

#include "cli/listing.h"
#include "link/link.h"

enum { WHY_PLACES = 3 }; /* per case */

struct linking {
    struct listing listing;
    int64_t percent; /* least weight shown, in hundredths */
    bool why;
    /* while a link is explained */
    char last_case[80];
    int shown;
};

static int explain_place(void *context, const struct store_sighting_row *row)
{
    struct linking *linking = context;
    const struct store_sighting *sighting = &row->sighting;
    if (strcmp(linking->last_case, row->case_reference) != 0) {
        (void)snprintf(linking->last_case, sizeof linking->last_case, "%s", row->case_reference);
        linking->shown = 0;
    }
    if (linking->shown++ >= WHY_PLACES || strcmp(row->known, "good") == 0)
        return 0;
    (void)printf("      %s  %s %s", row->case_reference,
                 printable(shown_text(row->evidence_name, linking->listing.reveal)),
                 allocation_name(sighting->allocation));
    if (row->file_path != NULL)
        (void)printf(" %s", printable(shown_text(row->file_path, linking->listing.reveal)));
    if (sighting->path[0] != '\0')
        (void)printf(" (in %s)", printable(shown_text(sighting->path, linking->listing.reveal)));
    (void)printf(": %s\n", printable(shown_context(sighting->context, linking->listing.reveal)));
    return 0;
}

static int explain_file(void *context, const struct store_file *row)
{
    const struct linking *linking = context;
    (void)printf("      %s  %s %s %s\n", row->case_reference, shown_evidence(row->case_reference, row->evidence_number),
                 row->allocated ? "allocated" : "deleted", printable(shown_text(row->path, linking->listing.reveal)));
    return 0;
}

static int explain(struct linking *linking, const struct link *link)
{
    struct store_filter filter = {.kind = link->kind, .value = link->value};
    linking->last_case[0] = '\0';
    if (strcmp(link->kind, "file") == 0)
        return store_file_each(linking->listing.store, &filter, explain_file, linking, &linking->listing.error);
    return store_sighting_each(linking->listing.store, &filter, explain_place, linking, &linking->listing.error);
}

static int show_link(struct linking *linking, const struct link *link)
{
    struct listing *listing = &linking->listing;
    if (listing->as_json) {
        struct json *json = &listing->json;
        json_open(json, NULL, '{');
        json_link(json, link, listing->reveal);
        json_close(json, '}');
        print_json(json);
        return 0;
    }
    table_real(&listing->table, link->weight);
    table_text(&listing->table, link->kind);
    table_text(&listing->table, shown_value(link->kind, link->value, listing->reveal));
    table_texts(&listing->table, link->countries, link->country_count);
    table_texts(&listing->table, link->cases, link->case_count);
    table_row(&listing->table);
    return linking->why ? explain(linking, link) : 0;
}

static bool concerns(const struct listing *listing, const char *const *cases, size_t count)
{
    if (listing->filter.case_reference == NULL)
        return true;
    for (size_t i = 0; i < count; i++)
        if (strcmp(cases[i], listing->filter.case_reference) == 0)
            return true;
    return false;
}

static int list_links(struct listing *listing)
{
    struct linking *linking = (struct linking *)listing; /* its first member */
    struct links *links = links_find(listing->store, &listing->error);
    if (links == NULL)
        return -1;
    int result = 0;
    int64_t shown = 0;
    for (size_t i = 0; result == 0 && i < links_count(links); i++) {
        const struct link *link = links_at(links, i);
        if (link->weight * 100 < (double)linking->percent || !concerns(listing, link->cases, link->case_count) ||
            (listing->filter.kind != NULL && strcmp(listing->filter.kind, link->kind) != 0))
            continue;
        if (listing->filter.limit != 0 && shown++ == listing->filter.limit)
            break;
        result = show_link(linking, link);
    }
    links_free(links);
    return result;
}

static int run_links(const struct cli *cli, int argc, char **argv)
{
    static const struct column columns[] = {{"WEIGHT", 6, false},    {"KIND", 6, false},  {"VALUE", 44, true},
                                            {"COUNTRIES", 9, false}, {"CASES", 40, true}, {NULL, 0, false}};
    struct linking linking = {.listing = {.table = table_begin(columns)}};
    const struct option_row rows[] = {
        LISTING_OPTIONS(linking.listing),
        LISTING_REVEAL(linking.listing),
        {"kind", OPTION_TEXT, &linking.listing.filter.kind, "KIND", "only card, iban, email, …"},
        {"least", OPTION_NUMBER, &linking.percent, "PERCENT", "only links of at least this weight, in hundredths"},
        {"why", OPTION_FLAG, &linking.why, NULL, "below each link, where each case has it"},
        {NULL}};
    int status = 0;
    if (!read_only_options(&links_command, rows, argc, argv, &status))
        return status;
    if (linking.why && linking.listing.as_json)
        return misuse(&links_command, "--why is for people; for programs: samband sightings --json --value VALUE");
    return run_listing(cli, &links_command, &linking.listing, list_links);
}

static int show_network(struct listing *listing, const struct network *network)
{
    if (listing->as_json) {
        struct json *json = &listing->json;
        json_open(json, NULL, '{');
        json_network(json, network);
        json_close(json, '}');
        print_json(json);
        return 0;
    }
    table_real(&listing->table, network->weight);
    table_number(&listing->table, network->selectors);
    table_texts(&listing->table, network->countries, network->country_count);
    table_texts(&listing->table, network->cases, network->case_count);
    table_row(&listing->table);
    return 0;
}

static int list_networks(struct listing *listing)
{
    struct links *links = links_find(listing->store, &listing->error);
    if (links == NULL)
        return -1;
    int64_t shown = 0;
    for (size_t i = 0; i < networks_count(links); i++) {
        const struct network *network = networks_at(links, i);
        if (!concerns(listing, network->cases, network->case_count))
            continue;
        if (listing->filter.limit != 0 && shown++ == listing->filter.limit)
            break;
        (void)show_network(listing, network);
    }
    links_free(links);
    return 0;
}

static int run_networks(const struct cli *cli, int argc, char **argv)
{
    static const struct column columns[] = {
        {"WEIGHT", 6, false}, {"LINKS", 5, false}, {"COUNTRIES", 20, true}, {"CASES", 40, true}, {NULL, 0, false}};
    struct listing listing = {.table = table_begin(columns)};
    const struct option_row rows[] = {LISTING_OPTIONS(listing), {NULL}};
    int status = 0;
    if (!read_only_options(&networks_command, rows, argc, argv, &status))
        return status;
    return run_listing(cli, &networks_command, &listing, list_networks);
}

const struct command links_command = {"links",
                                      "shows what two or more cases share, heaviest first",
                                      "[options]",
                                      "A link is a selector (or a file's content) that two or more cases share. Its "
                                      "weight, 0 to 1, is what its kind is worth\n"
                                      "times how rare it is: what nearly every case has links nobody. Values seen only "
                                      "inside known-good files, or on a stop\n"
                                      "list (samband known), are not links. --why shows where each case has it.\n\n"
                                      "  samband links --case SE-2026-17 --why",
                                      run_links,
                                      "view"};

const struct command networks_command = {"networks",
                                         "shows which cases hang together",
                                         "[options]",
                                         "A network is a set of cases joined by links of weight 0.25 or more. LINKS "
                                         "counts those within it, WEIGHT adds them up.\n\n"
                                         "  samband networks --json",
                                         run_networks,
                                         "view"};
