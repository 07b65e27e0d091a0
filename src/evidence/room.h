/* What the files of this room share: the open evidence, its volumes, and how libtsk is asked about them. */
#ifndef EVIDENCE_ROOM_H
#define EVIDENCE_ROOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tsk/libtsk.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "evidence/evidence.h"
#include "evidence/medium.h"

/* Where a volume's file system is found again: at an offset of the medium, or, for APFS, in a pool of volumes. */
struct volume {
    struct sb_volume told; /* what sb_evidence_map tells of it; texts in the evidence's arena */
    TSK_FS_TYPE_ENUM family;
    bool in_pool;
    uint64_t pool_start; /* bytes; where the pool begins */
    uint64_t pool_block; /* of the volume within the pool */
    const TSK_POOL_INFO *pool;
    TSK_IMG_INFO *pool_image; /* the volume as the pool shows it */
    TSK_FS_INFO *fs;          /* open, or NULL */
};

struct sb_evidence {
    struct sb_evidence_info info;
    struct arena arena;
    char *name;            /* the last part of the first path, for single_file and error sentences */
    int folder;            /* descriptor of the folder, or -1 */
    unsigned depth;        /* how many other disks it lies in */
    uint64_t most;         /* bytes that such a disk may hold, and each within it */
    struct medium *medium; /* NULL for a folder */
    TSK_IMG_INFO *image;   /* the medium as libtsk sees it */
    struct volume *volumes;
    size_t volume_count;
    bool volumes_cut; /* there were more partitions than VOLUMES_MAX */
};

enum { VOLUMES_MAX = 256 };

/* image.c: the medium behind libtsk's external image interface. The medium must outlive it. NULL when memory is short.
 */
TSK_IMG_INFO *image_wrap(struct medium *medium);

/* Appends what libtsk last complained about, in its words and without a newline; then forgets it. */
void image_append_complaint(struct bytes *out);

/* volumes.c */
int volumes_find(struct sb_evidence *evidence, struct error *error);
TSK_FS_INFO *volume_open(struct sb_evidence *evidence, struct volume *volume); /* NULL: see image_append_complaint */
void volume_close(struct volume *volume);
const char *file_system_name(TSK_FS_TYPE_ENUM type);

/* encryption.c: "bitlocker", "luks", "filevault", or "" for the volume that begins at `start`. */
const char *encryption_by_signature(struct medium *medium, uint64_t start, uint64_t length);
/* True if samples all over the range look uniformly random. Reads at most some MiB. */
bool encryption_by_entropy(struct medium *medium, uint64_t start, uint64_t length);

/* runs.c: fills runs, slack, in_order, resident of *file from one attribute. 0, or -1 when memory is short. */
struct run_list {
    struct sb_run *run; /* owned, grown as needed, used again for the next file */
    size_t count;
    size_t capacity;
    bool cut; /* there were more than RUNS_MAX, or parts outside the medium */
};
enum { RUNS_MAX = 1 << 20 };
int runs_of_attribute(struct sb_evidence *evidence, const struct volume *volume, TSK_FS_FILE *file,
                      const TSK_FS_ATTR *attribute, struct run_list *list, struct sb_file *told);

/* resident.c: where the content of a resident attribute lies in the medium. False if that cannot be told for sure. */
bool resident_locate(struct sb_evidence *evidence, const struct volume *volume, TSK_FS_FILE *file,
                     const TSK_FS_ATTR *attribute, uint64_t *image_offset, bool *whole);

/* files.c: all files of one volume. 0, what the sink returned, or -1 with a sentence. */
struct walk_counts {
    uint32_t files; /* the number of the file told last */
};
int files_walk(struct sb_evidence *evidence, struct volume *volume, const struct sb_map_sink *sink,
               struct walk_counts *counts, struct error *error);

/* folder.c */
int folder_map(struct sb_evidence *evidence, const struct sb_map_sink *sink, struct error *error);
/* Opens a file that folder_map told of; a descriptor, or -1 with a sentence. */
int folder_open_file(struct sb_evidence *evidence, const char *path, uint64_t inode, struct error *error);

/* Says to the sink that a part could not be read; 0 or what the sink returned. */
int sink_gap(const struct sb_map_sink *sink, struct bytes *text);

#endif
