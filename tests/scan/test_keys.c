/* Fingerprints of keys and certificates, as ssh-keygen, GnuPG and OpenSSL print them for keys that these programs made,
 * and as RFC 9580 gives it for its sample; and keys in which something does not agree. */
#include "harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void expect(const char *text, size_t length, const char *expected)
{
    const char *found = found_in(text, length);
    if (strcmp(found, expected) != 0)
        fail_msg("in \"%.80s\": found \"%s\", not \"%s\"", text, found, expected);
}

static const char *const ssh_keys[][2] = {
    {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH4cPvTLJSHt15+4B3Zht8ohz0I3ZAZdh1GL+3QqX5au",
     "ssh:SHA256:pSK0S6+Z8XkEe7Ovyz1i4SPpcz0L2LB8g6km8Ft2PMs"},
    {"ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBNgl+aHOJO4nK2N9VJF4UZ0zFsG3"
     "LzrMee5w+VnBmF+McUzUTVafabltZ6igVjU8Z3ojAdCPf1FNd630z6qc+pM=",
     "ssh:SHA256:1x7wAsf7lCQ/FKX3Fv7f9n1U9jrmQVEgzJWw/rFU/9U"},
    {"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC73EdY8QXUVgS6mo3pkHoIBuA/EyP7OXwGDUfqgWson/y53O9B5PwddW/M7ZFF"
     "TFGx+v260eUK1/B2z9vioWqxw4IzjlxDNXG+ZbxzeboE1vAovbQqR7cyA3//45Jw7IRyKJpmop7nIx4pCvn/thXlzm4BuSU6QQ4T"
     "+PBhcTpDjvRrqsR068Q9t8c5tppoBBqdMFUF56sVQQJHR5hfDWro9yMPt2scAuuzK3vW8kE2xKO4POdV8tWS3WAv9hg0RHBiKvpK"
     "qh5biqLr9/rrmHm8nxxvzB/jgtZmIqZ23PBJWiNRFhyjz0XG2NOZziGkVzrU0EqoPBRfcll3zHolTCmixfoo9yIOXQoEOdX7XENK"
     "E2rytDUeyfA6HlfDLRApZRE+NrWwr1cIQp5DOimTGk22b8qRej7UOJQ6XWKC/mg4TUVi+XaB2BtUc0S5pKgu61+/F05XUZwiU50q"
     "cN4uahTJpJS6nSTqHCweLPXhpxJdwSiVwOvslHePVEHI/yuC8OE=",
     "ssh:SHA256:R7ADJxp9mgmbgOwAmjbQgprl2IniInEvIYEl3Co6VfM"},
};

static void ssh(void **state)
{
    (void)state;
    char text[1200];
    for (size_t i = 0; i < sizeof ssh_keys / sizeof *ssh_keys; i++) {
        const char *key = ssh_keys[i][0];
        size_t length = strlen(key);
        expect(key, length, ssh_keys[i][1]);
        (void)snprintf(text, sizeof text, "from=\"192.0.2.1\" %s anna\n", key);
        assert_non_null(strstr(found_in(text, strlen(text)), ssh_keys[i][1]));
        /* Cut short; by another name; with a length that does not agree. */
        expect(key, length - 4, "");
        (void)snprintf(text, sizeof text, "ssh-dss%s", strchr(key, ' '));
        expect(text, strlen(text), "");
        (void)snprintf(text, sizeof text, "%s", key);
        strchr(text, ' ')[6] ^= 1;
        expect(text, strlen(text), "");
    }
}

static const char pgp_ed25519[] = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n"
                                  "\n"
                                  "mDMEawTD1xYJKwYBBAHaRw8BAQdAc19bkAW/x0EQu38cMXAeuhmytpKuMwAzjI7A\n"
                                  "3VQ5iga0GlRlc3QgPGVkMjU1MTlAZXhhbXBsZS5vcmc+iJAEExYIADgWIQRy6QK3\n"
                                  "QhaoXqJEwMQY5QgY1y79TAUCawTD1wIbAwULCQgHAgYVCgkICwIEFgIDAQIeAQIX\n"
                                  "gAAKCRAY5QgY1y79TIcNAQDBFPJA12cKsxbuwXRbyTe2rOLqZTSCFS/b2P2aqrr+\n"
                                  "EwD/QUqO0bz0brojv4lwBfc+mtHpaODXwpi3bAdnibRRXAU=\n"
                                  "=WYol\n"
                                  "-----END PGP PUBLIC KEY BLOCK-----\n";
