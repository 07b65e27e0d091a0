/* TLS 1.3 (RFC 8446) by GnuTLS: the server's certificate, its own or one made at the first start, and the certificates
 * by which programs sign in. */
#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "serve/server.h"

const char tls_priorities[] = "SECURE128:-VERS-ALL:+VERS-TLS1.3";

enum { PEM_MOST = 1 << 20, YEARS = 10 };

static int gnutls_said(struct error *error, const char *what, int code)
{
    return code >= 0 ? 0 : fail(error, "%s: %s", what, gnutls_strerror(code));
}

/* ---- a certificate of one's own ---- */

static int name_host(gnutls_x509_crt_t certificate, const char *host)
{
    uint8_t address[16];
    if (inet_pton(AF_INET, host, address) == 1)
        return gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_IPADDRESS, address, 4, GNUTLS_FSAN_APPEND);
    if (inet_pton(AF_INET6, host, address) == 1)
        return gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_IPADDRESS, address, 16, GNUTLS_FSAN_APPEND);
    return gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_DNSNAME, host, (unsigned)strlen(host),
                                                GNUTLS_FSAN_APPEND);
}

static int fill_certificate(gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key, const char *host)
{
    char name[256] = "localhost";
    uint8_t serial[16];
    time_t now = time(NULL);
    (void)gethostname(name, sizeof name - 1);
    randombytes_buf(serial, sizeof serial);
    serial[0] = (uint8_t)(serial[0] & 0x7f) | 1;
    int code = gnutls_x509_crt_set_version(certificate, 3);
    if (code >= 0)
        code = gnutls_x509_crt_set_serial(certificate, serial, sizeof serial);
    if (code >= 0)
        code = gnutls_x509_crt_set_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, "Samband", 7);
    if (code >= 0)
        code = gnutls_x509_crt_set_activation_time(certificate, now - 86400);
    if (code >= 0)
        code = gnutls_x509_crt_set_expiration_time(certificate, now + (time_t)YEARS * 365 * 86400);
    const char *hosts[] = {name, "localhost", "127.0.0.1", "::1", host};
    for (size_t i = 0; code >= 0 && i < sizeof hosts / sizeof *hosts; i++)
        code = name_host(certificate, hosts[i]);
    if (code >= 0)
        code = gnutls_x509_crt_set_key_usage(certificate, GNUTLS_KEY_DIGITAL_SIGNATURE);
    if (code >= 0)
        code = gnutls_x509_crt_set_key_purpose_oid(certificate, GNUTLS_KP_TLS_WWW_SERVER, 0);
    if (code >= 0)
        code = gnutls_x509_crt_set_basic_constraints(certificate, 0, -1);
    if (code >= 0)
        code = gnutls_x509_crt_set_key(certificate, key);
    if (code >= 0)
        code = gnutls_x509_crt_sign2(certificate, certificate, key, GNUTLS_DIG_SHA256, 0);
    return code;
}

static int make_certificate(const char *certificate_path, const char *key_path, const char *host, struct error *error)
{
    gnutls_x509_crt_t certificate = NULL;
    gnutls_x509_privkey_t key = NULL;
    gnutls_datum_t key_pem = {0}, certificate_pem = {0};
    int code = gnutls_x509_privkey_init(&key);
    if (code >= 0)
        code = gnutls_x509_crt_init(&certificate);
    if (code >= 0)
        code = gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
    if (code >= 0)
        code = fill_certificate(certificate, key, host);
    if (code >= 0)
        code = gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &key_pem);
    if (code >= 0)
        code = gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &certificate_pem);
    int result = gnutls_said(error, "cannot make a certificate", code);
    if (result == 0)
        result = write_secret(key_path, key_pem.data, key_pem.size, error);
    if (result == 0)
        result = write_secret(certificate_path, certificate_pem.data, certificate_pem.size, error);
    if (key_pem.data != NULL)
        sodium_memzero(key_pem.data, key_pem.size);
    gnutls_free(key_pem.data);
    gnutls_free(certificate_pem.data);
    if (certificate != NULL)
        gnutls_x509_crt_deinit(certificate);
    if (key != NULL)
        gnutls_x509_privkey_deinit(key);
    return result;
}

/* ---- what the server shows ---- */

/* The first of the certificates of a file; says what the file should be when it is none. */
static int read_certificate(const char *path, const char *text, gnutls_x509_crt_t *certificate, struct error *error)
{
    gnutls_datum_t pem = {(unsigned char *)(uintptr_t)text, (unsigned)strlen(text)};
    *certificate = NULL;
    int code = gnutls_x509_crt_init(certificate);
    if (code >= 0)
        code = gnutls_x509_crt_import(*certificate, &pem, GNUTLS_X509_FMT_PEM);
    if (code >= 0)
        return 0;
    return fail(error,
                "%s is no certificate: a file in PEM form is expected, with a line -----BEGIN CERTIFICATE----- (%s)",
                path, gnutls_strerror(code));
}

