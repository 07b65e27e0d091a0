/* The rules stand in the documentation of the values (samband(1)); what has no rule stays as it is. */
#include "show/spelling.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "scan/eip55.h"

/* What people write between digits, no-break spaces too: its length, or 0. */
static size_t separator_length(const char *text)
{
    if (strncmp(text, "\xc2\xa0", 2) == 0)
        return 2;
    return *text != '\0' && strchr(" -.()/", *text) != NULL;
}

/* Addresses in base 32 may be written in capitals as a whole. */
static bool is_base32(enum sb_kind kind, const char *value)
{
    return (kind == SB_BTC && strncasecmp(value, "bc1", 3) == 0) ||
           (kind == SB_LTC && strncasecmp(value, "ltc1", 4) == 0) || kind == SB_BCH ||
           (kind == SB_ADA && strncasecmp(value, "addr1", 5) == 0);
}

/* The length of the part of a URL whose case does not matter: scheme and host, without a user's name. */
static size_t folded_length(const char *url)
{
    const char *host = strstr(url, "://");
    if (host == NULL)
        return 0;
    host += 3;
    size_t length = strcspn(host, "/?#");
    return memchr(host, '@', length) == NULL ? (size_t)(host - url) + length : (size_t)(host - url);
}

/* "(0)", the trunk prefix that is left out when calling from abroad: its length, or 0. */
static size_t trunk_length(const char *text)
{
    return strncmp(text, "(0)", 3) == 0 ? 3 : 0;
}

static void spell_eth(char *value, size_t length)
{
    char digits[ETH_DIGITS];
    if (length != 2 + ETH_DIGITS || strncasecmp(value, "0x", 2) != 0 ||
        strspn(value + 2, "0123456789abcdefABCDEF") != ETH_DIGITS)
        return;
    spell_eth_digits(value + 2, digits);
    value[1] = 'x';
    memcpy(value + 2, digits, ETH_DIGITS);
}

void spell_value(enum sb_kind kind, const char *value, char out[SPELLING_SIZE])
{
    static const char cash[] = "bitcoincash:";
    bool no_separators = kind == SB_CARD || kind == SB_PHONE || kind == SB_IBAN || kind == SB_IMEI || kind == SB_ICCID;
    bool lower = kind == SB_EMAIL || kind == SB_ONION || kind == SB_FILE || kind == SB_IP || kind == SB_DOMAIN ||
                 kind == SB_I2P || kind == SB_MAC;
    size_t length = 0;
    while (*value == ' ' || *value == '\t')
        value++;
    lower = lower || is_base32(kind, value);
    size_t folded = kind == SB_URL ? folded_length(value) : 0;
    if (kind == SB_BCH && strncasecmp(value, cash, sizeof cash - 1) != 0) {
        memcpy(out, cash, sizeof cash - 1);
        length = sizeof cash - 1;
    }
    if (kind == SB_PHONE && strncmp(value, "00", 2) == 0) {
        out[length++] = '+';
        value += 2;
    }
    for (const char *at = value; *at != '\0' && length + 1 < SPELLING_SIZE; at++) {
        size_t skipped = no_separators ? separator_length(at) : 0;
        if (kind == SB_PHONE && trunk_length(at) > 0)
            skipped = trunk_length(at);
        if (skipped > 0) {
            at += skipped - 1;
            continue;
        }
        bool fold = lower || (size_t)(at - value) < folded;
        int c = (unsigned char)*at;
        out[length++] = (char)(kind == SB_IBAN ? toupper(c) : fold ? tolower(c) : c);
    }
    while (length > 0 && (out[length - 1] == ' ' || out[length - 1] == '\t'))
        length--;
    out[length] = '\0';
    if (kind == SB_ETH)
        spell_eth(out, length);
}

