/* Certificates (RFC 5280) in DER, and those in PEM that stand in UTF-16, where no base64 is decoded. All lengths of the
 * certificate and of the fields in it must agree to the last byte; the value is the SHA-256 of the whole, as openssl
 * x509 -fingerprint -sha256 prints it, without colons. Version 3 only: older ones have no mark to find them by. */
#include "scan/radix64.h"

#include "base/digest.h"

#include <string.h>

enum { CERTIFICATE_MAX = SB_MARGIN - 16, PEM_MAX = 1500 };
enum { INTEGER = 0x02, BIT_STRING = 0x03, UTC_TIME = 0x17, TIME = 0x18, SEQUENCE = 0x30, VERSION = 0xa0 };

struct der {
    const uint8_t *data;
    size_t length;
};

/* Takes the next element off `from`. Only definite lengths, in the fewest bytes, as DER demands. */
static bool take(struct der *from, uint8_t tag, struct der *content)
{
    size_t header = 2;
    if (from->length < header || from->data[0] != tag)
        return false;
    size_t length = from->data[1];
    if (length > 0x80) {
        size_t bytes = length & 0x7f;
        length = 0;
        if (bytes > 2 || from->length < header + bytes)
            return false;
        for (size_t i = 0; i < bytes; i++)
            length = length << 8 | from->data[header + i];
        if (length < 0x80 || (bytes == 2 && length < 0x100))
            return false;
        header += bytes;
    } else if (length == 0x80) {
        return false;
    }
    if (from->length - header < length)
        return false;
    *content = (struct der){from->data + header, length};
    from->data += header + length;
    from->length -= header + length;
    return true;
}

/* Two dates, the second not before the first as far as the years show. */
static bool is_validity(struct der validity)
{
    for (int i = 0; i < 2; i++) {
        struct der time;
        if (validity.length == 0 || !take(&validity, validity.data[0] == UTC_TIME ? UTC_TIME : TIME, &time) ||
            time.length < 11)
            return false;
        for (size_t digit = 0; digit < 10; digit++) {
            if (!is_digit(time.data[digit]))
                return false;
        }
    }
    return validity.length == 0;
}

/* The length of the certificate at the beginning of data, or 0. */
static size_t certificate_length(const uint8_t *data, size_t length)
{
    struct der rest = {data, length};
    struct der certificate;
    struct der body;
    struct der part;
    struct der inner_algorithm;
    struct der outer_algorithm;
    if (!take(&rest, SEQUENCE, &certificate))
        return 0;
    size_t whole = (size_t)(rest.data - data);
    if (!take(&certificate, SEQUENCE, &body) || !take(&certificate, SEQUENCE, &outer_algorithm) ||
        !take(&certificate, BIT_STRING, &part) || certificate.length != 0)
        return 0;
    if (!take(&body, VERSION, &part) || !take(&body, INTEGER, &part) || !take(&body, SEQUENCE, &inner_algorithm) ||
        !take(&body, SEQUENCE, &part) || !take(&body, SEQUENCE, &part) || !is_validity(part) ||
        !take(&body, SEQUENCE, &part) || !take(&body, SEQUENCE, &part))
        return 0;
    if (inner_algorithm.length != outer_algorithm.length ||
        memcmp(inner_algorithm.data, outer_algorithm.data, inner_algorithm.length) != 0)
        return 0;
    return whole;
}

static bool accept(const uint8_t *certificate, size_t length, size_t begin, size_t end, struct match *match)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t digest[SHA256_SIZE];
    digest_sha256(certificate, length, digest);
    for (size_t i = 0; i < sizeof digest; i++) {
        put(match, (uint8_t)digits[digest[i] >> 4]);
        put(match, (uint8_t)digits[digest[i] & 15]);
    }
    match->begin = begin;
    match->end = end;
    return true;
}

/* PEM, with the first line of base64 at `at`. */
static bool verify_pem(const struct text *text, size_t at, struct match *match)
{
    uint8_t certificate[PEM_MAX];
    size_t line = at;
    if (!text->narrowed || memcmp(text->data + at, "MI", 2) != 0)
        return false;
    while (line > 0 && at - line < 2 && (text->data[line - 1] == '\n' || text->data[line - 1] == '\r'))
        line--;
    if (!ends_before(text, line, "-----BEGIN CERTIFICATE-----"))
        return false;
    size_t length = read_radix64(text, at, true, certificate, sizeof certificate, &match->end);
    return length > 0 && certificate_length(certificate, length) == length &&
           accept(certificate, length, line - 27, match->end, match);
}

bool verify_x509(const struct text *text, size_t at, struct match *match)
{
    if (text->data[at] != VERSION)
        return verify_pem(text, at, match);
    /* Before the version stand the headers of two sequences, each of two to four bytes. */
    for (size_t back = 8; back >= 4; back--) {
        if (at < back || text->data[at - back] != SEQUENCE)
            continue;
        size_t begin = at - back;
        size_t room = text->length - begin < CERTIFICATE_MAX ? text->length - begin : CERTIFICATE_MAX;
        size_t length = certificate_length(text->data + begin, room);
        if (length > back)
            return accept(text->data + begin, length, begin, begin + length, match);
    }
    return false;
}
