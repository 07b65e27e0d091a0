/* The loop over blocks, compiled once for each path. Whoever includes it defines FIND (the function's name), TARGET
 * (its attributes), CLASSIFY(classifier, bytes, row, slot) and UNIFORM(bytes): are the 64 bytes at `bytes` all the
 * same? COMPLETE(row) may finish what CLASSIFY left open, KEEP(row) carry FIRST_SLOT over for itself.
 *
 * Of a run of blocks that repeat one byte (zeroed or erased disk) only the first and the last get into the row: a block
 * in the middle of the run has neighbours like itself, and so no anchor, since each shape needs two different bytes. */
#include <string.h>

#ifndef COMPLETE
#define COMPLETE(row) ((void)0)
#define KEEP(row) ((void)0)
#endif

enum { FETCH = 4096 }; /* bytes ahead of the block looked at that memory is asked for */

/* The block at `at`, copied and filled up with FILL where the buffer ends within it. */
static inline const uint8_t *block_at(const uint8_t *data, size_t length, size_t at, uint8_t padded[BLOCK])
{
    if (at < length && length - at >= BLOCK)
        return data + at;
    memset(padded, FILL, BLOCK);
    if (at < length)
        memcpy(padded, data + at, length - at);
    return padded;
}

/* Brings the hits of the row's inner blocks to hits[found..], and the last two blocks to the row's beginning. */
TARGET static size_t harvest(struct row *row, struct hit *hits, size_t found)
{
    COMPLETE(row);
    find_shapes(row);
    if (row->count - 1 < FIRST_SLOT + ROW_BLOCKS) /* slots that the last word had too many */
        row->some &= (1ULL << (row->count - 1 - FIRST_SLOT)) - 1;
    for (uint64_t some = row->some; some != 0; some &= some - 1) {
        size_t slot = FIRST_SLOT + (size_t)__builtin_ctzll(some);
        fill_hit(row, slot, &hits[found]);
        hits[found].at = row->at[slot];
        found += hits[found].any != 0;
    }
    size_t last = row->count - 2;
    for (unsigned class = 0; class < CLASS_COUNT; class ++) {
        row->in[class][FIRST_SLOT - 1] = row->in[class][last];
        row->in[class][FIRST_SLOT] = row->in[class][last + 1];
    }
    KEEP(row);
    row->at[FIRST_SLOT - 1] = row->at[last];
    row->at[FIRST_SLOT] = row->at[last + 1];
    row->count = FIRST_SLOT + 1;
    return found;
}

TARGET size_t FIND(const struct classifier *classifier, const uint8_t *data, size_t length, size_t from, size_t blocks,
                   struct hit *hits)
{
    uint8_t padded[BLOCK];
    struct row row;
    size_t found = 0;
    size_t same = 0; /* how many blocks, up to the last in the row, repeat one byte */
    uint8_t repeated = 0;
    size_t end = blocks <= (length - from) / BLOCK ? from + blocks * BLOCK : length;

    memset(row.group, 0, sizeof row.group);
    row.count = FIRST_SLOT;
    CLASSIFY(classifier, block_at(data, length, from >= BLOCK ? from - BLOCK : length, padded), &row, FIRST_SLOT - 1);
    for (size_t at = from;; at += BLOCK) {
        const uint8_t *bytes = block_at(data, length, at, padded);
        __builtin_prefetch(data + (at + FETCH < length ? at + FETCH : 0));
        if (__builtin_expect(UNIFORM(bytes), 0)) {
            same = same > 0 && bytes[0] == repeated ? same + 1 : 1;
            repeated = bytes[0];
        } else {
            same = 0;
        }
        if (same <= 2) {
            CLASSIFY(classifier, bytes, &row, row.count);
            row.count++;
        }
        row.at[row.count - 1] = at;
        if (at >= end)
            return harvest(&row, hits, found); /* this was the block behind the last */
        if (row.count == SLOTS)
            found = harvest(&row, hits, found);
    }
}
