/* Why bytes were not read, as it is kept beside the range that they are. */
#ifndef ANALYSE_REASON_H
#define ANALYSE_REASON_H

#include "base/bytes.h"

/* Appends the reason without the place it names: a range says that itself, and what ends many reads in a row, each at
 * its own place, has one reason. */
void reason_append(struct bytes *out, const char *reason, size_t length);

#endif
