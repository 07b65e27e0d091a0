/* Where an Expert Witness image (EWF-E01) keeps its chunks, found from the section chain of its segments.
 *
 * libewf places chunks by counting the tables that it could read: one table it passes over shifts all that follow, and
 * the bytes of one place are handed out for another. So the chain is followed here first. An image without a fault goes
 * to libewf; of any other, this index says which chunks are where, and which are lost. The sections are those of the
 * "Expert Witness Compression Format" (J. Metz, libewf's documentation). */
#ifndef EVIDENCE_EWF_INDEX_H
#define EVIDENCE_EWF_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum {
    EWF_CHUNK_MAX = 32 << 20, /* bytes of an unpacked chunk; acquisition tools use 32 KiB to 16 MiB */
    EWF_CHUNK_SPARE = 4096,   /* a checksum, and what a chunk grows by that does not compress */
};

/* Chunks that follow each other and whose places one table tells; or, with count 0, a number of chunks that nobody
 * knows, which are lost. */
struct ewf_group {
    bool placed;
    uint64_t first; /* chunk number, if placed */
    uint32_t count;
    size_t segment;    /* the file that holds them, from 0 */
    uint64_t base;     /* entries count from here */
    uint64_t table;    /* where the entries stand in the file; or 0: see `walked` */
    uint32_t *walked;  /* entries found by unpacking one chunk after the other, since no table was left; owned */
    uint64_t data_end; /* where the last chunk ends in the file */
    char *reason;      /* of a hole: why, in one sentence; owned */
};

struct ewf_index {
    const char *const *paths; /* the caller's */
    size_t path_count;
    int descriptor; /* of the segment used last */
    size_t segment;
    uint64_t segment_size;
    uint32_t chunk_size; /* bytes, unpacked */
    uint32_t sector_size;
    uint64_t sectors, chunks; /* of the whole medium; 0: no volume section could be read */
    struct ewf_group *groups; /* in the order of the medium; owned */
    size_t group_count, group_room;
    char reason[ERROR_TEXT_MAX]; /* why those are lost that have no place; "": none has been missed */
    bool sound;                  /* nothing is missing or damaged as far as the chain tells */
    char md5[33], sha1[41];
};

/* Reads all sections. The paths are kept, not copied. -1 with a sentence if not even the size of the medium can be
 * found. */
int ewf_index_build(struct ewf_index *index, const char *const paths[], size_t count, struct error *error);
void ewf_index_free(struct ewf_index *index);

/* Makes a segment the current one (index->descriptor). 0 or -1. */
int ewf_index_segment(struct ewf_index *index, size_t segment);

/* The group that holds a chunk, or NULL: then *next gets the first chunk behind it that is not lost (or index->chunks)
 * and *reason why. */
struct ewf_group *ewf_index_find(struct ewf_index *index, uint64_t chunk, uint64_t *next, const char **reason);

/* Unpacks what begins at `at` of the current segment and reaches no further than `end`: `packed` needs room for
 * chunk_size + EWF_CHUNK_SPARE bytes, `out` for chunk_size. Returns how many bytes it takes in the file (0: it is
 * damaged) and in *length how many it holds. `way`: 'z' packed, 'r' not packed, '?' whichever fits. */
uint64_t ewf_unpack(const struct ewf_index *index, uint64_t at, uint64_t end, char way, uint8_t *packed, uint8_t *out,
                    uint32_t *length);

#endif
