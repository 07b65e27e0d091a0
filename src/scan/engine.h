/* The scanner's inner parts and how they stand to each other: a view is a buffer with the range it owns; a level is one
 * depth of nesting with the buffer that decoded bytes of that depth pass through. */
#ifndef SCAN_ENGINE_H
#define SCAN_ENGINE_H

#include "base/bytes.h"
#include "decode/decode.h"
#include "scan/anchors.h"
#include "scan/cost.h"
#include "scan/credential.h"
#include "scan/recognise.h"
#include "scan/scan.h"

enum {
    DEPTH_LIMIT = 16,
    BATCH = 128,                 /* blocks looked at together by the first stage */
    LOOKAHEAD = 512,             /* an anchor stands at most so far behind the first byte of its match */
    WIDE_TEXT = 64 * 1024,       /* characters of UTF-16 text scanned together */
    WIDE_RUNS = 1024,            /* runs of it */
    WIDE_MARGIN = SB_MARGIN / 2, /* characters of a long run seen before and behind those looked for */
    VIEW_PIECE = 64 * 1024,      /* bytes of input a decoder gets at a time */
    WINDOW_SMALLEST = 64 * 1024,
    WINDOW_FIRST = 16 * 1024 * 1024, /* of decoded bytes, at depth 1 */
    WINDOW_DEEPER = 8 * 1024 * 1024,
    WINDOW_KEPT = 1024 * 1024, /* of which so much is kept from one stream to the next */
};

/* A run of UTF-16 in the data, narrowed into text. */
struct wide_run {
    size_t text, length;       /* text[text..text + length) */
    size_t data;               /* where the first character's unit begins in the data */
    size_t own_begin, own_end; /* in the text: where matches may begin */
    bool big_endian;
};

struct wide {
    uint8_t text[WIDE_TEXT];
    struct wide_run runs[WIDE_RUNS];
    size_t length, count;
    struct hit hits[BATCH];
};

struct level {
    struct sb_output output; /* first: the decoder's output is the level */
    struct sb_scanner *scanner;
    unsigned depth;
    uint8_t *buffer;
    size_t capacity, length;
    size_t own_begin;
    uint64_t offset;     /* of buffer[0] in the decoded stream */
    uint64_t written;    /* decoded bytes of this container */
    const char *stopped; /* why writing was refused, or NULL */
    struct feed *feed;
    char prefix[SB_PATH_MAX];
    size_t prefix_length;
    char suffix[SB_PATH_MAX];
    uint64_t skip;         /* stream offset before which nothing is looked for: a container's payload */
    uint64_t skip_base64;  /* and before which no run of base64 is sniffed */
    uint64_t skip_wide;    /* nor one in UTF-16, which is looked at when all else of the view was */
    struct bytes marks;    /* struct mark, in their order: of a notation of text, where it stands for other bytes */
    bool marked;           /* there was one */
    bool parted;           /* … and what only stands beside one was seen outside */
    uint64_t skip_once;    /* nor a decoder called that reads on through what it cannot make out */
    struct bytes payloads; /* struct payload: what decoders have read of the view at hand, for search terms */
    struct wide *wide;
    struct hit hits[BATCH];
};

/* Bytes of a level's stream that stand for others; where begin is end, something was left out. */
struct mark {
    uint64_t begin, end;
};

/* Bytes of the stream of a depth that a decoder took in to its end. */
struct payload {
    uint64_t begin, end;
};

/* What is scanned now at one depth. */
struct view {
    struct text text;
    size_t own_begin, own_end;
    uint64_t offset; /* of text.data[0] in the stream of this depth */
    unsigned depth;
    const struct sb_stream *stream; /* what lies beyond the data, or NULL */
    struct wide *wide;              /* the text is narrowed; its runs lead back into `around` */
    const struct view *around;
    struct hit *hits;
    size_t seam; /* search terms: only those that end behind it; 0: all */
};

/* A selector in the bytes of a view. */
struct place {
    enum sb_kind kind;
    const char *value;
    size_t length;
    size_t begin, end;
    enum sb_encoding encoding;
};

/* What decoders may cost in a unit, in bytes: decoded, or looked at (budget.c). */
struct budget {
    uint64_t common;    /* left for what goes beyond the guarantee */
    uint64_t pledged;   /* used under the guarantee */
    unsigned each, own; /* guaranteed for each byte of the unit, and while a container runs for each of its own */
};

/* What the outermost container being decoded may use and has used, with all that lies in it. */
struct share {
    uint64_t place;                   /* bytes of the unit before it */
    uint64_t passed;                  /* of its bytes, those that its decoder left behind */
    uint64_t output_most, input_most; /* of what is common */
    uint64_t output, input;
    bool poor;
    bool spent; /* its end has been noted: nothing from there on is decoded */
};

/* A container's bytes, on their way to the decoder. */
struct feed {
    struct sb_input input; /* first */
    struct sb_scanner *scanner;
    const struct view *view;
    size_t begin, end;
    uint64_t seen; /* bytes of the container handed out so far, at least */
    uint64_t next; /* where the last view ended */
    uint64_t last; /* how long it was */
    uint64_t high; /* where the view furthest on began */
    bool starved;  /* a view was refused: the input budget is used up */
};

