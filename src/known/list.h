/* Hash sets as they come: one digest a line (MD5, SHA-1 or SHA-256 in hex, anything behind it), hashdeep's CSV
 * ("%%%% HASHDEEP-1.0"), and the NSRL's RDS text ("SHA-1","MD5",…). Told apart by their first lines. */
#ifndef KNOWN_LIST_H
#define KNOWN_LIST_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

/* Hands over the strongest digest of each line (16, 20 or 32 bytes). `name` is for error sentences, which name the line.
 * Comments (#) and empty lines are passed over; a line that holds no digest is an error. 0, what `each` returned, or -1. */
int known_list_read(FILE *file, const char *name, int (*each)(void *context, const uint8_t *digest, size_t length),
                    void *context, struct error *error);

#endif
