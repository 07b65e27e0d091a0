/* From byte classes to shapes: bit i of a mask speaks of byte i of its block. Included by the three paths, so that this
 * logic is compiled for each processor but written once. It works in two steps. find_candidates looks at a row of
 * blocks with shifts and ANDs only, so that the compiler does several blocks at once; it asks of a long run no more
 * than a few of its bytes. find_shapes then looks exactly, in the few blocks that are left. */
#ifndef SCAN_SHAPES_H
#define SCAN_SHAPES_H

#include "scan/anchors.h"

/* A processor that joins two words while it shifts takes several slots in one step; whoever includes this says so by
 * defining `word`, STEP (slots in a word), LOAD, STORE, ADD and JOIN(low, high, by), the 64 bits that begin `by` bits
 * up.
 */
#ifndef STEP
#define STEP 1
typedef uint64_t word;
#define LOAD(slots) (*(slots))
#define STORE(slots, value) (*(slots) = (value))
#define JOIN(low, high, by) ((low) >> (by) | (high) << (64 - (by)))
#define ADD(one, other) ((one) + (other))
#endif

enum {
    SLOTS = 66, /* blocks in a row, the neighbours at its ends included */
    ROOM = 80,  /* slots, so that a step over the end stays inside; what they hold means nothing */
};

/* The classes of a row of blocks; those in the first and last slot are there for their neighbours' sake. */
struct row {
    _Alignas(64) uint64_t in[8 * CLASS_TABLES][ROOM];
    uint64_t alnum[ROOM], base64[ROOM], base58[ROOM], number[ROOM], lower[ROOM]; /* unions of classes */
    uint64_t four58[ROOM];                                                       /* four base58 characters begin */
    uint64_t four[ROOM];                                                         /* four base64 characters begin */
    uint64_t letter[ROOM];                                                       /* of words, accents included */
    uint64_t odd[ROOM];                           /* what no row of plain words holds, at its last byte */
    uint64_t calm[ROOM];                          /* bit 7 of each byte of `odd` that is 0 */
    uint64_t same[ROOM], two[ROOM], run[ROOM];    /* how often a byte and that before are both letters or both none */
    uint64_t name[ROOM], code[ROOM], pairs[ROOM]; /* SHAPE_NAME, SHAPE_CODE, SHAPE_PAIRS */
    uint64_t phrase[ROOM];                        /* not 0 where SHAPE_WORDS may stand */
    uint64_t marks[ROOM], numbers[ROOM], keys[ROOM], wide[ROOM]; /* what find_candidates found */
    _Alignas(64) uint64_t group[CLASS_TABLES][8][8];             /* classify's own */
    size_t at[SLOTS];                                            /* where in the data each block is */
    size_t count;
};

#define LOW_SEVEN 0x7f7f7f7f7f7f7f7fULL

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

#define HERE_IN(class) LOAD(&(class)[slot])
#define AHEAD_IN(class, by) JOIN(LOAD(&(class)[slot]), LOAD(&(class)[slot + 1]), by)
#define BEHIND_IN(class, by) JOIN(LOAD(&(class)[slot - 1]), LOAD(&(class)[slot]), 64 - (by))
#define HERE(class) HERE_IN(row->in[CLASS_##class])
#define AHEAD(class, by) AHEAD_IN(row->in[CLASS_##class], by)
#define BEHIND(class, by) BEHIND_IN(row->in[CLASS_##class], by)

/* Names, codes and words, which are many in text: name, code and pairs are the shapes themselves. What cannot stand in
 * a phrase is odd: a word of one or two letters or of more than nine, a capital within a word, a dot behind one, more
 * than nine bytes without a letter, and characters that part no words. */
