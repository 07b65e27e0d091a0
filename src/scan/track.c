/* The magnetic stripe of a payment card (ISO/IEC 7813), track 1 or 2, with its sentinels or without: number, expiry,
 * service code. That a stripe was read says more than a number does; the number is reported as a card besides, so that
 * it links. The value is "NUMBER=YYMMSSS" for both tracks: the same stripe is the same value. Where the character
 * behind the end sentinel is there, it is the sum (LRC) of all, and must be. */
#include "scan/card_number.h"
#include "scan/recognise.h"

enum { TRACK1_MOST = 79, TRACK2_MOST = 40, NAME_FEWEST = 2, NAME_MOST = 26, EXPIRY = 4, TAIL = 7 };

/* Expiry with a month that exists, and a service code (its digits: interchange, authorisation, services). */
static bool is_tail(const struct text *text, size_t at)
{
    for (size_t i = 0; i < TAIL; i++) {
        if (!is_digit(byte_at(text, at + i)))
            return false;
    }
    unsigned month = (text->data[at + 2] - '0') * 10U + (text->data[at + 3] - '0');
    uint8_t interchange = text->data[at + EXPIRY];
    uint8_t authorisation = text->data[at + EXPIRY + 1];
    return month >= 1 && month <= 12 && interchange != '0' && interchange != '3' && interchange != '4' &&
           interchange != '8' && (authorisation == '0' || authorisation == '2' || authorisation == '4') &&
           text->data[at + EXPIRY + 2] <= '7';
}

/* Where the tail of track 1 begins, behind the holder's name; or 0. */
static size_t behind_name(const struct text *text, size_t at)
{
    if (byte_at(text, at) != '^')
        return 0;
    for (size_t i = at + 1; i <= at + 1 + NAME_MOST; i++) {
        uint8_t byte = byte_at(text, i);
        if (byte == '^')
            return i - at - 1 >= NAME_FEWEST ? i + 1 : 0;
        if (byte < ' ' || byte > 0x5f)
            return 0;
    }
    return 0;
}

/* Is the character at `at`, behind the end sentinel, a sum, and a wrong one? Only a digit or letter that ends a line or
 * a word can be known to be one. `base` is what the code of a character counts from. */
static bool has_wrong_sum(const struct text *text, size_t begin, size_t at, uint8_t base)
{
    uint8_t sum = byte_at(text, at);
    bool is_sum = base == '0' ? sum >= '0' && sum <= '?' : is_digit(sum) || is_upper(sum);
    uint8_t after = byte_at(text, at + 1);
    if (!is_sum || (after != 0 && after != '\n' && after != '\r' && after != FILL))
        return false;
    unsigned expected = 0;
    for (size_t i = begin; i < at; i++)
        expected ^= (unsigned)(text->data[i] - base);
    return base + expected != sum;
}

bool verify_track(const struct text *text, size_t at, struct match *match)
{
    uint8_t digits[CARD_LONGEST];
    size_t length = 0;
    for (; length < CARD_LONGEST && is_digit(byte_at(text, at + length)); length++)
        digits[length] = (uint8_t)(text->data[at + length] - '0');
    size_t end = at + length;
    if (length < CARD_SHORTEST)
        return false;
    uint8_t before = byte_at(text, at - 1);
    bool first = (before == 'B' || before == 'b') && !is_alnum(byte_at(text, at - 2));
    bool second = byte_at(text, end) == '=' || byte_at(text, end) == 'D';
    size_t tail = first ? behind_name(text, end) : second && !is_alnum(before) ? end + 1 : 0;
    if (tail == 0 || !is_tail(text, tail) || !is_card_number(digits, length))
        return false;
    uint8_t base = first ? ' ' : '0';
    size_t begin = first ? at - 1 : at;
    bool started = byte_at(text, begin - 1) == (first ? '%' : ';');
    begin -= started;
    size_t most = begin + (first ? TRACK1_MOST : TRACK2_MOST);
    end = tail + TAIL;
    while (end < most && is_digit(byte_at(text, end)))
        end++;
    while (first && end < most && byte_at(text, end) != '?' && byte_at(text, end) >= ' ' && text->data[end] <= 0x5f)
        end++;
    bool ended = byte_at(text, end) == '?';
    if (started && ended && has_wrong_sum(text, begin, end + 1, base))
        return false;
    match->begin = begin;
    match->end = first && !ended ? tail + TAIL : end + ended;
    for (size_t i = 0; i < length; i++)
        put(match, (uint8_t)('0' + digits[i]));
    put(match, '=');
    for (size_t i = 0; i < TAIL; i++)
        put(match, text->data[tail + i]);
    return true;
}
