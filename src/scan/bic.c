/* Banks (ISO 9362, BIC): four letters of the institution, a country that exists, two characters of the place, and three
 * of the branch or none. Words in capitals look the same, so the word BIC or SWIFT must stand before or behind, or an
 * account's number before. */
#include "scan/recognise.h"

#include <string.h>
#include <strings.h>

enum { HEAD_OFFICE = 8, BRANCH = 11, WORDS_BETWEEN = 5, WORD_MAX = 12, GAP_MAX = 6, LETTERS_MAX = 16 };

static bool is_code(const uint8_t *code, size_t length)
{
    static const char *const no_states[] = {"UK", "EU", "SU", "AC"}; /* that have a top-level domain */
    for (size_t i = 0; i < length; i++) {
        if (!is_upper(code[i]) && (i < 6 || !is_digit(code[i])))
            return false;
    }
    for (size_t i = 0; i < sizeof no_states / sizeof *no_states; i++) {
        if (memcmp(code + 4, no_states[i], 2) == 0)
            return false;
    }
    bool no_branch = length == HEAD_OFFICE || code[HEAD_OFFICE] != 'X' || memcmp(code + HEAD_OFFICE, "XXX", 3) == 0;
    return code[6] != '0' && code[7] != 'O' && no_branch;
}

static bool is_state(const uint8_t *code)
{
    bool kosovo = code[0] == 'X' && code[1] == 'K';
    return kosovo || (is_upper(code[0]) && is_upper(code[1]) && is_country(to_lower(code[0]), to_lower(code[1])));
}

static bool is_one_of(const uint8_t *word, size_t length, const char *words)
{
    char wanted[WORD_MAX + 3];
    if (length == 0 || length > WORD_MAX)
        return false;
    wanted[0] = ' ';
    for (size_t i = 0; i < length; i++)
        wanted[1 + i] = (char)to_lower(word[i]);
    wanted[1 + length] = ' ';
    wanted[2 + length] = '\0';
    return strstr(words, wanted) != NULL;
}

/* Is the code announced, as in "BIC: …", "SWIFT code no. …"? SWIFT is a programming language too: a plain word behind
 * it needs more than a space between. */
static bool is_announced(const struct text *text, size_t at, bool plain)
{
    size_t end = at;
    bool parted = false;
    bool identifier = false;
    for (unsigned words = 0; words <= WORDS_BETWEEN; words++) {
        size_t gap = end;
        size_t other = 0; /* bytes of letters that are not ASCII: "SWIFT-код" */
        while (gap > 0 && end - gap < GAP_MAX + other && other < LETTERS_MAX && !is_alnum(text->data[gap - 1]) &&
               text->data[gap - 1] != FILL) {
            other += text->data[gap - 1] >= 0x80;
            parted |= text->data[--gap] != ' ';
        }
        if (gap == end)
            return false;
        size_t word = gap;
        while (word > 0 && gap - word <= WORD_MAX && is_alpha(text->data[word - 1]))
            word--;
        if (is_one_of(text->data + word, gap - word, " bic bics swiftbic bicswift biccode bicfi "))
            return true;
        if (is_one_of(text->data + word, gap - word, " swift swiftcode "))
            return !plain || parted || words > 0;
        bool bank = is_one_of(text->data + word, gap - word, " bank ");
        if (bank && identifier)
            return true;
        identifier = is_one_of(text->data + word, gap - word, " identifier identification ");
        if (!bank && !identifier &&
            !is_one_of(text->data + word, gap - word,
                       " code codes kod kode koden kodu kood koodi codigo number no nr num is address der of the "))
            return false;
        end = word;
    }
    return false;
}

/* Does an account's number stand before it, as on invoices: "DE89370400440532013000 / COBADEFFXXX"? */
static bool follows_account(const struct text *text, size_t at)
{
    enum { GROUPED_MOST = 42, MARKS_MOST = 4 };
    static const char marks[] = " /,;|\t";
    size_t end = at;
    while (end > 0 && at - end < MARKS_MOST && text->data[end - 1] != 0 && strchr(marks, text->data[end - 1]) != NULL)
        end--;
    if (end == at || end == 0 || !is_alnum(text->data[end - 1]))
        return false;
    size_t begin = end;
    while (begin > 0 && end - begin < GROUPED_MOST &&
           (is_alnum(text->data[begin - 1]) || text->data[begin - 1] == ' ')) {
        begin--;
        struct match account;
        account.length = 0;
        bool starts =
            is_upper(text->data[begin]) && !is_alnum(byte_at(text, begin - 1)) && is_digit(text->data[begin + 2]);
        if (starts && verify_iban(text, begin, &account) && account.end == end)
            return true;
    }
    return false;
}

static bool is_explained(const struct text *text, size_t end)
{
    size_t word = end;
    while (word - end < 3 && (byte_at(text, word) == ' ' || byte_at(text, word) == '('))
        word++;
    size_t length = 0;
    while (length <= WORD_MAX && is_alpha(byte_at(text, word + length)))
        length++;
    return word > end && text->data[word - 1] == '(' && is_one_of(text->data + word, length, " bic swift ");
}

bool verify_bic(const struct text *text, size_t at, struct match *match)
{
    enum { STATE = 4 };
    size_t length = 0;
    if (text->length - at < HEAD_OFFICE || !is_state(text->data + at + STATE)) /* which most words fail by */
        return false;
    while (length <= BRANCH && is_alnum(byte_at(text, at + length)))
        length++;
    size_t end = at + length;
    uint8_t before = byte_at(text, at - 1);
    match->end = end;
    if ((length != HEAD_OFFICE && length != BRANCH) || !is_code(text->data + at, length) || before == '_' ||
        before == '/' || byte_at(text, end) == '_')
        return false;
    bool plain = length == HEAD_OFFICE && is_alpha(text->data[at + 6]) && is_alpha(text->data[at + 7]);
    if (!is_announced(text, at, plain) && !is_explained(text, end) && !follows_account(text, at))
        return false;
    match->begin = at;
    for (size_t i = at; i < end; i++)
        put(match, text->data[i]);
    return true;
}
