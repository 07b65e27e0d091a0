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

struct checking {
    struct store *store;
    uint8_t own[KEY_SIZE];
    bool own_known;
    int64_t heads, wrong;
    char *why;
    struct error *error;
};

static int take_hash(void *context, const struct store_audit *record)
{
    memcpy(context, record->hash, SHA256_SIZE);
    return 0;
}

static int check_head(void *context, const struct store_signed_head *head)
{
    struct checking *checking = context;
    struct store_audit_filter filter = {.from = 0, .before = head->id + 1, .limit = 1};
    uint8_t hash[SHA256_SIZE] = {0};
    char spelled[160];
    checking->heads++;
    if (checking->wrong != 0)
        return 0;
    store_audit_head_text(head, spelled);
    const char *why = NULL;
    if (crypto_sign_verify_detached(head->signature, (const uint8_t *)spelled, strlen(spelled), head->key) != 0)
        why = "its signature is wrong";
    else if (checking->own_known && memcmp(head->key, checking->own, KEY_SIZE) != 0)
        why = "it is signed with another key than this server's";
    else if (store_audit_each(checking->store, &filter, take_hash, hash, checking->error) != 0)
        return -1;
    else if (memcmp(hash, head->hash, SHA256_SIZE) != 0)
        why = "the record is another one than that was signed, or is gone";
    if (why != NULL) {
        checking->wrong = head->id;
        (void)snprintf(checking->why, 256, "%s", why);
    }
    return 0;
}

/* The record that the folder's head names must be there still. */
static int check_kept(struct checking *checking, const char *folder)
{
    char path[4200], line[128] = "", *end = NULL;
    uint8_t kept[SHA256_SIZE], hash[SHA256_SIZE] = {0};
    (void)snprintf(path, sizeof path, "%s/audit.head", folder);
    FILE *file = fopen(path, "re");
    if (file == NULL || checking->wrong != 0) {
        if (file != NULL)
            (void)fclose(file);
        return 0;
    }
    bool read = fgets(line, sizeof line, file) != NULL;
    (void)fclose(file);
    struct store_audit_filter filter = {.before = strtoll(line, &end, 10) + 1, .limit = 1};
    read = read && *end == ' ' && strlen(end) >= 1 + 2 * SHA256_SIZE &&
           text_unhex(end + 1, 2 * SHA256_SIZE, kept, SHA256_SIZE) == 0;
    if (!read)
        return fail(checking->error, "%s is damaged: it holds the last head that was signed", path);
    if (store_audit_each(checking->store, &filter, take_hash, hash, checking->error) != 0)
        return -1;
    if (memcmp(hash, kept, SHA256_SIZE) != 0) {
        checking->wrong = filter.before - 1;
        (void)snprintf(checking->why, 256, "the record is another one than that was signed, or is gone");
    }
    return 0;
}

int serve_check_heads(struct store *store, const char *folder, int64_t *heads, int64_t *wrong, bool *own, char *why,
                      struct error *error)
{
    struct checking checking = {.store = store, .why = why, .error = error};
    struct keys keys;
    char path[4200];
    (void)snprintf(path, sizeof path, "%s/audit.key", folder);
    if (sodium_init() < 0)
        return fail(error, "there is no source of random numbers");
    if (access(path, F_OK) == 0) { /* else nothing is made: only what is there is checked */
        if (keys_load(&keys, folder, error) != 0)
            return -1;
        memcpy(checking.own, keys.audit_public, KEY_SIZE);
        checking.own_known = true;
        sodium_memzero(&keys, sizeof keys);
    }
    int result = store_audit_heads(store, check_head, &checking, error);
    if (result == 0)
        result = check_kept(&checking, folder);
    *heads = checking.heads;
    *wrong = checking.wrong;
    *own = checking.own_known;
    return result;
}

/* ---- signing ---- */

int sign_head(struct store *store, const struct keys *keys, const char *folder, int64_t now, struct error *error)
{
    struct store_signed_head head = {.time = now}, last = {0};
    char spelled[160], why[256] = "";
    struct checking kept = {.store = store, .why = why, .error = error};
    if (store_audit_head(store, &head.id, head.hash, error) != 0 ||
        store_audit_heads(store, newest_head, &last, error) != 0)
        return -1;
    if (check_kept(&kept, folder) != 0)
        return -1;
    if (kept.wrong != 0) /* a signature would make it good */
        return fail(error, "record %lld, which was signed, is not there any more: %s", (long long)kept.wrong, why);
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
