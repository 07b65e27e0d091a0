/* Public keys of SSH in one line (RFC 4253, section 6.6; RFC 5656, RFC 8709, and OpenSSH's keys held in hardware):
 * "ssh-ed25519 AAAAC3Nza…" as in authorized_keys, known_hosts and id_*.pub. The text's own name must be that in the
 * key, and the key's fields must fill it to its end. The value is the fingerprint as ssh-keygen -l prints it. */
#include "scan/radix64.h"

#include "base/digest.h"
#include "base/number.h"

#include <string.h>

enum { KEY_MAX = 2100, NAME_MAX = 40, FIELDS_MAX = 6 };

/* The names of keys, how many fields follow the name, and the length of each that has one (0: any). */
static const struct form {
    const char *name;
    unsigned fields;
    uint32_t lengths[4];
} forms[] = {
    {"ssh-ed25519", 1, {32}},
    {"ssh-rsa", 2, {0}},
    {"ssh-dss", 4, {0}},
    {"ecdsa-sha2-nistp256", 2, {8, 65}},
    {"ecdsa-sha2-nistp384", 2, {8, 97}},
    {"ecdsa-sha2-nistp521", 2, {8, 133}},
    {"sk-ssh-ed25519@openssh.com", 2, {32}},
    {"sk-ecdsa-sha2-nistp256@openssh.com", 3, {8, 65}},
};

static const struct form *find_form(const uint8_t *name, size_t length)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (strlen(forms[i].name) == length && memcmp(forms[i].name, name, length) == 0)
            return &forms[i];
    }
    return NULL;
}

/* The next string of `key`: a length of four bytes, then so many. */
static bool next_string(const uint8_t *key, size_t length, size_t *at, const uint8_t **string, uint32_t *size)
{
    if (length - *at < 4)
        return false;
    *size = load_be32(key + *at);
    *at += 4;
    if (length - *at < *size)
        return false;
    *string = key + *at;
    *at += *size;
    return true;
}

static bool is_key(const uint8_t *key, size_t length, const struct form **form)
{
    size_t at = 0;
    const uint8_t *string;
    uint32_t size;
    if (!next_string(key, length, &at, &string, &size))
        return false;
    *form = find_form(string, size);
    for (unsigned i = 0; *form != NULL && i < (*form)->fields; i++) {
        if (!next_string(key, length, &at, &string, &size) || size == 0)
            return false;
        if (i < 4 && (*form)->lengths[i] != 0 && (*form)->lengths[i] != size)
            return false;
        if ((*form)->lengths[0] == 0 && string[0] > 0x7f) /* numbers are positive */
            return false;
    }
    return *form != NULL && at == length;
}

bool verify_ssh(const struct text *text, size_t at, struct match *match)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint8_t key[KEY_MAX];
    uint8_t digest[SHA256_SIZE + 1] = {0};
    const struct form *form;
    if (text->length - at < 40 || memcmp(text->data + at, "AAAA", 4) != 0 || byte_at(text, at - 1) != ' ')
        return false;
    size_t length = read_radix64(text, at, false, key, sizeof key, &match->end);
    if (!is_key(key, length, &form))
        return false;
    size_t name = strlen(form->name);
    if (at < name + 1 || memcmp(text->data + at - 1 - name, form->name, name) != 0)
        return false;
    while (byte_at(text, match->end) == '=')
        match->end++;
    match->begin = at - 1 - name;
    digest_sha256(key, length, digest);
    for (const char *c = "SHA256:"; *c != '\0'; c++)
        put(match, (uint8_t)*c);
    for (size_t bit = 0; bit < SHA256_SIZE * 8; bit += 6) {
        unsigned pair = (unsigned)digest[bit / 8] << 8 | digest[bit / 8 + 1];
        put(match, (uint8_t)digits[pair >> (10 - bit % 8) & 63]);
    }
    return true;
}
