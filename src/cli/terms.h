/* The search terms of a command line: those of --term and the lines of --terms files. */
#ifndef CLI_TERMS_H
#define CLI_TERMS_H

#include "analyse/terms.h"
#include "cli/command.h"

/* Reads them and lets a worker judge them. -1 with a sentence that says which one is wrong, by file, line and column.
 * With no term at all, and no file, terms->count is 0. */
int gather_terms(const struct option_list *given, const struct option_list *files, bool quiet, struct terms *terms,
                 struct error *error);

#endif
