/* Whether the files of an image are still those that were analysed: told by their names, sizes and times. */
#ifndef ANALYSE_STAMP_H
#define ANALYSE_STAMP_H

#include "base/digest.h"

enum { STAMP_SIZE = 2 * SHA256_SIZE + 1 };

/* What changes when an image does; `paths` are its absolute paths, one a line. "" where nothing tells: of a folder or a
 * device, and where a file is missing. Nothing is opened. */
void stamp_make(const char *paths, char stamp[STAMP_SIZE]);

#endif
