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

/* Bit i: is byte i + by in the class? Two shifts: the double shift that would do is slow on many processors, and a sum,
 * unlike an OR, is not taken for one by the compiler. */
ALWAYS_INLINE uint64_t ahead(mask128 mask, unsigned by)
{
    return ((uint64_t)mask >> by) + ((uint64_t)(mask >> 64) << (64 - by));
}

#define RARELY(condition) __builtin_expect((condition) != 0, 0)

/* Fills hit->shape and hit->any; updates carry. Long runs are measured only where a few bytes of the run, looked at
 * first, do not deny it: in most blocks none of these branches is taken. */
ALWAYS_INLINE void find_shapes(const struct block *block, const struct block *next, struct carry *carry,
                               struct hit *hit)
{
    uint64_t *shape = hit->shape;
    mask128 digit = both(block, next, CLASS_DIGIT);
    mask128 alnum = digit | both(block, next, CLASS_ALPHA);
    mask128 slash = both(block, next, CLASS_SLASH);
    mask128 base64 = alnum | slash | both(block, next, CLASS_PLUS);
    uint64_t digit_here = (uint64_t)digit;
    uint64_t colon_here = block->in[CLASS_COLON];
    uint64_t digit_before = behind(digit_here, carry->digit, 1);
    uint64_t edge = ~behind((uint64_t)alnum, carry->alnum, 1);

    shape[SHAPE_AT] = block->in[CLASS_AT] & behind(block->in[CLASS_LOCAL], carry->local, 1) & ahead(alnum, 1);
    shape[SHAPE_PLUS] = block->in[CLASS_PLUS] & ahead(digit, 1) & edge;
    shape[SHAPE_SCHEME] = colon_here & ahead(slash, 1) & ahead(slash, 2) & ~edge;
    shape[SHAPE_LITERAL] =
        block->in[CLASS_FIRST] & ahead(both(block, next, CLASS_SECOND), 1) & ahead(both(block, next, CLASS_THIRD), 2);

    mask128 number = digit | both(block, next, CLASS_SEPARATOR);
    uint64_t digits = digit_here & ~digit_before & ahead(number, 12) & ahead(number, 8) & ahead(number, 4);
    if (RARELY(digits)) {
        number = digit | (number & (digit << 1 | carry->digit >> 63) & digit >> 1);
        digits &= (uint64_t)runs(number, 13);
    }
    shape[SHAPE_DIGITS] = digits;

    uint64_t dots = block->in[CLASS_DOT] & digit_before & ahead(digit, 1);
    if (RARELY(dots)) {
        mask128 dot = both(block, next, CLASS_DOT) & (digit << 1 | carry->digit >> 63) & digit >> 1;
        mask128 two = dot & (dot >> 2 | dot >> 3 | dot >> 4);
        dots &= (uint64_t)(two >> 2 | two >> 3 | two >> 4);
    }
    shape[SHAPE_DOTTED] = dots;

    uint64_t colons = 0;
    uint64_t hex_here = block->in[CLASS_HEX];
    if (RARELY(colon_here)) {
        mask128 colon = both(block, next, CLASS_COLON);
        mask128 hex = both(block, next, CLASS_HEX);
        mask128 pair = colon & (colon >> 2 | colon >> 3 | colon >> 4 | colon >> 5);
        pair &= pair >> 2 | pair >> 3 | pair >> 4 | pair >> 5;
        pair &= pair >> 2 | pair >> 3 | pair >> 4 | pair >> 5;
        uint64_t earlier = behind(colon_here, carry->colon, 2) | behind(colon_here, carry->colon, 3) |
                           behind(colon_here, carry->colon, 4) | behind(colon_here, carry->colon, 5);
        colons = ((uint64_t)pair & ~earlier) |
                 (colon_here & ahead(colon, 1) & (behind(hex_here, carry->hex, 1) | ahead(hex, 2)));
    }
    shape[SHAPE_COLONS] = colons;

    mask128 base58 = alnum & ~both(block, next, CLASS_NOT58);
    uint64_t address = block->in[CLASS_ONE_THREE] & edge & ahead(base58, 12) & ahead(base58, 25);
    if (RARELY(address))
        address &= (uint64_t)runs(base58, 26);
    shape[SHAPE_BASE58] = address;

    uint64_t prefix = block->in[CLASS_ZERO] & ahead(both(block, next, CLASS_X), 1) & edge;
    if (RARELY(prefix))
        prefix &= (uint64_t)(runs(both(block, next, CLASS_HEX), 8) >> 2);
    shape[SHAPE_HEX] = prefix;

    mask128 letter = alnum & ~digit;
    uint64_t account = (uint64_t)letter & edge & ahead(letter, 1) & ahead(digit, 2) & ahead(digit, 3);
    if (RARELY(account))
        account &= (uint64_t)(runs(alnum | both(block, next, CLASS_SEPARATOR), 11) >> 4);
    shape[SHAPE_ACCOUNT] = account;

    uint64_t run = (uint64_t)base64 & ~behind((uint64_t)base64, carry->base64, 1) & ahead(base64, BASE64_RUN / 3) &
                   ahead(base64, BASE64_RUN / 3 * 2) & ahead(base64, BASE64_RUN - 1);
    if (RARELY(run))
        run &= (uint64_t)runs(base64, BASE64_RUN);
    shape[SHAPE_BASE64] = run;

    /* Five characters with a NUL behind, and a sixth, whose NUL stands before it in big endian. */
    mask128 text = both(block, next, CLASS_TEXT);
    mask128 nul = both(block, next, CLASS_NUL);
    mask128 wide = text & ((mask128)(next->in[CLASS_NUL] >> 1) << 64 | ahead(nul, 1));
    uint64_t wide_run = (uint64_t)wide & ahead(wide, 2) & ahead(wide, 4) & ~behind((uint64_t)wide, carry->wide, 2);
    if (RARELY(wide_run))
        wide_run &= ahead(wide, 6) & ahead(wide, 8) & ahead(text, 10);
    shape[SHAPE_WIDE] = wide_run;

    uint64_t any = 0;
    for (int i = 0; i < SHAPE_COUNT; i++)
        any |= shape[i];
    hit->any = any;

    carry->digit = digit_here;
    carry->alnum = (uint64_t)alnum;
    carry->hex = hex_here;
    carry->local = block->in[CLASS_LOCAL];
    carry->base64 = (uint64_t)base64;
    carry->colon = colon_here;
    carry->wide = (uint64_t)wide;
}

#endif
