/* The two ways of inflating: what both accept, they give alike. */
#include "decode/inflate.h"
#include "fuzz.h"

struct kept_output {
    struct sb_output output;
    uint8_t *data; /* FUZZ_BUDGET bytes */
    size_t length;
};

static int keep(struct sb_output *output, const uint8_t *data, size_t length)
{
    struct kept_output *kept = (struct kept_output *)output;
    if (length > FUZZ_BUDGET - kept->length)
        return 1;
    memcpy(kept->data + kept->length, data, length);
    kept->length += length;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t kept[2][FUZZ_BUDGET];
    enum sb_decode_result results[2];
    struct inflation ways[2];
    struct kept_output outputs[2];
    for (int way = 0; way < 2; way++) {
        struct fuzz_input input = {{fuzz_view}, data, size, size + 1, NULL, 0};
        outputs[way] = (struct kept_output){{keep}, kept[way], 0};
        ways[way] = (struct inflation){.input = &input.input,
                                       .output = &outputs[way].output,
                                       .checksum = CHECKSUM_CRC32,
                                       .end = UINT64_MAX,
                                       .length_hint = way == 0 ? 0 : UINT64_MAX};
        results[way] = inflate_raw(&ways[way]);
        free(input.shown);
    }
    if (results[0] != SB_DECODE_DONE || results[1] != SB_DECODE_DONE)
        return 0;
    require(ways[0].offset == ways[1].offset && ways[0].length == ways[1].length && ways[0].sum == ways[1].sum);
    require(outputs[0].length == outputs[1].length && memcmp(kept[0], kept[1], outputs[0].length) == 0);
    require(deflate_plausible(data, size));
    return 0;
}
