/* From byte classes to shapes: bit i of a mask speaks of byte i of the block. Included by the three paths, so that this
 * logic is compiled for each processor but written once. */
#ifndef SCAN_SHAPES_H
#define SCAN_SHAPES_H

#include "scan/anchors.h"

struct block {
    uint64_t in[CLASS_COUNT];
};

/* What the next block must know of the one before it. */
struct carry {
    uint64_t digit, alnum, hex, local, base64, colon, wide;
};

typedef unsigned __int128 mask128; /* a block and the one behind it */

#define ALWAYS_INLINE static inline __attribute__((always_inline))

ALWAYS_INLINE mask128 both(const struct block *block, const struct block *next, enum class_index class)
{
    return (mask128)next->in[class] << 64 | block->in[class];
}

/* Bit i: is byte i - by in the class? */
ALWAYS_INLINE uint64_t behind(uint64_t mask, uint64_t carried, unsigned by)
{
    return mask << by | carried >> (64 - by);
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

/* Fills hit->shape and hit->any; updates carry. */
ALWAYS_INLINE void find_shapes(const struct block *block, const struct block *next, struct carry *carry,
                               struct hit *hit)
{
    mask128 digit = both(block, next, CLASS_DIGIT);
    mask128 alnum = digit | both(block, next, CLASS_ALPHA);
    mask128 hex = both(block, next, CLASS_HEX);
    mask128 separator = both(block, next, CLASS_SEPARATOR);
    mask128 slash = both(block, next, CLASS_SLASH);
    mask128 colon = both(block, next, CLASS_COLON);
    mask128 base64 = alnum | slash | both(block, next, CLASS_PLUS);
    mask128 base58 = alnum & ~both(block, next, CLASS_NOT58);
    mask128 wide = both(block, next, CLASS_TEXT) & both(block, next, CLASS_NUL) >> 1;
    uint64_t digit_before = behind((uint64_t)digit, carry->digit, 1);
    uint64_t edge = ~behind((uint64_t)alnum, carry->alnum, 1);

    hit->shape[SHAPE_AT] =
        block->in[CLASS_AT] & behind(block->in[CLASS_LOCAL], carry->local, 1) & (uint64_t)(alnum >> 1);

    mask128 number = digit | (separator & (digit << 1 | carry->digit >> 63) & digit >> 1);
    hit->shape[SHAPE_DIGITS] = (uint64_t)(digit & runs(number, 13)) & ~digit_before;

    hit->shape[SHAPE_PLUS] = block->in[CLASS_PLUS] & (uint64_t)(digit >> 1) & edge;

    mask128 dot = both(block, next, CLASS_DOT) & (digit << 1 | carry->digit >> 63) & digit >> 1;
    mask128 two = dot & (dot >> 2 | dot >> 3 | dot >> 4);
    hit->shape[SHAPE_DOTTED] = (uint64_t)(dot & (two >> 2 | two >> 3 | two >> 4));

    uint64_t colons = (uint64_t)(colon & colon >> 1) & (behind((uint64_t)hex, carry->hex, 1) | (uint64_t)(hex >> 2));
    mask128 pair = colon & (colon >> 2 | colon >> 3 | colon >> 4 | colon >> 5);
    if (__builtin_expect((uint64_t)pair != 0, 0)) {
        pair &= pair >> 2 | pair >> 3 | pair >> 4 | pair >> 5;
        pair &= pair >> 2 | pair >> 3 | pair >> 4 | pair >> 5;
        uint64_t here = (uint64_t)colon;
        uint64_t earlier = behind(here, carry->colon, 2) | behind(here, carry->colon, 3) |
                           behind(here, carry->colon, 4) | behind(here, carry->colon, 5);
        colons |= (uint64_t)pair & ~earlier;
    }
    hit->shape[SHAPE_COLONS] = colons;

    hit->shape[SHAPE_SCHEME] = (uint64_t)(colon & slash >> 1 & slash >> 2) & ~edge;
    hit->shape[SHAPE_BASE58] = block->in[CLASS_ONE_THREE] & (uint64_t)runs(base58, 26) & edge;
    hit->shape[SHAPE_HEX] = block->in[CLASS_ZERO] & (uint64_t)(both(block, next, CLASS_X) >> 1) &
                            (uint64_t)(runs(hex, 8) >> 2) & edge;
    mask128 letters = alnum & ~digit;
    hit->shape[SHAPE_ACCOUNT] = (uint64_t)(letters & letters >> 1 & digit >> 2 & digit >> 3 &
                                           runs(alnum | separator, 11) >> 4) & edge;
    hit->shape[SHAPE_BASE64] = (uint64_t)runs(base64, BASE64_RUN) & ~behind((uint64_t)base64, carry->base64, 1);

    mask128 four = wide & wide >> 2;
    four &= four >> 4;
    hit->shape[SHAPE_WIDE] = (uint64_t)(four & four >> 4) & ~behind((uint64_t)wide, carry->wide, 2);

    hit->shape[SHAPE_LITERAL] = block->in[CLASS_FIRST] & (uint64_t)(both(block, next, CLASS_SECOND) >> 1) &
                                (uint64_t)(both(block, next, CLASS_THIRD) >> 2);

    uint64_t any = 0;
    for (int shape = 0; shape < SHAPE_COUNT; shape++)
        any |= hit->shape[shape];
    hit->any = any;

    carry->digit = (uint64_t)digit;
    carry->alnum = (uint64_t)alnum;
    carry->hex = (uint64_t)hex;
    carry->local = block->in[CLASS_LOCAL];
    carry->base64 = (uint64_t)base64;
    carry->colon = (uint64_t)colon;
    carry->wide = (uint64_t)wide;
}

#endif
