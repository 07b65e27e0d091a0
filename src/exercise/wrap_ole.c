/* OLE compound files (MS-CFB), and what Word (MS-DOC), Excel (MS-XLS), PowerPoint (MS-PPT) and Outlook (MS-OXMSG,
 * MS-OXRTFCP) keep in them. Everything is a sector of 512 bytes, numbered behind the header. */
#include <string.h>
#include <zlib.h>

#include "exercise/value.h"
#include "exercise/wrap_parts.h"

enum {
    SECTOR = 512,
    STREAMS_MAX = COMPOUND_STREAMS_MAX,
    ENTRY = 128,
    CUTOFF = 4096,
    HEADER_FATS = 109,
    PER_FAT = SECTOR / 4
};
static const uint32_t free_sector = 0xffffffff, chain_end = 0xfffffffe, fat_sector = 0xfffffffd;

/* `next` and `child`: its sibling and the first entry below it. */
static void append_entry(struct bytes *out, const char *name, unsigned type, uint32_t next, uint32_t child,
                         uint32_t sector, uint64_t size)
{
    size_t begin = out->length;
    for (const char *c = name; *c != '\0'; c++)
        append_le(out, (uint8_t)*c, 2);
    while (out->length < begin + 64)
        bytes_append_char(out, 0);
    append_le(out, *name == '\0' ? 0 : 2 * (strlen(name) + 1), 2);
    append_le(out, type, 1);
    append_le(out, 1, 1); /* black */
    append_le(out, free_sector, 4);
    append_le(out, next, 4);
    append_le(out, child, 4);
    for (unsigned i = 0; i < 36; i++)
        bytes_append_char(out, 0);
    append_le(out, sector, 4);
    append_le(out, size, 8);
}

static void append_header(struct bytes *out, uint32_t fats)
{
    bytes_append(out, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8);
    for (unsigned i = 0; i < 16; i++)
        bytes_append_char(out, 0);
    append_le(out, 0x3e, 2);
    append_le(out, 3, 2);
    append_le(out, 0xfffe, 2);
    append_le(out, 9, 2);
    append_le(out, 6, 2);
    append_le(out, 0, 6 + 4);
    append_le(out, fats, 4);
    append_le(out, fats, 4); /* the directory is the sector behind the table */
    append_le(out, 0, 4);
    append_le(out, CUTOFF, 4);
    append_le(out, chain_end, 4);
    append_le(out, 0, 4);
    append_le(out, chain_end, 4);
    append_le(out, 0, 4);
    for (uint32_t i = 0; i < HEADER_FATS; i++)
        append_le(out, i < fats ? i : free_sector, 4);
}

/* Which part of the stream stands in its sector `i`: two and two in the wrong order. */
static uint32_t scattered(uint32_t i, uint32_t count)
{
    return (i ^ 1) < count ? i ^ 1 : i;
}

/* What follows a sector in the table of chains. */
static uint32_t next_sector(const struct compound_stream *streams, unsigned count, uint32_t sector)
{
    for (unsigned s = 0; s < count; s++) {
        const struct compound_stream *stream = &streams[s];
        if (sector < stream->first || sector - stream->first >= stream->sectors)
            continue;
        uint32_t part = scattered(sector - stream->first, stream->sectors);
        return part + 1 == stream->sectors ? chain_end : stream->first + scattered(part + 1, stream->sectors);
    }
    return free_sector;
}

static void append_sectors(struct bytes *out, const struct compound_stream *stream)
{
    const struct bytes *content = stream->content;
    for (uint32_t i = 0; i < stream->sectors; i++) {
        size_t at = (size_t)scattered(i, stream->sectors) * SECTOR;
        size_t length = at >= content->length ? 0 : content->length - at < SECTOR ? content->length - at : SECTOR;
        bytes_append(out, length == 0 ? content->data : content->data + at, length);
        for (size_t pad = length; pad < SECTOR; pad++) /* not zeros, of which file systems make holes */
            bytes_append_char(out, (char)0xff);
    }
    out->failed |= content->failed;
}

