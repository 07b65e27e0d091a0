/* Archives that are no ZIP: tar (POSIX ustar), 7z (by libarchive), cabinets with MSZIP (MS-CAB), and stored members of
 * RAR 4 and 5, whose compression is nobody else's to write. */
#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "exercise/value.h"
#include "exercise/wrap_parts.h"

static void append_zeros(struct bytes *out, size_t count)
{
    while (count-- > 0)
        bytes_append_char(out, 0);
}

void wrap_tar(struct bytes *out, const struct bytes *in, struct random *random)
{
    enum { BLOCK = 512, SUM = 148, TYPE = 156, MAGIC = 257 };
    char header[BLOCK] = {0}, name[16];
    make_word(random, name);
    (void)snprintf(header, 100, "home/%s.dat", name);
    (void)snprintf(header + 100, 8, "%07o", 0644);
    (void)snprintf(header + 124, 12, "%011o", (unsigned)in->length);
    (void)snprintf(header + 136, 12, "%011o", 1772323200U);
    header[TYPE] = '0';
    memcpy(header + MAGIC, "ustar\00000", 8);
    memset(header + SUM, ' ', 8);
    unsigned sum = 0;
    for (unsigned i = 0; i < BLOCK; i++)
        sum += (uint8_t)header[i];
    (void)snprintf(header + SUM, 8, "%06o", sum);
    bytes_append(out, header, BLOCK);
    bytes_append(out, in->data, in->length);
    append_zeros(out, (BLOCK - in->length % BLOCK) % BLOCK + (size_t)2 * BLOCK);
}

void wrap_7z(struct bytes *out, const struct bytes *in, struct random *random)
{
    char name[16];
    make_word(random, name);
    size_t room = in->length + in->length / 2 + 65536;
    size_t used = 0;
    struct archive *archive = archive_write_new();
    struct archive_entry *entry = archive_entry_new();
    bool done = archive != NULL && entry != NULL && bytes_reserve(out, room) == 0 &&
                archive_write_set_format_7zip(archive) == ARCHIVE_OK &&
                archive_write_open_memory(archive, out->data + out->length, room, &used) == ARCHIVE_OK;
    if (done) {
        archive_entry_set_pathname(entry, name);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        archive_entry_set_size(entry, (la_int64_t)in->length);
        done = archive_write_header(archive, entry) == ARCHIVE_OK &&
               archive_write_data(archive, in->data, in->length) == (la_ssize_t)in->length &&
               archive_write_close(archive) == ARCHIVE_OK;
    }
    out->failed |= !done;
    out->length += done ? used : 0;
    archive_entry_free(entry);
    (void)archive_write_free(archive);
}

/* XOR of the little-endian words; of the bytes that fill none, the last one is the lowest. */
static uint32_t cabinet_sum(const uint8_t *data, size_t length, uint32_t sum)
{
    size_t whole = length / 4 * 4;
    for (size_t i = 0; i < whole; i++)
        sum ^= (uint32_t)data[i] << 8 * (i % 4);
    for (size_t i = whole; i < length; i++)
        sum ^= (uint32_t)data[i] << 8 * (length - 1 - i);
    return sum;
}

void wrap_cab(struct bytes *out, const struct bytes *in, struct random *random)
{
    enum { BLOCK = 32768, HEADER = 36, FOLDER = 8, FILE_ENTRY = 16, MSZIP = 1, NOON = 0x6000, DAY = 0x5c61 };
    char name[16];
    struct bytes blocks = {0};
    struct bytes packed = {0};
    make_word(random, name);
    size_t count = 0;
    for (size_t at = 0; at < in->length; at += BLOCK, count++) {
        struct bytes piece = {.data = in->data + at, .length = in->length - at < BLOCK ? in->length - at : BLOCK};
        bytes_clear(&packed);
        bytes_append_text(&packed, "CK");
        append_deflated(&packed, &piece, -15);
        uint8_t sizes[4] = {(uint8_t)packed.length, (uint8_t)(packed.length >> 8), (uint8_t)piece.length,
                            (uint8_t)(piece.length >> 8)};
        append_le(&blocks, cabinet_sum(sizes, sizeof sizes, cabinet_sum(packed.data, packed.length, 0)), 4);
        bytes_append(&blocks, sizes, sizeof sizes);
        bytes_append(&blocks, packed.data, packed.length);
    }
    size_t files = HEADER + FOLDER, first = files + FILE_ENTRY + strlen(name) + 1;
    bytes_append_text(out, "MSCF");
    append_le(out, 0, 4);
    append_le(out, first + blocks.length, 4);
    append_le(out, 0, 4);
    append_le(out, files, 4);
    append_le(out, 0, 4);
    append_le(out, 0x0103, 2); /* version 1.3 */
    append_le(out, 1, 2);      /* folder */
    append_le(out, 1, 2);      /* file */
    append_le(out, 0, 2 + 2 + 2);
    append_le(out, first, 4);
    append_le(out, count, 2);
    append_le(out, MSZIP, 2);
    append_le(out, in->length, 4);
    append_le(out, 0, 4 + 2);
    append_le(out, DAY, 2);
    append_le(out, NOON, 2);
    append_le(out, 0x20, 2);
    bytes_append(out, name, strlen(name) + 1);
    bytes_append(out, blocks.data, blocks.length);
    out->failed |= blocks.failed | packed.failed;
    bytes_free(&blocks);
    bytes_free(&packed);
}

