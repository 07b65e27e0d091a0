/* National identity numbers of invented people: a date of birth, a serial number, and the digit or letter that makes
 * the sum come out. */
#include <stdio.h>
#include <string.h>

#include "exercise/person.h"

/* Countries whose number is good when its digits, weighed (':' is ten), leave `rest` on division by `modulus`. */
static const struct weighed {
    const char *country, *weights;
    unsigned modulus, rest;
    const char *date; /* where day, month and year stand; '0' to '9' as they are */
    const char *word;
} weighed[] = {
    {"DK", "4327654321", 11, 0, "DDMMYY####", "cpr"},
    {"NL", "98765432:", 11, 0, "#########", "BSN"},
    {"PL", "13791379131", 10, 0, "YYMMDD#####", "PESEL"},
    {"AT", "379:584216", 11, 0, "1###DDMMYY", "SVNR"},
    {"LV", "16379:58421", 11, 1, "DDMMYY1####", "personas kods"},
    {"PT", "987654321", 11, 0, "2########", "NIF"},
    {"SI", "7654327654321", 11, 0, "DDMM9YY50####", "EMSO"},
    {"CZ", ":1:1:1:1:1", 11, 0, "YYMMDD####", "rodne cislo"},
    {"HU", "123456789:", 11, 0, "8#########", "adoazonosito"},
    {"SE", NULL, 0, 0, "YYMMDD####", "personnummer"},
    {"BE", NULL, 0, 0, "YYMMDD#####", "rijksregisternummer"},
    {"FR", NULL, 0, 0, "1YYMM75########", "NIR"},
    {"DE", NULL, 0, 0, "#########9#", "Steuer-ID"},
    {"FI", NULL, 0, 0, "DDMMYY-###*", "hetu"},
    {"ES", NULL, 0, 0, "########*", "DNI"},
    {"IT", NULL, 0, 0, "RSSMRAYYADDF205*", "codice fiscale"},
};
enum { COUNTRIES = sizeof weighed / sizeof *weighed, NUMBER_MAX = 32 };

static unsigned weigh(const char *digits, const char *weights)
{
    unsigned sum = 0;
    for (; *weights != '\0'; weights++, digits++)
        sum += (unsigned)(*digits - '0') * (unsigned)(*weights - '0');
    return sum;
}

static unsigned remainder_of(const char *digits, size_t length, unsigned divisor)
{
    unsigned rest = 0;
    for (size_t i = 0; i < length; i++)
        rest = (rest * 10 + (unsigned)(digits[i] - '0')) % divisor;
    return rest;
}

static bool luhn_holds(const char *digits)
{
    unsigned sum = 0;
    for (size_t i = 0; digits[i] != '\0'; i++) {
        unsigned twice = (unsigned)(digits[i] - '0') * (i % 2 == 0 ? 2 : 1);
        sum += twice / 10 + twice % 10;
    }
    return sum % 10 == 0;
}

/* ISO 7064, MOD 11,10, and no digit but one more than once among the first ten. */
static bool german_holds(const char *digits)
{
    unsigned product = 10, doubled = 0;
    for (size_t i = 0; i < 10; i++) {
        unsigned times = 0;
        for (size_t j = 0; j < 10; j++)
            times += digits[j] == digits[i];
        doubled += times == 2 ? 1 : times > 2 ? 10 : 0;
        unsigned sum = (product + (unsigned)(digits[i] - '0')) % 10;
        product = 2 * (sum == 0 ? 10 : sum) % 11;
    }
    return doubled == 2 && digits[0] != '0' && (11 - product) % 10 == (unsigned)(digits[10] - '0');
}

static char italian_letter(const char *code)
{
    static const char order[] = "BAKPLCQDREVOSFTGUHMINJWZYX";
    unsigned sum = 0;
    for (size_t i = 0; i < 15; i++) {
        bool digit = code[i] <= '9';
        unsigned value = (unsigned)(code[i] - (digit ? '0' : 'A'));
        /* the letter that an odd place counts as has its own place in this order */
        sum += i % 2 != 0 ? value : (unsigned)(strchr(order, 'A' + (char)value) - order);
    }
    return (char)('A' + sum % 26);
}

static const struct weighed *country_of(const char *normal)
{
    for (unsigned i = 0; i < COUNTRIES; i++)
        if (strncmp(weighed[i].country, normal, 2) == 0)
            return &weighed[i];
    return &weighed[0];
}

