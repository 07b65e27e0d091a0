/* Optimal string alignment: letters changed, left out, put in, or two neighbours exchanged count one each. */
#include "cli/nearest.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Names are never longer; what is typed may be. */
enum { WORD_LONGEST = 32, PREFIX_LEAST = 3 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t distance(const char *from, const char *to)
{
    size_t rows[3][WORD_LONGEST + 1];
    size_t length = strlen(to);
    size_t *before = rows[0];
    size_t *above = rows[1];
    size_t *row = rows[2];
    for (size_t j = 0; j <= length; j++)
        above[j] = j;
    for (size_t i = 1; from[i - 1] != '\0'; i++) {
        row[0] = i;
        for (size_t j = 1; j <= length; j++) {
            row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (from[i - 1] != to[j - 1]));
            if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                row[j] = least(row[j], before[j - 2] + 1);
        }
        size_t *spare = before;
        before = above;
        above = row;
        row = spare;
    }
    return above[length];
}

static const char *nearest_word(const char *word, const char *const *names, size_t count)
{
    const char *nearest = NULL;
    size_t length = strlen(word);
    size_t best = length < 4 ? 2 : length < 8 ? 3 : 4; /* further off than that is no slip */
    if (length == 0 || length > WORD_LONGEST)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        bool begins = length >= PREFIX_LEAST && strncmp(names[i], word, length) == 0;
        size_t far = begins ? 1 : distance(word, names[i]);
        if (far < best) {
            best = far;
            nearest = names[i];
        }
    }
    return nearest;
}

const char *did_you_mean(const char *prefix, const char *word, const char *const *names, size_t count)
{
    static char text[96];
    const char *nearest = nearest_word(word, names, count);
    if (nearest == NULL)
        return "";
    (void)snprintf(text, sizeof text, ": did you mean %s%s?", prefix, nearest);
    return text;
}
