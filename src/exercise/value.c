/* Values, their spellings, near misses, and the words around them. */
#include "exercise/value.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "exercise/wallet.h"

void make_word(struct random *random, char out[16])
{
    static const char consonants[] = "bdfgklmnprstv", vowels[] = "aeiou";
    unsigned syllables = 2 + random_below(random, 3);
    size_t at = 0;
    for (unsigned i = 0; i < syllables; i++) {
        out[at++] = consonants[random_below(random, sizeof consonants - 1)];
        out[at++] = vowels[random_below(random, sizeof vowels - 1)];
    }
    out[at] = '\0';
}

/* Numbers that regulators keep for drama; each x is a digit of a number from `first` on. */
static const struct {
    const char *pattern;
    unsigned first, capacity;
} phone_ranges[] = {
    {"+44 20 7946 0xxx", 0, 1000}, {"+46 70 174 06xx", 5, 95},        {"+33 1 99 00 xx xx", 1000, 9000},
    {"+49 30 23125 xxx", 0, 1000}, {"+1 212 555 01xx", 0, 100},       {"+46 8 465 004 xx", 0, 100},
    {"+44 7700 900xxx", 0, 1000},  {"+33 6 39 98 xx xx", 1000, 9000}, {"+1 310 555 01xx", 0, 100},
    {"+49 69 90009 xxx", 0, 1000}, {"+44 161 496 0xxx", 0, 1000},     {"+46 31 390 06 xx", 0, 100},
};
enum { PHONE_RANGES = sizeof phone_ranges / sizeof *phone_ranges };

/* The value keeps its groups as spaces, for spelling; its normal form is without them. */
static void write_phone(unsigned range, unsigned number, char out[VALUE_MAX])
{
    size_t length = strlen(phone_ranges[range].pattern);
    memcpy(out, phone_ranges[range].pattern, length + 1);
    while (length-- > 0)
        if (out[length] == 'x') {
            out[length] = (char)('0' + number % 10);
            number /= 10;
        }
}

static void keep_characters(char *text, const char *but)
{
    char *out = text;
    for (; *text != '\0'; text++)
        if (strchr(but, *text) == NULL)
            *out++ = *text;
    *out = '\0';
}

static void make_phone(struct maker *maker, char normal[VALUE_MAX])
{
    unsigned range, number;
    do {
        range = maker->phones % PHONE_RANGES;
        number = maker->phones / PHONE_RANGES;
        maker->phones++;
    } while (number >= phone_ranges[range].capacity);
    /* 37 shares no factor with the capacities used up, so a range is walked in leaps without meeting itself */
    write_phone(range, phone_ranges[range].first + number * 37 % phone_ranges[range].capacity, normal);
    keep_characters(normal, " ");
}

static void make_address(struct maker *maker, char normal[VALUE_MAX])
{
    static const char *const blocks[] = {"192.0.2", "198.51.100", "203.0.113"};
    unsigned count = maker->addresses++;
    if (count < 3 * 254)
        (void)snprintf(normal, VALUE_MAX, "%s.%u", blocks[count % 3], 1 + count / 3 * 5 % 254);
    else
        (void)snprintf(normal, VALUE_MAX, "2001:db8:%x:%x::%x", 0x1000 + random_below(&maker->random, 0xefff),
                       0x1000 + random_below(&maker->random, 0xefff), count + 1);
}

void make_value(struct maker *maker, enum sb_kind kind, char normal[VALUE_MAX])
{
    struct random *random = &maker->random;
    char first[16], second[16];
    make_word(random, first);
    make_word(random, second);
    switch (kind) {
    case SB_CARD:
        make_card(random, normal);
        break;
    case SB_IBAN:
        make_iban(random, normal);
        break;
    case SB_EMAIL: {
        static const char *const domains[] = {"example.org", "example.com", "example.net"};
        if (random_below(random, 2) == 0)
            (void)snprintf(normal, VALUE_MAX, "%s.%s%u@%s", first, second, random_below(random, 10000),
                           domains[random_below(random, 3)]);
        else
            (void)snprintf(normal, VALUE_MAX, "%s%u@%s.example", first, random_below(random, 10000), second);
        break;
    }
    case SB_URL:
        (void)snprintf(normal, VALUE_MAX, "%s://%s%u.example/%s%s%x", random_below(random, 3) == 0 ? "http" : "https",
                       first, random_below(random, 1000), second, random_below(random, 2) == 0 ? "?id=" : "/",
                       (unsigned)(random_next(random) >> 40));
        break;
    case SB_ONION:
        make_onion(random, normal);
        break;
    case SB_IP:
        make_address(maker, normal);
        break;
    case SB_PHONE:
        make_phone(maker, normal);
        break;
    case SB_ETH:
        make_eth(random, normal);
        break;
    case SB_WHATSAPP:
        if (random_below(random, 2) == 0) {
            make_phone(maker, normal);
            break;
        }
        make_person(random, &maker->keys, kind, normal);
        break;
    default:
        if (is_place(kind))
            make_place(random, kind, normal);
        else if (is_person(kind))
            make_person(random, &maker->keys, kind, normal);
        else
            make_wallet(random, kind, normal);
    }
}

