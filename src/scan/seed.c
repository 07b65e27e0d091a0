/* Seed phrases (BIP-39): 12, 15, 18, 21 or 24 words of one language's list, the last bits of which are the beginning of
 * the SHA-256 of the others. With and without accents, over line ends, with commas, quotes or numbers between the
 * words. With twelve words every sixteenth row of words has a right checksum, so a phrase must begin and end as one:
 * where the row of listed words does, or where something stands that parts none of its words. One or two further words
 * of the list may stand at one end where a line or a mark delimits the other. */
#include "scan/recognise.h"
#include "scan/seed_words.h"

#include "base/digest.h"

#include <string.h>

enum { WORDS_MOST = 24, WORDS_FEWEST = 12, GAP_MAX = 9, LETTERS_FEWEST = 3, STRAY_MOST = 2 };

/* What stands in a gap, as a set. */
enum { SPACE = 1, LINE = 2, BLANK_LINE = 4, COMMA = 8, DIGIT = 16, DOT = 32, QUOTE = 64, OTHER = 128, NO_WORD = 256 };

struct phrase {
    size_t count;
    size_t end[WORDS_MOST];      /* behind each word */
    unsigned gap[WORDS_MOST];    /* what follows it */
    unsigned spoken[WORDS_MOST]; /* the languages that have all words up to it, bit by bit */
    uint16_t number[WORDS_MOST][SEED_LANGUAGES_MAX];
};

/* The letter a to z that an accented one of U+00C0 to U+00FF is without its accent, or 0. */
static uint8_t without_accent(uint8_t second)
{
    static const char plain[] = "aaaaaa\0ceeeeiiii\0nooooo\0\0uuuuy\0\0"; /* from U+00E0, which U+00C0 mirrors */
    return second >= 0x80 && second < 0xc0 ? (uint8_t)plain[second & 0x1f] : 0;
}

/* Reads the word at `at` into `packed`. Returns its end, or `at` if none of three to nine letters stands there. */
static size_t read_word(const struct text *text, size_t at, uint64_t *packed)
{
    size_t end = at;
    unsigned letters = 0;
    *packed = 0;
    for (;;) {
        uint8_t byte = byte_at(text, end);
        uint8_t letter = 0;
        if (is_alpha(byte)) {
            letter = to_lower(byte);
            end++;
        } else if (byte == 0xc3) {
            letter = without_accent(byte_at(text, end + 1));
            end += 2;
        } else if (byte == 0xcc && byte_at(text, end + 1) >= 0x80 && byte_at(text, end + 1) < 0xc0 && letters > 0) {
            end += 2; /* a combining accent */
            continue;
        } else {
            break;
        }
        if (letter == 0 || letters == SEED_LETTERS)
            return at;
        *packed = *packed << 5 | (letter - 'a' + 1U);
        letters++;
    }
    *packed <<= (SEED_LETTERS - letters) * 5;
    return letters < LETTERS_FEWEST ? at : end;
}

static bool may_be_listed(uint64_t packed)
{
    uint32_t hash = seed_hash(packed);
    return (seed_filter[hash / 8] >> hash % 8 & 1) != 0;
}

/* Looks a word up; writes its number for each language that has it. Returns these languages, bit by bit. */
static unsigned look_up(uint64_t packed, uint16_t number[SEED_LANGUAGES_MAX])
{
    if (!may_be_listed(packed))
        return 0;
    uint64_t key = packed << 16;
    size_t low = 0;
    for (size_t high = seed_key_count; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (seed_keys[middle] < key)
            low = middle + 1;
        else
            high = middle;
    }
    unsigned spoken = 0;
    for (; low < seed_key_count && seed_keys[low] >> 16 == packed; low++) {
        unsigned language = (unsigned)(seed_keys[low] >> 11) & 15;
        number[language] = (uint16_t)(seed_keys[low] & (SEED_WORDS - 1));
        spoken |= 1U << language;
    }
    return spoken;
}

static unsigned gap_part(uint8_t byte, unsigned before)
{
    if (byte == '\n')
        return (before & LINE) != 0 ? BLANK_LINE : LINE;
    if (byte == ' ' || byte == '\t' || byte == '\r')
        return SPACE;
    if (is_digit(byte))
        return DIGIT;
    return byte == ',' ? COMMA : byte == '.' ? DOT : byte == '"' || byte == '\'' ? QUOTE : OTHER;
}

static bool is_letter(uint8_t byte)
{
    return is_alpha(byte) || byte == 0xc3;
}

