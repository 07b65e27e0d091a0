/* The text that a PDF content stream shows (ISO 32000-1, 9.4). Show operators cut text wherever a font's spacing asks
 * for it, as in [(ann)-20(a@exa)15(mple.org)]TJ, and begin lines by moving; so values are whole only once the strings
 * are joined. Strings are joined without a gap where the position runs on; a wide gap becomes a space, another line a
 * line feed. Bytes are taken as Latin-1, two-byte strings whose high bytes are zero as single ones; fonts with an
 * encoding of their own are not translated. Only what stands in text objects (BT to ET) is read, the rest is skipped at
 * the speed of a search, so a stream that shows nothing costs little.
 *
 * The stream's own bytes are passed on first, without the strings that a TJ shows with others, since each is a piece of
 * a value that would be taken for one; then a line feed and its text. A stream with more text than is kept hands
 * text out in between, at the end of one of its lines, so memory stays bounded and nothing is read twice. */
#include <stdlib.h>
#include <string.h>

#include "decode/input.h"
#include "decode/pdf.h"
#include "decode/pdf_place.h"
#include "decode/pdf_words.h"

enum {
    SLICE = 16 * 1024,       /* bytes passed on before they are read */
    TEXT_ENOUGH = 16 * 1024, /* bytes of text that are handed out in between */
    TEXT_MAX = DECODE_PIECE,
    JUDGED = 512, /* first bytes of a stream that tell whether it is worth reading */
};

struct pdf_text {
    struct sb_output output;
    struct sb_output *next;
    struct pdf_words words;
    struct page_place place;
    bool judged;
    bool reading;
    uint8_t before; /* the byte in front of a slice */

    size_t text_length;
    uint8_t text[TEXT_MAX];
    uint8_t passed[SLICE];
};

static const struct matrix identity = {1, 0, 0, 1, 0, 0};

static int write_slices(struct sb_output *output, const uint8_t *data, size_t length);
static void read_bytes(struct pdf_text *text, const uint8_t *data, size_t length);
static void run_operator(struct pdf_words *words, unsigned operation);
static bool begins_inside(const uint8_t *data, size_t length);
static size_t find_pair(const uint8_t *data, size_t length, char capital, char next);

struct pdf_text *pdf_text_new(struct sb_output *next)
{
    struct pdf_text *text = malloc(sizeof *text);
    if (text == NULL)
        return NULL;
    memset(text, 0, offsetof(struct pdf_text, text));
    text->output.write = write_slices;
    text->words.operate = run_operator;
    text->next = next;
    text->place = (struct page_place){.size = 1, .line = identity, .written = identity};
    return text;
}

struct sb_output *pdf_text_output(struct pdf_text *text)
{
    return &text->output;
}

void pdf_text_free(struct pdf_text *text)
{
    free(text);
}

/* Line feeds stand around the text, so that no value seems to run on from the stream's bytes into it. In between, what
 * follows the text's last line end is kept. */
static int hand_out_text(struct pdf_text *text, bool all)
{
    const uint8_t *line_end = all ? NULL : memrchr(text->text, '\n', text->text_length);
    size_t length = line_end != NULL ? (size_t)(line_end - text->text) : text->text_length;
    if (length == 0)
        return 0;
    int stop = text->next->write(text->next, (const uint8_t *)"\n", 1);
    if (stop == 0)
        stop = text->next->write(text->next, text->text, length);
    if (stop == 0)
        stop = text->next->write(text->next, (const uint8_t *)"\n", 1);
    text->text_length -= length;
    memmove(text->text, text->text + length, text->text_length);
    return stop;
}

int pdf_text_end(struct pdf_text *text)
{
    pdf_words_end(&text->words);
    return hand_out_text(text, true);
}

/* Content streams are text but for the strings in them. */
static bool looks_like_content(const uint8_t *data, size_t length)
{
    size_t odd = 0;
    if (length > JUDGED)
        length = JUDGED;
    for (size_t i = 0; i < length; i++)
        odd += (data[i] < 0x20 && data[i] != '\n' && data[i] != '\r' && data[i] != '\t') || data[i] > 0x7e;
    return odd * 4 <= length;
}

/* Blanks what stands between the brackets of each "[(piece) -20 (piece)] TJ". */
static void blank_pieces(uint8_t *data, size_t length)
{
    for (size_t at = 0, from = 0; (at += find_pair(data + at, length - at, 'T', 'J')) < length; at += 2, from = at) {
        size_t end = at;
        while (end > from && (data[end - 1] == ' ' || data[end - 1] == '\n' || data[end - 1] == '\r'))
            end--;
        if (end == from || data[end - 1] != ']')
            continue;
        const uint8_t *begin = memrchr(data + from, '[', end - 1 - from);
        if (begin == NULL)
            continue;
        size_t first = (size_t)(begin - data) + 1;
        const uint8_t *piece = memchr(data + first, ')', end - 1 - first);
        if (piece != NULL && memchr(piece, '(', end - 1 - (size_t)(piece - data)) != NULL)
            memset(data + first, ' ', end - 1 - first);
    }
}

static int pass_on(struct pdf_text *text, const uint8_t *data, size_t length)
{
    if (!text->words.inside && find_pair(data, length, 'B', 'T') == length)
        return text->next->write(text->next, data, length);
    memcpy(text->passed, data, length);
    blank_pieces(text->passed, length);
    return text->next->write(text->next, text->passed, length);
}

