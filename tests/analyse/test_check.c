/* What check_frame believes. For each frame there is one sound example; then everything that makes it unsound: cut off
 * at any byte, a byte too many, another unit's, numbers outside what was asked, text that is none, digests of a wrong
 * size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string.h>

#include "analyse/check.h"
#include "base/bytes.h"
#include "base/wire.h"
#include "scan/scan.h"
#include "worker/protocol.h"

#include <cmocka.h> /* last: it makes a macro of fail() */

enum { SIZE = 1 << 20, BEGIN = 4096, END = 65536, FIRST = 10, LAST = 20 };

static const char long_text[FILES_PATH_MAX + 2];

static struct check check_of(enum store_unit_kind kind)
{
    struct check check = {.kind = kind, .evidence_size = SIZE, .end = SIZE};
    if (kind == UNIT_SPAN) {
        check.begin = BEGIN;
        check.end = END;
    }
    if (kind == UNIT_SPAN || kind == UNIT_FILES) {
        static uint32_t asked[] = {FIRST, FIRST + 2, LAST - 1};
        check.files = asked;
        check.file_count = sizeof asked / sizeof *asked;
    }
    return check;
}

/* Layouts: 1, 4, 8: a number of so many bytes; t: text; b: blob. Values follow in order; texts may be NULL for "". */
static void put(struct bytes *out, const char *layout, const uint64_t numbers[], const char *const texts[])
{
    for (; *layout != '\0'; layout++) {
        if (*layout == '1')
            wire_put_u8(out, (uint8_t)*numbers++);
        else if (*layout == '4')
            wire_put_u32(out, (uint32_t)*numbers++);
        else if (*layout == '8')
            wire_put_u64(out, *numbers++);
        else if (*layout == 'b')
            wire_put_blob(out, long_text, (size_t)*numbers++);
        else
            wire_put_text(out, *texts == NULL ? "" : *texts), texts++;
    }
}

struct frame {
    const char *name;
    enum frame_type type;
    enum store_unit_kind kind;
    const char *layout;
    uint64_t numbers[13];
    const char *texts[3];
};

static const struct frame sound[] = {
    {"volume", FRAME_VOLUME, UNIT_MAP, "488ttt1", {0, 512, SIZE, 1}, {"Linux", "ext4", ""}},
    {"file", FRAME_FILE, UNIT_MAP, "44844t88888844", {1, 0, 5, 1, 0, 100, 12, 1, 2, 3, 4, FILE_REGULAR}, {"/a"}},
    {"gap", FRAME_GAP, UNIT_MAP, "t", {0}, {"a directory cannot be read"}},
    {"hole", FRAME_EXTENT, UNIT_MAP, "881t", {SIZE - EXTENT_LEAST, EXTENT_LEAST, 0}, {""}},
    {"lost bytes", FRAME_EXTENT, UNIT_MAP, "881t", {0, SIZE, 1}, {"a segment is missing"}},
    {"sighting in a span", FRAME_SIGHTING, UNIT_SPAN, "48114ttt", {0, BEGIN, SB_EMAIL, 0, 1}, {"", "a@b.example", "x"}},
    {"the last byte of a span", FRAME_SIGHTING, UNIT_SPAN, "48114ttt", {0, END - 1, 0, 2, 9}, {"GZIP-1", "4", ""}},
    {"sighting in a file", FRAME_SIGHTING, UNIT_FILES, "48114ttt", {FIRST, 0, SB_URL, 1, 1}, {"", "http://a", NULL}},
    {"note in a span", FRAME_NOTE, UNIT_SPAN, "48tt", {0, BEGIN}, {"GZIP", "a budget"}},
    {"note in a file", FRAME_NOTE, UNIT_FILES, "48tt", {LAST - 1, 7}, {"", "a budget"}},
    {"content", FRAME_CONTENT, UNIT_SPAN, "4t1bbb", {FIRST, 1, MD5_SIZE, SHA1_SIZE, SHA256_SIZE}, {"text/plain"}},
    {"content without digests", FRAME_CONTENT, UNIT_FILES, "4t1", {LAST - 1, 0}, {""}},
    {"unread in a span", FRAME_UNREAD, UNIT_SPAN, "488t", {0, BEGIN, 512}, {"bad sector"}},
    {"unread in a file", FRAME_UNREAD, UNIT_FILES, "488t", {FIRST, 0, 512}, {"bad sector"}},
    {"a disk", FRAME_DISK, UNIT_FILES, "41", {FIRST, 1}, {0}},
    {"image", FRAME_IMAGE, UNIT_DIGEST, "bbb", {MD5_SIZE, SHA1_SIZE, SHA256_SIZE}, {0}},
};

