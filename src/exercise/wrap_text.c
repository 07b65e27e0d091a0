/* Bytes written as characters: base64 (RFC 4648) in a mail, in one line, in an address and in a data: URL,
 * quoted-printable (RFC 2045), and ASCII85 between its marks and in PostScript (PLRM 3.13.3). */
#include <string.h>

#include "exercise/value.h"
#include "exercise/wrap_parts.h"

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/* In lines of that length, or in one with 0. The alphabet for addresses comes without padding. */
static void append_base64(struct bytes *out, const struct bytes *in, size_t line, bool in_address)
{
    const char *digits = in_address ? LETTERS "-_" : LETTERS "+/";
    size_t column = 0;
    for (size_t i = 0; i < in->length; i += 3) {
        size_t have = in->length - i < 3 ? in->length - i : 3;
        uint32_t bits = (uint32_t)in->data[i] << 16 | (have > 1 ? (uint32_t)in->data[i + 1] << 8 : 0) |
                        (have > 2 ? in->data[i + 2] : 0);
        for (unsigned j = 0; j < 4 && !(in_address && j > have); j++)
            bytes_append_char(out, j > have ? '=' : digits[bits >> (18 - 6 * j) & 63]);
        column += 4;
        if (column == line && i + 3 < in->length) {
            bytes_append_text(out, "\r\n");
            column = 0;
        }
    }
}

void wrap_base64_mime(struct bytes *out, const struct bytes *in, struct random *random)
{
    char word[16];
    make_word(random, word);
    bytes_format(out,
                 "MIME-Version: 1.0\r\nSubject: %s\r\nContent-Type: application/octet-stream\r\n"
                 "Content-Transfer-Encoding: base64\r\n\r\n",
                 word);
    append_base64(out, in, 76, false);
    bytes_append_text(out, "\r\n");
}

void wrap_base64(struct bytes *out, const struct bytes *in, struct random *random)
{
    char word[16];
    make_word(random, word);
    bytes_format(out, "%s=\"", word);
    append_base64(out, in, 0, false);
    bytes_append_text(out, "\"\n");
}

void wrap_data_url(struct bytes *out, const struct bytes *in, struct random *random)
{
    char word[16];
    make_word(random, word);
    bytes_format(out, "<html><body><a title=\"%s\" href=\"data:application/octet-stream;base64,", word);
    append_base64(out, in, 0, false);
    bytes_append_text(out, "\">open</a></body></html>\n");
}

void wrap_base64url(struct bytes *out, const struct bytes *in, struct random *random)
{
    char word[16];
    make_word(random, word);
    bytes_format(out, "GET /%s?state=", word);
    append_base64(out, in, 0, true);
    bytes_append_text(out, "&v=2 HTTP/1.1\r\n");
}

/* RFC 2045: lines of 76 characters, broken within words; line ends stay in text, and are escaped in what is not. They
 * are those of mail, or of mail in a file. */
void wrap_quoted_printable(struct bytes *out, const struct bytes *in, struct random *random)
{
    enum { LINE = 76 };
    bool text = memchr(in->data, 0, in->length) == NULL;
    const char *line_end = random_below(random, 2) == 0 ? "\r\n" : "\n";
    char word[16];
    make_word(random, word);
    bytes_format(out, "MIME-Version: 1.0%sSubject: %s%sContent-Type: %s%s", line_end, word, line_end,
                 text ? "text/plain" : "application/octet-stream", line_end);
    bytes_format(out, "Content-Transfer-Encoding: quoted-printable%s%s", line_end, line_end);
    unsigned column = 0;
    for (size_t i = 0; i < in->length; i++) {
        uint8_t byte = in->data[i];
        if (text && byte == '\n') {
            bytes_append_text(out, line_end);
            column = 0;
            continue;
        }
        bool line_ends = i + 1 == in->length || in->data[i + 1] == '\n';
        bool plain = (byte > ' ' && byte < 0x7f && byte != '=') || (byte == ' ' && !line_ends);
        unsigned width = plain ? 1 : 3;
        if (column + width > LINE - 1) {
            bytes_format(out, "=%s", line_end);
            column = 0;
        }
        bytes_format(out, plain ? "%c" : "=%02X", byte);
        column += width;
    }
    bytes_append_text(out, line_end);
}

void append_ascii85(struct bytes *out, const struct bytes *in)
{
    enum { LINE = 15 };
    for (size_t i = 0; i < in->length; i += 4) {
        size_t have = in->length - i < 4 ? in->length - i : 4;
        uint32_t group = 0;
        for (size_t j = 0; j < 4; j++)
            group = group << 8 | (j < have ? in->data[i + j] : 0);
        char digits[5];
        for (unsigned j = 5; j > 0; j--, group /= 85)
            digits[j - 1] = (char)('!' + group % 85);
        if (have == 4 && memcmp(digits, "!!!!!", 5) == 0)
            bytes_append_char(out, 'z');
        else
            bytes_append(out, digits, have + 1);
        if (i / 4 % LINE == LINE - 1)
            bytes_append_char(out, '\n');
    }
    bytes_append_text(out, "~>");
}

void wrap_ascii85(struct bytes *out, const struct bytes *in, struct random *random)
{
    (void)random;
    bytes_append_text(out, "<~");
    append_ascii85(out, in);
    bytes_append_char(out, '\n');
}

/* A program that reads the rest of itself through two filters. */
void wrap_postscript(struct bytes *out, const struct bytes *in, struct random *random)
{
    char word[16];
    struct bytes packed = {0};
    make_word(random, word);
    append_deflated(&packed, in, 15);
    bytes_format(out,
                 "%%!PS-Adobe-3.0\n%%%%Title: %s\n%%%%EndComments\n"
                 "currentfile /ASCII85Decode filter /FlateDecode filter\ncvx exec\n",
                 word);
    append_ascii85(out, &packed);
    bytes_append_text(out, "\nshowpage\n%%EOF\n");
    out->failed |= packed.failed;
    bytes_free(&packed);
}
