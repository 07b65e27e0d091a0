/* OLE compound files built here sector by sector: streams in any order of sectors, the texts of Word, Excel and
 * Outlook, the objects of PowerPoint, and files that lie. */
#include <zlib.h>

#include "base/number.h"
#include "decode/input.h"
#include "scan/scan.h"

#include "harness.h" /* last: cmocka defines a macro named fail */

enum { SECTOR = 512, MINI = 64, ENTRY = 128, CUTOFF = 4096, STREAMS_MAX = 4, PER_FAT = SECTOR / 4 };
#define NONE 0xffffffffU
#define END 0xfffffffeU

struct stream {
    const char *name;
    struct bytes content;
    uint32_t start; /* set by build */
};

static void store_le32(uint8_t *at, uint32_t number)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (uint8_t)(number >> 8 * i);
}

static uint32_t pieces(size_t length, size_t size)
{
    return (uint32_t)((length + size - 1) / size);
}

/* Chains `count` units that begin at `first` in a table, in order or two and two in the wrong order; returns where it
 * begins and appends the content. */
static uint32_t chain(uint8_t *table, uint32_t first, uint32_t count, bool scattered, const struct bytes *content,
                      size_t unit, struct bytes *out)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t part = scattered && (i ^ 1) < count ? i ^ 1 : i;
        uint32_t next = part + 1;
        uint32_t place = scattered && (next ^ 1) < count ? next ^ 1 : next;
        store_le32(table + 4 * (size_t)(first + i), next == count ? END : first + place);
        size_t at = (size_t)part * unit;
        size_t length = content->length - at < unit ? content->length - at : unit;
        bytes_append(out, content->data + at, length);
        for (; length < unit; length++)
            bytes_append_char(out, 0);
    }
    return count == 0 ? END : scattered && count > 1 ? first + 1 : first;
}

static void append_entry(struct bytes *out, const char *name, char type, uint32_t start, uint64_t size)
{
    uint8_t entry[ENTRY] = {0};
    for (size_t i = 0; name[i] != '\0'; i++)
        entry[2 * i] = (uint8_t)name[i];
    entry[0x40] = (uint8_t)(2 * (strlen(name) + 1));
    entry[0x42] = (uint8_t)type;
    for (unsigned i = 0; i < 12; i++)
        entry[0x44 + i] = 0xff;
    store_le32(entry + 0x74, start);
    store_le32(entry + 0x78, (uint32_t)size);
    bytes_append(out, entry, ENTRY);
}

/* One table sector, one of the directory, one of the small table, small sectors, large streams. */
static struct bytes build(struct stream *streams, size_t count, bool scattered)
{
    uint8_t fat[SECTOR];
    uint8_t small_fat[SECTOR];
    memset(fat, 0xff, sizeof fat);
    memset(small_fat, 0xff, sizeof small_fat);
    struct bytes small = {0};
    struct bytes sectors = {0};
    struct bytes directory = {0};
    uint32_t minis = 0;
    for (size_t i = 0; i < count; i++)
        if (streams[i].content.length < CUTOFF) {
            uint32_t units = pieces(streams[i].content.length, MINI);
            streams[i].start = chain(small_fat, minis, units, scattered, &streams[i].content, MINI, &small);
            minis += units;
        }
    uint32_t next = 3;
    for (uint32_t i = 0; i < next; i++)
        store_le32(fat + 4 * (size_t)i, i == 0 ? 0xfffffffd : END);
    uint32_t root = chain(fat, next, pieces(small.length, SECTOR), scattered, &small, SECTOR, &sectors);
    next += pieces(small.length, SECTOR);
    append_entry(&directory, "Root Entry", 5, root, small.length);
    for (size_t i = 0; i < count; i++) {
        if (streams[i].content.length >= CUTOFF) {
            uint32_t units = pieces(streams[i].content.length, SECTOR);
            streams[i].start = chain(fat, next, units, scattered, &streams[i].content, SECTOR, &sectors);
            next += units;
        }
        append_entry(&directory, streams[i].name, 2, streams[i].start, streams[i].content.length);
    }
    assert_true(next <= PER_FAT && count < STREAMS_MAX);
    struct bytes out = {0};
    bytes_append(&out, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8);
    bytes_append(&out, (uint8_t[16]){0}, 16);
    bytes_append(&out, "\x3e\0\3\0\xfe\xff\x09\0\6\0\0\0\0\0\0\0\0\0\0\0", 20);
    append_le32(&out, 1);
    append_le32(&out, 1); /* directory */
    append_le32(&out, 0);
    append_le32(&out, CUTOFF);
    append_le32(&out, 2); /* small table */
    append_le32(&out, 1);
    append_le32(&out, END);
    append_le32(&out, 0);
    append_le32(&out, 0);
    while (out.length < SECTOR)
        append_le32(&out, NONE);
    bytes_append(&out, fat, SECTOR);
    bytes_append(&out, directory.data, directory.length);
    while (out.length < (size_t)3 * SECTOR)
        bytes_append_char(&out, 0);
    bytes_append(&out, small_fat, SECTOR);
    bytes_append(&out, sectors.data, sectors.length);
    bytes_free(&small);
    bytes_free(&sectors);
    bytes_free(&directory);
    return out;
}

