/* The store: cases, evidence, units of work, files, selectors and sightings. The only room where SQL stands; two
 * drivers (SQLite, PostgreSQL) under one schema (schema.c) with numbered migrations.
 *
 * Everything returns 0 or -1 with a sentence, unless said otherwise. Text handed to a callback is valid during the
 * call. A callback that returns other than 0 ends the listing, which then returns that value; it may ask the store for
 * more, but not write or commit. Listings have a stable order. One store handle belongs to one thread. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"

enum { SELECTOR_HASH_SIZE = 16 };
#define STORE_UNKNOWN_TIME INT64_MIN
#define STORE_NO_OFFSET (-1)

struct store;

/* `where`: a path of an SQLite file, or a postgresql:// URL. Creates the schema where there is none and migrates an
 * older one; a newer one is an error. With create false a missing SQLite file is an error that says how to begin. */
struct store *store_open(const char *where, bool create, struct error *error);
void store_close(struct store *store);
/* The last part of a sentence for people: "SQLite samband.db" or "PostgreSQL samband@db.example" (no password). */
const char *store_name(const struct store *store);

/* Writers wrap what belongs together. Findings are staged and applied by store_commit, which therefore may fail; then
 * all is rolled back already. Without a transaction each call is one of its own. In SQLite a transaction takes the
 * write lock at once (waiting up to half an hour for the commit of another process). */
int store_begin(struct store *store, struct error *error);
int store_commit(struct store *store, struct error *error);
void store_rollback(struct store *store);
/* True if the last failure was a conflict with another connection (a deadlock, a lock not given in time): the caller
 * may roll back and try the same transaction again. */
bool store_retryable(const struct store *store);
/* How many seconds this handle waits for a lock that others hold, before that is such a conflict; 0: for as long as a
 * commit may take (SQLite half an hour; PostgreSQL without end), which is what a handle begins with. */
int store_wait_most(struct store *store, int seconds, struct error *error);
/* True if the last failure was about the rows themselves (a broken constraint, a value that cannot be stored): the same
 * transaction would fail again, while the store is well. */
bool store_refused(const struct store *store);

/* ---- cases ---- */
struct store_case {
    int64_t id;
    const char *reference; /* unique, for example SE-2026-17 */
    const char *country;   /* ISO 3166 alpha-2, upper case */
    const char *authority;
    const char *title;
    const char *handling;  /* "free", "hit" (hit/no-hit to others) or "own" (own authority only) */
    const char *retention; /* YYYY-MM-DD, or "" */
    int64_t evidence_count;
};
int store_case_add(struct store *store, const struct store_case *record, int64_t *id, struct error *error);
/* *id = 0 when there is no such case (still returns 0). */
int store_case_find(struct store *store, const char *reference, int64_t *id, struct error *error);
int store_case_each(struct store *store, int (*row)(void *, const struct store_case *), void *context,
                    struct error *error);
/* Title, handling and retention; *changed false when there is no such case. Handling "own" ends what others were
 * granted of it, for good: *ended says how many grants. */
int store_case_change(struct store *store, const struct store_case *record, bool *changed, int64_t *ended,
                      struct error *error);
int store_case_count(struct store *store, int64_t *count, struct error *error); /* cases that have evidence */

