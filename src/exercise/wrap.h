/* Containers and encodings, written from their standards or by the libraries of others: UTF-16, compressed streams
 * (gzip, bzip2, xz, lzma, zstd, lz4), archives (wrap_zip.c, wrap_archive.c), bytes as characters (wrap_text.c),
 * documents (wrap_office.c, wrap_ole.c, wrap_vba.c, wrap_pdf.c), pictures and prefetch (wrap_files.c), databases
 * (wrap_sqlite.c), mail stores (wrap_pst.c), memory (wrap_memory.c), and these within each other. */
#ifndef EXERCISE_WRAP_H
#define EXERCISE_WRAP_H

#include <stdbool.h>

#include "base/bytes.h"
#include "exercise/random.h"
#include "scan/scan.h"

/* Names of the containers, outermost first: "zip+gzip" is a gzip file inside a ZIP archive. "plain" is none. */
extern const char *const containers[];
extern const unsigned container_count;

/* The name of the innermost one: that of a notation of text (escape.h), perhaps. */
const char *innermost(const char *container);

/* The file name extension that fits, with its dot. */
const char *container_extension(const char *container);

extern const char *const encoding_names[SB_ENCODING_COUNT];

/* ASCII text into `out`; with `odd` one more byte stands before it. */
void encode_text(struct bytes *out, const struct bytes *text, enum sb_encoding encoding, bool odd);

/* Replaces the content by its container. 0, or -1 on shortage of memory. */
int wrap(struct bytes *content, const char *container, struct random *random);

#endif
