/* The classes by one look-up in a table of 128 bytes held in two registers (VBMI), eight classes at a time. */
#include "scan/anchors.h"

#ifdef __x86_64__
#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vbmi,bmi,bmi2")))
#include "scan/shapes.h"

TARGET ALWAYS_INLINE __m512i look_up(const uint8_t *table, __m512i data)
{
    return _mm512_permutex2var_epi8(_mm512_load_si512(table), data, _mm512_load_si512(table + 64));
}

TARGET ALWAYS_INLINE void classify(const struct classifier *classifier, const uint8_t *bytes, struct row *row,
                                   size_t slot)
{
    __m512i data = _mm512_loadu_si512(bytes);
    __mmask64 other = _mm512_movepi8_mask(data);
    __m512i classes[CLASS_TABLES];
    for (int table = 0; table < CLASS_TABLES - 1; table++)
        classes[table] = _mm512_maskz_mov_epi8(~other, look_up(classifier->table[table], data));
    const uint8_t *literals = classifier->table[CLASS_TABLES - 1];
    classes[CLASS_TABLES - 1] = _mm512_mask_blend_epi8(other, look_up(literals, data), look_up(literals + 128, data));
#pragma GCC unroll 32
    for (int class = 0; class < CLASS_COUNT; class ++)
        row->in[class][slot] =
            _mm512_test_epi8_mask(classes[class / 8], _mm512_load_si512(classifier->bits[class % 8]));
}

TARGET ALWAYS_INLINE bool uniform(const uint8_t *bytes)
{
    return _mm512_cmpneq_epi8_mask(_mm512_loadu_si512(bytes), _mm512_set1_epi8((char)bytes[0])) == 0;
}

#define FIND find_anchors_avx512
#define CLASSIFY classify
#define UNIFORM uniform
#include "scan/classify_loop.h"
#endif
