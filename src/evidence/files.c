/* All files of one volume, in the order of its directories: names allocated and deleted, files without a name as libtsk
 * finds them ($OrphanFiles), alternate data streams, hard links, the file system's own files.
 *
 * The walk is this file's own rather than libtsk's recursive one, which passes in silence over a directory it cannot
 * read and loses the rest of a directory when a path grows too long. Each directory is entered once, so that a hostile
 * file system cannot make the walk endless. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "evidence/inside.h"
#include "evidence/numbers.h"
#include "evidence/room.h"

enum {
    DEPTH_MAX = 256,
    PATH_MAX_BYTES = 32768,
    PROGRESS_EVERY = 256,
    NTFS_OWN_LAST = 23, /* MFT records 0 to 23 are the file system's own, or reserved for it */
    HFS_OWN_LAST = 15,
};

struct level {
    TSK_FS_DIR *directory;
    size_t next;        /* entry to tell next */
    size_t path_length; /* of the directory's path in walk.path */
};

struct walk {
    struct sb_evidence *evidence;
    struct volume *volume;
    TSK_FS_INFO *fs;
    const struct sb_map_sink *sink;
    struct walk_counts *counts;
    struct error *error;
    struct numbers seen;
    struct run_list runs;
    struct bytes path; /* of the directory, then of the file being told */
    struct bytes text; /* gap sentences and stream names */
    struct level levels[DEPTH_MAX];
    size_t depth;
};

static int short_of_memory(struct walk *walk)
{
    return fail(walk->error, "Memory is short: close other programs and try again.");
}

int sink_gap(const struct sb_map_sink *sink, struct bytes *text)
{
    return sink->gap == NULL ? 0 : sink->gap(sink->context, bytes_text(text));
}

/* "NTFS volume at 1048576: <what> <path>: <libtsk's reason>"; the reason is left away if there is none. */
static int tell_gap(struct walk *walk, const char *what, const char *path, bool with_reason)
{
    bytes_clear(&walk->text);
    bytes_format(&walk->text, "%s volume at %llu: %s", walk->volume->told.file_system,
                 (unsigned long long)walk->volume->told.start, what);
    if (path != NULL)
        bytes_format(&walk->text, " %s", path);
    if (with_reason) {
        bytes_append_text(&walk->text, ": ");
        image_append_complaint(&walk->text);
    }
    return sink_gap(walk->sink, &walk->text);
}

static int64_t time_of(time_t time)
{
    return time == 0 ? INT64_MIN : (int64_t)time;
}

static void tell_times(struct sb_file *told, const TSK_FS_META *meta)
{
    told->modified = told->accessed = told->changed = told->created = INT64_MIN;
    if (meta == NULL)
        return;
    told->modified = time_of(meta->mtime);
    told->accessed = time_of(meta->atime);
    told->changed = time_of(meta->ctime);
    told->created = time_of(meta->crtime);
}

/* Hands one file to the sink under the next number. */
static int tell_file(struct walk *walk, struct sb_file *told)
{
    if (walk->counts->files == UINT32_MAX)
        return fail(walk->error, "The evidence has more files than can be numbered.");
    if (walk->path.failed || walk->text.failed)
        return short_of_memory(walk);
    told->number = ++walk->counts->files;
    told->volume = walk->volume->told.number;
    int result = walk->sink->file == NULL ? 0 : walk->sink->file(walk->sink->context, told);
    if (result == 0 && walk->counts->files % PROGRESS_EVERY == 0 && walk->sink->progress != NULL)
        result = walk->sink->progress(walk->sink->context, walk->counts->files);
    return result;
}

/* The file system's own files, by the address that the format reserves for them. */
static bool is_own_file(struct walk *walk, const TSK_FS_META *meta)
{
    if (meta == NULL)
        return false;
    if (meta->type == TSK_FS_META_TYPE_VIRT || meta->type == TSK_FS_META_TYPE_VIRT_DIR)
        return true;
    if (walk->volume->family == TSK_FS_TYPE_NTFS_DETECT)
        return meta->addr <= NTFS_OWN_LAST || strncmp(bytes_text(&walk->path), "/$Extend/", 9) == 0;
    if (walk->volume->family == TSK_FS_TYPE_HFS_DETECT)
        return meta->addr <= HFS_OWN_LAST;
    return false;
}

/* libtsk shows the label of a FAT volume as a file with this ending. */
static bool is_volume_label(const struct walk *walk, const struct sb_file *told)
{
    static const char ending[] = " (Volume Label Entry)";
    size_t length = strlen(told->path);
    return walk->volume->family == TSK_FS_TYPE_FAT_DETECT && length >= sizeof ending &&
           strcmp(told->path + length - (sizeof ending - 1), ending) == 0;
}

