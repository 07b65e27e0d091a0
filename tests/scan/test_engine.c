/* The engine: the same findings whatever the chunks, UTF-16 in both orders at any alignment, containers in containers,
 * budgets. */
#include "harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* One selector of every kind, with what must be found in it. */
static const struct {
    const char *text, *found;
} samples[] = {
    {"4539578763621486", "card:4539578763621486"},
    {"4539 5787 6362 1486", "card:4539578763621486"},
    {"SE45 5000 0000 0583 9825 7466", "iban:SE4550000000058398257466"},
    {"anna.berg@example.org", "email:anna.berg@example.org"},
    {"https://example.org/a?b=c", "url:https://example.org/a?b=c"},
    {"pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion",
     "onion:pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion"},
    {"198.51.100.23", "ip:198.51.100.23"},
    {"2001:db8:85a3::8a2e:370:7334", "ip:2001:db8:85a3::8a2e:370:7334"},
    {"+46 70 174 06 05", "phone:+46701740605"},
    {"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "btc:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"},
    {"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "btc:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"},
    {"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "eth:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"},
    {";4539578763621486=27121010000000000?", "card:4539578763621486 track:4539578763621486=2712101"},
    {"legal winner thank year wave sausage worth useful legal winner thank yellow",
     "seed:legal winner thank year wave sausage worth useful legal winner thank yellow"},
    {"BIC: DEUTDEFF500", "bic:DEUTDEFF500"},
    {"shop.example.org", "domain:shop.example.org"},
    {"www.example.info", "domain:www.example.info"},
    {"stats.i2p", "i2p:stats.i2p"},
    {"08:00:27:4e:66:a1", "mac:08:00:27:4e:66:a1"},
    {"0800.274e.66a1", "mac:08:00:27:4e:66:a1"},
    {"08-00-27-4E-66-A1", "mac:08:00:27:4e:66:a1"},
    {"IMEI 352099001761481", "imei:352099001761481"},
    {"ICCID: 8991101200003204514", "iccid:8991101200003204514"},
    {"t.me/+AbCdEfGhIjKlMnOp", "telegram:+AbCdEfGhIjKlMnOp"},
    {"Telegram: @some_body", "telegram:some_body"},
    {"76518406F6A9F2217E8DC487CC783C25CC16A15EB36FF32E335A235342C48A39218F515C39A6",
     "tox:76518406F6A9F2217E8DC487CC783C25CC16A15EB36FF32E335A235342C48A39218F515C39A6"},
    {"I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<",
     "mrz:I<UTOD231458907<<<<<<<<<<<<<<<7408122F1204159UTO<<<<<<<<<<<6ERIKSSON<<ANNA<MARIA<<<<<<<<<<"},
    {"personnummer 880320-0016", "national_id:SE:8803200016"},
    {"NISS 85.07.30-033.28", "national_id:BE:85073003328"},
    {"codice fiscale RCCMNL83S18D969H", "national_id:IT:RCCMNL83S18D969H"},
    {"72E9 02B7 4216 A85E A244  C0C4 18E5 0818 D72E FD4C", "pgp:72E902B74216A85EA244C0C418E50818D72EFD4C"},
};
enum { SAMPLES = sizeof samples / sizeof *samples };

static const char *text_of(struct scan *scan)
{
    return bytes_text(&scan->found);
}

static void at_every_offset(void **state)
{
    (void)state;
    for (size_t sample = 0; sample < SAMPLES; sample++) {
        for (size_t offset = 0; offset < 200; offset++) {
            for (int wide = 0; wide < 3; wide++) {
                struct bytes data = {0};
                for (size_t i = 0; i < offset; i++)
                    bytes_append_char(&data, wide == 0 ? '\n' : (char)0xee);
                if (wide == 0)
                    bytes_append_text(&data, samples[sample].text);
                else
                    append_utf16(&data, samples[sample].text, wide == 2);
                bytes_append_char(&data, wide == 0 ? '\n' : (char)0xee);
                const char *found = found_in(data.data, data.length);
                if (strcmp(found, samples[sample].found) != 0)
                    fail_msg("%s at %zu, view %d: \"%s\"", samples[sample].text, offset, wide, found);
                bytes_free(&data);
            }
        }
    }
}

/* Text, UTF-16 and noise with every sample many times over. */
static void fill_mixed(struct bytes *data, size_t size, uint64_t seed)
{
    while (data->length < size) {
        uint64_t random = next_random(&seed);
        const char *text = samples[random % SAMPLES].text;
        size_t noise = random >> 8 & 63;
        switch (random >> 20 & 7) {
        case 0:
        case 1:
            bytes_append_text(data, " ");
            bytes_append_text(data, text);
            bytes_append_text(data, (random >> 30 & 1) != 0 ? " och " : ",");
            break;
        case 2:
        case 3:
            append_utf16(data, text, (random >> 30 & 1) != 0);
            break;
        case 4:
            for (size_t i = 0; i < noise; i++)
                bytes_append_char(data, (char)(next_random(&seed) >> 17));
            break;
        case 5:
            for (size_t i = 0; i < noise * 8; i++)
                bytes_append_char(data, '\0');
            break;
        case 6:
            for (size_t i = 0; i < noise; i++)
                bytes_append_char(data, "@.:/+-0x19aZ "[next_random(&seed) >> 20 & 7]);
            break;
        default:
            append_xor(data, "n.txt", text, strlen(text));
            break;
        }
    }
}

static void any_chunking(void **state)
{
    (void)state;
    struct bytes data = {0};
    fill_mixed(&data, 100 * 1000, 7);
    struct scan whole = {.places = true, .context = true};
    assert_int_equal(scan_bytes(&whole, data.data, data.length), 0);
    assert_true(whole.sightings > 500);
    static const size_t chunks[] = {61, 64, 1000, 4095, 4096, 4097, 33333, 65536};
    for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++) {
        for (int path = SB_PORTABLE; path <= SB_AVX512; path++) {
            if (i > 1 && path != SB_PORTABLE + (int)i % 3)
                continue;
            struct scan pieces = {.places = true, .context = true, .chunk = chunks[i]};
            memcpy(&pieces.options.path, &path, sizeof path);
            assert_int_equal(scan_bytes(&pieces, data.data, data.length), 0);
            assert_string_equal(text_of(&pieces), text_of(&whole));
            scan_free(&pieces);
        }
    }
    scan_free(&whole);
    bytes_free(&data);
}

static void wide_text(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
        const char *found;
    } rows[] = {
#define ROW(bytes, found) {(bytes), sizeof(bytes) - 1, (found)}
        /* Aligned, among zeros: what stands at an even offset is the first byte of a unit. */
        ROW("\0\0a\0@\0b\0.\0s\0e\0\0\0", "email a@b.se @2+12 utf-16le \n"),
        ROW("\0\0\0a\0@\0b\0.\0s\0e\0\0", "email a@b.se @2+12 utf-16be \n"),
        /* Not aligned, but something stands right before or right behind. */
        ROW("xyz"
            "a\0@\0b\0.\0s\0e\0\0\0",
            "email a@b.se @3+12 utf-16le \n"),
        ROW("\xff\xfe"
            "a\0@\0b\0.\0s\0e\0",
            "email a@b.se @2+12 utf-16le \n"),
        ROW("\0\0\0\0a\0@\0b\0.\0s\0e\xf0\x9f", "email a@b.se @3+12 utf-16be \n"),
        ROW("\xfe\xff\0a\0@\0b\0.\0s\0e", "email a@b.se @2+12 utf-16be \n"),
        ROW("\0a\0@\0b\0.\0s\0e", "email a@b.se @0+12 utf-16be \n"),
        ROW("a\0@\0b\0.\0s\0e\0", "email a@b.se @0+12 utf-16le \n"),
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct scan scan = {.places = true};
        assert_int_equal(scan_bytes(&scan, rows[i].bytes, rows[i].length), 0);
        if (strcmp(text_of(&scan), rows[i].found) != 0)
            fail_msg("row %zu: %s", i, text_of(&scan));
        scan_free(&scan);
    }
}

static void long_wide_text(void **state)
{
    (void)state;
    for (int view = 0; view < 2; view++) {
        struct bytes data = {0};
        size_t planted = 0;
        while (data.length < 600 * 1000) {
            append_utf16(&data, " ord och fler ord anna.berg@example.org och", view == 1);
            planted++;
        }
        struct scan whole = {.places = true};
        struct scan pieces = {.places = true, .chunk = 10007};
        assert_int_equal(scan_bytes(&whole, data.data, data.length), 0);
        assert_int_equal(scan_bytes(&pieces, data.data, data.length), 0);
        assert_int_equal(whole.sightings, planted);
        assert_string_equal(text_of(&pieces), text_of(&whole));
        assert_non_null(strstr(text_of(&whole), view == 1 ? "utf-16be" : "utf-16le"));
        assert_null(strstr(text_of(&whole), view == 0 ? "utf-16be" : "utf-16le"));
        scan_free(&whole);
        scan_free(&pieces);
        bytes_free(&data);
    }
}

static void nesting(void **state)
{
    (void)state;
    struct bytes inner = {0};
    struct bytes outer = {0};
    struct bytes data = {0};
    bytes_append_text(&inner, "post: bo@example.org");
    append_xor(&outer, "a-b/\xc3\xa5%.txt", inner.data, inner.length);
    bytes_append_text(&data, "....");
    append_xor(&data, "", outer.data, outer.length);
    bytes_append_text(&data, " anna@example.org");
    struct scan scan = {.places = true};
    assert_int_equal(scan_bytes(&scan, data.data, data.length), 0);
    assert_string_equal(text_of(&scan), "email anna@example.org @54+16 utf-8 \n"
                                        "email bo@example.org @4+0 utf-8 XOR-0-XOR-6-a%2Db/%C3%A5%25.txt\n");
    scan_free(&scan);

    /* A depth too many is said, not silent. */
    struct scan shallow = {.places = true, .options = {.depth = 1}};
    assert_int_equal(scan_bytes(&shallow, data.data, data.length), 0);
    assert_non_null(strstr(text_of(&shallow), "note decoding stopped: depth @4 XOR-0"));
    assert_null(strstr(text_of(&shallow), "bo@example.org"));
    scan_free(&shallow);

    /* The payload of a container is not scanned as plain bytes: XOR with 0x5a of this spells an address. */
    struct bytes twice = {0};
    bytes_clear(&data);
    bytes_append_text(&twice, "anna@example.org");
    for (size_t i = 0; i < twice.length; i++)
        twice.data[i] ^= 0x5a;
    append_xor(&data, "", twice.data, twice.length);
    assert_string_equal(found_in(data.data, data.length), "");
    bytes_free(&twice);
    bytes_free(&inner);
    bytes_free(&outer);
    bytes_free(&data);
}

static void base64(void **state)
{
    (void)state;
    struct bytes text = {0};
    struct bytes data = {0};
    bytes_append_text(&text, "a secret letter to anna@example.org and bo@example.org");
    bytes_append_text(&data, "<< ");
    append_base64(&data, text.data, text.length);
    bytes_append_text(&data, " >>");
    struct scan scan = {.places = true};
    assert_int_equal(scan_bytes(&scan, data.data, data.length), 0);
    assert_string_equal(text_of(&scan), "email anna@example.org @3+0 utf-8 BASE64-19\n"
                                        "email bo@example.org @3+0 utf-8 BASE64-40\n");
    /* And in UTF-16. */
    struct bytes wide = {0};
    bytes_append(&wide, "\xff\xfe", 2);
    append_utf16(&wide, bytes_text(&data), false);
    assert_int_equal(scan_bytes(&scan, wide.data, wide.length), 0);
    assert_string_equal(text_of(&scan), "email anna@example.org @8+0 utf-8 BASE64-19\n"
                                        "email bo@example.org @8+0 utf-8 BASE64-40\n");
    /* Narrowed text is read last: what was opened behind it does not matter. */
    append_xor(&wide, "", text.data, text.length);
    assert_int_equal(scan_bytes(&scan, wide.data, wide.length), 0);
    assert_int_equal(scan.sightings, 4);
    scan_free(&scan);
    bytes_free(&wide);
    bytes_free(&text);
    bytes_free(&data);
}

static void windows(void **state)
{
    (void)state;
    /* A container far longer than its chunk and than the window of its depth, with an address at every cut. */
    enum { SIZE = 40 * 1024 * 1024, STEP = 1000003 };
    struct bytes text = {0};
    struct bytes data = {0};
    bytes_reserve(&text, SIZE);
    memset(text.data, ' ', SIZE);
    text.length = SIZE;
    size_t planted = 0;
    for (size_t at = STEP; at < SIZE - 100; at += STEP, planted++)
        memcpy(text.data + at, " anna@example.org ", 18);
    for (size_t cut = 8; cut <= 32; cut += 8, planted++)
        memcpy(text.data + (cut << 20) - 9, " bo@example.org ", 16);
    append_xor(&data, "big", text.data, text.length);
    struct scan scan = {.places = true, .chunk = 1 << 20};
    assert_int_equal(scan_bytes(&scan, data.data, data.length), 0);
    assert_int_equal(scan.sightings, planted);
    assert_non_null(strstr(text_of(&scan), "@0+0 utf-8 XOR-8388600-big"));
    /* And one deeper. */
    struct bytes deeper = {0};
    append_xor(&deeper, "", data.data, 6 * 1024 * 1024);
    struct scan nested = {.places = true, .chunk = 1 << 20};
    assert_int_equal(scan_bytes(&nested, deeper.data, deeper.length), 0);
    assert_int_equal(nested.sightings, 6);
    scan_free(&scan);
    scan_free(&nested);
    bytes_free(&text);
    bytes_free(&data);
    bytes_free(&deeper);
}

static void budgets(void **state)
{
    (void)state;
    static const char data[] = "LOCK! BOMB! anna@example.org BOMB! bo@example.org";
    static const struct {
        struct sb_scan_options options;
        const char *note;
    } rows[] = {
        {{.ratio = 10}, "note decoding stopped: ratio @29 \nnote decoding stopped: ratio @6 \n"},
        {{.stream_bytes = 100000},
         "note decoding stopped: stream budget @29 \nnote decoding stopped: stream budget @6 \n"},
        {{.output_bytes = 100000}, "note decoding stopped: output budget @6 \n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct scan scan = {.places = true, .options = rows[i].options};
        assert_int_equal(scan_bytes(&scan, data, sizeof data - 1), 0);
        if (strstr(text_of(&scan), rows[i].note) == NULL)
            fail_msg("%s: not in %s", rows[i].note, text_of(&scan));
        assert_non_null(strstr(text_of(&scan), "note encrypted @0 \n"));
        assert_non_null(strstr(text_of(&scan), "anna@example.org"));
        assert_non_null(strstr(text_of(&scan), "bo@example.org"));
        scan_free(&scan);
    }
}

static int stop_after_one(void *context, const struct sb_sighting *sighting)
{
    (void)sighting;
    ++*(int *)context;
    return 17;
}

static void stopping(void **state)
{
    (void)state;
    static const char text[] = "anna@example.org bo@example.org";
    int calls = 0;
    struct sb_sink sink = {.sighting = stop_after_one, .context = &calls};
    struct sb_chunk chunk = {(const uint8_t *)text, sizeof text - 1, 0, 0, sizeof text - 1};
    struct sb_scanner *scanner = sb_scanner_new(&(struct sb_scan_options){0}, NULL);
    assert_non_null(scanner);
    sb_scan_start(scanner);
    assert_int_equal(sb_scan_chunk(scanner, NULL, &chunk, &sink), 17);
    assert_int_equal(calls, 1);
    sb_scanner_free(scanner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_every_offset), cmocka_unit_test(any_chunking), cmocka_unit_test(wide_text),
        cmocka_unit_test(long_wide_text),  cmocka_unit_test(nesting),      cmocka_unit_test(base64),
        cmocka_unit_test(windows),         cmocka_unit_test(budgets),      cmocka_unit_test(stopping),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
