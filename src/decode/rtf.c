/* Rich text (RTF 1.9.1) as a person reads it: formatting cuts a value into groups and control words, and writes its
 * characters as \'40 or \u64. Control words vanish, those that end a line or a cell become that, destinations beside
 * the text (fonts, instructions of fields, bookmarks) follow behind the line they stand in, and pictures and embedded
 * objects, written in hexadecimal, become bytes again, so that what they contain is opened. The payload is consumed
 * where its braces close; a file that breaks off or runs into bytes that are no text leaves them to the plain scan. */
#include <string.h>

#include "decode/characters.h"
#include "decode/input.h"

enum { OPENING = 6, WORD_MAX = 32, DEPTH_MAX = 128, OUT_MAX = 4096, ASIDE_MAX = 4096 };

struct group {
    bool apart;         /* not the text around it */
    bool hex;           /* bytes in hexadecimal */
    bool name;          /* of a bookmark: nobody reads it, and it may stand within a value of several lines */
    unsigned fallbacks; /* characters behind \uN for programs that do not know it */
};

struct rtf {
    struct sb_input *input;
    struct sb_output *output;
    const uint8_t *data; /* the view at hand */
    uint64_t at;         /* of data[0] */
    size_t available, used;
    bool stopped;
    size_t out_length;
    unsigned depth;
    unsigned skip;     /* characters of a fallback still to be left out */
    int nibble;        /* the first digit of a byte, or -1 */
    unsigned aparts;   /* groups open that stand apart */
    bool aside_direct; /* what stands apart is longer than what is kept of it: it is handed out where it stands */
    size_t aside_length;
    struct group groups[DEPTH_MAX];
    uint8_t out[OUT_MAX], aside[ASIDE_MAX];
};

static const struct {
    const char *word;
    char meant;
} characters[] = {{"par", '\n'},      {"line", '\n'},    {"sect", '\n'},   {"page", '\n'},     {"row", '\n'},
                  {"cell", '\t'},     {"tab", '\t'},     {"emspace", ' '}, {"enspace", ' '},   {"emdash", '-'},
                  {"endash", '-'},    {"lquote", '\''},  {"rquote", '\''}, {"ldblquote", '"'}, {"rdblquote", '"'},
                  {"nestcell", '\t'}, {"nestrow", '\n'}, {"bullet", '*'}};

/* Destinations that are not the text around them though nothing says so. */
static const char *const aparts[] = {"fonttbl", "colortbl", "stylesheet", "info",   "header",  "footer",  "footnote",
                                     "pict",    "fldinst",  "annotation", "object", "headerf", "footerf", "deleted"};

static void flush(struct rtf *rtf)
{
    if (rtf->out_length > 0 && !rtf->stopped)
        rtf->stopped = rtf->output->write(rtf->output, rtf->out, rtf->out_length) != 0;
    rtf->out_length = 0;
}

static void put_here(struct rtf *rtf, uint8_t byte)
{
    if (rtf->out_length == OUT_MAX)
        flush(rtf);
    rtf->out[rtf->out_length++] = byte;
}

static void put_aside(struct rtf *rtf)
{
    if (rtf->aside_length == 0)
        return;
    put_here(rtf, '\n');
    for (size_t i = 0; i < rtf->aside_length; i++)
        put_here(rtf, rtf->aside[i]);
    rtf->aside_length = 0;
}

static struct group *group_of(struct rtf *rtf)
{
    return &rtf->groups[rtf->depth < DEPTH_MAX ? rtf->depth : DEPTH_MAX - 1];
}

static void put_byte(struct rtf *rtf, uint8_t byte)
{
    if (group_of(rtf)->name)
        return;
    if (rtf->aparts == 0 || rtf->aside_direct) {
        if (byte == '\n' && rtf->aparts == 0)
            put_aside(rtf);
        put_here(rtf, byte);
    } else if (rtf->aside_length < ASIDE_MAX) {
        rtf->aside[rtf->aside_length++] = byte;
    } else {
        put_aside(rtf);
        rtf->aside_direct = true;
        put_here(rtf, byte);
    }
}

