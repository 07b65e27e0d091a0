/* Evidence as bytes and as files: image formats, volumes, file systems, every file with its extents.
 *
 * These functions parse what a suspect may have prepared. They run only in a process that has locked itself
 * (worker/cage.h), and still trust no size, offset or name they read. File systems through The
 * Sleuth Kit (libtsk); image formats through libewf, libafflib, libvhdi and libvmdk, and a qcow2 reader of our own. A
 * disk image in a file of the evidence is evidence too. */
#ifndef EVIDENCE_EVIDENCE_H
#define EVIDENCE_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct sb_evidence;

struct sb_evidence_info {
    const char *format;    /* "raw", "split raw", "ewf", "aff", "vhd", "vmdk", "qcow2", "folder" */
    uint64_t size;         /* bytes of the medium; 0 for a folder */
    uint32_t sector_size;  /* bytes */
    char recorded_md5[33]; /* lower-case hex of the digests recorded at acquisition, or "" */
    char recorded_sha1[41];
    bool single_file; /* a raw file without volumes and file systems: reported as one file by sb_evidence_map */
};

/* Opens what stands at `paths` (the segments of one image in order, one image, one plain file, or one folder),
 * read-only. For an image in segments the first one is enough for E01 and .001/.000: the others are looked for beside
 * it. A piece of a split raw image that is missing is an error that names it; of a damaged or cut-off image of another
 * format what is left is opened, and sb_evidence_extent says what is lost. NULL with a sentence in *error. Owned by the
 * caller. */
struct sb_evidence *sb_evidence_open(const char *const paths[], size_t count, struct error *error);
/* Opens the disk image that a file of `outer` holds, as sb_map told of it (struct sb_file, `disk`). `outer` must stay
 * open longer. NULL when it cannot be opened, with a sentence; or with none when it is no disk after all: a file
 * without a format that is known, in which no volume or file system is found. `error` must not be NULL. */
enum { SB_INSIDE_MOST = 3 }; /* disks within disks within a disk */
struct sb_file_place;
struct sb_evidence *sb_evidence_open_inside(struct sb_evidence *outer, const struct sb_file_place *place,
                                            struct error *error);
/* The parts of the file that such a disk does not read, whatever of it is read: what was there before, and what a snapshot
 * holds. Calls `each` in order, as far as the format's reader knows. 0, what `each` returned, or -1 with a sentence. */
int sb_evidence_unused(struct sb_evidence *inside, int (*each)(void *context, uint64_t start, uint64_t length),
                       void *context, struct error *error);
void sb_evidence_close(struct sb_evidence *evidence); /* NULL is allowed */
const struct sb_evidence_info *sb_evidence_info(const struct sb_evidence *evidence);

/* All files that sb_evidence_open would read for these paths: the image's other segments, a VMDK's extents, a VHD's or
 * qcow2's parents as far as file names alone tell (it reads directory listings only, so an unlocked process may call it
 * to know what to allow). Calls `each` in order; 0 or what `each` returned, or -1 with a sentence. */
int sb_evidence_siblings(const char *const paths[], size_t count, int (*each)(void *context, const char *path),
                         void *context, struct error *error);

/* Reads image bytes; returns how many (less than asked only at the end), or -1 with a sentence (an unreadable sector).
 */
int64_t sb_evidence_read(struct sb_evidence *evidence, uint64_t offset, void *buffer, size_t length,
                         struct error *error);

/* What stands in a part of an image or a file: bytes to be read; zeros that take no room anywhere (a hole of a sparse
 * image or file), so that terabytes of them need not be read; or bytes that are lost with a part of the image. */
enum sb_extent_kind { SB_DATA, SB_ZEROS, SB_LOST };
struct sb_extent {
    enum sb_extent_kind kind;
    uint64_t start, length; /* bytes, at least one; more of the same kind may follow */
    const char *reason;     /* of what is lost: one sentence, valid as long as the evidence is open */
};
/* Of the image at `offset`, which must lie within it. */
void sb_evidence_extent(struct sb_evidence *evidence, uint64_t offset, struct sb_extent *extent);

struct sb_volume {
    uint32_t number; /* from 0, in the order of the medium */
    uint64_t start;  /* bytes */
    uint64_t length;
    const char
        *description; /* the volume system's, for example "NTFS / exFAT (0x07)"; "" for a medium without volumes */
    const char *file_system; /* "ntfs", "fat12", "fat16", "fat32", "exfat", "ext2", "ext3", "ext4", "hfs+", "apfs",
                                "iso9660", "ufs", … or "" */
    const char *encryption;  /* "bitlocker", "luks", "filevault", "apfs", "full entropy (VeraCrypt-like)", or "" */
    bool allocated;          /* a partition, not a gap between partitions */
};

