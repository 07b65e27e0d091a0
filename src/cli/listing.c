/* The frame around every listing. */
#include "cli/listing.h"

int run_listing(const struct cli *cli, struct listing *listing, int (*list)(struct listing *listing))
{
    listing->store = open_store(cli, false);
    if (listing->store == NULL)
        return EXIT_FAILED;
    int result = list(listing);
    table_end(&listing->table);
    json_free(&listing->json);
    store_close(listing->store);
    return result == 0 ? EXIT_DONE : failed(&listing->error);
}
