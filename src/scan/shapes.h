/* From byte classes to shapes: bit i of a mask speaks of byte i of its block. Included by the three paths, so that this
 * logic is compiled for each processor but written once. Several blocks are looked at at once, in registers, by shifts
 * and ANDs. Of a shape that takes many of them, a few bytes are asked for first: mostly no block has them. */
#ifndef SCAN_SHAPES_H
#define SCAN_SHAPES_H

#include "scan/anchors.h"

/* A processor takes several blocks in one step where whoever includes this defines `word`, STEP (slots in a word),
 * LOAD, STORE, ADD, SHIFT(word, by), JOIN(low, high, by), the 64 bits that begin `by` bits up, and LANES(word): a bit
 * for each slot that is not 0.
 */
#ifndef STEP
#define STEP 1
typedef uint64_t word;
#define LOAD(slots) (*(slots))
#define STORE(slots, value) (*(slots) = (value))
#define SHIFT(of, by) ((of) >> (by))
#define JOIN(low, high, by) ((low) >> (by) | (high) << (64 - (by)))
#define ADD(one, other) ((one) + (other))
#define LANES(of) ((of) != 0)
#endif

enum {
    FIRST_SLOT = 8, /* the slots before are there so that words are aligned; the last of them holds a neighbour */
    SLOTS = FIRST_SLOT + 64, /* the last one holds the neighbour behind */
    ROOM = SLOTS + 8,
};

/* Shapes that are looked for together; each family stands together in enum shape. */
enum family { MARKS, NUMBERS, KEYS, WIDE, WORDS, FAMILIES };

/* A row of blocks between two neighbours. What other slots hold means nothing. */
struct row {
    _Alignas(64) uint64_t in[8 * CLASS_TABLES][ROOM];
    _Alignas(64) uint64_t found[FAMILIES][ROOM];    /* not 0 where a shape of the family may stand */
    _Alignas(64) uint64_t shape[SHAPE_COUNT][ROOM]; /* where its family is found */
    uint64_t some;                                  /* bit i: in slot FIRST_SLOT + i a family is found */
    const uint8_t *block[ROOM];
    size_t at[ROOM]; /* where in the data each block is */
    size_t count;    /* slots, from 0 on */
};

#define LOW_SEVEN 0x7f7f7f7f7f7f7f7fULL /* the lower seven bits of each byte */

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* A mask of the blocks in a word, and of those before and behind each of them. */
struct span {
    word before, here, after;
};

/* Transposes eight bytes of eight class bits (byte i of `bits` is byte i of the text) into eight masks of eight bytes.
 */
ALWAYS_INLINE uint64_t transpose(uint64_t bits)
{
    uint64_t t = (bits ^ bits >> 7) & 0x00aa00aa00aa00aaULL;
    bits ^= t ^ t << 7;
    t = (bits ^ bits >> 14) & 0x0000cccc0000ccccULL;
    bits ^= t ^ t << 14;
    t = (bits ^ bits >> 28) & 0x00000000f0f0f0f0ULL;
    return bits ^ t ^ t << 28;
}

#define SPAN_OF(class)                                                                                                 \
    ((struct span){LOAD(&row->in[class][slot - 1]), LOAD(&row->in[class][slot]), LOAD(&row->in[class][slot + 1])})
#define SPAN(class) SPAN_OF(CLASS_##class)
#define HERE(class) LOAD(&row->in[CLASS_##class][slot])
/* Bit i: is byte i + by in it, or i - by? */
#define AHEAD(of, by) JOIN((of).here, (of).after, by)
#define BEHIND(of, by) JOIN((of).before, (of).here, 64 - (by))
/* The same for the block behind, whose own neighbour is not known: its last bits are lost, and nobody asks for them. */
#define NEXT_AHEAD(of, by) SHIFT((of).after, by)
#define NEXT_BEHIND(of, by) JOIN((of).here, (of).after, 64 - (by))
/* The byte, and that `by` ahead of it. */
#define TWICE(of, by) ((struct span){(of).before, (of).here & AHEAD(of, by), (of).after & NEXT_AHEAD(of, by)})
#define EITHER(of, by) ((struct span){(of).before, (of).here | AHEAD(of, by), (of).after | NEXT_AHEAD(of, by)})
#define KEEP_SHAPE(name, mask) STORE(&row->shape[SHAPE_##name][slot], mask)