/* ---- evidence ---- */
struct store_evidence {
    int64_t id;
    int64_t case_id;
    const char *case_reference;
    int64_t number;    /* within its case, from 1; of evidence inside evidence see store_evidence_inside */
    const char *name;  /* base name of the first path; inside evidence "disk.E01 › /vm/disk.qcow2" */
    const char *paths; /* absolute, one a line */
    bool digests;      /* the whole image's and the files' digests are wanted */
    const char *format;
    int64_t size;
    int64_t sector_size;
    const char *recorded_md5, *recorded_sha1; /* lower-case hex, or "" */
    const char *md5, *sha1, *sha256;          /* of the whole image, computed, or "" */
    const char *state;                        /* "new", "mapped", "complete", "incomplete", "failed" */
    const char *problem;                      /* why it failed, or "" */
    int64_t units, units_done, gaps;
    int64_t bytes_done; /* of the spans and file units that are done, for progress */
    int64_t bytes_all;
    int64_t files, sightings;
    const char *stamp;   /* see store_evidence_add */
    int64_t parent;      /* id of the evidence that it lies in; 0: it is a seized item itself */
    int64_t parent_file; /* number of the file that it is there */
    const char *parent_path;
    int64_t added, ended; /* seconds since 1970: when it came, when its state last became what it is; 0: not known */
};
/* The paths of each seized item of another authority's case, one a line; whoever reads. */
int store_evidence_of_others(struct store *store, const char *authority, int (*row)(void *, const char *paths),
                             void *context, struct error *error);
/* The same paths in the same case are the same evidence: then *id is the old one and *fresh is false. Unless `stamp`
 * (any text that changes with the files; "": not known) is another than the one with which its map or another unit was
 * done: then it is new evidence, and *before the id of the old one (else 0; NULL is allowed). */
int store_evidence_add(struct store *store, int64_t case_id, const char *name, const char *paths, const char *stamp,
                       bool digests, int64_t *id, bool *fresh, int64_t *before, struct error *error);
/* Evidence inside evidence: the disk image that a file of `parent` (store_may_be_disk) holds. It has the parent's
 * case, paths, stamp and search terms. Its number is its parent's, and the rank of its file among those that may be disks
 * there: so it is the same whoever finds it when. Both are written into one integer, as its id is from its parent's:
 * the number of the seized item in the lower STORE_ITEM_BITS, and above it, outermost first, a rank for each level.
 * *fresh is false when it is in the store already. */
enum {
    STORE_ITEM_BITS = 24,
    STORE_RANK_BITS = 13,
    STORE_INSIDE_MOST = 3,
    STORE_RANK_MOST = (1 << STORE_RANK_BITS) - 1
};
int store_evidence_inside(struct store *store, int64_t parent, int64_t file, int64_t *id, bool *fresh,
                          struct error *error);
/* The rank at a level from 1 to STORE_INSIDE_MOST; 0: it does not lie so deep. */
static inline int64_t store_evidence_rank(int64_t number, int level)
{
    return number >> (STORE_ITEM_BITS + STORE_RANK_BITS * (STORE_INSIDE_MOST - level)) & STORE_RANK_MOST;
}
/* How many others it lies in. */
static inline int store_evidence_depth(int64_t id)
{
    int depth = 0;
    while (depth < STORE_INSIDE_MOST && store_evidence_rank(id, depth + 1) != 0)
        depth++;
    return depth;
}
/* The ids of those that lie in this one, not deeper, in their order. */
int store_evidence_inside_each(struct store *store, int64_t parent, int (*row)(void *, int64_t id), void *context,
                               struct error *error);
int store_evidence_describe(struct store *store, int64_t id, const char *format, int64_t size, int64_t sector_size,
                            const char *recorded_md5, const char *recorded_sha1, struct error *error);
int store_evidence_digest(struct store *store, int64_t id, const struct digests *digests, struct error *error);
int store_evidence_state(struct store *store, int64_t id, const char *state, const char *problem, struct error *error);
/* Mapped evidence without open or claimed units becomes "complete", or "incomplete" when a gap says something was not
 * read. Else nothing changes. */
int store_evidence_settle(struct store *store, int64_t id, struct error *error);
/* case_reference NULL: all. By case reference and number; what lies inside an item comes behind it. */
int store_evidence_each(struct store *store, const char *case_reference,
                        int (*row)(void *, const struct store_evidence *), void *context, struct error *error);
int store_evidence_get(struct store *store, int64_t id, int (*row)(void *, const struct store_evidence *),
                       void *context, struct error *error);

