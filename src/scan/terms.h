/* Search terms: what an examiner looks for beside the selectors, found in every view and decoder, thousands at the cost
 * of one (Hyperscan).
 *
 *     Anna Svensson      these characters, in either case (also of å, Я, Ω)
 *     "Anna"             these characters, as they are between the quotation marks
 *     /Ann?a [A-Z]+/     a regular expression; /…/i in either case
 *     \/etc/passwd       these characters, without the backslash: for what begins with / or "
 *
 * Each is looked for in UTF-8 and in UTF-16 of both orders, at any alignment. A regular expression knows . [a-z] [^a-z]
 * [[:alpha:]] \d \w \s \D \W \S \n \r \t \xHH \x{H…} ( ) (?: ) | ? * + {n} {n,} {n,m}; it has no anchors, since bytes
 * on a disk have no lines, and no references back. Its leftmost and longest matches are told, each up to
 * SB_TERM_MATCH_MAX bytes; longer ones in pieces. */
#ifndef SCAN_TERMS_H
#define SCAN_TERMS_H

#include <stddef.h>

#include "base/error.h"

#pragma GCC visibility push(default)

enum {
    SB_TERM_MAX = 500,          /* bytes of a term, at most */
    SB_TERMS_MAX = 20 * 1000,   /* terms, at most */
    SB_TERM_MATCH_MAX = 1024,   /* bytes of a match, at most */
    SB_TERMS_COST = 100 * 1000, /* characters of all regular expressions, with repetitions written out, at most; 8 of a
                                   literal count as one, but one beyond ASCII that may be of either case as 5 */
};

struct sb_terms;

/* Where a term is wrong. */
struct sb_term_problem {
    size_t term;   /* its place in the list, from 0; how many there are when it is no single one */
    size_t column; /* its character, from 1; 0: the term as a whole */
};

/* Compiles the terms (UTF-8, copied). NULL: *problem says where, *error what. Opens files of the system (the table of
 * cases) when it is called first, and takes a second of a processor for 10,000 words, 20 seconds for all that
 * SB_TERMS_COST allows. Owned by the caller; used by one scanner at a time. */
struct sb_terms *sb_terms_new(const char *const terms[], size_t count, struct sb_term_problem *problem,
                              struct error *error);
void sb_terms_free(struct sb_terms *terms); /* NULL is allowed */

#pragma GCC visibility pop

#endif
