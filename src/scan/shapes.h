/* From byte classes to shapes: bit i of a mask speaks of byte i of its block. Included by the three paths, so that this
 * logic is compiled for each processor but written once. It works in two steps. find_candidates looks at a row of
 * blocks with shifts and ANDs only, so that the compiler does several blocks at once; it asks of a long run no more
 * than a few of its bytes. find_shapes then looks exactly, in the few blocks that are left. */
#ifndef SCAN_SHAPES_H
#define SCAN_SHAPES_H

#include "scan/anchors.h"

enum { SLOTS = 72 }; /* blocks in a row, the neighbours at its ends included */

/* The classes of a row of blocks; those in the first and last slot are there for their neighbours' sake. */
struct row {
    uint64_t in[CLASS_COUNT][SLOTS];
    uint64_t alnum[SLOTS], base64[SLOTS], base58[SLOTS], number[SLOTS], lower[SLOTS]; /* unions of classes */
    uint64_t four58[SLOTS];                                                           /* four base58 characters begin */
    uint64_t four[SLOTS];                                                             /* four base64 characters begin */
    uint64_t any[SLOTS];                                                              /* what find_candidates found */
    size_t at[SLOTS]; /* where in the data each block is */
    size_t count;
};

typedef unsigned __int128 mask128; /* a block and the one behind it */

#define ALWAYS_INLINE static inline __attribute__((always_inline))

ALWAYS_INLINE mask128 both(const struct row *row, size_t slot, enum class_index class)
{
    return (mask128)row->in[class][slot + 1] << 64 | row->in[class][slot];
}

/* Bit i: is byte i - by of the block in the class whose masks these are? */
ALWAYS_INLINE uint64_t behind(const uint64_t *class, size_t slot, unsigned by)
{
    return class[slot] << by | class[slot - 1] >> (64 - by);
}

/* Bit i: is byte i + by in the class? */
ALWAYS_INLINE uint64_t ahead(const uint64_t *class, size_t slot, unsigned by)
{
    return class[slot] >> by | class[slot + 1] << (64 - by);
}

/* Bit i: do `length` bytes of the class begin at i? Doubling steps; length from 8 to 32. Exact for the lower block. */
ALWAYS_INLINE mask128 runs(mask128 mask, unsigned length)
{
    mask &= mask >> 1;
    mask &= mask >> 2;
    mask &= mask >> 4;
    if (length > 16)
        mask &= mask >> 8;
    unsigned have = length > 16 ? 16 : 8;
    return length > have ? mask & mask >> (length - have) : mask;
}

