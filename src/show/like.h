/* Files by their paths as they are shown. A filter over the path itself would tell what is masked in it: asked digit by
 * digit, it answers with a row for the right one. */
#ifndef SHOW_LIKE_H
#define SHOW_LIKE_H

#include <stdbool.h>

#include "base/bytes.h"
#include "store/store.h"

/* Is the text like the pattern of SQL ('%' any characters, '_' one, '\' before one that stands for itself)? As the
 * store's LIKE: capital letters are others than small ones. */
bool is_like(const char *text, const char *pattern);

/* Makes the filter list the files whose path, masked, is like `pattern` (NULL: all). The store is asked for what may be
 * such a path in clear, and each is looked at as it is shown. `pattern` and `room`, which is the caller's to free, stay
 * until the listing is done. */
void filter_shown_paths(struct store_filter *filter, const char *pattern, struct bytes *room);

#endif
