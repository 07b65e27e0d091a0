/* What a unit found, before it is sent: sorted, without doubles, and a value that one file repeats without end counted
 * rather than listed. Memory is bounded: a full table is sent and begins anew, so all this holds for what one table
 * held. A place that two of them name is one sighting to the store, and a value is listed FINDINGS_KEPT times by each.
 */
#ifndef WORKER_FINDINGS_H
#define WORKER_FINDINGS_H

#include "scan/scan.h"
#include "worker/answer.h"

enum {
    FINDINGS_KEPT = 64,          /* places of one value in one file (or stretch of free space) that are listed */
    FINDINGS_NOTES = 1000,       /* notes of one unit that are listed */
    FINDINGS_BATCH = 32 * 1024,  /* places held at most before they are sent */
    FINDINGS_ALWAYS = 192 << 20, /* bytes of frames that a unit may have in any case, … */
    FINDINGS_PER_BYTE = 48,      /* … and for each of its bytes: below what analyse/slot.c bears */
};

struct findings;
struct findings *findings_new(struct answer *answer); /* NULL when memory is short */
void findings_free(struct findings *findings);        /* NULL is allowed */

/* A unit of so many bytes begins. Beyond what the supervisor takes about such a unit, places are left out, and that is
 * noted. */
void findings_start(struct findings *findings, uint64_t unit_bytes);

/* What follows belongs to this file (0: none) and to this stretch of it; values are counted per stretch. */
void findings_begin(struct findings *findings, uint32_t file, uint64_t stretch);
/* Offsets of sightings are relative to `base`. For use as struct sb_sink's functions, with the findings as context. */
void findings_base(struct findings *findings, uint64_t base);
int findings_sighting(void *findings, const struct sb_sighting *sighting);
int findings_note(void *findings, uint64_t offset, const char *path, const char *reason);
int findings_alive(void *findings);

/* Sends what is held. 0 or -1. */
int findings_send(struct findings *findings);
/* The same, and how many notes were left out; the unit is over. */
int findings_finish(struct findings *findings);

#endif
