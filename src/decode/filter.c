/* See filter.h. */
#include "decode/filter.h"

#include <string.h>

#include "decode/characters.h"
#include "decode/inflate.h"
#include "decode/input.h"

enum { ZLIB_HEADER = 2 };

static void decode_ascii85(const struct bytes *in, struct bytes *out)
{
    uint32_t group = 0;
    unsigned count = 0;
    for (size_t i = 0; i < in->length && out->length < FILTERED_MAX; i++) {
        uint8_t byte = in->data[i];
        if (byte == 'z' && count == 0) {
            bytes_append(out, "\0\0\0", 4);
        } else if (byte >= '!' && byte <= 'u') {
            group = group * 85 + (byte - '!');
            if (++count == 5) {
                for (unsigned shift = 32; shift > 0; shift -= 8)
                    bytes_append_char(out, (char)(group >> (shift - 8)));
                group = 0;
                count = 0;
            }
        } else if (!is_filter_space(byte)) {
            break;
        }
    }
    if (count < 2)
        return;
    for (unsigned i = count; i < 5; i++)
        group = group * 85 + 84;
    for (unsigned i = 0; i + 1 < count; i++)
        bytes_append_char(out, (char)(group >> (24 - 8 * i)));
}

static void decode_hex(const struct bytes *in, struct bytes *out)
{
    int high = -1;
    for (size_t i = 0; i < in->length && in->data[i] != '>'; i++) {
        int digit = hex_value(in->data[i]);
        if (digit >= 0 && high >= 0)
            bytes_append_char(out, (char)(high << 4 | digit));
        if (digit >= 0)
            high = high >= 0 ? -1 : digit;
    }
    if (high >= 0)
        bytes_append_char(out, (char)(high << 4));
}

static void decode_runs(const struct bytes *in, struct bytes *out)
{
    for (size_t i = 0; i + 1 < in->length && out->length < FILTERED_MAX;) {
        unsigned length = in->data[i++];
        if (length == 128)
            break;
        if (length < 128) {
            size_t rest = in->length - i;
            size_t run = length + 1 < rest ? length + 1 : rest;
            bytes_append(out, in->data + i, run);
            i += run;
        } else {
            for (unsigned n = 257 - length; n > 0; n--)
                bytes_append_char(out, (char)in->data[i]);
            i++;
        }
    }
}

/* 7.4.4.2: codes of 9 to 12 bits; a code stands for an earlier one and one more byte. */
static void decode_lzw(const struct bytes *in, struct bytes *out)
{
    enum { CLEAR = 256, END = 257, FIRST = 258, CODES = 4096 };
    uint16_t before[CODES];
    uint8_t last[CODES];
    uint8_t spelled[CODES];
    unsigned next = FIRST;
    unsigned width = 9;
    unsigned previous = CLEAR;
    uint32_t bits = 0;
    unsigned held = 0;
    for (size_t i = 0; i < in->length && out->length < FILTERED_MAX;) {
        while (held < width && i < in->length) {
            bits = bits << 8 | in->data[i++];
            held += 8;
        }
        if (held < width)
            break;
        unsigned code = bits >> (held - width) & ((1U << width) - 1);
        held -= width;
        if (code == END)
            break;
        if (code == CLEAR) {
            next = FIRST;
            width = 9;
            previous = CLEAR;
            continue;
        }
        if (code > next || (code == next && previous == CLEAR) || code == CODES)
            break;
        /* Spelled from its end; the code that is about to be made is the one before and its own first byte. */
        unsigned length = code == next ? 1 : 0;
        for (unsigned c = code == next ? previous : code;; c = before[c]) {
            spelled[length++] = c < CLEAR ? (uint8_t)c : last[c];
            if (c < CLEAR || length == CODES)
                break;
        }
        if (code == next)
            spelled[0] = spelled[length - 1];
        if (previous != CLEAR && next < CODES) {
            before[next] = (uint16_t)previous;
            last[next++] = spelled[length - 1];
        }
        while (length > 0)
            bytes_append_char(out, (char)spelled[--length]);
        previous = code;
        while (width < 12 && next + 1 >= 1U << width) /* one early, as the standard's default has it */
            width++;
    }
}

struct memory_output {
    struct sb_output output; /* first */
    struct bytes *bytes;
};

static int keep(struct sb_output *output, const uint8_t *data, size_t length)
{
    struct memory_output *memory = (struct memory_output *)(void *)output;
    bytes_append(memory->bytes, data, length);
    return memory->bytes->failed || memory->bytes->length > FILTERED_MAX;
}

static void decode_flate(const struct bytes *in, struct bytes *out)
{
    struct memory_input input = {{memory_view}, in->data, in->length};
    struct memory_output output = {{.write = keep}, out};
    struct inflation inflation = {
        .input = &input.input, .output = &output.output, .begin = ZLIB_HEADER, .end = UINT64_MAX};
    (void)inflate_raw(&inflation);
}

unsigned filter_named(const uint8_t *name, size_t length)
{
    static const struct {
        const char *name;
        unsigned filter;
    } names[] = {{"ASCII85Decode", ASCII85}, {"A85", ASCII85},   {"ASCIIHexDecode", ASCII_HEX},
                 {"AHx", ASCII_HEX},         {"LZWDecode", LZW}, {"LZW", LZW},
                 {"FlateDecode", FLATE},     {"Fl", FLATE},      {"RunLengthDecode", RUN_LENGTH},
                 {"RL", RUN_LENGTH}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i].name) == length && memcmp(names[i].name, name, length) == 0)
            return names[i].filter;
    return OTHER;
}

/* Applies one filter; the result takes the place of what went in. False when it is none that is known. */
static bool apply(unsigned filter, struct bytes *bytes)
{
    static void (*const decoders[])(const struct bytes *in, struct bytes *out) = {[ASCII85] = decode_ascii85,
                                                                                  [ASCII_HEX] = decode_hex,
                                                                                  [LZW] = decode_lzw,
                                                                                  [RUN_LENGTH] = decode_runs,
                                                                                  [FLATE] = decode_flate};
    if (filter >= OTHER)
        return false;
    struct bytes out = {0};
    decoders[filter](bytes, &out);
    bytes_free(bytes);
    *bytes = out;
    return true;
}

void filter_bytes(uint32_t filters, struct bytes *bytes)
{
    bool known = true;
    for (; filters != 0 && known; filters >>= FILTER_BITS)
        known = apply(filters & ((1U << FILTER_BITS) - 1), bytes);
}
