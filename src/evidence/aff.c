/* Advanced Forensics Format images through afflib, if they are whole: else see aff_salvage.c. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <afflib/afflib.h> /* needs the types above */

#include "base/text.h"
#include "evidence/aff_salvage.h"
#include "evidence/segments.h"

enum { READ_MAX = 64 * 1024 * 1024 };

struct aff {
    struct medium medium;
    AFFILE *file;
    uint64_t page_size;
    uint64_t bad_page; /* that could not be unpacked last: afflib would try again for each sector; UINT64_MAX: none */
};

static int64_t read_aff(struct medium *medium, uint64_t offset, void *buffer, size_t length, struct error *error)
{
    struct aff *aff = (struct aff *)medium;
    if (length > READ_MAX)
        length = READ_MAX;
    uint64_t page = aff->page_size == 0 ? 0 : offset / aff->page_size;
    ssize_t count = -1;
    if (page != aff->bad_page) {
        (void)af_seek(aff->file, (int64_t)offset, SEEK_SET);
        count = af_read(aff->file, buffer, (ssize_t)length);
    }
    if (count <= 0 && aff->page_size != 0)
        aff->bad_page = page;
    if (count <= 0)
        return fail(error, "The image's data at byte %llu cannot be read: it is damaged.", (unsigned long long)offset);
    return count;
}

static void close_aff(struct medium *medium)
{
    struct aff *aff = (struct aff *)medium;
    if (aff->file != NULL)
        (void)af_close(aff->file);
    free(aff);
}

static void read_digest(struct aff *aff, const char *segment, size_t size, char *out)
{
    uint8_t digest[64];
    size_t length = sizeof digest;
    if (af_get_seg(aff->file, segment, NULL, digest, &length) == 0 && length == size)
        text_hex(digest, size, out);
}

struct medium *medium_open_aff(const char *path, struct error *error)
{
    struct medium *left = NULL;
    if (medium_salvage_aff(path, &left, error) != 0 || left != NULL)
        return left;
    struct aff *aff = calloc(1, sizeof *aff);
    if (aff == NULL) {
        fail(error, "Memory is short: close other programs and try again.");
        return NULL;
    }
    aff->medium = (struct medium){.format = "aff", .sector_size = 512, .read = read_aff, .close = close_aff};
    /* afflib takes "word://" for a network address; a path that begins with a dot or slash is a file to it. */
    char *plain = NULL;
    if (asprintf(&plain, "%s%s", path[0] == '/' ? "" : "./", path) >= 0)
        aff->file = af_open(plain, O_RDONLY, 0);
    free(plain);
    int result = 0;
    if (aff->file == NULL)
        result = fail(error, "%s is damaged: afflib cannot open it. Copy it again.", path_name(path));
    else if (af_cannot_decrypt(aff->file))
        result = fail(error, "%s is encrypted: decrypt it with affcrypto first.", path_name(path));
    else if (af_get_imagesize(aff->file) <= 0)
        result = fail(error, "%s does not tell the size of its disk: the image is damaged.", path_name(path));
    if (result != 0) {
        close_aff(&aff->medium);
        return NULL;
    }
    aff->medium.size = (uint64_t)af_get_imagesize(aff->file);
    aff->page_size = af_get_pagesize(aff->file) > 0 ? (uint64_t)af_get_pagesize(aff->file) : 0;
    aff->bad_page = UINT64_MAX;
    read_digest(aff, "md5", 16, aff->medium.recorded_md5);
    read_digest(aff, "sha1", 20, aff->medium.recorded_sha1);
    return &aff->medium;
}
