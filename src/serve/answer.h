/* What handlers share: pages of listings, their tokens, the case that a request is about, numbers in paths. */
#ifndef SERVE_ANSWER_H
#define SERVE_ANSWER_H

#include "serve/route.h"
#include "store/access.h"

enum { ID_SIZE = 2 * SELECTOR_HASH_SIZE + 1, TOKEN_NUMBERS = 5, TOKEN_SIZE = TOKEN_NUMBERS * 17 + ID_SIZE };

/* A page of a listing: {"rows":[…],"next":…}. Its query is asked for `ask` rows, one more than are shown: so it is
 * known whether there is a next page. */
struct page {
    struct request *request;
    struct error *error;
    const char *listing; /* names the listing in its tokens */
    int64_t ask;
    int64_t limit, given;
    bool more;
    char next[TOKEN_SIZE]; /* the token behind the last row shown */
};
/* Reads `limit`, begins the answer's object; false after answering 400. */
bool page_begin(struct page *page, struct request *request, const char *listing, struct error *error);
/* The `after` of the request as the numbers that page_key was given; *given false: from the beginning. False after
 * answering 400: the token is none that this server gave for this listing. */
bool page_after(struct page *page, int64_t *numbers, size_t count, bool *given);
void page_rows(struct page *page);
/* Shall this row be shown? False: it is the one too many. */
bool page_takes(struct page *page);
/* Notes the key of the row that is shown, as 1 to TOKEN_NUMBERS numbers. */
void page_key(struct page *page, const int64_t *numbers, size_t count);
/* Ends rows and object. */
void page_end(struct page *page);

/* The case that the query (`case`) names, or NULL when it names none; *go false after answering 404 for one that the
 * person may not read. */
int case_of_query(struct request *request, const char **reference, bool *go, struct error *error);
/* The same for the first part of the path. */
int case_of_path(struct request *request, bool *go, struct error *error);
/* The kind that the query names, or NULL; false after answering 400 for one there is not. */
bool kind_of_query(struct request *request, const char **kind);

/* A whole number above 0 in a path; 0: it is none. */
int64_t number_in_path(const char *part);

/* `text` within an SQL LIKE pattern, with `before` and `behind` around it; NULL when there is none. Stands in *out. */
const char *like_pattern(struct bytes *out, const char *before, const char *text, const char *behind);

/* From here on the handle reads and writes all, until the next request: for what a person may change. */
int read_all(struct request *request, struct error *error);
/* It reads for the person again. */
int read_for_person(struct request *request, struct error *error);

/* note.c: for the audit record, behind request->object: what was done. A text, a member and its value, or how a member
 * changed (nothing when it did not). What of a value must be masked is. */
void note(struct request *request, const char *text);
void note_value(struct request *request, const char *member, const char *value);
void note_change(struct request *request, const char *member, const char *before, const char *after);
void note_truth(struct request *request, const char *member, bool before, bool after);
/* One of the cases that an export holds, with its handling code; and, behind all, how many had no room. */
void note_case(struct request *request, size_t *count, const char *reference, const char *handling);
void note_more_cases(struct request *request, size_t count);

/* The strictest of the handling codes: that of what holds something of each case. Begin with NULL. */
const char *strictest_handling(const char *one, const char *other);
/* What a code means, for people. */
const char *handling_meaning(const char *code);

/* Adds "id" of a selector. */
void json_selector_id(struct json *json, const struct request *request, const uint8_t hash[SELECTOR_HASH_SIZE]);
/* Adds the members of a hit: authority, authority_id, country, contact. */
void json_hit(struct json *json, const struct store_hit *hit);
/* Adds "elsewhere": the hits of a selector. */
int json_elsewhere(struct request *request, const uint8_t hash[SELECTOR_HASH_SIZE], struct error *error);

#endif
