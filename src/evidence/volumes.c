/* What volumes a medium has: partitions of DOS, GPT, Mac, BSD and Sun tables, or none, in which case the medium is one
 * volume. Then which file system each carries: those of libtsk are tried one by one in a fixed order and the first that
 * recognises its own is taken, since libtsk's own detection gives up where remains of an older one still stand. */
#include <string.h>

#include "base/text.h"
#include "evidence/room.h"

static const struct {
    TSK_FS_TYPE_ENUM type;
    const char *name; /* NULL: told by what libtsk finds */
} families[] = {
    {TSK_FS_TYPE_NTFS_DETECT, "ntfs"}, {TSK_FS_TYPE_FAT_DETECT, NULL},   {TSK_FS_TYPE_EXT_DETECT, NULL},
    {TSK_FS_TYPE_FFS_DETECT, "ufs"},   {TSK_FS_TYPE_HFS_DETECT, "hfs+"}, {TSK_FS_TYPE_ISO9660_DETECT, "iso9660"},
};

const char *file_system_name(TSK_FS_TYPE_ENUM type)
{
    switch (type) {
    case TSK_FS_TYPE_FAT12:
        return "fat12";
    case TSK_FS_TYPE_FAT16:
        return "fat16";
    case TSK_FS_TYPE_FAT32:
        return "fat32";
    case TSK_FS_TYPE_EXFAT:
        return "exfat";
    case TSK_FS_TYPE_EXT2:
        return "ext2";
    case TSK_FS_TYPE_EXT3:
        return "ext3";
    case TSK_FS_TYPE_EXT4:
        return "ext4";
    case TSK_FS_TYPE_HFS_LEGACY:
        return "hfs";
    case TSK_FS_TYPE_APFS:
        return "apfs";
    default:
        break;
    }
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        if (families[i].name != NULL && (type & families[i].type) != 0)
            return families[i].name;
    return "";
}

static const char *arena_repaired(struct sb_evidence *evidence, const char *text)
{
    struct bytes repaired = {0};
    text_append_repaired(&repaired, text, strlen(text));
    const char *copy = arena_text(&evidence->arena, bytes_text(&repaired), repaired.length);
    bytes_free(&repaired);
    return copy != NULL ? copy : "";
}

static struct volume *add_volume(struct sb_evidence *evidence, uint64_t start, uint64_t length, const char *description)
{
    if (evidence->volume_count == VOLUMES_MAX) {
        evidence->volumes_cut = true;
        return NULL;
    }
    struct volume *volume = &evidence->volumes[evidence->volume_count];
    *volume = (struct volume){.told = {.number = (uint32_t)evidence->volume_count++,
                                       .start = start,
                                       .length = length,
                                       .description = arena_repaired(evidence, description),
                                       .file_system = "",
                                       .encryption = "",
                                       .allocated = true}};
    return volume;
}

/* The volumes of an APFS container stand behind it in the list. Each begins at its own superblock, which tells it apart
 * from its siblings; all share the container's blocks. */
static void add_pool(struct sb_evidence *evidence, uint64_t start, uint64_t length)
{
    const TSK_POOL_INFO *pool = tsk_pool_open_img_sing(evidence->image, (TSK_OFF_T)start, TSK_POOL_TYPE_APFS);
    if (pool == NULL) {
        tsk_error_reset();
        return;
    }
    evidence->volumes[evidence->volume_count - 1].told.file_system = "apfs";
    const TSK_POOL_VOLUME_INFO *member = pool->vol_list;
    for (int i = 0; member != NULL && i < pool->num_vols; i++, member = member->next) {
        uint64_t superblock;
        if (__builtin_mul_overflow(member->block, pool->block_size, &superblock) || superblock >= length)
            continue;
        struct volume *volume =
            add_volume(evidence, start + superblock, length - superblock, member->desc != NULL ? member->desc : "");
        if (volume == NULL)
            break;
        volume->told.file_system = "apfs";
        if ((member->flags & TSK_POOL_VOLUME_FLAG_ENCRYPTED) != 0) {
            volume->told.encryption = "apfs";
            continue;
        }
        volume->family = TSK_FS_TYPE_APFS;
        volume->in_pool = true;
        volume->pool_start = start;
        volume->pool_block = member->block;
    }
    tsk_pool_close(pool);
}

static void find_file_system(struct sb_evidence *evidence, struct volume *volume)
{
    uint64_t start = volume->told.start;
    uint64_t length = volume->told.length;
    volume->told.encryption = encryption_by_signature(evidence->medium, start, length);
    if (volume->told.encryption[0] != '\0' || length == 0)
        return;
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        TSK_FS_INFO *fs = tsk_fs_open_img(evidence->image, (TSK_OFF_T)start, families[i].type);
        tsk_error_reset();
        if (fs == NULL)
            continue;
        volume->family = families[i].type;
        volume->told.file_system = file_system_name(fs->ftype);
        tsk_fs_close(fs);
        return;
    }
    add_pool(evidence, start, length);
}

static int compare_parts(const void *a, const void *b)
{
    const TSK_VS_PART_INFO *left = *(const TSK_VS_PART_INFO *const *)a;
    const TSK_VS_PART_INFO *right = *(const TSK_VS_PART_INFO *const *)b;
    if (left->start != right->start)
        return left->start < right->start ? -1 : 1;
    return left->addr < right->addr ? -1 : left->addr > right->addr;
}

