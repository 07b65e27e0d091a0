/* The table of all recognisers, and what several of them need. A new one is a file with a verify function and a row. */
#include "scan/recognise.h"

#include <string.h>
#include <strings.h>

const struct recogniser recognisers[RECOGNISER_COUNT] = {
    {SB_CARD, "card", 1U << SHAPE_DIGITS, {0}, verify_card},
    {SB_IBAN, "iban", 1U << SHAPE_ACCOUNT | 1U << SHAPE_DIGITS | 1U << SHAPE_BASE64, {0}, verify_iban},
    {SB_EMAIL, "email", 1U << SHAPE_AT, {0}, verify_email},
    {SB_URL, "url", 1U << SHAPE_SCHEME, {0}, verify_url},
    {SB_ONION, "onion", 0, {".onion", 6, true}, verify_onion},
    {SB_IP, "ip", 1U << SHAPE_DOTTED | 1U << SHAPE_COLONS, {0}, verify_ip},
    {SB_PHONE, "phone", 1U << SHAPE_PLUS | 1U << SHAPE_NUMBER, {0}, verify_phone, .first = "+0"},
    {SB_BTC, "btc", 1U << SHAPE_BASE58 | 1U << SHAPE_ACCOUNT, {0}, verify_btc, .first = "13bB"},
    {SB_ETH, "eth", 1U << SHAPE_HEX, {0}, verify_eth},
    {SB_LTC, "ltc", 1U << SHAPE_BASE58 | 1U << SHAPE_BECH32, {0}, verify_ltc, .first = "LMl"},
    {SB_DOGE, "doge", 1U << SHAPE_BASE58, {0}, verify_doge, .first = "D9A"},
    {SB_DASH, "dash", 1U << SHAPE_BASE58, {0}, verify_dash, .first = "X7"},
    {SB_BCH, "bch", 1U << SHAPE_BECH32, {0}, verify_bch, .first = "qpzrQPZR"},
    {SB_TRX, "trx", 1U << SHAPE_BASE58, {0}, verify_trx, .first = "T"},
    {SB_XRP, "xrp", 1U << SHAPE_BASE58, {0}, verify_xrp, .first = "rX"},
    {SB_XMR, "xmr", 1U << SHAPE_BASE58, {0}, verify_xmr, .first = "48"},
    {SB_ADA, "ada", 1U << SHAPE_BECH32 | 1U << SHAPE_BASE58, {0}, verify_ada, .first = "aAsSD"},
    {SB_WIF, "wif", 1U << SHAPE_BASE58, {0}, verify_wif, .first = "5KL"},
    {SB_BIP38, "bip38", 1U << SHAPE_BASE58, {0}, verify_bip38, .first = "6"},
    {SB_XKEY, "xkey", 1U << SHAPE_BASE58, {0}, verify_xkey, .first = "xyz"},
    {SB_TRACK, "track", 1U << SHAPE_DIGITS, {0}, verify_track},
    {SB_SEED, "seed", 1U << SHAPE_WORDS, {0}, verify_seed},
    {SB_BIC, "bic", 1U << SHAPE_CODE, {0}, verify_bic},
    {SB_DOMAIN, "domain", 1U << SHAPE_NAME, {"www.", 4, true, 2}, verify_domain},
    {SB_I2P, "i2p", 0, {".i2p", 4, true}, verify_i2p},
    {SB_MAC, "mac", 1U << SHAPE_PAIRS | 1U << SHAPE_GROUPS, {0}, verify_mac},
    {SB_IMEI, "imei", 1U << SHAPE_DIGITS, {0}, verify_imei},
    {SB_ICCID, "iccid", 1U << SHAPE_DIGITS, {0}, verify_iccid},
    {SB_CREDENTIAL,
     "credential",
     1U << SHAPE_SCHEME | 1U << SHAPE_HOST | 1U << SHAPE_PLUS,
     {0},
     verify_credential,
     .after_mail = true},
    {SB_TELEGRAM,
     "telegram",
     1U << SHAPE_HOST | 1U << SHAPE_SCHEME | 1U << SHAPE_HANDLE,
     {0},
     verify_telegram,
     .before = "eEgG",
     .messenger = true},
    {SB_WHATSAPP,
     "whatsapp",
     1U << SHAPE_HOST | 1U << SHAPE_SCHEME | 1U << SHAPE_AT | 1U << SHAPE_PLUS,
     {0},
     verify_whatsapp,
     .before = "eEmMpP0123456789",
     .messenger = true},
    {SB_DISCORD, "discord", 1U << SHAPE_HOST, {0}, verify_discord, .before = "gGmM", .messenger = true},
    {SB_XMPP, "xmpp", 0, {0}, verify_xmpp, .after_mail = true},
    {SB_TOX, "tox", 1U << SHAPE_BASE64, {0}, verify_tox, .first = "0123456789ABCDEFabcdef"},
    {SB_SESSION, "session", 1U << SHAPE_BASE64, {0}, verify_session, .first = "0"},
    {SB_MRZ, "mrz", 1U << SHAPE_NUMBER, {0}, verify_mrz},
    {SB_NATIONAL_ID, "national_id", 1U << SHAPE_NUMBER, {0}, verify_national_id},
    {SB_PGP, "pgp", 1U << SHAPE_BASE64 | 1U << SHAPE_GROUPS, {0}, verify_pgp, .first = "0123456789ABCDEFabcdefmlx"},
    {SB_SSH, "ssh", 1U << SHAPE_BASE64, {0}, verify_ssh, .first = "A"},
    {SB_X509, "x509", 1U << SHAPE_BASE64, {"\xa0\x03\x02\x01\x02\x02", 6, false, 1}, verify_x509, .first = "M"},
};

