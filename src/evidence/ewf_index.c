/* The chain is followed as far as it goes; where a descriptor is damaged, the next sound one is searched for. Chunks
 * are numbered from the front up to the first fault and from the back up to the last one, so that what stands behind a
 * fault keeps its place; between two faults nobody knows it. */
#include "evidence/ewf_index.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/number.h"
#include "evidence/ewf_chain.h"
#include "evidence/segments.h"

static void add_reason(struct ewf_index *index, const char *reason)
{
    size_t used = strlen(index->reason);
    (void)snprintf(index->reason + used, sizeof index->reason - used, "%s%s", used == 0 ? "" : " ", reason);
}

/* Numbers the chunks; false if there are more than the medium has. */
static bool place_groups(struct ewf_index *index)
{
    uint64_t front = 0;
    uint64_t back = index->chunks;
    size_t low = 0;
    size_t high = index->group_count;
    for (; low < high && index->groups[low].count > 0; low++) {
        index->groups[low].first = front;
        index->groups[low].placed = true;
        front += index->groups[low].count;
    }
    for (; high > low && index->groups[high - 1].count > 0; high--) {
        struct ewf_group *group = &index->groups[high - 1];
        if (group->count > back || back - group->count < front)
            return false;
        back -= group->count;
        group->first = back;
        group->placed = true;
    }
    for (; low < high; low++)
        if (index->groups[low].count == 0)
            add_reason(index, index->groups[low].reason);
    return front <= back;
}

int ewf_index_build(struct ewf_index *index, const char *const paths[], size_t count, struct error *error)
{
    *index = (struct ewf_index){.paths = paths, .path_count = count, .descriptor = -1, .sound = true};
    size_t number = 0;
    bool ends_image = false;
    for (size_t i = 0; i < count; i++)
        if (ewf_chain_segment(index, i, &number, &ends_image, error) != 0)
            return -1;
    if (!ends_image && ewf_chain_missing(index, number + 1, error) != 0)
        return -1;
    if (index->chunks == 0)
        return fail(error, "%s does not tell the size of its disk: it is cut off or damaged, copy it again.",
                    path_name(paths[0]));
    if (!place_groups(index))
        return fail(error, "%s and its segments hold more than their disk: they do not belong together.",
                    path_name(paths[0]));
    uint64_t known = 0;
    for (size_t i = 0; i < index->group_count; i++)
        known += index->groups[i].count;
    if (known != index->chunks)
        index->sound = false;
    return 0;
}

void ewf_index_free(struct ewf_index *index)
{
    for (size_t i = 0; i < index->group_count; i++) {
        free(index->groups[i].walked);
        free(index->groups[i].reason);
    }
    free(index->groups);
    if (index->descriptor >= 0)
        close(index->descriptor);
    *index = (struct ewf_index){.descriptor = -1};
}

int ewf_index_segment(struct ewf_index *index, size_t segment)
{
    struct stat status;
    if (index->descriptor >= 0 && index->segment == segment)
        return 0;
    if (index->descriptor >= 0)
        close(index->descriptor);
    index->segment = segment;
    index->descriptor = open(index->paths[segment], O_RDONLY | O_CLOEXEC);
    if (index->descriptor < 0 || fstat(index->descriptor, &status) != 0)
        return -1;
    index->segment_size = (uint64_t)status.st_size;
    return 0;
}

struct ewf_group *ewf_index_find(struct ewf_index *index, uint64_t chunk, uint64_t *next, const char **reason)
{
    *next = index->chunks;
    *reason = index->reason[0] != '\0' ? index->reason : "The image ends before the size of its disk: copy it again.";
    for (size_t i = 0; i < index->group_count; i++) {
        struct ewf_group *group = &index->groups[i];
        if (group->placed && chunk < group->first) {
            *next = group->first;
            return NULL;
        }
        if (group->placed && chunk - group->first < group->count)
            return group;
    }
    return NULL;
}

static uint64_t inflate_chunk(const uint8_t *packed, size_t size, uint8_t *out, uint32_t room, uint32_t *length)
{
    z_stream stream = {
        .next_in = (Bytef *)(uintptr_t)packed, .avail_in = (uInt)size, .next_out = out, .avail_out = room};
    if (size < 2 || ((unsigned)packed[0] << 8 | packed[1]) % 31 != 0 || inflateInit(&stream) != Z_OK)
        return 0;
    int state = inflate(&stream, Z_FINISH);
    *length = room - stream.avail_out;
    uint64_t used = state == Z_STREAM_END ? size - stream.avail_in : 0;
    (void)inflateEnd(&stream);
    return used;
}

uint64_t ewf_unpack(const struct ewf_index *index, uint64_t at, uint64_t end, char way, uint8_t *packed, uint8_t *out,
                    uint32_t *length)
{
    if (at >= end)
        return 0;
    size_t most = (size_t)index->chunk_size + EWF_CHUNK_SPARE;
    ssize_t got = pread(index->descriptor, packed, end - at < most ? (size_t)(end - at) : most, (off_t)at);
    if (got <= 4)
        return 0;
    uint64_t used = way == 'r' ? 0 : inflate_chunk(packed, (size_t)got, out, index->chunk_size, length);
    if (used > 0 || way == 'z')
        return used;
    size_t size = (size_t)got < (size_t)index->chunk_size + 4 ? (size_t)got - 4 : index->chunk_size;
    if (load_le32(packed + size) != (uint32_t)adler32(1, packed, (uInt)size))
        return 0;
    memcpy(out, packed, size);
    *length = (uint32_t)size;
    return size + 4;
}