void write_compound(struct bytes *out, struct compound_stream *streams, unsigned count)
{
    uint32_t fats = 0;
    uint64_t sectors = 0;
    for (unsigned s = 0; s < count; s++) { /* a stream shorter than the cutoff would be one of small sectors */
        size_t length = streams[s].content->length;
        streams[s].sectors = (uint32_t)((length < CUTOFF ? CUTOFF : length) + SECTOR - 1) / SECTOR;
        sectors += streams[s].sectors;
    }
    do
        fats++;
    while ((uint64_t)fats * PER_FAT < fats + 1 + sectors);
    if (fats > HEADER_FATS) {
        out->failed = true;
        return;
    }
    uint32_t next = fats + 1;
    for (unsigned s = 0; s < count; next += streams[s++].sectors)
        streams[s].first = next;
    append_header(out, fats);
    for (uint32_t i = 0; i < fats * PER_FAT; i++)
        append_le(out, i < fats ? fat_sector : i == fats ? chain_end : next_sector(streams, count, i), 4);
    append_entry(out, "Root Entry", 5, free_sector, 1, chain_end, 0);
    for (unsigned s = 0; s < STREAMS_MAX; s++)
        if (s < count)
            append_entry(out, streams[s].name, 2, s + 1 < count ? s + 2 : free_sector, free_sector,
                         streams[s].first + scattered(0, streams[s].sectors), (uint64_t)streams[s].sectors * SECTOR);
        else
            append_entry(out, "", 0, free_sector, free_sector, 0, 0);
    for (unsigned s = 0; s < count; s++)
        append_sectors(out, &streams[s]);
}

void wrap_ole(struct bytes *out, const struct bytes *in, struct random *random)
{
    (void)random;
    write_compound(out, &(struct compound_stream){.name = "Contents", .content = in}, 1);
}

static void append_wide(struct bytes *out, const uint8_t *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        append_le(out, text[i], 2);
}

static void append_zeros(struct bytes *out, size_t length)
{
    while (out->length < length && !out->failed)
        bytes_append_char(out, 0);
}

/* Word cuts a text that was edited into pieces, which stand in the stream in any order and in one byte a character or
 * two: here every second one behind all others, in two. */
static void write_pieces(const struct bytes *text, struct bytes *document, struct bytes *table)
{
    enum { PIECE = 12, HEADER = 0x400, PIECE_TABLE = 2, ONE_BYTE = 0x40000000 };
    size_t count = (text->length + PIECE - 1) / PIECE, wide = HEADER + (count + 1) / 2 * PIECE;
    size_t size = 4 * (count + 1) + 8 * count;
    append_le(document, 0xa5ec, 2);
    append_le(document, 0xc1, 2);
    append_zeros(document, 0x0a);
    append_le(document, 0x200, 2); /* the table is in 1Table */
    append_zeros(document, 0x1a2);
    append_le(document, 0, 4);
    append_le(document, 5 + size, 4);
    append_zeros(document, HEADER);
    for (unsigned odd = 0; odd < 2; odd++) {
        for (size_t at = (size_t)odd * PIECE; at < text->length; at += (size_t)2 * PIECE) {
            size_t length = text->length - at < PIECE ? text->length - at : PIECE;
            if (odd == 0)
                bytes_append(document, text->data + at, length);
            else
                append_wide(document, text->data + at, length);
        }
        append_zeros(document, wide);
    }
    append_le(table, PIECE_TABLE, 1);
    append_le(table, size, 4);
    for (size_t piece = 0; piece <= count; piece++)
        append_le(table, piece < count ? piece * PIECE : text->length, 4);
    for (size_t piece = 0; piece < count; piece++) {
        append_le(table, 0, 2);
        append_le(table, piece % 2 == 0 ? (HEADER + piece / 2 * PIECE) * 2 | ONE_BYTE : wide + piece / 2 * PIECE * 2,
                  4);
        append_le(table, 0, 2);
    }
}

