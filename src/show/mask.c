/* A card's number in running text is what the recogniser of cards takes for one: digits of an issuer's range with the
 * right check digit, in one run or in groups, also where it would not, as with two spaces between them. Accounts (ISO
 * 13616) are left alone first, since one in ten stretches of their digits would pass for a card's. */
#include "show/mask.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "base/bytes.h"
#include "base/text.h"
#include "scan/card_number.h"
#include "scan/kinds.h"
#include "show/scratch.h"

enum { HEAD = 6, TAIL = 4, GROUP_LEAST = 3, SEPARATORS_MOST = 3, PHONE_MOST = 15, IBAN_LEAST = 15, IBAN_MOST = 34 };

/* Digits in one or more groups, text[begin..end). */
struct number {
    size_t begin, end;
    uint8_t digits[CARD_LONGEST];
    size_t count;
    size_t group;     /* digits in the last group */
    size_t separator; /* where the character between its groups stands, and its length; 0 while there is one group */
    size_t separator_length;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Adds the digits at number->end; false when there are none, or more than a card has. */
static bool add_group(struct number *number, const char *text)
{
    size_t at = number->end;
    while (is_digit(text[at])) {
        if (number->count == CARD_LONGEST)
            return false;
        number->digits[number->count++] = (uint8_t)(text[at++] - '0');
    }
    number->group = at - number->end;
    number->end = at;
    return number->group > 0;
}

/* A character of a URL written as %20. */
static bool is_escape(const char *text)
{
    return text[0] == '%' && isxdigit((unsigned char)text[1]) && isxdigit((unsigned char)text[2]);
}

/* Goes on behind one to three times the same character (not a letter), the same between all groups; false when no
 * digits follow it. */
static bool add_next_group(struct number *number, const char *text)
{
    const char *behind = text + number->end;
    size_t length = is_escape(behind) ? 3 : text_character(behind, strnlen(behind, 4));
    if (length == 0 || is_word(*behind))
        return false;
    if (number->separator == 0) {
        number->separator = number->end;
        number->separator_length = length;
    } else if (length != number->separator_length || memcmp(behind, text + number->separator, length) != 0) {
        return false;
    }
    for (int i = 0; i < SEPARATORS_MOST && strncmp(text + number->end, behind, length) == 0; i++)
        number->end += length;
    return add_group(number, text);
}

/* Stars the digits of text[begin..end) but for the first `head` and last `tail` of `count`. */
static void star_digits(char *out, size_t begin, size_t end, size_t count, size_t head, size_t tail)
{
    size_t seen = 0;
    for (size_t i = begin; i < end; i++) {
        if (!is_digit(out[i]) && out[i] != '*')
            continue;
        if (seen >= head && seen + tail < count)
            out[i] = '*';
        seen++;
    }
}

/* A telephone number (ITU-T E.164: a plus sign, 15 digits at most), or digits in the middle of a word such as a digest.
 * A plus sign behind a word joins them: in a URL it is a space, in a mail address it begins a tag. */
static bool stands_elsewhere(const char *text, const struct number *number)
{
    char before = number->begin == 0 ? ' ' : text[number->begin - 1];
    bool phone =
        before == '+' && number->count <= PHONE_MOST && (number->begin < 2 || !is_word(text[number->begin - 2]));
    return phone || (is_word(before) && is_word(text[number->end]));
}

/* Masks the cards whose first group begins at `at`: the group alone, or with those behind it. */
static void mask_cards(char *out, const char *text, size_t at)
{
    struct number number = {.begin = at, .end = at};
    for (bool more = add_group(&number, text); more; more = add_next_group(&number, text))
        if (is_card_number(number.digits, number.count) && !stands_elsewhere(text, &number))
            star_digits(out, number.begin, number.end, number.count, HEAD, TAIL);
}

static bool is_starred(const char *out, size_t begin, size_t end)
{
    return memchr(out + begin, '*', end - begin) != NULL;
}

/* Where the context begins with digits, those may be the rest of a card's: all but the last four are masked. */
static void mask_cut_head(char *out, const char *text)
{
    struct number number = {0};
    if (!add_group(&number, text))
        return;
    for (struct number next = number; add_next_group(&next, text) && next.group >= GROUP_LEAST;)
        number = next;
    if (number.count > HEAD + TAIL && !is_starred(out, 0, number.end))
        star_digits(out, 0, number.end, number.count, 0, TAIL);
}

/* Digits that run on from `at` to the end of the context may be the first of a card's: all but the first six are
 * masked. */
static bool mask_cut_tail(char *out, const char *text, size_t at)
{
    struct number number = {.begin = at, .end = at};
    size_t end = strlen(text);
    bool more = add_group(&number, text);
    while (more && number.end < end)
        more = number.group >= GROUP_LEAST && add_next_group(&number, text);
    if (!more || number.count <= HEAD + TAIL || stands_elsewhere(text, &number) || is_starred(out, at, end))
        return false;
    star_digits(out, at, end, number.count, HEAD, 0);
    return true;
}

static bool has_iban_check(const char *number, size_t length)
{
    unsigned rest = 0;
    for (size_t i = 0; i < length; i++) {
        char c = number[(i + 4) % length];
        rest = (is_digit(c) ? rest * 10 + (unsigned)(c - '0') : rest * 100 + (unsigned)(toupper(c) - 'A') + 10) % 97;
    }
    return rest == 1;
}

/* The length of the account that begins here, in one run or in groups of four, or of what the end of the context leaves
 * of it; 0 when there is none. */
static size_t iban_length(const char *text, bool cut)
{
    char number[IBAN_MOST];
    size_t count = 0;
    char separator = 0;
    if (!isalpha((unsigned char)text[0]) || !isalpha((unsigned char)text[1]) || !is_digit(text[2]) ||
        !is_digit(text[3]))
        return 0;
    for (size_t at = 0; count < IBAN_MOST; at++) {
        if (count == 4 && !is_word(text[at]))
            separator = text[at];
        if (separator != 0 && count % 4 == 0 && count > 0 && text[at] == separator)
            at++;
        if (!is_word(text[at]))
            return cut && count > 4 && text[at] == '\0' ? at : 0;
        number[count++] = text[at];
        if (count >= IBAN_LEAST && !is_word(text[at + 1]) && has_iban_check(number, count))
            return at + 1;
    }
    return 0;
}

/* Keys of wallets by how they begin and how long they are (WIF, BIP-38, BIP-32): the length of the one that begins
 * here, or 0. An extended public key shows all addresses of a wallet, and is masked as a value too. */
static size_t key_length(const char *text)
{
    size_t length = 0;
    while (is_word(text[length]))
        length++;
    bool wif = (length == 51 && text[0] == '5') || (length == 52 && (text[0] == 'K' || text[0] == 'L'));
    bool bip38 = length == 58 && text[0] == '6' && text[1] == 'P';
    bool extended = length >= 100 && length <= 113 && strchr("xyz", text[0]) != NULL &&
                    (strncmp(text + 1, "prv", 3) == 0 || strncmp(text + 1, "pub", 3) == 0);
    return wif || bip38 || extended ? length : 0;
}

static void star_all(char *out, size_t length)
{
    for (size_t i = HEAD; i + TAIL < length; i++)
        out[i] = '*';
}

/* Masks what stands in `text`; `cut`: it may begin and end in the middle of a number. */
static const char *masked(const char *text, bool cut)
{
    struct bytes *copy = scratch(SCRATCH_MASKED);
    bytes_append_text(copy, text);
    (void)bytes_text(copy); /* its end */
    if (copy->failed)
        return ""; /* rather nothing than what is not masked */
    char *out = (char *)copy->data;
    bool cut_tail = cut;
    for (size_t at = 0; text[at] != '\0';) {
        bool begins_word = at == 0 || !is_word(text[at - 1]);
        size_t key = begins_word ? key_length(text + at) : 0;
        size_t account = begins_word ? iban_length(text + at, cut) : 0;
        if (key > 0)
            star_all(out + at, key);
        bool begins_digits = at == 0 || !is_digit(text[at - 1]) || (at >= 3 && is_escape(text + at - 3));
        if (is_digit(text[at]) && begins_digits && key == 0) {
            mask_cards(out, text, at);
            if (cut_tail && mask_cut_tail(out, text, at))
                cut_tail = false;
        }
        at += key > 0 ? key : account > 0 ? account : 1;
    }
    if (cut)
        mask_cut_head(out, text);
    return out;
}

/* Kinds whose values have one form, of which a part may pass for a card's number; a value of any other kind is what
 * somebody wrote. */
static bool is_identifier(enum sb_kind kind)
{
    static const bool identifiers[SB_KIND_COUNT + 1] = {
        [SB_IBAN] = true, [SB_ONION] = true, [SB_IP] = true,    [SB_PHONE] = true, [SB_BTC] = true,
        [SB_ETH] = true,  [SB_LTC] = true,   [SB_DOGE] = true,  [SB_DASH] = true,  [SB_BCH] = true,
        [SB_TRX] = true,  [SB_XRP] = true,   [SB_XMR] = true,   [SB_ADA] = true,   [SB_BIC] = true,
        [SB_MAC] = true,  [SB_IMEI] = true,  [SB_ICCID] = true, [SB_FILE] = true};
    return identifiers[kind];
}

const char *shown_value(const char *kind, const char *value, bool reveal)
{
    enum sb_kind known = sb_kind_of(kind);
    if (reveal || is_identifier(known))
        return value;
    if (known == SB_KIND_COUNT || !sb_kind_info(known)->masked)
        return masked(value, false);
    struct bytes *copy = scratch(SCRATCH_VALUE);
    bytes_append_text(copy, value);
    (void)bytes_text(copy);
    if (copy->failed)
        return "";
    star_all((char *)copy->data, copy->length);
    return bytes_text(copy);
}

const char *shown_text(const char *text, bool reveal)
{
    return reveal || text == NULL ? text : masked(text, false);
}

const char *shown_context(const char *context, bool reveal)
{
    return reveal ? context : masked(context, true);
}
