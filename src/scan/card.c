/* Payment cards (ISO/IEC 7812): 13 to 19 digits of an issuer's range with Luhn's check digit, written in one run, in
 * the groups that cards show, or on a magnetic stripe (ISO/IEC 7813). One random number in ten passes Luhn, so what
 * stands around the digits decides too. */
#include "scan/recognise.h"

#include <string.h>

enum { SHORTEST = 13, LONGEST = 19, GROUPS_MAX = 5 };

#define LENGTH(n) (1U << (n))
#define LENGTHS_16_TO_19 (LENGTH(16) | LENGTH(17) | LENGTH(18) | LENGTH(19))

/* Issuer ranges by the first six digits, and which lengths they use. */
static const struct range {
    uint32_t first, last, lengths;
} ranges[] = {
    {220000, 220499, LENGTHS_16_TO_19},                           /* Mir */
    {222100, 272099, LENGTH(16)},                                 /* Mastercard */
    {300000, 305999, LENGTH(14) | LENGTH(16)},                    /* Diners Club */
    {309500, 309599, LENGTH(14) | LENGTH(16)},                    /* Diners Club */
    {340000, 349999, LENGTH(15)},                                 /* American Express */
    {352800, 358999, LENGTHS_16_TO_19},                           /* JCB */
    {360000, 369999, LENGTH(14)},                                 /* Diners Club */
    {370000, 379999, LENGTH(15)},                                 /* American Express */
    {380000, 399999, LENGTH(14) | LENGTH(16)},                    /* Diners Club */
    {400000, 499999, LENGTH(13) | LENGTH(16) | LENGTH(19)},       /* Visa */
    {501800, 502099, LENGTH(13) | LENGTH(15) | LENGTHS_16_TO_19}, /* Maestro, Dankort */
    {503800, 503899, LENGTH(13) | LENGTH(15) | LENGTHS_16_TO_19}, /* Maestro */
    {506099, 506198, LENGTH(16) | LENGTH(18) | LENGTH(19)},       /* Verve */
    {508500, 508999, LENGTH(16)},                                 /* RuPay */
    {510000, 559999, LENGTH(16)},                                 /* Mastercard */
    {561200, 561299, LENGTHS_16_TO_19},                           /* Maestro */
    {589300, 589399, LENGTH(13) | LENGTH(15) | LENGTHS_16_TO_19}, /* Maestro */
    {601100, 601199, LENGTHS_16_TO_19},                           /* Discover */
    {606282, 606282, LENGTH(16)},                                 /* Hipercard */
    {606985, 608500, LENGTH(16)},                                 /* RuPay */
    {620000, 629999, LENGTHS_16_TO_19},                           /* UnionPay, Discover */
    {630400, 630499, LENGTH(13) | LENGTH(15) | LENGTHS_16_TO_19}, /* Maestro */
    {639000, 639099, LENGTHS_16_TO_19},                           /* Maestro */
    {644000, 659999, LENGTHS_16_TO_19},                           /* Discover, RuPay, Troy */
    {675900, 675999, LENGTH(13) | LENGTH(15) | LENGTHS_16_TO_19}, /* Maestro */
    {676100, 676399, LENGTH(13) | LENGTH(15) | LENGTHS_16_TO_19}, /* Maestro */
    {676770, 676774, LENGTHS_16_TO_19},                           /* Maestro */
    {810000, 817199, LENGTHS_16_TO_19},                           /* UnionPay */
    {979200, 979289, LENGTH(16)},                                 /* Troy */
};

/* How digits are grouped on cards and in forms. */
static const uint8_t groupings[][GROUPS_MAX] = {
    {4, 4, 4, 4, 3}, {4, 4, 4, 4, 2}, {4, 4, 4, 4, 1}, {4, 4, 4, 4}, {4, 4, 4, 3}, {4, 4, 4, 2}, {4, 4, 4, 1},
    {6, 13},         {4, 6, 5},       {4, 6, 4},       {4, 3, 3, 3}, {4, 5, 6},    {4, 4, 5},
};

static bool is_issued(const uint8_t *digits, size_t length)
{
    uint32_t first = 0;
    for (int i = 0; i < 6; i++)
        first = first * 10 + digits[i];
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        if (first >= ranges[i].first && first <= ranges[i].last && (ranges[i].lengths >> length & 1))
            return true;
    }
    return false;
}

static bool has_check_digit(const uint8_t *digits, size_t length)
{
    unsigned sum = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned digit = digits[length - 1 - i];
        sum += i % 2 == 0 ? digit : digit * 2 - (digit > 4 ? 9 : 0);
    }
    return sum % 10 == 0;
}

/* Not one digit over and over. The numbers that shops test with vary little, and still are cards. */
static bool is_varied(const uint8_t *digits, size_t length)
{
    for (size_t i = 1; i < length; i++)
        if (digits[i] != digits[0])
            return true;
    return false;
}

/* Expiry (YYMM) and service code, which follow the number on a stripe. */
static bool is_stripe_tail(const struct text *text, size_t at)
{
    for (size_t i = 0; i < 7; i++) {
        if (!is_digit(byte_at(text, at + i)))
            return false;
    }
    unsigned month = (text->data[at + 2] - '0') * 10U + (text->data[at + 3] - '0');
    return month >= 1 && month <= 12;
}

/* Track 1: the holder's name between '^', then the tail. */
static bool is_track1(const struct text *text, size_t end)
{
    enum { NAME_MAX = 26 };
    if (byte_at(text, end) != '^')
        return false;
    for (size_t i = end + 1; i <= end + 1 + NAME_MAX; i++) {
        uint8_t byte = byte_at(text, i);
        if (byte == '^')
            return is_stripe_tail(text, i + 1);
        if (byte < ' ' || byte > 0x5f)
            return false;
    }
    return false;
}

