/* See pdf_place.h. The fonts' widths are not read; common faces are near enough to tell letters that are placed one by
 * one from words. */
#include "decode/pdf_place.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
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
    /* Who frames words writes spaces as characters, so only a place that cannot be the next one is a gap. */
    if (place->framed)
        return along < place->advance * 1.4 + 0.4 ? 0 : ' ';
    /* The width of more letters is not known well enough to see a gap behind them. */
    return place->characters <= LETTERS && along - place->advance < 0.18 ? 0 : ' ';
}

/* Six numbers that end in front of data[end], read backwards; false when there are fewer. */
static bool read_matrix(const uint8_t *data, size_t end, double numbers[6])
{
    for (int i = 5; i >= 0; i--) {
        while (end > 0 && isspace(data[end - 1]))
            end--;
        size_t begin = end;
        while (begin > 0 && (isdigit(data[begin - 1]) || data[begin - 1] == '.' || data[begin - 1] == '-'))
            begin--;
        char text[32];
        if (begin == end || end - begin >= sizeof text)
            return false;
        memcpy(text, data + begin, end - begin);
        text[end - begin] = '\0';
        numbers[i] = strtod(text, NULL);
        end = begin;
    }
    return true;
}

void page_place_frame(struct page_place *place, const uint8_t *between, size_t length)
{
    double n[6];
    const uint8_t *cm = length <= FRAME_MAX ? memmem(between, length, "cm", 2) : NULL;
    struct matrix old = place->frame;
    place->framed = false;
    place->broken = true;
    if (cm == NULL || !read_matrix(between, (size_t)(cm - between), n)) {
        place->frame = (struct matrix){0};
        place->shift = 0;
        return;
    }
    place->frame = (struct matrix){n[0], n[1], n[2], n[3], n[4], n[5]};
    double along = n[4] - old.e;
    if (near(n[0], old.a) && near(n[3], old.d) && n[1] == 0 && n[2] == 0 && near(n[5], old.f) && n[0] > 0 && along > 0) {
        place->shift += along / n[0];
        place->framed = true;
        place->broken = false;
    } else {
        place->shift = 0;
    }
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
    place->line.e += place->shift;
    place->moved = true;
}

char page_place_write(struct page_place *place, const uint8_t *characters, size_t length)
{
    char separator = find_separator(place);
    if (place->moved || place->broken) {
        place->advance = 0;
        place->characters = 0;
    }
    for (size_t i = 0; i < length; i++)
        place->advance += estimate_width(characters[i]);
    place->characters += length;
    place->written = place->line;
    place->moved = place->broken = false;
    return separator;
}
