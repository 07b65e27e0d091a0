/* Who may read what: a handle that reads for somebody, and the requests by which one authority asks another. The
 * conditions stand in the store's queries (docs/centre.md says what they are). */
#ifndef STORE_ACCESS_H
#define STORE_ACCESS_H

#include "store/store.h"

/* From here on this handle reads for that authority: every listing of cases, evidence, files, selectors, sightings,
 * links and counts shows what it may read in full, and nothing else. NULL: reads all again (the command line, workers).
 */
struct store_viewer {
    int64_t authority; /* 0: of none (an administrator, an auditor): reads no case */
    bool centre;
};
int store_view_as(struct store *store, const struct store_viewer *viewer, struct error *error);
/* May the viewer read this case? *reads, by reference. */
int store_case_readable(struct store *store, const char *reference, bool *reads, struct error *error);

/* A hit: an authority in whose cases, which the viewer may not read, the selector is seen; once each, by name. */
struct store_hit {
    int64_t authority;
    const char *name, *country, *contact;
};
int store_hit_each(struct store *store, const uint8_t hash[SELECTOR_HASH_SIZE],
                   int (*row)(void *, const struct store_hit *), void *context, struct error *error);
/* Selectors that a case the viewer may read shares with cases of others that answer with a hit. Rows of
 * (selector, hit), by selector and authority. case_reference NULL: all that the viewer may read. */
int store_shared_hit_each(struct store *store, const char *case_reference,
                          int (*row)(void *, const struct store_selector *, const struct store_hit *), void *context,
                          struct error *error);
/* Between which countries these are: rows of a selector's kind, the country of a readable case that has it, and the
 * country of an authority that answers with a hit. Once each, and none where a readable case of that country has it as
 * well: that is a link. */
int store_shared_hit_countries(struct store *store,
                               int (*row)(void *, const char *kind, const char *country, const char *elsewhere),
                               void *context, struct error *error);
/* What stands under a hash, if the viewer may read it somewhere or has a hit elsewhere. */
int store_selector_by_hash(struct store *store, const uint8_t hash[SELECTOR_HASH_SIZE], bool *found,
                           int (*row)(void *, const struct store_selector *), void *context, struct error *error);

/* ---- requests for access ---- */
struct store_request {
    int64_t id;
    int64_t asked_at, answered_at; /* 0: not yet */
    const char *kind, *value;      /* the selector */
    uint8_t hash[SELECTOR_HASH_SIZE];
    int64_t asking, owning; /* authorities */
    const char *asking_name, *owning_name;
    const char *asked_by, *answered_by; /* names of people */
    const char *reason, *answer;        /* why it is asked; what the owner says to it */
    const char *state; /* "asked", "granted", "refused"; a grant whose day is over is "expired", one that its owner
                          ended before "ended" */
    const char *until;                  /* YYYY-MM-DD, the last day, or "" */
    const char *cases; /* references granted that the viewer may read, one a line; while it runs, those that are left */
    int64_t ended_at;  /* 0: it was not ended before its day */
    const char *ended_by, *ending; /* who ended it and why; "": the handling code of its cases did */
};
/* An authority that gives no hit for this selector cannot be asked: *id = 0. */
int store_request_add(struct store *store, const struct store_request *request, int64_t *id, struct error *error);
/* Those that the viewer asked or has to answer, newest first. */
int store_request_each(struct store *store, int (*row)(void *, const struct store_request *), void *context,
                       struct error *error);
/* Answers one that the viewer owns and that waits: *answered false when there is none such. Of `cases` (references,
 * `count`) those are granted that hold the selector and belong to the viewer. */
int store_request_answer(struct store *store, int64_t id, bool grant, const char *const cases[], size_t count,
                         const char *until, const char *answer, const char *person, int64_t now, bool *answered,
                         struct error *error);
/* Ends what the viewer granted, for good: *ended false when there is no such request that is granted still. */
int store_request_end(struct store *store, int64_t id, const char *reason, const char *person, int64_t now, bool *ended,
                      struct error *error);
/* References of the viewer's own cases behind a request that the viewer has to answer. */
int store_request_cases(struct store *store, int64_t id, int (*row)(void *, const char *reference), void *context,
                        struct error *error);

/* ---- retention ---- */
struct store_purged {
    int64_t evidence, files, sightings, selectors; /* rows removed; selectors: those that only this case held */
    int64_t left;                                  /* rows that still name the case: 0, or the purge is taken back */
};
/* Removes a case and everything that only it held, in one transaction. */
int store_case_purge(struct store *store, const char *reference, struct store_purged *purged, struct error *error);

#endif
