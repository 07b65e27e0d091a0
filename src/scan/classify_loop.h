/* The loop over blocks, compiled once for each path. Whoever includes it defines FIND (the function's name), TARGET
 * (its attributes), CLASSIFY(classifier, bytes, block) and UNIFORM(bytes): are the 64 bytes at `bytes` all the same?
 *
 * Blocks of one byte repeated (zeroed or erased disk) are passed at the speed of that question: no shape begins in a
 * block whose neighbours on both sides hold the same byte throughout, since each shape needs two different bytes. */
#include <string.h>

/* The block at `at`, copied and filled up with FILL where the buffer ends within it. */
static inline const uint8_t *block_at(const uint8_t *data, size_t length, size_t at, uint8_t padded[BLOCK])
{
    if (at + BLOCK <= length)
        return data + at;
    memset(padded, FILL, BLOCK);
    if (at < length)
        memcpy(padded, data + at, length - at);
    return padded;
}

TARGET size_t FIND(const struct classifier *classifier, const uint8_t *data, size_t length, size_t from, size_t blocks,
                   struct hit *hits)
{
    uint8_t padded[BLOCK];
    struct block ring[2]; /* the current block and the one behind it, taking turns */
    struct carry carry = {0};
    size_t found = 0;
    size_t same = 0; /* how many blocks, up to the one behind the current, repeat one byte */
    uint8_t repeated = 0;
    unsigned current = 0;

    /* One round for the block before, whose hits are not asked for, but whose last bytes are. */
    size_t at = from >= BLOCK ? from - BLOCK : from;
    size_t end = from + blocks * BLOCK < length ? from + blocks * BLOCK : length;
    CLASSIFY(classifier, block_at(data, length, at, padded), &ring[0]);
    for (; at < end; at += BLOCK, current ^= 1) {
        const uint8_t *bytes = block_at(data, length, at + BLOCK, padded);
        if (__builtin_expect(UNIFORM(bytes), 0)) {
            same = same > 0 && bytes[0] == repeated ? same + 1 : 1;
            repeated = bytes[0];
            if (same > 2)
                continue;
        } else {
            same = 0;
        }
        CLASSIFY(classifier, bytes, &ring[current ^ 1]);
        struct hit *hit = &hits[found];
        find_shapes(&ring[current], &ring[current ^ 1], &carry, hit);
        hit->at = at;
        found += hit->any != 0 && at >= from;
    }
    return found;
}