static void free_streams(struct stream *streams, size_t count)
{
    for (size_t i = 0; i < count; i++)
        bytes_free(&streams[i].content);
}

static bool holds(struct run *run, const struct bytes *content)
{
    return run->out.length > 0 && memmem(run->out.data, run->out.length, content->data, content->length) != NULL;
}

/* Streams in pieces come out whole; those that stand there whole are not said twice. */
static void joins_streams(void **state)
{
    (void)state;
    for (int scattered = 0; scattered < 2; scattered++)
        for (size_t view = 0; view < 1000; view += 333) {
            struct stream streams[] = {{"large", {0}, 0}, {"small", {0}, 0}, {"tiny", {0}, 0}};
            append_prose(&streams[0].content, 10007, 1);
            append_prose(&streams[1].content, 1501, 2);
            bytes_append_text(&streams[2].content, "anna@exa.se");
            struct bytes file = build(streams, 3, scattered);
            struct run run =
                run_decoder(&sb_decoder_ole, file.data, file.length, 0, &(struct run_options){.view = view});
            assert_int_equal(run.result, SB_DECODE_DONE);
            assert_int_equal(holds(&run, &streams[0].content), scattered);
            assert_int_equal(holds(&run, &streams[1].content), scattered);
            assert_false(holds(&run, &streams[2].content));
            assert_true(scattered || run.out.length == 0);
            run_free(&run);
            bytes_free(&file);
            free_streams(streams, 3);
        }
}

/* Word: pieces in Windows-1252 and UTF-16, out of order in the stream. */
static void append_word(struct bytes *document, struct bytes *table, unsigned flags)
{
    static const char wide[] = "e\0x\0a\0.\0s\0e\0\x0d\0";
    static const char narrow[] = "\x13HYPERLINK \"x\"\x14"
                                 "anna@\x15\x80";
    append_le16(document, 0xa5ec);
    while (document->length < 0x0a)
        bytes_append_char(document, 0);
    append_le16(document, flags);
    while (document->length < 0x1a2)
        bytes_append_char(document, 0);
    append_le32(document, 7); /* where the piece table is, and how long */
    append_le32(document, 3 + 2 + 5 + 3 * 4 + 2 * 8);
    while (document->length < 600)
        bytes_append_char(document, 0);
    bytes_append(document, wide, sizeof wide - 1); /* at 600 */
    bytes_append(document, narrow, sizeof narrow - 1);
    bytes_append(table, "1234567", 7);
    bytes_append(table, "\1\2\0pp\2", 6);
    append_le32(table, 3 * 4 + 2 * 8);
    append_le32(table, 0);
    append_le32(table, sizeof narrow - 1);
    append_le32(table, sizeof narrow - 1 + (sizeof wide - 1) / 2);
    append_le16(table, 0);
    append_le32(table, (600 + sizeof wide - 1) * 2 | 0x40000000);
    append_le16(table, 0);
    append_le16(table, 0);
    append_le32(table, 600);
    append_le16(table, 0);
}