/* ---- what the map unit found ---- */
struct store_volume {
    int64_t number, start, length;
    const char *description, *file_system, *encryption;
    bool allocated;
};
int store_volume_add(struct store *store, int64_t evidence_id, const struct store_volume *volume, struct error *error);
int store_volume_each(struct store *store, int64_t evidence_id, int (*row)(void *, const struct store_volume *),
                      void *context, struct error *error);

/* How a file's content is read. */
enum store_apart {
    READ_BY_SWEEP, /* scanned and hashed as the sweep passes */
    READ_APART,    /* scanned and hashed by a file unit: fragmented, compressed, sparse, in a folder … */
    HASHED_APART,  /* scanned by the sweep, hashed by a file unit: too large for one span, or cut by a split */
    READ_UNPACKED, /* as READ_APART; what it holds stands nowhere in the image as it is: the file system compressed it
                    */
    READ_AS_DISK,  /* begins as a disk image: a file unit of its own hashes it, and scans it if it is none after all; if
                      it is one, its content is left to the evidence that it is (store_evidence_inside) */
    READ_AS_PACKED_DISK, /* as READ_AS_DISK, and as READ_UNPACKED */
};
static inline bool store_may_be_disk(int64_t apart)
{
    return apart == READ_AS_DISK || apart == READ_AS_PACKED_DISK;
}
struct store_file {
    int64_t evidence_id, number; /* number from 1 within the evidence */
    const char *case_reference;
    int64_t evidence_number;
    const char *evidence_name;
    int64_t volume, volume_start;
    int64_t inode, attribute_type, attribute_id;
    const char *path;
    int64_t size;
    bool allocated, regular, metadata;
    int64_t apart;                                /* enum store_apart */
    int64_t same_as;                              /* number of the file this is another name of, or 0 */
    int64_t modified, accessed, changed, created; /* seconds since 1970 UTC, or STORE_UNKNOWN_TIME */
    const uint8_t *md5, *sha1, *sha256;           /* NULL where not computed; a hard link shows its file's */
    const char *type;                             /* MIME type or "" */
    const char *known;                            /* "good", "bad", "own" or "" */
};
int store_file_add(struct store *store, const struct store_file *file, struct error *error);

/* Those that a file unit reads with numbers in [first, first + count), by number; paths, places and sizes only. */
int store_file_apart_each(struct store *store, int64_t evidence_id, int64_t first, int64_t count,
                          int (*row)(void *, const struct store_file *), void *context, struct error *error);
/* What attribution needs of one file; of one that is not there, nothing. */
struct store_file_state {
    bool allocated;
    int64_t size;
    enum store_apart apart;
};
int store_file_state(struct store *store, int64_t evidence_id, int64_t number, struct store_file_state *state,
                     struct error *error);
int store_file_set_apart(struct store *store, int64_t evidence_id, int64_t number, enum store_apart apart,
                         struct error *error);

/* A physical run of a file, kept only from the map until the plan is made. */
struct store_run {
    int64_t start, length; /* bytes of the image */
    int64_t file;          /* store_file.number */
    int64_t file_offset;
    int64_t file_size;
    int64_t priority; /* who owns a byte that several files claim: the highest; ties go to the lower file number */
    bool allocated;
    bool apart; /* the file is scanned by a unit of its own, not by the sweep */
    bool whole; /* the sweep hashes the file as it passes: it must not be cut */
};
int store_run_add(struct store *store, int64_t evidence_id, const struct store_run *run, struct error *error);
int store_run_each(struct store *store, int64_t evidence_id, int (*row)(void *, const struct store_run *),
                   void *context, struct error *error); /* by start, then priority (high first), then file */
int store_run_clear(struct store *store, int64_t evidence_id, struct error *error);

