/* What the files that wrap share. Private to exercise. */
#ifndef EXERCISE_WRAP_PARTS_H
#define EXERCISE_WRAP_PARTS_H

#include <stdbool.h>

#include "base/bytes.h"
#include "exercise/random.h"

/* A number in little-endian order. */
void append_le(struct bytes *out, uint64_t number, unsigned size);

/* ASCII that shows, and line ends. Documents take it as their text; anything else they embed. */
bool is_text(const struct bytes *in);

struct zip_part {
    char name[48];
    const struct bytes *content;
};

/* An archive of compressed members. */
void append_zip(struct bytes *out, const struct zip_part *parts, unsigned count);

/* window_bits: 31 gzip, 15 zlib, -15 bare deflate. */
void append_deflated(struct bytes *out, const struct bytes *in, int window_bits);

typedef void wrap_function(struct bytes *out, const struct bytes *in, struct random *random);

/* Archives. */
wrap_function wrap_zip, wrap_zip_stored, wrap_zip64, wrap_tar, wrap_7z, wrap_cab, wrap_rar, wrap_rar5;
/* Bytes as characters. */
wrap_function wrap_base64_mime, wrap_base64, wrap_base64url, wrap_data_url, wrap_quoted_printable;
/* Documents: their text is cut into runs of a few characters. */
wrap_function wrap_docx, wrap_xlsx, wrap_pptx, wrap_odt, wrap_rtf;
/* OLE compound files: a document of Word in pieces, a workbook whose strings run over records, a mail with a compressed
 * body, and any stream whose sectors do not follow one another. */
wrap_function wrap_doc, wrap_xls, wrap_msg, wrap_ole;
/* PDF: streams behind each filter, and a page whose text is moved about. */
wrap_function wrap_pdf, wrap_pdf_text, wrap_pdf_ascii85, wrap_pdf_hex, wrap_pdf_lzw, wrap_pdf_runs;
/* A picture with a compressed comment. */
wrap_function wrap_png;
/* A database with rows longer than its pages. */
wrap_function wrap_sqlite;
/* A file of Windows' prefetch. */
wrap_function wrap_mam;

#endif
