/* The rules stand in the documentation of the values (samband(1)); what has no rule stays as it is. An Ethereum address
 * must be given in its checksummed spelling. */
#include "cli/spelling.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

static bool is_separator(char c)
{
    return c != '\0' && strchr(" -.()/", c) != NULL;
}

void spell_value(enum sb_kind kind, const char *value, char out[SPELLING_SIZE])
{
    bool numbers = kind == SB_CARD || kind == SB_PHONE;
    bool no_separators = numbers || kind == SB_IBAN;
    bool lower = kind == SB_EMAIL || kind == SB_ONION || kind == SB_FILE || kind == SB_IP ||
                 (kind == SB_BTC && strncasecmp(value, "bc1", 3) == 0);
    size_t length = 0;
    for (; *value != '\0' && length + 1 < SPELLING_SIZE; value++) {
        if (no_separators && is_separator(*value))
            continue;
        int c = (unsigned char)*value;
        out[length++] = (char)(kind == SB_IBAN ? toupper(c) : lower ? tolower(c) : c);
    }
    out[length] = '\0';
}
