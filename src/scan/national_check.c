/* The identity numbers of the European Union's countries that carry a check digit (Cyprus, Malta and others have none,
 * or none for people), each as its register defines it. A number that carries a date of birth must carry a possible
 * one. */
#include "scan/national.h"

#include <stddef.h>
#include <string.h>

/* The number that c[at..at + count) writes. */
static unsigned number(const char *c, size_t at, size_t count)
{
    unsigned value = 0;
    for (size_t i = at; i < at + count; i++)
        value = value * 10 + (unsigned)(c[i] - '0');
    return value;
}

static unsigned digit(char c)
{
    return (unsigned)(c - '0');
}

static bool is_day(unsigned month, unsigned day)
{
    static const uint8_t days[] = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month >= 1 && month <= 12 && day >= 1 && day <= days[month];
}

/* The sum of digits times weights, which are written as digits; ':' is ten. */
static unsigned weigh(const char *c, const char *weights)
{
    unsigned sum = 0;
    for (size_t i = 0; weights[i] != '\0'; i++)
        sum += digit(c[i]) * digit(weights[i]);
    return sum;
}

static bool luhn(const char *c, size_t length)
{
    unsigned sum = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned d = digit(c[length - 1 - i]);
        sum += i % 2 == 0 ? d : d * 2 - (d > 4 ? 9 : 0);
    }
    return sum % 10 == 0;
}

/* ISO 7064, MOD 11,10. */
static bool mod_11_10(const char *c, size_t length)
{
    unsigned product = 10;
    for (size_t i = 0; i + 1 < length; i++) {
        unsigned sum = (product + digit(c[i])) % 10;
        product = (sum == 0 ? 10 : sum) * 2 % 11;
    }
    return (product + digit(c[length - 1])) % 10 == 1;
}

/* Verhoeff's check digit, over the dihedral group of order ten. */
static bool verhoeff(const char *c, size_t length, char check)
{
    static const uint8_t permutation[10] = {1, 5, 7, 6, 2, 8, 3, 0, 9, 4};
    unsigned sum = digit(check);
    for (size_t i = 0; i < length; i++) {
        unsigned d = digit(c[length - 1 - i]);
        for (size_t times = 0; times <= i % 8; times++)
            d = permutation[d];
        if (sum < 5)
            sum = d < 5 ? (sum + d) % 5 : 5 + (sum + d) % 5;
        else
            sum = d < 5 ? 5 + (sum - d) % 5 : (sum - d + 5) % 5;
    }
    return sum == 0;
}

static bool check_at(const char *c)
{
    unsigned rest = weigh(c, "3790584216") % 11;
    unsigned month = number(c, 6, 2);
    return c[0] != '0' && rest == digit(c[3]) && (is_day(month, number(c, 4, 2)) || (month >= 13 && month <= 16));
}

static bool check_be(const char *c)
{
    unsigned month = number(c, 2, 2) % 20; /* 20 or 40 more in numbers for those not in the register */
    unsigned day = number(c, 4, 2);
    unsigned check = number(c, 9, 2);
    unsigned long first = number(c, 0, 9);
    /* The second form is of those born from 2000 on: nobody who has such a number is born behind 2049. */
    return is_day(month, day) &&
           (check == 97 - first % 97 || (number(c, 0, 2) < 50 && check == 97 - (2000000000UL + first) % 97));
}

static bool check_bg(const char *c)
{
    unsigned month = number(c, 2, 2);
    month -= month > 40 ? 40 : month > 20 ? 20 : 0;
    return is_day(month, number(c, 4, 2)) && weigh(c, "2485:9736") % 11 % 10 == digit(c[9]);
}

static bool check_cz(const char *c)
{
    unsigned month = number(c, 2, 2);
    month -= month > 50 ? 50 : 0;
    month -= month > 20 ? 20 : 0;
    unsigned rest = number(c, 0, 9) % 11;
    return is_day(month, number(c, 4, 2)) && rest % 10 == digit(c[9]);
}

