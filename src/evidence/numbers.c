/* Open addressing with linear probing, at most half full. */
#include "evidence/numbers.h"

#include <stdlib.h>

static size_t slot_of(const struct numbers *numbers, uint64_t inode)
{
    uint64_t hash = inode * UINT64_C(0x9e3779b97f4a7c15); /* 2^64 over the golden ratio spreads neighbours */
    size_t slot = (size_t)(hash >> 20) & (numbers->capacity - 1);
    while (numbers->slots[slot].number != 0 && numbers->slots[slot].inode != inode)
        slot = (slot + 1) & (numbers->capacity - 1);
    return slot;
}

uint32_t numbers_find(const struct numbers *numbers, uint64_t inode)
{
    return numbers->capacity == 0 ? 0 : numbers->slots[slot_of(numbers, inode)].number;
}

static int grow(struct numbers *numbers)
{
    struct numbers larger = {.capacity = numbers->capacity == 0 ? 1024 : numbers->capacity * 2};
    larger.slots = calloc(larger.capacity, sizeof *larger.slots);
    if (larger.slots == NULL)
        return -1;
    for (size_t i = 0; i < numbers->capacity; i++)
        if (numbers->slots[i].number != 0)
            larger.slots[slot_of(&larger, numbers->slots[i].inode)] = numbers->slots[i];
    larger.used = numbers->used;
    free(numbers->slots);
    *numbers = larger;
    return 0;
}

int numbers_add(struct numbers *numbers, uint64_t inode, uint32_t number)
{
    if (numbers->used * 2 >= numbers->capacity && grow(numbers) != 0)
        return -1;
    numbers->slots[slot_of(numbers, inode)] = (struct number_slot){.inode = inode, .number = number};
    numbers->used++;
    return 0;
}

void numbers_free(struct numbers *numbers)
{
    free(numbers->slots);
    *numbers = (struct numbers){0};
}
