/* ZIP archives (APPNOTE 6.3): compressed, stored, and with sizes of eight bytes. */
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "exercise/value.h"
#include "exercise/wrap_parts.h"

enum { ZIP_STORED = 0, ZIP_DEFLATED = 8, ZIP_PARTS_MAX = 4, FULL16 = 0xffff, OWN_NUMBER = 1 };
#define FULL32 UINT32_MAX

struct member {
    const struct zip_part *part;
    uint64_t offset, packed;
    unsigned method;
    bool large; /* sizes of eight bytes, in a field of their own */
};

/* What both headers of a member say; in the directory its offset is large, too. */
static void append_member_fields(struct bytes *out, const struct member *member, bool in_directory)
{
    enum { NOON = 0x6000, FIRST_OF_MARCH_2026 = (2026 - 1980) << 9 | 3 << 5 | 1 };
    const struct bytes *content = member->part->content;
    unsigned numbers = in_directory ? 3 : 2;
    append_le(out, member->large ? 45 : 20, 2);
    append_le(out, 0, 2);
    append_le(out, member->method, 2);
    append_le(out, NOON, 2);
    append_le(out, FIRST_OF_MARCH_2026, 2);
    append_le(out, crc32(0, content->data, (uInt)content->length), 4);
    append_le(out, member->large ? FULL32 : member->packed, 4);
    append_le(out, member->large ? FULL32 : content->length, 4);
    append_le(out, strlen(member->part->name), 2);
    append_le(out, member->large ? 4 + 8 * numbers : 0, 2);
    if (in_directory) {
        append_le(out, 0, 2 + 2 + 2);
        append_le(out, 0, 4);
        append_le(out, member->large ? FULL32 : member->offset, 4);
    }
    bytes_append_text(out, member->part->name);
    if (!member->large)
        return;
    append_le(out, OWN_NUMBER, 2);
    append_le(out, 8 * numbers, 2);
    append_le(out, content->length, 8);
    append_le(out, member->packed, 8);
    if (in_directory)
        append_le(out, member->offset, 8);
}

/* The directory's own place in eight bytes, and where that stands. `directory` counts from the archive. */
static void append_large_end(struct bytes *out, size_t archive, size_t directory, unsigned count)
{
    size_t end = out->length - archive;
    append_le(out, 0x06064b50, 4);
    append_le(out, 44, 8);
    append_le(out, 45, 2);
    append_le(out, 45, 2);
    append_le(out, 0, 8);
    append_le(out, count, 8);
    append_le(out, count, 8);
    append_le(out, end - directory, 8);
    append_le(out, directory, 8);
    append_le(out, 0x07064b50, 4);
    append_le(out, 0, 4);
    append_le(out, end, 8);
    append_le(out, 1, 4);
}

static void write_parts(struct bytes *out, const struct zip_part *parts, unsigned count, unsigned method, bool large)
{
    struct bytes packed = {0};
    struct member members[ZIP_PARTS_MAX];
    size_t archive = out->length;
    for (unsigned i = 0; i < count; i++) {
        struct member *member = &members[i];
        const struct bytes *content = parts[i].content;
        bytes_clear(&packed);
        if (method == ZIP_DEFLATED)
            append_deflated(&packed, content, -15);
        else
            bytes_append(&packed, content->data, content->length);
        *member = (struct member){&parts[i], out->length - archive, packed.length, method, large};
        append_le(out, 0x04034b50, 4);
        append_member_fields(out, member, false);
        bytes_append(out, packed.data, packed.length);
        out->failed |= packed.failed;
    }
    size_t directory = out->length - archive;
    for (unsigned i = 0; i < count; i++) {
        append_le(out, 0x02014b50, 4);
        append_le(out, large ? 45 : 20, 2);
        append_member_fields(out, &members[i], true);
    }
    size_t length = out->length - archive - directory;
    if (large)
        append_large_end(out, archive, directory, count);
    append_le(out, 0x06054b50, 4);
    append_le(out, 0, 4);
    append_le(out, large ? FULL16 : count, 2);
    append_le(out, large ? FULL16 : count, 2);
    append_le(out, large ? FULL32 : length, 4);
    append_le(out, large ? FULL32 : directory, 4);
    append_le(out, 0, 2);
    bytes_free(&packed);
}

void append_zip(struct bytes *out, const struct zip_part *parts, unsigned count)
{
    write_parts(out, parts, count, ZIP_DEFLATED, false);
}

static void write_zip(struct bytes *out, const struct bytes *in, struct random *random, unsigned method, bool large)
{
    struct bytes note = {0};
    struct zip_part parts[2] = {{"readme.txt", &note}, {"", in}};
    char word[16];
    make_word(random, word);
    write_prose(&note, random, 40);
    (void)snprintf(parts[1].name, sizeof parts[1].name, "%s/%s.dat", word, word);
    write_parts(out, parts, 2, method, large);
    out->failed |= note.failed;
    bytes_free(&note);
}

void wrap_zip(struct bytes *out, const struct bytes *in, struct random *random)
{
    write_zip(out, in, random, ZIP_DEFLATED, false);
}

void wrap_zip_stored(struct bytes *out, const struct bytes *in, struct random *random)
{
    write_zip(out, in, random, ZIP_STORED, false);
}

void wrap_zip64(struct bytes *out, const struct bytes *in, struct random *random)
{
    write_zip(out, in, random, ZIP_DEFLATED, true);
}
