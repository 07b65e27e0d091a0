/* The plan against brute force: over random runs, an array says for each byte who should own it. Small images have
 * their borders anywhere; large ones show that spans keep their size and cut no file that is hashed as it passes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyse/plan.h"
#include "store/store.h"

#include <cmocka.h> /* last: it makes a macro of fail() */

enum { RUNS_MOST = 300, SPANS_MOST = 4096, BLOCK = 64 << 10 };

static uint64_t random_state;

/* SplitMix64 (S. Vigna). */
static int64_t below(int64_t most)
{
    uint64_t mixed = random_state += 0x9e3779b97f4a7c15u;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
    return (int64_t)((mixed ^ mixed >> 31) % (uint64_t)most);
}

struct world {
    struct store *store;
    int64_t evidence_id, size; /* size and places in steps of `step` bytes */
    int64_t step;
    struct store_run runs[RUNS_MOST];
    size_t run_count;
    int *owner; /* index of the run that owns a step, or -1 */
    int *found;
    int64_t spans[SPANS_MOST][2];
    size_t span_count;
    int64_t files_unit; /* the first file of a files unit; 0: there was none */
    int64_t files_units;
    int64_t line; /* end of the last segment */
};

static struct world world;

#define OK(call)                                                                                                       \
    do {                                                                                                               \
        if ((call) != 0)                                                                                               \
            fail_msg("%s: %s", #call, error.text);                                                                     \
    } while (0)

static void open_world(int64_t size, int64_t step)
{
    struct error error = {0};
    int64_t case_id = 0;
    bool fresh;
    world = (struct world){.size = size, .step = step};
    world.store = store_open(":memory:", true, &error);
    if (world.store == NULL)
        fail_msg("%s", error.text);
    OK(store_case_add(
        world.store,
        &(struct store_case){
            .reference = "A", .country = "SE", .authority = "", .title = "", .handling = "free", .retention = ""},
        &case_id, &error));
    OK(store_evidence_add(world.store, case_id, "disk", "/disk\n", "", true, &world.evidence_id, &fresh, NULL, &error));
    world.owner = calloc((size_t)size + 1, sizeof *world.owner);
    world.found = calloc((size_t)size + 1, sizeof *world.found);
    assert_non_null(world.owner);
    assert_non_null(world.found);
    for (int64_t i = 0; i < size; i++)
        world.owner[i] = world.found[i] = -1;
}

static void close_world(void)
{
    store_close(world.store);
    free(world.owner);
    free(world.found);
}

/* A run of a file; some reach beyond the image, as in a file system that was cut off. */
static void add_run(int64_t start, int64_t length, int64_t priority, bool whole)
{
    struct error error = {0};
    size_t index = world.run_count++;
    world.runs[index] = (struct store_run){.start = start * world.step,
                                           .length = length * world.step,
                                           .file = (int64_t)index + 1,
                                           .file_offset = whole ? 0 : below(3) * world.step,
                                           .file_size = length * world.step - (whole ? below(world.step) : 0),
                                           .priority = priority,
                                           .allocated = priority > 1,
                                           .apart = !whole && below(2) == 0,
                                           .whole = whole};
    OK(store_run_add(world.store, world.evidence_id, &world.runs[index], &error));
    for (int64_t i = start; i < start + length && i < world.size; i++)
        if (world.owner[i] < 0 || world.runs[world.owner[i]].priority < priority)
            world.owner[i] = (int)index; /* of equal ones the first, whose number is lower */
}

static int see_segment(void *context, const struct store_segment *segment)
{
    (void)context;
    assert_true(segment->length > 0);
    assert_true(segment->start >= world.line);
    world.line = segment->start + segment->length;
    assert_true(world.line <= world.size * world.step);
    assert_int_equal(segment->start % world.step, 0);
    const struct store_run *run = &world.runs[segment->file - 1];
    assert_int_equal(segment->file_offset - run->file_offset, segment->start - run->start);
    assert_int_equal(segment->file_size, run->file_size);
    assert_int_equal(segment->allocated, run->allocated);
    assert_int_equal(segment->apart, run->apart);
    assert_int_equal(segment->whole, run->whole);
    for (int64_t i = segment->start / world.step; i < world.line / world.step; i++)
        world.found[i] = (int)segment->file - 1;
    return 0;
}

static void take_spans(void)
{
    struct error error = {0};
    for (;;) {
        struct store_unit unit;
        bool found = false;
        int64_t left;
        OK(store_unit_claim(world.store, "test", 60, NULL, 0, &unit, &found, &left, &error));
        if (!found)
            return;
        if (unit.kind == UNIT_FILES)
            world.files_unit = unit.start, world.files_units++;
        if (unit.kind != UNIT_SPAN)
            continue;
        assert_true(world.span_count < SPANS_MOST);
        world.spans[world.span_count][0] = unit.start;
        world.spans[world.span_count++][1] = unit.start + unit.length;
        assert_int_equal(unit.bytes, unit.length);
    }
}

static int see_run(void *context, const struct store_run *run)
{
    (void)run;
    (*(int *)context)++;
    return 0;
}

/* Holes are left out of the spans, unless they lie in a file that the sweep hashes; every other byte is in one span. */
static void check_holes(const struct plan_hole *holes, size_t hole_count)
{
    struct error error = {0};
    int64_t size = world.size * world.step;
    OK(plan_spans(world.store, world.evidence_id, size, holes, hole_count, &error));
    OK(store_segment_each(world.store, world.evidence_id, 0, size, see_segment, NULL, &error));
    take_spans();
    size_t span = 0;
    size_t hole = 0;
    for (int64_t step = 0; step < world.size; step++) {
        int64_t at = step * world.step;
        while (span < world.span_count && world.spans[span][1] <= at)
            span++;
        while (hole < hole_count && holes[hole].end <= at)
            hole++;
        bool swept = span < world.span_count && world.spans[span][0] <= at;
        bool nothing = hole < hole_count && holes[hole].start <= at;
        int owner = world.owner[step];
        bool whole = owner >= 0 && world.runs[owner].whole;
        if (swept != (!nothing || whole))
            fail_msg("step %ld is %s", (long)step, swept ? "swept, though nothing is there" : "not swept");
    }
    for (size_t i = 0; i + 1 < world.span_count; i++)
        assert_true(world.spans[i][1] <= world.spans[i + 1][0]);
}

static void check_plan(void)
{
    struct error error = {0};
    int64_t size = world.size * world.step;
    OK(plan_spans(world.store, world.evidence_id, size, NULL, 0, &error));
    OK(store_segment_each(world.store, world.evidence_id, 0, size, see_segment, NULL, &error));
    for (int64_t i = 0; i < world.size; i++)
        if (world.owner[i] != world.found[i])
            fail_msg("step %ld belongs to run %d, not %d", (long)i, world.owner[i], world.found[i]);
    int runs = 0;
    OK(store_run_each(world.store, world.evidence_id, see_run, &runs, &error));
    assert_int_equal(runs, 0);
    take_spans();
    /* Claimed in the order of their starts: they tile the image. */
    int64_t line = 0;
    for (size_t i = 0; i < world.span_count; i++) {
        assert_int_equal(world.spans[i][0], line);
        assert_true(world.spans[i][1] > line);
        line = world.spans[i][1];
    }
    assert_int_equal(line, size);
}

/* No cut goes through the content of a file that the sweep hashes and that kept all its bytes. */
static void check_cuts(void)
{
    for (size_t i = 0; i + 1 < world.span_count; i++) {
        int64_t cut = world.spans[i][1] / world.step;
        if (world.spans[i][1] % world.step != 0)
            continue;
        int owner = world.owner[cut];
        if (owner >= 0 && owner == world.owner[cut - 1] && world.runs[owner].whole)
            fail_msg("the cut at step %ld goes through file %d", (long)cut, owner + 1);
    }
}

static void every_byte_has_the_owner_it_should(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 150; seed++) {
        random_state = seed;
        open_world(1 + below(2000), 512);
        int64_t runs = below(RUNS_MOST);
        int64_t longest = 1 + below(world.size);
        for (int64_t i = 0; i < runs; i++)
            add_run(below(world.size), 1 + below(longest), below(6), below(2) == 0);
        check_plan();
        close_world();
    }
}

