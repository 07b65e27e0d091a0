/* MD5 (RFC 1321), SHA-1 and SHA-256 (FIPS 180-4) side by side over one stream of bytes. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

enum { MD5_SIZE = 16, SHA1_SIZE = 20, SHA256_SIZE = 32 };

struct digests {
    uint8_t md5[MD5_SIZE];
    uint8_t sha1[SHA1_SIZE];
    uint8_t sha256[SHA256_SIZE];
};

struct digester;
struct digester *digester_new(void);            /* NULL when memory is short; owned by the caller */
void digester_start(struct digester *digester); /* forgets what was fed: ready for another stream */
void digester_feed(struct digester *digester, const void *data, size_t length);
void digester_finish(struct digester *digester, struct digests *out);
void digester_free(struct digester *digester); /* NULL is allowed */

/* SHA-1 and SHA-256 of one buffer. */
void digest_sha1(const void *data, size_t length, uint8_t out[SHA1_SIZE]);
void digest_sha256(const void *data, size_t length, uint8_t out[SHA256_SIZE]);

#endif
