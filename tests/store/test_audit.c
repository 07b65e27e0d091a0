/* The audit record: that a change of any one bit is found where it is, that nothing can be taken out of it, and that
 * many may write to it at once. */
#include "fixture.h"

#include <pthread.h>

#include "base/text.h"
#include "store/audit.h"
#include "store/room.h"

enum { RECORDS = 40, FLIPS = 400, WRITERS = 4, EACH = 25 };

static void add(struct store *store, int64_t number)
{
    char object[64];
    struct error error = {0};
    (void)snprintf(object, sizeof object, "/api/cases/SE-%lld", (long long)number);
    OK(store_audit_add(store,
                       &(struct store_audit){.time = 1800000000 + number,
                                             .person = number % 3 == 0 ? "ada" : "bo",
                                             .authority = "NCU",
                                             .action = number % 2 == 0 ? "view" : "search",
                                             .object = object,
                                             .reason = number % 5 == 0 ? "ärende 7" : "",
                                             .outcome = "done",
                                             .address = "192.0.2.7"},
                       &error));
}

static struct store *filled_store(void)
{
    struct store *store = fresh_store();
    for (int64_t i = 1; i <= RECORDS; i++)
        add(store, i);
    return store;
}

static int64_t broken_in(struct store *store)
{
    struct error error = {0};
    int64_t records = 0, broken = -1;
    OK(store_audit_verify(store, &records, &broken, &error));
    return broken;
}

/* ---- one bit ---- */

struct field {
    int64_t number;
    struct bytes bytes;
};

static int read_number(struct store *store, struct query *query, void *context)
{
    ((struct field *)context)->number = row_integer(store, query, 0);
    return 0;
}

static int read_text(struct store *store, struct query *query, void *context)
{
    bytes_append_text(&((struct field *)context)->bytes, row_text(store, query, 0));
    return 0;
}

static int read_hash(struct store *store, struct query *query, void *context)
{
    bytes_append(&((struct field *)context)->bytes, row_blob(store, query, 0, SHA256_SIZE), SHA256_SIZE);
    return 0;
}

static int write_field(struct store *store, const char *column, const struct field *field, bool number, bool hash,
                       int64_t id)
{
    char sql[256];
    struct error error = {0};
    (void)snprintf(sql, sizeof sql, "UPDATE audit SET %s = $1 WHERE id = $2", column);
    struct value value = number ? integer(field->number)
                         : hash ? blob(field->bytes.data, field->bytes.length)
                                : (struct value){VALUE_TEXT, 0, field->bytes.data, field->bytes.length};
    return run(store, sql, VALUES(value, integer(id)), &error);
}

/* Flips one bit of a field, if the store takes what comes out; -1: it does not. Puts it back after looking. */
static int flip(struct store *store, int64_t id, const char *column, unsigned bit)
{
    bool number = strcmp(column, "id") == 0 || strcmp(column, "time") == 0, hash = strcmp(column, "hash") == 0;
    struct field field = {0};
    struct error error = {0};
    char sql[128];
    (void)snprintf(sql, sizeof sql, "SELECT %s FROM audit WHERE id = $1", column);
    OK(each_row(store, sql, VALUES(integer(id)), false,
                number ? read_number
                : hash ? read_hash
                       : read_text,
                &field, &error));
    size_t bits = number ? 64 : 8 * field.bytes.length;
    int result = -1;
    if (bits > 0) {
        uint8_t *byte = number ? NULL : &field.bytes.data[bit % bits / 8];
        int64_t written_at = id;
        if (number)
            field.number = (int64_t)((uint64_t)field.number ^ 1ULL << bit % 64);
        else
            *byte = (uint8_t)(*byte ^ 1U << bit % 8);
        /* What is no text cannot be written by either database as text. */
        if ((number || hash || text_is_utf8((const char *)field.bytes.data, field.bytes.length)) &&
            write_field(store, column, &field, number, hash, id) == 0) {
            if (strcmp(column, "id") == 0)
                written_at = field.number;
            result = broken_in(store) == id ? 1 : 0;
            if (number)
                field.number = (int64_t)((uint64_t)field.number ^ 1ULL << bit % 64);
            else
                *byte = (uint8_t)(*byte ^ 1U << bit % 8);
            assert_int_equal(write_field(store, column, &field, number, hash, written_at), 0);
        }
    }
    bytes_free(&field.bytes);
    return result;
}

