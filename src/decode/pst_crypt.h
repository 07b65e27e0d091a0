/* How mail stores of Outlook hide their bytes from a search. The exercise, which writes such stores, uses it too. */
#ifndef DECODE_PST_CRYPT_H
#define DECODE_PST_CRYPT_H

#include <stddef.h>
#include <stdint.h>

enum pst_crypt { PST_PLAIN, PST_PERMUTE, PST_CYCLIC, PST_LOCKED };

/* Undoes the hiding of a block's content in place; `key` is the low half of the block's number. */
void pst_decrypt(enum pst_crypt crypt, uint32_t key, uint8_t *data, size_t length);

/* Hides it. */
void pst_encrypt(enum pst_crypt crypt, uint32_t key, uint8_t *data, size_t length);

#endif
