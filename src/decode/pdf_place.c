/* See pdf_place.h. The fonts' widths are not read; common faces are near enough to tell letters that are placed one by
 * one from words. */
#include "decode/pdf_place.h"

#include <math.h>
#include <string.h>

enum { LETTERS = 3 }; /* as many written together may be part of a word that is placed letter by letter */

/* The width of a character in ems, about: what common faces have. */
static double estimate_width(uint8_t character)
{
    if (character != 0 && strchr("iljtfrI.,:;'|!()[]/- ", character) != NULL)
        return 0.29;
    if (character != 0 && strchr("mwMW@%", character) != NULL)
        return 0.87;
    return 0.56;
}

static bool near(double a, double b)
{
    return fabs(a - b) <= 1e-3 * (fabs(a) + fabs(b)) + 1e-9;
}

static char find_separator(const struct page_place *place)
{
    const struct matrix *from = &place->written;
    const struct matrix *to = &place->line;
    double determinant = to->a * to->d - to->b * to->c;
    if (place->broken)
        return '\n';
    if (!place->moved)
        return 0;
    if (!near(from->a, to->a) || !near(from->b, to->b) || !near(from->c, to->c) || !near(from->d, to->d) ||
        !(fabs(determinant) > 1e-12))
        return '\n';
    /* The way from one place to the other, in ems along the line and across it. */
    double ems = fabs(place->size) > 1e-6 ? fabs(place->size) : 1;
    double right = to->e - from->e;
    double up = to->f - from->f;
    double along = (to->d * right - to->c * up) / determinant / ems;
    double across = (to->a * up - to->b * right) / determinant / ems;
    if (!(fabs(across) < 0.3) || !(along > 0))
        return '\n';
    /* The width of more letters is not known well enough to see a gap behind them. */
    return place->characters <= LETTERS && along - place->advance < 0.18 ? 0 : ' ';
}

void page_place_move(struct page_place *place, double x, double y)
{
    struct matrix *line = &place->line;
    line->e += x * line->a + y * line->c;
    line->f += x * line->b + y * line->d;
    place->moved = true;
}

void page_place_set(struct page_place *place, const struct matrix *line)
{
    place->line = *line;
    place->moved = true;
}

char page_place_write(struct page_place *place, const uint8_t *characters, size_t length)
{
    char separator = find_separator(place);
    if (place->moved || place->broken) {
        place->advance = 0;
        place->characters = 0;
    }
    for (size_t i = 0; i < length && place->characters + i <= LETTERS; i++)
        place->advance += estimate_width(characters[i]);
    place->characters += length;
    place->written = place->line;
    place->moved = place->broken = false;
    return separator;
}
