/* Quoted-printable and escaped addresses: each decoder alone, and what the whole scanner finds through them. */
#include "scan/scan.h"

#include "harness.h" /* last: cmocka defines a macro named fail */

static const struct sb_decoder *const decoders[] = {
    &sb_decoder_quoted_crlf,      &sb_decoder_quoted_lf,       &sb_decoder_quoted_equals,  &sb_decoder_quoted_at,
    &sb_decoder_quoted_plus,      &sb_decoder_quoted_unbroken, &sb_decoder_quoted_latin,   &sb_decoder_quoted_blank,
    &sb_decoder_percent_at,       &sb_decoder_percent_colon,   &sb_decoder_percent_plus,   &sb_decoder_percent_blank,
    &sb_decoder_percent_unbroken, &sb_decoder_percent_twice,   &sb_decoder_percent_stripe, &sb_decoder_percent_comma,
    &sb_decoder_percent_line,     &sb_decoder_json_unicode,    &sb_decoder_json_slashes,   &sb_decoder_json_at,
    &sb_decoder_entity_number,    &sb_decoder_entity_at,       &sb_decoder_entity_plus,    &sb_decoder_entity_colon,
    &sb_decoder_entity_unbroken,
};
enum { DECODERS = sizeof decoders / sizeof decoders[0] };

/* What all containers in a text decode to, each behind a '|'. */
static struct bytes decode_all(const char *text, size_t view)
{
    struct bytes all = {0};
    size_t length = strlen(text);
    for (size_t at = 0; at < length; at++)
        for (size_t d = 0; d < DECODERS; d++) {
            if (length - at < decoders[d]->literal_length ||
                (decoders[d]->any_case ? strncasecmp(text + at, decoders[d]->literal, decoders[d]->literal_length)
                                       : memcmp(text + at, decoders[d]->literal, decoders[d]->literal_length)) != 0)
                continue;
            struct run run = run_decoder(decoders[d], text, length, at, &(struct run_options){.view = view});
            if (run.sniffed) {
                assert_int_equal(run.result, SB_DECODE_DONE);
                bytes_append_char(&all, '|');
                bytes_append(&all, run.out.data, run.out.length);
            }
            run_free(&run);
        }
    return all;
}

