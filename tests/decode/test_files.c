/* Archives, pictures, databases and documents that hold others: each decoder alone, and what the whole scanner finds
 * through them. */
#include <archive.h>
#include <archive_entry.h>
#include <zlib.h>

#include "scan/scan.h"

#include "harness.h" /* last: cmocka defines a macro named fail */

/* "NAME: text" of what the scanner would see: the output with its members' lines. */
static void check(const struct sb_decoder *decoder, const struct bytes *file, enum sb_decode_result result,
                  const char *text)
{
    static const size_t views[] = {0, 1, 100, 4096};
    for (size_t v = 0; v < sizeof views / sizeof *views; v++) {
        struct run run = run_decoder(decoder, file->data, file->length, 0, &(struct run_options){.view = views[v]});
        assert_true(run.sniffed);
        assert_int_equal(run.result, result);
        assert_string_equal(bytes_text(&run.out), text);
        run_free(&run);
    }
}

/* tar */

static void append_tar(struct bytes *out, const char *name, char type, const char *content)
{
    char header[512] = {0};
    (void)snprintf(header, 100, "%s", name);
    (void)snprintf(header + 124, 12, "%011o", (unsigned)strlen(content) & 0xffff);
    header[156] = type;
    memcpy(header + 257, "ustar\00000", 8);
    memset(header + 148, ' ', 8);
    unsigned sum = 0;
    for (unsigned i = 0; i < sizeof header; i++)
        sum += (uint8_t)header[i];
    (void)snprintf(header + 148, 8, "%06o", sum);
    bytes_append(out, header, sizeof header);
    bytes_append_text(out, content);
    while (out->length % 512 != 0)
        bytes_append_char(out, 0);
}

static void names_what_tar_holds(void **state)
{
    (void)state;
    struct bytes file = {0};
    append_tar(&file, "home/a.txt", '0', "anna@exa.se");
    append_tar(&file, "././@LongLink", 'L', "a/very/long/name.txt");
    append_tar(&file, "a/very/lo", '0', "bo@exa.se");
    append_tar(&file, "PaxHeader", 'x', "20 path=pax/name.txt\n");
    append_tar(&file, "pax", '0', "cia@exa.se");
    append_tar(&file, "last", '0', "dan@exa.se");
    static const struct {
        size_t at;
        const char *name, *text;
    } members[] = {{0, "home/a.txt", "anna@exa.se"},
                   {2048, "a/very/long/name.txt", "bo@exa.se"},
                   {4096, "pax/name.txt", "cia@exa.se"},
                   {5120, "last", "dan@exa.se"}};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        struct run run = run_decoder(&sb_decoder_tar, file.data, file.length, members[i].at, NULL);
        assert_int_equal(run.result, SB_DECODE_DONE);
        assert_string_equal(run.container.label, members[i].name);
        assert_string_equal(bytes_text(&run.out), members[i].text);
        assert_int_equal(run.consumed, 512 + strlen(members[i].text));
        run_free(&run);
    }
    /* Another file's bytes where the archive should go on; a header that is wrong. */
    memset(file.data + 1024, 'x', 512);
    struct run run = run_decoder(&sb_decoder_tar, file.data, file.length, 0, NULL);
    assert_int_equal(run.result, SB_DECODE_BROKEN);
    assert_int_equal(run.out.length, 0);
    run_free(&run);
    file.data[0]++;
    assert_false(run_decoder(&sb_decoder_tar, file.data, file.length, 0, NULL).sniffed);
    bytes_free(&file);
}

/* 7z, RAR, cabinets */

static void append_7z(struct bytes *out, const char *const (*members)[2], size_t count)
{
    struct archive *archive = archive_write_new();
    size_t used = 0;
    assert_int_equal(bytes_reserve(out, 1 << 20), 0);
    assert_int_equal(archive_write_set_format_7zip(archive), ARCHIVE_OK);
    assert_int_equal(archive_write_open_memory(archive, out->data, 1 << 20, &used), ARCHIVE_OK);
    for (size_t i = 0; i < count; i++) {
        struct archive_entry *entry = archive_entry_new();
        archive_entry_set_pathname(entry, members[i][0]);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_size(entry, (la_int64_t)strlen(members[i][1]));
        assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
        (void)archive_write_data(archive, members[i][1], strlen(members[i][1]));
        archive_entry_free(entry);
    }
    assert_int_equal(archive_write_close(archive), ARCHIVE_OK);
    archive_write_free(archive);
    out->length = used;
}

/* One stored member (RAR 4): marker, archive header, file header, bytes, end. */
static void append_rar_block(struct bytes *out, const char *rest, size_t length)
{
    append_le16(out, (unsigned)crc32(0, (const Bytef *)rest, (uInt)length) & 0xffff);
    bytes_append(out, rest, length);
}