static const struct frame unsound[] = {
    {"a volume of 2^63 bytes", FRAME_VOLUME, UNIT_MAP, "488ttt1", {0, 512, (uint64_t)1 << 63, 1}, {""}},
    {"a volume that wraps", FRAME_VOLUME, UNIT_MAP, "488ttt1", {0, UINT64_MAX, 2, 1}, {""}},
    {"a volume that is neither", FRAME_VOLUME, UNIT_MAP, "488ttt1", {0, 0, 2, 2}, {""}},
    {"a volume that is no text", FRAME_VOLUME, UNIT_MAP, "488ttt1", {0, 0, 2, 1}, {"\xff"}},
    {"file 2 before 1", FRAME_FILE, UNIT_MAP, "44844t88888844", {2, 0, 5, 1, 0, 100, 12, 1, 2, 3, 4, 2}, {"/a"}},
    {"file 0", FRAME_FILE, UNIT_MAP, "44844t88888844", {0, 0, 5, 1, 0, 100, 12, 1, 2, 3, 4, 2}, {"/a"}},
    {"a file without a path", FRAME_FILE, UNIT_MAP, "44844t88888844", {1, 0, 5, 1, 0, 100, 12, 1, 2, 3, 4, 2}, {""}},
    {"a surrogate", FRAME_FILE, UNIT_MAP, "44844t88888844", {1, 0, 5, 1, 0, 1, 12, 1, 2, 3, 4, 2}, {"/\xed\xa0\x80"}},
    {"2^63 bytes",
     FRAME_FILE,
     UNIT_MAP,
     "44844t88888844",
     {1, 0, 5, 1, 0, (uint64_t)1 << 63, 0, 1, 2, 3, 4, 2},
     {"/a"}},
    {"slack of 2^63",
     FRAME_FILE,
     UNIT_MAP,
     "44844t88888844",
     {1, 0, 5, 1, 0, 1, (uint64_t)1 << 63, 1, 2, 3, 4, 2},
     {"/a"}},
    {"inode 2^63",
     FRAME_FILE,
     UNIT_MAP,
     "44844t88888844",
     {1, 0, (uint64_t)1 << 63, 1, 0, 1, 1, 1, 2, 3, 4, 2},
     {"/a"}},
    {"a short hole", FRAME_EXTENT, UNIT_MAP, "881t", {0, EXTENT_LEAST - 1, 0}, {""}},
    {"a hole beyond the end", FRAME_EXTENT, UNIT_MAP, "881t", {512, SIZE, 0}, {""}},
    {"lost without a reason", FRAME_EXTENT, UNIT_MAP, "881t", {0, SIZE, 1}, {""}},
    {"a hole with a reason", FRAME_EXTENT, UNIT_MAP, "881t", {0, SIZE, 0}, {"why"}},
    {"flag 256", FRAME_FILE, UNIT_MAP, "44844t88888844", {1, 0, 5, 1, 0, 1, 1, 1, 2, 3, 4, 256}, {"/a"}},
    {"a link to nothing",
     FRAME_FILE,
     UNIT_MAP,
     "44844t88888844",
     {1, 0, 5, 1, 0, 1, 1, 1, 2, 3, 4, FILE_HARD_LINK},
     {"/a"}},
    {"before the span", FRAME_SIGHTING, UNIT_SPAN, "48114ttt", {0, BEGIN - 1, 0, 0, 1}, {"", "4", ""}},
    {"behind the span", FRAME_SIGHTING, UNIT_SPAN, "48114ttt", {0, END, 0, 0, 1}, {"", "4", ""}},
    {"offset 2^64 - 1", FRAME_SIGHTING, UNIT_SPAN, "48114ttt", {0, UINT64_MAX, 0, 0, 1}, {"", "4", ""}},
    {"a file in a span", FRAME_SIGHTING, UNIT_SPAN, "48114ttt", {FIRST, BEGIN, 0, 0, 1}, {"", "4", ""}},
    {"a kind only digests make", FRAME_SIGHTING, UNIT_SPAN, "48114ttt", {0, BEGIN, SB_FILE, 0, 1}, {"", "4", ""}},
    {"no kind", FRAME_SIGHTING, UNIT_SPAN, "48114ttt", {0, BEGIN, 255, 0, 1}, {"", "4", ""}},
    {"no encoding", FRAME_SIGHTING, UNIT_SPAN, "48114ttt", {0, BEGIN, 0, SB_ENCODING_COUNT, 1}, {"", "4", ""}},
    {"seen no times", FRAME_SIGHTING, UNIT_SPAN, "48114ttt", {0, BEGIN, 0, 0, 0}, {"", "4", ""}},
    {"no value", FRAME_SIGHTING, UNIT_SPAN, "48114ttt", {0, BEGIN, 0, 0, 1}, {"", "", ""}},
    {"a value that is no text", FRAME_SIGHTING, UNIT_SPAN, "48114ttt", {0, BEGIN, 0, 0, 1}, {"", "\xc0\x80", ""}},
    {"a context that is no text", FRAME_SIGHTING, UNIT_SPAN, "48114ttt", {0, BEGIN, 0, 0, 1}, {"", "4", "\x80"}},
    {"the file before", FRAME_SIGHTING, UNIT_FILES, "48114ttt", {FIRST - 1, 0, 0, 0, 1}, {"", "4", ""}},
    {"the file behind", FRAME_SIGHTING, UNIT_FILES, "48114ttt", {LAST, 0, 0, 0, 1}, {"", "4", ""}},
    {"no file", FRAME_SIGHTING, UNIT_FILES, "48114ttt", {0, 0, 0, 0, 1}, {"", "4", ""}},
    {"offset 2^63 of a file",
     FRAME_SIGHTING,
     UNIT_FILES,
     "48114ttt",
     {FIRST, (uint64_t)1 << 63, 0, 0, 1},
     {"", "4", ""}},
    {"a sighting in a map", FRAME_SIGHTING, UNIT_MAP, "48114ttt", {0, BEGIN, 0, 0, 1}, {"", "4", ""}},
    {"a sighting in digests", FRAME_SIGHTING, UNIT_DIGEST, "48114ttt", {0, BEGIN, 0, 0, 1}, {"", "4", ""}},
    {"a note outside", FRAME_NOTE, UNIT_SPAN, "48tt", {0, SIZE + 1}, {"", "x"}},
    {"a note of another file", FRAME_NOTE, UNIT_FILES, "48tt", {LAST, 0}, {"", "x"}},
    {"content of another file", FRAME_CONTENT, UNIT_SPAN, "4t1", {LAST, 0}, {""}},
    {"content of the file before", FRAME_CONTENT, UNIT_FILES, "4t1", {FIRST - 1, 0}, {""}},
    {"a short MD5", FRAME_CONTENT, UNIT_SPAN, "4t1bbb", {FIRST, 1, MD5_SIZE - 1, SHA1_SIZE, SHA256_SIZE}, {""}},
    {"a long SHA-1", FRAME_CONTENT, UNIT_SPAN, "4t1bbb", {FIRST, 1, MD5_SIZE, SHA1_SIZE + 1, SHA256_SIZE}, {""}},
    {"no SHA-256", FRAME_CONTENT, UNIT_SPAN, "4t1bbb", {FIRST, 1, MD5_SIZE, SHA1_SIZE, 0}, {""}},
    {"digests 2", FRAME_CONTENT, UNIT_SPAN, "4t1", {FIRST, 2}, {""}},
    {"content of a file between", FRAME_CONTENT, UNIT_SPAN, "4t1", {FIRST + 1, 0}, {""}},
    {"a sighting in a file between", FRAME_SIGHTING, UNIT_FILES, "48114ttt", {FIRST + 1, 0, 0, 0, 1}, {"", "4", ""}},
    {"content of a file that is asked last", FRAME_CONTENT, UNIT_SPAN, "4t1", {LAST - 2, 0}, {""}},
    {"content in a map", FRAME_CONTENT, UNIT_MAP, "4t1", {1, 0}, {""}},
    {"unread before the span", FRAME_UNREAD, UNIT_SPAN, "488t", {0, BEGIN - 1, 1}, {""}},
    {"unread without end", FRAME_UNREAD, UNIT_SPAN, "488t", {0, BEGIN, UINT64_MAX}, {""}},
    {"unread of another file", FRAME_UNREAD, UNIT_FILES, "488t", {LAST, 0, 1}, {""}},
    {"a short digest of the image", FRAME_IMAGE, UNIT_DIGEST, "bbb", {MD5_SIZE, SHA1_SIZE, SHA256_SIZE - 1}, {0}},
    {"the image's digests in a span", FRAME_IMAGE, UNIT_SPAN, "bbb", {MD5_SIZE, SHA1_SIZE, SHA256_SIZE}, {0}},
    {"another file is a disk", FRAME_DISK, UNIT_FILES, "41", {LAST, 0}, {0}},
    {"a disk of no kind", FRAME_DISK, UNIT_FILES, "41", {FIRST, 2}, {0}},
    {"a request", FRAME_OPEN, UNIT_SPAN, "", {0}, {0}},
    {"no type", 255, UNIT_SPAN, "", {0}, {0}},
};