/* Steps over what parts two words. Returns what it holds, with NO_WORD if no word follows. */
static unsigned read_gap(const struct text *text, size_t *at)
{
    unsigned gap = 0;
    size_t begin = *at;
    while (*at - begin <= GAP_MAX && *at < text->length && !is_letter(text->data[*at])) {
        if (text->data[*at] >= 0x7f)
            return gap | NO_WORD;
        gap |= gap_part(text->data[(*at)++], gap);
    }
    return *at >= text->length || *at == begin || *at - begin > GAP_MAX ? gap | NO_WORD : gap;
}

/* Reads the row of listed words at `at`. */
static void read_phrase(const struct text *text, size_t at, struct phrase *phrase)
{
    unsigned spoken = (1U << seed_language_count) - 1;
    phrase->count = 0;
    while (phrase->count < WORDS_MOST) {
        uint64_t packed;
        size_t i = phrase->count;
        size_t end = read_word(text, at, &packed);
        spoken = end == at ? 0 : spoken & look_up(packed, phrase->number[i]);
        if (spoken == 0)
            return;
        at = phrase->end[i] = end;
        phrase->spoken[i] = spoken;
        phrase->gap[i] = read_gap(text, &at);
        phrase->count++;
        if ((phrase->gap[i] & NO_WORD) != 0)
            return;
    }
    uint64_t packed; /* does the row go on? */
    uint16_t number[SEED_LANGUAGES_MAX];
    if (read_word(text, at, &packed) == at || (look_up(packed, number) & spoken) == 0)
        phrase->gap[phrase->count - 1] |= NO_WORD;
}

/* Cheap, since most rows of words are prose. */
static bool may_be_phrase(const struct text *text, size_t at)
{
    enum { LOOKED_AT = 4 };
    for (unsigned i = 0; i < LOOKED_AT; i++) {
        uint64_t packed;
        size_t end = read_word(text, at, &packed);
        if (end == at || !may_be_listed(packed) || (read_gap(text, &end) & NO_WORD) != 0)
            return false;
        at = end;
    }
    return true;
}

/* Bit `i` of what the words stand for, eleven bits each. */
static bool bit_of(const struct phrase *phrase, size_t i, unsigned language)
{
    return (phrase->number[i / 11][language] >> (10 - i % 11) & 1) != 0;
}

static bool has_checksum(const struct phrase *phrase, size_t count, unsigned language)
{
    uint8_t bits[WORDS_MOST * 11 / 8 + 1] = {0};
    for (size_t i = 0; i < count * 11; i++) {
        if (bit_of(phrase, i, language))
            bits[i / 8] |= (uint8_t)(0x80 >> i % 8);
    }
    uint8_t digest[SHA256_SIZE];
    size_t entropy = count / 3 * 4; /* bytes; a bit of checksum for every four of them */
    digest_sha256(bits, entropy, digest);
    uint8_t mask = (uint8_t)(0xff00 >> count / 3);
    return ((digest[0] ^ bits[entropy]) & mask) == 0;
}

/* Drawn words hardly repeat themselves: of twelve, one pair in thirty draws. Prose, code and lists do. A phrase that
 * does so must be the one of a single byte over and over, an example of the standard's kind. */
static bool is_drawn(const struct phrase *phrase, size_t count, unsigned language)
{
    size_t repeated = 0;
    for (size_t i = 1; i < count; i++) {
        size_t j = 0;
        while (j < i && phrase->number[j][language] != phrase->number[i][language])
            j++;
        repeated += j < i;
    }
    if (repeated * 4 <= count)
        return true;
    size_t bits = count / 3 * 32;
    for (size_t i = 8; i < bits; i++) {
        if (bit_of(phrase, i, language) != bit_of(phrase, i - 8, language))
            return false;
    }
    return true;
}

/* Words in the order of the list come from a list. */
static bool is_sorted(const struct phrase *phrase, size_t count, unsigned language)
{
    size_t rises = 0;
    size_t falls = 0;
    for (size_t i = 1; i < count; i++) {
        rises += phrase->number[i][language] > phrase->number[i - 1][language];
        falls += phrase->number[i][language] < phrase->number[i - 1][language];
    }
    return rises == count - 1 || falls == count - 1;
}

/* Does a line begin at `at`, or a mark that ends what was said before stand there? */
static bool is_delimited(const struct text *text, size_t at)
{
    enum { BLANKS_MOST = 4 };
    size_t before = at;
    while (before > 0 && at - before < BLANKS_MOST && (text->data[before - 1] == ' ' || text->data[before - 1] == '\t'))
        before--;
    uint8_t byte = byte_at(text, before - 1);
    return byte == 0 || byte == FILL || byte == '\n' || byte == '\r' || byte == ':' || byte == '=' || byte == '"';
}

