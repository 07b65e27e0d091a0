/* QEMU disks (QCOW2, versions 2 and 3) through libqcow. What libqcow would misread is refused before: a backing file,
 * encryption, and the incompatible features of version 3. */
#include <fcntl.h>
#include <libqcow.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/number.h"
#include "evidence/medium.h"
#include "evidence/segments.h"

enum {
    HEADER_SIZE = 80,
    READ_MAX = 64 * 1024 * 1024,
    FEATURE_DIRTY = 1, /* only reference counts may be stale: reading does not need them */
};

struct qcow {
    struct medium medium;
    libqcow_file_t *file;
};

static int64_t read_qcow(struct medium *medium, uint64_t offset, void *buffer, size_t length, struct error *error)
{
    struct qcow *qcow = (struct qcow *)medium;
    if (length > READ_MAX)
        length = READ_MAX;
    ssize_t count = libqcow_file_read_buffer_at_offset(qcow->file, buffer, length, (off64_t)offset, NULL);
    if (count <= 0)
        return fail(error, "The image's data at byte %llu cannot be read: it is damaged or cut off.",
                    (unsigned long long)offset);
    return count;
}

static void close_qcow(struct medium *medium)
{
    struct qcow *qcow = (struct qcow *)medium;
    if (qcow->file != NULL) {
        (void)libqcow_file_close(qcow->file, NULL);
        (void)libqcow_file_free(&qcow->file, NULL);
    }
    free(qcow);
}

static int check_header(const char *path, struct error *error)
{
    const char *name = path_name(path);
    uint8_t header[HEADER_SIZE] = {0};
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t count = descriptor < 0 ? -1 : pread(descriptor, header, sizeof header, 0);
    if (descriptor >= 0)
        close(descriptor);
    if (count < 72)
        return fail(error, "%s is cut off: copy it again.", name);
    uint32_t version = load_be32(header + 4);
    if (version != 2 && version != 3)
        return fail(error, "%s is of QCOW version %u: convert it with qemu-img to raw first.", name, version);
    if (load_be64(header + 8) != 0)
        return fail(error, "%s is only the changes to a backing file: convert both into one image with qemu-img first.",
                    name);
    if (load_be32(header + 32) != 0)
        return fail(error, "%s is encrypted by QEMU: convert it with qemu-img and its key first.", name);
    if (version == 3 && (load_be64(header + 72) & ~(uint64_t)FEATURE_DIRTY) != 0)
        return fail(error, "%s uses QCOW features that cannot be read here: convert it with qemu-img to raw first.",
                    name);
    return 0;
}

struct medium *medium_open_qcow(const char *path, struct error *error)
{
    if (check_header(path, error) != 0)
        return NULL;
    struct qcow *qcow = calloc(1, sizeof *qcow);
    if (qcow == NULL) {
        fail(error, "Memory is short: close other programs and try again.");
        return NULL;
    }
    qcow->medium = (struct medium){.format = "qcow2", .sector_size = 512, .read = read_qcow, .close = close_qcow};
    size64_t size = 0;
    int result = 0;
    if (libqcow_file_initialize(&qcow->file, NULL) != 1)
        result = fail(error, "Memory is short: close other programs and try again.");
    else if (libqcow_file_open(qcow->file, path, LIBQCOW_OPEN_READ, NULL) != 1)
        result = fail(error, "%s is damaged or cut off: libqcow cannot open it. Copy it again.", path_name(path));
    else if (libqcow_file_get_media_size(qcow->file, &size, NULL) != 1 || size == 0 || size > INT64_MAX)
        result = fail(error, "%s does not tell the size of its disk: the image is damaged.", path_name(path));
    if (result != 0) {
        close_qcow(&qcow->medium);
        return NULL;
    }
    qcow->medium.size = size;
    return &qcow->medium;
}
