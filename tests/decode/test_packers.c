/* bzip2, xz, lzma, Zstandard and LZ4 on what the real programs write, cut and broken at every place, and on bombs. */
#include <unistd.h>

#include "harness.h"

/* The programs, with the largest and the smallest of what they offer. */
static const struct packer {
    const struct sb_decoder *decoder;
    const char *command;
    size_t header; /* bytes consumed of a stream that breaks, at least */
} packers[] = {
    {&sb_decoder_bzip2, "bzip2 -9", 10},
    {&sb_decoder_bzip2, "bzip2 -1", 10},
    {&sb_decoder_xz, "xz -0", 12},
    {&sb_decoder_xz, "xz -9 --check=crc32", 12},
    {&sb_decoder_xz, "xz -6 --block-size=10000 --check=sha256", 12},
    {&sb_decoder_lzma, "xz --format=lzma -0", 13},
    {&sb_decoder_lzma, "xz --format=lzma -9", 13},
    {&sb_decoder_zstd, "zstd -q -1", 6},
    {&sb_decoder_zstd, "zstd -q -19 --no-check", 6},
    {&sb_decoder_lz4, "lz4 -q -1", 7},
    {&sb_decoder_lz4, "lz4 -q -9 -B4 -BD --content-size", 7},
};
enum { PACKERS = sizeof packers / sizeof packers[0] };

static struct bytes read_command(const char *command)
{
    struct bytes out = {0};
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    uint8_t piece[4096];
    for (size_t got; (got = fread(piece, 1, sizeof piece, pipe)) > 0;)
        bytes_append(&out, piece, got);
    assert_int_equal(pclose(pipe), 0);
    return out;
}

/* Packs by way of a file, as people do: the program knows the size. */
static struct bytes pack(const struct packer *packer, const void *data, size_t length)
{
    char path[] = "/tmp/samband-pack-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, data, length), (ssize_t)length);
    close(file);
    char command[200];
    snprintf(command, sizeof command, "%s -c %s", packer->command, path);
    struct bytes out = read_command(command);
    unlink(path);
    return out;
}

static void gives_back_what_went_in(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 42, 4096, 65536, 65537, 300000};
    static const size_t views[] = {0, 1, 7, 4096};
    for (size_t p = 0; p < PACKERS; p++)
        for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++)
            for (int noise = 0; noise < 2; noise++) {
                struct bytes plain = {0};
                (noise ? append_noise : append_prose)(&plain, sizes[s], 3);
                struct bytes data = pack(&packers[p], plain.data, plain.length);
                size_t packed = data.length;
                append_noise(&data, 100, 9);
                for (size_t v = 0; v < sizeof views / sizeof views[0]; v++) {
                    if (views[v] == 1 && sizes[s] > 70000)
                        continue;
                    struct run run = run_decoder(packers[p].decoder, data.data, data.length, 0,
                                                 &(struct run_options){.view = views[v]});
                    assert_true(run.sniffed);
                    assert_int_equal(run.result, SB_DECODE_DONE);
                    assert_int_equal(run.consumed, packed);
                    assert_output(&run, plain.data, plain.length);
                    run_free(&run);
                }
                bytes_free(&data);
                bytes_free(&plain);
            }
}

/* Every place, or every so many: with a large dictionary a try costs its memory, which takes longer than its work. */
static size_t step_of(const struct packer *packer)
{
    return strncmp(packer->command, "xz", 2) == 0 && strcmp(packer->command, "xz -0") != 0 ? 41 : 1;
}

static void keeps_what_came_before_a_cut(void **state)
{
    (void)state;
    for (size_t p = 0; p < PACKERS; p++) {
        struct bytes plain = {0};
        append_prose(&plain, 700, 8);
        struct bytes data = pack(&packers[p], plain.data, plain.length);
        size_t longest = 0;
        for (size_t length = 0; length < data.length;
             length += length + step_of(&packers[p]) < data.length ? step_of(&packers[p]) : 1) {
            struct run run = run_decoder(packers[p].decoder, data.data, length, 0, NULL);
            assert_true(run.sniffed || length < 20);
            if (run.sniffed) {
                assert_int_equal(run.result, SB_DECODE_BROKEN);
                assert_int_equal(run.consumed, length);
                assert_true(run.out.length >= longest);
                longest = run.out.length;
                assert_output(&run, plain.data, run.out.length);
            }
            run_free(&run);
        }
        /* A block is given once it is whole: without a checksum behind it, that is at the stream's end. */
        if (strstr(packers[p].command, "--no-check") == NULL && longest != plain.length)
            fail_msg("%s: %zu", packers[p].command, longest);
        bytes_free(&data);
        bytes_free(&plain);
    }
}

