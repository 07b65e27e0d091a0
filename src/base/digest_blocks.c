/* MD5, SHA-1 and SHA-256 of the same blocks in one stream of instructions.
 *
 * MD5 (RFC 1321) is one chain of additions, each of which waits for the one before: most of the processor idles
 * meanwhile. SHA-1 and SHA-256 (FIPS 180-4) by their own instructions (SHA-NI) wait for themselves alike, in other
 * registers. Four steps of each, in turn, fill one another's waiting: the three cost little more than MD5 alone. One
 * behind the other, even block by block, a processor does not look far enough ahead for that. */
#include "base/digest_blocks.h"

#include <string.h>

void digest_apart(struct digest_states *states, const uint8_t *data, size_t length)
{
    (void)MD5_Update(&states->md5, data, length);
    (void)SHA1_Update(&states->sha1, data, length);
    (void)SHA256_Update(&states->sha256, data, length);
}

#ifdef __x86_64__
#include <cpuid.h>
#include <immintrin.h>

#define TARGET __attribute__((target("sha,sse4.1")))
#define STEPS static inline TARGET __attribute__((always_inline)) void

enum { QUADS = 16 }; /* of MD5 and SHA-256: 64 steps; SHA-1 has 80 in 20 */

/* floor(2^32 |sin(i)|), i from 1, in radians */
static const uint32_t md5_constant[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};

/* The first 32 bits of the fractions of the cube roots of the first 64 primes */
static const uint32_t sha256_constant[64] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

struct md5 {
    uint32_t a, b, c, d;
};

struct sha1 {
    __m128i abcd, e; /* a in the highest lane; e in the highest, else nothing */
    __m128i word[4]; /* the next sixteen words of the message */
};

struct sha256 {
    __m128i abef, cdgh; /* the first letter in the highest lane */
    __m128i word[4];
};

/* One step; the sums that wait for nothing come first. */
STEPS md5_step(uint32_t *a, uint32_t b, uint32_t c, uint32_t d, const uint8_t *block, unsigned step)
{
    static const uint8_t turns[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
    static const uint8_t factor[4] = {1, 5, 3, 7}, first[4] = {0, 1, 5, 0};
    unsigned round = step / 16, turn = turns[round][step % 4];
    uint32_t word;
    memcpy(&word, block + (step * factor[round] + first[round]) % 16 * 4, sizeof word);
    uint32_t sum = *a + word + md5_constant[step];
    switch (round) {
    case 0:
        sum += d ^ (b & (c ^ d));
        break;
    case 1: /* its halves share no bit: added, the one without b can come first */
        sum += c & ~d;
        sum += b & d;
        break;
    case 2:
        sum += (c ^ d) ^ b;
        break;
    default:
        sum += c ^ (b | ~d);
    }
    *a = b + (sum << turn | sum >> (32 - turn));
}

STEPS md5_quad(struct md5 *state, const uint8_t *block, unsigned quad)
{
    md5_step(&state->a, state->b, state->c, state->d, block, quad * 4);
    md5_step(&state->d, state->a, state->b, state->c, block, quad * 4 + 1);
    md5_step(&state->c, state->d, state->a, state->b, block, quad * 4 + 2);
    md5_step(&state->b, state->c, state->d, state->a, block, quad * 4 + 3);
}

STEPS sha1_quad(struct sha1 *state, unsigned quad)
{
    __m128i *word = state->word, before = state->abcd;
    __m128i now = word[quad % 4], next = word[(quad + 1) % 4];
    __m128i e = quad == 0 ? _mm_add_epi32(state->e, now) : _mm_sha1nexte_epu32(state->e, now);
    switch (quad / 5) { /* the instruction wants a constant */
    case 0:
        state->abcd = _mm_sha1rnds4_epu32(before, e, 0);
        break;
    case 1:
        state->abcd = _mm_sha1rnds4_epu32(before, e, 1);
        break;
    case 2:
        state->abcd = _mm_sha1rnds4_epu32(before, e, 2);
        break;
    default:
        state->abcd = _mm_sha1rnds4_epu32(before, e, 3);
    }
    state->e = before;
    if (quad < 16)
        word[quad % 4] = _mm_sha1msg2_epu32(_mm_xor_si128(_mm_sha1msg1_epu32(now, next), word[(quad + 2) % 4]),
                                            word[(quad + 3) % 4]);
}

STEPS sha256_quad(struct sha256 *state, unsigned quad)
{
    __m128i *word = state->word, now = word[quad % 4], last = word[(quad + 3) % 4];
    __m128i sum = _mm_add_epi32(now, _mm_load_si128((const __m128i *)(const void *)sha256_constant + quad));
    state->cdgh = _mm_sha256rnds2_epu32(state->cdgh, state->abef, sum);
    state->abef = _mm_sha256rnds2_epu32(state->abef, state->cdgh, _mm_shuffle_epi32(sum, 0x0e));
    if (quad < 12) {
        __m128i part = _mm_add_epi32(_mm_sha256msg1_epu32(now, word[(quad + 1) % 4]),
                                     _mm_alignr_epi8(last, word[(quad + 2) % 4], 4));
        word[quad % 4] = _mm_sha256msg2_epu32(part, last);
    }
}

STEPS one_block(struct md5 *md5, struct sha1 *sha1, struct sha256 *sha256, const uint8_t *block)
{
    const __m128i words = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);    /* big-endian words */
    const __m128i reversed = _mm_set_epi64x(0x0001020304050607, 0x08090a0b0c0d0e0f); /* the first in the highest lane */
    struct md5 md5_before = *md5;
    __m128i abcd = sha1->abcd, e = sha1->e, abef = sha256->abef, cdgh = sha256->cdgh;
    for (unsigned i = 0; i < 4; i++) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)block + i);
        sha1->word[i] = _mm_shuffle_epi8(bytes, reversed);
        sha256->word[i] = _mm_shuffle_epi8(bytes, words);
    }
