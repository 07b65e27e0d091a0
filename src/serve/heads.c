/* Signed heads of the audit record: who can write to the store alone can make a chain anew that fits, but not its
 * signatures, and cannot cut records off that a head was signed behind. */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "serve/server.h"
#include "store/audit.h"

static int newest_head(void *context, const struct store_signed_head *head)
{
    *(struct store_signed_head *)context = *head;
    return 0;
}

/* The last head that was signed is kept beside the key as well: who can write to the store alone can cut records off
 * together with the heads that were signed behind them. */
static int keep_head(const char *folder, const struct store_signed_head *head, struct error *error)
{
    char path[4200], other[4200], hash[2 * SHA256_SIZE + 1], line[128];
    text_hex(head->hash, SHA256_SIZE, hash);
    (void)snprintf(path, sizeof path, "%s/audit.head", folder);
    (void)snprintf(other, sizeof other, "%s/audit.head.new", folder);
    (void)snprintf(line, sizeof line, "%lld %s\n", (long long)head->id, hash);
    (void)unlink(other);
    if (write_secret(other, line, strlen(line), error) != 0)
        return -1;
    return rename(other, path) == 0 ? 0 : fail(error, "cannot write %s: %s", path, strerror(errno));
}

/* ---- checking ---- */

struct kept_head {
    bool there;
    int64_t id;
    uint8_t hash[SHA256_SIZE];
};

static int read_kept(const char *folder, struct kept_head *kept, struct error *error)
{
    char path[4200], line[128] = "", *end = NULL;
    (void)snprintf(path, sizeof path, "%s/audit.head", folder);
    *kept = (struct kept_head){0};
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    kept->there = fgets(line, sizeof line, file) != NULL;
    (void)fclose(file);
    kept->id = strtoll(line, &end, 10);
    if (kept->there && *end == ' ' && strlen(end) >= 1 + 2 * SHA256_SIZE &&
        text_unhex(end + 1, 2 * SHA256_SIZE, kept->hash, SHA256_SIZE) == 0)
        return 0;
    return fail(error, "%s is damaged: it holds the last head that was signed", path);
}

struct checking {
    struct store *store;
    struct kept_head kept;
    bool kept_signed; /* the store has the signature of that head */
    bool own_known;
    struct succession succession;
    int64_t newest_own; /* the last record behind which the own key signed */
    int64_t followed;   /* the last record that former keys are allowed by */
    int64_t heads, wrong;
    char *why;
    struct error *error;
};

static void found_wrong(struct checking *checking, int64_t id, const char *why)
{
    if (checking->wrong != 0)
        return;
    checking->wrong = id;
    (void)snprintf(checking->why, 256, "%s", why);
}

static int take_hash(void *context, const struct store_audit *record)
{
    memcpy(context, record->hash, SHA256_SIZE);
    return 0;
}

/* Is the record with this number the one that was signed? */
static int check_record(struct checking *checking, int64_t id, const uint8_t signed_hash[SHA256_SIZE])
{
    struct store_audit_filter filter = {.before = id + 1, .limit = 1};
    uint8_t hash[SHA256_SIZE] = {0};
    if (store_audit_each(checking->store, &filter, take_hash, hash, checking->error) != 0)
        return -1;
    if (memcmp(hash, signed_hash, SHA256_SIZE) != 0)
        found_wrong(checking, id, "the record is another one than that was signed, or is gone");
    return 0;
}

static bool is_own(const struct checking *checking, const struct store_signed_head *head)
{
    return checking->own_known && memcmp(head->key, checking->succession.own, KEY_SIZE) == 0;
}

