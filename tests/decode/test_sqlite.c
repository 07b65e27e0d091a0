/* SQLite: rows that go on in overflow pages, living and deleted, in databases and their journals that the library
 * itself wrote. */
#include <sqlite3.h>
#include <unistd.h>

#include "harness.h" /* last: cmocka defines a macro named fail */

static void run_sql(sqlite3 *database, const char *sql)
{
    assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
}

/* The image of a database in which these statements were run. */
static struct bytes run_statements(const char *const statements[])
{
    sqlite3 *database = NULL;
    sqlite3_int64 size = 0;
    assert_int_equal(sqlite3_open(":memory:", &database), SQLITE_OK);
    run_sql(database, "pragma secure_delete=off");
    for (size_t i = 0; statements[i] != NULL; i++)
        run_sql(database, statements[i]);
    unsigned char *image = sqlite3_serialize(database, "main", &size, 0);
    struct bytes file = {0};
    bytes_append(&file, image, (size_t)size);
    sqlite3_free(image);
    (void)sqlite3_close(database);
    return file;
}

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

/* Thirty rows of a number, an address and a text. */
#define ROWS_OF(columns)                                                                                               \
    "with recursive n(i) as (values(0) union all select i + 1 from n where i < 29) insert into t select " columns      \
    " from n"
#define MAIL "printf('mail.%03d@example.org', i)"
#define WORD "printf('0701938%03d', i)"

/* Each column stands by itself, with a line end on either side, whatever its neighbours are and the page's size is;
 * what is in a page that living rows do not have, too. All that is known is consumed. */
static void parts_columns(void **state)
{
    (void)state;
    static const char numbered[] = "create table t (id integer primary key, a text, b text)";
    static const char plain[] = "create table t (a text, b text)";
    static const struct {
        const char *name;
        const char *statements[8];
        size_t copies; /* of each row at least */
    } rows[] = {
        {"small pages", {"pragma page_size=512", numbered, ROWS_OF("i, " MAIL ", " WORD)}, 1},
        {"large pages", {"pragma page_size=65536", numbered, ROWS_OF("i, " MAIL ", " WORD)}, 1},
        {"no number", {plain, ROWS_OF(MAIL ", " WORD)}, 1},
        {"behind a text", {plain, ROWS_OF("'Note', " MAIL)}, 1},
        {"behind a blob", {plain, ROWS_OF("x'6162', " MAIL)}, 1},
        {"between numbers", {"create table t (a, b, c)", ROWS_OF("i * 1000, " MAIL ", 1e10 * i")}, 1},
        {"an index", {numbered, ROWS_OF("i, " MAIL ", " WORD), "create index x on t (a)"}, 2},
        {"no row id", {"create table t (a text primary key, b text) without rowid", ROWS_OF(MAIL ", " WORD)}, 1},
        {"deleted one by one",
         {numbered, ROWS_OF("i, " MAIL ", " WORD), "delete from t where id = 7", "delete from t where id = 9"},
         1},
        {"deleted neighbours", {numbered, ROWS_OF("i, " MAIL ", " WORD), "delete from t where id between 5 and 20"}, 1},
        {"deleted, no number", {plain, ROWS_OF(MAIL ", " WORD), "delete from t where rowid between 5 and 20"}, 1},
        {"deleted, large numbers",
         {numbered, ROWS_OF("100000 + i, " MAIL ", " WORD), "delete from t where id = 100004",
          "delete from t where id > 100020"},
         1},
        {"all deleted", {numbered, ROWS_OF("i, " MAIL ", " WORD), "delete from t"}, 1},
        {"dropped", {"pragma page_size=512", numbered, ROWS_OF("i, " MAIL ", " WORD), "drop table t"}, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bytes file = run_statements(rows[i].statements);
        struct run run = run_decoder(&sb_decoder_sqlite, file.data, file.length, 0, NULL);
        assert_int_equal(run.result, SB_DECODE_DONE);
        if (run.consumed != file.length)
            fail_msg("%s: %zu bytes are consumed", rows[i].name, (size_t)run.consumed);
        /* In front of an output's first byte stands a line end too. */
        struct bytes out = {0};
        bytes_append(&out, "\n", 1);
        bytes_append(&out, run.out.data, run.out.length);
        for (unsigned row = 0; row < 30; row++) {
            char line[40];
            int length = snprintf(line, sizeof line, "\nmail.%03u@example.org\n", row);
            size_t copies = 0;
            for (const uint8_t *at = out.data; at != NULL; copies += at != NULL) {
                at = memmem(at, out.length - (size_t)(at - out.data), line, (size_t)length);
                at = at == NULL ? NULL : at + 1;
            }
            if (copies < rows[i].copies)
                fail_msg("%s: row %u %zu times", rows[i].name, row, copies);
        }
        bytes_free(&out);
        run_free(&run);
        bytes_free(&file);
    }
}

/* A line end in UTF-16 is one of its characters. */
static void parts_wide_columns(void **state)
{
    (void)state;
    for (int big = 0; big < 2; big++) {
        const char *const statements[] = {big ? "pragma encoding='UTF-16be'" : "pragma encoding='UTF-16le'",
                                          "create table t (a text, b text)", ROWS_OF("'Note', " MAIL), NULL};
        struct bytes file = run_statements(statements);
        struct run run = run_decoder(&sb_decoder_sqlite, file.data, file.length, 0, NULL);
        static const char text[] = "Note\nmail.029@example.org\n";
        uint8_t wide[2 * sizeof text] = {0};
        for (size_t i = 0; i < sizeof text - 1; i++)
            wide[2 * i + (size_t)big] = (uint8_t)text[i];
        assert_non_null(memmem(run.out.data, run.out.length, wide, 2 * (sizeof text - 1)));
        run_free(&run);
        bytes_free(&file);
    }
}

/* Another file behind a database, or in its place, is left to the plain scan. */
static void leaves_other_files(void **state)
{
    (void)state;
    static const char *const statements[] = {"pragma page_size=512", "create table t (a text, b text)",
                                             ROWS_OF("'Note', " MAIL), NULL};
    struct bytes file = run_statements(statements);
    size_t whole = file.length;
    append_prose(&file, 100000, 3);
    for (int sized = 0; sized < 2; sized++) {
        if (!sized)
            memset(file.data + 92, 0, 4); /* as programs before 3.7 leave it */
        struct run run = run_decoder(&sb_decoder_sqlite, file.data, file.length, 0, NULL);
        assert_int_equal(run.consumed, whole);
        run_free(&run);
    }
    struct run run = run_decoder(&sb_decoder_sqlite, file.data, whole - 100, 0, NULL); /* cut off */
    assert_int_equal(run.result, SB_DECODE_DONE);
    assert_int_equal(run.consumed, whole - 512);
    run_free(&run);
    bytes_free(&file);
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
        cmocka_unit_test(joins_rows_of_databases), cmocka_unit_test(parts_columns),
        cmocka_unit_test(parts_wide_columns),      cmocka_unit_test(leaves_other_files),
        cmocka_unit_test(finds_deleted_rows),      cmocka_unit_test(reads_journals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