TARGET ALWAYS_INLINE struct span either(struct span one, struct span other)
{
    return (struct span){one.before | other.before, one.here | other.here, one.after | other.after};
}

TARGET ALWAYS_INLINE struct span without(struct span one, struct span other)
{
    return (struct span){one.before & ~other.before, one.here & ~other.here, one.after & ~other.after};
}

/* Where eight bytes of the mask begin. */
TARGET ALWAYS_INLINE struct span eight(struct span mask)
{
    mask = TWICE(mask, 1);
    mask = TWICE(mask, 2);
    return TWICE(mask, 4);
}

/* What many shapes ask for. */
struct common {
    struct span digit, alpha, alnum, upper, hex, dot, slash, local, separator;
    word digit1, alnum1;     /* there is one ahead */
    word digit_before, edge; /* there is one before; no letter or digit before */
};

/* Each of them between digits. */
TARGET ALWAYS_INLINE struct span between_digits(const struct common *is, struct span mask)
{
    mask.here &= is->digit_before & is->digit1;
    mask.after &= NEXT_BEHIND(is->digit, 1) & NEXT_AHEAD(is->digit, 1);
    return mask;
}

TARGET ALWAYS_INLINE word find_dotted(struct span dot)
{
    struct span two = {dot.before, dot.here & (AHEAD(dot, 2) | AHEAD(dot, 3) | AHEAD(dot, 4)),
                       dot.after & (NEXT_AHEAD(dot, 2) | NEXT_AHEAD(dot, 3) | NEXT_AHEAD(dot, 4))};
    return dot.here & (AHEAD(two, 2) | AHEAD(two, 3) | AHEAD(two, 4));
}

TARGET ALWAYS_INLINE word find_pairs(const struct common *is, struct span mark)
{
    struct span pair = {mark.before, mark.here & AHEAD(is->hex, 1) & AHEAD(is->hex, 2),
                        mark.after & NEXT_AHEAD(is->hex, 1) & NEXT_AHEAD(is->hex, 2)};
    word pairs = pair.here & AHEAD(pair, 3) & AHEAD(pair, 6) & AHEAD(pair, 9) & AHEAD(mark, 12) & AHEAD(is->hex, 13) &
                 BEHIND(is->hex, 1) & BEHIND(is->hex, 2);
    word fours = is->dot.here & AHEAD(is->hex, 1) & AHEAD(is->hex, 2) & AHEAD(is->hex, 3) & AHEAD(is->hex, 4) &
                 AHEAD(is->dot, 5) & BEHIND(is->hex, 1);
    return pairs | fours;
}

