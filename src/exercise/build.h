/* Builds an exercise: the plan, then its disks on all processors, then the truth. */
#ifndef EXERCISE_BUILD_H
#define EXERCISE_BUILD_H

#include "exercise/plan.h"

/* `dir` is made where it is missing; one that holds something is refused unless `force`. Progress goes to stderr when
 * `progress`. 0, or -1 with a sentence. */
int exercise_build(const char *dir, const struct settings *settings, bool force, bool progress, struct error *error);

#endif
