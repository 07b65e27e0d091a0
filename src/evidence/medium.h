/* A medium: the bytes of a seized disk, whatever image format carries them.
 *
 * One file per format behind one small interface. libtsk reads file systems through it too (image.c), so that every
 * format, also those libtsk does not know, is read, bounded and reported in the same way. */
#ifndef EVIDENCE_MEDIUM_H
#define EVIDENCE_MEDIUM_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct medium {
    const char *format;    /* as in struct sb_evidence_info */
    uint64_t size;         /* bytes, at most INT64_MAX */
    uint32_t sector_size;  /* bytes, a multiple of 512 */
    char recorded_md5[33]; /* lower-case hex, or "" */
    char recorded_sha1[41];
    /* Reads up to length bytes at offset; both lie within the medium. Returns 1 to length, or -1 with a sentence. */
    int64_t (*read)(struct medium *medium, uint64_t offset, void *buffer, size_t length, struct error *error);
    void (*close)(struct medium *medium); /* gives back the medium itself too */
};

/* Each opens one format read-only; NULL with a sentence. `paths` are the image's files in order. Owned by the caller.
 */
struct medium *medium_open_raw(const char *const paths[], size_t count, struct error *error);
struct medium *medium_open_ewf(const char *const paths[], size_t count, struct error *error);
struct medium *medium_open_aff(const char *path, struct error *error);
struct medium *medium_open_vhd(const char *path, struct error *error);
struct medium *medium_open_vmdk(const char *path, struct error *error);
struct medium *medium_open_qcow(const char *path, struct error *error);

/* Reads exactly what lies within the medium: length bytes, or less only at its end. -1 with a sentence. */
int64_t medium_read(struct medium *medium, uint64_t offset, void *buffer, size_t length, struct error *error);
void medium_close(struct medium *medium); /* NULL is allowed */

#endif
