/* What is left of a damaged or cut-off AFF image, page by page; afflib opens none that is not whole, and reads a page
 * that is not there as if it were filled. An AFF file is a row of segments (AFF 1.0: S. Garfinkel et al., "Advanced
 * Forensic Format"): "AFF\0", length of the name, length of the data, an argument, name, data, "ATT\0", length of all
 * that. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/number.h"
#include "base/text.h"
#include "evidence/aff_salvage.h"
#include "evidence/segments.h"

enum {
    FILE_HEADER = 8,
    SEGMENT_HEADER = 16,
    SEGMENT_TAIL = 8,
    NAME_MOST = 64,
    PAGE_MOST = 64 << 20,
    PAGES_MOST = 1 << 22,
    PIECE = 256 * 1024,
    /* a page's argument */
    PAGE_COMPRESSED = 1,
    ALGORITHM = 0xf0,
    ALGORITHM_ZLIB = 0,
    ALGORITHM_ZEROS = 0x30,
};

struct page {
    uint64_t at; /* of its data in the file; 0: it is not there */
    uint32_t length, argument;
};

struct salvage {
    struct medium medium;
    int descriptor;
    uint64_t file_size;
    uint32_t page_size;
    uint64_t image_size; /* 0: not told */
    struct page *pages;
    size_t page_count, page_room;
    bool chained, encrypted;
    size_t loaded;   /* the page in `data`; SIZE_MAX: none */
    uint32_t length; /* of it, from its beginning */
    uint8_t *data, *packed;
};

struct segment {
    char name[NAME_MOST + 1];
    uint64_t data, end;
    uint32_t length, argument;
    bool cut; /* it reaches beyond the file */
};

static bool read_at(const struct salvage *salvage, uint64_t at, void *buffer, size_t length)
{
    return at <= salvage->file_size && length <= salvage->file_size - at &&
           pread(salvage->descriptor, buffer, length, (off_t)at) == (ssize_t)length;
}

static bool read_segment(const struct salvage *salvage, uint64_t at, struct segment *segment)
{
    uint8_t header[SEGMENT_HEADER];
    uint8_t tail[SEGMENT_TAIL];
    if (!read_at(salvage, at, header, sizeof header) || memcmp(header, "AFF", 4) != 0)
        return false;
    uint32_t name_length = load_be32(header + 4);
    *segment = (struct segment){.length = load_be32(header + 8), .argument = load_be32(header + 12)};
    if (name_length == 0 || name_length > NAME_MOST ||
        !read_at(salvage, at + SEGMENT_HEADER, segment->name, name_length))
        return false;
    segment->data = at + SEGMENT_HEADER + name_length;
    segment->end = segment->data + segment->length + SEGMENT_TAIL;
    segment->cut = segment->end > salvage->file_size;
    return segment->cut || (read_at(salvage, segment->end - SEGMENT_TAIL, tail, sizeof tail) &&
                            memcmp(tail, "ATT", 4) == 0 && load_be32(tail + 4) == segment->end - at);
}

/* The first sound segment from `at` on; one that is cut only if there is no other. */
static bool find_segment(const struct salvage *salvage, uint64_t at, struct segment *segment)
{
    uint8_t *piece = malloc(PIECE + 4);
    bool found = false;
    for (; piece != NULL && !found && at + SEGMENT_HEADER <= salvage->file_size; at += PIECE) {
        uint64_t left = salvage->file_size - at;
        size_t length = left < PIECE + 3 ? (size_t)left : PIECE + 3;
        if (!read_at(salvage, at, piece, length))
            break;
        const uint8_t *next = piece;
        while (!found && (next = memmem(next, length - (size_t)(next - piece), "AFF", 4)) != NULL)
            found = read_segment(salvage, at + (size_t)(next++ - piece), segment) && !segment->cut;
    }
    free(piece);
    return found;
}

