/* Walks every file system of every partition. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wundef"
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
#include <tsk/libtsk.h>
#pragma GCC diagnostic pop

#include "disk_files.h"

/* libtsk keeps a little of each NTFS directory for good; LeakSanitizer is told so, where it is built in. */
const char *__lsan_default_suppressions(void);
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void)
{
    return "leak:libtsk\n";
}

static void add_attribute(struct disk *disk, TSK_FS_FILE *file, const TSK_FS_ATTR *attribute, const char *folder)
{
    struct disk_file *grown = reallocarray(disk->files, disk->count + 1, sizeof *grown);
    if (grown == NULL)
        abort();
    disk->files = grown;
    struct disk_file *one = &disk->files[disk->count++];
    *one = (struct disk_file){.allocated = (file->meta->flags & TSK_FS_META_FLAG_ALLOC) != 0,
                              .resident = (attribute->flags & TSK_FS_ATTR_RES) != 0,
                              .compressed = (attribute->flags & TSK_FS_ATTR_COMP) != 0,
                              .length = (size_t)attribute->size};
    bool stream =
        attribute->type == TSK_FS_ATTR_TYPE_NTFS_DATA && attribute->name != NULL && attribute->name[0] != '\0';
    if (asprintf(&one->path, "/%s%s%s%s", folder, file->name->name, stream ? ":" : "", stream ? attribute->name : "") <
        0)
        abort();
    TSK_DADDR_T end = 0;
    for (const TSK_FS_ATTR_RUN *run = one->resident ? NULL : attribute->nrd.run; run != NULL; run = run->next) {
        if ((run->flags & TSK_FS_ATTR_RUN_FLAG_SPARSE) != 0)
            continue; /* a block of zeros, as at the end of an archive */
        one->runs += run->addr != end;
        end = run->addr + run->len;
    }
    one->content = calloc(1, one->length + 1);
    if (one->content == NULL ||
        tsk_fs_attr_read(attribute, 0, (char *)one->content, one->length, TSK_FS_FILE_READ_FLAG_NONE) < 0)
        one->length = 0;
}

static TSK_WALK_RET_ENUM visit(TSK_FS_FILE *file, const char *folder, void *context)
{
    const char *name = file->name->name;
    if (file->meta == NULL || name == NULL || (strncmp(name, "note-", 5) != 0 && strncmp(name, "~copy-", 6) != 0))
        return TSK_WALK_CONT;
    for (int i = 0; i < tsk_fs_file_attr_getsize(file); i++) {
        const TSK_FS_ATTR *attribute = tsk_fs_file_attr_get_idx(file, i);
        if (attribute != NULL &&
            (attribute->type == TSK_FS_ATTR_TYPE_NTFS_DATA || attribute->type == TSK_FS_ATTR_TYPE_DEFAULT))
            add_attribute(context, file, attribute, folder);
    }
    return TSK_WALK_CONT;
}

static void read_file_system(struct disk *disk, TSK_FS_INFO *file_system)
{
    if (file_system == NULL)
        return;
    TSK_FS_DIR_WALK_FLAG_ENUM flags =
        (TSK_FS_DIR_WALK_FLAG_ENUM)(TSK_FS_DIR_WALK_FLAG_ALLOC | TSK_FS_DIR_WALK_FLAG_UNALLOC |
                                    TSK_FS_DIR_WALK_FLAG_RECURSE);
    (void)tsk_fs_dir_walk(file_system, file_system->root_inum, flags, visit, disk);
    tsk_fs_close(file_system);
}

int disk_read(struct disk *disk, const char *image)
{
    *disk = (struct disk){0};
    /* named, since detection tries libraries that do not give back what they took */
    TSK_IMG_TYPE_ENUM type = strstr(image, ".E01") != NULL ? TSK_IMG_TYPE_EWF_EWF : TSK_IMG_TYPE_RAW;
    TSK_IMG_INFO *medium = tsk_img_open_utf8_sing(image, type, 0);
    if (medium == NULL)
        return -1;
    disk->size = (size_t)medium->size;
    disk->bytes = malloc(disk->size);
    if (disk->bytes == NULL || tsk_img_read(medium, 0, (char *)disk->bytes, disk->size) != (ssize_t)disk->size) {
        tsk_img_close(medium);
        return -1;
    }
    TSK_VS_INFO *volumes = tsk_vs_open(medium, 0, TSK_VS_TYPE_DETECT);
    if (volumes == NULL) {
        read_file_system(disk, tsk_fs_open_img(medium, 0, TSK_FS_TYPE_DETECT));
    } else {
        for (const TSK_VS_PART_INFO *part = volumes->part_list; part != NULL; part = part->next)
            if ((part->flags & TSK_VS_PART_FLAG_ALLOC) != 0)
                read_file_system(disk, tsk_fs_open_vol(part, TSK_FS_TYPE_DETECT));
        tsk_vs_close(volumes);
    }
    tsk_img_close(medium);
    return 0;
}

void disk_free(struct disk *disk)
{
    for (size_t i = 0; i < disk->count; i++) {
        free(disk->files[i].path);
        free(disk->files[i].content);
    }
    free(disk->files);
    free(disk->bytes);
    *disk = (struct disk){0};
}

const struct disk_file *disk_find(const struct disk *disk, const char *path)
{
    const struct disk_file *found = NULL;
    unsigned count = 0;
    for (size_t i = 0; i < disk->count; i++)
        if (strcmp(disk->files[i].path, path) == 0) {
            found = &disk->files[i];
            count++;
        }
    return count == 1 ? found : NULL;
}
