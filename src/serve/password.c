/* Passwords: argon2id by libsodium. Its cost is the least that it calls fit for signing in; the throttle does the rest.
 */
#include <sodium.h>
#include <string.h>

#include "serve/call.h"

enum { LEAST = 12, MOST = 256 };

_Static_assert((int)PASSWORD_TEXT >= crypto_pwhash_STRBYTES, "room for a hash");

int password_hash(const char *password, char out[PASSWORD_TEXT], struct error *error)
{
    if (crypto_pwhash_str(out, password, strlen(password), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                          crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
        return fail(error, "memory is short: a password takes 64 MiB for a moment");
    return 0;
}

bool password_is(const char *stored, const char *password)
{
    return strlen(password) <= MOST && crypto_pwhash_str_verify(stored, password, strlen(password)) == 0;
}

const char *password_fault(const char *password, const char *name)
{
    size_t length = strlen(password);
    if (length < LEAST)
        return "A password has at least 12 characters.";
    if (length > MOST)
        return "A password has at most 256 bytes.";
    if (strspn(password, (char[]){password[0], '\0'}) == length ||
        (strlen(name) >= 4 && strcasestr(password, name) != NULL))
        return "That password is too easy to guess.";
    return NULL;
}