static bool check_de(const char *c)
{
    unsigned counts[10] = {0};
    unsigned repeated = 0;
    unsigned most = 0;
    for (size_t i = 0; i < 10; i++)
        counts[digit(c[i])]++;
    for (size_t i = 0; i < 10; i++) {
        repeated += counts[i] > 1;
        most = counts[i] > most ? counts[i] : most;
    }
    return c[0] != '0' && repeated == 1 && most <= 3 && mod_11_10(c, 11);
}

static bool check_dk(const char *c)
{
    return is_day(number(c, 2, 2), number(c, 0, 2)) && weigh(c, "4327654321") % 11 == 0;
}

/* Estonia and Lithuania: the same number. */
static bool check_ee(const char *c)
{
    unsigned rest = weigh(c, "1234567891") % 11;
    if (rest == 10)
        rest = weigh(c, "3456789123") % 11;
    return c[0] >= '1' && c[0] <= '6' && is_day(number(c, 3, 2), number(c, 5, 2)) && rest % 10 == digit(c[10]);
}

static bool check_es(const char *c)
{
    static const char letters[] = "TRWAGMYFPDXBNJZSQVHLCKE";
    if (c[0] >= '0' && c[0] <= '9')
        return letters[number(c, 0, 8) % 23] == c[8];
    return c[0] >= 'X' && c[0] <= 'Z' && letters[((unsigned)(c[0] - 'X') * 10000000 + number(c, 1, 7)) % 23] == c[8];
}

static bool check_fi(const char *c)
{
    static const char letters[] = "0123456789ABCDEFHJKLMNPRSTUVWXY";
    unsigned first = number(c, 0, 6) * 1000 + number(c, 7, 3);
    return is_day(number(c, 2, 2), number(c, 0, 2)) && number(c, 7, 3) >= 2 && letters[first % 31] == c[10];
}

static bool check_fr(const char *c)
{
    char copy[NATIONAL_MAX];
    unsigned long first = 0;
    unsigned month = number(c, 3, 2);
    memcpy(copy, c, 15);
    bool corsica = c[6] == 'A' || c[6] == 'B';
    if ((c[0] != '1' && c[0] != '2') || (corsica && c[5] != '2') || month == 0 || (month > 12 && month < 20) ||
        (month > 42 && month < 50))
        return false;
    if (corsica)
        memcpy(copy + 5, c[6] == 'A' ? "19" : "18", 2);
    for (size_t i = 0; i < 13; i++)
        first = first * 10 + digit(copy[i]);
    return number(copy, 13, 2) == 97 - first % 97;
}

static bool check_gr_tax(const char *c)
{
    unsigned sum = 0;
    for (size_t i = 0; i < 8; i++)
        sum = sum * 2 + digit(c[i]);
    return number(c, 0, 8) != 0 && sum * 2 % 11 % 10 == digit(c[8]);
}

static bool check_gr(const char *c)
{
    return is_day(number(c, 2, 2), number(c, 0, 2)) && luhn(c, 11);
}

static bool check_hr(const char *c)
{
    return mod_11_10(c, 11);
}

/* Until 1996 the weights rise, since then they fall. */
static bool check_hu(const char *c)
{
    unsigned rising = 0;
    for (unsigned i = 1; i <= 10; i++)
        rising += i * digit(c[i - 1]);
    unsigned falling = 0;
    for (unsigned i = 1; i <= 10; i++)
        falling += (11 - i) * digit(c[i - 1]);
    return c[0] >= '1' && c[0] <= '8' && is_day(number(c, 3, 2), number(c, 5, 2)) &&
           (rising % 11 == digit(c[10]) || falling % 11 == digit(c[10]));
}

static bool check_hu_tax(const char *c)
{
    return c[0] == '8' && weigh(c, "123456789") % 11 == digit(c[9]);
}

static bool check_hu_insurance(const char *c)
{
    return number(c, 0, 8) != 0 && weigh(c, "37373737") % 10 == digit(c[8]);
}

static bool check_ie(const char *c)
{
    static const char letters[] = "WABCDEFGHIJKLMNOPQRSTUV";
    unsigned sum = weigh(c, "8765432");
    char second = c[8];
    if (second == 'T') /* of the older numbers, and W of spouses: no part of the sum */
        second = 'W';
    if (second != '\0' && second != 'W') {
        if (second < 'A' || second > 'I')
            return false;
        sum += 9 * (unsigned)(second - 'A' + 1);
    }
    return number(c, 0, 7) != 0 && letters[sum % 23] == c[7];
}

