/* The classes by one look-up in a table of 128 bytes held in two registers (VBMI), eight classes at a time; their bits
 * become masks by transposing, first eight bytes with eight bits (GFNI), then eight slots with eight masks. */
#include "scan/anchors.h"

#ifdef __x86_64__
#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vbmi,avx512vbmi2,gfni,bmi,bmi2")))
#define STEP 8
typedef __m512i word;
#define LOAD(slots) _mm512_loadu_si512(slots)
#define STORE(slots, value) _mm512_storeu_si512(slots, value)
#define JOIN(low, high, by) _mm512_shrdi_epi64(low, high, by)
#define SHIFT(of, by) _mm512_srli_epi64(of, by)
#define ADD(one, other) _mm512_add_epi64(one, other)
#define LANES(of) _mm512_test_epi64_mask(of, of)
#include "scan/shapes.h"

TARGET ALWAYS_INLINE __m512i look_up(const uint8_t *table, __m512i data)
{
    return _mm512_permutex2var_epi8(_mm512_load_si512(table), data, _mm512_load_si512(table + 64));
}

/* From eight slots of eight masks each to eight masks of eight slots each. */
TARGET ALWAYS_INLINE void arrange(struct row *row, size_t slot)
{
    for (int table = 0; table < CLASS_TABLES; table++) {
        uint64_t(*group)[8] = row->group[table];
        uint64_t(*in)[ROOM] = &row->in[8 * table];
        for (int odd = 0; odd < 2; odd++) {
            __m512i pair[4];
            for (int i = 0; i < 4; i++) {
                __m512i one = _mm512_load_si512(group[2 * i]);
                __m512i two = _mm512_load_si512(group[2 * i + 1]);
                pair[i] = odd ? _mm512_unpackhi_epi64(one, two) : _mm512_unpacklo_epi64(one, two);
            }
            __m512i low = _mm512_shuffle_i64x2(pair[0], pair[1], 0x88);
            __m512i high = _mm512_shuffle_i64x2(pair[2], pair[3], 0x88);
            _mm512_store_si512(&in[odd][slot], _mm512_shuffle_i64x2(low, high, 0x88));
            _mm512_store_si512(&in[odd + 4][slot], _mm512_shuffle_i64x2(low, high, 0xdd));
            low = _mm512_shuffle_i64x2(pair[0], pair[1], 0xdd);
            high = _mm512_shuffle_i64x2(pair[2], pair[3], 0xdd);
            _mm512_store_si512(&in[odd + 2][slot], _mm512_shuffle_i64x2(low, high, 0x88));
            _mm512_store_si512(&in[odd + 6][slot], _mm512_shuffle_i64x2(low, high, 0xdd));
        }
    }
}

/* The affine product takes eight bytes as a matrix of bits, last byte first; times the unit matrix, that transposes it.
 */
TARGET ALWAYS_INLINE void classify(const struct classifier *classifier, const uint8_t *bytes, struct row *row,
                                   size_t slot)
{
    const __m512i backwards = _mm512_set4_epi32(0x08090a0b, 0x0c0d0e0f, 0x00010203, 0x04050607);
    const __m512i unit = _mm512_set1_epi64((long long)0x8040201008040201ULL);
    const __m512i gather = _mm512_load_si512(classifier->gather);
    __m512i data = _mm512_shuffle_epi8(_mm512_loadu_si512(bytes), backwards);
    __mmask64 other = _mm512_movepi8_mask(data);
    for (int table = 0; table < CLASS_TABLES; table++) {
        const uint8_t *of = classifier->table[table];
        __m512i classes = table < CLASS_TABLES - 1
                              ? _mm512_maskz_mov_epi8(~other, look_up(of, data))
                              : _mm512_mask_blend_epi8(other, look_up(of, data), look_up(of + 128, data));
        __m512i masks = _mm512_gf2p8affine_epi64_epi8(unit, classes, 0);
        _mm512_store_si512(row->group[table][slot % 8], _mm512_permutexvar_epi8(gather, masks));
    }
    if (slot % 8 == 7)
        arrange(row, slot - 7);
}

TARGET ALWAYS_INLINE void complete(struct row *row)
{
    if (row->count % 8 != 0)
        arrange(row, row->count / 8 * 8);
}

TARGET ALWAYS_INLINE void keep(struct row *row)
{
    for (int table = 0; table < CLASS_TABLES; table++) {
        for (int class = 0; class < 8; class ++)
            row->group[table][0][class] = row->in[8 * table + class][FIRST_SLOT];
    }
}
#define COMPLETE complete
#define KEEP keep

TARGET ALWAYS_INLINE bool uniform(const uint8_t *bytes)
{
    return _mm512_cmpneq_epi8_mask(_mm512_loadu_si512(bytes), _mm512_set1_epi8((char)bytes[0])) == 0;
}

#define FIND find_anchors_avx512
#define CLASSIFY classify
#define UNIFORM uniform
#include "scan/classify_loop.h"
#endif
