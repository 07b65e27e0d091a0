/* samband verify: are these still the bytes that were seized? */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyse/analyse.h"
#include "analyse/inside.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/progress.h"
#include "cli/record.h"
#include "show/show.h"

struct verifying {
    const char *wanted; /* as typed: CASE/NUMBER, a name or a path */
    char absolute[PATH_MAX + 2];
    enum fit { FIT_NONE, FIT_NAME, FIT_PATH, FIT_ID } fit; /* how well the best of them fits what was typed */
    unsigned matches;                                      /* so well, and not the same files */
    char *paths;
    int64_t newest;      /* of these paths; 0: of no evidence */
    struct bytes inside; /* which disk within it is */
    char id[160];
    char md5[33], sha1[41], sha256[65]; /* computed before, or "" */
    struct progress_line line;
};

static enum fit fit_of(const struct verifying *verifying, const struct store_evidence *row)
{
    if (strcmp(shown_evidence(row->case_reference, row->number), verifying->wanted) == 0)
        return FIT_ID;
    if (row->parent == 0 && verifying->absolute[0] != '\0' &&
        strncmp(row->paths, verifying->absolute, strlen(verifying->absolute)) == 0)
        return FIT_PATH;
    return strcmp(row->name, verifying->wanted) == 0 ? FIT_NAME : FIT_NONE;
}

/* Files that changed since are evidence anew, of the same path: the newest of them is what the path means. */
static int take(void *context, const struct store_evidence *row)
{
    struct verifying *verifying = context;
    const char *id = shown_evidence(row->case_reference, row->number);
    enum fit fit = fit_of(verifying, row);
    if (fit == FIT_NONE || fit < verifying->fit)
        return 0;
    bool better = fit > verifying->fit;
    bool same = !better && (fit == FIT_PATH || strcmp(row->paths, verifying->paths) == 0);
    verifying->fit = fit;
    verifying->matches = better ? 1 : verifying->matches + (same ? 0 : 1);
    if (same && row->id < verifying->newest)
        return 0;
    verifying->newest = row->id;
    free(verifying->paths);
    verifying->paths = strdup(row->paths);
    if (verifying->paths == NULL)
        return -1;
    (void)snprintf(verifying->id, sizeof verifying->id, "%s", id);
    (void)snprintf(verifying->md5, sizeof verifying->md5, "%s", row->md5);
    (void)snprintf(verifying->sha1, sizeof verifying->sha1, "%s", row->sha1);
    (void)snprintf(verifying->sha256, sizeof verifying->sha256, "%s", row->sha256);
    return 0;
}

static int find_evidence(const struct cli *cli, struct verifying *verifying, struct error *error)
{
    char *path = realpath(verifying->wanted, NULL);
    if (path != NULL)
        (void)snprintf(verifying->absolute, sizeof verifying->absolute, "%s\n", path);
    if (store_exists(cli)) {
        struct store *store = store_open(cli->store, false, error);
        int result = store == NULL ? -1 : record_command(cli, store, error);
        if (result == 0)
            result = store_evidence_each(store, NULL, take, verifying, error);
        if (result == 0 && verifying->newest != 0)
            result = inside_put_places(store, verifying->newest, &verifying->inside, error);
        store_close(store);
        if (result != 0) {
            free(path);
            return -1;
        }
    }
    if (verifying->matches == 0 && path != NULL)
        verifying->paths = strdup(verifying->absolute);
    free(path);
    if (verifying->matches > 1)
        return fail(error, "%u evidence items are named %s: say which as CASE/NUMBER (samband evidence)",
                    verifying->matches, verifying->wanted);
    if (verifying->paths == NULL)
        return fail(error, "there is no evidence %s, neither in %s nor as a file", verifying->wanted, cli->store);
    return 0;
}

static void show_progress(void *context, int64_t done, int64_t all)
{
    struct verifying *verifying = context;
    struct analyse_progress progress = {.bytes_done = done, .bytes_all = all, .doing = "digesting"};
    if (isatty(STDERR_FILENO) == 1)
        progress_show(&verifying->line, &progress);
}

static bool compare(const char *name, const char *source, const char *computed, const char *other, bool *compared)
{
    if (other[0] == '\0')
        return true;
    bool same = strcmp(computed, other) == 0;
    (void)printf("  %s %s %s%s\n", name, same ? "matches" : "DIFFERS from", source, same ? "" : " ");
    if (!same)
        (void)printf("    computed %s\n    recorded %s\n", computed, other);
    *compared = true;
    return same;
}

static int judge(const struct verifying *verifying, const struct digests *digests,
                 const struct analyse_recorded *recorded)
{
    char md5[2 * MD5_SIZE + 1];
    char sha1[2 * SHA1_SIZE + 1];
    char sha256[2 * SHA256_SIZE + 1];
    text_hex(digests->md5, MD5_SIZE, md5);
    text_hex(digests->sha1, SHA1_SIZE, sha1);
    text_hex(digests->sha256, SHA256_SIZE, sha256);
    (void)printf("%s\n  md5 %s\n  sha1 %s\n  sha256 %s\n",
                 printable(verifying->id[0] != '\0' ? verifying->id : verifying->wanted), md5, sha1, sha256);
    bool compared = false;
    bool same = compare("md5", "the acquisition's record", md5, recorded->md5, &compared);
    same &= compare("sha1", "the acquisition's record", sha1, recorded->sha1, &compared);
    same &= compare("md5", "the analysis", md5, verifying->md5, &compared);
    same &= compare("sha1", "the analysis", sha1, verifying->sha1, &compared);
    same &= compare("sha256", "the analysis", sha256, verifying->sha256, &compared);
    if (!compared)
        (void)printf("  nothing to compare with: the image records no digests, and no analysis computed them\n");
    else
        (void)printf("  %s\n", same ? "verified" : "NOT VERIFIED: these are not the bytes that were seized");
    return same && compared ? EXIT_DONE : EXIT_FAILED;
}

static int run(const struct cli *cli, int argc, char **argv)
{
    const struct option_row rows[] = {{NULL}};
    int status = 0;
    int count = read_options(&verify_command, rows, argc, argv, &status);
    if (count < 0)
        return status;
    if (count != 1)
        return misuse(&verify_command, "name one evidence item: CASE/NUMBER, its name, or its path");
    struct error error = {0};
    struct verifying verifying = {.wanted = argv[1]};
    struct digests digests;
    struct analyse_recorded recorded;
    int result = find_evidence(cli, &verifying, &error);
    if (result == 0)
        result = analyse_digest(verifying.paths, verifying.newest == 0 ? NULL : &verifying.inside, &digests, &recorded,
                                show_progress, &verifying, &error);
    progress_clear(&verifying.line);
    free(verifying.paths);
    bytes_free(&verifying.inside);
    return result == 0 ? judge(&verifying, &digests, &recorded) : failed(&error);
}

const struct command verify_command = {
    "verify",
    "computes an image's digests again and compares them",
    "EVIDENCE",
    "Computes MD5, SHA-1 and SHA-256 of the whole medium again and compares them with what the acquisition recorded in "
    "the\n"
    "image (E01, AFF) and with what the analysis computed. EVIDENCE is CASE/NUMBER, a name, or a path\n"
    "(the newest of that path). Exit status 0 only\n"
    "when there was something to compare with and all of it matches.\n\n"
    "  samband verify SE-2026-17/1",
    run,
    "view"};
