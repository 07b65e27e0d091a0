/* Telephone numbers in international form (ITU-T E.164): '+', a country code, and as many digits as that country's
 * numbers have, with the separators people write. "(0)", the trunk prefix of many countries, is left out. For the '+'
 * may stand "00": then a word or a scheme must say that it is a telephone's, or the groups be such as no table has. */
#include "scan/recognise.h"

#include <string.h>

enum { DIGITS_MAX = 15, SPAN_MAX = 32, GROUPS_MAX = 12 };

/* Country codes and the digits that may follow, fewest and most. Ranges are wide where a country has several lengths.
 */
static const struct plan {
    uint16_t code;
    uint8_t fewest, most;
} plans[] = {
    {1, 10, 10},  {7, 10, 10},  {20, 8, 10},  {211, 9, 9},  {212, 9, 9},  {213, 8, 9},   {216, 8, 8},  {218, 8, 9},
    {220, 7, 7},  {221, 9, 9},  {222, 8, 8},  {223, 8, 8},  {224, 8, 9},  {225, 10, 10}, {226, 8, 8},  {227, 8, 8},
    {228, 8, 8},  {229, 8, 10}, {230, 7, 8},  {231, 7, 9},  {232, 8, 8},  {233, 9, 9},   {234, 8, 10}, {235, 8, 8},
    {236, 8, 8},  {237, 8, 9},  {238, 7, 7},  {239, 7, 7},  {240, 9, 9},  {241, 7, 8},   {242, 9, 9},  {243, 7, 9},
    {244, 9, 9},  {245, 7, 9},  {246, 7, 7},  {247, 4, 5},  {248, 7, 7},  {249, 9, 9},   {250, 8, 9},  {251, 9, 9},
    {252, 7, 9},  {253, 8, 8},  {254, 9, 10}, {255, 9, 9},  {256, 9, 9},  {257, 8, 8},   {258, 8, 9},  {260, 9, 9},
    {261, 9, 9},  {262, 9, 9},  {263, 7, 9},  {264, 7, 9},  {265, 7, 9},  {266, 8, 8},   {267, 7, 8},  {268, 7, 8},
    {269, 7, 7},  {27, 9, 9},   {290, 4, 5},  {291, 7, 7},  {297, 7, 7},  {298, 6, 6},   {299, 6, 6},  {30, 10, 10},
    {31, 9, 9},   {32, 8, 9},   {33, 9, 9},   {34, 9, 9},   {350, 8, 8},  {351, 9, 9},   {352, 6, 11}, {353, 7, 9},
    {354, 7, 9},  {355, 8, 9},  {356, 8, 8},  {357, 8, 8},  {358, 6, 11}, {359, 7, 9},   {36, 8, 9},   {370, 8, 8},
    {371, 8, 8},  {372, 7, 8},  {373, 8, 8},  {374, 8, 8},  {375, 9, 9},  {376, 6, 9},   {377, 8, 9},  {378, 6, 10},
    {379, 6, 10}, {380, 9, 9},  {381, 7, 9},  {382, 7, 8},  {383, 8, 8},  {385, 8, 9},   {386, 8, 8},  {387, 8, 8},
    {389, 8, 8},  {39, 6, 11},  {40, 9, 9},   {41, 9, 9},   {420, 9, 9},  {421, 9, 9},   {423, 7, 9},  {43, 7, 13},
    {44, 9, 10},  {45, 8, 8},   {46, 7, 9},   {47, 8, 8},   {48, 9, 9},   {49, 7, 12},   {500, 5, 5},  {501, 7, 7},
    {502, 8, 8},  {503, 8, 8},  {504, 8, 8},  {505, 8, 8},  {506, 8, 8},  {507, 7, 8},   {508, 6, 9},  {509, 8, 8},
    {51, 8, 9},   {52, 10, 11}, {53, 6, 8},   {54, 10, 11}, {55, 10, 11}, {56, 9, 9},    {57, 8, 10},  {58, 10, 10},
    {590, 9, 9},  {591, 8, 8},  {592, 7, 7},  {593, 8, 9},  {594, 9, 9},  {595, 8, 9},   {596, 9, 9},  {597, 6, 7},
    {598, 8, 8},  {599, 7, 8},  {60, 8, 10},  {61, 9, 9},   {62, 8, 12},  {63, 8, 10},   {64, 8, 10},  {65, 8, 8},
    {66, 8, 9},   {670, 7, 8},  {672, 6, 6},  {673, 7, 7},  {674, 7, 7},  {675, 7, 8},   {676, 5, 7},  {677, 5, 7},
    {678, 5, 7},  {679, 7, 7},  {680, 7, 7},  {681, 6, 6},  {682, 5, 5},  {683, 4, 7},   {685, 5, 7},  {686, 5, 8},
    {687, 6, 6},  {688, 5, 7},  {689, 6, 8},  {690, 4, 7},  {691, 7, 7},  {692, 7, 7},   {800, 8, 8},  {81, 9, 10},
    {82, 8, 10},  {84, 9, 10},  {850, 8, 10}, {852, 8, 8},  {853, 8, 8},  {855, 8, 9},   {856, 8, 10}, {86, 10, 11},
    {870, 9, 9},  {880, 8, 10}, {881, 8, 9},  {882, 7, 12}, {883, 7, 12}, {886, 8, 9},   {90, 10, 10}, {91, 10, 10},
    {92, 9, 10},  {93, 9, 9},   {94, 9, 9},   {95, 7, 10},  {960, 7, 7},  {961, 7, 8},   {962, 8, 9},  {963, 8, 9},
    {964, 8, 10}, {965, 8, 8},  {966, 9, 9},  {967, 7, 9},  {968, 8, 8},  {970, 8, 9},   {971, 8, 9},  {972, 8, 9},
    {973, 8, 8},  {974, 8, 8},  {975, 7, 8},  {976, 8, 8},  {977, 8, 10}, {98, 10, 10},  {992, 9, 9},  {993, 8, 8},
    {994, 9, 9},  {995, 9, 9},  {996, 9, 9},  {998, 9, 9},
};

