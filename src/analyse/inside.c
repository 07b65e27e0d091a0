/* The store knows of an item only the one that it lies in: the way goes up from there, and down from an item in steps.
 */
#include "analyse/inside.h"

#include <stdlib.h>

#include "base/wire.h"

void inside_put_place(const struct store_file *file, struct bytes *out)
{
    wire_put_u64(out, (uint64_t)file->volume_start);
    wire_put_u64(out, (uint64_t)file->inode);
    wire_put_u32(out, (uint32_t)file->attribute_type);
    wire_put_u32(out, (uint32_t)file->attribute_id);
    wire_put_text(out, file->path);
    wire_put_u64(out, (uint64_t)file->size);
}

struct lying {
    int64_t parent, file;
};

static int take_parent(void *context, const struct store_evidence *row)
{
    *(struct lying *)context = (struct lying){row->parent, row->parent_file};
    return 0;
}

static int take_place(void *context, const struct store_file *file)
{
    inside_put_place(file, context);
    return 0;
}

int inside_put_places(struct store *store, int64_t evidence_id, struct bytes *out, struct error *error)
{
    struct lying way[STORE_INSIDE_MOST];
    uint32_t count = 0;
    for (struct lying at = {evidence_id, 0};; way[count++] = at) {
        if (store_evidence_get(store, at.parent, take_parent, &at, error) != 0)
            return -1;
        if (at.parent == 0 || count == STORE_INSIDE_MOST)
            break;
    }
    wire_put_u32(out, count);
    while (count-- > 0)
        if (store_file_apart_each(store, way[count].parent, way[count].file, 1, take_place, out, error) != 0)
            return -1;
    return out->failed ? fail(error, "memory is short") : 0;
}

int family_add(struct family *family, const int64_t *ids, size_t count, struct error *error)
{
    int64_t *grown = reallocarray(family->ids, family->count + count + 1, sizeof *grown);
    if (grown == NULL)
        return fail(error, "memory is short");
    family->ids = grown;
    for (size_t i = 0; i < count; i++)
        family->ids[family->count++] = ids[i];
    return 0;
}

struct gathering {
    struct family *family;
    struct error *error;
};

static int take_member(void *context, int64_t id)
{
    const struct gathering *gathering = context;
    for (size_t i = 0; i < gathering->family->count; i++)
        if (gathering->family->ids[i] == id)
            return 0;
    return family_add(gathering->family, &id, 1, gathering->error);
}

int family_gather(struct family *family, struct store *store, bool *grown, struct error *error)
{
    struct gathering gathering = {family, error};
    size_t before = family->count;
    for (size_t i = 0; i < family->count; i++) /* what is added is asked too */
        if (store_evidence_inside_each(store, family->ids[i], take_member, &gathering, error) != 0)
            return -1;
    *grown = family->count > before;
    return 0;
}

void family_free(struct family *family)
{
    free(family->ids);
    *family = (struct family){0};
}
