/* International bank account numbers (ISO 13616): country, two check digits modulo 97 (ISO/IEC 7064), and the country's
 * own account number in the structure its registry entry gives. In one run, in groups of four, or in these with a blank
 * behind the country too. */
#include "scan/recognise.h"

#include <string.h>

enum { LONGEST = 34, HEAD = 4 };

/* Structures as in the registry: n digits, a capital letters, c either; the number says how many. */
static const struct country {
    char code[3];
    char structure[17];
} countries[] = {
    {"AD", "n8c12"},   {"AE", "n19"},    {"AL", "n8c16"},    {"AT", "n16"},      {"AZ", "a4c20"},    {"BA", "n16"},
    {"BE", "n12"},     {"BG", "a4n6c8"}, {"BH", "a4c14"},    {"BI", "n23"},      {"BR", "n23a1c1"},  {"BY", "c4n4c16"},
    {"CH", "n5c12"},   {"CR", "n18"},    {"CY", "n8c16"},    {"CZ", "n20"},      {"DE", "n18"},      {"DJ", "n23"},
    {"DK", "n14"},     {"DO", "c4n20"},  {"EE", "n16"},      {"EG", "n25"},      {"ES", "n20"},      {"FI", "n14"},
    {"FK", "a2n12"},   {"FO", "n14"},    {"FR", "n10c11n2"}, {"GB", "a4n14"},    {"GE", "a2n16"},    {"GI", "a4c15"},
    {"GL", "n14"},     {"GR", "n7c16"},  {"GT", "c4c20"},    {"HN", "a4n20"},    {"HR", "n17"},      {"HU", "n24"},
    {"IE", "a4n14"},   {"IL", "n19"},    {"IQ", "a4n15"},    {"IS", "n22"},      {"IT", "a1n10c12"}, {"JO", "a4n4c18"},
    {"KW", "a4c22"},   {"KZ", "n3c13"},  {"LB", "n4c20"},    {"LC", "a4c24"},    {"LI", "n5c12"},    {"LT", "n16"},
    {"LU", "n3c13"},   {"LV", "a4c13"},  {"LY", "n21"},      {"MC", "n10c11n2"}, {"MD", "c2c18"},    {"ME", "n18"},
    {"MK", "n3c10n2"}, {"MN", "n16"},    {"MR", "n23"},      {"MT", "a4n5c18"},  {"MU", "a4n19a3"},  {"NI", "a4n20"},
    {"NL", "a4n10"},   {"NO", "n11"},    {"OM", "n3c16"},    {"PK", "a4c16"},    {"PL", "n24"},      {"PS", "a4c21"},
    {"PT", "n21"},     {"QA", "a4c21"},  {"RO", "a4c16"},    {"RS", "n18"},      {"RU", "n14c15"},   {"SA", "n2c18"},
    {"SC", "a4n20a3"}, {"SD", "n14"},    {"SE", "n20"},      {"SI", "n15"},      {"SK", "n20"},      {"SM", "a1n10c12"},
    {"SO", "n19"},     {"ST", "n21"},    {"SV", "a4n20"},    {"TL", "n19"},      {"TN", "n20"},      {"TR", "n6c16"},
    {"UA", "n6c19"},   {"VA", "n18"},    {"VG", "a4n16"},    {"XK", "n16"},      {"YE", "a4n4c18"},
};

/* Writes one letter for each character of the account number into `pattern`; returns their number. */
static size_t expand(const char *structure, char pattern[LONGEST])
{
    size_t length = 0;
    while (*structure != '\0') {
        char class = *structure++;
        int count = 0;
        while (is_digit((uint8_t)*structure))
            count = count * 10 + (*structure++ - '0');
        while (count-- > 0 && length < LONGEST)
            pattern[length++] = class;
    }
    return length;
}

static bool has_check_digits(const uint8_t *text, size_t length)
{
    unsigned rest = 0;
    for (size_t i = 0; i < length; i++) {
        uint8_t byte = text[(i + HEAD) % length];
        rest = is_digit(byte) ? rest * 10 + byte - '0' : rest * 100 + byte - 'A' + 10;
        rest %= 97;
    }
    return rest == 1;
}

