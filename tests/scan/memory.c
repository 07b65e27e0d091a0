/* The stream behind the chunks is the memory too, for decoders that read on. */
#include "memory.h"

#include <stdlib.h>
#include <string.h>

struct memory {
    const uint8_t *data;
    size_t length;
};

static size_t read_memory(void *context, uint64_t offset, uint8_t *buffer, size_t length)
{
    const struct memory *memory = context;
    if (offset >= memory->length)
        return 0;
    size_t rest = memory->length - (size_t)offset;
    length = length < rest ? length : rest;
    memcpy(buffer, memory->data + offset, length);
    return length;
}

int scan_memory(struct sb_scanner *scanner, const uint8_t *data, size_t length, size_t chunk, bool copied,
                const struct sb_sink *sink)
{
    struct memory memory = {data, length};
    struct sb_stream stream = {read_memory, &memory, length};
    int result = 0;
    sb_scan_start(scanner);
    for (size_t at = 0; at < length && result == 0; at += chunk) {
        size_t own_end = length - at > chunk ? at + chunk : length;
        size_t begin = at > SB_MARGIN ? at - SB_MARGIN : 0;
        size_t end = length - own_end > SB_MARGIN ? own_end + SB_MARGIN : length;
        uint8_t *copy = copied ? malloc(end - begin) : NULL;
        if (copied && copy == NULL)
            return -1;
        if (copied)
            memcpy(copy, data + begin, end - begin);
        result = sb_scan_chunk(
            scanner, &stream,
            &(struct sb_chunk){copied ? copy : data + begin, end - begin, begin, at - begin, own_end - begin}, sink);
        free(copy);
    }
    return result;
}
