/* Base64 in a string of JSON or in a form: the slash is escaped as PHP does, '+', '/' and '=' as browsers do, or as
 * programs that write JSON for pages; lines end with an escape. What is found is a piece between two escapes; the
 * base64 begins some pieces in front of it, at the string's beginning. It is judged, and read, with its escapes
 * resolved. */
#include <stdlib.h>
#include <string.h>

#include "decode/base64.h"
#include "decode/input.h"

enum { BACK = 1000, AHEAD = 1400, RUN_MAX = 64 * 1024, ESCAPE_MAX = 6, KEPT = 4096, ROOM = 32 * 1024 };
_Static_assert(BACK <= (int)SB_BEFORE_MAX, "a string's beginning is in sight");

/* The escapes and what they stand for. */
static const struct {
    const char *text;
    uint8_t length, byte;
} escapes[] = {
    {"\\/", 2, '/'},  {"\\n", 2, '\n'}, {"\\r", 2, '\r'},    {"%2b", 3, '+'},     {"%2f", 3, '/'},     {"%3d", 3, '='},
    {"%0a", 3, '\n'}, {"%0d", 3, '\r'}, {"\\u002b", 6, '+'}, {"\\u002f", 6, '/'}, {"\\u003d", 6, '='},
};

/* The length of the escape at data[0], 0 if none is there. */
static size_t read_escape(const uint8_t *data, size_t length, uint8_t *byte)
{
    if (length < 2 || (data[0] != '\\' && data[0] != '%'))
        return 0;
    for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++) {
        size_t size = escapes[i].length;
        size_t same = 0;
        while (same < size && same < length &&
               (data[same] == (uint8_t)escapes[i].text[same] ||
                (same > 0 && data[0] == '%' && (data[same] | 0x20) == escapes[i].text[same]) ||
                (same > 1 && (data[same] | 0x20) == escapes[i].text[same])))
            same++;
        if (same == size) {
            *byte = escapes[i].byte;
            return size;
        }
    }
    return 0;
}

/* One byte of the text, and how many it is written with; never 0. */
static size_t read_one(const uint8_t *data, size_t length, uint8_t *byte)
{
    size_t used = read_escape(data, length, byte);
    if (used > 0)
        return used;
    *byte = data[0];
    return 1;
}

/* Does an escape stand in front of the run that begins at `at`, or behind it? The alphabet for addresses has nothing to
 * escape; at its signs the scanner sees other runs, which must not be walked through once more. */
static bool is_near_escape(const uint8_t *data, size_t length, size_t at)
{
    uint8_t byte;
    if (at > 0 && read_escape(data + at - 1, length - at + 1, &byte) > 0)
        return true;
    size_t end = at;
    while (end < length && end - at < RUN_MAX && base64_is_digit(data[end]) && data[end] != '-' && data[end] != '_')
        end++;
    return end < length && read_escape(data + end, length - end, &byte) > 0;
}

/* Where the string of characters and escapes begins that data[at] belongs to. False when another piece in front of it
 * announced it, or it begins too far away. */
static bool find_string(const uint8_t *data, size_t length, size_t at, size_t *begin)
{
    uint8_t byte;
    size_t run = 0;
    size_t place = at;
    if (place > 0 && read_escape(data + place - 1, length - place + 1, &byte) > 0)
        place--;
    while (place > 0) {
        if (at - place > BACK)
            return false;
        bool escape = read_escape(data + place - 1, length - place + 1, &byte) > 0;
        if (!escape && !base64_is_digit(data[place - 1]))
            break;
        run = escape ? 0 : run + 1;
        if (run >= BASE64_RUN_MIN)
            return false;
        place--;
    }
    *begin = place;
    return true;
}

