/* Reading a medium within its bounds, whole, whatever pieces its format hands out. */
#include "evidence/medium.h"

#include <errno.h>
#include <unistd.h>

int64_t medium_read(struct medium *medium, uint64_t offset, void *buffer, size_t length, struct error *error)
{
    if (offset >= medium->size)
        return 0;
    if (length > medium->size - offset)
        length = (size_t)(medium->size - offset);
    size_t done = 0;
    while (done < length) {
        int64_t count = medium->read(medium, offset + done, (uint8_t *)buffer + done, length - done, error);
        if (count < 0)
            return -1;
        if (count == 0 || (uint64_t)count > length - done)
            return fail(error, "The image ends early: %llu bytes at %llu cannot be read.",
                        (unsigned long long)(length - done), (unsigned long long)(offset + done));
        done += (size_t)count;
    }
    return (int64_t)done;
}

void medium_extent(struct medium *medium, uint64_t offset, struct sb_extent *extent)
{
    *extent = (struct sb_extent){.kind = SB_DATA, .start = offset, .length = medium->size - offset};
    if (medium->extent != NULL)
        medium->extent(medium, offset, extent);
    if (extent->length == 0 || extent->length > medium->size - offset)
        extent->length = medium->size - offset;
}

void descriptor_extent(int descriptor, uint64_t offset, uint64_t size, struct sb_extent *extent)
{
    *extent = (struct sb_extent){.kind = SB_DATA, .start = offset, .length = size - offset};
    off_t data = lseek(descriptor, (off_t)offset, SEEK_DATA);
    if (data < 0 && errno != ENXIO)
        return; /* a device, or a file system that keeps no holes */
    if (data < 0 || (uint64_t)data > offset) {
        extent->kind = SB_ZEROS;
        if (data >= 0 && (uint64_t)data < size)
            extent->length = (uint64_t)data - offset;
        return;
    }
    off_t hole = lseek(descriptor, (off_t)offset, SEEK_HOLE);
    if (hole > data && (uint64_t)hole < size)
        extent->length = (uint64_t)hole - offset;
}

void medium_close(struct medium *medium)
{
    if (medium != NULL)
        medium->close(medium);
}