/* Two different characters at least behind the check digits: not a form left empty. */
static bool is_varied(const uint8_t *text, size_t length)
{
    unsigned changes = 0;
    for (size_t i = HEAD + 1; i < length; i++)
        changes += text[i] != text[i - 1];
    return changes >= 3;
}

/* How many bytes part two groups at `at`: a mark, two blanks, or a no-break space. 0: nothing that parts groups. */
static size_t joint_length(const struct text *text, size_t at)
{
    uint8_t byte = byte_at(text, at);
    if (byte == 0xc2)
        return byte_at(text, at + 1) == 0xa0 ? 2 : 0;
    if (byte == ' ')
        return byte_at(text, at + 1) == ' ' ? 2 : 1;
    return byte == '-' || byte == '.' || byte == '\t' || byte == '/' || byte == '_' ? 1 : 0;
}

/* May the number end at `end`? Behind one in one run, statements write its currency. */
static bool may_end(const struct text *text, size_t end, bool whole)
{
    static const char currencies[] = " EUR USD GBP SEK NOK DKK ISK CHF PLN CZK HUF RON BGN UAH RUB TRY ";
    char word[] = "    ";
    word[0] = ' ';
    if (whole && is_upper(byte_at(text, end)) && text->length - end >= 3 && !is_alnum(byte_at(text, end + 3))) {
        memcpy(word + 1, text->data + end, 3);
        return memchr(word, 0, 4) == NULL && strstr(currencies, word) != NULL;
    }
    return !is_alnum(byte_at(text, end)) && byte_at(text, end) != '_';
}

/* Where the number begins of which the anchor may be a part: "IBAN" written to it, or a blank behind the country. */
static size_t find_begin(const struct text *text, size_t at, bool *parted)
{
    uint8_t byte = text->data[at];
    *parted = is_digit(byte);
    if (*parted)
        return byte_at(text, at + 2) == ' ' && byte_at(text, at - 1) == ' ' && is_upper(byte_at(text, at - 2)) &&
                       is_upper(byte_at(text, at - 3)) && !is_alnum(byte_at(text, at - 4))
                   ? at - 3
                   : SIZE_MAX;
    if (is_digit(byte_at(text, at + 2)))
        return at;
    bool glued = text->length - at > HEAD && to_upper(byte) == 'I' && to_upper(text->data[at + 1]) == 'B' &&
                 to_upper(text->data[at + 2]) == 'A' && to_upper(text->data[at + 3]) == 'N';
    return glued ? at + HEAD : SIZE_MAX;
}

bool verify_iban(const struct text *text, size_t at, struct match *match)
{
    char pattern[LONGEST];
    uint8_t number[LONGEST + HEAD];
    bool parted;
    size_t begin = find_begin(text, at, &parted);
    if (begin == SIZE_MAX)
        return false;
    uint8_t first = byte_at(text, begin);
    uint8_t second = byte_at(text, begin + 1);
    uint8_t before = byte_at(text, begin - 1);
    const struct country *country = NULL;
    for (size_t i = 0; i < sizeof countries / sizeof *countries && country == NULL; i++) {
        if (to_upper(first) == countries[i].code[0] && to_upper(second) == countries[i].code[1])
            country = &countries[i];
    }
    if (country == NULL || is_upper(first) != is_upper(second) || before == '_' || before == '+')
        return false;
    size_t length = HEAD + expand(country->structure, pattern);
    size_t behind_head = begin + HEAD + (parted ? 1 : 0);
    bool whole = is_alnum(byte_at(text, behind_head));
    size_t joint = whole ? 0 : joint_length(text, behind_head);
    size_t end = begin;
    for (size_t i = 0; i < length; i++, end++) {
        if (parted && i == 2)
            end++;
        if (joint > 0 && i > 0 && i % 4 == 0 && byte_at(text, end) == byte_at(text, behind_head) &&
            joint_length(text, end) == joint)
            end += joint;
        uint8_t byte = to_upper(byte_at(text, end));
        char class = i < HEAD ? 'c' : pattern[i - HEAD];
        if ((class != 'a' && is_digit(byte)) || (class != 'n' && is_upper(byte)))
            number[i] = byte;
        else
            return false;
    }
    if (!may_end(text, end, whole) || !has_check_digits(number, length) || !is_varied(number, length))
        return false;
    match->begin = begin;
    match->end = end;
    for (size_t i = 0; i < length; i++)
        put(match, number[i]);
    return true;
}
