/* The cage: a process locks itself before it parses a byte of evidence, and cannot unlock itself again.
 *
 * Landlock: may read the named files and folders, nothing else; may write nowhere; no TCP. seccomp: no exec, no
 * sockets, no new processes, no opening for write. Limits: memory, no core dumps, no file growth. No new privileges. */
#ifndef WORKER_CAGE_H
#define WORKER_CAGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct cage_allowance {
    const char *const *paths; /* files and folders that may be read (folders with all beneath) */
    size_t path_count;
    const char *const *listings; /* folders whose names may be listed, but whose files may not be read */
    size_t listing_count;
    uint64_t memory; /* bytes of private writable memory, 0: no limit */
};

/* Locks the calling process. -1 with a sentence when the kernel cannot: then nothing may be parsed. */
int cage_lock(const struct cage_allowance *allowance, struct error *error);

#endif
