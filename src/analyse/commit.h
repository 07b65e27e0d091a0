/* From the checked frames of a finished unit to rows of the store, in the caller's transaction. */
#ifndef ANALYSE_COMMIT_H
#define ANALYSE_COMMIT_H

#include "analyse/spool.h"
#include "store/store.h"

struct commit {
    struct store *store;
    const struct store_unit *unit;
    int64_t case_id;
    int64_t size; /* of the image; 0 for a folder */
    bool digests, folder;
};

/* The units that new evidence begins with. */
int commit_first_units(struct store *store, int64_t evidence_id, bool digests, struct error *error);

/* *sightings is raised by how many places were added. Attributes sightings to files, slack and free space, and adds
 * everything. For a map also the plan and its units. */
int commit_unit(const struct commit *commit, struct spool *spool, int64_t *sightings, struct error *error);

#endif
