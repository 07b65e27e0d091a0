/* What the supervisor (analyse/) and a worker say to each other, over the worker's standard input and output.
 *
 * A frame is a length (u32, little endian, counting what follows), a type (u8) and a payload (base/wire.h). The
 * supervisor sends one request and waits for the frames of its answer, up to DONE or FAILED. A worker serves one
 * evidence item and ends when its input ends. What a worker sends is hostile: analyse/check.c believes none of it
 * unseen.
 *
 *  request   payload
 *  TERMS     version u32, search terms (blob, one a line)            in OPEN's place: compile them. Answered by PROGRESS,
 *                                                                    COMPILED…, DONE, or by BAD_TERM or FAILED; then
 *                                                                    the worker ends
 *  OPEN      version u32, memory limit u64 (bytes, 0 none), search terms (blob, one a line, may be empty), what
 *            COMPILED said of them (blob), terms only u8,
 *            count u32, paths (text)…, count u32, places…            answered by READY or FAILED
 *            (a place: volume start u64, inode u64, attribute type u32, attribute id u32, path text, size u64: of a disk
 *            image in the evidence before; the last is the evidence that is opened)
 *  MAP       –                                               answered by EXTENT, VOLUME, FILE, RUNS, GAP, PROGRESS; DONE
 *  SPAN      begin u64, end u64, digests u8, range count u32, (start u64, length u64)…,
 *            file count u32, (number u32, start u64, size u64)…,
 *            seam count u32, (offset u64)…                           answered by SIGHTING, NOTE, CONTENT, UNREAD, PROGRESS
 *  FILES     digests u8, count u32, (number u32, volume start u64, inode u64, attribute type u32, attribute id u32,
 *            path text, size u64, begin u64, end u64, way u8)…       answered as SPAN, and by DISK; begin and end: of the
 *                                                                    content that is to be reported; way: file_way
 *  (a worker opened for terms only sends neither NOTE of what was not decoded nor CONTENT nor DISK)
 *  DIGEST    –                                                       answered by IMAGE, UNREAD, PROGRESS
 *  PEEK      offset u64, length u32                                  answered by BYTES: so many of the medium there
 */
#ifndef WORKER_PROTOCOL_H
#define WORKER_PROTOCOL_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

enum { PROTOCOL_VERSION = 5 };
static const uint64_t FILE_SIZE_MOST =
    INT64_MAX / 2; /* bytes of a file and of its slack: what claims more, has so many */

enum {
    FRAME_MAX = 1 << 20,        /* bytes of a frame from a worker, type and payload */
    REQUEST_MAX = 256 << 20,    /* bytes of a request */
    RUNS_PER_FRAME = 32 * 1024, /* so that a RUNS frame stays below FRAME_MAX */
    FILES_PATH_MAX = 32 * 1024, /* bytes of a file's path */
    NAME_MAX_BYTES = 4096,      /* bytes of a description, reason, type */
    EXTENT_LEAST = 1 << 20,     /* bytes of an EXTENT */
    INSIDE_MOST = 3,            /* places of an OPEN: disks within disks within a disk */
    PEEK_MOST = 8192,           /* bytes of a PEEK */
    TERMS_MAX_BYTES = 32 << 20, /* bytes of all search terms, their lines' ends included */
    COMPILED_MAX = 64 << 20,   /* bytes of them compiled */
    COMPILED_PART = 512 << 10,
};

/* How much is read of a file that claims `size` bytes on a medium of `medium` bytes (0: a folder): it may claim any
 * size, and most of a sparse or compressed one lies nowhere. */
static inline uint64_t file_readable(uint64_t size, uint64_t medium)
{
    enum { TIMES_MEDIUM = 4 };
    uint64_t most;
    if (medium == 0 || __builtin_mul_overflow(medium, TIMES_MEDIUM, &most))
        return size;
    return size < most ? size : most;
}
#define file_unreadable "the file claims more bytes than can lie on the medium"

enum frame_type {
    /* requests */
    FRAME_OPEN = 1,
    FRAME_MAP,
    FRAME_SPAN,
    FRAME_FILES,
    FRAME_DIGEST,
    FRAME_TERMS,
    FRAME_PEEK,
    /* answers */
    FRAME_READY = 32, /* format text, size u64, sector size u32, recorded md5 text, recorded sha1 text */
    FRAME_VOLUME,     /* number u32, start u64, length u64, description, file system, encryption (texts), allocated u8 */
    FRAME_FILE,       /* number u32, volume u32, inode u64, attribute type u32, attribute id u32, path text, size u64,
                         slack u64, modified, accessed, changed, created u64 (as int64), flags u32 (enum file_flag),
                         same as u32 */
    FRAME_RUNS,       /* of the FILE before: count u32, (file offset u64, image offset u64, length u64)… */
    FRAME_GAP,        /* what text: a part of the map that could not be read */
    FRAME_SIGHTING,   /* file u32 (0 in a span), offset u64, kind u8, encoding u8, count u32, path, value, context */
    FRAME_NOTE,       /* file u32, offset u64, path text, reason text */
    FRAME_CONTENT,    /* file u32, type text, has digests u8, md5, sha1, sha256 (blobs) when it has */
    FRAME_UNREAD,     /* file u32, start u64, length u64, reason text */
    FRAME_IMAGE,      /* md5, sha1, sha256 (blobs) */
    FRAME_PROGRESS,   /* bytes u64: how much of the unit is behind the worker */
    FRAME_DONE,       /* – */
    FRAME_FAILED,     /* reason text: the worker is well, but this cannot be done */
    FRAME_EXTENT,     /* start u64, length u64, lost u8, reason text: a part that holds nothing but zeros, or is lost */
    FRAME_DISK,       /* file u32, plain u8: it is a disk image, and was not scanned; plain: of which the file's bytes are
                         the disk's */
    FRAME_BAD_TERM,   /* line u32 (from 0), column u32 (from 1; 0: the whole), reason text */
    FRAME_COMPILED,   /* blob: the next part of the compiled terms, COMPILED_PART bytes at most */
    FRAME_BYTES,      /* blob: fewer than asked for only at the end of the medium */
};

enum file_flag {
    FILE_ALLOCATED = 1,
    FILE_REGULAR = 2,
    FILE_METADATA = 4,
    FILE_HARD_LINK = 8,
    FILE_IN_ORDER = 16,
    FILE_RESIDENT = 32,
    FILE_PACKED = 64,
    FILE_DISK = 128, /* begins as a disk image does */
};

/* What becomes of a file of a FILES request. */
enum file_way {
    FILE_HASHED,  /* hashed, not scanned */
    FILE_SCANNED, /* and scanned */
    FILE_TRIED,   /* scanned unless it is a disk image that can be opened */
    FILE_WAY_COUNT
};

/* Begins a frame of that type at the end of *out and returns where it begins, for frame_end. */
size_t frame_begin(struct bytes *out, enum frame_type type);
/* Fills in the length of the frame that began at `start`. */
void frame_end(struct bytes *out, size_t start);

/* The first whole frame in data[0..length): 1 and its type and payload; 0 when more bytes are needed; -1 when its
 * length is 0 or above `most`. `*used` gets the bytes it takes up. */
int frame_next(const uint8_t *data, size_t length, size_t most, uint8_t *type, const uint8_t **payload,
               size_t *payload_length, size_t *used);

#endif
