/* Hidden services of I2P: "NAME.i2p" as its address books have it, and base32 addresses "….b32.i2p": 52 characters hold
 * a SHA-256, so the last one has four bits that are 0; 56 or more hold an encrypted service's key, whose first three
 * bytes are flags and signature types, XOR the CRC-32 of the rest (I2P proposals 123 and 149). */
#include "scan/recognise.h"

#include <string.h>
#include <strings.h>

enum {
    HASH_CHARACTERS = 52,
    KEY_CHARACTERS = 56,
    KEY_BYTES = 35,
    NAME_MOST = 67,
    SUFFIX = 4,
    ED25519 = 7,
    RED25519 = 11
};

static int base32_value(uint8_t byte)
{
    byte = to_lower(byte);
    return is_lower(byte) ? byte - 'a' : byte >= '2' && byte <= '7' ? byte - '2' + 26 : -1;
}

/* CRC-32 of IEEE 802.3, over a few bytes. */
static uint32_t crc32_of(const uint8_t *data, size_t length)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < length; i++) {
        crc ^= data[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320U : 0);
    }
    return ~crc;
}

static bool is_encrypted_key(const uint8_t *characters)
{
    uint8_t key[KEY_BYTES] = {0};
    for (size_t bit = 0; bit < (size_t)KEY_BYTES * 8; bit++) {
        if (base32_value(characters[bit / 5]) >> (4 - bit % 5) & 1)
            key[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
    }
    uint32_t crc = crc32_of(key + 3, KEY_BYTES - 3);
    uint8_t flags = key[0] ^ (uint8_t)crc;
    uint8_t type = key[1] ^ (uint8_t)(crc >> 8);
    uint8_t blinded = key[2] ^ (uint8_t)(crc >> 16);
    return flags < 8 && (type == ED25519 || type == RED25519) && blinded == RED25519;
}

static bool is_base32_address(const uint8_t *characters, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (base32_value(characters[i]) < 0)
            return false;
    }
    return length == HASH_CHARACTERS ? (base32_value(characters[length - 1]) & 15) == 0
                                     : length == KEY_CHARACTERS && is_encrypted_key(characters);
}

/* Labels of letters, digits and dashes, with a letter in the last. */
static bool is_name(const uint8_t *name, size_t length)
{
    size_t label = 0;
    bool letter = false;
    for (size_t i = 0; i <= length; i++) {
        if (i < length && name[i] != '.') {
            letter = letter || is_alpha(name[i]);
            continue;
        }
        if (i == label || name[label] == '-' || name[i - 1] == '-')
            return false;
        letter = letter && i == length;
        label = i + 1;
    }
    return letter && length >= 2;
}

bool verify_i2p(const struct text *text, size_t at, struct match *match)
{
    size_t end = at + SUFFIX;
    uint8_t after = byte_at(text, end);
    if (is_alnum(after) || after == '-' || after == '_' || after == '(' ||
        (after == '.' && is_alnum(byte_at(text, end + 1))))
        return false;
    size_t begin = at;
    while (begin > 0 && at - begin <= NAME_MOST &&
           (is_alnum(text->data[begin - 1]) || text->data[begin - 1] == '-' || text->data[begin - 1] == '.'))
        begin--;
    uint8_t before = byte_at(text, begin - 1);
    bool path = (before == '/' && byte_at(text, begin - 2) != '/') || before == '\\' || before == '~' ||
                before == '_' || before == '$';
    size_t length = at - begin;
    if (length > NAME_MOST || path)
        return false;
    const uint8_t *name = text->data + begin;
    if (length > SUFFIX && strncasecmp((const char *)name + length - SUFFIX, ".b32", SUFFIX) == 0) {
        const uint8_t *dot = memrchr(name, '.', length - SUFFIX);
        size_t label =
            dot == NULL ? 0 : (size_t)(dot - name) + 1; /* what stands before the address is not part of it */
        if (!is_base32_address(name + label, length - SUFFIX - label))
            return false;
        begin += label;
    } else if (!is_name(name, length)) {
        return false;
    }
    match->begin = begin;
    match->end = end;
    for (size_t i = begin; i < end; i++)
        put(match, to_lower(text->data[i]));
    return true;
}
