/* What the commands that list rows share: filters, the table or JSON Lines, opening and closing the store. */
#ifndef CLI_LISTING_H
#define CLI_LISTING_H

#include "cli/command.h"
#include "cli/show.h"

struct listing {
    struct store *store;
    struct error error;
    struct store_filter filter;
    struct table table;
    struct json json;
    bool as_json, reveal;
};

/* Rows of option tables, for use in an array initialiser; `l` is a struct listing. */
#define LISTING_OPTIONS(l)                                                                                              \
    {"json", OPTION_FLAG, &(l).as_json, NULL, "JSON Lines"},                                                            \
    {"case", OPTION_TEXT, &(l).filter.case_reference, "REFERENCE", "only this case"},                                   \
    {"limit", OPTION_NUMBER, &(l).filter.limit, "N", "at most N rows"}
#define LISTING_REVEAL(l) {"reveal", OPTION_FLAG, &(l).reveal, NULL, "show card numbers in full"}

/* Opens the store, lets `list` do its work, closes everything, and gives the exit status. */
int run_listing(const struct cli *cli, struct listing *listing, int (*list)(struct listing *listing));

#endif
