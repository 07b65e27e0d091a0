/* samband analyse and samband work: from a disk to findings in the store. */
#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "analyse/analyse.h"
#include "analyse/inside.h"
#include "cli/command.h"
#include "cli/progress.h"
#include "cli/report_evidence.h"
#include "show/show.h"
#include "cli/terms.h"

enum { MEMORY_LEAST = 64 }; /* MiB; at 24 the scanner lacks room on an ordinary disk */

struct analysing {
    struct store *store;
    struct error error;
    int64_t workers, memory, silence;
    struct option_list term, term_files;
    struct terms terms;
    bool no_digests, retry, quiet, wait;
    bool whole; /* false once an evidence item is found incomplete or failed, or none could be opened */
};

/* The name of an image's segment: "disk.E02" (Expert Witness), "disk.002" (raw). */
struct segment {
    size_t stem; /* length of "disk."; 0: the name is none of a segment */
    bool ewf;
    unsigned long number;
};

static struct segment segment_of(const char *path)
{
    size_t length = strlen(path);
    if (length < 5 || path[length - 4] != '.')
        return (struct segment){0};
    const char *end = path + length - 3;
    bool ewf =
        toupper((unsigned char)end[0]) == 'E' && isdigit((unsigned char)end[1]) && isdigit((unsigned char)end[2]);
    bool raw = strspn(end, "0123456789") == 3;
    return (struct segment){ewf || raw ? length - 3 : 0, ewf, strtoul(end + (ewf ? 1 : 0), NULL, 10)};
}

/* A shell's disk.E0* names every segment; they are one image, which the first of them opens. disk.001 and disk.E02 are
 * two. */
static bool is_later_segment(char **paths, int count, int at)
{
    struct segment segment = segment_of(paths[at]);
    for (int i = 0; segment.stem != 0 && i < count; i++) {
        struct segment other = segment_of(paths[i]);
        if (other.stem == segment.stem && other.ewf == segment.ewf && other.number < segment.number &&
            strncmp(paths[i], paths[at], segment.stem) == 0)
            return true;
    }
    return false;
}

/* What could not be read before, also of what lies in the evidence. */
static int retry(struct analysing *analysing, int64_t id)
{
    struct family family = {0};
    bool grown;
    int64_t units = 0;
    int result = family_add(&family, &id, 1, &analysing->error);
    if (result == 0)
        result = family_gather(&family, analysing->store, &grown, &analysing->error);
    for (size_t i = 0; i < family.count && result == 0; i++)
        result = store_unit_retry(analysing->store, family.ids[i], &units, &analysing->error);
    family_free(&family);
    return result;
}

static int add_all(struct analysing *analysing, const char *case_reference, int count, char **paths, int64_t *ids,
                   size_t *id_count)
{
    int64_t case_id = 0;
    if (find_case(analysing->store, case_reference, &case_id, &analysing->error) != 0)
        return -1;
    for (int i = 0; i < count; i++) {
        if (is_later_segment(paths, count, i))
            continue;
        const char *path = paths[i];
        struct error notice = {0};
        if (analyse_add(analysing->store, case_id, &path, 1, !analysing->no_digests,
                        analysing->terms.count > 0 ? &analysing->terms : NULL, &ids[*id_count], &notice,
                        &analysing->error) != 0)
            return -1;
        if (notice.text[0] != '\0')
            (void)fprintf(stderr, "samband: %s\n", notice.text);
        if (analysing->retry && retry(analysing, ids[*id_count]) != 0)
            return -1;
        (*id_count)++;
    }
    return 0;
}

/* One line where nothing else is said. */
static void show_trouble(const struct store_evidence *row)
{
    (void)fprintf(stderr, "samband: %s ", shown_evidence(row->case_reference, row->number));
    (void)fprintf(stderr, "%s ", printable(shown_text(row->name, false)));
    if (strcmp(row->state, "failed") == 0)
        (void)fprintf(stderr, "failed: %s\n", printable(shown_text(row->problem, false)));
    else
        (void)fprintf(stderr, "is %s: \"samband evidence\" says why\n",
                      strcmp(row->state, "incomplete") == 0 ? "incomplete" : "not finished");
}

static int show_result(void *context, const struct store_evidence *row)
{
    struct analysing *analysing = context;
    bool whole = strcmp(row->state, "complete") == 0;
    analysing->whole &= whole;
    if (!analysing->quiet)
        return report_evidence(analysing->store, row, false, &analysing->error);
    if (!whole && progress_stop == 0)
        show_trouble(row);
    return 0;
}

