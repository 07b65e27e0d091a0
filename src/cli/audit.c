/* samband audit: who did what, and whether the record of it is whole. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "cli/listing.h"
#include "serve/serve.h"
#include "store/audit.h"

static int run_verify(const struct cli *cli, int argc, char **argv);

static const struct command verify_command_of_audit = {
    "audit verify",
    "recomputes the record, and names the first that was changed",
    "[--state FOLDER]",
    "Recomputes the chain of the audit record and checks its signed heads. Exit status 1 when a record is not what it "
    "was;\n"
    "the first such is named.",
    run_verify,
    NULL};
extern const struct command audit_command;

/* ---- listing ---- */

struct audit_listing {
    struct listing listing;
    struct store_audit_filter filter;
};

static int show_record(void *context, const struct store_audit *row)
{
    struct listing *listing = context;
    struct json *json = &listing->json;
    char hash[2 * SHA256_SIZE + 1];
    if (!listing->as_json) {
        table_number(&listing->table, row->id);
        table_text(&listing->table, shown_time(row->time));
        table_text(&listing->table, row->person);
        table_text(&listing->table, row->action);
        table_text(&listing->table, row->outcome);
        table_text(&listing->table, row->address);
        table_text(&listing->table, row->object);
        table_text(&listing->table, row->reason);
        table_row(&listing->table);
        return 0;
    }
    text_hex(row->hash, SHA256_SIZE, hash);
    json_open(json, NULL, '{');
    json_int(json, "id", row->id);
    json_text(json, "time", shown_time(row->time));
    json_text(json, "person", row->person);
    json_text(json, "authority", row->authority);
    json_text(json, "action", row->action);
    json_text(json, "object", row->object);
    json_text(json, "reason", row->reason);
    json_text(json, "outcome", row->outcome);
    json_text(json, "address", row->address);
    json_text(json, "hash", hash);
    json_close(json, '}');
    print_json(json);
    return 0;
}

static int list(struct listing *listing)
{
    struct audit_listing *audit = (struct audit_listing *)(void *)listing; /* its first member */
    return store_audit_each(listing->store, &audit->filter, show_record, listing, &listing->error);
}

static bool read_day(const char *text, int64_t more, int64_t *seconds)
{
    struct tm parts = {0};
    const char *rest = text == NULL ? NULL : strptime(text, "%Y-%m-%d", &parts);
    if (text != NULL && (rest == NULL || *rest != '\0'))
        return false;
    *seconds = text == NULL ? 0 : (int64_t)timegm(&parts) + more;
    return true;
}

static int run_list(const struct cli *cli, int argc, char **argv)
{
    static const struct column columns[] = {{"NUMBER", 6, false}, {"TIME", 20, false},   {"WHO", 12, true},
                                            {"DID", 12, true},    {"OUTCOME", 7, false}, {"FROM", 15, true},
                                            {"ON", 32, true},     {"WHY", 24, true},     {NULL, 0, false}};
    struct audit_listing audit = {.listing = {.table = table_begin(columns)}};
    const char *from = NULL, *to = NULL;
    const struct option_row rows[] = {
        LISTING_JSON(audit.listing),
        {"person", OPTION_TEXT, &audit.filter.person, "NAME", "only this person"},
        {"authority", OPTION_TEXT, &audit.filter.authority, "NAME", "only people of this authority"},
        {"action", OPTION_TEXT, &audit.filter.action, "ACTION", "only sign-in, search, view, reveal, …"},
        {"from", OPTION_TEXT, &from, "DATE", "not before this day (YYYY-MM-DD, UTC)"},
        {"to", OPTION_TEXT, &to, "DATE", "not behind this day"},
        {"limit", OPTION_NUMBER, &audit.filter.limit, "N", "at most N records"},
        {NULL}};
    int status = 0;
    if (!read_only_options(&audit_command, rows, argc, argv, &status))
        return status;
    if (!read_day(from, 0, &audit.filter.from) || !read_day(to, 86399, &audit.filter.to))
        return misuse(&audit_command, "--from and --to are days like 2026-11-23");
    return run_listing(cli, &audit_command, &audit.listing, list);
}

/* ---- verifying ---- */

static int verify(const struct cli *cli, struct store *store, const char *state, struct error *error)
{
    int64_t records = 0, broken = 0, heads = 0, wrong = 0;
    bool own = false;
    char folder[4096], why[256] = "";
    serve_state_folder(state, cli->store, folder);
    if (store_audit_verify(store, &records, &broken, error) != 0)
        return -1;
    if (broken != 0)
        return fail(error, "record %lld is not what it was: the record of what was done has been changed there",
                    (long long)broken);
    if (serve_check_heads(store, folder, &heads, &wrong, &own, why, error) != 0)
        return -1;
    if (wrong != 0)
        return fail(error, "the head that was signed at record %lld does not fit: %s", (long long)wrong, why);
    (void)printf("%s records, none changed; %s signed heads fit\n", shown_number(records), shown_number(heads));
    if (!own)
        (void)printf("(the server's key is not here: name its folder with --state to know that it signed them)\n");
    return 0;
}

static int run_verify(const struct cli *cli, int argc, char **argv)
{
    const char *state = NULL;
    const struct option_row rows[] = {
        {"state", OPTION_TEXT, &state, "FOLDER", "the server's keys (default STORE.state)"}, {NULL}};
    struct error error = {0};
    int status = 0;
    if (!read_only_options(&verify_command_of_audit, rows, argc, argv, &status))
        return status;
    struct store *store = open_store(cli, false);
    if (store == NULL)
        return EXIT_FAILED;
    int result = verify(cli, store, state, &error);
    store_close(store);
    return result == 0 ? EXIT_DONE : failed(&error);
}

static int run(const struct cli *cli, int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "verify") == 0)
        return run_verify(cli, argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "new-key") == 0)
        return run_new_key(cli, argc - 1, argv + 1);
    return run_list(cli, argc, argv);
}

const struct command audit_command = {
    "audit",
    "shows who did what, and proves it",
    "[verify | new-key] [options]",
    "Lists the audit record, newest first. \"samband audit verify\" recomputes it and names the first record that was\n"
    "changed; \"samband audit new-key\" goes on when the key that signed it is lost.\n\n"
    "  samband audit --person ada --from 2026-11-01\n"
    "  samband audit verify",
    run,
    NULL};