static void holes_are_left_out(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        random_state = seed;
        open_world(200 + below(1800), 1 << 20); /* spans are cut at places that are as round */
        int64_t runs = below(40);
        for (int64_t i = 0; i < runs; i++)
            add_run(below(world.size), 1 + below(200), below(6), below(2) == 0);
        struct plan_hole holes[64];
        size_t count = 0;
        for (int64_t at = below(50); at < world.size && count < 64; count++) {
            int64_t end = at + 1 + below(seed % 2 == 0 ? 20 : 300);
            end = end < world.size ? end : world.size;
            holes[count] = (struct plan_hole){at * world.step, end * world.step};
            at = end + 1 + below(100);
        }
        check_holes(holes, count);
        close_world();
    }
}

static void spans_have_their_size_and_cut_no_file(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        random_state = 1000 + seed;
        open_world(1 + below(32768), BLOCK); /* up to 2 GiB */
        int64_t most = seed % 3 == 0 ? 3000 : seed % 3 == 1 ? 100 : 10;
        bool overlap = seed % 2 == 0;
        int64_t longest = 0;
        for (int64_t at = below(50); at < world.size && world.run_count < RUNS_MOST;) {
            int64_t length = 1 + below(most);
            if (at + length > world.size)
                break;
            bool whole = below(3) != 0;
            add_run(at, length, below(6), whole);
            if (whole && length > longest)
                longest = length;
            at += overlap ? below(length + 1) : length + (below(2) == 0 ? 0 : below(100));
        }
        check_plan();
        check_cuts();
        for (size_t i = 0; i < world.span_count; i++) {
            int64_t length = world.spans[i][1] - world.spans[i][0];
            assert_true(length <= SPAN_SIZE + (longest + 1) * BLOCK);
            /* Small ones only at the end, or where a long file follows. */
            if (i + 1 < world.span_count && length < SPAN_SIZE - (1 << 20)) {
                int owner = world.owner[world.spans[i][1] / world.step];
                assert_true(owner >= 0 && world.runs[owner].whole);
            }
        }
        close_world();
    }
}

