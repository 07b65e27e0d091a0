/* samband sightings: each place where a selector was seen, with the path to get there again. */
#include <stdio.h>

#include "cli/listing.h"

static int show(void *context, const struct store_sighting_row *row)
{
    struct listing *listing = context;
    const struct store_sighting *sighting = &row->sighting;
    if (listing->as_json) {
        json_open(&listing->json, NULL, '{');
        json_sighting(&listing->json, row, listing->reveal);
        json_close(&listing->json, '}');
        print_json(&listing->json);
        return 0;
    }
    table_text(&listing->table, shown_evidence(row->case_reference, row->evidence_number));
    table_text(&listing->table, sighting->kind);
    table_text(&listing->table, shown_value(sighting->kind, sighting->value, listing->reveal));
    table_text(&listing->table, shown_path(sighting, listing->reveal));
    table_text(&listing->table, encoding_name(sighting->encoding));
    table_text(&listing->table, allocation_name(sighting->allocation));
    table_text(&listing->table, row->file_path == NULL ? "" : shown_text(row->file_path, listing->reveal));
    table_text(&listing->table, shown_context(sighting->context, listing->reveal));
    table_row(&listing->table);
    return 0;
}

static int list(struct listing *listing)
{
    return store_sighting_each(listing->store, &listing->filter, show, listing, &listing->error);
}

static int run(const struct cli *cli, int argc, char **argv)
{
    static const struct column columns[] = {{"EVIDENCE", 14, false}, {"KIND", 6, false},     {"VALUE", 34, true},
                                            {"PATH", 24, true},      {"ENCODING", 8, false}, {"STATE", 11, false},
                                            {"FILE", 32, true},      {"CONTEXT", 40, true},  {NULL, 0, false}};
    struct listing listing = {.table = table_begin(columns)};
    const struct option_row rows[] = {LISTING_OPTIONS(listing), LISTING_SELECTORS(listing), {NULL}};
    int status = 0;
    if (!read_only_options(&sightings_command, rows, argc, argv, &status))
        return status;
    return run_listing(cli, &sightings_command, &listing, list);
}

const struct command sightings_command = {"sightings",
                                          "lists every place where a selector was seen",
                                          "[options]",
                                          "Lists each sighting: evidence, value, forensic path, encoding, whether the "
                                          "place is an allocated or deleted file, slack\n"
                                          "or unallocated space, the file, and the text around it. A path like "
                                          "1048576-GZIP-20 reads outermost first: at byte\n"
                                          "1048576 of the image stands a gzip stream, and at byte 20 of what it holds, "
                                          "the value. One that begins with FILE counts\n"
                                          "from the beginning of the file, since the value has no place in the image: "
                                          "compressed files, files of a folder.\n\n"
                                          "  samband sightings --value anna@example.org",
                                          run,
                                          "view"};
