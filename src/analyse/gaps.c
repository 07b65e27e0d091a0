/* Gaps may be many, a hundred thousand of a bad disk: each is looked for in a tree, or among sorted ranges. */
#include "analyse/gaps.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

static int order(int64_t left, int64_t right)
{
    return (left > right) - (left < right);
}

static int compare_gaps(const void *a, const void *b)
{
    const struct store_gap *left = a;
    const struct store_gap *right = b;
    int result = order(left->start, right->start);
    result = result != 0 ? result : order(left->length, right->length);
    result = result != 0 ? result : order(left->file, right->file);
    result = result != 0 ? result : order(left->read, right->read);
    result = result != 0 ? result : strcmp(left->unit, right->unit);
    result = result != 0 ? result : strcmp(left->reason, right->reason);
    return result != 0 ? result : strcmp(left->path, right->path);
}

int gaps_keep(struct known_gaps *known, const struct store_gap *gap, bool *already, struct error *error)
{
    *already = tfind(gap, &known->told, compare_gaps) != NULL;
    if (*already)
        return 0;
    struct store_gap *kept = arena_alloc(&known->arena, sizeof *kept);
    if (kept == NULL)
        return fail(error, "memory is short");
    *kept = *gap;
    kept->unit = arena_text(&known->arena, gap->unit, strlen(gap->unit));
    kept->path = arena_text(&known->arena, gap->path, strlen(gap->path));
    kept->reason = arena_text(&known->arena, gap->reason, strlen(gap->reason));
    if (kept->unit == NULL || kept->path == NULL || kept->reason == NULL ||
        tsearch(kept, &known->told, compare_gaps) == NULL)
        return fail(error, "memory is short");
    return 0;
}

/* They come by start. */
static int keep_lost(struct known_gaps *known, int64_t start, int64_t end)
{
    struct plan_hole *last = known->lost_count == 0 ? NULL : &known->lost[known->lost_count - 1];
    if (last != NULL && start <= last->end) {
        last->end = end > last->end ? end : last->end;
        return 0;
    }
    if (known->lost == NULL || known->lost_count == known->lost_room) {
        size_t room = known->lost_room == 0 ? 64 : 2 * known->lost_room;
        struct plan_hole *grown = reallocarray(known->lost, room, sizeof *grown);
        if (grown == NULL)
            return fail(known->error, "memory is short");
        known->lost = grown;
        known->lost_room = room;
    }
    known->lost[known->lost_count++] = (struct plan_hole){start, end};
    return 0;
}

static int see_gap(void *context, const struct store_gap *gap)
{
    struct known_gaps *known = context;
    bool already;
    if (!gap->read && gap->length > 0 && strcmp(gap->unit, "map") == 0 &&
        keep_lost(known, gap->start, gap->start + gap->length) != 0)
        return -1;
    return known->keeps_told ? gaps_keep(known, gap, &already, known->error) : 0;
}

int gaps_load(struct known_gaps *known, struct store *store, int64_t evidence_id, bool told, struct error *error)
{
    if (known->loaded)
        return 0;
    known->loaded = true;
    known->keeps_told = told;
    known->error = error;
    return store_gap_each(store, evidence_id, see_gap, known, error);
}

/* The lost range that holds the byte at `offset`, or NULL. */
static const struct plan_hole *lost_at(const struct known_gaps *known, int64_t offset)
{
    size_t low = 0;
    size_t high = known->lost_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (known->lost[middle].start <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 && offset < known->lost[low - 1].end ? &known->lost[low - 1] : NULL;
}

void gaps_leave_out_lost(const struct known_gaps *known, int64_t *start, int64_t *length)
{
    int64_t end = *start + *length;
    const struct plan_hole *lost = lost_at(known, *start);
    if (lost != NULL)
        *start = end < lost->end ? end : lost->end;
    lost = end > *start ? lost_at(known, end - 1) : NULL;
    if (lost != NULL)
        end = *start > lost->start ? *start : lost->start;
    *length = end - *start;
}

static void forget(void *gap)
{
    (void)gap; /* the arena's */
}

void gaps_free(struct known_gaps *known)
{
    tdestroy(known->told, forget);
    arena_free(&known->arena);
    free(known->lost);
    *known = (struct known_gaps){0};
}
