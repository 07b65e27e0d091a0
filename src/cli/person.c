/* samband person: for whoever administers the machine. What is done here is recorded as done by the account of this
 * machine that did it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/listing.h"
#include "cli/record.h"
#include "serve/serve.h"
#include "store/audit.h"
#include "store/people.h"

static int run_add(const struct cli *cli, int argc, char **argv);
static int run_list(const struct cli *cli, int argc, char **argv);
static int run_link(const struct cli *cli, int argc, char **argv);
static int run_block(const struct cli *cli, int argc, char **argv);
static int run_quota(const struct cli *cli, int argc, char **argv);

static const struct command add_command = {
    "person add",
    "adds somebody who signs in",
    "NAME --role ROLE --authority AUTHORITY [--full-name TEXT] …",
    "Adds a person, or a program that signs in with a client certificate. ROLE is examiner, analyst, liaison, "
    "partner,\n"
    "auditor or administrator. \"samband person link NAME\" then prints how they get in.\n\n"
    "  samband person add ada --role analyst --authority \"National Cybercrime Unit\" --full-name \"Ada Alm\"",
    run_add,
    NULL};
static const struct command list_command = {"person list",           "lists people", "[--json]",
                                            "Lists people by name.", run_list,       NULL};
static const struct command link_command = {"person link",
                                            "prints a link that signs somebody in, once",
                                            "NAME [--reset] [--url URL]",
                                            "Prints a one-time link, good for three days. --reset takes the password "
                                            "and the code away as well, so that new ones\n"
                                            "are set.\n\n  samband person link ada --url https://centre.example",
                                            run_link,
                                            NULL};
static const struct command block_command = {
    "person block",  "keeps somebody out",
    "NAME [--undo]", "Blocks a person: sessions end at once, and nobody signs in by this name until --undo.",
    run_block,       NULL};
static const struct command quota_command = {
    "person quota",
    "says how many look-ups somebody has",
    "NAME N",
    "Gives a person N look-ups a day (hit or no hit), a tenth of them at once; 0: as many as the role has, which is "
    "5000 "
    "for\na partner and any number for others.\n\n  samband person quota bank-checker 200000",
    run_quota,
    NULL};
static const struct command *const subcommands[] = {&add_command,   &list_command,  &link_command,
                                                    &block_command, &quota_command, NULL};

/* ---- what all do ---- */

struct named {
    struct store_person person;
    char texts[8][256];
};

static int take(void *context, const struct store_person *person)
{
    struct named *named = context;
    named->person = *person;
    const char **texts[] = {&named->person.name,        &named->person.full_name, &named->person.authority_name,
                            &named->person.country,     &named->person.password,  &named->person.totp,
                            &named->person.certificate, &named->person.language};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        (void)snprintf(named->texts[i], sizeof named->texts[i], "%s", *texts[i]);
        *texts[i] = named->texts[i];
    }
    return 0;
}

static int find(struct store *store, const char *name, struct named *named, struct error *error)
{
    bool found = false;
    if (store_person_find(store, name, NULL, 0, &found, take, named, error) != 0)
        return -1;
    return found ? 0 : fail(error, "there is no person %s: \"samband person list\" shows those there are", name);
}

static int note(struct store *store, const char *action, const char *object, struct error *error)
{
    return store_audit_add(store,
                           &(struct store_audit){.time = time(NULL),
                                                 .person = local_person(),
                                                 .authority = "",
                                                 .action = action,
                                                 .object = object,
                                                 .reason = "",
                                                 .outcome = "done",
                                                 .address = ""},
                           error);
}

/* Commits what `result` says went well. */
static int finish(struct store *store, int result, struct error *error)
{
    if (result == 0)
        result = store_commit(store, error);
    store_close(store);
    return result == 0 ? EXIT_DONE : failed(error);
}

static struct store *begin(const struct cli *cli)
{
    struct error error = {0};
    struct store *store = open_store(cli, false);
    if (store == NULL || store_begin(store, &error) == 0)
        return store;
    store_close(store);
    (void)failed(&error);
    return NULL;
}

/* ---- add ---- */

struct authority_wanted {
    const char *name;
    int64_t id;
};

static int take_authority(void *context, const struct store_authority *authority)
{
    struct authority_wanted *wanted = context;
    if (strcmp(authority->name, wanted->name) == 0)
        wanted->id = authority->id;
    return 0;
}

static bool is_name(const char *name)
{
    return name[0] != '\0' && strlen(name) <= 64 &&
           strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._@-") == strlen(name);
}