static int show_inside(void *context, int64_t id)
{
    struct analysing *analysing = context;
    int result = store_evidence_get(analysing->store, id, show_result, analysing, &analysing->error);
    return result != 0 ? result
                       : store_evidence_inside_each(analysing->store, id, show_inside, analysing, &analysing->error);
}

static void show_left_alone(void *line, const char *evidence, const char *why)
{
    progress_clear(line);
    (void)fprintf(stderr, "samband: %s is left alone: ", printable(shown_text(evidence, false)));
    (void)fprintf(stderr, "%s\n", printable(why));
}

static int run_units(struct analysing *analysing, const int64_t *ids, size_t count)
{
    struct progress_line line = {.quiet = analysing->quiet};
    struct analyse_options options = {.workers = (unsigned)analysing->workers,
                                      .memory = (uint64_t)analysing->memory << 20,
                                      .silence_seconds = (unsigned)analysing->silence,
                                      .wait = analysing->wait,
                                      .progress = progress_show,
                                      .left_alone = show_left_alone,
                                      .context = &line,
                                      .stop = &progress_stop};
    struct analyse_outcome outcome = {0};
    progress_watch_stop();
    int result = analyse_run(analysing->store, ids, count, &options, &outcome, &analysing->error);
    progress_clear(&line);
    if (outcome.left_alone > 0 && outcome.ended == 0)
        analysing->whole = false;
    struct rusage own;
    if (result == 0 && getenv("SAMBAND_SHOW_PEAK") != NULL && getrusage(RUSAGE_SELF, &own) == 0)
        (void)fprintf(stderr, "peak memory in KiB: worker %ld, supervisor %ld\n", outcome.peak_kib, own.ru_maxrss);
    return result;
}

static void forget_terms(struct analysing *analysing)
{
    terms_free(&analysing->terms);
    free(analysing->term.items);
    free(analysing->term_files.items);
}

static int finish(struct analysing *analysing, int result)
{
    store_close(analysing->store);
    forget_terms(analysing);
    if (result != 0)
        return failed(&analysing->error);
    if (progress_stop != 0) {
        (void)fprintf(stderr, "samband: stopped; the same command goes on from here\n");
        return EXIT_FAILED;
    }
    return analysing->whole ? EXIT_DONE : EXIT_FAILED;
}

static bool sound_numbers(const struct command *command, const struct analysing *analysing)
{
    if (analysing->memory != 0 && analysing->memory < MEMORY_LEAST)
        (void)misuse(command, "--worker-memory %lld is too little: a worker needs %d MiB at least",
                     (long long)analysing->memory, MEMORY_LEAST);
    else if (analysing->workers > 256 || analysing->memory > 1 << 20 || analysing->silence > 86400)
        (void)misuse(command, "at most 256 workers of 1048576 MiB, silent for at most 86400 seconds");
    else
        return true;
    return false;
}

static int run_analyse(const struct cli *cli, int argc, char **argv)
{
    struct analysing analysing = {.whole = true};
    const char *case_reference = NULL;
    const struct option_row rows[] = {
        {"case", OPTION_TEXT, &case_reference, "REFERENCE", "the case the evidence belongs to (required)"},
        {"term", OPTION_LIST, &analysing.term, "TERM", "search for this too: words, \"Case\", /regex/ or /regex/i"},
        {"terms", OPTION_LIST, &analysing.term_files, "FILE", "and for what stands in FILE, one term a line"},
        {"workers", OPTION_NUMBER, &analysing.workers, "N", "worker processes (default: one per processor)"},
        {"no-digests", OPTION_FLAG, &analysing.no_digests, NULL,
         "no MD5, SHA-1, SHA-256 of the image and its files: faster"},
        {"retry", OPTION_FLAG, &analysing.retry, NULL, "read again what could not be read before"},
        {"worker-memory", OPTION_NUMBER, &analysing.memory, "MIB", "memory a worker may use, 64 or more (default 256)"},
        {"silence", OPTION_NUMBER, &analysing.silence, "SECONDS",
         "end a worker that shows no sign of life (default 60)"},
        {"quiet", OPTION_FLAG, &analysing.quiet, NULL, "no progress, no report; only what went wrong"},
        {NULL}};
    int status = 0;
    int count = read_options(&analyse_command, rows, argc, argv, &status);
    if (count < 0)
        return status;
    if (case_reference == NULL)
        return misuse(&analyse_command, "--case says which case the evidence belongs to");
    if (count == 0)
        return misuse(&analyse_command, "name at least one disk image, file or folder");
    if (!sound_numbers(&analyse_command, &analysing))
        return EXIT_MISUSE;
    if (gather_terms(&analysing.term, &analysing.term_files, analysing.quiet, &analysing.terms, &analysing.error) != 0)
        return finish(&analysing, -1);
    if (!store_exists(cli)) {
        struct error error = {0};
        (void)fail(&error, "there is no case %s, and no store %s yet: \"samband case add %s --country CC\" opens both",
                   case_reference, cli->store, case_reference);
        forget_terms(&analysing);
        return failed(&error);
    }
    int64_t *ids = calloc((size_t)count, sizeof *ids);
    size_t id_count = 0;
    analysing.store = ids == NULL ? NULL : open_store(cli, false);
    if (analysing.store == NULL) {
        free(ids);
        forget_terms(&analysing);
        return EXIT_FAILED;
    }
    int result = add_all(&analysing, case_reference, count, argv + 1, ids, &id_count);
    if (result == 0)
        result = run_units(&analysing, ids, id_count);
    for (size_t i = 0; result == 0 && i < id_count; i++)
        result = show_inside(&analysing, ids[i]);
    free(ids);
    return finish(&analysing, result);
}

