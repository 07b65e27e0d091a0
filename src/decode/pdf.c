/* A stream of a PDF file (ISO 32000-1, 7.3.8) whose first filter is FlateDecode: the keyword "stream" behind a
 * dictionary. The cross-reference table is not read and /Length is not believed, so broken and deleted files give their
 * streams too.
 *
 * What is handed out: the inflated bytes with their predictor undone; then, if the stream shows text (Tj, TJ, ' and "),
 * a line feed and that text, since show operators cut an address into pieces (see pdf_text.c). A checksum that is
 * missing is tolerated where "endstream" follows. Consumed: as in gzip.c, all of it when it is proven, else nothing but
 * the keyword. */
#include <string.h>

#include "base/number.h"
#include "decode/inflate.h"
#include "decode/input.h"
#include "decode/pdf.h"

enum { KEYWORD = 6, ZLIB_HEADER = 2, ADLER = 4, DICTIONARY_MAX = 1024, NUMBER_MAX = 1 << 20 };

static bool is_space(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n' || byte == '\f' || byte == 0;
}

struct span find_dictionary(const uint8_t *data, size_t at)
{
    struct span none = {0};
    size_t floor = at > DICTIONARY_MAX ? at - DICTIONARY_MAX : 0;
    while (at > floor && is_space(data[at - 1]))
        at--;
    size_t end = at;
    if (end < floor + 2 || data[end - 1] != '>' || data[end - 2] != '>')
        return none;
    unsigned depth = 0;
    while (at >= floor + 2) {
        if (data[at - 1] == '>' && data[at - 2] == '>') {
            depth++;
            at -= 2;
        } else if (data[at - 1] == '<' && data[at - 2] == '<') {
            at -= 2;
            if (--depth == 0)
                break;
        } else {
            at--;
        }
    }
    return (struct span){data + at, end - at};
}

const uint8_t *find_key(struct span span, const char *key)
{
    size_t key_length = strlen(key);
    while (span.length > key_length) {
        const uint8_t *found = memmem(span.data, span.length, key, key_length);
        if (found == NULL)
            return NULL;
        size_t skip = (size_t)(found - span.data) + key_length;
        span = (struct span){span.data + skip, span.length - skip};
        bool longer = span.length > 0 &&
                      ((span.data[0] >= 'a' && span.data[0] <= 'z') || (span.data[0] >= 'A' && span.data[0] <= 'Z'));
        if (!longer)
            return span.data;
    }
    return NULL;
}

/* The number behind a key, or `otherwise`. */
static unsigned read_number(struct span span, const char *key, unsigned otherwise)
{
    const uint8_t *at = find_key(span, key);
    const uint8_t *end = span.data + span.length;
    while (at != NULL && at < end && is_space(*at))
        at++;
    if (at == NULL || at == end || *at < '0' || *at > '9')
        return otherwise;
    unsigned number = 0;
    for (; at < end && *at >= '0' && *at <= '9' && number < NUMBER_MAX; at++)
        number = number * 10 + (unsigned)(*at - '0');
    return number;
}

/* Is the first filter FlateDecode? A filter named by reference (7 0 R) may be: the data decides. */
static bool filter_inflates(struct span dictionary)
{
    const uint8_t *at = find_key(dictionary, "/Filter");
    const uint8_t *end = dictionary.data + dictionary.length;
    if (at == NULL)
        return false;
    while (at < end && (is_space(*at) || *at == '['))
        at++;
    if (at < end && *at >= '0' && *at <= '9')
        return true;
    static const char name[] = "/FlateDecode";
    size_t length = sizeof name - 1;
    return (size_t)(end - at) >= length && memcmp(at, name, length) == 0;
}

/* A predictor in the 32 bits of a container's method: kind 2, colours 5, logarithm of bits 3, columns 20. */
static uint32_t pack_predictor(struct span dictionary)
{
    unsigned number = read_number(dictionary, "/Predictor", 1);
    unsigned kind = number >= 10 && number <= 15 ? PREDICTOR_PNG : number == 2 ? PREDICTOR_TIFF : PREDICTOR_NONE;
    unsigned colors = read_number(dictionary, "/Colors", 1);
    unsigned bits = read_number(dictionary, "/BitsPerComponent", 8);
    unsigned columns = read_number(dictionary, "/Columns", 1);
    if (kind == PREDICTOR_NONE || colors == 0 || colors > 31 || bits == 0 || bits > 16 || (bits & (bits - 1)) != 0 ||
        columns == 0 || columns >= NUMBER_MAX)
        return 0;
    return kind | colors << 2 | (unsigned)__builtin_ctz(bits) << 7 | columns << 10;
}

