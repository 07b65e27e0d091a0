/* Decoders: each opens one kind of container or encoding and hands out the bytes within. One file per decoder, one row
 * in the table `sb_decoders`; recursion, budgets and forensic paths are the scanner's affair.
 *
 * A decoder meets hostile bytes: every size and offset is checked before use, nothing is trusted because a header says
 * so, memory is bounded by a constant of its own, and every decoder has a fuzz target. */
#ifndef DECODE_DECODE_H
#define DECODE_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SB_LABEL_MAX = 255,
    SB_BEFORE_MAX = 1024, /* bytes that a container may begin before its anchor */
};

/* The bytes of the enclosing stream, counted from the container's first byte. */
struct sb_input {
    /* Gives a pointer to at least one byte at `offset`, and how many follow it there in `*available` (as many as are at
     * hand; ask again further on for more). NULL at the end of the stream. Valid until the next call. */
    const uint8_t *(*view)(struct sb_input *input, uint64_t offset, size_t *available);
};

/* Where decoded bytes go. */
struct sb_output {
    /* 0: go on. Anything else: stop at once and return SB_DECODE_STOPPED (a budget is used up, or the scan ends). */
    int (*write)(struct sb_output *output, const uint8_t *data, size_t length);
    /* What is written from here on is another stream of the container, of this name (any bytes, not ended by NUL), or
     * of none; a match does not reach from one into the next. Returns as write does. May be NULL. */
    int (*member)(struct sb_output *output, const char *name, size_t length);
    /* For notations of text, most of which reads the same as it stands: the next `length` bytes to be written stand for
     * others (an escape); or, with 0, something was left out here (a line break). Of a container that marks anything,
     * only what holds a mark or stands beside one is reported, since the rest was seen outside of it. May be
     * NULL. */
    void (*mark)(struct sb_output *output, size_t length);
};

/* What a sniff found. */
struct sb_container {
    char label[SB_LABEL_MAX + 1]; /* a member's name as it stands in the container (any bytes but NUL), or "" */
    size_t label_length;
    size_t before;   /* the container begins so many bytes before data[at]: an escape stands within its token. At most
                        SB_BEFORE_MAX; 0 for most */
    uint64_t skip;   /* bytes from the container's first byte to its payload */
    uint64_t size;   /* of the encoded payload, where the container says so and it is plausible; 0 when unknown */
    uint32_t method; /* the decoder's own */
};

enum sb_decode_result {
    SB_DECODE_DONE,      /* to the end */
    SB_DECODE_BROKEN,    /* the payload ended or broke before its end; what came before it was handed out */
    SB_DECODE_STOPPED,   /* the output asked to stop */
    SB_DECODE_ENCRYPTED, /* recognised, but locked */
    SB_DECODE_UNKNOWN,   /* recognised, but the method is not supported */
    SB_DECODE_TOO_LARGE, /* recognised, but it asks for more memory than there is */
    SB_DECODE_NO_MEMORY, /* for the decoder itself: scanning ends */
};

/* What can begin a container: a literal, or a long run of base64 characters. A container that several literals can
 * begin has a row for each, of the same name. */
struct sb_decoder {
    const char *name;    /* as in a forensic path: capital letters and digits */
    const char *literal; /* the bytes a container begins with, or NULL for a run of base64 characters */
    size_t literal_length;
    size_t literal_offset; /* where in the container the literal stands (0 for most) */
    bool named;            /* its streams have names (label), which follow the offset in a forensic path */
    bool consumes;         /* its payload is not scanned and not sniffed as plain bytes of the enclosing stream again */

    /* Does a container begin at data[at] (or container->before bytes earlier)? data[0..length) is what is at hand of
     * the enclosing stream around it. A container that begins earlier belongs to its first anchor, so that it is opened
     * once: the sniff denies the others. Fills *container and returns true. Cheap; allocates nothing. */
    bool (*sniff)(const uint8_t *data, size_t length, size_t at, struct sb_container *container);

    /* Decodes to the end. `*consumed` gets the number of bytes of input, from the container's first byte, that belonged
     * to it as far as known. */
    enum sb_decode_result (*decode)(const struct sb_container *container, struct sb_input *input,
                                    struct sb_output *output, uint64_t *consumed);

    bool text;     /* a notation of text, which may stand in UTF-16 too */
    bool any_case; /* of the literal's letters */
    bool parts;    /* its escapes part values where they stand as they are: beside one, nothing reads otherwise */
    bool once;     /* what it read is not opened by it again, even where it broke: it reads on through any text */
    /* Where in the literal its rarest bytes begin, by which it is looked for: three, or two at its end. */
    size_t literal_anchor;
};