/* Which file owns which bytes: segments do not overlap; bytes in none are unallocated. */
struct store_segment {
    int64_t start, length;
    int64_t file;
    int64_t file_offset; /* of the segment's first byte in the file; at or behind the file's size: slack */
    int64_t file_size;
    bool allocated, apart, whole; /* as in struct store_run */
};
int store_segment_add(struct store *store, int64_t evidence_id, const struct store_segment *segment,
                      struct error *error);
/* Those that overlap [begin, end), by start. (They do not overlap each other: the last one that starts before `begin`
 * and those that start within are all there can be.) */
int store_segment_each(struct store *store, int64_t evidence_id, int64_t begin, int64_t end,
                       int (*row)(void *, const struct store_segment *), void *context, struct error *error);
/* Those of one file, by file_offset. */
int store_segment_of_file(struct store *store, int64_t evidence_id, int64_t file,
                          int (*row)(void *, const struct store_segment *), void *context, struct error *error);

/* ---- units of work ---- */
enum store_unit_kind { UNIT_MAP, UNIT_SPAN, UNIT_FILES, UNIT_DIGEST }; /* stored as "map", "span", "files", "digest" */
struct store_unit {
    int64_t evidence_id;
    enum store_unit_kind kind;
    int64_t start, length; /* span: bytes of the image; files: first file number and how many numbers; else 0, size */
    int64_t bytes;         /* to be read, for progress */
    int64_t terms;         /* span, files: the set of search terms that alone is looked for; 0: everything */
    int64_t attempts;      /* how often it was claimed, this time included */
};
/* An equal unit (evidence, kind, start, length) that is there already, in whatever state, is left alone. */
int store_unit_add(struct store *store, const struct store_unit *unit, struct error *error);
/* Claims the next open unit (or one whose lease ran out) in a transaction of its own: by evidence, then map, digest,
 * span, files, then those of sets of search terms, then start. `evidence_ids` restricts to those (NULL, 0: all). *found
 * false: nothing to claim now; *left says how many units of these evidence items are neither done nor failed (claimed
 * by others). On PostgreSQL with SKIP LOCKED. */
int store_unit_claim(struct store *store, const char *worker, int64_t lease_seconds, const int64_t *evidence_ids,
                     size_t evidence_count, struct store_unit *unit, bool *found, int64_t *left, struct error *error);
/* The same, of all evidence but `evidence_ids`. */
int store_unit_claim_other(struct store *store, const char *worker, int64_t lease_seconds, const int64_t *evidence_ids,
                           size_t evidence_count, struct store_unit *unit, bool *found, int64_t *left,
                           struct error *error);
/* *ours is false when the lease had run out and another took the unit: it is no longer this worker's to do. */
int store_unit_renew(struct store *store, const struct store_unit *unit, const char *worker, int64_t lease_seconds,
                     bool *ours, struct error *error);
/* Gives a claimed unit back. tried false: unharmed (the supervisor is asked to stop, or is dead), and the claim does
 * not count among its attempts. A unit that is not that worker's any more is left alone. */
int store_unit_release(struct store *store, const struct store_unit *unit, const char *worker, bool tried,
                       struct error *error);
/* Every claimed unit and who claimed it, so that a supervisor can give back what a dead one left. */
int store_unit_claimed_each(struct store *store, int (*row)(void *, const struct store_unit *, const char *worker),
                            void *context, struct error *error);
/* Opens the failed units of failed evidence again, with no attempts counted, and forgets the gaps they left; its state
 * becomes what the units say: "new", "mapped" once its map is done, or settled. */
int store_unit_reopen(struct store *store, int64_t evidence_id, struct error *error);
/* Takes up again what was not read of incomplete evidence: the units that left such gaps are opened, with no attempts
 * counted, and forgets what they left in `gap`; what they found stays, and counts once. *units says how many; 0: none,
 * or the evidence is not incomplete. The map is not made again: what it could not read remains a gap. */