/* A copy of just its size, so that AddressSanitizer sees a step beyond it. */
static int checked(const struct frame *frame, enum store_unit_kind kind, const uint8_t *data, size_t length)
{
    struct check check = check_of(kind);
    uint8_t *copy = test_malloc(length + 1);
    if (length > 0)
        memcpy(copy, data, length);
    int result = check_frame(&check, (uint8_t)frame->type, copy, length);
    test_free(copy);
    return result;
}

static void sound_frames_are_believed_whole_only(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof sound / sizeof *sound; i++) {
        const struct frame *frame = &sound[i];
        struct bytes out = {0};
        put(&out, frame->layout, frame->numbers, frame->texts);
        if (checked(frame, frame->kind, out.data, out.length) != 0)
            fail_msg("%s is not believed", frame->name);
        for (size_t length = 0; length < out.length; length++)
            if (checked(frame, frame->kind, out.data, length) == 0)
                fail_msg("%s is believed when cut to %zu bytes", frame->name, length);
        bytes_append_char(&out, '\0');
        if (checked(frame, frame->kind, out.data, out.length) == 0)
            fail_msg("%s is believed with a byte too many", frame->name);
        bytes_free(&out);
    }
}

static void each_frame_belongs_to_its_units(void **state)
{
    (void)state;
    static const struct {
        enum frame_type type;
        unsigned units; /* bits of enum store_unit_kind */
    } belongs[] = {
        {FRAME_VOLUME, 1u << UNIT_MAP},
        {FRAME_FILE, 1u << UNIT_MAP},
        {FRAME_GAP, 1u << UNIT_MAP},
        {FRAME_EXTENT, 1u << UNIT_MAP},
        {FRAME_SIGHTING, 1u << UNIT_SPAN | 1u << UNIT_FILES},
        {FRAME_NOTE, 1u << UNIT_SPAN | 1u << UNIT_FILES},
        {FRAME_CONTENT, 1u << UNIT_SPAN | 1u << UNIT_FILES},
        {FRAME_UNREAD, 1u << UNIT_SPAN | 1u << UNIT_FILES},
        {FRAME_DISK, 1u << UNIT_FILES},
        {FRAME_IMAGE, 1u << UNIT_DIGEST},
    };
    for (size_t i = 0; i < sizeof sound / sizeof *sound; i++)
        for (size_t j = 0; j < sizeof belongs / sizeof *belongs; j++)
            for (unsigned kind = UNIT_MAP; sound[i].type == belongs[j].type && kind <= UNIT_DIGEST; kind++) {
                struct bytes out = {0};
                put(&out, sound[i].layout, sound[i].numbers, sound[i].texts);
                if ((belongs[j].units >> kind & 1) == 0 &&
                    checked(&sound[i], (enum store_unit_kind)kind, out.data, out.length) == 0)
                    fail_msg("%s is believed in unit %u", sound[i].name, kind);
                bytes_free(&out);
            }
}