static bool begins_as_disk(const struct walk *walk, const TSK_FS_ATTR *attribute, const struct sb_file *told)
{
    uint8_t head[DISK_HEAD];
    if (walk->evidence->depth >= SB_INSIDE_MOST || !told->allocated || !told->regular || told->hard_link ||
        told->run_count == 0 || told->size < DISK_LEAST || told->size % 512 != 0)
        return false;
    ssize_t count = tsk_fs_attr_read(attribute, 0, (char *)head, sizeof head, TSK_FS_FILE_READ_FLAG_NONE);
    tsk_error_reset();
    return count > 0 && (size_t)count <= sizeof head && disk_is_likely(head, (size_t)count, told->size);
}

/* One content of a file: fills runs and size from its attribute and tells it. */
static int tell_content(struct walk *walk, TSK_FS_FILE *file, const TSK_FS_ATTR *attribute, struct sb_file *told)
{
    uint64_t size = told->size;
    if (runs_of_attribute(walk->evidence, walk->volume, file, attribute, &walk->runs, told) != 0)
        return short_of_memory(walk);
    if (told->run_count == 0 && !told->resident && told->size < size)
        told->size = size; /* deleted: nothing can be located, but the size is still recorded */
    if (walk->runs.cut && told->allocated && !told->hard_link) {
        int result = tell_gap(walk, "some of the content lies outside the medium, of the file", told->path, false);
        if (result != 0)
            return result;
    }
    if (told->hard_link) {
        told->runs = NULL;
        told->run_count = 0;
        told->slack = 0;
        told->in_order = false;
    }
    told->disk = begins_as_disk(walk, attribute, told);
    return tell_file(walk, told);
}

/* The attribute that holds a file's content, or a directory's entries. */
static const TSK_FS_ATTR *main_attribute(const struct walk *walk, TSK_FS_FILE *file)
{
    if (walk->volume->family != TSK_FS_TYPE_NTFS_DETECT)
        return tsk_fs_file_attr_get(file);
    bool directory = TSK_FS_IS_DIR_META(file->meta->type);
    const TSK_FS_ATTR *best = NULL;
    int count = tsk_fs_file_attr_getsize(file);
    for (int i = 0; i < count; i++) {
        const TSK_FS_ATTR *attribute = tsk_fs_file_attr_get_idx(file, i);
        if (attribute == NULL)
            continue;
        if (directory && attribute->type == TSK_FS_ATTR_TYPE_NTFS_IDXALLOC)
            return attribute;
        if (directory && attribute->type == TSK_FS_ATTR_TYPE_NTFS_IDXROOT && best == NULL)
            best = attribute;
        if (!directory && attribute->type == TSK_FS_ATTR_TYPE_NTFS_DATA &&
            (attribute->name == NULL || attribute->name[0] == '\0'))
            return attribute;
    }
    return best;
}

/* What else a file contains under a name of its own: NTFS streams, the resource fork of HFS+. */
static const char *stream_name(const struct walk *walk, const TSK_FS_ATTR *attribute)
{
    if (walk->volume->family == TSK_FS_TYPE_NTFS_DETECT)
        return attribute->type == TSK_FS_ATTR_TYPE_NTFS_DATA && attribute->name != NULL ? attribute->name : "";
    if (walk->volume->family == TSK_FS_TYPE_HFS_DETECT && attribute->type == TSK_FS_ATTR_TYPE_HFS_RSRC &&
        attribute->size > 0)
        return "rsrc";
    return "";
}

static int tell_streams(struct walk *walk, TSK_FS_FILE *file, const struct sb_file *owner)
{
    size_t length = walk->path.length;
    uint32_t same_as = owner->same_as;
    int count = tsk_fs_file_attr_getsize(file);
    int result = 0;
    for (int i = 0; i < count && result == 0; i++) {
        const TSK_FS_ATTR *attribute = tsk_fs_file_attr_get_idx(file, i);
        const char *name = attribute == NULL ? "" : stream_name(walk, attribute);
        if (name[0] == '\0')
            continue;
        bytes_append_char(&walk->path, ':');
        text_append_repaired(&walk->path, name, strlen(name));
        struct sb_file told = {.inode = owner->inode,
                               .path = bytes_text(&walk->path),
                               .modified = owner->modified,
                               .accessed = owner->accessed,
                               .changed = owner->changed,
                               .created = owner->created,
                               .allocated = owner->allocated,
                               .regular = !owner->metadata,
                               .metadata = owner->metadata,
                               .hard_link = owner->hard_link,
                               .same_as = owner->hard_link ? ++same_as : 0};
        result = tell_content(walk, file, attribute, &told);
        walk->path.length = length;
    }
    return result;
}