int store_unit_retry(struct store *store, int64_t evidence_id, int64_t *units, struct error *error);
/* Ends every open unit of one evidence item as "failed": it cannot be opened at all. */
int store_unit_abandon(struct store *store, int64_t evidence_id, struct error *error);
struct store_totals {
    int64_t units, units_done; /* spans and file units; one that was split counts through its halves */
    int64_t bytes, bytes_done;
};
/* Of these evidence items (NULL, 0: all). Cheap: asked several times a second. */
int store_unit_totals(struct store *store, const int64_t *evidence_ids, size_t evidence_count,
                      struct store_totals *totals, struct error *error);
/* Ends a unit inside the caller's transaction as "done", "failed" or "split". *ours is false when the lease was lost
 * and another took it: the caller must roll back. */
int store_unit_finish(struct store *store, const struct store_unit *unit, const char *worker, const char *state,
                      bool *ours, struct error *error);

/* ---- search terms ---- */
/* Notes that these terms (one a line, sorted, none of them searched for in this evidence yet) are searched for in the
 * evidence: by all its span and files units (swept, when none of them can have been claimed yet), else by units of
 * their own, which store_terms_plan makes. */
int store_terms_search(struct store *store, int64_t evidence_id, const char *lines, bool swept, int64_t *set_id,
                       struct error *error);
/* Makes others that would add searches or end the map of this evidence wait until the caller's transaction ends. */
int store_terms_lock(struct store *store, int64_t evidence_id, struct error *error);
/* Of mapped evidence: gives every search that has none yet its units, which are those of the plan once more. */
int store_terms_plan(struct store *store, int64_t evidence_id, struct error *error);
/* The set that the evidence's units without one of their own look for beside everything else; 0: none. */
int store_terms_swept(struct store *store, int64_t evidence_id, int64_t *set_id, struct error *error);
/* The terms of one set, one a line; of all sets of one evidence. */
int store_terms_get(struct store *store, int64_t set_id, int (*row)(void *, const char *lines), void *context,
                    struct error *error);
int store_terms_each(struct store *store, int64_t evidence_id, int (*row)(void *, const char *lines), void *context,
                     struct error *error);

/* ---- findings of a unit, inside the caller's transaction ---- */
struct store_sighting {
    uint8_t hash[SELECTOR_HASH_SIZE]; /* store_selector_hash */
    const char *kind, *value;
    int64_t offset;      /* physical, or STORE_NO_OFFSET */
    const char *path;    /* forensic path behind the first offset, "" for a plain match */
    int64_t file;        /* 0: none */
    int64_t file_offset; /* or STORE_NO_OFFSET */
    int64_t allocation;  /* enum store_allocation */
    int64_t encoding;    /* enum sb_encoding */
    int64_t count;
    const char *context;
};
enum store_allocation { PLACE_ALLOCATED, PLACE_DELETED, PLACE_SLACK, PLACE_UNALLOCATED };

void store_selector_hash(const char *kind, const char *value, size_t value_length, uint8_t hash[SELECTOR_HASH_SIZE]);
/* Sets digests, type and `known` (looked up in the hash sets) of one file, and its "file" selector (kind "file", value
 * the SHA-256) when it has content. digests NULL: only the type. Call before the unit's sightings are added. */
int store_file_digest(struct store *store, int64_t case_id, int64_t evidence_id, int64_t file,
                      const struct digests *digests, const char *type, struct error *error);
/* In any order within a call (which is sorted, in memory, by place); further calls in a transaction best go on behind
 * the last one in the order of the disk (any order is right, but slower). The same sighting given again, now or by
 * another unit, is one sighting. Not of kind "file". What stands in the slack behind a known-good file is loud. Adds
 * selectors, presences and sightings, and keeps how many cases each selector is loud in. Loud: seen somewhere that is
 * not inside a known-good file. */
int store_sightings_add(struct store *store, int64_t case_id, int64_t evidence_id,
                        const struct store_sighting *sightings, size_t count, struct error *error);
