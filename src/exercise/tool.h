/* Runs the programs that make file systems and images. */
#ifndef EXERCISE_TOOL_H
#define EXERCISE_TOOL_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/error.h"

/* Sets the environment in which the tools write the same bytes each time: a fixed clock, UTC, plain messages; and adds
 * the system folders to PATH. Call once. */
void tool_prepare(void);

/* Is the program of that name on PATH? */
bool tool_exists(const char *name);

/* Are all there that every exercise needs? -1 with a sentence that names the missing program's Debian package. */
int tool_check(struct error *error);

/* Runs argv (ends with NULL) with `input` (a path, or NULL: nothing) as its standard input; `output` (may be NULL) gets
 * what it prints on both channels. 0; or -1 with a sentence, which names the Debian package where the program is
 * missing. */
int tool_run(const char *const argv[], const char *input, struct bytes *output, struct error *error);

#endif
