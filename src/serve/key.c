/* The server's own secrets, in files of a folder beside the store: a store alone, copied or leaked, signs no heads of
 * the audit record and tells nobody what the identifiers of its selectors mean. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "serve/server.h"

char *read_file(const char *path, size_t most, size_t *length, struct error *error)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    int why = errno;
    char *data = file < 0 ? NULL : malloc(most + 2);
    size_t have = 0;
    ssize_t got = 1;
    while (data != NULL && have <= most && (got = read(file, data + have, most + 1 - have)) > 0)
        have += (size_t)got;
    if (file >= 0)
        (void)close(file);
    if (data == NULL || got < 0 || have > most) {
        (void)fail(error, "cannot read %s: %s", path,
                   file < 0       ? strerror(why)
                   : data == NULL ? "memory is short"
                   : got < 0      ? strerror(errno)
                                  : "it is too large");
        free(data);
        errno = why;
        return NULL;
    }
    data[have] = '\0';
    *length = have;
    return data;
}

int write_secret(const char *path, const void *data, size_t length, struct error *error)
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool whole = file >= 0 && write(file, data, length) == (ssize_t)length && fsync(file) == 0;
    int why = errno;
    if (file >= 0 && close(file) != 0)
        whole = false;
    if (file >= 0 && !whole)
        (void)unlink(path);
    return whole ? 0 : fail(error, "cannot write %s: %s", path, strerror(why));
}

/* Two servers that begin at once on one folder: who comes second reads what the first wrote. */
static int secret(const char *folder, const char *name, uint8_t *out, size_t length, struct error *error)
{
    char path[4200];
    size_t have = 0;
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    char *data = read_file(path, length, &have, error);
    if (data == NULL && errno == ENOENT) {
        randombytes_buf(out, length);
        error->text[0] = '\0';
        return write_secret(path, out, length, error);
    }
    if (data == NULL)
        return -1;
    memcpy(out, data, have < length ? have : length);
    sodium_memzero(data, have);
    free(data);
    return have == length ? 0 : fail(error, "%s is no key of this program: remove it, and a new one is made", path);
}

static int check_mode(const char *path, mode_t wanted, struct error *error)
{
    struct stat status;
    if (stat(path, &status) != 0 || (status.st_mode & 077) == 0)
        return 0; /* what is not there is made, and what cannot be read is said when it is read */
    return fail(error,
                "others than its owner may read or change %s (mode %04o): run \"chmod %04o %s\"; if somebody may have "
                "done so, take its keys away first, so that new ones are made",
                path, (unsigned)(status.st_mode & 07777), (unsigned)wanted, path);
}

int check_secrecy(const char *folder, struct error *error)
{
    static const char *const names[] = {"server.key", "audit.key", "certificate.key"};
    char path[4200];
    if (check_mode(folder, 0700, error) != 0)
        return -1;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        if (check_mode(path, 0600, error) != 0)
            return -1;
    }
    return 0;
}

int audit_public_key(const char *folder, uint8_t key[KEY_SIZE], bool *there, struct error *error)
{
    uint8_t seed[crypto_sign_SEEDBYTES], secret_key[crypto_sign_SECRETKEYBYTES];
    char path[4200];
    (void)snprintf(path, sizeof path, "%s/audit.key", folder);
    *there = access(path, F_OK) == 0;
    if (sodium_init() < 0)
        return fail(error, "there is no source of random numbers");
    if (!*there)
        return 0;
    if (secret(folder, "audit.key", seed, sizeof seed, error) != 0)
        return -1;
    (void)crypto_sign_seed_keypair(key, secret_key, seed);
    sodium_memzero(seed, sizeof seed);
    sodium_memzero(secret_key, sizeof secret_key);
    return 0;
}

int keys_load(struct keys *keys, const char *folder, struct error *error)
{
    uint8_t seed[crypto_sign_SEEDBYTES];
    if (sodium_init() < 0)
        return fail(error, "there is no source of random numbers");
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return fail(error, "cannot make the folder %s: %s; name another with --state", folder, strerror(errno));
    if (secret(folder, "server.key", keys->server, sizeof keys->server, error) != 0 ||
        secret(folder, "audit.key", seed, sizeof seed, error) != 0)
        return -1;
    (void)crypto_sign_seed_keypair(keys->audit_public, keys->audit_secret, seed);
    sodium_memzero(seed, sizeof seed);
    return 0;
}

void serve_state_folder(const char *given, const char *store, char *out)
{
    if (given != NULL)
        (void)snprintf(out, 4096, "%s", given);
    else if (strstr(store, "://") != NULL)
        (void)snprintf(out, 4096, "samband.state");
    else
        (void)snprintf(out, 4096, "%s.state", store);
}

void derive_key(const struct server *server, const char *purpose, const void *of, size_t length, uint8_t out[32])
{
    crypto_generichash_state state;
    (void)crypto_generichash_init(&state, server->keys.server, sizeof server->keys.server, 32);
    (void)crypto_generichash_update(&state, (const uint8_t *)purpose, strlen(purpose) + 1);
    (void)crypto_generichash_update(&state, of, length);
    (void)crypto_generichash_final(&state, out, 32);
}

/* ---- identifiers of selectors ---- */

static bool one_block(const struct server *server, bool encrypts, const uint8_t in[16], uint8_t out[16])
{
    uint8_t key[32];
    int length = 0;
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    derive_key(server, "identifiers of selectors", "", 0, key);
    bool done = cipher != NULL && EVP_CipherInit_ex(cipher, EVP_aes_128_ecb(), NULL, key, NULL, encrypts) == 1 &&
                EVP_CIPHER_CTX_set_padding(cipher, 0) == 1 &&
                EVP_CipherUpdate(cipher, out, &length, in, SELECTOR_HASH_SIZE) == 1 && length == SELECTOR_HASH_SIZE;
    EVP_CIPHER_CTX_free(cipher);
    return done;
}

void selector_id(const struct server *server, const uint8_t hash[SELECTOR_HASH_SIZE], char *id)
{
    uint8_t block[SELECTOR_HASH_SIZE] = {0};
    (void)one_block(server, true, hash, block);
    text_hex(block, sizeof block, id);
}

bool selector_hash(const struct server *server, const char *id, uint8_t hash[SELECTOR_HASH_SIZE])
{
    uint8_t block[SELECTOR_HASH_SIZE];
    return text_unhex(id, strlen(id), block, sizeof block) == 0 && one_block(server, false, block, hash);
}