static const char pgp_ecdsa[] = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n"
                                "\n"
                                "mFIEawTD1xMIKoZIzj0DAQcCAwRBdQtHuaztZrpwECzWH8zPZ68BQ49a0IdFOfY3\n"
                                "HJBg9i0rtBlvCqqniIcDgAKYHqRlL0KBa1FLWsYAP1trhazAtBtUZXN0IDxuaXN0\n"
                                "cDI1NkBleGFtcGxlLm9yZz6IkAQTEwgAOBYhBGgzA7nbNui99JfugwRaPv6oKINr\n"
                                "BQJrBMPXAhsDBQsJCAcCBhUKCQgLAgQWAgMBAh4BAheAAAoJEARaPv6oKINrNIAB\n"
                                "AIrp6XvUDMq3RD0mwP6zbcG5s/vCeHN/NHBtsTsorvFvAQDy4tX6mak9s4sD+ZfV\n"
                                "ew90JlEQkflSfAqdxIP4AzW/Eg==\n"
                                "=pGe3\n"
                                "-----END PGP PUBLIC KEY BLOCK-----\n";
static const char pgp_secret[] = "-----BEGIN PGP PRIVATE KEY BLOCK-----\n"
                                 "\n"
                                 "lFgEawTD1xYJKwYBBAHaRw8BAQdAc19bkAW/x0EQu38cMXAeuhmytpKuMwAzjI7A\n"
                                 "3VQ5igYAAP4kAuUUAuNzLQh/OUvhWA5HfUe1upts9P2nfA+cj7JW5Q+wtBpUZXN0\n"
                                 "IDxlZDI1NTE5QGV4YW1wbGUub3JnPoiQBBMWCAA4FiEEcukCt0IWqF6iRMDEGOUI\n"
                                 "GNcu/UwFAmsEw9cCGwMFCwkIBwIGFQoJCAsCBBYCAwECHgECF4AACgkQGOUIGNcu\n"
                                 "/UyHDQEAwRTyQNdnCrMW7sF0W8k3tqzi6mU0ghUv29j9mqq6/hMA/0FKjtG89G66\n"
                                 "I7+JcAX3PprR6Wjg18KYt2wHZ4m0UVwF\n"
                                 "=G/gK\n"
                                 "-----END PGP PRIVATE KEY BLOCK-----\n";
/* RFC 9580, appendix A.3, as far as the key's packet goes. */
static const char pgp_version_6[] = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n"
                                    "xioGY4d/4xsAAAAg+U2nu0jWCmHlZ3BqZYfQMxmZu52JGggkLq2EVD34laPCsQYf\n";
#define ED25519 "72E902B74216A85EA244C0C418E50818D72EFD4C"
#define ECDSA "683303B9DB36E8BDF497EE83045A3EFEA828836B"
#define GROUPS "72E9 02B7 4216 A85E A244  C0C4 18E5 0818 D72E FD4C"

