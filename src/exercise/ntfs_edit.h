/* Changes to an NTFS volume that its tools do not offer: deleting, holding clusters, the compression flag of the root,
 * and the clock. For volumes this program made itself: it trusts what it reads. */
#ifndef EXERCISE_NTFS_EDIT_H
#define EXERCISE_NTFS_EDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct ntfs_run {
    uint64_t first, length; /* clusters of the volume */
};
enum { NTFS_RUNS_MAX = 256 };

struct ntfs {
    uint8_t *data; /* the whole volume, mapped for writing */
    uint64_t size;
    unsigned cluster, record, block; /* bytes: of a cluster, an MFT record, an index block */
    uint64_t cluster_count;
    struct ntfs_run mft[NTFS_RUNS_MAX], bitmap[NTFS_RUNS_MAX];
    size_t mft_runs, bitmap_runs;
    uint64_t record_count;
};

int ntfs_open(struct ntfs *ntfs, const char *path, uint64_t size, struct error *error);
void ntfs_close(struct ntfs *ntfs);

bool ntfs_cluster_free(const struct ntfs *ntfs, uint64_t cluster);
void ntfs_cluster_mark(struct ntfs *ntfs, uint64_t cluster, bool used);

/* Files made in the root from now on are compressed, or not. */
int ntfs_compress_root(struct ntfs *ntfs, bool on, struct error *error);

/* Deleting a file of the root as Windows does, in two steps. ntfs_unlink takes its entry out of the index: it must stand
 * in a leaf, as the name that sorts last does while it is the newest. ntfs_delete gives its record and its clusters free;
 * its content, runs and name stay. */
int ntfs_unlink(struct ntfs *ntfs, const char *name, struct error *error);
int ntfs_delete(struct ntfs *ntfs, const char *name, struct error *error);

/* Moves a file's clusters apart: each becomes a run of its own, and where they were is zeroed. */
int ntfs_scatter(struct ntfs *ntfs, const char *name, struct error *error);

/* Sets every time stamp to `when` (seconds since 1970 UTC) and the volume's serial number, and clears what earlier
 * states left behind the ends of records and index blocks. */
int ntfs_stamp(struct ntfs *ntfs, int64_t when, uint64_t serial, struct error *error);

#endif
