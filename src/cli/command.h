/* What every command shares: its row in the table, its options, the store it works on. One file per command. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "store/store.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_MISUSE = 2 };

struct command;
struct cli {
    const char *store;             /* path or URL */
    const struct command *command; /* that runs */
    char *const *asked;            /* as it was typed, from the command on */
    int count;
    struct recorded {                  /* see record.h */
        const struct command *command; /* NULL: nothing yet */
    } * recorded;
};

struct command {
    const char *name;
    const char *summary;   /* one line in `samband help` */
    const char *arguments; /* as in "usage: samband NAME ARGUMENTS" */
    const char *text;      /* what `--help` says below the usage: what it does, an example */
    int (*run)(const struct cli *cli, int argc, char **argv); /* argv[0] is the command's name */
    /* For the audit record, which is written when the command opens the store; with --reveal it is "reveal". NULL: none
     * is, since the command reads no case data, or writes a record of its own beside its change. */
    const char *action;
};

extern const struct command case_command, analyse_command, work_command, evidence_command, files_command,
    selectors_command, sightings_command, links_command, networks_command, find_command, known_command, verify_command,
    exercise_command, serve_command, person_command, authority_command, audit_command;
int run_new_key(const struct cli *cli, int argc, char **argv); /* new_key.c: samband audit new-key */

/* Options of a command, as a table that ends with a NULL name. */
enum option_type { OPTION_FLAG, OPTION_TEXT, OPTION_NUMBER, OPTION_LIST };
struct option_list { /* of an option that may be given again and again */
    const char **items; /* the array is the caller's to free */
    size_t count;
};
struct option_row {
    const char *name; /* without the dashes */
    enum option_type type;
    void *target;      /* bool, const char *, int64_t or struct option_list */
    const char *value; /* what stands for the value in help: "N"; NULL for a flag */
    const char *help;
};

/* Reads options from anywhere among the arguments and leaves the others at the front of argv[1..]; returns how many, or
 * -1 when the caller shall return *status at once (after --help, or a misuse that was explained). */
int read_options(const struct command *command, const struct option_row *rows, int argc, char **argv, int *status);

/* The same for a command that takes nothing but options; false when the caller shall return *status at once. */
bool read_only_options(const struct command *command, const struct option_row *rows, int argc, char **argv,
                       int *status);

/* Explains a misuse on standard error, points to --help, and returns EXIT_MISUSE. */
int misuse(const struct command *command, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Says on standard error what failed, and returns EXIT_FAILED. */
int failed(const struct error *error);

/* Opens the store of the command line and records the command; NULL after saying why. */
struct store *open_store(const struct cli *cli, bool create);
/* False where the store of the command line is a file that is not there. */
bool store_exists(const struct cli *cli);
/* Finds a case that must be there. */
int find_case(struct store *store, const char *reference, int64_t *id, struct error *error);
/* True if the text (which may be empty, or NULL) is one that somebody may write into one line: no control characters,
 * nothing that turns the direction of writing. */
bool is_line(const char *text);
/* True if there is such a kind (or `kind` is NULL); else explains the misuse, naming all kinds. */
bool check_kind(const struct command *command, const char *kind);

/* Commands with a second word (`case add`): runs the one that argv[1] names. */
int run_subcommand(const struct command *command, const struct command *const subcommands[], const struct cli *cli,
                   int argc, char **argv);

#endif
