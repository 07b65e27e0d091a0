/* A folder as evidence: its files in the order of their names, whatever the file system's own order. Every step down is
 * an openat without following links, so that a link in the folder leads nowhere else. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "evidence/inside.h"
#include "evidence/room.h"
#include "evidence/segments.h"

enum { DEPTH_MAX = 128, PROGRESS_EVERY = 256 };

struct level {
    int descriptor;
    struct path_list names; /* sorted */
    size_t next;
    size_t path_length;
};

struct walk {
    const struct sb_map_sink *sink;
    struct error *error;
    struct bytes path; /* from the folder, repaired to UTF-8 */
    struct level levels[DEPTH_MAX];
    size_t depth;
    uint32_t files;
};

/* Opens without leaving a trace: reading must not change when the files were last read. Only their owner (or root) may
 * ask for that; others read as they can. */
static int open_quietly(int directory, const char *name, int flags)
{
    int descriptor = openat(directory, name, flags | O_NOATIME);
    return descriptor >= 0 || errno != EPERM ? descriptor : openat(directory, name, flags);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All names of a directory but "." and "..", sorted. Takes over nothing: the descriptor stays the caller's. */
static int list_names(int descriptor, struct path_list *names, struct error *error)
{
    int copy = open_quietly(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = copy < 0 ? NULL : fdopendir(copy);
    if (directory == NULL) {
        if (copy >= 0)
            close(copy);
        return fail(error, "%s", strerror(errno));
    }
    *names = (struct path_list){0};
    int result = 0;
    struct dirent *entry;
    while (result == 0 && (entry = readdir(directory)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            result = path_list_add(names, entry->d_name, error);
    closedir(directory);
    if (result != 0)
        path_list_free(names);
    else if (names->count > 0)
        qsort(names->path, names->count, sizeof *names->path, compare_names);
    return result;
}

static int tell_gap(struct walk *walk, const char *what, const char *reason)
{
    struct bytes text = {0};
    bytes_format(&text, "%s %s: %s", what, walk->path.length == 0 ? "/" : bytes_text(&walk->path), reason);
    int result = sink_gap(walk->sink, &text);
    bytes_free(&text);
    return result;
}

/* Takes the descriptor over. */
static int enter_directory(struct walk *walk, int descriptor)
{
    struct error reason = {0};
    struct path_list names;
    if (walk->depth == DEPTH_MAX || list_names(descriptor, &names, &reason) != 0) {
        close(descriptor);
        return tell_gap(walk, "cannot read the directory",
                        walk->depth == DEPTH_MAX ? "it is nested too deeply" : reason.text);
    }
    walk->levels[walk->depth++] =
        (struct level){.descriptor = descriptor, .names = names, .path_length = walk->path.length};
    return 0;
}

static bool begins_as_disk(int descriptor, const struct stat *status)
{
    uint8_t head[DISK_HEAD];
    if (descriptor < 0 || !S_ISREG(status->st_mode) || status->st_size < DISK_LEAST)
        return false;
    ssize_t count = pread(descriptor, head, sizeof head, 0);
    return count > 0 && disk_is_likely(head, (size_t)count, (uint64_t)status->st_size);
}

/* descriptor: the file, open, or -1. */
static int tell_file(struct walk *walk, const struct stat *status, int descriptor)
{
    bool regular = S_ISREG(status->st_mode);
    struct sb_file file = {.number = ++walk->files,
                           .inode = status->st_ino,
                           .path = bytes_text(&walk->path),
                           .size = regular ? (uint64_t)status->st_size : 0,
                           .modified = status->st_mtime,
                           .accessed = status->st_atime,
                           .changed = status->st_ctime,
                           .created = INT64_MIN,
                           .allocated = true,
                           .regular = regular,
                           .disk = begins_as_disk(descriptor, status)};
    if (walk->path.failed)
        return fail(walk->error, "Memory is short: close other programs and try again.");
    int result = walk->sink->file == NULL ? 0 : walk->sink->file(walk->sink->context, &file);
    if (result == 0 && walk->files % PROGRESS_EVERY == 0 && walk->sink->progress != NULL)
        result = walk->sink->progress(walk->sink->context, walk->files);
    return result;
}

/* A file that cannot be opened is a gap and no file: nothing of it could be read later. */
static int tell_name(struct walk *walk, int directory, const char *name)
{
    struct stat status;
    bytes_append_char(&walk->path, '/');
    text_append_repaired(&walk->path, name, strlen(name));
    if (fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return tell_gap(walk, "cannot examine", strerror(errno));
    if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
        return tell_file(walk, &status, -1);
    int flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | (S_ISDIR(status.st_mode) ? O_DIRECTORY : 0);
    int descriptor = open_quietly(directory, name, flags);
    if (descriptor < 0)
        return tell_gap(walk, S_ISDIR(status.st_mode) ? "cannot read the directory" : "cannot open the file",
                        strerror(errno));
    int result = tell_file(walk, &status, descriptor);
    if (result == 0 && S_ISDIR(status.st_mode))
        return enter_directory(walk, descriptor);
    close(descriptor);
    return result;
}

static int walk_levels(struct walk *walk)
{
    int result = 0;
    while (result == 0 && walk->depth > 0) {
        struct level *level = &walk->levels[walk->depth - 1];
        walk->path.length = level->path_length;
        if (level->next < level->names.count) {
            result = tell_name(walk, level->descriptor, level->names.path[level->next++]);
            continue;
        }
        path_list_free(&level->names);
        close(level->descriptor);
        walk->depth--;
    }
    return result;
}

int folder_map(struct sb_evidence *evidence, const struct sb_map_sink *sink, struct error *error)
{
    static const struct sb_volume volume = {.description = "", .file_system = "", .encryption = "", .allocated = true};
    int result = sink->volume == NULL ? 0 : sink->volume(sink->context, &volume);
    struct walk *walk = result != 0 ? NULL : calloc(1, sizeof *walk);
    if (walk == NULL)
        return result != 0 ? result : fail(error, "Memory is short: close other programs and try again.");
    walk->sink = sink;
    walk->error = error;
    int descriptor = open_quietly(evidence->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        result = fail(error, "The folder cannot be read (%s): check that it may be read.", strerror(errno));
    else
        result = enter_directory(walk, descriptor);
    if (result == 0)
        result = walk_levels(walk);
    if (result == 0 && sink->progress != NULL)
        result = sink->progress(sink->context, walk->files);
    while (walk->depth > 0) {
        struct level *level = &walk->levels[--walk->depth];
        path_list_free(&level->names);
        close(level->descriptor);
    }
    bytes_free(&walk->path);
    free(walk);
    return result;
}

/* One step down. A name that was repaired to UTF-8 is not the file's own: then the directory is searched for the name
 * that repairs to it, and at the last step for the inode too, since two names may repair to the same. */
static int open_step(int directory, const char *name, int flags, uint64_t inode)
{
    int descriptor = open_quietly(directory, name, flags);
    struct path_list names;
    if (descriptor >= 0 || errno != ENOENT || list_names(directory, &names, NULL) != 0)
        return descriptor;
    struct bytes repaired = {0};
    for (size_t i = 0; i < names.count && descriptor < 0; i++) {
        struct stat status;
        bytes_clear(&repaired);
        text_append_repaired(&repaired, names.path[i], strlen(names.path[i]));
        if (strcmp(bytes_text(&repaired), name) == 0 &&
            fstatat(directory, names.path[i], &status, AT_SYMLINK_NOFOLLOW) == 0 &&
            (inode == 0 || status.st_ino == inode))
            descriptor = open_quietly(directory, names.path[i], flags);
    }
    bytes_free(&repaired);
    path_list_free(&names);
    return descriptor;
}

int folder_open_file(struct sb_evidence *evidence, const char *path, uint64_t inode, struct error *error)
{
    if (path == NULL || path[0] != '/')
        return fail(error, "A file of a folder is named by its path.");
    char *copy = strdup(path + 1);
    int current = open_quietly(evidence->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    char *rest = copy;
    while (current >= 0 && rest != NULL) {
        char *name = strsep(&rest, "/");
        int flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | (rest != NULL ? O_DIRECTORY : 0);
        bool plain = name[0] != '\0' && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
        int next = plain ? open_step(current, name, flags, rest == NULL ? inode : 0) : -1;
        int reason = plain ? errno : EINVAL;
        close(current);
        errno = reason;
        current = next;
    }
    struct stat status;
    int result = current;
    if (copy == NULL || current < 0)
        result = fail(error, "The file %s cannot be opened (%s).", path, strerror(errno));
    else if (fstat(current, &status) != 0 || !S_ISREG(status.st_mode))
        result = fail(error, "%s is no regular file any more.", path);
    if (result < 0 && current >= 0)
        close(current);
    free(copy);
    return result;
}
