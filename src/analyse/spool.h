/* Frames of a unit, kept until the unit is done: in memory while they are few, in an unnamed temporary file beyond
 * that, so that memory does not grow with the evidence. */
#ifndef ANALYSE_SPOOL_H
#define ANALYSE_SPOOL_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/bytes.h"
#include "base/error.h"

struct spool {
    struct bytes memory;
    FILE *file; /* NULL while everything is in memory */
};

int spool_add(struct spool *spool, uint8_t type, const uint8_t *payload, size_t length, struct error *error);

/* Hands every frame over in order. Other than 0 from `each` ends it with that value. */
int spool_each(struct spool *spool, int (*each)(void *context, uint8_t type, const uint8_t *payload, size_t length),
               void *context, struct error *error);

void spool_free(struct spool *spool); /* ready for another unit */

#endif
