/* Base58 and base58check, for the recognisers of many coins. */
#include "scan/base58.h"

#include "base/digest.h"

#include <string.h>

const char base58_alphabet[58 + 1] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

static bool has_checksum(const uint8_t *data, size_t size)
{
    uint8_t digest[SHA256_SIZE];
    digest_sha256(data, size - BASE58_CHECKSUM, digest);
    digest_sha256(digest, sizeof digest, digest);
    return memcmp(digest, data + size - BASE58_CHECKSUM, BASE58_CHECKSUM) == 0;
}

bool match_base58check(const struct text *text, size_t at, const char *alphabet, const struct base58_form *forms,
                       size_t count, uint8_t *decoded, struct match *match)
{
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        const struct base58_form *form = &forms[i];
        if (text->data[at] == 0 || strchr(form->first, text->data[at]) == NULL)
            continue;
        if (length == 0)
            length = base58_length(text, at, form->longest);
        if (length < form->shortest || length > form->longest ||
            !base58_decode(alphabet, text->data + at, length, decoded, form->size) ||
            memcmp(decoded, form->version, form->version_length) != 0 || !has_checksum(decoded, form->size))
            continue;
        match->begin = at;
        match->end = at + length;
        for (size_t k = at; k < match->end; k++)
            put(match, text->data[k]);
        return true;
    }
    return false;
}

size_t base58_length(const struct text *text, size_t at, size_t longest)
{
    size_t length = 0;
    while (length <= longest) {
        uint8_t byte = byte_at(text, at + length);
        if (!is_alnum(byte))
            return length;
        if (byte == '0' || byte == 'O' || byte == 'I' || byte == 'l')
            return 0;
        length++;
    }
    return 0;
}

bool base58_decode(const char *alphabet, const uint8_t *text, size_t length, uint8_t *out, size_t size)
{
    uint32_t limbs[BASE58_BYTES_MAX / 4] = {0}; /* least significant first */
    size_t count = (size + 3) / 4;
    size_t used = 0;
    size_t zero_digits = 0;
    size_t zero_bytes = 0;
    for (size_t i = 0; i < length; i++) {
        const char *digit = text[i] == 0 ? NULL : strchr(alphabet, text[i]);
        if (digit == NULL)
            return false;
        uint64_t carry = (uint64_t)(digit - alphabet);
        zero_digits += carry == 0 && zero_digits == i;
        for (size_t k = 0; k < used; k++) {
            carry += (uint64_t)limbs[k] * 58;
            limbs[k] = (uint32_t)carry;
            carry >>= 32;
        }
        if (carry != 0 && used == count)
            return false;
        if (carry != 0)
            limbs[used++] = (uint32_t)carry;
    }
    if (size % 4 != 0 && limbs[count - 1] >> size % 4 * 8 != 0)
        return false;
    for (size_t i = 0; i < size; i++)
        out[size - 1 - i] = (uint8_t)(limbs[i / 4] >> i % 4 * 8);
    while (zero_bytes < size && out[zero_bytes] == 0)
        zero_bytes++;
    return zero_bytes == zero_digits;
}
