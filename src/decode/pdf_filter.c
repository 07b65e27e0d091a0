/* Streams of a PDF file whose first filter is ASCII85Decode, ASCIIHexDecode, LZWDecode or RunLengthDecode (ISO 32000-1,
 * 7.4), alone or in front of others; pdf.c reads those that begin with FlateDecode. Such streams are small and old, so
 * each filter's output is held in memory as a whole, up to FILTERED_MAX bytes. The payload is not consumed. */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "decode/characters.h"
#include "decode/inflate.h"
#include "decode/input.h"
#include "decode/pdf.h"

enum { KEYWORD = 6, FILTERS_MAX = 4, FILTER_BITS = 4, FILTERED_MAX = 8 << 20, ZLIB_HEADER = 2 };
enum { NO_FILTER, ASCII85, ASCII_HEX, LZW, RUN_LENGTH, FLATE, OTHER };

static bool is_space(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n' || byte == '\f' || byte == 0;
}

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
        } else if (!is_space(byte)) {
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

static unsigned read_filter(const uint8_t *name, size_t length)
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

/* The names behind /Filter, FILTER_BITS each, the first one lowest. */
static uint32_t read_filters(struct span dictionary)
{
    const uint8_t *at = find_key(dictionary, "/Filter");
    const uint8_t *end = dictionary.data + dictionary.length;
    uint32_t filters = 0;
    if (at == NULL)
        return 0;
    for (unsigned i = 0; i < FILTERS_MAX; i++) {
        while (at < end && (is_space(*at) || (*at == '[' && i == 0)))
            at++;
        if (at == end || *at != '/')
            break;
        const uint8_t *name = ++at;
        while (at < end && ((*at | 0x20) >= 'a' || (*at >= '0' && *at <= '9')) && *at != '[' && *at != ']')
            at++;
        filters |= read_filter(name, (size_t)(at - name)) << FILTER_BITS * i;
    }
    return filters;
}

static bool sniff(const uint8_t *data, size_t length, size_t at, struct sb_container *container)
{
    if (length - at < KEYWORD + 2 || at < 4)
        return false;
    const uint8_t *stream = data + at;
    size_t skip = KEYWORD;
    if (stream[skip] == '\r')
        skip++;
    if (stream[skip] == '\n')
        skip++;
    if (skip == KEYWORD || !(is_space(data[at - 1]) || data[at - 1] == '>'))
        return false;
    uint32_t filters = read_filters(find_dictionary(data, at));
    unsigned first = filters & ((1U << FILTER_BITS) - 1);
    if (first == NO_FILTER || first == FLATE || first == OTHER)
        return false;
    *container = (struct sb_container){.skip = skip, .method = filters};
    return true;
}

/* The stream's bytes, to "endstream" or as many as are held. */
static void read_payload(const struct sb_container *container, struct sb_input *input, struct bytes *out)
{
    static const char keyword[] = "endstream";
    enum { LENGTH = sizeof keyword - 1 };
    for (uint64_t at = container->skip; out->length < FILTERED_MAX && !out->failed;) {
        size_t available = 0;
        const uint8_t *data = input->view(input, at, &available);
        if (data == NULL || available == 0)
            return;
        size_t searched = out->length < LENGTH ? 0 : out->length - LENGTH;
        bytes_append(out, data, available);
        at += available;
        const uint8_t *end = out->failed ? NULL : memmem(out->data + searched, out->length - searched, keyword, LENGTH);
        if (end != NULL) {
            out->length = (size_t)(end - out->data);
            return;
        }
    }
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

static enum sb_decode_result hand_out(const struct bytes *bytes, struct sb_output *output)
{
    struct pdf_text *text = pdf_text_new(output);
    if (text == NULL)
        return SB_DECODE_NO_MEMORY;
    bool stopped = output_pieces(pdf_text_output(text), bytes->data, bytes->length) != 0 || pdf_text_end(text) != 0;
    pdf_text_free(text);
    return stopped ? SB_DECODE_STOPPED : SB_DECODE_DONE;
}

static enum sb_decode_result decode(const struct sb_container *container, struct sb_input *input,
                                    struct sb_output *output, uint64_t *consumed)
{
    struct bytes bytes = {0};
    *consumed = container->skip;
    read_payload(container, input, &bytes);
    bool known = true;
    for (uint32_t filters = container->method; filters != 0 && known; filters >>= FILTER_BITS)
        known = apply(filters & ((1U << FILTER_BITS) - 1), &bytes);
    enum sb_decode_result result = bytes.failed        ? SB_DECODE_NO_MEMORY
                                   : bytes.length == 0 ? SB_DECODE_BROKEN
                                                       : hand_out(&bytes, output);
    bytes_free(&bytes);
    return result;
}

/* As in pdf.c. */
#define DECODER(END)                                                                                                   \
    {                                                                                                                  \
        .name = "PDF", .literal = "stream" END, .literal_length = KEYWORD + 1, .literal_anchor = KEYWORD - 1,          \
        .sniff = sniff, .decode = decode,                                                                              \
    }
const struct sb_decoder sb_decoder_pdf_filter = DECODER("\n");
const struct sb_decoder sb_decoder_pdf_filter_cr = DECODER("\r");
