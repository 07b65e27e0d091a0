/* Raw images: one file, a device, or the pieces of a split image end to end. A few descriptors are kept open, so that
 * an image of a thousand pieces needs no thousand of them. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "evidence/medium.h"
#include "evidence/segments.h"

enum { OPEN_PIECES = 16, READ_MAX = 1 << 30 };

struct piece {
    char *path;   /* owned */
    uint64_t end; /* where in the medium the piece ends */
};

struct raw {
    struct medium medium;
    struct piece *pieces;
    size_t count;
    struct {
        size_t piece;
        int descriptor; /* -1: free */
    } open[OPEN_PIECES];
    size_t next; /* the slot to give up next */
};

static int open_piece(struct raw *raw, size_t piece, struct error *error)
{
    for (size_t i = 0; i < OPEN_PIECES; i++)
        if (raw->open[i].descriptor >= 0 && raw->open[i].piece == piece)
            return raw->open[i].descriptor;
    const char *path = raw->pieces[piece].path;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return fail(error, "%s cannot be opened (%s): check that it may be read.", path_name(path), strerror(errno));
    if (raw->open[raw->next].descriptor >= 0)
        close(raw->open[raw->next].descriptor);
    raw->open[raw->next].piece = piece;
    raw->open[raw->next].descriptor = descriptor;
    raw->next = (raw->next + 1) % OPEN_PIECES;
    return descriptor;
}

static size_t piece_at(const struct raw *raw, uint64_t offset)
{
    size_t low = 0;
    size_t high = raw->count - 1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (raw->pieces[middle].end <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void raw_extent(struct medium *medium, uint64_t offset, struct sb_extent *extent)
{
    struct raw *raw = (struct raw *)medium;
    size_t piece = piece_at(raw, offset);
    uint64_t start = piece == 0 ? 0 : raw->pieces[piece - 1].end;
    int descriptor = open_piece(raw, piece, NULL);
    if (descriptor >= 0)
        descriptor_extent(descriptor, offset - start, raw->pieces[piece].end - start, extent);
    extent->start = offset;
}

static int64_t read_raw(struct medium *medium, uint64_t offset, void *buffer, size_t length, struct error *error)
{
    struct raw *raw = (struct raw *)medium;
    size_t low = piece_at(raw, offset);
    uint64_t start = low == 0 ? 0 : raw->pieces[low - 1].end;
    if (length > raw->pieces[low].end - offset)
        length = (size_t)(raw->pieces[low].end - offset);
    if (length > READ_MAX)
        length = READ_MAX;
    int descriptor = open_piece(raw, low, error);
    if (descriptor < 0)
        return -1;
    ssize_t count;
    do
        count = pread(descriptor, buffer, length, (off_t)(offset - start));
    while (count < 0 && errno == EINTR);
    if (count < 0)
        return fail(error, "%s cannot be read at byte %llu (%s).", path_name(raw->pieces[low].path),
                    (unsigned long long)(offset - start), strerror(errno));
    return count;
}

static void close_raw(struct medium *medium)
{
    struct raw *raw = (struct raw *)medium;
    for (size_t i = 0; i < OPEN_PIECES; i++)
        if (raw->open[i].descriptor >= 0)
            close(raw->open[i].descriptor);
    for (size_t i = 0; i < raw->count; i++)
        free(raw->pieces[i].path);
    free(raw->pieces);
    free(raw);
}

/* A device tells its size only to who seeks to its end. */
static int measure_piece(struct raw *raw, size_t piece, uint64_t *size, struct error *error)
{
    const char *path = raw->pieces[piece].path;
    int descriptor = open_piece(raw, piece, error);
    if (descriptor < 0)
        return -1;
    struct stat status;
    if (fstat(descriptor, &status) != 0)
        return fail(error, "%s cannot be examined (%s).", path_name(path), strerror(errno));
    if (!S_ISREG(status.st_mode) && !S_ISBLK(status.st_mode))
        return fail(error, "%s is neither a file nor a disk: give an image, a file or a folder.", path_name(path));
    off_t end = lseek(descriptor, 0, SEEK_END);
    if (end < 0)
        return fail(error, "The size of %s cannot be found (%s).", path_name(path), strerror(errno));
    *size = (uint64_t)end;
    return 0;
}

struct medium *medium_open_raw(const char *const paths[], size_t count, struct error *error)
{
    struct raw *raw = calloc(1, sizeof *raw);
    if (raw == NULL || (raw->pieces = calloc(count, sizeof *raw->pieces)) == NULL) {
        free(raw);
        fail(error, "Memory is short: close other programs and try again.");
        return NULL;
    }
    raw->medium = (struct medium){.format = count > 1 ? "split raw" : "raw",
                                  .sector_size = 512,
                                  .read = read_raw,
                                  .extent = raw_extent,
                                  .close = close_raw};
    for (size_t i = 0; i < OPEN_PIECES; i++)
        raw->open[i].descriptor = -1;
    int result = 0;
    uint64_t end = 0;
    for (size_t i = 0; i < count && result == 0; i++) {
        uint64_t size = 0;
        raw->pieces[i].path = strdup(paths[i]);
        raw->count = i + 1;
        if (raw->pieces[i].path == NULL)
            result = fail(error, "Memory is short: close other programs and try again.");
        else
            result = measure_piece(raw, i, &size, error);
        if (result == 0 && size == 0)
            result =
                fail(error, "%s is empty: there is nothing to read. Copy the evidence again.", path_name(paths[i]));
        if (result == 0 && (__builtin_add_overflow(end, size, &end) || end > INT64_MAX))
            result = fail(error, "The pieces of %s are too large together.", path_name(paths[0]));
        raw->pieces[i].end = end;
    }
    raw->medium.size = end;
    if (result != 0) {
        close_raw(&raw->medium);
        return NULL;
    }
    return &raw->medium;
}
