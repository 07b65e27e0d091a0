/* Written from ISO/IEC 7813, ISO 9362, BIP-39, E.118, TS 23.003 and I2P's proposals. Names of hosts stand below RFC
 * 2606's domains, MAC addresses are locally administered, so that no real ones are planted. */
#include "exercise/place.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "exercise/value.h"
#include "scan/seed_words.h"

enum { WORDS_FEWEST = 12, NUMBER_BITS = 11, IMEI_DIGITS = 15, HASH_CHARACTERS = 52 };

bool is_place(enum sb_kind kind)
{
    return kind >= SB_TRACK && kind <= SB_ICCID;
}

/* Digits up to `length`, the last of them Luhn's. */
static void write_number(struct random *random, const char *head, size_t length, char *out)
{
    size_t at = strlen(head);
    memcpy(out, head, at);
    while (at < length - 1)
        out[at++] = (char)('0' + random_below(random, 10));
    out[length] = '\0';
    for (out[at] = '0'; !card_holds(out);)
        out[at]++;
}

/* ---- seed phrases ---- */

static unsigned read_bits(const uint8_t *bits, size_t at, unsigned count)
{
    unsigned value = 0;
    for (size_t i = at; i < at + count; i++)
        value = value << 1 | (bits[i / 8] >> (7 - i % 8) & 1);
    return value;
}

static bool is_ascii(const char *text)
{
    for (; *text != '\0'; text++)
        if (*text < 0)
            return false;
    return true;
}

/* `count` words; entropy and checksum fill count * 11 bits. */
static void draw_seed(struct random *random, unsigned language, size_t count, char out[VALUE_MAX])
{
    uint8_t bits[40], digest[SHA256_SIZE];
    size_t entropy = count / 3 * 4, at = 0;
    random_bytes(random, bits, entropy);
    digest_sha256(bits, entropy, digest);
    bits[entropy] = digest[0];
    for (size_t i = 0; i < count; i++)
        at += (size_t)snprintf(out + at, VALUE_MAX - at, "%s%s", i == 0 ? "" : " ",
                               seed_words[language][read_bits(bits, i * NUMBER_BITS, NUMBER_BITS)]);
}

/* Words without accents only: the texts that carry values are ASCII. */
static void make_seed(struct random *random, char out[VALUE_MAX])
{
    unsigned language = random_below(random, seed_language_count);
    size_t count = WORDS_FEWEST + 3 * random_below(random, 5);
    unsigned tries = 0;
    do {
        if (++tries > 100)
            language = 0; /* English has no accents */
        draw_seed(random, language, count, out);
    } while (!is_ascii(out));
}

static bool seed_holds_in(unsigned language, const char *value)
{
    uint8_t bits[40] = {0}, digest[SHA256_SIZE];
    size_t count = 0;
    for (const char *word = value; word != NULL && count < 24; count++) {
        size_t length = strcspn(word, " ");
        unsigned number = 0;
        while (number < SEED_WORDS && (strncmp(seed_words[language][number], word, length) != 0 ||
                                       seed_words[language][number][length] != '\0'))
            number++;
        if (number == SEED_WORDS)
            return false;
        for (unsigned bit = 0; bit < NUMBER_BITS; bit++)
            if ((number >> (NUMBER_BITS - 1 - bit) & 1) != 0)
                bits[(count * NUMBER_BITS + bit) / 8] |= (uint8_t)(0x80 >> (count * NUMBER_BITS + bit) % 8);
        word = word[length] == ' ' ? word + length + 1 : NULL;
    }
    size_t entropy = count / 3 * 4;
    digest_sha256(bits, entropy, digest);
    return count % 3 == 0 && count >= WORDS_FEWEST &&
           read_bits(bits, entropy * 8, (unsigned)count / 3) == (unsigned)digest[0] >> (8 - count / 3);
}

static bool seed_holds(const char *value)
{
    bool holds = false;
    for (unsigned language = 0; language < seed_language_count && !holds; language++)
        holds = seed_holds_in(language, value);
    return holds;
}

static void spell_seed(struct random *random, const char *normal, char text[VALUE_MAX])
{
    unsigned choice = random_below(random, 4), word = 1;
    size_t at = 0;
    if (choice == 3 && strlen(normal) > 120)
        choice = 0;
    if (choice == 3)
        at = (size_t)snprintf(text, VALUE_MAX, "1. ");
    for (const char *c = normal; *c != '\0'; c++) {
        if (*c != ' ') {
            text[at++] = *c;
            continue;
        }
        word++;
        if (choice == 1) /* six in a line */
            text[at++] = word % 6 == 1 ? '\n' : ' ';
        else if (choice == 3)
            at += (size_t)snprintf(text + at, VALUE_MAX - at, "\n%u. ", word);
        else
            text[at++] = choice == 2 ? ',' : ' ';
    }
    text[at] = '\0';
}

/* ---- the others ---- */

