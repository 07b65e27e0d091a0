/* Which files belong to one image, told from file names alone: disk.E01, disk.E02, …; disk.001, disk.002, …; disk.aa,
 * disk.ab, …  No file is opened, so that an unlocked process may ask. */
#ifndef EVIDENCE_SEGMENTS_H
#define EVIDENCE_SEGMENTS_H

#include <stddef.h>

#include "base/error.h"

struct path_list {
    char **path; /* owned */
    size_t count;
};

/* The image's files in order: `paths` as they stand, or, if there is one and it is the first of a series, all of the
 * series. A hole in a series of Expert Witness files is left out: they say themselves which they are. In a series of
 * pieces it is an error that names the missing file. 0, or -1 with a sentence. */
int segments_find(const char *const paths[], size_t count, struct path_list *out, struct error *error);

/* The path of the member `number` (from 1) of the series that `path` is in, or "segment NUMBER" where names tell
 * nothing. Owned by the caller; NULL when memory is short. */
char *segments_member(const char *path, size_t number);

/* Appends a copy; 0, or -1 with a sentence when memory is short. */
int path_list_add(struct path_list *list, const char *path, struct error *error);
void path_list_free(struct path_list *list);

/* The part of a path behind its last '/': what error sentences name a file by. */
const char *path_name(const char *path);

#endif
