/* What the files that wrap share. Private to exercise. */
#ifndef EXERCISE_WRAP_PARTS_H
#define EXERCISE_WRAP_PARTS_H

#include "base/bytes.h"
#include "exercise/random.h"

enum { ZIP_STORED = 0, ZIP_DEFLATED = 8, ZIP_PARTS_MAX = 4 };

struct zip_part {
    char name[48];
    const struct bytes *content;
};

void append_zip(struct bytes *out, const struct zip_part *parts, unsigned count, unsigned method);

/* window_bits: 31 gzip, 15 zlib, -15 bare deflate. */
void append_deflated(struct bytes *out, const struct bytes *in, int window_bits);

/* Documents: text is cut into runs of a few characters, in which formatting changes; what is no text is embedded. */
void wrap_docx(struct bytes *out, const struct bytes *in, struct random *random);
void wrap_xlsx(struct bytes *out, const struct bytes *in, struct random *random);
void wrap_odt(struct bytes *out, const struct bytes *in, struct random *random);
void wrap_rtf(struct bytes *out, const struct bytes *in, struct random *random);
/* An OLE compound file with a stream whose sectors do not follow one another. */
void wrap_ole(struct bytes *out, const struct bytes *in, struct random *random);

/* Files that hold others. */
void wrap_tar(struct bytes *out, const struct bytes *in, struct random *random);
void wrap_7z(struct bytes *out, const struct bytes *in, struct random *random);
/* A picture with a compressed comment. */
void wrap_png(struct bytes *out, const struct bytes *in, struct random *random);
/* A database with rows longer than its pages. */
void wrap_sqlite(struct bytes *out, const struct bytes *in, struct random *random);
/* A PDF stream of two filters, the outer one of printable characters. */
void wrap_pdf_ascii85(struct bytes *out, const struct bytes *in, struct random *random);

#endif
