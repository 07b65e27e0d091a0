/* Search terms: what each form finds, in which encoding and where, across chunks, in containers and over seams, and
 * what is said of one that is wrong. */
#include "harness.h"
#include "scan/terms_pack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct sb_terms *compile(const char *const *list, size_t count)
{
    struct sb_term_problem problem;
    struct error error = {0};
    struct sb_terms *terms = sb_terms_new(list, count, &problem, &error);
    if (terms == NULL)
        fail_msg("term %zu, column %zu: %s", problem.term, problem.column, error.text);
    return terms;
}

/* The lines found by one term in some bytes, as "value @offset+length encoding path", without the kind. */
static const char *found_by(const char *term, const void *data, size_t length, size_t chunk)
{
    static char lines[64 * 1024];
    struct sb_terms *terms = compile(&term, 1);
    struct scan scan = {.options = {.terms = terms, .terms_only = true}, .chunk = chunk, .places = true};
    assert_int_equal(scan_bytes(&scan, data, length), 0);
    (void)snprintf(lines, sizeof lines, "%s", bytes_text(&scan.found));
    scan_free(&scan);
    sb_terms_free(terms);
    return lines;
}

/* Just the places: "2+3 9+3 ". */
static const char *places(const char *term, const void *data, size_t length, size_t chunk)
{
    static char out[4096];
    size_t used = 0;
    out[0] = '\0';
    for (const char *line = found_by(term, data, length, chunk); *line != '\0'; line = strchr(line, '\n') + 1) {
        const char *at = line;
        for (const char *c = line; *c != '\n'; c++)
            at = *c == '@' ? c + 1 : at;
        used += (size_t)snprintf(out + used, sizeof out - used, "%.*s ", (int)strcspn(at, " "), at);
    }
    return out;
}

static void forms_find_what_they_say(void **state)
{
    (void)state;
    static const struct {
        const char *term, *text, *places;
    } rows[] = {
        {"anna", "Anna ANNA anna", "0+4 10+4 5+4 "},
        {"\"Anna\"", "Anna ANNA anna", "0+4 "},
        {"\"say \"Anna\"\"", "say \"Anna\"", "0+10 "},
        {"åsa Öberg", "ÅSA öberg Åsa Öberg", "0+11 12+11 "},
        {"страна", "СТРАНА", "0+12 "},
        {"a?b\\c*d$e#f[g^", "xa?b\\c*d$e#f[g^", "1+14 "},
        {"\\/etc/passwd", "cat /ETC/passwd", "4+11 "},
        {"\"/etc/passwd\"", "cat /ETC/passwd /etc/passwd", "16+11 "},
        {"\\//", "http://x", "5+2 "},
        {"\\\"a\"", "\"A\"", "0+3 "},
        {"\\\\host\\a", "\\\\host\\A \\host\\a", "0+8 "},
        {"\\a", "\\a a", "0+2 "},
        {"aa", "aaaaa", "0+2 2+2 "},
        {"/[0-9]+/", "a12345b6", "1+5 7+1 "},
        {"/f[[:alpha:]]rst/", "First first", "6+5 "},
        {"/F[[:alpha:]]RST/i", "First first", "0+5 6+5 "},
        {"/f[a-z]r[0-9]?s[[:space:]]*t/", "first fir9s \n t", "0+5 6+9 "},
        {"/d[a-z]l.?t.?d/", "deleted", "0+7 "},
        {"/a\\??[a-c]\\\\*[a-c]\\**/", "a?b\\c*", "0+6 "},
        {"/[åäö]{2}/", "xåäÖ", "1+4 "},
        {"/[åäö]{3}/i", "xåäÖ", "1+6 "},
        {"/l[^a-z]d/",
         "låd lad l\xe5"
         "d",
         "0+4 9+3 "},
        {"/l.d/",
         "l€d l\xf0\x9f\x98\x80"
         "d l\nd",
         "0+5 6+6 "},
        {"/x.{2,}y/", "x\u00e5y x€y xåéy x12y", "0+22 "},
        {"/x[^\\x20]{2,}y/", "x1y x\u00e5y x\xf0\x9f\x98\x80y", "4+4 9+6 "},
        {"/x[^ ]*y/", "xåy x y xy", "0+4 9+2 "},
        {"/[^\\D]\\d\\x41\\x{e5}/", "12Aå", "0+5 "},
        {"/(ab|cd){2,}/", "abcdab ab", "0+6 "},
        {"/(?:ab)+?c/", "ababc", "0+5 "},
        {"/a{,2}/", "a{,2}", "0+5 "},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *found = places(rows[i].term, rows[i].text, strlen(rows[i].text), 0);
        if (strcmp(found, rows[i].places) != 0)
            fail_msg("%s in \"%s\": %s, expected %s", rows[i].term, rows[i].text, found, rows[i].places);
    }
}