static void joins_the_pieces_of_word(void **state)
{
    (void)state;
    struct stream streams[] = {{"WordDocument", {0}, 0}, {"1Table", {0}, 0}};
    append_word(&streams[0].content, &streams[1].content, 0x200);
    struct bytes file = build(streams, 2, false);
    struct run run = run_decoder(&sb_decoder_ole, file.data, file.length, 0, NULL);
    assert_int_equal(run.result, SB_DECODE_DONE);
    assert_string_equal(bytes_text(&run.out), "\n\nHYPERLINK \"x\"\nanna@\n\xe2\x82\xac"
                                              "exa.se\n");
    run_free(&run);
    bytes_free(&file);
    free_streams(streams, 2);
}

static void append_record(struct bytes *out, unsigned type, const void *data, size_t length)
{
    append_le16(out, type);
    append_le16(out, (unsigned)length);
    bytes_append(out, data, length);
}

static void joins_the_strings_of_excel(void **state)
{
    (void)state;
    struct stream streams[] = {{"Workbook", {0}, 0}};
    struct bytes *book = &streams[0].content;
    double phone = 46840004400.0;
    uint8_t number[14] = {0};
    memcpy(number + 6, &phone, sizeof phone);
    append_record(book, 0x203, number, sizeof number);
    append_record(book, 0x27e, "\0\0\0\0\0\0\x82\x84\x1e\0", 10);            /* 500000 * 4 / 4: too small */
    append_record(book, 0x27e, "\0\0\0\0\0\0\x02\x5a\x62\x02", 10);          /* 10000000 and a half thousand */
    append_record(book, 0xfc, "\2\0\0\0\2\0\0\0\3\0\0abc\x0b\0\0anna@", 22); /* the second one goes on … */
    append_record(book, 0x3c, "\0exa.", 5);
    append_record(book, 0x3c, "\1s\0e\0", 5); /* … in another width */
    struct bytes file = build(streams, 1, false);
    struct run run = run_decoder(&sb_decoder_ole, file.data, file.length, 0, NULL);
    assert_int_equal(run.result, SB_DECODE_DONE);
    assert_string_equal(bytes_text(&run.out), "\n46840004400\n10000000\nanna@exa.se\n");
    run_free(&run);
    bytes_free(&file);
    free_streams(streams, 1);
}

static void append_object(struct bytes *out, unsigned instance, const void *data, size_t length)
{
    append_le16(out, instance << 4);
    append_le16(out, 0x1011);
    append_le32(out, (uint32_t)length);
    bytes_append(out, data, length);
}

/* What was put into a presentation stands compressed in it; one that breaks costs itself. */
static void decompresses_the_objects_of_powerpoint(void **state)
{
    (void)state;
    struct stream streams[] = {{"PowerPoint Document", {0}, 0}};
    struct bytes *document = &streams[0].content;
    struct bytes packed[2] = {{0}, {0}};
    for (int i = 0; i < 2; i++) {
        static const char *const texts[] = {"write to anna@exa.se", "write to bo@exa.se"};
        append_le32(&packed[i], (uint32_t)strlen(texts[i]));
        append_deflated(&packed[i], texts[i], strlen(texts[i]), 15, 6, Z_DEFAULT_STRATEGY);
    }
    append_le16(document, 0);
    append_le16(document, 0xfa8); /* text, as it is */
    append_le32(document, 5);
    bytes_append_text(document, "Hello");
    append_object(document, 0, "\xd0\xcf\x11\xe0", 4);
    append_object(document, 1, packed[0].data, packed[0].length);
    append_object(document, 1, "\x10\0\0\0\x78\x9c\xff\xff\xff", 9);
    append_object(document, 1, packed[1].data, packed[1].length);
    struct bytes file = build(streams, 1, false);
    struct run run = run_decoder(&sb_decoder_ole, file.data, file.length, 0, NULL);
    assert_int_equal(run.result, SB_DECODE_DONE);
    assert_string_equal(bytes_text(&run.out), "\nwrite to anna@exa.se\n\nwrite to bo@exa.se");
    run_free(&run);
    bytes_free(&file);
    bytes_free(&packed[0]);
    bytes_free(&packed[1]);
    free_streams(streams, 1);
}

