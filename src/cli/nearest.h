/* What somebody who mistyped a word may have meant. */
#ifndef CLI_NEAREST_H
#define CLI_NEAREST_H

#include <stddef.h>

/* The one of `names` (count of them; NULL is passed over) that is nearest to `word`: a few letters wrong, or its
 * beginning. NULL when none is near. */
const char *nearest_word(const char *word, const char *const *names, size_t count);

#endif
