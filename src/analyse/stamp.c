/* A digest over the name, size and time of change of every file of an image, those that stand beside the first too.
 * What is wrong with a series of segments, the worker will say. */
#include "analyse/stamp.h"

#include <string.h>
#include <sys/stat.h>

#include "base/bytes.h"
#include "base/text.h"
#include "evidence/segments.h"

static int list_paths(const char *paths, struct path_list *out)
{
    struct bytes line = {0};
    int result = 0;
    for (const char *at = paths; *at != '\0' && result == 0;) {
        size_t length = strcspn(at, "\n");
        bytes_clear(&line);
        bytes_append(&line, at, length);
        result = line.failed ? -1 : path_list_add(out, bytes_text(&line), NULL);
        at += length + (at[length] == '\n');
    }
    bytes_free(&line);
    return result;
}

static bool describe(const struct path_list *files, struct bytes *lines)
{
    for (size_t i = 0; i < files->count; i++) {
        struct stat status;
        if (stat(files->path[i], &status) != 0 || !S_ISREG(status.st_mode))
            return false;
        bytes_format(lines, "%s %lld %lld.%09ld\n", path_name(files->path[i]), (long long)status.st_size,
                     (long long)status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
    }
    return !lines->failed;
}

void stamp_make(const char *paths, char stamp[STAMP_SIZE])
{
    struct path_list named = {0}, files = {0};
    struct bytes lines = {0};
    uint8_t digest[SHA256_SIZE];
    stamp[0] = '\0';
    if (list_paths(paths, &named) == 0 &&
        segments_find((const char *const *)named.path, named.count, &files, NULL) == 0 && describe(&files, &lines)) {
        digest_sha256(lines.data, lines.length, digest);
        text_hex(digest, sizeof digest, stamp);
    }
    bytes_free(&lines);
    path_list_free(&files);
    path_list_free(&named);
}
