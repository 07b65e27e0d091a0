/* Which keys may have signed heads of the audit record: the server's, and those before it that a record says it
 * follows. A key is lost with its folder, and a server that begins with an empty or a wrong folder would sign with a
 * key that nobody knows to be right. So it does not begin, unless somebody said why there is a new key; that is a
 * record like others, and a head that the new key signed stands behind it. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/text.h"
#include "serve/server.h"
#include "store/audit.h"

enum { KEY_HEX = 2 * KEY_SIZE };

static const char action[] = "new key";

/* ---- what the records say: "key NEW former OLD OLD …" ---- */

static void take_formers(struct succession *succession, const char *at, int64_t record)
{
    while (*at != '\0' && succession->count < FORMER_KEYS_MOST) {
        struct former_key *former = &succession->formers[succession->count];
        if (text_unhex(at, KEY_HEX, former->key, KEY_SIZE) != 0)
            return;
        former->until = record;
        succession->count++;
        at += KEY_HEX;
        at += *at == ' ';
    }
}

static int take_record(void *context, const struct store_audit *record)
{
    struct succession *succession = context;
    static const char named[] = "key ", before[] = " former ";
    char own[KEY_HEX + 1];
    const char *at = record->object;
    text_hex(succession->own, KEY_SIZE, own);
    if (strncmp(at, named, sizeof named - 1) != 0 || strncmp(at + sizeof named - 1, own, KEY_HEX) != 0)
        return 0;
    at += sizeof named - 1 + KEY_HEX;
    if (strncmp(at, before, sizeof before - 1) == 0)
        take_formers(succession, at + sizeof before - 1, record->id);
    return 0;
}

int succession_read(struct succession *succession, struct store *store, const uint8_t own[KEY_SIZE],
                    struct error *error)
{
    struct store_audit_filter filter = {.action = action};
    *succession = (struct succession){0};
    memcpy(succession->own, own, KEY_SIZE);
    return store_audit_each(store, &filter, take_record, succession, error);
}

int64_t succession_allows(const struct succession *succession, const struct store_signed_head *head)
{
    for (size_t i = 0; i < succession->count; i++)
        if (head->id < succession->formers[i].until && memcmp(head->key, succession->formers[i].key, KEY_SIZE) == 0)
            return succession->formers[i].until;
    return 0;
}

/* ---- before a server begins ---- */

static int newest_head(void *context, const struct store_signed_head *head)
{
    *(struct store_signed_head *)context = *head;
    return 0;
}

int check_own_key(struct store *store, const char *folder, struct error *error)
{
    struct store_signed_head last = {0};
    struct succession succession;
    uint8_t own[KEY_SIZE];
    bool there = false;
    if (check_secrecy(folder, error) != 0 || store_audit_heads(store, newest_head, &last, error) != 0)
        return -1;
    if (last.id == 0)
        return 0;
    if (audit_public_key(folder, own, &there, error) != 0)
        return -1;
    if (!there)
        return fail(
            error,
            "the audit record of this store is signed, and the folder %s does not hold the key (audit.key): name "
            "the right one with --state; if it is lost, run \"samband audit new-key\", which is recorded",
            folder);
    if (memcmp(own, last.key, KEY_SIZE) == 0)
        return 0;
    if (succession_read(&succession, store, own, error) != 0)
        return -1;
    if (succession_allows(&succession, &last) != 0)
        return 0;
    return fail(
        error,
        "the audit record of this store is signed with another key than the one in the folder %s: name the right "
        "one with --state; if it is lost, run \"samband audit new-key\", which is recorded",
        folder);
}

/* ---- a new key ---- */

struct keys_found {
    uint8_t own[KEY_SIZE];
    uint8_t keys[FORMER_KEYS_MOST][KEY_SIZE];
    size_t count;
    bool overflow;
};

static int find_key(void *context, const struct store_signed_head *head)
{
    struct keys_found *found = context;
    if (memcmp(head->key, found->own, KEY_SIZE) == 0)
        return 0;
    for (size_t i = 0; i < found->count; i++)
        if (memcmp(head->key, found->keys[i], KEY_SIZE) == 0)
            return 0;
    if (found->count == FORMER_KEYS_MOST)
        found->overflow = true;
    else
        memcpy(found->keys[found->count++], head->key, KEY_SIZE);
    return 0;
}

struct unknown_heads {
    struct succession succession;
    int64_t count;
};

static int count_unknown(void *context, const struct store_signed_head *head)
{
    struct unknown_heads *unknown = context;
    unknown->count +=
        memcmp(head->key, unknown->succession.own, KEY_SIZE) != 0 && succession_allows(&unknown->succession, head) == 0;
    return 0;
}

static int record_key(struct store *store, const struct keys_found *found, const char *who, const char *reason,
                      struct error *error)
{
    struct bytes object = {0};
    char hex[KEY_HEX + 1];
    text_hex(found->own, KEY_SIZE, hex);
    bytes_format(&object, "key %s former", hex);
    for (size_t i = 0; i < found->count; i++) {
        text_hex(found->keys[i], KEY_SIZE, hex);
        bytes_format(&object, " %s", hex);
    }
    struct store_audit record = {.time = time(NULL),
                                 .person = who,
                                 .authority = "",
                                 .action = action,
                                 .object = bytes_text(&object),
                                 .reason = reason,
                                 .outcome = "done",
                                 .address = ""};
    int result = object.failed ? fail(error, "memory is short") : store_audit_add(store, &record, error);
    bytes_free(&object);
    return result;
}

int serve_new_key(struct store *store, const char *folder, const char *who, const char *reason, struct error *error)
{
    struct keys keys;
    struct keys_found found = {0};
    struct unknown_heads unknown = {0};
    if (check_secrecy(folder, error) != 0 || check_kept_head(store, folder, error) != 0 ||
        keys_load(&keys, folder, error) != 0)
        return -1;
    memcpy(found.own, keys.audit_public, KEY_SIZE);
    int result = succession_read(&unknown.succession, store, keys.audit_public, error);
    if (result == 0)
        result = store_audit_heads(store, count_unknown, &unknown, error);
    if (result == 0)
        result = store_audit_heads(store, find_key, &found, error);
    if (result == 0 && unknown.count == 0)
        result =
            fail(error,
                 "every head is signed with the key in %s, or with one that it follows: nothing is to be done (for "
                 "a new key instead of this one, move its audit.key and audit.head away first)",
                 folder);
    if (result == 0 && found.overflow)
        result = fail(error, "more than %d keys have signed this record", FORMER_KEYS_MOST);
    if (result == 0)
        result = record_key(store, &found, who, reason, error);
    if (result == 0)
        result = sign_head(store, &keys, folder, time(NULL), error);
    sodium_memzero(&keys, sizeof keys);
    return result;
}