/* Italy, Ivory Coast, Gabon, Congo and a few more keep a leading 0 in the international form. */
static bool keeps_zero(unsigned code)
{
    return code == 39 || code == 378 || code == 379 || code == 225 || code == 229 || code == 241 || code == 242;
}

static const struct plan *find_plan(const uint8_t *digits, size_t length)
{
    unsigned code = 0;
    for (size_t i = 0; i < 3 && i < length; i++) {
        code = code * 10 + digits[i];
        for (size_t p = 0; p < sizeof plans / sizeof *plans; p++) {
            if (plans[p].code == code)
                return &plans[p];
        }
    }
    return NULL;
}

size_t calling_code_length(const uint8_t *digits, size_t length)
{
    const struct plan *plan = find_plan(digits, length);
    return plan == NULL ? 0 : plan->code < 10 ? 1 : plan->code < 100 ? 2 : 3;
}

/* Where the digits read so far may end: behind each group. */
struct written {
    uint8_t digits[DIGITS_MAX];
    size_t length;
    struct {
        size_t end, length; /* bytes of text, digits in all */
    } group[GROUPS_MAX];
    size_t groups;
};

/* How long a separator is that stands at `at`: a mark, or a blank or hyphen of typesetting (U+00A0, U+2007 to U+202F).
 */
static size_t separator_length(const struct text *text, size_t at)
{
    static const char marks[] = "\x87\x89\x8a\x90\x91\x92\x93\xaf"; /* last bytes of U+20xx */
    uint8_t byte = byte_at(text, at);
    if (byte == ' ' || byte == '-' || byte == '.' || byte == '/')
        return 1;
    if (byte == 0xc2 && byte_at(text, at + 1) == 0xa0)
        return 2;
    uint8_t last = byte_at(text, at + 2);
    return byte == 0xe2 && byte_at(text, at + 1) == 0x80 && last != 0 && strchr(marks, (char)last) != NULL ? 3 : 0;
}

