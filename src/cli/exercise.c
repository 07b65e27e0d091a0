/* samband exercise: training and self-test on disks with a hidden network, whose truth is known. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analyse/analyse.h"
#include "analyse/process.h"
#include "base/bytes.h"
#include "cli/command.h"
#include "cli/nearest.h"
#include "cli/progress.h"
#include "show/show.h"
#include "exercise/score.h"
#include "known/list.h"
#include "link/link.h"

enum { DISKS_MOST = 10000 };

static int run_run(const struct cli *cli, int argc, char **argv);
static int run_score(const struct cli *cli, int argc, char **argv);

static const struct command run_command = {"exercise run",
                                           "analyses the disks of an exercise into the store",
                                           "DIR [--workers N] [--no-digests]",
                                           "Opens the cases of DIR/cases.tsv, reads DIR/known-good.txt as the hash set "
                                           "\"exercise filler\", and analyses every disk.\n"
                                           "It can be stopped and run again.",
                                           run_run,
                                           "analyse"};
static const struct command score_command = {
    "exercise score",
    "compares what was found with the truth",
    "DIR [--json]",
    "Holds the store against DIR/truth.json: recall by kind, decoder, layers of containers, encoding and place, "
    "decoys\n"
    "reported, links and networks. Exit status 0 only when everything was found and nothing else joined.",
    run_score,
    "view"};

/* The builder is a program of its own, since it links compressors that the supervisor has no use for. */
static const char *builder_program(void)
{
    static char path[PATH_MAX];
    const char *worker = process_program();
    const char *slash = strrchr(worker, '/');
    (void)snprintf(path, sizeof path, "%.*ssamband-exercise", slash == NULL ? 0 : (int)(slash - worker + 1), worker);
    return path;
}

static int build(int argc, char **argv)
{
    const char *program = builder_program();
    char **arguments = calloc((size_t)argc + 1, sizeof *arguments);
    if (arguments == NULL)
        return EXIT_FAILED;
    memcpy(arguments, argv, (size_t)argc * sizeof *arguments);
    char name[] = "samband exercise";
    arguments[0] = name;
    (void)execv(program, arguments);
    (void)fprintf(stderr, "samband: cannot start %s: %s (run `make install`)\n", program, strerror(errno));
    free(arguments);
    return EXIT_FAILED;
}

struct exercise {
    struct store *store;
    const char *dir;
    struct error error;
    int64_t ids[DISKS_MOST];
    size_t count;
    int64_t set_id;
    int64_t workers;
    bool no_digests;
    bool whole;
};

static int add_digest(void *context, const uint8_t *digest, size_t length)
{
    struct exercise *exercise = context;
    return store_known_add(exercise->store, exercise->set_id, digest, length, &exercise->error);
}

static FILE *open_in(struct exercise *exercise, const char *name)
{
    char path[PATH_MAX];
    (void)snprintf(path, sizeof path, "%s/%s", exercise->dir, name);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        (void)fail(&exercise->error, "cannot open %s: %s (samband exercise %s builds one)", path, strerror(errno),
                   exercise->dir);
    return file;
}

static int load_known_good(struct exercise *exercise)
{
    FILE *file = open_in(exercise, "known-good.txt");
    if (file == NULL)
        return -1;
    int64_t good = 0;
    int64_t bad = 0;
    struct error *error = &exercise->error;
    int result = store_begin(exercise->store, error);
    if (result == 0)
        result = store_known_set(exercise->store, "exercise filler", "good", &exercise->set_id, error);
    if (result == 0)
        result = known_list_read(file, "known-good.txt", add_digest, exercise, error);
    if (result == 0)
        result = store_commit(exercise->store, error);
    else
        store_rollback(exercise->store);
    (void)fclose(file);
    return result == 0 ? store_known_match(exercise->store, &good, &bad, error) : -1;
}

