/* Parts of the server that stand for themselves: codes by the RFC's vectors, identifiers, addresses, the table of
 * paths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "serve/call.h"
#include "serve/markup.h"
#include "show/like.h"

#include <cmocka.h>
#undef fail

/* RFC 6238, appendix B, SHA-1; of its eight digits the last six. */
static void codes_are_those_of_the_rfc(void **state)
{
    static const struct {
        int64_t time;
        const char *code;
    } rows[] = {{59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
                {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};
    static const uint8_t secret[] = "12345678901234567890";
    char text[TOTP_TEXT], code[16];
    (void)state;
    totp_secret_text(secret, text);
    assert_string_equal(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t step = rows[i].time / 30;
        (void)snprintf(code, sizeof code, "%06u", totp_code(secret, TOTP_SECRET, step));
        assert_string_equal(code, rows[i].code);
        for (int64_t away = -1; away <= 3; away++) /* the first of these times has nothing before it */
            assert_int_equal(totp_step_of(text, code, rows[i].time + 30 * away), away >= -1 && away <= 1 ? step : -1);
    }
    assert_int_equal(totp_step_of("", "287082", 59), -1);
    assert_int_equal(totp_step_of(text, "28708", 59), -1);
}

static void identifiers_come_back(void **state)
{
    static struct server server, other;
    uint8_t hash[SELECTOR_HASH_SIZE] = {1, 2, 3}, back[SELECTOR_HASH_SIZE];
    char id[33], other_id[33];
    (void)state;
    other.keys.server[0] = 1;
    selector_id(&server, hash, id);
    selector_id(&other, hash, other_id);
    assert_int_equal(strlen(id), 32);
    assert_string_not_equal(id, other_id);
    assert_true(selector_hash(&server, id, back));
    assert_memory_equal(hash, back, sizeof hash);
    assert_false(selector_hash(&server, "", back));
    assert_false(selector_hash(&server, "x0000000000000000000000000000000", back));
    assert_false(selector_hash(&server, "000000000000000000000000000000000", back));
}

static void markup_shows_what_would_turn_it(void **state)
{
    static const struct {
        const char *text, *shown;
    } rows[] = {{"<a href='x'>&\"", "&lt;a href=&#39;x&#39;&gt;&amp;&quot;"},
                {"a\xe2\x80\xaetxt.exe", "a\\u202etxt.exe"},
                {"\xd8\x9c\xe2\x81\xa6\xef\xbb\xbf", "\\u061c\\u2066\\ufeff"},
                {"\x1b[2J\x7f\xc2\x9b", "\\u001b[2J\\u007f\\u009b"},
                {"\xff\xef\xbf\xbe", "\xef\xbf\xbd\xef\xbf\xbd"},
                {"a\nb\tå", "a\nb\tå"}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bytes out = {0};
        append_markup(&out, rows[i].text);
        assert_string_equal(bytes_text(&out), rows[i].shown);
        bytes_free(&out);
    }
}

static void patterns_are_those_of_sql(void **state)
{
    static const struct {
        const char *text, *pattern;
        bool like;
    } rows[] = {{"/a/b.txt", "%.txt", true},
                {"/a/b.txt", "%a%t", true},
                {"/a/b.txt", "%.TXT", false},
                {"abab", "%ab", true},
                {"abac", "%ab", false},
                {"", "%", true},
                {"", "_", false},
                {"å", "_", true},
                {"åx", "_", false},
                {"50%", "50\\%", true},
                {"50x", "50\\%", false},
                {"a_b", "a\\_b", true},
                {"axb", "a\\_b", false},
                {"a**b", "%**%", true},
                {"aXXb", "%**%", false},
                {"abcabcabd", "%abd", true},
                {"aaaaaaaaab", "%a%a%b", true},
                {"x", "", false}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(is_like(rows[i].text, rows[i].pattern), rows[i].like);
}

static void look_ups_come_out_of_a_bucket(void **state)
{
    const struct store_person partner = {.id = 1, .role = ROLE_PARTNER}, rich = {.id = 2, .quota = 100000},
                              analyst = {.id = 3, .role = ROLE_ANALYST};
    int64_t wait = 0;
    int given = 0;
    (void)state;
    while (given < 10000 && quota_take(&partner, &wait))
        given++;
    assert_int_equal(given, 500); /* a tenth of 5000 a day at once */
    assert_in_range(wait, 1, 18); /* one each 17.28 seconds */
    for (given = 0; given < 9000; given++)
        assert_true(quota_take(&rich, &wait)); /* of their own */
    for (given = 0; given < 9000; given++)
        assert_true(quota_take(&analyst, &wait));
    assert_false(quota_take(&partner, &wait));
}

static void addresses_are_counted_by_network(void **state)
{
    static const struct {
        const char *address, *of;
    } rows[] = {{"192.0.2.7", "address 192.0.2.7"},
                {"2001:db8:1:2:3:4:5:6", "address 2001:db8:1:2"},
                {"2001:db8:1:2::9", "address 2001:db8:1:2"},
                {"2001:db8::9", "address 2001:db8"},
                {"::1", "address "}};
    char of[80];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        address_tries(rows[i].address, of);
        assert_string_equal(of, rows[i].of);
    }
}

static void targets_are_read_strictly(void **state)
{
    static const struct {
        const char *target, *path, *value;
    } rows[] = {{"/a?x=1", "/a", "1"},    {"/a%20b?x=c+d%2B", "/a b", "c d+"},
                {"/a?y=2&x", "/a", ""},   {"/%zz", NULL, NULL},
                {"/%4", NULL, NULL},      {"/%00", NULL, NULL},
                {"/%ff", NULL, NULL},     {"/a?x=%c3%a5", "/a", "å"},
                {"/a?x=%c3", NULL, NULL}, {"http://x/", NULL, NULL},
                {"*", NULL, NULL}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct call call = {.target = rows[i].target};
        assert_int_equal(call_read_target(&call), rows[i].path != NULL);
        if (rows[i].path != NULL) {
            assert_string_equal(call.path, rows[i].path);
            assert_string_equal(request_query(&call.request, "x"), rows[i].value);
        }
        arena_free(&call.arena);
    }
}

static void every_path_is_one(void **state)
{
    const struct route *route = NULL, *other = NULL;
    (void)state;
    for (size_t i = 0; (route = route_at(i)) != NULL; i++) {
        size_t parts = 0;
        for (const char *at = route->path; *at != '\0'; at++)
            parts += *at == '{';
        assert_true(parts <= PATH_PARTS);
        assert_int_equal(strncmp(route->path, "/api/", 5), 0);
        assert_non_null(route->summary);
        for (size_t k = i + 1; (other = route_at(k)) != NULL; k++)
            assert_false(strcmp(route->path, other->path) == 0 && strcmp(route->method, other->method) == 0);
    }
}

static void passwords_are_kept_as_hashes(void **state)
{
    char one[PASSWORD_TEXT], two[PASSWORD_TEXT];
    struct error error = {0};
    (void)state;
    assert_int_equal(password_hash("correct horse battery", one, &error), 0);
    assert_int_equal(password_hash("correct horse battery", two, &error), 0);
    assert_int_equal(strncmp(one, "$argon2id$", 10), 0);
    assert_string_not_equal(one, two);
    assert_true(password_is(one, "correct horse battery"));
    assert_false(password_is(one, "correct horse batterx"));
    assert_false(password_is("", ""));
    assert_non_null(password_fault("elevenchars", "ada"));
    assert_non_null(password_fault("aaaaaaaaaaaaaaaa", "ada"));
    assert_non_null(password_fault("my name is Adam Berg", "adam"));
    assert_null(password_fault("correct horse battery", "ada"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_those_of_the_rfc),      cmocka_unit_test(identifiers_come_back),
        cmocka_unit_test(markup_shows_what_would_turn_it), cmocka_unit_test(patterns_are_those_of_sql),
        cmocka_unit_test(look_ups_come_out_of_a_bucket),   cmocka_unit_test(addresses_are_counted_by_network),
        cmocka_unit_test(targets_are_read_strictly),       cmocka_unit_test(every_path_is_one),
        cmocka_unit_test(passwords_are_kept_as_hashes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
