/* Streams of a PDF file whose first filter is ASCII85Decode, ASCIIHexDecode, LZWDecode or RunLengthDecode (ISO 32000-1,
 * 7.4), alone or in front of others; pdf.c reads those that begin with FlateDecode. See filter.h. The payload is not
 * consumed. And streams without a filter that show text: these are, since the plain scan sees their strings cut. */
#include <stdlib.h>
#include <string.h>

#include "decode/filter.h"
#include "decode/input.h"
#include "decode/pdf.h"

enum { KEYWORD = 6, JUDGED = 2048 };

/* The names behind /Filter. */
static uint32_t read_filters(struct span dictionary)
{
    const uint8_t *at = find_key(dictionary, "/Filter");
    const uint8_t *end = dictionary.data + dictionary.length;
    uint32_t filters = 0;
    if (at == NULL)
        return 0;
    for (unsigned i = 0; i < FILTERS_MAX; i++) {
        while (at < end && (is_filter_space(*at) || (*at == '[' && i == 0)))
            at++;
        if (at == end || *at != '/')
            break;
        const uint8_t *name = ++at;
        while (at < end && ((*at | 0x20) >= 'a' || (*at >= '0' && *at <= '9')) && *at != '[' && *at != ']')
            at++;
        filters |= filter_named(name, (size_t)(at - name)) << FILTER_BITS * i;
    }
    return filters;
}

/* Is this the content of a page, as it stands? Something is shown in it, in a text object. */
static bool shows_text(const uint8_t *data, size_t length)
{
    length = length < JUDGED ? length : JUDGED;
    const uint8_t *begin = memmem(data, length, "BT", 2);
    size_t left = begin == NULL ? 0 : length - (size_t)(begin - data);
    return begin != NULL && (memmem(begin, left, "TJ", 2) != NULL || memmem(begin, left, "Tj", 2) != NULL);
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
    if (skip == KEYWORD || !(is_filter_space(data[at - 1]) || data[at - 1] == '>'))
        return false;
    struct span dictionary = find_dictionary(data, at);
    uint32_t filters = read_filters(dictionary);
    unsigned first = filters & ((1U << FILTER_BITS) - 1);
    if (first == FLATE || first == OTHER ||
        (first == NO_FILTER && (dictionary.length == 0 || find_key(dictionary, "/Filter") != NULL ||
                                !shows_text(stream + skip, length - at - skip))))
        return false;
    *container = (struct sb_container){.skip = skip, .method = filters};
    return true;
}

/* The stream's bytes, to "endstream" or as many as are held. Returns whether that is there. */
static bool read_payload(const struct sb_container *container, struct sb_input *input, struct bytes *out)
{
    static const char keyword[] = "endstream";
    enum { LENGTH = sizeof keyword - 1 };
    for (uint64_t at = container->skip; out->length < FILTERED_MAX && !out->failed;) {
        size_t available = 0;
        const uint8_t *data = input->view(input, at, &available);
        if (data == NULL || available == 0)
            return false;
        size_t searched = out->length < LENGTH ? 0 : out->length - LENGTH;
        bytes_append(out, data, available);
        at += available;
        const uint8_t *end = out->failed ? NULL : memmem(out->data + searched, out->length - searched, keyword, LENGTH);
        if (end != NULL) {
            out->length = (size_t)(end - out->data);
            return true;
        }
    }
    return false;
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
    bool ended = read_payload(container, input, &bytes);
    if (ended && container->method == NO_FILTER)
        *consumed += bytes.length;
    filter_bytes(container->method, &bytes);
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
        .consumes = true, .sniff = sniff, .decode = decode,                                                            \
    }
const struct sb_decoder sb_decoder_pdf_filter = DECODER("\n");
const struct sb_decoder sb_decoder_pdf_filter_cr = DECODER("\r");
