/* Fingerprints of OpenPGP keys (RFC 4880 section 12.2, RFC 9580 section 5.5.4): written out, as 40 digits or ten groups
 * of four, and computed from armoured keys, public or private: SHA-1 over 0x99, a length and the public part of the key
 * for version 4, SHA-256 over 0x9B and so on for version 6. The value is in capitals, as OpenPGP programs show it. */
#include "scan/radix64.h"

#include "base/digest.h"
#include "base/number.h"

#include <string.h>

enum { KEY_MAX = 2200, DIGITS = 40, GROUPS = 10, WORD_REACH = 24, OTHER_REACH = 24, ARMOUR_LINES = 8 };
enum { TAG_SECRET = 5, TAG_PUBLIC = 6 };

static void put_hex(struct match *match, const uint8_t *bytes, size_t count)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < count; i++) {
        put(match, (uint8_t)digits[bytes[i] >> 4]);
        put(match, (uint8_t)digits[bytes[i] & 15]);
    }
}

/* Steps over `count` numbers, each behind its length in bits. */
static bool skip_numbers(const uint8_t *key, size_t length, size_t *at, unsigned count)
{
    for (; count > 0; count--) {
        if (length - *at < 2)
            return false;
        size_t bits = (size_t)key[*at] << 8 | key[*at + 1];
        size_t bytes = (bits + 7) / 8;
        if (bits == 0 || length - *at - 2 < bytes || (key[*at + 2] >> ((bits - 1) % 8)) != 1)
            return false;
        *at += 2 + bytes;
    }
    return true;
}

static bool skip_counted(const uint8_t *key, size_t length, size_t *at)
{
    if (length - *at < 1 || length - *at - 1 < key[*at] || key[*at] == 0)
        return false;
    *at += 1U + key[*at];
    return true;
}

/* The end of the public part of a version 4 key's body, or 0. */
static size_t public_part(const uint8_t *key, size_t length)
{
    size_t at = 6;
    bool sound = false;
    if (length <= at)
        return 0;
    switch (key[5]) {
    case 1: /* RSA */
    case 2:
    case 3:
        sound = skip_numbers(key, length, &at, 2);
        break;
    case 16: /* Elgamal */
        sound = skip_numbers(key, length, &at, 3);
        break;
    case 17: /* DSA */
        sound = skip_numbers(key, length, &at, 4);
        break;
    case 18: /* ECDH */
        sound = skip_counted(key, length, &at) && skip_numbers(key, length, &at, 1) && skip_counted(key, length, &at);
        break;
    case 19: /* ECDSA, EdDSA */
    case 22:
        sound = skip_counted(key, length, &at) && skip_numbers(key, length, &at, 1);
        break;
    case 27: /* Ed25519, Ed448 */
    case 28:
        at += key[5] == 27 ? 32 : 57;
        sound = at <= length;
        break;
    default:
        break;
    }
    return sound ? at : 0;
}

/* The packet's header: its tag, and where its body begins and ends. */
static bool read_header(const uint8_t *data, size_t length, unsigned *tag, size_t *body, size_t *end)
{
    if (length < 6 || !(data[0] & 0x80))
        return false;
    size_t size;
    if (data[0] & 0x40) {
        *tag = data[0] & 0x3f;
        if (data[1] < 192) {
            *body = 2;
            size = data[1];
        } else if (data[1] < 224) {
            *body = 3;
            size = ((size_t)(data[1] - 192) << 8) + data[2] + 192;
        } else {
            return false;
        }
    } else {
        *tag = data[0] >> 2 & 15;
        if ((data[0] & 3) > 1)
            return false;
        *body = (data[0] & 3) == 0 ? 2 : 3;
        size = (data[0] & 3) == 0 ? data[1] : (size_t)data[1] << 8 | data[2];
    }
    *end = *body + size;
    return size > 6 && *end <= length;
}

static bool read_key(const uint8_t *data, size_t length, struct match *match)
{
    unsigned tag;
    size_t body;
    size_t end;
    uint8_t hashed[KEY_MAX + 5];
    uint8_t digest[SHA256_SIZE];
    if (!read_header(data, length, &tag, &body, &end) || (tag != TAG_PUBLIC && tag != TAG_SECRET))
        return false;
    const uint8_t *key = data + body;
    size_t size = end - body;
    if (key[0] == 4) {
        size_t part = public_part(key, size);
        if (part == 0 || (tag == TAG_PUBLIC && part != size))
            return false;
        hashed[0] = 0x99;
        hashed[1] = (uint8_t)(part >> 8);
        hashed[2] = (uint8_t)part;
        memcpy(hashed + 3, key, part);
        digest_sha1(hashed, part + 3, digest);
        put_hex(match, digest, SHA1_SIZE);
        return true;
    }
    if (key[0] != 6 || size < 10)
        return false;
    size_t material = load_be32(key + 6);
    if (material > size - 10 || (tag == TAG_PUBLIC && material != size - 10))
        return false;
    size_t part = material + 10;
    hashed[0] = 0x9b;
    hashed[1] = hashed[2] = 0;
    hashed[3] = (uint8_t)(part >> 8);
    hashed[4] = (uint8_t)part;
    memcpy(hashed + 5, key, part);
    digest_sha256(hashed, part + 5, digest);
    put_hex(match, digest, SHA256_SIZE);
    return true;
}

