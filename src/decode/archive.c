/* 7z, RAR (1.5 to 5) and cabinet archives, through libarchive. Their members cannot be read one by one as those of ZIP:
 * the list of names stands elsewhere, members share one compressed stream. So the archive is one container with a
 * stream for each member. Memory is libarchive's: a dictionary that a hostile header asks for and the process may not
 * have ends the archive as a method that is not supported. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <zlib.h>

#include "base/number.h"
#include "decode/input.h"
#include "decode/zip_packed.h"

enum { SEVENZIP_HEADER = 32, CABINET_HEADER = 36, RAR_HEADER = 14, MEMBERS_MAX = 1 << 20 };

struct reader {
    struct sb_input *input;
    uint64_t at;
    uint64_t end; /* of the archive, as far as it says */
};

static la_ssize_t read_on(struct archive *archive, void *context, const void **data)
{
    (void)archive;
    struct reader *reader = context;
    size_t available = 0;
    *data = reader->at < reader->end ? reader->input->view(reader->input, reader->at, &available) : NULL;
    if (*data == NULL)
        return 0;
    if (available > reader->end - reader->at)
        available = (size_t)(reader->end - reader->at);
    reader->at += available;
    return (la_ssize_t)available;
}

static la_int64_t skip_on(struct archive *archive, void *context, la_int64_t request)
{
    (void)archive;
    struct reader *reader = context;
    uint64_t to;
    if (request <= 0 || __builtin_add_overflow(reader->at, (uint64_t)request, &to) || to > INT64_MAX)
        return 0;
    reader->at = to;
    return request;
}

/* libarchive asks for the end before it goes anywhere. */
static la_int64_t seek(struct archive *archive, void *context, la_int64_t offset, int whence)
{
    (void)archive;
    struct reader *reader = context;
    int64_t from = whence == SEEK_SET ? 0 : (int64_t)(whence == SEEK_CUR ? reader->at : reader->end);
    int64_t to;
    if (__builtin_add_overflow(from, offset, &to) || to < 0)
        return ARCHIVE_FATAL;
    reader->at = (uint64_t)to;
    return to;
}

static bool opens(struct archive *archive, struct reader *reader)
{
    return archive_read_support_format_7zip(archive) == ARCHIVE_OK &&
           archive_read_support_format_rar(archive) == ARCHIVE_OK &&
           archive_read_support_format_rar5(archive) == ARCHIVE_OK &&
           archive_read_support_format_cab(archive) == ARCHIVE_OK &&
           archive_read_set_read_callback(archive, read_on) == ARCHIVE_OK &&
           archive_read_set_skip_callback(archive, skip_on) == ARCHIVE_OK &&
           archive_read_set_seek_callback(archive, seek) == ARCHIVE_OK &&
           archive_read_set_callback_data(archive, reader) == ARCHIVE_OK && archive_read_open1(archive) == ARCHIVE_OK;
}

/* Why a member, or the archive, could not be read. */
static enum sb_decode_result judge(struct archive *archive, struct archive_entry *entry)
{
    const char *message = archive_error_string(archive);
    if (archive_read_has_encrypted_entries(archive) > 0 || (entry != NULL && archive_entry_is_encrypted(entry)))
        return SB_DECODE_ENCRYPTED;
    if (archive_errno(archive) == ENOMEM)
        return SB_DECODE_TOO_LARGE;
    if (message != NULL && strstr(message, "upported") != NULL)
        return SB_DECODE_UNKNOWN;
    return SB_DECODE_BROKEN;
}

static enum sb_decode_result read_data(struct archive *archive, struct archive_entry *entry, struct sb_output *output)
{
    if (archive_entry_is_encrypted(entry))
        return SB_DECODE_ENCRYPTED;
    for (;;) {
        const void *data;
        size_t size;
        la_int64_t offset;
        int status = archive_read_data_block(archive, &data, &size, &offset);
        if (status == ARCHIVE_EOF)
            return SB_DECODE_DONE;
        if (status != ARCHIVE_OK && status != ARCHIVE_WARN)
            return judge(archive, entry);
        if (size > 0 && output_pieces(output, data, size) != 0)
            return SB_DECODE_STOPPED;
    }
}