static bool keep_page(struct salvage *salvage, const struct segment *segment, const char *digits)
{
    uint64_t number = 0;
    for (; *digits >= '0' && *digits <= '9' && number < PAGES_MOST; digits++)
        number = 10 * number + (uint64_t)(*digits - '0');
    if (*digits != '\0' || number >= PAGES_MOST)
        return true; /* what belongs to a page has a name behind its number */
    if (number >= salvage->page_room) {
        size_t room = number + number / 2 + 64;
        struct page *grown = reallocarray(salvage->pages, room, sizeof *grown);
        if (grown == NULL)
            return false;
        memset(grown + salvage->page_room, 0, (room - salvage->page_room) * sizeof *grown);
        salvage->pages = grown;
        salvage->page_room = room;
    }
    if (number >= salvage->page_count)
        salvage->page_count = number + 1;
    if (salvage->pages[number].at == 0)
        salvage->pages[number] = (struct page){segment->data, segment->length, segment->argument};
    return true;
}

static bool take_segment(struct salvage *salvage, const struct segment *segment)
{
    const char *name = segment->name;
    uint8_t data[20];
    size_t length = strlen(name);
    if (strncmp(name, "affkey", 6) == 0 || (length > 7 && strcmp(name + length - 7, "/aes256") == 0))
        salvage->encrypted = true;
    if (strncmp(name, "page", 4) == 0 && name[4] >= '0' && name[4] <= '9')
        return keep_page(salvage, segment, name + 4);
    if (strncmp(name, "seg", 3) == 0 && name[3] >= '0' && name[3] <= '9') /* as old versions called them */
        return keep_page(salvage, segment, name + 3);
    if (strcmp(name, "pagesize") == 0 || strcmp(name, "segsize") == 0)
        salvage->page_size = segment->argument;
    else if (strcmp(name, "imagesize") == 0 && segment->length == 8 && read_at(salvage, segment->data, data, 8))
        salvage->image_size = load_be32(data) | (uint64_t)load_be32(data + 4) << 32;
    else if (strcmp(name, "md5") == 0 && segment->length == 16 && read_at(salvage, segment->data, data, 16))
        text_hex(data, 16, salvage->medium.recorded_md5);
    else if (strcmp(name, "sha1") == 0 && segment->length == 20 && read_at(salvage, segment->data, data, 20))
        text_hex(data, 20, salvage->medium.recorded_sha1);
    return true;
}

static int read_segments(struct salvage *salvage, struct error *error)
{
    struct segment segment;
    salvage->chained = true;
    for (uint64_t at = FILE_HEADER; at < salvage->file_size; at = segment.end) {
        bool sound = read_segment(salvage, at, &segment);
        if (!sound || segment.cut) {
            salvage->chained = false;
            struct segment cut = segment;
            if (!find_segment(salvage, at + 1, &segment)) {
                if (sound && !take_segment(salvage, &cut))
                    return fail(error, "Memory is short: close other programs and try again.");
                break;
            }
        }
        if (!take_segment(salvage, &segment))
            return fail(error, "Memory is short: close other programs and try again.");
    }
    return 0;
}

static bool unpack(struct salvage *salvage, const struct page *page)
{
    uint32_t algorithm = page->argument & ALGORITHM;
    uint64_t left = salvage->file_size - page->at;
    size_t length = page->length < left ? page->length : (size_t)left;
    if ((page->argument & PAGE_COMPRESSED) == 0) {
        salvage->length = (uint32_t)(length < salvage->page_size ? length : salvage->page_size);
        return read_at(salvage, page->at, salvage->data, salvage->length);
    }
    if (algorithm == ALGORITHM_ZEROS) {
        memset(salvage->data, 0, salvage->page_size);
        salvage->length = salvage->page_size;
        return true;
    }
    if (algorithm != ALGORITHM_ZLIB || length > (size_t)salvage->page_size + salvage->page_size / 8 ||
        !read_at(salvage, page->at, salvage->packed, length))
        return false;
    z_stream stream = {.next_in = salvage->packed,
                       .avail_in = (uInt)length,
                       .next_out = salvage->data,
                       .avail_out = salvage->page_size};
    if (inflateInit(&stream) != Z_OK)
        return false;
    int state = inflate(&stream, Z_SYNC_FLUSH);
    salvage->length = salvage->page_size - stream.avail_out;
    (void)inflateEnd(&stream);
    return state == Z_STREAM_END || (length < page->length && (state == Z_OK || state == Z_BUF_ERROR));
}

