/* What somebody who mistyped a word may have meant. */
#ifndef CLI_NEAREST_H
#define CLI_NEAREST_H

#include <stddef.h>

/* ": did you mean X?" with `prefix` and the one of names[0..count) that `word` comes near to: a few letters off, or its
 * beginning. "" when none is near. Valid until the next call. */
const char *did_you_mean(const char *prefix, const char *word, const char *const *names, size_t count);

#endif