TARGET ALWAYS_INLINE word find_marks(struct row *row, size_t slot, const struct common *is)
{
    struct span colon = SPAN(COLON);
    struct span paired = SPAN(PAIRED);
    struct span domain = SPAN(DOMAIN);
    struct span coin = SPAN(COIN);
    struct span second = SPAN(SECOND);
    struct span third = SPAN(THIRD);
    struct span pair_second = SPAN(PAIR_SECOND);
    struct span nul = SPAN(NUL);
    struct span printed = SPAN(TEXT);
    struct span accent = SPAN(ACCENT);
    word sign = HERE(AT);
    word at = sign & is->alnum1;
    /* Before, or before and behind it, letters of UTF-8. */
    word at_letters = sign & ~AHEAD(printed, 1) & AHEAD(accent, 2) & (BEHIND(accent, 1) | BEHIND(is->local, 1));
    word plus = HERE(PLUS) & is->digit1 & is->edge;
    word scheme = colon.here & ~is->edge & AHEAD(is->slash, 1) & AHEAD(is->slash, 2);
    word host = is->slash.here & ~is->edge & (BEHIND(is->dot, 3) | BEHIND(is->dot, 4));
    word cased = AHEAD(is->alpha, 1) & AHEAD(is->alpha, 2) & ~(AHEAD(is->upper, 1) ^ AHEAD(is->upper, 2));
    /* Of the letters that CLASS_DOMAIN has: bces before three more, not before five. */
    word domain1 = AHEAD(domain, 1);
    word early = AHEAD(is->hex, 1) | AHEAD(coin, 1);
    word three = ~AHEAD(is->local, 4);
    word four = early & ~AHEAD(is->local, 5);
    word six = ~early & AHEAD(is->local, 6) & ~AHEAD(is->local, 7);
    word name = is->dot.here & (~is->edge | BEHIND(accent, 1)) & cased &
                (~AHEAD(is->local, 3) | (domain1 & (three | four | six)));
    word dotted =
        is->dot.here & is->digit_before & is->digit1 & (AHEAD(is->dot, 2) | AHEAD(is->dot, 3) | AHEAD(is->dot, 4));
    word colons = colon.here & BEHIND(is->hex, 1) & BEHIND(is->hex, 2) & BEHIND(is->digit, 4);
    word pairs = (paired.here & AHEAD(paired, 3) & AHEAD(paired, 6)) |
                 (is->dot.here & AHEAD(is->dot, 5) & AHEAD(is->hex, 1) & AHEAD(is->hex, 4));
    /* Of two bytes the second is a NUL only where one more follows (.lzma's). */
    word two = HERE(PAIR_FIRST) & AHEAD(pair_second, 1) & (~AHEAD(nul, 1) | AHEAD(nul, 2));
    word literal = (HERE(FIRST) & AHEAD(second, 1) & AHEAD(third, 2)) | two;
    if (LANES(dotted) != 0)
        dotted = find_dotted(between_digits(is, is->dot));
    if (LANES(colons) != 0)
        colons &= BEHIND(is->hex, 3) & ~BEHIND(is->alnum, 5) &
                  (AHEAD(colon, 1) | AHEAD(colon, 2) | AHEAD(colon, 3) | AHEAD(colon, 4) | AHEAD(colon, 5));
    if (LANES(pairs) != 0)
        pairs = find_pairs(is, paired);
    word any = at | at_letters | plus | scheme | host | name | dotted | colons | pairs | literal;
    if (LANES(any) == 0)
        return any;
    KEEP_SHAPE(AT, (at & BEHIND(is->local, 1)) | at_letters);
    KEEP_SHAPE(HANDLE, at & is->edge & AHEAD(is->alpha, 1) & AHEAD(is->local, 2) & AHEAD(is->local, 3) &
                           AHEAD(is->local, 4) & AHEAD(is->local, 5));
    KEEP_SHAPE(PLUS, plus);
    KEEP_SHAPE(SCHEME, scheme);
    KEEP_SHAPE(HOST, host);
    KEEP_SHAPE(NAME, name);
    KEEP_SHAPE(DOTTED, dotted);
    KEEP_SHAPE(COLONS, colons);
    KEEP_SHAPE(PAIRS, pairs);
    KEEP_SHAPE(LITERAL, literal);
    return any;
}

/* The digits and letters of a codice fiscale: six letters, two digits, a letter, two digits, one, three, one. */
TARGET ALWAYS_INLINE word find_fiscal(const struct common *is)
{
    struct span alpha2 = TWICE(is->alpha, 1);
    struct span digit2 = TWICE(is->digit, 1);
    return alpha2.here & AHEAD(alpha2, 2) & AHEAD(alpha2, 4) & AHEAD(digit2, 6) & AHEAD(is->alpha, 8) &
           AHEAD(digit2, 9) & AHEAD(is->alpha, 11) & AHEAD(digit2, 12) & AHEAD(is->digit, 14) & AHEAD(is->alpha, 15);
}