/* Writes to row->any[slot] a mask in which no anchor is missing, for each slot but the first and the last. */
ALWAYS_INLINE void find_candidates(struct row *row)
{
    for (size_t slot = 0; slot < SLOTS; slot++) {
        row->alnum[slot] = row->in[CLASS_ALPHA][slot] | row->in[CLASS_DIGIT][slot];
        row->base64[slot] = row->alnum[slot] | row->in[CLASS_SLASH][slot] | row->in[CLASS_PLUS][slot];
        row->base58[slot] = row->alnum[slot] & ~row->in[CLASS_NOT58][slot];
        row->lower[slot] = row->in[CLASS_ALPHA][slot] & ~row->in[CLASS_UPPER][slot];
        row->number[slot] = row->in[CLASS_DIGIT][slot] | row->in[CLASS_SEPARATOR][slot];
    }
    for (size_t slot = 0; slot < SLOTS - 1; slot++) {
        row->four[slot] =
            row->base64[slot] & ahead(row->base64, slot, 1) & ahead(row->base64, slot, 2) & ahead(row->base64, slot, 3);
        row->four58[slot] =
            row->base58[slot] & ahead(row->base58, slot, 1) & ahead(row->base58, slot, 2) & ahead(row->base58, slot, 3);
    }
    row->four[SLOTS - 1] = row->base64[SLOTS - 1]; /* an upper bound, as good as any */
    row->four58[SLOTS - 1] = row->base58[SLOTS - 1];
#define HERE(class) row->in[CLASS_##class][slot]
#define AHEAD(class, by) ahead(row->in[CLASS_##class], slot, by)
#define BEHIND(class, by) behind(row->in[CLASS_##class], slot, by)
    for (size_t slot = 1; slot < SLOTS - 1; slot++) {
        uint64_t digit1 = AHEAD(DIGIT, 1);
        uint64_t alnum1 = ahead(row->alnum, slot, 1);
        uint64_t colon1 = AHEAD(COLON, 1);
        uint64_t digit_before = BEHIND(DIGIT, 1);
        uint64_t edge = ~behind(row->alnum, slot, 1);
        uint64_t any = HERE(AT) & BEHIND(LOCAL, 1) & alnum1;
        any |= HERE(PLUS) & digit1 & edge;
        any |= HERE(FIRST) & AHEAD(SECOND, 1) & AHEAD(THIRD, 2);
        any |= HERE(PAIR_FIRST) & AHEAD(PAIR_SECOND, 1);
        any |= HERE(COLON) & AHEAD(SLASH, 1) & AHEAD(SLASH, 2);
        any |= HERE(COLON) & (colon1 | AHEAD(COLON, 2) | AHEAD(COLON, 3) | AHEAD(COLON, 4) | AHEAD(COLON, 5));
        any |= HERE(DIGIT) & ~digit_before & ahead(row->number, slot, 4) & ahead(row->number, slot, 8) &
               ahead(row->number, slot, 12);
        any |= HERE(DOT) & digit_before & digit1 & (AHEAD(DOT, 2) | AHEAD(DOT, 3) | AHEAD(DOT, 4));
        any |= HERE(DIGIT) & edge & AHEAD(X, 1) & AHEAD(HEX, 9);
        any |= HERE(ALPHA) & edge & alnum1 & AHEAD(DIGIT, 2) & AHEAD(DIGIT, 3);
        uint64_t run = row->four[slot] & ahead(row->four, slot, 4) & ahead(row->four, slot, 8) &
                       ahead(row->four, slot, 12) & ahead(row->four, slot, 16) & ahead(row->four, slot, 20);
        any |= run & ~behind(row->base64, slot, 1);
        uint64_t run58 = row->four58[slot] & ahead(row->four58, slot, 4) & ahead(row->four58, slot, 8) &
                         ahead(row->four58, slot, 12) & ahead(row->four58, slot, 16) & ahead(row->four58, slot, 20);
        /* Bech32 is in one case, as a few of its bytes show. */
        uint64_t upper = AHEAD(UPPER, 3) | AHEAD(UPPER, 7) | AHEAD(UPPER, 12) | AHEAD(UPPER, 17) | AHEAD(UPPER, 21);
        uint64_t lower = ahead(row->lower, slot, 3) | ahead(row->lower, slot, 12) | ahead(row->lower, slot, 21);
        any |= HERE(COIN) & edge & (run58 | (run & ~(upper & lower)));
        any |= HERE(TEXT) & AHEAD(NUL, 1) & AHEAD(TEXT, 2) & AHEAD(NUL, 5) & AHEAD(NUL, 9) & AHEAD(TEXT, 10);
        row->any[slot] = any;
    }
#undef BEHIND
#undef AHEAD
#undef HERE
}