#pragma GCC unroll 16
    for (unsigned quad = 0; quad < QUADS; quad++) {
        md5_quad(md5, block, quad);
        sha256_quad(sha256, quad);
        sha1_quad(sha1, quad + quad / 4);
        if (quad % 4 == 3)
            sha1_quad(sha1, quad + quad / 4 + 1);
    }
    md5->a += md5_before.a;
    md5->b += md5_before.b;
    md5->c += md5_before.c;
    md5->d += md5_before.d;
    sha1->e = _mm_sha1nexte_epu32(sha1->e, e);
    sha1->abcd = _mm_add_epi32(sha1->abcd, abcd);
    sha256->abef = _mm_add_epi32(sha256->abef, abef);
    sha256->cdgh = _mm_add_epi32(sha256->cdgh, cdgh);
}

static __m128i lanes(uint32_t highest, uint32_t second, uint32_t third, uint32_t lowest)
{
    return _mm_set_epi32((int)highest, (int)second, (int)third, (int)lowest);
}

/* The length so far, in bits, as OpenSSL keeps it: in two words. */
static void count_bits(uint32_t *low, uint32_t *high, size_t bytes)
{
    uint64_t bits = ((uint64_t)*high << 32 | *low) + ((uint64_t)bytes << 3);
    *low = (uint32_t)bits;
    *high = (uint32_t)(bits >> 32);
}

TARGET void digest_together(struct digest_states *states, const uint8_t *data, size_t length)
{
    MD5_CTX *one = &states->md5;
    SHA_CTX *two = &states->sha1;
    SHA256_CTX *three = &states->sha256;
    const SHA_LONG *h = three->h;
    struct md5 md5 = {one->A, one->B, one->C, one->D};
    struct sha1 sha1 = {.abcd = lanes(two->h0, two->h1, two->h2, two->h3), .e = lanes(two->h4, 0, 0, 0)};
    struct sha256 sha256 = {.abef = lanes(h[0], h[1], h[4], h[5]), .cdgh = lanes(h[2], h[3], h[6], h[7])};

    for (size_t at = 0; at < length; at += DIGEST_BLOCK)
        one_block(&md5, &sha1, &sha256, data + at);

    uint32_t abcd[4], e[4], abef[4], cdgh[4];
    memcpy(abcd, &sha1.abcd, sizeof abcd);
    memcpy(e, &sha1.e, sizeof e);
    memcpy(abef, &sha256.abef, sizeof abef);
    memcpy(cdgh, &sha256.cdgh, sizeof cdgh);
    one->A = md5.a, one->B = md5.b, one->C = md5.c, one->D = md5.d;
    two->h0 = abcd[3], two->h1 = abcd[2], two->h2 = abcd[1], two->h3 = abcd[0], two->h4 = e[3];
    const SHA_LONG sums[8] = {abef[3], abef[2], cdgh[3], cdgh[2], abef[1], abef[0], cdgh[1], cdgh[0]};
    memcpy(three->h, sums, sizeof sums);
    count_bits(&one->Nl, &one->Nh, length);
    count_bits(&two->Nl, &two->Nh, length);
    count_bits(&three->Nl, &three->Nh, length);
}

bool digest_can_together(void)
{
    unsigned eax, ebx, ecx, edx;
    return __builtin_cpu_supports("sse4.1") && __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && (ebx & bit_SHA) != 0;
}
#else
void digest_together(struct digest_states *states, const uint8_t *data, size_t length)
{
    digest_apart(states, data, length);
}

bool digest_can_together(void)
{
    return false;
}
#endif