static int take_fingerprint(struct server *server, const char *path, struct error *error)
{
    gnutls_x509_crt_t certificate = NULL;
    uint8_t digest[SHA256_SIZE];
    size_t length = sizeof digest;
    int result = read_certificate(path, server->certificate, &certificate, error);
    if (result == 0)
        result =
            gnutls_said(error, path, gnutls_x509_crt_get_fingerprint(certificate, GNUTLS_DIG_SHA256, digest, &length));
    if (certificate != NULL)
        gnutls_x509_crt_deinit(certificate);
    for (size_t i = 0; result == 0 && i < sizeof digest; i++)
        (void)snprintf(server->fingerprint + 3 * i, 4, "%02X%s", digest[i], i + 1 < sizeof digest ? ":" : "");
    return result;
}

static int check_key(const char *path, const char *text, struct error *error)
{
    gnutls_x509_privkey_t key = NULL;
    gnutls_datum_t pem = {(unsigned char *)(uintptr_t)text, (unsigned)strlen(text)};
    int code = gnutls_x509_privkey_init(&key);
    if (code >= 0)
        code = gnutls_x509_privkey_import2(key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0);
    if (key != NULL)
        gnutls_x509_privkey_deinit(key);
    return code >= 0 ? 0
                     : fail(error,
                            "%s is no key: a private key in PEM form without a password is expected, with a line "
                            "-----BEGIN PRIVATE KEY----- (%s)",
                            path, gnutls_strerror(code));
}

static int check_client_authority(const struct server *server, struct error *error)
{
    gnutls_x509_crt_t certificate = NULL;
    int result = read_certificate(server->options->client_authority, server->client_authority, &certificate, error);
    if (certificate != NULL)
        gnutls_x509_crt_deinit(certificate);
    return result;
}

/* Says early and by name what MHD would only refuse. */
static int check_pair(const struct server *server, const char *path, struct error *error)
{
    gnutls_certificate_credentials_t credentials = NULL;
    gnutls_datum_t certificate = {(unsigned char *)server->certificate, (unsigned)strlen(server->certificate)};
    gnutls_datum_t key = {(unsigned char *)server->key, (unsigned)strlen(server->key)};
    int code = gnutls_certificate_allocate_credentials(&credentials);
    if (code >= 0)
        code = gnutls_certificate_set_x509_key_mem(credentials, &certificate, &key, GNUTLS_X509_FMT_PEM);
    if (credentials != NULL)
        gnutls_certificate_free_credentials(credentials);
    return code >= 0 ? 0
                     : fail(error, "the certificate %s and the key beside it do not belong together: %s", path,
                            gnutls_strerror(code));
}

int tls_load(struct server *server, const char *folder, const char *host, struct error *error)
{
    const struct serve_options *options = server->options;
    char certificate_path[4200], key_path[4200];
    size_t length = 0;
    (void)snprintf(certificate_path, sizeof certificate_path, "%s/certificate.pem", folder);
    (void)snprintf(key_path, sizeof key_path, "%s/certificate.key", folder);
    if (options->certificate != NULL) {
        (void)snprintf(certificate_path, sizeof certificate_path, "%s", options->certificate);
        (void)snprintf(key_path, sizeof key_path, "%s", options->key);
    } else if (access(certificate_path, F_OK) != 0) {
        (void)unlink(key_path); /* of a start that ended between the two */
        if (make_certificate(certificate_path, key_path, host, error) != 0)
            return -1;
    }
    server->certificate = read_file(certificate_path, PEM_MOST, &length, error);
    if (server->certificate == NULL)
        return -1;
    server->key = read_file(key_path, PEM_MOST, &length, error);
    if (server->key == NULL || take_fingerprint(server, certificate_path, error) != 0 ||
        check_key(key_path, server->key, error) != 0 || check_pair(server, certificate_path, error) != 0)
        return -1;
    if (options->client_authority == NULL)
        return 0;
    server->client_authority = read_file(options->client_authority, PEM_MOST, &length, error);
    return server->client_authority == NULL ? -1 : check_client_authority(server, error);
}

/* ---- who the other end is ---- */

void tls_peer(struct MHD_Connection *connection, char fingerprint[2 * SHA256_SIZE + 1])
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    gnutls_typed_vdata_st purpose = {GNUTLS_DT_KEY_PURPOSE_OID, (unsigned char *)(uintptr_t)GNUTLS_KP_TLS_WWW_CLIENT,
                                     0};
    unsigned status = 1, count = 0;
    uint8_t digest[SHA256_SIZE];
    fingerprint[0] = '\0';
    if (info == NULL || info->tls_session == NULL)
        return;
    const gnutls_datum_t *chain = gnutls_certificate_get_peers(info->tls_session, &count);
    if (chain == NULL || count == 0 || gnutls_certificate_verify_peers(info->tls_session, &purpose, 1, &status) < 0 ||
        status != 0)
        return;
    digest_sha256(chain[0].data, chain[0].size, digest);
    text_hex(digest, sizeof digest, fingerprint);
}
