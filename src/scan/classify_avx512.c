/* The classes by one look-up in a table of 128 bytes held in two registers (VBMI), eight classes at a time; their bits
 * become masks by transposing, first eight bytes with eight bits (GFNI), then eight blocks with eight classes. */
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

/* The affine product takes eight bytes as a matrix of bits, last byte first; times the unit matrix, that transposes it:
 * eight groups of eight bytes become as many of a byte for each class of the table. */
TARGET ALWAYS_INLINE __m512i look_up_masks(const struct classifier *classifier, int table, __m512i data)
{
    const __m512i unit = _mm512_set1_epi64((long long)0x8040201008040201ULL);
    const uint8_t *of = classifier->table[table];
    __mmask64 other = _mm512_movepi8_mask(data);
    __m512i classes = table < CLASS_TABLES - 1
                          ? _mm512_maskz_mov_epi8(~other, look_up(of, data))
                          : _mm512_mask_blend_epi8(other, look_up(of, data), look_up(of + 128, data));
    return _mm512_gf2p8affine_epi64_epi8(unit, classes, 0);
}

/* Eight blocks: first two by two, then the lanes of all of them for each class. */
TARGET ALWAYS_INLINE void classify(const struct classifier *classifier, struct row *row, size_t slot)
{
    const __m512i backwards = _mm512_set4_epi32(0x08090a0b, 0x0c0d0e0f, 0x00010203, 0x04050607);
    const __m512i gather[2] = {_mm512_load_si512(classifier->gather[0]), _mm512_load_si512(classifier->gather[1])};
    __m512i data[8];
    for (int i = 0; i < 8; i++)
        data[i] = _mm512_shuffle_epi8(_mm512_loadu_si512(row->block[slot + (size_t)i]), backwards);
    for (int table = 0; table < CLASS_TABLES; table++) {
        __m512i two[2][4];
        for (int i = 0; i < 4; i++) {
            __m512i one = look_up_masks(classifier, table, data[2 * i]);
            __m512i other = look_up_masks(classifier, table, data[2 * i + 1]);
            two[0][i] = _mm512_permutex2var_epi8(one, gather[0], other);
            two[1][i] = _mm512_permutex2var_epi8(one, gather[1], other);
        }
        for (int half = 0; half < 2; half++) {
            uint64_t(*in)[ROOM] = &row->in[8 * table + 4 * half];
            __m512i low = _mm512_shuffle_i64x2(two[half][0], two[half][1], 0x44);
            __m512i high = _mm512_shuffle_i64x2(two[half][2], two[half][3], 0x44);
            _mm512_store_si512(&in[0][slot], _mm512_shuffle_i64x2(low, high, 0x88));
            _mm512_store_si512(&in[1][slot], _mm512_shuffle_i64x2(low, high, 0xdd));
            low = _mm512_shuffle_i64x2(two[half][0], two[half][1], 0xee);
            high = _mm512_shuffle_i64x2(two[half][2], two[half][3], 0xee);
            _mm512_store_si512(&in[2][slot], _mm512_shuffle_i64x2(low, high, 0x88));
            _mm512_store_si512(&in[3][slot], _mm512_shuffle_i64x2(low, high, 0xdd));
        }
    }
}

TARGET ALWAYS_INLINE bool uniform(const uint8_t *bytes)
{
    return _mm512_cmpneq_epi8_mask(_mm512_loadu_si512(bytes), _mm512_set1_epi8((char)bytes[0])) == 0;
}

#define FIND find_anchors_avx512
#define CLASSIFY classify
#define BLOCKS_AT_ONCE 8
#define UNIFORM uniform
#include "scan/classify_loop.h"
#endif
