/* The scanner: finds selectors in a stream of bytes, through every view and decoder, at memory speed.
 *
 *     struct sb_scanner *scanner = sb_scanner_new(&(struct sb_scan_options){0}, &error);
 *     sb_scan_chunk(scanner, &stream, &chunk, &sink);      (once per piece of the stream)
 *     sb_scanner_free(scanner);
 *
 * A stream is a disk image or one file. The caller reads it in pieces (chunks) with a margin on both sides, so that a
 * match which crosses two chunks is found, once: by the chunk that owns its first byte. A scanner is used by one thread
 * at a time and keeps nothing of one stream when sb_scan_start begins another. */
#ifndef SCAN_SCAN_H
#define SCAN_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "scan/kinds.h"
#include "scan/terms.h"

#pragma GCC visibility push(default) /* what libsamband offers; samband.map lists it */

enum {
    SB_MARGIN = 4096, /* bytes a caller should offer before and after what a chunk owns, where the stream has them */
    SB_CONTEXT_SIDE = 32, /* bytes of context kept on each side of a match */
    SB_CONTEXT_MAX = 512, /* bytes of context in a sighting, at most (UTF-8; a long value is cut in the middle of it) */
    SB_PATH_MAX = 1024,   /* bytes of a forensic path, at most */
};

enum sb_encoding { SB_UTF8, SB_UTF16LE, SB_UTF16BE, SB_ENCODING_COUNT };

/* One selector in one place. Pointers are valid during the call that hands it over. */
struct sb_sighting {
    enum sb_kind kind;
    const char *value; /* normalised, UTF-8, at most SB_VALUE_MAX bytes */
    size_t value_length;
    uint64_t offset;  /* in the stream: of the match's first byte, or of the outermost container the match stands in */
    uint64_t length;  /* bytes of the stream that the match covers; 0 inside a container */
    const char *path; /* the forensic path behind the stream offset: "" for a match in the plain bytes, else for example
                         "GZIP-20-ZIP-0-word/document.xml": decoder, offset in its output, and so on inwards; a ZIP
                         member's name follows its offset, with '-', '%' and unprintable bytes written as %XX */
    enum sb_encoding encoding;
    const char *context; /* text around the match, UTF-8 (repaired), trimmed to whole characters */
    size_t context_length;
};

struct sb_sink {
    /* Called for each sighting, in no particular order. A return other than 0 ends the scan with that value. */
    int (*sighting)(void *context, const struct sb_sighting *sighting);
    /* Called when something inside the stream was not decoded to its end: a budget used up, an encrypted member, a
     * broken stream is not worth a note. `reason` is one of sb_note_reasons. */
    int (*note)(void *context, uint64_t offset, const char *path, const char *reason);
    /* Called for every few megabytes that were decoded, so that the caller can show life; NULL is allowed. */
    int (*alive)(void *context);
    void *context;
};

/* All reasons a note may give; ends with NULL. The end of the output budget, or of the input budget (bytes decoders
 * look at, 256 MiB beside those that are guaranteed), is noted once for each container of the stream with all that lies
 * in it. */
extern const char *const sb_note_reasons[];

/* The stream itself, for decoders that read on beyond the chunk. */
struct sb_stream {
    /* Reads up to `length` bytes at `offset`; returns the number read, 0 at the end or where nothing can be read. */
    size_t (*read)(void *context, uint64_t offset, uint8_t *buffer, size_t length);
    void *context;
    uint64_t size;
};

struct sb_chunk {
    const uint8_t *data; /* data[0..length): margin, owned bytes, margin */
    size_t length;
    uint64_t offset;  /* of data[0] in the stream */
    size_t own_begin; /* matches (and containers) that begin in data[own_begin..own_end) are this chunk's */
    size_t own_end;
};

/* Bounds on what decoders may cost, per call of sb_scan_start; 0 means the default. Reaching one is noted, never
 * silent. A container of the stream, with all that lies in it, is guaranteed 32 decoded bytes for each of its own (all
 * of them together 48 for each byte of the stream so far); only what it takes beyond is taken from `output_bytes`, and
 * no more than half of what is left there. So one bomb, or many, leave what stands behind them its due. */
struct sb_scan_options {
    unsigned depth;        /* containers within containers (default 8) */
    uint64_t output_bytes; /* decoded bytes in all, beside those that are guaranteed (default 4 GiB) */
    uint64_t stream_bytes; /* decoded bytes of one container (default 1 GiB) */
    unsigned ratio;        /* decoded bytes for each byte of container, once 16 MiB came out (default 250) */
    enum { SB_BEST, SB_PORTABLE, SB_AVX2, SB_AVX512 } path; /* the first stage; one the processor lacks falls back */
    struct sb_terms *terms; /* search terms, told as sightings of kind SB_TERM with the term as value; NULL: none. The
                               caller's, who frees them after the scanner */
    bool terms_only;        /* nothing but the terms */
};

struct sb_scanner;

/* NULL on shortage of memory. Owned by the caller. */
struct sb_scanner *sb_scanner_new(const struct sb_scan_options *options, struct error *error);
void sb_scanner_free(struct sb_scanner *scanner); /* NULL is allowed */

/* Begins another stream (or unit of work): budgets are full again. */
void sb_scan_start(struct sb_scanner *scanner);

/* Scans one chunk; without a stream (NULL) nothing lies beyond it. 0, or what the sink returned, or -1 on shortage of
 * memory. */
int sb_scan_chunk(struct sb_scanner *scanner, const struct sb_stream *stream, const struct sb_chunk *chunk,
                  const struct sb_sink *sink);

/* Scans what lies on both sides of a seam, where two streams meet that are scanned apart: finds the search terms that
 * begin in the owned bytes, which end at the seam, and go on behind it. As sb_scan_chunk; opens no containers. */
int sb_scan_seam(struct sb_scanner *scanner, const struct sb_chunk *chunk, const struct sb_sink *sink);

/* Decoded bytes so far since sb_scan_start, for progress and reports. */
uint64_t sb_scan_decoded(const struct sb_scanner *scanner);

#pragma GCC visibility pop

#endif