/* Reads digits and separators. At most two separator characters stand between groups, with one pair of brackets. */
static void read_number(const struct text *text, size_t at, struct written *written)
{
    enum { CODE_MOST = 3 };
    size_t i = at;
    size_t code = 0;
    while (code <= CODE_MOST && is_digit(byte_at(text, at + code)))
        code++;
    /* "(+46) 70 …": the bracket before the '+' ends behind the code. */
    bool open = code <= CODE_MOST && byte_at(text, at + code) == ')' && byte_at(text, at - 2) == '(';
    while (written->groups < GROUPS_MAX && i - at < SPAN_MAX) {
        size_t begin = i;
        while (is_digit(byte_at(text, i)) && i - begin <= DIGITS_MAX)
            i++;
        if (i == begin || written->length + (i - begin) > DIGITS_MAX)
            return;
        bool trunk = open && i - begin == 1 && text->data[begin] == '0' && byte_at(text, i) == ')';
        for (size_t j = begin; j < i && !trunk; j++)
            written->digits[written->length++] = (uint8_t)(text->data[j] - '0');
        bool closed = open && byte_at(text, i) == ')';
        if (open && !closed)
            return;
        i += closed;
        if (!trunk) {
            written->group[written->groups].end = i;
            written->group[written->groups++].length = written->length;
        }
        size_t separator = separator_length(text, i);
        bool separated = closed || separator > 0;
        i += separator;
        open = byte_at(text, i) == '(';
        i += open;
        if (!open && !separated)
            return;
    }
}

/* How many digits from the first on count up (or down) by one. */
static size_t sequence_length(const uint8_t *digits, size_t length, unsigned step)
{
    size_t run = 1;
    while (run < length && digits[run] == (digits[run - 1] + step) % 10)
        run++;
    return run;
}

/* Not a number that somebody made up by running a finger along the keys: one digit over and over, or a sequence from
 * the first digit of the national number to its last or next to last two. A sequence behind an area code is no sign:
 * people have such numbers, and write +46 70 123 45 67. */
static bool is_varied(const uint8_t *digits, size_t length)
{
    unsigned changes = 0;
    for (size_t i = 1; i < length; i++)
        changes += digits[i] != digits[i - 1];
    return changes > 1 && sequence_length(digits, length, 1) + 2 < length &&
           sequence_length(digits, length, 9) + 2 < length;
}

static unsigned read_unsigned(const struct text *text, size_t at, size_t digits)
{
    unsigned number = 0;
    for (size_t i = at; i < at + digits; i++)
        number = number * 10 + (text->data[i] - '0');
    return number;
}

/* A place on earth (ISO 6709): latitude and longitude, in degrees and minutes or in degrees, minutes and seconds, as in
 * "+4339-07923". */
static bool is_position(const struct text *text, size_t at)
{
    size_t first = at + 1;
    size_t sign = first;
    while (sign - first <= 6 && is_digit(byte_at(text, sign)))
        sign++;
    size_t second = sign + 1;
    size_t end = second;
    while (end - second <= 7 && is_digit(byte_at(text, end)))
        end++;
    size_t latitude = sign - first;
    if ((latitude != 4 && latitude != 6) || end - second != latitude + 1 || byte_at(text, sign) != '-' ||
        byte_at(text, end) == '-')
        return false;
    return read_unsigned(text, first, 2) <= 90 && read_unsigned(text, first + 2, 2) < 60 &&
           read_unsigned(text, second, 3) <= 180 && read_unsigned(text, second + 3, 2) < 60;
}

/* Quoted-printable mail goes on behind this place: an escape, or a line that was broken behind a blank. */
static bool is_quoted_on(const struct text *text, size_t end)
{
    size_t sign = end + (byte_at(text, end) == ' ');
    uint8_t after = byte_at(text, sign + 1);
    return byte_at(text, sign) == '=' && (sign == end || after == '\r' || after == '\n');
}

