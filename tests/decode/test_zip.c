/* The ZIP decoder: members of every shape, alone and in archives that the zip program wrote. */
#include <unistd.h>
#include <zlib.h>

#include "harness.h"

/* A member to build: what its header and its surroundings say. */
struct member {
    const char *name;
    const void *data;
    size_t length;
    unsigned method; /* 0 or 8; others are written as stored */
    unsigned flags;
    enum { SIZES_IN_HEADER, SIZES_BEHIND, SIZES_BEHIND_UNSIGNED, SIZES_BEHIND_64, SIZES_IN_EXTRA } sizes;
};

/* Appends the member; returns the length that a decoder must find it to have. */
static size_t append_member(struct bytes *out, const struct member *member)
{
    size_t begin = out->length;
    struct bytes payload = {0};
    if (member->method == 8)
        append_deflated(&payload, member->data, member->length, -15, 6, Z_DEFAULT_STRATEGY);
    else
        bytes_append(&payload, member->data, member->length);
    uint32_t crc = (uint32_t)crc32(0, member->data, (uInt)member->length);
    bool behind =
        member->sizes == SIZES_BEHIND || member->sizes == SIZES_BEHIND_UNSIGNED || member->sizes == SIZES_BEHIND_64;
    bool extra = member->sizes == SIZES_IN_EXTRA;
    bytes_append(out, "PK\3\4", 4);
    append_le16(out, 20);
    append_le16(out, member->flags | (behind ? 8 : 0));
    append_le16(out, member->method);
    append_le32(out, 0x5a21a3f0);
    append_le32(out, behind ? 0 : crc);
    append_le32(out, behind ? 0 : extra ? UINT32_MAX : (uint32_t)payload.length);
    append_le32(out, behind ? 0 : extra ? UINT32_MAX : (uint32_t)member->length);
    append_le16(out, (unsigned)strlen(member->name));
    append_le16(out, extra ? 29 : 0);
    bytes_append_text(out, member->name);
    if (extra) {
        append_le16(out, 0x5455); /* a time stands in front */
        append_le16(out, 5);
        bytes_append(out, "\3abcd", 5);
        append_le16(out, 1);
        append_le16(out, 16);
        append_le64(out, member->length);
        append_le64(out, payload.length);
    }
    bytes_append(out, payload.data, payload.length);
    if (behind) {
        if (member->sizes != SIZES_BEHIND_UNSIGNED)
            bytes_append(out, "PK\7\10", 4);
        append_le32(out, crc);
        if (member->sizes == SIZES_BEHIND_64) {
            append_le64(out, payload.length);
            append_le64(out, member->length);
        } else {
            append_le32(out, (uint32_t)payload.length);
            append_le32(out, (uint32_t)member->length);
        }
    }
    bytes_free(&payload);
    return out->length - begin;
}

static void append_directory(struct bytes *out)
{
    bytes_append(out, "PK\1\2", 4);
    append_noise(out, 60, 4);
}

static void inflates_members_of_every_shape(void **state)
{
    (void)state;
    static const size_t lengths[] = {0, 1, 300, 70000, 1048576, 1048577};
    static const size_t views[] = {0, 1, 50, 5000};
    for (size_t l = 0; l < 6; l++)
        for (unsigned sizes = SIZES_IN_HEADER; sizes <= SIZES_IN_EXTRA; sizes++)
            for (size_t v = 0; v < 4; v++) {
                struct bytes plain = {0};
                append_prose(&plain, lengths[l], 1);
                struct bytes data = {0};
                append_noise(&data, 33, 6);
                size_t member =
                    append_member(&data, &(struct member){"word/document.xml", plain.data, plain.length, 8, 0, sizes});
                append_directory(&data);
                struct run run =
                    run_decoder(&sb_decoder_zip, data.data, data.length, 33, &(struct run_options){.view = views[v]});
                assert_int_equal(run.result, SB_DECODE_DONE);
                assert_string_equal(run.container.label, "word/document.xml");
                assert_int_equal(run.consumed, member);
                assert_output(&run, plain.data, plain.length);
                run_free(&run);
                bytes_free(&data);
                bytes_free(&plain);
            }
}

