/* UTF-8 (RFC 3629) and UTF-16 (RFC 2781) are both numbers written in digits of a few bits, each digit a byte with a
 * mark: a range of characters becomes the fewest rows of digits of which only one varies in part. */
#include "scan/charset.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

enum { LAST_CHARACTER = 0x10ffff, SURROGATES = 0xd800, BEHIND_SURROGATES = 0xe000, DIGITS_MAX = 4 };

/* ---- sets ---- */

void charset_add(struct charset *set, uint32_t first, uint32_t last)
{
    struct charset_range range = {first, last};
    bytes_append(&set->ranges, &range, sizeof range);
}

static struct charset_range *ranges_of(const struct charset *set, size_t *count)
{
    *count = set->ranges.failed ? 0 : set->ranges.length / sizeof(struct charset_range);
    return (struct charset_range *)(void *)set->ranges.data;
}

static int compare_ranges(const void *left, const void *right)
{
    uint32_t a = ((const struct charset_range *)left)->first;
    uint32_t b = ((const struct charset_range *)right)->first;
    return (a > b) - (a < b);
}

/* Sorted and apart from each other. */
static void merge(struct charset *set)
{
    size_t count;
    struct charset_range *ranges = ranges_of(set, &count);
    if (count == 0)
        return;
    qsort(ranges, count, sizeof *ranges, compare_ranges);
    size_t kept = 0;
    for (size_t i = 1; i < count; i++) {
        if (ranges[i].first <= ranges[kept].last + 1) {
            if (ranges[i].last > ranges[kept].last)
                ranges[kept].last = ranges[i].last;
        } else {
            ranges[++kept] = ranges[i];
        }
    }
    set->ranges.length = (kept + 1) * sizeof *ranges;
}

void charset_settle(struct charset *set)
{
    merge(set);
    size_t count;
    (void)ranges_of(set, &count);
    for (size_t i = 0; i < count; i++) {
        struct charset_range *range = &ranges_of(set, &count)[i];
        if (range->first < BEHIND_SURROGATES && range->last >= SURROGATES) {
            struct charset_range behind = {BEHIND_SURROGATES, range->last};
            uint32_t first = range->first;
            range->last = SURROGATES - 1;
            if (first >= SURROGATES)
                *range = (struct charset_range){1, 0}; /* empty */
            if (behind.last >= BEHIND_SURROGATES)
                charset_add(set, behind.first, behind.last);
            break;
        }
    }
    struct charset_range *ranges = ranges_of(set, &count);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (ranges[i].first <= ranges[i].last)
            ranges[kept++] = ranges[i];
    set->ranges.length = kept * sizeof *ranges;
    if (kept > 0)
        qsort(ranges, kept, sizeof *ranges, compare_ranges);
}

void charset_fold(struct charset *set)
{
    static locale_t unicode;
    if (unicode == (locale_t)0)
        unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    merge(set);
    size_t count;
    (void)ranges_of(set, &count);
    for (size_t i = 0; unicode != (locale_t)0 && i < count && !set->ranges.failed; i++) {
        struct charset_range range = ranges_of(set, &(size_t){0})[i];
        for (uint32_t c = range.first; c <= range.last; c++) {
            wint_t upper = towupper_l(c, unicode);
            wint_t lower = towlower_l(c, unicode);
            const wint_t others[] = {upper, lower, towlower_l(upper, unicode), towupper_l(lower, unicode)};
            for (size_t j = 0; j < sizeof others / sizeof *others; j++)
                if (others[j] < range.first || others[j] > range.last)
                    charset_add(set, others[j], others[j]);
        }
    }
}

void charset_complement(struct charset *set)
{
    merge(set);
    struct charset other = {.any_byte = true};
    size_t count;
    const struct charset_range *ranges = ranges_of(set, &count);
    uint32_t next = 0;
    for (size_t i = 0; i < count; i++) {
        if (ranges[i].first > next)
            charset_add(&other, next, ranges[i].first - 1);
        next = ranges[i].last + 1;
    }
    if (next <= LAST_CHARACTER)
        charset_add(&other, next, LAST_CHARACTER);
    other.ranges.failed |= set->ranges.failed;
    charset_free(set);
    *set = other;
}

void charset_keep_below(struct charset *set, uint32_t end)
{
    size_t count;
    struct charset_range *ranges = ranges_of(set, &count);
    while (count > 0 && ranges[count - 1].first >= end)
        count--;
    if (count > 0 && ranges[count - 1].last >= end)
        ranges[count - 1].last = end - 1;
    set->ranges.length = count * sizeof *ranges;
}

void charset_clear(struct charset *set)
{
    bytes_clear(&set->ranges);
    set->any_byte = false;
}

void charset_free(struct charset *set)
{
    bytes_free(&set->ranges);
    set->any_byte = false;
}

/* ---- bytes ---- */

/* How the characters of a plane are written: `count` digits, the last one first here, each from its bit of
 * (character - base) on, with its mark. */
struct plane {
    uint32_t first, last, base;
    unsigned count;
    unsigned shifts[DIGITS_MAX + 1];
    uint8_t marks[DIGITS_MAX];
};
static const struct plane utf8[] = {
    {0x00, 0x7f, 0, 1, {0, 32}, {0x00}},
    {0x80, 0x7ff, 0, 2, {0, 6, 32}, {0x80, 0xc0}},
    {0x800, 0xffff, 0, 3, {0, 6, 12, 32}, {0x80, 0x80, 0xe0}},
    {0x10000, LAST_CHARACTER, 0, 4, {0, 6, 12, 18, 32}, {0x80, 0x80, 0x80, 0xf0}},
    {1, 0, 0, 0, {0}, {0}},
};
static const struct plane utf16[] = {
    {0x00, 0xffff, 0, 2, {0, 8, 32}, {0, 0}},
    {0x10000, LAST_CHARACTER, 0x10000, 4, {0, 8, 10, 18, 32}, {0x00, 0xdc, 0x00, 0xd8}},
    {1, 0, 0, 0, {0}, {0}},
};

