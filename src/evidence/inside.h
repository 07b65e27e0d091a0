/* Disk images in files of evidence: which files are likely ones, and the medium that such a file is. */
#ifndef EVIDENCE_INSIDE_H
#define EVIDENCE_INSIDE_H

#include "evidence/medium.h"

enum {
    DISK_HEAD = 33 * 1024,    /* bytes that tell whether a file may be a disk: the last of them are of ISO 9660 */
    DISK_LEAST = 64 * 1024,   /* bytes of a file that can be one … */
    DISK_LEAST_RAW = 1 << 20, /* … and of one that is nothing but the disk's bytes */
};

enum disk_format { DISK_RAW, DISK_QCOW, DISK_VMDK, DISK_VHD };

/* By the magic that begins a file; what has none is raw. */
enum disk_format disk_format_of(const uint8_t *head, size_t length);

/* May a file of `size` bytes be a disk image, by its first bytes (DISK_HEAD of them)? */
bool disk_is_likely(const uint8_t *head, size_t length, uint64_t size);

/* The disk that a file holds; of one without a format that is known the file's own bytes. `outer` must outlive it. NULL
 * with a sentence. */
struct medium *disk_open(struct sb_evidence *outer, const struct sb_file_place *place, struct error *error);

/* Does the disk claim to hold more bytes than that, holes left aside? Of one with too many pieces to tell, true. */
bool disk_is_inflated(struct medium *medium, uint64_t most);

#endif
