/* One stream into the three digests, in two ways that agree: OpenSSL's functions one behind the other, or whole blocks
 * through all three together. Both work on OpenSSL's states, so that each goes on where the other left off. */
#ifndef BASE_DIGEST_BLOCKS_H
#define BASE_DIGEST_BLOCKS_H

#define OPENSSL_API_COMPAT 0x10100000L /* functions whose states can be seen are declared as of version 1.1 */
#include <openssl/md5.h>
#include <openssl/sha.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DIGEST_BLOCK = 64 }; /* what each of the three works on at a time */

struct digest_states {
    MD5_CTX md5;
    SHA_CTX sha1;
    SHA256_CTX sha256;
};

void digest_apart(struct digest_states *states, const uint8_t *data, size_t length);

/* Only where digest_can_together(): `length` is of whole blocks, and none of the states is amid one. */
void digest_together(struct digest_states *states, const uint8_t *data, size_t length);
bool digest_can_together(void);

#endif
