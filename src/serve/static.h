/* A file of the web application, in the program. */
#ifndef SERVE_STATIC_H
#define SERVE_STATIC_H

#include <stddef.h>

struct static_file {
    const char *path, *type, *etag;
    const unsigned char *data;
    size_t length;
    const unsigned char *packed; /* by gzip; NULL where that saves nothing */
    size_t packed_length;
};

extern const struct static_file static_files[]; /* ends with a NULL path */

#endif