/* Track 2: '=' (or 'D', as chips write it), then the tail. */
static bool is_track2(const struct text *text, size_t end)
{
    uint8_t byte = byte_at(text, end);
    return (byte == '=' || byte == 'D') && is_stripe_tail(text, end + 1);
}

/* Is data[begin..end) a hexadecimal number of four or five digits, some of them decimal? */
static bool is_hex_group(const struct text *text, size_t begin, size_t end)
{
    bool decimal = false;
    for (size_t i = begin; i < end; i++) {
        if (hex_value(byte_at(text, i)) < 0)
            return false;
        decimal = decimal || is_digit(text->data[i]);
    }
    return decimal;
}

/* Does a table of numbers in groups of four, or of hexadecimal codes, go on before or behind the number? */
static bool in_table(const struct text *text, size_t begin, size_t end)
{
    for (size_t width = 4; width <= 5; width++) {
        if (byte_at(text, end) == ' ' && is_hex_group(text, end + 1, end + 1 + width) &&
            !is_alnum(byte_at(text, end + 1 + width)))
            return true;
        if (byte_at(text, begin - 1) == ' ' && begin > width && is_hex_group(text, begin - 1 - width, begin - 1) &&
            !is_alnum(byte_at(text, begin - 2 - width)))
            return true;
    }
    return false;
}

/* Does what surrounds the number leave it a number of its own? */
static bool stands_alone(const struct text *text, size_t begin, size_t end, uint8_t separator)
{
    static const char other_numbers[] =
        " id uid guid uuid oid pid timestamp time stamp mtime ctime hash seed imei imsi "
        "isbn ean gtin serial size offset version phone tel fax build revision inode ";
    uint8_t before = byte_at(text, begin - 1);
    uint8_t before2 = byte_at(text, begin - 2);
    uint8_t after = byte_at(text, end);
    uint8_t after2 = byte_at(text, end + 1);
    if (is_alnum(before) || before == '_' || before == '+' || before == '\\' || is_alnum(after) || after == '_')
        return false;
    if ((before == '.' || before == ',' || before == '-' || before == '/' || before == ':') && is_digit(before2) &&
        before != ',')
        return false;
    if (before == '-' && is_alnum(before2))
        return false;
    if ((after == '.' || after == '/' || after == ':') && is_digit(after2))
        return false;
    if (after == '-' && is_alnum(after2))
        return false;
    if (after == '%' || before == '%' || after == '=' || after == '+')
        return false;
    if (separator != 0) {
        bool account = separator == ' ' && before == ' ' && is_digit(before2) && is_digit(byte_at(text, begin - 3)) &&
                       is_alpha(byte_at(text, begin - 4)) && is_alpha(byte_at(text, begin - 5));
        return !account && !(separator == ' ' && in_table(text, begin, end));
    }
    if (has_scheme(text, token_begin(text, begin, 256), begin))
        return false;
    return !follows_word(text, begin, other_numbers);
}

/* Reads the groups of `grouping` from `at`. Returns the end, or 0 if the text is grouped otherwise. */
static size_t read_groups(const struct text *text, size_t at, uint8_t separator, const uint8_t *grouping,
                          uint8_t digits[LONGEST], size_t *length)
{
    *length = 0;
    for (int group = 0; group < GROUPS_MAX && grouping[group] != 0; group++) {
        if (group > 0 && byte_at(text, at++) != separator)
            return 0;
        for (int i = 0; i < grouping[group]; i++, at++) {
            if (!is_digit(byte_at(text, at)))
                return 0;
            digits[(*length)++] = (uint8_t)(text->data[at] - '0');
        }
    }
    return is_digit(byte_at(text, at)) ? 0 : at;
}

static bool is_card(const uint8_t *digits, size_t length)
{
    return has_check_digit(digits, length) && is_issued(digits, length) && is_varied(digits, length);
}

static void accept(struct match *match, size_t begin, size_t end, const uint8_t *digits, size_t length)
{
    match->begin = begin;
    match->end = end;
    for (size_t i = 0; i < length; i++)
        put(match, (uint8_t)('0' + digits[i]));
}

bool verify_card(const struct text *text, size_t at, struct match *match)
{
    uint8_t digits[LONGEST];
    size_t length = 0;
    while (length <= LONGEST && is_digit(byte_at(text, at + length)))
        length++;
    if (length >= SHORTEST) {
        size_t end = at + length;
        match->end = end;
        if (length > LONGEST)
            return false;
        for (size_t i = 0; i < length; i++)
            digits[i] = (uint8_t)(text->data[at + i] - '0');
        if (!is_card(digits, length))
            return false;
        uint8_t before = byte_at(text, at - 1);
        bool track1 = (before == 'B' || before == 'b') && is_track1(text, end);
        bool track2 = !is_alnum(before) && is_track2(text, end);
        if (!track1 && !track2 && !stands_alone(text, at, end, 0))
            return false;
        accept(match, at, end, digits, length);
        return true;
    }
    uint8_t separator = byte_at(text, at + length);
    for (size_t i = 0; i < sizeof groupings / sizeof *groupings; i++) {
        size_t count = 0;
        size_t end = groupings[i][0] == length ? read_groups(text, at, separator, groupings[i], digits, &count) : 0;
        if (end != 0 && is_card(digits, count) && stands_alone(text, at, end, separator)) {
            accept(match, at, end, digits, count);
            return true;
        }
    }
    return false;
}