extern const struct sb_decoder *const sb_decoders[]; /* ends with NULL */

extern const struct sb_decoder sb_decoder_gzip;
extern const struct sb_decoder sb_decoder_zip;
extern const struct sb_decoder sb_decoder_pdf;
extern const struct sb_decoder sb_decoder_pdf_cr;
extern const struct sb_decoder sb_decoder_base64;
extern const struct sb_decoder sb_decoder_base64_escaped;
extern const struct sb_decoder sb_decoder_bzip2;
extern const struct sb_decoder sb_decoder_xz;
extern const struct sb_decoder sb_decoder_lzma;
extern const struct sb_decoder sb_decoder_zstd;
extern const struct sb_decoder sb_decoder_lz4;
extern const struct sb_decoder sb_decoder_ole;
extern const struct sb_decoder sb_decoder_7z;
extern const struct sb_decoder sb_decoder_rar;
extern const struct sb_decoder sb_decoder_cab;
extern const struct sb_decoder sb_decoder_tar;
extern const struct sb_decoder sb_decoder_png_ztxt;
extern const struct sb_decoder sb_decoder_png_itxt;
extern const struct sb_decoder sb_decoder_rtf;
extern const struct sb_decoder sb_decoder_sqlite;
extern const struct sb_decoder sb_decoder_sqlite_wal;
extern const struct sb_decoder sb_decoder_sqlite_journal;
extern const struct sb_decoder sb_decoder_pdf_filter;
extern const struct sb_decoder sb_decoder_pdf_filter_cr;
extern const struct sb_decoder sb_decoder_ascii85;
extern const struct sb_decoder sb_decoder_ascii85_postscript;
extern const struct sb_decoder sb_decoder_pst;
extern const struct sb_decoder sb_decoder_lzfu;
extern const struct sb_decoder sb_decoder_vba;

/* XPRESS: mam.c, prefetch files without and with a checksum; hibernation.c, its blocks, and whole files by their
 * signature. */
extern const struct sb_decoder sb_decoder_mam;
extern const struct sb_decoder sb_decoder_mam_checked;
extern const struct sb_decoder sb_decoder_hibernation_block;
extern const struct sb_decoder sb_decoder_hibernation_made;
extern const struct sb_decoder sb_decoder_hibernation_restored;
extern const struct sb_decoder sb_decoder_hibernation_woken;

/* quoted.c: soft line breaks of mail (CRLF) and of mail on disk (LF), the escaped '=', '@' and '+', blanks that do not
 * break in UTF-8 and in Latin-1, and the escaped blank before a line's end. */
extern const struct sb_decoder sb_decoder_quoted_crlf;
extern const struct sb_decoder sb_decoder_quoted_lf;
extern const struct sb_decoder sb_decoder_quoted_equals;
extern const struct sb_decoder sb_decoder_quoted_at;
extern const struct sb_decoder sb_decoder_quoted_plus;
extern const struct sb_decoder sb_decoder_quoted_unbroken;
extern const struct sb_decoder sb_decoder_quoted_latin;
extern const struct sb_decoder sb_decoder_quoted_blank;

/* escapes.c: percent-encoding of '@', ':', '+', a blank, one that does not break, '%' itself, ';', ',' and a line end;
 * JSON's \u00, "\/\/" and JavaScript's \x40; characters by number, and the names of '@', ':', '+' and the blank that
 * does not break. */
extern const struct sb_decoder sb_decoder_percent_at;
extern const struct sb_decoder sb_decoder_percent_colon;
extern const struct sb_decoder sb_decoder_percent_plus;
extern const struct sb_decoder sb_decoder_percent_blank;
extern const struct sb_decoder sb_decoder_percent_unbroken;
extern const struct sb_decoder sb_decoder_percent_twice;
extern const struct sb_decoder sb_decoder_percent_stripe;
extern const struct sb_decoder sb_decoder_percent_comma;
extern const struct sb_decoder sb_decoder_percent_line;
extern const struct sb_decoder sb_decoder_json_unicode;
extern const struct sb_decoder sb_decoder_json_slashes;
extern const struct sb_decoder sb_decoder_json_at;
extern const struct sb_decoder sb_decoder_entity_number;
extern const struct sb_decoder sb_decoder_entity_at;
extern const struct sb_decoder sb_decoder_entity_plus;
extern const struct sb_decoder sb_decoder_entity_colon;
extern const struct sb_decoder sb_decoder_entity_unbroken;

#endif