TARGET ALWAYS_INLINE void find_words(struct row *row)
{
    const uint64_t sevens[8] = {LOW_SEVEN, LOW_SEVEN, LOW_SEVEN, LOW_SEVEN, LOW_SEVEN, LOW_SEVEN, LOW_SEVEN, LOW_SEVEN};
    word low = LOAD(sevens); /* the lower seven bits of each byte */
    for (size_t slot = 0; slot < ROOM; slot += STEP)
        STORE(&row->letter[slot], HERE(ALPHA) | HERE(ACCENT));
    for (size_t slot = 1; slot < SLOTS; slot += STEP) {
        word letter = HERE_IN(row->letter);
        word inner = BEHIND_IN(row->letter, 1);
        word brief = ~letter & inner & ~(BEHIND_IN(row->letter, 2) & BEHIND_IN(row->letter, 3));
        STORE(&row->same[slot], ~(letter ^ inner));
        STORE(&row->odd[slot], brief | ((HERE(UPPER) | HERE(DOT)) & inner) | ~(letter | HERE(GAP)));
    }
    row->same[0] = row->two[0] = row->run[0] = 0;
    for (size_t slot = 1; slot < SLOTS; slot += STEP)
        STORE(&row->two[slot], HERE_IN(row->same) & BEHIND_IN(row->same, 1));
    for (size_t slot = 1; slot < SLOTS; slot += STEP)
        STORE(&row->run[slot], HERE_IN(row->two) & BEHIND_IN(row->two, 2));
    for (size_t slot = 1; slot < SLOTS; slot += STEP) {
        word odd = HERE_IN(row->odd) | (HERE_IN(row->run) & BEHIND_IN(row->run, 4) & BEHIND_IN(row->same, 8));
        STORE(&row->odd[slot], odd);
        STORE(&row->calm[slot], ~(ADD(odd & low, low) | odd | low));
    }
    for (size_t slot = 1; slot < SLOTS - 1; slot += STEP) {
        STORE(&row->name[slot], HERE(DOT) & BEHIND(LOCAL, 1) & AHEAD_IN(row->lower, 1) & AHEAD_IN(row->lower, 2) &
                                    (~AHEAD(LOCAL, 3) | (AHEAD(DOMAIN, 1) & ~AHEAD(LOCAL, 4))));
        STORE(&row->code[slot], HERE(UPPER) & ~BEHIND_IN(row->alnum, 1) & AHEAD(UPPER, 1) & AHEAD(UPPER, 2) &
                                    AHEAD(UPPER, 3) & AHEAD(UPPER, 4) & AHEAD(UPPER, 5) & AHEAD(LOCAL, 7) &
                                    (~AHEAD(LOCAL, 8) | (AHEAD(LOCAL, 10) & ~AHEAD(LOCAL, 11))));
        word pairs =
            HERE(SEPARATOR) & AHEAD(SEPARATOR, 3) & AHEAD(SEPARATOR, 6) & AHEAD(SEPARATOR, 9) & AHEAD(SEPARATOR, 12);
        STORE(&row->pairs[slot],
              (pairs | (HERE(DOT) & AHEAD(DOT, 5) & AHEAD(HEX, 4))) & AHEAD(HEX, 1) & BEHIND(HEX, 1));
        /* A phrase covers five groups of eight bytes wholly, the first of them that in which it begins or the next. */
        STORE(&row->phrase[slot],
              AHEAD_IN(row->calm, 8) & AHEAD_IN(row->calm, 16) & AHEAD_IN(row->calm, 24) & AHEAD_IN(row->calm, 32));
    }
}

/* Writes to marks, numbers, keys and wide masks in which no anchor is missing, for each slot but the first and the
 * last: of shapes told by single characters, of those told by digits, of runs of letters and digits, and of UTF-16. */
