/* National identity numbers: the ways they are written, and their check digits. */
#ifndef SCAN_NATIONAL_H
#define SCAN_NATIONAL_H

#include <stdbool.h>
#include <stdint.h>

enum { NATIONAL_MAX = 16 };

/* One way to write a country's number. In the pattern '#' is a digit, 'a' a letter, 'n' either, 'c' a digit or one of A
 * and B, 's' a sign for a century (FI), '~' a blank, a hyphen or a full stop, all else itself. */
struct national_form {
    const char *country; /* ISO 3166-1 alpha-2 */
    const char *pattern;
    /* Do the check digits hold, and is the date of birth one? `c` has the digits and letters alone, in capitals,
     * NUL-terminated. */
    bool (*check)(const char *c);
    uint8_t column;    /* numbers of its like that must stand above and below where no word tells; 0: a word must */
    const char *words; /* that announce it (recognise.h, has_word_before) */
    const char *other; /* another one, in letters that are not ASCII, or NULL */
};

/* The forms that begin with so many digits (behind letters, if any), or NULL; a form without a pattern ends them. */
extern const struct national_form *const national_forms[NATIONAL_MAX + 1];

#endif
