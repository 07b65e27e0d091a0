/* Each wrapper appends the wrapped input to its output; a nested container is wrapped from the inside out. */
#include "exercise/wrap.h"

#include <bzlib.h>
#include <lzma.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "exercise/value.h"
#include "exercise/wrap_parts.h"

const char *const encoding_names[SB_ENCODING_COUNT] = {"utf-8", "utf-16le", "utf-16be"};

void encode_text(struct bytes *out, const struct bytes *text, enum sb_encoding encoding, bool odd)
{
    if (odd)
        bytes_append_char(out, ' ');
    for (size_t i = 0; i < text->length; i++) {
        if (encoding == SB_UTF16BE)
            bytes_append_char(out, 0);
        bytes_append_char(out, (char)text->data[i]);
        if (encoding == SB_UTF16LE)
            bytes_append_char(out, 0);
    }
}

void append_deflated(struct bytes *out, const struct bytes *in, int window_bits)
{
    z_stream stream = {0};
    uLong bound = compressBound((uLong)in->length) + 32;
    if (deflateInit2(&stream, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY) != Z_OK ||
        bytes_reserve(out, bound) != 0) {
        out->failed = true;
        (void)deflateEnd(&stream);
        return;
    }
    stream.next_in = in->data;
    stream.avail_in = (uInt)in->length;
    stream.next_out = out->data + out->length;
    stream.avail_out = (uInt)bound;
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
        out->failed = true;
    out->length += stream.total_out;
    (void)deflateEnd(&stream);
}

static void wrap_gzip(struct bytes *out, const struct bytes *in, struct random *random)
{
    (void)random;
    append_deflated(out, in, 31);
}

static void append_le(struct bytes *out, uint32_t number, unsigned size)
{
    for (; size > 0; size--, number >>= 8)
        bytes_append_char(out, (char)(number & 0xff));
}

struct member {
    const struct zip_part *part;
    uint32_t offset, packed;
    unsigned method;
};

static void append_member_fields(struct bytes *out, const struct member *member)
{
    enum { NOON = 0x6000, FIRST_OF_MARCH_2026 = (2026 - 1980) << 9 | 3 << 5 | 1 };
    append_le(out, 20, 2);
    append_le(out, 0, 2);
    append_le(out, member->method, 2);
    append_le(out, NOON, 2);
    append_le(out, FIRST_OF_MARCH_2026, 2);
    const struct bytes *content = member->part->content;
    append_le(out, (uint32_t)crc32(0, content->data, (uInt)content->length), 4);
    append_le(out, member->packed, 4);
    append_le(out, (uint32_t)content->length, 4);
    append_le(out, (uint32_t)strlen(member->part->name), 2);
    append_le(out, 0, 2);
}

void append_zip(struct bytes *out, const struct zip_part *parts, unsigned count, unsigned method)
{
    struct bytes packed = {0};
    struct member members[ZIP_PARTS_MAX];
    size_t begin = out->length;
    for (unsigned i = 0; i < count; i++) {
        struct member *member = &members[i];
        const struct bytes *content = parts[i].content;
        bytes_clear(&packed);
        if (method == ZIP_DEFLATED)
            append_deflated(&packed, content, -15);
        else
            bytes_append(&packed, content->data, content->length);
        *member = (struct member){&parts[i], (uint32_t)(out->length - begin), (uint32_t)packed.length, method};
        append_le(out, 0x04034b50, 4);
        append_member_fields(out, member);
        bytes_append_text(out, parts[i].name);
        bytes_append(out, packed.data, packed.length);
        out->failed |= packed.failed;
    }
    size_t directory = out->length;
    for (unsigned i = 0; i < count; i++) {
        append_le(out, 0x02014b50, 4);
        append_le(out, 20, 2);
        append_member_fields(out, &members[i]);
        append_le(out, 0, 2 + 2 + 2);
        append_le(out, 0, 4);
        append_le(out, members[i].offset, 4);
        bytes_append_text(out, parts[i].name);
    }
    size_t end = out->length;
    append_le(out, 0x06054b50, 4);
    append_le(out, 0, 4);
    append_le(out, count, 2);
    append_le(out, count, 2);
    append_le(out, (uint32_t)(end - directory), 4);
    append_le(out, (uint32_t)(directory - begin), 4);
    append_le(out, 0, 2);
    bytes_free(&packed);
}

static void write_zip(struct bytes *out, const struct bytes *in, struct random *random, unsigned method)
{
    struct bytes note = {0};
    struct zip_part parts[2] = {{"readme.txt", &note}, {"", in}};
    char word[16];
    make_word(random, word);
    write_prose(&note, random, 40);
    (void)snprintf(parts[1].name, sizeof parts[1].name, "%s/%s.dat", word, word);
    append_zip(out, parts, 2, method);
    out->failed |= note.failed;
    bytes_free(&note);
}

