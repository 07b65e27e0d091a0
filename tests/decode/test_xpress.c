/* XPRESS: the standard's examples, prefetch files, hibernated memory; each decoder alone and through the scanner. */
#include "decode/xpress.h"

#include "scan/scan.h"

#include "harness.h" /* last: cmocka defines a macro named fail */

/* MS-XCA 3.1 and 3.2 */

static void append_alphabet_table(uint8_t table[XPRESS_TABLE])
{
    memset(table, 0, XPRESS_TABLE);
    memcpy(table + 48, "\x50\x55\x55\x55\x55\x55\x55\x55\x55\x55\x55\x45\x44\x04", 14);
    table[128] = 0x04;
}

static void unpacks_the_examples_of_the_standard(void **state)
{
    (void)state;
    static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz";
    char hundred[301] = "";
    for (int i = 0; i < 100; i++)
        memcpy(hundred + 3 * i, "abc", 3);
    uint8_t out[400];
    struct xpress_rest rest;
    size_t used;

    uint8_t first[256 + 20];
    append_alphabet_table(first);
    memcpy(first + 256, "\xd8\x52\x3e\xd7\x94\x11\x5b\xe9\x19\x5f\xf9\xd6\x7c\xdf\x8d\x04\0\0\0\0", 20);
    assert_true(xpress_is_table(first));
    assert_int_equal(xpress_huffman(first, sizeof first, out, 0, 26, &used, &rest), 26);
    assert_memory_equal(out, alphabet, 26);

    uint8_t second[256 + 7] = {[48] = 0x30, [49] = 0x23, [128] = 0x02, [143] = 0x20};
    memcpy(second + 256, "\xa8\xdc\0\0\xff\x26\x01", 7);
    assert_int_equal(xpress_huffman(second, sizeof second, out, 0, 300, &used, &rest), 300);
    assert_memory_equal(out, hundred, 300);
    /* In less room, the rest of the match is what is left to copy. */
    assert_int_equal(xpress_huffman(second, sizeof second, out, 0, 100, &used, &rest), 100);
    assert_int_equal(rest.distance, 3);
    assert_int_equal(rest.length, 200);
    second[48] = 0; /* codes that lead nowhere */
    assert_int_equal(xpress_huffman(second, sizeof second, out, 0, 300, &used, &rest), 0);

    uint8_t third[4 + 26] = {0x3f};
    memcpy(third + 4, alphabet, 26);
    assert_int_equal(xpress_plain(third, sizeof third, out, sizeof out), 26);
    assert_memory_equal(out, alphabet, 26);
    static const uint8_t fourth[] = "\xff\xff\xff\x1f"
                                    "abc\x17\x00\x0f\xff\x26\x01";
    assert_int_equal(xpress_plain(fourth, sizeof fourth - 1, out, sizeof out), 300);
    assert_memory_equal(out, hundred, 300);
    for (size_t cut = 0; cut < sizeof fourth - 1; cut++) /* what is cut off gives what stands in front */
        assert_true(xpress_plain(fourth, cut, out, sizeof out) <= 3);
}

/* Compresses as plainly as the format allows: every symbol has nine bits; matches of four bytes where the last four
 * come again at the same distance. */
struct words {
    struct bytes *out;
    uint32_t bits;
    unsigned count;
};

static void put_bits(struct words *words, unsigned value, unsigned count)
{
    words->bits = words->bits << count | value;
    words->count += count;
    if (words->count >= 16) {
        words->count -= 16;
        append_le16(words->out, words->bits >> words->count & 0xffff);
    }
}

static void append_huffman_block(struct bytes *out, const uint8_t *data, size_t length)
{
    struct words words = {.out = out};
    for (int i = 0; i < XPRESS_TABLE; i++)
        bytes_append_char(out, (char)0x99);
    for (size_t i = 0; i < length;) {
        if (i >= 8 && length - i >= 4 && memcmp(data + i, data + i - 8, 4) == 0) {
            put_bits(&words, 256 + 3 * 16 + 1, 9);
            put_bits(&words, 0, 3);
            i += 4;
        } else {
            put_bits(&words, data[i++], 9);
        }
    }
    put_bits(&words, 0, 15);
    append_le16(out, 0);
}

