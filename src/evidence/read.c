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
    const TSK_FS_ATTR_RUN *run;   /* of attribute: where the extent asked for last lies; NULL: none */
    uint64_t base;                /* of the file system in the medium, bytes */
    bool plain;                   /* runs tell where the bytes stand as they are */
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
    reader->base = (uint64_t)fs->offset;
    reader->plain = (reader->attribute->flags & TSK_FS_ATTR_NONRES) != 0 && reader->attribute->nrd.skiplen == 0 &&
                    (reader->attribute->flags & (TSK_FS_ATTR_COMP | TSK_FS_ATTR_ENC)) == 0 &&
                    (reader->file->meta->flags & TSK_FS_META_FLAG_COMP) == 0 && !volume->in_pool &&
                    fs->block_pre_size == 0 && fs->block_post_size == 0;
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

/* The run that holds a block, from the one before on: files are read forwards. */
static const TSK_FS_ATTR_RUN *find_run(struct sb_file_reader *reader, uint64_t block)
{
    const TSK_FS_ATTR_RUN *run =
        reader->run != NULL && reader->run->offset <= block ? reader->run : reader->attribute->nrd.run;
    while (run != NULL && (block < run->offset || block - run->offset >= run->len))
        run = run->next;
    return reader->run = run;
}

/* A hole of a plain file is zeros; so is one of a compressed file that is longer than its units, since a shorter one is
 * what compression saved. What a run holds is what the medium holds there. */
static void extent_by_runs(struct sb_file_reader *reader, uint64_t offset, struct sb_extent *extent)
{
    const TSK_FS_ATTR *attribute = reader->attribute;
    uint64_t block_size = reader->file->fs_info->block_size;
    uint64_t initialised = attribute->nrd.initsize < 0 ? 0 : (uint64_t)attribute->nrd.initsize;
    if (offset >= initialised && reader->plain) {
        extent->kind = SB_ZEROS;
        return;
    }
    if (reader->plain && extent->length > initialised - offset)
        extent->length = initialised - offset;
    const TSK_FS_ATTR_RUN *run = find_run(reader, offset / block_size);
    uint64_t end;
    uint64_t length;
    if (run == NULL || __builtin_add_overflow(run->offset, run->len, &end) ||
        __builtin_mul_overflow(end, block_size, &end))
        return;
    length = end - offset;
    bool hole = (run->flags & (TSK_FS_ATTR_RUN_FLAG_SPARSE | TSK_FS_ATTR_RUN_FLAG_FILLER)) != 0;
    if (!reader->plain) {
        uint64_t unit = attribute->nrd.compsize * block_size;
        uint64_t up = unit == 0 ? 0 : (offset + unit - 1) / unit * unit; /* where the next whole unit begins */
        uint64_t down = unit == 0 ? 0 : end / unit * unit;
        if (hole && up == offset && down > offset) {
            extent->kind = SB_ZEROS;
            length = down - offset;
        } else if (hole && up < down) {
            length = up - offset;
        }
        if (length < extent->length)
            extent->length = length;
        return;
    }
    uint64_t place;
    if (length < extent->length)
        extent->length = length;
    if (hole) {
        extent->kind = SB_ZEROS;
    } else if (!__builtin_mul_overflow(run->addr, block_size, &place) &&
               !__builtin_add_overflow(place, reader->base + (offset - run->offset * block_size), &place) &&
               place < reader->evidence->medium->size) {
        struct sb_extent beneath;
        medium_extent(reader->evidence->medium, place, &beneath);
        extent->kind = beneath.kind;
        extent->reason = beneath.reason;
        if (beneath.length < extent->length)
            extent->length = beneath.length;
    }
}

void sb_file_extent(struct sb_file_reader *reader, uint64_t offset, struct sb_extent *extent)
{
    *extent = (struct sb_extent){
        .kind = SB_DATA, .start = offset, .length = reader->size > offset ? reader->size - offset : 1};
    if (offset >= reader->size)
        return;
    uint64_t most = extent->length;
    if (reader->descriptor >= 0)
        descriptor_extent(reader->descriptor, offset, reader->size, extent);
    else if (reader->attribute == NULL)
        medium_extent(reader->evidence->medium, offset, extent);
    else if ((reader->attribute->flags & TSK_FS_ATTR_NONRES) != 0)
        extent_by_runs(reader, offset, extent);
    if (extent->length > most)
        extent->length = most;
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