struct sb_run {
    uint64_t file_offset;
    uint64_t image_offset;
    uint64_t
        length; /* bytes; the last run ends with the file's size, or reaches on to the end of its block: see slack */
};

struct sb_file {
    uint32_t number;         /* from 1, in the order of the walk: the same image gives the same numbers */
    uint32_t volume;         /* sb_volume.number */
    uint64_t inode;          /* the file system's own address of the file */
    uint32_t attribute_type; /* NTFS: which of the file's streams; others as libtsk numbers them */
    uint32_t attribute_id;
    const char *path; /* UTF-8, from the root of its file system, '/'-separated, beginning with '/'; an alternate data
                         stream as "/dir/name:stream"; a file without a name as "/$OrphanFiles/…" as libtsk names it */
    uint64_t size;    /* bytes */
    uint64_t slack;   /* bytes of the last block behind the file's end (covered by the last run) */
    int64_t modified, accessed, changed, created; /* seconds since 1970 UTC; INT64_MIN when not known */
    bool allocated;                               /* false: deleted */
    bool regular;                                 /* a file with content, not a directory, link, device */
    bool metadata;                                /* the file system's own: $MFT, journals, FAT copies */
    bool hard_link; /* another name of a file that came before: has no runs; `same_as` is that file's number */
    uint32_t same_as;
    bool in_order; /* the sweep sees the content whole and in order: one physical run, nothing compressed, sparse,
                      encrypted or beyond the initialised size. Otherwise a unit of its own must read it */
    bool packed;   /* the runs hold the content compressed or encrypted by the file system: no byte of it stands in the
                      medium */
    bool disk;     /* an allocated file that begins as a disk image does: see sb_evidence_open_inside */
    bool resident; /* content lies inside a metadata structure (runs say where, if it could be located) */
    const struct sb_run *runs;
    size_t run_count;
};

enum { SB_EXTENT_TOLD = 1 << 20 }; /* bytes of zeros or of lost bytes in a row that the map tells of */

struct sb_map_sink {
    /* Called first, in the order of the medium: what need not, or cannot, be read, as long as it is at least
     * SB_EXTENT_TOLD bytes. */
    int (*extent)(void *context, const struct sb_extent *extent);
    /* Called in the order of the medium, each volume before its files. Other than 0 ends the walk with that value. */
    int (*volume)(void *context, const struct sb_volume *volume);
    int (*file)(void *context, const struct sb_file *file);
    /* A part could not be read: `what` in words, for example "NTFS volume at 1048576: cannot read MFT entry 512". */
    int (*gap)(void *context, const char *what);
    /* Called now and then, so that the caller can show life. `files` so far. */
    int (*progress)(void *context, uint64_t files);
    void *context;
};

/* Walks the whole evidence. 0, what the sink returned, or -1 with a sentence. Memory does not grow with the number of
 * files beyond a set of inode numbers per file system. */
int sb_evidence_map(struct sb_evidence *evidence, const struct sb_map_sink *sink, struct error *error);

/* A file's content, read logically: through fragments, sparse and compressed parts. */
struct sb_file_reader;
struct sb_file_place {
    uint64_t volume_start;
    uint64_t inode;
    uint32_t attribute_type;
    uint32_t attribute_id;
    const char *path; /* used for a folder only */
    uint64_t size;
};
struct sb_file_reader *sb_file_open(struct sb_evidence *evidence, const struct sb_file_place *place,
                                    struct error *error);
int64_t sb_file_read(struct sb_file_reader *reader, uint64_t offset, void *buffer, size_t length, struct error *error);
/* What stands in the file at `offset`, which must lie within its size. */
void sb_file_extent(struct sb_file_reader *reader, uint64_t offset, struct sb_extent *extent);
void sb_file_close(struct sb_file_reader *reader);

/* The type of a content by its first bytes, as a MIME type ("image/jpeg"), by libmagic. sb_type_prepare loads the
 * database: call it before the process locks itself. The text is valid until the next call; never NULL. */
int sb_type_prepare(struct error *error);
const char *sb_type_of(const void *head, size_t length);

#endif
