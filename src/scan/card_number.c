/* Payment cards (ISO/IEC 7812-1): the issuers' ranges, and Luhn's check digit (annex B). */
#include "scan/card_number.h"

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

bool has_luhn_digit(const uint8_t *digits, size_t length)
{
    unsigned sum = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned digit = digits[length - 1 - i];
        sum += i % 2 == 0 ? digit : digit * 2 - (digit > 4 ? 9 : 0);
    }
    return sum % 10 == 0;
}

/* Not one digit over and over. The numbers that shops test with vary little, and still are cards. */
bool is_varied_number(const uint8_t *digits, size_t length)
{
    for (size_t i = 1; i < length; i++)
        if (digits[i] != digits[0])
            return true;
    return false;
}

bool is_card_number(const uint8_t *digits, size_t length)
{
    return length >= CARD_SHORTEST && length <= CARD_LONGEST && has_luhn_digit(digits, length) &&
           is_issued(digits, length) && is_varied_number(digits, length);
}