static int run_work(const struct cli *cli, int argc, char **argv)
{
    struct analysing analysing = {.whole = true};
    bool with_parent = false;
    pid_t parent = getppid();
    const struct option_row rows[] = {
        {"workers", OPTION_NUMBER, &analysing.workers, "N", "worker processes (default: one per processor)"},
        {"worker-memory", OPTION_NUMBER, &analysing.memory, "MIB", "memory a worker may use, 64 or more (default 256)"},
        {"silence", OPTION_NUMBER, &analysing.silence, "SECONDS",
         "end a worker that shows no sign of life (default 60)"},
        {"wait", OPTION_FLAG, &analysing.wait, NULL, "when all is done, wait for more instead of ending"},
        {"with-parent", OPTION_FLAG, &with_parent, NULL, "end with the process that started this one"},
        {"quiet", OPTION_FLAG, &analysing.quiet, NULL, "no progress"},
        {NULL}};
    int status = 0;
    if (!read_only_options(&work_command, rows, argc, argv, &status))
        return status;
    if (!sound_numbers(&work_command, &analysing))
        return EXIT_MISUSE;
    if (with_parent && (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent))
        return EXIT_DONE; /* it is gone already */
    analysing.store = open_store(cli, false);
    if (analysing.store == NULL)
        return EXIT_FAILED;
    return finish(&analysing, run_units(&analysing, NULL, 0));
}

const struct command analyse_command = {
    "analyse",
    "reads evidence: disk images, files, folders",
    "--case REFERENCE [options] PATH…",
    "Reads each PATH once and keeps what it finds: every file with its digests, and every selector (cards, accounts,\n"
    "addresses, wallets …) with the place where it stands. PATH is a disk image (raw, split raw, E01, AFF, VHD, VMDK,\n"
    "qcow2; the first of several segments is enough), a single file, or a folder. A disk image that lies in it as a "
    "file (the\n"
    "disk of a virtual machine) is evidence too: CASE/1.2 lies in CASE/1.\n\n"
    "It can be stopped or killed at any moment: the same command goes on where it was. Evidence is never written to, "
    "and\n"
    "is parsed only in locked worker processes. What could not be read is listed at the end (exit status 1); when its\n"
    "cause has passed (a failing cable, too little memory for workers), the same command with --retry reads just "
    "that.\n\n"
    "A search term is words (found in either case), \"Words\" (found as they are), /regex/ or /regex/i; samband(1) "
    "says more.\n"
    "Terms given later are looked for alone, in what was read already: nothing else is done again.\n\n"
    "  samband analyse --case SE-2026-17 disk.E01 phone.dd\n"
    "  samband analyse --case SE-2026-17 --terms names.txt --term /fakt?ura/i disk.E01",
    run_analyse,
    "analyse"};

const struct command work_command = {
    "work",
    "helps with units of evidence that others put into the store",
    "[options]",
    "Claims units of work from the store and does them, beside any number of other processes on this and other hosts "
    "that\n"
    "use the same store (PostgreSQL for several hosts). The evidence must be found under the same paths,\n"
    "with the same times (cp -p). What cannot be opened here, or has changed, is named and left to others; the exit "
    "status\n"
    "is 1 when nothing else was done.\n\n"
    "  samband --store postgresql://samband@db.example/samband work --wait",
    run_work,
    NULL};
