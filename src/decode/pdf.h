/* The stages a PDF stream passes through behind inflate, each an output in front of another. Private to decode. */
#ifndef DECODE_PDF_H
#define DECODE_PDF_H

#include "decode/decode.h"

/* A dictionary, or a part of one. */
struct span {
    const uint8_t *data;
    size_t length;
};

/* The dictionary that ends at data[at - 1], spaces apart: from its "<<", or, when that is too far in front, what is
 * within reach. Empty when none ends there. */
struct span find_dictionary(const uint8_t *data, size_t at);
/* The place behind a key, or NULL. A key is not the beginning of a longer one. */
const uint8_t *find_key(struct span span, const char *key);

/* /DecodeParms, as far as predictors need it (ISO 32000-1, 7.4.4.4). */
struct predictor {
    enum { PREDICTOR_NONE, PREDICTOR_TIFF, PREDICTOR_PNG } kind;
    unsigned colors;  /* 1 to 31 */
    unsigned bits;    /* per component: 1, 2, 4, 8 or 16 */
    unsigned columns; /* 1 to 2^20 - 1 */
};

/* Undoes a predictor: rows go in, in any pieces, and come out as they were. */
struct unpredicting {
    struct sb_output output; /* what is written here arrives at `next` undone */
    struct sb_output *next;
    struct predictor predictor;
    size_t pixel;    /* bytes from a sample to its left neighbour's, at least 1 */
    size_t row;      /* bytes in a row */
    size_t position; /* in the row; a PNG row has its filter's number in front */
    uint8_t filter;
    bool filter_read;
    uint8_t *current; /* owned */
    uint8_t *above;   /* owned */
    uint8_t *done;    /* owned: rows undone and not yet handed out */
    size_t done_length;
};

/* Returns 0, or -1 when memory is short. Rows too long to be kept pass as they are. */
int unpredicting_begin(struct unpredicting *stage, const struct predictor *predictor, struct sb_output *next);
/* Hands out the last, unfinished row. Returns what the next output returned. */
int unpredicting_end(struct unpredicting *stage);
void unpredicting_free(struct unpredicting *stage);

/* Passes a stream on, and when it ends (or enough has gathered) hands out the text that its operators show. */
struct pdf_text;

/* NULL when memory is short. Owned by the caller. */
struct pdf_text *pdf_text_new(struct sb_output *next);
/* What is written here is passed on and read. */
struct sb_output *pdf_text_output(struct pdf_text *text);
/* Hands out the text that remains. Returns what the next output returned. */
int pdf_text_end(struct pdf_text *text);
void pdf_text_free(struct pdf_text *text);

#endif
