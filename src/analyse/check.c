/* One function per frame type; each reads the whole payload the way commit.c will read it again. */
#include "analyse/check.h"

#include <stdlib.h>
#include <string.h>

#include "base/wire.h"
#include "scan/scan.h"
#include "worker/protocol.h"

static bool within(uint64_t start, uint64_t length, uint64_t end)
{
    return start <= end && length <= end - start;
}

/* In order and apart from each other, so that a plan can go along them. */
static bool check_extent(struct check *check, struct wire_reader *reader)
{
    size_t reason;
    uint64_t start = wire_get_u64(reader);
    uint64_t length = wire_get_u64(reader);
    bool lost = wire_get_u8(reader) == 1;
    (void)wire_get_text(reader, NAME_MAX_BYTES, &reason);
    bool sound = check->kind == UNIT_MAP && start >= check->last_extent && length >= EXTENT_LEAST &&
                 within(start, length, check->evidence_size) && lost == (reason > 0);
    check->last_extent = start + length;
    return sound;
}

static bool check_volume(struct check *check, struct wire_reader *reader)
{
    size_t length;
    uint32_t number = wire_get_u32(reader);
    uint64_t start = wire_get_u64(reader);
    uint64_t size = wire_get_u64(reader);
    for (int i = 0; i < 3; i++)
        (void)wire_get_text(reader, NAME_MAX_BYTES, &length);
    return wire_get_u8(reader) <= 1 && within(start, size, INT64_MAX) && check->kind == UNIT_MAP &&
           number == check->volumes++;
}

static bool check_file(struct check *check, struct wire_reader *reader)
{
    size_t length;
    uint32_t number = wire_get_u32(reader);
    (void)wire_get_u32(reader);
    uint64_t inode = wire_get_u64(reader);
    (void)wire_get_u32(reader);
    (void)wire_get_u32(reader);
    (void)wire_get_text(reader, FILES_PATH_MAX, &length);
    uint64_t size = wire_get_u64(reader);
    uint64_t slack = wire_get_u64(reader);
    for (int i = 0; i < 4; i++)
        (void)wire_get_u64(reader);
    uint32_t flags = wire_get_u32(reader);
    uint32_t same_as = wire_get_u32(reader);
    bool sound = check->kind == UNIT_MAP && length > 0 && number == check->last_file + 1 && inode <= INT64_MAX &&
                 size <= FILE_SIZE_MOST && slack <= FILE_SIZE_MOST && flags < 2 * FILE_DISK && same_as < number &&
                 (same_as != 0) == ((flags & FILE_HARD_LINK) != 0);
    check->last_file = number;
    return sound;
}

static bool check_runs(const struct check *check, struct wire_reader *reader)
{
    uint32_t count = wire_get_u32(reader);
    if (check->kind != UNIT_MAP || check->last_file == 0 || count > RUNS_PER_FRAME)
        return false;
    for (uint32_t i = 0; i < count && !reader->failed; i++) {
        uint64_t file_offset = wire_get_u64(reader);
        uint64_t image_offset = wire_get_u64(reader);
        uint64_t length = wire_get_u64(reader);
        if (!within(image_offset, length, check->evidence_size) || !within(file_offset, length, INT64_MAX))
            return false;
    }
    return true;
}

