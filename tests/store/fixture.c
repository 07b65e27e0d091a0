/* A fresh, empty store on the driver under test, and short ways to fill it. */
#include "fixture.h"

#include <libpq-fe.h>

static const char *folder;
static const char *server;

void fixture_use(const char *in, const char *postgres_url)
{
    folder = in;
    server = postgres_url;
}

bool fixture_is_sqlite(void)
{
    return server == NULL;
}

const char *fresh_place(void)
{
    static char place[512];
    static int number;
    number++;
    if (server == NULL) {
        (void)snprintf(place, sizeof place, "%s/store-%d.db", folder, number);
        return place;
    }
    char sql[64];
    PGconn *connection = PQconnectdb(server);
    (void)snprintf(sql, sizeof sql, "CREATE SCHEMA test_%d", number);
    PGresult *result = PQexec(connection, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        fail_msg("%s", PQerrorMessage(connection));
    PQclear(result);
    PQfinish(connection);
    (void)snprintf(place, sizeof place, "%s&options=-csearch_path%%3Dtest_%d", server, number);
    return place;
}

struct store *open_store(const char *where)
{
    struct error error = {0};
    struct store *store = store_open(where, true, &error);
    if (store == NULL)
        fail_msg("%s", error.text);
    return store;
}

struct store *fresh_store(void)
{
    return open_store(fresh_place());
}

void check_ok(int result, const char *sentence, const char *call, const char *file, int line)
{
    if (result == 0)
        return;
    print_error("%s: %s\n", call, sentence);
    _fail(file, line);
}

int64_t add_case(struct store *store, const char *reference, const char *country)
{
    struct error error = {0};
    int64_t id = 0;
    OK(store_case_add(store,
                      &(struct store_case){.reference = reference,
                                           .country = country,
                                           .authority = "Police",
                                           .title = "A title",
                                           .handling = "free",
                                           .retention = ""},
                      &id, &error));
    return id;
}

int64_t add_evidence(struct store *store, int64_t case_id, const char *path)
{
    struct error error = {0};
    int64_t id = 0;
    bool fresh = false;
    OK(store_evidence_add(store, case_id, path, path, "", true, &id, &fresh, NULL, &error));
    assert_true(fresh);
    return id;
}

void add_file(struct store *store, int64_t evidence_id, int64_t number, const char *path, int64_t same_as)
{
    struct error error = {0};
    OK(store_file_add(store,
                      &(struct store_file){.evidence_id = evidence_id,
                                           .number = number,
                                           .path = path,
                                           .size = 100,
                                           .allocated = true,
                                           .regular = true,
                                           .same_as = same_as,
                                           .modified = 1000,
                                           .accessed = STORE_UNKNOWN_TIME,
                                           .changed = STORE_UNKNOWN_TIME,
                                           .created = STORE_UNKNOWN_TIME,
                                           .type = ""},
                      &error));
}

struct store_sighting sighting_of(const char *kind, const char *value, int64_t offset, int64_t file)
{
    struct store_sighting sighting = {.kind = kind,
                                      .value = value,
                                      .offset = offset,
                                      .path = "",
                                      .file = file,
                                      .file_offset = file == 0 ? STORE_NO_OFFSET : offset % 4096,
                                      .allocation = file == 0 ? PLACE_UNALLOCATED : PLACE_ALLOCATED,
                                      .count = 1,
                                      .context = "some context"};
    store_selector_hash(kind, value, strlen(value), sighting.hash);
    return sighting;
}

struct digests digests_of(int number)
{
    struct digests digests;
    memset(&digests, number, sizeof digests);
    digests.md5[0] = 1;
    digests.sha1[0] = 2;
    digests.sha256[0] = 3;
    return digests;
}

static int append_line(void *context, const char *line)
{
    bytes_format(context, "%s\n", line);
    return 0;
}

struct bytes dump_of(struct store *store)
{
    struct error error = {0};
    struct bytes dump = {0};
    OK(store_dump(store, append_line, &dump, &error));
    return dump;
}

void assert_same_dump(struct store *a, struct store *b)
{
    struct bytes first = dump_of(a), second = dump_of(b);
    assert_string_equal(bytes_text(&first), bytes_text(&second));
    assert_true(first.length > 100);
    bytes_free(&first);
    bytes_free(&second);
}

static char said[4096];
static int64_t loud;

static int say_cases(void *context, const struct store_selector *selector)
{
    (void)context;
    said[0] = '\0';
    for (size_t i = 0; i < selector->case_count; i++) {
        if (i > 0)
            strcat(said, ",");
        strcat(said, selector->cases[i]);
    }
    loud = selector->loud_cases;
    return 0;
}

const char *cases_of(struct store *store, const char *kind, const char *value)
{
    struct error error = {0};
    bool found = false;
    strcpy(said, "none");
    loud = -1;
    OK(store_selector_find(store, kind, value, &found, say_cases, NULL, &error));
    assert_int_equal(found, strcmp(said, "none") != 0);
    return said;
}

int64_t loud_cases_of(struct store *store, const char *kind, const char *value)
{
    (void)cases_of(store, kind, value);
    return loud;
}

static int say_value(void *context, const struct store_selector *selector)
{
    (void)context;
    if (said[0] != '\0')
        strcat(said, " ");
    strcat(said, selector->value);
    return 0;
}

const char *shared_in(struct store *store)
{
    struct error error = {0};
    said[0] = '\0';
    OK(store_shared_each(store, say_value, NULL, &error));
    return said;
}
