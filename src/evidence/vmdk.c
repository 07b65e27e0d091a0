/* VMware disks (VMDK: sparse, stream-optimised, flat with extents) through libvmdk. The descriptor names the extent
 * files; a name that points out of the image's folder is refused, since the descriptor is evidence. */
#include <libvmdk.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evidence/handle.h"
#include "evidence/medium.h"
#include "evidence/segments.h"
#include "evidence/vmdk_grains.h"

enum { NAME_MAX_BYTES = 4096, EXTENTS_MAX = 4096, READ_MAX = 64 * 1024 * 1024, DESCRIPTOR_SECTOR = 28 };

struct vmdk {
    struct medium medium;
    libvmdk_handle_t *handle;
    struct medium *within; /* what a disk inside evidence lies in, owned; NULL: files of its own */
    libbfio_handle_t *file;
    libbfio_pool_t *extents;
    struct vmdk_grains *grains; /* of what lies in another medium; NULL: nobody knows where it has none */
};

static int64_t read_vmdk(struct medium *medium, uint64_t offset, void *buffer, size_t length, struct error *error)
{
    struct vmdk *vmdk = (struct vmdk *)medium;
    if (length > READ_MAX)
        length = READ_MAX;
    ssize_t count = libvmdk_handle_read_buffer_at_offset(vmdk->handle, buffer, length, (off64_t)offset, NULL);
    if (count <= 0)
        return fail(error, "The image's data at byte %llu cannot be read: it is damaged or cut off.",
                    (unsigned long long)offset);
    return count;
}

static void vmdk_extent(struct medium *medium, uint64_t offset, struct sb_extent *extent)
{
    vmdk_grains_extent(((struct vmdk *)medium)->grains, offset, extent);
}

static void close_vmdk(struct medium *medium)
{
    struct vmdk *vmdk = (struct vmdk *)medium;
    vmdk_grains_close(vmdk->grains);
    if (vmdk->handle != NULL) {
        (void)libvmdk_handle_close(vmdk->handle, NULL);
        (void)libvmdk_handle_free(&vmdk->handle, NULL);
    }
    (void)libbfio_pool_free(&vmdk->extents, NULL);
    (void)libbfio_handle_free(&vmdk->file, NULL);
    medium_close(vmdk->within);
    free(vmdk);
}

/* Whether the descriptor stands within the extent itself: a sparse extent begins with "KDMV" and tells in which sector.
 */
static bool is_single_file(const char *path)
{
    static const uint8_t elsewhere[8];
    uint8_t header[DESCRIPTOR_SECTOR + sizeof elsewhere];
    FILE *file = fopen(path, "rbe");
    bool single = file != NULL && fread(header, 1, sizeof header, file) == sizeof header &&
                  memcmp(header, "KDMV", 4) == 0 &&
                  memcmp(header + DESCRIPTOR_SECTOR, elsewhere, sizeof elsewhere) != 0;
    if (file != NULL)
        (void)fclose(file);
    return single;
}

/* A single file under another name would be looked for, and read, where its descriptor says: perhaps another disk's. */
static int check_extents(struct vmdk *vmdk, const char *path, bool single, struct error *error)
{
    int count = 0;
    if (libvmdk_handle_get_number_of_extents(vmdk->handle, &count, NULL) != 1 || count < 1 || count > EXTENTS_MAX)
        return fail(error, "%s names no extents: the image is damaged.", path_name(path));
    for (int i = 0; i < count; i++) {
        libvmdk_extent_descriptor_t *extent = NULL;
        uint8_t name[NAME_MAX_BYTES] = "";
        size_t size = 0;
        if (libvmdk_handle_get_extent_descriptor(vmdk->handle, i, &extent, NULL) != 1)
            return fail(error, "%s names an extent that cannot be read: the image is damaged.", path_name(path));
        if (libvmdk_extent_descriptor_get_utf8_filename_size(extent, &size, NULL) == 1 && size <= sizeof name)
            (void)libvmdk_extent_descriptor_get_utf8_filename(extent, name, sizeof name, NULL);
        (void)libvmdk_extent_descriptor_free(&extent, NULL);
        name[sizeof name - 1] = '\0';
        if (size > sizeof name || strpbrk((const char *)name, "/\\") != NULL)
            return fail(error, "%s keeps its data in another folder or on a device: convert it with qemu-img first.",
                        path_name(path));
        if (single && strcmp((const char *)name, path_name(path)) != 0)
            return fail(error, "%s says that its disk is in a file named %.200s: give it that name again.",
                        path_name(path), (const char *)name);
    }
    return 0;
}

static int fail_damaged(const char *name, struct error *error)
{
    return fail(error, "%s is damaged or cut off: copy it again from where it came.", name);
}

