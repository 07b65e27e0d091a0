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

/* ---- what only a file can hold ---- */

static int64_t broken_by(struct store *store, const char *sql)
{
    struct error error = {0};
    OK(store_begin(store, &error));
    OK(script(store, sql, &error));
    int64_t broken = broken_in(store);
    store_rollback(store);
    return broken;
}

static void other_types_are_found(void **state)
{
    static const char *const changes[] = {
        "reason = reason || char(0) || 'hidden'", "time = time + 0.5",         "time = CAST(time AS TEXT) || 'abc'",
        "object = CAST(object AS BLOB)",          "hash = CAST(hash AS TEXT)", "person = 5",
        "address = address || char(0)",           "hash = hash || x'00'",      "outcome = x'646f6e65'",
    };
    char sql[128];
    (void)state;
    if (!fixture_is_sqlite())
        return; /* there a column has its type */
    struct store *store = filled_store();
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        (void)snprintf(sql, sizeof sql, "UPDATE audit SET %s WHERE id = 23", changes[i]);
        if (broken_by(store, sql) != 23)
            fail_msg("not found: %s", changes[i]);
    }
    store_close(store);
}

enum { FEW = 8, PAGE = 512, PAGES_MOST = 64 };

struct pages {
    int64_t numbers[PAGES_MOST];
    size_t count;
};

static int take_page(struct store *store, struct query *query, void *context)
{
    struct pages *pages = context;
    assert_true(pages->count < PAGES_MOST);
    pages->numbers[pages->count++] = row_integer(store, query, 0);
    return 0;
}

static int append_row(struct store *store, struct query *query, void *context)
{
    bytes_append_text(context, row_text(store, query, 0));
    bytes_append_char(context, '\n');
    return 0;
}

/* Every column with its type, as listings find the rows and as they lie there. */
static bool read_rows(struct store *store, struct bytes *out)
{
#define ROWS                                                                                                           \
    "SELECT quote(id) || quote(time) || quote(person) || quote(authority) || quote(action) || quote(object)"           \
    " || quote(reason) || quote(outcome) || quote(address) || quote(hash) FROM audit "
    struct error error = {0};
    bytes_clear(out);
    return each_row(store, ROWS "ORDER BY id DESC", NO_VALUES, false, append_row, out, &error) == 0 &&
           each_row(store, ROWS "NOT INDEXED", NO_VALUES, false, append_row, out, &error) == 0;
#undef ROWS
}

/* Is a flipped bit found, or is it one that nobody sees? */
static bool is_found(const char *where, const struct bytes *whole, struct bytes *rows, int *found)
{
    struct error error = {0};
    int64_t records = 0, broken = 0;
    struct store *store = open_store(where);
    int result = store_audit_verify(store, &records, &broken, &error);
    bool named = broken > 0 && (result == 0 || strstr(error.text, "record ") != NULL);
    *found += named;
    bool same = !named && read_rows(store, rows) && rows->length == whole->length &&
                memcmp(rows->data, whole->data, whole->length) == 0;
    if (!named && !same)
        print_error("result %d, record %lld: %s\n", result, (long long)broken, error.text);
    store_close(store);
    return named || same;
}

static void any_flipped_bit_of_its_pages_is_found(void **state)
{
    char where[512];
    struct pages pages = {0};
    struct bytes whole = {0}, rows = {0};
    struct error error = {0};
    int found = 0, wrong = 0;
    (void)state;
    if (!fixture_is_sqlite())
        return;
    (void)snprintf(where, sizeof where, "%s", fresh_place());
    struct store *store = open_store(where);
    for (int64_t i = 1; i <= FEW; i++)
        add(store, i);
    OK(script(store, "PRAGMA journal_mode = DELETE; PRAGMA page_size = 512; VACUUM; PRAGMA journal_mode = WAL",
              &error));
    OK(each_row(store, "SELECT pageno FROM dbstat WHERE name IN ('audit', 'sqlite_autoindex_audit_1')", NO_VALUES,
                false, take_page, &pages, &error));
    assert_true(pages.count > 3); /* leaves, what leads to them, and the index */
    assert_true(read_rows(store, &whole));
    store_close(store);
    for (size_t page = 0; page < pages.count; page++)
        for (long bit = 0; bit < 8L * PAGE; bit++) {
            long at = (long)(pages.numbers[page] - 1) * PAGE + bit / 8;
            FILE *file = fopen(where, "r+be");
            assert_non_null(file);
            (void)fseek(file, at, SEEK_SET);
            int byte = fgetc(file);
            (void)fseek(file, at, SEEK_SET);
            (void)fputc(byte ^ 1 << bit % 8, file);
            (void)fclose(file);
            if (!is_found(where, &whole, &rows, &found) && wrong++ < 5)
                print_error("bit %ld of page %lld is not found\n", bit, (long long)pages.numbers[page]);
            file = fopen(where, "r+be");
            assert_non_null(file);
            (void)fseek(file, at, SEEK_SET);
            (void)fputc(byte, file);
            (void)fclose(file);
        }
    print_message("%d of %zu flipped bits change the record\n", found, pages.count * PAGE * 8);
    assert_int_equal(wrong, 0);
    assert_true(found > FEW * 8 * 80);
    bytes_free(&whole);
    bytes_free(&rows);
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
        cmocka_unit_test(any_changed_bit_is_found), cmocka_unit_test(a_missing_record_is_found),
        cmocka_unit_test(other_types_are_found),    cmocka_unit_test(any_flipped_bit_of_its_pages_is_found),
        cmocka_unit_test(the_record_is_filtered),   cmocka_unit_test(writers_take_turns),
    };
    return cmocka_run_group_tests_name("audit", tests, NULL, NULL);
}
