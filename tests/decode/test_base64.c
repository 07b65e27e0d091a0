/* The base64 decoder: the shapes it is met in, what looks like it and is not, and where it ends. */
#include "harness.h"

/* Encodes as RFC 4648 says, in lines of `width` characters (0: one line) with `line_end` and `margin` between them. */
static void append_base64(struct bytes *out, const void *data, size_t length, bool url, size_t width,
                          const char *line_end, const char *margin, bool padded)
{
    static const char standard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    static const char safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const char *alphabet = url ? safe : standard;
    const uint8_t *bytes = data;
    size_t column = 0;
    for (size_t i = 0; i < length; i += 3) {
        uint32_t group = (uint32_t)bytes[i] << 16;
        group |= i + 1 < length ? (uint32_t)bytes[i + 1] << 8 : 0;
        group |= i + 2 < length ? bytes[i + 2] : 0;
        size_t characters = length - i >= 3 ? 4 : length - i + 1;
        for (size_t k = 0; k < (padded ? 4 : characters); k++) {
            if (width > 0 && column == width) {
                bytes_append_text(out, line_end);
                bytes_append_text(out, margin);
                column = 0;
            }
            if (k < characters)
                bytes_append_char(out, alphabet[group >> (18 - 6 * k) & 63]);
            else
                bytes_append_char(out, '=');
            column++;
        }
    }
}

static const char letter[] = "Please write to anna.berg@exa-post.se and to bo@exa-post.se, or transfer the money to "
                             "SE45 5000 0000 0583 9825 7466 before Monday; we will not wait any longer than that.\r\n";

static void decodes_every_shape(void **state)
{
    (void)state;
    static const struct {
        const char *before;
        const char *after;
        size_t width;
        const char *line_end;
        const char *margin;
        bool url;
        bool padded;
    } shapes[] = {
        {"Content-Transfer-Encoding: base64\r\n\r\n", "\r\n\r\n--=_part\r\n", 76, "\r\n", "", false, true},
        {"\n\n", "\n--000000000000boundary1\n", 76, "\n", "", false, true},
        {"-----BEGIN MESSAGE-----\n", "\n-----END MESSAGE-----\n", 64, "\n", "", false, false},
        {"> ", "\n", 72, "\n", "> ", false, true},
        {"> > ", "\r\n\r\n", 60, "\r\n", "> > ", false, true},
        {"    ", "\n", 76, "\n", "    ", false, false},
        {"-----BEGIN MESSAGE-----\r", "\r-----END MESSAGE-----\r", 64, "\r", "", false, true},
        {"", "", 0, "", "", false, true},
        {"<a href=\"data:text/plain;base64,", "\">letter</a>", 0, "", "", false, true},
        {"src='data:text/plain;base64,", "' />", 40, "\n", "", false, true},
        {"{\"payload\":\"", "\"}", 0, "", "", true, false},
        {"eyJ.", ".c2ln", 0, "", "", true, false},
        {"key=", "&next=1", 0, "", "", false, true},
    };
    static const size_t views[] = {0, 1, 3, 100};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        for (size_t cut = 0; cut < 3; cut++)
            for (size_t v = 0; v < 4; v++) {
                size_t length = sizeof letter - 1 - cut;
                struct bytes data = {0};
                bytes_append_text(&data, shapes[i].before);
                size_t begin = data.length;
                append_base64(&data, letter, length, shapes[i].url, shapes[i].width, shapes[i].line_end,
                              shapes[i].margin, shapes[i].padded);
                size_t encoded = data.length - begin;
                bytes_append_text(&data, shapes[i].after);
                struct run run = run_decoder(&sb_decoder_base64, data.data, data.length, begin,
                                             &(struct run_options){.view = views[v]});
                assert_true(run.sniffed);
                assert_int_equal(run.result, SB_DECODE_DONE);
                if (run.consumed != encoded)
                    fail_msg("shape %zu cut %zu: %zu of %zu", i, cut, (size_t)run.consumed, encoded);
                assert_output(&run, letter, length);
                run_free(&run);
                bytes_free(&data);
            }
}

