/* Reading, seeking and asking for the size is all that libbfio needs of a medium; it is open as long as the handle is.
 */
#include "evidence/handle.h"

#include <stdio.h>
#include <stdlib.h>

/* Behind libbfio's opaque intptr_t. */
struct place {
    struct medium *medium;
    uint64_t at;
};

static int free_place(intptr_t **place, libbfio_error_t **error)
{
    (void)error;
    free(*place);
    *place = NULL;
    return 1;
}

static int clone_place(intptr_t **copy, intptr_t *place, libbfio_error_t **error)
{
    (void)error;
    struct place *made = malloc(sizeof *made);
    if (made == NULL)
        return -1;
    *made = *(struct place *)(void *)place;
    *copy = (intptr_t *)(void *)made;
    return 1;
}

static int open_place(intptr_t *place, int flags, libbfio_error_t **error)
{
    (void)error;
    ((struct place *)(void *)place)->at = 0;
    return (flags & LIBBFIO_ACCESS_FLAG_WRITE) == 0 ? 1 : -1;
}

static int close_place(intptr_t *place, libbfio_error_t **error)
{
    (void)place;
    (void)error;
    return 0;
}

static ssize_t read_place(intptr_t *handle, uint8_t *buffer, size_t size, libbfio_error_t **error)
{
    (void)error;
    struct place *place = (struct place *)(void *)handle;
    int64_t count = medium_read(place->medium, place->at, buffer, size, NULL);
    if (count > 0)
        place->at += (uint64_t)count;
    return (ssize_t)count;
}

static ssize_t write_nothing(intptr_t *place, const uint8_t *buffer, size_t size, libbfio_error_t **error)
{
    (void)place;
    (void)buffer;
    (void)size;
    (void)error;
    return -1;
}

static off64_t seek_place(intptr_t *handle, off64_t offset, int whence, libbfio_error_t **error)
{
    (void)error;
    struct place *place = (struct place *)(void *)handle;
    int64_t base = whence == SEEK_CUR ? (int64_t)place->at : whence == SEEK_END ? (int64_t)place->medium->size : 0;
    int64_t at;
    if (__builtin_add_overflow(base, (int64_t)offset, &at) || at < 0)
        return -1;
    place->at = (uint64_t)at;
    return at;
}

static int is_there(intptr_t *place, libbfio_error_t **error)
{
    (void)place;
    (void)error;
    return 1;
}

static int size_of_place(intptr_t *place, size64_t *size, libbfio_error_t **error)
{
    (void)error;
    *size = ((struct place *)(void *)place)->medium->size;
    return 1;
}

libbfio_handle_t *handle_of_medium(struct medium *medium)
{
    struct place *place = calloc(1, sizeof *place);
    libbfio_handle_t *handle = NULL;
    if (place == NULL)
        return NULL;
    place->medium = medium;
    if (libbfio_handle_initialize(&handle, (intptr_t *)(void *)place, free_place, clone_place, open_place, close_place,
                                  read_place, write_nothing, seek_place, is_there, is_there, size_of_place,
                                  LIBBFIO_FLAG_IO_HANDLE_MANAGED | LIBBFIO_FLAG_IO_HANDLE_CLONE_BY_FUNCTION, NULL) == 1)
        return handle;
    free(place);
    return NULL;
}
