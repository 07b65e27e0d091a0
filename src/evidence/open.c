/* Opening evidence: which format it is, told by its own magic and never by its name; the medium, its volumes. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "evidence/inside.h"
#include "evidence/room.h"
#include "evidence/segments.h"

enum { HEAD = 512 };

struct head {
    uint8_t first[HEAD];
    uint8_t last[HEAD]; /* a fixed VHD has its only header, a footer, there */
};

static bool starts_with(const struct head *head, const char *magic, size_t length)
{
    return memcmp(head->first, magic, length) == 0;
}

static struct medium *open_medium(const struct path_list *files, const struct head *head, struct error *error)
{
    const char *const *paths = (const char *const *)files->path;
    const char *first = paths[0];
    if (starts_with(head, "EVF\x09\x0d\x0a\xff\x00", 8) || starts_with(head, "EVF2\x0d\x0a\x81\x00", 8))
        return medium_open_ewf(paths, files->count, head->first[3] == '2', error);
    if (starts_with(head, "AFF10\r\n\0", 8))
        return medium_open_aff(first, error);
    if (starts_with(head, "KDMV", 4) || starts_with(head, "COWD", 4) || starts_with(head, "# Disk DescriptorFile", 21))
        return medium_open_vmdk(first, error);
    if (starts_with(head, "QFI\xfb", 4)) {
        struct medium *file = medium_open_raw(paths, 1, error);
        return file == NULL ? NULL : medium_open_qcow(file, path_name(first), error);
    }
    if (vhd_footer(head->first) || starts_with(head, "vhdxfile", 8) || vhd_footer(head->last))
        return medium_open_vhd(first, error);
    return medium_open_raw(paths, files->count, error);
}

static int read_head(const char *path, struct head *head, struct error *error)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0)
        return fail(error,
                    errno == ENOENT ? "%s does not exist (%s): check the path."
                                    : "%s cannot be opened (%s): check that it may be read.",
                    path_name(path), strerror(errno));
    *head = (struct head){0};
    struct stat status;
    int result = 0;
    if (fstat(descriptor, &status) != 0 || (!S_ISREG(status.st_mode) && !S_ISBLK(status.st_mode)))
        result = fail(error, "%s is neither a file nor a disk: give an image, a file or a folder.", path_name(path));
    else if (S_ISREG(status.st_mode) && status.st_size == 0)
        result = fail(error, "%s is empty: there is nothing to read. Copy the evidence again.", path_name(path));
    else if (pread(descriptor, head->first, HEAD, 0) < 0)
        result = fail(error, "%s cannot be read (%s).", path_name(path), strerror(errno));
    else if (S_ISREG(status.st_mode) && status.st_size >= HEAD)
        (void)!pread(descriptor, head->last, HEAD, status.st_size - HEAD);
    close(descriptor);
    return result;
}

static int check_size(const struct sb_evidence *evidence, struct error *error)
{
    static const uint64_t size_most = UINT64_C(1) << 47; /* bytes: more than any disk has */
    if (evidence->medium->size <= size_most)
        return 0;
    return fail(error, "%s says that its disk has %llu bytes, which none has: it is damaged, copy it again.",
                evidence->name, (unsigned long long)evidence->medium->size);
}

/* The evidence has its medium: what is on it. */
static int look_into(struct sb_evidence *evidence, struct error *error)
{
    evidence->image = image_wrap(evidence->medium);
    if (evidence->image == NULL)
        return fail(error, "Memory is short: close other programs and try again.");
    evidence->info.format = evidence->medium->format;
    evidence->info.size = evidence->medium->size;
    evidence->info.sector_size = evidence->medium->sector_size;
    memcpy(evidence->info.recorded_md5, evidence->medium->recorded_md5, sizeof evidence->info.recorded_md5);
    memcpy(evidence->info.recorded_sha1, evidence->medium->recorded_sha1, sizeof evidence->info.recorded_sha1);
    return volumes_find(evidence, error);
}

static int open_image(struct sb_evidence *evidence, const char *const paths[], size_t count, struct error *error)
{
    struct head head;
    struct path_list files;
    if (read_head(paths[0], &head, error) != 0 || segments_find(paths, count, &files, error) != 0)
        return -1;
    evidence->medium = open_medium(&files, &head, error);
    path_list_free(&files);
    return evidence->medium == NULL || check_size(evidence, error) != 0 ? -1 : look_into(evidence, error);
}

static int open_folder(struct sb_evidence *evidence, const char *path, struct error *error)
{
    evidence->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (evidence->folder < 0)
        return fail(error, "The folder %s cannot be opened (%s): check that it may be read.", path_name(path),
                    strerror(errno));
    evidence->info.format = "folder";
    evidence->info.sector_size = 512;
    return 0;
}

/* FAT keeps local times of an unknown zone, which libtsk converts with the C library's zone. As if they were UTC, they
 * are the same on every machine, and no zone file is opened behind the lock. */
static void forget_time_zone(void)
{
    (void)setenv("TZ", "UTC0", 1);
    tzset();
}