/* How many words of the language stand in the row right before `at`; STRAY_MOST + 1 for more than that, or too many. */
static size_t count_before(const struct text *text, size_t at, unsigned language)
{
    size_t count = 0;
    while (count <= STRAY_MOST) {
        size_t end = at;
        while (end > 0 && at - end < GAP_MAX && text->data[end - 1] < 0x7f && !is_alpha(text->data[end - 1]))
            end--;
        size_t word = end;
        while (word > 0 && end - word <= SEED_LETTERS && is_alpha(text->data[word - 1]))
            word--;
        uint64_t packed;
        uint16_t number[SEED_LANGUAGES_MAX];
        if (word == end || read_word(text, word, &packed) != end || (look_up(packed, number) >> language & 1) == 0)
            break;
        count++;
        at = word;
    }
    return count;
}

/* Is the row of words that `at` begins, or goes on with, of `count` words and one or two more at one end? */
static bool has_stray(const struct text *text, size_t at, const struct phrase *phrase, size_t count, unsigned language)
{
    if (phrase->count == WORDS_MOST)
        return false;
    if (phrase->count > count)
        return phrase->count - count <= STRAY_MOST && is_delimited(text, at);
    size_t before = count_before(text, at, language);
    unsigned last = phrase->gap[count - 1];
    return phrase->count == count && before > 0 && before <= STRAY_MOST &&
           ((last & (LINE | DOT)) != 0 || phrase->end[count - 1] == text->length);
}

/* May a phrase whose words are parted by `inner` begin at `at`? */
static bool may_begin(const struct text *text, size_t at, unsigned inner, unsigned language)
{
    static const char announcing[] =
        " seed phrase mnemonic words word wallet recovery backup secret key is frase semilla chiave ";
    unsigned gap = 0;
    size_t before = at;
    while (before > 0 && at - before <= GAP_MAX && text->data[before - 1] < 0x7f && !is_alpha(text->data[before - 1]))
        gap |= gap_part(text->data[--before], gap);
    if (at == before)
        return at == 0 || text->data[at - 1] == FILL;
    size_t number_end = at;
    while (number_end > before && !is_digit(text->data[number_end - 1]))
        number_end--;
    if (number_end > before && text->data[number_end - 1] == '1' && !is_digit(byte_at(text, number_end - 2)))
        return true; /* the first of a numbered list */
    if (before == 0 || at - before > GAP_MAX || !is_letter(text->data[before - 1]) || (gap & ~inner) != 0)
        return true;
    size_t word = before;
    while (word > 0 && before - word <= SEED_LETTERS && is_alpha(text->data[word - 1]))
        word--;
    uint64_t packed;
    uint16_t number[SEED_LANGUAGES_MAX];
    bool listed = read_word(text, word, &packed) == before && (look_up(packed, number) >> language & 1) != 0;
    return !listed || follows_word(text, at, announcing);
}

bool verify_seed(const struct text *text, size_t at, struct match *match)
{
    struct phrase phrase;
    if (!may_be_phrase(text, at))
        return false;
    read_phrase(text, at, &phrase);
    for (size_t count = WORDS_MOST; count >= WORDS_FEWEST && phrase.count >= WORDS_FEWEST; count -= 3) {
        unsigned inner = 0;
        unsigned common = ~0U;
        for (size_t i = 0; i + 1 < count; i++) {
            inner |= phrase.gap[i];
            common &= phrase.gap[i];
        }
        /* A row goes on if the next gap is like those before: numbered, if they all are. */
        bool row_ends = count == phrase.count && count < WORDS_MOST;
        if (count > phrase.count)
            continue;
        bool goes_on = !row_ends && (phrase.gap[count - 1] & ~inner) == 0 && (common & ~phrase.gap[count - 1]) == 0;
        if (goes_on && phrase.count - count > STRAY_MOST)
            continue;
        for (unsigned rest = phrase.spoken[count - 1]; rest != 0; rest &= rest - 1) {
            unsigned language = (unsigned)__builtin_ctz(rest);
            if (!has_checksum(&phrase, count, language) || is_sorted(&phrase, count, language) ||
                !is_drawn(&phrase, count, language))
                continue;
            if ((goes_on || !may_begin(text, at, inner, language)) && !has_stray(text, at, &phrase, count, language))
                continue;
            match->begin = at;
            match->end = phrase.end[count - 1];
            for (size_t i = 0; i < count; i++) {
                if (i > 0)
                    put(match, ' ');
                for (const char *c = seed_words[language][phrase.number[i][language]]; *c != '\0'; c++)
                    put(match, (uint8_t)*c);
            }
            return true;
        }
    }
    /* Within a long row, parted all alike, begins no phrase. */
    bool alike = phrase.count == WORDS_MOST && (phrase.gap[WORDS_MOST - 1] & NO_WORD) == 0;
    for (size_t i = 1; alike && i < phrase.count; i++)
        alike = phrase.gap[i] == phrase.gap[0];
    if (alike)
        match->end = phrase.end[WORDS_FEWEST - 1];
    return false;
}
