/* UTF-8 after RFC 3629, and the two ways text from evidence leaves the program: repaired, or printable. */
#include "base/text.h"

#include <string.h>

#include "base/bytes.h"

size_t text_character(const char *data, size_t length)
{
    const uint8_t *byte = (const uint8_t *)data;
    if (length == 0 || byte[0] == 0)
        return 0;
    if (byte[0] < 0x80)
        return 1;
    size_t wanted = byte[0] >= 0xf0 ? 4 : byte[0] >= 0xe0 ? 3 : 2;
    if (byte[0] < 0xc2 || byte[0] > 0xf4 || length < wanted)
        return 0;
    uint8_t low = byte[0] == 0xe0 ? 0xa0 : byte[0] == 0xf0 ? 0x90 : 0x80;
    uint8_t high = byte[0] == 0xed ? 0x9f : byte[0] == 0xf4 ? 0x8f : 0xbf;
    if (byte[1] < low || byte[1] > high)
        return 0;
    for (size_t i = 2; i < wanted; i++)
        if ((byte[i] & 0xc0) != 0x80)
            return 0;
    return wanted;
}

bool text_is_utf8(const char *data, size_t length)
{
    for (size_t at = 0; at < length;) {
        if (data[at] > 0) { /* ASCII, which most text is */
            at++;
            continue;
        }
        size_t step = text_character(data + at, length - at);
        if (step == 0)
            return false;
        at += step;
    }
    return true;
}

void text_append_repaired(struct bytes *out, const char *data, size_t length)
{
    for (size_t at = 0; at < length;) {
        size_t step = text_character(data + at, length - at);
        if (step == 0) {
            bytes_append_text(out, "\xef\xbf\xbd");
            at++;
        } else {
            bytes_append(out, data + at, step);
            at += step;
        }
    }
}

/* C0, DEL and C1 controls, and the characters that reorder or hide text (UAX #9 with U+061C; U+200B..U+200F, U+2028,
 * U+2029, U+FEFF). */
unsigned text_misleads(const char *character, size_t length)
{
    const uint8_t *byte = (const uint8_t *)character;
    unsigned code = byte[0];
    bool misleads = false;
    if (length == 1) {
        misleads = code < 0x20 || code == 0x7f;
    } else if (length == 2) {
        code = (unsigned)(byte[0] & 0x1f) << 6 | (unsigned)(byte[1] & 0x3f);
        misleads = code < 0xa0 || code == 0x061c;
    } else if (length == 3) {
        code = (unsigned)(byte[0] & 0x0f) << 12 | (unsigned)(byte[1] & 0x3f) << 6 | (unsigned)(byte[2] & 0x3f);
        misleads = (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
                   (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
    }
    return misleads ? code : 0;
}

bool text_is_line(const char *text)
{
    size_t left = strlen(text);
    while (left > 0) {
        size_t step = text_character(text, left);
        if (step == 0 || text_misleads(text, step) != 0)
            return false;
        text += step;
        left -= step;
    }
    return true;
}

void text_append_printable(struct bytes *out, const char *data, size_t length)
{
    for (size_t at = 0; at < length;) {
        size_t step = text_character(data + at, length - at);
        uint8_t byte = (uint8_t)data[at];
        if (step == 0) {
            bytes_format(out, "\\x%02x", byte);
            at++;
            continue;
        }
        if (text_misleads(data + at, step) != 0)
            bytes_append_char(out, '.');
        else
            bytes_append(out, data + at, step);
        at += step;
    }
}

void text_hex(const uint8_t *data, size_t length, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < length; i++) {
        out[2 * i] = digits[data[i] >> 4];
        out[2 * i + 1] = digits[data[i] & 15];
    }
    out[2 * length] = '\0';
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

int text_unhex(const char *text, size_t text_length, uint8_t *out, size_t length)
{
    if (text_length != 2 * length)
        return -1;
    for (size_t i = 0; i < length; i++) {
        int high = hex_value(text[2 * i]);
        int low = hex_value(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return -1;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return 0;
}