static int64_t read_salvage(struct medium *medium, uint64_t offset, void *buffer, size_t length, struct error *error)
{
    struct salvage *salvage = (struct salvage *)medium;
    size_t number = (size_t)(offset / salvage->page_size);
    uint32_t within = (uint32_t)(offset % salvage->page_size);
    bool there = number < salvage->page_count && salvage->pages[number].at != 0;
    if (there && salvage->loaded != number) {
        salvage->loaded = SIZE_MAX;
        if (!unpack(salvage, &salvage->pages[number]))
            salvage->length = 0;
        salvage->loaded = number;
    }
    if (!there || within >= salvage->length)
        return fail(error, "The image's data at byte %llu cannot be read: it is damaged or cut off.",
                    (unsigned long long)offset);
    if (length > salvage->length - within)
        length = salvage->length - within;
    memcpy(buffer, salvage->data + within, length);
    return (int64_t)length;
}

static void salvage_extent(struct medium *medium, uint64_t offset, struct sb_extent *extent)
{
    const struct salvage *salvage = (struct salvage *)medium;
    uint64_t number = offset / salvage->page_size;
    const struct page *page = number < salvage->page_count ? &salvage->pages[number] : NULL;
    extent->length = (number + 1) * salvage->page_size - offset;
    if (page == NULL || page->at == 0) {
        extent->kind = SB_LOST;
        extent->reason = "The image is cut off or damaged: copy it again.";
    } else if ((page->argument & PAGE_COMPRESSED) != 0 && (page->argument & ALGORITHM) == ALGORITHM_ZEROS) {
        extent->kind = SB_ZEROS;
    }
}

static void close_salvage(struct medium *medium)
{
    struct salvage *salvage = (struct salvage *)medium;
    if (salvage->descriptor >= 0)
        close(salvage->descriptor);
    free(salvage->pages);
    free(salvage->data);
    free(salvage->packed);
    free(salvage);
}

static bool is_whole(const struct salvage *salvage)
{
    if (!salvage->chained || salvage->image_size == 0 || salvage->page_size == 0 ||
        salvage->page_count < (salvage->image_size - 1) / salvage->page_size + 1)
        return false;
    for (size_t i = 0; i < salvage->page_count; i++)
        if (salvage->pages[i].at == 0)
            return false;
    return true;
}

static int find_size(struct salvage *salvage, const char *name, struct error *error)
{
    if (salvage->page_size < 512 || salvage->page_size % 512 != 0 || salvage->page_size > PAGE_MOST ||
        salvage->page_count == 0)
        return fail(error, "%s is cut off or damaged: none of it can be read. Copy it again.", name);
    salvage->medium.size = salvage->image_size;
    if (salvage->image_size == 0 || salvage->image_size > INT64_MAX) {
        salvage->medium.size = (uint64_t)salvage->page_count * salvage->page_size;
        (void)snprintf(salvage->medium.missing, sizeof salvage->medium.missing,
                       "%.80s is cut off or damaged: it does not tell where its disk ends. Copy it again.", name);
    }
    salvage->data = malloc(salvage->page_size);
    salvage->packed = malloc((size_t)salvage->page_size + salvage->page_size / 8);
    if (salvage->data == NULL || salvage->packed == NULL)
        return fail(error, "Memory is short: close other programs and try again.");
    return 0;
}

int medium_salvage_aff(const char *path, struct medium **medium, struct error *error)
{
    struct stat status;
    *medium = NULL;
    struct salvage *salvage = calloc(1, sizeof *salvage);
    if (salvage == NULL)
        return fail(error, "Memory is short: close other programs and try again.");
    salvage->medium = (struct medium){
        .format = "aff", .sector_size = 512, .read = read_salvage, .extent = salvage_extent, .close = close_salvage};
    salvage->loaded = SIZE_MAX;
    salvage->descriptor = open(path, O_RDONLY | O_CLOEXEC);
    int result = 0;
    if (salvage->descriptor < 0 || fstat(salvage->descriptor, &status) != 0)
        result = fail(error, "%s cannot be opened: check that it may be read.", path_name(path));
    else
        salvage->file_size = (uint64_t)status.st_size;
    if (result == 0)
        result = read_segments(salvage, error);
    bool afflibs = result == 0 && (salvage->encrypted || is_whole(salvage));
    if (result == 0 && !afflibs)
        result = find_size(salvage, path_name(path), error);
    if (result != 0 || afflibs)
        close_salvage(&salvage->medium);
    else
        *medium = &salvage->medium;
    return result;
}