TARGET ALWAYS_INLINE void find_candidates(struct row *row)
{
    for (size_t slot = 0; slot < ROOM; slot += STEP) {
        word alpha = LOAD(&row->in[CLASS_ALPHA][slot]);
        word digit = LOAD(&row->in[CLASS_DIGIT][slot]);
        word alnum = alpha | digit;
        STORE(&row->alnum[slot], alnum);
        STORE(&row->base64[slot], alnum | LOAD(&row->in[CLASS_SLASH][slot]) | LOAD(&row->in[CLASS_PLUS][slot]));
        STORE(&row->base58[slot], alnum & ~LOAD(&row->in[CLASS_NOT58][slot]));
        STORE(&row->lower[slot], alpha & ~LOAD(&row->in[CLASS_UPPER][slot]));
    }
    for (size_t slot = 0; slot < ROOM - 8; slot += STEP) {
        STORE(&row->four[slot],
              HERE_IN(row->base64) & AHEAD_IN(row->base64, 1) & AHEAD_IN(row->base64, 2) & AHEAD_IN(row->base64, 3));
        STORE(&row->four58[slot],
              HERE_IN(row->base58) & AHEAD_IN(row->base58, 1) & AHEAD_IN(row->base58, 2) & AHEAD_IN(row->base58, 3));
    }
    for (size_t slot = 1; slot < SLOTS; slot += STEP)
        STORE(&row->number[slot], HERE(DIGIT) | (HERE(SEPARATOR) & BEHIND(DIGIT, 1) & AHEAD(DIGIT, 1)));
    for (size_t slot = 1; slot < SLOTS - 1; slot += STEP) {
        word digit1 = AHEAD(DIGIT, 1);
        word alnum1 = AHEAD_IN(row->alnum, 1);
        word digit_before = BEHIND(DIGIT, 1);
        word edge = ~BEHIND_IN(row->alnum, 1);
        word marks = HERE(AT) & BEHIND(LOCAL, 1) & alnum1;
        marks |= HERE(PLUS) & digit1 & edge;
        marks |= HERE(FIRST) & AHEAD(SECOND, 1) & AHEAD(THIRD, 2);
        marks |= HERE(PAIR_FIRST) & AHEAD(PAIR_SECOND, 1);
        marks |= HERE(COLON) & AHEAD(SLASH, 1) & AHEAD(SLASH, 2);
        marks |=
            HERE(COLON) & (AHEAD(COLON, 1) | AHEAD(COLON, 2) | AHEAD(COLON, 3) | AHEAD(COLON, 4) | AHEAD(COLON, 5));
        marks |= HERE(DOT) & digit_before & digit1 & (AHEAD(DOT, 2) | AHEAD(DOT, 3) | AHEAD(DOT, 4));
        marks |= HERE(AT) & edge & AHEAD(ALPHA, 1) & AHEAD(LOCAL, 3) & AHEAD(LOCAL, 5);
        marks |= HERE(SLASH) & ~edge & (BEHIND(DOT, 3) | BEHIND(DOT, 4));
        STORE(&row->marks[slot], marks);
        word dotted = (AHEAD(DOT, 2) & (AHEAD(DOT, 5) | AHEAD(DOT, 6))) | (AHEAD(DOT, 4) & AHEAD(DOT, 7));
        word numbers = HERE(DIGIT) & ~digit_before &
                       ((AHEAD_IN(row->number, 4) & AHEAD_IN(row->number, 8) & AHEAD_IN(row->number, 10)) |
                        (((digit1 & AHEAD(DIGIT, 3) & AHEAD(DIGIT, 5)) | dotted) & ~BEHIND(DOT, 1)));
        numbers |= HERE(HEX) & edge & AHEAD(SEPARATOR, 4) & AHEAD(SEPARATOR, 9) & AHEAD(SEPARATOR, 14);
        numbers |= HERE(DIGIT) & edge & AHEAD(X, 1) & AHEAD(HEX, 9);
        numbers |=
            HERE(ALPHA) & edge & alnum1 & ((AHEAD(DIGIT, 2) & AHEAD(DIGIT, 3)) | (AHEAD(DIGIT, 6) & AHEAD(DIGIT, 9)));
        STORE(&row->numbers[slot], numbers);
        word run = HERE_IN(row->four) & AHEAD_IN(row->four, 4) & AHEAD_IN(row->four, 8) & AHEAD_IN(row->four, 12) &
                   AHEAD_IN(row->four, 16) & AHEAD_IN(row->four, 20);
        word run58 = HERE_IN(row->four58) & AHEAD_IN(row->four58, 4) & AHEAD_IN(row->four58, 8) &
                     AHEAD_IN(row->four58, 12) & AHEAD_IN(row->four58, 16) & AHEAD_IN(row->four58, 20);
        /* Bech32 is in one case, as a few of its bytes show. */
        word upper = AHEAD(UPPER, 3) | AHEAD(UPPER, 7) | AHEAD(UPPER, 12) | AHEAD(UPPER, 17) | AHEAD(UPPER, 21);
        word lower = AHEAD_IN(row->lower, 3) | AHEAD_IN(row->lower, 12) | AHEAD_IN(row->lower, 21);
        STORE(&row->keys[slot],
              (run & ~BEHIND_IN(row->base64, 1)) | (HERE(COIN) & edge & (run58 | (run & ~(upper & lower)))));
        STORE(&row->wide[slot],
              HERE(TEXT) & AHEAD(NUL, 1) & AHEAD(TEXT, 2) & AHEAD(NUL, 5) & AHEAD(NUL, 9) & AHEAD(TEXT, 10));
    }
    find_words(row);
}

#undef BEHIND
#undef AHEAD
#undef HERE
#undef BEHIND_IN
#undef AHEAD_IN
#undef HERE_IN

