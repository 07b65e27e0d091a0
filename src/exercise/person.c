/* Handles, passwords and papers of invented people. Passwords follow from their names, so that a value, which has the
 * digest alone, can be written out again. */
#include "exercise/person.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "exercise/value.h"

static const char alphanumeric[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

static void draw_characters(struct random *random, const char *from, size_t count, char *out)
{
    for (size_t i = 0; i < count; i++)
        out[i] = from[random_below(random, (unsigned)strlen(from))];
    out[count] = '\0';
}

static void write_hex(const uint8_t *data, size_t length, bool upper, char *out)
{
    for (size_t i = 0; i < length; i++)
        (void)snprintf(out + 2 * i, 3, upper ? "%02X" : "%02x", data[i]);
}

/* ---- names and passwords ---- */

/* The password of "anna.berg7@example.org" or of "shop.example/berg7". */
static void write_password(const char *login, char out[64])
{
    uint8_t digest[SHA256_SIZE];
    digest_sha256(login, strlen(login), digest);
    (void)snprintf(out, 64, "Pw%02x%02x!%u", digest[0], digest[1], digest[2]);
}

static void finish_credential(char login[VALUE_MAX])
{
    char password[64];
    uint8_t digest[SHA1_SIZE];
    write_password(login, password);
    digest_sha1(password, strlen(password), digest);
    size_t length = strlen(login);
    login[length] = ':';
    write_hex(digest, sizeof digest, false, login + length + 1);
}

static void make_login(struct random *random, bool mail, char out[VALUE_MAX])
{
    char first[16], second[16];
    make_word(random, first);
    make_word(random, second);
    if (mail)
        (void)snprintf(out, VALUE_MAX, "%s%u@%s.example", first, random_below(random, 100000), second);
    else
        (void)snprintf(out, VALUE_MAX, "%s.example/%s%u", second, first, random_below(random, 100000));
}

static void write_line(char *out, size_t size, const char *login, char separator, bool site)
{
    char password[64];
    const char *slash = strchr(login, '/');
    write_password(login, password);
    if (slash != NULL)
        (void)snprintf(out, size, "https://%.*s/login:%s:%s", (int)(slash - login), login, slash + 1, password);
    else
        (void)snprintf(out, size, "%s%s%c%s", site ? "https://forum.example/in:" : "", login, separator, password);
}

static void spell_credential(struct random *random, const char *normal, char text[VALUE_MAX])
{
    char login[VALUE_MAX], other[VALUE_MAX], lines[3][160], password[64];
    (void)snprintf(login, sizeof login, "%.*s", (int)(strrchr(normal, ':') - normal), normal);
    const char *slash = strchr(login, '/');
    unsigned choice = random_below(random, 5);
    if (choice == 0) {
        write_password(login, password);
        (void)snprintf(text, VALUE_MAX, "URL: https://%.*s/login\nUsername: %s\nPassword: %s",
                       slash == NULL ? 13 : (int)(slash - login), slash == NULL ? "forum.example" : login,
                       slash == NULL ? login : slash + 1, password);
        return;
    }
    unsigned place = random_below(random, 3);
    char separator = ":;|:"[choice - 1];
    for (unsigned i = 0; i < 3; i++) {
        make_login(random, slash == NULL, other);
        write_line(lines[i], sizeof lines[i], i == place ? login : other, slash == NULL ? separator : ':', choice == 4);
    }
    (void)snprintf(text, VALUE_MAX, "%s\n%s\n%s", lines[0], lines[1], lines[2]);
}

/* ---- Tox and Session ---- */

static void make_tox(struct random *random, char out[VALUE_MAX])
{
    uint8_t id[38] = {0};
    random_bytes(random, id, 36);
    for (size_t i = 0; i < 36; i++)
        id[36 + i % 2] ^= id[i];
    write_hex(id, sizeof id, true, out);
}

static bool tox_holds(const char *text)
{
    unsigned sum[2] = {0, 0}, byte;
    for (size_t i = 0; i < 38; i++) {
        if (sscanf(text + 2 * i, "%2x", &byte) != 1)
            return false;
        sum[i % 2] ^= byte;
    }
    return sum[0] == 0 && sum[1] == 0;
}

static void make_session(struct random *random, char out[VALUE_MAX])
{
    uint8_t secret[32], public[33] = {5};
    size_t length = 32;
    random_bytes(random, secret, sizeof secret);
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, secret, sizeof secret);
    if (key != NULL)
        (void)EVP_PKEY_get_raw_public_key(key, public + 1, &length);
    EVP_PKEY_free(key);
    write_hex(public, sizeof public, false, out);
}