static void survives_flipped_bits(void **state)
{
    (void)state;
    for (size_t p = 0; p < PACKERS; p++) {
        struct bytes plain = {0};
        append_prose(&plain, 400, 8);
        struct bytes data = pack(&packers[p], plain.data, plain.length);
        for (size_t bit = 0; bit < data.length * 8; bit += step_of(&packers[p])) {
            data.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
            struct run run =
                run_decoder(packers[p].decoder, data.data, data.length, 0, &(struct run_options){.stop_at = 1 << 20});
            if (run.sniffed && run.result == SB_DECODE_BROKEN)
                assert_true(run.consumed <= 20 || run.consumed == data.length);
            else if (run.sniffed && strstr(packers[p].command, "--no-check") == NULL)
                assert_true(run.result != SB_DECODE_DONE || run.out.length == plain.length);
            run_free(&run);
            data.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        bytes_free(&data);
        bytes_free(&plain);
    }
}

static void stops_a_bomb_when_asked(void **state)
{
    (void)state;
    size_t length = 64 << 20;
    void *zeros = calloc(1, length);
    assert_non_null(zeros);
    for (size_t p = 0; p < PACKERS; p++) {
        if (strcmp(packers[p].command, "zstd -q -19 --no-check") == 0)
            continue; /* slow to make */
        struct bytes data = pack(&packers[p], zeros, length);
        static const uint64_t stops[] = {1, 65537, 5 << 20};
        for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++) {
            struct run run =
                run_decoder(packers[p].decoder, data.data, data.length, 0, &(struct run_options){.stop_at = stops[i]});
            assert_int_equal(run.result, SB_DECODE_STOPPED);
            assert_true(run.out.length >= stops[i] && run.out.length < stops[i] + 65536);
            run_free(&run);
        }
        bytes_free(&data);
    }
    free(zeros);
}

/* As parallel compressors and cat write them: one file, which a value may stand across. */
static void joins_streams(void **state)
{
    (void)state;
    static const uint8_t skippable[12] = {0x5a, 0x2a, 0x4d, 0x18, 4};
    for (size_t p = 0; p < PACKERS; p++) {
        struct bytes data = pack(&packers[p], "anna.b", 6);
        size_t first = data.length;
        struct bytes second = pack(&packers[p], "erg@example.org", 15);
        if (packers[p].decoder == &sb_decoder_zstd || packers[p].decoder == &sb_decoder_lz4)
            bytes_append(&data, skippable, sizeof skippable);
        bytes_append(&data, second.data, second.length);
        size_t whole = data.length;
        append_noise(&data, 100, 9);
        for (size_t view = 0; view < 40; view += 39) {
            struct run run =
                run_decoder(packers[p].decoder, data.data, data.length, 0, &(struct run_options){.view = view});
            assert_int_equal(run.result, SB_DECODE_DONE);
            assert_int_equal(run.consumed, whole);
            assert_output(&run, "anna.berg@example.org", 21);
            run_free(&run);
        }
        struct run run =
            run_decoder(packers[p].decoder, data.data, data.length, 0, &(struct run_options){.stop_at = 10});
        assert_int_equal(run.result, SB_DECODE_DONE);
        assert_int_equal(run.consumed, first);
        run_free(&run);
        bytes_free(&second);
        bytes_free(&data);
    }
}

/* Other programs than xz write how long a .lzma file's content is, and no end mark. */
static void knows_how_long_it_is(void **state)
{
    (void)state;
    enum { LENGTH = 46 };
    static const uint8_t data[LENGTH + 1] =
        "\x5d\x00\x00\x80\x00\x26\x00\x00\x00\x00\x00\x00\x00\x00\x3a\x1b\xc0\x05\x12\x43\x59\xa8"
        "\xee\x83\xd7\x54\x03\xff\x26\x6d\x68\x17\x10\x2a\x8f\xcc\xa9\xeb\x91\xe2\xd4\x25\x05\xfd"
        "\x0b\xc6";
    struct run run = run_decoder(&sb_decoder_lzma, data, LENGTH, 0, NULL);
    assert_true(run.sniffed);
    assert_int_equal(run.result, SB_DECODE_DONE);
    assert_int_equal(run.consumed, LENGTH);
    assert_output(&run, "to anna@exa.se, from anna@exa.se to bo", 38);
    run_free(&run);
}

/* More memory than is allowed is not taken, and said. */
static void says_what_it_cannot_open(void **state)
{
    (void)state;
    static const struct {
        const struct sb_decoder *decoder;
        const char *command;
        enum sb_decode_result result;
    } large[] = {
        {&sb_decoder_zstd, "printf word | zstd -q -19 --zstd=wlog=23 -c", SB_DECODE_DONE},
        {&sb_decoder_zstd, "printf word | zstd -q -19 --zstd=wlog=24 -c", SB_DECODE_TOO_LARGE},
        {&sb_decoder_xz, "printf word | xz --lzma2=dict=64MiB -c", SB_DECODE_DONE},
        {&sb_decoder_xz, "printf word | xz --lzma2=dict=128MiB -c", SB_DECODE_TOO_LARGE},
        {&sb_decoder_lzma, "printf word | xz --format=lzma --lzma1=dict=48MiB -c", SB_DECODE_DONE},
        {&sb_decoder_lzma, "printf word | xz --format=lzma --lzma1=dict=128MiB -c", SB_DECODE_TOO_LARGE},
    };
    for (size_t i = 0; i < sizeof large / sizeof large[0]; i++) {
        struct bytes data = read_command(large[i].command);
        struct run run = run_decoder(large[i].decoder, data.data, data.length, 0, NULL);
        assert_true(run.sniffed);
        assert_int_equal(run.result, large[i].result);
        run_free(&run);
        bytes_free(&data);
    }
}