/* A line: reference, country, authority, title, image. */
static int add_disk(struct exercise *exercise, char *line)
{
    char *columns[5] = {NULL};
    size_t count = 0;
    for (char *rest = line, *column; count < 5 && (column = strsep(&rest, "\t\n")) != NULL;)
        columns[count++] = column;
    if (count < 5 || columns[4][0] == '\0' || exercise->count == DISKS_MOST)
        return fail(&exercise->error, "%s/cases.tsv is not an exercise's list of cases", exercise->dir);
    struct store_case record = {.reference = columns[0],
                                .country = columns[1],
                                .authority = columns[2],
                                .title = columns[3],
                                .handling = "free",
                                .retention = ""};
    int64_t case_id = 0;
    char path[PATH_MAX];
    (void)snprintf(path, sizeof path, "%s/%s", exercise->dir, columns[4]);
    const char *paths[] = {path};
    if (store_case_find(exercise->store, record.reference, &case_id, &exercise->error) != 0)
        return -1;
    if (case_id == 0 && store_case_add(exercise->store, &record, &case_id, &exercise->error) != 0)
        return -1;
    return analyse_add(exercise->store, case_id, paths, 1, !exercise->no_digests, NULL,
                       &exercise->ids[exercise->count++], NULL, &exercise->error);
}

static int add_disks(struct exercise *exercise)
{
    FILE *file = open_in(exercise, "cases.tsv");
    if (file == NULL)
        return -1;
    char *line = NULL;
    size_t room = 0;
    int result = 0;
    while (result == 0 && getline(&line, &room, file) > 0)
        result = add_disk(exercise, line);
    free(line);
    (void)fclose(file);
    return result;
}

static int note_state(void *context, const struct store_evidence *row)
{
    struct exercise *exercise = context;
    if (strcmp(row->state, "complete") != 0) {
        exercise->whole = false;
        (void)fprintf(stderr, "samband: %s is %s (samband evidence tells more)\n",
                      printable(shown_text(row->name, false)), row->state);
    }
    return 0;
}

static int analyse_disks(struct exercise *exercise)
{
    struct progress_line line = {0};
    struct analyse_options options = {
        .workers = (unsigned)exercise->workers, .progress = progress_show, .context = &line, .stop = &progress_stop};
    progress_watch_stop();
    int result = analyse_run(exercise->store, exercise->ids, exercise->count, &options, NULL, &exercise->error);
    progress_clear(&line);
    for (size_t i = 0; result == 0 && i < exercise->count; i++)
        result = store_evidence_get(exercise->store, exercise->ids[i], note_state, exercise, &exercise->error);
    return result;
}

static int run_run(const struct cli *cli, int argc, char **argv)
{
    static struct exercise exercise = {.whole = true};
    const struct option_row rows[] = {
        {"workers", OPTION_NUMBER, &exercise.workers, "N", "worker processes (default: one per processor)"},
        {"no-digests", OPTION_FLAG, &exercise.no_digests, NULL, "no digests: known files are then not known"},
        {NULL}};
    int status = 0;
    int count = read_options(&run_command, rows, argc, argv, &status);
    if (count < 0)
        return status;
    if (count != 1 || exercise.workers > 256)
        return misuse(&run_command, "name the folder of one exercise, and at most 256 workers");
    exercise.dir = argv[1];
    FILE *file = open_in(&exercise, "cases.tsv"); /* before a store is made for nothing */
    if (file == NULL)
        return failed(&exercise.error);
    (void)fclose(file);
    exercise.store = open_store(cli, true);
    if (exercise.store == NULL)
        return EXIT_FAILED;
    int result = load_known_good(&exercise);
    if (result == 0)
        result = add_disks(&exercise);
    if (result == 0)
        result = analyse_disks(&exercise);
    store_close(exercise.store);
    if (result != 0)
        return failed(&exercise.error);
    return exercise.whole && progress_stop == 0 ? EXIT_DONE : EXIT_FAILED;
}

