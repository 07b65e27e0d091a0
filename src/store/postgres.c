/* The PostgreSQL driver. */
#include "store/driver.h"

struct database *postgres_open(const char *url, struct error *error)
{
    (void)url;
    (void)fail(error, "PostgreSQL is not here yet");
    return NULL;
}
