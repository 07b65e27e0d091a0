/* Tables of the interface that nothing stands in yet. */
#include "serve/route.h"

const struct route case_routes[] = {{NULL}};
const struct route evidence_routes[] = {{NULL}};
const struct route file_routes[] = {{NULL}};
const struct route selector_routes[] = {{NULL}};
const struct route link_routes[] = {{NULL}};
const struct route search_routes[] = {{NULL}};
const struct route access_routes[] = {{NULL}};
const struct route overview_routes[] = {{NULL}};
const struct route report_routes[] = {{NULL}};