/* method of a container: the plain decoder's, for what has its escapes resolved. */
static bool sniff(const uint8_t *data, size_t length, size_t at, struct sb_container *container)
{
    uint8_t text[1 + BACK + AHEAD];
    uint16_t places[sizeof text]; /* where each byte of it stands in the data, from `front` on */
    size_t begin;
    if (!is_near_escape(data, length, at) || !find_string(data, length, at, &begin))
        return false;
    size_t front = begin > 0 ? begin - 1 : begin; /* what stands in front of it tells whether a line begins */
    size_t end = length - at < AHEAD ? length : at + AHEAD;
    size_t count = 0;
    size_t anchor = SIZE_MAX;
    for (size_t place = front; place < end && count < sizeof text; count++) {
        places[count] = (uint16_t)(place - front);
        if (place < begin)
            text[count] = data[place++];
        else
            place += read_one(data + place, end - place, &text[count]);
        if (anchor == SIZE_MAX && place > at && base64_is_digit(text[count]))
            anchor = count;
    }
    if (anchor == SIZE_MAX)
        return false;
    while (anchor > 0 && base64_is_digit(text[anchor - 1]) && anchor - 1 >= begin - front)
        anchor--;
    struct sb_container plain;
    if (!base64_sniff(text, count, anchor, &plain))
        return false;
    size_t first = front + places[anchor - plain.before];
    *container = (struct sb_container){
        .before = first < at ? at - first : 0, .skip = first > at ? first - at : 0, .method = plain.method};
    return true;
}

/* The input with its escapes resolved, which is read forward, but for the last KEPT bytes. */
struct resolved {
    struct sb_input input; /* first */
    struct sb_input *from;
    uint64_t begin;      /* of data[0] in what is resolved */
    uint64_t from_begin; /* and in the input */
    uint64_t from_end;   /* of what was read of it */
    size_t length;
    uint8_t data[ROOM];
};

/* Forgets the first `count` bytes. */
static void drop(struct resolved *resolved, size_t count)
{
    uint8_t raw[ESCAPE_MAX];
    uint8_t byte;
    for (size_t i = 0; i < count; i++) {
        size_t got = input_copy(resolved->from, resolved->from_begin, raw, sizeof raw);
        resolved->from_begin += got > 0 ? read_one(raw, got, &byte) : 1;
    }
    memmove(resolved->data, resolved->data + count, resolved->length - count);
    resolved->begin += count;
    resolved->length -= count;
}

/* Reads on, up to a few bytes before the end of what is at hand, so that no escape is cut. */
static bool read_on(struct resolved *resolved)
{
    uint8_t raw[1024];
    if (resolved->length > ROOM - sizeof raw)
        drop(resolved, resolved->length - KEPT);
    size_t got = input_copy(resolved->from, resolved->from_end, raw, sizeof raw);
    size_t at = 0;
    while (at < got && (got < sizeof raw || got - at >= ESCAPE_MAX))
        at += read_one(raw + at, got - at, &resolved->data[resolved->length++]);
    resolved->from_end += at;
    return at > 0;
}

static const uint8_t *resolved_view(struct sb_input *input, uint64_t offset, size_t *available)
{
    struct resolved *resolved = (struct resolved *)(void *)input;
    *available = 0;
    if (offset < resolved->begin)
        return NULL;
    while (offset - resolved->begin >= resolved->length)
        if (!read_on(resolved))
            return NULL;
    *available = resolved->length - (size_t)(offset - resolved->begin);
    return resolved->data + (offset - resolved->begin);
}

static enum sb_decode_result decode(const struct sb_container *container, struct sb_input *input,
                                    struct sb_output *output, uint64_t *consumed)
{
    struct kept_input kept = keep_input(input);
    struct resolved *resolved = malloc(sizeof *resolved);
    *consumed = 0;
    if (resolved == NULL)
        return SB_DECODE_NO_MEMORY;
    resolved->input = (struct sb_input){resolved_view};
    resolved->from = &kept.input;
    resolved->begin = 0;
    resolved->length = 0;
    resolved->from_begin = resolved->from_end = container->skip;
    uint64_t read = 0;
    enum sb_decode_result result = base64_decode(container, &resolved->input, output, &read);
    if (read >= resolved->begin && read - resolved->begin <= resolved->length)
        drop(resolved, (size_t)(read - resolved->begin));
    *consumed = resolved->from_begin;
    free(resolved);
    return result;
}

const struct sb_decoder sb_decoder_base64_escaped = {
    .name = "BASE64",
    .sniff = sniff,
    .decode = decode,
};
