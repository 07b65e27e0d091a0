/* The two ways of inflating agree: in one step by libdeflate, in a stream by zlib. */
#include <stdio.h>
#include <zlib.h>

#include "decode/inflate.h"
#include "harness.h"

struct view_input {
    struct sb_input input;
    const struct bytes *data;
};

static const uint8_t *view(struct sb_input *input, uint64_t offset, size_t *available)
{
    const struct bytes *data = ((struct view_input *)input)->data;
    *available = offset < data->length ? data->length - (size_t)offset : 0;
    return *available > 0 ? data->data + offset : NULL;
}

struct bytes_output {
    struct sb_output output;
    struct bytes bytes;
};

static int keep(struct sb_output *output, const uint8_t *data, size_t length)
{
    bytes_append(&((struct bytes_output *)output)->bytes, data, length);
    return 0;
}

static void both_ways_agree(void **state)
{
    (void)state;
    static const int strategies[] = {Z_DEFAULT_STRATEGY, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED};
    for (unsigned seed = 0; seed < 300; seed++) {
        struct bytes plain = {0};
        size_t length = (size_t)seed * seed * 3;
        (seed % 5 == 0 ? append_noise : append_prose)(&plain, length, seed);
        struct bytes data = {0};
        append_deflated(&data, plain.data, plain.length, -15, (int)(seed % 10), strategies[seed % 4]);
        size_t end = data.length;
        append_noise(&data, seed, seed);
        if (seed % 7 == 6)
            data.length = end * 2 / 3;
        for (unsigned checksum = CHECKSUM_NONE; checksum <= CHECKSUM_ADLER32; checksum++) {
            struct view_input input = {{view}, &data};
            struct bytes_output outputs[2] = {{{keep}, {0}}, {{keep}, {0}}};
            struct inflation ways[2];
            enum sb_decode_result results[2];
            for (int way = 0; way < 2; way++) {
                ways[way] = (struct inflation){.input = &input.input,
                                               .output = &outputs[way].output,
                                               .checksum = checksum,
                                               .end = UINT64_MAX,
                                               .length_hint = way == 0 ? 0 : UINT64_MAX};
                results[way] = inflate_raw(&ways[way]);
            }
            assert_int_equal(results[0], results[1]);
            assert_int_equal(ways[0].offset, ways[1].offset);
            assert_int_equal(ways[0].length, ways[1].length);
            assert_int_equal(ways[0].sum, ways[1].sum);
            assert_int_equal(ways[0].input_ended, ways[1].input_ended);
            assert_int_equal(outputs[0].bytes.length, outputs[1].bytes.length);
            if (outputs[0].bytes.length > 0)
                assert_memory_equal(outputs[0].bytes.data, outputs[1].bytes.data, outputs[0].bytes.length);
            if (seed % 7 != 6) {
                assert_int_equal(results[0], SB_DECODE_DONE);
                assert_int_equal(ways[0].offset, end);
                assert_int_equal(outputs[0].bytes.length, plain.length);
            }
            bytes_free(&outputs[0].bytes);
            bytes_free(&outputs[1].bytes);
        }
        bytes_free(&data);
        bytes_free(&plain);
    }
}

/* A sniff that denied what zlib writes would lose evidence. */
static void plausible_is_whatever_zlib_writes(void **state)
{
    (void)state;
    static const int strategies[] = {Z_DEFAULT_STRATEGY, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED, Z_FILTERED};
    for (unsigned seed = 0; seed < 2000; seed++) {
        struct bytes plain = {0};
        (seed % 5 == 0 ? append_noise : append_prose)(&plain, seed, seed);
        struct bytes data = {0};
        append_deflated(&data, plain.data, plain.length, -15, (int)(seed % 10), strategies[seed % 5]);
        for (size_t length = 0; length <= data.length && length < 20; length++)
            assert_true(deflate_plausible(data.data, length));
        bytes_free(&data);
        bytes_free(&plain);
    }
    size_t plausible = 0;
    struct bytes noise = {0};
    append_noise(&noise, 100000, 1);
    for (size_t at = 0; at + 100 < noise.length; at++)
        plausible += deflate_plausible(noise.data + at, 100);
    assert_true(plausible < noise.length * 3 / 10); /* a quarter of random bytes announce a fixed block */
    bytes_free(&noise);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ways_agree),
        cmocka_unit_test(plausible_is_whatever_zlib_writes),
    };
    return cmocka_run_group_tests_name("decode: inflate", tests, NULL, NULL);
}
