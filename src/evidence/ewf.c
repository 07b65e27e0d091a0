/* Expert Witness images (E01, Ex01, S01): through libewf where nothing is missing (ewf_index.h says why that is looked
 * at first), else what is left of them by ewf_salvage.c. Ex01 is libewf's alone. What was read must have a right
 * checksum. */
#include <ctype.h>
#include <libewf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "evidence/ewf_index.h"
#include "evidence/medium.h"
#include "evidence/segments.h"

enum {
    READ_MAX = 64 * 1024 * 1024,
    CHUNK_MAX = 128 * 1024 * 1024,
};

struct ewf {
    struct medium medium;
    libewf_handle_t *handle;
    uint64_t whole_sectors; /* bytes that libewf hands out */
    uint8_t *tail;          /* what follows them, see read_tail; owned */
};

/* True if a chunk whose checksum did not match, or that could not be unpacked, lies in what was just read. */
static bool read_damage(struct ewf *ewf, uint64_t offset, uint64_t length, uint64_t *damaged)
{
    uint32_t count = 0;
    if (libewf_handle_get_number_of_checksum_errors(ewf->handle, &count, NULL) != 1)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t first = 0;
        uint64_t sectors = 0;
        uint64_t start;
        uint64_t bytes;
        uint64_t end;
        if (libewf_handle_get_checksum_error(ewf->handle, i, &first, &sectors, NULL) != 1 ||
            __builtin_mul_overflow(first, ewf->medium.sector_size, &start) ||
            __builtin_mul_overflow(sectors, ewf->medium.sector_size, &bytes) ||
            __builtin_add_overflow(start, bytes, &end))
            continue;
        if (start < offset + length && end > offset) {
            *damaged = start;
            return true;
        }
    }
    return false;
}

static int64_t read_ewf(struct medium *medium, uint64_t offset, void *buffer, size_t length, struct error *error)
{
    struct ewf *ewf = (struct ewf *)medium;
    if (offset >= ewf->whole_sectors) {
        memcpy(buffer, ewf->tail + (offset - ewf->whole_sectors), length);
        return (int64_t)length;
    }
    if (length > ewf->whole_sectors - offset)
        length = (size_t)(ewf->whole_sectors - offset);
    if (length > READ_MAX)
        length = READ_MAX;
    ssize_t count = libewf_handle_read_random(ewf->handle, buffer, length, (off64_t)offset, NULL);
    if (count <= 0)
        return fail(error, "The image's data at byte %llu cannot be read: a segment is damaged.",
                    (unsigned long long)offset);
    uint64_t damaged = 0;
    if (read_damage(ewf, offset, (uint64_t)count, &damaged))
        return fail(error, "The image is damaged at byte %llu: its checksum does not match.",
                    (unsigned long long)damaged);
    return count;
}

static void close_ewf(struct medium *medium)
{
    struct ewf *ewf = (struct ewf *)medium;
    if (ewf->handle != NULL) {
        (void)libewf_handle_close(ewf->handle, NULL);
        (void)libewf_handle_free(&ewf->handle, NULL);
    }
    free(ewf->tail);
    free(ewf);
}

static void lower_hex(char *text, size_t digits)
{
    bool hex = strlen(text) == digits;
    for (char *at = text; *at != '\0'; at++) {
        hex = hex && isxdigit((unsigned char)*at);
        *at = (char)tolower((unsigned char)*at);
    }
    if (!hex)
        text[0] = '\0';
}

/* The acquisition's digests stand as text among the hash values, as binary in the hash and digest sections, or both. */
static void read_digests(struct ewf *ewf)
{
    struct medium *medium = &ewf->medium;
    uint8_t text[64] = "";
    if (libewf_handle_get_utf8_hash_value(ewf->handle, (const uint8_t *)"MD5", 3, text, sizeof text, NULL) == 1)
        memcpy(medium->recorded_md5, text, sizeof medium->recorded_md5 - 1);
    memset(text, 0, sizeof text);
    if (libewf_handle_get_utf8_hash_value(ewf->handle, (const uint8_t *)"SHA1", 4, text, sizeof text, NULL) == 1)
        memcpy(medium->recorded_sha1, text, sizeof medium->recorded_sha1 - 1);
    lower_hex(medium->recorded_md5, 32);
    lower_hex(medium->recorded_sha1, 40);
}