#define FORTY "an ordinary line of a letter with words "
static const struct {
    const char *text, *decoded;
} texts[] = {
    {FORTY "to anna.b=\r\nerg@exa-post.se today\r\nnext", "|" FORTY "to anna.berg@exa-post.se today"},
    {"before\n" FORTY "to anna.b=\nerg@exa-post.se today\nnext", "|" FORTY "to anna.berg@exa-post.se today"},
    {FORTY "one=\n" FORTY "two=\n"
           "three",
     "|" FORTY "one" FORTY "twothree"},
    {"a=3Db anna=40exa.se =C3=A5\n=3D", "|a=b anna@exa.se \xc3\xa5|="},
    {FORTY "=3D=\nb=3D", "|" FORTY "=b="},
    {"size=40 x=40 y=20 ", ""},
    {"Tel: +46 8 465 004 00=20\r\nword=20", "|Tel: +46 8 465 004 00 "},
    {"short=\nanna@exa.se", ""},
    {"aGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQ=\nanna@exa.se", ""},
    {"?mail=anna%40exa.se&x=%40b", "|anna@exa.se|@b"},
    {"anna%2Eberg%40exa.se%2Cbo%40exa.se", "|anna.berg@exa.se,bo@exa.se"},
    {"100%40 ", ""},
    {"?u=https%3A%2F%2Fexa.org%2Fa%3Fb%3D1&x", "|https://exa.org/a?b=1"},
    {"https%3a%2f%2fexa.org%2f%3fm%3danna%40exa.se ", "|https://exa.org/?m=anna@exa.se"},
    {"{\"u\":\"https:\\/\\/exa.org\\/a?b=1\\u0026c\"}", "|https://exa.org/a?b=1&c"},
    {"{\"a\":\"anna\\u0040exa.se\"}", "|anna@exa.se"},
    {"\"x\\nanna\\u0040exa.se\\u00e5\\ud83d\"", "|x\nanna@exa.se\xc3\xa5?"},
    {"anna\\\\u0040exa.se", "|anna\\u0040exa.se"},
    {"<a>anna&#64;exa.se</a>", "|anna@exa.se"},
    {"anna&#x40;exa&period;se, bo&#064;exa.se &lt;x&#64;y&commat;se&gt;", "|anna@exa.se, bo@exa.se <x@y@se>"},
    {"&#97;&#110;&#110;&#97;&#64;&#x65;xa.se", "|anna@exa.se"},
    {"anna&#X40;exa.se", "|anna@exa.se"},
    {"anna&#64exa.se", "|anna@exa.se"},
    {"<i>&#104;&#116;&#116;&#112;s&colon;&#47;&sol;exa.org</i>", "|https://exa.org"},
    {"http&#58;&#47;&#47;exa.org", "|http://exa.org"},
    {"<td>4539&nbsp;1488&nbsp;0343 6467</td>", "|4539\xc2\xa0"
                                               "1488\xc2\xa0"
                                               "0343 6467"},
    {"4539&#32;1488&#160;0343", "|4539 1488\xc2\xa0"
                                "0343"},
    {"tel &#43;46701938472", "|tel +46701938472"},
    {"<b>Tel.:&nbsp;12</b> don&#39;t&nbsp;stop &#8217;s &#55;7", ""},
    {"a=1&v=%2B46701938472&z=2 ", "|+46701938472"},
    {"card=4539%201488%200343%206467&iban=DE89%203704", "|4539 1488 0343 6467|DE89 3704"},
    {"4539%C2%A01488%c2%a00343", "|4539\xc2\xa0"
                                 "1488\xc2\xa0"
                                 "0343"},
    {"?q=ozone%20drill%20grab%20fiber", "|ozone drill grab fiber"},
    {"track=%25B4539578763621486%5EDOE%2FJOHN%5E2912&x", "|%B4539578763621486^DOE/JOHN^2912"},
    {"<p>call &plus;33&period;6 or write to &#083;&#075;&#053;&#049; now</p>", "|call +33.6 or write to SK51 now"},
    {"ozone%0D%0Adrill%0D%0Agrab%0D%0Afiber", "|ozone\r\ndrill\r\ngrab\r\nfiber"},
    {"IBAN:%20x LV96%20FYCR%202U1P%209356%20I7DX%20Y 2026%20March", "|LV96 FYCR 2U1P 9356 I7DX Y"},
    {"x:%2F%2Fa&m=anna%40exa.se", "|anna@exa.se"},
    {"<i>%B4539578763621486^DOE&#x2F;JOHN^2912</i> A&#47;b", "|%B4539578763621486^DOE/JOHN^2912"},
    {"%3b4539578763621486%3d2912%3F", "|;4539578763621486=2912?"},
    {"words=ozone%2Cdrill%2Cgrab%2Cfiber", "|ozone,drill,grab,fiber"},
    {"1.%20ozone%0D%0A2.%20drill%0D%0A3.%20grab", "|1. ozone\r\n2. drill\r\n3. grab"},
    {"<p>ozone&#32;drill\n&#32;grab&#32;fiber</p>", "|ozone drill\n grab fiber"},
    {"My%20Documents/a%20b%20c/read%20me%20now 100%20of", ""},
    {"anna%2540exa.se", "|anna%40exa.se"},
    {"\"\\u002b46701938472\", \"4539\\u00a01488\", \"https\\u003a\\u002f\\u002fexa.org\"", "|+46701938472|4539\xc2\xa0"
                                                                                           "1488|https://exa.org"},
    {"'anna\\x40exa.se'", "|'anna@exa.se'"},
    {"\"say \\\"anna\\u0040exa.se\\\" twice\", \"\\u00e9t\\u00e9\"", "|say \"anna@exa.se\" twice"},
    {"4539=C2=A01488=A00343 tel=2B46701938472", "|4539\xc2\xa0"
                                                "1488\xa0"
                                                "0343 tel+46701938472"},
    {"if a=2B or b =A0 then c=C2=A0", ""},
};

static void decodes_the_token_around(void **state)
{
    (void)state;
    static const size_t views[] = {0, 1, 7};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        for (size_t v = 0; v < 3; v++) {
            struct bytes all = decode_all(texts[i].text, views[v]);
            if (strcmp(bytes_text(&all), texts[i].decoded) != 0)
                fail_msg("%s: %s", texts[i].text, bytes_text(&all));
            bytes_free(&all);
        }
}

static void survives_cuts_and_flipped_bits(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char text[400];
        size_t length = strlen(texts[i].text);
        for (size_t cut = 0; cut <= length; cut++) {
            memcpy(text, texts[i].text, cut);
            text[cut] = '\0';
            struct bytes all = decode_all(text, 3);
            bytes_free(&all);
        }
        for (size_t bit = 0; bit < length * 8; bit++) {
            memcpy(text, texts[i].text, length + 1);
            text[bit / 8] = (char)(text[bit / 8] ^ 1 << bit % 8);
            struct bytes all = decode_all(text, 3);
            bytes_free(&all);
        }
    }
}

/* However many escapes stand in a token, it is decoded once. */
static void opens_a_long_token_once(void **state)
{
    (void)state;
    static const char *const pieces[] = {"bo%40exa.se%2C", "bo\\u0040exa.se\\n", "bo&#64;exa.se&#32;",
                                         FORTY "bo@e=\n" FORTY "=3D=40=\n"};
    for (size_t p = 0; p < sizeof pieces / sizeof pieces[0]; p++) {
        struct bytes text = {0};
        for (size_t i = 0; i < 1000; i++)
            bytes_append_text(&text, pieces[p]);
        struct bytes all = decode_all(bytes_text(&text), 0);
        assert_true(all.length > 9000 && all.length < text.length);
        assert_null(memchr(all.data + 1, '|', all.length - 1));
        bytes_free(&all);
        bytes_free(&text);
    }
}