struct store_gap {
    int64_t evidence_id;
    const char *unit;      /* "map", "span", "files", "digest" */
    int64_t start, length; /* bytes of the image, or 0, 0 */
    int64_t file;          /* 0: none */
    const char *file_path; /* in listings */
    const char *path;      /* forensic path, where a container was not decoded to its end */
    const char *reason;
    bool read; /* true: read, but something inside was not decoded (a budget, an encrypted member) */
};
int store_gap_add(struct store *store, const struct store_gap *gap, struct error *error);
/* Pieces not read that touch or overlap, of the same unit kind, file and reason, come as one; in that way
 * store_evidence counts them too. By start. */
int store_gap_each(struct store *store, int64_t evidence_id, int (*row)(void *, const struct store_gap *),
                   void *context, struct error *error);

/* ---- listings ---- */
/* The row behind which a listing goes on: a page costs what it shows, however far it is. Zeros: from the beginning. */
struct store_after {
    const char *kind, *value;          /* selectors, of the filter's kind if it has one; NULL: from the beginning */
    int64_t evidence_id;               /* sightings and files; 0: from the beginning */
    int64_t number;                    /* files */
    int64_t offset, file, file_offset; /* sightings: where … */
    int64_t rows;                      /* … and how many rows of this very place are behind us; at least 1 */
};
enum store_allocated { ALLOCATED_OR_NOT, ALLOCATED_ONLY, DELETED_ONLY };
struct store_filter {
    const char *case_reference;     /* NULL: all */
    int64_t evidence_number;        /* 0: all; only with a case */
    int64_t evidence_id;            /* 0: all */
    const char *kind;               /* NULL: all but "file" */
    const char *value;              /* NULL: all; normalised */
    const char *path_like;          /* files: an SQL LIKE pattern, or NULL */
    bool (*takes_path)(void *, const char *path); /* files: of those that the rest finds, only these; NULL: all */
    void *takes_context;
    const char *type_like;          /* files: an SQL LIKE pattern for the MIME type */
    const char *known;              /* files: "good", "bad" or "own"; NULL: all */
    enum store_allocated allocated; /* files */
    bool timed;                     /* files: only those of which one time lies in [from, to] */
    int64_t from, to;
    struct store_after after;
    int64_t limit; /* 0: none */
};
struct store_selector {
    uint8_t hash[SELECTOR_HASH_SIZE];
    const char *kind, *value;
    const char *const *cases;     /* references, sorted */
    const char *const *countries; /* distinct, sorted */
    size_t case_count, country_count;
    int64_t sightings;
    int64_t loud_cases; /* cases where it is seen outside known-good files; 0 for a handle that reads for somebody */
    bool stopped;       /* on a stop list */
};
/* By kind and value. Rows with a limit cost what they show, where the filter leaves a good part of the store; where it
 * leaves little (one case of many), each page costs the selectors of that part. */
int store_selector_each(struct store *store, const struct store_filter *filter,
                        int (*row)(void *, const struct store_selector *), void *context, struct error *error);
/* Candidates for links: loud in two or more cases, not stopped; cases and countries are those where it is loud. By kind
 * and value. Costs rows in proportion to what is shared, not to what is stored. */
int store_shared_each(struct store *store, int (*row)(void *, const struct store_selector *), void *context,
                      struct error *error);
/* One selector by kind and value; *found false when there is none. Answers from the primary key. */
int store_selector_find(struct store *store, const char *kind, const char *value, bool *found,
                        int (*row)(void *, const struct store_selector *), void *context, struct error *error);

struct store_sighting_row {
    int64_t evidence_id;
    const char *case_reference, *country;
    int64_t evidence_number;
    const char *evidence_name;
    struct store_sighting sighting;
    const char *file_path; /* NULL: none */
    const char *known;     /* of the file, or "" */
};
/* By case, evidence, offset, file, file_offset, path, kind, value, encoding; of kind "file" none (files list those). */
int store_sighting_each(struct store *store, const struct store_filter *filter,
                        int (*row)(void *, const struct store_sighting_row *), void *context, struct error *error);
