/* samband files: every file of the evidence, deleted ones and alternate data streams too. */
#include "cli/listing.h"
#include "show/like.h"

static int show(void *context, const struct store_file *row)
{
    struct listing *listing = context;
    if (listing->as_json) {
        json_open(&listing->json, NULL, '{');
        json_file(&listing->json, row, listing->reveal);
        json_close(&listing->json, '}');
        print_json(&listing->json);
        return 0;
    }
    const char *time = shown_time(row->modified);
    const char *digest = shown_digest(row->sha256, SHA256_SIZE);
    table_text(&listing->table, shown_evidence(row->case_reference, row->evidence_number));
    table_text(&listing->table, row->allocated ? "allocated" : "deleted");
    table_number(&listing->table, row->size);
    table_text(&listing->table, time == NULL ? "" : time);
    table_text(&listing->table, row->type);
    table_text(&listing->table, row->known);
    table_text(&listing->table, shown_text(row->path, listing->reveal));
    table_text(&listing->table, digest == NULL ? "" : digest);
    table_row(&listing->table);
    return 0;
}

/* Without --reveal a pattern is held against what is shown, or it would find out what is masked. */
static int list(struct listing *listing)
{
    struct bytes wider = {0};
    if (!listing->reveal)
        filter_shown_paths(&listing->filter, listing->filter.path_like, &wider);
    int result = store_file_each(listing->store, &listing->filter, show, listing, &listing->error);
    bytes_free(&wider);
    return result;
}

static int run(const struct cli *cli, int argc, char **argv)
{
    static const struct column columns[] = {{"EVIDENCE", 14, false}, {"STATE", 9, false},   {"SIZE", 10, false},
                                            {"MODIFIED", 20, false}, {"TYPE", 24, true},    {"KNOWN", 5, false},
                                            {"PATH", 40, true},      {"SHA-256", 64, true}, {NULL, 0, false}};
    struct listing listing = {.table = table_begin(columns)};
    const struct option_row rows[] = {
        LISTING_OPTIONS(listing),
        LISTING_REVEAL(listing),
        {"path", OPTION_TEXT, &listing.filter.path_like, "PATTERN", "only paths like this; % stands for anything"},
        {"digest", OPTION_TEXT, &listing.filter.value, "HEX", "only files with this MD5, SHA-1 or SHA-256"},
        {NULL}};
    int status = 0;
    if (!read_only_options(&files_command, rows, argc, argv, &status))
        return status;
    return run_listing(cli, &files_command, &listing, list);
}

const struct command files_command = {"files",
                                      "lists the files of the evidence",
                                      "[options]",
                                      "Lists every file: path, size, times, type, digests, whether it is deleted, and "
                                      "whether it stands in a hash set.\n\n"
                                      "  samband files --case SE-2026-17 --path '%.docx'",
                                      run,
                                      "view"};
