/* Where a sparse VMDK holds data, by its own tables. Private to evidence. */
#ifndef EVIDENCE_VMDK_GRAINS_H
#define EVIDENCE_VMDK_GRAINS_H

#include "evidence/medium.h"

struct vmdk_grains;

/* Reads the header, or its copy at the end, of a sparse extent that lies in `file`, which must outlive what is returned.
 * NULL when it is none, or memory is short: then all of it counts as data. */
struct vmdk_grains *vmdk_grains_open(struct medium *file);
/* Data or zeros at `offset`, and how far, to the end of one table at most. */
void vmdk_grains_extent(struct vmdk_grains *grains, uint64_t offset, struct sb_extent *extent);
void vmdk_grains_close(struct vmdk_grains *grains); /* NULL is allowed */

#endif