static void begins_once_however_many_lines(void **state)
{
    (void)state;
    static const char *const margins[] = {"", "> ", "\t"};
    static const char *const befores[] = {"\n", "data:a/b;base64,"};
    static const char *const line_ends[] = {"\r\n", "\n", "\r"};
    for (size_t m = 0; m < 9; m++)
        for (size_t b = 0; b < 2; b++) {
            struct bytes plain = {0};
            append_noise(&plain, 20000, 2);
            struct bytes data = {0};
            bytes_append_text(&data, befores[b]);
            bytes_append_text(&data, b == 0 ? margins[m % 3] : "");
            size_t begin = data.length;
            append_base64(&data, plain.data, plain.length, false, 76, line_ends[m / 3], margins[m % 3], true);
            size_t containers = 0;
            for (size_t at = 0; at < data.length; at++) {
                struct sb_container container;
                containers += sb_decoder_base64.sniff(data.data, data.length, at, &container);
            }
            assert_int_equal(containers, 1);
            struct run run = run_decoder(&sb_decoder_base64, data.data, data.length, begin, NULL);
            assert_int_equal(run.consumed, data.length - begin);
            assert_output(&run, plain.data, plain.length);
            run_free(&run);
            bytes_free(&data);
            bytes_free(&plain);
        }
}

static void is_not_fooled(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "d41d8cd98f00b204e9800998ecf8427e",
        "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
        "123e4567-e89b-12d3-a456-426614174000",
        "/usr/share/doc/libtsk-dev/examples/README",
        "com/sun/org/apache/xerces/internal/impl/XMLEntityManager",
        "getElementsByTagNameAndClassNameFromDocument",
        "THIS_IS_A_LONG_CONSTANT_NAME_FOR_A_SETTING",
        "this-is-a-long-headline-in-an-address-of-the-web",
        "_ZNSt8ios_base4InitC1EvSt6vectorIiSaIiEE9push_back",
        "_ZN4llvm12PassRegistry15getPassRegistryEv",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "--------------------------------------------",
        "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
        "1BvBMSEYstWetqTFn5Au4m4GFgaNnkMvQ9xyzABCDEF",
        "0x52908400098527886E0F7030069857D2E4169EE7",
        "/Volumes/Macintosh/Users/anna/Library/ApplicationSupport/Mail",
        "VGhpcyBpcyB0b28gc2hvcnQ",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sb_container container;
        if (sb_decoder_base64.sniff((const uint8_t *)rows[i], strlen(rows[i]), 0, &container))
            fail_msg("taken for base64: %s", rows[i]);
    }
}

static void misses_no_text_and_no_noise(void **state)
{
    (void)state;
    size_t missed = 0;
    for (unsigned seed = 0; seed < 3000; seed++) {
        struct bytes plain = {0};
        if (seed % 3 == 0)
            append_noise(&plain, 48 + seed % 100, seed);
        else
            append_prose(&plain, 18 + seed % 200, seed);
        if (seed % 3 == 2) { /* UTF-16 */
            struct bytes wide = {0};
            for (size_t i = 0; i < plain.length; i++)
                append_le16(&wide, plain.data[i]);
            bytes_free(&plain);
            plain = wide;
        }
        struct bytes data = {0};
        append_base64(&data, plain.data, plain.length, false, 76, "\n", "", true);
        struct run run = run_decoder(&sb_decoder_base64, data.data, data.length, 0, NULL);
        missed += !run.sniffed;

        if (run.sniffed)
            assert_output(&run, plain.data, plain.length);
        run_free(&run);
        bytes_free(&data);
        bytes_free(&plain);
    }
    assert_int_equal(missed, 0);
}

/* The characters of a key line are base64 themselves, and mostly capitals at first: base64 of them mixes as little as a
 * word does. */
static void a_line_that_mixes_little_and_begins_as_text_is_base64(void **state)
{
    (void)state;
    static const char key[] =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBC05D55BX6Gc0W0j6Ndui5sid0CHXB0ziEdBDaQ74R5 anna@example.org\n";
    struct bytes data = {0};
    bytes_append_text(&data, "Content-Transfer-Encoding: base64\r\n\r\n");
    size_t begin = data.length;
    append_base64(&data, key, sizeof key - 1, false, 76, "\r\n", "", true);
    struct run run = run_decoder(&sb_decoder_base64, data.data, data.length, begin, NULL);
    assert_true(run.sniffed);
    assert_output(&run, key, sizeof key - 1);
    run_free(&run);
    bytes_free(&data);
}

