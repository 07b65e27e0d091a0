/* The whole exercise before a byte of disk is written: the cast, the network, what each disk holds and where. The truth
 * is this plan; building it changes nothing in it. */
#ifndef EXERCISE_PLAN_H
#define EXERCISE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/error.h"
#include "exercise/filler.h"
#include "exercise/value.h"
#include "exercise/wrap.h"

enum place {
    IN_FILE,       /* allocated, in one piece */
    IN_FRAGMENTS,  /* allocated, every cluster apart from the next */
    IN_DELETED,    /* a file that was deleted afterwards */
    IN_FREE,       /* clusters that no file owns or owned */
    IN_SLACK,      /* behind the end of a file, in its last cluster */
    IN_RESIDENT,   /* NTFS: inside the MFT record */
    IN_STREAM,     /* NTFS: an alternate data stream */
    IN_COMPRESSED, /* NTFS: a compressed file */
    IN_GAP,        /* sectors that no partition covers */
    IN_MACHINE,    /* a file of a virtual machine, whose disk is a file of this one */
    PLACES
};
extern const char *const place_names[PLACES]; /* as in truth.json */

enum file_system { EXT4, FAT, NTFS };
enum table { NO_TABLE, DOS_TABLE, GPT_TABLE };
enum format { RAW_IMAGE, EWF_IMAGE, SPLIT_IMAGE };

enum { ITEMS_MAX = 3, VOLUMES_MAX = 2, CARRIER_PATH_MAX = 96 };

struct item {
    enum sb_kind kind;
    char normal[VALUE_MAX];
    char text[VALUE_MAX]; /* as it is spelled here */
};

/* One file, or piece of a disk, that carries planted values (or near misses). */
struct carrier {
    enum place place;
    unsigned volume; /* of the disk */
    const char *container;
    enum sb_encoding encoding;
    bool odd;         /* the text begins at an odd offset */
    bool near_misses; /* its items must not be found */
    unsigned item_count;
    struct item items[ITEMS_MAX];
    char path[CARRIER_PATH_MAX]; /* in its volume, "/folder/name" or "/name:stream"; "" where no file owns the place */
    struct bytes content;
    struct bytes host; /* IN_SLACK: the file in front of it; IN_STREAM: the file that has the stream */
};

struct volume_plan {
    enum file_system file_system;
    uint64_t start, length; /* bytes of the disk */
    unsigned cluster;       /* bytes */
    uint32_t *filler;       /* indices into the filler */
    size_t filler_count;
};

struct case_plan {
    char reference[24], country[3], authority[64], title[64];
    char image[64]; /* relative to the exercise's folder; the first segment */
    enum table table;
    enum format format;
    uint64_t size; /* bytes of the disk */
    uint64_t seed;
    unsigned volume_count;
    struct volume_plan volumes[VOLUMES_MAX];
    struct carrier *carriers;
    size_t carrier_count, carrier_capacity;
};

struct shared_value {
    enum sb_kind kind;
    char normal[VALUE_MAX];
    unsigned *cases; /* ascending */
    unsigned case_count;
    double weight;
};

struct network_plan {
    unsigned *cases; /* ascending */
    unsigned case_count;
};

struct settings {
    unsigned countries, cases, megabytes;
    uint64_t seed;
    bool no_ewf; /* raw images where E01 would have been */
};

struct plan {
    struct settings settings;
    struct case_plan *cases;
    struct shared_value *shared;
    size_t shared_count, shared_capacity;
    struct network_plan networks[2];
    unsigned network_count;
    struct arena arena;
};

/* A link of this weight or more joins cases (link/link.h says the same). */
#define STRONG_LINK 0.25

/* Settings within: countries 1 to 27, cases countries to 5000, megabytes 16 to 1024. 0, or -1 with a sentence. */
int plan_exercise(struct plan *plan, const struct settings *settings, const struct filler *filler, struct error *error);
void plan_free(struct plan *plan);

/* A carrier's bytes, from its items, container, encoding and place; may move it to another place if they do not fit. */
int compose_carrier(struct carrier *carrier, const struct volume_plan *volume, struct random *random);

#endif