static void append_plain(struct bytes *out, const uint8_t *data, size_t length)
{
    for (size_t i = 0; i < length;) {
        size_t flags_at = out->length;
        uint32_t flags = 0;
        append_le32(out, 0);
        for (unsigned bit = 32; bit-- > 0 && i < length;) {
            if (i >= 8 && length - i >= 4 && memcmp(data + i, data + i - 8, 4) == 0) {
                flags |= 1U << bit;
                append_le16(out, 7U << 3 | 1);
                i += 4;
            } else {
                bytes_append_char(out, (char)data[i++]);
            }
        }
        memcpy(out->data + flags_at, &flags, 4);
    }
}

static void append_wide(struct bytes *out, const char *text)
{
    for (; *text != '\0'; text++)
        append_le16(out, (uint8_t)*text);
}

static int write_place(void *context, const struct sb_sighting *sighting)
{
    bytes_format(context, "%.*s %llu-%s\n", (int)sighting->value_length, sighting->value,
                 (unsigned long long)sighting->offset, sighting->path);
    return 0;
}

static int write_note(void *context, uint64_t offset, const char *path, const char *reason)
{
    (void)offset;
    bytes_format(context, "%s %s\n", reason, path);
    return 0;
}

/* What the scanner says of a file, in one chunk and in small ones. */
static void assert_found(const struct bytes *file, const char *expected)
{
    for (size_t step = file->length; step > 3000; step /= 7) {
        struct error error;
        struct bytes found = {0};
        struct sb_scanner *scanner = sb_scanner_new(&(struct sb_scan_options){0}, &error);
        assert_non_null(scanner);
        sb_scan_start(scanner);
        struct sb_sink sink = {.sighting = write_place, .note = write_note, .context = &found};
        struct sb_chunk chunk = {file->data, file->length, 0, 0, 0};
        for (size_t at = 0; at < file->length; at += step) {
            chunk.own_begin = at;
            chunk.own_end = file->length - at < step ? file->length : at + step;
            assert_int_equal(sb_scan_chunk(scanner, NULL, &chunk, &sink), 0);
        }
        assert_string_equal(bytes_text(&found), expected);
        sb_scanner_free(scanner);
        bytes_free(&found);
    }
}

static void reads_prefetch_files(void **state)
{
    (void)state;
    for (int checked = 0; checked < 2; checked++) {
        struct bytes plain = {0};
        struct bytes file = {0};
        append_noise(&plain, 63 * 1024, 1);
        append_wide(&plain, " to anna@exa.se ");
        append_prose(&plain, 9999, 1);
        append_noise(&plain, 64 * 1024, 2);
        append_wide(&plain, " to bo@exa.se ");
        bytes_append(&file, "MAM", 3);
        bytes_append_char(&file, checked ? (char)0x84 : 4);
        append_le32(&file, (uint32_t)plain.length);
        if (checked)
            append_le32(&file, 0x12345678);
        for (size_t at = 0; at < plain.length; at += XPRESS_BLOCK)
            append_huffman_block(&file, plain.data + at,
                                 plain.length - at < XPRESS_BLOCK ? plain.length - at : XPRESS_BLOCK);
        const struct sb_decoder *decoder = checked ? &sb_decoder_mam_checked : &sb_decoder_mam;
        for (size_t view = 0; view < 5000; view += 4999) {
            struct run run = run_decoder(decoder, file.data, file.length, 0, &(struct run_options){.view = view});
            assert_int_equal(run.result, SB_DECODE_DONE);
            assert_output(&run, plain.data, plain.length);
            run_free(&run);
        }
        char expected[200];
        size_t first = 63 * 1024 + 8;
        (void)snprintf(expected, sizeof expected, "anna@exa.se 0-MAM-%zu\nbo@exa.se 0-MAM-%zu\n", first,
                       plain.length - 20);
        assert_found(&file, expected);
        struct run run = run_decoder(decoder, file.data, file.length / 2, 0, NULL);
        assert_int_equal(run.result, SB_DECODE_BROKEN);
        assert_true(run.out.length > XPRESS_BLOCK);
        assert_memory_equal(run.out.data, plain.data, run.out.length);
        run_free(&run);
        file.data[20] ^= 1; /* not a table of codes */
        assert_false(run_decoder(decoder, file.data, file.length, 0, NULL).sniffed);
        bytes_free(&plain);
        bytes_free(&file);
    }
}

