/* An image file as far as this project reads its format itself: qcow2, and what is left of damaged EWF and AFF images.
 * Read whole, within bounds; whatever it says, extents go forwards. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "evidence/aff_salvage.h"
#include "evidence/ewf_index.h"

enum { READ_MAX = 4 << 20, PIECE = 1 << 16, STEPS_MAX = 4096 };

static struct medium *open_medium(const char *path, const uint8_t *data, size_t size)
{
    struct medium *medium = NULL;
    struct ewf_index index;
    if (size >= 4 && memcmp(data, "QFI\xfb", 4) == 0) {
        struct medium *file = medium_open_raw(&path, 1, NULL);
        return file == NULL ? NULL : medium_open_qcow(file, "image", NULL);
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
