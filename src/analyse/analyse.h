/* Analysing evidence: units are claimed from the store, done by workers, checked, and committed. Any number of
 * supervisors on any number of machines may work on one store; a kill at any moment costs what was not committed, and
 * the same call again goes on from there. */
#ifndef ANALYSE_ANALYSE_H
#define ANALYSE_ANALYSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "store/store.h"

struct analyse_progress {
    int64_t bytes_done,
        bytes_all; /* of the sweeps and file units of the evidence at hand; all grows while maps come in */
    int64_t units_done, units_all;
    int64_t sightings;
    double seconds;    /* since the call began */
    const char *doing; /* what is going on in a few words: "mapping disk.E01" */
};

struct analyse_options {
    unsigned workers;         /* worker processes at once; 0: one per processor */
    uint64_t memory;          /* bytes of private memory a worker may have; 0: the default, 256 MiB */
    unsigned silence_seconds; /* a worker that shows no sign of life for so long is ended; 0: the default, 60 */
    bool wait;                /* do not return when there is nothing to do: wait for more (a worker host) */
    /* Called about four times a second; NULL is allowed. */
    void (*progress)(void *context, const struct analyse_progress *progress);
    /* Called once for each evidence item that is left alone; see analyse_run. NULL is allowed. */
    void (*left_alone)(void *context, const char *evidence, const char *why);
    void *context;
    const volatile int *stop; /* becomes non-zero when the user asks to stop; NULL is allowed */
};

/* Puts evidence into a case: `paths` are the files of one image (or one folder). The same paths again are the same
 * evidence, and analysing goes on where it stopped; but an image whose files have changed since (sizes, times of change, or
 * a segment more) is new evidence, and *notice says so, which else is empty. -1 when a path is missing, empty or not
 * readable.
 * `terms` (NULL: none) are search terms, sound and without line breaks. What of them was not searched for in this evidence
 * yet is: in the one sweep when the evidence is new, else by units that look for these terms alone. */
struct terms;
int analyse_add(struct store *store, int64_t case_id, const char *const paths[], size_t count, bool digests,
                const struct terms *terms, int64_t *evidence_id, struct error *notice, struct error *error);

/* Calls `each` with every file that a worker may open when the image, file or folder `path` is evidence: other segments
 * of its series, and what an image may lead to, as far as names alone tell. 0, what `each` returned, or -1. */
int analyse_reach(const char *path, int (*each)(void *context, const char *path), void *context, struct error *error);
/* Would evidence at `path`, absolute and without links, read what evidence of another authority's cases reads? Files are
 * compared by what they are, not by how they are called: links of either kind lead nowhere. */
int analyse_of_others(struct store *store, const char *authority, const char *path, bool *others, struct error *error);

/* Asks a worker whether search terms are sound (one each, without line breaks). -1 when one is not (then bad->known), or
 * when none can be asked. `alive` (NULL: nobody) is called about once a second while it takes. */
struct analyse_bad_term {
    bool known;
    size_t term, column; /* which one, from 0; its character, from 1, or 0: the whole */
};
int analyse_terms_check(const char *const items[], size_t count, void (*alive)(void *context), void *context,
                        struct analyse_bad_term *bad, struct error *error);

struct analyse_outcome {
    long peak_kib;     /* the most memory a worker had */
    int64_t ended;     /* units that ended in this call */
    size_t left_alone; /* evidence items */
};
/* Works until every unit of these evidence items, and of what is found to lie in them as evidence of its own, (NULL, 0:
 * of the whole store) is done or has failed. 0 when all could
 * be worked on; the state of each evidence item says how it went. -1 when the store or the workers cannot be used.
 * Evidence that cannot be opened, or whose files changed, has failed when it is named in `evidence_ids`; a call for the
 * whole store leaves it alone, for others to work on. `outcome` may be NULL. */
int analyse_run(struct store *store, const int64_t *evidence_ids, size_t evidence_count,
                const struct analyse_options *options, struct analyse_outcome *outcome, struct error *error);

/* Computes the digests of the whole medium again, in a worker, without touching the store. `recorded` gets what the
 * acquisition recorded in the image itself. */
struct analyse_recorded {
    char md5[33], sha1[41]; /* lower-case hex, or "" */
};
/* `inside`: of which disk within, as inside_put_places (analyse/inside.h) writes it; NULL: of none. */
int analyse_digest(const char *paths, const struct bytes *inside, struct digests *digests,
                   struct analyse_recorded *recorded, void (*progress)(void *context, int64_t done, int64_t all),
                   void *context, struct error *error);

/* Reads a few bytes of the medium, in a worker: up to ANALYSE_PEEK_MOST at `offset`, of which *got says how many there are
 * (fewer at the end of the medium). -1 when they cannot be read, or there is no such place: a folder has none. `inside`
 * as for analyse_digest. */
enum { ANALYSE_PEEK_MOST = 8192 };
int analyse_peek(const char *paths, const struct bytes *inside, uint64_t offset, size_t length, uint8_t *bytes,
                 size_t *got, struct error *error);

#endif