bool follows_word(const struct text *text, size_t at, const char *words)
{
    enum { GAP_MAX = 12, WORD_MAX = 24 };
    size_t end = at;
    while (end > 0 && at - end < GAP_MAX && !is_alnum(text->data[end - 1]) && text->data[end - 1] != FILL)
        end--;
    char word[WORD_MAX + 3];
    size_t length = 0;
    while (length < WORD_MAX && length < end && is_alpha(text->data[end - 1 - length]))
        length++;
    if (length == 0 || length == WORD_MAX)
        return false;
    word[0] = ' ';
    for (size_t i = 0; i < length; i++)
        word[1 + i] = (char)to_lower(text->data[end - length + i]);
    word[length + 1] = ' ';
    word[length + 2] = '\0';
    return strstr(words, word) != NULL;
}

bool has_word_before(const struct text *text, size_t at, size_t most, const char *words)
{
    enum { WORD_MAX = 32 };
    char word[WORD_MAX + 3];
    size_t from = at > most ? at - most : 0;
    for (size_t end = at; end > from;) {
        size_t length = 0;
        while (length < end - from && is_alnum(text->data[end - 1 - length]))
            length++;
        if (length > 0 && length <= WORD_MAX) {
            word[0] = ' ';
            for (size_t i = 0; i < length; i++)
                word[1 + i] = (char)to_lower(text->data[end - length + i]);
            word[length + 1] = ' ';
            word[length + 2] = '\0';
            if (strstr(words, word) != NULL)
                return true;
        }
        end -= length > 0 ? length : 1;
    }
    return false;
}

bool ends_before(const struct text *text, size_t at, const char *ending)
{
    size_t length = strlen(ending);
    return length <= at && at <= text->length && to_lower(text->data[at - 1]) == (uint8_t)ending[length - 1] &&
           to_lower(text->data[at - 2]) == (uint8_t)ending[length - 2] &&
           strncasecmp((const char *)text->data + at - length, ending, length) == 0;
}

bool mentions(const struct text *text, size_t at, size_t most, const char *word)
{
    size_t length = strlen(word);
    unsigned lines = 0;
    size_t begin = at;
    while (begin > 0 && at - begin < most && lines < 2)
        lines += text->data[--begin] == '\n';
    for (; begin + length <= at; begin++) {
        if (to_lower(text->data[begin]) == (uint8_t)word[0] &&
            strncasecmp((const char *)text->data + begin, word, length) == 0)
            return true;
    }
    return false;
}