static void group(const char *normal, const char *sizes, char separator, char text[VALUE_MAX])
{
    size_t at = 0;
    unsigned left = (unsigned)(*sizes - '0');
    for (; *normal != '\0'; normal++, left--) {
        if (left == 0) {
            text[at++] = separator;
            if (sizes[1] != '\0')
                sizes++;
            left = (unsigned)(*sizes - '0');
        }
        text[at++] = *normal;
    }
    text[at] = '\0';
}

static const char *card_groups(const char *digits)
{
    return strlen(digits) == 16 ? "4" : strlen(digits) == 15 ? "465" : "464";
}

static void spell_card(struct random *random, const char *normal, char text[VALUE_MAX])
{
    const char *sizes = card_groups(normal);
    switch (random_below(random, 5)) {
    case 0:
        (void)snprintf(text, VALUE_MAX, "%s", normal);
        break;
    case 1:
        group(normal, sizes, ' ', text);
        break;
    case 2:
        group(normal, sizes, '-', text);
        break;
    case 3:
        (void)snprintf(text, VALUE_MAX, "%%B%s^DOE/JOHN^29121010000000000?", normal);
        break;
    default:
        (void)snprintf(text, VALUE_MAX, ";%s=29121010000000000?", normal);
    }
}

static void spell_phone(struct random *random, const char *normal, char text[VALUE_MAX])
{
    static const char separators[] = {' ', '-', '.', ' '};
    unsigned choice = random_below(random, 5);
    (void)snprintf(text, VALUE_MAX, "%s", normal);
    if (choice == sizeof separators)
        return;
    for (unsigned range = 0; range < PHONE_RANGES; range++) { /* the groups of its range */
        char spaced[VALUE_MAX];
        const char *pattern = phone_ranges[range].pattern, *digit = normal;
        size_t at = 0;
        for (; *pattern != '\0' && (*pattern == ' ' || (*digit != '\0' && (*pattern == 'x' || *pattern == *digit)));
             pattern++)
            spaced[at++] = *pattern == ' ' ? separators[choice] : *digit++;
        spaced[at] = '\0';
        if (*pattern == '\0' && *digit == '\0')
            memcpy(text, spaced, at + 1);
    }
}

void spell_value(struct random *random, enum sb_kind kind, const char *normal, char text[VALUE_MAX])
{
    if (is_place(kind)) {
        spell_place(random, kind, normal, text);
        return;
    }
    if (is_person(kind)) {
        spell_person(random, kind, normal, text);
        return;
    }
    unsigned choice = random_below(random, 3);
    (void)snprintf(text, VALUE_MAX, "%s", normal);
    switch (kind) {
    case SB_CARD:
        spell_card(random, normal, text);
        break;
    case SB_IBAN:
        if (choice != 0)
            group(normal, "4", ' ', text);
        break;
    case SB_PHONE:
        spell_phone(random, normal, text);
        break;
    case SB_EMAIL: /* as in a signature, or in capitals throughout */
        for (char *c = text; choice != 0 && *c != '\0'; c++)
            if (choice == 2 || c == text || c[-1] == '@' || (c[-1] == '.' && strchr(c, '@') != NULL))
                *c = (char)toupper((unsigned char)*c);
        break;
    case SB_ONION:
        if (choice == 0)
            (void)snprintf(text, VALUE_MAX, "http://%s/", normal);
        break;
    case SB_BTC:
    case SB_LTC: /* in capitals, as in a QR code */
        if (choice == 0 && strncmp(normal, kind == SB_BTC ? "bc1" : "ltc1", 3) == 0)
            for (char *c = text; *c != '\0'; c++)
                *c = (char)toupper((unsigned char)*c);
        break;
    case SB_BCH: /* without its prefix */
        if (choice != 0)
            (void)snprintf(text, VALUE_MAX, "%s", strchr(normal, ':') + 1);
        break;
    default:
        break;
    }
}

