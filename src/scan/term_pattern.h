/* From a search term to regular expressions over bytes, one for each encoding. */
#ifndef SCAN_TERM_PATTERN_H
#define SCAN_TERM_PATTERN_H

#include "base/bytes.h"
#include "base/error.h"
#include "scan/scan.h"

/* Appends to out[0..SB_ENCODING_COUNT); *cost gets what the term adds to an automaton, about. -1: the term (UTF-8) is
 * wrong at *column (characters from 1; 0: as a whole). */
int write_term(const char *term, size_t length, struct bytes out[SB_ENCODING_COUNT], size_t *cost, size_t *column,
               struct error *error);

#endif