/* A match may reach over the end of a block of 64 KiB: the next one begins behind it. */
static void goes_on_behind_a_long_match(void **state)
{
    (void)state;
    struct bytes file = {0};
    static const uint8_t codes[256 + 7] = {[48] = 0x30, [49] = 0x23, [128] = 0x02, [143] = 0x20};
    enum { LENGTH = 200 * 1024 };
    bytes_append(&file, "MAM\4", 4);
    append_le32(&file, LENGTH + 26);
    bytes_append(&file, codes, 256);
    bytes_append(&file, "\xa8\xdc\0\0\xff\0\0", 7);
    append_le32(&file, LENGTH - 3 - 3); /* abc, and the three bytes that every match has */
    uint8_t alphabet[256];
    append_alphabet_table(alphabet);
    bytes_append(&file, alphabet, 256);
    bytes_append(&file, "\xd8\x52\x3e\xd7\x94\x11\x5b\xe9\x19\x5f\xf9\xd6\x7c\xdf\x8d\x04\0\0\0\0", 20);
    struct run run = run_decoder(&sb_decoder_mam, file.data, file.length, 0, NULL);
    assert_int_equal(run.result, SB_DECODE_DONE);
    assert_int_equal(run.out.length, LENGTH + 26);
    assert_memory_equal(run.out.data + LENGTH - 5, "abcab", 5);
    assert_memory_equal(run.out.data + LENGTH, "abcdefghijklmnopqrstuvwxyz", 26);
    run_free(&run);
    bytes_free(&file);
}

/* Memory */

enum { PAGE = 4096 };

/* So many pages of noise, of a text that repeats, and a letter in UTF-16. */
static struct bytes make_pages(size_t pages, const char *letter, unsigned seed)
{
    struct bytes memory = {0};
    append_noise(&memory, 1000, seed);
    while (memory.length < pages * PAGE - 500)
        bytes_append_text(&memory, "12345678");
    append_wide(&memory, letter);
    append_noise(&memory, pages * PAGE - memory.length, seed + 1);
    return memory;
}

static void append_block(struct bytes *out, const struct bytes *memory)
{
    size_t at = out->length;
    bytes_append(out, "\x81\x81xpress", 8);
    bytes_append_char(out, (char)(memory->length / PAGE - 1));
    for (int i = 9; i < 32; i++)
        bytes_append_char(out, 0);
    append_plain(out, memory->data, memory->length);
    size_t packed = (out->length - at - 32 - 1) << 2;
    out->data[at + 9] = (uint8_t)packed;
    out->data[at + 10] = (uint8_t)(packed >> 8);
    out->data[at + 11] = (uint8_t)(packed >> 16);
    while ((out->length - at) % 8 != 0)
        bytes_append_char(out, 0);
}

static void finds_hibernated_blocks_anywhere(void **state)
{
    (void)state;
    struct bytes first = make_pages(16, "anna@exa.se ", 1);
    struct bytes second = make_pages(3, "bo@exa.se ", 3);
    struct bytes disk = {0};
    append_noise(&disk, 777, 5);
    append_block(&disk, &first);
    size_t behind = disk.length;
    append_block(&disk, &second);
    append_noise(&disk, 100, 5);
    for (size_t view = 0; view < 1000; view += 999) {
        struct run run = run_decoder(&sb_decoder_hibernation_block, disk.data, disk.length, 777,
                                     &(struct run_options){.view = view});
        assert_int_equal(run.result, SB_DECODE_DONE);
        assert_output(&run, first.data, first.length);
        run_free(&run);
    }
    struct run run = run_decoder(&sb_decoder_hibernation_block, disk.data, behind - 400, 777, NULL);
    assert_int_equal(run.result, SB_DECODE_BROKEN);
    assert_true(run.out.length > 10 * PAGE);
    run_free(&run);
    char expected[200];
    const uint8_t *letter = memmem(first.data, first.length, "a\0n\0n\0", 6);
    const uint8_t *other = memmem(second.data, second.length, "b\0o\0", 4);
    assert_non_null(letter);
    assert_non_null(other);
    (void)snprintf(expected, sizeof expected, "anna@exa.se 777-XPRESS-%zu\nbo@exa.se %zu-XPRESS-%zu\n",
                   (size_t)(letter - first.data), behind, (size_t)(other - second.data));
    assert_found(&disk, expected);
    bytes_free(&first);
    bytes_free(&second);
    bytes_free(&disk);
}