static int score_links(struct store *store, const struct links *links, const char *dir, bool json, bool *perfect,
                       struct error *error)
{
    struct score_findings findings = {.link_count = links_count(links), .network_count = networks_count(links)};
    struct score_link *items = calloc(findings.link_count + 1, sizeof *items);
    struct score_network *networks = calloc(findings.network_count + 1, sizeof *networks);
    int result = items == NULL || networks == NULL ? fail(error, "memory is short") : 0;
    for (size_t i = 0; result == 0 && i < findings.link_count; i++) {
        const struct link *link = links_at(links, i);
        items[i] = (struct score_link){link->kind, link->value, link->cases, link->case_count, link->weight};
    }
    for (size_t i = 0; result == 0 && i < findings.network_count; i++) {
        const struct network *network = networks_at(links, i);
        networks[i] = (struct score_network){network->cases, network->case_count};
    }
    findings.links = items;
    findings.networks = networks;
    if (result == 0)
        result = exercise_score(store, dir, &findings, json, stdout, perfect, error);
    free(items);
    free(networks);
    return result;
}

static int run_score(const struct cli *cli, int argc, char **argv)
{
    bool json = false;
    bool perfect = false;
    struct error error = {0};
    const struct option_row rows[] = {{"json", OPTION_FLAG, &json, NULL, "JSON Lines"}, {NULL}};
    int status = 0;
    int count = read_options(&score_command, rows, argc, argv, &status);
    if (count < 0)
        return status;
    if (count != 1)
        return misuse(&score_command, "name the folder of one exercise");
    struct store *store = open_store(cli, false);
    if (store == NULL)
        return EXIT_FAILED;
    struct links *links = links_find(store, &error);
    int result = links == NULL ? -1 : score_links(store, links, argv[1], json, &perfect, &error);
    links_free(links);
    store_close(store);
    if (result != 0)
        return failed(&error);
    return perfect ? EXIT_DONE : EXIT_FAILED;
}

static int run(const struct cli *cli, int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "--help";
    struct cli own = *cli;
    own.command = strcmp(word, "run") == 0 ? &run_command : &score_command;
    if (strcmp(word, "run") == 0 || strcmp(word, "score") == 0)
        return own.command->run(&own, argc - 1, argv + 1);
    if (argc > 1 && strcmp(word, "--help") != 0 && strcmp(word, "-h") != 0) {
        static const char *const words[] = {"build", "run", "score"};
        bool named = strcmp(word, "build") == 0; /* the long form of `samband exercise DIR` */
        if (!named && argc > 2 && word[0] != '-' && argv[2][0] != '-')
            return misuse(&exercise_command, "there is no \"samband exercise %s\"%s", word,
                          did_you_mean("", word, words, 3));
        return build(argc - named, argv + named);
    }
    (void)printf("usage: samband exercise DIR [--countries N] [--cases N] [--seed S] [--size MB] [--force]\n"
                 "       samband exercise run DIR [--workers N]\n"
                 "       samband exercise score DIR [--json]\n\n%s\n",
                 exercise_command.text);
    return argc > 1 ? EXIT_DONE : EXIT_MISUSE;
}

const struct command exercise_command = {
    "exercise",
    "builds disks with a hidden network, analyses and scores them",
    "[run|score] DIR [options]",
    "Builds disk images on real file systems for training and self-test: ordinary files of this machine, and between "
    "them\n"
    "planted values in every encoding and container, near misses, deleted files, and a criminal network across "
    "countries.\n"
    "Everything planted is invented; DIR/truth.json holds the truth. The same seed gives the same exercise.\n\n"
    "  samband exercise ex --countries 6 --cases 12 --seed 1 --size 64\n"
    "  samband --store ex.db exercise run ex\n"
    "  samband --store ex.db exercise score ex\n"
    "  samband --store ex.db links --why",
    run,
    NULL};
