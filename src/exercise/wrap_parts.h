/* What the files that wrap share. Private to exercise. */
#ifndef EXERCISE_WRAP_PARTS_H
#define EXERCISE_WRAP_PARTS_H

#include <stdbool.h>
#include <stdint.h>

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

/* What stands between "<~" and "~>", with the latter. */
void append_ascii85(struct bytes *out, const struct bytes *in);

/* A stream of an OLE compound file. Shorter names come first; `first` and `sectors` are the writer's own. */
enum { COMPOUND_STREAMS_MAX = 3 };
struct compound_stream {
    const char *name;
    const struct bytes *content;
    uint32_t first, sectors;
};

/* An OLE file whose streams lie in it in sectors that do not follow one another. */
void write_compound(struct bytes *out, struct compound_stream *streams, unsigned count);

/* Finds what stands further in front again, as compressors do: by three bytes, at the last place that had them. */
struct matcher {
    uint32_t last[4096]; /* by what three bytes come to: one more than the place */
};

/* How many bytes at `at`, up to `most`, stand up to `reach` bytes before it too; 0, or three and more. Notes the place.
 */
size_t find_match(struct matcher *matcher, const struct bytes *in, size_t at, size_t most, size_t reach,
                  size_t *distance);

typedef void wrap_function(struct bytes *out, const struct bytes *in, struct random *random);

/* Archives. */
wrap_function wrap_zip, wrap_zip_stored, wrap_zip64, wrap_tar, wrap_7z, wrap_cab, wrap_rar, wrap_rar5;
/* Bytes as characters. */
wrap_function wrap_base64_mime, wrap_base64, wrap_base64url, wrap_data_url, wrap_quoted_printable, wrap_ascii85,
    wrap_postscript;
/* Documents: their text is cut into runs of a few characters. */
wrap_function wrap_docx, wrap_xlsx, wrap_pptx, wrap_odt, wrap_rtf;
/* OLE compound files: a document of Word in pieces, a workbook whose strings run over records, a presentation
 * with a compressed object, a mail with a compressed body, the source of a macro, and any stream whose sectors do not
 * follow one another. */
wrap_function wrap_doc, wrap_xls, wrap_ppt, wrap_msg, wrap_vba, wrap_ole;
/* PDF: streams behind each filter, and a page whose text is moved about. */
wrap_function wrap_pdf, wrap_pdf_text, wrap_pdf_ascii85, wrap_pdf_hex, wrap_pdf_lzw, wrap_pdf_runs;
/* A picture with a compressed comment. */
wrap_function wrap_png;
/* A database with rows longer than its pages, one of which was deleted, or all with their table; and the journals of
 * one, that of what is to be written and that of what was there before. */
wrap_function wrap_sqlite, wrap_sqlite_deleted, wrap_sqlite_dropped, wrap_sqlite_wal, wrap_sqlite_journal;
/* Stores of mail: Outlook's own, and its copy of a mailbox. */
wrap_function wrap_pst, wrap_ost;
/* What Windows keeps compressed: a file of its prefetch, memory when it hibernates, and a block of that as it was up to
 * Windows 7. */
wrap_function wrap_mam, wrap_hibernation, wrap_hibernation_block;

#endif