/* ---- travel documents ---- */

static char check_digit(const char *text, size_t length)
{
    unsigned sum = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned value = 0;
        if (isdigit((unsigned char)text[i]))
            value = (unsigned)(text[i] - '0');
        else if (text[i] != '<')
            value = (unsigned)(text[i] - 'A') + 10;
        sum += value * (i % 3 == 0 ? 7 : i % 3 == 1 ? 3 : 1);
    }
    return (char)('0' + sum % 10);
}

/* Fills the field at `at` with `text` and fillers. */
static void set(char *zone, size_t at, size_t width, const char *text)
{
    for (size_t i = 0; i < width; i++)
        zone[at + i] = *text != '\0' ? (char)toupper((unsigned char)*text++) : '<';
}

static void set_checked(char *zone, size_t at, size_t width, const char *text)
{
    set(zone, at, width, text);
    zone[at + width] = check_digit(zone + at, width);
}

/* The last digit of the second line, over these parts of the zone. */
static char total(const char *zone, const size_t (*parts)[2], size_t count)
{
    char all[100];
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        memcpy(all + length, zone + parts[i][0], parts[i][1] - parts[i][0]);
        length += parts[i][1] - parts[i][0];
    }
    return check_digit(all, length);
}

static const size_t parts_passport[][2] = {{44, 54}, {57, 64}, {65, 87}};
static const size_t parts_two[][2] = {{36, 46}, {49, 56}, {57, 71}};
static const size_t parts_three[][2] = {{5, 30}, {30, 37}, {38, 45}, {48, 59}};

static void make_zone(struct random *random, char out[VALUE_MAX])
{
    char surname[16], given[16], name[40], number[10], birth[8], expiry[8];
    unsigned choice = random_below(random, 3);
    make_word(random, surname);
    make_word(random, given);
    (void)snprintf(name, sizeof name, "%s<<%s", surname, given);
    draw_characters(random, "0123456789ABCDEFGHJKLMNPRSTUVWXYZ", 9, number);
    (void)snprintf(birth, sizeof birth, "%02u%02u%02u", 40 + random_below(random, 60), 1 + random_below(random, 12),
                   1 + random_below(random, 28));
    (void)snprintf(expiry, sizeof expiry, "%02u%02u%02u", 26 + random_below(random, 9), 1 + random_below(random, 12),
                   1 + random_below(random, 28));
    size_t width = choice == 0 ? 44 : choice == 1 ? 36 : 30;
    size_t length = choice == 2 ? 90 : 2 * width;
    memset(out, '<', length);
    out[length] = '\0';
    set(out, 0, 5, choice == 0 ? "P<UTO" : "I<UTO");
    if (choice < 2) {
        set(out, 5, width - 5, name);
        set_checked(out, width, 9, number);
        set(out, width + 10, 3, "UTO");
        set_checked(out, width + 13, 6, birth);
        out[width + 20] = "MF"[random_below(random, 2)];
        set_checked(out, width + 21, 6, expiry);
        if (choice == 0)
            set_checked(out, width + 28, 14, "");
        out[length - 1] = total(out, choice == 0 ? parts_passport : parts_two, 3);
        return;
    }
    set_checked(out, 5, 9, number);
    set_checked(out, 30, 6, birth);
    out[37] = "MF"[random_below(random, 2)];
    set_checked(out, 38, 6, expiry);
    set(out, 45, 3, "UTO");
    out[59] = total(out, parts_three, 4);
    set(out, 60, 30, name);
}

static bool zone_holds(const char *zone)
{
    size_t length = strlen(zone);
    size_t birth = length == 90 ? 30 : length / 2 + 13;
    size_t number = length == 90 ? 5 : length / 2;
    char sum = length == 88   ? total(zone, parts_passport, 3)
               : length == 72 ? total(zone, parts_two, 3)
                              : total(zone, parts_three, 4);
    return zone[number + 9] == check_digit(zone + number, 9) && zone[birth + 6] == check_digit(zone + birth, 6) &&
           zone[birth + 14] == check_digit(zone + birth + 8, 6) && sum == zone[length == 90 ? 59 : length - 1];
}

