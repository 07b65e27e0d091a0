/* What every room stands on: which bytes are text, what a terminal is shown, JSON that any reader takes, and messages
 * that never lead a reader beyond their end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/digest_blocks.h"
#include "base/json.h"
#include "base/text.h"
#include "base/wire.h"

#include <cmocka.h> /* last: it makes a macro of fail() */

static void utf8_is_told_from_other_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t length;
        bool sound;
    } cases[] = {
        {"", 0, true},
        {"plain", 5, true},
        {"\xc3\xa5\xe2\x82\xac\xf0\x9f\x98\x80", 9, true},
        {"\xf4\x8f\xbf\xbf", 4, true},  /* U+10FFFF */
        {"\xf4\x90\x80\x80", 4, false}, /* above it */
        {"a\0b", 3, false},             /* NUL */
        {"\x80", 1, false},             /* goes on from nothing */
        {"\xc3", 1, false},             /* cut off */
        {"\xe2\x82", 2, false},
        {"\xf0\x9f\x98", 3, false},
        {"\xc0\x80", 2, false}, /* overlong */
        {"\xc1\xbf", 2, false},
        {"\xe0\x9f\xbf", 3, false},
        {"\xf0\x8f\xbf\xbf", 4, false},
        {"\xed\xa0\x80", 3, false}, /* surrogates */
        {"\xed\xbf\xbf", 3, false},
        {"\xff", 1, false},
        {"\xf8\x88\x80\x80\x80", 5, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (text_is_utf8(cases[i].text, cases[i].length) != cases[i].sound)
            fail_msg("case %zu", i);
}

static void any_bytes_can_be_repaired_and_shown(void **state)
{
    (void)state;
    uint64_t random = 1;
    for (int round = 0; round < 2000; round++) {
        char data[64];
        struct bytes repaired = {0};
        struct bytes shown = {0};
        for (size_t i = 0; i < sizeof data; i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            data[i] = (char)(random >> 33);
        }
        text_append_repaired(&repaired, data, sizeof data);
        assert_true(text_is_utf8((const char *)repaired.data, repaired.length));
        text_append_printable(&shown, data, sizeof data);
        assert_true(text_is_utf8((const char *)shown.data, shown.length));
        for (size_t i = 0; i < shown.length; i++)
            assert_true(shown.data[i] >= ' ' && shown.data[i] != 0x7f);
        bytes_free(&repaired);
        bytes_free(&shown);
    }
}

static void nothing_steers_a_terminal(void **state)
{
    (void)state;
    static const char *const steering[] = {"\033[2J",
                                           "\r",
                                           "\n",
                                           "\t",
                                           "\x7f",
                                           "\xc2\x9b"
                                           "2J",
                                           "\xe2\x80\xae",
                                           "\xe2\x80\xaa",
                                           "\xe2\x81\xa6",
                                           "\xe2\x81\xa9",
                                           "\b\b\b"};
    for (size_t i = 0; i < sizeof steering / sizeof *steering; i++) {
        struct bytes shown = {0};
        text_append_printable(&shown, steering[i], strlen(steering[i]));
        if (strstr(bytes_text(&shown), steering[i]) != NULL)
            fail_msg("case %zu is shown raw", i);
        bytes_free(&shown);
    }
}

static void a_line_is_one(void **state)
{
    (void)state;
    static const char *const lines[] = {"", "Åsa Öberg", "Полиция", "\xe0\xa4\x95", "a \"b\" <c>", "\xf0\x9f\x92\xb3"};
    static const char *const others[] = {"a\nb",         "a\tb",           "\x7f",         "\xc2\x85",
                                         "\xd8\x9c",     "x\xe2\x80\xaey", "\xe2\x80\x8b", "\xe2\x80\xa8",
                                         "\xe2\x81\xa9", "\xef\xbb\xbf",   "\xff"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_true(text_is_line(lines[i]));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(text_is_line(others[i]));
}

static void json_is_what_every_reader_takes(void **state)
{
    (void)state;
    struct json json = {0};
    json_open(&json, NULL, '{');
    json_text(&json, "quote \"", "a\\b\"c\n\x01\x1b");
    json_text_n(&json, "bytes", "x\xff\0y", 4);
    json_text(&json, "none", NULL);
    json_int(&json, "least", INT64_MIN);
    json_real(&json, "real", 0.5);
    json_bool(&json, "yes", true);
    json_open(&json, "list", '[');
    json_int(&json, NULL, 1);
    json_int(&json, NULL, 2);
    json_close(&json, ']');
    json_open(&json, "empty", '[');
    json_close(&json, ']');
    json_close(&json, '}');
    assert_string_equal(
        bytes_text(&json.out),
        "{\"quote \\\"\":\"a\\\\b\\\"c\\u000a\\u0001\\u001b\",\"bytes\":\"x\xef\xbf\xbd\xef\xbf\xbdy\","
        "\"none\":null,\"least\":-9223372036854775808,\"real\":0.5,\"yes\":true,\"list\":[1,2],\"empty\":[]}");
    json_free(&json);
}

static void messages_never_lead_beyond_their_end(void **state)
{
    (void)state;
    struct bytes out = {0};
    wire_put_u8(&out, 7);
    wire_put_u32(&out, 0xdeadbeef);
    wire_put_u64(&out, UINT64_MAX - 1);
    wire_put_text(&out, "text");
    for (size_t length = 0; length <= out.length; length++) {
        uint8_t *copy = malloc(length + 1); /* of just its size, for AddressSanitizer */
        assert_non_null(copy);
        memcpy(copy, out.data, length);
        struct wire_reader reader = {copy, length, 0, false};
        size_t text_length = 99;
        uint8_t small = wire_get_u8(&reader);
        uint32_t middle = wire_get_u32(&reader);
        uint64_t large = wire_get_u64(&reader);
        const char *text = wire_get_text(&reader, 4, &text_length);
        assert_int_equal(wire_done(&reader), length == out.length);
        if (wire_done(&reader)) {
            assert_int_equal(small, 7);
            assert_true(middle == 0xdeadbeef && large == UINT64_MAX - 1);
            assert_memory_equal(text, "text", 4);
        } else {
            assert_int_equal(text_length, 0);
        }
        free(copy);
    }
    struct wire_reader lying = {(const uint8_t *)"\xff\xff\xff\xff"
                                                 "abc",
                                7, 0, false};
    size_t length;
    (void)wire_get_blob(&lying, SIZE_MAX, &length);
    assert_true(lying.failed && length == 0);
    struct wire_reader long_text = {out.data + 13, out.length - 13, 0, false};
    (void)wire_get_text(&long_text, 3, &length);
    assert_true(long_text.failed);
    bytes_free(&out);
}

static void hex_is_read_exactly(void **state)
{
    (void)state;
    uint8_t out[2];
    assert_int_equal(text_unhex("a0Ff", 4, out, 2), 0);
    assert_true(out[0] == 0xa0 && out[1] == 0xff);
    static const char *const bad[] = {"", "a0F", "a0Fff", "a0Fg", "a0 f", "-0ff"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(text_unhex(bad[i], strlen(bad[i]), out, 2), -1);
}

static void digests_are_those_of_the_standards(void **state)
{
    (void)state;
    struct digests digests;
    char hex[2 * SHA256_SIZE + 1];
    struct digester *digester = digester_new();
    assert_non_null(digester);
    for (int round = 0; round < 2; round++) { /* a digester can be used again */
        digester_start(digester);
        digester_feed(digester, "a", 1);
        digester_feed(digester, "bc", 2);
        digester_finish(digester, &digests);
        text_hex(digests.md5, MD5_SIZE, hex);
        assert_string_equal(hex, "900150983cd24fb0d6963f7d28e17f72");
        text_hex(digests.sha1, SHA1_SIZE, hex);
        assert_string_equal(hex, "a9993e364706816aba3e25717850c26c9cd0d89d");
        text_hex(digests.sha256, SHA256_SIZE, hex);
        assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
    /* A million times "a", in pieces that begin and end anywhere in a block. */
    char letters[997];
    memset(letters, 'a', sizeof letters);
    digester_start(digester);
    for (size_t left = 1000000, piece; left > 0; left -= piece) {
        piece = left % sizeof letters + 1;
        if (piece > left)
            piece = left;
        digester_feed(digester, letters, piece);
    }
    digester_finish(digester, &digests);
    text_hex(digests.md5, MD5_SIZE, hex);
    assert_string_equal(hex, "7707d6ae4e027c70eea2a935c2296f21");
    text_hex(digests.sha1, SHA1_SIZE, hex);
    assert_string_equal(hex, "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
    text_hex(digests.sha256, SHA256_SIZE, hex);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    digester_free(digester);
}

/* The two ways through whole blocks agree, go on one from the other, and count their bits alike. */
static void digests_are_the_same_in_both_ways(void **state)
{
    (void)state;
    if (!digest_can_together()) {
        print_message("skipped: digests together: this processor has no instructions for SHA\n");
        return;
    }
    uint8_t data[40 * DIGEST_BLOCK];
    uint32_t random = 1;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)((random = random * 1664525 + 1013904223) >> 24);
    struct digest_states states[2];
    memset(states, 0, sizeof states);
    for (int i = 0; i < 2; i++) {
        (void)MD5_Init(&states[i].md5);
        (void)SHA1_Init(&states[i].sha1);
        (void)SHA256_Init(&states[i].sha256);
        states[i].md5.Nl = states[i].sha1.Nl = states[i].sha256.Nl = 0xffffc000; /* about to overflow */
    }
    for (size_t blocks = 0; blocks <= sizeof data / DIGEST_BLOCK; blocks++) {
        digest_apart(&states[0], data, blocks * DIGEST_BLOCK);
        (blocks % 5 == 4 ? digest_apart : digest_together)(&states[1], data, blocks * DIGEST_BLOCK);
        /* not what is left of earlier blocks in OpenSSL's buffers */
        assert_memory_equal(&states[1].md5, &states[0].md5, offsetof(MD5_CTX, data));
        assert_memory_equal(&states[1].sha1, &states[0].sha1, offsetof(SHA_CTX, data));
        assert_memory_equal(&states[1].sha256, &states[0].sha256, offsetof(SHA256_CTX, data));
    }
    assert_int_equal(states[1].md5.Nh, 1);

    /* Pieces of any length, against one of OpenSSL's own. */
    struct digester *digester = digester_new();
    for (size_t length = 0; length < sizeof data; length += length % 7 + 1) {
        struct digests digests;
        uint8_t sha256[SHA256_SIZE];
        digester_start(digester);
        for (size_t at = 0, piece; at < length; at += piece) {
            piece = (random = random * 1664525 + 1013904223) >> 24;
            if (piece > length - at)
                piece = length - at;
            digester_feed(digester, data + at, piece);
        }
        digester_finish(digester, &digests);
        digest_sha256(data, length, sha256);
        assert_memory_equal(digests.sha256, sha256, SHA256_SIZE);
    }
    digester_free(digester);
}

static void sizes_that_overflow_are_refused(void **state)
{
    (void)state;
    struct arena arena = {0};
    assert_null(arena_array(&arena, SIZE_MAX / 2, 3));
    assert_null(arena_alloc(&arena, SIZE_MAX - 8));
    assert_string_equal(arena_text(&arena, "text, not all", 4), "text");
    arena_free(&arena);
    struct bytes bytes = {0};
    bytes_append_text(&bytes, "x");
    assert_int_equal(bytes_reserve(&bytes, SIZE_MAX), -1);
    assert_true(bytes.failed);
    bytes_append_text(&bytes, "y");
    assert_string_equal(bytes_text(&bytes), "");
    bytes_free(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8_is_told_from_other_bytes),
        cmocka_unit_test(any_bytes_can_be_repaired_and_shown),
        cmocka_unit_test(nothing_steers_a_terminal),
        cmocka_unit_test(a_line_is_one),
        cmocka_unit_test(json_is_what_every_reader_takes),
        cmocka_unit_test(messages_never_lead_beyond_their_end),
        cmocka_unit_test(hex_is_read_exactly),
        cmocka_unit_test(digests_are_those_of_the_standards),
        cmocka_unit_test(digests_are_the_same_in_both_ways),
        cmocka_unit_test(sizes_that_overflow_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
