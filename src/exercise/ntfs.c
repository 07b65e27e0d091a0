/* NTFS through mkntfs and ntfscp (ntfs-3g), which work on a plain file but make no folders and delete nothing: files
 * lie in the root, and ntfs_edit.c does the rest. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exercise/ntfs_edit.h"
#include "exercise/tool.h"
#include "exercise/volume.h"

static int set_compression(const struct volume *volume, bool on, struct error *error)
{
    struct ntfs ntfs;
    if (ntfs_open(&ntfs, volume->image, volume->size, error) != 0)
        return -1;
    int result = ntfs_compress_root(&ntfs, on, error);
    ntfs_close(&ntfs);
    return result;
}

static int make(const struct volume *volume, struct error *error)
{
    char start[24], cluster[16];
    (void)snprintf(start, sizeof start, "%" PRIu64, volume->start / 512);
    (void)snprintf(cluster, sizeof cluster, "%u", volume->cluster);
    /* -C allows compression in the whole volume; which files get it is decided by the root's flag */
    const char *const argv[] = {"mkntfs", "-q", "-F",  "-f", "-T",  "-C", "-I", "-s",          "512", "-c",
                                cluster,  "-p", start, "-H", "255", "-S", "63", volume->image, NULL};
    return tool_run(argv, NULL, NULL, error) == 0 ? set_compression(volume, false, error) : -1;
}

static int copy(const struct volume *volume, const struct volume_file *file, struct error *error)
{
    char name[512];
    (void)snprintf(name, sizeof name, "%s", file->path);
    char *stream = strchr(name, ':');
    const char *argv[10] = {"ntfscp", "-q", "-f"};
    unsigned count = 3;
    if (stream != NULL) {
        *stream = '\0';
        argv[count++] = "-N";
        argv[count++] = stream + 1;
    }
    argv[count++] = volume->image;
    argv[count++] = file->source;
    argv[count] = name;
    struct error why = {0};
    return tool_run(argv, NULL, NULL, &why) == 0 ? 0 : fail(error, "%s (copying %s)", why.text, file->path);
}

static int unlink_file(const struct volume *volume, const struct volume_file *file, struct error *error)
{
    struct ntfs ntfs;
    if (ntfs_open(&ntfs, volume->image, volume->size, error) != 0)
        return -1;
    int result = ntfs_unlink(&ntfs, file->path + 1, error);
    ntfs_close(&ntfs);
    return result;
}

static int scatter(const struct volume *volume, const struct volume_file *files, size_t count, struct error *error)
{
    struct ntfs ntfs;
    if (ntfs_open(&ntfs, volume->image, volume->size, error) != 0)
        return -1;
    int result = 0;
    for (size_t i = 0; i < count && result == 0; i++)
        result = ntfs_scatter(&ntfs, files[i].path + 1, error);
    ntfs_close(&ntfs);
    return result;
}

/* ntfscp finds no room on a volume whose free clusters lie one by one, so files are fragmented after they are copied.
 */
static int add(const struct volume *volume, const struct volume_file *files, size_t count, enum add_manner manner,
               struct error *error)
{
    if (manner == ADD_COMPRESSED && set_compression(volume, true, error) != 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (copy(volume, &files[i], error) != 0 || (files[i].goes && unlink_file(volume, &files[i], error) != 0))
            return -1;
    if (manner == ADD_COMPRESSED)
        return set_compression(volume, false, error);
    return manner == ADD_FRAGMENTED ? scatter(volume, files, count, error) : 0;
}

static int remove_files(const struct volume *volume, const struct volume_file *files, size_t count, struct error *error)
{
    struct ntfs ntfs;
    if (ntfs_open(&ntfs, volume->image, volume->size, error) != 0)
        return -1;
    int result = 0;
    for (size_t i = 0; i < count && result == 0; i++)
        result = ntfs_delete(&ntfs, files[i].path + 1, error);
    ntfs_close(&ntfs);
    return result;
}

static int find_free(const struct volume *volume, uint64_t length, uint64_t after, uint64_t *offset,
                     struct error *error)
{
    struct ntfs ntfs;
    if (ntfs_open(&ntfs, volume->image, volume->size, error) != 0)
        return -1;
    uint64_t need = (length + ntfs.cluster - 1) / ntfs.cluster, run = 0;
    uint64_t cluster = (after + ntfs.cluster - 1) / ntfs.cluster;
    for (; cluster < ntfs.cluster_count && run < need; cluster++)
        run = ntfs_cluster_free(&ntfs, cluster) ? run + 1 : 0;
    *offset = (cluster - run) * ntfs.cluster;
    ntfs_close(&ntfs);
    return run == need ? 0 : fail(error, "no %" PRIu64 " free clusters side by side in %s", need, volume->image);
}

static int seal(const struct volume *volume, struct error *error)
{
    struct ntfs ntfs;
    if (ntfs_open(&ntfs, volume->image, volume->size, error) != 0)
        return -1;
    int result = ntfs_stamp(&ntfs, 1772366400, volume->seed, error);
    ntfs_close(&ntfs);
    return result;
}

const struct volume_tool ntfs_tool = {make, add, remove_files, find_free, seal};
