/* An image file as far as this project reads its format itself: qcow2, dynamic VHD, and what is left of damaged EWF and
 * AFF images; and what no table of it leads to.
 * Read whole, within bounds; whatever it says, extents go forwards. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/number.h"
#include "evidence/aff_salvage.h"
#include "evidence/ewf_index.h"
#include "evidence/inside.h"

enum { READ_MAX = 4 << 20, PIECE = 1 << 16, STEPS_MAX = 4096 };

/* Of a VHD without them libvhdi would read what it is. */
static bool has_tables(const uint8_t *data, size_t size)
{
    enum { FOOTER = 512, HEADER = 1024 };
    if (size < FOOTER + HEADER || !vhd_footer(data))
        return false;
    uint64_t at = load_be64(data + 16);
    return at <= size - HEADER && memcmp(data + at, "cxsparse", 8) == 0;
}

/* In order, apart from each other, and within the file. */
struct parts {
    uint64_t end, size;
};

static int take_part(void *context, uint64_t start, uint64_t length)
{
    struct parts *parts = context;
    if (start < parts->end || length == 0 || length > parts->size || start > parts->size - length)
        abort();
    parts->end = start + length;
    return 0;
}

static struct medium *open_medium(const char *path, const uint8_t *data, size_t size)
{
    struct medium *medium = NULL;
    struct ewf_index index;
    bool qcow = disk_format_of(data, size) == DISK_QCOW;
    if (qcow || has_tables(data, size)) {
        struct medium *file = medium_open_raw(&path, 1, NULL);
        return file == NULL ? NULL
               : qcow       ? medium_open_qcow(file, "image", NULL)
                            : medium_open_vhd_within(file, "image", NULL);
    }
    if (size >= 4 && memcmp(data, "AFF1", 4) == 0)
        return medium_salvage_aff(path, &medium, NULL) == 0 ? medium : NULL;
    if (ewf_index_build(&index, &path, 1, NULL) == 0)
        return medium_salvage_ewf(&index, NULL);
    ewf_index_free(&index);
    return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t piece[PIECE];
    char path[64];
    int descriptor = memfd_create("image", MFD_CLOEXEC);
    if (descriptor < 0 || write(descriptor, data, size) != (ssize_t)size)
        abort();
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    struct medium *medium = open_medium(path, data, size);
    close(descriptor);
    if (medium == NULL)
        return 0;
    uint64_t most = medium->size < READ_MAX ? medium->size : READ_MAX;
    for (uint64_t at = 0; at < most; at += PIECE)
        (void)medium_read(medium, at, piece, PIECE, NULL);
    struct parts parts = {.size = size};
    if (medium->unused != NULL && !disk_is_inflated(medium, (uint64_t)size * 100))
        (void)medium->unused(medium, take_part, &parts, NULL);
    (void)disk_is_likely(data, size, size);
    int steps = 0;
    for (uint64_t at = 0; at < medium->size && steps < STEPS_MAX; steps++) {
        struct sb_extent extent;
        medium_extent(medium, at, &extent);
        if (extent.start != at || extent.length == 0 || extent.length > medium->size - at ||
            (extent.kind == SB_LOST && extent.reason[0] == '\0'))
            abort();
        at += extent.length;
    }
    medium_close(medium);
    return 0;
}
