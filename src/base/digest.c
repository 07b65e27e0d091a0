/* OpenSSL's implementations by their plain functions, not through EVP: with those, blocks can alternate. A processor works
 * ahead of itself: while MD5 waits for its own last result, it begins the next block of SHA-1 and SHA-256, so that the three
 * together cost little more than the slowest. One call of EVP costs as much as a block. */
#define OPENSSL_API_COMPAT 0x10100000L /* these functions are declared as of version 1.1 */
#include "base/digest.h"

#include <openssl/md5.h>
#include <openssl/sha.h>
#include <stdlib.h>

enum { BLOCK = 64 }; /* what each of the three works on at a time */

struct digester {
    MD5_CTX md5;
    SHA_CTX sha1;
    SHA256_CTX sha256;
};

struct digester *digester_new(void)
{
    struct digester *digester = malloc(sizeof *digester);
    if (digester != NULL)
        digester_start(digester);
    return digester;
}

void digester_start(struct digester *digester)
{
    (void)MD5_Init(&digester->md5);
    (void)SHA1_Init(&digester->sha1);
    (void)SHA256_Init(&digester->sha256);
}

void digester_feed(struct digester *digester, const void *data, size_t length)
{
    const uint8_t *byte = data;
    while (length > 0) {
        size_t step = length < BLOCK ? length : BLOCK;
        (void)SHA1_Update(&digester->sha1, byte, step);
        (void)SHA256_Update(&digester->sha256, byte, step);
        (void)MD5_Update(&digester->md5, byte, step);
        byte += step;
        length -= step;
    }
}

void digester_finish(struct digester *digester, struct digests *out)
{
    (void)MD5_Final(out->md5, &digester->md5);
    (void)SHA1_Final(out->sha1, &digester->sha1);
    (void)SHA256_Final(out->sha256, &digester->sha256);
}

void digester_free(struct digester *digester)
{
    free(digester);
}

void digest_sha1(const void *data, size_t length, uint8_t out[SHA1_SIZE])
{
    SHA_CTX context;
    (void)SHA1_Init(&context);
    (void)SHA1_Update(&context, data, length);
    (void)SHA1_Final(out, &context);
}

void digest_sha256(const void *data, size_t length, uint8_t out[SHA256_SIZE])
{
    SHA256_CTX context;
    (void)SHA256_Init(&context);
    (void)SHA256_Update(&context, data, length);
    (void)SHA256_Final(out, &context);
}