/* The examples of MS-OXRTFCP, 3.1.1 and 3.1.2. */
static void decompresses_the_body_of_a_mail(void **state)
{
    (void)state;
    static const struct {
        const char *packed;
        size_t length;
        const char *text;
    } rows[] = {
        {"\x2d\0\0\0\x2b\0\0\0LZFu\xf1\xc5\xc7\xa7\x03\0\x0a\0rcpg125\x42\x32\x0a\xf3 hel\x09\0 "
         "bw\x05\xb0ld}\x0a\x80\x0f"
         "\xa0",
         49, "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"},
        {"\x1a\0\0\0\x1c\0\0\0LZFu\xe2\xd4KQA\0\x04 WXYZ\x0dn}\x01\x0e\xb0", 30, "{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (size_t cut = 0; cut < 2; cut++) {
            struct run run = run_decoder(&sb_decoder_lzfu, rows[i].packed, rows[i].length - 2 * cut, 0,
                                         &(struct run_options){.view = 5});
            assert_int_equal(run.result, cut == 0 ? SB_DECODE_DONE : SB_DECODE_BROKEN);
            assert_int_equal(run.consumed, cut == 0 ? rows[i].length : 16);
            assert_memory_equal(run.out.data, rows[i].text, strlen(rows[i].text) - 2 * cut);
            run_free(&run);
        }
    }
}

/* The examples of MS-OVBA 3.2, which begin as no module does, and modules. */

struct collected {
    struct sb_output output; /* first */
    struct bytes text;
};

static int collect(struct sb_output *output, const uint8_t *data, size_t length)
{
    bytes_append(&((struct collected *)(void *)output)->text, data, length);
    return 0;
}

static struct bytes unpack_module(const void *data, size_t length, enum sb_decode_result expected)
{
    const struct sb_container container = {.skip = 3};
    struct collected collected = {{.write = collect}, {0}};
    struct memory_input input = {{memory_view}, data, length};
    uint64_t consumed = 0;
    assert_int_equal(sb_decoder_vba.decode(&container, &input.input, &collected.output, &consumed), expected);
    return collected.text;
}

