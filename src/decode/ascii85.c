/* ASCII85 outside of PDF: between "<~" and "~>", as btoa of 1990 and today's libraries write it, and in PostScript
 * (PLRM 3.13.3), where a program reads itself through filters and its data stands somewhere behind them, up to a "~>".
 * Characters are text that someone may look for: they are not consumed. */
#include <string.h>

#include "decode/filter.h"
#include "decode/input.h"

enum { OPENING = 2, JUDGED = 256, LEAST = 15, LINE_LEAST = 40, PROGRAM_MAX = 4096 };

static bool is_character(uint8_t byte)
{
    return (byte >= '!' && byte <= 'u') || byte == 'z' || is_filter_space(byte);
}

/* Appends characters up to the first one that is none, or as many as are held. Returns whether that is the end mark. */
static bool read_characters(struct sb_input *input, uint64_t at, struct bytes *out, uint64_t *end)
{
    for (*end = at; out->length < FILTERED_MAX && !out->failed;) {
        size_t available = 0;
        size_t length = 0;
        const uint8_t *data = input->view(input, *end, &available);
        if (data == NULL || available == 0)
            return false;
        while (length < available && is_character(data[length]))
            length++;
        bytes_append(out, data, length);
        *end += length;
        if (length < available)
            return data[length] == '~';
    }
    return false;
}

static enum sb_decode_result decode(const struct sb_container *container, struct sb_input *input,
                                    struct sb_output *output, uint64_t *consumed)
{
    struct bytes bytes = {0};
    bool ended = read_characters(input, container->skip, &bytes, consumed);
    filter_bytes(container->method, &bytes);
    enum sb_decode_result result = ended ? SB_DECODE_DONE : SB_DECODE_BROKEN;
    if (bytes.failed)
        result = SB_DECODE_NO_MEMORY;
    else if (output_pieces(output, bytes.data, bytes.length) != 0)
        result = SB_DECODE_STOPPED;
    bytes_free(&bytes);
    return result;
}

/* Enough characters, as far as is looked: up to the end mark, or to more than a program has by chance. */
static bool sniff_marked(const uint8_t *data, size_t length, size_t at, struct sb_container *container)
{
    size_t digits = 0;
    for (size_t i = at + OPENING; i < length && i < at + JUDGED && data[i] != '~'; i++) {
        if (!is_character(data[i]))
            return false;
        digits += !is_filter_space(data[i]);
    }
    *container = (struct sb_container){.skip = OPENING, .method = ASCII85};
    return digits >= LEAST;
}

/* A line that is nothing but characters, and long, or ended by the mark. */
static bool is_data_line(const uint8_t *data, size_t length)
{
    size_t digits = 0;
    while (digits < length && is_character(data[digits]) && !is_filter_space(data[digits]))
        digits++;
    bool comment = length >= 2 && data[0] == '%' && (data[1] == '%' || data[1] == '!');
    if (digits == length || comment)
        return false;
    return data[digits] == '~' ? digits >= LEAST : digits >= LINE_LEAST && is_filter_space(data[digits]);
}

/* "/ASCII85Decode filter", perhaps more filters, then a program, at whose end the data begins. */
static bool sniff_postscript(const uint8_t *data, size_t length, size_t at, struct sb_container *container)
{
    static const char keyword[] = "filter";
    enum { KEYWORD = sizeof keyword - 1, NAME = 13 };
    uint32_t filters = ASCII85;
    size_t end = length - at < PROGRAM_MAX ? length : at + PROGRAM_MAX;
    size_t next = at + 1 + NAME;
    for (unsigned i = 1;; i++) {
        while (next < end && is_filter_space(data[next]))
            next++;
        if (end - next < KEYWORD || memcmp(data + next, keyword, KEYWORD) != 0)
            return false;
        next += KEYWORD;
        size_t name = next;
        while (name < end && is_filter_space(data[name]))
            name++;
        if (i == FILTERS_MAX || name == end || data[name] != '/')
            break;
        size_t behind = ++name;
        while (behind < end && !is_filter_space(data[behind]))
            behind++;
        unsigned filter = filter_named(data + name, behind - name);
        if (filter == OTHER)
            break; /* a picture, or no filter at all */
        filters |= filter << FILTER_BITS * i;
        next = behind;
    }
    for (; next < end; next++)
        if ((data[next] == '\n' || data[next] == '\r') && is_data_line(data + next + 1, end - next - 1)) {
            *container = (struct sb_container){.skip = next + 1 - at, .method = filters};
            return true;
        }
    return false;
}

const struct sb_decoder sb_decoder_ascii85 = {
    .name = "ASCII85",
    .literal = "<~",
    .literal_length = OPENING,
    .sniff = sniff_marked,
    .decode = decode,
    .text = true,
};

const struct sb_decoder sb_decoder_ascii85_postscript = {
    .name = "ASCII85",
    .literal = "/ASCII85Decode",
    .literal_anchor = 6, /* "85D" */
    .literal_length = 14,
    .sniff = sniff_postscript,
    .decode = decode,
};