size_t read_digits(const struct text *text, size_t at, uint8_t *digits, size_t most, size_t *length)
{
    size_t end = at;
    size_t count = 0;
    for (; count < most; at++) {
        uint8_t byte = byte_at(text, at);
        if (is_digit(byte)) {
            digits[count++] = (uint8_t)(byte - '0');
            end = at + 1;
        } else if (at != end || (byte != ' ' && byte != '-')) {
            break;
        }
    }
    *length = count;
    return end;
}

size_t token_begin(const struct text *text, size_t at, size_t most)
{
    size_t begin = at;
    while (begin > 0 && at - begin < most && text->data[begin - 1] > ' ' && text->data[begin - 1] < 0x7f)
        begin--;
    return begin;
}

bool has_scheme(const struct text *text, size_t begin, size_t end)
{
    return end > begin && memmem(text->data + begin, end - begin, "://", 3) != NULL;
}

bool is_country(uint8_t first, uint8_t last)
{
    static const char *const seconds[26] = {
        "cdefgilmoqrstuwxz",
        "abdefghijmnoqrstvwyz",
        "acdfghiklmnoruvwxyz",
        "ejkmoz",
        "cegrstu",
        "ijkmor",
        "abdefghilmnpqrstuwy",
        "kmnrtu",
        "delmnoqrst",
        "emop",
        "eghimnprwyz",
        "abcikrstuvy",
        "acdeghklmnopqrstuvwxyz",
        "acefgilopruz",
        "m",
        "aefghklmnrstwy",
        "a",
        "eosuw",
        "abcdeghijklmnorstuvxyz",
        "cdfghjklmnortvwz",
        "agksyz",
        "aceginu",
        "fs",
        "",
        "et",
        "amw",
    };
    return strchr(seconds[first - 'a'], last) != NULL;
}

/* Mixed case is what compressed bytes spell by chance, but not at such a length. */
static bool is_long_token(const struct text *text, size_t at)
{
    enum { LONG = 10 };
    size_t begin = at;
    while (begin > 0 && at - begin < LONG) {
        uint8_t byte = text->data[begin - 1];
        if (!is_alnum(byte) && byte != '.' && byte != '-' && byte != '@')
            return false;
        begin--;
    }
    return at - begin == LONG;
}

bool is_top_level(const struct text *text, size_t at, size_t end)
{
    /* Names of files and of system services, which look like "icon@2x.png" and "getty@tty1.service". */
    static const char files[] =
        " png jpg jpeg gif svg webp bmp ico tif tiff css scss js jsx mjs tsx vue html htm xhtml php "
        "asp aspx jsp txt xml json yaml yml conf cfg ini log pdf doc docx xls xlsx ppt exe dll sys "
        "bin dat tar tgz gz bz xz deb rpm jar war class cpp hpp java lua tcl bat cmd service "
        "socket target timer mount automount slice scope device swap path bak tmp old orig patch "
        "diff rst mkv avi wav ogg woff ttf otf eot sql db sqlite pyc whl gem lock sum pem crt "
        "key csr sig asc md so sha local mk ac am el ";
    enum { LONGEST = 18 };
    char word[LONGEST + 3];
    size_t length = end - at;
    if (end <= at || length < 2)
        return false;
    const uint8_t *data = text->data + at;
    if (length > 4 && strncasecmp((const char *)data, "xn--", 4) == 0) {
        for (size_t i = 4; i < length; i++) {
            if (!is_alnum(data[i]) && data[i] != '-')
                return false;
        }
        return length <= 63;
    }
    if (length > LONGEST)
        return false;
    word[0] = ' ';
    size_t uppers = 0;
    for (size_t i = 0; i < length; i++) {
        if (!is_alpha(data[i]))
            return false;
        uppers += is_upper(data[i]);
        word[1 + i] = (char)to_lower(data[i]);
    }
    bool capitalised = uppers == 1 && is_upper(data[0]) && length > 2;
    if (uppers != 0 && uppers != length && !capitalised && (length == 2 || !is_long_token(text, at)))
        return false;
    if (length == 2)
        return is_country((uint8_t)word[1], (uint8_t)word[2]);
    word[length + 1] = ' ';
    word[length + 2] = '\0';
    return strstr(files, word) == NULL;
}