/* Once through the member, or else once through the plain bytes, never both and never neither. */
static void hands_a_stored_member_out_or_leaves_it(void **state)
{
    (void)state;
    static const char text[] = "write to anna.berg@exa-post.se";
    struct member member = {"letter.txt", text, sizeof text, 0, 0, SIZES_IN_HEADER};
    for (unsigned sizes = SIZES_IN_HEADER; sizes <= SIZES_IN_EXTRA; sizes++)
        for (int whole = 0; whole < 2; whole++) {
            member.sizes = sizes;
            struct bytes data = {0};
            size_t length = append_member(&data, &member);
            if (whole)
                append_directory(&data);
            else
                append_noise(&data, 64, 3); /* another file begins where the archive should go on */
            struct run run = run_decoder(&sb_decoder_zip, data.data, data.length, 0, &(struct run_options){.view = 9});
            assert_int_equal(run.result, SB_DECODE_DONE);
            if (whole && (sizes == SIZES_IN_HEADER || sizes == SIZES_IN_EXTRA)) {
                assert_int_equal(run.consumed, length);
                assert_output(&run, text, sizeof text);
            } else {
                assert_int_equal(run.consumed, run.container.skip);
                assert_int_equal(run.out.length, 0);
            }
            run_free(&run);
            bytes_free(&data);
        }
}

static void hands_out_no_more_of_a_stored_member_than_asked(void **state)
{
    (void)state;
    struct bytes plain = {0};
    append_prose(&plain, 300000, 2);
    struct bytes data = {0};
    append_member(&data, &(struct member){"a", plain.data, plain.length, 0, 0, SIZES_IN_HEADER});
    append_directory(&data);
    struct run run = run_decoder(&sb_decoder_zip, data.data, data.length, 0, &(struct run_options){.stop_at = 100000});
    assert_int_equal(run.result, SB_DECODE_STOPPED);
    assert_int_equal(run.out.length, 2 * 65536);
    assert_int_equal(run.consumed, run.container.skip + run.out.length);
    run_free(&run);
    bytes_free(&data);
    bytes_free(&plain);
}

static void says_what_it_cannot_open(void **state)
{
    (void)state;
    static const struct {
        unsigned method;
        unsigned flags;
        enum sb_decode_result result;
    } rows[] = {
        {8, 1, SB_DECODE_ENCRYPTED},      {0, 1, SB_DECODE_ENCRYPTED}, {99, 1, SB_DECODE_ENCRYPTED},
        {8, 0x2000, SB_DECODE_ENCRYPTED}, {9, 0, SB_DECODE_UNKNOWN},   {10, 0, SB_DECODE_UNKNOWN},
        {12, 0, SB_DECODE_BROKEN},        {14, 0, SB_DECODE_BROKEN},   {93, 0, SB_DECODE_BROKEN},
        {95, 0, SB_DECODE_BROKEN},        {97, 0, SB_DECODE_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bytes data = {0};
        append_member(&data, &(struct member){"letter.txt", "0123456789", 10, rows[i].method, rows[i].flags, 0});
        append_directory(&data);
        struct run run = run_decoder(&sb_decoder_zip, data.data, data.length, 0, NULL);
        assert_true(run.sniffed);
        assert_int_equal(run.result, rows[i].result);
        assert_int_equal(run.consumed, run.container.skip); /* a false flag hides nothing from the plain scan */
        assert_int_equal(run.out.length, 0);
        run_free(&run);
        bytes_free(&data);
    }
}

static void is_not_fooled(void **state)
{
    (void)state;
    struct bytes data = {0};
    append_member(&data, &(struct member){"letter.txt", "0123456789", 10, 8, 0, 0});
    static const struct {
        size_t place;
        uint8_t value;
    } rows[] = {{3, 5}, {4, 64}, {5, 40}, {8, 33}, {9, 1}, {26, 0}, {27, 0x40}, {40, 0x06}};
    struct sb_container container;
    assert_true(sb_decoder_zip.sniff(data.data, data.length, 0, &container));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t before = data.data[rows[i].place];
        data.data[rows[i].place] = rows[i].value;
        assert_false(sb_decoder_zip.sniff(data.data, data.length, 0, &container));
        data.data[rows[i].place] = before;
    }
    for (size_t length = 0; length < 30; length++)
        assert_false(sb_decoder_zip.sniff(data.data, length, 0, &container));
    bytes_free(&data);
}