/* However far apart two escapes stand in one token, both are decoded. */
static void leaves_no_gap_between_anchors(void **state)
{
    (void)state;
    for (size_t between = 960; between < 1060; between++) {
        struct bytes text = {0};
        bytes_append_text(&text, "<p>anna&#64;exa.se ");
        append_prose(&text, between, 6);
        bytes_append_text(&text, " bo&#64;exa.se</p>");
        struct bytes all = decode_all(bytes_text(&text), 0);
        assert_non_null(strstr(bytes_text(&all), "anna@exa.se"));
        assert_non_null(strstr(bytes_text(&all), "bo@exa.se"));
        bytes_free(&all);
        bytes_free(&text);
    }
}

static int count(void *context, const struct sb_sighting *sighting)
{
    if (sighting->kind == SB_EMAIL && strncmp(sighting->value, "anna.berg@exa-post.se", sighting->value_length) == 0)
        ++*(unsigned *)context;
    return 0;
}

static int ignore_note(void *context, uint64_t offset, const char *path, const char *reason)
{
    (void)context;
    (void)offset;
    (void)path;
    (void)reason;
    return 0;
}

static size_t read_text(void *context, uint64_t offset, uint8_t *buffer, size_t length)
{
    const struct bytes *text = context;
    size_t rest = offset < text->length ? text->length - (size_t)offset : 0;
    length = length < rest ? length : rest;
    memcpy(buffer, text->data + offset, length);
    return length;
}

/* The same address in every notation, once each, whatever the chunks. */
static void the_scanner_finds_it(void **state)
{
    (void)state;
    enum { QUOTED = 3 }; /* the first ones: never in UTF-16 */
    static const char *const notations[] = {
        FORTY "to anna.b=\r\nerg@exa-post.se today\r\n",
        FORTY "to anna.berg@exa-p=\nost.se today\n",
        "mail=3Danna.berg=40exa-post.se\n",
        "https://exa.org/?mail=anna.berg%40exa-post.se&x=1",
        "\"anna.berg\\u0040exa-post.se\"",
        "\"anna.berg\\\\u0040exa-post.se\"", /* JSON within JSON */
        "<b>anna.berg&#64;exa-post.se</b>",
        "anna.berg&#x40;exa-post&period;se",
    };
    enum { NOTATIONS = sizeof notations / sizeof notations[0], BEFORE = 9000 };
    for (size_t n = 0; n < (size_t)2 * NOTATIONS - QUOTED; n++) {
        bool wide = n >= NOTATIONS;
        struct bytes text = {0};
        append_prose(&text, wide ? BEFORE / 2 : BEFORE, 4);
        bytes_append_text(&text, "\n\n");
        bytes_append_text(&text, notations[wide ? n - NOTATIONS + QUOTED : n]);
        bytes_append_text(&text, "\n");
        append_prose(&text, BEFORE, 5);
        if (wide) {
            struct bytes units = {0};
            for (size_t i = 0; i < text.length; i++)
                append_le16(&units, text.data[i]);
            bytes_free(&text);
            text = units;
        }
        for (size_t chunk = BEFORE - 100; chunk < BEFORE + 200; chunk++) {
            unsigned found = 0;
            struct sb_sink sink = {.sighting = count, .note = ignore_note, .context = &found};
            struct sb_stream stream = {read_text, &text, text.length};
            struct sb_scanner *scanner = sb_scanner_new(&(struct sb_scan_options){0}, NULL);
            assert_non_null(scanner);
            sb_scan_start(scanner);
            for (size_t at = 0; at < text.length; at += chunk) {
                size_t begin = at < SB_MARGIN ? 0 : at - SB_MARGIN;
                size_t end = text.length - at < chunk + SB_MARGIN ? text.length : at + chunk + SB_MARGIN;
                size_t own_end = text.length - at < chunk ? text.length : at + chunk;
                struct sb_chunk piece = {text.data + begin, end - begin, begin, at - begin, own_end - begin};
                assert_int_equal(sb_scan_chunk(scanner, &stream, &piece, &sink), 0);
            }
            sb_scanner_free(scanner);
            if (found != 1)
                fail_msg("notation %zu in chunks of %zu: found %u times", n, chunk, found);
        }
        bytes_free(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes_the_token_around), cmocka_unit_test(survives_cuts_and_flipped_bits),
        cmocka_unit_test(opens_a_long_token_once),  cmocka_unit_test(leaves_no_gap_between_anchors),
        cmocka_unit_test(the_scanner_finds_it),
    };
    return cmocka_run_group_tests_name("decode: text", tests, NULL, NULL);
}