static int open_handle(struct vmdk *vmdk, const char *path, struct error *error)
{
    const char *name = path_name(path);
    uint32_t parent = UINT32_MAX;
    bool single = is_single_file(path);
    if (libvmdk_handle_initialize(&vmdk->handle, NULL) != 1)
        return fail(error, "Memory is short: close other programs and try again.");
    bool open = libvmdk_handle_open(vmdk->handle, path, LIBVMDK_OPEN_READ, NULL) == 1;
    if (!open && single)
        return fail_damaged(name, error);
    if (!open)
        return fail(error,
                    "%s is damaged, or an extent without its descriptor: name the .vmdk file that describes the disk.",
                    name);
    if (libvmdk_handle_get_parent_content_identifier(vmdk->handle, &parent, NULL) == 1 && parent != UINT32_MAX)
        return fail(error, "%s is a snapshot of another disk: convert both into one image with qemu-img first.", name);
    if (check_extents(vmdk, path, single, error) != 0)
        return -1;
    if (libvmdk_handle_open_extent_data_files(vmdk->handle, NULL) == 1)
        return 0;
    if (single)
        return fail_damaged(name, error);
    return fail(error, "An extent of %s is missing or damaged: put all its .vmdk files into one folder.", name);
}

/* A disk that lies in a file of evidence is read from that file alone, wherever its descriptor says that it is. */
static int open_within(struct vmdk *vmdk, struct medium *file, const char *name, struct error *error)
{
    uint32_t parent = UINT32_MAX;
    int count = 0;
    int entry = 0;
    vmdk->within = file;
    vmdk->file = handle_of_medium(file);
    libbfio_handle_t *extent = handle_of_medium(file); /* the pool's */
    if (vmdk->file == NULL || extent == NULL || libbfio_pool_initialize(&vmdk->extents, 0, 0, NULL) != 1 ||
        libbfio_pool_append_handle(vmdk->extents, &entry, extent, LIBBFIO_OPEN_READ, NULL) != 1) {
        (void)libbfio_handle_free(&extent, NULL);
        return fail(error, "Memory is short: close other programs and try again.");
    }
    if (libvmdk_handle_initialize(&vmdk->handle, NULL) != 1)
        return fail(error, "Memory is short: close other programs and try again.");
    if (libvmdk_handle_open_file_io_handle(vmdk->handle, vmdk->file, LIBVMDK_OPEN_READ, NULL) != 1)
        return fail(error, "%s is damaged or cut off: libvmdk cannot open it.", name);
    if (libvmdk_handle_get_parent_content_identifier(vmdk->handle, &parent, NULL) == 1 && parent != UINT32_MAX)
        return fail(error, "%s is a snapshot of another disk: convert both into one image with qemu-img first.", name);
    if (libvmdk_handle_get_number_of_extents(vmdk->handle, &count, NULL) != 1 || count != 1)
        return fail(error, "%s is one of several files of a disk: convert them into one with qemu-img first.", name);
    if (libvmdk_handle_open_extent_data_files_file_io_pool(vmdk->handle, vmdk->extents, NULL) != 1)
        return fail(error, "%s is damaged or cut off: libvmdk cannot read its tables.", name);
    vmdk->grains = vmdk_grains_open(file);
    vmdk->medium.extent = vmdk->grains == NULL ? NULL : vmdk_extent;
    return 0;
}

static struct vmdk *new_vmdk(struct error *error)
{
    struct vmdk *vmdk = calloc(1, sizeof *vmdk);
    if (vmdk == NULL)
        fail(error, "Memory is short: close other programs and try again.");
    else
        vmdk->medium = (struct medium){.format = "vmdk", .sector_size = 512, .read = read_vmdk, .close = close_vmdk};
    return vmdk;
}

/* Of a disk that could be opened (result 0); else it is closed. */
static struct medium *finish_opening(struct vmdk *vmdk, int result, const char *name, struct error *error)
{
    size64_t size = 0;
    if (result == 0 && (libvmdk_handle_get_media_size(vmdk->handle, &size, NULL) != 1 || size == 0 || size > INT64_MAX))
        result = fail(error, "%s does not tell the size of its disk: the image is damaged.", name);
    if (result != 0) {
        close_vmdk(&vmdk->medium);
        return NULL;
    }
    vmdk->medium.size = size;
    return &vmdk->medium;
}

struct medium *medium_open_vmdk(const char *path, struct error *error)
{
    struct vmdk *vmdk = new_vmdk(error);
    return vmdk == NULL ? NULL : finish_opening(vmdk, open_handle(vmdk, path, error), path_name(path), error);
}

struct medium *medium_open_vmdk_within(struct medium *file, const char *name, struct error *error)
{
    struct vmdk *vmdk = new_vmdk(error);
    if (vmdk != NULL)
        return finish_opening(vmdk, open_within(vmdk, file, name, error), name, error);
    medium_close(file);
    return NULL;
}