static void keeps_what_came_before_a_cut(void **state)
{
    (void)state;
    struct bytes plain = {0};
    append_prose(&plain, 2000, 8);
    struct bytes data = {0};
    append_member(&data, &(struct member){"a/b.txt", plain.data, plain.length, 8, 0, SIZES_BEHIND});
    for (size_t length = 30; length < data.length; length++) {
        struct run run = run_decoder(&sb_decoder_zip, data.data, length, 0, NULL);
        if (run.sniffed) {
            assert_int_equal(run.result, SB_DECODE_BROKEN);
            assert_output(&run, plain.data, run.out.length);
        }
        run_free(&run);
    }
    bytes_free(&data);
    bytes_free(&plain);
}

static void survives_flipped_bits(void **state)
{
    (void)state;
    struct bytes plain = {0};
    append_prose(&plain, 1500, 8);
    for (unsigned method = 0; method <= 8; method += 8) {
        struct bytes data = {0};
        size_t length = append_member(&data, &(struct member){"a/b.txt", plain.data, plain.length, method, 0,
                                                              method == 0 ? SIZES_IN_HEADER : SIZES_BEHIND_64});
        append_directory(&data);
        for (size_t bit = 0; bit < data.length * 8; bit++) {
            data.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
            struct run run = run_decoder(&sb_decoder_zip, data.data, data.length, 0, NULL);
            bool payload = run.sniffed && bit / 8 >= run.container.skip && bit / 8 < length;
            if (payload && method == 8 && run.result == SB_DECODE_DONE)
                assert_output(&run, plain.data, plain.length); /* a bit that means nothing */
            run_free(&run);
            data.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        bytes_free(&data);
    }
    bytes_free(&plain);
}

static void cuts_a_long_or_broken_name(void **state)
{
    (void)state;
    char name[600];
    memset(name, 'n', sizeof name);
    name[599] = 0;
    struct bytes data = {0};
    append_member(&data, &(struct member){name, "x", 1, 8, 0, 0});
    struct sb_container container;
    assert_true(sb_decoder_zip.sniff(data.data, data.length, 0, &container));
    assert_int_equal(container.label_length, SB_LABEL_MAX);
    assert_int_equal(strlen(container.label), SB_LABEL_MAX);
    data.data[30 + 4] = 0;
    assert_true(sb_decoder_zip.sniff(data.data, data.length, 0, &container));
    assert_string_equal(container.label, "nnnn");
    bytes_free(&data);
}

static void stops_a_bomb_when_asked(void **state)
{
    (void)state;
    size_t length = 64 << 20;
    void *zeros = calloc(1, length);
    assert_non_null(zeros);
    struct bytes data = {0};
    append_member(&data, &(struct member){"zeros", zeros, length, 8, 0, SIZES_IN_HEADER});
    free(zeros);
    data.data[22] = 1; /* and lies about its length */
    data.data[23] = data.data[24] = data.data[25] = 0;
    struct run run = run_decoder(&sb_decoder_zip, data.data, data.length, 0, &(struct run_options){.stop_at = 1 << 20});
    assert_int_equal(run.result, SB_DECODE_STOPPED);
    assert_true(run.out.length < (1 << 20) + 65536);
    run_free(&run);
    bytes_free(&data);
}

/* Walks an archive as the scanner does: each header once, behind what the one before consumed. */
static size_t walk(const uint8_t *data, size_t length, struct bytes *out, struct bytes *names)
{
    size_t members = 0;
    for (size_t at = 0; at + 4 <= length;) {
        struct run run = {0};
        if (memcmp(data + at, sb_decoder_zip.literal, 4) == 0)
            run = run_decoder(&sb_decoder_zip, data, length, at, NULL);
        if (run.sniffed) {
            assert_int_equal(run.result, SB_DECODE_DONE);
            members++;
            bytes_append(out, run.out.data, run.out.length);
            bytes_append_text(names, run.container.label);
            bytes_append_char(names, '\n');
        }
        at += run.consumed > 0 ? run.consumed : 1;
        run_free(&run);
    }
    return members;
}

static void reads_what_the_zip_program_writes(void **state)
{
    (void)state;
    static const char *const options[] = {"-9", "-0", "-fd", "-fz"};
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        char folder[] = "/tmp/samband-zip-XXXXXX";
        assert_non_null(mkdtemp(folder));
        char command[700];
        snprintf(command, sizeof command,
                 "cd %s && mkdir inner && for n in 1 2 3; do seq 1000 | sed 's/$/ bo@exa-post.se/' > inner/$n; done && "
                 ": > inner/empty && zip -q -r %s all.zip inner && rm -r inner",
                 folder, options[i]);
        assert_int_equal(system(command), 0);
        char path[100];
        snprintf(path, sizeof path, "%s/all.zip", folder);
        FILE *file = fopen(path, "rb");
        assert_non_null(file);
        uint8_t *data = malloc(1 << 20);
        assert_non_null(data);
        size_t length = fread(data, 1, 1 << 20, file);
        fclose(file);
        assert_int_equal(remove(path), 0);
        assert_int_equal(rmdir(folder), 0);
        struct bytes out = {0};
        struct bytes names = {0};
        assert_int_equal(walk(data, length, &out, &names), 5);
        assert_int_equal(out.length, 3 * (3893 + 1000 * 15));
        assert_non_null(strstr(bytes_text(&names), "inner/empty\n"));
        bytes_free(&out);
        bytes_free(&names);
        free(data);
    }
}

