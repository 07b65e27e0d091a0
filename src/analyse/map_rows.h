/* The rows a finished map gives: volumes, files, runs, then the plan and the units. */
#ifndef ANALYSE_MAP_ROWS_H
#define ANALYSE_MAP_ROWS_H

#include "analyse/commit.h"

int commit_map(const struct commit *commit, struct spool *spool, struct error *error);

#endif
