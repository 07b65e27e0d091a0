/* Readers write "cannot be read at byte 4096" and "32768 bytes at 4096 cannot be read". */
#include "analyse/reason.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

static size_t digits(const char *text, size_t length)
{
    size_t count = 0;
    while (count < length && isdigit((unsigned char)text[count]))
        count++;
    return count;
}

/* How many bytes of the text are `before`, a number, `between` and, where that is not "", another number; 0: other. */
static size_t match(const char *text, size_t length, const char *before, const char *between)
{
    size_t at = strlen(before);
    if (at > length || memcmp(text, before, at) != 0)
        return 0;
    size_t number = digits(text + at, length - at);
    at += number;
    if (number == 0 || between[0] == '\0')
        return number == 0 ? 0 : at;
    size_t middle = strlen(between);
    if (middle > length - at || memcmp(text + at, between, middle) != 0)
        return 0;
    at += middle;
    number = digits(text + at, length - at);
    return number == 0 ? 0 : at + number;
}

void reason_append(struct bytes *out, const char *reason, size_t length)
{
    for (size_t at = 0; at < length;) {
        size_t place = match(reason + at, length - at, " at byte ", "");
        size_t amount = match(reason + at, length - at, " ", " bytes at ");
        if (amount > 0)
            bytes_append_text(out, " they");
        else if (place == 0)
            bytes_append_char(out, reason[at]);
        at += place + amount + (place + amount == 0);
    }
}
