/* Containers and encodings, written from their standards: UTF-16, gzip (RFC 1952), ZIP (APPNOTE), PDF streams (ISO
 * 32000), base64 (RFC 2045, RFC 4648), data: URLs (RFC 2397), quoted-printable (RFC 2045), Zstandard (RFC 8878), bzip2
 * and xz (these three by their own libraries), documents and archives (wrap_office.c, wrap_files.c), and these within
 * each other. */
#ifndef EXERCISE_WRAP_H
#define EXERCISE_WRAP_H

#include <stdbool.h>

#include "base/bytes.h"
#include "exercise/random.h"
#include "scan/scan.h"

/* Names of the containers, outermost first: "zip+gzip" is a gzip file inside a ZIP archive. "plain" is none. */
extern const char *const containers[];
extern const unsigned container_count;

/* The file name extension that fits, with its dot. */
const char *container_extension(const char *container);

extern const char *const encoding_names[SB_ENCODING_COUNT];

/* ASCII text into `out`; with `odd` one more byte stands before it. */
void encode_text(struct bytes *out, const struct bytes *text, enum sb_encoding encoding, bool odd);

/* Replaces the content by its container. 0, or -1 on shortage of memory. */
int wrap(struct bytes *content, const char *container, struct random *random);

#endif