static void make_track(struct random *random, char out[VALUE_MAX])
{
    make_card(random, out);
    size_t length = strlen(out);
    (void)snprintf(out + length, VALUE_MAX - length, "=%02u%02u%s", 26 + random_below(random, 6),
                   1 + random_below(random, 12), random_below(random, 2) == 0 ? "101" : "201");
}

static void make_bic(struct random *random, char out[VALUE_MAX])
{
    static const char *const states[] = {"SE", "DE", "FR", "ES", "IT", "NL", "PL", "FI", "DK", "CZ", "GB", "CH"};
    for (unsigned i = 0; i < 4; i++)
        out[i] = (char)('A' + random_below(random, 26));
    (void)snprintf(out + 4, VALUE_MAX - 4, "%s%c%c%s", states[random_below(random, 12)],
                   (int)('A' + random_below(random, 14)), (int)('A' + random_below(random, 14)),
                   random_below(random, 3) == 0 ? "XXX" : "");
    if (random_below(random, 3) == 0)
        (void)snprintf(out + 8, VALUE_MAX - 8, "%03u", random_below(random, 1000));
}

static void make_i2p(struct random *random, char out[VALUE_MAX])
{
    char word[16];
    make_word(random, word);
    if (random_below(random, 2) == 0) {
        (void)snprintf(out, VALUE_MAX, "%s-%u.i2p", word, random_below(random, 100000));
        return;
    }
    for (unsigned i = 0; i < HASH_CHARACTERS; i++)
        out[i] = "abcdefghijklmnopqrstuvwxyz234567"[random_below(random, 32)];
    out[HASH_CHARACTERS - 1] = random_below(random, 2) == 0 ? 'a' : 'q';
    memcpy(out + HASH_CHARACTERS, ".b32.i2p", sizeof ".b32.i2p");
}

void make_place(struct random *random, enum sb_kind kind, char out[VALUE_MAX])
{
    static const char *const domains[] = {"example.org", "example.com", "example.net"};
    static const char *const types[] = {"3520", "8612", "0134", "4401"};
    char word[16];
    make_word(random, word);
    switch (kind) {
    case SB_TRACK:
        make_track(random, out);
        break;
    case SB_SEED:
        make_seed(random, out);
        break;
    case SB_BIC:
        make_bic(random, out);
        break;
    case SB_DOMAIN:
        (void)snprintf(out, VALUE_MAX, "%s%s%u.%s", random_below(random, 3) == 0 ? "www." : "", word,
                       random_below(random, 100000), domains[random_below(random, 3)]);
        break;
    case SB_I2P:
        make_i2p(random, out);
        break;
    case SB_MAC:
        (void)snprintf(out, VALUE_MAX, "%x2:%02x:%02x:%02x:%02x:%02x", 10 + random_below(random, 6),
                       random_below(random, 256), random_below(random, 256), random_below(random, 256),
                       random_below(random, 256), 160 + random_below(random, 64));
        break;
    case SB_IMEI:
        write_number(random, types[random_below(random, 4)], IMEI_DIGITS, out);
        break;
    default:
        write_number(random, random_below(random, 2) == 0 ? "894670" : "894920", 19 + random_below(random, 2), out);
    }
}

static void group(const char *normal, const char *sizes, char separator, char *text)
{
    size_t left = (size_t)(*sizes - '0');
    for (; *normal != '\0'; left--) {
        if (left == 0) {
            *text++ = separator;
            sizes += sizes[1] != '\0';
            left = (size_t)(*sizes - '0');
        }
        *text++ = *normal++;
    }
    *text = '\0';
}

static void spell_mac(unsigned choice, const char *normal, char text[VALUE_MAX])
{
    size_t at = 0;
    for (unsigned i = 0; normal[i] != '\0'; i++) {
        if (normal[i] != ':')
            text[at++] = choice == 1 ? (char)toupper((unsigned char)normal[i]) : normal[i];
        else if (choice < 2)
            text[at++] = choice == 1 ? '-' : ':';
        else if (i == 5 || i == 11)
            text[at++] = '.';
    }
    text[at] = '\0';
}

void spell_place(struct random *random, enum sb_kind kind, const char *normal, char text[VALUE_MAX])
{
    unsigned choice = random_below(random, 3);
    (void)snprintf(text, VALUE_MAX, "%s", normal);
    switch (kind) {
    case SB_TRACK: {
        int number = (int)strcspn(normal, "=");
        if (choice == 0)
            (void)snprintf(text, VALUE_MAX, "%%B%.*s^DOE/JOHN^%s0000000000?", number, normal, normal + number + 1);
        else
            (void)snprintf(text, VALUE_MAX, ";%s0000000000?", normal);
        break;
    }
    case SB_SEED:
        spell_seed(random, normal, text);
        break;
    case SB_MAC:
        spell_mac(choice, normal, text);
        break;
    case SB_IMEI:
        if (choice != 0)
            group(normal, "2661", choice == 1 ? '-' : ' ', text);
        break;
    case SB_ICCID:
        if (choice != 0)
            group(normal, "4", ' ', text);
        break;
    default:
        break;
    }
}

