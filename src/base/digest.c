/* OpenSSL's implementations, fetched once. All three run over the same cache-warm block before the next is touched. */
#include "base/digest.h"

#include <openssl/evp.h>
#include <stdlib.h>

enum { ALGORITHMS = 3, BLOCK = 16 * 1024 };

static const char *const names[ALGORITHMS] = {"MD5", "SHA1", "SHA256"};
static EVP_MD *fetched[ALGORITHMS];

struct digester {
    EVP_MD_CTX *context[ALGORITHMS];
};

int digest_prepare(void)
{
    for (int i = 0; i < ALGORITHMS; i++) {
        if (fetched[i] == NULL)
            fetched[i] = EVP_MD_fetch(NULL, names[i], NULL);
        if (fetched[i] == NULL)
            return -1;
    }
    return 0;
}

struct digester *digester_new(void)
{
    if (digest_prepare() != 0)
        return NULL;
    struct digester *digester = calloc(1, sizeof *digester);
    if (digester == NULL)
        return NULL;
    for (int i = 0; i < ALGORITHMS; i++) {
        digester->context[i] = EVP_MD_CTX_new();
        if (digester->context[i] == NULL) {
            digester_free(digester);
            return NULL;
        }
    }
    digester_start(digester);
    return digester;
}

void digester_start(struct digester *digester)
{
    for (int i = 0; i < ALGORITHMS; i++)
        (void)EVP_DigestInit_ex2(digester->context[i], fetched[i], NULL);
}

void digester_feed(struct digester *digester, const void *data, size_t length)
{
    const uint8_t *byte = data;
    while (length > 0) {
        size_t step = length < BLOCK ? length : BLOCK;
        for (int i = 0; i < ALGORITHMS; i++)
            (void)EVP_DigestUpdate(digester->context[i], byte, step);
        byte += step;
        length -= step;
    }
}

void digester_finish(struct digester *digester, struct digests *out)
{
    uint8_t *const results[ALGORITHMS] = {out->md5, out->sha1, out->sha256};
    for (int i = 0; i < ALGORITHMS; i++)
        (void)EVP_DigestFinal_ex(digester->context[i], results[i], NULL);
}

void digester_free(struct digester *digester)
{
    if (digester == NULL)
        return;
    for (int i = 0; i < ALGORITHMS; i++)
        EVP_MD_CTX_free(digester->context[i]);
    free(digester);
}

void digest_sha1(const void *data, size_t length, uint8_t out[SHA1_SIZE])
{
    if (digest_prepare() == 0)
        (void)EVP_Digest(data, length, out, NULL, fetched[1], NULL);
}

void digest_sha256(const void *data, size_t length, uint8_t out[SHA256_SIZE])
{
    if (digest_prepare() == 0)
        (void)EVP_Digest(data, length, out, NULL, fetched[2], NULL);
}