static void unsound_frames_are_not_believed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof unsound / sizeof *unsound; i++) {
        struct bytes out = {0};
        put(&out, unsound[i].layout, unsound[i].numbers, unsound[i].texts);
        if (checked(&unsound[i], unsound[i].kind, out.data, out.length) == 0)
            fail_msg("believed: %s", unsound[i].name);
        bytes_free(&out);
    }
}

static bool term_believed(const struct terms *terms, bool terms_only, enum sb_kind kind, const char *value)
{
    struct check check = check_of(UNIT_SPAN);
    struct bytes out = {0};
    check.terms = terms;
    check.terms_only = terms_only;
    const uint64_t numbers[] = {0, BEGIN, kind, 0, 1};
    const char *const texts[] = {"", value, ""};
    put(&out, "48114ttt", numbers, texts);
    int result = check_frame(&check, FRAME_SIGHTING, out.data, out.length);
    bytes_free(&out);
    return result == 0;
}

static bool bytes_believed(bool peek, size_t length, int frames)
{
    struct check check = check_of(UNIT_SPAN);
    struct bytes out = {0};
    check.peek = peek;
    check.end = BEGIN + 16;
    wire_put_blob(&out, long_text, length);
    int result = 0;
    for (int i = 0; i < frames && result == 0; i++)
        result = check_frame(&check, FRAME_BYTES, out.data, out.length);
    bytes_free(&out);
    return result == 0;
}