static void an_image_without_files_is_cut_evenly(void **state)
{
    (void)state;
    open_world(16 * 200 + 5, BLOCK); /* 200 MiB and a bit */
    check_plan();
    assert_int_equal(world.span_count, 4);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(world.spans[i][1] - world.spans[i][0], SPAN_SIZE);
    close_world();
}

/* Two files in order claim step 1; who loses it is hashed by a unit of its own, unless a living file took it from a
 * dead one. Slack may be lost. */
static void what_loses_bytes_to_its_like_is_hashed_apart(void **state)
{
    (void)state;
    static const struct {
        int64_t winner, loser, loser_slack;
        bool apart;
    } cases[] = {{1, 1, 0, true},  {4, 4, 0, true}, {4, 1, 0, false},
                 {2, 1, 0, false}, {1, 0, 0, true}, {1, 1, 2 * 512, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error error = {0};
        open_world(10, 512);
        struct store_run first = {.file = 1, .start = 512, .length = 1024, .file_size = 1024, .whole = true};
        struct store_run second = {.file = 2, .length = 1024, .whole = true};
        first.priority = cases[i].winner;
        first.allocated = first.priority > 1;
        second.priority = cases[i].loser;
        second.allocated = second.priority > 1;
        second.file_size = cases[i].loser_slack != 0 ? 512 : 1024;
        OK(store_run_add(world.store, world.evidence_id, &first, &error));
        OK(store_run_add(world.store, world.evidence_id, &second, &error));
        OK(plan_spans(world.store, world.evidence_id, 5120, NULL, 0, &error));
        take_spans();
        assert_int_equal(world.files_unit, cases[i].apart ? 2 : 0);
        close_world();
    }
}

static int see_owner(void *context, const struct store_segment *segment)
{
    int64_t *owners = context;
    for (int64_t at = segment->start; at < segment->start + segment->length; at += 4096)
        owners[at / 4096] = segment->file;
    return 0;
}

static int count_note(void *context, const struct store_gap *gap)
{
    assert_true(gap->read);
    ++*(int *)context;
    return 0;
}

/* More than are kept track of: none goes without its digests, the best still own their bytes, and it is noted. */
static void crowd(bool with_living, int64_t hashed)
{
    enum { CROWD = 6000, LIVING = CROWD + 1, LIVING_AT = 50 };
    struct error error = {0};
    int64_t owners[100] = {0};
    int notes = 0;
    open_world(100, 4096);
    for (int64_t file = 1; file <= CROWD; file++) {
        struct store_run run = {
            .length = 100 * 4096, .file = file, .file_size = 100 * 4096, .priority = 1, .whole = true};
        OK(store_run_add(world.store, world.evidence_id, &run, &error));
    }
    struct store_run living = {.start = LIVING_AT * 4096,
                               .length = 10 * 4096,
                               .file = LIVING,
                               .file_size = 10 * 4096,
                               .priority = 4,
                               .allocated = true,
                               .whole = true};
    if (with_living)
        OK(store_run_add(world.store, world.evidence_id, &living, &error));
    OK(plan_spans(world.store, world.evidence_id, 100 * 4096, NULL, 0, &error));
    take_spans();
    assert_int_equal(world.span_count, 1);
    OK(store_segment_each(world.store, world.evidence_id, 0, 100 * 4096, see_owner, owners, &error));
    for (int64_t i = 0; i < 100; i++)
        assert_int_equal(owners[i], with_living && i >= LIVING_AT && i < LIVING_AT + 10 ? LIVING : 1);
    OK(store_gap_each(world.store, world.evidence_id, count_note, &notes, &error));
    assert_int_equal(notes, 1);
    assert_int_equal(world.files_units, hashed);
    close_world();
}

static void thousands_of_files_over_one_place_are_borne(void **state)
{
    (void)state;
    crowd(false, 5999); /* all but the owner */
    /* A living file takes bytes from those that are kept track of: their content is gone. Of the others commit.c finds
     * it out. */
    crowd(true, 6000 - 4096 + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_has_the_owner_it_should),
        cmocka_unit_test(holes_are_left_out),
        cmocka_unit_test(spans_have_their_size_and_cut_no_file),
        cmocka_unit_test(an_image_without_files_is_cut_evenly),
        cmocka_unit_test(what_loses_bytes_to_its_like_is_hashed_apart),
        cmocka_unit_test(thousands_of_files_over_one_place_are_borne),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
