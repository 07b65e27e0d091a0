/* The first stage: where in a buffer might a selector or a container begin? Bytes are sorted into classes, one bit a
 * byte and class; shapes of interest (a digit run of card length, an '@' between address characters, …) are then found
 * with plain 64-bit logic on these masks. The classes are computed by one of three paths (classify*.c), the shapes by
 * the same code for all of them (shapes.h), so all paths agree. A shape serves any number of recognisers and decoders.
 */
#ifndef SCAN_ANCHORS_H
#define SCAN_ANCHORS_H

#include <stddef.h>
#include <stdint.h>

#include "scan/scan.h"

enum { BLOCK = 64, FILL = 0xff }; /* bytes in a block; FILL is a byte of no class, used beyond the ends of a buffer */

/* Byte classes, eight to a table. Those of the first two tables hold ASCII only; the last belong to the literals. */
enum class_index {
    CLASS_DIGIT,
    CLASS_ALPHA,
    CLASS_HEX,
    CLASS_NOT58, /* letters and digits that base58 leaves out */
    CLASS_SEPARATOR,
    CLASS_LOCAL, /* may end the local part of an address */
    CLASS_TEXT,  /* printable, tab or line end */
    CLASS_COIN,  /* what addresses and keys of coins begin with */
    CLASS_AT,
    CLASS_COLON,
    CLASS_SLASH,
    CLASS_DOT,
    CLASS_PLUS,
    CLASS_NUL,
    CLASS_UPPER,
    CLASS_PAIRED, /* what stands between the pairs of an address */
    CLASS_DOMAIN, /* first letters of top-level domains of three letters or more that are looked for */
    CLASS_FIRST,  /* first, second and third of the bytes that literals are looked for by */
    CLASS_SECOND,
    CLASS_THIRD,
    CLASS_PAIR_FIRST, /* the same where they are two */
    CLASS_PAIR_SECOND,
    CLASS_GAP,    /* what may stand between the words of a list */
    CLASS_ACCENT, /* bytes of letters with accents, in UTF-8 */
    CLASS_COUNT
};
enum { ASCII_CLASSES = CLASS_FIRST, CLASS_TABLES = 3 };

/* In families that are looked for together (shapes.h). */
enum shape {
    SHAPE_AT,     /* '@' between characters of an address, letters of UTF-8 included */
    SHAPE_HANDLE, /* '@', a letter and four characters of a name, not behind a letter or digit */
    SHAPE_PLUS,   /* '+' and a digit, not behind a letter or digit */
    SHAPE_SCHEME, /* the colon of "://" behind a letter or digit */
    SHAPE_HOST,   /* the slash behind a name that ends in '.' and two or three letters or digits */
    SHAPE_NAME, /* the dot before two letters of one case that end a name, or three, four or six, of which CLASS_DOMAIN
                   may begin (shapes.h) */
    SHAPE_DOTTED, /* the first dot of three that stand between short digit runs */
    SHAPE_COLONS, /* a colon behind a digit and three hexadecimal ones, and another close behind */
    SHAPE_PAIRS,  /* the first of five dashes or colons among pairs, or of two dots among groups of four, that begin and
                     end with a hexadecimal digit */
    SHAPE_LITERAL, /* three bytes that may be a literal's, or two */

    SHAPE_DIGITS,  /* a digit run begins, and 13 digits or separators between digits follow; or three groups of four
                      digits, one or two bytes apart */
    SHAPE_NUMBER,  /* six digits begin, or eleven with separators, or groups of digits with dots, or six letters and
                      the digits and letters of a codice fiscale */
    SHAPE_ACCOUNT, /* two letters, two digits, and 11 letters, digits or separators, or what may be groups of four; or
                      two letters, a digit, and 11 letters or digits */
    SHAPE_GROUPS,  /* groups of four hexadecimal digits begin, or twelve in one word */
    SHAPE_CODE,    /* a word of eight or eleven letters and digits begins with six capitals */

    SHAPE_BASE58, /* a run of 26 base58 characters begins as an address or key of some coin does */
    SHAPE_BECH32, /* 32 digits and letters of one case begin as an address in bech32 does */
    SHAPE_HEX,    /* a digit, a letter and at least 22 hexadecimal digits */
    SHAPE_BASE64, /* a run of at least BASE64_RUN base64 characters begins */

    SHAPE_WIDE, /* six or more text characters with NULs between begin: UTF-16 in either order */

    SHAPE_WORDS, /* a word begins, and what follows for WORDS_LEAST bytes may be a list of words (shapes.h) */
    SHAPE_COUNT
};
enum { BASE64_RUN = 24, WORDS_LEAST = 47 };

/* A block in which something may begin: bit i of shape[s] says that shape s stands at byte at + i. */
struct hit {
    size_t at;
    uint64_t any;     /* of all shapes */
    unsigned present; /* bit s: shape s stands in the block */
    uint64_t shape[SHAPE_COUNT];
};

struct classifier;
typedef size_t find_anchors(const struct classifier *classifier, const uint8_t *data, size_t length, size_t from,
                            size_t blocks, struct hit *hits);

struct classifier {
    _Alignas(64) uint8_t table[CLASS_TABLES][256]; /* bit c % 8 of table[c / 8][byte]: is byte in class c? */
    _Alignas(64) uint8_t rows[CLASS_COUNT][2][16]; /* bit h % 8 of rows[c][h / 8][l]: is byte h * 16 + l in class c? */
    _Alignas(64) uint8_t gather[2][64];            /* classify_avx512.c's: which bytes, for classes 0 to 3 and 4 to 7 */
    find_anchors *find;
};

struct literal {
    const char *text; /* at least two bytes, not all the same */
    size_t length;
    bool any_case;
    size_t anchor; /* looked for are the three bytes from here on, or the last two: those that are rarest */
};

/* Fills in the tables and chooses the path, falling back to what the processor has. */
void classifier_prepare(struct classifier *classifier, const struct literal *literals, size_t count, int path);

/* Finds the anchors of blocks [from, from + blocks * BLOCK) of data[0..length); from is a multiple of BLOCK. Writes at
 * most `blocks` hits and returns their number. Nothing stands before data[0] and behind data[length]. */
find_anchors find_anchors_portable;
#ifdef __x86_64__
find_anchors find_anchors_avx2;
find_anchors find_anchors_avx512;
#endif

#endif
