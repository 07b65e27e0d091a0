/* What the loop knows of an evidence item, and which items it leaves alone. */
#ifndef ANALYSE_MEDIUM_H
#define ANALYSE_MEDIUM_H

#include <stdbool.h>
#include <stdint.h>

#include "analyse/stamp.h"
#include "base/bytes.h"
#include "store/store.h"

struct medium {
    int64_t id, case_id, size;
    bool digests, described, folder;
    int64_t parent;      /* the evidence that it lies in; 0: none */
    char *paths;         /* owned */
    struct bytes inside; /* which disk within them it is, for OPEN; owned */
    char name[256];
    char shown[384]; /* "SE-2026-17/1 disk.E01" */
    char stamp[STAMP_SIZE];
};

/* Into *medium, which starts as zeros. */
int medium_look_up(struct medium *medium, struct store *store, int64_t evidence_id, struct error *error);

void medium_free(struct medium *medium);

/* Are its files others than those that it was analysed from? Where nothing tells, they are not. */
bool medium_has_changed(const struct medium *medium);

/* Evidence that this process cannot open: others may. */
struct left_alone {
    int64_t *ids; /* owned */
    size_t count;
};
/* *fresh: it was not left alone before. */
int leave_alone(struct left_alone *left_alone, int64_t evidence_id, bool *fresh, struct error *error);

#endif
