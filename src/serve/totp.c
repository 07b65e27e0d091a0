/* Codes that change every half minute: TOTP (RFC 6238) over HOTP (RFC 4226) with SHA-1 and six digits, which is what
 * every authenticator understands; secrets in base32 (RFC 4648). */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>
#include <string.h>

#include "base/number.h"
#include "serve/call.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

void totp_secret_text(const uint8_t secret[TOTP_SECRET], char text[TOTP_TEXT])
{
    for (size_t i = 0; i < TOTP_TEXT - 1; i++) { /* five bits each */
        size_t bit = 5 * i;
        unsigned two = (unsigned)secret[bit / 8] << 8 | (bit / 8 + 1 < TOTP_SECRET ? secret[bit / 8 + 1] : 0);
        text[i] = alphabet[two >> (11 - bit % 8) & 31];
    }
    text[TOTP_TEXT - 1] = '\0';
}

static bool secret_of_text(const char *text, uint8_t secret[TOTP_SECRET])
{
    if (strlen(text) != TOTP_TEXT - 1)
        return false;
    memset(secret, 0, TOTP_SECRET);
    for (size_t i = 0; i < TOTP_TEXT - 1; i++) {
        const char *at = strchr(alphabet, text[i]);
        size_t bit = 5 * i;
        if (at == NULL)
            return false;
        unsigned two = (unsigned)(at - alphabet) << (11 - bit % 8);
        secret[bit / 8] = (uint8_t)(secret[bit / 8] | two >> 8);
        if (bit / 8 + 1 < TOTP_SECRET)
            secret[bit / 8 + 1] = (uint8_t)(secret[bit / 8 + 1] | (two & 255));
    }
    return true;
}

uint32_t totp_code(const uint8_t *secret, size_t length, int64_t step)
{
    uint8_t counter[8], mac[EVP_MAX_MD_SIZE];
    unsigned mac_length = 0;
    for (unsigned i = 0; i < 8; i++)
        counter[i] = (uint8_t)((uint64_t)step >> (56 - 8 * i));
    if (HMAC(EVP_sha1(), secret, (int)length, counter, sizeof counter, mac, &mac_length) == NULL)
        return UINT32_MAX;
    return (load_be32(mac + (mac[mac_length - 1] & 15)) & 0x7fffffff) % 1000000;
}

int64_t totp_step_of(const char *secret_text, const char *code, int64_t now)
{
    uint8_t secret[TOTP_SECRET];
    char expected[16];
    int64_t found = -1;
    if (strlen(code) != 6 || !secret_of_text(secret_text, secret))
        return -1;
    for (int64_t step = now / TOTP_PERIOD - 1; step <= now / TOTP_PERIOD + 1; step++) {
        (void)snprintf(expected, sizeof expected, "%06u", totp_code(secret, sizeof secret, step));
        if (sodium_memcmp(expected, code, 6) == 0)
            found = step;
    }
    sodium_memzero(secret, sizeof secret);
    return found;
}

void totp_uri(struct bytes *out, const char *secret_text, const char *name)
{
    bytes_append_text(out, "otpauth://totp/Samband:");
    for (const char *at = name; *at != '\0'; at++) {
        if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~", *at) != NULL)
            bytes_append_char(out, *at);
        else
            bytes_format(out, "%%%02X", (unsigned char)*at);
    }
    bytes_format(out, "?secret=%s&issuer=Samband&algorithm=SHA1&digits=6&period=%d", secret_text, (int)TOTP_PERIOD);
}