enum method { STORED, PLAIN, HUFFMAN };

/* A set of pages that are not neighbours: all but the last, which stands elsewhere in memory. */
static void append_set(struct bytes *out, const struct bytes *memory, uint64_t page, enum method method)
{
    struct bytes packed = {0};
    if (method == PLAIN)
        append_plain(&packed, memory->data, memory->length);
    else if (method == HUFFMAN)
        append_huffman_block(&packed, memory->data, memory->length);
    else
        bytes_append(&packed, memory->data, memory->length);
    append_le32(out, (uint32_t)(2 | packed.length << 8) | (method == HUFFMAN ? 2U << 30 : 0));
    append_le64(out, page << 4 | (memory->length / PAGE - 2));
    append_le64(out, (page + 1000) << 4 | 0);
    bytes_append(out, packed.data, packed.length);
    bytes_free(&packed);
}

static struct bytes make_hibernation(bool wide, const struct bytes memory[3])
{
    struct bytes file = {0};
    bytes_append_text(&file, "HIBR");
    append_le32(&file, 0);
    append_le32(&file, 0);
    append_le32(&file, 0x3d8);
    while (file.length < 7 * PAGE)
        bytes_append_char(&file, 0);
    uint32_t page = PAGE;
    memcpy(file.data + (wide ? 0x18 : 0x14), &page, 4);
    file.data[wide ? 0x70 : 0x54] = 7; /* the kernel's pages: behind them in the header, before them in the file */
    append_set(&file, &memory[0], 500, PLAIN);
    append_set(&file, &memory[1], 600, HUFFMAN);
    while (file.length < 80 * PAGE)
        bytes_append_char(&file, 0);
    file.data[wide ? 0x68 : 0x50] = 80;
    append_set(&file, &memory[2], 7, STORED);
    append_noise(&file, 5000, 9);
    return file;
}

static void reads_sets_of_pages(void **state)
{
    (void)state;
    struct bytes memory[3] = {make_pages(16, "anna@exa.se ", 1), make_pages(15, "bo@exa.se ", 3), make_pages(2, "", 5)};
    memcpy(memory[1].data + 20, " cia@exa.se ", 12);
    char expected[300];
    const uint8_t *letter = memmem(memory[0].data, memory[0].length, "a\0n\0n\0", 6);
    const uint8_t *other = memmem(memory[1].data, memory[1].length, "b\0o\0", 4);
    (void)snprintf(expected, sizeof expected,
                   "anna@exa.se 0-HIBERNATION-%zu-page 1500\ncia@exa.se 0-HIBERNATION-21-page 600\n"
                   "bo@exa.se 0-HIBERNATION-%zu-page 1600\n",
                   (size_t)(letter - memory[0].data) - 15 * (size_t)PAGE,
                   (size_t)(other - memory[1].data) - 14 * (size_t)PAGE);
    for (int wide = 0; wide < 2; wide++) {
        struct bytes file = make_hibernation(wide != 0, memory);
        struct run run =
            run_decoder(&sb_decoder_hibernation_made, file.data, file.length, 0, &(struct run_options){.view = 4096});
        assert_int_equal(run.result, SB_DECODE_DONE);
        assert_int_equal(run.out.length, 33 * PAGE + 6); /* a line end for each run of pages */
        assert_memory_equal(run.out.data + run.out.length - PAGE, memory[2].data + PAGE, PAGE);
        run_free(&run);
        assert_found(&file, expected);
        /* A set that is broken costs itself. */
        memset(file.data + 7 * PAGE + 4 + 16, 0xff, 4);
        run = run_decoder(&sb_decoder_hibernation_made, file.data, file.length, 0, NULL);
        assert_int_equal(run.result, SB_DECODE_BROKEN);
        assert_memory_equal(run.out.data + run.out.length - PAGE, memory[2].data + PAGE, PAGE);
        assert_non_null(memmem(run.out.data, run.out.length, "b\0o\0@\0e\0", 8));
        run_free(&run);
        bytes_free(&file);
    }
    for (int i = 0; i < 3; i++)
        bytes_free(&memory[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unpacks_the_examples_of_the_standard),
        cmocka_unit_test(reads_prefetch_files),
        cmocka_unit_test(goes_on_behind_a_long_match),
        cmocka_unit_test(finds_hibernated_blocks_anywhere),
        cmocka_unit_test(reads_sets_of_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