static void put_character(struct rtf *rtf, uint32_t character)
{
    if (rtf->skip > 0) {
        rtf->skip--;
        return;
    }
    uint8_t utf8[4];
    size_t length = write_utf8(character == 0xa0 ? ' ' : character, utf8);
    for (size_t i = 0; i < length; i++)
        put_byte(rtf, utf8[i]);
}

/* The next byte, or -1 at the input's end. */
static int next_byte(struct rtf *rtf)
{
    if (rtf->used == rtf->available) {
        rtf->at += rtf->used;
        rtf->used = 0;
        rtf->data = rtf->input->view(rtf->input, rtf->at, &rtf->available);
        if (rtf->data == NULL || rtf->available == 0) {
            rtf->available = 0;
            return -1;
        }
    }
    return rtf->data[rtf->used++];
}

static void begin_group(struct rtf *rtf)
{
    struct group inherited = *group_of(rtf);
    inherited.apart = false;
    rtf->depth++;
    rtf->skip = 0;
    if (rtf->depth < DEPTH_MAX)
        *group_of(rtf) = inherited;
}

static void end_group(struct rtf *rtf)
{
    if (group_of(rtf)->apart) {
        put_byte(rtf, '\n');
        group_of(rtf)->apart = false;
        if (--rtf->aparts == 0)
            rtf->aside_direct = false;
    }
    rtf->depth--;
    rtf->skip = 0;
    rtf->nibble = -1;
}

static void stand_apart(struct rtf *rtf)
{
    rtf->aparts += !group_of(rtf)->apart;
    group_of(rtf)->apart = true;
}

/* Bytes as they are. */
static void pass_binary(struct rtf *rtf, uint32_t count)
{
    for (int byte; count > 0 && !rtf->stopped && (byte = next_byte(rtf)) >= 0; count--)
        put_byte(rtf, (uint8_t)byte);
}

static void obey(struct rtf *rtf, const char *word, bool has_number, int32_t number)
{
    if (strcmp(word, "u") == 0 && has_number) {
        rtf->skip = 0;
        put_character(rtf, (uint32_t)(number < 0 ? number + 0x10000 : number));
        rtf->skip = group_of(rtf)->fallbacks;
    } else if (strcmp(word, "rtf") ==
               0) { /* another document begins: in what broke off, one cluster behind the other */
        *group_of(rtf) = (struct group){.apart = group_of(rtf)->apart, .fallbacks = 1};
    } else if (strcmp(word, "uc") == 0 && has_number) {
        group_of(rtf)->fallbacks = number >= 0 && number < 16 ? (unsigned)number : 1;
    } else if (strcmp(word, "bin") == 0 && number > 0) {
        pass_binary(rtf, (uint32_t)number);
    } else if (strcmp(word, "objdata") == 0 || strcmp(word, "pict") == 0) {
        stand_apart(rtf);
        group_of(rtf)->hex = true;
        rtf->nibble = -1;
    } else if (strcmp(word, "bkmkstart") == 0 || strcmp(word, "bkmkend") == 0) {
        group_of(rtf)->name = true;
    } else {
        for (size_t i = 0; i < sizeof characters / sizeof *characters; i++)
            if (strcmp(word, characters[i].word) == 0)
                put_character(rtf, (uint8_t)characters[i].meant);
        for (size_t i = 0; i < sizeof aparts / sizeof *aparts; i++)
            if (strcmp(word, aparts[i]) == 0)
                stand_apart(rtf);
    }
}