static size_t previous_line(const struct text *text, size_t at)
{
    if (at > 0 && text->data[at - 1] == '\n')
        at--;
    if (at > 0 && text->data[at - 1] == '\r')
        at--;
    return at;
}

/* Armour: its first line of base64 at `at`, an empty line and perhaps headers before it, and the line that opens it. */
static bool verify_armour(const struct text *text, size_t at, struct match *match)
{
    enum { LINE_MOST = 100 };
    static const char *const openings[] = {"-----BEGIN PGP PUBLIC KEY BLOCK-----",
                                           "-----BEGIN PGP PRIVATE KEY BLOCK-----"};
    uint8_t key[KEY_MAX];
    size_t line = previous_line(text, at);
    if (line == at)
        return false;
    for (unsigned i = 0; i < ARMOUR_LINES; i++) {
        for (unsigned which = 0; which < 2; which++) {
            if (!ends_before(text, line, openings[which]))
                continue;
            size_t length = read_radix64(text, at, true, key, sizeof key, &match->end);
            match->begin = line - strlen(openings[which]);
            return read_key(key, length, match);
        }
        size_t end = line;
        while (line > 0 && end - line < LINE_MOST && text->data[line - 1] != '\n' && text->data[line - 1] != '\r')
            line--;
        size_t before = previous_line(text, line);
        if (before == line)
            return false;
        line = before;
    }
    return false;
}

/* Digits in small letters are those of commits, digests and other programs' keys more often than of OpenPGP's, so that
 * "key" alone says nothing; "key =" assigns a key itself, and '^' begins a pattern. */
static bool is_announced(const struct text *text, size_t at, bool small)
{
    const char *words = small ? " fingerprint fpr pgp gpg openpgp openpgp4fpr "
                              : " fingerprint fingerprints fpr pgp gpg openpgp openpgp4fpr keyid recv key keys ";
    static const char others[] = " sha1 sha sum sha1sum commit revision certificate cert x509 ssl tls md5 hash git ";
    if (byte_at(text, at - 1) == '^' || ends_before(text, at, "key = ") || ends_before(text, at, "key="))
        return false;
    return has_word_before(text, at, WORD_REACH, words) && !has_word_before(text, at, OTHER_REACH, others);
}

/* Forty digits, or 0x and forty. */
static bool verify_digits(const struct text *text, size_t at, struct match *match)
{
    size_t begin = at;
    uint32_t seen = 0;
    bool small = false;
    if (byte_at(text, at) == '0' && to_lower(byte_at(text, at + 1)) == 'x')
        begin += 2;
    for (size_t i = 0; i < DIGITS; i++) {
        int value = hex_value(byte_at(text, begin + i));
        if (value < 0)
            return false;
        seen |= 1U << value;
        small = small || is_lower(text->data[begin + i]);
    }
    if (is_alnum(byte_at(text, begin + DIGITS)) || __builtin_popcount(seen) < 6 || !is_announced(text, at, small))
        return false;
    match->begin = begin;
    match->end = begin + DIGITS;
    for (size_t i = 0; i < DIGITS; i++)
        put(match, to_upper(text->data[begin + i]));
    return true;
}

/* Ten groups with a blank between and, as GnuPG writes them, two in the middle: nothing else looks like that. With one
 * blank throughout, a word must announce them. */
static bool verify_groups(const struct text *text, size_t at, struct match *match)
{
    size_t i = at;
    bool parted = false;
    uint32_t seen = 0;
    for (unsigned group = 0; group < GROUPS; group++) {
        if (group > 0 && byte_at(text, i++) != ' ')
            return false;
        if (group == GROUPS / 2 && byte_at(text, i) == ' ') {
            parted = true;
            i++;
        }
        for (unsigned digit = 0; digit < 4; digit++, i++) {
            int value = hex_value(byte_at(text, i));
            if (value < 0 || is_lower(text->data[i]))
                return false;
            seen |= 1U << value;
        }
        match->end = i - 4 > at ? i - 4 : at + 1;
    }
    bool more = byte_at(text, i) == ' ' && hex_value(byte_at(text, i + 1)) >= 0 && hex_value(byte_at(text, i + 4)) >= 0;
    if (is_alnum(byte_at(text, i)) || __builtin_popcount(seen) < 6 ||
        (!parted && (more || !is_announced(text, at, false))))
        return false;
    match->begin = at;
    match->end = i;
    for (size_t j = at; j < i; j++) {
        if (text->data[j] != ' ')
            put(match, text->data[j]);
    }
    return true;
}

bool verify_pgp(const struct text *text, size_t at, struct match *match)
{
    if (byte_at(text, at + 4) == ' ')
        return verify_groups(text, at, match);
    uint8_t first = text->data[at];
    if (hex_value(first) >= 0 && hex_value(byte_at(text, at + 39)) >= 0)
        return verify_digits(text, at, match);
    return (first == 'm' || first == 'l' || first == 'x') && verify_armour(text, at, match);
}
