/* Files of programs that hold what somebody wrote: comments of PNG pictures, and what Windows loads ahead, in XPRESS
 * with Huffman codes (MS-XCA). */
#include <zlib.h>

#include "exercise/value.h"
#include "exercise/wrap_parts.h"

static void append_be32(struct bytes *out, uint32_t number)
{
    for (unsigned shift = 32; shift > 0; shift -= 8)
        bytes_append_char(out, (char)(number >> (shift - 8)));
}

static void append_chunk(struct bytes *out, const char *type, const struct bytes *content)
{
    append_be32(out, (uint32_t)content->length);
    size_t begin = out->length;
    bytes_append_text(out, type);
    bytes_append(out, content->data, content->length);
    append_be32(out, (uint32_t)crc32(0, out->data + begin, (uInt)(out->length - begin)));
}

void wrap_png(struct bytes *out, const struct bytes *in, struct random *random)
{
    struct bytes chunk = {0};
    struct bytes pixel = {0};
    struct bytes none = {0};
    bytes_append(out, "\x89PNG\r\n\x1a\n", 8);
    bytes_append(&chunk, "\0\0\0\1\0\0\0\1\10\0\0\0\0", 13);
    append_chunk(out, "IHDR", &chunk);
    bytes_clear(&chunk);
    if (random_below(random, 2) == 0) {
        bytes_append(&chunk, "Comment\0\0", 9);
        append_deflated(&chunk, in, 15);
        append_chunk(out, "zTXt", &chunk);
    } else {
        bytes_append(&chunk, "XML:com.adobe.xmp\0\1\0en\0\0", 24);
        append_deflated(&chunk, in, 15);
        append_chunk(out, "iTXt", &chunk);
    }
    bytes_append(&pixel, "\0\0", 2);
    bytes_clear(&chunk);
    append_deflated(&chunk, &pixel, 15);
    append_chunk(out, "IDAT", &chunk);
    append_chunk(out, "IEND", &none);
    out->failed |= chunk.failed | pixel.failed;
    bytes_free(&chunk);
    bytes_free(&pixel);
}

/* Every byte has a code of eight bits, itself; the words that these fill are little-endian, and one is read ahead. */
void wrap_mam(struct bytes *out, const struct bytes *in, struct random *random)
{
    enum { BLOCK = 65536, LITERALS = 128, OTHERS = 128, EIGHT_AND_EIGHT = 0x88 };
    bool checked = random_below(random, 2) != 0;
    bytes_append_text(out, checked ? "MAM\x84" : "MAM\4");
    append_le(out, in->length, 4);
    if (checked)
        append_le(out, crc32(0, in->data, (uInt)in->length), 4);
    for (size_t begin = 0; begin < in->length; begin += BLOCK) {
        size_t length = in->length - begin < BLOCK ? in->length - begin : BLOCK;
        for (unsigned i = 0; i < LITERALS + OTHERS; i++)
            append_le(out, i < LITERALS ? EIGHT_AND_EIGHT : 0, 1);
        for (size_t i = 0; i < length; i += 2)
            append_le(out, (uint64_t)in->data[begin + i] << 8 | (i + 1 < length ? in->data[begin + i + 1] : 0), 2);
        append_le(out, 0, 2);
    }
}
