/* The text of a Word document (MS-DOC 2.4.1): pieces of the stream in the order of the piece table, each in
 * Windows-1252 or UTF-16. A document that was saved in one piece shows its text as it is, so only more than one is
 * handed out. */
#include "base/number.h"
#include "decode/characters.h"
#include "decode/input.h"
#include "decode/ole.h"

enum { FIB_MIN = 0x1aa, FLAG_LOCKED = 0x100, FLAG_TABLE = 0x200, IDENT = 0xa5ec };
enum { PIECE_PROPERTIES = 1, PIECE_TABLE = 2, PIECE = 8, POSITION = 4 };
#define COMPRESSED 0x40000000U

struct writer {
    struct sb_output *output;
    size_t length;
    uint8_t out[4096];
};

static int write_out(struct writer *writer)
{
    size_t length = writer->length;
    writer->length = 0;
    return length == 0 ? 0 : writer->output->write(writer->output, writer->out, length);
}

/* Word's own characters: ends of cells and paragraphs, begin, middle and end of fields, hyphens. */
static uint32_t translate(uint32_t character, bool one_byte)
{
    switch (character) {
    case 0x07:
        return '\t';
    case 0x0b:
    case 0x0c:
    case 0x0d:
    case 0x13:
    case 0x14:
    case 0x15:
        return '\n';
    case 0x1e:
        return '-';
    case 0xa0:
        return ' ';
    default:
        return one_byte ? windows_1252((uint8_t)character) : character;
    }
}

static int write_character(struct writer *writer, uint32_t character)
{
    if (character == 0x1f) /* a hyphen that does not show */
        return 0;
    writer->length += write_utf8(character, writer->out + writer->length);
    return writer->length > sizeof writer->out - 4 ? write_out(writer) : 0;
}

/* Piece n of a table of `count`: where it begins and how many characters it has. */
struct piece {
    size_t begin, characters, width;
};

static bool read_piece(const uint8_t *table, size_t count, size_t n, size_t document, struct piece *piece)
{
    uint32_t first = load_le32(table + n * POSITION);
    uint32_t last = load_le32(table + (n + 1) * POSITION);
    uint32_t place = load_le32(table + (count + 1) * POSITION + n * PIECE + 2);
    if (last < first)
        return false;
    bool narrow = (place & COMPRESSED) != 0;
    piece->width = narrow ? 1 : 2;
    piece->begin = narrow ? (place & ~COMPRESSED) / 2 : place;
    piece->characters = last - first;
    return piece->begin <= document && piece->characters <= (document - piece->begin) / piece->width;
}

static enum sb_decode_result write_pieces(struct ole_stream document, const uint8_t *table, size_t count,
                                          struct sb_output *output)
{
    struct writer writer = {.output = output};
    /* Pieces do not share bytes; a table that says so is made to grow without end. */
    size_t left = document.length;
    for (size_t n = 0; n < count; n++) {
        struct piece piece;
        if (!read_piece(table, count, n, document.length, &piece) || piece.characters * piece.width > left)
            continue;
        left -= piece.characters * piece.width;
        const uint8_t *text = document.data + piece.begin;
        for (size_t i = 0; i < piece.characters; i++) {
            uint32_t character = piece.width == 1 ? text[i] : load_le16(text + 2 * i);
            if (write_character(&writer, translate(character, piece.width == 1)) != 0)
                return SB_DECODE_STOPPED;
        }
    }
    return write_out(&writer) != 0 ? SB_DECODE_STOPPED : SB_DECODE_DONE;
}

enum sb_decode_result ole_word(struct ole_stream document, const struct ole_stream tables[2], struct sb_output *output)
{
    static const char name[] = "WordDocument text";
    if (document.length < FIB_MIN || load_le16(document.data) != IDENT)
        return SB_DECODE_BROKEN;
    unsigned flags = load_le16(document.data + 0x0a);
    if (flags & FLAG_LOCKED)
        return SB_DECODE_ENCRYPTED;
    struct ole_stream table = tables[(flags & FLAG_TABLE) != 0];
    size_t at = load_le32(document.data + 0x1a2);
    size_t length = load_le32(document.data + 0x1a6);
    if (at > table.length || length > table.length - at)
        return SB_DECODE_BROKEN;
    size_t end = at + length;
    while (end - at > 3 && table.data[at] == PIECE_PROPERTIES) {
        size_t skip = 3 + (size_t)load_le16(table.data + at + 1);
        at = skip < end - at ? at + skip : end;
    }
    if (end - at < 5 || table.data[at] != PIECE_TABLE)
        return SB_DECODE_BROKEN;
    size_t size = load_le32(table.data + at + 1);
    at += 5;
    if (size > end - at || size < POSITION)
        return SB_DECODE_BROKEN;
    size_t count = (size - POSITION) / (POSITION + PIECE);
    if (count < 2)
        return SB_DECODE_DONE;
    if (output_member(output, name, sizeof name - 1) != 0)
        return SB_DECODE_STOPPED;
    return write_pieces(document, table.data + at, count, output);
}
