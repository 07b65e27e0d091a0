/* The audit record: appended one at a time under a lock, each with the hash of the one before. */
#include "store/audit.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "store/room.h"

#define COLUMNS "id, time, person, authority, action, object, reason, outcome, address, hash"

/* Every text stands behind its length, so that nothing moves from one field into the next unnoticed. */
static void spell(struct bytes *out, const uint8_t before[SHA256_SIZE], const struct store_audit *record)
{
    const char *texts[] = {record->person, record->authority, record->action, record->object,
                           record->reason, record->outcome,   record->address};
    bytes_append(out, before, SHA256_SIZE);
    bytes_format(out, "%lld %lld", (long long)record->id, (long long)record->time);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        bytes_format(out, " %zu:", strlen(texts[i]));
        bytes_append_text(out, texts[i]);
    }
}

static int hash_record(const uint8_t before[SHA256_SIZE], const struct store_audit *record, uint8_t hash[SHA256_SIZE],
                       struct error *error)
{
    struct bytes spelling = {0};
    spell(&spelling, before, record);
    int result = spelling.failed ? fail(error, "memory is short") : 0;
    if (result == 0)
        digest_sha256(spelling.data, spelling.length, hash);
    bytes_free(&spelling);
    return result;
}

/* ---- appending ---- */

struct head {
    int64_t id;
    uint8_t hash[SHA256_SIZE];
};

static int head_row(struct store *store, struct query *query, void *context)
{
    struct head *head = context;
    head->id = row_integer(store, query, 0);
    const uint8_t *hash = row_blob(store, query, 1, SHA256_SIZE);
    if (hash != NULL) /* else it is broken: a hash of zeros goes on from there, and verifying finds it */
        memcpy(head->hash, hash, SHA256_SIZE);
    return 0;
}

int store_audit_head(struct store *store, int64_t *id, uint8_t hash[SHA256_SIZE], struct error *error)
{
    struct head head = {0};
    int result = each_row(store, "SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1", NO_VALUES, false, head_row,
                          &head, error);
    *id = head.id;
    memcpy(hash, head.hash, SHA256_SIZE);
    return result;
}

int store_audit_add(struct store *store, const struct store_audit *record, struct error *error)
{
    bool own;
    struct store_audit full = *record;
    struct head head = {0};
    if (enter(store, &own, error) != 0)
        return -1;
    int result = lock_audit(store, error);
    if (result == 0)
        result = store_audit_head(store, &head.id, head.hash, error);
    full.id = head.id + 1;
    if (result == 0)
        result = hash_record(head.hash, &full, full.hash, error);
    if (result == 0)
        result = run(store, "INSERT INTO audit (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                     VALUES(integer(full.id), integer(full.time), text(full.person), text(full.authority),
                            text(full.action), text(full.object), text(full.reason), text(full.outcome),
                            text(full.address), blob(full.hash, SHA256_SIZE)),
                     error);
    return leave(store, own, result, error);
}

/* ---- reading ---- */

struct audit_listing {
    int (*row)(void *, const struct store_audit *);
    void *context;
};

static struct store_audit read_record(struct store *store, struct query *query)
{
    struct store_audit record = {
        .id = row_integer(store, query, 0),
        .time = row_integer(store, query, 1),
        .person = row_text(store, query, 2),
        .authority = row_text(store, query, 3),
        .action = row_text(store, query, 4),
        .object = row_text(store, query, 5),
        .reason = row_text(store, query, 6),
        .outcome = row_text(store, query, 7),
        .address = row_text(store, query, 8),
    };
    const uint8_t *hash = row_blob(store, query, 9, SHA256_SIZE);
    if (hash != NULL)
        memcpy(record.hash, hash, SHA256_SIZE);
    return record;
}

static int audit_row(struct store *store, struct query *query, void *context)
{
    const struct audit_listing *listing = context;
    struct store_audit record = read_record(store, query);
    return listing->row(listing->context, &record);
}

