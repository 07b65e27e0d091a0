/* A medium behind libtsk's external image interface, so that libtsk needs no format of its own and opens no files. */
#include <stdlib.h>

#include "evidence/room.h"

struct image {
    TSK_IMG_INFO info; /* first: libtsk knows nothing of the rest */
    struct medium *medium;
};

static ssize_t read_image(TSK_IMG_INFO *info, TSK_OFF_T offset, char *buffer, size_t length)
{
    struct medium *medium = ((struct image *)info)->medium;
    struct error error = {0};
    int64_t count = offset < 0 ? -1 : medium_read(medium, (uint64_t)offset, buffer, length, &error);
    if (count < 0) {
        tsk_error_reset();
        tsk_error_set_errno(TSK_ERR_IMG_READ);
        tsk_error_set_errstr("%s", error.text);
        return -1;
    }
    return (ssize_t)count;
}

static void close_image(TSK_IMG_INFO *info)
{
    free(info);
}

static void describe_image(TSK_IMG_INFO *info, FILE *out)
{
    (void)info;
    (void)out;
}

TSK_IMG_INFO *image_wrap(struct medium *medium)
{
    struct image *image = calloc(1, sizeof *image);
    if (image == NULL)
        return NULL;
    image->medium = medium;
    TSK_IMG_INFO *info = tsk_img_open_external(image, (TSK_OFF_T)medium->size, medium->sector_size, read_image,
                                               close_image, describe_image);
    if (info == NULL)
        free(image);
    return info;
}

void image_append_complaint(struct bytes *out)
{
    const char *text = tsk_error_get();
    if (text == NULL)
        text = "libtsk gives no reason";
    struct bytes line = {0};
    for (; *text != '\0'; text++)
        bytes_append_char(&line, *text == '\n' || *text == '\r' ? ' ' : *text);
    bytes_append_text(out, bytes_text(&line));
    bytes_free(&line);
    tsk_error_reset();
}
