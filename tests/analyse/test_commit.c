/* Whose bytes they are, of a deleted file that was read by itself: what others own by now is not its content, so
 * neither its sightings nor its digests are. And gaps: what is known is not told again, however many there are. Real
 * frames through a spool into a real store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string.h>

#include "analyse/commit.h"
#include "base/bytes.h"
#include "base/wire.h"
#include "scan/kinds.h"
#include "worker/protocol.h"

#include <cmocka.h> /* last: it makes a macro of fail() */

#define OK(call)                                                                                                       \
    do {                                                                                                               \
        if ((call) != 0)                                                                                               \
            fail_msg("%s: %s", #call, error.text);                                                                     \
    } while (0)

enum { BLOCK = 4096, FILE_NUMBER = 1, OTHER = 2 };

static struct error error;

static void say(struct spool *spool, enum frame_type type, const struct bytes *payload)
{
    OK(spool_add(spool, type, payload->data, payload->length, &error));
}

/* A sighting at the file's byte 10, and its digests. */
static void fill_spool(struct spool *spool)
{
    static const uint8_t digest[SHA256_SIZE];
    struct bytes payload = {0};
    wire_put_u32(&payload, FILE_NUMBER);
    wire_put_u64(&payload, 10);
    wire_put_u8(&payload, SB_EMAIL);
    wire_put_u8(&payload, 0);
    wire_put_u32(&payload, 1);
    wire_put_text(&payload, "");
    wire_put_text(&payload, "anna@example.org");
    wire_put_text(&payload, "to anna@example.org");
    say(spool, FRAME_SIGHTING, &payload);
    bytes_clear(&payload);
    wire_put_u32(&payload, FILE_NUMBER);
    wire_put_text(&payload, "text/plain");
    wire_put_u8(&payload, 1);
    wire_put_blob(&payload, digest, MD5_SIZE);
    wire_put_blob(&payload, digest, SHA1_SIZE);
    wire_put_blob(&payload, digest, SHA256_SIZE);
    say(spool, FRAME_CONTENT, &payload);
    bytes_free(&payload);
}

static int count_sighting(void *context, const struct store_sighting_row *row)
{
    assert_int_equal(row->sighting.file, FILE_NUMBER);
    ++*(int *)context;
    return 0;
}

static int see_digest(void *context, const struct store_file *file)
{
    if (file->number == FILE_NUMBER)
        *(bool *)context = file->sha256 != NULL;
    return 0;
}

struct situation {
    const char *name;
    bool allocated;
    int64_t size;
    int64_t own_blocks, other_blocks; /* of the file: those it owns, and those that a living file owns */
    bool sighting, digests;
};

static struct store *open_case(int64_t *case_id, int64_t *evidence_id)
{
    bool fresh;
    struct store *store = store_open(":memory:", true, &error);
    assert_non_null(store);
    OK(store_case_add(
        store,
        &(struct store_case){
            .reference = "A", .country = "SE", .authority = "", .title = "", .handling = "free", .retention = ""},
        case_id, &error));
    OK(store_evidence_add(store, *case_id, "disk", "/disk\n", "", true, evidence_id, &fresh, NULL, &error));
    return store;
}

static void commit_in(const struct situation *situation)
{
    int64_t case_id = 0;
    int64_t evidence_id = 0;
    int64_t added = 0;
    struct store *store = open_case(&case_id, &evidence_id);
    struct store_file file = {.evidence_id = evidence_id,
                              .number = FILE_NUMBER,
                              .path = "/gone",
                              .size = situation->size,
                              .allocated = situation->allocated,
                              .regular = true,
                              .apart = READ_APART,
                              .type = "",
                              .known = ""};
    OK(store_file_add(store, &file, &error));
    file.number = OTHER;
    file.path = "/there";
    file.allocated = true;
    OK(store_file_add(store, &file, &error));
    for (int64_t block = 0; block < situation->own_blocks + situation->other_blocks; block++) {
        bool own = block < situation->own_blocks;
        struct store_segment segment = {.start = (10 + 2 * block) * BLOCK, /* in fragments */
                                        .length = BLOCK,
                                        .file = own ? FILE_NUMBER : OTHER,
                                        .file_offset = block * BLOCK,
                                        .file_size = situation->size,
                                        .allocated = own ? situation->allocated : true,
                                        .apart = true};
        OK(store_segment_add(store, evidence_id, &segment, &error));
    }
    struct store_unit unit = {.evidence_id = evidence_id, .kind = UNIT_FILES, .start = FILE_NUMBER, .length = 1};
    struct commit commit = {.store = store, .unit = &unit, .case_id = case_id, .size = 100 * BLOCK, .digests = true};
    struct spool spool = {0};
    fill_spool(&spool);
    OK(store_begin(store, &error));
    OK(commit_unit(&commit, &spool, &added, &error));
    OK(store_commit(store, &error));
    spool_free(&spool);
    int sightings = 0;
    bool digests = false;
    struct store_filter filter = {.case_reference = "A"};
    OK(store_sighting_each(store, &filter, count_sighting, &sightings, &error));
    OK(store_file_each(store, &filter, see_digest, &digests, &error));
    if ((sightings == 1) != situation->sighting || digests != situation->digests)
        fail_msg("%s: %d sightings, %s digests", situation->name, sightings, digests ? "with" : "without");
    store_close(store);
}

static void a_deleted_file_has_what_nobody_else_owns(void **state)
{
    (void)state;
    static const struct situation situations[] = {
        {"living", true, 3 * BLOCK, 3, 0, true, true},
        {"living, its extents not listed", true, 3 * BLOCK, 0, 0, true, true},
        {"deleted, all there", false, 3 * BLOCK, 3, 0, true, true},
        {"deleted, the end given away", false, 3 * BLOCK, 2, 1, true, false},
        {"deleted, all given away", false, 3 * BLOCK, 0, 3, false, false},
        {"deleted, in its metadata record", false, 600, 0, 0, true, true},
        {"deleted, too large for that", false, 2 * BLOCK, 0, 0, false, false},
    };
    for (size_t i = 0; i < sizeof situations / sizeof *situations; i++)
        commit_in(&situations[i]);
}

enum { GAPS = 100 * 1000 };

/* A unit of search terms that could read none of GAPS blocks, each apart from the next. */
static void commit_gaps(struct store *store, int64_t case_id, int64_t evidence_id)
{
    struct spool spool = {0};
    struct bytes payload = {0};
    int64_t added = 0;
    struct store_unit unit = {
        .evidence_id = evidence_id, .kind = UNIT_SPAN, .length = 2 * (int64_t)GAPS * BLOCK, .terms = 1};
    struct commit commit = {.store = store, .unit = &unit, .case_id = case_id, .size = unit.length};
    for (uint64_t block = 0; block < GAPS; block++) {
        bytes_clear(&payload);
        wire_put_u32(&payload, 0);
        wire_put_u64(&payload, 2 * block * BLOCK);
        wire_put_u64(&payload, BLOCK);
        wire_put_text(&payload, "the sector cannot be read");
        say(&spool, FRAME_UNREAD, &payload);
    }
    OK(store_begin(store, &error));
    OK(commit_unit(&commit, &spool, &added, &error));
    OK(store_commit(store, &error));
    spool_free(&spool);
    bytes_free(&payload);
}

static int count_gap(void *context, const struct store_gap *gap)
{
    assert_false(gap->read);
    ++*(int *)context;
    return 0;
}

static int stored_gaps(struct store *store, int64_t evidence_id)
{
    int count = 0;
    OK(store_gap_each(store, evidence_id, count_gap, &count, &error));
    return count;
}

/* The time limit of the test is part of it: work that grows with the square of their number would take hours. */
static void a_hundred_thousand_gaps_are_told_once(void **state)
{
    (void)state;
    int64_t case_id = 0;
    int64_t evidence_id = 0;
    struct store *store = open_case(&case_id, &evidence_id);
    commit_gaps(store, case_id, evidence_id);
    assert_int_equal(stored_gaps(store, evidence_id), GAPS);
    commit_gaps(store, case_id, evidence_id);
    assert_int_equal(stored_gaps(store, evidence_id), GAPS);
    store_close(store);
}

/* All but the last block are lost as the map says, and of that the second half. */
static void what_the_map_lost_is_not_told_again(void **state)
{
    (void)state;
    int64_t case_id = 0;
    int64_t evidence_id = 0;
    struct store *store = open_case(&case_id, &evidence_id);
    OK(store_begin(store, &error));
    for (int64_t block = 0; block < GAPS; block++) {
        bool last = block == GAPS - 1;
        struct store_gap gap = {.evidence_id = evidence_id,
                                .unit = "map",
                                .start = 2 * block * BLOCK + (last ? BLOCK / 2 : 0),
                                .length = last ? BLOCK / 2 : BLOCK,
                                .path = "",
                                .reason = "lost"};
        OK(store_gap_add(store, &gap, &error));
    }
    OK(store_commit(store, &error));
    commit_gaps(store, case_id, evidence_id);
    assert_int_equal(stored_gaps(store, evidence_id), GAPS + 1);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_deleted_file_has_what_nobody_else_owns),
        cmocka_unit_test(a_hundred_thousand_gaps_are_told_once),
        cmocka_unit_test(what_the_map_lost_is_not_told_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