static int check_head(void *context, const struct store_signed_head *head)
{
    struct checking *checking = context;
    char spelled[160];
    checking->heads++;
    checking->kept_signed |= head->id == checking->kept.id && memcmp(head->hash, checking->kept.hash, SHA256_SIZE) == 0;
    if (checking->wrong != 0)
        return 0;
    store_audit_head_text(head, spelled);
    if (crypto_sign_verify_detached(head->signature, (const uint8_t *)spelled, strlen(spelled), head->key) != 0) {
        found_wrong(checking, head->id, "its signature is wrong");
        return 0;
    }
    int64_t allowed = is_own(checking, head) ? 0 : succession_allows(&checking->succession, head);
    if (is_own(checking, head))
        checking->newest_own = head->id;
    else if (checking->own_known && allowed == 0)
        found_wrong(checking, head->id, "it is signed with another key than this server's");
    if (allowed > checking->followed)
        checking->followed = allowed;
    return check_record(checking, head->id, head->hash);
}

/* The record that the folder's head names must be there still, and its signature too. */
static int check_kept(struct checking *checking)
{
    if (!checking->kept.there || checking->wrong != 0)
        return 0;
    if (check_record(checking, checking->kept.id, checking->kept.hash) != 0)
        return -1;
    if (!checking->kept_signed)
        found_wrong(checking, checking->kept.id, "its signature is gone from the store");
    return 0;
}

int serve_check_heads(struct store *store, const char *folder, int64_t *heads, int64_t *wrong, bool *own, char *why,
                      struct error *error)
{
    struct checking checking = {.store = store, .why = why, .error = error};
    uint8_t key[KEY_SIZE];
    if (audit_public_key(folder, key, &checking.own_known, error) != 0 || read_kept(folder, &checking.kept, error) != 0)
        return -1;
    int result = checking.own_known ? succession_read(&checking.succession, store, key, error) : 0;
    if (result == 0)
        result = store_audit_heads(store, check_head, &checking, error);
    if (result == 0)
        result = check_kept(&checking);
    if (result == 0 && checking.followed > checking.newest_own) /* whoever can write to the store can write a record */
        found_wrong(&checking, checking.followed,
                    "no head behind it is signed with the key that it says is the new one");
    *heads = checking.heads;
    *wrong = checking.wrong;
    *own = checking.own_known;
    return result;
}

static int look_for_kept(void *context, const struct store_signed_head *head)
{
    struct checking *checking = context;
    checking->kept_signed |= head->id == checking->kept.id && memcmp(head->hash, checking->kept.hash, SHA256_SIZE) == 0;
    return 0;
}

int check_kept_head(struct store *store, const char *folder, struct error *error)
{
    char why[256] = "";
    struct checking checking = {.store = store, .why = why, .error = error};
    if (read_kept(folder, &checking.kept, error) != 0 ||
        store_audit_heads(store, look_for_kept, &checking, error) != 0 || check_kept(&checking) != 0)
        return -1;
    return checking.wrong == 0
               ? 0
               : fail(error, "the head that was signed at record %lld, which %s/audit.head names, does not fit: %s",
                      (long long)checking.wrong, folder, why);
}

/* ---- signing ---- */

int sign_head(struct store *store, const struct keys *keys, const char *folder, int64_t now, struct error *error)
{
    struct store_signed_head head = {.time = now}, last = {0};
    char spelled[160];
    if (store_audit_head(store, &head.id, head.hash, error) != 0 ||
        store_audit_heads(store, newest_head, &last, error) != 0 ||
        check_kept_head(store, folder, error) != 0) /* a signature would make it good */
        return -1;
    if (head.id == 0 || (last.id == head.id && memcmp(last.hash, head.hash, sizeof head.hash) == 0 &&
                         memcmp(last.key, keys->audit_public, sizeof last.key) == 0))
        return 0;
    memcpy(head.key, keys->audit_public, sizeof head.key);
    store_audit_head_text(&head, spelled);
    (void)crypto_sign_detached(head.signature, NULL, (const uint8_t *)spelled, strlen(spelled), keys->audit_secret);
    if (store_audit_sign(store, &head, error) != 0)
        return -1;
    return keep_head(folder, &head, error);
}
