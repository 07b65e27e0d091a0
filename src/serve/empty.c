/* Tables of the interface that nothing stands in yet. */
#include "serve/route.h"

const struct route access_routes[] = {{NULL}};
