/* Signed heads of the audit record: who can write to the store alone can make a chain anew that fits, but not its
 * signatures, and cannot cut records off that a head was signed behind. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "serve/server.h"
#include "store/audit.h"

static int newest_head(void *context, const struct store_signed_head *head)
{
    *(struct store_signed_head *)context = *head;
    return 0;
}

int sign_head(struct store *store, const struct keys *keys, int64_t now, struct error *error)
{
    struct store_signed_head head = {.time = now}, last = {0};
    char spelled[160];
    if (store_audit_head(store, &head.id, head.hash, error) != 0 ||
        store_audit_heads(store, newest_head, &last, error) != 0)
        return -1;
    if (head.id == 0 || (last.id == head.id && memcmp(last.hash, head.hash, sizeof head.hash) == 0 &&
                         memcmp(last.key, keys->audit_public, sizeof last.key) == 0))
        return 0;
    memcpy(head.key, keys->audit_public, sizeof head.key);
    store_audit_head_text(&head, spelled);
    (void)crypto_sign_detached(head.signature, NULL, (const uint8_t *)spelled, strlen(spelled), keys->audit_secret);
    return store_audit_sign(store, &head, error);
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
    *heads = checking.heads;
    *wrong = checking.wrong;
    *own = checking.own_known;
    return result;
}