static void a_wrong_term_is_told_with_its_column(void **state)
{
    (void)state;
    static const struct {
        const char *term;
        size_t column;
        const char *part;
    } rows[] = {
        {"/a(b/", 3, "not closed"},
        {"/åb)/", 4, "closes nothing"},
        {"/[a-/", 2, "not closed"},
        {"/[z-a]/", 5, "range"},
        {"/*a/", 2, "nothing to repeat"},
        {"/a**/", 4, "repetition of"},
        {"/a|*/", 4, "nothing to"},
        {"/a{2,1}/", 7, "smaller number"},
        {"/a{2000}/", 8, "1000"},
        {"/^a/", 2, "no lines"},
        {"/a$/", 3, "no lines"},
        {"/\\q/", 3, "no such escape"},
        {"/a\\/", 4, "backslash"},
        {"/\\xg/", 3, "hexadecimal"},
        {"/(?=a)/", 3, "special groups"},
        {"/((a{100}){50}){2}/", 14, "too much"},
        {"/[[:letter:]]/", 4, "no such class"},
        {"/a*/", 0, "everywhere"},
        {"//i", 2, "empty"},
        {"//", 2, "empty"},
        {"/", 1, "backslash"},
        {"/abc", 1, "backslash"},
        {"/etc/passwd", 6, "quotation marks"},
        {"/fakt.*ra/gi", 11, "either case"},
        {"/fakt(ura/I", 11, "either case"},
        {"/faktura/ i", 10, "either case"},
        {"/åö/x", 5, "either case"},
        {"", 0, "empty"},
        {"a\xff", 0, "UTF-8"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *list[] = {"good", rows[i].term};
        struct sb_term_problem problem;
        struct error error = {0};
        struct sb_terms *terms = sb_terms_new(list, 2, &problem, &error);
        if (terms != NULL || problem.term != 1 || problem.column != rows[i].column ||
            strstr(error.text, rows[i].part) == NULL)
            fail_msg("%s: term %zu, column %zu: %s", rows[i].term, problem.term, problem.column, error.text);
    }
}

static void utf16_is_told_once_in_its_order_at_any_alignment(void **state)
{
    (void)state;
    static const struct {
        const char *term;
        const uint16_t text[16];
        size_t units, begin, length;
    } rows[] = {
        {"anna", {'h', 'e', 'l', 'l', 'o', ' ', 'A', 'n', 'n', 'a', ' ', 'b'}, 12, 12, 8},
        {"åsa", {'x', ' ', 0xc5, 'S', 'A', '!'}, 6, 4, 6},
        {"бв", {' ', 0x410, 0x411, 0x412, 0x413, '.'}, 6, 4, 4},
        {"/б.+Д/i", {' ', 0x411, 0x20ac, 0x434, '.'}, 5, 2, 6},
        {"\U0001f600", {'a', 0xd83d, 0xde00, 'b'}, 4, 2, 4},
        {"/[\U0001f600-\U0001f64f]x/", {'a', 0xd83d, 0xde4f, 'x'}, 4, 2, 6},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (int big = 0; big < 2; big++) {
            for (size_t shift = 0; shift < 2; shift++) {
                struct bytes data = {0};
                bytes_append(&data, "\x01\x90\x91", 2 + shift); /* no NUL before or behind */
                for (size_t u = 0; u < rows[i].units; u++) {
                    bytes_append_char(&data, (char)(rows[i].text[u] >> (big ? 8 : 0)));
                    bytes_append_char(&data, (char)(rows[i].text[u] >> (big ? 0 : 8)));
                }
                bytes_append(&data, "\x93\x94\x95\x96", 4);
                char expected[64];
                const char *found = found_by(rows[i].term, data.data, data.length, 0);
                (void)snprintf(expected, sizeof expected, "@%zu+%zu %s", 2 + shift + rows[i].begin, rows[i].length,
                               big ? "utf-16be" : "utf-16le");
                const char *line = strchr(found, '\n');
                if (line == NULL || line[1] != '\0' || strstr(found, expected) == NULL)
                    fail_msg("%s: %s, expected once %s", rows[i].term, found, expected);
                bytes_free(&data);
            }
        }
    }
}

static void chunks_change_nothing(void **state)
{
    (void)state;
    struct bytes data = {0};
    uint64_t random = 7;
    for (int i = 0; i < 3000; i++) {
        uint64_t pick = next_random(&random) % 6;
        if (pick == 0)
            append_utf16(&data, "some Anna here", next_random(&random) % 2 != 0);
        else if (pick == 1)
            bytes_append_text(&data, "Anna  and ÅSA");
        else
            for (int j = 0; j < 9; j++)
                bytes_append_char(&data, (char)(next_random(&random) >> 8));
    }
    static const char *const list[] = {"anna", "åsa", "/[Aa]n{1,3}a? .{0,9}/"};
    struct sb_terms *terms = compile(list, 3);
    struct scan whole = {.options = {.terms = terms}, .places = true, .context = true};
    assert_int_equal(scan_bytes(&whole, data.data, data.length), 0);
    assert_in_range(whole.sightings, 1000, 4000);
    static const size_t chunks[] = {4096, 5000, 9999, 20000};
    for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++) {
        struct scan scan = whole;
        scan.chunk = chunks[i];
        scan.found = (struct bytes){0};
        assert_int_equal(scan_bytes(&scan, data.data, data.length), 0);
        assert_string_equal(bytes_text(&scan.found), bytes_text(&whole.found));
        scan_free(&scan);
    }
    scan_free(&whole);
    sb_terms_free(terms);
    bytes_free(&data);
}