struct sb_evidence *sb_evidence_open(const char *const paths[], size_t count, struct error *error)
{
    struct sb_evidence *evidence = calloc(1, sizeof *evidence);
    if (evidence == NULL || count == 0) {
        free(evidence);
        fail(error, count == 0 ? "No evidence is named: give the path of an image, a file or a folder."
                               : "Memory is short: close other programs and try again.");
        return NULL;
    }
    evidence->folder = -1;
    forget_time_zone();
    struct stat status;
    bool folder = stat(paths[0], &status) == 0 && S_ISDIR(status.st_mode);
    evidence->name = strdup(path_name(paths[0]));
    int result;
    if (evidence->name == NULL)
        result = fail(error, "Memory is short: close other programs and try again.");
    else if (folder && count > 1)
        result = fail(error, "A folder stands for itself: name it alone, without other files.");
    else
        result = folder ? open_folder(evidence, paths[0], error) : open_image(evidence, paths, count, error);
    if (result != 0) {
        sb_evidence_close(evidence);
        return NULL;
    }
    return evidence;
}

/* Extents of a file may lead to the same bytes again and again, as tables of an image may: a disk of a megabyte would
 * keep readers busy for years, the more so as disks nest. What a file of evidence can hold, holes left aside: */
static uint64_t most_stored(const struct sb_evidence *outer, uint64_t file_size)
{
    enum { TIMES_MEDIUM = 4 };
    uint64_t most;
    if (outer->medium == NULL || __builtin_mul_overflow(outer->medium->size, TIMES_MEDIUM, &most))
        return file_size;
    return most < file_size ? most : file_size;
}

static int check_claims(struct sb_evidence *evidence, const struct sb_evidence *outer, uint64_t file_size,
                        struct error *error)
{
    enum { TIMES_FILE = 100 };
    uint64_t stored = most_stored(outer, file_size);
    uint64_t most;
    if (__builtin_mul_overflow(stored, TIMES_FILE, &most))
        most = UINT64_MAX;
    evidence->most = outer->depth > 0 && outer->most < most ? outer->most : most;
    if (strcmp(evidence->medium->format, "raw") != 0)
        return disk_is_inflated(evidence->medium, evidence->most)
                   ? fail(error, "%s claims to hold more than a hundred times its own bytes.", evidence->name)
                   : 0;
    most = stored < evidence->most ? stored : evidence->most;
    if (file_size > most && disk_is_inflated(evidence->medium, most))
        return fail(error, "%s claims to hold more bytes than can lie where it lies.", evidence->name);
    return 0;
}

/* A raw one without volumes or file systems is no disk but a file. */
static int open_disk(struct sb_evidence *evidence, struct sb_evidence *outer, const struct sb_file_place *place,
                     struct error *error)
{
    if (evidence->depth > SB_INSIDE_MOST)
        return fail(error, "Disk images are nested too deeply.");
    evidence->medium = disk_open(outer, place, error);
    if (evidence->medium == NULL)
        return -1;
    if (check_size(evidence, error) != 0 || check_claims(evidence, outer, place->size, error) != 0)
        return -1;
    if (look_into(evidence, error) != 0)
        return -1;
    if (evidence->info.single_file)
        error->text[0] = '\0';
    return evidence->info.single_file ? -1 : 0;
}

struct sb_evidence *sb_evidence_open_inside(struct sb_evidence *outer, const struct sb_file_place *place,
                                            struct error *error)
{
    struct sb_evidence *evidence = calloc(1, sizeof *evidence);
    error->text[0] = '\0';
    if (evidence != NULL) {
        evidence->folder = -1;
        evidence->depth = outer->depth + 1;
        evidence->name = strdup(path_name(place->path));
    }
    if (evidence == NULL || evidence->name == NULL)
        (void)fail(error, "Memory is short: close other programs and try again.");
    else if (open_disk(evidence, outer, place, error) == 0)
        return evidence;
    sb_evidence_close(evidence);
    return NULL;
}

int sb_evidence_unused(struct sb_evidence *inside, int (*each)(void *context, uint64_t start, uint64_t length),
                       void *context, struct error *error)
{
    return inside->medium->unused == NULL ? 0 : inside->medium->unused(inside->medium, each, context, error);
}

void sb_evidence_close(struct sb_evidence *evidence)
{
    if (evidence == NULL)
        return;
    for (size_t i = 0; i < evidence->volume_count; i++)
        volume_close(&evidence->volumes[i]);
    if (evidence->image != NULL)
        tsk_img_close(evidence->image);
    medium_close(evidence->medium);
    if (evidence->folder >= 0)
        close(evidence->folder);
    free(evidence->name);
    arena_free(&evidence->arena);
    free(evidence);
}

const struct sb_evidence_info *sb_evidence_info(const struct sb_evidence *evidence)
{
    return &evidence->info;
}

int64_t sb_evidence_read(struct sb_evidence *evidence, uint64_t offset, void *buffer, size_t length,
                         struct error *error)
{
    if (evidence->medium == NULL)
        return fail(error, "A folder has no bytes of its own: read its files.");
    return medium_read(evidence->medium, offset, buffer, length, error);
}

void sb_evidence_extent(struct sb_evidence *evidence, uint64_t offset, struct sb_extent *extent)
{
    medium_extent(evidence->medium, offset, extent);
}
