/* What one unit may say is bounded where it is made: below what the supervisor bears, whatever a container holds; what
 * is left out is counted in a note. */
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
#include "worker/findings.h"

#include <cmocka.h> /* last: it makes a macro of fail() */

struct said {
    uint64_t bytes, sightings, left_out;
    unsigned notes;
};

static struct said read_said(int descriptor)
{
    struct said said = {0};
    struct stat status;
    assert_int_equal(fstat(descriptor, &status), 0);
    uint8_t *data = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    assert_true(data != MAP_FAILED);
    const uint8_t *payload;
    uint8_t type;
    size_t length;
    size_t used;
    for (size_t at = 0;
         frame_next(data + at, (size_t)status.st_size - at, FRAME_MAX, &type, &payload, &length, &used) == 1;
         at += used) {
        struct wire_reader reader = {payload, length, 0, false};
        said.bytes += length;
        said.sightings += type == FRAME_SIGHTING;
        if (type != FRAME_NOTE)
            continue;
        size_t text_length;
        (void)wire_get_u32(&reader);
        (void)wire_get_u64(&reader);
        (void)wire_get_text(&reader, FRAME_MAX, &text_length);
        const char *reason = wire_get_text(&reader, FRAME_MAX, &text_length);
        char copy[128];
        (void)snprintf(copy, sizeof copy, "%.*s", (int)text_length, reason);
        said.notes++;
        said.left_out += strtoull(copy, NULL, 10);
    }
    (void)munmap(data, (size_t)status.st_size);
    return said;
}

/* So many places, each of another value, with as much context and path as there can be. */
static struct said say_places(uint64_t unit_bytes, uint32_t places)
{
    static char context[SB_CONTEXT_MAX], path[SB_PATH_MAX];
    struct answer answer = {.descriptor = memfd_create("frames", 0)};
    struct findings *findings = findings_new(&answer);
    memset(context, 'c', sizeof context);
    memset(path, 'p', sizeof path - 1);
    findings_start(findings, unit_bytes);
    findings_begin(findings, 7, 0);
    findings_base(findings, 0);
    for (uint32_t i = 0; i < places; i++) {
        char value[64];
        int length = snprintf(value, sizeof value, "person%u@example.org", i);
        struct sb_sighting sighting = {.kind = SB_EMAIL,
                                       .value = value,
                                       .value_length = (size_t)length,
                                       .offset = i,
                                       .path = path,
                                       .context = context,
                                       .context_length = sizeof context};
        assert_int_equal(findings_sighting(findings, &sighting), 0);
    }
    assert_int_equal(findings_finish(findings), 0);
    assert_int_equal(answer_flush(&answer), 0);
    struct said said = read_said(answer.descriptor);
    (void)close(answer.descriptor);
    findings_free(findings);
    bytes_free(&answer.out);
    return said;
}

static void few_places_are_all_said(void **state)
{
    (void)state;
    struct said said = say_places(0, 50000);
    assert_int_equal(said.sightings, 50000);
    assert_int_equal(said.notes, 0);
}

static void more_than_a_unit_may_say_is_left_out_and_counted(void **state)
{
    (void)state;
    struct said said = say_places(0, 200000);
    assert_true(said.bytes <= FINDINGS_ALWAYS);
    assert_true(said.bytes > FINDINGS_ALWAYS / 2);
    assert_int_equal(said.notes, 1);
    assert_int_equal(said.sightings + said.left_out, 200000);
    /* The bytes of the unit make room. */
    said = say_places(4 << 20, 200000);
    assert_true(said.bytes > FINDINGS_ALWAYS);
    assert_int_equal(said.sightings + said.left_out, 200000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_places_are_all_said),
        cmocka_unit_test(more_than_a_unit_may_say_is_left_out_and_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
