/* Numbers that look random and are the same for the same seed: xoshiro256** (Blackman and Vigna), seeded by splitmix64.
 */
#ifndef EXERCISE_RANDOM_H
#define EXERCISE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct random {
    uint64_t state[4];
};

/* Streams of the same seed and different purposes are independent of each other. */
void random_start(struct random *random, uint64_t seed, const char *purpose);
uint64_t random_next(struct random *random);
unsigned random_below(struct random *random, unsigned bound); /* bound above 0 */
void random_bytes(struct random *random, uint8_t *out, size_t length);

/* Cards drawn from a shuffled deck 0..size-1, shuffled anew when it is empty: every value comes up about equally often.
 */
enum { DECK_MAX = 256 };
struct deck {
    unsigned size, left;
    uint8_t cards[DECK_MAX];
};
void deck_start(struct deck *deck, unsigned size); /* size 1 to DECK_MAX */
unsigned deck_draw(struct deck *deck, struct random *random);

#endif