static enum sb_decode_result read_member(struct archive *archive, struct archive_entry *entry, struct sb_output *output)
{
    const char *name = archive_entry_pathname_utf8(entry);
    if (name == NULL)
        name = archive_entry_pathname(entry);
    size_t length = name == NULL ? 0 : strnlen(name, SB_LABEL_MAX);
    if (output_member(output, name, length) != 0)
        return SB_DECODE_STOPPED;
    return read_data(archive, entry, output);
}

/* All members, up to one that breaks: what follows it in a shared stream is lost too. */
static enum sb_decode_result read_members(struct archive *archive, struct sb_output *output)
{
    bool locked = false;
    for (size_t members = 0; members < MEMBERS_MAX; members++) {
        struct archive_entry *entry;
        int status = archive_read_next_header(archive, &entry);
        if (status == ARCHIVE_EOF)
            return locked ? SB_DECODE_ENCRYPTED : SB_DECODE_DONE;
        if (status != ARCHIVE_OK && status != ARCHIVE_WARN)
            return judge(archive, NULL);
        if (archive_entry_filetype(entry) != AE_IFREG)
            continue;
        enum sb_decode_result result = read_member(archive, entry, output);
        if (result != SB_DECODE_DONE && result != SB_DECODE_ENCRYPTED)
            return result;
        locked |= result == SB_DECODE_ENCRYPTED;
    }
    return SB_DECODE_BROKEN;
}

static enum sb_decode_result decode(const struct sb_container *container, struct sb_input *input,
                                    struct sb_output *output, uint64_t *consumed)
{
    struct reader reader = {.input = input, .end = container->size > 0 ? container->size : INT64_MAX / 2};
    struct archive *archive = archive_read_new();
    *consumed = 0;
    if (archive == NULL)
        return SB_DECODE_NO_MEMORY;
    enum sb_decode_result result = opens(archive, &reader) ? read_members(archive, output) : SB_DECODE_BROKEN;
    (void)archive_read_free(archive);
    return result;
}

/* It reads what stands behind the header, whatever the archive's list says. */
enum sb_decode_result archive_read_zip_member(struct sb_input *input, struct sb_output *output, uint64_t end)
{
    struct reader reader = {.input = input, .end = end};
    struct archive_entry *entry;
    struct archive *archive = archive_read_new();
    if (archive == NULL)
        return SB_DECODE_NO_MEMORY;
    enum sb_decode_result result = SB_DECODE_BROKEN;
    if (archive_read_support_format_zip_streamable(archive) == ARCHIVE_OK &&
        archive_read_set_read_callback(archive, read_on) == ARCHIVE_OK &&
        archive_read_set_callback_data(archive, &reader) == ARCHIVE_OK && archive_read_open1(archive) == ARCHIVE_OK) {
        int status = archive_read_next_header(archive, &entry);
        bool whole = status == ARCHIVE_OK || status == ARCHIVE_WARN;
        result = whole ? read_data(archive, entry, output) : judge(archive, NULL);
    }
    (void)archive_read_free(archive);
    return result;
}

/* 7zFormat.txt of the 7-Zip sources: a checksum over where the list of members is. */
static bool sniff_7z(const uint8_t *data, size_t length, size_t at, struct sb_container *container)
{
    if (length - at < SEVENZIP_HEADER)
        return false;
    const uint8_t *header = data + at;
    if (memcmp(header, "7z", 2) != 0 || header[6] != 0 || load_le32(header + 8) != crc32(0, header + 12, 20))
        return false;
    uint64_t size;
    if (__builtin_add_overflow(load_le64(header + 12), load_le64(header + 20), &size) || size > INT64_MAX / 2)
        return false;
    *container = (struct sb_container){.size = size + SEVENZIP_HEADER};
    return true;
}

