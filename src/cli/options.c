/* One small option reader for all commands, so that --help is made of the same table that is read. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/nearest.h"
#include "scan/kinds.h"

enum { OPTIONS_MAX = 16 };

/* "card, iban, …"; valid for good. */
static const char *all_kinds(void)
{
    static char known[256];
    size_t length = 0;
    for (unsigned i = 0; i < SB_KIND_COUNT && length < sizeof known; i++)
        length += (size_t)snprintf(known + length, sizeof known - length, "%s%s", i == 0 ? "" : ", ",
                                   sb_kind_info((enum sb_kind)i)->name);
    return known;
}

static void print_help(const struct command *command, const struct option_row *rows)
{
    (void)printf("usage: samband %s %s\n\n%s\n", command->name, command->arguments, command->text);
    bool by_kind = false;
    (void)printf("\noptions:\n");
    for (const struct option_row *row = rows; row->name != NULL; row++) {
        char left[64];
        (void)snprintf(left, sizeof left, "--%s%s%s", row->name, row->value == NULL ? "" : " ",
                       row->value == NULL ? "" : row->value);
        (void)printf("  %-22s %s\n", left, row->help);
        by_kind = by_kind || (strcmp(row->name, "kind") == 0 && strncmp(row->help, "only", 4) == 0);
    }
    (void)printf("  %-22s %s\n", "--help", "this text");
    if (by_kind)
        (void)printf("\nkinds: %s\n", all_kinds());
}

int misuse(const struct command *command, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)fputs("samband: ", stderr);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    (void)fprintf(stderr, "\nusage: samband %s %s\n(samband %s --help tells more)\n", command->name, command->arguments,
                  command->name);
    return EXIT_MISUSE;
}

int failed(const struct error *error)
{
    (void)fprintf(stderr, "samband: %s\n", error->text);
    return EXIT_FAILED;
}

static int set_option(const struct command *command, const struct option_row *row, const char *value)
{
    if (row->type == OPTION_FLAG) {
        *(bool *)row->target = true;
        return 0;
    }
    if (row->type == OPTION_TEXT) {
        *(const char **)row->target = value;
        return 0;
    }
    if (row->type == OPTION_LIST) {
        struct option_list *list = row->target;
        const char **grown = reallocarray(list->items, list->count + 1, sizeof *grown);
        if (grown == NULL)
            return failed(&(struct error){"memory is short"});
        list->items = grown;
        list->items[list->count++] = value;
        return 0;
    }
    char *end;
    errno = 0;
    long long number = strtoll(value, &end, 10);
    if (errno != 0 || *value == '\0' || *end != '\0' || number < 0)
        return misuse(command, "--%s takes a whole number, not \"%s\"", row->name, value);
    *(int64_t *)row->target = number;
    return 0;
}

static const struct option_row *find_row(const struct option_row *rows, const char *name, size_t length)
{
    for (; rows->name != NULL; rows++)
        if (strlen(rows->name) == length && strncmp(rows->name, name, length) == 0)
            return rows;
    return NULL;
}

static int unknown_option(const struct command *command, const struct option_row *rows, const char *argument)
{
    const char *names[OPTIONS_MAX] = {"help"};
    size_t count = 1;
    char word[32];
    const char *name = argument + strspn(argument, "-");
    if (strncmp(name, "store", 5) == 0)
        return misuse(command, "--store stands before the command: samband --store STORE %s …", command->name);
    (void)snprintf(word, sizeof word, "%.*s", (int)strcspn(name, "="), name);
    for (const struct option_row *row = rows; row->name != NULL && count < OPTIONS_MAX; row++)
        names[count++] = row->name;
    return misuse(command, "there is no option %s%s", argument, did_you_mean("--", word, names, count));
}

bool is_line(const char *text)
{
    return text == NULL || text_is_line(text);
}

bool check_kind(const struct command *command, const char *kind)
{
    const char *names[SB_KIND_COUNT];
    if (kind == NULL || sb_kind_of(kind) != SB_KIND_COUNT)
        return true;
    for (unsigned i = 0; i < SB_KIND_COUNT; i++)
        names[i] = sb_kind_info((enum sb_kind)i)->name;
    (void)misuse(command, "there is no kind \"%s\"%s\nkinds: %s", kind, did_you_mean("", kind, names, SB_KIND_COUNT),
                 all_kinds());
    return false;
}

int read_options(const struct command *command, const struct option_row *rows, int argc, char **argv, int *status)
{
    int kept = 0;
    bool options = true;
    for (int i = 1; i < argc; i++) {
        char *argument = argv[i];
        if (!options || argument[0] != '-' || argument[1] == '\0') {
            argv[1 + kept++] = argument;
            continue;
        }
        if (strcmp(argument, "--") == 0) {
            options = false;
            continue;
        }
        if (strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0) {
            print_help(command, rows);
            *status = EXIT_DONE;
            return -1;
        }
        const char *name = argument + (argument[1] == '-' ? 2 : 1);
        size_t length = strcspn(name, "=");
        const struct option_row *row = argument[1] == '-' ? find_row(rows, name, length) : NULL;
        if (row == NULL) {
            *status = unknown_option(command, rows, argument);
            return -1;
        }
        const char *value = name[length] == '=' ? name + length + 1 : NULL;
        if (row->type != OPTION_FLAG && value == NULL && i + 1 < argc)
            value = argv[++i];
        if ((row->type == OPTION_FLAG) != (value == NULL)) {
            *status = misuse(command, value == NULL ? "--%s needs a value" : "--%s takes no value", row->name);
            return -1;
        }
        *status = set_option(command, row, value);
        if (*status != 0)
            return -1;
    }
    return kept;
}

bool read_only_options(const struct command *command, const struct option_row *rows, int argc, char **argv, int *status)
{
    int count = read_options(command, rows, argc, argv, status);
    if (count > 0)
        *status = misuse(command, "\"%s\" is too much: this takes only options", argv[1]);
    return count == 0;
}

int run_subcommand(const struct command *command, const struct command *const subcommands[], const struct cli *cli,
                   int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "--help";
    const char *seconds[OPTIONS_MAX];
    size_t count = 0;
    for (; count < OPTIONS_MAX && subcommands[count] != NULL; count++) {
        seconds[count] = strchr(subcommands[count]->name, ' ') + 1;
        struct cli named = *cli;
        named.command = subcommands[count];
        if (strcmp(seconds[count], word) == 0)
            return subcommands[count]->run(&named, argc - 1, argv + 1);
    }
    if (strcmp(word, "--help") != 0 && strcmp(word, "-h") != 0)
        return misuse(command, "there is no \"samband %s %s\"%s", command->name, word,
                      did_you_mean("", word, seconds, count));
    FILE *out = argc > 1 ? stdout : stderr;
    (void)fprintf(out, "usage: samband %s %s\n\n%s\n\n", command->name, command->arguments, command->text);
    for (size_t i = 0; subcommands[i] != NULL; i++)
        (void)fprintf(out, "  samband %-16s %s\n", subcommands[i]->name, subcommands[i]->summary);
    return argc > 1 ? EXIT_DONE : EXIT_MISUSE;
}