/* A literal and what it announces: exactly one of the two. */
struct starter {
    struct literal literal;
    size_t container_offset;
    const struct sb_decoder *decoder;
    size_t recogniser;
};

enum { STARTERS_MAX = 64, DECODERS_MAX = 64, STARTER_BYTES = 3 };

struct sb_scanner {
    struct sb_scan_options options;
    struct classifier *classifier;
    struct starter starters[STARTERS_MAX];
    size_t starter_count;
    uint64_t starters_of[STARTER_BYTES][256];    /* bit i: starter i has this byte there from its anchor on, or none */
    uint64_t called[SHAPE_COUNT];                /* bit i: recogniser i is called at this shape */
    uint64_t after_mail;                         /* bit i: and where a mail address was found */
    uint64_t messengers;                         /* bit i: of names before a slash, only those of messengers */
    uint64_t first[256];                         /* bit i: but only where this byte stands */
    uint64_t before[256];                        /* bit i: behind this byte */
    const struct sb_decoder *runs[DECODERS_MAX]; /* decoders of base64 runs */
    size_t run_count;
    struct level *levels[DEPTH_LIMIT + 1]; /* by depth; 0 has no buffer; made when first needed */
    uint8_t *read_buffer;                  /* VIEW_PIECE bytes, for reading beyond a chunk */
    struct match match;
    struct bytes context;
    struct hidden_window hidden; /* of the view being scanned */
    struct budget output, input;
    struct share share;
    uint64_t decoded;
    uint64_t scanned; /* bytes that chunks before this one owned */
    uint64_t shown;   /* bytes that decoders looked at */
    uint64_t next;    /* stream offset where the last chunk's own bytes ended */
    uint64_t root;    /* stream offset of the outermost container being decoded */
    int status;       /* what ends the scan, once not 0 */
    const struct sb_sink *sink;
    struct costs *costs; /* NULL: nobody measures */
};

/* engine.c */
/* The run of narrowed text that the character at `at` belongs to. */
const struct wide_run *run_at(const struct wide *wide, size_t at);
void scan_view(struct sb_scanner *scanner, const struct view *view);
void report(struct sb_scanner *scanner, const struct view *view, enum sb_kind kind);
void report_place(struct sb_scanner *scanner, const struct view *view, const struct place *place);

/* terms.c */
void scan_terms(struct sb_scanner *scanner, const struct view *view);

/* nest.c: containers */
struct level *level_at(struct sb_scanner *scanner, unsigned depth); /* NULL on shortage of memory */
void open_container(struct sb_scanner *scanner, const struct view *view, size_t at, const struct sb_decoder *decoder);
void level_free(struct level *level);
/* Do these bytes of the stream of a depth read as they do because of an escape in them or beside them? True
 * where nothing is marked at all. */
bool touches_mark(const struct sb_scanner *scanner, unsigned depth, uint64_t begin, uint64_t end);

/* budget.c: what decoders may cost */
void budget_start(struct sb_scanner *scanner);
/* An outermost container begins behind so many bytes of the unit; it ends when its decoder took in so many of its own.
 */
void budget_open(struct sb_scanner *scanner, uint64_t place);
void budget_close(struct sb_scanner *scanner, uint64_t consumed);
/* Bytes that may still be decoded now; whether no more may be looked at; how many are shown at a time. */
uint64_t budget_output_left(const struct sb_scanner *scanner);
bool budget_input_spent(const struct sb_scanner *scanner);
size_t budget_view(const struct sb_scanner *scanner);

/* path.c: the forensic path of `offset` at a depth; out holds SB_PATH_MAX bytes. */
void write_path(const struct sb_scanner *scanner, unsigned depth, uint64_t offset, char *out);
void begin_path(struct level *level, const char *outer, const struct sb_decoder *decoder,
                const struct sb_container *container);
/* Another member of the level's container. */
void name_path(struct level *level, const char *label, size_t length);

/* utf16.c: collects the run that begins near `at`; returns where it ends in the data. */
size_t collect_wide(struct sb_scanner *scanner, const struct view *view, size_t at);
void flush_wide(struct sb_scanner *scanner, const struct view *view);
/* Could data[begin..end), read as UTF-16 of this order, as well be the same text of the other order one byte beside it,
 * and is it rather that? */
bool is_other_order(const struct view *view, size_t begin, size_t end, bool big_endian);

/* What a context hides: passwords always; the match, where nothing could mask it later on; and with it other numbers of
 * people. */
enum secrecy { HIDE_PASSWORDS, HIDE_MATCH, HIDE_PAPERS };

/* context.c: writes the text around data[begin..end) into out; units of two bytes when encoding is UTF-16. "***" stands
 * for each part that is hidden. */
void write_context(const struct text *data, size_t begin, size_t end, enum sb_encoding encoding, enum secrecy secrecy,
                   struct hidden_window *window, struct bytes *out);

#endif
