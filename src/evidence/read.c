/* Reading a file's content as its user saw it: through fragments, holes and compression. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "evidence/room.h"

enum { READ_MAX = 16 * 1024 * 1024 };

struct sb_file_reader {
    struct sb_evidence *evidence;
    uint64_t size;                /* bytes that may be read */
    int descriptor;               /* a file of a folder, or -1 */
    TSK_FS_FILE *file;            /* a file of a file system, or NULL */
    const TSK_FS_ATTR *attribute; /* of file */
};

static int fail_with_complaint(struct error *error, const char *what)
{
    struct bytes reason = {0};
    image_append_complaint(&reason);
    (void)fail(error, "%s: %s.", what, bytes_text(&reason));
    bytes_free(&reason);
    return -1;
}

/* How much of a deleted file's content can still be located. libtsk would fill the rest with zeros that never were. */
static uint64_t located_size(const TSK_FS_ATTR *attribute)
{
    uint64_t end = 0;
    for (const TSK_FS_ATTR_RUN *run = attribute->nrd.run; run != NULL; run = run->next) {
        uint64_t blocks;
        uint64_t bytes;
        if ((run->flags & TSK_FS_ATTR_RUN_FLAG_FILLER) == 0 &&
            !__builtin_add_overflow(run->offset, run->len, &blocks) &&
            !__builtin_mul_overflow(blocks, (uint64_t)attribute->fs_file->fs_info->block_size, &bytes) && bytes > end)
            end = bytes;
    }
    return end;
}

static int open_in_volume(struct sb_file_reader *reader, const struct sb_file_place *place, struct error *error)
{
    struct sb_evidence *evidence = reader->evidence;
    struct volume *volume = NULL;
    for (size_t i = 0; i < evidence->volume_count && volume == NULL; i++)
        if (evidence->volumes[i].told.start == place->volume_start && evidence->volumes[i].family != 0)
            volume = &evidence->volumes[i];
    if (volume == NULL)
        return fail(error, "No file system begins at byte %llu.", (unsigned long long)place->volume_start);
    tsk_error_reset();
    TSK_FS_INFO *fs = volume_open(evidence, volume);
    if (fs == NULL)
        return fail_with_complaint(error, "The file system cannot be opened");
    reader->file = tsk_fs_file_open_meta(fs, NULL, place->inode);
    if (reader->file == NULL || reader->file->meta == NULL)
        return fail_with_complaint(error, "The file cannot be opened");
    if (place->attribute_type != 0 && place->attribute_id <= UINT16_MAX)
        reader->attribute = tsk_fs_file_attr_get_type(reader->file, (TSK_FS_ATTR_TYPE_ENUM)place->attribute_type,
                                                      (uint16_t)place->attribute_id, 1);
    if (reader->attribute == NULL || reader->attribute->size <= 0)
        return fail(error, "Nothing of the file's content can be located.");
    uint64_t size = (uint64_t)reader->attribute->size;
    if ((reader->attribute->flags & TSK_FS_ATTR_NONRES) != 0 &&
        (reader->file->meta->flags & TSK_FS_META_FLAG_UNALLOC) != 0) {
        uint64_t located = located_size(reader->attribute);
        if (located == 0)
            return fail(error, "Nothing of the file's content can be located.");
        size = located < size ? located : size;
    }
    reader->size = size < place->size ? size : place->size;
    return 0;
}

struct sb_file_reader *sb_file_open(struct sb_evidence *evidence, const struct sb_file_place *place,
                                    struct error *error)
{
    struct sb_file_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL) {
        fail(error, "Memory is short: close other programs and try again.");
        return NULL;
    }
    *reader = (struct sb_file_reader){.evidence = evidence, .size = place->size, .descriptor = -1};
    int result = 0;
    if (evidence->folder >= 0)
        result = reader->descriptor = folder_open_file(evidence, place->path, place->inode, error);
    else if (!evidence->info.single_file && place->size > 0) /* an empty file needs no place */
        result = open_in_volume(reader, place, error);
    if (result < 0) {
        sb_file_close(reader);
        return NULL;
    }
    return reader;
}

static int64_t read_descriptor(int descriptor, uint64_t offset, void *buffer, size_t length, struct error *error)
{
    size_t done = 0;
    while (done < length) {
        ssize_t count = pread(descriptor, (char *)buffer + done, length - done, (off_t)(offset + done));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return fail(error, "The file cannot be read at byte %llu (%s).", (unsigned long long)(offset + done),
                        strerror(errno));
        if (count == 0)
            break;
        done += (size_t)count;
    }
    return (int64_t)done;
}

int64_t sb_file_read(struct sb_file_reader *reader, uint64_t offset, void *buffer, size_t length, struct error *error)
{
    if (offset >= reader->size)
        return 0;
    if (length > reader->size - offset)
        length = (size_t)(reader->size - offset);
    if (length > READ_MAX)
        length = READ_MAX;
    if (reader->descriptor >= 0)
        return read_descriptor(reader->descriptor, offset, buffer, length, error);
    if (reader->attribute == NULL)
        return medium_read(reader->evidence->medium, offset, buffer, length, error);
    tsk_error_reset();
    ssize_t count = tsk_fs_attr_read(reader->attribute, (TSK_OFF_T)offset, buffer, length, TSK_FS_FILE_READ_FLAG_NONE);
    if (count < 0 || (size_t)count > length)
        return fail_with_complaint(error, "The file cannot be read");
    return count;
}

void sb_file_close(struct sb_file_reader *reader)
{
    if (reader == NULL)
        return;
    if (reader->descriptor >= 0)
        close(reader->descriptor);
    tsk_fs_file_close(reader->file);
    free(reader);
}
