/* Base64, RFC 4648 with either alphabet, in the shapes it is met in: MIME lines (RFC 2045) with CRLF or LF, or CR
 * alone as paragraphs of Word and PowerPoint end, quoted with "> " or indented; one long line; the tail of a data: URL.
 * Missing padding is no error.
 *
 * A run begins a container only if it looks like base64 rather than a word, a path or a hex digest (mixed classes of
 * characters), and, when short, decodes to text or to something with a known beginning. A line that continues one
 * before it begins none, so that a thousand lines are one container; sniff and decode share the rule of what continues.
 * The bytes are not consumed: addresses of several kinds look like base64 themselves. */
#include "decode/base64.h"

#include <string.h>

#include "base/text.h"
#include "decode/input.h"

enum {
    RUN_MIN = BASE64_RUN_MIN,
    WINDOW = 64,      /* characters judged at a time; a run of one window or more may decode to anything */
    WINDOWS = 4,      /* windows judged, since the first may be all zeros */
    RUN_JUDGED = 256, /* WINDOW * WINDOWS */
    LINE_LONG = 1024, /* characters: a longer line is not continued by another */
    MARGIN_LONG = 16, /* bytes of quoting and indentation in front of a line */
    PIECE = 12 * 1024 /* bytes handed out at a time */
};

