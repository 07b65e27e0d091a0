/* SQLite databases, written by SQLite itself, with a message that fits into no page: as it lives, deleted, gone with
 * its table. And their journals (sqlite.org/fileformat2.html, 3 and 4), made of what a database was before and after.
 */
#include <sqlite3.h>
#include <string.h>

#include "exercise/value.h"
#include "exercise/wrap_parts.h"

/* With the note in front no message begins in its own page. Pages are large enough for one list of free ones to name
 * all that a message had. */
enum { PAGE = 1024, PAGE_LARGE = 4096, PROSE = PAGE_LARGE + 300 };

static bool run_sql(sqlite3 *database, const char *sql)
{
    return database != NULL && sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK;
}

static bool insert(sqlite3 *database, const struct bytes *note, const struct bytes *body)
{
    static const char sql[] = "insert into message (note, body) values (?, ?)";
    sqlite3_stmt *statement = NULL;
    bool done =
        sqlite3_prepare_v2(database, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_bind_text(statement, 1, (const char *)note->data, (int)note->length, SQLITE_STATIC) == SQLITE_OK &&
        sqlite3_bind_blob(statement, 2, body->data, (int)body->length, SQLITE_STATIC) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_DONE;
    (void)sqlite3_finalize(statement);
    return done;
}

/* A database with one message, and a table whose pages can be freed first; NULL when it cannot be made. */
static sqlite3 *make_database(unsigned page, const struct bytes *note, const struct bytes *in)
{
    char pragmas[80];
    sqlite3 *database = NULL;
    (void)sqlite3_snprintf(sizeof pragmas, pragmas, "pragma page_size=%u; pragma secure_delete=off", page);
    if (!note->failed && sqlite3_open(":memory:", &database) == SQLITE_OK && run_sql(database, pragmas) &&
        run_sql(database, "create table message (id integer primary key, note text, body blob);"
                          "create table draft (body text)") &&
        insert(database, note, in))
        return database;
    (void)sqlite3_close(database);
    return NULL;
}

static void append_database(struct bytes *out, sqlite3 *database)
{
    sqlite3_int64 size = 0;
    unsigned char *image = database == NULL ? NULL : sqlite3_serialize(database, "main", &size, 0);
    if (image != NULL)
        bytes_append(out, image, (size_t)size);
    out->failed |= image == NULL;
    sqlite3_free(image);
}

void wrap_sqlite(struct bytes *out, const struct bytes *in, struct random *random)
{
    struct bytes note = {0};
    write_prose(&note, random, PROSE);
    sqlite3 *database = make_database(PAGE, &note, in);
    append_database(out, database);
    (void)sqlite3_close(database);
    bytes_free(&note);
}

/* What is done to a database that has other messages beside the one. A draft goes first: the page that lists what is
 * free is one that it had. */
static void write_changed(struct bytes *out, const struct bytes *in, struct random *random, const char *change)
{
    struct bytes note = {0};
    write_prose(&note, random, PROSE);
    sqlite3 *database = make_database(PAGE_LARGE, &note, in);
    if (database == NULL || !insert(database, &note, &note) ||
        !run_sql(database, "insert into draft select note from message where id = 2; delete from draft") ||
        !run_sql(database, change))
        out->failed = true;
    append_database(out, database);
    (void)sqlite3_close(database);
    bytes_free(&note);
}

void wrap_sqlite_deleted(struct bytes *out, const struct bytes *in, struct random *random)
{
    write_changed(out, in, random, "delete from message where id = 1");
}

void wrap_sqlite_dropped(struct bytes *out, const struct bytes *in, struct random *random)
{
    write_changed(out, in, random, "drop table message");
}

static void append_be(struct bytes *out, uint32_t number)
{
    for (unsigned shift = 32; shift > 0; shift -= 8)
        append_le(out, number >> (shift - 8), 1);
}

/* The checksum of a write-ahead log goes on from frame to frame; its words are little-endian here. */
static void add_words(uint32_t sum[2], const uint8_t *data, size_t length)
{
    for (size_t i = 0; i < length; i += 8)
        for (unsigned word = 0; word < 2; word++) {
            uint32_t number = 0;
            for (unsigned byte = 4; byte > 0; byte--)
                number = number << 8 | data[i + 4 * word + byte - 1];
            sum[word] += number + sum[1 - word];
        }
}

struct log {
    struct bytes *out;
    uint32_t salts[2], sum[2];
};

/* `pages`: how many the database has, with the last frame of a transaction; 0 with others. */
static void append_frame(struct log *log, uint32_t number, uint32_t pages, const uint8_t *page)
{
    enum { SUMMED = 8 };
    size_t begin = log->out->length;
    append_be(log->out, number);
    append_be(log->out, pages);
    if (!log->out->failed)
        add_words(log->sum, log->out->data + begin, SUMMED);
    add_words(log->sum, page, PAGE);
    append_be(log->out, log->salts[0]);
    append_be(log->out, log->salts[1]);
    append_be(log->out, log->sum[0]);
    append_be(log->out, log->sum[1]);
    bytes_append(log->out, page, PAGE);
}

/* A transaction: the pages that are not as they were. The first one always is among them. */
static void append_transaction(struct log *log, const struct bytes *before, struct bytes *after)
{
    enum { VERSIONS = 18, AHEAD = 2 };
    uint32_t pages = (uint32_t)(after->length / PAGE);
    if (before->failed || after->failed || after->length < PAGE) {
        log->out->failed = true;
        return;
    }
    memset(after->data + VERSIONS, AHEAD, 2); /* that it has a log, says the database */
    for (uint32_t i = pages; i > 0; i--) {    /* the first page last, which ends it */
        const uint8_t *page = after->data + (size_t)(i - 1) * PAGE;
        bool there = before->data != NULL && (size_t)i * PAGE <= before->length;
        if (i == 1 || !there || memcmp(page, before->data + (size_t)(i - 1) * PAGE, PAGE) != 0)
            append_frame(log, i, i == 1 ? pages : 0, page);
    }
}

/* Two transactions: one writes the message, and one deletes it and writes something else over it. */
void wrap_sqlite_wal(struct bytes *out, const struct bytes *in, struct random *random)
{
    enum { MAGIC = 0x377f0682, VERSION = 3007000, HEADER = 24 };
    struct bytes note = {0};
    struct bytes none = {0};
    struct bytes first = {0};
    struct bytes second = {0};
    struct log log = {out, {random_below(random, UINT32_MAX), random_below(random, UINT32_MAX)}, {0, 0}};
    size_t begin = out->length;
    append_be(out, MAGIC);
    append_be(out, VERSION);
    append_be(out, PAGE);
    append_be(out, 0);
    append_be(out, log.salts[0]);
    append_be(out, log.salts[1]);
    if (!out->failed)
        add_words(log.sum, out->data + begin, HEADER);
    append_be(out, log.sum[0]);
    append_be(out, log.sum[1]);
    write_prose(&note, random, PROSE);
    sqlite3 *database = make_database(PAGE, &note, in);
    append_database(&first, database);
    out->failed |= !run_sql(database, "delete from message") || !insert(database, &note, &note);
    append_database(&second, database);
    append_transaction(&log, &none, &first);
    append_transaction(&log, &first, &second);
    (void)sqlite3_close(database);
    bytes_free(&note);
    bytes_free(&first);
    bytes_free(&second);
}

/* The pages as they were, each with a sum of every two hundredth of its bytes. */
void wrap_sqlite_journal(struct bytes *out, const struct bytes *in, struct random *random)
{
    enum { SECTOR = 512, STEP = 200 };
    struct bytes note = {0};
    struct bytes before = {0};
    uint32_t nonce = random_below(random, UINT32_MAX);
    size_t begin = out->length;
    write_prose(&note, random, PROSE);
    sqlite3 *database = make_database(PAGE, &note, in);
    append_database(&before, database);
    uint32_t pages = (uint32_t)(before.length / PAGE);
    bytes_append(out, "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", 8);
    append_be(out, pages);
    append_be(out, nonce);
    append_be(out, pages);
    append_be(out, SECTOR);
    append_be(out, PAGE);
    while (out->length < begin + SECTOR && !out->failed)
        bytes_append_char(out, 0);
    for (uint32_t i = 0; i < pages; i++) {
        const uint8_t *page = before.data + (size_t)i * PAGE;
        uint32_t sum = nonce;
        for (unsigned at = PAGE - STEP; at > 0 && at < PAGE; at -= STEP)
            sum += page[at];
        append_be(out, i + 1);
        bytes_append(out, page, PAGE);
        append_be(out, sum);
    }
    out->failed |= before.failed;
    (void)sqlite3_close(database);
    bytes_free(&note);
    bytes_free(&before);
}