enum sb_kind make_near_miss(struct maker *maker, unsigned which, char text[VALUE_MAX], char normal[VALUE_MAX])
{
    enum { PEOPLE = WALLET_MISSES_END + PLACE_MISSES };
    struct random *random = &maker->random;
    if (which >= PEOPLE)
        return make_person_miss(random, &maker->keys, which - PEOPLE, text, normal);
    if (which >= WALLET_MISSES_END)
        return make_place_miss(random, which - WALLET_MISSES_END, text, normal);
    char word[16];
    make_word(random, word);
    switch (which) {
    case 0: /* one digit of a card */
    case 1:
        make_card(random, normal);
        char *digit = normal + 6 + random_below(random, 8);
        *digit = (char)('0' + (*digit - '0' + 1 + (int)random_below(random, 9)) % 10);
        group(normal, card_groups(normal), which == 0 ? ' ' : '-', text);
        return SB_CARD;
    case 2: /* a good sum, but no issuer has it */
        do {
            make_card(random, normal);
            memcpy(normal, "9799", 4);
        } while (!card_holds(normal));
        (void)snprintf(text, VALUE_MAX, "%s", normal);
        return SB_CARD;
    case 3: /* a good card inside a longer number */
        make_card(random, normal);
        (void)snprintf(text, VALUE_MAX, "%u%s%u", 10000 + random_below(random, 90000), normal,
                       10000 + random_below(random, 90000));
        return SB_CARD;
    case 4:
    case 5:
        make_iban(random, normal);
        digit = normal + strlen(normal) - 1;
        while (!isdigit((unsigned char)*digit))
            digit--;
        *digit = (char)('0' + (*digit - '0' + 1 + (int)random_below(random, 9)) % 10);
        if (which == 4)
            group(normal, "4", ' ', text);
        else
            (void)snprintf(text, VALUE_MAX, "%s", normal);
        return SB_IBAN;
    case 6:
        make_onion(random, normal);
        do
            normal[random_below(random, 50)] = "abcdefghijklmnopqrstuvwxyz234567"[random_below(random, 32)];
        while (onion_holds(normal));
        (void)snprintf(text, VALUE_MAX, "%s", normal);
        return SB_ONION;
    case 7: /* base58: the case of one letter, or another character */
    case 8: /* bech32: another character */
        do
            make_wallet(random, SB_BTC, normal);
        while ((strncmp(normal, "bc1", 3) == 0) != (which == 8));
        spoil_wallet(random, SB_BTC, normal);
        (void)snprintf(text, VALUE_MAX, "%s", normal);
        return SB_BTC;
    case 9:
    case 10:
        make_eth(random, normal);
        for (digit = normal + 2 + random_below(random, 20); !isalpha((unsigned char)*digit);)
            digit = digit[1] == '\0' ? normal + 2 : digit + 1;
        *digit = (char)(*digit ^ 0x20);
        (void)snprintf(text, VALUE_MAX, "%s", normal);
        return SB_ETH;
    case 11: /* a version in five parts */
        (void)snprintf(normal, VALUE_MAX, "%u.%u.%u.%u", 1 + random_below(random, 9), random_below(random, 30),
                       random_below(random, 100), random_below(random, 10));
        (void)snprintf(text, VALUE_MAX, "%s.%u", normal, 1 + random_below(random, 9));
        return SB_IP;
    case 12: /* above 255 */
        (void)snprintf(normal, VALUE_MAX, "%u.%u.%u.%u", 1 + random_below(random, 200), random_below(random, 256),
                       random_below(random, 256), 256 + random_below(random, 700));
        (void)snprintf(text, VALUE_MAX, "%s", normal);
        return SB_IP;
    case 13: /* a version behind its letter */
        (void)snprintf(normal, VALUE_MAX, "%u.%u.%u.%u", 2 + random_below(random, 8), random_below(random, 30),
                       random_below(random, 100), random_below(random, 100));
        (void)snprintf(text, VALUE_MAX, "v%s", normal);
        return SB_IP;
    case 14: /* a picture for dense screens */
        (void)snprintf(normal, VALUE_MAX, "%s@%ux.%s", word, 2 + random_below(random, 2),
                       random_below(random, 2) == 0 ? "png" : "jpg");
        (void)snprintf(text, VALUE_MAX, "%s", normal);
        return SB_EMAIL;
    default: { /* the other wallets, and the secrets */
        enum sb_kind kind = (enum sb_kind)(SB_LTC + which - 15);
        make_wallet(random, kind, normal);
        spoil_wallet(random, kind, normal);
        (void)snprintf(text, VALUE_MAX, "%s", normal);
        return kind;
    }
    }
}

