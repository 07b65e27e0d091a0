/* Keys and certificates that follow from a number, so that a fingerprint alone leads back to what it is of: OpenPGP
 * (RFC 4880, version 4, Ed25519), SSH (RFC 8709) and X.509 (RFC 5280, RFC 8410). Nobody has the private half. */
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "exercise/person.h"

static void append_base64(struct bytes *out, const uint8_t *data, size_t length, size_t width, bool padded)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t column = 0;
    for (size_t i = 0; i < length; i += 3) {
        unsigned group = (unsigned)data[i] << 16;
        group |= i + 1 < length ? (unsigned)data[i + 1] << 8 : 0;
        group |= i + 2 < length ? data[i + 2] : 0;
        for (unsigned j = 0; j < 4; j++, column++) {
            if (width > 0 && column > 0 && column % width == 0)
                bytes_append_char(out, '\n');
            if (i + j <= length)
                bytes_append_char(out, digits[group >> (18 - 6 * j) & 63]);
            else if (padded)
                bytes_append_char(out, '=');
        }
    }
}

/* 32 bytes that the number stands for. */
static void derive(const char *purpose, unsigned number, uint8_t out[SHA256_SIZE])
{
    char seed[64];
    int length = snprintf(seed, sizeof seed, "%s %u", purpose, number);
    digest_sha256(seed, (size_t)length, out);
}

static void write_hex(const uint8_t *data, size_t length, bool upper, char *out)
{
    for (size_t i = 0; i < length; i++)
        (void)snprintf(out + 2 * i, 3, upper ? "%02X" : "%02x", data[i]);
}

static void make_ssh(unsigned number, char normal[VALUE_MAX], struct bytes *text)
{
    uint8_t key[SHA256_SIZE], digest[SHA256_SIZE];
    struct bytes blob = {0}, print = {0};
    derive("ssh", number, key);
    bytes_append(&blob, "\0\0\0\x0bssh-ed25519\0\0\0\x20", 19);
    bytes_append(&blob, key, sizeof key);
    bytes_append_text(text, "ssh-ed25519 ");
    append_base64(text, blob.data, blob.length, 0, true);
    digest_sha256(blob.data, blob.length, digest);
    append_base64(&print, digest, sizeof digest, 0, false);
    (void)snprintf(normal, VALUE_MAX, "SHA256:%s", bytes_text(&print));
    bytes_free(&blob);
    bytes_free(&print);
}

static void make_pgp(unsigned number, char normal[VALUE_MAX], struct bytes *text)
{
    /* version 4, a time, EdDSA, the curve, and 263 bits, of which the first byte is a mark */
    static const char form[] = "\x04\x65\x00\x00\x00\x16\x09\x2b\x06\x01\x04\x01\xda\x47\x0f\x01\x01\x07\x40";
    uint8_t key[SHA256_SIZE], digest[SHA1_SIZE];
    struct bytes packet = {0};
    derive("pgp", number, key);
    bytes_append(&packet, "\x99\0\x33", 3);
    bytes_append(&packet, form, sizeof form - 1);
    bytes_append(&packet, key, sizeof key);
    digest_sha1(packet.data, packet.length, digest);
    write_hex(digest, sizeof digest, true, normal);
    packet.data[0] = 0x98; /* with a length of one byte */
    memmove(packet.data + 1, packet.data + 2, packet.length - 2);
    packet.length--;
    bytes_append_text(text, "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n");
    append_base64(text, packet.data, packet.length, 64, true);
    bytes_append_text(text, "\n-----END PGP PUBLIC KEY BLOCK-----");
    bytes_free(&packet);
}

/* An element of DER: tag, length below 65536, content. */
static void append_der(struct bytes *out, uint8_t tag, const struct bytes *content)
{
    bytes_append_char(out, (char)tag);
    if (content->length >= 256) {
        bytes_append_char(out, (char)0x82);
        bytes_append_char(out, (char)(content->length >> 8));
    } else if (content->length >= 128) {
        bytes_append_char(out, (char)0x81);
    }
    bytes_append_char(out, (char)content->length);
    bytes_append(out, content->data, content->length);
}

static void make_x509(unsigned number, char normal[VALUE_MAX], struct bytes *text)
{
    static const char algorithm[] = "\x30\x05\x06\x03\x2b\x65\x70";
    static const char name[] = "\x30\x10\x31\x0e\x30\x0c\x06\x03\x55\x04\x03\x0c\x05shop.";
    static const char validity[] = "\x30\x1e\x17\x0d\x32\x36\x30\x31\x30\x31\x30\x30\x30\x30\x30\x30Z"
                                   "\x17\x0d\x32\x37\x30\x31\x30\x31\x30\x30\x30\x30\x30\x30Z";
    uint8_t key[SHA256_SIZE], signature[2][SHA256_SIZE], digest[SHA256_SIZE];
    struct bytes body = {0}, inner = {0}, whole = {0};
    derive("x509", number, key);
    derive("x509 signature", number, signature[0]);
    derive("x509 signature, rest", number, signature[1]);
    bytes_append(&inner, "\xa0\x03\x02\x01\x02\x02\x08\x10", 8);
    bytes_append(&inner, key, 7); /* a serial number */
    bytes_append(&inner, algorithm, 7);
    bytes_append(&inner, name, sizeof name - 1);
    bytes_append(&inner, validity, sizeof validity - 1);
    bytes_append(&inner, name, sizeof name - 1);
    bytes_append(&inner, "\x30\x2a", 2);
    bytes_append(&inner, algorithm, 7);
    bytes_append(&inner, "\x03\x21\0", 3);
    bytes_append(&inner, key, sizeof key);
    append_der(&body, 0x30, &inner);
    bytes_append(&body, algorithm, 7);
    bytes_append(&body, "\x03\x41\0", 3);
    bytes_append(&body, signature, sizeof signature);
    append_der(&whole, 0x30, &body);
    digest_sha256(whole.data, whole.length, digest);
    write_hex(digest, sizeof digest, false, normal);
    bytes_append_text(text, "-----BEGIN CERTIFICATE-----\n");
    append_base64(text, whole.data, whole.length, 64, true);
    bytes_append_text(text, "\n-----END CERTIFICATE-----");
    bytes_free(&body);
    bytes_free(&inner);
    bytes_free(&whole);
}

void make_key(enum sb_kind kind, unsigned number, char normal[VALUE_MAX], char text[VALUE_MAX])
{
    struct bytes out = {0};
    if (kind == SB_SSH)
        make_ssh(number, normal, &out);
    else if (kind == SB_PGP)
        make_pgp(number, normal, &out);
    else
        make_x509(number, normal, &out);
    (void)snprintf(text, VALUE_MAX, "%s", bytes_text(&out));
    bytes_free(&out);
}