static void any_changed_bit_is_found(void **state)
{
    static const char *const columns[] = {"id",     "time",   "person",  "authority", "action",
                                          "object", "reason", "outcome", "address",   "hash"};
    struct store *store = filled_store();
    uint32_t random = 1;
    int flipped = 0;
    (void)state;
    assert_int_equal(broken_in(store), 0);
    while (flipped < FLIPS) {
        random = random * 1664525 + 1013904223;
        int64_t id = 1 + random / 65536 % RECORDS;
        random = random * 1664525 + 1013904223;
        const char *column = columns[random / 65536 % (sizeof columns / sizeof *columns)];
        random = random * 1664525 + 1013904223;
        int found = flip(store, id, column, random / 65536);
        if (found == 0)
            fail_msg("bit %u of %s in record %lld was changed, and is not found there", random / 65536, column,
                     (long long)id);
        flipped += found > 0;
    }
    assert_int_equal(broken_in(store), 0);
    store_close(store);
}

static void a_missing_record_is_found(void **state)
{
    struct store *store = filled_store();
    struct error error = {0};
    (void)state;
    OK(run(store, "DELETE FROM audit WHERE id = 17", NO_VALUES, &error));
    assert_int_equal(broken_in(store), 17);
    OK(run(store, "UPDATE audit SET id = id - 1 WHERE id = 18", NO_VALUES, &error));
    assert_int_equal(broken_in(store), 17); /* who moves up does not fill the place */
    store_close(store);
}

/* ---- reading ---- */

static int count_record(void *context, const struct store_audit *record)
{
    struct store_audit *last = context;
    if (last->id != 0)
        assert_true(record->id < last->id); /* newest first */
    last->id = record->id;
    last->time++;
    return 0;
}

static int64_t counted(struct store *store, struct store_audit_filter filter)
{
    struct store_audit last = {0};
    struct error error = {0};
    OK(store_audit_each(store, &filter, count_record, &last, &error));
    return last.time;
}

static void the_record_is_filtered(void **state)
{
    struct store *store = filled_store();
    (void)state;
    assert_int_equal(counted(store, (struct store_audit_filter){0}), RECORDS);
    assert_int_equal(counted(store, (struct store_audit_filter){.person = "ada"}), RECORDS / 3);
    assert_int_equal(counted(store, (struct store_audit_filter){.person = "ada", .action = "view"}), RECORDS / 6);
    assert_int_equal(counted(store, (struct store_audit_filter){.authority = "other"}), 0);
    assert_int_equal(counted(store, (struct store_audit_filter){.from = 1800000011, .to = 1800000020}), 10);
    assert_int_equal(counted(store, (struct store_audit_filter){.before = 11}), 10);
    assert_int_equal(counted(store, (struct store_audit_filter){.limit = 7}), 7);
    store_close(store);
}

/* ---- several at once ---- */

static void *write_some(void *context)
{
    struct store *store = open_store(context);
    for (int64_t i = 0; i < EACH; i++)
        add(store, i);
    store_close(store);
    return NULL;
}

static void writers_take_turns(void **state)
{
    char where[512];
    pthread_t threads[WRITERS];
    struct error error = {0};
    int64_t records = 0, broken = 0;
    (void)state;
    (void)snprintf(where, sizeof where, "%s", fresh_place());
    struct store *store = open_store(where);
    for (size_t i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_some, where), 0);
    for (size_t i = 0; i < WRITERS; i++)
        (void)pthread_join(threads[i], NULL);
    OK(store_audit_verify(store, &records, &broken, &error));
    assert_int_equal(records, WRITERS * EACH);
    assert_int_equal(broken, 0);
    store_close(store);
}

int run_audit_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_changed_bit_is_found),
        cmocka_unit_test(a_missing_record_is_found),
        cmocka_unit_test(the_record_is_filtered),
        cmocka_unit_test(writers_take_turns),
    };
    return cmocka_run_group_tests_name("audit", tests, NULL, NULL);
}
