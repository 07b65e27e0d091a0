/* PDF (ISO 32000-1): one page whose content stands behind each of the filters, alone or behind another one, and a page
 * that shows its text as printing programs do, a few characters at a time. */
#include <stdlib.h>
#include <string.h>

#include "exercise/wrap_parts.h"

/* A document whose page has this content. `filter` as in its dictionary. Some programs end the line in front of the
 * content with a carriage return, though the standard does not let them. */
static void write_document(struct bytes *out, const char *filter, const struct bytes *content, struct random *random)
{
    static const char *const objects[] = {"<< /Type /Catalog /Pages 2 0 R >>",
                                          "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
                                          "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << "
                                          "/F1 5 0 R >> >> /Contents 4 0 R >>",
                                          NULL, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"};
    enum { OBJECTS = sizeof objects / sizeof *objects };
    size_t begin = out->length;
    size_t at[OBJECTS];
    bytes_append_text(out, "%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"); /* as the standard asks for: no text */
    for (unsigned i = 0; i < OBJECTS; i++) {
        at[i] = out->length - begin;
        bytes_format(out, "%u 0 obj\n", i + 1);
        if (objects[i] != NULL) {
            bytes_append_text(out, objects[i]);
        } else {
            bytes_format(out, "<< /Length %zu /Filter %s >>\nstream%c", content->length, filter,
                         random_below(random, 4) == 0 ? '\r' : '\n');
            bytes_append(out, content->data, content->length);
            bytes_append_text(out, "\nendstream");
        }
        bytes_append_text(out, "\nendobj\n");
    }
    size_t table = out->length - begin;
    bytes_format(out, "xref\n0 %u\n0000000000 65535 f \n", OBJECTS + 1);
    for (unsigned i = 0; i < OBJECTS; i++)
        bytes_format(out, "%010zu 00000 n \n", at[i]);
    bytes_format(out, "trailer\n<< /Size %u /Root 1 0 R >>\nstartxref\n%zu\n%%%%EOF\n", OBJECTS + 1, table);
    out->failed |= content->failed;
}

void wrap_pdf(struct bytes *out, const struct bytes *in, struct random *random)
{
    struct bytes packed = {0};
    append_deflated(&packed, in, 15);
    write_document(out, "/FlateDecode", &packed, random);
    bytes_free(&packed);
}

/* Each line is strings with the gaps that a font's spacing asks for. */
static void write_shown(struct bytes *out, const struct bytes *in, struct random *random)
{
    enum { RUN_MIN = 2, RUN_SPAN = 5, SPACING = 30 };
    bytes_append_text(out, "BT\n/F1 11 Tf\n14 TL\n56 780 Td\n");
    for (size_t i = 0; i < in->length; i++) {
        bytes_append_char(out, '[');
        while (i < in->length && in->data[i] != '\n') {
            bytes_append_char(out, '(');
            for (unsigned left = RUN_MIN + random_below(random, RUN_SPAN);
                 left > 0 && i < in->length && in->data[i] != '\n'; left--, i++) {
                if (in->data[i] == '(' || in->data[i] == ')' || in->data[i] == '\\')
                    bytes_append_char(out, '\\');
                if (in->data[i] != '\r')
                    bytes_append_char(out, (char)in->data[i]);
            }
            bytes_format(out, ")%d", (int)random_below(random, 2 * SPACING) - SPACING);
        }
        bytes_append_text(out, "]TJ\nT*\n");
    }
    bytes_append_text(out, "ET\n");
}

void wrap_pdf_text(struct bytes *out, const struct bytes *in, struct random *random)
{
    struct bytes shown = {0};
    if (is_text(in))
        write_shown(&shown, in, random);
    wrap_pdf(out, shown.length > 0 ? &shown : in, random);
    out->failed |= shown.failed;
    bytes_free(&shown);
}

void wrap_pdf_ascii85(struct bytes *out, const struct bytes *in, struct random *random)
{
    struct bytes packed = {0};
    struct bytes text = {0};
    append_deflated(&packed, in, 15);
    append_ascii85(&text, &packed);
    text.failed |= packed.failed;
    write_document(out, "[/ASCII85Decode /FlateDecode]", &text, random);
    bytes_free(&packed);
    bytes_free(&text);
}

void wrap_pdf_hex(struct bytes *out, const struct bytes *in, struct random *random)
{
    enum { LINE = 32 };
    struct bytes text = {0};
    for (size_t i = 0; i < in->length; i++)
        bytes_format(&text, i % LINE == LINE - 1 ? "%02X\n" : "%02X", in->data[i]);
    bytes_append_char(&text, '>');
    write_document(out, "/ASCIIHexDecode", &text, random);
    bytes_free(&text);
}

/* Runs of three equal bytes and more; what lies between in short pieces. */
void wrap_pdf_runs(struct bytes *out, const struct bytes *in, struct random *random)
{
    enum { COPY_MOST = 9, RUN_MOST = 128, END = 128 };
    struct bytes packed = {0};
    size_t copied = 0;
    for (size_t i = 0; i <= in->length;) {
        size_t run = 1;
        while (i + run < in->length && run < RUN_MOST && in->data[i + run] == in->data[i])
            run++;
        if (copied > 0 && (i == in->length || run >= 3 || copied == COPY_MOST)) {
            append_le(&packed, copied - 1, 1);
            bytes_append(&packed, in->data + i - copied, copied);
            copied = 0;
        }
        if (i < in->length && run >= 3) {
            append_le(&packed, 257 - run, 1);
            append_le(&packed, in->data[i], 1);
            i += run;
        } else {
            copied++;
            i++;
        }
    }
    append_le(&packed, END, 1);
    write_document(out, "/RunLengthDecode", &packed, random);
    bytes_free(&packed);
}

/* ---- LZW: codes of 9 to 12 bits, the first bit highest; a code is made of each one told and the byte behind it ----
 */

enum { CLEAR = 256, END_OF_DATA = 257, FIRST = 258, CODES = 4096, NARROW = 9 };

struct lzw {
    struct bytes *out;
    uint32_t bits;
    unsigned held, width;
    unsigned told;               /* codes since the last CLEAR */
    uint16_t longer[CODES][256]; /* the code of a code and one more byte, or 0 */
};

static void tell(struct lzw *lzw, unsigned code)
{
    lzw->bits = lzw->bits << lzw->width | code;
    for (lzw->held += lzw->width; lzw->held >= 8; lzw->held -= 8)
        bytes_append_char(lzw->out, (char)(lzw->bits >> (lzw->held - 8)));
    lzw->told++;
    /* one code early, as the standard's default has it */
    if (FIRST + lzw->told >= 1U << lzw->width)
        lzw->width++;
}

static void start_anew(struct lzw *lzw)
{
    tell(lzw, CLEAR);
    memset(lzw->longer, 0, sizeof lzw->longer);
    lzw->width = NARROW;
    lzw->told = 0;
}

static void write_lzw(struct lzw *lzw, const struct bytes *in)
{
    unsigned code = CLEAR;
    start_anew(lzw);
    for (size_t i = 0; i < in->length; i++) {
        uint8_t byte = in->data[i];
        if (code == CLEAR) {
            code = byte;
        } else if (lzw->longer[code][byte] != 0) {
            code = lzw->longer[code][byte];
        } else {
            unsigned made = FIRST + lzw->told;
            lzw->longer[code][byte] = (uint16_t)made;
            tell(lzw, code);
            code = byte;
            if (made == CODES - 3) {
                tell(lzw, code);
                start_anew(lzw);
                code = CLEAR;
            }
        }
    }
    if (code != CLEAR)
        tell(lzw, code);
    tell(lzw, END_OF_DATA);
    if (lzw->held > 0)
        bytes_append_char(lzw->out, (char)(lzw->bits << (8 - lzw->held)));
}

void wrap_pdf_lzw(struct bytes *out, const struct bytes *in, struct random *random)
{
    struct bytes packed = {0};
    struct lzw *lzw = malloc(sizeof *lzw);
    if (lzw == NULL) {
        out->failed = true;
        return;
    }
    lzw->out = &packed;
    lzw->bits = lzw->held = lzw->told = 0;
    lzw->width = NARROW;
    write_lzw(lzw, in);
    write_document(out, "/LZWDecode", &packed, random);
    bytes_free(&packed);
    free(lzw);
}