int store_audit_each(struct store *store, const struct store_audit_filter *filter,
                     int (*row)(void *, const struct store_audit *), void *context, struct error *error)
{
    struct audit_listing listing = {row, context};
    return each_row(store,
                    "SELECT " COLUMNS " FROM audit WHERE ($1 = 0 OR id < $1) AND ($2 = 0 OR time >= $2)"
                    " AND ($3 = 0 OR time <= $3) AND ($4 = '' OR person = $4) AND ($5 = '' OR authority = $5)"
                    " AND ($6 = '' OR action = $6) ORDER BY id DESC LIMIT $7",
                    VALUES(integer(filter->before), integer(filter->from), integer(filter->to), text(filter->person),
                           text(filter->authority), text(filter->action),
                           integer(filter->limit == 0 ? INT64_MAX : filter->limit)),
                    true, audit_row, &listing, error);
}

/* ---- verifying ---- */

struct verifying {
    int64_t records, broken;
    uint8_t before[SHA256_SIZE];
    struct error *error;
};

/* Is each column of the row what such a column holds? A hash of another size is none. */
static bool is_sound(struct store *store, struct query *query)
{
    return row_blob(store, query, 9, SHA256_SIZE) != NULL && row_integer(store, query, 10) != 0;
}

static int verify_row(struct store *store, struct query *query, void *context)
{
    struct verifying *verifying = context;
    struct store_audit record = read_record(store, query);
    uint8_t hash[SHA256_SIZE];
    int64_t expected = ++verifying->records;
    if (verifying->broken != 0)
        return 0; /* only counted */
    if (hash_record(verifying->before, &record, hash, verifying->error) != 0)
        return -1;
    if (record.id != expected || !is_sound(store, query) || memcmp(hash, record.hash, SHA256_SIZE) != 0)
        verifying->broken = expected;
    memcpy(verifying->before, hash, SHA256_SIZE);
    return 0;
}

/* The same from the newest down, as listings read it: an index that was changed shows others what the table does not
 * hold, or hides what it holds. A record waits for the one before it. */
struct descending {
    int64_t above; /* the number of the record that waits: the one that must come above the next */
    bool waits;
    uint8_t hash[SHA256_SIZE];
    struct bytes fields;
    int64_t broken;
    struct error *error;
};

static void found_broken(struct descending *descending, int64_t id)
{
    if (descending->broken == 0 || id < descending->broken)
        descending->broken = id;
}

static int settle(struct descending *descending, const uint8_t before[SHA256_SIZE])
{
    uint8_t hash[SHA256_SIZE];
    if (descending->fields.failed)
        return fail(descending->error, "memory is short");
    memcpy(descending->fields.data, before, SHA256_SIZE);
    digest_sha256(descending->fields.data, descending->fields.length, hash);
    if (memcmp(hash, descending->hash, SHA256_SIZE) != 0)
        found_broken(descending, descending->above);
    return 0;
}

static int descending_row(struct store *store, struct query *query, void *context)
{
    struct descending *descending = context;
    struct store_audit record = read_record(store, query);
    bool next = descending->waits ? record.id == descending->above - 1 /* the newest may have come since */
                                  : record.id >= descending->above - 1;
    if (!next)
        found_broken(descending, record.id < descending->above ? record.id + 1 : descending->above);
    else if (descending->waits && settle(descending, record.hash) != 0)
        return -1;
    if (!is_sound(store, query))
        found_broken(descending, record.id);
    bytes_clear(&descending->fields);
    spell(&descending->fields, record.hash, &record); /* what stands first is replaced by what it is the hash of */
    memcpy(descending->hash, record.hash, SHA256_SIZE);
    descending->above = record.id;
    descending->waits = true;
    return 0;
}

static int verify_descending(struct store *store, struct descending *descending)
{
    static const uint8_t nothing[SHA256_SIZE];
    int result = each_row(store, "SELECT " COLUMNS ", {audit is sound} FROM {audit by number}", NO_VALUES, true,
                          descending_row, descending, descending->error);
    if (result == 0 && descending->above > 1)
        found_broken(descending, 1);
    if (result == 0 && descending->above == 1 && descending->waits)
        result = settle(descending, nothing);
    bytes_free(&descending->fields);
    return result;
}