/* Characters that differ in their last digit alone, or whose last digit runs through all values. */
struct row {
    unsigned count;
    uint8_t low[DIGITS_MAX], high[DIGITS_MAX]; /* last digit first; that one stands in `last` */
    uint64_t last[4];                          /* bit b: byte b */
};

struct writer {
    enum sb_encoding encoding;
    struct bytes *out;
    struct row row; /* that may still take more; count 0: none */
    size_t rows;    /* written */
};

static void write_class(struct bytes *out, const uint64_t set[4])
{
    unsigned members = 0;
    for (int i = 0; i < 4; i++)
        members += (unsigned)__builtin_popcountll(set[i]);
    bytes_append_text(out, members == 1 ? "" : "[");
    for (unsigned byte = 0; byte < 256; byte++) {
        unsigned end = byte;
        while (end < 256 && (set[end / 64] >> end % 64 & 1) != 0)
            end++;
        if (end == byte)
            continue;
        bytes_format(out, "\\x%02x", byte);
        if (end - byte > 1)
            bytes_format(out, "-\\x%02x", end - 1);
        byte = end;
    }
    bytes_append_text(out, members == 1 ? "" : "]");
}

static void set_bytes(uint64_t set[4], unsigned low, unsigned high)
{
    for (unsigned byte = low; byte <= high; byte++)
        set[byte / 64] |= 1ULL << byte % 64;
}

static void end_row(struct writer *writer)
{
    const struct row *row = &writer->row;
    if (row->count == 0)
        return;
    if (writer->rows++ > 0)
        bytes_append_char(writer->out, '|');
    for (unsigned i = row->count; i-- > 0;) {
        unsigned digit = writer->encoding == SB_UTF16LE ? i ^ 1 : i;
        uint64_t set[4] = {0};
        if (digit != 0)
            set_bytes(set, row->low[digit], row->high[digit]);
        write_class(writer->out, digit == 0 ? row->last : set);
    }
    writer->row.count = 0;
}

static void add_row(struct writer *writer, const struct row *row)
{
    struct row *open = &writer->row;
    bool same = open->count == row->count && open->count > 0;
    for (unsigned i = 1; same && i < row->count; i++)
        same = open->low[i] == row->low[i] && open->high[i] == row->high[i];
    if (!same) {
        end_row(writer);
        *open = *row;
    }
    set_bytes(open->last, row->low[0], row->high[0]);
}

/* The range in rows: as many last digits as possible run through all values, the one before them through some. */
static void add_range(struct writer *writer, const struct plane *plane, uint32_t first, uint32_t last)
{
    uint64_t at = first - plane->base;
    uint64_t end = last - plane->base;
    while (at <= end) {
        unsigned free = 0; /* digits that run through all values */
        while (free + 1 < plane->count) {
            uint64_t block = 1ULL << plane->shifts[free + 1];
            if (at % block != 0 || at + block - 1 > end)
                break;
            free++;
        }
        uint64_t block = 1ULL << plane->shifts[free];
        uint64_t stop = at | ((1ULL << plane->shifts[free + 1]) - 1);
        stop = stop < end ? stop : end;
        stop = at + (stop - at + 1) / block * block - 1;
        struct row row = {.count = plane->count};
        for (unsigned i = 0; i < plane->count; i++) {
            uint64_t mask = (1ULL << (plane->shifts[i + 1] - plane->shifts[i])) - 1;
            row.low[i] = (uint8_t)(plane->marks[i] | (at >> plane->shifts[i] & mask));
            row.high[i] = (uint8_t)(plane->marks[i] | (stop >> plane->shifts[i] & mask));
        }
        add_row(writer, &row);
        at = stop + 1;
    }
}

void charset_write(const struct charset *set, enum sb_encoding encoding, struct bytes *out)
{
    struct bytes rows = {0};
    struct writer writer = {.encoding = encoding, .out = &rows};
    size_t count;
    const struct charset_range *ranges = ranges_of(set, &count);
    if (set->any_byte && encoding == SB_UTF8) {
        struct row row = {.count = 1, .low = {0x80}, .high = {0xff}};
        add_row(&writer, &row);
    }
    for (size_t i = 0; i < count; i++) {
        for (const struct plane *plane = encoding == SB_UTF8 ? utf8 : utf16; plane->count > 0; plane++) {
            uint32_t first = ranges[i].first > plane->first ? ranges[i].first : plane->first;
            uint32_t last = ranges[i].last < plane->last ? ranges[i].last : plane->last;
            if (first <= last)
                add_range(&writer, plane, first, last);
        }
    }
    end_row(&writer);
    if (writer.rows == 0)
        bytes_append_text(&rows, "[^\\x00-\\xff]");
    bytes_append_text(out, writer.rows > 1 ? "(?:" : "");
    bytes_append_text(out, bytes_text(&rows));
    bytes_append_text(out, writer.rows > 1 ? ")" : "");
    out->failed |= rows.failed || set->ranges.failed;
    bytes_free(&rows);
}
