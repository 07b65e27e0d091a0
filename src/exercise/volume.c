/* The order of things in a volume: everything that stays or will be deleted is written first, fragmented files into
 * what is left, then deletions, then what lies in no file; the tools never get the chance to use freed room again. */
#include "exercise/volume.h"

#include "exercise/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const struct volume_tool *const tools[] = {[EXT4] = &ext4_tool, [FAT] = &fat_tool, [NTFS] = &ntfs_tool};
const char *const fixed_folders[FIXED_FOLDERS] = {"/documents", "/mail", "/downloads", "/system"};

int write_whole(const char *path, const void *data, size_t length, struct error *error)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL)
        return fail(error, "cannot write %s: %s", path, strerror(errno));
    bool good = fwrite(data, 1, length, file) == length;
    return fclose(file) == 0 && good ? 0 : fail(error, "cannot write %s: %s", path, strerror(errno));
}

int patch(const char *path, uint64_t offset, const void *data, size_t length, struct error *error)
{
    int file = open(path, O_WRONLY | O_CLOEXEC);
    bool good = file >= 0 && pwrite(file, data, length, (off_t)offset) == (ssize_t)length;
    int problem = errno;
    if (file >= 0)
        (void)close(file);
    return good ? 0 : fail(error, "cannot write %s: %s", path, strerror(problem));
}

/* The files of one sort, with the paths and sources they need; owned by the arena. */
struct list {
    struct volume_file *files;
    size_t count, capacity;
};

struct builder {
    const struct case_plan *one;
    const struct volume_tool *tool;
    struct volume volume;
    struct arena arena;
    struct list plain, fragmented, compressed, deleted, machine;
    unsigned staged;
};

static int append_file(struct builder *builder, struct list *list, const char *path, const char *source)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? 64 : list->capacity * 2;
        struct volume_file *files = arena_array(&builder->arena, capacity, sizeof *files);
        if (files == NULL)
            return -1;
        if (list->count > 0)
            memcpy(files, list->files, list->count * sizeof *files);
        list->files = files;
        list->capacity = capacity;
    }
    char *path_copy = arena_text(&builder->arena, path, strlen(path));
    char *source_copy = arena_text(&builder->arena, source, strlen(source));
    if (path_copy == NULL || source_copy == NULL)
        return -1;
    list->files[list->count++] = (struct volume_file){path_copy, source_copy};
    return 0;
}

static int stage(struct builder *builder, struct list *list, const char *path, const struct bytes *content,
                 struct error *error)
{
    char source[4096];
    (void)snprintf(source, sizeof source, "%s/%u", builder->volume.staging, builder->staged++);
    if (write_whole(source, content->data, content->length, error) != 0)
        return -1;
    return append_file(builder, list, path, source) != 0 ? fail(error, "memory is short") : 0;
}

static int list_filler(struct builder *builder, const struct volume_plan *plan, const struct filler *filler,
                       const char *vendor, struct error *error)
{
    bool flat = plan->file_system == NTFS;
    char path[300], source[4096];
    int bad = 0;
    for (unsigned i = 0; i < VENDOR_FILES; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", flat ? "" : "/system", vendor_files[i].name);
        (void)snprintf(source, sizeof source, "%s/%s", vendor, vendor_files[i].name);
        bad |= append_file(builder, &builder->plain, path, source);
    }
    for (size_t i = 0; i < plan->filler_count; i++) {
        const char *from = filler->files[plan->filler[i]].path;
        const char *base = strrchr(from, '/') + 1;
        size_t length = strlen(base);
        base += length > 100 ? length - 100 : 0;
        if (flat)
            (void)snprintf(path, sizeof path, "/%04zu-%s", i, base);
        else
            (void)snprintf(path, sizeof path, "/system/%03zu/%04zu-%s", i / FOLDER_FILES, i, base);
        bad |= append_file(builder, &builder->plain, path, from);
    }
    return bad != 0 ? fail(error, "memory is short") : 0;
}

