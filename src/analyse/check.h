/* What a worker sends is hostile: it may have been taken over by the evidence it reads. Nothing it says is believed
 * until it passed here: lengths, ranges, UTF-8, kinds, and that it speaks only of what it was asked about. */
#ifndef ANALYSE_CHECK_H
#define ANALYSE_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyse/terms.h"
#include "store/store.h"

struct check {
    enum store_unit_kind kind;
    uint64_t begin, end; /* span: offsets it may speak of; else 0 and the image's size */
    uint64_t evidence_size;
    uint32_t *files; /* numbers of the files it may speak of, ascending; owned, freed by check_free */
    size_t file_count;
    const struct terms *terms; /* search terms it may speak of; NULL: none */
    bool terms_only;           /* and of nothing else */
    bool peek;                 /* the bytes of [begin, end) were asked for, once, and nothing else */
    uint32_t volumes;          /* map: so many were described; the next has this number */
    uint32_t last_file;        /* map: numbers must go up by one */
    uint64_t last_extent;      /* map: where the last EXTENT ends */
};

/* The numbers may come in any order; they are copied. 0, or -1 when memory is short. */
int check_allow_files(struct check *check, const uint32_t *files, size_t count);
void check_free(struct check *check);

/* 0: the frame is sound. -1: it is not; the worker is to be treated as broken. */
int check_frame(struct check *check, uint8_t type, const uint8_t *payload, size_t length);

#endif