static void append_rar(struct bytes *out, const char *text, unsigned flags)
{
    bytes_append(out, "Rar!\x1a\7\0", 7);
    append_rar_block(out, "\x73\0\0\x0d\0\0\0\0\0\0\0", 11);
    struct bytes header = {0};
    bytes_append(&header, "\x74", 1);
    append_le16(&header, 0x8000 | flags);
    append_le16(&header, 32 + 5);
    append_le32(&header, (uint32_t)strlen(text));
    append_le32(&header, (uint32_t)strlen(text));
    bytes_append(&header, "\3", 1);
    append_le32(&header, (uint32_t)crc32(0, (const Bytef *)text, (uInt)strlen(text)));
    append_le32(&header, 0x5a21a3f0);
    bytes_append(&header, "\x14\x30", 2);
    append_le16(&header, 5);
    append_le32(&header, 0x81a4);
    bytes_append_text(&header, "a.txt");
    append_rar_block(out, (const char *)header.data, header.length);
    bytes_append_text(out, text);
    append_rar_block(out, "\x7b\0\x40\7\0", 5);
    bytes_free(&header);
}

static void append_cabinet(struct bytes *out, const char *text)
{
    size_t length = strlen(text);
    bytes_append(out, "MSCF\0\0\0", 8);
    append_le32(out, (uint32_t)(36 + 8 + 22 + 8 + length));
    append_le32(out, 0);
    append_le32(out, 36 + 8);
    append_le32(out, 0);
    bytes_append(out, "\3\1\1\0\1\0\0\0\1\2\0\0", 12);
    append_le32(out, 36 + 8 + 22);
    bytes_append(out, "\1\0\0\0", 4); /* one block, stored */
    append_le32(out, (uint32_t)length);
    append_le32(out, 0);
    bytes_append(out, "\0\0\x21\x5a\xf0\xa3\x20\0a.txt", 14);
    append_le32(out, 0); /* no checksum */
    append_le16(out, (unsigned)length);
    append_le16(out, (unsigned)length);
    bytes_append_text(out, text);
}

static void opens_archives(void **state)
{
    (void)state;
    static const char *const members[][2] = {{"a.txt", "anna@exa.se"}, {"b/b.txt", "bo@exa.se"}, {"empty", ""}};
    struct bytes file = {0};
    append_7z(&file, members, 3);
    check(&sb_decoder_7z, &file, SB_DECODE_DONE, "\nanna@exa.se\nbo@exa.se\n");
    file.length -= 20; /* its list of members is cut off */
    check(&sb_decoder_7z, &file, SB_DECODE_BROKEN, "");
    bytes_clear(&file);
    append_rar(&file, "anna@exa.se", 0);
    check(&sb_decoder_rar, &file, SB_DECODE_DONE, "\nanna@exa.se");
    bytes_clear(&file);
    append_rar(&file, "anna@exa.se", 4);
    check(&sb_decoder_rar, &file, SB_DECODE_ENCRYPTED, "\n");
    bytes_clear(&file);
    append_cabinet(&file, "anna@exa.se");
    check(&sb_decoder_cab, &file, SB_DECODE_DONE, "\nanna@exa.se");
    bytes_free(&file);
}

/* An archive's own header has a checksum: without it every marker would be opened. */
static void knows_archives_by_their_headers(void **state)
{
    (void)state;
    struct bytes file = {0};
    struct sb_container container;
    append_rar(&file, "anna@exa.se", 0);
    assert_true(sb_decoder_rar.sniff(file.data, file.length, 0, &container));
    file.data[7] ^= 1;
    assert_false(sb_decoder_rar.sniff(file.data, file.length, 0, &container));
    bytes_clear(&file);
    static const char main_header[] = "\x05\1\0\0\0\0"; /* its size, type, flags, … */
    bytes_append(&file, "Rar!\x1a\7\1\0", 8);
    append_le32(&file, (uint32_t)crc32(0, (const Bytef *)main_header, 6));
    bytes_append(&file, main_header, 6);
    assert_false(sb_decoder_rar.sniff(file.data, file.length - 1, 0, &container));
    assert_true(sb_decoder_rar.sniff(file.data, file.length, 0, &container));
    file.data[15] ^= 1;
    assert_false(sb_decoder_rar.sniff(file.data, file.length, 0, &container));
    bytes_free(&file);
}

static int write_place(void *context, const struct sb_sighting *sighting)
{
    bytes_format(context, "%.*s %s\n", (int)sighting->value_length, sighting->value, sighting->path);
    return 0;
}

static int ignore_note(void *context, uint64_t offset, const char *path, const char *reason)
{
    (void)offset;
    bytes_format(context, "%s %s\n", reason, path);
    return 0;
}