/* A file with all its contents. Its path stands in walk->path. */
static int tell_entry(struct walk *walk, const TSK_FS_NAME *name, TSK_FS_FILE *file, bool allocated)
{
    const TSK_FS_META *meta = file == NULL ? NULL : file->meta;
    struct sb_file told = {.inode = name->meta_addr, .path = bytes_text(&walk->path), .allocated = allocated};
    /* A deleted name whose inode serves another file since: nothing of that file is this one's. */
    bool taken = meta != NULL && !allocated && (meta->flags & TSK_FS_META_FLAG_ALLOC) != 0;
    tell_times(&told, taken ? NULL : meta);
    told.metadata = is_own_file(walk, meta) || is_volume_label(walk, &told);
    if (meta == NULL || taken) {
        told.regular = name->type == TSK_FS_NAME_TYPE_REG;
        return tell_file(walk, &told);
    }
    told.regular = meta->type == TSK_FS_META_TYPE_REG && !told.metadata;
    told.size = meta->size > 0 && meta->type == TSK_FS_META_TYPE_REG ? (uint64_t)meta->size : 0;
    told.same_as = numbers_find(&walk->seen, told.inode);
    told.hard_link = told.same_as != 0;
    if (!told.hard_link && numbers_add(&walk->seen, told.inode, walk->counts->files + 1) != 0)
        return short_of_memory(walk);
    if (meta->type != TSK_FS_META_TYPE_REG && meta->type != TSK_FS_META_TYPE_DIR && meta->type != TSK_FS_META_TYPE_VIRT)
        return tell_file(walk, &told);
    tsk_error_reset();
    const TSK_FS_ATTR *attribute = main_attribute(walk, file);
    int result = 0;
    if (attribute == NULL && tsk_error_get_errno() != 0 && allocated)
        result = tell_gap(walk, "cannot find the content of", told.path, true);
    tsk_error_reset();
    if (result == 0)
        result = attribute == NULL ? tell_file(walk, &told) : tell_content(walk, file, attribute, &told);
    return result != 0 ? result : tell_streams(walk, file, &told);
}

static bool may_enter(const TSK_FS_NAME *name, const TSK_FS_META *meta)
{
    return meta != NULL && TSK_FS_IS_DIR_META(meta->type) &&
           (TSK_FS_IS_DIR_NAME(name->type) || name->type == TSK_FS_NAME_TYPE_UNDEF) &&
           ((name->flags & TSK_FS_NAME_FLAG_ALLOC) != 0 || (meta->flags & TSK_FS_META_FLAG_UNALLOC) != 0);
}

static int enter_directory(struct walk *walk, TSK_INUM_T inode)
{
    const char *path = walk->path.length == 0 ? "/" : bytes_text(&walk->path);
    if (walk->depth == DEPTH_MAX || walk->path.length > PATH_MAX_BYTES)
        return tell_gap(walk, "directories are nested too deeply to enter", walk->depth == DEPTH_MAX ? path : NULL,
                        false);
    tsk_error_reset();
    TSK_FS_DIR *directory = tsk_fs_dir_open_meta(walk->fs, inode);
    if (directory == NULL)
        return tell_gap(walk, "cannot read the directory", path, true);
    walk->levels[walk->depth++] = (struct level){.directory = directory, .path_length = walk->path.length};
    return 0;
}

/* What a name leads to, or NULL. In NTFS a name carries the sequence number of the record it belongs to, which counts
 * up when the record is given back: a deleted name's own record is one ahead, any other difference is another file's.
 */
static TSK_FS_FILE *open_named(struct walk *walk, const TSK_FS_NAME *name)
{
    if (name->meta_addr == 0 && (name->flags & TSK_FS_NAME_FLAG_ALLOC) == 0)
        return NULL;
    TSK_FS_FILE *file = tsk_fs_file_open_meta(walk->fs, NULL, name->meta_addr);
    if (file == NULL || file->meta == NULL || walk->volume->family != TSK_FS_TYPE_NTFS_DETECT)
        return file;
    bool given_back = (file->meta->flags & TSK_FS_META_FLAG_UNALLOC) != 0 && file->meta->seq > 0;
    if (name->meta_seq == file->meta->seq - (given_back ? 1 : 0) || name->meta_addr == walk->fs->last_inum)
        return file;
    tsk_fs_file_close(file);
    return NULL;
}

