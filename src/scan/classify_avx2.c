/* The classes by nibbles: a row of 16 bytes, looked up by the low nibble, holds one bit for each high nibble. */
#include "scan/anchors.h"

#ifdef __x86_64__
#include <immintrin.h>

#define TARGET __attribute__((target("avx2,bmi,bmi2")))
#define STEP 4
typedef __m256i word;
#define LOAD(slots) _mm256_loadu_si256((const __m256i *)(const void *)(slots))
#define STORE(slots, value) _mm256_storeu_si256((__m256i *)(void *)(slots), value)
#define SHIFT(of, by) _mm256_srli_epi64(of, by)
#define JOIN(low, high, by) (_mm256_srli_epi64(low, by) | _mm256_slli_epi64(high, 64 - (by)))
#define ADD(one, other) _mm256_add_epi64(one, other)
#define LANES(of) (~_mm256_movemask_pd(_mm256_castsi256_pd(_mm256_cmpeq_epi64(of, _mm256_setzero_si256()))) & 15)
#include "scan/shapes.h"

TARGET ALWAYS_INLINE uint64_t join(__m256i low, __m256i high)
{
    return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

TARGET ALWAYS_INLINE __m256i nibble_row(const uint8_t *bytes)
{
    return _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)(const void *)bytes));
}

/* The bit of the high nibble, for the lower half of all bytes (ASCII) or for the upper one. */
TARGET ALWAYS_INLINE __m256i high_bit(__m256i high, bool upper)
{
    __m256i bits = upper ? _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0,
                                            0, 1, 2, 4, 8, 16, 32, 64, -128)
                         : _mm256_setr_epi8(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32,
                                            64, -128, 0, 0, 0, 0, 0, 0, 0, 0);
    return _mm256_shuffle_epi8(bits, high);
}

TARGET ALWAYS_INLINE void classify(const struct classifier *classifier, struct row *row, size_t slot)
{
    const uint8_t *bytes = row->block[slot];
    const __m256i nibble = _mm256_set1_epi8(15);
    __m256i zero = _mm256_setzero_si256();
    __m256i low[2];
    __m256i ascii[2];
    __m256i other[2];
    for (int half = 0; half < 2; half++) {
        __m256i data = _mm256_loadu_si256((const __m256i *)(const void *)(bytes + 32 * half));
        __m256i high = _mm256_and_si256(_mm256_srli_epi16(data, 4), nibble);
        low[half] = _mm256_and_si256(data, nibble);
        ascii[half] = high_bit(high, false);
        other[half] = high_bit(high, true);
    }
#pragma GCC unroll 32
    for (int class = 0; class < CLASS_COUNT; class ++) {
        __m256i absent[2];
        __m256i lower = nibble_row(classifier->rows[class][0]);
        __m256i upper = nibble_row(classifier->rows[class][1]);
        for (int half = 0; half < 2; half++) {
            __m256i hit = _mm256_and_si256(_mm256_shuffle_epi8(lower, low[half]), ascii[half]);
            if (class >= ASCII_CLASSES)
                hit = _mm256_or_si256(hit, _mm256_and_si256(_mm256_shuffle_epi8(upper, low[half]), other[half]));
            absent[half] = _mm256_cmpeq_epi8(hit, zero);
        }
        row->in[class][slot] = ~join(absent[0], absent[1]);
    }
}

TARGET ALWAYS_INLINE bool uniform(const uint8_t *bytes)
{
    __m256i first = _mm256_set1_epi8((char)bytes[0]);
    __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)bytes);
    __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(bytes + 32));
    return _mm256_testz_si256(_mm256_or_si256(_mm256_xor_si256(low, first), _mm256_xor_si256(high, first)),
                              _mm256_set1_epi8(-1));
}

#define FIND find_anchors_avx2
#define CLASSIFY classify
#define BLOCKS_AT_ONCE 1
#define UNIFORM uniform
#include "scan/classify_loop.h"
#endif
