/* samband evidence: what was analysed, how it went, and what could not be read. */
#include <stdio.h>

#include "cli/command.h"
#include "cli/report_evidence.h"
#include "show/show.h"

struct view {
    struct store *store;
    struct error *error;
    bool json, reveal;
};

static int show(void *context, const struct store_evidence *row)
{
    const struct view *view = context;
    return view->json ? report_evidence_json(view->store, row, view->reveal, view->error)
                      : report_evidence(view->store, row, view->reveal, view->error);
}

static int run(const struct cli *cli, int argc, char **argv)
{
    struct error error = {0};
    struct view view = {.error = &error};
    const char *case_reference = NULL;
    const struct option_row rows[] = {
        {"case", OPTION_TEXT, &case_reference, "REFERENCE", "only this case"},
        {"json", OPTION_FLAG, &view.json, NULL, "JSON Lines"},
        {"reveal", OPTION_FLAG, &view.reveal, NULL, "show card numbers and keys of wallets in full"},
        {NULL}};
    int status = 0;
    if (!read_only_options(&evidence_command, rows, argc, argv, &status))
        return status;
    view.store = open_store(cli, false);
    if (view.store == NULL)
        return EXIT_FAILED;
    int64_t id = 0;
    int result = case_reference == NULL ? 0 : find_case(view.store, case_reference, &id, &error);
    if (result == 0)
        result = store_evidence_each(view.store, case_reference, show, &view, &error);
    store_close(view.store);
    return result == 0 ? EXIT_DONE : failed(&error);
}

const struct command evidence_command = {
    "evidence",
    "lists evidence: state, digests, volumes, what could not be read",
    "[--case REFERENCE] [--json] [--reveal]",
    "Lists every evidence item with its format, size, digests (and whether they match those recorded at acquisition),\n"
    "its volumes, which of them are encrypted, and every range that could not be read.",
    run,
    "view"};