/* Fills hit->shape for one block from the candidates of its slot, a group of shapes at a time. */
ALWAYS_INLINE void find_marks(const struct row *row, size_t slot, uint64_t *shape)
{
    mask128 digit = both(row, slot, CLASS_DIGIT);
    mask128 alnum = digit | both(row, slot, CLASS_ALPHA);
    mask128 slash = both(row, slot, CLASS_SLASH);
    mask128 colon = both(row, slot, CLASS_COLON);
    uint64_t behind_digit = behind(row->in[CLASS_DIGIT], slot, 1);
    uint64_t edge = ~behind(row->alnum, slot, 1);

    shape[SHAPE_AT] = row->in[CLASS_AT][slot] & behind(row->in[CLASS_LOCAL], slot, 1) & (uint64_t)(alnum >> 1);
    shape[SHAPE_PLUS] = row->in[CLASS_PLUS][slot] & (uint64_t)(digit >> 1) & edge;
    shape[SHAPE_HANDLE] = row->in[CLASS_AT][slot] & ahead(row->in[CLASS_ALPHA], slot, 1) & edge &
                          ahead(row->in[CLASS_LOCAL], slot, 2) & ahead(row->in[CLASS_LOCAL], slot, 3) &
                          ahead(row->in[CLASS_LOCAL], slot, 4) & ahead(row->in[CLASS_LOCAL], slot, 5);
    shape[SHAPE_HOST] = row->in[CLASS_SLASH][slot] & ~edge &
                        (behind(row->in[CLASS_DOT], slot, 3) | behind(row->in[CLASS_DOT], slot, 4));
    shape[SHAPE_SCHEME] = (uint64_t)(colon & slash >> 1 & slash >> 2) & ~edge;
    shape[SHAPE_LITERAL] = row->in[CLASS_FIRST][slot] & (uint64_t)(both(row, slot, CLASS_SECOND) >> 1) &
                           (uint64_t)(both(row, slot, CLASS_THIRD) >> 2);
    shape[SHAPE_LITERAL] |= row->in[CLASS_PAIR_FIRST][slot] & (uint64_t)(both(row, slot, CLASS_PAIR_SECOND) >> 1);

    mask128 dot = both(row, slot, CLASS_DOT) & (digit << 1 | behind_digit) & digit >> 1;
    mask128 two = dot & (dot >> 2 | dot >> 3 | dot >> 4);
    shape[SHAPE_DOTTED] = (uint64_t)(dot & (two >> 2 | two >> 3 | two >> 4));

    mask128 near = colon & (colon >> 2 | colon >> 3 | colon >> 4 | colon >> 5);
    near &= near >> 2 | near >> 3 | near >> 4 | near >> 5;
    near &= near >> 2 | near >> 3 | near >> 4 | near >> 5;
    uint64_t earlier = behind(row->in[CLASS_COLON], slot, 2) | behind(row->in[CLASS_COLON], slot, 3) |
                       behind(row->in[CLASS_COLON], slot, 4) | behind(row->in[CLASS_COLON], slot, 5);
    uint64_t hex = behind(row->in[CLASS_HEX], slot, 1) | ahead(row->in[CLASS_HEX], slot, 2);
    shape[SHAPE_COLONS] = ((uint64_t)near & ~earlier) | ((uint64_t)(colon & colon >> 1) & hex);
}

ALWAYS_INLINE void find_numbers(const struct row *row, size_t slot, uint64_t *shape)
{
    mask128 digit = both(row, slot, CLASS_DIGIT);
    mask128 alpha = both(row, slot, CLASS_ALPHA);
    mask128 separator = both(row, slot, CLASS_SEPARATOR);
    mask128 behind_digit = digit << 1 | row->in[CLASS_DIGIT][slot - 1] >> 63;
    uint64_t edge = ~behind(row->alnum, slot, 1);

    mask128 number = digit | (separator & behind_digit & digit >> 1);
    shape[SHAPE_DIGITS] = (uint64_t)(digit & ~behind_digit & runs(number, 13));
    shape[SHAPE_HEX] =
        (uint64_t)digit & edge & (uint64_t)(both(row, slot, CLASS_X) >> 1 & runs(both(row, slot, CLASS_HEX), 8) >> 2);
    shape[SHAPE_ACCOUNT] =
        (uint64_t)(alpha & alpha >> 1 & digit >> 2 & digit >> 3 & runs(alpha | digit | separator, 11) >> 4) & edge;

    mask128 dot = both(row, slot, CLASS_DOT) & behind_digit & digit >> 1;
    mask128 dotted = (dot >> 2 & (dot >> 5 | dot >> 6)) | (dot >> 4 & dot >> 7);
    mask128 digit2 = digit & digit >> 1;
    mask128 digit6 = digit2 & digit2 >> 2 & digit2 >> 4;
    mask128 digit7 = digit6 & digit >> 6 & ~(digit >> 7); /* what may stand behind letters */
    mask128 alpha2 = alpha & alpha >> 1;
    mask128 fiscal = alpha2 & alpha2 >> 2 & alpha2 >> 4 & digit2 >> 6 & alpha >> 8 & digit2 >> 9 & alpha >> 11 &
                     digit2 >> 12 & digit >> 14 & alpha >> 15;
    shape[SHAPE_NUMBER] = ((uint64_t)(digit & ~behind_digit & (digit6 | runs(number, 11) | dotted)) &
                           ~behind(row->in[CLASS_DOT], slot, 1) & (edge | (uint64_t)digit7)) |
                          ((uint64_t)fiscal & edge);
    mask128 hex = both(row, slot, CLASS_HEX);
    mask128 hex4 = hex & hex >> 1 & hex >> 2 & hex >> 3;
    shape[SHAPE_GROUPS] =
        (uint64_t)(hex4 & separator >> 4 & hex4 >> 5 & separator >> 9 & hex >> 10 & separator >> 14) & edge;
}

