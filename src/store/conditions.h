/* SQL that is put together from conditions, each with its parameter: what the listings with filters share. */
#ifndef STORE_CONDITIONS_H
#define STORE_CONDITIONS_H

#include "scan/kinds.h"
#include "store/room.h"

enum { CONDITIONS_MAX = 64 };

struct conditions {
    struct bytes sql;
    struct value values[CONDITIONS_MAX];
    size_t count;
    uint8_t hashes[SB_KIND_COUNT][SELECTOR_HASH_SIZE];
    uint8_t digest[SHA256_SIZE];
};

/* Appends the condition; a '@' in it becomes the next parameter, of which it has one. */
void add_condition(struct conditions *conditions, const char *sql, struct value value);
/* The same for one with several, in order. */
void add_conditions(struct conditions *conditions, const char *sql, const struct value *values, size_t count);
/* The selector's hash by the filter's value: of the kind asked for, or of every kind there is. */
void add_value(struct conditions *conditions, const char *column, const struct store_filter *filter);

#endif
