/* The digests of a whole medium, once more: what `samband verify` holds against the store and the acquisition. */
#include <stdio.h>
#include <string.h>

#include "analyse/analyse.h"
#include "analyse/slot.h"
#include "base/wire.h"

enum { PATIENCE = 60 };

static int take_image(void *context, uint8_t type, const uint8_t *payload, size_t length)
{
    struct digests *digests = context;
    struct wire_reader reader = {payload, length, 0, false};
    size_t size;
    if (type != FRAME_IMAGE)
        return 0;
    memcpy(digests->md5, wire_get_blob(&reader, MD5_SIZE, &size), MD5_SIZE);
    memcpy(digests->sha1, wire_get_blob(&reader, SHA1_SIZE, &size), SHA1_SIZE);
    memcpy(digests->sha256, wire_get_blob(&reader, SHA256_SIZE, &size), SHA256_SIZE);
    return 0;
}

static int digest_in(struct slot *slot, struct digests *digests, struct analyse_recorded *recorded,
                     void (*progress)(void *context, int64_t done, int64_t all), void *context, struct error *error)
{
    struct bytes request = {0};
    if (slot_await(slot, PATIENCE, NULL, NULL, error) != SLOT_READY)
        return fail(error, "%s", slot->failure);
    if (strcmp(slot->medium.format, "folder") == 0)
        return fail(error, "a folder has no digest of its own: `samband files` lists those of its files");
    (void)snprintf(recorded->md5, sizeof recorded->md5, "%s", slot->medium.md5);
    (void)snprintf(recorded->sha1, sizeof recorded->sha1, "%s", slot->medium.sha1);
    slot->unit = (struct store_unit){.kind = UNIT_DIGEST, .bytes = (int64_t)slot->medium.size};
    slot->check = (struct check){.kind = UNIT_DIGEST, .evidence_size = slot->medium.size};
    frame_end(&request, frame_begin(&request, FRAME_DIGEST));
    (void)slot_ask(slot, &request, slot_now());
    bytes_free(&request);
    if (slot_await(slot, PATIENCE, progress, context, error) != SLOT_DONE)
        return fail(error, "%s", slot->failure);
    return spool_each(&slot->spool, take_image, digests, error);
}

int analyse_digest(const char *paths, const struct bytes *inside, struct digests *digests,
                   struct analyse_recorded *recorded, void (*progress)(void *context, int64_t done, int64_t all),
                   void *context, struct error *error)
{
    struct slot slot = {0};
    if (slot_open(&slot, 0, &(struct opening){.paths = paths, .inside = inside}, slot_now(), error) != 0)
        return -1;
    int result = digest_in(&slot, digests, recorded, progress, context, error);
    slot_close(&slot);
    spool_free(&slot.spool);
    return result;
}
