/* See harness.h. */
#include "harness.h"

#include <zlib.h>

struct shown_input {
    struct sb_input input;
    const uint8_t *data;
    size_t length;
    size_t view;
    uint8_t *shown; /* a copy of the view's own size, so that a sanitizer sees a read beyond it or after it */
};

static const uint8_t *view(struct sb_input *input, uint64_t offset, size_t *available)
{
    struct shown_input *memory = (struct shown_input *)input;
    free(memory->shown);
    memory->shown = NULL;
    *available = 0;
    if (offset >= memory->length)
        return NULL;
    size_t rest = memory->length - (size_t)offset;
    *available = memory->view > 0 && memory->view < rest ? memory->view : rest;
    if (memory->view == 0)
        return memory->data + offset;
    memory->shown = malloc(*available);
    assert_non_null(memory->shown);
    memcpy(memory->shown, memory->data + offset, *available);
    return memory->shown;
}

struct memory_output {
    struct sb_output output;
    struct run *run;
    const struct run_options *options;
    uint64_t length;
    bool stopped;
};

static int keep(struct sb_output *output, const uint8_t *data, size_t length)
{
    struct memory_output *memory = (struct memory_output *)output;
    if (memory->stopped)
        memory->run->after_stop++;
    if (length > memory->run->largest)
        memory->run->largest = length;
    memory->length += length;
    if (!memory->options->forget)
        bytes_append(&memory->run->out, data, length);
    memory->stopped = memory->options->stop_at > 0 && memory->length >= memory->options->stop_at;
    return memory->stopped;
}

struct run run_decoder(const struct sb_decoder *decoder, const void *data, size_t length, size_t at,
                       const struct run_options *options)
{
    static const struct run_options none = {0};
    struct run run = {0};
    run.sniffed = decoder->sniff(data, length, at, &run.container);
    if (!run.sniffed)
        return run;
    assert_true(run.container.before <= at && run.container.before <= SB_BEFORE_MAX);
    at -= run.container.before;
    struct shown_input input = {.input.view = view,
                                 .data = (const uint8_t *)data + at,
                                 .length = length - at,
                                 .view = options ? options->view : 0};
    struct memory_output output = {.output.write = keep, .run = &run, .options = options ? options : &none};
    run.result = decoder->decode(&run.container, &input.input, &output.output, &run.consumed);
    free(input.shown);
    assert_true(run.consumed <= length - at);
    assert_true(run.largest <= 64 * 1024);
    assert_int_equal(run.after_stop, 0);
    return run;
}

void run_free(struct run *run)
{
    bytes_free(&run->out);
}

void append_deflated(struct bytes *out, const void *data, size_t length, int window_bits, int level, int strategy)
{
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, level, Z_DEFLATED, window_bits, 8, strategy), Z_OK);
    uLong bound = deflateBound(&stream, length);
    assert_int_equal(bytes_reserve(out, bound), 0);
    stream.next_in = (z_const Bytef *)(uintptr_t)data;
    stream.avail_in = (uInt)length;
    stream.next_out = out->data + out->length;
    stream.avail_out = (uInt)bound;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out->length += stream.total_out;
    deflateEnd(&stream);
}

void append_le16(struct bytes *out, unsigned value)
{
    bytes_append(out, (uint8_t[]){(uint8_t)value, (uint8_t)(value >> 8)}, 2);
}

void append_le32(struct bytes *out, uint32_t value)
{
    append_le16(out, value & 0xffff);
    append_le16(out, value >> 16);
}

void append_le64(struct bytes *out, uint64_t value)
{
    append_le32(out, (uint32_t)value);
    append_le32(out, (uint32_t)(value >> 32));
}

static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

void append_prose(struct bytes *out, size_t length, unsigned seed)
{
    static const char *const words[] = {"account", "the",      "of",    "transfer", "harbour", "and",
                                        "on",      "Monday",   "seven", "boxes",    "ship",    "to",
                                        "a",       "received", "by",    "letter",   "from",    "no"};
    uint32_t state = seed * 2654435761U + 1;
    size_t end = out->length + length;
    while (out->length < end && !out->failed) {
        uint32_t random = next_random(&state);
        if (random % 7 == 0)
            bytes_format(out, "%u ", random >> 12);
        else
            bytes_format(out, "%s%c", words[random % 18], random >> 20 & 15 ? ' ' : '\n');
    }
    out->length = end;
}

void append_noise(struct bytes *out, size_t length, unsigned seed)
{
    uint32_t state = seed * 2654435761U + 1;
    for (size_t i = 0; i < length; i++) {
        uint8_t byte = (uint8_t)(next_random(&state) >> 11);
        bytes_append(out, &byte, 1);
    }
}

void assert_output(const struct run *run, const void *data, size_t length)
{
    assert_int_equal(run->out.length, length);
    if (length > 0)
        assert_memory_equal(run->out.data, data, length);
}
