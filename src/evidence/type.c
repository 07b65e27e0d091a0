/* The type of a content as a MIME type, by libmagic. Checks that unpack or start programs are off: they would read more
 * than the bytes at hand, and a locked process could not run them. */
#include <ctype.h>
#include <magic.h>
#include <stdbool.h>
#include <string.h>

#include "base/text.h"
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

/* Prose: text that begins with a word and is no mail. libmagic would compile a hundred regular expressions to say the
 * same, at a cost of about half a millisecond a file; what begins in any other way it is asked about. */
static bool is_prose(const char *head, size_t length)
{
    enum { FIRST_LINE = 80 };
    size_t at = 0;
    if (!isalnum((unsigned char)head[0]) || strncmp(head, "From ", length < 5 ? length : 5) == 0)
        return false;
    for (size_t i = 0; i < length && i < FIRST_LINE && head[i] != '\n'; i++)
        if (head[i] == ':' || head[i] == ',' || head[i] == ';') /* mail, vCard, tables */
            return false;
    while (at < length) {
        unsigned char byte = (unsigned char)head[at];
        size_t step = text_character(head + at, length - at);
        if (step == 0)
            return byte >= 0xc2 && length - at < 4; /* a character cut by the end of the head */
        if (byte == 0x7f || (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r' && byte != '\f'))
            return false;
        at += step;
    }
    return true;
}

const char *sb_type_of(const void *head, size_t length)
{
    const char *type = NULL;
    if (length == 0)
        return "inode/x-empty";
    if (length > 64 && is_prose(head, length))
        return "text/plain";
    if (database != NULL)
        type = magic_buffer(database, head, length);
    return type != NULL && strchr(type, '/') != NULL ? type : "application/octet-stream";
}
