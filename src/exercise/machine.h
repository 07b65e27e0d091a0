/* The disk of a virtual machine, as a file to be put on a disk. */
#ifndef EXERCISE_MACHINE_H
#define EXERCISE_MACHINE_H

#include "exercise/volume.h"

enum {
    MACHINE_LEAST = 24 << 20,      /* bytes of a volume that has room for one … */
    MACHINE_FLAT_LEAST = 48 << 20, /* … and for all of its bytes */
};

/* Builds a disk with one FAT file system with these files, as `target`: flat, or (packed) in qcow2. */
int machine_build(const struct volume_file *files, size_t count, uint64_t seed, bool packed, const char *staging,
                  const char *target, struct error *error);

#endif
