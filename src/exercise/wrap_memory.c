/* Memory as Windows writes it when it hibernates: pages in XPRESS without Huffman codes (MS-XCA 2.4). Since Windows 8
 * in sets behind a header that says where they begin; up to Windows 7 in blocks with a signature, each for itself. */
#include <string.h>

#include "exercise/value.h"
#include "exercise/wrap_parts.h"

enum { PAGE = 4096, PAGES = 16, SET = PAGE * PAGES };

/* A length of a match that is 10 and more has half a byte, which two of them share, and more behind it. */
struct lengths {
    size_t half; /* where a byte stands of which the upper half is free; 0: nowhere */
};

static void append_length(struct bytes *out, struct lengths *lengths, size_t length)
{
    enum { HALF = 15 };
    size_t low = length < HALF ? length : HALF;
    if (lengths->half == 0) {
        lengths->half = out->length;
        append_le(out, low, 1);
    } else {
        if (!out->failed)
            out->data[lengths->half] |= (uint8_t)(low << 4);
        lengths->half = 0;
    }
    if (low == HALF)
        append_le(out, length - HALF, 1);
}

static void append_xpress(struct bytes *out, const struct bytes *in)
{
    enum { LEAST = 3, SHORT = 7, MOST = LEAST + SHORT + 15 + 254, REACH = 8192 };
    struct matcher matcher = {{0}};
    struct lengths lengths = {0};
    for (size_t at = 0; at < in->length;) {
        size_t begin = out->length;
        uint32_t flags = 0;
        append_le(out, 0, 4);
        for (unsigned bit = 32; bit-- > 0 && !out->failed;) {
            if (at == in->length) {
                flags |= 1U << bit; /* behind the end stand matches */
                continue;
            }
            size_t distance = 0;
            size_t length = find_match(&matcher, in, at, MOST, REACH, &distance);
            if (length == 0) {
                append_le(out, in->data[at++], 1);
                continue;
            }
            flags |= 1U << bit;
            size_t rest = length - LEAST;
            append_le(out, (distance - 1) << 3 | (rest < SHORT ? rest : SHORT), 2);
            if (rest >= SHORT)
                append_length(out, &lengths, rest - SHORT);
            at += length;
        }
        for (unsigned i = 0; i < 4 && !out->failed; i++)
            out->data[begin + i] = (uint8_t)(flags >> 8 * i);
    }
}

/* Pages that begin with the input's bytes from `at` on, as many as it fills. Packed, where that makes them shorter. */
static size_t pack_pages(struct bytes *packed, const struct bytes *in, size_t at)
{
    struct bytes pages = {0};
    size_t length = in->length - at < SET ? in->length - at : SET;
    size_t count = (length + PAGE - 1) / PAGE;
    bytes_append(&pages, in->data + at, length);
    while (pages.length < count * PAGE && !pages.failed)
        bytes_append_char(&pages, 0);
    bytes_clear(packed);
    if (!pages.failed)
        append_xpress(packed, &pages);
    if (packed->length >= pages.length) {
        bytes_clear(packed);
        bytes_append(packed, pages.data, pages.length);
    }
    packed->failed |= pages.failed;
    bytes_free(&pages);
    return count;
}

static void store(struct bytes *out, size_t at, uint64_t number, unsigned size)
{
    for (unsigned i = 0; i < size && at + i < out->length; i++)
        out->data[at + i] = (uint8_t)(number >> 8 * i);
}

/* The header is a page, of a Windows of 64 or of 32 bits; the sets begin behind it. */
void wrap_hibernation(struct bytes *out, const struct bytes *in, struct random *random)
{
    enum { LENGTH = 12, HEADER = 0x3d8 };
    bool wide = random_below(random, 2) != 0;
    uint64_t page = 256 + random_below(random, 1 << 18);
    struct bytes packed = {0};
    size_t begin = out->length;
    bytes_append_text(out, "HIBR");
    for (unsigned i = 4; i < PAGE; i++)
        bytes_append_char(out, 0);
    store(out, begin + LENGTH, HEADER, 4);
    store(out, begin + (wide ? 0x18 : 0x14), PAGE, 4);
    store(out, begin + (wide ? 0x60 : 0x4c), 1, 4);
    for (size_t at = 0; at < in->length && !packed.failed; at += SET) {
        size_t count = pack_pages(&packed, in, at);
        append_le(out, 1 | packed.length << 8, 4);
        append_le(out, page << 4 | (count - 1), 8);
        bytes_append(out, packed.data, packed.length);
        page += count;
    }
    append_le(out, 0, 4); /* no set */
    out->failed |= packed.failed;
    bytes_free(&packed);
}

/* A block is decompressed by itself. What is longer than one begins again in the next, a page earlier than it ended:
 * the same text in two places of the memory. */
void wrap_hibernation_block(struct bytes *out, const struct bytes *in, struct random *random)
{
    (void)random;
    struct bytes packed = {0};
    for (size_t at = 0; at < in->length && !packed.failed;) {
        size_t begin = out->length;
        size_t count = pack_pages(&packed, in, at);
        bytes_append_text(out, "\x81\x81xpress");
        append_le(out, count - 1, 1);
        append_le(out, (packed.length - 1) << 2, 4);
        while (out->length < begin + 32)
            bytes_append_char(out, 0);
        bytes_append(out, packed.data, packed.length);
        while ((out->length - begin) % 8 != 0)
            bytes_append_char(out, 0);
        at += in->length - at > SET ? SET - PAGE : in->length - at;
    }
    out->failed |= packed.failed;
    bytes_free(&packed);
}
