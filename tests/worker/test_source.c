/* A medium with unreadable stretches, without end: what is read is what stands there, every unreadable byte is said,
 * and of each content on it is known whether all of it was read, however many stretches came before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/wire.h"
#include "worker/source.h"

#include <cmocka.h> /* last: it makes a macro of fail() */

enum { STEP = SOURCE_PIECE, SIZE = 400 * STEP, VIEW = 16 * STEP };

/* Every second piece of the first `bad` ones cannot be read. */
static int64_t read_medium(void *context, uint64_t offset, void *buffer, size_t length, struct error *error)
{
    uint64_t bad = *(const uint64_t *)context;
    uint64_t piece = offset / STEP;
    size_t here = (size_t)((piece + 1) * STEP - offset);
    if (piece < bad && piece % 2 == 1)
        return (void)snprintf(error->text, sizeof error->text, "the sector cannot be read"), -1;
    memset(buffer, (int)(piece % 251) + 1, length < here ? length : here);
    return (int64_t)(length < here ? length : here);
}

static void all_is_data(void *context, uint64_t offset, struct sb_extent *extent)
{
    (void)context;
    *extent = (struct sb_extent){.kind = SB_DATA, .start = offset, .length = SIZE - offset};
}

static void read_through(struct source *source, uint64_t begin, uint64_t end)
{
    for (uint64_t at = begin; at < end; at += VIEW) {
        size_t length = end - at < VIEW ? (size_t)(end - at) : VIEW;
        size_t available;
        const uint8_t *data = source_view(source, at, length, &available);
        assert_non_null(data);
        assert_int_equal(available, length);
    }
}

static uint64_t said_unread(int descriptor)
{
    struct stat status;
    assert_int_equal(fstat(descriptor, &status), 0);
    uint8_t *data =
        status.st_size == 0 ? NULL : mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    uint64_t sum = 0;
    const uint8_t *payload;
    uint8_t type;
    size_t length;
    size_t used;
    for (size_t at = 0;
         frame_next(data + at, (size_t)status.st_size - at, FRAME_MAX, &type, &payload, &length, &used) == 1;
         at += used) {
        struct wire_reader reader = {payload, length, 0, false};
        if (type != FRAME_UNREAD)
            continue;
        (void)wire_get_u32(&reader);
        (void)wire_get_u64(&reader);
        sum += wire_get_u64(&reader);
    }
    if (data != NULL)
        (void)munmap(data, (size_t)status.st_size);
    return sum;
}

/* A source over the medium of which `bad` tells, and what it says. */
struct reading {
    struct answer answer;
    struct source source;
};

static void begin(struct reading *reading, int64_t (*read)(void *, uint64_t, void *, size_t, struct error *),
                  uint64_t *bad)
{
    *reading = (struct reading){.answer = {.descriptor = memfd_create("frames", 0)},
                                .source = {.read = read,
                                           .extent = all_is_data,
                                           .context = bad,
                                           .size = SIZE,
                                           .read_end = SIZE,
                                           .report_end = SIZE,
                                           .buffer = malloc(SOURCE_BUFFER)}};
    reading->source.answer = &reading->answer;
}

static void finish(struct reading *reading)
{
    (void)close(reading->answer.descriptor);
    free(reading->source.buffer);
    bytes_free(&reading->answer.out);
}

/* Contents of 10 pieces one behind the other. */
static void every_content_is_judged_by_itself(void **state)
{
    (void)state;
    static const uint64_t bads[] = {0, 1, 2, 60, 127, 128, 129, 131, 300, 301, 400};
    for (size_t i = 0; i < sizeof bads / sizeof *bads; i++) {
        uint64_t bad = bads[i];
        struct reading reading;
        begin(&reading, read_medium, &bad);
        for (uint64_t piece = 0; piece < 400; piece += 10) {
            source_forget_bad(&reading.source, piece * STEP);
            read_through(&reading.source, piece * STEP, (piece + 10) * STEP);
            assert_int_equal(source_bad(&reading.source, piece * STEP, (piece + 10) * STEP), piece + 1 < bad);
        }
        assert_int_equal(source_end(&reading.source), 0);
        assert_int_equal(answer_flush(&reading.answer), 0);
        assert_int_equal(said_unread(reading.answer.descriptor), bad / 2 * STEP);
        finish(&reading);
    }
}

static void one_content_with_many_is_bad_and_the_next_is_not(void **state)
{
    (void)state;
    uint64_t bad = 300;
    struct reading reading;
    begin(&reading, read_medium, &bad);
    read_through(&reading.source, 0, 300 * STEP);
    assert_true(source_bad(&reading.source, 0, 300 * STEP));
    source_forget_bad(&reading.source, 300 * STEP);
    read_through(&reading.source, 300 * STEP, SIZE);
    assert_false(source_bad(&reading.source, 300 * STEP, SIZE));
    finish(&reading);
}

static int64_t read_slowly(void *context, uint64_t offset, void *buffer, size_t length, struct error *error)
{
    enum { MICROSECONDS = 40 * 1000 };
    (void)usleep(MICROSECONDS);
    return read_medium(context, offset, buffer, length, error);
}

/* The supervisor ends a worker that is silent. A slow medium must not look like that: a buffer that takes more than a
 * second to fill says so. */
static void a_slow_medium_shows_life(void **state)
{
    (void)state;
    uint64_t bad = 0;
    struct reading reading;
    begin(&reading, read_slowly, &bad);
    assert_int_equal(answer_progress(&reading.answer, 7), 0);
    read_through(&reading.source, 0, VIEW);
    struct stat status;
    assert_int_equal(fstat(reading.answer.descriptor, &status), 0);
    enum { FRAME = 4 + 1 + 8 };
    assert_true(status.st_size >= 4 * FRAME);
    finish(&reading);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_content_is_judged_by_itself),
        cmocka_unit_test(one_content_with_many_is_bad_and_the_next_is_not),
        cmocka_unit_test(a_slow_medium_shows_life),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