static void pgp(void **state)
{
    (void)state;
    expect(pgp_ed25519, sizeof pgp_ed25519 - 1, "email:ed25519@example.org pgp:" ED25519);
    expect(pgp_secret, sizeof pgp_secret - 1, "email:ed25519@example.org pgp:" ED25519);
    expect(pgp_ecdsa, sizeof pgp_ecdsa - 1, "email:nistp256@example.org pgp:" ECDSA);
    expect(pgp_version_6, sizeof pgp_version_6 - 1,
           "pgp:CB186C4F0609A697E4D52DFA6C722B0C1F1E27C18A56708F6525EC27BAD9ACC9");
    static const char *const texts[][2] = {
        {GROUPS, "pgp:" ED25519},
        {"Key fingerprint = " GROUPS, "pgp:" ED25519},
        {"fingerprint 72E9 02B7 4216 A85E A244 C0C4 18E5 0818 D72E FD4C", "pgp:" ED25519},
        {"fpr:::::::::" ED25519 ":", "pgp:" ED25519},
        {"gpg --recv-keys x" ED25519, ""},
        {"gpg key 0x72e902b74216a85ea244c0c418e50818d72efd4C", "pgp:" ED25519},
        {"openpgp4fpr:72e902b74216a85ea244c0c418e50818d72efd4c", "pgp:" ED25519},
        {ED25519, ""},
        {"commit " ED25519, ""},
        {"SHA1 fingerprint: " ED25519, ""},
        {"gpg " ED25519 "0", ""},
        {"72E9 02B7 4216 A85E A244 C0C4 18E5 0818 D72E FD4C", ""},
        {"0000 0000 0000 0000 0000  0000 0000 0000 0000 0000", ""},
        {"fingerprint 72E9 02B7 4216 A85E A244 C0C4 18E5 0818 D72E", ""},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        expect(texts[i][0], strlen(texts[i][0]), texts[i][1]);
    /* A length in the packet that does not agree. */
    char text[sizeof pgp_ed25519];
    memcpy(text, pgp_ed25519, sizeof text);
    text[strlen("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmD")] ^= 1;
    assert_null(strstr(found_in(text, sizeof text - 1), "pgp:"));
}

static const unsigned char certificate[] = {
    0x30, 0x81, 0xd3, 0x30, 0x81, 0x86, 0xa0, 0x03, 0x02, 0x01, 0x02, 0x02, 0x08, 0x10, 0x02, 0xfa, 0x61, 0x5c,
    0x0d, 0x95, 0xb9, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x30, 0x10, 0x31, 0x0e, 0x30, 0x0c, 0x06, 0x03,
    0x55, 0x04, 0x03, 0x0c, 0x05, 0x73, 0x68, 0x6f, 0x70, 0x2e, 0x30, 0x1e, 0x17, 0x0d, 0x32, 0x36, 0x30, 0x31,
    0x30, 0x31, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x5a, 0x17, 0x0d, 0x32, 0x37, 0x30, 0x31, 0x30, 0x31, 0x30,
    0x30, 0x30, 0x30, 0x30, 0x30, 0x5a, 0x30, 0x10, 0x31, 0x0e, 0x30, 0x0c, 0x06, 0x03, 0x55, 0x04, 0x03, 0x0c,
    0x05, 0x73, 0x68, 0x6f, 0x70, 0x2e, 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
    0x02, 0xfa, 0x61, 0x5c, 0x0d, 0x95, 0xb9, 0x80, 0x26, 0xde, 0x86, 0x82, 0x71, 0x1f, 0xef, 0x9f, 0xfe, 0x93,
    0x6e, 0x32, 0x88, 0xa9, 0xdb, 0x2e, 0x8c, 0xf0, 0x8a, 0x95, 0x23, 0xe6, 0x82, 0x49, 0x30, 0x05, 0x06, 0x03,
    0x2b, 0x65, 0x70, 0x03, 0x41, 0x00, 0xac, 0xc5, 0xa1, 0x9d, 0x2f, 0x6e, 0x10, 0xaf, 0x72, 0x70, 0x87, 0x64,
    0xe6, 0xe1, 0x5b, 0xbd, 0x64, 0x3f, 0x22, 0xb6, 0xe1, 0xe7, 0x77, 0xe8, 0x29, 0x3b, 0x7e, 0x35, 0xa6, 0x30,
    0x5b, 0x22, 0x9b, 0x7d, 0x25, 0x1e, 0xc3, 0x7a, 0x86, 0x95, 0x73, 0x30, 0x4b, 0xd6, 0xeb, 0x44, 0x5b, 0xdb,
    0x1c, 0xb2, 0x32, 0xc9, 0xab, 0x01, 0x65, 0x19, 0x1e, 0x11, 0x4d, 0x18, 0xd5, 0xaf, 0xe2, 0x34,
};
static const char pem[] = "-----BEGIN CERTIFICATE-----\n"
                          "MIHTMIGGoAMCAQICCBAC+mFcDZW5MAUGAytlcDAQMQ4wDAYDVQQDDAVzaG9wLjAe\n"
                          "Fw0yNjAxMDEwMDAwMDBaFw0yNzAxMDEwMDAwMDBaMBAxDjAMBgNVBAMMBXNob3Au\n"
                          "MCowBQYDK2VwAyEAAvphXA2VuYAm3oaCcR/vn/6TbjKIqdsujPCKlSPmgkkwBQYD\n"
                          "K2VwA0EArMWhnS9uEK9ycIdk5uFbvWQ/Irbh53foKTt+NaYwWyKbfSUew3qGlXMw\n"
                          "S9brRFvbHLIyyasBZRkeEU0Y1a/iNA==\n"
                          "-----END CERTIFICATE-----\n";
#define SHA256 "ac6730668e7e62ca7acc219528239585a28e7356ed8f423ad4ae3701c2f621d2"

static void x509(void **state)
{
    (void)state;
    char text[sizeof certificate + 20];
    expect((const char *)certificate, sizeof certificate, "x509:" SHA256);
    for (size_t at = 0; at < 8; at++) {
        memset(text, '0', sizeof text);
        memcpy(text + at, certificate, sizeof certificate);
        expect(text, sizeof text, "x509:" SHA256);
        text[at + 2] ^= 1; /* the outer length */
        expect(text, sizeof text, "");
        text[at + 2] ^= 1;
        text[at + 5] ^= 1; /* that of the signed part */
        expect(text, sizeof text, "");
    }
    expect((const char *)certificate, sizeof certificate - 1, "");
    /* PEM is base64, which a decoder opens; in UTF-16, where none does, it is read as it stands. */
    for (int big = 0; big < 2; big++) {
        struct bytes wide = {0};
        append_utf16(&wide, pem, big != 0);
        assert_string_equal(found_in(wide.data, wide.length), "x509:" SHA256);
        bytes_free(&wide);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ssh),
        cmocka_unit_test(pgp),
        cmocka_unit_test(x509),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