static int open_handle(struct ewf *ewf, const char *const paths[], size_t count, struct error *error)
{
    const char *name = path_name(paths[0]);
    char **names = calloc(count, sizeof *names);
    if (names == NULL)
        return fail(error, "Memory is short: close other programs and try again.");
    int result = 0;
    for (size_t i = 0; i < count && result == 0; i++) {
        names[i] = strdup(paths[i]);
        if (names[i] == NULL)
            result = fail(error, "Memory is short: close other programs and try again.");
    }
    if (result == 0 && (libewf_handle_initialize(&ewf->handle, NULL) != 1 ||
                        libewf_handle_open(ewf->handle, names, (int)count, LIBEWF_OPEN_READ, NULL) != 1))
        result = fail(error, "%s is damaged, or a segment is missing: copy all segments again.", name);
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
    return result;
}

/* The last chunk, unpacked, or 0 bytes. */
static size_t read_chunk_at(struct ewf *ewf, uint64_t offset, uint8_t *out, size_t room)
{
    uint8_t *packed = malloc(room);
    uint8_t checksum_bytes[8];
    uint32_t checksum = 0;
    int8_t compressed = 0;
    int8_t checked = 0;
    size_t size = room;
    bool good = packed != NULL && libewf_handle_seek_offset(ewf->handle, (off64_t)offset, SEEK_SET, NULL) >= 0;
    ssize_t count = good ? libewf_handle_read_chunk(ewf->handle, packed, room, &compressed, checksum_bytes, &checksum,
                                                    &checked, NULL)
                         : -1;
    ssize_t unpacked = count <= 0 ? -1
                                  : libewf_handle_prepare_read_chunk(ewf->handle, packed, (size_t)count, out, &size,
                                                                     compressed, checksum, checked, NULL);
    if (unpacked > 0 && compressed == 0)
        memcpy(out, packed, (size_t)unpacked); /* nothing to unpack: libewf leaves it where it was */
    free(packed);
    return unpacked > 0 && (size_t)unpacked <= room ? (size_t)unpacked : 0;
}

/* An image of a file whose length is no multiple of a sector: the sector count leaves out the last bytes, but the last
 * chunk holds them and the recorded digests cover them. They are evidence: they follow the whole sectors here. */
static int read_tail(struct ewf *ewf, struct error *error)
{
    size32_t chunk = 0;
    if (libewf_handle_get_chunk_size(ewf->handle, &chunk, NULL) != 1 || chunk == 0 || chunk > CHUNK_MAX)
        return 0;
    size_t room = (size_t)chunk + EWF_CHUNK_SPARE;
    uint8_t *data = calloc(1, room);
    if (data == NULL)
        return fail(error, "Memory is short: close other programs and try again.");
    uint64_t last = (ewf->whole_sectors - 1) / chunk * chunk;
    size_t length = read_chunk_at(ewf, last, data, room);
    size_t known = (size_t)(ewf->whole_sectors - last);
    if (length > known && length - known < ewf->medium.sector_size && length <= chunk) {
        memmove(data, data + known, length - known);
        ewf->tail = data;
        ewf->medium.size += length - known;
        return 0;
    }
    free(data);
    return 0;
}

static struct medium *open_with_libewf(const char *const paths[], size_t count, struct error *error)
{
    struct ewf *ewf = calloc(1, sizeof *ewf);
    if (ewf == NULL) {
        fail(error, "Memory is short: close other programs and try again.");
        return NULL;
    }
    ewf->medium = (struct medium){.format = "ewf", .sector_size = 512, .read = read_ewf, .close = close_ewf};
    int result = open_handle(ewf, paths, count, error);
    size64_t size = 0;
    if (result == 0 && (libewf_handle_get_media_size(ewf->handle, &size, NULL) != 1 || size == 0 || size > INT64_MAX))
        result = fail(error, "%s does not tell the size of its disk: the image is damaged.", path_name(paths[0]));
    if (result != 0) {
        close_ewf(&ewf->medium);
        return NULL;
    }
    ewf->medium.size = ewf->whole_sectors = size;
    uint32_t sector_size = 0;
    if (libewf_handle_get_bytes_per_sector(ewf->handle, &sector_size, NULL) == 1 && sector_size >= 512 &&
        sector_size <= 65536 && sector_size % 512 == 0)
        ewf->medium.sector_size = sector_size;
    if (read_tail(ewf, error) != 0) {
        close_ewf(&ewf->medium);
        return NULL;
    }
    read_digests(ewf);
    return &ewf->medium;
}

struct medium *medium_open_ewf(const char *const paths[], size_t count, bool second, struct error *error)
{
    if (second)
        return open_with_libewf(paths, count, error);
    struct ewf_index index;
    struct error reason = {0};
    if (ewf_index_build(&index, paths, count, error) != 0) {
        ewf_index_free(&index);
        return NULL;
    }
    struct medium *medium = index.sound ? open_with_libewf(paths, count, &reason) : NULL;
    if (medium != NULL) {
        ewf_index_free(&index);
        return medium;
    }
    return medium_salvage_ewf(&index, error);
}
