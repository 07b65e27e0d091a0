/* The type of a content as a MIME type, by libmagic. Checks that unpack or start programs are off: they would read more
 * than the bytes at hand, and a locked process could not run them. */
#include <magic.h>
#include <string.h>

#include "evidence/evidence.h"

static magic_t database; /* one for the process: loading it opens files, which a locked process may not */

int sb_type_prepare(struct error *error)
{
    if (database != NULL)
        return 0;
    magic_t loaded = magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_ELF);
    if (loaded == NULL)
        return fail(error, "Memory is short: close other programs and try again.");
    if (magic_load(loaded, NULL) != 0) {
        magic_close(loaded);
        return fail(error, "The database of file types cannot be read: install the package libmagic-mgc.");
    }
    database = loaded;
    return 0;
}

const char *sb_type_of(const void *head, size_t length)
{
    const char *type = NULL;
    if (length == 0)
        return "inode/x-empty";
    if (database != NULL)
        type = magic_buffer(database, head, length);
    return type != NULL && strchr(type, '/') != NULL ? type : "application/octet-stream";
}