/* A header of RAR 4 behind the lower half of its CRC-32. */
static void append_rar_header(struct bytes *out, const struct bytes *header)
{
    append_le(out, crc32(0, header->data, (uInt)header->length) & 0xffff, 2);
    bytes_append(out, header->data, header->length);
    out->failed |= header->failed;
}

void wrap_rar(struct bytes *out, const struct bytes *in, struct random *random)
{
    enum { MAIN = 0x73, MEMBER = 0x74, END = 0x7b, HAS_DATA = 0x8000, SKIP = 0x4000, STORED = 0x30, UNIX = 3 };
    struct bytes header = {0};
    char name[16];
    make_word(random, name);
    bytes_append(out, "Rar!\x1a\7\0", 7);
    append_le(&header, MAIN, 1);
    append_le(&header, 0, 2);
    append_le(&header, 13, 2);
    append_le(&header, 0, 6);
    append_rar_header(out, &header);
    bytes_clear(&header);
    append_le(&header, MEMBER, 1);
    append_le(&header, HAS_DATA, 2);
    append_le(&header, 32 + strlen(name), 2);
    append_le(&header, in->length, 4);
    append_le(&header, in->length, 4);
    append_le(&header, UNIX, 1);
    append_le(&header, crc32(0, in->data, (uInt)in->length), 4);
    append_le(&header, 0x5c616000, 4); /* noon of 1 March 2026 */
    append_le(&header, 20, 1);
    append_le(&header, STORED, 1);
    append_le(&header, strlen(name), 2);
    append_le(&header, 0100644, 4);
    bytes_append_text(&header, name);
    append_rar_header(out, &header);
    bytes_append(out, in->data, in->length);
    bytes_clear(&header);
    append_le(&header, END, 1);
    append_le(&header, SKIP, 2);
    append_le(&header, 7, 2);
    append_rar_header(out, &header);
    bytes_free(&header);
}

/* Seven bits a byte, the lowest first. */
static void append_vint(struct bytes *out, uint64_t number)
{
    for (; number >= 0x80; number >>= 7)
        append_le(out, number | 0x80, 1);
    append_le(out, number, 1);
}

/* A header of RAR 5 behind its size, and both behind their CRC-32. */
static void append_rar5_header(struct bytes *out, const struct bytes *header)
{
    struct bytes sized = {0};
    append_vint(&sized, header->length);
    bytes_append(&sized, header->data, header->length);
    append_le(out, crc32(0, sized.data, (uInt)sized.length), 4);
    bytes_append(out, sized.data, sized.length);
    out->failed |= header->failed | sized.failed;
    bytes_free(&sized);
}

void wrap_rar5(struct bytes *out, const struct bytes *in, struct random *random)
{
    enum { MAIN = 1, MEMBER = 2, END = 5, HAS_DATA = 2, HAS_SUM = 4, STORED = 0, UNIX = 1 };
    struct bytes header = {0};
    char name[16];
    make_word(random, name);
    bytes_append(out, "Rar!\x1a\7\1\0", 8);
    append_vint(&header, MAIN);
    append_le(&header, 0, 2);
    append_rar5_header(out, &header);
    bytes_clear(&header);
    append_vint(&header, MEMBER);
    append_vint(&header, HAS_DATA);
    append_vint(&header, in->length);
    append_vint(&header, HAS_SUM);
    append_vint(&header, in->length);
    append_vint(&header, 0100644);
    append_le(&header, crc32(0, in->data, (uInt)in->length), 4);
    append_vint(&header, STORED);
    append_vint(&header, UNIX);
    append_vint(&header, strlen(name));
    bytes_append_text(&header, name);
    append_rar5_header(out, &header);
    bytes_append(out, in->data, in->length);
    bytes_clear(&header);
    append_vint(&header, END);
    append_le(&header, 0, 2);
    append_rar5_header(out, &header);
    bytes_free(&header);
}
