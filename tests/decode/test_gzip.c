/* The gzip decoder on members that zlib and the gzip program made, on broken ones, and on bombs. */
#include <unistd.h>
#include <zlib.h>

#include "harness.h"

static const char text[] = "write to anna.berg@exa-post.se before noon\n";

static struct bytes make_member(const void *data, size_t length, int level)
{
    struct bytes out = {0};
    append_deflated(&out, data, length, 31, level, Z_DEFAULT_STRATEGY);
    return out;
}

static void gives_back_what_went_in(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 42, 4096, 65536, 65537, 1048575, 1048576, 1048577};
    static const size_t views[] = {0, 1, 7, 4096, 100000};
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++)
        for (int kind = 0; kind < 3; kind++)
            for (size_t v = 0; v < sizeof views / sizeof views[0]; v++) {
                struct bytes plain = {0};
                (kind == 2 ? append_noise : append_prose)(&plain, sizes[s], 3);
                struct bytes data = make_member(plain.data, plain.length, kind == 0 ? 9 : kind);
                size_t member = data.length;
                append_noise(&data, 100, 9);
                struct run run =
                    run_decoder(&sb_decoder_gzip, data.data, data.length, 0, &(struct run_options){.view = views[v]});
                assert_true(run.sniffed);
                assert_int_equal(run.result, SB_DECODE_DONE);
                assert_int_equal(run.consumed, member);
                assert_output(&run, plain.data, plain.length);
                run_free(&run);
                bytes_free(&data);
                bytes_free(&plain);
            }
}

static void reads_every_optional_field(void **state)
{
    (void)state;
    for (unsigned flags = 0; flags < 32; flags++)
        for (size_t long_field = 0; long_field < 2; long_field++) {
            struct bytes data = {0};
            bytes_append(&data, (uint8_t[]){0x1f, 0x8b, 8, (uint8_t)flags, 0, 0, 0, 0, 2, 3}, 10);
            if (flags & 4) {
                size_t extra = long_field ? 60000 : 6;
                append_le16(&data, (unsigned)extra);
                append_noise(&data, extra, flags);
            }
            if (flags & 8)
                bytes_append(&data, "letters.txt", 12);
            if (flags & 16)
                bytes_append(&data, "a comment", 10);
            if (flags & 2)
                append_le16(&data, 0);
            size_t header = data.length;
            append_deflated(&data, text, sizeof text, -15, 6, Z_DEFAULT_STRATEGY);
            append_le32(&data, (uint32_t)crc32(0, (const Bytef *)text, sizeof text));
            append_le32(&data, sizeof text);
            /* The sniff may see less than the header's length. */
            struct sb_container container;
            size_t seen = long_field ? 4096 : data.length;
            assert_true(sb_decoder_gzip.sniff(data.data, seen < data.length ? seen : data.length, 0, &container));
            struct run run = run_decoder(&sb_decoder_gzip, data.data, data.length, 0, NULL);
            assert_int_equal(run.container.skip, header);
            assert_int_equal(run.result, SB_DECODE_DONE);
            assert_int_equal(run.consumed, data.length);
            assert_output(&run, text, sizeof text);
            run_free(&run);
            bytes_free(&data);
        }
}

static void takes_a_header_that_is_not_at_hand_whole(void **state)
{
    (void)state;
    struct bytes data = {0};
    bytes_append(&data, (uint8_t[]){0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255, 0x60, 0xea}, 12);
    append_noise(&data, 60000, 5);
    append_deflated(&data, text, sizeof text, -15, 6, Z_DEFAULT_STRATEGY);
    struct sb_container container;
    assert_true(sb_decoder_gzip.sniff(data.data, 4096, 0, &container));
    assert_int_equal(container.skip, 0); /* decode measures it */
    data.length -= 60000 + 1;            /* and finds it cut off */
    struct run run = run_decoder(&sb_decoder_gzip, data.data, data.length, 0, NULL);
    assert_int_equal(run.result, SB_DECODE_BROKEN);
    assert_int_equal(run.out.length, 0);
    run_free(&run);
    bytes_free(&data);
}

static void is_not_fooled(void **state)
{
    (void)state;
    static const uint8_t headers[][14] = {
        {0x1f, 0x8b, 8, 0x20, 0, 0, 0, 0, 0, 3, 0x4b, 4, 0}, /* a reserved flag */
        {0x1f, 0x8b, 7, 0, 0, 0, 0, 0, 0, 3, 0x4b, 4, 0},    /* another method */
        {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 3, 3, 0x4b, 4, 0},    /* impossible extra flags */
        {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 77, 0x4b, 4, 0},   /* an unknown system */
        {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x07, 4, 0},    /* a block of the reserved type */
        {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x01, 4, 0, 4}, /* stored, with lengths that disagree */
        {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xfd, 4, 0, 4}, /* too many literal codes */
    };
    struct sb_container container;
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        uint8_t padded[64] = {0};
        memcpy(padded, headers[i], sizeof headers[i]);
        assert_false(sb_decoder_gzip.sniff(padded, sizeof padded, 0, &container));
    }
    struct bytes data = make_member(text, sizeof text, 6);
    for (size_t length = 0; length < 10; length++)
        assert_false(sb_decoder_gzip.sniff(data.data, length, 0, &container));
    bytes_free(&data);
}

