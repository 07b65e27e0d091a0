/* A disk: partition table, volumes, what lies between them, and the image format it is delivered in. */
#ifndef EXERCISE_DISK_H
#define EXERCISE_DISK_H

#include "exercise/plan.h"

/* Builds the case's disk as `dir`/`one->image`. `vendor` is the folder of the vendor files, `staging` one for passing
 * things to tools, made and left behind. */
int disk_build(const struct case_plan *one, const struct filler *filler, const char *dir, const char *vendor,
               const char *staging, struct error *error);

#endif