void wrap_doc(struct bytes *out, const struct bytes *in, struct random *random)
{
    struct bytes text = {0};
    struct bytes document = {0};
    struct bytes table = {0};
    bool readable = is_text(in);
    if (!readable)
        write_prose(&text, random, 60);
    for (size_t i = 0; readable && i < in->length; i++)
        if (in->data[i] != '\r')
            bytes_append_char(&text, in->data[i] == '\n' ? '\r' : (char)in->data[i]);
    write_pieces(&text, &document, &table);
    struct compound_stream streams[] = {{.name = "1Table", .content = &table},
                                        {.name = "ObjectPool", .content = in},
                                        {.name = "WordDocument", .content = &document}};
    if (readable)
        streams[1] = streams[2];
    write_compound(out, streams, readable ? 2 : 3);
    out->failed |= text.failed;
    bytes_free(&text);
    bytes_free(&document);
    bytes_free(&table);
}

static void append_record(struct bytes *out, unsigned type, struct bytes *content)
{
    append_le(out, type, 2);
    append_le(out, content->length, 2);
    bytes_append(out, content->data, content->length);
    out->failed |= content->failed;
    bytes_clear(content);
}

static void append_characters(struct bytes *out, const uint8_t *text, size_t length, bool wide)
{
    if (wide)
        append_wide(out, text, length);
    else
        bytes_append(out, text, length);
}

/* The next line, without its end; 0 behind the last. */
static size_t take_line(const struct bytes *in, size_t *at, const uint8_t **line)
{
    while (*at < in->length && (in->data[*at] == '\n' || in->data[*at] == '\r'))
        ++*at;
    *line = in->data + *at;
    size_t length = 0;
    for (; *at < in->length && in->data[*at] != '\n' && in->data[*at] != '\r'; ++*at)
        length++;
    return length;
}

/* A line of text is a shared string; a record ends within each, and what follows is of the other width. */
static void write_workbook(const struct bytes *in, struct bytes *out)
{
    enum { BEGIN = 0x809, SHARED = 0xfc, CONTINUE = 0x3c, END = 0x0a };
    struct bytes record = {0};
    const uint8_t *line;
    size_t length;
    size_t count = 0;
    append_le(&record, 0x00050600, 4);
    append_zeros(&record, 16);
    append_record(out, BEGIN, &record);
    for (size_t at = 0; take_line(in, &at, &line) > 0;)
        count++;
    append_le(&record, count, 4);
    append_le(&record, count, 4);
    unsigned type = SHARED;
    for (size_t at = 0; (length = take_line(in, &at, &line)) > 0; type = CONTINUE) {
        bool wide = length % 2 != 0;
        append_le(&record, length, 2);
        append_le(&record, wide, 1);
        append_characters(&record, line, length / 2, wide);
        append_record(out, type, &record);
        append_le(&record, !wide, 1);
        append_characters(&record, line + length / 2, length - length / 2, !wide);
    }
    append_record(out, type, &record);
    append_record(out, END, &record);
    bytes_free(&record);
}

void wrap_xls(struct bytes *out, const struct bytes *in, struct random *random)
{
    struct bytes workbook = {0};
    struct bytes note = {0};
    bool readable = is_text(in);
    write_prose(&note, random, 60);
    write_workbook(readable ? in : &note, &workbook);
    struct compound_stream streams[] = {{.name = "Package", .content = in}, {.name = "Workbook", .content = &workbook}};
    write_compound(out, readable ? streams + 1 : streams, readable ? 1 : 2);
    out->failed |= note.failed;
    bytes_free(&workbook);
    bytes_free(&note);
}

static void append_slide_record(struct bytes *out, unsigned version, unsigned type, const struct bytes *content)
{
    append_le(out, version, 2);
    append_le(out, type, 2);
    append_le(out, content->length, 4);
    bytes_append(out, content->data, content->length);
    out->failed |= content->failed;
}