/* A container's payload is read decoded, not raw; the name before it and what lies behind are raw. */
static void containers_are_searched(void **state)
{
    (void)state;
    struct bytes inner = {0};
    struct bytes data = {0};
    bytes_append_text(&inner, "secret ");
    append_utf16(&inner, "Secret", false);
    bytes_append_text(&data, "....");
    append_xor(&data, "secret", inner.data, inner.length);
    bytes_append_text(&data, "\x09\x1f\x19\x08\x1f\x0e secret"); /* "SECRET" XOR 0x5a, outside of any container */
    assert_string_equal(found_by("secret", data.data, data.length, 0), "term secret @12+6 utf-8 \n"
                                                                       "term secret @4+0 utf-16le XOR-7-secret\n"
                                                                       "term secret @4+0 utf-8 XOR-0-secret\n"
                                                                       "term secret @45+6 utf-8 \n");
    bytes_clear(&data);
    append_xor(&data, "", "abcdef", 6);
    assert_string_equal(found_by("/;8[\\x00-\\xff]+/", data.data, data.length, 0),
                        ""); /* "ab" XOR 0x5a: in the payload */
    bytes_free(&inner);
    bytes_free(&data);
}

static void a_match_is_told_in_bounded_pieces(void **state)
{
    (void)state;
    static char text[3000];
    memset(text, 'b', sizeof text);
    text[0] = 'a';
    assert_string_equal(places("/ab+/", text, sizeof text, 0), "0+1024 1024+1024 2048+952 ");
}

static int count_seam(void *context, const struct sb_sighting *sighting)
{
    bytes_format(context, "%.*s@%llu+%llu ", (int)sighting->value_length, sighting->value,
                 (unsigned long long)sighting->offset, (unsigned long long)sighting->length);
    return 0;
}

