/* What the fuzz targets share: hostile bytes as an input in views of a size the bytes choose, and an output that checks
 * the contract of decode.h: pieces of at most 64 KiB, none after a stop. */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <sanitizer/allocator_interface.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "decode/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void require(int condition)
{
    if (!condition)
        abort();
}

/* Memory in use, counted where it is allocated: from fuzz_memory_begin on, no more than FUZZ_MEMORY at any time. */
enum { FUZZ_MEMORY = 192 << 20 };

static struct {
    bool counting;
    size_t begin;
} fuzz_memory;

static inline void fuzz_allocated(const volatile void *memory, size_t size)
{
    (void)memory;
    if (!fuzz_memory.counting)
        return;
    size_t now = __sanitizer_get_current_allocated_bytes();
    if (size > FUZZ_MEMORY || now > fuzz_memory.begin + FUZZ_MEMORY)
        abort();
}

static inline void fuzz_freed(const volatile void *memory)
{
    (void)memory;
}

static inline void fuzz_memory_begin(void)
{
    static bool installed;
    if (!installed)
        (void)__sanitizer_install_malloc_and_free_hooks(fuzz_allocated, fuzz_freed);
    installed = true;
    fuzz_memory.begin = __sanitizer_get_current_allocated_bytes();
    fuzz_memory.counting = true;
}

static inline void fuzz_memory_end(void)
{
    fuzz_memory.counting = false;
}

enum { FUZZ_BUDGET = 4 << 20 }; /* bytes of output before a target stops a decoder */

struct fuzz_input {
    struct sb_input input;
    const uint8_t *data;
    size_t length;
    size_t view;     /* bytes shown at a time */
    uint8_t *shown;  /* owned: a copy, so that AddressSanitizer sees a step beyond it or a use after the next call */
    uint64_t copied; /* bytes shown in all: what a decoder may ask for is bounded */
};

static inline const uint8_t *fuzz_view(struct sb_input *input, uint64_t offset, size_t *available)
{
    struct fuzz_input *fuzz = (struct fuzz_input *)input;
    free(fuzz->shown);
    fuzz->shown = NULL;
    *available = 0;
    if (offset >= fuzz->length)
        return NULL;
    size_t rest = fuzz->length - (size_t)offset;
    *available = rest < fuzz->view ? rest : fuzz->view;
    fuzz->shown = malloc(*available);
    require(fuzz->shown != NULL);
    memcpy(fuzz->shown, fuzz->data + offset, *available);
    fuzz->copied++;
    return fuzz->shown;
}

struct fuzz_output {
    struct sb_output output;
    uint64_t length;
    uint64_t budget;
    int stopped;
    uint8_t last; /* so that every byte handed out is read */
};

static inline int fuzz_write(struct sb_output *output, const uint8_t *data, size_t length)
{
    struct fuzz_output *fuzz = (struct fuzz_output *)output;
    require(!fuzz->stopped && length > 0 && length <= 64 * 1024);
    for (size_t i = 0; i < length; i++)
        fuzz->last ^= data[i];
    fuzz->length += length;
    fuzz->stopped = fuzz->length >= fuzz->budget;
    return fuzz->stopped;
}

#endif
