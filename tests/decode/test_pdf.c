/* The PDF decoder: streams behind all sorts of dictionaries, predictors, and text cut into pieces by show operators. */
#include <zlib.h>

#include "harness.h"

/* A stream object around deflated data; returns where its keyword stands. */
static size_t append_stream(struct bytes *out, const char *dictionary, const char *line_end, const void *data,
                            size_t length)
{
    bytes_format(out, "12 0 obj\n%s\n", dictionary);
    size_t at = out->length;
    bytes_format(out, "stream%s", line_end);
    append_deflated(out, data, length, 15, 6, Z_DEFAULT_STRATEGY);
    bytes_append_text(out, "\nendstream\nendobj\n");
    return at;
}

static const char plain_text[] = "(mailto:anna.berg@exa-post.se) no operator here, only an action";

static void sniffs_by_dictionary_and_data(void **state)
{
    (void)state;
    static const struct {
        const char *dictionary;
        const char *line_end;
        bool found;
    } rows[] = {
        {"<</Length 70/Filter/FlateDecode>>", "\n", true},
        {"<< /Filter /FlateDecode /Length 12 0 R >>", "\r\n", true},
        {"<</Filter [ /FlateDecode ]>>  ", "\r\n", true},
        {"<</Filter[/FlateDecode/DCTDecode]/Length 9999999999999999999999>>", "\n", true},
        {"<</DecodeParms<</Predictor 1>>/Filter/FlateDecode/F <</A<</B 1>>>>>>", "\n", true},
        {"<</Filter 7 0 R/Length 3>>", "\n", true},
        {"<</FilterX/FlateDecode/Filter/FlateDecode>>", "\r", true}, /* against the standard, but met */
        {"<</Filter/DCTDecode>>", "\n", false},
        {"<</Filter[/LZWDecode/FlateDecode]>>", "\n", false},
        {"<</Length 70>>", "\n", false},
        {"<</Filter/FlateDecode>", "\n", false},
        {"<</Filter/FlateDecode>> x", "\n", false},
        {"<</Filter/FlateDecode>>", "", false},
        {"the stream of the river", "\n", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bytes data = {0};
        size_t at = append_stream(&data, rows[i].dictionary, rows[i].line_end, plain_text, sizeof plain_text);
        struct run run = run_decoder(&sb_decoder_pdf, data.data, data.length, at, NULL);
        if (run.sniffed != rows[i].found)
            fail_msg("%s", rows[i].dictionary);
        if (rows[i].found) {
            assert_int_equal(run.result, SB_DECODE_DONE);
            assert_int_equal(run.consumed, data.length - at - strlen("\nendstream\nendobj\n"));
            assert_output(&run, plain_text, sizeof plain_text);
        }
        run_free(&run);
        bytes_free(&data);
    }
}

static void takes_a_dictionary_longer_than_what_is_looked_at(void **state)
{
    (void)state;
    struct bytes dictionary = {0};
    bytes_append_text(&dictionary, "<</Kids[");
    for (int i = 0; i < 300; i++)
        bytes_format(&dictionary, "%d 0 R ", i);
    bytes_append_text(&dictionary, "]/Filter/FlateDecode>>");
    struct bytes data = {0};
    size_t at = append_stream(&data, bytes_text(&dictionary), "\n", plain_text, sizeof plain_text);
    struct run run = run_decoder(&sb_decoder_pdf, data.data, data.length, at, NULL);
    assert_int_equal(run.result, SB_DECODE_DONE);
    run_free(&run);
    bytes_free(&data);
    bytes_free(&dictionary);
}

static void needs_no_checksum_where_the_stream_ends(void **state)
{
    (void)state;
    for (int ends = 0; ends < 2; ends++) {
        struct bytes data = {0};
        bytes_append_text(&data, "<</Filter/FlateDecode>>");
        size_t at = data.length;
        bytes_append_text(&data, "stream\n\x78\x9c");
        append_deflated(&data, plain_text, sizeof plain_text, -15, 9, Z_DEFAULT_STRATEGY);
        size_t end = data.length;
        bytes_append_text(&data, ends ? "\nendstream\n" : "\nanother file's text");
        struct run run = run_decoder(&sb_decoder_pdf, data.data, data.length, at, NULL);
        assert_output(&run, plain_text, sizeof plain_text);
        assert_int_equal(run.result, ends ? SB_DECODE_DONE : SB_DECODE_BROKEN);
        assert_int_equal(run.consumed, ends ? end - at : run.container.skip);
        run_free(&run);
        bytes_free(&data);
    }
}

/* What the stream's text is, behind the stream itself, in which only pieces of text are blanks. */
static void assert_text(const char *content, const char *expected, size_t view)
{
    struct bytes data = {0};
    size_t at = append_stream(&data, "<</Filter/FlateDecode>>", "\n", content, strlen(content));
    struct run run = run_decoder(&sb_decoder_pdf, data.data, data.length, at, &(struct run_options){.view = view});
    assert_int_equal(run.result, SB_DECODE_DONE);
    struct bytes whole = {0};
    bytes_append_text(&whole, content);
    if (expected[0] != 0)
        bytes_format(&whole, "\n%s\n", expected);
    size_t length = strlen(content);
    assert_true(run.out.length >= length);
    for (size_t i = 0; i < length; i++)
        assert_true(run.out.data[i] == (uint8_t)content[i] || run.out.data[i] == ' ');
    assert_string_equal(bytes_text(&run.out) + length, bytes_text(&whole) + length);
    run_free(&run);
    bytes_free(&whole);
    bytes_free(&data);
}

/* A stream without a filter is read when it shows text, and then the plain scan does not see its pieces. What is no
 * content of a page is left to it. */
static void reads_streams_without_filter(void **state)
{
    (void)state;
    static const struct {
        const char *dictionary, *content, *out; /* out: NULL where it is left */
    } rows[] = {
        {"<</Length 99>>", "BT /F1 12 Tf [(ann) -12 (a@exa) 3 (mple.org)] TJ ET\n",
         "BT /F1 12 Tf [                              ] TJ ET\n\nanna@example.org\n"},
        {"<</Length 9>>", "BT (anna@example.org) Tj ET\n", "BT (anna@example.org) Tj ET\n\nanna@example.org\n"},
        {"<</Length 9/Filter/DCTDecode>>", "BT [(ann)-2(a@example.org)] TJ ET\n", NULL},
        {"<</Length 9/Type/Metadata>>", "<x:xmpmeta>anna@example.org</x:xmpmeta>\n", NULL},
        {"", "BT [(ann)-2(a@example.org)] TJ ET\n", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bytes file = {0};
        bytes_format(&file, "4 0 obj %s\n", rows[i].dictionary);
        size_t at = file.length;
        bytes_format(&file, "stream\n%s", rows[i].content);
        size_t end = file.length;
        bytes_append_text(&file, "endstream");
        struct run run = run_decoder(&sb_decoder_pdf_filter, file.data, file.length, at, NULL);
        if (run.sniffed != (rows[i].out != NULL))
            fail_msg("row %zu", i);
        if (run.sniffed) {
            assert_string_equal(bytes_text(&run.out), rows[i].out);
            assert_int_equal(run.consumed, end - at);
        }
        run_free(&run);
        bytes_free(&file);
    }
}

static void joins_shown_text(void **state)
{
    (void)state;
    static const struct {
        const char *content;
        const char *text;
    } rows[] = {
        {"BT /F1 12 Tf 72 700 Td [(ann)-20(a@exa)15(mple.org)]TJ ET", "anna@example.org"},
        {"BT (one)Tj(two)Tj ET", "onetwo"},
        {"BT [(write)-278(to)-300(bo@exa-post.se)] TJ ET", "write to bo@exa-post.se"},
        {"BT 12 TL (first) Tj T* (second) Tj (third) ' 1 2 (fourth) \" ET", "first\nsecond\nthird\nfourth"},
        {"BT 72 700 Td (up) Tj 0 -14 Td (down) Tj ET", "up\ndown"},
        {"BT /F 10 Tf 72 700 Td (left) Tj 100 0 Td (right) Tj ET", "left right"},
        {"BT /F 10 Tf 1 0 0 1 50 700 Tm (a) Tj 1 0 0 1 55.6 700 Tm (n) Tj 1 0 0 1 61.2 700 Tm (n) Tj "
         "1 0 0 1 66.8 700 Tm (a) Tj 1 0 0 1 80 700 Tm (b) Tj ET",
         "anna b"},
        {"BT /F 1 Tf 10 0 0 10 50 700 Tm (i) Tj .28 0 Td (l) Tj .28 0 Td (x) Tj ET", "ilx"},
        /* A program that frames each word on its own, and a line in a frame further down. */
        {"Q q 0.24 0 0 0.24 171.3 708.9 cm BT 50 0 0 50 0 0 Tm /F1.0 1 Tf (user_doc) Tj ET Q q 0.24 0 0 0.24 214.6 "
         "708.9 "
         "cm BT 50 0 0 50 0 0 Tm /F1.0 1 Tf (_pdf) Tj ET Q q 0.24 0 0 0.24 236.6 708.9 cm BT 50 0 0 50 0 0 Tm /F1.0 1 "
         "Tf "
         "(@example.org) Tj ET Q q 0.24 0 0 0.24 90 690 cm BT 50 0 0 50 0 0 Tm /F1.0 1 Tf (next) Tj ET Q",
         "user_doc_pdf@example.org\nnext"},
        {"BT 1 0 0 1 50 700 Tm (here) Tj ET BT 1 0 0 1 50 680 Tm (there) Tj ET", "here\nthere"},
        {"q 1 0 0 1 9 9 cm BT (one) Tj ET Q q 1 0 0 1 9 19 cm BT (two) Tj ET Q", "one\ntwo"},
        {"BT (par\\(en\\)s (nested) \\\\ \\101\\1022\\12x) Tj ET", "par(en)s (nested) \\ AB2 x"},
        {"BT (cut\\\n off) Tj ET", "cut off"},
        {"BT <616e6e61 40 6578612e6f7267> Tj <5> Tj ET", "anna@exa.orgP"},
        {"BT <0061006e006e0061> Tj (\\000@\\000b) Tj ET", "anna@b"},
        {"BT [<616e>-5<6e61>] TJ ET", "anna"},
        {"BT (bj\\366rn\\2404539\\255148) Tj ET", "bj\xc3\xb6rn 4539-148"},
        {"/Span <</ActualText(hidden)>> BDC BT (seen) Tj ET EMC", "seen"},
        {"% (comment) Tj\nBT (seen) Tj ET", "seen"},
        {"BT (seen) Tj ET BI /W 2 /H 2 ID (xx) Tj EI BT (too) Tj ET", "seen\ntoo"},
        {"(not shown) pop [(nor)(this)] 0 d /Name(nor)Do", ""},
        {"BT (unfinished", ""},
        {"BT ()Tj []TJ <>Tj ET", ""},
        {"BT (last)Tj", "last"},
        {"(begun in the stream before) Tj ET BT (and here) Tj ET", "begun in the stream before\nand here"},
        {"(no) Do SUBTLE BTX QBT BT(yes)Tj ET (no) Tj", "yes"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (size_t view = 0; view < 3; view++)
            assert_text(rows[i].content, rows[i].text, view);
}

/* More text than is kept at a time: every line arrives whole, in order, once. */
static void hands_out_long_texts_whole(void **state)
{
    (void)state;
    enum { LINES = 20000 };
    for (size_t newline = 0; newline < 2; newline++) {
        struct bytes content = {0};
        for (int i = 0; i < LINES; i++)
            bytes_format(&content, "BT 1 0 0 1 9 %d Tm [(man)-7(%05d@exa)8(.org)]TJ ET%c", i, i, newline ? '\n' : ' ');
        struct bytes data = {0};
        size_t at = append_stream(&data, "<</Filter/FlateDecode>>", "\n", content.data, content.length);
        struct run run = run_decoder(&sb_decoder_pdf, data.data, data.length, at, NULL);
        assert_int_equal(run.result, SB_DECODE_DONE);
        const char *place = bytes_text(&run.out);
        for (int i = 0; i < LINES; i++) {
            char line[40];
            snprintf(line, sizeof line, "\nman%05d@exa.org\n", i);
            place = strstr(place, line);
            assert_non_null(place);
        }
        run_free(&run);
        bytes_free(&data);
        bytes_free(&content);
    }
}

static void reads_no_text_in_pictures(void **state)
{
    (void)state;
    struct bytes noise = {0};
    append_noise(&noise, 100000, 3);
    memcpy(noise.data + 50000, "BT (x) Tj ET", 12);
    struct bytes data = {0};
    size_t at = append_stream(&data, "<</Filter/FlateDecode>>", "\n", noise.data, noise.length);
    struct run run = run_decoder(&sb_decoder_pdf, data.data, data.length, at, NULL);
    assert_output(&run, noise.data, noise.length);
    run_free(&run);
    bytes_free(&data);
    bytes_free(&noise);
}

/* PNG's filters and TIFF's, applied to known rows. */
static uint8_t predict_paeth(int a, int b, int c)
{
    int p = a + b - c;
    int pa = abs(p - a);
    int pb = abs(p - b);
    int pc = abs(p - c);
    return (uint8_t)(pa <= pb && pa <= pc ? a : pb <= pc ? b : c);
}

static void undoes_predictors(void **state)
{
    (void)state;
    static const struct {
        int predictor;
        size_t colors, bits, columns;
        const char *parms;
    } rows[] = {
        {12, 1, 8, 5, "<</Predictor 12/Columns 5>>"},
        {15, 3, 8, 7, "<</Columns 7/Colors 3/Predictor 15>>"},
        {10, 1, 1, 20, "<</Predictor 10/Columns 20/BitsPerComponent 1>>"},
        {15, 4, 16, 3, "<</Predictor 15/Columns 3/BitsPerComponent 16/Colors 4>>"},
        {2, 3, 8, 9, "<</Predictor 2/Columns 9/Colors 3>>"},
        {2, 2, 16, 9, "<</Predictor 2/Columns 9/Colors 2/BitsPerComponent 16>>"},
    };
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        size_t pixel = rows[r].colors * rows[r].bits / 8 > 0 ? rows[r].colors * rows[r].bits / 8 : 1;
        size_t row = (rows[r].colors * rows[r].bits * rows[r].columns + 7) / 8;
        struct bytes plain = {0};
        append_noise(&plain, row * 500, 7);
        struct bytes predicted = {0};
        for (size_t y = 0; y < 500; y++) {
            uint8_t filter = (uint8_t)(y % 5);
            if (rows[r].predictor >= 10)
                bytes_append(&predicted, &filter, 1);
            for (size_t x = 0; x < row; x++) {
                const uint8_t *now = plain.data + y * row + x;
                int a = x >= pixel ? now[-(ptrdiff_t)pixel] : 0;
                int b = y > 0 ? now[-(ptrdiff_t)row] : 0;
                int c = x >= pixel && y > 0 ? now[-(ptrdiff_t)(row + pixel)] : 0;
                int guess[5] = {0, a, b, (a + b) / 2, predict_paeth(a, b, c)};
                uint8_t byte = (uint8_t)(*now - guess[filter]);
                if (rows[r].predictor == 2 && rows[r].bits == 8)
                    byte = (uint8_t)(*now - a);
                if (rows[r].predictor == 2 && rows[r].bits == 16) {
                    const uint8_t *high = now - x % 2;
                    int left = x >= pixel ? high[-(ptrdiff_t)pixel] << 8 | high[1 - (ptrdiff_t)pixel] : 0;
                    int difference = (high[0] << 8 | high[1]) - left;
                    byte = (uint8_t)(x % 2 ? difference : difference >> 8);
                }
                bytes_append(&predicted, &byte, 1);
            }
        }
        struct bytes dictionary = {0};
        bytes_format(&dictionary, "<</Filter/FlateDecode/DecodeParms%s/Type/ObjStm>>", rows[r].parms);
        struct bytes data = {0};
        size_t at = append_stream(&data, bytes_text(&dictionary), "\n", predicted.data, predicted.length);
        struct run run = run_decoder(&sb_decoder_pdf, data.data, data.length, at, NULL);
        assert_output(&run, plain.data, plain.length);
        run_free(&run);
        bytes_free(&data);
        bytes_free(&dictionary);
        bytes_free(&predicted);
        bytes_free(&plain);
    }
}

static void survives_cuts_and_flipped_bits(void **state)
{
    (void)state;
    struct bytes content = {0};
    for (int i = 0; i < 40; i++)
        bytes_format(&content, "BT /F1 12 Tf 72 %d Td [(ann)-20(a%d@exa)15(mple.org)]TJ ET\n", i, i * 37);
    struct bytes data = {0};
    size_t at = append_stream(&data, "<</Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 9>>>>", "\n",
                              content.data, content.length);
    for (size_t length = at; length < data.length; length++) {
        struct run run = run_decoder(&sb_decoder_pdf, data.data, length, at, NULL);
        run_free(&run);
    }
    for (size_t bit = 0; bit < data.length * 8; bit++) {
        data.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        struct run run = run_decoder(&sb_decoder_pdf, data.data, data.length, at, NULL);
        run_free(&run);
        data.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    bytes_free(&data);
    bytes_free(&content);
}

static void stops_a_bomb_when_asked(void **state)
{
    (void)state;
    static const char *const dictionaries[] = {"<</Filter/FlateDecode>>",
                                               "<</Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 4>>>>"};
    struct bytes content = {0};
    while (content.length < 8 << 20)
        bytes_append_text(&content, "(a)' (b)' ");
    for (size_t i = 0; i < 2; i++)
        for (uint64_t stop_at = 1; stop_at < 4 << 20; stop_at = stop_at * 3 + 1) {
            struct bytes data = {0};
            size_t at = append_stream(&data, dictionaries[i], "\n", content.data, content.length);
            struct run run =
                run_decoder(&sb_decoder_pdf, data.data, data.length, at, &(struct run_options){.stop_at = stop_at});
            assert_int_equal(run.result, SB_DECODE_STOPPED);
            assert_true(run.out.length < stop_at + 65536);
            run_free(&run);
            bytes_free(&data);
        }
    bytes_free(&content);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sniffs_by_dictionary_and_data),
        cmocka_unit_test(takes_a_dictionary_longer_than_what_is_looked_at),
        cmocka_unit_test(needs_no_checksum_where_the_stream_ends),
        cmocka_unit_test(reads_streams_without_filter),
        cmocka_unit_test(joins_shown_text),
        cmocka_unit_test(hands_out_long_texts_whole),
        cmocka_unit_test(reads_no_text_in_pictures),
        cmocka_unit_test(undoes_predictors),
        cmocka_unit_test(survives_cuts_and_flipped_bits),
        cmocka_unit_test(stops_a_bomb_when_asked),
    };
    return cmocka_run_group_tests_name("decode: pdf", tests, NULL, NULL);
}
