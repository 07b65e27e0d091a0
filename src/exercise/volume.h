/* A file system in a file of its own, made and changed without root and without mounting. One file per file system, one
 * row each in one table; volume.c is what they have in common. */
#ifndef EXERCISE_VOLUME_H
#define EXERCISE_VOLUME_H

#include "exercise/plan.h"

struct volume_file {
    const char *path;   /* in the volume */
    const char *source; /* on this machine */
    bool goes;          /* will be removed again */
};

struct volume {
    const char *image;   /* the file that is the volume */
    const char *staging; /* a folder for passing things to tools */
    uint64_t size;       /* bytes */
    uint64_t start;      /* bytes: where on its disk it will lie */
    unsigned cluster;    /* bytes */
    uint64_t seed;       /* of serial numbers */
    unsigned folders;    /* /system/000, /system/001, … beside /documents, /mail and /downloads */
};

enum add_manner { ADD_PLAIN, ADD_FRAGMENTED, ADD_COMPRESSED };

struct volume_tool {
    int (*make)(const struct volume *volume, struct error *error);
    /* Fragmented: no two clusters of a file lie side by side. */
    int (*add)(const struct volume *volume, const struct volume_file *files, size_t count, enum add_manner manner,
               struct error *error);
    /* Deletes as that file system does: the entry and the clusters are given free, the content stays. */
    int (*remove)(const struct volume *volume, const struct volume_file *files, size_t count, struct error *error);
    /* Byte offset, at or behind `after`, of `length` bytes of clusters side by side that no file has. */
    int (*find_free)(const struct volume *volume, uint64_t length, uint64_t after, uint64_t *offset,
                     struct error *error);
    /* Makes what the tools left to chance (clock, serial numbers) the same each time. NULL: nothing was. */
    int (*seal)(const struct volume *volume, struct error *error);
};

extern const struct volume_tool ext4_tool, fat_tool, ntfs_tool;

enum { FOLDER_FILES = 150 }; /* filler files in one folder */

/* The folders of a volume that has any: calls each("/documents"), …, parents first. */
enum { FIXED_FOLDERS = 4 };
extern const char *const fixed_folders[FIXED_FOLDERS];

/* Builds volume `index` of the case's disk in the file `image`. */
int volume_build(const struct case_plan *one, unsigned index, const struct filler *filler, const char *vendor,
                 const char *image, const char *staging, struct error *error);

/* Small file helpers of this room: whole files written and pieces patched. */
int write_whole(const char *path, const void *data, size_t length, struct error *error);
int patch(const char *path, uint64_t offset, const void *data, size_t length, struct error *error);

#endif