/* Short and of capitals alone: only the word in front tells. */
static void a_data_url_says_that_it_is_base64(void **state)
{
    (void)state;
    static const char url[] = "src=\"data:text/plain;base64,IAptYWM6IEIyLURFLUNBLTU2LTRBLUE1IAoK\"";
    static const char text[] = " \nmac: B2-DE-CA-56-4A-A5 \n\n";
    size_t begin = (size_t)(strchr(url, ',') + 1 - url);
    struct run run = run_decoder(&sb_decoder_base64, (const uint8_t *)url, sizeof url - 1, begin, NULL);
    assert_true(run.sniffed);
    assert_output(&run, text, sizeof text - 1);
    run_free(&run);
}

/* The scanner announces parts of 24 characters or more between '-' and '_', of which the first one counts. */
static void an_address_may_part_the_run_early(void **state)
{
    (void)state;
    static const char in_parts[] = "QlpoOTFBWSZTWf-U14cAARVfgEAQQGHfIBCAARA___AAPqf8Wd2Ck0sVb9TnYeR3xLm5Zu7HoQj1";
    struct bytes data = {0};
    bytes_append_text(&data, "GET /a?state=");
    size_t begin = data.length;
    bytes_append_text(&data, in_parts);
    bytes_append_text(&data, "&v=2\n");
    static const size_t anchors[] = {15, 42};
    for (size_t i = 0; i < 2; i++) {
        struct run run = run_decoder(&sb_decoder_base64, data.data, data.length, begin + anchors[i], NULL);
        assert_int_equal(run.sniffed, i == 0);
        if (i == 0) {
            assert_int_equal(run.out.length, sizeof in_parts / 4 * 3);
            assert_memory_equal(run.out.data, "BZh91AY&SY", 10);
        }
        run_free(&run);
    }
    bytes_free(&data);
}

/* What other decoders open begins with so many zeros, or all ones, that it mixes little. */
static void what_begins_a_container_is_base64(void **state)
{
    (void)state;
    static const char *const begins[] = {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
                                         "7z\xbc\xaf\x27\x1c",
                                         "Rar!\x1a\7",
                                         "MSCF",
                                         "\x89PNG\r\n\x1a\n",
                                         "!BDN",
                                         "\x5d",
                                         "MAM\x04",
                                         "\x81\x81xpress",
                                         "\x37\x7f\x06\x82",
                                         "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"};
    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++) {
        struct bytes plain = {0};
        struct bytes data = {0};
        bytes_append_text(&plain, begins[i]);
        while (plain.length < 512)
            bytes_append_char(&plain, 0);
        append_base64(&data, plain.data, plain.length, false, 76, "\r\n", "", true);
        struct run run = run_decoder(&sb_decoder_base64, data.data, data.length, 0, NULL);
        assert_true(run.sniffed);
        assert_output(&run, plain.data, plain.length);
        run_free(&run);
        bytes_free(&data);
        bytes_free(&plain);
    }
}

static void decodes_long_lines_in_pieces_and_stops_when_asked(void **state)
{
    (void)state;
    struct bytes plain = {0};
    append_noise(&plain, 1000001, 3);
    for (size_t width = 0; width <= 76; width += 76) {
        struct bytes data = {0};
        append_base64(&data, plain.data, plain.length, false, width, "\n", "", false);
        struct run run =
            run_decoder(&sb_decoder_base64, data.data, data.length, 0, &(struct run_options){.view = 1001});
        assert_int_equal(run.consumed, data.length);
        assert_output(&run, plain.data, plain.length);
        run_free(&run);
        run = run_decoder(&sb_decoder_base64, data.data, data.length, 0, &(struct run_options){.stop_at = 50000});
        assert_int_equal(run.result, SB_DECODE_STOPPED);
        assert_true(run.out.length < 50000 + 65536);
        assert_true(run.consumed < 200000);
        run_free(&run);
        bytes_free(&data);
    }
    bytes_free(&plain);
}

static void ends_where_the_text_goes_on(void **state)
{
    (void)state;
    static const char *const tails[] = {"\nKind regards, Anna\n", "\r\n\r\nRegards\r\n", "==\nRegards\n", " and so on",
                                        "\n"};
    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        struct bytes data = {0};
        append_base64(&data, letter, sizeof letter - 1, false, 76, "\n", "", false);
        size_t encoded = data.length + (i == 2 ? 2 : 0);
        bytes_append_text(&data, tails[i]);
        struct run run = run_decoder(&sb_decoder_base64, data.data, data.length, 0, NULL);
        assert_int_equal(run.consumed, encoded);
        assert_output(&run, letter, sizeof letter - 1);
        run_free(&run);
        bytes_free(&data);
    }
}