static int compare_numbers(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

int check_allow_files(struct check *check, const uint32_t *files, size_t count)
{
    check->files = malloc((count + 1) * sizeof *files);
    if (check->files == NULL)
        return -1;
    if (count > 0) {
        memcpy(check->files, files, count * sizeof *files);
        qsort(check->files, count, sizeof *files, compare_numbers);
    }
    check->file_count = count;
    return 0;
}

void check_free(struct check *check)
{
    free(check->files);
    check->files = NULL;
    check->file_count = 0;
}

static bool asked_about(const struct check *check, uint32_t file)
{
    return check->file_count > 0 &&
           bsearch(&file, check->files, check->file_count, sizeof *check->files, compare_numbers) != NULL;
}

static bool speaks_of(const struct check *check, uint32_t file, uint64_t offset)
{
    if (check->kind == UNIT_SPAN)
        return file == 0 && offset >= check->begin && offset < check->end;
    return check->kind == UNIT_FILES && offset <= INT64_MAX / 2 && asked_about(check, file);
}

static bool check_sighting(const struct check *check, struct wire_reader *reader)
{
    size_t value_length;
    size_t length;
    uint32_t file = wire_get_u32(reader);
    uint64_t offset = wire_get_u64(reader);
    uint8_t kind = wire_get_u8(reader);
    uint8_t encoding = wire_get_u8(reader);
    uint32_t count = wire_get_u32(reader);
    (void)wire_get_text(reader, SB_PATH_MAX, &length);
    const char *value = wire_get_text(reader, SB_VALUE_MAX, &value_length);
    (void)wire_get_text(reader, SB_CONTEXT_MAX, &length);
    bool term = kind == SB_TERM && check->terms != NULL && terms_has(check->terms, value, value_length);
    if (reader->failed || (kind == SB_TERM ? !term : check->terms_only))
        return false;
    return speaks_of(check, file, offset) && kind < SB_FILE && encoding < SB_ENCODING_COUNT && count > 0 &&
           value_length > 0;
}

static bool check_note(const struct check *check, struct wire_reader *reader)
{
    size_t length;
    uint32_t file = wire_get_u32(reader);
    uint64_t offset = wire_get_u64(reader);
    (void)wire_get_text(reader, SB_PATH_MAX, &length);
    (void)wire_get_text(reader, NAME_MAX_BYTES, &length);
    return file == 0 ? offset <= check->evidence_size && check->kind == UNIT_SPAN : speaks_of(check, file, offset);
}

static bool check_content(const struct check *check, struct wire_reader *reader)
{
    static const size_t sizes[] = {MD5_SIZE, SHA1_SIZE, SHA256_SIZE};
    size_t length;
    uint32_t file = wire_get_u32(reader);
    (void)wire_get_text(reader, NAME_MAX_BYTES, &length);
    uint8_t digests = wire_get_u8(reader);
    for (size_t i = 0; digests == 1 && i < 3; i++) {
        (void)wire_get_blob(reader, sizes[i], &length);
        if (length != sizes[i])
            return false;
    }
    return digests <= 1 && !check->terms_only && (check->kind == UNIT_SPAN || check->kind == UNIT_FILES) &&
           asked_about(check, file);
}

static bool check_disk(const struct check *check, struct wire_reader *reader)
{
    uint32_t file = wire_get_u32(reader);
    return wire_get_u8(reader) <= 1 && !check->terms_only && check->kind == UNIT_FILES && asked_about(check, file);
}

static bool check_unread(const struct check *check, struct wire_reader *reader)
{
    size_t text_length;
    uint32_t file = wire_get_u32(reader);
    uint64_t start = wire_get_u64(reader);
    uint64_t length = wire_get_u64(reader);
    (void)wire_get_text(reader, NAME_MAX_BYTES, &text_length);
    return speaks_of(check, file, start) && length <= INT64_MAX / 2;
}

static bool check_image(const struct check *check, struct wire_reader *reader)
{
    size_t md5;
    size_t sha1;
    size_t sha256;
    (void)wire_get_blob(reader, MD5_SIZE, &md5);
    (void)wire_get_blob(reader, SHA1_SIZE, &sha1);
    (void)wire_get_blob(reader, SHA256_SIZE, &sha256);
    return check->kind == UNIT_DIGEST && md5 == MD5_SIZE && sha1 == SHA1_SIZE && sha256 == SHA256_SIZE;
}

static bool check_bytes(struct check *check, struct wire_reader *reader)
{
    size_t length;
    (void)wire_get_blob(reader, check->end - check->begin, &length);
    check->end = check->begin;
    return length > 0;
}

int check_frame(struct check *check, uint8_t type, const uint8_t *payload, size_t length)
{
    struct wire_reader reader = {payload, length, 0, false};
    size_t text_length;
    bool sound = false;
    if (check->peek != (type == FRAME_BYTES))
        return -1;
    switch (type) {
    case FRAME_EXTENT:
        sound = check_extent(check, &reader);
        break;
    case FRAME_VOLUME:
        sound = check_volume(check, &reader);
        break;
    case FRAME_FILE:
        sound = check_file(check, &reader);
        break;
    case FRAME_RUNS:
        sound = check_runs(check, &reader);
        break;
    case FRAME_GAP:
        (void)wire_get_text(&reader, NAME_MAX_BYTES, &text_length);
        sound = check->kind == UNIT_MAP;
        break;
    case FRAME_SIGHTING:
        sound = check_sighting(check, &reader);
        break;
    case FRAME_NOTE:
        sound = check_note(check, &reader);
        break;
    case FRAME_CONTENT:
        sound = check_content(check, &reader);
        break;
    case FRAME_DISK:
        sound = check_disk(check, &reader);
        break;
    case FRAME_UNREAD:
        sound = check_unread(check, &reader);
        break;
    case FRAME_IMAGE:
        sound = check_image(check, &reader);
        break;
    case FRAME_BYTES:
        sound = check_bytes(check, &reader);
        break;
    default:
        break;
    }
    return sound && wire_done(&reader) ? 0 : -1;
}
