/* What becomes of a unit with one poisoned byte: it is found in few steps, a gap of 64 KiB at most holds it, and every
 * other byte is somebody's to do, once. Every split is through the real store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string.h>

#include "analyse/part.h"
#include "analyse/repair.h"
#include "worker/protocol.h"

#include <cmocka.h> /* last: it makes a macro of fail() */

#define OK(call)                                                                                                       \
    do {                                                                                                               \
        if ((call) != 0)                                                                                               \
            fail_msg("%s: %s", #call, error.text);                                                                     \
    } while (0)

enum { KIB = 1 << 10, MIB = 1 << 20 };

static struct store *store;
static int64_t evidence_id;
static struct error error;

static void open_store(int64_t medium)
{
    int64_t case_id = 0;
    bool fresh;
    store = store_open(":memory:", true, &error);
    assert_non_null(store);
    OK(store_case_add(
        store,
        &(struct store_case){
            .reference = "A", .country = "SE", .authority = "", .title = "", .handling = "free", .retention = ""},
        &case_id, &error));
    OK(store_evidence_add(store, case_id, "disk", "/disk\n", "", true, &evidence_id, &fresh, NULL, &error));
    OK(store_evidence_describe(store, evidence_id, "raw", medium, 512, "", "", &error));
    OK(store_evidence_state(store, evidence_id, "mapped", "", &error));
}

static void add_file(int64_t number, int64_t size, enum store_apart apart)
{
    struct store_file file = {.evidence_id = evidence_id,
                              .number = number,
                              .path = "/file",
                              .size = size,
                              .allocated = true,
                              .regular = true,
                              .apart = apart,
                              .type = "",
                              .known = ""};
    OK(store_file_add(store, &file, &error));
}

/* A file that lies in order and is hashed by the sweep. */
static void add_whole(int64_t number, int64_t start, int64_t size)
{
    struct store_segment segment = {
        .start = start, .length = size, .file = number, .file_size = size, .allocated = true, .whole = true};
    add_file(number, size, READ_BY_SWEEP);
    OK(store_segment_add(store, evidence_id, &segment, &error));
}

static void add_unit(enum store_unit_kind kind, int64_t start, int64_t length, int64_t bytes)
{
    struct store_unit unit = {
        .evidence_id = evidence_id, .kind = kind, .start = start, .length = length, .bytes = bytes};
    OK(store_unit_add(store, &unit, &error));
}

struct poison {
    int64_t file; /* 0: a byte of the image */
    int64_t at;
};

struct outcome {
    int64_t bytes;                   /* of spans that were done */
    int64_t content[64], hashes[64]; /* by file: bytes done as parts or whole; units that hash it */
    unsigned splits, gaps;
    unsigned disks;       /* notes of disks that are read as files */
    struct store_gap gap; /* the last one with the reason of the units */
    int64_t beyond;       /* bytes of a gap for what a file only claims */
};

static struct outcome outcome;

struct asked {
    const struct poison *poison;
    const struct store_unit *unit;
    bool whole, hit;
    struct part part;
};

static int see_file(void *context, const struct store_file *file)
{
    struct asked *asked = context;
    if (has_unit_of_its_own(asked->unit, file)) /* request.c leaves it out */
        return 0;
    int64_t end = asked->whole ? file->size : asked->part.begin + asked->part.length;
    bool here = asked->poison->file == file->number;
    asked->hit |=
        here && (file->apart == HASHED_APART || (asked->part.begin <= asked->poison->at && asked->poison->at < end));
    return 0;
}

static int take_done(void *context, const struct store_file *file)
{
    const struct asked *asked = context;
    if (has_unit_of_its_own(asked->unit, file))
        return 0;
    if (file->apart == HASHED_APART)
        outcome.hashes[file->number]++;
    else
        outcome.content[file->number] += asked->whole ? file->size : asked->part.length;
    return 0;
}

static void do_unit(const struct store_unit *unit, const struct poison *poison)
{
    struct asked asked = {.poison = poison, .unit = unit};
    bool ours = false;
    bool can = false;
    asked.whole = !part_of_unit(unit, &asked.part);
    int64_t first = asked.whole ? unit->start : asked.part.file;
    int64_t count = asked.whole ? unit->length : 1;
    if (unit->kind == UNIT_SPAN)
        asked.hit = poison->file == 0 && poison->at >= unit->start && poison->at < unit->start + unit->length;
    else
        OK(store_file_apart_each(store, evidence_id, first, count, see_file, &asked, &error));
    OK(store_begin(store, &error));
    if (asked.hit) {
        OK(repair_can_split(store, unit, &can, &error));
        outcome.splits += can;
        OK(store_unit_finish(store, unit, "test", can ? "split" : "failed", &ours, &error));
        OK(repair_unit(store, unit, "poison", &error));
    } else {
        OK(store_unit_finish(store, unit, "test", "done", &ours, &error));
        if (unit->kind == UNIT_SPAN)
            outcome.bytes += unit->length;
        else
            OK(store_file_apart_each(store, evidence_id, first, count, take_done, &asked, &error));
    }
    assert_true(ours);
    OK(store_commit(store, &error));
}

static int see_gap(void *context, const struct store_gap *gap)
{
    (void)context;
    if (gap->read) {
        assert_string_equal(gap->reason, "a disk image that stopped workers: its bytes are read as a file's");
        outcome.disks++;
        return 0;
    }
    if (strcmp(gap->reason, "poison") == 0) {
        outcome.gaps++;
        outcome.gap = *gap;
    } else {
        assert_string_equal(gap->reason, file_unreadable);
        outcome.beyond += gap->length;
    }
    return 0;
}

static void work(struct poison poison)
{
    outcome = (struct outcome){0};
    for (;;) {
        struct store_unit unit;
        bool found = false;
        int64_t left;
        OK(store_unit_claim(store, "test", 60, NULL, 0, &unit, &found, &left, &error));
        if (!found)
            break;
        do_unit(&unit, &poison);
    }
    OK(store_gap_each(store, evidence_id, see_gap, NULL, &error));
}

static void a_span_comes_down_to_its_poisoned_byte(void **state)
{
    (void)state;
    static const struct {
        int64_t start, length, at;
        unsigned splits;
    } cases[] = {{0, 64 * MIB, 40 * MIB + 7, 2},
                 {64 * MIB, 64 * MIB + 512, 64 * MIB, 2},
                 {64 * MIB, 64 * MIB + 512, 128 * MIB + 511, 2},
                 {0, 4 * MIB + 1, 4 * MIB, 1}, /* the last part is one byte */
                 {0, 1 << 30, (1 << 30) - 1, 3},
                 {0, 64 * KIB, 5, 0},
                 {512, 64 * KIB + 1, 64 * KIB + 512, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        open_store((int64_t)2 << 30);
        add_unit(UNIT_SPAN, cases[i].start, cases[i].length, cases[i].length);
        work((struct poison){0, cases[i].at});
        assert_int_equal(outcome.gaps, 1);
        assert_int_equal(outcome.splits, cases[i].splits);
        assert_true(outcome.gap.length > 0 && outcome.gap.length <= PART_LEAST);
        assert_true(outcome.gap.start <= cases[i].at && cases[i].at < outcome.gap.start + outcome.gap.length);
        assert_int_equal(outcome.bytes + outcome.gap.length, cases[i].length);
        store_close(store);
    }
}

/* Both splits cut the file, each in many places: it gets one unit for its digests, and so does each other file that is
 * cut. One between two cuts gets none. */
static void a_file_that_splits_cut_again_and_again_is_hashed_once(void **state)
{
    (void)state;
    open_store(64 * MIB);
    add_whole(1, 3 * MIB, 40 * MIB);
    add_whole(2, 44 * MIB + KIB, 512 * KIB);
    add_whole(3, 49 * MIB, 2 * MIB);
    add_unit(UNIT_SPAN, 0, 64 * MIB, 64 * MIB);
    work((struct poison){0, 20 * MIB});
    assert_int_equal(outcome.splits, 2);
    assert_int_equal(outcome.gaps, 1);
    assert_int_equal(outcome.hashes[1], 1);
    assert_int_equal(outcome.hashes[2], 0);
    assert_int_equal(outcome.hashes[3], 1);
    assert_int_equal(outcome.bytes + outcome.gap.length, 64 * MIB);
    store_close(store);
}

static void a_unit_of_files_comes_down_to_the_poisoned_part_of_one(void **state)
{
    (void)state;
    open_store(64 * MIB);
    for (int64_t number = 1; number < 60; number++)
        if (number % 3 != 0)
            add_file(number, number == 40 ? 32 * MIB : 100 * KIB, READ_APART);
    add_unit(UNIT_FILES, 1, 59, 64 * MIB);
    work((struct poison){40, 17 * MIB + 1});
    assert_int_equal(outcome.gaps, 1);
    assert_true(outcome.splits <= 4);
    assert_int_equal(outcome.gap.file, 40);
    assert_int_equal(outcome.gap.start, 17 * MIB);
    assert_int_equal(outcome.gap.length, PART_LEAST);
    for (int64_t number = 1; number < 60; number++)
        assert_int_equal(outcome.content[number], number % 3 == 0 ? 0
                                                  : number == 40  ? 32 * MIB - PART_LEAST
                                                                  : 100 * KIB);
    store_close(store);
}

/* A file among the numbers of a unit of files that was cut by a split of the sweep: it is hashed once, by its own unit,
 * and a unit of files that comes down to its number is not in its way. */
static void a_file_with_a_unit_of_its_own_is_not_among_others(void **state)
{
    (void)state;
    for (int64_t poisoned = 1; poisoned <= 3; poisoned++) {
        open_store(64 * MIB);
        add_file(1, 100 * KIB, READ_APART);
        add_whole(2, 0, 4 * MIB);
        add_file(3, 100 * KIB, READ_APART);
        add_unit(UNIT_FILES, 1, 3, 64 * MIB);
        OK(store_begin(store, &error));
        OK(repair_hash_apart(store, evidence_id, 2, 4 * MIB, &error));
        OK(store_commit(store, &error));
        work((struct poison){poisoned, 5});
        assert_int_equal(outcome.gaps, 1);
        assert_int_equal(outcome.gap.file, poisoned);
        assert_int_equal(outcome.hashes[2], poisoned == 2 ? 0 : 1);
        for (int64_t number = 1; number <= 3; number += 2)
            assert_int_equal(outcome.content[number], number == poisoned ? 100 * KIB - PART_LEAST : 100 * KIB);
        store_close(store);
    }
}

/* Nothing of it is left to be read: dividing it would hide that its digests are not there. */
static void a_file_of_which_digests_alone_are_wanted_is_not_divided(void **state)
{
    (void)state;
    open_store(64 * MIB);
    add_file(5, 32 * MIB, HASHED_APART);
    add_unit(UNIT_FILES, 5, 1, 32 * MIB);
    work((struct poison){5, 3 * MIB});
    assert_int_equal(outcome.splits, 0);
    assert_int_equal(outcome.gaps, 1);
    assert_int_equal(outcome.gap.file, 5);
    store_close(store);
}

/* A file may claim any size: its parts end where what is read of any file ends. */
static void a_claimed_size_makes_no_parts(void **state)
{
    (void)state;
    open_store(64 * MIB);
    add_file(1, (int64_t)FILE_SIZE_MOST, READ_APART);
    add_unit(UNIT_FILES, 1, 1, 64 * MIB);
    work((struct poison){1, 100 * MIB});
    assert_int_equal(outcome.gaps, 1);
    assert_int_equal(outcome.gap.start, 100 * MIB);
    assert_int_equal(outcome.content[1] + outcome.gap.length, 256 * MIB);
    assert_int_equal(outcome.beyond, (int64_t)FILE_SIZE_MOST - 256 * MIB);
    store_close(store);
}

/* What seemed to be a disk is read as a file, and that is said, once. */
static void a_disk_that_stops_workers_is_told(void **state)
{
    (void)state;
    open_store(64 * MIB);
    add_file(1, 16 * MIB, READ_AS_DISK);
    add_unit(UNIT_FILES, 1, 1, 16 * MIB);
    work((struct poison){1, 1 * MIB});
    assert_int_equal(outcome.disks, 1);
    assert_int_equal(outcome.gaps, 1);
    assert_int_equal(outcome.content[1] + outcome.gap.length, 16 * MIB);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_span_comes_down_to_its_poisoned_byte),
        cmocka_unit_test(a_file_that_splits_cut_again_and_again_is_hashed_once),
        cmocka_unit_test(a_unit_of_files_comes_down_to_the_poisoned_part_of_one),
        cmocka_unit_test(a_file_with_a_unit_of_its_own_is_not_among_others),
        cmocka_unit_test(a_file_of_which_digests_alone_are_wanted_is_not_divided),
        cmocka_unit_test(a_claimed_size_makes_no_parts),
        cmocka_unit_test(a_disk_that_stops_workers_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
