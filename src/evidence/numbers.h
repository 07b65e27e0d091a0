/* Which inode was told first under which number: a growing hash table from 64-bit addresses to file numbers. */
#ifndef EVIDENCE_NUMBERS_H
#define EVIDENCE_NUMBERS_H

#include <stddef.h>
#include <stdint.h>

struct numbers {
    struct number_slot {
        uint64_t inode;
        uint32_t number; /* 0: free */
    } * slots;
    size_t capacity; /* a power of two, or 0 */
    size_t used;
};

/* Returns the number under which the inode is known, or 0. */
uint32_t numbers_find(const struct numbers *numbers, uint64_t inode);

/* Remembers `number` (not 0) for an inode that is not known yet. 0, or -1 when memory is short. */
int numbers_add(struct numbers *numbers, uint64_t inode, uint32_t number);
void numbers_free(struct numbers *numbers);

#endif