/* What the record says of somebody new or changed: "ada: role analyst". */
static int note_of(struct store *store, const char *name, const char *what, struct error *error)
{
    struct bytes object = {0};
    bytes_format(&object, "%s: %s", name, what);
    int result = object.failed ? fail(error, "memory is short") : note(store, "person", bytes_text(&object), error);
    bytes_free(&object);
    return result;
}

static bool is_fingerprint(const char *text)
{
    return text[0] == '\0' || (strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64);
}

static int run_add(const struct cli *cli, int argc, char **argv)
{
    const char *role = NULL;
    struct authority_wanted authority = {0};
    struct store_person person = {.full_name = NULL, .password = "", .totp = "", .certificate = "", .language = "en"};
    const struct option_row rows[] = {
        {"role", OPTION_TEXT, &role, "ROLE", "examiner, analyst, liaison, partner, auditor, administrator (required)"},
        {"authority", OPTION_TEXT, &authority.name, "NAME", "where they belong (required)"},
        {"full-name", OPTION_TEXT, &person.full_name, "TEXT", "their name"},
        {"certificate", OPTION_TEXT, &person.certificate, "SHA256", "of a program: its certificate's fingerprint"},
        {"language", OPTION_TEXT, &person.language, "CODE", "en, sv (default en)"},
        {"quota", OPTION_NUMBER, &person.quota, "N", "look-ups a day (default: 5000 for a partner, else any number)"},
        {NULL}};
    struct error error = {0};
    int status = 0;
    int count = read_options(&add_command, rows, argc, argv, &status);
    if (count < 0)
        return status;
    if (count != 1 || !is_name(argv[1]))
        return misuse(&add_command, "a person needs one name of letters, digits, '.', '_', '@' and '-'");
    if (role == NULL || !store_role_find(role, &person.role))
        return misuse(&add_command, "--role is examiner, analyst, liaison, partner, auditor or administrator");
    if (authority.name == NULL)
        return misuse(&add_command, "--authority says where they belong");
    if (!is_fingerprint(person.certificate))
        return misuse(&add_command, "--certificate takes 64 digits of lower-case hex");
    if (!is_line(person.full_name) || person.quota > QUOTA_MOST)
        return misuse(&add_command, "--full-name is one line without control characters; --quota at most %d",
                      QUOTA_MOST);
    person.name = argv[1];
    if (person.full_name == NULL)
        person.full_name = person.name;
    struct store *store = begin(cli);
    if (store == NULL)
        return EXIT_FAILED;
    int result = store_authority_each(store, take_authority, &authority, &error);
    person.authority = authority.id;
    if (result == 0 && authority.id == 0)
        result = fail(&error, "there is no authority %s: \"samband authority add\" makes it", authority.name);
    if (result == 0)
        result = store_person_add(store, &person, &person.id, &error);
    char what[512];
    (void)snprintf(what, sizeof what, "role %s, authority \"%.200s\", quota %lld", role, authority.name,
                   (long long)person.quota);
    if (result == 0)
        result = note_of(store, person.name, what, &error);
    return finish(store, result, &error);
}

/* ---- link, block ---- */

static int run_link(const struct cli *cli, int argc, char **argv)
{
    const char *url = "https://127.0.0.1:8460";
    char link[512] = "";
    bool reset = false;
    const struct option_row rows[] = {
        {"reset", OPTION_FLAG, &reset, NULL, "take password and code away"},
        {"url", OPTION_TEXT, &url, "URL", "where the server answers (default https://127.0.0.1:8460)"},
        {NULL}};
    struct named named;
    struct error error = {0};
    int status = 0;
    int count = read_options(&link_command, rows, argc, argv, &status);
    if (count < 0)
        return status;
    if (count != 1)
        return misuse(&link_command, "whose link?");
    struct store *store = begin(cli);
    if (store == NULL)
        return EXIT_FAILED;
    int result = find(store, argv[1], &named, &error);
    if (result == 0 && reset) {
        named.person.password = named.person.totp = "";
        result = store_person_credentials(store, &named.person, &error);
        if (result == 0)
            result = store_link_end_all(store, named.person.id, &error);
        if (result == 0)
            result = store_session_end_all(store, named.person.id, &error);
    }
    if (result == 0)
        result = serve_link(store, named.person.id, url, link, sizeof link, &error);
    if (result == 0)
        result = note(store, "person link", named.person.name, &error);
    status = finish(store, result, &error);
    if (status == EXIT_DONE)
        (void)printf("%s\n", link);
    return status;
}