TARGET ALWAYS_INLINE word find_numbers(struct row *row, size_t slot, const struct common *is)
{
    word first = is->digit.here & ~is->digit_before;
    word behind_dot = BEHIND(is->dot, 1);
    struct span number = either(is->digit, between_digits(is, either(is->separator, is->dot)));
    word digits = first & AHEAD(number, 4) & AHEAD(number, 8) & AHEAD(number, 9);
    /* Groups of four, one or two bytes apart, whatever these are. */
    word fours = first & AHEAD(is->digit, 3) & ~AHEAD(is->alnum, 4) & AHEAD(is->digit, 8) & AHEAD(is->digit, 12) &
                 AHEAD(is->digit, 13);
    word numbers = digits | (first & is->digit1 & AHEAD(is->digit, 3) & AHEAD(is->digit, 5) & ~behind_dot);
    word fiscal = is->alpha.here & is->edge & AHEAD(is->digit, 6) & AHEAD(is->digit, 9);
    word account = is->alpha.here & is->edge & AHEAD(is->alpha, 1) & AHEAD(is->digit, 2) & AHEAD(is->alnum, 3);
    word code = is->upper.here & is->edge & AHEAD(is->upper, 1) & AHEAD(is->upper, 2) & AHEAD(is->upper, 3) &
                AHEAD(is->upper, 4) & AHEAD(is->upper, 5) & AHEAD(is->local, 7) &
                (~AHEAD(is->local, 8) | (AHEAD(is->local, 10) & ~AHEAD(is->local, 11)));
    word groups =
        is->hex.here & is->edge & AHEAD(is->separator, 4) & AHEAD(is->separator, 9) & AHEAD(is->separator, 14);
    word twelve = is->hex.here & is->edge & AHEAD(is->hex, 7) & AHEAD(is->hex, 11) & ~AHEAD(is->alnum, 12);
    if (LANES(numbers | fours) != 0) {
        struct span plain = eight(either(is->digit, between_digits(is, is->separator)));
        struct span dot = between_digits(is, is->dot);
        struct span digit2 = TWICE(is->digit, 1);
        word six = digit2.here & AHEAD(digit2, 2) & AHEAD(digit2, 4);
        word seven = six & AHEAD(is->digit, 6) & ~AHEAD(is->digit, 7); /* what may stand behind letters */
        word eleven = plain.here & AHEAD(plain, 3);
        word dotted = (AHEAD(dot, 2) & (AHEAD(dot, 5) | AHEAD(dot, 6))) | (AHEAD(dot, 4) & AHEAD(dot, 7));
        numbers &= (six | eleven | dotted) & ~behind_dot & (is->edge | seven);
        fours &=
            digit2.here & AHEAD(digit2, 2) &
            ((AHEAD(digit2, 5) & AHEAD(digit2, 7) & ~AHEAD(is->alnum, 9)) | (AHEAD(digit2, 6) & ~AHEAD(is->alnum, 5)));
        digits = (first & eleven & AHEAD(plain, 5)) | fours;
    }
    if (LANES(fiscal) != 0)
        fiscal &= find_fiscal(is);
    if (LANES(account) != 0) {
        struct span parted = eight(either(is->alnum, is->separator));
        struct span whole = eight(is->alnum);
        word fours_too = ~AHEAD(is->alnum, 4) & AHEAD(is->alnum, 8) & AHEAD(is->alnum, 12) & AHEAD(is->alnum, 13);
        account &= (AHEAD(is->digit, 3) & ((AHEAD(parted, 4) & AHEAD(parted, 7)) | fours_too)) |
                   (whole.here & AHEAD(whole, 6));
    }
    if (LANES(groups) != 0) {
        struct span hex2 = TWICE(is->hex, 1);
        groups &= hex2.here & AHEAD(hex2, 2) & AHEAD(hex2, 5) & AHEAD(hex2, 7) & AHEAD(is->hex, 10);
    }
    if (LANES(twelve) != 0) {
        struct span hex4 = TWICE(is->hex, 1);
        hex4 = TWICE(hex4, 2);
        twelve &= hex4.here & AHEAD(hex4, 4) & AHEAD(hex4, 8);
    }
    groups |= twelve;
    word any = numbers | digits | fiscal | account | code | groups;
    if (LANES(any) == 0)
        return any;
    KEEP_SHAPE(DIGITS, digits);
    KEEP_SHAPE(NUMBER, numbers | fiscal);
    KEEP_SHAPE(ACCOUNT, account);
    KEEP_SHAPE(GROUPS, groups);
    KEEP_SHAPE(CODE, code);
    return any;
}