/* Fills hit->shape and hit->any for one block. */
ALWAYS_INLINE void find_shapes(const struct row *row, size_t slot, struct hit *hit)
{
    uint64_t *shape = hit->shape;
    mask128 digit = both(row, slot, CLASS_DIGIT);
    mask128 alpha = both(row, slot, CLASS_ALPHA);
    mask128 alnum = digit | alpha;
    mask128 hex = both(row, slot, CLASS_HEX);
    mask128 slash = both(row, slot, CLASS_SLASH);
    mask128 colon = both(row, slot, CLASS_COLON);
    mask128 separator = both(row, slot, CLASS_SEPARATOR);
    mask128 base64 = alnum | slash | both(row, slot, CLASS_PLUS);
    mask128 base58 = alnum & ~both(row, slot, CLASS_NOT58);
    mask128 behind_digit = digit << 1 | row->in[CLASS_DIGIT][slot - 1] >> 63;
    uint64_t edge = ~(behind(row->in[CLASS_ALPHA], slot, 1) | (uint64_t)behind_digit);

    shape[SHAPE_AT] = row->in[CLASS_AT][slot] & behind(row->in[CLASS_LOCAL], slot, 1) & (uint64_t)(alnum >> 1);
    shape[SHAPE_PLUS] = row->in[CLASS_PLUS][slot] & (uint64_t)(digit >> 1) & edge;
    shape[SHAPE_SCHEME] = (uint64_t)(colon & slash >> 1 & slash >> 2) & ~edge;
    shape[SHAPE_LITERAL] = row->in[CLASS_FIRST][slot] & (uint64_t)(both(row, slot, CLASS_SECOND) >> 1) &
                           (uint64_t)(both(row, slot, CLASS_THIRD) >> 2);
    shape[SHAPE_LITERAL] |= row->in[CLASS_PAIR_FIRST][slot] & (uint64_t)(both(row, slot, CLASS_PAIR_SECOND) >> 1);

    mask128 number = digit | (separator & behind_digit & digit >> 1);
    shape[SHAPE_DIGITS] = (uint64_t)(digit & ~behind_digit & runs(number, 13));

    mask128 dot = both(row, slot, CLASS_DOT) & behind_digit & digit >> 1;
    mask128 two = dot & (dot >> 2 | dot >> 3 | dot >> 4);
    shape[SHAPE_DOTTED] = (uint64_t)(dot & (two >> 2 | two >> 3 | two >> 4));

    mask128 near = colon & (colon >> 2 | colon >> 3 | colon >> 4 | colon >> 5);
    near &= near >> 2 | near >> 3 | near >> 4 | near >> 5;
    near &= near >> 2 | near >> 3 | near >> 4 | near >> 5;
    uint64_t earlier = behind(row->in[CLASS_COLON], slot, 2) | behind(row->in[CLASS_COLON], slot, 3) |
                       behind(row->in[CLASS_COLON], slot, 4) | behind(row->in[CLASS_COLON], slot, 5);
    shape[SHAPE_COLONS] = ((uint64_t)near & ~earlier) | ((uint64_t)(colon & colon >> 1) &
                                                         (behind(row->in[CLASS_HEX], slot, 1) | (uint64_t)(hex >> 2)));

    uint64_t coin = row->in[CLASS_COIN][slot] & edge;
    shape[SHAPE_BASE58] = coin & (uint64_t)runs(base58, 26);
    mask128 upper = both(row, slot, CLASS_UPPER);
    shape[SHAPE_BECH32] = coin & (uint64_t)(alpha & (runs(alnum & ~upper, 32) | runs(digit | upper, 32)));
    shape[SHAPE_HEX] = (uint64_t)digit & edge & (uint64_t)(both(row, slot, CLASS_X) >> 1 & runs(hex, 8) >> 2);
    shape[SHAPE_ACCOUNT] =
        (uint64_t)(alpha & alpha >> 1 & digit >> 2 & digit >> 3 & runs(alnum | separator, 11) >> 4) & edge;
    shape[SHAPE_BASE64] = (uint64_t)runs(base64, BASE64_RUN) & edge &
                          ~(behind(row->in[CLASS_SLASH], slot, 1) | behind(row->in[CLASS_PLUS], slot, 1));

    /* Five characters with a NUL behind, and a sixth, whose NUL stands before it in big endian. */
    mask128 text = both(row, slot, CLASS_TEXT);
    mask128 wide = text & both(row, slot, CLASS_NUL) >> 1;
    uint64_t earlier_wide = behind(row->in[CLASS_TEXT], slot, 2) & behind(row->in[CLASS_NUL], slot, 1);
    shape[SHAPE_WIDE] = (uint64_t)(wide & wide >> 2 & wide >> 4 & wide >> 6 & wide >> 8 & text >> 10) & ~earlier_wide;

    hit->any = 0;
    for (int i = 0; i < SHAPE_COUNT; i++)
        hit->any |= shape[i];
}

#endif