static int run_block(const struct cli *cli, int argc, char **argv)
{
    bool undo = false;
    const struct option_row rows[] = {{"undo", OPTION_FLAG, &undo, NULL, "let them in again"}, {NULL}};
    struct named named;
    struct error error = {0};
    int status = 0;
    int count = read_options(&block_command, rows, argc, argv, &status);
    if (count < 0)
        return status;
    if (count != 1)
        return misuse(&block_command, "whom?");
    struct store *store = begin(cli);
    if (store == NULL)
        return EXIT_FAILED;
    int result = find(store, argv[1], &named, &error);
    named.person.blocked = !undo;
    if (result == 0)
        result = store_person_change(store, &named.person, &error);
    if (result == 0)
        result = store_session_end_all(store, named.person.id, &error);
    if (result == 0 && !undo)
        result = store_link_end_all(store, named.person.id, &error);
    if (result == 0)
        result = note(store, undo ? "person unblocked" : "person blocked", named.person.name, &error);
    return finish(store, result, &error);
}

static int run_quota(const struct cli *cli, int argc, char **argv)
{
    const struct option_row rows[] = {{NULL}};
    struct named named = {0};
    struct error error = {0};
    char what[64], *end = NULL;
    int status = 0;
    int count = read_options(&quota_command, rows, argc, argv, &status);
    if (count < 0)
        return status;
    long long quota = count == 2 ? strtoll(argv[2], &end, 10) : -1;
    if (end == NULL || *end != '\0' || argv[2][0] == '\0' || quota < 0 || quota > QUOTA_MOST)
        return misuse(&quota_command, "whose, and how many look-ups a day (0 to %d)?", QUOTA_MOST);
    struct store *store = begin(cli);
    if (store == NULL)
        return EXIT_FAILED;
    int result = find(store, argv[1], &named, &error);
    (void)snprintf(what, sizeof what, "quota %lld → %lld", (long long)named.person.quota, quota);
    named.person.quota = quota;
    if (result == 0)
        result = store_person_change(store, &named.person, &error);
    if (result == 0)
        result = note_of(store, named.person.name, what, &error);
    return finish(store, result, &error);
}

/* ---- list ---- */

static int show_person(void *context, const struct store_person *row)
{
    struct listing *listing = context;
    struct json *json = &listing->json;
    const char *seen = row->seen == 0 ? NULL : shown_time(row->seen);
    if (!listing->as_json) {
        table_text(&listing->table, row->name);
        table_text(&listing->table, store_role_name(row->role));
        table_text(&listing->table, row->country);
        table_text(&listing->table, row->blocked ? "blocked" : row->certificate[0] != '\0' ? "program" : "");
        table_text(&listing->table, seen == NULL ? "never" : seen);
        table_text(&listing->table, row->authority_name);
        table_text(&listing->table, row->full_name);
        table_row(&listing->table);
        return 0;
    }
    json_open(json, NULL, '{');
    json_text(json, "name", row->name);
    json_text(json, "full_name", row->full_name);
    json_text(json, "role", store_role_name(row->role));
    json_text(json, "authority", row->authority_name);
    json_text(json, "country", row->country);
    json_text(json, "language", row->language);
    json_bool(json, "password", row->password[0] != '\0');
    json_text(json, "certificate", row->certificate[0] == '\0' ? NULL : row->certificate);
    json_bool(json, "blocked", row->blocked);
    if (row->quota == 0)
        json_null(json, "quota");
    else
        json_int(json, "quota", row->quota);
    json_text(json, "seen", seen);
    json_close(json, '}');
    print_json(json);
    return 0;
}

static int list(struct listing *listing)
{
    return store_person_each(listing->store, show_person, listing, &listing->error);
}

static int run_list(const struct cli *cli, int argc, char **argv)
{
    static const struct column columns[] = {{"NAME", 12, true},      {"ROLE", 13, false}, {"CC", 2, false},
                                            {"", 7, false},          {"SEEN", 20, false}, {"AUTHORITY", 28, true},
                                            {"FULL NAME", 24, true}, {NULL, 0, false}};
    return run_whole_listing(cli, &list_command, columns, argc, argv, list);
}

static int run(const struct cli *cli, int argc, char **argv)
{
    return run_subcommand(&person_command, subcommands, cli, argc, argv);
}

const struct command person_command = {"person",
                                       "adds people, lets them in, keeps them out",
                                       "add|list|link|block|quota …",
                                       "Who signs in to the server.",
                                       run,
                                       NULL};