static void keeps_what_came_before_a_cut(void **state)
{
    (void)state;
    struct bytes plain = {0};
    append_prose(&plain, 3000, 8);
    struct bytes data = make_member(plain.data, plain.length, 6);
    size_t longest = 0;
    for (size_t length = 10; length < data.length; length++) {
        struct run run = run_decoder(&sb_decoder_gzip, data.data, length, 0, NULL);
        if (run.sniffed) {
            assert_int_equal(run.result, SB_DECODE_BROKEN);
            assert_int_equal(run.consumed, length);
            assert_true(run.out.length >= longest);
            longest = run.out.length;
            assert_output(&run, plain.data, run.out.length);
        }
        run_free(&run);
    }
    assert_int_equal(longest, plain.length);
    bytes_free(&data);
    bytes_free(&plain);
}

static void survives_flipped_bits(void **state)
{
    (void)state;
    struct bytes plain = {0};
    append_prose(&plain, 2000, 8);
    struct bytes data = make_member(plain.data, plain.length, 6);
    for (size_t bit = 80; bit < data.length * 8; bit++) {
        data.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        struct run run = run_decoder(&sb_decoder_gzip, data.data, data.length, 0, NULL);
        if (run.result == SB_DECODE_DONE && run.sniffed) {
            assert_output(&run, plain.data, plain.length); /* a bit that means nothing */
        } else if (run.sniffed) {
            assert_int_equal(run.result, SB_DECODE_BROKEN);
            /* The plain scan sees the payload again, unless the member ran on to the end of the input. */
            assert_true(run.consumed == 10 || run.consumed == data.length);
        }
        if (bit >= (data.length - 8) * 8)
            assert_output(&run, plain.data, plain.length); /* a wrong checksum takes nothing away */
        run_free(&run);
        data.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    bytes_free(&data);
    bytes_free(&plain);
}

static void stops_a_bomb_when_asked(void **state)
{
    (void)state;
    size_t length = 64 << 20;
    void *zeros = calloc(1, length);
    assert_non_null(zeros);
    struct bytes data = make_member(zeros, length, 9);
    free(zeros);
    static const uint64_t stops[] = {1, 65536, 65537, 1 << 20, 5 << 20};
    for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++) {
        struct run run =
            run_decoder(&sb_decoder_gzip, data.data, data.length, 0, &(struct run_options){.stop_at = stops[i]});
        assert_int_equal(run.result, SB_DECODE_STOPPED);
        assert_true(run.out.length < stops[i] + 65536);
        assert_true(run.consumed <= data.length / 10);
        run_free(&run);
    }
    struct run run = run_decoder(&sb_decoder_gzip, data.data, data.length, 0, &(struct run_options){.forget = true});
    assert_int_equal(run.result, SB_DECODE_DONE);
    run_free(&run);
    bytes_free(&data);
}

/* One file in several members is one container (RFC 1952, 2.2), whatever the view; one that is broken counts with its
 * header, and one that stops the output is left as a container of its own. */
static void joins_members(void **state)
{
    (void)state;
    struct bytes data = make_member("anna.b", 6, 6);
    append_deflated(&data, "", 0, 31, 6, Z_DEFAULT_STRATEGY); /* as bgzip ends a file, and rsync parts one */
    size_t first = data.length;
    append_deflated(&data, "erg@example.org", 15, 31, 6, Z_DEFAULT_STRATEGY);
    size_t whole = data.length;
    append_noise(&data, 100, 9);
    for (size_t view = 0; view < 3; view++) {
        struct run run = run_decoder(&sb_decoder_gzip, data.data, data.length, 0, &(struct run_options){.view = view});
        assert_int_equal(run.result, SB_DECODE_DONE);
        assert_int_equal(run.consumed, whole);
        assert_output(&run, "anna.berg@example.org", 21);
        run_free(&run);
    }
    struct run run = run_decoder(&sb_decoder_gzip, data.data, data.length, 0, &(struct run_options){.stop_at = 10});
    assert_int_equal(run.result, SB_DECODE_DONE);
    assert_int_equal(run.consumed, first);
    run_free(&run);
    data.data[whole - 8] ^= 1;
    run = run_decoder(&sb_decoder_gzip, data.data, data.length, 0, NULL);
    assert_int_equal(run.result, SB_DECODE_DONE);
    assert_int_equal(run.consumed, first + 10);
    run_free(&run);
    bytes_free(&data);
}

/* What the real program writes, with a name and a time in its header. */
static void reads_what_the_gzip_program_writes(void **state)
{
    (void)state;
    char folder[] = "/tmp/samband-gzip-XXXXXX";
    assert_non_null(mkdtemp(folder));
    char command[400];
    snprintf(command, sizeof command, "cd %s && printf 'to %%s\\n' bo@exa-post.se > letter.txt && gzip -9 letter.txt",
             folder);
    assert_int_equal(system(command), 0);
    char path[100];
    snprintf(path, sizeof path, "%s/letter.txt.gz", folder);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    uint8_t data[1000];
    size_t length = fread(data, 1, sizeof data, file);
    fclose(file);
    assert_int_equal(remove(path), 0);
    assert_int_equal(rmdir(folder), 0);
    struct run run = run_decoder(&sb_decoder_gzip, data, length, 0, NULL);
    assert_int_equal(run.result, SB_DECODE_DONE);
    assert_int_equal(run.consumed, length);
    assert_output(&run, "to bo@exa-post.se\n", 18);
    run_free(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_back_what_went_in),
        cmocka_unit_test(reads_every_optional_field),
        cmocka_unit_test(takes_a_header_that_is_not_at_hand_whole),
        cmocka_unit_test(is_not_fooled),
        cmocka_unit_test(keeps_what_came_before_a_cut),
        cmocka_unit_test(survives_flipped_bits),
        cmocka_unit_test(stops_a_bomb_when_asked),
        cmocka_unit_test(joins_members),
        cmocka_unit_test(reads_what_the_gzip_program_writes),
    };
    return cmocka_run_group_tests_name("decode: gzip", tests, NULL, NULL);
}
