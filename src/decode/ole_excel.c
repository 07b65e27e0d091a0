/* Excel workbooks up to 2003 (MS-XLS): a stream of records of at most 8224 bytes. Most strings stand in it as they are;
 * handed out, a line each, are the shared strings (2.4.265) that a record's end cuts, and whole numbers of cells
 * (2.4.180, 2.4.220, 2.4.175), since a telephone number typed into a cell is kept in binary. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "decode/characters.h"
#include "decode/input.h"
#include "decode/ole.h"

enum { RECORD = 4, SST = 0xfc, CONTINUE = 0x3c, FILEPASS = 0x2f, NUMBER = 0x203, RK = 0x27e, MULRK = 0xbd };
enum { STRING_WIDE = 1, STRING_PHONETIC = 4, STRING_RICH = 8, LINES_MAX = 32 * 1024 };
static const double smallest = 1e6, largest = 9007199254740992.0; /* what 53 bits hold exactly */

struct lines {
    struct sb_output *output;
    bool begun, stopped;
    size_t length;
    uint8_t out[LINES_MAX];
};

static void flush(struct lines *lines)
{
    static const char name[] = "Workbook text";
    if (lines->length == 0 || lines->stopped)
        return;
    if (!lines->begun)
        lines->stopped = output_member(lines->output, name, sizeof name - 1) != 0;
    lines->begun = true;
    if (!lines->stopped)
        lines->stopped = lines->output->write(lines->output, lines->out, lines->length) != 0;
    lines->length = 0;
}

static void put(struct lines *lines, uint32_t character)
{
    if (LINES_MAX - lines->length < 4)
        flush(lines);
    lines->length += write_utf8(character, lines->out + lines->length);
}

static void put_number(struct lines *lines, double number)
{
    if (!(fabs(number) >= smallest && fabs(number) <= largest) || floor(number) != number)
        return;
    char text[32];
    (void)snprintf(text, sizeof text, "%.0f\n", number);
    for (const char *c = text; *c != '\0'; c++)
        put(lines, (uint8_t)*c);
}

/* MS-XLS 2.5.217: 30 bits of a number, whole or the upper part of a double, perhaps a hundredfold. */
static double read_rk(uint32_t rk)
{
    double number;
    if (rk & 2) {
        number = (double)((int32_t)rk >> 2);
    } else {
        uint64_t bits = (uint64_t)(rk & ~3U) << 32;
        memcpy(&number, &bits, sizeof number);
    }
    return rk & 1 ? number / 100 : number;
}

/* Shared strings run on from record to record. */
struct reader {
    struct ole_stream stream;
    size_t at, end; /* of the record's content */
    bool over;
};

/* Goes on to the record that continues this one, if it has come to its end. */
static bool go_on(struct reader *reader)
{
    while (reader->at == reader->end && !reader->over) {
        size_t next = reader->end;
        if (reader->stream.length - next < RECORD || load_le16(reader->stream.data + next) != CONTINUE) {
            reader->over = true;
            break;
        }
        size_t length = load_le16(reader->stream.data + next + 2);
        reader->at = next + RECORD;
        reader->end = length < reader->stream.length - reader->at ? reader->at + length : reader->stream.length;
    }
    return !reader->over;
}

static uint32_t read_small(struct reader *reader, unsigned bytes)
{
    uint32_t number = 0;
    for (unsigned i = 0; i < bytes && go_on(reader); i++)
        number |= (uint32_t)reader->stream.data[reader->at++] << 8 * i;
    return number;
}

static void skip(struct reader *reader, uint64_t length)
{
    while (length > 0 && go_on(reader)) {
        size_t rest = reader->end - reader->at;
        size_t step = length < rest ? (size_t)length : rest;
        reader->at += step;
        length -= step;
    }
}

/* The characters of one string. Where a record ends within them, the next one says anew how wide they are. */
static void read_characters(struct reader *reader, uint32_t count, bool wide, struct lines *lines)
{
    size_t width = wide ? 2 : 1;
    bool cut = reader->end - reader->at < count * width;
    for (uint32_t i = 0; i < count; i++) {
        if (reader->at == reader->end) {
            if (!go_on(reader))
                break;
            wide = (reader->stream.data[reader->at++] & STRING_WIDE) != 0;
        }
        uint32_t character = read_small(reader, wide ? 2 : 1);
        if (cut)
            put(lines, character);
    }
    if (cut)
        put(lines, '\n');
}

static void read_strings(struct reader *reader, struct lines *lines)
{
    (void)read_small(reader, 4);
    uint32_t count = read_small(reader, 4);
    for (uint32_t i = 0; i < count && go_on(reader) && !lines->stopped; i++) {
        uint32_t characters = read_small(reader, 2);
        uint32_t flags = read_small(reader, 1);
        uint32_t runs = flags & STRING_RICH ? read_small(reader, 2) : 0;
        uint32_t phonetic = flags & STRING_PHONETIC ? read_small(reader, 4) : 0;
        read_characters(reader, characters, (flags & STRING_WIDE) != 0, lines);
        skip(reader, (uint64_t)runs * 4 + phonetic);
    }
}

static void read_record(unsigned type, const uint8_t *data, size_t length, struct lines *lines)
{
    double number;
    if (type == NUMBER && length >= 14) {
        uint64_t bits = load_le64(data + 6);
        memcpy(&number, &bits, sizeof number);
        put_number(lines, number);
    } else if (type == RK && length >= 10) {
        put_number(lines, read_rk(load_le32(data + 6)));
    } else if (type == MULRK) {
        for (size_t at = 4; at + 6 <= length; at += 6)
            put_number(lines, read_rk(load_le32(data + at + 2)));
    }
}

enum sb_decode_result ole_excel(struct ole_stream workbook, struct sb_output *output)
{
    struct lines lines = {.output = output};
    for (size_t at = 0; workbook.length - at >= RECORD && !lines.stopped;) {
        unsigned type = load_le16(workbook.data + at);
        size_t length = load_le16(workbook.data + at + 2);
        at += RECORD;
        if (length > workbook.length - at)
            length = workbook.length - at;
        if (type == FILEPASS)
            return SB_DECODE_ENCRYPTED;
        if (type == SST) {
            struct reader reader = {.stream = workbook, .at = at, .end = at + length};
            read_strings(&reader, &lines);
        } else {
            read_record(type, workbook.data + at, length, &lines);
        }
        at += length;
    }
    flush(&lines);
    return lines.stopped ? SB_DECODE_STOPPED : SB_DECODE_DONE;
}