ALWAYS_INLINE void find_keys(const struct row *row, size_t slot, uint64_t *shape)
{
    mask128 digit = both(row, slot, CLASS_DIGIT);
    mask128 alpha = both(row, slot, CLASS_ALPHA);
    mask128 upper = both(row, slot, CLASS_UPPER);
    mask128 alnum = digit | alpha;
    mask128 base64 = alnum | both(row, slot, CLASS_SLASH) | both(row, slot, CLASS_PLUS);
    mask128 base58 = alnum & ~both(row, slot, CLASS_NOT58);
    uint64_t coin = row->in[CLASS_COIN][slot] & ~behind(row->alnum, slot, 1);

    shape[SHAPE_BASE58] = coin & (uint64_t)runs(base58, 26);
    shape[SHAPE_BECH32] = coin & (uint64_t)(alpha & (runs(alnum & ~upper, 32) | runs(digit | upper, 32)));
    shape[SHAPE_BASE64] = (uint64_t)runs(base64, BASE64_RUN) & ~behind(row->base64, slot, 1);
}

/* Five characters with a NUL behind, and a sixth, whose NUL stands before it in big endian. */
ALWAYS_INLINE void find_wide(const struct row *row, size_t slot, uint64_t *shape)
{
    mask128 text = both(row, slot, CLASS_TEXT);
    mask128 wide = text & both(row, slot, CLASS_NUL) >> 1;
    uint64_t earlier = behind(row->in[CLASS_TEXT], slot, 2) & behind(row->in[CLASS_NUL], slot, 1);
    shape[SHAPE_WIDE] = (uint64_t)(wide & wide >> 2 & wide >> 4 & wide >> 6 & wide >> 8 & text >> 10) & ~earlier;
}

ALWAYS_INLINE bool has_words(const struct row *row, size_t slot)
{
    return (row->name[slot] | row->code[slot] | row->pairs[slot] | row->phrase[slot]) != 0;
}

ALWAYS_INLINE void fill_words(const struct row *row, size_t slot, uint64_t *shape)
{
    shape[SHAPE_NAME] = row->name[slot];
    shape[SHAPE_CODE] = row->code[slot];
    shape[SHAPE_PAIRS] = row->pairs[slot];
    if (row->phrase[slot] == 0)
        return;
    mask128 odd = (mask128)row->odd[slot + 1] << 64 | row->odd[slot];
    for (unsigned step = 1; step < 32; step *= 2)
        odd |= odd >> step;
    odd |= odd >> (WORDS_LEAST - 32);
    shape[SHAPE_WORDS] = row->letter[slot] & ~behind(row->letter, slot, 1) & ~(uint64_t)odd;
}

/* Fills in all of the hit but its place. */
ALWAYS_INLINE void find_shapes(const struct row *row, size_t slot, struct hit *hit)
{
    *hit = (struct hit){0};
    if (row->marks[slot] != 0)
        find_marks(row, slot, hit->shape);
    if (row->numbers[slot] != 0)
        find_numbers(row, slot, hit->shape);
    if (row->keys[slot] != 0)
        find_keys(row, slot, hit->shape);
    if (row->wide[slot] != 0)
        find_wide(row, slot, hit->shape);
    if (has_words(row, slot))
        fill_words(row, slot, hit->shape);
    uint64_t any = 0;
    unsigned present = 0;
    for (unsigned i = 0; i < SHAPE_COUNT; i++) {
        any |= hit->shape[i];
        present |= (unsigned)(hit->shape[i] != 0) << i;
    }
    hit->any = any;
    hit->present = present;
}

#endif
