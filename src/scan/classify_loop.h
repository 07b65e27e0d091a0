/* The loop over blocks, compiled once for each path. Whoever includes it defines FIND (the function's name), TARGET
 * (its attributes), CLASSIFY(classifier, row, slot), which fills in row->in for BLOCKS_AT_ONCE slots, and
 * UNIFORM(bytes): are the 64 bytes at `bytes` all the same?
 *
 * Of a run of blocks that repeat one byte (zeroed or erased disk) only the first and the last get into the row: a block
 * in the middle of the run has neighbours like itself, and so no anchor, since each shape needs two different bytes. */
#include <string.h>

enum { FETCH = 4096 }; /* bytes ahead of the block looked at that memory is asked for */

/* Bytes that stand for what is not there: beyond the buffer's ends, and behind its last byte. */
struct padding {
    uint8_t none[BLOCK];
    uint8_t last[BLOCK];
};

static inline const uint8_t *block_at(const uint8_t *data, size_t length, size_t at, struct padding *padding)
{
    if (at >= length)
        return padding->none;
    if (length - at >= BLOCK)
        return data + at;
    memset(padding->last, FILL, BLOCK);
    memcpy(padding->last, data + at, length - at);
    return padding->last;
}

/* The classes of the block before the first: no shape looks back further than its last eight bytes. */
static inline void classify_before(const struct classifier *classifier, struct row *row)
{
    const uint8_t *bytes = row->block[FIRST_SLOT - 1] + BLOCK - 8;
    for (unsigned table = 0; table < CLASS_TABLES; table++) {
        uint64_t bits = 0;
        for (unsigned i = 0; i < 8; i++)
            bits |= (uint64_t)classifier->table[table][bytes[i]] << 8 * i;
        bits = transpose(bits);
        for (unsigned class = 0; class < 8; class ++)
            row->in[8 * table + class][FIRST_SLOT - 1] = bits >> 8 * class << (BLOCK - 8);
    }
}

/* Brings the hits of the row's inner blocks to hits[found..], and the last two blocks to the row's beginning. */
TARGET static size_t harvest(const struct classifier *classifier, struct row *row, struct hit *hits, size_t found)
{
    classify_before(classifier, row);
    if (row->count % BLOCKS_AT_ONCE != 0) { /* filled up with any block */
        size_t slot = row->count;
        while (slot % BLOCKS_AT_ONCE != 0)
            row->block[slot++] = row->block[FIRST_SLOT];
        CLASSIFY(classifier, row, slot - BLOCKS_AT_ONCE);
    }
    find_shapes(row);
    size_t last = row->count - 2;
    /* Without the block behind, and slots that the last word has too many. */
    for (uint64_t some = row->some & ((1ULL << (last + 1 - FIRST_SLOT)) - 1); some != 0; some &= some - 1) {
        size_t slot = FIRST_SLOT + (size_t)__builtin_ctzll(some);
        fill_hit(row, slot, &hits[found]);
        hits[found].at = row->at[slot];
        found += hits[found].any != 0;
    }
    for (size_t i = 0; i < 2; i++) {
        row->block[FIRST_SLOT - 1 + i] = row->block[last + i];
        row->at[FIRST_SLOT - 1 + i] = row->at[last + i];
    }
    row->count = FIRST_SLOT + 1;
    if (BLOCKS_AT_ONCE == 1)
        CLASSIFY(classifier, row, FIRST_SLOT);
    return found;
}

TARGET size_t FIND(const struct classifier *classifier, const uint8_t *data, size_t length, size_t from, size_t blocks,
                   struct hit *hits)
{
    struct padding padding;
    struct row row;
    size_t found = 0;
    size_t same = 0; /* how many blocks, up to the last in the row, repeat one byte */
    uint8_t repeated = 0;
    size_t end = blocks <= (length - from) / BLOCK ? from + blocks * BLOCK : length;

    memset(padding.none, FILL, BLOCK);
    row.block[FIRST_SLOT - 1] = block_at(data, length, from >= BLOCK ? from - BLOCK : length, &padding);
    row.count = FIRST_SLOT;
    for (size_t at = from;; at += BLOCK) {
        const uint8_t *bytes = block_at(data, length, at, &padding);
        __builtin_prefetch(data + (at + FETCH < length ? at + FETCH : 0));
        if (__builtin_expect(UNIFORM(bytes), 0)) {
            same = same > 0 && bytes[0] == repeated ? same + 1 : 1;
            repeated = bytes[0];
        } else {
            same = 0;
        }
        if (same <= 2) {
            row.block[row.count++] = bytes;
            if (row.count % BLOCKS_AT_ONCE == 0)
                CLASSIFY(classifier, &row, row.count - BLOCKS_AT_ONCE);
        }
        row.at[row.count - 1] = at;
        if (at >= end) /* this was the block behind the last */
            return row.count - FIRST_SLOT < 2 ? found : harvest(classifier, &row, hits, found);
        if (row.count == SLOTS)
            found = harvest(classifier, &row, hits, found);
    }
}
