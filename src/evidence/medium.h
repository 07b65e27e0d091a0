/* A medium: the bytes of a seized disk, whatever image format carries them.
 *
 * One file per format behind one small interface. libtsk reads file systems through it too (image.c), so that every
 * format, also those libtsk does not know, is read, bounded and reported in the same way. */
#ifndef EVIDENCE_MEDIUM_H
#define EVIDENCE_MEDIUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "evidence/evidence.h"

struct ewf_index;

struct medium {
    const char *format;    /* as in struct sb_evidence_info */
    uint64_t size;         /* bytes, at most INT64_MAX */
    uint32_t sector_size;  /* bytes, a multiple of 512 */
    char recorded_md5[33]; /* lower-case hex, or "" */
    char recorded_sha1[41];
    /* Reads up to length bytes at offset; both lie within the medium. Returns 1 to length, or -1 with a sentence. */
    int64_t (*read)(struct medium *medium, uint64_t offset, void *buffer, size_t length, struct error *error);
    /* What stands at an offset within the medium, and how far (at least one byte; more of the same may follow). NULL:
     * it is all data. */
    void (*extent)(struct medium *medium, uint64_t offset, struct sb_extent *extent);
    /* Calls `each`, in order, for the parts of the file that it lies in to which no table leads: the tables themselves,
     * what was given back, what only a snapshot holds. 0, what `each` returned, or -1 with a sentence. NULL: not known. */
    int (*unused)(struct medium *medium, int (*each)(void *context, uint64_t start, uint64_t length), void *context,
                  struct error *error);
    /* A part is missing of which nobody knows where it belongs; one sentence, or "". */
    char missing[160];
    void (*close)(struct medium *medium); /* gives back the medium itself too */
};

/* Each opens one format read-only; NULL with a sentence. `paths` are the image's files in order. Owned by the caller.
 * `second`: the second version of the Expert Witness format (Ex01). */
struct medium *medium_open_raw(const char *const paths[], size_t count, struct error *error);
struct medium *medium_open_ewf(const char *const paths[], size_t count, bool second, struct error *error);
/* What is left of a damaged image. Takes the index over, in any case; its paths need not outlive the call. */
struct medium *medium_salvage_ewf(struct ewf_index *index, struct error *error);
struct medium *medium_open_aff(const char *path, struct error *error);
struct medium *medium_open_vhd(const char *path, struct error *error);
/* Is this sector (512 bytes) the footer of a VHD, or its copy? */
bool vhd_footer(const uint8_t *sector);
struct medium *medium_open_vmdk(const char *path, struct error *error);
/* What lies in another medium: a file, or a file of evidence. Each takes `file` over, in any case; `name` is for
 * sentences. */
struct medium *medium_open_qcow(struct medium *file, const char *name, struct error *error);
struct medium *medium_open_vhd_within(struct medium *file, const char *name, struct error *error);
struct medium *medium_open_vmdk_within(struct medium *file, const char *name, struct error *error);

/* Reads exactly what lies within the medium: length bytes, or less only at its end. -1 with a sentence. */
int64_t medium_read(struct medium *medium, uint64_t offset, void *buffer, size_t length, struct error *error);
/* What stands at an offset; offset must lie within the medium. */
void medium_extent(struct medium *medium, uint64_t offset, struct sb_extent *extent);
/* The same for an open file of `size` bytes: what the file system below says of its holes. */
void descriptor_extent(int descriptor, uint64_t offset, uint64_t size, struct sb_extent *extent);
void medium_close(struct medium *medium); /* NULL is allowed */

#endif
