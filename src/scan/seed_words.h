/* The words of BIP-39 in the languages that could be had when this was built (seed_words.py makes the tables). */
#ifndef SCAN_SEED_WORDS_H
#define SCAN_SEED_WORDS_H

#include <stddef.h>
#include <stdint.h>

enum { SEED_WORDS = 2048, SEED_WORD_SIZE = 14, SEED_LETTERS = 9, SEED_LANGUAGES_MAX = 16, SEED_HASH_BITS = 17 };

extern const unsigned seed_language_count;
extern const char *const seed_languages[];                  /* "english", … */
extern const char seed_words[][SEED_WORDS][SEED_WORD_SIZE]; /* by language; with their accents, in NFC */
extern const size_t seed_key_count;
extern const uint64_t seed_keys[];  /* ascending: letters without accents (five bits each, from bit 60 down), then the
                                       language in four bits and the word's number in eleven */
extern const uint8_t seed_filter[]; /* bit h % 8 of byte h / 8 is set for the hash h of each word's letters */

/* The hash of a word's letters, five bits each. */
static inline uint32_t seed_hash(uint64_t letters)
{
    return (uint32_t)(letters * 0x9e3779b97f4a7c15ULL >> (64 - SEED_HASH_BITS));
}

#endif
