/* The frame around every listing. */
#include "cli/listing.h"

#include "scan/kinds.h"

int run_listing(const struct cli *cli, struct listing *listing, int (*list)(struct listing *listing))
{
    listing->store = open_store(cli, false);
    if (listing->store == NULL)
        return EXIT_FAILED;
    int64_t id = 0;
    const struct store_filter *filter = &listing->filter;
    int result = 0;
    if (filter->case_reference != NULL)
        result = store_case_find(listing->store, filter->case_reference, &id, &listing->error);
    if (result == 0 && filter->case_reference != NULL && id == 0)
        result = fail(&listing->error, "there is no case %s (samband case list)", filter->case_reference);
    if (result == 0 && filter->kind != NULL && sb_kind_of(filter->kind) == SB_KIND_COUNT)
        result = fail(&listing->error, "there is no kind %s (card, iban, email, …; see samband(1))", filter->kind);
    if (result == 0)
        result = list(listing);
    table_end(&listing->table);
    json_free(&listing->json);
    store_close(listing->store);
    return result == 0 ? EXIT_DONE : failed(&listing->error);
}