static void wrap_zip(struct bytes *out, const struct bytes *in, struct random *random)
{
    write_zip(out, in, random, ZIP_DEFLATED);
}

static void wrap_zip_stored(struct bytes *out, const struct bytes *in, struct random *random)
{
    write_zip(out, in, random, ZIP_STORED);
}

static void wrap_pdf(struct bytes *out, const struct bytes *in, struct random *random)
{
    (void)random;
    struct bytes packed = {0};
    size_t begin = out->length, at[4];
    append_deflated(&packed, in, 15);
    bytes_append_text(out, "%PDF-1.4\n");
    at[0] = out->length - begin;
    bytes_append_text(out, "1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n");
    at[1] = out->length - begin;
    bytes_append_text(out, "2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n");
    at[2] = out->length - begin;
    bytes_append_text(out,
                      "3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>\nendobj\n");
    at[3] = out->length - begin;
    bytes_format(out, "4 0 obj\n<< /Length %zu /Filter /FlateDecode >>\nstream\n", packed.length);
    bytes_append(out, packed.data, packed.length);
    bytes_append_text(out, "\nendstream\nendobj\n");
    size_t table = out->length - begin;
    bytes_append_text(out, "xref\n0 5\n0000000000 65535 f \n");
    for (unsigned i = 0; i < 4; i++)
        bytes_format(out, "%010zu 00000 n \n", at[i]);
    bytes_format(out, "trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%zu\n%%%%EOF\n", table);
    out->failed |= packed.failed;
    bytes_free(&packed);
}

static void append_base64(struct bytes *out, const struct bytes *in, size_t line)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t column = 0;
    for (size_t i = 0; i < in->length; i += 3) {
        size_t have = in->length - i < 3 ? in->length - i : 3;
        uint32_t bits = (uint32_t)in->data[i] << 16 | (have > 1 ? (uint32_t)in->data[i + 1] << 8 : 0) |
                        (have > 2 ? in->data[i + 2] : 0);
        for (unsigned j = 0; j < 4; j++)
            bytes_append_char(out, j > have ? '=' : digits[bits >> (18 - 6 * j) & 63]);
        column += 4;
        if (column == line && i + 3 < in->length) {
            bytes_append_text(out, "\r\n");
            column = 0;
        }
    }
}

static void wrap_base64_mime(struct bytes *out, const struct bytes *in, struct random *random)
{
    char word[16];
    make_word(random, word);
    bytes_format(out,
                 "MIME-Version: 1.0\r\nSubject: %s\r\nContent-Type: application/octet-stream\r\n"
                 "Content-Transfer-Encoding: base64\r\n\r\n",
                 word);
    append_base64(out, in, 76);
    bytes_append_text(out, "\r\n");
}

static void wrap_base64(struct bytes *out, const struct bytes *in, struct random *random)
{
    char word[16];
    make_word(random, word);
    bytes_format(out, "%s=\"", word);
    append_base64(out, in, 0);
    bytes_append_text(out, "\"\n");
}

static void wrap_data_url(struct bytes *out, const struct bytes *in, struct random *random)
{
    char word[16];
    make_word(random, word);
    bytes_format(out, "<html><body><a title=\"%s\" href=\"data:application/octet-stream;base64,", word);
    append_base64(out, in, 0);
    bytes_append_text(out, "\">open</a></body></html>\n");
}

static void wrap_bzip2(struct bytes *out, const struct bytes *in, struct random *random)
{
    (void)random;
    unsigned length = (unsigned)(in->length + in->length / 100 + 600);
    if (bytes_reserve(out, length) != 0 ||
        BZ2_bzBuffToBuffCompress((char *)out->data + out->length, &length, (char *)in->data, (unsigned)in->length, 9, 0,
                                 0) != BZ_OK)
        out->failed = true;
    else
        out->length += length;
}

static void wrap_xz(struct bytes *out, const struct bytes *in, struct random *random)
{
    (void)random;
    size_t room = lzma_stream_buffer_bound(in->length);
    if (bytes_reserve(out, room) != 0 ||
        lzma_easy_buffer_encode(6, LZMA_CHECK_CRC64, NULL, in->data, in->length, out->data, &out->length,
                                out->length + room) != LZMA_OK)
        out->failed = true;
}

static void wrap_zstd(struct bytes *out, const struct bytes *in, struct random *random)
{
    (void)random;
    size_t room = ZSTD_compressBound(in->length);
    size_t length =
        bytes_reserve(out, room) != 0 ? 0 : ZSTD_compress(out->data + out->length, room, in->data, in->length, 3);
    if (length == 0 || ZSTD_isError(length))
        out->failed = true;
    else
        out->length += length;
}