/* Bytes of the medium come where they were asked for, once, and not more than were asked for; then nothing else comes.
 */
static void bytes_are_those_that_were_asked_for(void **state)
{
    (void)state;
    assert_true(bytes_believed(true, 16, 1));
    assert_true(bytes_believed(true, 1, 1));
    assert_false(bytes_believed(true, 17, 1));
    assert_false(bytes_believed(true, 0, 1));
    assert_false(bytes_believed(true, 16, 2));
    assert_false(bytes_believed(false, 16, 1));
    struct check check = check_of(UNIT_SPAN);
    struct bytes out = {0};
    check.peek = true;
    const uint64_t numbers[] = {0, BEGIN, SB_EMAIL, 0, 1};
    const char *const texts[] = {"", "a@b.example", ""};
    put(&out, "48114ttt", numbers, texts);
    assert_int_equal(check_frame(&check, FRAME_SIGHTING, out.data, out.length), -1);
    bytes_free(&out);
}

/* A worker finds the terms it was given, and where it was asked for terms alone, nothing else. */
static void terms_are_those_that_were_asked_for(void **state)
{
    (void)state;
    static const char *const items[] = {"mormor", "anna", "anna", "/b+/"};
    struct terms terms;
    assert_int_equal(terms_make(&terms, items, 4, NULL), 0);
    assert_int_equal(terms.count, 3);
    assert_true(term_believed(&terms, false, SB_TERM, "anna"));
    assert_true(term_believed(&terms, true, SB_TERM, "/b+/"));
    assert_true(term_believed(&terms, false, SB_EMAIL, "a@b.example"));
    assert_false(term_believed(&terms, true, SB_EMAIL, "a@b.example"));
    assert_false(term_believed(&terms, false, SB_TERM, "ann"));
    assert_false(term_believed(&terms, false, SB_TERM, "annan"));
    assert_false(term_believed(NULL, false, SB_TERM, "anna"));
    struct check check = check_of(UNIT_FILES);
    struct bytes out = {0};
    check.terms_only = true;
    put(&out, "4t1", (const uint64_t[]){FIRST, 0}, (const char *const[]){""});
    assert_int_not_equal(check_frame(&check, FRAME_CONTENT, out.data, out.length), 0);
    bytes_free(&out);
    terms_free(&terms);
}