static int write_slices(struct sb_output *output, const uint8_t *data, size_t length)
{
    struct pdf_text *text = (struct pdf_text *)output;
    if (!text->judged) {
        text->reading = looks_like_content(data, length);
        text->words.inside = text->reading && begins_inside(data, length);
        text->judged = true;
    }
    if (!text->reading)
        return text->next->write(text->next, data, length);
    while (length > 0) {
        size_t slice = length < SLICE ? length : SLICE;
        const uint8_t *line_end = memrchr(data, '\n', slice);
        if (line_end != NULL)
            slice = (size_t)(line_end - data) + 1;
        int stop = pass_on(text, data, slice);
        if (stop != 0)
            return stop;
        read_bytes(text, data, slice);
        stop = text->text_length >= TEXT_ENOUGH ? hand_out_text(text, false) : 0;
        if (stop != 0)
            return stop;
        data += slice;
        length -= slice;
    }
    return 0;
}

/* What is shown: joined to what was shown before, by nothing, a space or a line feed. */

static void add_text(struct pdf_text *text, uint8_t byte)
{
    if (text->text_length < TEXT_MAX)
        text->text[text->text_length++] = byte;
}

/* Latin-1 as UTF-8; dashes and spaces of all sorts plain, since they stand in telephone and card numbers. */
static void add_character(struct pdf_text *text, uint8_t character)
{
    if (character == 0xad || character == 0x96 || character == 0x97) {
        add_text(text, '-');
    } else if (character == 0x7f || character == 0xa0 || character < 0x20 || (character > 0x7f && character < 0xa0)) {
        add_text(text, ' ');
    } else if (character < 0x80) {
        add_text(text, character);
    } else {
        add_text(text, (uint8_t)(0xc0 | character >> 6));
        add_text(text, (uint8_t)(0x80 | (character & 0x3f)));
    }
}

static void show(struct pdf_text *text)
{
    if (text->words.shown_length == 0)
        return;
    char separator = page_place_write(&text->place, text->words.shown, text->words.shown_length);
    if (separator != 0 && text->text_length > 0)
        add_text(text, (uint8_t)separator);
    for (size_t i = 0; i < text->words.shown_length; i++)
        add_character(text, text->words.shown[i]);
}

/* The operators. */

static void run_operator(struct pdf_words *words, unsigned operation)
{
    struct pdf_text *text = (struct pdf_text *)((char *)words - offsetof(struct pdf_text, words));
    switch (operation) {
    case OPERATOR('T', 'j'):
    case OPERATOR('T', 'J'):
        show(text);
        break;
    case OPERATOR('\'', 0):
    case OPERATOR('"', 0):
        text->place.broken = true;
        show(text);
        break;
    case OPERATOR('T', 'd'):
    case OPERATOR('T', 'D'):
        page_place_move(&text->place, pdf_words_operand(words, 1), pdf_words_operand(words, 0));
        break;
    case OPERATOR('T', 'm'):
        page_place_set(&text->place, &(struct matrix){pdf_words_operand(words, 5), pdf_words_operand(words, 4),
                                                      pdf_words_operand(words, 3), pdf_words_operand(words, 2),
                                                      pdf_words_operand(words, 1), pdf_words_operand(words, 0)});
        break;
    case OPERATOR('B', 'T'):
        page_place_set(&text->place, &identity);
        break;
    case OPERATOR('E', 'T'):
        text->words.inside = false;
        break;
    case OPERATOR('T', '*'):
    case OPERATOR('c', 'm'):
    case OPERATOR('Q', 0):
        text->place.broken = true;
        break;
    case OPERATOR('T', 'f'):
        text->place.size = pdf_words_operand(words, 0);
        break;
    default:
        break;
    }
}

/* The place of a capital and what follows it, or `length`. Capitals are rare outside of text, so this outruns memmem.
 */
static size_t find_pair(const uint8_t *data, size_t length, char capital, char next)
{
    const uint8_t *at = data;
    const uint8_t *end = data + length;
    while (at < end && (at = memchr(at, capital, (size_t)(end - at))) != NULL) {
        if (at + 1 < end && at[1] == (uint8_t)next)
            return (size_t)(at - data);
        at++;
    }
    return length;
}

/* A page's content may be cut into streams anywhere between words: does this one begin within a text object, and so
 * show something before it begins one? */
static bool begins_inside(const uint8_t *data, size_t length)
{
    size_t until = find_pair(data, length, 'B', 'T');
    return find_pair(data, until, 'T', 'j') < until || find_pair(data, until, 'T', 'J') < until;
}

/* Outside a text object: the place behind the next BT, or `length`. What moves the page in between breaks the line. */
static size_t skip_to_text_object(struct pdf_text *text, const uint8_t *data, size_t length)
{
    size_t at = 0;
    if (text->before == 'B' && data[0] == 'T') {
        text->words.inside = length == 1 || !pdf_words_regular(data[1]);
        at = 1;
    }
    while (at < length && !text->words.inside) {
        at += find_pair(data + at, length - at, 'B', 'T');
        if (at == length)
            break;
        bool begins = at == 0 || !pdf_words_regular(data[at - 1]);
        at += 2;
        text->words.inside = begins && (at == length || !pdf_words_regular(data[at]));
    }
    text->before = data[length - 1];
    if (!text->words.inside || memmem(data, at, "cm", 2) != NULL || memchr(data, 'Q', at) != NULL)
        page_place_frame(&text->place, data, text->words.inside ? at : FRAME_MAX + 1);
    if (text->words.inside)
        page_place_set(&text->place, &identity);
    return at;
}

static void read_bytes(struct pdf_text *text, const uint8_t *data, size_t length)
{
    size_t at = 0;
    while (at < length) {
        if (text->words.inside)
            at += pdf_words_read(&text->words, data + at, length - at);
        else
            at += skip_to_text_object(text, data + at, length - at);
    }
}