/* By case, evidence, number. filter->value: a digest in hex (any of the three). */
int store_file_each(struct store *store, const struct store_filter *filter,
                    int (*row)(void *, const struct store_file *), void *context, struct error *error);

/* How many selectors there are of each kind, each counted once in every evidence item that has it, and how often they are
 * seen; by kind, without "file". case_reference NULL: all. Costs the evidence items, since commits keep count. */
struct store_kind_count {
    const char *kind;
    int64_t selectors, sightings;
};
int store_kind_each(struct store *store, const char *case_reference,
                    int (*row)(void *, const struct store_kind_count *), void *context, struct error *error);

/* Evidence items in short, by case reference and number: costs the items alone. */
struct store_item {
    int64_t id, number;
    const char *case_reference, *country, *name, *state;
    int64_t size, sightings;
    int64_t added, ended; /* as in struct store_evidence */
};
int store_item_each(struct store *store, int (*row)(void *, const struct store_item *), void *context,
                    struct error *error);

/* Of these hashes, which are those of a selector that the viewer may read somewhere, or has a hit for? One query,
 * whatever the number (STORE_HASHES_MOST at most). */
enum { STORE_HASHES_MOST = 64 };
int store_selectors_known(struct store *store, const uint8_t hashes[][SELECTOR_HASH_SIZE], size_t count, bool known[],
                          struct error *error);

/* The times of the files of a case, in order; the same file may come four times. Costs the files of the case. */
enum store_time { TIME_MODIFIED, TIME_ACCESSED, TIME_CHANGED, TIME_CREATED };
struct store_moment {
    int64_t time; /* seconds since 1970 */
    enum store_time what;
    int64_t evidence_id, evidence_number, file;
    const char *evidence_name, *path;
    int64_t size;
    bool allocated;
};
/* Of [from, to]; behind *after (NULL: from the beginning), of which all but the texts and size counts. */
int store_moment_each(struct store *store, const char *case_reference, int64_t from, int64_t to,
                      const struct store_moment *after, int64_t limit, int (*row)(void *, const struct store_moment *),
                      void *context, struct error *error);
/* How many of them fall into each stretch of `width` seconds, counted from 1970; empty ones are left out. */
int store_moment_counts(struct store *store, const char *case_reference, int64_t from, int64_t to, int64_t width,
                        int (*row)(void *, int64_t start, int64_t count), void *context, struct error *error);

/* ---- known files and stop lists ---- */
/* kind: "good", "bad", "own". Adds to the set of that name, made when there is none. */
int store_known_set(struct store *store, const char *name, const char *kind, int64_t *set_id, struct error *error);
int store_known_add(struct store *store, int64_t set_id, const uint8_t *digest, size_t length, struct error *error);
struct store_known {
    const char *name, *kind;
    int64_t digests, files; /* in the set; of all evidence that match */
};
int store_known_each(struct store *store, int (*row)(void *, const struct store_known *), void *context,
                     struct error *error);
/* Whether files of this content (the hash of their "file" selector) that the viewer may read are in a set: "bad", "own",
 * "good" or "". The string is static. */
int store_content_known(struct store *store, const uint8_t hash[SELECTOR_HASH_SIZE], const char **known,
                        struct error *error);
int store_stop_add(struct store *store, const char *kind, const char *value, const char *reason, struct error *error);
/* Looks every file up again and counts anew where each selector is loud; after hash sets changed. In one transaction.
 */
int store_known_match(struct store *store, int64_t *good, int64_t *bad, struct error *error);

/* ---- for tests and comparisons ---- */
/* The whole content as lines of text (without their line feed) in one order, without what depends on who worked when:
 * leases, attempts, names of workers. Equal dumps, equal stores, whichever driver. */
int store_dump(struct store *store, int (*line)(void *, const char *), void *context, struct error *error);

#endif
