/* Where on its page a PDF content stream writes (ISO 32000-1, 9.4.2), as far as it tells whether two strings belong to
 * one word, one line or neither. Private to decode. */
#ifndef DECODE_PDF_PLACE_H
#define DECODE_PDF_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct matrix {
    double a, b, c, d, e, f;
};

struct page_place {
    double size;           /* of the font */
    struct matrix line;    /* where the line begins that is being written */
    struct matrix written; /* where the one began that was written last */
    double advance;        /* estimated width written since, in ems */
    size_t characters;     /* written since */
    bool moved;            /* to another place since text was written */
    bool broken;           /* set by what begins another line whatever the place */
};

/* Td: moves the line's begin by x and y, in text space. */
void page_place_move(struct page_place *place, double x, double y);

/* Tm: sets the line's begin. */
void page_place_set(struct page_place *place, const struct matrix *line);

/* Notes that characters are written here. Returns what stands between them and those before: 0, ' ' or '\n'. */
char page_place_write(struct page_place *place, const uint8_t *characters, size_t length);

#endif