/* A number in groups of seven bits, the lowest first; at most three groups. Returns how many, 0 when there are more. */
static size_t read_groups(const uint8_t *data, uint32_t *number)
{
    *number = 0;
    for (size_t i = 0; i < 3; i++) {
        *number |= (uint32_t)(data[i] & 0x7f) << 7 * i;
        if (data[i] < 0x80)
            return i + 1;
    }
    return 0;
}

/* Version 5: behind the marker the checksum of what follows it: the header's size and as many bytes, of which the first
 * is its type, that of an archive or of its encryption. */
static bool is_rar5(const uint8_t *header, size_t length)
{
    enum { CHECKED = 12, SIZE_MAX_PLAUSIBLE = 2048, ARCHIVE = 1, ENCRYPTION = 4 };
    uint32_t size;
    if (header[7] != 0 || length < CHECKED + 4)
        return false;
    size_t groups = read_groups(header + CHECKED, &size);
    if (groups == 0 || size == 0 || size > SIZE_MAX_PLAUSIBLE || length - CHECKED - groups < size ||
        (header[CHECKED + groups] != ARCHIVE && header[CHECKED + groups] != ENCRYPTION))
        return false;
    return load_le32(header + 8) == crc32(0, header + CHECKED, (uInt)(groups + size));
}

/* Up to version 4: half a checksum, then what it is of: type, flags, size and reserved fields (and what later versions
 * put behind them). */
static bool is_rar4(const uint8_t *header, size_t length)
{
    enum { MARKER = 7, CHECKED = 9, FIELDS = 11, SIZE_MAX_PLAUSIBLE = 64 };
    unsigned size = load_le16(header + CHECKED + 3);
    unsigned sum = load_le16(header + MARKER);
    if (header[CHECKED] != 0x73 || length < CHECKED + FIELDS || size < FIELDS + 2)
        return false;
    return sum == (crc32(0, header + CHECKED, FIELDS) & 0xffff) ||
           (size <= SIZE_MAX_PLAUSIBLE && length - MARKER >= size &&
            sum == (crc32(0, header + CHECKED, size - 2) & 0xffff));
}

/* RAR's technote: a marker, then the archive's header with its checksum. */
static bool sniff_rar(const uint8_t *data, size_t length, size_t at, struct sb_container *container)
{
    if (length - at < RAR_HEADER)
        return false;
    const uint8_t *header = data + at;
    *container = (struct sb_container){.size = 0};
    return memcmp(header, "Rar", 3) == 0 &&
           (header[6] == 1 ? is_rar5(header, length - at) : header[6] == 0 && is_rar4(header, length - at));
}

/* MS-CAB 2.1: reserved fields are 0, the version is 1.3. */
static bool sniff_cab(const uint8_t *data, size_t length, size_t at, struct sb_container *container)
{
    if (length - at < CABINET_HEADER)
        return false;
    const uint8_t *header = data + at;
    uint32_t size = load_le32(header + 8);
    if (memcmp(header, "MSCF\0\0\0", 8) != 0 || load_le32(header + 12) != 0 || load_le32(header + 20) != 0 ||
        header[24] != 3 || header[25] != 1 || size < CABINET_HEADER || load_le32(header + 16) >= size)
        return false;
    *container = (struct sb_container){.size = size};
    return true;
}

/* Anchors are taken from where these headers are unlike any text. */

const struct sb_decoder sb_decoder_7z = {
    .name = "7Z",
    .literal = "\xbc\xaf\x27\x1c",
    .literal_length = 4,
    .literal_offset = 2,
    .named = true,
    .sniff = sniff_7z,
    .decode = decode,
};

const struct sb_decoder sb_decoder_rar = {
    .name = "RAR",
    .literal = "!\x1a\x07",
    .literal_length = 3,
    .literal_offset = 3,
    .named = true,
    .sniff = sniff_rar,
    .decode = decode,
};

const struct sb_decoder sb_decoder_cab = {
    .name = "CAB",
    .literal = "\0\3\1",
    .literal_length = 3,
    .literal_offset = 23,
    .named = true,
    .sniff = sniff_cab,
    .decode = decode,
};