/* Text stands in an atom of one or of two bytes a character, anything else as a compressed object. */
void wrap_ppt(struct bytes *out, const struct bytes *in, struct random *random)
{
    enum { CONTAINER = 0xf, COMPRESSED = 1 << 4, DOCUMENT = 0x3e8, WIDE_TEXT = 0xfa0, TEXT = 0xfa8, OBJECT = 0x1011 };
    struct bytes note = {0};
    struct bytes text = {0};
    struct bytes atom = {0};
    struct bytes object = {0};
    struct bytes document = {0};
    bool readable = is_text(in);
    bool wide = random_below(random, 2) != 0;
    write_prose(&note, random, 60);
    const struct bytes *shown = readable ? in : &note;
    for (size_t i = 0; i < shown->length; i++) {
        if (shown->data[i] == '\r')
            continue;
        uint8_t character = shown->data[i] == '\n' ? '\r' : shown->data[i];
        append_le(&text, character, wide ? 2 : 1);
    }
    append_slide_record(&atom, 0, wide ? WIDE_TEXT : TEXT, &text);
    append_slide_record(&document, CONTAINER, DOCUMENT, &atom);
    if (!readable) {
        append_le(&object, in->length, 4);
        append_deflated(&object, in, 15);
        append_slide_record(&document, COMPRESSED, OBJECT, &object);
    }
    write_compound(out, &(struct compound_stream){.name = "PowerPoint Document", .content = &document}, 1);
    out->failed |= note.failed;
    bytes_free(&note);
    bytes_free(&text);
    bytes_free(&atom);
    bytes_free(&object);
    bytes_free(&document);
}

/* Compressed RTF without a reference but the one that ends it: to the place in the ring where writing stands. */
static void compress_rtf(const struct bytes *rtf, struct bytes *out)
{
    enum { RING = 4096, PRESET = 207, GROUP = 8, COMPRESSED = 0x75465a4c };
    struct bytes packed = {0};
    for (size_t i = 0; i < rtf->length; i++) {
        if (i % GROUP == 0)
            append_le(&packed, i + GROUP > rtf->length ? 1U << rtf->length % GROUP : 0, 1);
        append_le(&packed, rtf->data[i], 1);
    }
    if (rtf->length % GROUP == 0)
        append_le(&packed, 1, 1);
    unsigned end = (unsigned)((PRESET + rtf->length) % RING) << 4;
    append_le(&packed, end >> 8 | (end & 0xff) << 8, 2);
    append_le(out, packed.length + 12, 4);
    append_le(out, rtf->length, 4);
    append_le(out, COMPRESSED, 4);
    append_le(out, ~crc32(0xffffffff, packed.data, (uInt)packed.length) & 0xffffffff, 4);
    bytes_append(out, packed.data, packed.length);
    out->failed |= rtf->failed | packed.failed;
    bytes_free(&packed);
}

/* The body in compressed RTF; what is no text is the attachment. */
void wrap_msg(struct bytes *out, const struct bytes *in, struct random *random)
{
    static const char class[] = "IPM.Note";
    struct bytes kind = {0};
    struct bytes rtf = {0};
    struct bytes body = {0};
    struct bytes note = {0};
    bool readable = is_text(in);
    append_wide(&kind, (const uint8_t *)class, sizeof class - 1);
    write_prose(&note, random, 60);
    wrap_rtf(&rtf, readable ? in : &note, random);
    compress_rtf(&rtf, &body);
    struct compound_stream streams[] = {{.name = "__substg1.0_001A001F", .content = &kind},
                                        {.name = "__substg1.0_10090102", .content = &body},
                                        {.name = "__substg1.0_37010102", .content = in}};
    write_compound(out, streams, readable ? 2 : 3);
    out->failed |= note.failed;
    bytes_free(&kind);
    bytes_free(&rtf);
    bytes_free(&body);
    bytes_free(&note);
}
