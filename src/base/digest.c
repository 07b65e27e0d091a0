/* The three digests, by OpenSSL; whole blocks go through all three together where the processor can (digest_blocks.c).
 */
#include "base/digest.h"

#include <stdlib.h>

#include "base/digest_blocks.h"

struct digester {
    struct digest_states states;
    void (*blocks)(struct digest_states *states, const uint8_t *data, size_t length);
};

struct digester *digester_new(void)
{
    struct digester *digester = malloc(sizeof *digester);
    if (digester == NULL)
        return NULL;
    digester->blocks = digest_can_together() ? digest_together : digest_apart;
    digester_start(digester);
    return digester;
}

void digester_start(struct digester *digester)
{
    (void)MD5_Init(&digester->states.md5);
    (void)SHA1_Init(&digester->states.sha1);
    (void)SHA256_Init(&digester->states.sha256);
}

void digester_feed(struct digester *digester, const void *data, size_t length)
{
    struct digest_states *states = &digester->states;
    const uint8_t *byte = data;
    size_t amid = states->md5.num; /* a block that was begun */
    size_t first = amid == 0 ? 0 : DIGEST_BLOCK - amid;
    if (first > length)
        first = length;
    size_t rest = (length - first) % DIGEST_BLOCK;
    digest_apart(states, byte, first);
    digester->blocks(states, byte + first, length - first - rest);
    digest_apart(states, byte + length - rest, rest);
}

void digester_finish(struct digester *digester, struct digests *out)
{
    (void)MD5_Final(out->md5, &digester->states.md5);
    (void)SHA1_Final(out->sha1, &digester->states.sha1);
    (void)SHA256_Final(out->sha256, &digester->states.sha256);
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