static int list_carriers(struct builder *builder, unsigned index, struct error *error)
{
    for (size_t i = 0; i < builder->one->carrier_count; i++) {
        const struct carrier *carrier = &builder->one->carriers[i];
        char host[CARRIER_PATH_MAX];
        int result = 0;
        if (carrier->volume != index)
            continue;
        switch (carrier->place) {
        case IN_FILE:
        case IN_RESIDENT:
            result = stage(builder, &builder->plain, carrier->path, &carrier->content, error);
            break;
        case IN_SLACK:
            result = stage(builder, &builder->plain, carrier->path, &carrier->host, error);
            break;
        case IN_STREAM:
            (void)snprintf(host, sizeof host, "%.*s", (int)strcspn(carrier->path, ":"), carrier->path);
            result = stage(builder, &builder->plain, host, &carrier->host, error);
            if (result == 0)
                result = stage(builder, &builder->plain, carrier->path, &carrier->content, error);
            break;
        case IN_MACHINE:
            result = stage(builder, &builder->machine, carrier->path, &carrier->content, error);
            break;
        case IN_FRAGMENTS:
            result = stage(builder, &builder->fragmented, carrier->path, &carrier->content, error);
            break;
        case IN_COMPRESSED:
            result = stage(builder, &builder->compressed, carrier->path, &carrier->content, error);
            break;
        case IN_DELETED:
            result = stage(builder, &builder->plain, carrier->path, &carrier->content, error);
            if (result == 0)
                builder->plain.files[builder->plain.count - 1].goes = true;
            if (result == 0 && append_file(builder, &builder->deleted, carrier->path, "") != 0)
                result = fail(error, "memory is short");
            break;
        default:
            break;
        }
        if (result != 0)
            return -1;
    }
    return 0;
}

/* Where clusters that nobody owns are looked for: near the volume's end, and when those are used up before them. */
struct free_room {
    uint64_t after, end;
};

static int find_room(struct builder *builder, uint64_t length, struct free_room *room, uint64_t *offset,
                     struct error *error)
{
    const struct volume *volume = &builder->volume;
    uint64_t late = volume->size / 100 * 85;
    int result = builder->tool->find_free(volume, length, room->after, offset, error);
    if (room->end == volume->size && result != 0) {
        *room = (struct free_room){volume->size / 100 * 40, late};
        result = builder->tool->find_free(volume, length, room->after, offset, error);
    }
    if (result == 0 && *offset + length > room->end)
        result = fail(error, "no room for %" PRIu64 " bytes in no file in %s", length, volume->image);
    if (result == 0)
        room->after = *offset + length;
    return result;
}

/* Each carrier begins at an odd place in the first of its clusters. */
static int write_free(struct builder *builder, unsigned index, struct error *error)
{
    struct free_room room = {builder->volume.size / 100 * 85, builder->volume.size};
    for (size_t i = 0; i < builder->one->carrier_count; i++) {
        const struct carrier *carrier = &builder->one->carriers[i];
        uint64_t offset;
        if (carrier->volume != index || carrier->place != IN_FREE)
            continue;
        unsigned shift = (unsigned)(i % 7) * 16;
        if (find_room(builder, carrier->content.length + shift, &room, &offset, error) != 0 ||
            patch(builder->volume.image, offset + shift, carrier->content.data, carrier->content.length, error) != 0)
            return -1;
    }
    return 0;
}

