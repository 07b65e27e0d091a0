/* Whoever has the store's file has everything in it; that they read it with this program stands in the audit record all
 * the same: who, on this machine's word, and what they typed, with cards and keys masked as the server masks what it is
 * asked. */
#include "cli/record.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/text.h"
#include "show/mask.h"
#include "show/spelling.h"
#include "store/audit.h"

enum { OBJECT_MOST = 1000 }; /* bytes of a command line that are kept */

const char *local_person(void)
{
    static char name[128];
    const struct passwd *account = getpwuid(getuid());
    if (account != NULL)
        (void)snprintf(name, sizeof name, "local:%s", account->pw_name);
    else
        (void)snprintf(name, sizeof name, "local:%ld", (long)getuid());
    return name;
}

/* ---- what was typed ---- */

static bool is_option(const char *argument, const char *name)
{
    size_t length = strlen(name);
    return strncmp(argument, name, length) == 0 && (argument[length] == '\0' || argument[length] == '=');
}

static bool has_option(const struct cli *cli, const char *name)
{
    for (int i = 1; i < cli->count; i++)
        if (is_option(cli->asked[i], name))
            return true;
    return false;
}

/* The kind of the value that the command line names, if such values are masked; else NULL. */
static const char *secret_kind(const struct cli *cli)
{
    const char *kind = NULL;
    for (int i = 1; i < cli->count; i++) {
        if (is_option(cli->asked[i], "--kind") && cli->asked[i][6] == '=')
            kind = cli->asked[i] + 7;
        else if (is_option(cli->asked[i], "--kind") && i + 1 < cli->count)
            kind = cli->asked[i + 1];
    }
    if (strcmp(cli->command->name, "known stop") == 0 && cli->count > 2)
        kind = cli->asked[2];
    enum sb_kind known = kind == NULL ? SB_KIND_COUNT : sb_kind_of(kind);
    return known != SB_KIND_COUNT && sb_kind_info(known)->masked ? kind : NULL;
}

static int take_shown(void *context, const struct store_selector *row)
{
    const char *shown = shown_value(row->kind, row->value, false);
    if (strcmp(shown, row->value) == 0)
        return 0;
    bytes_append_text(context, shown);
    return 1; /* found to be a secret */
}

/* A passport's number has no form that tells it from others: that it is one, the store knows. */
static int append_value(struct bytes *out, struct store *store, const char *kind, const char *value,
                        struct error *error)
{
    struct bytes secret = {0};
    int found = kind == NULL ? find_value(store, NULL, value, take_shown, &secret, error) : 0;
    const char *shown = kind != NULL ? shown_value(kind, value, false) : found > 0 ? bytes_text(&secret) : value;
    const char *quote = strpbrk(shown, " \t\n") != NULL || shown[0] == '\0' ? "'" : "";
    bytes_format(out, "%s%s%s", quote, shown, quote);
    out->failed |= secret.failed;
    bytes_free(&secret);
    return found < 0 ? -1 : 0;
}

/* Options that name no value of evidence. */
static bool is_plain(const char *argument)
{
    static const char *const plain[] = {"--kind", "--case", "--limit", "--country", "--workers"};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (strcmp(argument, plain[i]) == 0)
            return true;
    return false;
}

static int append_argument(struct bytes *out, const struct cli *cli, int at, struct store *store, struct error *error)
{
    const char *argument = cli->asked[at], *kind = secret_kind(cli);
    const char *value = argument;
    if (argument[0] == '-' && argument[1] == '-')
        value = strchr(argument, '=') == NULL ? NULL : strchr(argument, '=') + 1;
    bytes_append_char(out, ' ');
    if (value == NULL || (at > 1 && is_plain(cli->asked[at - 1])) || (kind != NULL && strcmp(kind, argument) == 0)) {
        bytes_append_text(out, argument);
        return 0;
    }
    bytes_append(out, argument, (size_t)(value - argument));
    return append_value(out, store, kind, value, error);
}

static int describe(struct bytes *out, const struct cli *cli, struct store *store, struct error *error)
{
    struct bytes typed = {0};
    int result = 0;
    bytes_append_text(&typed, cli->asked[0]);
    for (int i = 1; i < cli->count && typed.length < OBJECT_MOST && result == 0; i++)
        result = append_argument(&typed, cli, i, store, error);
    const char *shown = shown_context(bytes_text(&typed), false);
    size_t length = strlen(shown);
    text_append_repaired(out, shown, length < OBJECT_MOST ? length : OBJECT_MOST);
    if (length > OBJECT_MOST)
        bytes_append_text(out, " …");
    if (result == 0 && (typed.failed || out->failed))
        result = fail(error, "memory is short");
    bytes_free(&typed);
    return result;
}

/* ---- the record ---- */

static int add(const struct cli *cli, struct store *store, const char *outcome, struct error *error)
{
    struct bytes object = {0};
    int result = describe(&object, cli, store, error);
    if (result == 0)
        result = store_audit_add(store,
                                 &(struct store_audit){
                                     .time = time(NULL),
                                     .person = local_person(),
                                     .authority = "",
                                     .action = has_option(cli, "--reveal") ? "reveal" : cli->command->action,
                                     .object = bytes_text(&object),
                                     .reason = "",
                                     .outcome = outcome,
                                     .address = "",
                                 },
                                 error);
    bytes_free(&object);
    return result;
}

int record_command(const struct cli *cli, struct store *store, struct error *error)
{
    struct error why = {0};
    if (cli->command->action == NULL || cli->recorded->command != NULL)
        return 0;
    if (add(cli, store, "done", &why) != 0)
        return fail(error, "what is done here must be recorded, and cannot be: %s", why.text);
    cli->recorded->command = cli->command;
    return 0;
}

void record_failure(const struct cli *cli)
{
    struct error ignored = {0}; /* that it failed has been said */
    struct cli done = *cli;
    done.command = cli->recorded->command;
    struct store *store = done.command == NULL ? NULL : store_open(cli->store, false, &ignored);
    if (store == NULL)
        return;
    (void)add(&done, store, "failed", &ignored);
    store_close(store);
}