bool may_be(enum sb_kind kind, const char *spelling)
{
    /* At least, at most; and one of these characters. */
    static const struct {
        unsigned char least;
        unsigned short most;
        const char *any;
    } forms[SB_KIND_COUNT] = {
        [SB_CARD] = {8, 24, NULL},       [SB_IBAN] = {10, 40, NULL},     [SB_EMAIL] = {3, 0, "@"},
        [SB_URL] = {4, 0, ":"},          [SB_ONION] = {10, 0, "."},      [SB_IP] = {2, 64, ".:"},
        [SB_PHONE] = {4, 32, "+"},       [SB_BTC] = {20, 0, NULL},       [SB_ETH] = {40, 44, NULL},
        [SB_LTC] = {20, 0, NULL},        [SB_DOGE] = {20, 0, NULL},      [SB_DASH] = {20, 0, NULL},
        [SB_BCH] = {30, 0, ":"},         [SB_TRX] = {20, 0, NULL},       [SB_XRP] = {20, 0, NULL},
        [SB_XMR] = {80, 0, NULL},        [SB_ADA] = {30, 0, NULL},       [SB_WIF] = {40, 60, NULL},
        [SB_BIP38] = {50, 64, NULL},     [SB_XKEY] = {90, 130, NULL},    [SB_TRACK] = {10, 0, "="},
        [SB_SEED] = {10, 0, " "},        [SB_BIC] = {8, 11, NULL},       [SB_DOMAIN] = {3, 0, "."},
        [SB_I2P] = {5, 0, "."},          [SB_MAC] = {10, 24, ":-"},      [SB_IMEI] = {10, 20, NULL},
        [SB_ICCID] = {15, 24, NULL},     [SB_CREDENTIAL] = {40, 0, ":"}, [SB_XMPP] = {3, 0, "@"},
        [SB_TOX] = {60, 80, NULL},       [SB_SESSION] = {60, 70, NULL},  [SB_MRZ] = {60, 100, NULL},
        [SB_NATIONAL_ID] = {5, 64, ":"}, [SB_PGP] = {30, 70, NULL},      [SB_SSH] = {10, 0, ":"},
        [SB_X509] = {60, 70, NULL},      [SB_FILE] = {60, 70, NULL},
    };
    size_t length = strlen(spelling);
    return length >= forms[kind].least && (forms[kind].most == 0 || length <= forms[kind].most) &&
           (forms[kind].any == NULL || strpbrk(spelling, forms[kind].any) != NULL);
}

bool is_reference(const char *text)
{
    return text[0] != '\0' && strlen(text) <= 64 &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.") == strlen(text);
}

bool is_country(const char *text)
{
    return text != NULL && strlen(text) == 2 && isupper((unsigned char)text[0]) && isupper((unsigned char)text[1]);
}

bool is_handling(const char *text)
{
    return strcmp(text, "free") == 0 || strcmp(text, "hit") == 0 || strcmp(text, "own") == 0;
}

bool is_date(const char *text)
{
    struct tm parts = {0};
    char again[16];
    const char *end = strlen(text) == 10 ? strptime(text, "%Y-%m-%d", &parts) : NULL;
    (void)timegm(&parts); /* the 31st of February becomes a day of March */
    return end != NULL && *end == '\0' && strftime(again, sizeof again, "%Y-%m-%d", &parts) != 0 &&
           strcmp(again, text) == 0;
}

int find_value(struct store *store, const char *kind, const char *value,
               int (*row)(void *, const struct store_selector *), void *context, struct error *error)
{
    char spelling[SPELLING_SIZE];
    int result = 0;
    for (unsigned i = 0; i < SB_KIND_COUNT && result == 0; i++) {
        const char *name = sb_kind_info((enum sb_kind)i)->name;
        bool found = false;
        if (kind != NULL && strcmp(kind, name) != 0)
            continue;
        spell_value((enum sb_kind)i, value, spelling);
        result = store_selector_find(store, name, spelling, &found, row, context, error);
    }
    return result;
}

static int take_spelling(void *context, const struct store_selector *row)
{
    (void)snprintf(context, SPELLING_SIZE, "%s", row->value);
    return 1; /* enough */
}

int find_spelling(struct store *store, const char *kind, const char *value, char out[SPELLING_SIZE],
                  struct error *error)
{
    int result = find_value(store, kind, value, take_spelling, out, error);
    if (result == 0)
        (void)snprintf(out, SPELLING_SIZE, "%s", value);
    return result < 0 ? -1 : 0;
}
