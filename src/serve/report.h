/* What the two files of the report share. */
#ifndef SERVE_REPORT_H
#define SERVE_REPORT_H

#include "link/link.h"
#include "serve/markup.h"
#include "serve/route.h"

enum {
    REPORT_LINKS = 1000,
    REPORT_FINDINGS = 5000,
    REPORT_OF_ONE = 50
}; /* rows, at most; findings of one selector in a case */

struct report {
    struct request *request;
    struct error *error;
    struct bytes *out;
    const char *title;
    const char *const *cases; /* references */
    size_t case_count;
    bool network; /* of several cases: links among them alone */
    int64_t all_cases;
    int64_t notes, hits; /* while they are counted */
    const char *handling; /* the strictest code of its cases; in room */
    char room[16];
    size_t noted; /* cases, in the audit record */
};

/* Cells of a table: text, text in one width, a number. */
void report_cell(struct bytes *out, const char *text);
void report_code(struct bytes *out, const char *text);
void report_number(struct bytes *out, int64_t number);

/* Begins a table with its head: *begun is where, and the answer where its rows begin. The end: without rows there is no
 * table, but `nothing`. */
size_t report_table(struct bytes *out, const char *head, size_t *begun);
void report_table_end(struct bytes *out, size_t begun, size_t empty, const char *nothing);

/* findings.c: the table of how each finding is come to again. */
int report_findings(struct report *report, const struct links *links);

#endif