/* A path says which member, offsets count anew in each, and no value runs from one member into the next. */
static void paths_name_members(void **state)
{
    (void)state;
    static const char *const members[][2] = {{"a-1.txt", "to anna@exa.se"}, {"b.txt", "xanna@exa.se to bo@exa.se"}};
    struct bytes file = {0};
    struct bytes found = {0};
    struct error error;
    append_7z(&file, members, 2);
    struct sb_scanner *scanner = sb_scanner_new(&(struct sb_scan_options){0}, &error);
    assert_non_null(scanner);
    sb_scan_start(scanner);
    struct sb_chunk chunk = {file.data, file.length, 0, 0, file.length};
    struct sb_sink sink = {.sighting = write_place, .note = ignore_note, .context = &found};
    assert_int_equal(sb_scan_chunk(scanner, NULL, &chunk, &sink), 0);
    assert_string_equal(bytes_text(&found),
                        "anna@exa.se 7Z-3-a%2D1.txt\nxanna@exa.se 7Z-0-b.txt\nbo@exa.se 7Z-16-b.txt\n");
    sb_scanner_free(scanner);
    bytes_free(&found);
    bytes_free(&file);
}

/* RTF */

static const struct {
    const char *file, *text;
} rich[] = {
    {"{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}\\f0 anna{\\b @exa}\\i .se\\par next\\par}",
     "anna@exa.se\nArial;\n\nnext\n"},
    {"{\\rtf1 anna\\'40exa\\u46?se \\u8364?\\'80 \\{a\\}\\\\\\~b\\_c\\-d}",
     "anna@exa.se \xe2\x82\xac\xe2\x82\xac {a}\\ b-cd"},
    {"{\\rtf1 {\\uc2 a\\u64??b}\\u64?c}", "a@b@c"},
    {"{\\rtf1 anna{\\*\\bkmkstart mark}@exa\r\n.se\\line x}", "anna@exa.se\nx"},
    {"{\\rtf1 {\\field{\\*\\fldinst{HYPERLINK \"mailto:bo@exa.se\"}}{\\fldrslt link}}\\par}",
     "link\nHYPERLINK \"mailto:bo@exa.se\"\n\n"},
    {"{\\rtf1 a{\\object{\\*\\objdata 616e6e61\r\n40657861 2e7365}}b}", "ab\nanna@exa.se\n\n"},
    {"{\\rtf1\\bin5 }{}\\ab}", "}{}\\ab"},
    {"{\\rtf1 a{\\pict 616e{\\rtf1 face@exa.se}}}", "a\nanface@exa.se\n"}, /* one that broke off, and the next */
};

static void reads_rich_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rich / sizeof *rich; i++) {
        struct bytes file = {0};
        bytes_append_text(&file, rich[i].file);
        check(&sb_decoder_rtf, &file, SB_DECODE_DONE, rich[i].text);
        file.data[file.length - 1] = 0; /* another file's bytes behind a piece of it */
        struct run run = run_decoder(&sb_decoder_rtf, file.data, file.length, 0, NULL);
        assert_int_equal(run.result, SB_DECODE_BROKEN);
        assert_int_equal(run.consumed, file.length); /* so far it was read, and is not opened again */
        run_free(&run);
        bytes_free(&file);
    }
    /* Deeper than anybody nests, and longer asides than are kept. */
    struct bytes file = {0};
    bytes_append_text(&file, "{\\rtf1 ");
    for (int i = 0; i < 100000; i++)
        bytes_append_text(&file, "{\\*\\x aside");
    for (int i = 0; i < 100000; i++)
        bytes_append_text(&file, "}");
    bytes_append_text(&file, "anna@exa.se}");
    struct run run = run_decoder(&sb_decoder_rtf, file.data, file.length, 0, NULL);
    assert_int_equal(run.result, SB_DECODE_DONE);
    assert_non_null(strstr(bytes_text(&run.out), "\nanna@exa.se"));
    run_free(&run);
    bytes_free(&file);
}

/* PNG */

static void reads_comments_of_pictures(void **state)
{
    (void)state;
    static const char text[] = "anna@exa.se";
    for (int kind = 0; kind < 2; kind++) {
        struct bytes packed = {0};
        struct bytes file = {0};
        bytes_append(&packed, kind ? "XMP\0\1\0en\0n\xc3\xa5\0" : "Comment\0\0", kind ? 13 : 9);
        append_deflated(&packed, text, sizeof text - 1, 15, 6, Z_DEFAULT_STRATEGY);
        bytes_append(&file, (uint8_t[]){0, 0, 0, (uint8_t)packed.length}, 4);
        bytes_append_text(&file, kind ? "iTXt" : "zTXt");
        bytes_append(&file, packed.data, packed.length);
        append_noise(&file, 4, 1);
        const struct sb_decoder *decoder = kind ? &sb_decoder_png_itxt : &sb_decoder_png_ztxt;
        check(decoder, &file, SB_DECODE_DONE, text);
        file.data[8 + (kind ? 3 : 7)] = ' '; /* no end of the keyword */
        assert_false(run_decoder(decoder, file.data, file.length, 0, NULL).sniffed);
        bytes_free(&file);
        bytes_free(&packed);
    }
}

