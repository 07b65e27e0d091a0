/* A server shows things in many threads at once: what a thread-specific key holds is freed with its thread. */
#include "show/scratch.h"

#include <stdlib.h>
#include <threads.h>

static tss_t key;
static once_flag made = ONCE_FLAG_INIT;
static bool usable;

static void give_back(void *all)
{
    struct bytes *texts = all;
    for (int i = 0; texts != NULL && i < SCRATCH_USES; i++)
        bytes_free(&texts[i]);
    free(all);
}

static void make_key(void)
{
    usable = tss_create(&key, give_back) == thrd_success;
}

struct bytes *scratch(enum scratch_use use)
{
    static _Thread_local struct bytes none;
    call_once(&made, make_key);
    struct bytes *texts = usable ? tss_get(key) : NULL;
    if (texts == NULL && usable) {
        texts = calloc(SCRATCH_USES, sizeof *texts);
        if (texts != NULL && tss_set(key, texts) != thrd_success) {
            free(texts);
            texts = NULL;
        }
    }
    if (texts == NULL) {
        none = (struct bytes){.failed = true};
        return &none;
    }
    bytes_clear(&texts[use]);
    texts[use].failed = false;
    return &texts[use];
}

char *scratch_slot(void)
{
    static _Thread_local char slots[SLOTS][SLOT_SIZE];
    static _Thread_local unsigned next;
    return slots[next++ % SLOTS];
}