static void decompresses_macros(void **state)
{
    (void)state;
    static const struct {
        const char *packed;
        size_t length;
        const char *text;
        enum sb_decode_result result;
    } rows[] = {
        {"\x01\x19\xb0\x00"
         "abcdefgh\x00ijklmnop\x00qrstuv.",
         29, "abcdefghijklmnopqrstuv.", SB_DECODE_DONE},
        {"\x01\x2f\xb0\x00#aaabcde\x82"
         "f\x00paghij\x01\x38\x08"
         "akl\x00\x30mnop\x06q\x02p\x04\x10rstuv\x10wxyz\x00\x3c",
         51, "#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa", SB_DECODE_DONE},
        {"\x01\x03\xb0\x02"
         "a\x45\x00",
         7, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", SB_DECODE_DONE},
        {"\x01\x03\xb0\x02"
         "a\x45\x10",
         7, "a", SB_DECODE_BROKEN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bytes text = unpack_module(rows[i].packed, rows[i].length, rows[i].result);
        assert_string_equal(bytes_text(&text), rows[i].text);
        bytes_free(&text);
    }
}

/* Eight characters at a time, without a reference: more than one chunk of it. */
static void append_module(struct bytes *out, const struct bytes *text)
{
    bytes_append_char(out, 1);
    for (size_t at = 0; at < text->length; at += 3600) { /* with its flags, less than a chunk may take */
        size_t end = text->length - at < 3600 ? text->length : at + 3600;
        struct bytes chunk = {0};
        for (size_t i = at; i < end; i++) {
            if ((i - at) % 8 == 0)
                bytes_append_char(&chunk, 0);
            bytes_append_char(&chunk, (char)text->data[i]);
        }
        append_le16(out, (unsigned)(chunk.length - 1) | 0xb000);
        bytes_append(out, chunk.data, chunk.length);
        bytes_free(&chunk);
    }
}

static int write_place(void *context, const struct sb_sighting *sighting)
{
    bytes_format(context, "%.*s %s\n", (int)sighting->value_length, sighting->value, sighting->path);
    return 0;
}

/* In order the plain scan sees the module; in pieces the reader of the file joins it. */
static void finds_macros(void **state)
{
    (void)state;
    for (int scattered = 0; scattered < 2; scattered++) {
        struct stream streams[] = {{"Module1", {0}, 0}};
        struct bytes source = {0};
        struct bytes found = {0};
        struct error error;
        append_noise(&streams[0].content, 500, 1); /* what the program has made of it already */
        bytes_append_text(&source, "Attribute VB_Name = \"Module1\"\r\nSub AutoOpen()\r\n' write to anna@exa.se\r\n");
        append_module(&streams[0].content, &source);
        struct bytes file = build(streams, 1, scattered != 0);
        struct sb_scanner *scanner = sb_scanner_new(&(struct sb_scan_options){0}, &error);
        assert_non_null(scanner);
        struct sb_chunk chunk = {file.data, file.length, 0, 0, file.length};
        struct sb_sink sink = {.sighting = write_place, .context = &found};
        sb_scan_start(scanner);
        assert_int_equal(sb_scan_chunk(scanner, NULL, &chunk, &sink), 0);
        assert_string_equal(bytes_text(&found),
                            scattered ? "anna@exa.se OLE-500-Module1-VBA-58\n" : "anna@exa.se VBA-58\n");
        sb_scanner_free(scanner);
        bytes_free(&found);
        bytes_free(&file);
        bytes_free(&source);
        free_streams(streams, 1);
    }
}

static void says_what_is_locked(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        static const char *const names[] = {"EncryptedPackage", "WordDocument", "Workbook"};
        struct stream streams[] = {{names[i], {0}, 0}, {"1Table", {0}, 0}};
        append_word(&streams[0].content, &streams[1].content, 0x300);
        if (i == 2) {
            bytes_clear(&streams[0].content);
            append_record(&streams[0].content, 0x2f, "\0\0", 2);
        }
        struct bytes file = build(streams, 2, false);
        struct run run = run_decoder(&sb_decoder_ole, file.data, file.length, 0, NULL);
        assert_int_equal(run.result, SB_DECODE_ENCRYPTED);
        run_free(&run);
        bytes_free(&file);
        free_streams(streams, 2);
    }
}

/* Chains that run in circles, share sectors or lead out of the file: no more comes out than the file has bytes. */
static void is_bounded(void **state)
{
    (void)state;
    struct stream streams[] = {{"large", {0}, 0}, {"other", {0}, 0}, {"small", {0}, 0}};
    append_prose(&streams[0].content, 10007, 1);
    append_prose(&streams[1].content, 5000, 3);
    append_prose(&streams[2].content, 1501, 2);
    struct bytes file = build(streams, 3, true);
    struct bytes lie = {0};
    for (size_t at = SECTOR; at < (size_t)4 * SECTOR; at += 4)
        for (uint32_t value = 0; value < 6; value++) {
            static const uint32_t values[] = {0, 3, 4, 0x7fffffff, 0xfffffffd, 9};
            bytes_clear(&lie);
            bytes_append(&lie, file.data, file.length);
            store_le32(lie.data + at, values[value]);
            struct run run = run_decoder(&sb_decoder_ole, lie.data, lie.length, 0, NULL);
            assert_true(run.out.length <= 2 * lie.length);
            run_free(&run);
        }
    bytes_free(&lie);
    bytes_free(&file);
    free_streams(streams, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joins_streams),
        cmocka_unit_test(joins_the_pieces_of_word),
        cmocka_unit_test(joins_the_strings_of_excel),
        cmocka_unit_test(decompresses_the_objects_of_powerpoint),
        cmocka_unit_test(decompresses_the_body_of_a_mail),
        cmocka_unit_test(decompresses_macros),
        cmocka_unit_test(finds_macros),
        cmocka_unit_test(says_what_is_locked),
        cmocka_unit_test(is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
