/* What the commands that list rows share: filters, the table or JSON Lines, opening and closing the store. */
#ifndef CLI_LISTING_H
#define CLI_LISTING_H

#include "cli/command.h"
#include "cli/table.h"
#include "show/mask.h"
#include "show/rows.h"
#include "show/show.h"

struct listing {
    struct store *store;
    struct error error;
    struct store_filter filter;
    const char *value; /* of a selector as the user writes it; filter.value is how the store spells it */
    struct table table;
    struct json json;
    bool as_json, reveal;
};

/* Rows of option tables, for use in an array initialiser; `l` is a struct listing. */
/* clang-format off */
#define LISTING_JSON(l) {"json", OPTION_FLAG, &(l).as_json, NULL, "JSON Lines"}
#define LISTING_OPTIONS(l)                                                                                             \
    LISTING_JSON(l),                                                                                                   \
    {"case", OPTION_TEXT, &(l).filter.case_reference, "REFERENCE", "only this case"},                                  \
    {"limit", OPTION_NUMBER, &(l).filter.limit, "N", "at most N rows"}
#define LISTING_REVEAL(l) {"reveal", OPTION_FLAG, &(l).reveal, NULL, "show card numbers and keys of wallets in full"}
#define LISTING_SELECTORS(l)                                                                                           \
    LISTING_REVEAL(l),                                                                                                 \
    {"kind", OPTION_TEXT, &(l).filter.kind, "KIND", "only card, iban, email, …"},                                      \
    {"value", OPTION_TEXT, &(l).value, "VALUE", "only this value, however it is written"}
/* clang-format on */

/* Checks the filter's case and kind, opens the store, lets `list` do its work, closes everything, and gives the exit
 * status. */
int run_listing(const struct cli *cli, const struct command *command, struct listing *listing,
                int (*list)(struct listing *listing));

/* The same for a listing without filters, from its command line on: --json is its only option. */
int run_whole_listing(const struct cli *cli, const struct command *command, const struct column *columns, int argc,
                      char **argv, int (*list)(struct listing *listing));

#endif