static void a_seam_tells_what_crosses_it(void **state)
{
    (void)state;
    static const char text[] = "one twotwo three";
    static const char *const list[] = {"two", "/o+t/", "o"};
    struct sb_terms *terms = compile(list, 3);
    struct sb_scanner *scanner = sb_scanner_new(&(struct sb_scan_options){.terms = terms}, NULL);
    struct bytes found = {0};
    struct sb_sink sink = {.sighting = count_seam, .context = &found};
    struct sb_chunk chunk = {(const uint8_t *)text, sizeof text - 1, 100, 0, 5};
    assert_int_equal(sb_scan_seam(scanner, &chunk, &sink), 0);
    assert_string_equal(bytes_text(&found), "two@104+3 ");
    bytes_clear(&found);
    chunk.own_end = 7;
    assert_int_equal(sb_scan_seam(scanner, &chunk, &sink), 0);
    assert_string_equal(bytes_text(&found), "/o+t/@106+2 ");
    bytes_free(&found);
    sb_scanner_free(scanner);
    sb_terms_free(terms);
}

static void too_many_are_refused_where_they_become_it(void **state)
{
    (void)state;
    enum { COUNT = 6000, EACH = 37 };
    static char texts[COUNT][64];
    static const char *list[COUNT];
    for (int i = 0; i < COUNT; i++) {
        (void)snprintf(texts[i], sizeof texts[i], "/some name %06d[a-z\u00e5]{1,20}x?/i", i);
        list[i] = texts[i];
    }
    struct sb_term_problem problem;
    struct error error = {0};
    assert_null(sb_terms_new(list, COUNT, &problem, &error));
    assert_int_equal(problem.term, SB_TERMS_COST / EACH);
    assert_non_null(strstr(error.text, "up to here"));
}

static void compiled_terms_are_taken_over(void **state)
{
    (void)state;
    static const char text[] = "one TWO thre three";
    static const char *const list[] = {"two", "/thr?e+/"};
    struct sb_terms *terms = compile(list, 2);
    struct bytes packed = {0};
    struct scan scan = {.places = true, .options = {.terms_only = true}};
    assert_int_equal(terms_pack(terms, &packed, NULL), 0);
    sb_terms_free(terms);
    scan.options.terms = terms_unpack(list, 2, packed.data, packed.length, NULL);
    assert_non_null(scan.options.terms);
    assert_int_equal(scan_bytes(&scan, text, sizeof text - 1), 0);
    assert_string_equal(bytes_text(&scan.found), "term /thr?e+/ @13+5 utf-8 \nterm /thr?e+/ @8+4 utf-8 \n"
                                                 "term two @4+3 utf-8 \n");
    scan_free(&scan);
    sb_terms_free(scan.options.terms);
    struct sb_terms *fewer = terms_unpack(list, 1, packed.data, packed.length, NULL); /* not what was compiled */
    scan = (struct scan){.options = {.terms = fewer, .terms_only = true}};
    assert_int_equal(scan_bytes(&scan, "three", 5), 0);
    assert_int_equal(scan.sightings, 0);
    scan_free(&scan);
    sb_terms_free(fewer);
    packed.data[packed.length / 2] ^= 1;
    assert_null(terms_unpack(list, 2, packed.data, packed.length, NULL));
    assert_null(terms_unpack(list, 2, packed.data, 7, NULL));
    bytes_free(&packed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_find_what_they_say),
        cmocka_unit_test(a_wrong_term_is_told_with_its_column),
        cmocka_unit_test(utf16_is_told_once_in_its_order_at_any_alignment),
        cmocka_unit_test(chunks_change_nothing),
        cmocka_unit_test(containers_are_searched),
        cmocka_unit_test(a_match_is_told_in_bounded_pieces),
        cmocka_unit_test(a_seam_tells_what_crosses_it),
        cmocka_unit_test(too_many_are_refused_where_they_become_it),
        cmocka_unit_test(compiled_terms_are_taken_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
