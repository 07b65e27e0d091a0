/* Expert Witness images (E01, Ex01, S01) through libewf. What libewf would pass over is checked here: that every
 * segment is there and carries its number, that the last one is complete, and that what was read had a right checksum.
 */
#include <ctype.h>
#include <fcntl.h>
#include <libewf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/number.h"
#include "evidence/medium.h"
#include "evidence/segments.h"

enum {
    SEGMENT_HEADER = 13,     /* signature 8, a byte of one, segment number 2, two zero bytes */
    SECTION_DESCRIPTOR = 76, /* type 16, offset of the next 8, size 8, padding, checksum */
    READ_MAX = 64 * 1024 * 1024,
    CHUNK_MAX = 128 * 1024 * 1024,
    CHUNK_SPARE = 4096, /* a checksum, and what a chunk grows by that does not compress */
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

/* Every file must be the segment that its place in the list says, and the last must end the image. */
static int check_segment(const char *path, size_t number, bool last, struct error *error)
{
    uint8_t header[SEGMENT_HEADER];
    char section[16] = "";
    const char *name = path_name(path);
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (descriptor < 0 || fstat(descriptor, &status) != 0) {
        if (descriptor >= 0)
            close(descriptor);
        return fail(error, "Segment %s cannot be opened: check that it may be read.", name);
    }
    bool readable = pread(descriptor, header, sizeof header, 0) == sizeof header;
    bool ended = status.st_size > SECTION_DESCRIPTOR &&
                 pread(descriptor, section, sizeof section, status.st_size - SECTION_DESCRIPTOR) == sizeof section;
    close(descriptor);
    if (!readable)
        return fail(error, "Segment %s is empty or cut off: copy it again.", name);
    if (memcmp(header, "EVF\x09\x0d\x0a\xff\x00", 8) != 0)
        return memcmp(header, "EVF2\x0d\x0a\x81\x00", 8) == 0
                   ? 0 /* the second format numbers its segments elsewhere: libewf checks them */
                   : fail(error, "Segment %s is no Expert Witness file: copy it again.", name);
    if (load_le16(header + 9) != (uint16_t)number)
        return fail(error, "%s is segment %u of its image, where segment %zu should stand: name all segments in order.",
                    name, (unsigned)load_le16(header + 9), number);
    bool next = memcmp(section, "next", 5) == 0;
    bool done = memcmp(section, "done", 5) == 0;
    if (!ended || (!next && !done))
        return fail(error, "Segment %s is cut off: copy it again.", name);
    if (last && next)
        return fail(error, "The segment after %s is missing: put it beside the others and try again.", name);
    return 0;
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
    size_t room = (size_t)chunk + CHUNK_SPARE;
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

struct medium *medium_open_ewf(const char *const paths[], size_t count, struct error *error)
{
    for (size_t i = 0; i < count; i++)
        if (check_segment(paths[i], i + 1, i + 1 == count, error) != 0)
            return NULL;
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
