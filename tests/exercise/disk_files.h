/* The files of a disk image as libtsk sees them, for the tests: an eye that shares no code with the generator. */
#ifndef TESTS_EXERCISE_DISK_FILES_H
#define TESTS_EXERCISE_DISK_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct disk_file {
    char *path; /* "/folder/name" or "/name:stream" */
    bool allocated, resident, compressed;
    unsigned runs; /* pieces that do not lie side by side */
    uint8_t *content;
    size_t length;
};

struct disk {
    struct disk_file *files; /* those whose name begins with "note-" or "~copy-" */
    size_t count;
    uint8_t *bytes; /* the whole medium */
    size_t size;
};

/* 0, or -1 when the image cannot be read. `image` is its first segment. */
int disk_read(struct disk *disk, const char *image);
void disk_free(struct disk *disk);
/* NULL when there is none or more than one. */
const struct disk_file *disk_find(const struct disk *disk, const char *path);

#endif
