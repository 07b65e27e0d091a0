/* Where a file's bytes lie in the medium. libtsk gives runs of file system blocks; here they become byte ranges, merged
 * where they touch, and cut to the medium, since addresses come from evidence. */
#include <stdlib.h>
#include <string.h>

#include "evidence/room.h"

static int push_run(struct run_list *list, struct sb_run run)
{
    if (list->count > 0) {
        struct sb_run *last = &list->run[list->count - 1];
        if (last->file_offset + last->length == run.file_offset &&
            last->image_offset + last->length == run.image_offset) {
            last->length += run.length;
            return 0;
        }
    }
    if (list->count == RUNS_MAX) {
        list->cut = true;
        return 0;
    }
    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? 64 : list->capacity * 2;
        struct sb_run *grown = realloc(list->run, capacity * sizeof *grown);
        if (grown == NULL)
            return -1;
        list->run = grown;
        list->capacity = capacity;
    }
    list->run[list->count++] = run;
    return 0;
}

/* Cuts a run to the medium. What does not fit into 63 bits lies outside of any medium. */
static int push_within(struct run_list *list, struct sb_run run, uint64_t medium_size)
{
    uint64_t end;
    if (__builtin_add_overflow(run.file_offset, run.length, &end) || end > INT64_MAX ||
        run.image_offset >= medium_size) {
        list->cut = true;
        return 0;
    }
    if (run.length > medium_size - run.image_offset) {
        run.length = medium_size - run.image_offset;
        list->cut = true;
    }
    return run.length == 0 ? 0 : push_run(list, run);
}

/* Raw CD images keep bytes before and behind each block: there each block is a run of its own. */
static int push_blocks(struct run_list *list, const TSK_FS_INFO *fs, const TSK_FS_ATTR_RUN *blocks, uint64_t base,
                       uint64_t medium_size)
{
    uint64_t stride = (uint64_t)fs->block_pre_size + fs->block_size + fs->block_post_size;
    for (uint64_t i = 0; i < blocks->len && !list->cut; i++) {
        struct sb_run run = {.length = fs->block_size};
        if (__builtin_mul_overflow(blocks->offset + i, (uint64_t)fs->block_size, &run.file_offset) ||
            __builtin_mul_overflow(blocks->addr + i, stride, &run.image_offset) ||
            __builtin_add_overflow(run.image_offset, base + fs->block_pre_size, &run.image_offset))
            list->cut = true;
        else if (push_within(list, run, medium_size) != 0)
            return -1;
    }
    return 0;
}

static int push_extent(struct run_list *list, const TSK_FS_INFO *fs, const TSK_FS_ATTR_RUN *blocks, uint64_t base,
                       uint32_t skip, uint64_t medium_size)
{
    if (fs->block_pre_size != 0 || fs->block_post_size != 0)
        return push_blocks(list, fs, blocks, base, medium_size);
    struct sb_run run;
    if (__builtin_mul_overflow(blocks->offset, (uint64_t)fs->block_size, &run.file_offset) ||
        __builtin_mul_overflow(blocks->len, (uint64_t)fs->block_size, &run.length) ||
        __builtin_mul_overflow(blocks->addr, (uint64_t)fs->block_size, &run.image_offset) ||
        __builtin_add_overflow(run.image_offset, base, &run.image_offset)) {
        list->cut = true;
        return 0;
    }
    /* Some content begins inside its first block: what stands before belongs to no offset of the file. */
    if (run.file_offset < skip) {
        uint64_t before = skip - run.file_offset < run.length ? skip - run.file_offset : run.length;
        run.file_offset += before;
        run.image_offset += before;
        run.length -= before;
    }
    run.file_offset -= run.length == 0 ? 0 : skip;
    return push_within(list, run, medium_size);
}

static uint64_t slack_of(const struct run_list *list, uint64_t size)
{
    uint64_t slack = 0;
    for (size_t i = 0; i < list->count; i++) {
        uint64_t start = list->run[i].file_offset;
        uint64_t end = start + list->run[i].length;
        if (end > size)
            slack += end - (start > size ? start : size);
    }
    return slack;
}

static int resident_runs(struct sb_evidence *evidence, const struct volume *volume, TSK_FS_FILE *file,
                         const TSK_FS_ATTR *attribute, struct run_list *list, struct sb_file *told)
{
    uint64_t offset = 0;
    bool whole = false;
    told->resident = true;
    if (told->size == 0 || !resident_locate(evidence, volume, file, attribute, &offset, &whole))
        return 0;
    struct sb_run run = {.file_offset = 0, .image_offset = offset, .length = told->size};
    if (push_within(list, run, evidence->medium->size) != 0)
        return -1;
    told->in_order = whole && !list->cut;
    return 0;
}

static int extent_runs(struct sb_evidence *evidence, const struct volume *volume, const TSK_FS_FILE *file,
                       const TSK_FS_ATTR *attribute, struct run_list *list, struct sb_file *told)
{
    const TSK_FS_INFO *fs = file->fs_info;
    uint64_t base = volume->in_pool ? volume->pool_start : (uint64_t)fs->offset;
    bool plain = (attribute->flags & (TSK_FS_ATTR_COMP | TSK_FS_ATTR_ENC | TSK_FS_ATTR_SPARSE)) == 0 &&
                 (file->meta == NULL || (file->meta->flags & TSK_FS_META_FLAG_COMP) == 0);
    told->packed = (attribute->flags & (TSK_FS_ATTR_COMP | TSK_FS_ATTR_ENC)) != 0 ||
                   (file->meta != NULL && (file->meta->flags & TSK_FS_META_FLAG_COMP) != 0);
    for (const TSK_FS_ATTR_RUN *blocks = attribute->nrd.run; blocks != NULL; blocks = blocks->next) {
        /* ext2 has holes behind the end of a file where its unused block pointers are: those do no harm. */
        if (blocks->flags != TSK_FS_ATTR_RUN_FLAG_NONE &&
            blocks->offset < (told->size + fs->block_size - 1) / fs->block_size)
            plain = false;
        if (blocks->len == 0 || (blocks->flags & (TSK_FS_ATTR_RUN_FLAG_SPARSE | TSK_FS_ATTR_RUN_FLAG_FILLER)) != 0)
            continue;
        if (push_extent(list, fs, blocks, base, attribute->nrd.skiplen, evidence->medium->size) != 0)
            return -1;
    }
    told->slack = slack_of(list, told->size);
    told->in_order = plain && told->size > 0 && list->count == 1 && list->run[0].file_offset == 0 &&
                     list->run[0].length >= told->size && attribute->nrd.initsize >= attribute->size;
    return 0;
}

int runs_of_attribute(struct sb_evidence *evidence, const struct volume *volume, TSK_FS_FILE *file,
                      const TSK_FS_ATTR *attribute, struct run_list *list, struct sb_file *told)
{
    list->count = 0;
    list->cut = false;
    told->size = attribute->size > 0 ? (uint64_t)attribute->size : 0;
    told->attribute_type = (uint32_t)attribute->type;
    told->attribute_id = attribute->id;
    int result = (attribute->flags & TSK_FS_ATTR_RES) != 0
                     ? resident_runs(evidence, volume, file, attribute, list, told)
                     : extent_runs(evidence, volume, file, attribute, list, told);
    told->runs = list->run;
    told->run_count = list->count;
    return result;
}
