/* Evidence inside evidence: how a worker is led to it, and which items belong together. */
#ifndef ANALYSE_INSIDE_H
#define ANALYSE_INSIDE_H

#include "base/bytes.h"
#include "store/store.h"

/* Appends the place of one file, as a worker reads it. */
void inside_put_place(const struct store_file *file, struct bytes *out);

/* Appends how many disks an evidence item lies in, and the places of their files, outermost first: the end of OPEN. */
int inside_put_places(struct store *store, int64_t evidence_id, struct bytes *out, struct error *error);

/* Evidence items with all that lies in them. */
struct family {
    int64_t *ids; /* owned */
    size_t count;
};
int family_add(struct family *family, const int64_t *ids, size_t count, struct error *error);
/* Adds what lies in its members and is not a member yet; *grown says whether there was any. */
int family_gather(struct family *family, struct store *store, bool *grown, struct error *error);
void family_free(struct family *family);

#endif
