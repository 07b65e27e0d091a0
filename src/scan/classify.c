/* The classes themselves, the portable path, and the choice among the paths. */
#include "scan/anchors.h"
#define TARGET
#include "scan/shapes.h"

#include <string.h>

static const char *const class_bytes[ASCII_CLASSES] = {
    [CLASS_DIGIT] = "0123456789",
    [CLASS_ALPHA] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    [CLASS_HEX] = "0123456789ABCDEFabcdef",
    [CLASS_NOT58] = "0OIl",
    [CLASS_SEPARATOR] = " -",
    [CLASS_LOCAL] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+",
    [CLASS_TEXT] =
        ("\t\n\r !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz"
         "{|}~"),
    /* base58: 13 btc, LM ltc, D9A doge, X7 dash, T trx, r xrp, 48 xmr, 5KL wif, 6 bip38, xyz xkey;
     * bech32: l ltc, as ada, qpzr bch; 0 eth */
    [CLASS_COIN] = "013456789ADKLMPQSTXalpqrsxyz",
    [CLASS_AT] = "@",
    [CLASS_COLON] = ":",
    [CLASS_SLASH] = "/",
    [CLASS_DOT] = ".",
    [CLASS_PLUS] = "+",
    [CLASS_NUL] = "",
    [CLASS_UPPER] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    [CLASS_PAIRED] = "-:",
    [CLASS_DOMAIN] = "bcenostxBCENO", /* biz com edu net org; bond buzz club cyou shop site; online; top xyz */
};

static void add(struct classifier *classifier, unsigned class, uint8_t byte)
{
    classifier->table[class / 8][byte] |= (uint8_t)(1U << class % 8);
    classifier->rows[class][byte >> 7][byte & 15] |= (uint8_t)(1U << (byte >> 4 & 7));
}

static void add_literal(struct classifier *classifier, const struct literal *literal)
{
    /* Two bytes have classes of their own: a third class that takes any byte would be no use to the others. */
    size_t length = literal->length - literal->anchor;
    const char *text = literal->text + literal->anchor;
    unsigned first = length < 3 ? CLASS_PAIR_FIRST : CLASS_FIRST;
    for (unsigned i = 0; i < 3 && i < length; i++) {
        for (unsigned byte = 0; byte < 256; byte++) {
            bool letter = (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
            unsigned fold = literal->any_case && letter ? 0x20 : 0;
            if ((byte | fold) == ((uint8_t)text[i] | fold))
                add(classifier, first + i, (uint8_t)byte);
        }
    }
}

void classifier_prepare(struct classifier *classifier, const struct literal *literals, size_t count, int path)
{
    memset(classifier, 0, sizeof *classifier);
    for (unsigned class = 0; class < ASCII_CLASSES; class ++) {
        for (const char *byte = class_bytes[class]; *byte != '\0'; byte++)
            add(classifier, class, (uint8_t)*byte);
    }
    add(classifier, CLASS_NUL, 0);
    for (const char *byte = "\t\n\r \"#',-./)0123456789:;[]|"; *byte != '\0'; byte++)
        add(classifier, CLASS_GAP, (uint8_t)*byte);
    for (unsigned byte = 0x80; byte < 0xc0; byte++)
        add(classifier, CLASS_ACCENT, (uint8_t)byte);
    add(classifier, CLASS_ACCENT, 0xc3); /* U+00C0 to U+00FF */
    add(classifier, CLASS_ACCENT, 0xcc); /* combining marks */
    /* From two blocks, each eight groups of eight classes: class by class, the groups of the one, then of the other. */
    for (unsigned i = 0; i < 64; i++) {
        uint8_t from = (uint8_t)(i / 8 % 2 * 64 + i % 8 * 8 + i / 16);
        classifier->gather[0][i] = from;
        classifier->gather[1][i] = (uint8_t)(from + 4);
    }
    for (size_t i = 0; i < count; i++)
        add_literal(classifier, &literals[i]);
    classifier->find = find_anchors_portable;
#ifdef __x86_64__
    bool avx2 = __builtin_cpu_supports("avx2");
    bool avx512 = avx2 && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi") &&
                  __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("gfni");
    if (avx2 && path != SB_PORTABLE)
        classifier->find = avx512 && path != SB_AVX2 ? find_anchors_avx512 : find_anchors_avx2;
#else
    (void)path;
#endif
}

static inline void classify(const struct classifier *classifier, struct row *row, size_t slot)
{
    const uint8_t *bytes = row->block[slot];
    for (unsigned table = 0; table < CLASS_TABLES; table++) {
        const uint8_t *class = classifier->table[table];
        uint64_t masks[8] = {0};
        for (unsigned group = 0; group < BLOCK; group += 8) {
            uint64_t bits = 0;
            for (unsigned i = 0; i < 8; i++)
                bits |= (uint64_t) class[bytes[group + i]] << 8 * i;
            bits = transpose(bits);
            for (unsigned c = 0; c < 8; c++)
                masks[c] |= (bits >> 8 * c & 0xff) << group;
        }
        for (unsigned c = 0; c < 8; c++)
            row->in[table * 8 + c][slot] = masks[c];
    }
}

static inline bool uniform(const uint8_t *bytes)
{
    return memcmp(bytes, bytes + 1, BLOCK - 1) == 0;
}

#define FIND find_anchors_portable
#define CLASSIFY classify
#define BLOCKS_AT_ONCE 1
#define UNIFORM uniform
#include "scan/classify_loop.h"