/* The value of each character in either alphabet, plus one; 0 for a byte that is none. */
const uint8_t base64_digits[256] = {
    ['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,  ['G'] = 7,  ['H'] = 8,  ['I'] = 9,
    ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16, ['Q'] = 17, ['R'] = 18,
    ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24, ['Y'] = 25, ['Z'] = 26, ['a'] = 27,
    ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32, ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36,
    ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40, ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45,
    ['t'] = 46, ['u'] = 47, ['v'] = 48, ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54,
    ['2'] = 55, ['3'] = 56, ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['+'] = 63,
    ['-'] = 63, ['/'] = 64, ['_'] = 64,
};

static size_t measure_run(const uint8_t *data, size_t length)
{
    size_t run = 0;
    while (run < length && base64_digits[data[run]] != 0)
        run++;
    return run;
}

static bool is_margin(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '>' || byte == '|';
}

/* Base64 mixes kinds of characters; words, paths and hex digests hardly do. In base64 of random bytes 64 % of
 * neighbours differ in kind, in that of text 55 to 70 %; in words, paths and mangled names 10 to 35 %. Without branches
 * and in bytes, so that the compiler looks at many characters at once. */
static bool window_mixed(const uint8_t *data, size_t length)
{
    uint8_t kinds[WINDOW];
    unsigned uppers = 0, lowers = 0, symbols = 0, hexadecimal = 0, changes = 0;
    for (size_t i = 0; i < length; i++) {
        uint8_t c = data[i];
        bool upper = (uint8_t)(c - 'A') < 26;
        bool lower = (uint8_t)(c - 'a') < 26;
        bool digit = (uint8_t)(c - '0') < 10;
        bool hexadecimal_letter = (uint8_t)((c & 0xdf) - 'A') < 6;
        uppers += upper;
        lowers += lower;
        symbols += !(upper | lower | digit);
        hexadecimal += digit | hexadecimal_letter | (c == '-');
        kinds[i] = (uint8_t)(upper + 2 * lower + 3 * digit);
    }
    for (size_t i = 1; i < length; i++)
        changes += kinds[i] != kinds[i - 1];
    return hexadecimal < length && uppers >= 3 && lowers >= 3 && symbols * 8 <= length && changes * 5 >= length * 2;
}

/* The first bytes that a run decodes to. */
enum { HEAD_CHARACTERS = RUN_MIN, HEAD = HEAD_CHARACTERS / 4 * 3 };
static void decode_head(const uint8_t *data, uint8_t bytes[HEAD])
{
    for (size_t i = 0; i < HEAD_CHARACTERS; i += 4, bytes += 3) {
        uint32_t group = 0;
        for (size_t k = 0; k < 4; k++)
            group = group << 6 | (base64_digits[data[i + k]] - 1U);
        bytes[0] = (uint8_t)(group >> 16);
        bytes[1] = (uint8_t)(group >> 8);
        bytes[2] = (uint8_t)group;
    }
}

/* Every other byte zero but perhaps one (a byte of something else in front), and those between them not. */
static bool begins_utf16(const uint8_t bytes[HEAD])
{
    size_t zeros[2] = {0};
    for (size_t i = 0; i < HEAD; i++)
        zeros[i % 2] += bytes[i] == 0;
    return (zeros[0] >= HEAD / 2 - 1 && zeros[1] == 0) || (zeros[1] >= HEAD / 2 - 1 && zeros[0] == 0);
}

static bool begins_text(const uint8_t bytes[HEAD])
{
    for (size_t i = 0; i < HEAD;) {
        size_t character = text_character((const char *)bytes + i, HEAD - i);
        if (character == 0)
            return i + 4 > HEAD && bytes[i] >= 0x80; /* a character that goes on behind the head */
        if (bytes[i] == 0x7f || (bytes[i] < 0x20 && bytes[i] != '\t' && bytes[i] != '\n' && bytes[i] != '\r'))
            return false;
        i += character;
    }
    return true;
}

/* What other decoders open, and PDF: no word begins like one by chance, so the mix of characters does not matter. */
static bool begins_container(const uint8_t bytes[HEAD])
{
    static const struct {
        const char *magic;
        size_t length;
    } known[] = {{"\x1f\x8b\x08", 3},
                 {"PK\x03\x04", 4},
                 {"\x28\xb5\x2f\xfd", 4},
                 {"\xfd"
                  "7zXZ",
                  5},
                 {"\x04\x22\x4d\x18", 4},
                 {"BZh", 3},
                 {"\xd0\xcf\x11\xe0", 4},
                 {"7z\xbc\xaf", 4},
                 {"Rar!\x1a\7", 6},
                 {"MSCF", 4},
                 {"\x89PNG", 4},
                 {"!BDN", 4},
                 {"\x5d\0\0", 3}, /* .lzma */
                 {"MAM\x04", 4},
                 {"MAM\x84", 4},
                 {"\x81\x81xpress", 8},
                 {"\x37\x7f\x06", 3}, /* the journals of SQLite */
                 {"\xd9\xd5\x05\xf9", 4},
                 {"%PDF-", 5}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (memcmp(bytes, known[i].magic, known[i].length) == 0)
            return true;
    return false;
}

/* A certificate or key in DER: a sequence of 128 bytes or more that begins with a sequence or a number. */
static bool begins_der(const uint8_t bytes[HEAD])
{
    if (bytes[0] != 0x30 || (bytes[1] != 0x81 && bytes[1] != 0x82))
        return false;
    uint8_t first = bytes[bytes[1] - 0x81 + 3];
    return first == 0x30 || first == 0x02;
}

/* Is it base64? `run` is RUN_MIN at least. UTF-16 has so many zeros that its characters mix
 * little, and base64 within base64 so many capitals: what it begins with tells. */
static bool run_plausible(const uint8_t *data, size_t run)
{
    for (size_t at = 0; at < run && at < RUN_JUDGED && run - at >= RUN_MIN; at += WINDOW)
        if (window_mixed(data + at, run - at < WINDOW ? run - at : WINDOW))
            return true;
    uint8_t head[HEAD];
    decode_head(data, head);
    return (run >= WINDOW && begins_text(head)) || begins_utf16(head) || begins_container(head) || begins_der(head);
}

/* A short run is worth decoding if it gives text or begins like a container. */
static bool short_run_useful(const uint8_t *data)
{
    uint8_t head[HEAD];
    decode_head(data, head);
    return begins_container(head) || begins_utf16(head) || begins_text(head);
}

/* Looks for a further line behind a run that ended at data[0]: a line end, a margin, then base64 characters, not more
 * of them than `longest`, up to the line's end, its padding or a closing quote, or else enough of them to be plausible
 * by themselves. Returns their number and their place, or 0. A line that begins with two dashes is the boundary of a
 * MIME part, not base64. */
static size_t find_further_line(const uint8_t *data, size_t length, size_t longest, size_t *place)
{
    size_t at = 0;
    while (at < length && at < MARGIN_LONG && (data[at] == ' ' || data[at] == '\t'))
        at++;
    size_t line_end = at;
    if (at < length && data[at] == '\r')
        at++;
    if (at < length && data[at] == '\n')
        at++;
    if (at == line_end)
        return 0;
    for (size_t margin = 0; at < length && margin < MARGIN_LONG && is_margin(data[at]); margin++)
        at++;
    if (length - at >= 2 && data[at] == '-' && data[at + 1] == '-')
        return 0;
    size_t run = measure_run(data + at, length - at < LINE_LONG + 1 ? length - at : LINE_LONG + 1);
    if (run == 0 || run > longest)
        return 0;
    size_t end = at + run;
    while (end < length && end < at + run + MARGIN_LONG && (data[end] == ' ' || data[end] == '\t'))
        end++;
    const char *ends = end == at + run ? "=\r\n\"'<)" : "\r\n";
    bool whole = end == length || (data[end] != 0 && strchr(ends, data[end]) != NULL);
    if (!whole && (run < RUN_MIN || !run_plausible(data + at, run)))
        return 0;
    *place = at;
    return run;
}

/* Lines that follow one of `run` characters are no longer than it, but for one that did not begin at its line's start
 * (the first of a data: URL). 0: none follows. */
static size_t longest_further_line(size_t run, bool from_line_start)
{
    if (run < RUN_MIN || run > LINE_LONG)
        return 0;
    return from_line_start ? run : LINE_LONG;
}

/* Does only a margin stand between data[at] and the line's start? */
static bool begins_line(const uint8_t *data, size_t at, size_t *line_end_before)
{
    size_t margin = 0;
    while (margin < at && margin < MARGIN_LONG && is_margin(data[at - margin - 1]))
        margin++;
    *line_end_before = at - margin;
    return margin == at || data[at - margin - 1] == '\n' || data[at - margin - 1] == '\r';
}

/* Is data[at], where a line's run begins, reached by the container that the line before it belongs to? */
static bool continues_line(const uint8_t *data, size_t length, size_t at)
{
    size_t end;
    if (!begins_line(data, at, &end) || end == 0)
        return false;
    end--; /* the line feed, or a carriage return alone */
    if (end > 0 && data[end] == '\n' && data[end - 1] == '\r')
        end--;
    for (size_t margin = 0; end > 0 && margin < MARGIN_LONG && (data[end - 1] == ' ' || data[end - 1] == '\t');
         margin++)
        end--;
    size_t run = 0;
    while (run < end && run <= LINE_LONG && base64_digits[data[end - run - 1]] != 0)
        run++;
    size_t unused;
    size_t longest = longest_further_line(run, begins_line(data, end - run, &unused));
    size_t place;
    return longest > 0 && run_plausible(data + end - run, run) &&
           find_further_line(data + end, length - end, longest, &place) > 0 && end + place == at;
}

/* method of a container: whether its first line began where a line begins. */
enum { FROM_WITHIN_LINE, FROM_LINE_START };

/* The scanner looks for characters of the standard alphabet; a '-' or '_' of the one for addresses parts a run. *at
 * becomes where that begins. False when an earlier part has announced it, or it begins too far away. */
static bool find_begin(const uint8_t *data, size_t *at)
{
    size_t begin = *at;
    if (begin > 0 && base64_digits[data[begin - 1]] != 0 && data[begin - 1] != '-' && data[begin - 1] != '_')
        return false;
    for (size_t part = 0; begin > 0 && base64_digits[data[begin - 1]] != 0; begin--) {
        part = data[begin - 1] == '-' || data[begin - 1] == '_' ? 0 : part + 1;
        if (part == RUN_MIN || *at - begin == SB_BEFORE_MAX)
            return false;
    }
    *at = begin;
    return true;
}

/* A data: URL (RFC 2397) says what follows. */
static bool is_announced(const uint8_t *data, size_t at)
{
    static const char word[] = "base64,";
    return at >= sizeof word - 1 && memcmp(data + at - (sizeof word - 1), word, sizeof word - 1) == 0;
}

bool base64_sniff(const uint8_t *data, size_t length, size_t anchor, struct sb_container *container)
{
    size_t at = anchor;
    if (length - at < RUN_MIN || !find_begin(data, &at))
        return false;
    size_t at_hand = length - at;
    size_t run = measure_run(data + at, at_hand < LINE_LONG + 1 ? at_hand : LINE_LONG + 1);
    if (run < RUN_MIN || (!is_announced(data, at) && !run_plausible(data + at, run)))
        return false;
    size_t unused;
    bool from_line_start = begins_line(data, at, &unused);
    if (run < WINDOW && !short_run_useful(data + at)) {
        size_t longest = longest_further_line(run, from_line_start);
        if (find_further_line(data + at + run, at_hand - run, longest, &unused) < RUN_MIN)
            return false;
    }
    if (continues_line(data, length, at))
        return false;
    *container =
        (struct sb_container){.before = anchor - at, .method = from_line_start ? FROM_LINE_START : FROM_WITHIN_LINE};
    return true;
}

struct decoding {
    struct sb_input *input;
    struct sb_output *output;
    uint64_t offset;    /* of the next byte of input */
    uint32_t bits;      /* read and not yet written */
    unsigned bit_count; /* 0, 6, 12 or 18 between characters */
    bool stopped;
    size_t length;
    uint8_t bytes[PIECE];
};

static void flush(struct decoding *decoding)
{
    if (decoding->length > 0 && decoding->output->write(decoding->output, decoding->bytes, decoding->length) != 0)
        decoding->stopped = true;
    decoding->length = 0;
}

static void add_character(struct decoding *decoding, uint8_t character)
{
    decoding->bits = decoding->bits << 6 | (base64_digits[character] - 1U);
    decoding->bit_count += 6;
    if (decoding->bit_count < 8)
        return;
    decoding->bit_count -= 8;
    decoding->bytes[decoding->length++] = (uint8_t)(decoding->bits >> decoding->bit_count);
}

/* Decodes as many whole groups of four as are at hand and have room. Returns the number of characters read. */
static size_t add_groups(struct decoding *decoding, const uint8_t *data, size_t length)
{
    size_t at = 0;
    uint8_t *out = decoding->bytes + decoding->length;
    const uint8_t *out_end = decoding->bytes + PIECE - 3;
    while (length - at >= 4 && out <= out_end) {
        uint32_t a = base64_digits[data[at]];
        uint32_t b = base64_digits[data[at + 1]];
        uint32_t c = base64_digits[data[at + 2]];
        uint32_t d = base64_digits[data[at + 3]];
        if (a == 0 || b == 0 || c == 0 || d == 0)
            break;
        uint32_t group = (a - 1) << 18 | (b - 1) << 12 | (c - 1) << 6 | (d - 1);
        out[0] = (uint8_t)(group >> 16);
        out[1] = (uint8_t)(group >> 8);
        out[2] = (uint8_t)group;
        out += 3;
        at += 4;
    }
    decoding->length = (size_t)(out - decoding->bytes);
    return at;
}

/* Decodes up to the first byte that is no base64 character. Returns how many were. */
static uint64_t decode_run(struct decoding *decoding)
{
    uint64_t begin = decoding->offset;
    while (!decoding->stopped) {
        size_t available = 0;
        const uint8_t *data = decoding->input->view(decoding->input, decoding->offset, &available);
        if (data == NULL)
            break;
        size_t at = 0;
        while (at < available) {
            size_t groups = decoding->bit_count == 0 ? add_groups(decoding, data + at, available - at) : 0;
            at += groups;
            if (decoding->length > PIECE - 3)
                break;
            if (groups > 0)
                continue;
            if (base64_digits[data[at]] == 0)
                break;
            add_character(decoding, data[at++]);
        }
        decoding->offset += at;
        bool ended = at < available && base64_digits[data[at]] == 0;
        if (decoding->length > PIECE - 3)
            flush(decoding); /* the view may be stale from here on */
        if (ended)
            break;
    }
    return decoding->offset - begin;
}

/* Moves to the run of the next line, if there is one. */
static bool next_line(struct decoding *decoding, size_t longest)
{
    uint8_t copy[LINE_LONG + 2 * MARGIN_LONG + 4];
    size_t available = 0;
    const uint8_t *data = decoding->input->view(decoding->input, decoding->offset, &available);
    if (data == NULL)
        return false;
    if (available < sizeof copy) {
        available = input_copy(decoding->input, decoding->offset, copy, sizeof copy);
        data = copy;
    }
    size_t place;
    if (find_further_line(data, available, longest, &place) == 0)
        return false;
    decoding->offset += place;
    return true;
}

enum sb_decode_result base64_decode(const struct sb_container *container, struct sb_input *input,
                                    struct sb_output *output, uint64_t *consumed)
{
    struct decoding decoding = {.input = input, .output = output};
    bool from_line_start = container->method == FROM_LINE_START;
    for (;;) {
        uint64_t run = decode_run(&decoding);
        size_t longest = run > LINE_LONG ? 0 : longest_further_line((size_t)run, from_line_start);
        if (decoding.stopped || longest == 0 || !next_line(&decoding, longest))
            break;
        from_line_start = true;
    }
    uint8_t padding[2];
    size_t got = decoding.stopped ? 0 : input_copy(input, decoding.offset, padding, sizeof padding);
    for (size_t i = 0; i < got && padding[i] == '='; i++)
        decoding.offset++;
    *consumed = decoding.offset;
    if (!decoding.stopped)
        flush(&decoding);
    return decoding.stopped ? SB_DECODE_STOPPED : SB_DECODE_DONE;
}

const struct sb_decoder sb_decoder_base64 = {
    .name = "BASE64",
    .sniff = base64_sniff,
    .decode = base64_decode,
};
