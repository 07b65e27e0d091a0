/* Reading a medium within its bounds, whole, whatever pieces its format hands out. */
#include "evidence/medium.h"

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

void medium_close(struct medium *medium)
{
    if (medium != NULL)
        medium->close(medium);
}