static int check_runs(uint32_t files_before, uint32_t count, uint64_t file_offset, uint64_t image_offset,
                      uint64_t length)
{
    struct check check = check_of(UNIT_MAP);
    check.last_file = files_before;
    struct bytes out = {0};
    wire_put_u32(&out, count);
    wire_put_u64(&out, file_offset);
    wire_put_u64(&out, image_offset);
    wire_put_u64(&out, length);
    int result = check_frame(&check, FRAME_RUNS, out.data, out.length);
    bytes_free(&out);
    return result;
}

static void runs_lie_in_the_image(void **state)
{
    (void)state;
    assert_int_equal(check_runs(1, 1, 0, 0, SIZE), 0);
    assert_int_equal(check_runs(1, 1, 77, SIZE - 1, 1), 0);
    assert_int_not_equal(check_runs(0, 1, 0, 0, 1), 0); /* of which file? */
    assert_int_not_equal(check_runs(1, 1, 0, SIZE - 1, 2), 0);
    assert_int_not_equal(check_runs(1, 1, 0, UINT64_MAX, 2), 0);
    assert_int_not_equal(check_runs(1, 1, 0, 1, UINT64_MAX), 0);
    assert_int_not_equal(check_runs(1, 1, INT64_MAX, 0, 1), 0);
    assert_int_not_equal(check_runs(1, 0, 0, 0, 1), 0);
    assert_int_not_equal(check_runs(1, 2, 0, 0, 1), 0);
    assert_int_not_equal(check_runs(1, UINT32_MAX, 0, 0, 1), 0);
}

static void file_numbers_go_up_by_one(void **state)
{
    (void)state;
    struct check check = check_of(UNIT_MAP);
    for (uint64_t number = 1; number <= 4; number++) {
        struct bytes out = {0};
        const uint64_t numbers[] = {
            number, 0, 5, 1, 0, 1, 0, 1, 2, 3, 4, FILE_REGULAR | (number > 1 ? FILE_HARD_LINK : 0), number - 1};
        const char *const texts[] = {"/a"};
        put(&out, "44844t88888844", numbers, texts);
        assert_int_equal(check_frame(&check, FRAME_FILE, out.data, out.length), 0);
        assert_int_not_equal(check_frame(&check, FRAME_FILE, out.data, out.length), 0);
        check.last_file = (uint32_t)number;
        bytes_free(&out);
    }
}

static void texts_have_bounds(void **state)
{
    (void)state;
    static char text[FILES_PATH_MAX + 2];
    memset(text, 'a', FILES_PATH_MAX + 1);
    struct bytes out = {0};
    wire_put_text(&out, text);
    struct check check = check_of(UNIT_MAP);
    assert_int_not_equal(check_frame(&check, FRAME_GAP, out.data, out.length), 0);
    bytes_clear(&out);
    text[NAME_MAX_BYTES] = '\0';
    wire_put_text(&out, text);
    assert_int_equal(check_frame(&check, FRAME_GAP, out.data, out.length), 0);
    bytes_free(&out);
}

static void extents_come_in_order(void **state)
{
    (void)state;
    struct check check = check_of(UNIT_MAP);
    struct bytes out = {0};
    put(&out, "881t", (const uint64_t[]){0, EXTENT_LEAST, 0}, (const char *const[]){""});
    assert_int_equal(check_frame(&check, FRAME_EXTENT, out.data, out.length), 0);
    assert_int_not_equal(check_frame(&check, FRAME_EXTENT, out.data, out.length), 0);
    bytes_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sound_frames_are_believed_whole_only),
        cmocka_unit_test(each_frame_belongs_to_its_units),
        cmocka_unit_test(unsound_frames_are_not_believed),
        cmocka_unit_test(bytes_are_those_that_were_asked_for),
        cmocka_unit_test(terms_are_those_that_were_asked_for),
        cmocka_unit_test(runs_lie_in_the_image),
        cmocka_unit_test(file_numbers_go_up_by_one),
        cmocka_unit_test(extents_come_in_order),
        cmocka_unit_test(texts_have_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
