/* Memory with one owner: everything a unit of work allocates comes from one arena and goes with it, as a whole. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *blocks; /* newest first */
    size_t used;                /* bytes handed out since the last arena_free, for budgets */
};

/* Returns `size` zeroed bytes aligned for any type, or NULL when memory is short. The arena owns them.
 * An arena starts as `struct arena arena = {0};`. */
void *arena_alloc(struct arena *arena, size_t size);

/* As arena_alloc for `count` items of `size` bytes; NULL too when the product overflows. */
void *arena_array(struct arena *arena, size_t count, size_t size);

/* Copies `length` bytes and a closing NUL; NULL when memory is short. */
char *arena_text(struct arena *arena, const char *text, size_t length);

/* Gives everything back; the arena can be used again. */
void arena_free(struct arena *arena);

#endif