bool place_holds(enum sb_kind kind, const char *value)
{
    char card[VALUE_MAX];
    size_t length = strlen(value);
    switch (kind) {
    case SB_TRACK:
        (void)snprintf(card, sizeof card, "%.*s", (int)strcspn(value, "="), value);
        return card_holds(card) && value[strlen(card) + 3] <= '1';
    case SB_SEED:
        return seed_holds(value);
    case SB_BIC:
        return (length == 8 || length == 11) && strncmp(value + 4, "XX", 2) != 0;
    case SB_DOMAIN:
        return strstr(value, ".example.") != NULL;
    case SB_I2P:
        return length < HASH_CHARACTERS || strchr("aq", value[HASH_CHARACTERS - 1]) != NULL;
    case SB_MAC:
        return length == 17;
    default:
        return card_holds(value);
    }
}

/* Another digit in the middle. */
static void change_digit(struct random *random, char *digit)
{
    *digit = (char)('0' + (*digit - '0' + 1 + (int)random_below(random, 9)) % 10);
}

enum sb_kind make_place_miss(struct random *random, unsigned which, char text[VALUE_MAX], char normal[VALUE_MAX])
{
    static const enum sb_kind kinds[PLACE_MISSES] = {SB_TRACK,  SB_SEED, SB_SEED, SB_BIC, SB_BIC,  SB_DOMAIN, SB_DOMAIN,
                                                     SB_DOMAIN, SB_I2P,  SB_MAC,  SB_MAC, SB_IMEI, SB_IMEI,   SB_ICCID};
    enum sb_kind kind = kinds[which];
    char word[16];
    make_word(random, word);
    make_place(random, kind, normal);
    switch (which) {
    case 0: /* one digit of the card */
        change_digit(random, normal + 8);
        break;
    case 1: { /* the last word another, so that the checksum fails */
        char *last = strrchr(normal, ' ') + 1;
        do
            (void)snprintf(last, (size_t)(normal + VALUE_MAX - last), "%s",
                           seed_words[0][random_below(random, SEED_WORDS)]);
        while (seed_holds(normal));
        break;
    }
    case 2: /* eleven words */
        do
            make_place(random, kind, normal);
        while (strlen(normal) > 110);
        for (unsigned words = 0, i = 0; normal[i] != '\0'; i++)
            if (normal[i] == ' ' && ++words == 11)
                normal[i] = '\0';
        break;
    case 3: /* a country that is none */
        memcpy(normal + 4, "XX", 2);
        break;
    case 4: /* nine letters */
        (void)snprintf(normal + 8, VALUE_MAX - 8, "Q");
        break;
    case 5: /* files, and parts of programs */
        (void)snprintf(normal, VALUE_MAX, "%s.%s", word, random_below(random, 2) == 0 ? "py" : "md");
        break;
    case 6:
        (void)snprintf(normal, VALUE_MAX, "lib%s.so", word);
        break;
    case 7:
        (void)snprintf(normal, VALUE_MAX, "self.%s.info", word);
        break;
    case 8: /* bits behind the hash */
        do
            make_place(random, kind, normal);
        while (strlen(normal) < HASH_CHARACTERS);
        normal[HASH_CHARACTERS - 1] = 'b';
        break;
    case 9: /* part of a fingerprint */
        (void)snprintf(text, VALUE_MAX, "%s:%02x:%02x", normal, random_below(random, 256), random_below(random, 256));
        return kind;
    case 10: /* of a group */
        normal[1] = '3';
        (void)snprintf(text, VALUE_MAX, "%s:ff:%02x", normal, random_below(random, 256));
        return kind;
    case 11:
    case 13:
        change_digit(random, normal + 9);
        break;
    default: /* a digit too many */
        (void)snprintf(text, VALUE_MAX, "%s%u", normal, random_below(random, 10));
        return kind;
    }
    (void)snprintf(text, VALUE_MAX, "%s", normal);
    return kind;
}

const char *const *place_sentences(enum sb_kind kind)
{
    static const char *const sentences[][3] = {
        {"dump %s with pin\n", "track: %s \n", "{\"stripe\":\"%s\"}\n"},
        {"my wallet: %s\n\n", "seed=\"%s\"\n", "Write it down:\n%s .\n"},
        {"BIC: %s \n", "the SWIFT code is %s today\n", "<bic>%s</bic>\n"},
        {"the shop is at %s for now\n", "see %s tomorrow\n", "{\"name\":\"%s\"}\n"},
        {"mirror on %s only\n", "i2p: %s \n", "(%s)\n"},
        {"the router has %s inside\n", "mac: %s \n", "{\"bssid\":\"%s\"}\n"},
        {"phone with IMEI %s for sale\n", "IMEI: %s \n", "imei=%s;\n"},
        {"the SIM card %s is mine\n", "ICCID: %s \n", "{\"iccid\":\"%s\"}\n"},
    };
    return sentences[kind - SB_TRACK];
}
