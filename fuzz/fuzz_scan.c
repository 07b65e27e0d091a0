/* The whole scanner: every recogniser, view and decoder on hostile bytes, cut into chunks as the sweep cuts them. What
 * it reports must keep the contract of scan.h. */
#include "fuzz.h"
#include "scan/scan.h"

struct bytes_stream {
    const uint8_t *data;
    size_t size;
};

static size_t read_stream(void *context, uint64_t offset, uint8_t *buffer, size_t length)
{
    const struct bytes_stream *stream = context;
    if (offset >= stream->size)
        return 0;
    size_t rest = stream->size - (size_t)offset;
    size_t count = length < rest ? length : rest;
    memcpy(buffer, stream->data + offset, count);
    return count;
}

static int check_sighting(void *context, const struct sb_sighting *sighting)
{
    const struct bytes_stream *stream = context;
    require(sighting->kind < SB_KIND_COUNT && sighting->encoding < SB_ENCODING_COUNT);
    require(sighting->value_length > 0 && sighting->value_length <= SB_VALUE_MAX);
    require(sighting->context_length <= SB_CONTEXT_MAX);
    require(sighting->offset < stream->size && sighting->length <= stream->size - sighting->offset);
    require(strlen(sighting->path) <= SB_PATH_MAX);
    return 0;
}

static int check_note(void *context, uint64_t offset, const char *path, const char *reason)
{
    const struct bytes_stream *stream = context;
    require(offset < stream->size && strlen(path) <= SB_PATH_MAX && reason[0] != 0);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct sb_scanner *scanner;
    if (scanner == NULL) {
        struct sb_scan_options options = {.output_bytes = 8 << 20, .stream_bytes = 4 << 20};
        scanner = sb_scanner_new(&options, NULL);
        require(scanner != NULL);
    }
    if (size < 1)
        return 0;
    size_t own = (size_t)16 << (data[0] & 15);
    struct bytes_stream bytes = {data + 1, size - 1};
    struct sb_stream stream = {read_stream, &bytes, bytes.size};
    struct sb_sink sink = {.sighting = check_sighting, .note = check_note, .context = &bytes};
    sb_scan_start(scanner);
    for (size_t at = 0; at < bytes.size; at += own) {
        size_t begin = at > SB_MARGIN ? at - SB_MARGIN : 0;
        size_t own_end = bytes.size - at < own ? bytes.size : at + own;
        size_t end = bytes.size - own_end < SB_MARGIN ? bytes.size : own_end + SB_MARGIN;
        struct sb_chunk chunk = {bytes.data + begin, end - begin, begin, at - begin, own_end - begin};
        require(sb_scan_chunk(scanner, &stream, &chunk, &sink) == 0);
    }
    require(sb_scan_decoded(scanner) <= 9 << 20);
    return 0;
}