TARGET ALWAYS_INLINE word find_keys(struct row *row, size_t slot, const struct common *is)
{
    struct span symbol = either(is->slash, SPAN(PLUS));
    struct span base64 = either(is->alnum, symbol);
    struct span part = eight(base64);
    word run = part.here & AHEAD(part, 8) & AHEAD(part, 16);
    if (LANES(run) == 0)
        return run;
    word coin = run & HERE(COIN) & is->edge;
    word base58 = coin;
    word bech32 = coin;
    word hex = coin;
    if (LANES(coin) != 0) {
        struct span small = eight(without(is->alnum, is->upper));
        struct span large = eight(either(is->digit, is->upper));
        small = TWICE(small, 8);
        large = TWICE(large, 8);
        bech32 &= is->alpha.here & ((small.here & AHEAD(small, 16)) | (large.here & AHEAD(large, 16)));
        part = eight(without(is->alnum, SPAN(NOT58)));
        base58 &= part.here & AHEAD(part, 8) & AHEAD(part, 16) & AHEAD(part, 18);
        part = eight(is->hex);
        /* Of the letters that are no hexadecimal digits, any will do for the x. */
        hex &= is->digit.here & AHEAD(is->alpha, 1) & ~AHEAD(is->hex, 1) & AHEAD(part, 2) & AHEAD(part, 10) &
               AHEAD(part, 16);
    }
    run &= ~BEHIND(base64, 1);
    KEEP_SHAPE(BASE58, base58);
    KEEP_SHAPE(BECH32, bech32);
    KEEP_SHAPE(HEX, hex);
    KEEP_SHAPE(BASE64, run);
    return run | base58 | bech32 | hex;
}

/* Five characters with a NUL behind, and a sixth, whose NUL stands before it in big endian. */
TARGET ALWAYS_INLINE word find_wide(struct row *row, size_t slot)
{
    struct span text = SPAN(TEXT);
    struct span nul = SPAN(NUL);
    struct span unit = {text.before, text.here & AHEAD(nul, 1), text.after & NEXT_AHEAD(nul, 1)};
    struct span units = TWICE(unit, 2);
    word earlier = BEHIND(text, 2) & BEHIND(nul, 1);
    word wide = units.here & AHEAD(units, 4) & AHEAD(unit, 8) & AHEAD(text, 10) & ~earlier;
    KEEP_SHAPE(WIDE, wide);
    return wide;
}

/* What cannot stand among the words of a list, but for what lasts too long: a word of one or two letters (told by what
 * follows it), a capital behind a small letter, a dot behind a letter, and characters that part no words. */
TARGET ALWAYS_INLINE word find_odd(word letters_before, word letters, word uppers_before, word uppers, word dots,
                                   word gaps)
{
    word inner = JOIN(letters_before, letters, 63);
    word large = JOIN(uppers_before, uppers, 63);
    word brief = ~letters & inner & ~(JOIN(letters_before, letters, 62) & JOIN(letters_before, letters, 61));
    return brief | (dots & inner) | (uppers & inner & ~large) | ~(letters | gaps);
}

