/* The context of a sighting: whole characters around what was found, in any encoding, and nothing that is masked. */
#include "harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void context(void **state)
{
    (void)state;
    static const char text[] =
        "En l\xc3\xa5ng rad f\xc3\xb6re adressen \xe2\x82\xac\n\x01<anna@example.org>\xff\tefter\xc3";
    struct scan scan = {.context = true};
    assert_int_equal(scan_bytes(&scan, text, sizeof text - 1), 0);
    assert_string_equal(
        bytes_text(&scan.found),
        "email:anna@example.org |  l\xc3\xa5ng rad f\xc3\xb6re adressen \xe2\x82\xac .<anna@example.org>. "
        "efter\n");
    static const char wide[] = "\xe5\0\xac\x20<\0a\0n\0n\0a\0@\0x\0.\0s\0e\0>\0\xf6\0";
    assert_int_equal(scan_bytes(&scan, wide, sizeof wide - 1), 0);
    assert_string_equal(bytes_text(&scan.found), "email:anna@x.se | \xc3\xa5\xe2\x82\xac<anna@x.se>\xc3\xb6\n");
    scan_free(&scan);
}

/* The words of a wallet's secret stand in the value alone, which is masked where it is shown. */
static void context_without_seed(void **state)
{
    (void)state;
    static const char text[] =
        "my wallet: legal winner thank year wave sausage worth useful legal winner thank yellow .";
    struct scan scan = {.context = true};
    assert_int_equal(scan_bytes(&scan, text, sizeof text - 1), 0);
    assert_string_equal(bytes_text(&scan.found),
                        "seed:legal winner thank year wave sausage worth useful legal winner thank yellow "
                        "| my wallet: *** .\n");
    scan_free(&scan);
}

/* U+1F600 over and over before and behind a match, at every distance: each is shown whole, or not at all. */
static void context_of_whole_characters(void **state)
{
    (void)state;
    static const char *const faces[] = {"\xf0\x9f\x98\x80", "\x3d\xd8\x00\xde", "\xd8\x3d\xde\x00"};
    for (int view = 0; view < 3; view++) {
        for (size_t distance = 0; distance < 4; distance++) {
            struct bytes data = {0};
            struct bytes expected = {0};
            char text[64];
            (void)snprintf(text, sizeof text, "%.*s<anna@example.org>%.*s", (int)distance, "....", (int)distance,
                           "....");
            for (int i = 0; i < 40; i++)
                bytes_append(&data, faces[view], 4);
            if (view == 0)
                bytes_append_text(&data, text);
            else
                append_utf16(&data, text, view == 2);
            for (int i = 0; i < 40; i++)
                bytes_append(&data, faces[view], 4);
            size_t units = 31 - distance; /* the '<' takes one of 32 */
            bytes_append_text(&expected, "email:anna@example.org | ");
            for (size_t i = 0; i < units / (view == 0 ? 4 : 2); i++)
                bytes_append_text(&expected, faces[0]);
            bytes_append_text(&expected, text);
            for (size_t i = 0; i < units / (view == 0 ? 4 : 2); i++)
                bytes_append_text(&expected, faces[0]);
            bytes_append_char(&expected, '\n');
            struct scan scan = {.context = true};
            assert_int_equal(scan_bytes(&scan, data.data, data.length), 0);
            assert_string_equal(bytes_text(&scan.found), bytes_text(&expected));
            scan_free(&scan);
            bytes_free(&data);
            bytes_free(&expected);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(context),
        cmocka_unit_test(context_of_whole_characters),
        cmocka_unit_test(context_without_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
