/* The tests of the store, on the driver named by the first argument: "sqlite" or "postgres". */
#include "fixture.h"

#include <ftw.h>
#include <unistd.h>

#include "postgres_server.h"

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status, (void)kind, (void)walk;
    return remove(path);
}

int main(int count, char **arguments)
{
    char folder[] = "/tmp/samband-store-XXXXXX";
    const char *url = NULL;
    if (count != 2 || mkdtemp(folder) == NULL)
        return 2;
    if (strcmp(arguments[1], "postgres") == 0) {
        const char *why = NULL;
        url = postgres_server_start(&why);
        if (url == NULL) {
            (void)printf("skipped: %s\n", why);
            (void)rmdir(folder);
            return 77; /* Meson's word for skipped */
        }
    }
    fixture_use(folder, url);
    int failed = run_content_tests() + run_unit_tests() + run_finding_tests() + run_listing_tests() +
                 run_fault_tests() + run_access_tests() + run_people_tests() + run_audit_tests();
    postgres_server_stop();
    (void)nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    return failed != 0;
}
