/* Framing; the payloads are written and read where they are made and used. */
#include "worker/protocol.h"

#include "base/number.h"
#include "base/wire.h"

size_t frame_begin(struct bytes *out, enum frame_type type)
{
    size_t start = out->length;
    wire_put_u32(out, 0);
    wire_put_u8(out, (uint8_t)type);
    return start;
}

void frame_end(struct bytes *out, size_t start)
{
    if (out->failed)
        return;
    size_t length = out->length - start - 4;
    for (int i = 0; i < 4; i++)
        out->data[start + (size_t)i] = (uint8_t)(length >> (8 * i));
}

int frame_next(const uint8_t *data, size_t length, size_t most, uint8_t *type, const uint8_t **payload,
               size_t *payload_length, size_t *used)
{
    if (length < 4)
        return 0;
    size_t wanted = load_le32(data);
    if (wanted == 0 || wanted > most)
        return -1;
    if (length - 4 < wanted)
        return 0;
    *type = data[4];
    *payload = data + 5;
    *payload_length = wanted - 1;
    *used = wanted + 4;
    return 1;
}
