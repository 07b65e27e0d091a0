/* Where small contents lie that a file system keeps inside its own structures: NTFS in the file's MFT record, ext4 in
 * the inode. libtsk hands out such content but not its place, so the structure is found and read here again; the bytes
 * must equal what libtsk gave, otherwise the place counts as unknown.
 *
 * An MFT record is protected by fixups: the last two bytes of each of its sectors are stored elsewhere and replaced by
 * a check value. Content across such a place cannot be read in order from the medium. */
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "evidence/room.h"

#include <tsk/fs/tsk_ntfs.h> /* needs what room.h includes */

enum {
    RECORD_MAX = 65536,
    STRIDE = 512, /* fixups stand at the end of each 512 bytes, whatever the sector size */
    EXT_SUPERBLOCK = 1024,
    EXT_SUPERBLOCK_SIZE = 1024,
    EXT_INLINE_OFFSET = 40, /* i_block within the inode */
    EXT_INLINE_MAX = 60,
    EXT_64BIT = 0x80,
    EXT_META_GROUPS = 0x10,
};

/* The record's place in the medium, through the runs of $MFT itself. */
static bool find_record(const NTFS_INFO *ntfs, uint64_t inode, uint64_t *place)
{
    const TSK_FS_INFO *fs = &ntfs->fs_info;
    uint64_t offset;
    if (ntfs->mft_data == NULL || __builtin_mul_overflow(inode, (uint64_t)ntfs->mft_rsize_b, &offset))
        return false;
    for (const TSK_FS_ATTR_RUN *run = ntfs->mft_data->nrd.run; run != NULL; run = run->next) {
        uint64_t start;
        uint64_t length;
        uint64_t address;
        if (__builtin_mul_overflow(run->offset, (uint64_t)fs->block_size, &start) ||
            __builtin_mul_overflow(run->len, (uint64_t)fs->block_size, &length) ||
            __builtin_mul_overflow(run->addr, (uint64_t)fs->block_size, &address))
            return false;
        if (offset < start || offset - start >= length)
            continue;
        return run->flags == TSK_FS_ATTR_RUN_FLAG_NONE && length - (offset - start) >= ntfs->mft_rsize_b &&
               !__builtin_add_overflow(address + (offset - start), (uint64_t)fs->offset, place);
    }
    return false;
}

/* Puts the protected bytes back. False if the record is no record. */
static bool undo_fixups(uint8_t *record, size_t size)
{
    size_t offset = load_le16(record + 4);
    size_t count = load_le16(record + 6);
    if (memcmp(record, "FILE", 4) != 0 || count == 0 || (count - 1) * STRIDE > size || offset + count * 2 > size)
        return false;
    for (size_t i = 1; i < count; i++)
        memcpy(record + i * STRIDE - 2, record + offset + 2 * i, 2);
    return true;
}

/* The offset of a resident attribute's content within its record, 0 if it is not there. */
static size_t find_content(const uint8_t *record, size_t size, const TSK_FS_ATTR *attribute)
{
    size_t at = load_le16(record + 20);
    size_t wanted = (size_t)attribute->size;
    while (at + 24 <= size && load_le32(record + at) != UINT32_MAX) {
        size_t length = load_le32(record + at + 4);
        if (length < 24 || length > size - at)
            return 0;
        bool matches = load_le32(record + at) == (uint32_t)attribute->type && record[at + 8] == 0 &&
                       load_le16(record + at + 14) == attribute->id && load_le32(record + at + 16) == wanted;
        size_t content = at + load_le16(record + at + 20);
        if (matches && content + wanted <= at + length && memcmp(record + content, attribute->rd.buf, wanted) == 0)
            return content;
        at += length;
    }
    return 0;
}

static bool crosses_fixup(size_t content, size_t length)
{
    size_t next = content / STRIDE * STRIDE + STRIDE - 2; /* the fixup of the sector where the content begins */
    return content + length > next;
}

static bool locate_ntfs(struct medium *medium, TSK_FS_FILE *file, const TSK_FS_ATTR *attribute, uint64_t *image_offset,
                        bool *whole)
{
    const NTFS_INFO *ntfs = (const NTFS_INFO *)file->fs_info;
    size_t size = ntfs->mft_rsize_b;
    uint64_t place = 0;
    if (size < STRIDE || size > RECORD_MAX || !find_record(ntfs, file->meta->addr, &place))
        return false;
    uint8_t *record = malloc(size);
    size_t content = 0;
    if (record != NULL && medium_read(medium, place, record, size, NULL) == (int64_t)size && undo_fixups(record, size))
        content = find_content(record, size, attribute);
    free(record);
    *image_offset = place + content;
    *whole = content != 0 && !crosses_fixup(content, (size_t)attribute->size);
    return content != 0;
}

/* ext4: superblock, the group's descriptor, the inode table, the inode ("ext4 Data Structures", kernel documentation).
 */
static bool locate_ext(struct medium *medium, TSK_FS_FILE *file, const TSK_FS_ATTR *attribute, uint64_t *image_offset)
{
    const TSK_FS_INFO *fs = file->fs_info;
    uint64_t start = (uint64_t)fs->offset;
    uint64_t inode = file->meta->addr;
    uint8_t super[EXT_SUPERBLOCK_SIZE];
    uint8_t group[64] = {0};
    uint8_t content[EXT_INLINE_MAX];
    if (attribute->size > EXT_INLINE_MAX || inode == 0 ||
        medium_read(medium, start + EXT_SUPERBLOCK, super, sizeof super, NULL) != sizeof super)
        return false;
    uint32_t per_group = load_le32(super + 40);
    uint32_t features = load_le32(super + 96);
    bool wide = (features & EXT_64BIT) != 0;
    uint64_t descriptor_size = wide ? load_le16(super + 254) : 32;
    if (per_group == 0 || (features & EXT_META_GROUPS) != 0 || descriptor_size < 32)
        return false;
    uint64_t descriptor =
        (load_le32(super + 20) + UINT64_C(1)) * fs->block_size + (inode - 1) / per_group * descriptor_size;
    int64_t length = wide && descriptor_size >= sizeof group ? (int64_t)sizeof group : 32;
    if (medium_read(medium, start + descriptor, group, (size_t)length, NULL) != length)
        return false;
    uint64_t table = load_le32(group + 8) | (uint64_t)load_le32(group + 40) << 32;
    uint64_t place;
    if (__builtin_mul_overflow(table, (uint64_t)fs->block_size, &place) ||
        __builtin_add_overflow(place, start + (inode - 1) % per_group * load_le16(super + 88) + EXT_INLINE_OFFSET,
                               &place))
        return false;
    *image_offset = place;
    return medium_read(medium, place, content, (size_t)attribute->size, NULL) == attribute->size &&
           memcmp(content, attribute->rd.buf, (size_t)attribute->size) == 0;
}

bool resident_locate(struct sb_evidence *evidence, const struct volume *volume, TSK_FS_FILE *file,
                     const TSK_FS_ATTR *attribute, uint64_t *image_offset, bool *whole)
{
    if (file->meta == NULL || attribute->rd.buf == NULL || attribute->size <= 0 ||
        (size_t)attribute->size > attribute->rd.buf_size || volume->in_pool)
        return false;
    if (volume->family == TSK_FS_TYPE_NTFS_DETECT)
        return locate_ntfs(evidence->medium, file, attribute, image_offset, whole);
    if (volume->family == TSK_FS_TYPE_EXT_DETECT)
        return *whole = locate_ext(evidence->medium, file, attribute, image_offset);
    return false;
}