TARGET ALWAYS_INLINE word find_words(struct row *row, size_t slot, const struct common *is)
{
    const uint64_t sevens[8] = {LOW_SEVEN, LOW_SEVEN, LOW_SEVEN, LOW_SEVEN, LOW_SEVEN, LOW_SEVEN, LOW_SEVEN, LOW_SEVEN};
    word low = LOAD(sevens);
    struct span letter = either(is->alpha, SPAN(ACCENT));
    struct span gap = SPAN(GAP);
    /* Ten letters or more, and ten bytes without any. */
    struct span same = {low, ~(letter.here ^ AHEAD(letter, 1)), ~(letter.after ^ NEXT_AHEAD(letter, 1))};
    struct span lasting = eight(same);
    /* Two capitals and a small letter within eight bytes behind them: a list is written in one case. */
    struct span small = without(letter, is->upper);
    struct span none_small = eight((struct span){low, ~small.here, ~small.after});
    word mixed = is->upper.here & BEHIND(is->upper, 1) & ~AHEAD(none_small, 1);
    word mixed_after = is->upper.after & NEXT_BEHIND(is->upper, 1) & ~NEXT_AHEAD(none_small, 1);
    struct span odd = {low,
                       find_odd(letter.before, letter.here, is->upper.before, is->upper.here, is->dot.here, gap.here) |
                           (lasting.here & AHEAD(same, 8)) | mixed,
                       find_odd(letter.here, letter.after, is->upper.here, is->upper.after, is->dot.after, gap.after) |
                           (lasting.after & NEXT_AHEAD(same, 8)) | mixed_after};
    /* A phrase covers five groups of eight bytes wholly, the first of them that in which it begins or the next. Bit 7
     * of each group that has nothing odd: */
    struct span calm = {low, ~(ADD(odd.here & low, low) | odd.here | low),
                        ~(ADD(odd.after & low, low) | odd.after | low)};
    word words = AHEAD(calm, 8) & AHEAD(calm, 16) & AHEAD(calm, 24) & AHEAD(calm, 32);
    if (LANES(words) == 0)
        return words;
    odd = EITHER(odd, 1);
    odd = EITHER(odd, 2);
    odd = EITHER(odd, 4);
    odd = EITHER(odd, 8);
    odd = EITHER(odd, 16);
    words = letter.here & ~BEHIND(letter, 1) & ~odd.here & ~AHEAD(odd, WORDS_LEAST - 32);
    KEEP_SHAPE(WORDS, words);
    return words;
}

TARGET static void find_shapes(struct row *row)
{
    row->some = 0;
    for (size_t slot = FIRST_SLOT; slot + 1 < row->count; slot += STEP) {
        struct common is = {.digit = SPAN(DIGIT),
                            .alpha = SPAN(ALPHA),
                            .upper = SPAN(UPPER),
                            .hex = SPAN(HEX),
                            .dot = SPAN(DOT),
                            .slash = SPAN(SLASH),
                            .local = SPAN(LOCAL),
                            .separator = SPAN(SEPARATOR)};
        is.alnum = either(is.alpha, is.digit);
        is.digit1 = AHEAD(is.digit, 1);
        is.alnum1 = AHEAD(is.alnum, 1);
        is.digit_before = BEHIND(is.digit, 1);
        is.edge = ~BEHIND(is.alnum, 1);
        word marks = find_marks(row, slot, &is);
        word numbers = find_numbers(row, slot, &is);
        word keys = find_keys(row, slot, &is);
        word wide = find_wide(row, slot);
        word words = find_words(row, slot, &is);
        STORE(&row->found[MARKS][slot], marks);
        STORE(&row->found[NUMBERS][slot], numbers);
        STORE(&row->found[KEYS][slot], keys);
        STORE(&row->found[WIDE][slot], wide);
        STORE(&row->found[WORDS][slot], words);
        row->some |= (uint64_t)LANES(marks | numbers | keys | wide | words) << (slot - FIRST_SLOT);
    }
}

ALWAYS_INLINE void fill_family(const struct row *row, size_t slot, enum family family, enum shape first, enum shape end,
                               struct hit *hit)
{
    if (row->found[family][slot] == 0)
        return;
#pragma GCC unroll 16
    for (unsigned shape = first; shape < end; shape++) {
        uint64_t mask = row->shape[shape][slot];
        hit->shape[shape] = mask;
        hit->any |= mask;
        hit->present |= (unsigned)(mask != 0) << shape;
    }
}

/* Fills in all of the hit but its place. */
ALWAYS_INLINE void fill_hit(const struct row *row, size_t slot, struct hit *hit)
{
    *hit = (struct hit){0};
    fill_family(row, slot, MARKS, SHAPE_AT, SHAPE_DIGITS, hit);
    fill_family(row, slot, NUMBERS, SHAPE_DIGITS, SHAPE_BASE58, hit);
    fill_family(row, slot, KEYS, SHAPE_BASE58, SHAPE_WIDE, hit);
    fill_family(row, slot, WIDE, SHAPE_WIDE, SHAPE_WORDS, hit);
    fill_family(row, slot, WORDS, SHAPE_WORDS, SHAPE_COUNT, hit);
}

#endif
