/* Machine readable zones of travel documents (ICAO Doc 9303, parts 4 to 7): passports (TD3, two lines of 44), identity
 * cards (TD1, three of 30; TD2, two of 36) and visas (MRV-A and MRV-B), with their lines below each other or run
 * together. Three to five check digits (weights 7, 3, 1) must hold. The value is the lines without a break. */
#include "scan/recognise.h"

#include <string.h>

enum { LINE_MOST = 44, ZONE_MOST = 90, BREAK_MOST = 2 };

/* '<' and letters count 0 and 10 to 35; -1 for what stands in no zone. */
static int value_of(uint8_t byte)
{
    if (is_digit(byte))
        return byte - '0';
    if (is_upper(byte))
        return byte - 'A' + 10;
    return byte == '<' ? 0 : -1;
}

/* A sum whose weights go on from one part of a zone to the next. */
struct sum {
    unsigned total, count;
};

static void add(struct sum *sum, const char *zone, size_t from, size_t to)
{
    static const uint8_t weights[3] = {7, 3, 1};
    for (size_t i = from; i < to; i++)
        sum->total += (unsigned)value_of((uint8_t)zone[i]) * weights[sum->count++ % 3];
}

static bool is_sum(const struct sum *sum, char digit)
{
    return is_digit((uint8_t)digit) && sum->total % 10 == (unsigned)(digit - '0');
}

/* Does zone[to] check zone[from..to)? */
static bool checks(const char *zone, size_t from, size_t to)
{
    struct sum sum = {0, 0};
    add(&sum, zone, from, to);
    return is_sum(&sum, zone[to]);
}

static bool is_date(const char *zone, size_t at)
{
    unsigned month = (unsigned)(zone[at + 2] - '0') * 10 + (unsigned)(zone[at + 3] - '0');
    unsigned day = (unsigned)(zone[at + 4] - '0') * 10 + (unsigned)(zone[at + 5] - '0');
    return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

static bool is_state(const char *zone, size_t at)
{
    return is_upper((uint8_t)zone[at]) && (is_upper((uint8_t)zone[at + 1]) || zone[at + 1] == '<') &&
           (is_upper((uint8_t)zone[at + 2]) || zone[at + 2] == '<');
}

/* Names: letters, fillers, and two fillers between surname and given names or at the end. */
static bool is_name(const char *zone, size_t from, size_t to)
{
    bool parted = false;
    for (size_t i = from; i < to; i++) {
        if (is_digit((uint8_t)zone[i]))
            return false;
        parted = parted || (i > from && zone[i] == '<' && zone[i - 1] == '<');
    }
    return parted && is_upper((uint8_t)zone[from]);
}

/* Birth, sex and expiry: six digits and one that checks them, a letter, the same again. */
static bool is_person(const char *zone, size_t at)
{
    return is_date(zone, at) && checks(zone, at, at + 6) && strchr("MFX<", zone[at + 7]) != NULL &&
           is_date(zone, at + 8) && checks(zone, at + 8, at + 14);
}

/* Two lines of `width`. */
static bool is_two_lines(const char *zone, size_t width)
{
    const char *second = zone + width;
    bool visa = zone[0] == 'V';
    bool passport = width == LINE_MOST;
    if (visa || passport ? zone[0] != (visa ? 'V' : 'P') : strchr("IACP", zone[0]) == NULL)
        return false;
    if (!is_state(zone, 2) || !is_name(zone, 5, width) || !is_state(second, 10) || second[0] == '<' ||
        !checks(second, 0, 9) || !is_person(second, 13))
        return false;
    if (visa)
        return true;
    if (passport && !checks(second, 28, 42) && !(second[42] == '<' && second[28] == '<'))
        return false;
    struct sum sum = {0, 0};
    add(&sum, second, 0, 10);
    add(&sum, second, 13, 20);
    add(&sum, second, 21, width - 1);
    return is_sum(&sum, second[width - 1]);
}

/* Three lines of 30. A number too long for its field goes on in the optional data behind a filler. */
static bool is_three_lines(const char *zone)
{
    if (strchr("IAC", zone[0]) == NULL || !is_state(zone, 2) || !is_state(zone, 45) || !is_name(zone, 60, 90) ||
        zone[5] == '<' || !is_person(zone, 30))
        return false;
    if (zone[14] != '<' && !checks(zone, 5, 14))
        return false;
    if (zone[14] == '<' && !is_digit((uint8_t)zone[15]) && !is_upper((uint8_t)zone[15]))
        return false;
    struct sum sum = {0, 0};
    add(&sum, zone, 5, 30);
    add(&sum, zone, 30, 37);
    add(&sum, zone, 38, 45);
    add(&sum, zone, 48, 59);
    return is_sum(&sum, zone[59]);
}

static size_t break_before(const struct text *text, size_t at)
{
    size_t length = 0;
    while (length < BREAK_MOST && (byte_at(text, at - length - 1) == '\n' || byte_at(text, at - length - 1) == '\r'))
        length++;
    return length;
}

static size_t break_behind(const struct text *text, size_t at)
{
    size_t length = 0;
    while (length < BREAK_MOST && (byte_at(text, at + length) == '\n' || byte_at(text, at + length) == '\r'))
        length++;
    return length;
}

/* Copies a line to the zone; false if it is none or its neighbours belong to it. */
static bool read_line(const struct text *text, size_t at, size_t width, char *zone)
{
    if (at > text->length || text->length - at < width)
        return false;
    for (size_t i = 0; i < width; i++) {
        if (value_of(text->data[at + i]) < 0)
            return false;
        zone[i] = (char)text->data[at + i];
    }
    return true;
}

/* Reads a zone whose second line begins at `second`. */
static bool read_zone(const struct text *text, size_t second, size_t lines, size_t width, struct match *match)
{
    char zone[ZONE_MOST + 1] = "";
    size_t gap = break_before(text, second);
    if (second < gap + width)
        return false;
    size_t begin = second - gap - width;
    size_t end = second + width;
    if (value_of(byte_at(text, begin - 1)) >= 0 || !read_line(text, begin, width, zone) ||
        !read_line(text, second, width, zone + width))
        return false;
    if (lines == 3) {
        size_t third = end + break_behind(text, end);
        if (!read_line(text, third, width, zone + 2 * width))
            return false;
        end = third + width;
    }
    if (value_of(byte_at(text, end)) >= 0 || !(lines == 3 ? is_three_lines(zone) : is_two_lines(zone, width)))
        return false;
    match->begin = begin;
    match->end = end;
    for (size_t i = 0; i < lines * width; i++)
        put(match, (uint8_t)zone[i]);
    return true;
}

bool verify_mrz(const struct text *text, size_t at, struct match *match)
{
    enum { BIRTH = 13 }; /* where a second line has it, but that of three, which begins with it */
    if (text->length - at < 15)
        return false;
    uint8_t sex = text->data[at + 7];
    if (sex != 'M' && sex != 'F' && sex != '<' && sex != 'X')
        return false;
    for (size_t i = 0; i < 15; i++) {
        if (i != 7 && !is_digit(text->data[at + i]))
            return false;
    }
    if (read_zone(text, at, 3, 30, match))
        return true;
    return at >= BIRTH &&
           (read_zone(text, at - BIRTH, 2, LINE_MOST, match) || read_zone(text, at - BIRTH, 2, 36, match));
}
