#include "harness.h"
#include "memory.h"

#include "base/number.h"
#include "decode/decode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h> /* last: it makes a macro of fail() */

static const char *const encodings[] = {"utf-8", "utf-16le", "utf-16be"};

static int add_sighting(void *context, const struct sb_sighting *sighting)
{
    struct scan *scan = context;
    scan->sightings++;
    bytes_format(&scan->found, "%s%s%.*s", sb_kind_info(sighting->kind)->name, scan->places ? " " : ":",
                 (int)sighting->value_length, sighting->value);
    if (scan->places)
        bytes_format(&scan->found, " @%llu+%llu %s %s", (unsigned long long)sighting->offset,
                     (unsigned long long)sighting->length, encodings[sighting->encoding], sighting->path);
    if (scan->context)
        bytes_format(&scan->found, " | %.*s", (int)sighting->context_length, sighting->context);
    bytes_append_char(&scan->found, '\n');
    return 0;
}

static int add_note(void *context, uint64_t offset, const char *path, const char *reason)
{
    struct scan *scan = context;
    scan->notes++;
    bytes_format(&scan->found, "note %s @%llu %s\n", reason, (unsigned long long)offset, path);
    return 0;
}

static int compare_lines(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* Sorts the lines of `text` in place. */
static void sort_lines(struct bytes *text)
{
    size_t count = 0;
    for (size_t i = 0; i < text->length; i++)
        count += text->data[i] == '\n';
    if (count == 0)
        return;
    char *copy = strdup(bytes_text(text));
    char **lines = calloc(count, sizeof *lines);
    char *rest = copy;
    assert_non_null(lines);
    for (size_t i = 0; i < count; i++)
        lines[i] = strsep(&rest, "\n");
    qsort(lines, count, sizeof *lines, compare_lines);
    bytes_clear(text);
    for (size_t i = 0; i < count; i++)
        bytes_format(text, "%s\n", lines[i]);
    free(lines);
    free(copy);
}

int scan_bytes(struct scan *scan, const void *data, size_t length)
{
    struct sb_scanner *scanner = sb_scanner_new(&scan->options, NULL);
    struct sb_sink sink = {.sighting = add_sighting, .note = add_note, .context = scan};
    bytes_clear(&scan->found);
    scan->sightings = scan->notes = 0;
    int result = scan_memory(scanner, data, length, scan->chunk == 0 ? length : scan->chunk, true, &sink);
    sb_scanner_free(scanner);
    sort_lines(&scan->found);
    return result;
}

const char *found_in(const void *data, size_t length)
{
    static char line[64 * 1024];
    struct scan scan = {0};
    (void)scan_bytes(&scan, data, length);
    for (size_t i = 0; i < scan.found.length; i++) {
        if (scan.found.data[i] == '\n')
            scan.found.data[i] = ' ';
    }
    size_t used = scan.found.length > 0 ? scan.found.length - 1 : 0;
    used = used < sizeof line ? used : sizeof line - 1;
    if (used > 0)
        memcpy(line, scan.found.data, used);
    line[used] = '\0';
    scan_free(&scan);
    return line;
}

void check_vectors(const struct vector *vectors, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *found = found_in(vectors[i].text, strlen(vectors[i].text));
        if (strcmp(found, vectors[i].found) != 0)
            fail_msg("in \"%s\": found \"%s\", not \"%s\"", vectors[i].text, found, vectors[i].found);
    }
}

void scan_free(struct scan *scan)
{
    bytes_free(&scan->found);
}

void append_utf16(struct bytes *out, const char *text, bool big_endian)
{
    for (; *text != '\0'; text++) {
        if (big_endian)
            bytes_append_char(out, '\0');
        bytes_append_char(out, *text);
        if (!big_endian)
            bytes_append_char(out, '\0');
    }
}

void append_xor(struct bytes *out, const char *name, const void *data, size_t length)
{
    const uint8_t *byte = data;
    bytes_append(out, "XC\1\2", 4);
    for (int i = 0; i < 4; i++)
        bytes_append_char(out, (char)(length >> 8 * i));
    bytes_append(out, name, strlen(name) + 1);
    for (size_t i = 0; i < length; i++)
        bytes_append_char(out, (char)(byte[i] ^ 0x5a));
}

static const char digits64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void append_base64(struct bytes *out, const void *data, size_t length)
{
    const uint8_t *byte = data;
    for (size_t i = 0; i < length; i += 3) {
        uint32_t group = (uint32_t)byte[i] << 16;
        group |= i + 1 < length ? (uint32_t)byte[i + 1] << 8 : 0;
        group |= i + 2 < length ? byte[i + 2] : 0;
        for (unsigned j = 0; j < 4; j++)
            bytes_append_char(out, i + j > length ? '=' : digits64[group >> (18 - 6 * j) & 63]);
    }
}

uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 0x2545f4914f6cdd1dULL;
}

/* The decoders of these tests. */

static bool sniff_xor(const uint8_t *data, size_t length, size_t at, struct sb_container *container)
{
    if (length - at < 9)
        return false;
    size_t room = length - at - 8;
    const void *end = memchr(data + at + 8, 0, room < SB_LABEL_MAX ? room : SB_LABEL_MAX);
    if (end == NULL)
        return false;
    container->label_length = (size_t)((const uint8_t *)end - data) - at - 8;
    if (container->label_length > SB_LABEL_MAX)
        return false;
    memcpy(container->label, data + at + 8, container->label_length);
    container->skip = container->label_length + 9;
    container->size = load_le32(data + at + 4);
    return true;
}

static enum sb_decode_result decode_xor(const struct sb_container *container, struct sb_input *input,
                                        struct sb_output *output, uint64_t *consumed)
{
    uint64_t left = container->size;
    *consumed = container->skip;
    while (left > 0) {
        size_t available;
        uint8_t buffer[4096];
        const uint8_t *data = input->view(input, *consumed, &available);
        if (data == NULL)
            return SB_DECODE_BROKEN;
        available = available < left ? available : (size_t)left;
        available = available < sizeof buffer ? available : sizeof buffer;
        for (size_t i = 0; i < available; i++)
            buffer[i] = data[i] ^ 0x5a;
        if (output->write(output, buffer, available) != 0)
            return SB_DECODE_STOPPED;
        *consumed += available;
        left -= available;
    }
    return SB_DECODE_DONE;
}

static const struct sb_decoder decoder_xor = {"XOR", "XC\1\2", 4, 0, true, true, sniff_xor, decode_xor};

static bool sniff_any(const uint8_t *data, size_t length, size_t at, struct sb_container *container)
{
    (void)data;
    (void)length;
    (void)at;
    container->skip = 5;
    return true;
}

static enum sb_decode_result decode_bomb(const struct sb_container *container, struct sb_input *input,
                                         struct sb_output *output, uint64_t *consumed)
{
    static const uint8_t zeros[4096];
    size_t available;
    *consumed = container->skip;
    (void)input->view(input, 0, &available);
    while (output->write(output, zeros, sizeof zeros) == 0)
        ;
    return SB_DECODE_STOPPED;
}

static const struct sb_decoder decoder_bomb = {"BOMB", "BOMB!", 5, 0, false, true, sniff_any, decode_bomb};

static enum sb_decode_result decode_lock(const struct sb_container *container, struct sb_input *input,
                                         struct sb_output *output, uint64_t *consumed)
{
    (void)input;
    (void)output;
    *consumed = container->skip;
    return SB_DECODE_ENCRYPTED;
}

static const struct sb_decoder decoder_lock = {"LOCK", "LOCK!", 5, 0, false, false, sniff_any, decode_lock};

static bool sniff_base64(const uint8_t *data, size_t length, size_t at, struct sb_container *container)
{
    (void)container;
    return at == 0 || length - at < 24 || data[at - 1] != '=';
}

/* Lines of base64, taken in whole groups of four characters. */
static enum sb_decode_result decode_base64(const struct sb_container *container, struct sb_input *input,
                                           struct sb_output *output, uint64_t *consumed)
{
    uint32_t group = 0;
    unsigned count = 0;
    (void)container;
    for (;; ++*consumed) {
        size_t available;
        const uint8_t *data = input->view(input, *consumed, &available);
        if (data == NULL || *data == 0)
            return SB_DECODE_DONE;
        if (*data == '\n' || *data == '\r')
            continue;
        const char *digit = strchr(digits64, *data);
        if (digit == NULL)
            return SB_DECODE_DONE;
        group = group << 6 | (uint32_t)(digit - digits64);
        if (++count == 4) {
            uint8_t bytes[3] = {(uint8_t)(group >> 16), (uint8_t)(group >> 8), (uint8_t)group};
            if (output->write(output, bytes, sizeof bytes) != 0)
                return SB_DECODE_STOPPED;
            count = 0;
        }
    }
}

/* Not consumed, like the true one: keys and addresses may look like base64. */
static const struct sb_decoder decoder_base64 = {"BASE64", NULL, 0, 0, false, false, sniff_base64, decode_base64};

const struct sb_decoder *const sb_decoders[] = {&decoder_xor, &decoder_bomb, &decoder_lock, &decoder_base64, NULL};
