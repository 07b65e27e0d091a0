/* Names of hosts in letters beyond ASCII, through libidn2. */
#include "scan/idn.h"

#include "base/text.h"

#include <idn2.h>
#include <libpsl.h>
#include <string.h>

enum { SPELLED_MOST = 3 * IDN_MOST };

/* Letters of Latin, as far as registries take them (U+00C0 to U+024F). */
static bool is_latin(uint32_t c)
{
    return c >= 0xc0 && c < 0x250;
}

/* Has each label letters of one alphabet? Latin text stands right before or behind other scripts without a blank. */
static bool has_plain_labels(const struct text *text, size_t begin, size_t end)
{
    bool latin = false;
    bool other = false;
    bool any = false;
    for (size_t i = begin; i < end;) {
        const uint8_t *c = text->data + i;
        size_t length = text_character((const char *)c, end - i);
        if (length == 0 || length > 3)
            return false;
        uint32_t code = length == 1   ? c[0]
                        : length == 2 ? (c[0] & 0x1fU) << 6 | (c[1] & 0x3fU)
                                      : (c[0] & 0x0fU) << 12 | (c[1] & 0x3fU) << 6 | (c[2] & 0x3fU);
        if (c[0] == '.')
            latin = other = false;
        latin = latin || is_alpha(c[0]) || is_latin(code);
        other = other || (code >= 0x80 && !is_latin(code));
        any = any || code >= 0x80;
        if ((latin && other) || (code >= 0x2000 && code < 0x2c00))
            return false;
        i += length;
    }
    return any;
}

/* Does the top-level domain exist, if it has letters beyond ASCII? Another text behind a full stop looks like one. */
static bool is_assigned(const char *name)
{
    const char *last = strrchr(name, '.');
    const psl_ctx_t *suffixes = psl_builtin();
    if (last == NULL || strncmp(last + 1, "xn--", 4) != 0 || suffixes == NULL)
        return last != NULL;
    return psl_is_public_suffix2(suffixes, last + 1, PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE) != 0;
}

size_t idn_to_ascii(const struct text *text, size_t begin, size_t end, char out[IDN_MOST + 1])
{
    char name[SPELLED_MOST + 1];
    size_t length = end - begin;
    if (text->narrowed || length > SPELLED_MOST || !has_plain_labels(text, begin, end))
        return 0;
    memcpy(name, text->data + begin, length);
    name[length] = '\0';
    char *ascii = NULL;
    if (idn2_to_ascii_8z(name, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL | IDN2_USE_STD3_ASCII_RULES) != IDN2_OK)
        return 0;
    length = strlen(ascii);
    if (length > IDN_MOST || !is_assigned(ascii))
        length = 0;
    memcpy(out, ascii, length);
    out[length] = '\0';
    idn2_free(ascii);
    return length;
}
