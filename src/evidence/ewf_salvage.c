/* What is left of a damaged Expert Witness image, chunk by chunk, each by its own checksum. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/number.h"
#include "evidence/ewf_index.h"
#include "evidence/medium.h"
#include "evidence/segments.h"

struct salvage {
    struct medium medium;
    struct ewf_index index;
    char **paths;   /* owned: the index borrows them */
    uint64_t chunk; /* that `data` holds; UINT64_MAX: none */
    uint32_t length;
    uint8_t *data, *packed;
};

/* Where a chunk of a group begins and ends in its segment, and how it is packed. */
static bool find_chunk(struct salvage *salvage, const struct ewf_group *group, uint32_t number, uint64_t *at,
                       uint64_t *end, char *way)
{
    enum { ENTRY = 4 };
    static const uint32_t packed = UINT32_C(1) << 31;
    uint8_t entries[2 * ENTRY] = {0};
    bool last = number + 1 == group->count;
    *end = group->data_end;
    *way = '?';
    if (group->table == 0) {
        *at = group->base + group->walked[number];
        if (!last)
            *end = group->base + group->walked[number + 1];
        return true;
    }
    ssize_t wanted = last ? ENTRY : 2 * ENTRY;
    if (pread(salvage->index.descriptor, entries, (size_t)wanted, (off_t)(group->table + (uint64_t)number * ENTRY)) !=
        wanted)
        return false;
    *way = (load_le32(entries) & packed) != 0 ? 'z' : 'r';
    *at = group->base + (load_le32(entries) & ~packed);
    if (!last)
        *end = group->base + (load_le32(entries + ENTRY) & ~packed);
    return *at < *end && *end <= salvage->index.segment_size;
}

static bool load_chunk(struct salvage *salvage, const struct ewf_group *group, uint64_t chunk)
{
    uint64_t at;
    uint64_t end;
    char way;
    if (salvage->chunk == chunk)
        return true;
    salvage->chunk = UINT64_MAX;
    if (ewf_index_segment(&salvage->index, group->segment) != 0 ||
        !find_chunk(salvage, group, (uint32_t)(chunk - group->first), &at, &end, &way) ||
        ewf_unpack(&salvage->index, at, end, way, salvage->packed, salvage->data, &salvage->length) == 0)
        return false;
    salvage->chunk = chunk;
    return true;
}

static int64_t read_salvage(struct medium *medium, uint64_t offset, void *buffer, size_t length, struct error *error)
{
    struct salvage *salvage = (struct salvage *)medium;
    uint64_t next;
    const char *reason;
    uint64_t chunk = offset / salvage->index.chunk_size;
    if (chunk >= salvage->index.chunks)
        chunk = salvage->index.chunks - 1; /* the last one may be longer than its sectors */
    uint64_t within = offset - chunk * salvage->index.chunk_size;
    const struct ewf_group *group = ewf_index_find(&salvage->index, chunk, &next, &reason);
    if (group == NULL)
        return fail(error, "%s", reason);
    if (!load_chunk(salvage, group, chunk) || within >= salvage->length)
        return fail(error, "The image is damaged at byte %llu: its checksum does not match.",
                    (unsigned long long)(chunk * salvage->index.chunk_size));
    if (length > salvage->length - within)
        length = (size_t)(salvage->length - within);
    memcpy(buffer, salvage->data + within, length);
    return (int64_t)length;
}

static void salvage_extent(struct medium *medium, uint64_t offset, struct sb_extent *extent)
{
    struct salvage *salvage = (struct salvage *)medium;
    uint32_t chunk_size = salvage->index.chunk_size;
    uint64_t next;
    const char *reason;
    const struct ewf_group *group = ewf_index_find(&salvage->index, offset / chunk_size, &next, &reason);
    uint64_t end = group != NULL ? (group->first + group->count) * chunk_size : next * chunk_size;
    if (group == NULL && offset / chunk_size < salvage->index.chunks) {
        extent->kind = SB_LOST;
        extent->reason = reason;
    }
    if (end > offset)
        extent->length = end - offset;
}

static void close_salvage(struct medium *medium)
{
    struct salvage *salvage = (struct salvage *)medium;
    for (size_t i = 0; salvage->paths != NULL && i < salvage->index.path_count; i++)
        free(salvage->paths[i]);
    free(salvage->paths);
    ewf_index_free(&salvage->index);
    free(salvage->data);
    free(salvage->packed);
    free(salvage);
}

static bool keep_paths(struct salvage *salvage)
{
    struct ewf_index *index = &salvage->index;
    salvage->paths = calloc(index->path_count, sizeof *salvage->paths);
    bool kept = salvage->paths != NULL;
    for (size_t i = 0; kept && i < index->path_count; i++)
        kept = (salvage->paths[i] = strdup(index->paths[i])) != NULL;
    index->paths = (const char *const *)salvage->paths;
    return kept;
}

/* An image of a file whose length is no multiple of a sector: see read_tail in ewf.c. */
static void add_tail(struct salvage *salvage)
{
    const struct ewf_index *index = &salvage->index;
    uint64_t next;
    const char *reason;
    const struct ewf_group *group = ewf_index_find(&salvage->index, index->chunks - 1, &next, &reason);
    uint64_t known = salvage->medium.size - (index->chunks - 1) * index->chunk_size;
    if (group != NULL && load_chunk(salvage, group, index->chunks - 1) && salvage->length > known &&
        salvage->length - known < index->sector_size)
        salvage->medium.size += salvage->length - known;
}

struct medium *medium_salvage_ewf(struct ewf_index *index, struct error *error)
{
    struct salvage *salvage = calloc(1, sizeof *salvage);
    if (salvage == NULL) {
        fail(error, "Memory is short: close other programs and try again.");
        ewf_index_free(index);
        return NULL;
    }
    salvage->medium = (struct medium){.format = "ewf",
                                      .size = index->sectors * index->sector_size,
                                      .sector_size = index->sector_size,
                                      .read = read_salvage,
                                      .extent = salvage_extent,
                                      .close = close_salvage};
    memcpy(salvage->medium.recorded_md5, index->md5, sizeof index->md5);
    memcpy(salvage->medium.recorded_sha1, index->sha1, sizeof index->sha1);
    salvage->index = *index;
    *index = (struct ewf_index){.descriptor = -1};
    salvage->chunk = UINT64_MAX;
    salvage->data = malloc(salvage->index.chunk_size);
    salvage->packed = malloc((size_t)salvage->index.chunk_size + EWF_CHUNK_SPARE);
    if (!keep_paths(salvage) || salvage->data == NULL || salvage->packed == NULL) {
        fail(error, "Memory is short: close other programs and try again.");
        close_salvage(&salvage->medium);
        return NULL;
    }
    add_tail(salvage);
    return &salvage->medium;
}
