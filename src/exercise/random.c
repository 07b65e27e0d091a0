/* The generator behind an exercise. */
#include "exercise/random.h"

uint64_t random_next(struct random *random)
{
    uint64_t *s = random->state;
    uint64_t middle = s[1] * 5;
    uint64_t result = (middle << 7 | middle >> 57) * 9;
    uint64_t shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = s[3] << 45 | s[3] >> 19;
    return result;
}

void random_start(struct random *random, uint64_t seed, const char *purpose)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a of the purpose */
    for (; *purpose != '\0'; purpose++)
        hash = (hash ^ (uint8_t)*purpose) * 1099511628211u;
    uint64_t mix = seed ^ hash;
    for (unsigned i = 0; i < 4; i++) {
        mix += 0x9e3779b97f4a7c15u;
        uint64_t z = mix;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
        z = (z ^ z >> 27) * 0x94d049bb133111ebu;
        random->state[i] = z ^ z >> 31;
    }
}

unsigned random_below(struct random *random, unsigned bound)
{
    return (unsigned)((random_next(random) >> 32) * bound >> 32);
}

void random_bytes(struct random *random, uint8_t *out, size_t length)
{
    for (size_t i = 0; i < length; i++)
        out[i] = (uint8_t)(random_next(random) >> 56);
}

void deck_start(struct deck *deck, unsigned size)
{
    deck->size = size;
    deck->left = 0;
}

unsigned deck_draw(struct deck *deck, struct random *random)
{
    if (deck->left == 0) {
        for (unsigned i = 0; i < deck->size; i++)
            deck->cards[i] = (uint8_t)i;
        deck->left = deck->size;
    }
    unsigned at = random_below(random, deck->left);
    unsigned card = deck->cards[at];
    deck->cards[at] = deck->cards[--deck->left];
    return card;
}
