/* damage SEED FROM TO: a copy of a file, damaged in a way the seed tells: cut off, or with bits flipped anywhere, near
 * its beginning or near its end (where formats keep what they need most). */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t state;

/* SplitMix64 (S. Vigna). */
static uint64_t next_number(void)
{
    uint64_t mixed = state += 0x9e3779b97f4a7c15u;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
    return mixed ^ mixed >> 31;
}

static size_t damage(uint8_t *data, size_t size, uint64_t way)
{
    enum { NEAR = 8192 };
    if (way == 0)
        return size * (next_number() % 1000) / 1000 + 1;
    size_t near = size < NEAR ? size : NEAR;
    size_t flips = (size_t)1 << next_number() % 7;
    for (size_t i = 0; i < flips; i++) {
        size_t at = way == 1 ? next_number() % size : way == 2 ? next_number() % near : size - 1 - next_number() % near;
        data[at] ^= (uint8_t)(1u << next_number() % 8);
    }
    return size;
}

int main(int argc, char **argv)
{
    enum { MOST = 64 << 20 };
    if (argc != 4)
        return 2;
    state = strtoull(argv[1], NULL, 10);
    uint64_t way = state % 4;
    uint8_t *data = malloc(MOST);
    FILE *from = fopen(argv[2], "rb");
    FILE *to = fopen(argv[3], "wb");
    if (data == NULL || from == NULL || to == NULL)
        return 1;
    size_t size = fread(data, 1, MOST, from);
    if (size == 0)
        return 1;
    size = damage(data, size, way);
    int bad = fwrite(data, 1, size, to) != size;
    bad |= fclose(to) != 0;
    (void)fclose(from);
    free(data);
    return bad;
}
