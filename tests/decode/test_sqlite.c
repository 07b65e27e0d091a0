/* SQLite: rows that go on in overflow pages, living and deleted, in databases and their journals that the library
 * itself wrote. */
#include <sqlite3.h>
#include <unistd.h>

#include "harness.h" /* last: cmocka defines a macro named fail */

static struct bytes make_database(const char *pragmas, const char *body)
{
    sqlite3 *database = NULL;
    sqlite3_stmt *statement = NULL;
    sqlite3_int64 size = 0;
    assert_int_equal(sqlite3_open(":memory:", &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, pragmas, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(database, "create table t (a text, b text); create index i on t (a)", NULL, NULL, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(database, "insert into t values (?, 'short')", -1, &statement, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_bind_text(statement, 1, body, -1, SQLITE_STATIC), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_DONE);
    (void)sqlite3_finalize(statement);
    unsigned char *image = sqlite3_serialize(database, "main", &size, 0);
    struct bytes file = {0};
    bytes_append(&file, image, (size_t)size);
    sqlite3_free(image);
    (void)sqlite3_close(database);
    return file;
}

static void joins_rows_of_databases(void **state)
{
    (void)state;
    static const char *const sizes[] = {"pragma page_size=512", "pragma page_size=4096", "pragma page_size=65536"};
    struct bytes body = {0};
    append_prose(&body, 200000, 1);
    for (size_t i = 0; i < 3; i++)
        for (size_t view = 0; view < 2; view++) {
            struct bytes file = make_database(sizes[i], bytes_text(&body));
            struct run run =
                run_decoder(&sb_decoder_sqlite, file.data, file.length, 0, &(struct run_options){.view = view * 700});
            assert_int_equal(run.result, SB_DECODE_DONE);
            const uint8_t *found = memmem(run.out.data, run.out.length, body.data, body.length);
            assert_non_null(found); /* the table's row; behind it the index's */
            size_t rest = run.out.length - (size_t)(found - run.out.data) - body.length;
            assert_non_null(memmem(found + body.length, rest, body.data, body.length));
            assert_true(run.out.length <= 2 * body.length + 100);
            run_free(&run);
            bytes_free(&file);
        }
    bytes_free(&body);
    struct bytes file = make_database("pragma page_size=512", "fits");
    struct run run = run_decoder(&sb_decoder_sqlite, file.data, file.length, 0, NULL);
    assert_int_equal(run.result, SB_DECODE_DONE);
    assert_int_equal(run.out.length, 0);
    run_free(&run);
    bytes_free(&file);
}

static void run_sql(sqlite3 *database, const char *sql)
{
    assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
}

/* A text of so many bytes in which a number stands at each word, so that no two places are the same. */
static struct bytes make_text(const char *name, size_t length)
{
    struct bytes text = {0};
    for (unsigned i = 0; text.length < length; i++)
        bytes_format(&text, "%s%05u ", name, i);
    text.length = length;
    return text;
}

static void insert_text(sqlite3 *database, const struct bytes *text)
{
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_prepare_v2(database, "insert into t values (?, 'short')", -1, &statement, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_bind_text(statement, 1, (const char *)text->data, (int)text->length, SQLITE_STATIC),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_DONE);
    (void)sqlite3_finalize(statement);
}

static struct bytes read_whole_file(const char *path)
{
    struct bytes file = {0};
    uint8_t piece[4096];
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    for (size_t got; (got = fread(piece, 1, sizeof piece, in)) > 0;)
        bytes_append(&file, piece, got);
    (void)fclose(in);
    return file;
}

static void assert_holds(const struct run *run, const struct bytes *text)
{
    assert_non_null(memmem(run->out.data, run->out.length, text->data, text->length));
}

/* Rows that were deleted: beside a living one, the last of their page, two that were neighbours, and with their pages
 * on the list of free ones. A living row is never taken for theirs. */
static void finds_deleted_rows(void **state)
{
    (void)state;
    struct bytes texts[6];
    sqlite3 *database = NULL;
    sqlite3_int64 size = 0;
    assert_int_equal(sqlite3_open(":memory:", &database), SQLITE_OK);
    run_sql(database, "pragma page_size=1024; pragma secure_delete=off; create table t (a text, b text)");
    run_sql(database, "create table filler (a blob); insert into filler values (zeroblob(3000))");
    for (int i = 0; i < 6; i++) {
        texts[i] = make_text((const char *const[]){"zero", "one", "two", "three", "four", "five"}[i], 8300);
        insert_text(database, &texts[i]);
    }
    run_sql(database, "delete from filler"); /* so that a page with nothing of ours becomes the list */
    run_sql(database, "delete from t where rowid in (2, 3, 4, 6)");
    unsigned char *image = sqlite3_serialize(database, "main", &size, 0);
    struct run run = run_decoder(&sb_decoder_sqlite, image, (size_t)size, 0, &(struct run_options){.view = 900});
    assert_int_equal(run.result, SB_DECODE_DONE);
    for (int i = 0; i < 6; i++)
        assert_holds(&run, &texts[i]);
    run_free(&run);
    sqlite3_free(image);
    /* Their pages are used again: what stands there now is found, whole. */
    struct bytes again = make_text("again", 30000);
    insert_text(database, &again);
    image = sqlite3_serialize(database, "main", &size, 0);
    run = run_decoder(&sb_decoder_sqlite, image, (size_t)size, 0, NULL);
    assert_int_equal(run.result, SB_DECODE_DONE);
    assert_holds(&run, &again);
    assert_true(run.out.length <= (size_t)size + 100);
    run_free(&run);
    sqlite3_free(image);
    (void)sqlite3_close(database);
    bytes_free(&again);
    for (int i = 0; i < 6; i++)
        bytes_free(&texts[i]);
}

/* What is in a journal alone: not yet in the database, or no longer. */
static void reads_journals(void **state)
{
    (void)state;
    for (int ahead = 0; ahead < 2; ahead++) {
        char folder[] = "/tmp/samband-sqlite-XXXXXX";
        char path[100];
        char journal[120];
        struct bytes first = make_text("first", 20000);
        struct bytes second = make_text("second", 20000);
        sqlite3 *database = NULL;
        assert_non_null(mkdtemp(folder));
        (void)snprintf(path, sizeof path, "%s/a.db", folder);
        (void)snprintf(journal, sizeof journal, "%s-%s", path, ahead ? "wal" : "journal");
        assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
        run_sql(database, "pragma page_size=1024; pragma secure_delete=off; create table t (a text, b text)");
        if (ahead)
            run_sql(database, "pragma journal_mode=wal; pragma wal_autocheckpoint=0");
        insert_text(database, &first);
        sqlite3_blob *value = NULL;
        if (ahead) {
            run_sql(database, "delete from t");
            insert_text(database, &second); /* in the pages that the first one had */
        } else {
            run_sql(database, "begin");
            assert_int_equal(sqlite3_blob_open(database, "main", "t", "a", 1, 1, &value), SQLITE_OK);
            assert_int_equal(sqlite3_blob_write(value, second.data, 20000, 0), SQLITE_OK);
            (void)sqlite3_blob_close(value);
        }
        struct bytes file = read_whole_file(journal);
        if (!ahead) /* as it stands when it is safely on the disk, and before the database is written */
            memcpy(file.data, "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7\0\0\0\x16", 12);
        const struct sb_decoder *decoder = ahead ? &sb_decoder_sqlite_wal : &sb_decoder_sqlite_journal;
        for (size_t view = 0; view < 1000; view += 999) {
            struct run run = run_decoder(decoder, file.data, file.length, 0, &(struct run_options){.view = view});
            assert_true(run.sniffed);
            assert_int_equal(run.result, SB_DECODE_DONE);
            assert_holds(&run, &first);
            if (ahead)
                assert_holds(&run, &second);
            run_free(&run);
        }
        (void)sqlite3_close(database);
        (void)remove(path);
        (void)remove(journal);
        (void)snprintf(journal, sizeof journal, "%s-shm", path);
        (void)remove(journal);
        assert_int_equal(rmdir(folder), 0);
        bytes_free(&file);
        bytes_free(&first);
        bytes_free(&second);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joins_rows_of_databases),
        cmocka_unit_test(finds_deleted_rows),
        cmocka_unit_test(reads_journals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