static void spell_zone(struct random *random, const char *normal, char text[VALUE_MAX])
{
    size_t width = strlen(normal) == 90 ? 30 : strlen(normal) / 2;
    const char *end = random_below(random, 3) == 0 ? "" : "\n";
    size_t at = 0;
    for (size_t line = 0; normal[line] != '\0'; line += width)
        at += (size_t)snprintf(text + at, VALUE_MAX - at, "%.*s%s", (int)width, normal + line,
                               normal[line + width] == '\0' ? "" : end);
}

/* ---- all of them ---- */

bool is_person(enum sb_kind kind)
{
    return kind >= SB_CREDENTIAL && kind <= SB_X509;
}

void make_person(struct random *random, unsigned *count, enum sb_kind kind, char out[VALUE_MAX])
{
    char first[16], second[16], text[VALUE_MAX];
    make_word(random, first);
    make_word(random, second);
    switch (kind) {
    case SB_CREDENTIAL:
        make_login(random, random_below(random, 3) != 0, out);
        finish_credential(out);
        break;
    case SB_TELEGRAM:
        if (random_below(random, 3) == 0) {
            out[0] = '+';
            draw_characters(random, alphanumeric, 16, out + 1);
            out[16] = 'Q'; /* no word of small letters */
        } else {
            (void)snprintf(out, VALUE_MAX, "%s_%s%u", first, second, random_below(random, 1000));
        }
        break;
    case SB_WHATSAPP:
        (void)snprintf(out, VALUE_MAX, "chat.whatsapp.com/");
        draw_characters(random, alphanumeric, 22, out + strlen(out));
        break;
    case SB_DISCORD:
        draw_characters(random, alphanumeric, 8 + random_below(random, 3), out);
        break;
    case SB_XMPP:
        (void)snprintf(out, VALUE_MAX, "%s%u@%s.example", first, random_below(random, 100000), second);
        break;
    case SB_TOX:
        make_tox(random, out);
        break;
    case SB_SESSION:
        make_session(random, out);
        break;
    case SB_MRZ:
        make_zone(random, out);
        break;
    case SB_NATIONAL_ID:
        make_citizen(random, out);
        break;
    default:
        make_key(kind, (*count)++, out, text);
    }
}

static void find_key(enum sb_kind kind, const char *normal, char text[VALUE_MAX])
{
    char print[VALUE_MAX] = "";
    for (unsigned number = 0; strcmp(print, normal) != 0; number++)
        make_key(kind, number, print, text);
}

void spell_person(struct random *random, enum sb_kind kind, const char *normal, char text[VALUE_MAX])
{
    unsigned choice = random_below(random, 3);
    switch (kind) {
    case SB_CREDENTIAL:
        spell_credential(random, normal, text);
        break;
    case SB_TELEGRAM:
        if (normal[0] == '+')
            (void)snprintf(text, VALUE_MAX, choice == 0 ? "t.me/joinchat/%s" : "https://t.me/+%s", normal + 1);
        else
            (void)snprintf(text, VALUE_MAX,
                           choice == 0   ? "https://t.me/%s"
                           : choice == 1 ? "Telegram: @%s"
                                         : "tg://resolve?domain=%s",
                           normal);
        break;
    case SB_WHATSAPP:
        if (normal[0] == '+')
            (void)snprintf(text, VALUE_MAX, choice == 0 ? "https://api.whatsapp.com/send?phone=%s" : "wa.me/%s",
                           normal + 1);
        else
            (void)snprintf(text, VALUE_MAX, "https://%s", normal);
        break;
    case SB_DISCORD:
        (void)snprintf(text, VALUE_MAX, choice == 0 ? "https://discord.com/invite/%s" : "discord.gg/%s", normal);
        break;
    case SB_XMPP:
        (void)snprintf(text, VALUE_MAX, choice == 0 ? "xmpp:%s" : choice == 1 ? "jabber: %s" : "JID %s", normal);
        break;
    case SB_TOX:
    case SB_SESSION:
        (void)snprintf(text, VALUE_MAX, "%s", normal);
        break;
    case SB_MRZ:
        spell_zone(random, normal, text);
        break;
    case SB_NATIONAL_ID:
        spell_citizen(random, normal, text);
        break;
    case SB_PGP:
        if (choice != 0) {
            size_t at = (size_t)snprintf(text, VALUE_MAX, "%s", choice == 1 ? "fingerprint" : "Key fingerprint =");
            for (size_t i = 0; i < 40; i += 4)
                at += (size_t)snprintf(text + at, VALUE_MAX - at, "%s%.4s",
                                       choice == 1 && i > 0 ? ""
                                       : i == 20            ? "  "
                                                            : " ",
                                       normal + i);
            break;
        }
        find_key(kind, normal, text);
        break;
    default:
        find_key(kind, normal, text);
    }
}

