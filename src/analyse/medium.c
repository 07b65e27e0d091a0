/* The store is asked each time: another process may have mapped the evidence meanwhile. */
#include "analyse/medium.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/inside.h"
#include "base/wire.h"

static int take_medium(void *context, const struct store_evidence *row)
{
    struct medium *medium = context;
    medium_free(medium);
    *medium = (struct medium){.id = row->id,
                              .case_id = row->case_id,
                              .size = row->size,
                              .digests = row->digests,
                              .described = row->format[0] != '\0',
                              .folder = strcmp(row->format, "folder") == 0,
                              .parent = row->parent,
                              .paths = strdup(row->paths)};
    (void)snprintf(medium->name, sizeof medium->name, "%s", row->name);
    (void)snprintf(medium->shown, sizeof medium->shown, "%s/%lld %s", row->case_reference, (long long)row->number,
                   row->name);
    (void)snprintf(medium->stamp, sizeof medium->stamp, "%s", row->stamp);
    return 0;
}

int medium_look_up(struct medium *medium, struct store *store, int64_t evidence_id, struct error *error)
{
    if (store_evidence_get(store, evidence_id, take_medium, medium, error) != 0)
        return -1;
    if (medium->parent == 0)
        wire_put_u32(&medium->inside, 0);
    else if (inside_put_places(store, evidence_id, &medium->inside, error) != 0)
        return -1;
    return medium->paths == NULL || medium->inside.failed ? fail(error, "memory is short") : 0;
}

void medium_free(struct medium *medium)
{
    free(medium->paths);
    bytes_free(&medium->inside);
    *medium = (struct medium){0};
}

bool medium_has_changed(const struct medium *medium)
{
    char stamp[STAMP_SIZE];
    if (medium->stamp[0] == '\0')
        return false;
    stamp_make(medium->paths, stamp);
    return stamp[0] != '\0' && strcmp(stamp, medium->stamp) != 0;
}

int leave_alone(struct left_alone *left_alone, int64_t evidence_id, bool *fresh, struct error *error)
{
    *fresh = false;
    for (size_t i = 0; i < left_alone->count; i++)
        if (left_alone->ids[i] == evidence_id)
            return 0;
    int64_t *grown = reallocarray(left_alone->ids, left_alone->count + 1, sizeof *grown);
    if (grown == NULL)
        return fail(error, "memory is short");
    grown[left_alone->count++] = evidence_id;
    left_alone->ids = grown;
    *fresh = true;
    return 0;
}