/* PDF's other filters; the examples of ISO 32000-1, 7.4.4.2, and of btoa's most quoted sentence. */
static void undoes_the_filters_of_pdf(void **state)
{
    (void)state;
    static const struct {
        const char *filters, *payload;
        size_t length;
        const char *text;
    } rows[] = {
        {"/ASCII85Decode", "9jqo^BlbD-BleB1DJ+*+F(f,q~>", 27, "Man is distinguished"},
        {"[/ASCIIHexDecode]", "616E 6e61>", 10, "anna"},
        {"/LZWDecode", "\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01", 9, "-----A---B"},
        {"[ /AHx /RL ]", "01 6162 fe 63 80>", 17, "abccc"},
        {"[/AHx /FlateDecode]", "789c4bcccb4b7448ad48d42b4e050019370423>", 39, "anna@exa.se"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bytes file = {0};
        bytes_format(&file, "<< /Length 9 /Filter %s >>\n", rows[i].filters);
        size_t at = file.length;
        bytes_append_text(&file, "stream\n");
        bytes_append(&file, rows[i].payload, rows[i].length);
        bytes_append_text(&file, "\nendstream");
        struct run run = run_decoder(&sb_decoder_pdf_filter, file.data, file.length, at, NULL);
        assert_true(run.sniffed);
        assert_int_equal(run.result, SB_DECODE_DONE);
        assert_string_equal(bytes_text(&run.out), rows[i].text);
        run_free(&run);
        bytes_free(&file);
    }
}

/* ASCII85 by its marks, with spaces in it, and in a program in PostScript, alone and in front of deflate. */
static void reads_ascii85(void **state)
{
    (void)state;
    static const char text[] = "write to anna@exa.se and bo@exa.se";
    static const struct {
        const struct sb_decoder *decoder;
        const char *file;
        enum sb_decode_result result;
    } rows[] = {
        {&sb_decoder_ascii85, "<~GB.D>AKZ)5+CT/*@6eCK@4lV4+CT.u+C]7SAU%W9F(G~>", SB_DECODE_DONE},
        {&sb_decoder_ascii85, "<~GB.D>AKZ)5+CT/*@6\n eCK@4lV4+C\r\nT.u+C]7SAU%W9F(G\n~>", SB_DECODE_DONE},
        {&sb_decoder_ascii85, "<~GB.D>AKZ)5+CT/*@6eCK@4lV4+CT.u+C]7SAU%W9F(G", SB_DECODE_BROKEN},
        {&sb_decoder_ascii85_postscript,
         "/ASCII85Decode filter def\n%%BeginData: 1 ASCII Lines\n<< /Decode[0 1] >> image\n"
         "GB.D>AKZ)5+CT/*@6eCK@4lV4+CT.u+C]7SAU%W9F(G~>\nshowpage",
         SB_DECODE_DONE},
        {&sb_decoder_ascii85_postscript,
         "/ASCII85Decode filter /FlateDecode filter cvx exec\r\nGap9;at-+a.*5O]bf`Y$8?GG4.o$8R;\\YDcTf`>/$Of#~>",
         SB_DECODE_DONE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t view = 0; view < 20; view += 7) {
            struct run run = run_decoder(rows[i].decoder, rows[i].file, strlen(rows[i].file), 0,
                                         &(struct run_options){.view = view});
            assert_true(run.sniffed);
            assert_int_equal(run.result, rows[i].result);
            assert_string_equal(bytes_text(&run.out), text);
            run_free(&run);
        }
    static const char *const others[] = {"<~", "<~ short ~>", "<~GB.D>AKZ)5\xff+CT/*@6eCK@4lV4",
                                         "<~<~<~<~<~<~<~<~<~<~"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(run_decoder(&sb_decoder_ascii85, others[i], strlen(others[i]), 0, NULL).sniffed);
    static const char *const programs[] = {"/ASCII85Decode]", "/ASCII85Decode filter\nimage\nshowpage\n",
                                           "/ASCII85Decode filter /DCTDecode"};
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        assert_false(run_decoder(&sb_decoder_ascii85_postscript, programs[i], strlen(programs[i]), 0, NULL).sniffed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_what_tar_holds),
        cmocka_unit_test(opens_archives),
        cmocka_unit_test(knows_archives_by_their_headers),
        cmocka_unit_test(paths_name_members),
        cmocka_unit_test(reads_rich_text),
        cmocka_unit_test(reads_comments_of_pictures),
        cmocka_unit_test(undoes_the_filters_of_pdf),
        cmocka_unit_test(reads_ascii85),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