static struct predictor unpack_predictor(uint32_t method)
{
    return (struct predictor){
        .kind = method & 3, .colors = method >> 2 & 31, .bits = 1U << (method >> 7 & 7), .columns = method >> 10};
}

static bool sniff(const uint8_t *data, size_t length, size_t at, struct sb_container *container)
{
    size_t skip = KEYWORD;
    if (length - at < KEYWORD + 2 + ZLIB_HEADER || at < 4)
        return false;
    const uint8_t *stream = data + at;
    if (stream[skip] == '\r')
        skip++;
    if (stream[skip] == '\n')
        skip++;
    if (skip == KEYWORD || !(is_space(data[at - 1]) || data[at - 1] == '>'))
        return false;
    /* RFC 1950: method 8, a window of at most 32 KiB, a check of the two bytes, no preset dictionary. */
    unsigned header = load_be16(stream + skip);
    if ((header >> 8 & 15) != 8 || header >> 12 > 7 || header % 31 != 0 || (header & 0x20) != 0)
        return false;
    skip += ZLIB_HEADER;
    if (!deflate_plausible(stream + skip, length - at - skip))
        return false;
    struct span dictionary = find_dictionary(data, at);
    if (dictionary.length == 0 || !filter_inflates(dictionary))
        return false;
    *container = (struct sb_container){.skip = skip, .method = pack_predictor(dictionary)};
    return true;
}

/* Does "endstream" stand at `offset`, or within a few bytes (a checksum, right or wrong, and a line end)? */
static bool stream_ends(struct sb_input *input, uint64_t offset)
{
    static const char keyword[] = "endstream";
    uint8_t tail[ADLER + 4 + sizeof keyword - 1];
    size_t got = input_copy(input, offset, tail, sizeof tail);
    return memmem(tail, got, keyword, sizeof keyword - 1) != NULL;
}

/* The stages: inflate, predictor, text, the scanner's output. */
static enum sb_decode_result run_stages(struct inflation *inflation, struct unpredicting *unpredicting,
                                        struct pdf_text *text)
{
    inflation->output = &unpredicting->output;
    enum sb_decode_result result = inflate_raw(inflation);
    if (result == SB_DECODE_STOPPED || result == SB_DECODE_NO_MEMORY)
        return result;
    if (unpredicting_end(unpredicting) != 0 || pdf_text_end(text) != 0)
        return SB_DECODE_STOPPED;
    return result;
}

static enum sb_decode_result decode(const struct sb_container *container, struct sb_input *input,
                                    struct sb_output *output, uint64_t *consumed)
{
    *consumed = container->skip;
    struct predictor predictor = unpack_predictor(container->method);
    struct inflation inflation = {
        .input = input, .checksum = CHECKSUM_ADLER32, .begin = container->skip, .end = UINT64_MAX};
    struct unpredicting unpredicting = {0};
    struct pdf_text *text = pdf_text_new(output);
    enum sb_decode_result result = SB_DECODE_NO_MEMORY;
    if (text != NULL && unpredicting_begin(&unpredicting, &predictor, pdf_text_output(text)) == 0)
        result = run_stages(&inflation, &unpredicting, text);
    unpredicting_free(&unpredicting);
    pdf_text_free(text);
    if (result == SB_DECODE_STOPPED || inflation.input_ended)
        *consumed = inflation.offset;
    if (result != SB_DECODE_DONE)
        return result;
    uint8_t adler[ADLER];
    if (input_copy(input, inflation.offset, adler, ADLER) == ADLER && load_be32(adler) == inflation.sum)
        *consumed = inflation.offset + ADLER;
    else if (stream_ends(input, inflation.offset))
        *consumed = inflation.offset;
    else
        return SB_DECODE_BROKEN;
    return SB_DECODE_DONE;
}

/* The keyword ends a line; few others that do end with an m. */
#define DECODER(END)                                                                                                   \
    {                                                                                                                  \
        .name = "PDF", .literal = "stream" END, .literal_length = KEYWORD + 1, .literal_anchor = KEYWORD - 1,          \
        .consumes = true, .sniff = sniff, .decode = decode,                                                            \
    }
const struct sb_decoder sb_decoder_pdf = DECODER("\n");
const struct sb_decoder sb_decoder_pdf_cr = DECODER("\r");