static void add_partition(struct sb_evidence *evidence, const TSK_VS_INFO *system, const TSK_VS_PART_INFO *part)
{
    uint64_t size = evidence->medium->size;
    uint64_t start;
    uint64_t length;
    if (__builtin_mul_overflow(part->start, system->block_size, &start) ||
        __builtin_add_overflow(start, system->offset, &start) || start >= size)
        start = size;
    if (__builtin_mul_overflow(part->len, system->block_size, &length) || length > size - start)
        length = size - start;
    /* Several entries for one place are one file system: it is read once, as the first of them. */
    bool known = false;
    for (size_t i = 0; i < evidence->volume_count; i++)
        known = known || (evidence->volumes[i].told.start == start && evidence->volumes[i].told.file_system[0] != '\0');
    struct volume *volume = add_volume(evidence, start, length, part->desc != NULL ? part->desc : "");
    if (volume != NULL && !known)
        find_file_system(evidence, volume);
}

static void add_partitions(struct sb_evidence *evidence, const TSK_VS_INFO *system)
{
    const TSK_VS_PART_INFO *parts[VOLUMES_MAX];
    size_t count = 0;
    for (const TSK_VS_PART_INFO *part = system->part_list; part != NULL; part = part->next) {
        if ((part->flags & TSK_VS_PART_FLAG_ALLOC) == 0 || (part->flags & TSK_VS_PART_FLAG_META) != 0)
            continue;
        if (count == VOLUMES_MAX)
            evidence->volumes_cut = true;
        else
            parts[count++] = part;
    }
    qsort(parts, count, sizeof *parts, compare_parts);
    for (size_t i = 0; i < count; i++)
        add_partition(evidence, system, parts[i]);
}

/* A GPT that stands where it should wins over any table beside it; libtsk's own detection gives up between a GPT and a
 * hybrid DOS table. A GPT of which only the backup is left is left to it. */
static TSK_VS_INFO *open_system(TSK_IMG_INFO *image)
{
    TSK_VS_INFO *system = tsk_vs_open(image, 0, TSK_VS_TYPE_GPT);
    if (system != NULL && system->is_backup) {
        tsk_vs_close(system);
        system = NULL;
    }
    if (system == NULL)
        system = tsk_vs_open(image, 0, TSK_VS_TYPE_DETECT);
    static const TSK_VS_TYPE_ENUM undecided[] = {TSK_VS_TYPE_MAC, TSK_VS_TYPE_DOS};
    bool ambiguous = system == NULL && strstr(tsk_error_get_errstr(), " or ") != NULL;
    for (size_t i = 0; ambiguous && system == NULL && i < sizeof undecided / sizeof *undecided; i++)
        system = tsk_vs_open(image, 0, undecided[i]);
    tsk_error_reset();
    return system;
}

static bool has_content(const struct sb_evidence *evidence)
{
    for (size_t i = 0; i < evidence->volume_count; i++)
        if (evidence->volumes[i].told.file_system[0] != '\0' || evidence->volumes[i].told.encryption[0] != '\0')
            return true;
    return false;
}

int volumes_find(struct sb_evidence *evidence, struct error *error)
{
    evidence->volumes = arena_array(&evidence->arena, VOLUMES_MAX, sizeof *evidence->volumes);
    if (evidence->volumes == NULL)
        return fail(error, "Memory is short: close other programs and try again.");
    TSK_VS_INFO *system = open_system(evidence->image);
    if (system != NULL) {
        add_partitions(evidence, system);
        tsk_vs_close(system);
    }
    if (has_content(evidence))
        return 0;
    /* No table, or one that leads to nothing, as a boot sector can look like one: the medium itself may be a volume. */
    size_t partitions = evidence->volume_count;
    struct volume *kept = partitions == 0 ? NULL : arena_array(&evidence->arena, partitions, sizeof *kept);
    if (kept != NULL)
        memcpy(kept, evidence->volumes, partitions * sizeof *kept);
    evidence->volume_count = 0;
    struct volume *whole = add_volume(evidence, 0, evidence->medium->size, "");
    find_file_system(evidence, whole);
    if (!has_content(evidence) && kept != NULL) {
        memcpy(evidence->volumes, kept, partitions * sizeof *kept);
        evidence->volume_count = partitions;
    } else if (!has_content(evidence)) {
        evidence->info.single_file = evidence->info.format != NULL && strcmp(evidence->info.format, "raw") == 0;
    }
    return 0;
}

TSK_FS_INFO *volume_open(struct sb_evidence *evidence, struct volume *volume)
{
    if (volume->fs != NULL || volume->family == 0)
        return volume->fs;
    if (!volume->in_pool)
        return volume->fs = tsk_fs_open_img(evidence->image, (TSK_OFF_T)volume->told.start, volume->family);
    volume->pool = tsk_pool_open_img_sing(evidence->image, (TSK_OFF_T)volume->pool_start, TSK_POOL_TYPE_APFS);
    if (volume->pool != NULL)
        volume->pool_image = volume->pool->get_img_info(volume->pool, volume->pool_block);
    if (volume->pool_image != NULL)
        volume->fs = tsk_fs_open_img(volume->pool_image, (TSK_OFF_T)volume->pool_start, TSK_FS_TYPE_APFS);
    return volume->fs;
}

void volume_close(struct volume *volume)
{
    if (volume->fs != NULL)
        tsk_fs_close(volume->fs);
    if (volume->pool_image != NULL)
        tsk_img_close(volume->pool_image);
    if (volume->pool != NULL)
        tsk_pool_close(volume->pool);
    volume->fs = NULL;
    volume->pool_image = NULL;
    volume->pool = NULL;
}
