/* A few bytes of the medium, for somebody who looks at the spot where something was found: opened and read by a locked
 * worker, as everything is. */
#include <string.h>

#include "analyse/analyse.h"
#include "analyse/slot.h"
#include "base/wire.h"

enum { PATIENCE = 10 }; /* seconds: somebody waits for it */
_Static_assert((int)ANALYSE_PEEK_MOST == (int)PEEK_MOST, "as the protocol has it");

struct peek {
    uint8_t *bytes;
    size_t got;
};

static int take_bytes(void *context, uint8_t type, const uint8_t *payload, size_t length)
{
    struct peek *peek = context;
    struct wire_reader reader = {payload, length, 0, false};
    if (type != FRAME_BYTES)
        return 0;
    const uint8_t *bytes = wire_get_blob(&reader, PEEK_MOST, &peek->got);
    memcpy(peek->bytes, bytes, peek->got);
    return 0;
}

static int peek_in(struct slot *slot, uint64_t offset, size_t length, struct peek *peek, struct error *error)
{
    struct bytes request = {0};
    if (slot_await(slot, PATIENCE, NULL, NULL, error) != SLOT_READY)
        return fail(error, "%s", slot->failure);
    if (strcmp(slot->medium.format, "folder") == 0)
        return fail(error, "a folder has no places of its own: its files have");
    if (offset >= slot->medium.size)
        return fail(error, "the medium ends before byte %llu", (unsigned long long)offset);
    if (length > slot->medium.size - offset)
        length = (size_t)(slot->medium.size - offset);
    slot->unit = (struct store_unit){.kind = UNIT_SPAN, .bytes = (int64_t)length};
    slot->check = (struct check){
        .kind = UNIT_SPAN, .begin = offset, .end = offset + length, .evidence_size = slot->medium.size, .peek = true};
    size_t start = frame_begin(&request, FRAME_PEEK);
    wire_put_u64(&request, offset);
    wire_put_u32(&request, (uint32_t)length);
    frame_end(&request, start);
    (void)slot_ask(slot, &request, slot_now());
    bytes_free(&request);
    if (slot_await(slot, PATIENCE, NULL, NULL, error) != SLOT_DONE)
        return fail(error, "%s", slot->failure);
    return spool_each(&slot->spool, take_bytes, peek, error);
}

int analyse_peek(const char *paths, const struct bytes *inside, uint64_t offset, size_t length, uint8_t *bytes,
                 size_t *got, struct error *error)
{
    struct slot slot = {0};
    struct peek peek = {.bytes = bytes};
    *got = 0;
    if (length == 0 || length > PEEK_MOST)
        return fail(error, "1 to %d bytes can be looked at", PEEK_MOST);
    if (slot_open(&slot, 0, &(struct opening){.paths = paths, .inside = inside}, slot_now(), error) != 0)
        return -1;
    int result = peek_in(&slot, offset, length, &peek, error);
    slot_close(&slot);
    spool_free(&slot.spool);
    *got = peek.got;
    return result;
}
