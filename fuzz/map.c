/* A disk image in memory, mapped and read with small budgets: what runs in a worker for every evidence, without a file
 * system below it. Seeds: tiny images (mformat on 64 KiB, mke2fs on 64 blocks). */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "evidence/room.h"

enum { FILES_MAX = 200, FILES_READ_MAX = 20, FILE_BYTES_MAX = 1 << 18, IMAGE_MAX = 1 << 20 };

struct memory {
    struct medium medium;
    const uint8_t *data;
};

static int64_t read_memory(struct medium *medium, uint64_t offset, void *buffer, size_t length, struct error *error)
{
    (void)error;
    memcpy(buffer, ((struct memory *)medium)->data + offset, length);
    return (int64_t)length;
}

static void close_memory(struct medium *medium)
{
    free(medium);
}

struct budget {
    struct sb_evidence *evidence;
    uint64_t starts[VOLUMES_MAX];
    int files;
    int files_read;
};

static int see_volume(void *context, const struct sb_volume *volume)
{
    struct budget *budget = context;
    if (volume->number < VOLUMES_MAX)
        budget->starts[volume->number] = volume->start;
    return 0;
}

static int see_gap(void *context, const char *what)
{
    (void)context;
    return strlen(what) == 0;
}

static int see_file(void *context, const struct sb_file *file)
{
    static uint8_t piece[65536];
    struct budget *budget = context;
    uint64_t size = budget->evidence->info.size;
    for (size_t i = 0; i < file->run_count; i++)
        if (file->runs[i].length == 0 || file->runs[i].length > size ||
            file->runs[i].image_offset > size - file->runs[i].length)
            abort();
    if (file->in_order && (file->run_count != 1 || file->runs[0].length < file->size))
        abort();
    if (file->regular && budget->files_read < FILES_READ_MAX) {
        budget->files_read++;
        struct sb_file_place place = {.volume_start = budget->starts[file->volume % VOLUMES_MAX],
                                      .inode = file->inode,
                                      .attribute_type = file->attribute_type,
                                      .attribute_id = file->attribute_id,
                                      .path = file->path,
                                      .size = file->size};
        struct sb_file_reader *reader = sb_file_open(budget->evidence, &place, NULL);
        for (uint64_t at = 0; reader != NULL && at < FILE_BYTES_MAX; at += sizeof piece)
            if (sb_file_read(reader, at, piece, sizeof piece, NULL) <= 0)
                break;
        sb_file_close(reader);
    }
    return ++budget->files == FILES_MAX;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sb_evidence *evidence = calloc(1, sizeof *evidence);
    struct memory *memory = calloc(1, sizeof *memory);
    if (size == 0 || size > IMAGE_MAX || evidence == NULL || memory == NULL) {
        free(evidence);
        free(memory);
        return 0;
    }
    *memory = (struct memory){
        .medium = {.format = "raw", .size = size, .sector_size = 512, .read = read_memory, .close = close_memory},
        .data = data};
    evidence->folder = -1;
    evidence->info = (struct sb_evidence_info){.format = "raw", .size = size, .sector_size = 512};
    evidence->medium = &memory->medium;
    evidence->name = strdup("image");
    evidence->image = image_wrap(evidence->medium);
    struct error error = {0};
    if (evidence->image != NULL && volumes_find(evidence, &error) == 0) {
        struct budget budget = {.evidence = evidence};
        struct sb_map_sink sink = {.volume = see_volume, .file = see_file, .gap = see_gap, .context = &budget};
        (void)sb_evidence_map(evidence, &sink, &error);
    }
    sb_evidence_close(evidence);
    return 0;
}
