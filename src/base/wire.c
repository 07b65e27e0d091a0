/* One put and one get for each shape; every get checks what is left first. */
#include "base/wire.h"

#include <string.h>

#include "base/number.h"
#include "base/text.h"

void wire_put_u8(struct bytes *out, uint8_t number)
{
    bytes_append(out, &number, 1);
}

void wire_put_u32(struct bytes *out, uint32_t number)
{
    uint8_t raw[4] = {(uint8_t)number, (uint8_t)(number >> 8), (uint8_t)(number >> 16), (uint8_t)(number >> 24)};
    bytes_append(out, raw, sizeof raw);
}

void wire_put_u64(struct bytes *out, uint64_t number)
{
    wire_put_u32(out, (uint32_t)number);
    wire_put_u32(out, (uint32_t)(number >> 32));
}

void wire_put_blob(struct bytes *out, const void *data, size_t length)
{
    if (length > UINT32_MAX) {
        out->failed = true;
        return;
    }
    wire_put_u32(out, (uint32_t)length);
    bytes_append(out, data, length);
}

void wire_put_text(struct bytes *out, const char *text)
{
    wire_put_blob(out, text, strlen(text));
}

void wire_put_text_within(struct bytes *out, const char *text, size_t most)
{
    struct bytes repaired = {0};
    text_append_repaired(&repaired, text, strlen(text));
    const char *whole = bytes_text(&repaired);
    size_t all = strlen(whole);
    size_t length = 0;
    for (size_t step; (step = text_character(whole + length, all - length)) > 0 && length + step <= most;)
        length += step;
    wire_put_blob(out, whole, length);
    bytes_free(&repaired);
}

static const uint8_t *take(struct wire_reader *reader, size_t length)
{
    if (reader->failed || reader->length - reader->at < length) {
        reader->failed = true;
        return NULL;
    }
    const uint8_t *piece = reader->data + reader->at;
    reader->at += length;
    return piece;
}

uint8_t wire_get_u8(struct wire_reader *reader)
{
    const uint8_t *piece = take(reader, 1);
    return piece == NULL ? 0 : piece[0];
}

uint32_t wire_get_u32(struct wire_reader *reader)
{
    const uint8_t *piece = take(reader, 4);
    return piece == NULL ? 0 : load_le32(piece);
}

uint64_t wire_get_u64(struct wire_reader *reader)
{
    const uint8_t *piece = take(reader, 8);
    return piece == NULL ? 0 : load_le64(piece);
}

const uint8_t *wire_get_blob(struct wire_reader *reader, size_t most, size_t *length)
{
    uint32_t wanted = wire_get_u32(reader);
    if (wanted > most)
        reader->failed = true;
    const uint8_t *piece = take(reader, wanted);
    *length = piece == NULL ? 0 : wanted;
    return piece == NULL ? (const uint8_t *)"" : piece;
}

const char *wire_get_text(struct wire_reader *reader, size_t most, size_t *length)
{
    const char *text = (const char *)wire_get_blob(reader, most, length);
    if (!text_is_utf8(text, *length)) {
        reader->failed = true;
        *length = 0;
        return "";
    }
    return text;
}

bool wire_done(const struct wire_reader *reader)
{
    return !reader->failed && reader->at == reader->length;
}