/* Letters and digits count in even places as they stand, in odd ones by this row; the check letter is the sum. */
static bool check_it(const char *c)
{
    static const uint8_t odd[26] = {1,  0,  5, 7, 9, 13, 15, 17, 19, 21, 2,  4,  18,
                                    20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23};
    unsigned sum = 0;
    for (size_t i = 0; i < 15; i++) {
        unsigned value = c[i] <= '9' ? digit(c[i]) : (unsigned)(c[i] - 'A');
        sum += i % 2 == 0 ? odd[value] : value;
    }
    unsigned day = number(c, 9, 2);
    return strchr("ABCDEHLMPRST", c[8]) != NULL && (day % 40 >= 1 && day % 40 <= 31) && day <= 71 &&
           (unsigned)(c[15] - 'A') == sum % 26;
}

static bool check_lu(const char *c)
{
    unsigned year = number(c, 0, 4);
    return year >= 1850 && year <= 2100 && is_day(number(c, 4, 2), number(c, 6, 2)) && luhn(c, 12) &&
           verhoeff(c, 11, c[12]);
}

static bool check_lv(const char *c)
{
    return is_day(number(c, 2, 2), number(c, 0, 2)) && c[6] <= '2' &&
           (1 + weigh(c, ":584216379")) % 11 % 10 == digit(c[10]);
}

static bool check_nl(const char *c)
{
    unsigned sum = weigh(c, "98765432");
    return number(c, 0, 8) != 0 && sum % 11 == digit(c[8]);
}

static bool check_pl(const char *c)
{
    unsigned month = number(c, 2, 2) % 20; /* 20, 40, 60 or 80 more by the century */
    return is_day(month, number(c, 4, 2)) && (weigh(c, "1379137913") + digit(c[10])) % 10 == 0;
}

static bool check_pt_any(const char *c)
{
    unsigned rest = weigh(c, "98765432") % 11;
    return c[0] != '0' && c[0] != '4' && c[0] != '7' && (rest < 2 ? 0 : 11 - rest) == digit(c[8]);
}

/* Of people: those of companies begin with other digits. */
static bool check_pt(const char *c)
{
    unsigned rest = weigh(c, "98765432") % 11;
    return (c[0] == '1' || c[0] == '2' || c[0] == '3' || (c[0] == '4' && c[1] == '5')) &&
           (rest < 2 ? 0 : 11 - rest) == digit(c[8]);
}

/* Digits in odd places count by this row; the letter is the sum. No number begins with 12. */
static bool check_cy(const char *c)
{
    static const uint8_t odd[10] = {1, 0, 5, 7, 9, 13, 15, 17, 19, 21};
    unsigned sum = 0;
    for (size_t i = 0; i < 8; i++)
        sum += i % 2 == 0 ? odd[digit(c[i])] : digit(c[i]);
    return number(c, 0, 2) != 12 && (unsigned)(c[8] - 'A') == sum % 26;
}

static bool check_ro(const char *c)
{
    unsigned rest = weigh(c, "279146358279") % 11;
    unsigned county = number(c, 7, 2);
    return c[0] != '0' && is_day(number(c, 3, 2), number(c, 5, 2)) && county >= 1 && (county <= 52 || county == 70) &&
           (rest == 10 ? 1 : rest) == digit(c[12]);
}

static bool check_se(const char *c)
{
    unsigned day = number(c, 4, 2);
    return is_day(number(c, 2, 2), day > 60 ? day - 60 : day) && luhn(c, 10);
}

/* With the century in front, which the check digit leaves out. */
static bool check_se_long(const char *c)
{
    unsigned century = number(c, 0, 2);
    return (century == 19 || century == 20) && check_se(c + 2);
}

static bool check_si(const char *c)
{
    unsigned year = number(c, 4, 3);
    unsigned sum = weigh(c, "765432765432");
    return is_day(number(c, 2, 2), number(c, 0, 2)) && (year >= 850 || year <= 99) && c[7] == '5' &&
           (11 - sum % 11) % 11 % 10 == digit(c[12]) && sum % 11 != 1;
}

