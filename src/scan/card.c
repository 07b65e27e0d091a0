/* Payment cards (ISO/IEC 7812): 13 to 19 digits of an issuer's range with Luhn's check digit, written in one run, in
 * the groups that cards show, or on a magnetic stripe (ISO/IEC 7813). One random number in ten passes Luhn, so what
 * stands around the digits decides too: all the more where the groups are parted as columns of a table are. */
#include "scan/card_number.h"
#include "scan/recognise.h"

#include <string.h>

enum { GROUPS_MAX = 5 };

/* What stands between the groups of one number. */
struct joint {
    char bytes[3];
    uint8_t length;
};

/* How digits are grouped on cards and in forms. */
static const uint8_t groupings[][GROUPS_MAX] = {
    {4, 4, 4, 4, 3}, {4, 4, 4, 4, 2}, {4, 4, 4, 4, 1}, {4, 4, 4, 4}, {4, 4, 4, 3}, {4, 4, 4, 2}, {4, 4, 4, 1},
    {6, 13},         {4, 6, 5},       {4, 6, 4},       {4, 3, 3, 3}, {4, 5, 6},    {4, 4, 5},
};

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

/* Track 1: the holder's name between '^', in which pages write the slash as "&#x2F;", then the tail. */
static bool is_track1(const struct text *text, size_t end)
{
    enum { NAME_MAX = 26, REFERENCE = 6 };
    if (byte_at(text, end) != '^')
        return false;
    for (size_t i = end + 1; i <= end + 1 + NAME_MAX; i++) {
        uint8_t byte = byte_at(text, i);
        if (byte == '^')
            return is_stripe_tail(text, i + 1);
        if (byte == '&' && byte_at(text, i + 1) == '#' && byte_at(text, i + REFERENCE - 1) == ';')
            i += REFERENCE - 1;
        else if (byte < ' ' || byte > 0x5f)
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

/* Reads the groups of `grouping` from `at`. Returns the end, or 0 if the text is grouped otherwise. */
static size_t read_groups(const struct text *text, size_t at, const struct joint *joint, const uint8_t *grouping,
                          uint8_t digits[CARD_LONGEST], size_t *length)
{
    *length = 0;
    for (int group = 0; group < GROUPS_MAX && grouping[group] != 0; group++) {
        for (size_t i = 0; group > 0 && i < joint->length; i++, at++) {
            if (byte_at(text, at) != (uint8_t)joint->bytes[i])
                return 0;
        }
        for (int i = 0; i < grouping[group]; i++, at++) {
            if (!is_digit(byte_at(text, at)))
                return 0;
            digits[(*length)++] = (uint8_t)(text->data[at] - '0');
        }
    }
    return is_digit(byte_at(text, at)) ? 0 : at;
}

enum { CARD = 19 }; /* bytes of one, a blank between the groups */
static const uint8_t fours[GROUPS_MAX] = {4, 4, 4, 4};
static const struct joint one_blank = {" ", 1};

/* Where blanks and the end of a line end from `at` on (step 1), or before it (step -1); `at` where no line ends. */
static size_t other_line(const struct text *text, size_t at, int step)
{
    enum { BLANKS_MOST = 8 };
    size_t next = at;
    bool ended = false;
    for (unsigned i = 0; i < BLANKS_MOST; i++, next += (size_t)step) {
        uint8_t byte = byte_at(text, step > 0 ? next : next - 1);
        if (byte != ' ' && byte != '\r' && (byte != '\n' || ended))
            break;
        ended = ended || byte == '\n';
    }
    return ended ? next : at;
}

/* Does a row of groups of four stand above or below that is no card's? Tables of numbers are full of these. */
static bool beside_others(const struct text *text, size_t begin, size_t end)
{
    uint8_t digits[CARD_LONGEST];
    size_t length;
    size_t below = other_line(text, end, 1);
    if (below != end && read_groups(text, below, &one_blank, fours, digits, &length) != 0 &&
        !is_card_number(digits, length))
        return true;
    size_t above = other_line(text, begin, -1);
    return above != begin && above >= CARD && !is_digit(byte_at(text, above - CARD - 1)) &&
           read_groups(text, above - CARD, &one_blank, fours, digits, &length) == above &&
           !is_card_number(digits, length);
}

/* Do the groups of four that stand before or behind the number, parted as its own, make cards of their own, to the
 * end of their row, and the rows beside it too? One number in forty would by chance, and so a row of two in a long
 * table. */
static bool among_cards(const struct text *text, size_t begin, size_t end)
{
    enum { CARDS_MOST = 8 };
    uint8_t digits[CARD_LONGEST];
    size_t length;
    unsigned cards = 1;
    if (end - begin != CARD)
        return false;
    while (byte_at(text, end) == ' ' && is_digit(byte_at(text, end + 1))) {
        end = read_groups(text, end + 1, &one_blank, fours, digits, &length);
        if (end == 0 || ++cards > CARDS_MOST || !is_card_number(digits, length))
            return false;
    }
    while (byte_at(text, begin - 1) == ' ' && is_digit(byte_at(text, begin - 2))) {
        if (begin <= CARD)
            return false;
        begin -= CARD + 1;
        if (++cards > CARDS_MOST || read_groups(text, begin, &one_blank, fours, digits, &length) != begin + CARD ||
            !is_card_number(digits, length))
            return false;
    }
    return cards > 1 && !is_alnum(byte_at(text, begin - 1)) && !is_alnum(byte_at(text, end)) &&
           !beside_others(text, begin, end);
}

/* Does a table of numbers in groups of four, or of hexadecimal codes, go on before or behind the number? */
static bool in_table(const struct text *text, size_t begin, size_t end)
{
    uint8_t before = byte_at(text, begin - 1);
    uint8_t after = byte_at(text, end);
    if (before == '<' && after == '>') /* cells of a device tree */
        return true;
    if ((after == ' ' && byte_at(text, end + 1) == '0' && byte_at(text, end + 2) == ' ') ||
        (before == ' ' && byte_at(text, begin - 2) == '0' && byte_at(text, begin - 3) == ' '))
        return true;
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

/* Do numbers stand beside it in its line, behind blanks or tabs? What is parted by more than one blank between the
 * groups, or by tabs, is a row of a table more often than a card. */
static bool in_columns(const struct text *text, size_t begin, size_t end)
{
    enum { BLANKS_MOST = 16, NUMBER_LEAST = 3 };
    size_t before = begin;
    while (begin - before < BLANKS_MOST && (byte_at(text, before - 1) == ' ' || byte_at(text, before - 1) == '\t'))
        before--;
    size_t behind = end;
    while (behind - end < BLANKS_MOST && (byte_at(text, behind) == ' ' || byte_at(text, behind) == '\t'))
        behind++;
    size_t digits = 0;
    while (digits < NUMBER_LEAST && hex_value(byte_at(text, behind + digits)) >= 0)
        digits++;
    return is_digit(byte_at(text, before - 1)) || (is_digit(byte_at(text, behind)) && digits == NUMBER_LEAST);
}

/* A row of zeros where an account's number should be: a round number. */
static bool is_round(const struct text *text, size_t end)
{
    enum { ZEROS = 7 };
    size_t zeros = 0;
    while (zeros < ZEROS && byte_at(text, end - 1 - zeros) == '0')
        zeros++;
    return zeros == ZEROS;
}

/* Does the number stand in a table of others of its length? One random number in ten passes Luhn: where no more
 * than one in four of those near is a card's, this one included, it is one by chance. Hexadecimal numbers count too
 * where they stand behind the same bytes, in the same column or field. A list of cards shows itself after a few. */
static bool among_others(const struct text *text, size_t begin, size_t end)
{
    enum { REACH = 1984, SHARE = 4, FIELD = 4, FEW = 8 };
    size_t first = begin > REACH ? begin - REACH : 0;
    size_t last = text->length - end > REACH ? end + REACH : text->length;
    size_t length = end - begin;
    unsigned others = 0;
    unsigned cards = 0;
    for (size_t i = first; i < last; i++) {
        size_t token = i;
        uint8_t digits[CARD_LONGEST];
        bool decimal = true;
        while (i < last && hex_value(text->data[i]) >= 0) {
            if (i - token < CARD_LONGEST)
                digits[i - token] = (uint8_t)(text->data[i] - '0');
            decimal = decimal && is_digit(text->data[i]);
            i++;
        }
        if (i - token != length || is_alnum(byte_at(text, token - 1)) || is_alnum(byte_at(text, i)) ||
            memcmp(text->data + token, text->data + begin, length) == 0)
            continue;
        if (!decimal && (token < FIELD || begin < FIELD ||
                         memcmp(text->data + token - FIELD, text->data + begin - FIELD, FIELD) != 0))
            continue;
        others++;
        cards += decimal && is_card_number(digits, length);
        if (others == FEW && cards * 2 >= others)
            return false;
    }
    return (cards + 1) * SHARE <= others + 1;
}

/* Is the number a line of a sorted dictionary, as password crackers use: the lines above and below begin alike, but are
 * of other lengths? Lists of cards are of one length. */
static bool in_dictionary(const struct text *text, size_t begin, size_t end)
{
    enum { ALIKE = 4 };
    if (begin == 0 || text->data[begin - 1] != '\n' || byte_at(text, end) != '\n')
        return false;
    size_t above = begin - 1;
    while (above > 0 && begin - above <= CARD_LONGEST + 1 && text->data[above - 1] != '\n')
        above--;
    size_t below = end + 1;
    while (below < text->length && below - end <= CARD_LONGEST && text->data[below] != '\n')
        below++;
    size_t length = end - begin;
    return begin - 1 - above > ALIKE && below - end - 1 > ALIKE && begin - 1 - above != length &&
           below - end - 1 != length && memcmp(text->data + above, text->data + begin, ALIKE) == 0 &&
           memcmp(text->data + end + 1, text->data + begin, ALIKE) == 0;
}

/* Reads ":MM" or "/MM", then a year of two or four digits, then, where there are more, the three or four of a check
 * value, as cards are traded: "4539578763621486:12:27:123". */
static bool is_expiry(const struct text *text, size_t at)
{
    static const uint8_t fewest[] = {1, 2, 3};
    unsigned number[3] = {0};
    size_t parts = 0;
    for (; parts < 3; parts++) {
        uint8_t separator = byte_at(text, at);
        size_t length = 0;
        if (separator != ':' && separator != '/' && separator != '|' && separator != ' ')
            break;
        while (length < 4 && is_digit(byte_at(text, at + 1 + length)))
            number[parts] = number[parts] * 10 + (text->data[at + 1 + length++] - '0');
        if (length < fewest[parts] || length == (parts == 1 ? 3 : 5) || (parts == 0 && length > 2))
            break;
        at += 1 + length;
        number[parts] -= parts == 1 && length == 4 ? 2000 : 0;
    }
    uint8_t after = byte_at(text, at);
    return parts >= 2 && number[0] >= 1 && number[0] <= 12 && number[1] >= 10 && number[1] < 50 && !is_alnum(after) &&
           after != '_' && after != '-';
}

/* Does what surrounds the number leave it a number of its own? */
static bool stands_alone(const struct text *text, size_t begin, size_t end, const struct joint *joint)
{
    static const char other_numbers[] =
        " id uid guid uuid oid pid timestamp time stamp mtime ctime hash seed imei imsi "
        "isbn ean gtin serial size offset version phone tel fax build revision inode model "
        "iv plaintext ciphertext ";
    uint8_t before = byte_at(text, begin - 1);
    uint8_t before2 = byte_at(text, begin - 2);
    uint8_t after = byte_at(text, end);
    uint8_t after2 = byte_at(text, end + 1);
    if (is_alnum(before) || before == '_' || before == '+' || before == '\\' || is_alnum(after) || after == '_')
        return false;
    if ((before == '.' || before == ',' || before == '-' || before == '/' || before == ':') && is_digit(before2) &&
        before != ',')
        return false;
    if ((before == '-' && is_alnum(before2)) || before == '&')
        return false;
    if (before == '.' && before2 > ' ' && !is_alpha(before2)) /* a fraction: "-.4539…" */
        return false;
    if ((after == '.' || after == '/' || after == ':') && is_digit(after2) && !is_expiry(text, end))
        return false;
    if (after == '-' && is_alnum(after2))
        return false;
    if (after == '%' || before == '%' || after == '=' || after == '+')
        return false;
    if (joint != NULL) {
        bool blank = joint->bytes[0] == ' ' && joint->length == 1;
        bool account = blank && before == ' ' && is_digit(before2) && is_digit(byte_at(text, begin - 3)) &&
                       is_alpha(byte_at(text, begin - 4)) && is_alpha(byte_at(text, begin - 5));
        if (blank)
            return !account && (!in_table(text, begin, end) || among_cards(text, begin, end));
        return joint->bytes[0] == '-' || !in_columns(text, begin, end);
    }
    if (is_round(text, end) || among_others(text, begin, end) || in_dictionary(text, begin, end))
        return false;
    if (has_scheme(text, token_begin(text, begin, 256), begin))
        return false;
    return !follows_word(text, begin, other_numbers);
}

/* What parts the groups: a blank or a hyphen, and, where text was set or copied from a table, a no-break space, a full
 * stop, a tab or two blanks. */
static const struct joint *read_joint(const struct text *text, size_t at)
{
    static const struct joint joints[] = {{"  ", 2}, {" ", 1}, {"-", 1}, {"\xc2\xa0", 2}, {".", 1}, {"\t", 1}};
    for (size_t i = 0; i < sizeof joints / sizeof *joints; i++) {
        if (byte_at(text, at) == (uint8_t)joints[i].bytes[0] &&
            (joints[i].length == 1 || byte_at(text, at + 1) == (uint8_t)joints[i].bytes[1]))
            return &joints[i];
    }
    return NULL;
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
    uint8_t digits[CARD_LONGEST];
    size_t length = 0;
    while (length <= CARD_LONGEST && is_digit(byte_at(text, at + length)))
        length++;
    if (length >= CARD_SHORTEST) {
        size_t end = at + length;
        match->end = end;
        if (length > CARD_LONGEST)
            return false;
        for (size_t i = 0; i < length; i++)
            digits[i] = (uint8_t)(text->data[at + i] - '0');
        if (!is_card_number(digits, length))
            return false;
        uint8_t before = byte_at(text, at - 1);
        bool track1 = (before == 'B' || before == 'b') && is_track1(text, end);
        bool track2 = !is_alnum(before) && is_track2(text, end);
        if (!track1 && !track2 && !stands_alone(text, at, end, NULL))
            return false;
        accept(match, at, end, digits, length);
        return true;
    }
    const struct joint *joint = read_joint(text, at + length);
    for (size_t i = 0; joint != NULL && i < sizeof groupings / sizeof *groupings; i++) {
        size_t count = 0;
        size_t end = groupings[i][0] == length ? read_groups(text, at, joint, groupings[i], digits, &count) : 0;
        if (end != 0 && is_card_number(digits, count) && stands_alone(text, at, end, joint)) {
            accept(match, at, end, digits, count);
            return true;
        }
    }
    return false;
}