/* Did reading fail for what stands in the store? Whatever it answers to a record that is none says so. */
static bool is_damaged(const struct store *store)
{
    return store->database->trouble == TROUBLE_DAMAGED || store->database->trouble == TROUBLE_ROWS;
}

static int verify_as_kept(struct store *store, struct verifying *verifying)
{
    int result = each_row(store, "SELECT " COLUMNS ", {audit is sound} FROM {audit as kept}", NO_VALUES, true,
                          verify_row, verifying, verifying->error);
    if (result == 0 || !is_damaged(store))
        return result;
    struct error why = *verifying->error;
    if (verifying->broken == 0)
        verifying->broken = verifying->records + 1;
    return fail(verifying->error, "the audit record cannot be read behind record %lld: %s",
                (long long)verifying->records, why.text);
}

int store_audit_verify(struct store *store, int64_t *records, int64_t *broken, struct error *error)
{
    struct verifying verifying = {.error = error};
    struct descending descending = {.error = error};
    int64_t strays = 0; /* whose number was changed to one that none can have; where it stood is a hole */
    int result = verify_as_kept(store, &verifying);
    descending.above = verifying.records + 1;
    if (result == 0 && verify_descending(store, &descending) != 0) {
        struct error why = *error;
        int64_t unread = descending.above - 1;
        result = -1;
        if (is_damaged(store)) {
            found_broken(&descending, unread > 0 ? unread : 1);
            (void)fail(error, "record %lld of the audit record cannot be read: %s", (long long)unread, why.text);
        }
    }
    if (descending.broken != 0 && (verifying.broken == 0 || descending.broken < verifying.broken))
        verifying.broken = descending.broken;
    if (result == 0)
        result = ask(store, "{audit strays}", NO_VALUES, &strays, error);
    if (verifying.broken == 0 && strays > 0)
        verifying.broken = verifying.records + 1;
    *records = verifying.records + strays;
    *broken = verifying.broken;
    return result;
}

/* ---- signed heads ---- */

void store_audit_head_text(const struct store_signed_head *head, char *out)
{
    char hash[2 * SHA256_SIZE + 1];
    text_hex(head->hash, SHA256_SIZE, hash);
    (void)snprintf(out, 160, "samband audit head %lld %lld %s", (long long)head->id, (long long)head->time, hash);
}

int store_audit_sign(struct store *store, const struct store_signed_head *head, struct error *error)
{
    return run(store,
               "INSERT INTO audit_head (id, time, hash, key, signature) VALUES ($1, $2, $3, $4, $5)"
               " ON CONFLICT DO NOTHING",
               VALUES(integer(head->id), integer(head->time), blob(head->hash, SHA256_SIZE),
                      blob(head->key, sizeof head->key), blob(head->signature, sizeof head->signature)),
               error);
}

struct head_listing {
    int (*row)(void *, const struct store_signed_head *);
    void *context;
};

static int signed_head_row(struct store *store, struct query *query, void *context)
{
    const struct head_listing *listing = context;
    struct store_signed_head head = {.id = row_integer(store, query, 0), .time = row_integer(store, query, 1)};
    const uint8_t *hash = row_blob(store, query, 2, sizeof head.hash);
    if (hash != NULL) /* what is no hash, key or signature is one of zeros, and does not verify */
        memcpy(head.hash, hash, sizeof head.hash);
    const uint8_t *key = row_blob(store, query, 3, sizeof head.key);
    if (key != NULL)
        memcpy(head.key, key, sizeof head.key);
    const uint8_t *signature = row_blob(store, query, 4, sizeof head.signature);
    if (signature != NULL)
        memcpy(head.signature, signature, sizeof head.signature);
    return listing->row(listing->context, &head);
}

int store_audit_heads(struct store *store, int (*row)(void *, const struct store_signed_head *), void *context,
                      struct error *error)
{
    struct head_listing listing = {row, context};
    return each_row(store, "SELECT id, time, hash, key, signature FROM audit_head ORDER BY id, time", NO_VALUES, false,
                    signed_head_row, &listing, error);
}
