/* samband audit new-key: goes on signing the audit record when the key that signed it is lost. */
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "serve/serve.h"

enum { REASON_MIN = 5, REASON_MAX = 500 };

static const struct command new_key_command = {
    "audit new-key", "goes on signing the record with a new key", "--reason TEXT [--state FOLDER]",
    "When the key that signed the audit record is lost, the server does not begin. This makes a key in the state "
    "folder (or\n"
    "takes the one that is there), writes a record that says who did so and why, and which keys signed until then, and "
    "signs\n"
    "it. \"samband audit verify\" then accepts what these keys signed before.\n\n"
    "  samband audit new-key --reason 'the disk with the state folder is broken'",
    run_new_key};

int run_new_key(const struct cli *cli, int argc, char **argv)
{
    const char *state = NULL, *reason = NULL;
    const struct option_row rows[] = {
        {"reason", OPTION_TEXT, &reason, "TEXT", "why, for the record; required"},
        {"state", OPTION_TEXT, &state, "FOLDER", "the server's keys (default STORE.state)"},
        {NULL}};
    struct error error = {0};
    char folder[4096], who[128];
    int status = 0;
    if (!read_only_options(&new_key_command, rows, argc, argv, &status))
        return status;
    if (reason == NULL || strlen(reason) < REASON_MIN || strlen(reason) > REASON_MAX)
        return misuse(&new_key_command, "--reason says why, in 5 to 500 characters");
    struct store *store = open_store(cli, false);
    if (store == NULL)
        return EXIT_FAILED;
    const struct passwd *account = getpwuid(getuid());
    (void)snprintf(who, sizeof who, "%s (command line)", account == NULL ? "?" : account->pw_name);
    serve_state_folder(state, cli->store, folder);
    int result = serve_new_key(store, folder, who, reason, &error);
    store_close(store);
    if (result != 0)
        return failed(&error);
    (void)printf("the key in %s signs the audit record from here on, which is recorded\n", folder);
    return EXIT_DONE;
}