/* Does a word or a scheme say that a telephone's number begins at `at`? */
static bool is_announced(const struct text *text, size_t at)
{
    static const char words[] =
        " tel telefon telephone telefone telefono phone phones phonenumber mobile mobil mob cell cellphone handy fax "
        "gsm "
        "call callto sms whatsapp viber signal msisdn tlf tfn telefonnummer mobilnummer rufnummer telefoon puhelin ";
    return follows_word(text, at, words);
}

/* A number that begins with "00" and that no word announces: in groups, not all as wide as the next ones, as in dumps
 * and tables, with no digits before or behind it. */
static bool is_grouped(const struct text *text, size_t at, size_t end, const struct written *written, size_t groups)
{
    enum { GROUPS_LEAST = 3, WIDE = 3, CODE_MOST = 5 };
    size_t wide = 0;
    size_t unlike = 0;
    size_t last = 0;
    for (size_t i = 1; i < groups; i++) {
        size_t width = written->group[i].length - written->group[i - 1].length;
        wide += width >= WIDE;
        unlike += i > 1 && width != last;
        last = width;
    }
    return groups >= GROUPS_LEAST && wide > 0 && unlike > 0 && written->group[0].end - at <= CODE_MOST &&
           !is_digit(byte_at(text, at - 2)) && !is_digit(byte_at(text, end + 1));
}

/* Reads the number whose country's code begins at `at`; what it begins with stands from `begin` on. */
static bool verify_number(const struct text *text, size_t begin, size_t at, struct match *match)
{
    struct written written = {.length = 0};
    bool zeros = text->data[begin] == '0';
    uint8_t before = byte_at(text, begin - 1);
    read_number(text, at, &written);
    const struct plan *plan = find_plan(written.digits, written.length);
    if (plan == NULL || written.groups == 0)
        return false;
    size_t code = plan->code < 10 ? 1 : plan->code < 100 ? 2 : 3;
    if (written.group[0].length < code) /* nobody parts a country's code */
        return false;
    /* The longest run of groups that makes a number of this country: another number may follow behind a space. */
    for (size_t groups = written.groups; groups > 0; groups--) {
        size_t end = written.group[groups - 1].end;
        size_t length = written.group[groups - 1].length;
        uint8_t after = byte_at(text, end);
        bool stub = groups > 1 && length - written.group[groups - 2].length < 2; /* as in "+35236450.6" */
        uint8_t after2 = byte_at(text, end + 1);
        if (length < code + plan->fewest || length > code + plan->most || length < 7 || stub || is_alnum(after) ||
            after == '_' || after == '+' || after == '%' || ((after == '.' || after == '-') && is_alnum(after2)) ||
            (before == '/' && after == '/'))
            continue;
        if (is_quoted_on(text, end)) /* what stands here is a part of it */
            return false;
        const uint8_t *national = written.digits + code;
        if (national[0] == 0 && !keeps_zero(plan->code))
            return false;
        if (plan->code == 1 && (national[0] < 2 || national[3] < 2))
            return false;
        if (!is_varied(national, length - code))
            return false;
        if (zeros && !is_announced(text, begin) && !is_grouped(text, begin, end, &written, groups))
            return false;
        match->begin = begin;
        match->end = end;
        put(match, '+');
        for (size_t i = 0; i < length; i++)
            put(match, (uint8_t)('0' + written.digits[i]));
        return true;
    }
    return false;
}

bool verify_phone(const struct text *text, size_t at, struct match *match)
{
    uint8_t before = byte_at(text, at - 1);
    if (before == '+' || before == '-' || before == '*' || before == '_' || before == '.' || before == ')' ||
        before == ']' || before == '%' || before == '$')
        return false;
    if (text->data[at] == '+')
        return byte_at(text, at + 1) != '0' && !is_position(text, at) && verify_number(text, at, at + 1, match);
    /* "00", then the code, behind a blank perhaps. */
    size_t code = byte_at(text, at + 2) == ' ' ? at + 3 : at + 2;
    return byte_at(text, at + 1) == '0' && byte_at(text, code) != '0' && is_digit(byte_at(text, code)) &&
           before != '/' && before != '#' && before != ',' && before != '=' && verify_number(text, at, code, match);
}