/* Behind the mark at the end of the host file, which stands once in the volume. */
static int write_slack(struct builder *builder, unsigned index, struct error *error)
{
    int file = open(builder->volume.image, O_RDWR | O_CLOEXEC);
    if (file < 0)
        return fail(error, "cannot open %s: %s", builder->volume.image, strerror(errno));
    uint8_t *data = mmap(NULL, builder->volume.size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    (void)close(file);
    if (data == MAP_FAILED)
        return fail(error, "cannot map %s: %s", builder->volume.image, strerror(errno));
    int result = 0;
    for (size_t i = 0; i < builder->one->carrier_count && result == 0; i++) {
        const struct carrier *carrier = &builder->one->carriers[i];
        if (carrier->volume != index || carrier->place != IN_SLACK)
            continue;
        uint8_t *mark = memmem(data, builder->volume.size, carrier->host.data + carrier->host.length - 24, 24);
        if (mark == NULL)
            result = fail(error, "cannot find %s in its own volume", carrier->path);
        else
            memcpy(mark + 24 + 8, carrier->content.data, carrier->content.length);
    }
    (void)munmap(data, builder->volume.size);
    return result;
}

/* The disk of a virtual machine is a file like others, in a form that changes from volume to volume. */
static int list_machine(struct builder *builder, unsigned index, struct error *error)
{
    static const char *const extensions[] = {[MACHINE_QCOW2] = "qcow2",
                                             [MACHINE_VMDK] = "vmdk",
                                             [MACHINE_FLAT] = "img",
                                             [MACHINE_VHD] = "vhd",
                                             [MACHINE_VHDX] = "vhdx"};
    const struct volume *volume = &builder->volume;
    bool flat = builder->one->volumes[index].file_system == NTFS;
    enum machine_form form = machine_choose(volume->size, volume->seed);
    char path[64], source[4096];
    if (builder->machine.count == 0)
        return 0;
    (void)snprintf(path, sizeof path, "%s/office-machine.%s", flat ? "" : "/documents", extensions[form]);
    (void)snprintf(source, sizeof source, "%s/office-machine.%s", volume->staging, extensions[form]);
    if (machine_build(builder->machine.files, builder->machine.count, volume->seed, form, volume->staging, source,
                      error) != 0)
        return -1;
    return append_file(builder, &builder->plain, path, source) != 0 ? fail(error, "memory is short") : 0;
}

static int make_volume(struct builder *builder, unsigned index, struct error *error)
{
    const struct volume *volume = &builder->volume;
    const struct volume_tool *tool = builder->tool;
    if (tool->make(volume, error) != 0 ||
        tool->add(volume, builder->plain.files, builder->plain.count, ADD_PLAIN, error) != 0)
        return -1;
    if (builder->compressed.count > 0 &&
        tool->add(volume, builder->compressed.files, builder->compressed.count, ADD_COMPRESSED, error) != 0)
        return -1;
    if (builder->fragmented.count > 0 &&
        tool->add(volume, builder->fragmented.files, builder->fragmented.count, ADD_FRAGMENTED, error) != 0)
        return -1;
    /* before the deletions, whose clusters would look free */
    if (write_free(builder, index, error) != 0 || write_slack(builder, index, error) != 0)
        return -1;
    if (builder->deleted.count > 0 && tool->remove(volume, builder->deleted.files, builder->deleted.count, error) != 0)
        return -1;
    return tool->seal != NULL ? tool->seal(volume, error) : 0;
}

int volume_build(const struct case_plan *one, unsigned index, const struct filler *filler, const char *vendor,
                 const char *image, const char *staging, struct error *error)
{
    const struct volume_plan *plan = &one->volumes[index];
    struct builder builder = {
        .one = one,
        .tool = tools[plan->file_system],
        .volume = {.image = image,
                   .staging = staging,
                   .size = plan->length,
                   .start = plan->start,
                   .cluster = plan->cluster,
                   .seed = one->seed + index,
                   .folders = (unsigned)(plan->filler_count / FOLDER_FILES + 1)},
    };
    int file = open(image, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    bool good = file >= 0 && ftruncate(file, (off_t)plan->length) == 0;
    if (file >= 0)
        (void)close(file);
    int result = good ? 0 : fail(error, "cannot make %s: %s", image, strerror(errno));
    if (result == 0)
        result = list_filler(&builder, plan, filler, vendor, error);
    if (result == 0)
        result = list_carriers(&builder, index, error);
    if (result == 0)
        result = list_machine(&builder, index, error);
    if (result == 0)
        result = make_volume(&builder, index, error);
    arena_free(&builder.arena);
    return result;
}