/* As PHP, browsers and other programs write it into a string: a slash, the signs and line ends escaped. Found at the
 * first piece that is long enough, decoded from the string's beginning, in whatever views; behind it all is left. */
static void resolves_escapes(void **state)
{
    (void)state;
    static const char *const styles[][4] = {
        {"\\/", "+", "=", ""},           {"%2F", "%2B", "%3D", ""}, {"%2f", "%2b", "%3d", ""},
        {"/", "\\u002B", "\\u003D", ""}, {"/", "+", "=", "\\n"},    {"\\/", "+", "=", "\\r\\n"},
        {"%2F", "%2B", "%3D", "%0D%0A"},
    };
    struct bytes plain = {0};
    append_prose(&plain, 3001, 7);
    append_noise(&plain, 20000, 7);
    bytes_append_text(&plain, "\377\357\276?>~ anna.berg@example.org");
    for (size_t style = 0; style < sizeof styles / sizeof *styles; style++) {
        struct bytes text = {0};
        bytes_append_text(&text, "{ \"body\": \"");
        size_t begin = text.length;
        static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for (size_t i = 0, column = 0; i < plain.length; i += 3) {
            uint32_t group = 0;
            size_t left = plain.length - i;
            for (size_t k = 0; k < 3; k++)
                group = group << 8 | (k < left ? plain.data[i + k] : 0U);
            for (size_t k = 0; k < 4; k++, column++) {
                char digit[2] = {digits[group >> (18 - 6 * k) & 63], 0};
                if (column > 0 && column % 76 == 0)
                    bytes_append_text(&text, styles[style][3]);
                bytes_append_text(&text, k > left                  ? styles[style][2]
                                         : strcmp(digit, "/") == 0 ? styles[style][0]
                                         : strcmp(digit, "+") == 0 ? styles[style][1]
                                                                   : digit);
            }
        }
        size_t end = text.length;
        bytes_append_text(&text, "\", \"next\": 1 }");
        unsigned sniffed = 0;
        for (size_t run = 0, at = begin; at < end; at++) { /* as the scanner offers its places */
            run = memchr(digits, text.data[at], 64) != NULL ? run + 1 : 0;
            struct sb_container container = {0};
            if (run != 24 || !sb_decoder_base64_escaped.sniff(text.data, text.length, at - 23, &container) ||
                sniffed++ > 0)
                continue;
            for (size_t view = 0; view < 30; view += 29) {
                struct run got = run_decoder(&sb_decoder_base64_escaped, text.data, text.length, at - 23,
                                             &(struct run_options){.view = view});
                assert_int_equal(got.result, SB_DECODE_DONE);
                assert_output(&got, plain.data, plain.length);
                assert_int_equal(at - 23 - got.container.before + got.consumed, end);
                run_free(&got);
            }
        }
        assert_int_equal(sniffed, 1);
        bytes_free(&text);
    }
    bytes_free(&plain);
}

/* Escapes in what is no base64, and base64 without any, which is the plain decoder's. */
static void leaves_what_has_no_escapes(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "QW5uYSBCZXJnIHdyaXRlcyB0byBtYWlsQGV4YW1wbGUub3Jn",
        "C:\\Users\\nannabergandanothername\\readme",
        "\\/home\\/anna\\/documents\\/somethinglongandlower\\/file",
        "d41d8cd98f00b204e9800998ecf8427e%2Fd41d8cd98f00b204e9800998ecf8427e",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (size_t at = 0; at < strlen(texts[i]); at++) {
            struct sb_container container;
            assert_false(sb_decoder_base64_escaped.sniff((const uint8_t *)texts[i], strlen(texts[i]), at, &container));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes_every_shape),
        cmocka_unit_test(begins_once_however_many_lines),
        cmocka_unit_test(is_not_fooled),
        cmocka_unit_test(misses_no_text_and_no_noise),
        cmocka_unit_test(a_line_that_mixes_little_and_begins_as_text_is_base64),
        cmocka_unit_test(a_data_url_says_that_it_is_base64),
        cmocka_unit_test(an_address_may_part_the_run_early),
        cmocka_unit_test(what_begins_a_container_is_base64),
        cmocka_unit_test(decodes_long_lines_in_pieces_and_stops_when_asked),
        cmocka_unit_test(ends_where_the_text_goes_on),
        cmocka_unit_test(resolves_escapes),
        cmocka_unit_test(leaves_what_has_no_escapes),
    };
    return cmocka_run_group_tests_name("decode: base64", tests, NULL, NULL);
}