#define WORDS_BE " rijksregister rijksregisternummer insz niss nrn rrn nn national nationalregister bis "
#define WORDS_CZ " rodn rodne rodnecislo birthnumber rc rcislo "
#define WORDS_DE " steuer steuerid steueridnr identifikationsnummer steueridentifikationsnummer idnr tin "
#define WORDS_ES " dni nif nie documento identidad extranjero "
#define WORDS_FR " nir insee secu sociale securite assure vitale nss "
#define WORDS_HU " szemelyi lyi azonosito azonos szig "
#define WORDS_IE " pps ppsn ppsno rsi "
#define WORDS_SE " personnummer personnr pnr persnr pno samordningsnummer ssn "
#define WORDS_DK " cpr cprnr cprnummer personnummer "
#define WORDS_AT " sozialversicherungsnummer svnr versicherungsnummer svnummer vsnr "
#define WORDS_NL " bsn burgerservicenummer sofi sofinummer burgerservicenr "

/* By the number of digits they begin with; each list ends with a form without a pattern. */
static const struct national_form lead_1[] = {
    {"FR", "# ## ## #c ### ### ##", check_fr, 2, WORDS_FR, NULL},
    {"HU", "#~######~####", check_hu, 3, WORDS_HU, NULL},
    {"", NULL, NULL, 0, NULL, NULL},
};
static const struct national_form lead_2[] = {
    {"IT", "aaaaaa##a##a###a", check_it, 1, " codice fiscale cf codicefiscale taxcode ", NULL},
    {"BE", "##.##.##-###~##", check_be, 1, WORDS_BE, NULL},
    {"BE", "## ## ## ### ##", check_be, 2, WORDS_BE, NULL},
    {"DE", "## ### ### ###", check_de, 3, WORDS_DE, NULL},
    {"ES", "##.###.###-a", check_es, 1, WORDS_ES, NULL},
    {"ES", "##.###.###a", check_es, 2, WORDS_ES, NULL},
    {"", NULL, NULL, 0, NULL, NULL},
};
static const struct national_form lead_3[] = {
    {"HU", "###~###~###", check_hu_insurance, 0, " taj ", NULL},
    {"PT", "### ### ###", check_pt_any, 0, " nif nipc contribuinte ", "o fiscal"},
    {"PT", "### ### ###", check_pt, 6, " nif contribuinte ", "o fiscal"},
    {"", NULL, NULL, 0, NULL, NULL},
};
static const struct national_form lead_4[] = {
    {"AT", "#### ######", check_at, 3, WORDS_AT, "SV-N"},
    {"NL", "####.##.###", check_nl, 3, WORDS_NL, NULL},
    {"", NULL, NULL, 0, NULL, NULL},
};
static const struct national_form lead_6[] = {
    {"FR", "######c########", check_fr, 2, WORDS_FR, NULL},
    {"FR", "######c###### ##", check_fr, 2, WORDS_FR, NULL},
    {"BE", "######-###~##", check_be, 2, WORDS_BE, NULL},
    {"LV", "######-#####", check_lv, 3, " personas kods kodas pk ", NULL},
    {"FI", "######s###n", check_fi, 2, " hetu henkilotunnus tunnus personbeteckning sotu ssn ", NULL},
    {"DK", "######-####", check_dk, 4, WORDS_DK, NULL},
    {"SE", "######-####", check_se, 4, WORDS_SE, NULL},
    {"SE", "######+####", check_se, 3, WORDS_SE, NULL},
    {"CZ", "######/####", check_cz, 3, WORDS_CZ, NULL},
    {"", NULL, NULL, 0, NULL, NULL},
};
static const struct national_form lead_7[] = {
    {"ES", "a#######a", check_es, 2, WORDS_ES, NULL},   {"ES", "a#######-a", check_es, 1, WORDS_ES, NULL},
    {"ES", "a-#######-a", check_es, 1, WORDS_ES, NULL}, {"IE", "#######a", check_ie, 3, WORDS_IE, NULL},
    {"IE", "#######aa", check_ie, 3, WORDS_IE, NULL},   {"", NULL, NULL, 0, NULL, NULL},
};
static const struct national_form lead_8[] = {
    {"SE", "########-####", check_se_long, 3, WORDS_SE, NULL},
    {"ES", "########a", check_es, 2, WORDS_ES, NULL},
    {"CY", "########a", check_cy, 0, " tic tin ", "\xce\x91\xce\xa6\xce\xa4"},
    {"ES", "########-a", check_es, 2, WORDS_ES, NULL},
    {"ES", "######## a", check_es, 0, WORDS_ES, NULL},
    {"", NULL, NULL, 0, NULL, NULL},
};
static const struct national_form lead_9[] = {
    {"HU", "#########", check_hu_insurance, 0, " taj ", NULL},
    {"NL", "#########", check_nl, 7, WORDS_NL, NULL},
    {"PT", "#########", check_pt, 7, " nif contribuinte nipc ", "o fiscal"},
    {"PT", "#########", check_pt_any, 0, " nif nipc contribuinte ", "o fiscal"},
    {"GR", "#########", check_gr_tax, 7, " afm ", "\xce\x91\xce\xa6\xce\x9c"},
    {"", NULL, NULL, 0, NULL, NULL},
};
static const struct national_form lead_10[] = {
    {"CZ", "##########", check_cz, 5, WORDS_CZ, NULL},
    {"DK", "##########", check_dk, 5, WORDS_DK, NULL},
    {"SE", "##########", check_se, 5, WORDS_SE, NULL},
    {"BG", "##########", check_bg, 5, " egn ", "\xd0\x95\xd0\x93\xd0\x9d"},
    {"AT", "##########", check_at, 5, WORDS_AT, "SV-N"},
    {"HU", "##########", check_hu_tax, 6, " ado adoazonosito azonosito azonos jel ", NULL},
    {"", NULL, NULL, 0, NULL, NULL},
};
static const struct national_form lead_11[] = {
    {"BE", "###########", check_be, 3, WORDS_BE, NULL},
    {"LV", "###########", check_lv, 4, " personas kods ", NULL},
    {"PL", "###########", check_pl, 5, " pesel ", NULL},
    {"EE", "###########", check_ee, 0, " isikukood ik isikukoodi ", NULL},
    {"LT", "###########", check_ee, 0, " asmens kodas ak ", NULL},
    {"GR", "###########", check_gr, 5, " amka ", "\xce\x91\xce\x9c\xce\x9a\xce\x91"},
    {"HU", "###########", check_hu, 5, WORDS_HU, NULL},
    /* before Croatia's, which counts alike and asks for less */
    {"DE", "###########", check_de, 6, WORDS_DE, NULL},
    {"HR", "###########", check_hr, 7, " oib osobni identifikacijski ", NULL},
    {"", NULL, NULL, 0, NULL, NULL},
};
static const struct national_form lead_12[] = {
    {"SE", "############", check_se_long, 4, WORDS_SE, NULL},
    {"", NULL, NULL, 0, NULL, NULL},
};
static const struct national_form lead_13[] = {
    {"LU", "#############", check_lu, 3, " matricule identification nationale ", NULL},
    {"RO", "#############", check_ro, 4, " cnp numeric codnumericpersonal ", NULL},
    {"SI", "#############", check_si, 4, " emso em jmbg ", NULL},
    {"FR", "############# ##", check_fr, 2, WORDS_FR, NULL},
    {"", NULL, NULL, 0, NULL, NULL},
};
static const struct national_form lead_15[] = {
    {"FR", "###############", check_fr, 3, WORDS_FR, NULL},
    {"", NULL, NULL, 0, NULL, NULL},
};

const struct national_form *const national_forms[NATIONAL_MAX + 1] = {
    [1] = lead_1, [2] = lead_2,   [3] = lead_3,   [4] = lead_4,   [6] = lead_6,   [7] = lead_7,   [8] = lead_8,
    [9] = lead_9, [10] = lead_10, [11] = lead_11, [12] = lead_12, [13] = lead_13, [15] = lead_15,
};
