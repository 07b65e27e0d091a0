/* What an exercise holds, written for those who check what was found in it. */
#ifndef EXERCISE_TRUTH_H
#define EXERCISE_TRUTH_H

#include "exercise/plan.h"

/* DIR/cases.tsv: reference, country, authority, title, image; one case a line. */
int truth_write_cases(const struct plan *plan, const char *dir, struct error *error);

/* DIR/truth.json. Written last: where it stands, the exercise is whole. */
int truth_write(const struct plan *plan, const char *dir, struct error *error);

/* DIR/known-good.txt: the digests of all filler, as hashdeep prints them (size,md5,sha256,filename). */
int truth_write_known(const struct plan *plan, const struct filler *filler, const char *dir, struct error *error);

#endif