bool person_holds(enum sb_kind kind, const char *normal)
{
    switch (kind) {
    case SB_TOX:
        return tox_holds(normal);
    case SB_MRZ:
        return zone_holds(normal);
    case SB_NATIONAL_ID:
        return citizen_holds(normal);
    default:
        return normal[0] != '\0';
    }
}

/* Another digit in the place of one. */
static void change_digit(struct random *random, char *digit)
{
    *digit = (char)('0' + (*digit - '0' + 1 + (int)random_below(random, 9)) % 10);
}

enum sb_kind make_person_miss(struct random *random, unsigned *count, unsigned which, char text[VALUE_MAX],
                              char normal[VALUE_MAX])
{
    static const enum sb_kind kinds[PERSON_MISSES] = {
        SB_CREDENTIAL, SB_TELEGRAM,    SB_WHATSAPP,    SB_DISCORD, SB_XMPP, SB_TOX, SB_SESSION,
        SB_MRZ,        SB_NATIONAL_ID, SB_NATIONAL_ID, SB_PGP,     SB_SSH,  SB_X509};
    enum sb_kind kind = kinds[which];
    char whole[VALUE_MAX];
    make_person(random, count, kind, normal);
    switch (kind) {
    case SB_CREDENTIAL: /* one line is no list */
        make_login(random, true, normal);
        write_line(text, VALUE_MAX, normal, ':', false);
        finish_credential(normal);
        break;
    case SB_TELEGRAM: /* a name that nothing says is one of Telegram */
        (void)snprintf(normal, VALUE_MAX, "somebody%u", random_below(random, 1000000));
        (void)snprintf(text, VALUE_MAX, "@%s", normal);
        break;
    case SB_WHATSAPP: /* a character short */
        normal[strlen(normal) - 1] = '\0';
        (void)snprintf(text, VALUE_MAX, "https://%s", normal);
        break;
    case SB_DISCORD: /* a channel, which is no invitation */
        (void)snprintf(normal, VALUE_MAX, "%u%u", 100000000 + random_below(random, 800000000),
                       random_below(random, 1000));
        (void)snprintf(text, VALUE_MAX, "https://discord.com/channels/%s", normal);
        break;
    case SB_XMPP: /* a mail address */
        (void)snprintf(text, VALUE_MAX, "%s", normal);
        break;
    case SB_TOX:
        normal[20] = normal[20] == 'A' ? 'B' : 'A';
        (void)snprintf(text, VALUE_MAX, "%s", normal);
        break;
    case SB_SESSION: /* two characters more */
        (void)snprintf(text, VALUE_MAX, "%s00", normal);
        break;
    case SB_MRZ:
        change_digit(random, normal + (strlen(normal) == 90 ? 35 : strlen(normal) / 2 + 18));
        spell_zone(random, normal, text);
        break;
    case SB_NATIONAL_ID: /* a good number without a word; a word before a bad one */
        (void)snprintf(text, VALUE_MAX, "%s", normal + 3);
        if (which % 2 == 0)
            break;
        do
            change_digit(random, normal + 4);
        while (citizen_holds(normal));
        (void)snprintf(text, VALUE_MAX, "%s %s", citizen_word(normal), normal + 3);
        break;
    case SB_PGP: /* forty digits of another kind */
        (void)snprintf(text, VALUE_MAX, "commit %s", normal);
        break;
    case SB_SSH: /* cut short */
        find_key(kind, normal, whole);
        (void)snprintf(text, VALUE_MAX, "%.*s", (int)strlen(whole) - 5, whole);
        break;
    default: { /* a length that does not agree */
        find_key(kind, normal, whole);
        char *base64 = strchr(whole, '\n') + 1;
        base64[3] = base64[3] == 'T' ? 'U' : 'T';
        (void)snprintf(text, VALUE_MAX, "%s", whole);
    }
    }
    return kind;
}
