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
    struct matrix frame;   /* the last cm before a text object: where a program that frames each word puts it */
    double shift;          /* of this frame from the first one of the line, in text space */
    bool framed;           /* this text object continues the line of the one before in a frame of its own */
};

/* What stands between two text objects, at most FRAME_MAX bytes of it (else it breaks the line). Programs that frame each
 * word write "Q q 0.24 0 0 0.24 171.3 708.9 cm" there: with nothing changed but the place along the line, it runs on. */
enum { FRAME_MAX = 256 };
void page_place_frame(struct page_place *place, const uint8_t *between, size_t length);

/* Td: moves the line's begin by x and y, in text space. */
void page_place_move(struct page_place *place, double x, double y);

/* Tm: sets the line's begin. */
void page_place_set(struct page_place *place, const struct matrix *line);

/* Notes that characters are written here. Returns what stands between them and those before: 0, ' ' or '\n'. */
char page_place_write(struct page_place *place, const uint8_t *characters, size_t length);

#endif
