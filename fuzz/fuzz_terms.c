/* Search terms on hostile bytes, cut into chunks as the sweep cuts them, and the same bytes as a seam and as a term.
 * What is told must keep the contract of scan.h and terms.h. The first byte chooses. */
#include <stdio.h>

#include "fuzz.h"
#include "scan/scan.h"
#include "scan/term_pattern.h"

static const char *const list[] = {"a",           "åäö",      "\"Anna\"",      "абв",         "\U0001f600x",
                                   "/[^a]b+/",    "/.{3,}z/", "/[а-я]{2,9}/i", "/(ab|c.)*d/", "/\\W\\d\\x{e5}/",
                                   "/\\x00{4}a/", "aa"};
enum { TERMS = sizeof list / sizeof *list };

struct bytes_stream {
    const uint8_t *data;
    size_t size;
    size_t begin, end; /* where sightings may begin */
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
    bool known = false;
    for (size_t i = 0; i < TERMS; i++)
        known |=
            strlen(list[i]) == sighting->value_length && memcmp(list[i], sighting->value, sighting->value_length) == 0;
    require(known && sighting->kind == SB_TERM && sighting->encoding < SB_ENCODING_COUNT);
    require(sighting->context_length <= SB_CONTEXT_MAX && sighting->length <= SB_TERM_MATCH_MAX);
    require(sighting->offset >= stream->begin && sighting->offset < stream->end);
    require(sighting->length <= stream->size - sighting->offset);
    return 0;
}

static void read_as_term(const uint8_t *data, size_t size)
{
    struct bytes out[SB_ENCODING_COUNT] = {{0}, {0}, {0}};
    struct error error = {0};
    size_t column, cost;
    if (write_term((const char *)data, size, out, &cost, &column, &error) != 0)
        require(error.text[0] != '\0' && column <= size + 1);
    else
        require(out[0].length > 0 && out[1].length > 0 && column == 0);
    for (int i = 0; i < SB_ENCODING_COUNT; i++)
        bytes_free(&out[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct sb_terms *terms;
    static struct sb_scanner *scanner;
    if (scanner == NULL) {
        struct sb_term_problem problem;
        struct error error = {0};
        terms = sb_terms_new(list, TERMS, &problem, &error);
        if (terms == NULL)
            fprintf(stderr, "term %zu, column %zu: %s\n", problem.term, problem.column, error.text);
        struct sb_scan_options options = {
            .output_bytes = 8 << 20, .stream_bytes = 4 << 20, .terms = terms, .terms_only = true};
        scanner = sb_scanner_new(&options, NULL);
        require(terms != NULL && scanner != NULL);
    }
    if (size < 2)
        return 0;
    size_t own = (size_t)16 << (data[0] & 15);
    struct bytes_stream bytes = {data + 1, size - 1, 0, size - 1};
    struct sb_sink sink = {.sighting = check_sighting, .context = &bytes};
    if (data[0] >> 4 == 1) {
        read_as_term(data + 1, size - 1);
        return 0;
    }
    if (data[0] >> 4 == 2) {
        bytes.end = own < bytes.size ? own : bytes.size;
        struct sb_chunk chunk = {bytes.data, bytes.size, 0, 0, bytes.end};
        require(sb_scan_seam(scanner, &chunk, &sink) == 0);
        return 0;
    }
    struct sb_stream stream = {read_stream, &bytes, bytes.size};
    sb_scan_start(scanner);
    for (size_t at = 0; at < bytes.size; at += own) {
        size_t begin = at > SB_MARGIN ? at - SB_MARGIN : 0;
        size_t own_end = bytes.size - at < own ? bytes.size : at + own;
        size_t end = bytes.size - own_end < SB_MARGIN ? bytes.size : own_end + SB_MARGIN;
        struct sb_chunk chunk = {bytes.data + begin, end - begin, begin, at - begin, own_end - begin};
        require(sb_scan_chunk(scanner, &stream, &chunk, &sink) == 0);
    }
    return 0;
}
