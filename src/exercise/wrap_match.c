/* What stands there again, for the compressors that are written here. */
#include "exercise/wrap_parts.h"

enum { LEAST = 3 };

static unsigned hash(const uint8_t *bytes)
{
    uint32_t three = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16;
    return (three * 2654435761U) >> 20;
}

size_t find_match(struct matcher *matcher, const struct bytes *in, size_t at, size_t most, size_t reach,
                  size_t *distance)
{
    if (most < LEAST || in->length - at < LEAST)
        return 0;
    uint32_t *last = &matcher->last[hash(in->data + at)];
    size_t before = *last;
    *last = (uint32_t)at + 1;
    if (before == 0 || at - (before - 1) > reach)
        return 0;
    size_t from = before - 1;
    size_t length = 0;
    while (length < most && at + length < in->length && in->data[from + length] == in->data[at + length])
        length++;
    *distance = at - from;
    return length < LEAST ? 0 : length;
}
