/* Each wrapper appends the wrapped input to its output; a nested container is wrapped from the inside out. */
#include "exercise/wrap.h"

#include <bzlib.h>
#include <lz4frame.h>
#include <lzma.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

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

void append_le(struct bytes *out, uint64_t number, unsigned size)
{
    for (; size > 0; size--, number >>= 8)
        bytes_append_char(out, (char)(number & 0xff));
}

bool is_text(const struct bytes *in)
{
    for (size_t i = 0; i < in->length; i++)
        if ((in->data[i] < ' ' && in->data[i] != '\n' && in->data[i] != '\r' && in->data[i] != '\t') ||
            in->data[i] >= 0x7f)
            return false;
    return true;
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

static void wrap_lzma(struct bytes *out, const struct bytes *in, struct random *random)
{
    (void)random;
    lzma_stream stream = LZMA_STREAM_INIT;
    lzma_options_lzma options;
    size_t room = lzma_stream_buffer_bound(in->length);
    if (bytes_reserve(out, room) != 0 || lzma_lzma_preset(&options, 6) ||
        lzma_alone_encoder(&stream, &options) != LZMA_OK) {
        out->failed = true;
        return;
    }
    stream.next_in = in->data;
    stream.avail_in = in->length;
    stream.next_out = out->data + out->length;
    stream.avail_out = room;
    out->failed |= lzma_code(&stream, LZMA_FINISH) != LZMA_STREAM_END;
    out->length += stream.total_out;
    lzma_end(&stream);
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

static void wrap_lz4(struct bytes *out, const struct bytes *in, struct random *random)
{
    (void)random;
    size_t room = LZ4F_compressFrameBound(in->length, NULL);
    size_t length = bytes_reserve(out, room) != 0
                        ? 0
                        : LZ4F_compressFrame(out->data + out->length, room, in->data, in->length, NULL);
    if (length == 0 || LZ4F_isError(length))
        out->failed = true;
    else
        out->length += length;
}

static const struct {
    const char *name, *extension;
    void (*wrap)(struct bytes *out, const struct bytes *in, struct random *random);
} wrappers[] = {
    {"gzip", ".gz", wrap_gzip},
    {"bzip2", ".bz2", wrap_bzip2},
    {"xz", ".xz", wrap_xz},
    {"lzma", ".lzma", wrap_lzma},
    {"zstd", ".zst", wrap_zstd},
    {"lz4", ".lz4", wrap_lz4},
    {"zip", ".zip", wrap_zip},
    {"zip-stored", ".zip", wrap_zip_stored},
    {"zip64", ".zip", wrap_zip64},
    {"tar", ".tar", wrap_tar},
    {"7z", ".7z", wrap_7z},
    {"cab", ".cab", wrap_cab},
    {"rar", ".rar", wrap_rar},
    {"rar5", ".rar", wrap_rar5},
    {"base64-mime", ".eml", wrap_base64_mime},
    {"base64", ".cfg", wrap_base64},
    {"base64url", ".log", wrap_base64url},
    {"data-url", ".html", wrap_data_url},
    {"quoted-printable", ".eml", wrap_quoted_printable},
    {"ascii85", ".a85", wrap_ascii85},
    {"postscript", ".ps", wrap_postscript},
    {"docx", ".docx", wrap_docx},
    {"xlsx", ".xlsx", wrap_xlsx},
    {"pptx", ".pptx", wrap_pptx},
    {"odt", ".odt", wrap_odt},
    {"rtf", ".rtf", wrap_rtf},
    {"doc", ".doc", wrap_doc},
    {"xls", ".xls", wrap_xls},
    {"ppt", ".ppt", wrap_ppt},
    {"msg", ".msg", wrap_msg},
    {"vba", ".doc", wrap_vba},
    {"ole", ".mpp", wrap_ole},
    {"pdf", ".pdf", wrap_pdf},
    {"pdf-text", ".pdf", wrap_pdf_text},
    {"pdf-ascii85", ".pdf", wrap_pdf_ascii85},
    {"pdf-hex", ".pdf", wrap_pdf_hex},
    {"pdf-lzw", ".pdf", wrap_pdf_lzw},
    {"pdf-runs", ".pdf", wrap_pdf_runs},
    {"png", ".png", wrap_png},
    {"sqlite", ".db", wrap_sqlite},
    {"sqlite-deleted", ".db", wrap_sqlite_deleted},
    {"sqlite-dropped", ".db", wrap_sqlite_dropped},
    {"sqlite-wal", ".db-wal", wrap_sqlite_wal},
    {"sqlite-journal", ".db-journal", wrap_sqlite_journal},
    {"pst", ".pst", wrap_pst},
    {"ost", ".ost", wrap_ost},
    {"mam", ".pf", wrap_mam},
    {"hibernation", ".sys", wrap_hibernation},
    {"hibernation-block", ".sys", wrap_hibernation_block},
};
enum { WRAPPERS = sizeof wrappers / sizeof *wrappers };

/* One layer, two, and three. */
/* clang-format off */
const char *const containers[] = {
    "plain", "percent", "json", "entity",
    "gzip", "bzip2", "xz", "lzma", "zstd", "lz4",
    "zip", "zip-stored", "zip64", "tar", "7z", "cab", "rar", "rar5",
    "base64-mime", "base64", "base64url", "data-url", "quoted-printable", "ascii85", "postscript",
    "docx", "xlsx", "pptx", "odt", "rtf", "doc", "xls", "ppt", "msg", "vba", "ole",
    "pdf", "pdf-text", "pdf-ascii85", "pdf-hex", "pdf-lzw", "pdf-runs",
    "png", "sqlite", "sqlite-deleted", "sqlite-dropped", "sqlite-wal", "sqlite-journal", "pst", "ost",
    "mam", "hibernation", "hibernation-block",

    "zip+gzip", "base64+gzip", "zip+pdf", "zip+quoted-printable", "xz+bzip2", "gzip+tar", "base64-mime+docx", "zip+ole",
    "sqlite+png", "rar+pptx", "cab+doc", "lz4+base64url", "zip64+xls", "odt+rar5", "tar+json", "zstd+percent", "zip+mam",
    "pst+zip", "gzip+pst", "ost+pdf", "lzma+tar", "base64-mime+ppt", "ppt+xls", "zip+vba", "ascii85+lzma",
    "postscript+docx", "hibernation+png", "sqlite-wal+gzip", "base64+pst", "base64-mime+lzma", "data-url+sqlite-journal", "7z+hibernation-block", "sqlite-deleted+json",

    "gzip+zip+base64-mime", "base64-mime+zip-stored+gzip", "base64-mime+zstd+xz", "7z+tar+rtf", "docx+xlsx+gzip",
    "rar5+zip64+pdf-text", "base64-mime+msg+pdf-lzw", "tar+cab+sqlite", "zip+lz4+entity", "quoted-printable+rar+7z",
    "xz+odt+pdf-ascii85", "data-url+doc+zip", "pdf-hex+base64url+bzip2", "gzip+xls+pdf-runs", "rtf+pptx+bzip2",
    "pst+msg+zip", "lzma+ost+base64-mime", "docx+vba+base64", "ppt+ole+lzma", "zip+sqlite-dropped+gzip",
    "tar+sqlite-journal+rtf", "hibernation+zip+hibernation-block", "pdf+ascii85+zstd", "cab+postscript+sqlite-wal",
    "msg+ppt+vba", "rar5+hibernation+ascii85", "zip+pst+quoted-printable",
};
/* clang-format on */
const unsigned container_count = sizeof containers / sizeof *containers;
_Static_assert(sizeof containers / sizeof *containers <= DECK_MAX, "they are drawn from a deck");

const char *innermost(const char *container)
{
    const char *last = strrchr(container, '+');
    return last == NULL ? container : last + 1;
}

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
        if (wrapper < WRAPPERS) { /* not "plain", and no notation of its text */
            struct bytes out = {0};
            wrappers[wrapper].wrap(&out, content, random);
            bytes_free(content);
            *content = out;
        }
        end = begin > container ? begin - 1 : container;
    }
    return content->failed ? -1 : 0;
}
