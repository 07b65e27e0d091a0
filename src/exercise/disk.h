/* A disk: partition table, volumes, what lies between them, and the image format it is delivered in. */
#ifndef EXERCISE_DISK_H
#define EXERCISE_DISK_H

#include "exercise/plan.h"

/* Builds the case's disk as `dir`/`one->image`. `vendor` is the folder of the vendor files, `staging` one for passing
 * things to tools, made and left behind. */
int disk_build(const struct case_plan *one, const struct filler *filler, const char *dir, const char *vendor,
               const char *staging, struct error *error);

/* Writes entry `index` of a partition table into the first sector; first, count: sectors. */
void write_mbr_entry(uint8_t *sector, unsigned index, uint8_t type, uint64_t first, uint64_t count);

#endif
