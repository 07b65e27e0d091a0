/* Ordinary files of this machine, to fill disks with: programs, libraries, documents, pictures that every installation
 * has. */
#ifndef EXERCISE_FILLER_H
#define EXERCISE_FILLER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "exercise/random.h"

struct filler_file {
    char *path;
    uint64_t size;
};

/* Sorted by size, then path. */
struct filler {
    struct filler_file *files;
    size_t count, capacity;
};

/* Lists the public files under /usr/share, /usr/lib and /usr/bin. 0, or -1 with a sentence. */
int filler_list(struct filler *filler, struct error *error);
void filler_free(struct filler *filler);

/* Chooses files that take up to `bytes` in clusters of `cluster`, at most `count_max` of them, no file twice. `chosen`
 * has room for count_max; returns how many. Different states of `random` choose differently. */
size_t filler_choose(const struct filler *filler, struct random *random, uint64_t bytes, unsigned cluster,
                     size_t count_max, uint32_t *chosen);

/* Files of an invented program that ships to everyone: values in them that would link every case, if these files were
 * not known to be good. */
enum { VENDOR_FILES = 2 };
extern const struct vendor_file {
    const char *name, *text;
} vendor_files[VENDOR_FILES];

#endif