static void takes_many_empty_members_and_one_within_another(void **state)
{
    (void)state;
    struct bytes data = {0};
    for (size_t i = 0; i < 20000; i++)
        append_member(&data, &(struct member){"empty", "", 0, i % 2 ? 8 : 0, 0, SIZES_IN_HEADER});
    struct bytes inner = {0};
    append_member(&inner, &(struct member){"inner", "found once", 10, 0, 0, SIZES_IN_HEADER});
    append_directory(&inner);
    append_member(&data, &(struct member){"outer.zip", inner.data, inner.length, 0, 0, SIZES_IN_HEADER});
    append_directory(&data);
    struct bytes out = {0};
    struct bytes names = {0};
    assert_int_equal(walk(data.data, data.length, &out, &names), 20001);
    assert_int_equal(out.length, inner.length);
    assert_memory_equal(out.data, inner.data, inner.length);
    bytes_clear(&names);
    struct bytes innermost = {0};
    assert_int_equal(walk(out.data, out.length, &innermost, &names), 1);
    assert_string_equal(bytes_text(&innermost), "found once");
    bytes_free(&innermost);
    bytes_free(&out);
    bytes_free(&names);
    bytes_free(&inner);
    bytes_free(&data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inflates_members_of_every_shape),
        cmocka_unit_test(hands_a_stored_member_out_or_leaves_it),
        cmocka_unit_test(hands_out_no_more_of_a_stored_member_than_asked),
        cmocka_unit_test(says_what_it_cannot_open),
        cmocka_unit_test(is_not_fooled),
        cmocka_unit_test(keeps_what_came_before_a_cut),
        cmocka_unit_test(survives_flipped_bits),
        cmocka_unit_test(cuts_a_long_or_broken_name),
        cmocka_unit_test(stops_a_bomb_when_asked),
        cmocka_unit_test(reads_what_the_zip_program_writes),
        cmocka_unit_test(takes_many_empty_members_and_one_within_another),
    };
    return cmocka_run_group_tests_name("decode: zip", tests, NULL, NULL);
}
