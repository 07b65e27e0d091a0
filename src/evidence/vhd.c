/* Virtual PC and Hyper-V disks (VHD: fixed, dynamic, differencing; VHDX) through libvhdi. A differencing disk holds
 * only what changed: its parents are looked for beside it, by the name it records. */
#include <libvhdi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evidence/medium.h"
#include "evidence/segments.h"

enum { GENERATIONS_MAX = 16, NAME_MAX_BYTES = 4096, GUID_SIZE = 16, READ_MAX = 64 * 1024 * 1024 };

struct vhd {
    struct medium medium;
    libvhdi_file_t *generation[GENERATIONS_MAX]; /* the disk itself, its parent, the parent's parent, … */
    size_t count;
};

static int64_t read_vhd(struct medium *medium, uint64_t offset, void *buffer, size_t length, struct error *error)
{
    struct vhd *vhd = (struct vhd *)medium;
    if (length > READ_MAX)
        length = READ_MAX;
    ssize_t count = libvhdi_file_read_buffer_at_offset(vhd->generation[0], buffer, length, (off64_t)offset, NULL);
    if (count <= 0)
        return fail(error, "The image's data at byte %llu cannot be read: it is damaged or cut off.",
                    (unsigned long long)offset);
    return count;
}

static void close_vhd(struct medium *medium)
{
    struct vhd *vhd = (struct vhd *)medium;
    for (size_t i = 0; i < vhd->count; i++) {
        (void)libvhdi_file_close(vhd->generation[i], NULL);
        (void)libvhdi_file_free(&vhd->generation[i], NULL);
    }
    free(vhd);
}

/* Where the parent of a differencing disk should stand: beside the child, under the last part of the recorded path. */
static int parent_path(libvhdi_file_t *file, const char *child, char **out, struct error *error)
{
    uint8_t recorded[NAME_MAX_BYTES] = "";
    size_t size = 0;
    if (libvhdi_file_get_utf8_parent_filename_size(file, &size, NULL) != 1 || size < 2 || size > sizeof recorded ||
        libvhdi_file_get_utf8_parent_filename(file, recorded, size, NULL) != 1)
        return fail(error, "%s is a differencing disk but does not name its parent: merge it with its parent first.",
                    path_name(child));
    recorded[sizeof recorded - 1] = '\0';
    char *name = (char *)recorded;
    for (char *at = name; *at != '\0'; at++)
        if (*at == '/' || *at == '\\')
            name = at + 1;
    int folder = (int)(path_name(child) - child);
    if (name[0] == '\0' || asprintf(out, "%.*s%s", folder, child, name) < 0)
        return fail(error, "%s names no parent that could be found.", path_name(child));
    return 0;
}

static int open_generation(struct vhd *vhd, const char *path, const char *child, struct error *error)
{
    libvhdi_file_t *file = NULL;
    if (libvhdi_file_initialize(&file, NULL) != 1)
        return fail(error, "Memory is short: close other programs and try again.");
    if (libvhdi_file_open(file, path, LIBVHDI_OPEN_READ, NULL) != 1) {
        (void)libvhdi_file_free(&file, NULL);
        if (child != NULL)
            return fail(error, "%s is a differencing disk: put its parent %s beside it and try again.",
                        path_name(child), path_name(path));
        return fail(error, "%s is damaged or cut off: libvhdi cannot open it. Copy it again.", path_name(path));
    }
    vhd->generation[vhd->count++] = file;
    return 0;
}

static int link_parent(libvhdi_file_t *file, libvhdi_file_t *parent, const char *path, struct error *error)
{
    uint8_t wanted[GUID_SIZE];
    uint8_t found[GUID_SIZE];
    if (libvhdi_file_get_parent_identifier(file, wanted, sizeof wanted, NULL) != 1 ||
        libvhdi_file_get_identifier(parent, found, sizeof found, NULL) != 1 ||
        memcmp(wanted, found, sizeof wanted) != 0 || libvhdi_file_set_parent_file(file, parent, NULL) != 1)
        return fail(error, "%s is not the disk that the differencing disk was made from: find the right parent.",
                    path_name(path));
    return 0;
}

static int open_chain(struct vhd *vhd, const char *path, struct error *error)
{
    char *current = strdup(path);
    int result = current == NULL ? fail(error, "Memory is short: close other programs and try again.")
                                 : open_generation(vhd, path, NULL, error);
    uint32_t type = 0;
    while (result == 0 && libvhdi_file_get_disk_type(vhd->generation[vhd->count - 1], &type, NULL) == 1 &&
           type == LIBVHDI_DISK_TYPE_DIFFERENTIAL) {
        char *parent = NULL;
        if (vhd->count == GENERATIONS_MAX)
            result = fail(error, "%s has more than %d generations of parents: merge them first.", path_name(path),
                          GENERATIONS_MAX - 1);
        else if ((result = parent_path(vhd->generation[vhd->count - 1], current, &parent, error)) == 0 &&
                 (result = open_generation(vhd, parent, current, error)) == 0)
            result = link_parent(vhd->generation[vhd->count - 2], vhd->generation[vhd->count - 1], parent, error);
        free(current);
        current = parent;
    }
    free(current);
    return result;
}

struct medium *medium_open_vhd(const char *path, struct error *error)
{
    struct vhd *vhd = calloc(1, sizeof *vhd);
    if (vhd == NULL) {
        fail(error, "Memory is short: close other programs and try again.");
        return NULL;
    }
    vhd->medium = (struct medium){.format = "vhd", .sector_size = 512, .read = read_vhd, .close = close_vhd};
    size64_t size = 0;
    int result = open_chain(vhd, path, error);
    if (result == 0 &&
        (libvhdi_file_get_media_size(vhd->generation[0], &size, NULL) != 1 || size == 0 || size > INT64_MAX))
        result = fail(error, "%s does not tell the size of its disk: the image is damaged.", path_name(path));
    if (result != 0) {
        close_vhd(&vhd->medium);
        return NULL;
    }
    vhd->medium.size = size;
    return &vhd->medium;
}