static int tell_name(struct walk *walk, const TSK_FS_NAME *name)
{
    const char *text = name->name != NULL ? name->name : "";
    if (TSK_FS_ISDOT(text))
        return 0;
    bytes_append_char(&walk->path, '/');
    text_append_repaired(&walk->path, text, strlen(text));
    tsk_error_reset();
    TSK_FS_FILE *file = open_named(walk, name);
    const TSK_FS_META *meta = file == NULL ? NULL : file->meta;
    int result = 0;
    if (meta == NULL && (name->flags & TSK_FS_NAME_FLAG_ALLOC) != 0)
        result = tell_gap(walk, "cannot read the record of", bytes_text(&walk->path), true);
    bool allocated =
        (name->flags & TSK_FS_NAME_FLAG_ALLOC) != 0 && (meta == NULL || (meta->flags & TSK_FS_META_FLAG_UNALLOC) == 0);
    bool known = meta != NULL && numbers_find(&walk->seen, name->meta_addr) != 0;
    if (result == 0)
        result = tell_entry(walk, name, file, allocated);
    bool enter = result == 0 && !known && may_enter(name, meta);
    tsk_fs_file_close(file);
    return enter ? enter_directory(walk, name->meta_addr) : result;
}

/* The journal of ext3 and ext4 has an inode but no name. */
static int tell_journal(struct walk *walk)
{
    if (walk->volume->family != TSK_FS_TYPE_EXT_DETECT || walk->fs->journ_inum == 0 ||
        numbers_find(&walk->seen, walk->fs->journ_inum) != 0)
        return 0;
    TSK_FS_FILE *file = tsk_fs_file_open_meta(walk->fs, NULL, walk->fs->journ_inum);
    if (file == NULL || file->meta == NULL) {
        tsk_fs_file_close(file);
        return tell_gap(walk, "cannot read the journal", NULL, true);
    }
    struct sb_file told = {.inode = walk->fs->journ_inum, .path = "/$Journal", .allocated = true, .metadata = true};
    tell_times(&told, file->meta);
    const TSK_FS_ATTR *attribute = tsk_fs_file_attr_get(file);
    int result = attribute == NULL ? tell_gap(walk, "cannot read the journal", NULL, true)
                                   : tell_content(walk, file, attribute, &told);
    tsk_fs_file_close(file);
    return result;
}

static int walk_levels(struct walk *walk)
{
    int result = 0;
    while (result == 0 && walk->depth > 0) {
        struct level *level = &walk->levels[walk->depth - 1];
        walk->path.length = level->path_length;
        if (level->next >= tsk_fs_dir_getsize(level->directory)) {
            tsk_fs_dir_close(level->directory);
            walk->depth--;
            continue;
        }
        const TSK_FS_NAME *name = tsk_fs_dir_get_name(level->directory, level->next++);
        if (name != NULL)
            result = tell_name(walk, name);
    }
    return result;
}

int files_walk(struct sb_evidence *evidence, struct volume *volume, const struct sb_map_sink *sink,
               struct walk_counts *counts, struct error *error)
{
    if (volume->family == 0)
        return 0;
    struct walk *walk = calloc(1, sizeof *walk);
    if (walk == NULL)
        return fail(error, "Memory is short: close other programs and try again.");
    *walk = (struct walk){.evidence = evidence, .volume = volume, .sink = sink, .counts = counts, .error = error};
    tsk_error_reset();
    walk->fs = volume_open(evidence, volume);
    int result = walk->fs == NULL ? tell_gap(walk, "cannot open the file system", NULL, true) : 0;
    if (walk->fs != NULL) {
        result = numbers_add(&walk->seen, walk->fs->root_inum, UINT32_MAX) != 0 ? short_of_memory(walk) : 0;
        /* A root that is libtsk's own directory of orphans would make it wait for itself forever. */
        if (result == 0 && walk->fs->root_inum == TSK_FS_ORPHANDIR_INUM(walk->fs))
            result = tell_gap(walk, "the root directory has an impossible address", NULL, false);
        else if (result == 0)
            result = enter_directory(walk, walk->fs->root_inum);
        if (result == 0)
            result = walk_levels(walk);
        if (result == 0)
            result = tell_journal(walk);
    }
    while (walk->depth > 0)
        tsk_fs_dir_close(walk->levels[--walk->depth].directory);
    numbers_free(&walk->seen);
    free(walk->runs.run);
    bytes_free(&walk->path);
    bytes_free(&walk->text);
    free(walk);
    volume_close(volume);
    return result;
}