static bool is_letter(int byte)
{
    return (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
}

/* A control word: letters, perhaps a number, perhaps a space that belongs to it. */
static void read_word(struct rtf *rtf, int byte)
{
    char word[WORD_MAX + 1];
    size_t length = 0;
    for (; is_letter(byte) && length < WORD_MAX; byte = next_byte(rtf))
        word[length++] = (char)byte;
    word[length] = '\0';
    bool negative = byte == '-';
    if (negative)
        byte = next_byte(rtf);
    bool has_number = byte >= '0' && byte <= '9';
    int32_t number = 0;
    for (unsigned digits = 0; byte >= '0' && byte <= '9' && digits < 9; byte = next_byte(rtf), digits++)
        number = number * 10 + (byte - '0');
    if (byte >= 0 && byte != ' ')
        rtf->used--; /* the byte just read is in the view at hand */
    obey(rtf, word, has_number, negative ? -number : number);
}

/* What follows a backslash. False at the input's end. */
static bool read_control(struct rtf *rtf)
{
    int byte = next_byte(rtf);
    if (byte < 0)
        return false;
    if (is_letter(byte)) {
        read_word(rtf, byte);
        return true;
    }
    switch (byte) {
    case '\'': {
        int high = next_byte(rtf);
        int low = next_byte(rtf);
        if (high < 0 || low < 0)
            return false;
        int upper = hex_value((uint8_t)high);
        int lower = hex_value((uint8_t)low);
        if (upper >= 0 && lower >= 0)
            put_character(rtf, windows_1252((uint8_t)(upper << 4 | lower)));
        break;
    }
    case '*':
        stand_apart(rtf);
        break;
    case '~':
        put_character(rtf, ' ');
        break;
    case '_':
        put_character(rtf, '-');
        break;
    case '\r':
    case '\n':
        put_character(rtf, '\n');
        break;
    case '\\':
    case '{':
    case '}':
        put_character(rtf, (uint32_t)byte);
        break;
    default: /* an optional hyphen, a mark of an index: nothing that shows */
        break;
    }
    return true;
}

static void read_text(struct rtf *rtf, uint8_t byte)
{
    if (byte == '\r' || byte == '\n' || (byte == ' ' && group_of(rtf)->hex))
        return;
    int digit = group_of(rtf)->hex ? hex_value(byte) : -1;
    if (digit < 0) {
        rtf->nibble = -1;
        put_character(rtf, byte < 0x80 ? byte : windows_1252(byte));
    } else if (rtf->nibble < 0) {
        rtf->nibble = digit;
    } else {
        put_byte(rtf, (uint8_t)(rtf->nibble << 4 | digit));
        rtf->nibble = -1;
    }
}

static enum sb_decode_result decode(const struct sb_container *container, struct sb_input *input,
                                    struct sb_output *output, uint64_t *consumed)
{
    (void)container;
    struct rtf rtf = {.input = input, .output = output, .nibble = -1, .groups = {{.fallbacks = 1}}};
    *consumed = 0;
    bool closed = false;
    while (!closed && !rtf.stopped) {
        int byte = next_byte(&rtf);
        if (byte <= 0) /* the end, or no text */
            break;
        if (byte == '{') {
            begin_group(&rtf);
        } else if (byte == '}') {
            end_group(&rtf);
            closed = rtf.depth == 0;
        } else if (byte != '\\') {
            read_text(&rtf, (uint8_t)byte);
        } else if (!read_control(&rtf)) {
            break;
        }
    }
    put_aside(&rtf);
    flush(&rtf);
    *consumed = rtf.at + rtf.used;
    return rtf.stopped ? SB_DECODE_STOPPED : closed ? SB_DECODE_DONE : SB_DECODE_BROKEN;
}

static bool sniff(const uint8_t *data, size_t length, size_t at, struct sb_container *container)
{
    /* A document right behind another one's beginning is read as part of that. */
    if (length - at <= OPENING || (at >= OPENING && memcmp(data + at - OPENING, "{\\rtf1", OPENING) == 0))
        return false;
    *container = (struct sb_container){.skip = 0};
    return true;
}

const struct sb_decoder sb_decoder_rtf = {
    .name = "RTF",
    .literal = "{\\rtf1",
    .literal_length = OPENING,
    .literal_anchor = 1,
    .consumes = true,
    .once = true,
    .sniff = sniff,
    .decode = decode,
};
