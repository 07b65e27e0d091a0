/* samband: the command line. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/nearest.h"
#include "cli/record.h"

static const struct command *const commands[] = {
    &case_command,      &analyse_command,   &work_command,     &evidence_command, &files_command,
    &selectors_command, &sightings_command, &links_command,    &networks_command, &find_command,
    &known_command,     &verify_command,    &serve_command,     &person_command,
    &authority_command, &audit_command,     &exercise_command,
};

enum { COMMANDS = sizeof commands / sizeof *commands };

static void print_overview(FILE *out)
{
    (void)fprintf(out,
                  "usage: samband [--store STORE] COMMAND …\n\n"
                  "Samband reads seized disks, finds what identifies people, money and places, and shows which cases\n"
                  "of which countries belong together.\n\ncommands:\n");
    for (size_t i = 0; i < COMMANDS; i++)
        (void)fprintf(out, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    (void)fprintf(out,
                  "\nSTORE is the path of an SQLite file (./samband.db unless given here or in $SAMBAND_STORE), or a\n"
                  "postgresql:// URL. `samband COMMAND --help` teaches each command; the way in:\n\n"
                  "  samband case add SE-2026-17 --country SE --title \"Card shop\"\n"
                  "  samband analyse --case SE-2026-17 disk.E01\n"
                  "  samband links\n\n"
                  "exit status: 0 done, 1 failed or incomplete, 2 misuse\n");
}

static int run_recorded(const char *store, const struct command *command, int argc, char **argv)
{
    struct recorded recorded = {NULL};
    char **asked = calloc((size_t)argc + 1, sizeof *asked); /* whoever reads options moves what stands in argv */
    if (asked == NULL)
        return failed(&(struct error){"memory is short"});
    memcpy(asked, argv, (size_t)argc * sizeof *asked);
    const struct cli cli = {.store = store, .command = command, .asked = asked, .count = argc, .recorded = &recorded};
    int status = command->run(&cli, argc, argv);
    if (status == EXIT_FAILED)
        record_failure(&cli);
    free(asked);
    return status;
}

static int run_command(const char *store, int argc, char **argv)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i]->name, argv[0]) == 0)
            return run_recorded(store, commands[i], argc, argv);
    const char *names[COMMANDS];
    for (size_t i = 0; i < COMMANDS; i++)
        names[i] = commands[i]->name;
    if (argv[0][0] == '-')
        (void)fprintf(stderr, "samband: there is no option %s before the command, only --store, --help and --version\n",
                      argv[0]);
    else
        (void)fprintf(stderr, "samband: there is no command \"%s\"%s\n", argv[0],
                      did_you_mean("", argv[0], names, COMMANDS));
    (void)fprintf(stderr, "(samband help lists the commands)\n");
    return EXIT_MISUSE;
}

int main(int argc, char **argv)
{
    const char *store = getenv("SAMBAND_STORE");
    if (store == NULL || store[0] == '\0')
        store = "samband.db";
    int at = 1;
    (void)signal(SIGXFSZ, SIG_IGN); /* a limit on the size of files is told as what it is: no room */
    while (at < argc && strncmp(argv[at], "--store", 7) == 0) {
        if (argv[at][7] == '=') {
            store = argv[at++] + 8;
        } else if (argv[at][7] == '\0' && at + 1 < argc) {
            store = argv[at + 1];
            at += 2;
        } else if (argv[at][7] != '\0') {
            break;
        } else {
            store = "";
            at = argc;
        }
        if (store[0] == '\0') {
            (void)fprintf(stderr, "samband: --store needs a path or a postgresql:// URL\n");
            return EXIT_MISUSE;
        }
    }
    if (at == argc) {
        print_overview(stderr);
        return EXIT_MISUSE;
    }
    if (strcmp(argv[at], "help") == 0 && at + 1 < argc) { /* "help case add" is "case add --help" */
        char help[] = "--help";
        char *arguments[] = {argv[at + 1], at + 2 < argc ? argv[at + 2] : help, help, NULL};
        return run_command(store, at + 2 < argc ? 3 : 2, arguments);
    }
    if (strcmp(argv[at], "help") == 0 || strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "-h") == 0) {
        print_overview(stdout);
        return EXIT_DONE;
    }
    if (strcmp(argv[at], "version") == 0 || strcmp(argv[at], "--version") == 0) {
        (void)printf("samband %s\n", SAMBAND_VERSION);
        return EXIT_DONE;
    }
    int status = run_command(store, argc - at, argv + at);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        (void)fprintf(stderr, "samband: cannot write the output\n");
        return EXIT_FAILED;
    }
    return status;
}