/* RFC 2045: lines of 76 characters, broken within words; line ends stay in text, and are escaped in what is not. */
static void wrap_quoted_printable(struct bytes *out, const struct bytes *in, struct random *random)
{
    enum { LINE = 76 };
    bool text = memchr(in->data, 0, in->length) == NULL;
    char word[16];
    make_word(random, word);
    bytes_format(out,
                 "MIME-Version: 1.0\r\nSubject: %s\r\nContent-Type: %s\r\n"
                 "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
                 word, text ? "text/plain" : "application/octet-stream");
    unsigned column = 0;
    for (size_t i = 0; i < in->length; i++) {
        uint8_t byte = in->data[i];
        if (text && byte == '\n') {
            bytes_append_text(out, "\r\n");
            column = 0;
            continue;
        }
        bool line_ends = i + 1 == in->length || in->data[i + 1] == '\n';
        bool plain = (byte > ' ' && byte < 0x7f && byte != '=') || (byte == ' ' && !line_ends);
        unsigned width = plain ? 1 : 3;
        if (column + width > LINE - 1) {
            bytes_append_text(out, "=\r\n");
            column = 0;
        }
        bytes_format(out, plain ? "%c" : "=%02X", byte);
        column += width;
    }
    bytes_append_text(out, "\r\n");
}

static const struct {
    const char *name, *extension;
    void (*wrap)(struct bytes *out, const struct bytes *in, struct random *random);
} wrappers[] = {
    {"gzip", ".gz", wrap_gzip},
    {"zip", ".zip", wrap_zip},
    {"zip-stored", ".zip", wrap_zip_stored},
    {"pdf", ".pdf", wrap_pdf},
    {"base64-mime", ".eml", wrap_base64_mime},
    {"base64", ".cfg", wrap_base64},
    {"data-url", ".html", wrap_data_url},
    {"bzip2", ".bz2", wrap_bzip2},
    {"xz", ".xz", wrap_xz},
    {"zstd", ".zst", wrap_zstd},
    {"quoted-printable", ".eml", wrap_quoted_printable},
    {"docx", ".docx", wrap_docx},
    {"xlsx", ".xlsx", wrap_xlsx},
    {"odt", ".odt", wrap_odt},
    {"rtf", ".rtf", wrap_rtf},
    {"ole", ".msg", wrap_ole},
    {"tar", ".tar", wrap_tar},
    {"7z", ".7z", wrap_7z},
    {"png", ".png", wrap_png},
    {"sqlite", ".db", wrap_sqlite},
    {"pdf-ascii85", ".pdf", wrap_pdf_ascii85},
};
enum { WRAPPERS = sizeof wrappers / sizeof *wrappers };

const char *const containers[] = {"plain",
                                  "gzip",
                                  "zip",
                                  "zip-stored",
                                  "pdf",
                                  "base64-mime",
                                  "base64",
                                  "data-url",
                                  "zip+gzip",
                                  "base64+gzip",
                                  "zip+pdf",
                                  "gzip+zip+base64-mime",
                                  "base64-mime+zip-stored+gzip",
                                  "bzip2",
                                  "xz",
                                  "zstd",
                                  "quoted-printable",
                                  "zip+quoted-printable",
                                  "xz+bzip2",
                                  "base64-mime+zstd+xz",
                                  "docx",
                                  "xlsx",
                                  "odt",
                                  "rtf",
                                  "ole",
                                  "tar",
                                  "7z",
                                  "png",
                                  "sqlite",
                                  "pdf-ascii85",
                                  "base64-mime+docx",
                                  "zip+ole",
                                  "7z+tar+rtf",
                                  "sqlite+png",
                                  "docx+xlsx+gzip"};
const unsigned container_count = sizeof containers / sizeof *containers;

static unsigned find_wrapper(const char *name, size_t length)
{
    unsigned i = 0;
    while (i < WRAPPERS && (strlen(wrappers[i].name) != length || memcmp(wrappers[i].name, name, length) != 0))
        i++;
    return i;
}

const char *container_extension(const char *container)
{
    unsigned wrapper = find_wrapper(container, strcspn(container, "+"));
    return wrapper < WRAPPERS ? wrappers[wrapper].extension : ".txt";
}

int wrap(struct bytes *content, const char *container, struct random *random)
{
    const char *end = container + strlen(container);
    while (end > container && !content->failed) {
        const char *begin = end;
        while (begin > container && begin[-1] != '+')
            begin--;
        unsigned wrapper = find_wrapper(begin, (size_t)(end - begin));
        if (wrapper < WRAPPERS) { /* not "plain" */
            struct bytes out = {0};
            wrappers[wrapper].wrap(&out, content, random);
            bytes_free(content);
            *content = out;
        }
        end = begin > container ? begin - 1 : container;
    }
    return content->failed ? -1 : 0;
}