bool citizen_holds(const char *normal)
{
    const struct weighed *country = country_of(normal);
    const char *number = normal + 3;
    char digits[16];
    if (country->weights != NULL) {
        unsigned rest = weigh(number, country->weights) % country->modulus;
        /* a Latvian ten is written as nought */
        return rest == country->rest || (country->country[0] == 'L' && rest == country->rest + 1 && number[10] == '0');
    }
    switch (country->country[0]) {
    case 'S':
        return luhn_holds(number);
    case 'B':
        return remainder_of(number, 9, 97) + remainder_of(number + 9, 2, 100) == 97;
    case 'D':
        return german_holds(number);
    case 'E':
        return "TRWAGMYFPDXBNJZSQVHLCKE"[remainder_of(number, 8, 23)] == number[8];
    case 'I':
        return italian_letter(number) == number[15];
    default:
        break;
    }
    if (country->country[1] == 'R')
        return remainder_of(number, 13, 97) + remainder_of(number + 13, 2, 100) == 97;
    memcpy(digits, number, 6);
    memcpy(digits + 6, number + 7, 3);
    return strncmp(digits + 6, "002", 3) >= 0 && /* lower ones are nobody's */
           "0123456789ABCDEFHJKLMNPRSTUVWXY"[remainder_of(digits, 9, 31)] == number[10];
}

static void draw(struct random *random, const struct weighed *country, char out[VALUE_MAX])
{
    char day[3], month[3], year[3];
    (void)snprintf(day, sizeof day, "%02u", 1 + random_below(random, 28));
    (void)snprintf(month, sizeof month, "%02u", 1 + random_below(random, 12));
    (void)snprintf(year, sizeof year, "%02u", 50 + random_below(random, 50));
    unsigned days = 0, months = 0, years = 0;
    size_t at = (size_t)snprintf(out, VALUE_MAX, "%s:", country->country);
    for (const char *c = country->date; *c != '\0'; c++)
        out[at++] = *c == 'D' && country->country[0] != 'I'   ? day[days++]
                    : *c == 'M' && country->country[0] != 'I' ? month[months++]
                    : *c == 'Y'                               ? year[years++]
                    : *c == 'D'                               ? day[days++]
                    : *c == '#'                               ? (char)('0' + random_below(random, 10))
                    : *c == '*'                               ? (char)('A' + random_below(random, 25))
                                                              : *c;
    out[at] = '\0';
    /* the three letters of an Italian name: any will do */
    for (size_t i = 3; i < 9 && country->country[0] == 'I'; i++)
        out[i] = "BCDFGLMNPRSTV"[random_below(random, 13)];
}

void make_citizen(struct random *random, char out[VALUE_MAX])
{
    const struct weighed *country = &weighed[random_below(random, COUNTRIES)];
    do
        draw(random, country, out);
    while (!citizen_holds(out));
}

const char *citizen_word(const char *normal)
{
    return country_of(normal)->word;
}

/* With the separators of its country, or without. */
static void write_number(const char *normal, bool separated, char text[NUMBER_MAX])
{
    const char *number = normal + 3;
    const char *country = normal;
    if (separated &&
        (strncmp(country, "SE", 2) == 0 || strncmp(country, "DK", 2) == 0 || strncmp(country, "LV", 2) == 0))
        (void)snprintf(text, NUMBER_MAX, "%.6s-%s", number, number + 6);
    else if (separated && strncmp(country, "CZ", 2) == 0)
        (void)snprintf(text, NUMBER_MAX, "%.6s/%s", number, number + 6);
    else if (separated && strncmp(country, "BE", 2) == 0)
        (void)snprintf(text, NUMBER_MAX, "%.2s.%.2s.%.2s-%.3s.%s", number, number + 2, number + 4, number + 6,
                       number + 9);
    else if (separated && strncmp(country, "DE", 2) == 0)
        (void)snprintf(text, NUMBER_MAX, "%.2s %.3s %.3s %s", number, number + 2, number + 5, number + 8);
    else if (separated && strncmp(country, "AT", 2) == 0)
        (void)snprintf(text, NUMBER_MAX, "%.4s %s", number, number + 4);
    else if (separated && strncmp(country, "FR", 2) == 0)
        (void)snprintf(text, NUMBER_MAX, "%.1s %.2s %.2s %.2s %.3s %.3s %s", number, number + 1, number + 3, number + 5,
                       number + 7, number + 10, number + 13);
    else
        (void)snprintf(text, NUMBER_MAX, "%s", number);
}

void spell_citizen(struct random *random, const char *normal, char text[VALUE_MAX])
{
    char number[NUMBER_MAX];
    const struct weighed *country = country_of(normal);
    bool separated = random_below(random, 2) == 0;
    write_number(normal, separated, number);
    if (random_below(random, 3) != 0) {
        (void)snprintf(text, VALUE_MAX, "%s: %s", country->word, number);
        return;
    }
    /* in a column, with the numbers of other people above and below */
    enum { LINES = 9 };
    size_t at = 0;
    for (unsigned line = 0; line < LINES; line++) {
        char other[VALUE_MAX], written[NUMBER_MAX];
        do
            draw(random, country, other);
        while (!citizen_holds(other));
        write_number(other, separated, written);
        int length = snprintf(text + at, VALUE_MAX - at, "%u;%s;yes%s", 100 + random_below(random, 900),
                              line == LINES / 2 ? number : written, line == LINES - 1 ? "" : "\n");
        at += (size_t)length;
    }
}
