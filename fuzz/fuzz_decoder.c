/* One decoder (the macro DECODER) as the scanner drives it: sniffed at each place where it can begin, decoded where it
 * does. The first byte chooses the size of the views and the budget. */
#include "fuzz.h"

#ifndef RATIO /* bytes of output for one of input; deflate gives 1032 (and PDF's text once more as much) */
#define RATIO 3200
#endif

#ifndef VIEW_LEAST /* the least view, as a power of two: larger for those that read pages here and there */
#define VIEW_LEAST 0
#endif

#ifndef VIEWS /* views for each byte of input */
#define VIEWS 8
#endif

enum { CONTAINERS = 8 }; /* decoded per input, at most: the rest is only sniffed */

static void decode_one(const struct sb_container *container, const uint8_t *data, size_t length, unsigned choice)
{
    struct fuzz_input input = {
        {fuzz_view}, data, length, (size_t)1 << ((choice & 15) < VIEW_LEAST ? VIEW_LEAST : choice & 15), NULL, 0};
    struct fuzz_output output = {{.write = fuzz_write}, 0, choice & 0x80 ? 1000 : FUZZ_BUDGET, 0, 0};
    uint64_t consumed = UINT64_MAX;
    fuzz_memory_begin();
    enum sb_decode_result result = DECODER.decode(container, &input.input, &output.output, &consumed);
    fuzz_memory_end();
    require(consumed <= length);
    require(output.stopped == (result == SB_DECODE_STOPPED));
    require(result != SB_DECODE_NO_MEMORY);
    require(output.length <= 4096 + (uint64_t)length * RATIO);
    /* Views: a few for each byte of input, and for each piece of output. */
    require(input.copied <= 64 + (uint64_t)VIEWS * length + output.length / 64);
    free(input.shown);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    unsigned choice = data[0];
    data++;
    size--;
    unsigned containers = 0;
    for (size_t at = 0; at < size; at++) {
        struct sb_container container;
        if (DECODER.literal != NULL &&
            (size - at < DECODER.literal_offset + DECODER.literal_length ||
             memcmp(data + at + DECODER.literal_offset, DECODER.literal, DECODER.literal_length) != 0))
            continue;
        if (!DECODER.sniff(data, size, at, &container))
            continue;
        require(container.label_length <= SB_LABEL_MAX && strlen(container.label) == container.label_length);
        require(container.before <= at && container.before <= SB_BEFORE_MAX);
        if (containers++ < CONTAINERS)
            decode_one(&container, data + at - container.before, size - at + container.before, choice);
    }
    return 0;
}