void write_sentence(struct bytes *out, struct random *random, enum sb_kind kind, const char *text, size_t *at)
{
    static const char *const sentences[SB_X509 + 1][3] = {
        [SB_CARD] = {"charge the card %s for the order\n", "sold as tested: %s , fresh\n", "card=\"%s\"\n"},
        [SB_IBAN] = {"please send the rest to %s before friday\n", "IBAN: %s \n", "account (%s) is ours\n"},
        [SB_EMAIL] = {"write to %s about it\n", "From: <%s>\n", "<a href=\"mailto:%s\">mail</a>\n"},
        [SB_URL] = {"see %s for the list\n", "<a href=\"%s\">here</a>\n", "GET %s \n"},
        [SB_ONION] = {"the market moved to %s last week\n", "mirror: %s \n", "hidden=\"%s\"\n"},
        [SB_IP] = {"connected from %s at night\n", "host = %s \n", "login ok, peer [%s]\n"},
        [SB_PHONE] = {"call me on %s after six\n", "Tel: %s \n", "sms sent to %s ok\n"},
        [SB_BTC] = {"pay to %s only\n", "wallet: %s \n", "{\"to\":\"%s\"}\n"},
        [SB_ETH] = {"tokens go to %s please\n", "contract %s \n", "{\"address\":\"%s\"}\n"},
        [SB_LTC] = {"litecoin to %s then\n", "ltc: %s \n", "<td>%s</td>\n"},
        [SB_DOGE] = {"much thanks to %s !\n", "doge: %s \n", "tip='%s'\n"},
        [SB_DASH] = {"dash only, %s today\n", "dash: %s \n", "(%s)\n"},
        [SB_BCH] = {"cash to %s please\n", "bch: %s \n", "<a href=\"%s\">pay</a>\n"},
        [SB_TRX] = {"usdt on tron: %s , no memo\n", "trc20 %s \n", "{\"tron\":\"%s\"}\n"},
        [SB_XRP] = {"ripple goes to %s tag none\n", "xrp: %s \n", "\"Account\":\"%s\"\n"},
        [SB_XMR] = {"only monero: %s \n", "monero:%s?tx_amount=2\n", "[%s]\n"},
        [SB_ADA] = {"cardano %s works too\n", "ada: %s \n", "address=%s;\n"},
        [SB_WIF] = {"importprivkey %s old\n", "key: %s \n", "p2wpkh:%s\n"},
        [SB_BIP38] = {"paper wallet %s , you know the word\n", "encrypted %s \n", "<b>%s</b>\n"},
        [SB_XKEY] = {"watch %s from now on\n", "xpub=%s\n", "{\"key\":\"%s\"}\n"},
        [SB_CREDENTIAL] = {"fresh today\n%s\nand more later\n", "\n%s\n", "-- \n%s\n--\n"},
        [SB_TELEGRAM] = {"write there: %s any time\n", "(%s)\n", "{\"at\":\"%s\"}\n"},
        [SB_WHATSAPP] = {"join us on %s tonight\n", "<a href=\"%s\">us</a>\n", "%s\n"},
        [SB_DISCORD] = {"the server is %s now\n", "<%s>\n", "come to %s\n"},
        [SB_XMPP] = {"only with otr, %s please\n", "(%s)\n", "\"at\": \"%s\"\n"},
        [SB_TOX] = {"or by tox %s then\n", "tox:%s\n", "[%s]\n"},
        [SB_SESSION] = {"session %s is best\n", "id=%s\n", "<b>%s</b>\n"},
        [SB_MRZ] = {"scan of the page\n%s\nand photo\n", "\n%s\n", "ocr:\n%s\n"},
        [SB_NATIONAL_ID] = {"she wrote\n%s\non the form\n", "\n%s\n", "form\n%s\n"},
        [SB_PGP] = {"verify\n%s\nbefore you pay\n", "\n%s\n", "mine\n%s\n"},
        [SB_SSH] = {"add this\n%s anna\nto the host\n", "\n%s\n", "from=\"192.0.2.1\" %s root\n"},
        [SB_X509] = {"server\n%s\n", "\n%s\n", "chain of one\n%s\n"},
    };
    const char *sentence = (is_place(kind) ? place_sentences(kind) : sentences[kind])[random_below(random, 3)];
    const char *hole = strstr(sentence, "%s");
    *at = (size_t)(hole - sentence);
    bytes_append(out, sentence, *at);
    bytes_append_text(out, text);
    bytes_append_text(out, hole + 2);
}

void write_prose(struct bytes *out, struct random *random, size_t length)
{
    size_t line = 0, end = out->length + length;
    while (!out->failed && out->length < end) {
        char word[16];
        make_word(random, word);
        bytes_append_text(out, word);
        line += strlen(word) + 1;
        bytes_append_char(out, line > 70 ? '\n' : ' ');
        if (line > 70)
            line = 0;
    }
}