static void is_not_fooled(void **state)
{
    (void)state;
    static const struct {
        const struct sb_decoder *decoder;
        const char *bytes;
    } headers[] = {
        {&sb_decoder_bzip2, "BZh01AY&SY"},
        {&sb_decoder_bzip2, "BZh91AY&SZ"},
        {&sb_decoder_bzip2, "BZx91AY&SY"},
        {&sb_decoder_xz, "\xfd"
                         "7zXZ\0\0\4\xe6\xd6\xb4\x47"},              /* the checksum is another's */
        {&sb_decoder_lzma, "\x5d\0\0\x81\0\1\0\0\0\0\0\0\0\0"},      /* no dictionary's size */
        {&sb_decoder_lzma, "\x5d\0\0\x80\0\0\0\0\0\0\0\0\0\0"},      /* nothing in it */
        {&sb_decoder_lzma, "\x5d\0\0\0\x10\1\0\0\0\0\0\0\0\0"},      /* a dictionary larger than all programs make */
        {&sb_decoder_lzma, "\x5d\0\0\x80\0\1\0\0\0\0\0\0\0\1"},      /* the stream begins with something */
        {&sb_decoder_zstd, "\x28\xb5\x2f\xfd\x0c\x58\1\0\0xyz"},     /* a reserved bit */
        {&sb_decoder_zstd, "\x28\xb5\x2f\xfd\x04\x58\x07\0\0xyz"},   /* a block of the reserved type */
        {&sb_decoder_zstd, "\x28\xb5\x2f\xfd\x04\x58\1\0\xf0xyz"},   /* a block too large */
        {&sb_decoder_zstd, "\x29\xb5\x2f\xfd\x04\x58\1\0\0xyz"},     /* another magic */
        {&sb_decoder_lz4, "\x04\x22\x4d\x18\x24\x40\xa7\0\0\0\0\0"}, /* another version */
        {&sb_decoder_lz4, "\x04\x22\x4d\x18\x64\x30\xa7\0\0\0\0\0"}, /* blocks too small */
        {&sb_decoder_lz4, "\x04\x22\x4d\x18\x64\x40\xa8\5\0\0\0\0"}, /* another checksum */
        {&sb_decoder_lz4, "\x04\x22\x4d\x18\x64\x40\xa7\0\0\0\0\0"}, /* no block */
        {&sb_decoder_lz4, "\x04\x22\x4d\x18\x64\x40\xa7\1\0\1\0\0"}, /* a block larger than 64 KiB */
    };
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        uint8_t padded[64] = {0};
        memcpy(padded, headers[i].bytes, i < 3 ? 10 : headers[i].decoder == &sb_decoder_lzma ? 14 : 12);
        struct sb_container container;
        assert_false(headers[i].decoder->sniff(padded, sizeof padded, 0, &container));
    }
    static const uint8_t largest[] = "\x04\x22\x4d\x18\x64\x40\xa7\0\0\1\x80\0"; /* stored, of 64 KiB */
    struct sb_container container;
    assert_true(sb_decoder_lz4.sniff(largest, sizeof largest, 0, &container));
}

/* Members of a ZIP in methods of others, consumed as a whole when the next record stands where it should. */
static void reads_members_of_zip(void **state)
{
    (void)state;
    static const char *const methods[] = {"BZIP2", "LZMA"};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        char command[300];
        (void)snprintf(
            command, sizeof command,
            "python3 -c \"import zipfile as z,io,sys;b=io.BytesIO();f=z.ZipFile(b,'w',z.ZIP_%s);"
            "f.writestr('a.txt','anna.berg@example.org '*9);f.close();sys.stdout.buffer.write(b.getvalue())\"",
            methods[i]);
        struct bytes data = read_command(command);
        for (size_t view = 0; view <= 4096; view += 4096) {
            struct run run =
                run_decoder(&sb_decoder_zip, data.data, data.length, 0, &(struct run_options){.view = view});
            assert_true(run.sniffed);
            assert_int_equal(run.result, SB_DECODE_DONE);
            assert_int_equal(run.out.length, 9 * strlen("anna.berg@example.org "));
            assert_memory_equal(run.out.data, "anna.berg@example.org ", strlen("anna.berg@example.org "));
            assert_memory_equal(data.data + run.consumed, "PK\1\2", 4);
            run_free(&run);
        }
        bytes_free(&data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_back_what_went_in), cmocka_unit_test(keeps_what_came_before_a_cut),
        cmocka_unit_test(survives_flipped_bits),   cmocka_unit_test(stops_a_bomb_when_asked),
        cmocka_unit_test(joins_streams),           cmocka_unit_test(reads_members_of_zip),
        cmocka_unit_test(knows_how_long_it_is),    cmocka_unit_test(says_what_it_cannot_open),
        cmocka_unit_test(is_not_fooled),
    };
    return cmocka_run_group_tests_name("decode: packers", tests, NULL, NULL);
}
