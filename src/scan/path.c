/* Forensic paths: "GZIP-20-ZIP-0-word/document.xml", outermost first. */
#include "scan/engine.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { STEP_ROOM = 48 }; /* bytes one step takes at most without its label: a decoder's name, an offset, two '-' */

/* Writes the member's name with '-', '%' and all that is not printable ASCII as %XX; cut at a whole character. */
static void escape(const char *label, size_t length, char *out, size_t room)
{
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)label[i];
        bool plain = byte >= ' ' && byte < 0x7f && byte != '-' && byte != '%';
        if (used + (plain ? 1 : 3) >= room)
            break;
        used += (size_t)snprintf(out + used, room - used, plain ? "%c" : "%%%02X", byte);
    }
    out[used] = '\0';
}

void begin_path(struct level *level, const char *outer, const struct sb_decoder *decoder,
                const struct sb_container *container)
{
    int length =
        snprintf(level->prefix, sizeof level->prefix, "%s%s%.24s-", outer, *outer == '\0' ? "" : "-", decoder->name);
    level->prefix_length = length < 0 ? sizeof level->prefix : (size_t)length;
    name_path(level, container->label, decoder->named ? container->label_length : 0);
}

void name_path(struct level *level, const char *label, size_t length)
{
    /* Room is left for the containers that may stand within. */
    unsigned levels_left = level->scanner->options.depth - level->depth;
    size_t needed = level->prefix_length + STEP_ROOM * ((size_t)levels_left + 1);
    level->suffix[0] = '\0';
    if (length > 0 && needed + 2 < SB_PATH_MAX) {
        level->suffix[0] = '-';
        escape(label, length < SB_LABEL_MAX ? length : SB_LABEL_MAX, level->suffix + 1, SB_PATH_MAX - needed - 1);
    }
}

void write_path(const struct sb_scanner *scanner, unsigned depth, uint64_t offset, char *out)
{
    out[0] = '\0';
    if (depth == 0)
        return;
    const struct level *level = scanner->levels[depth];
    size_t length = strnlen(level->prefix, SB_PATH_MAX - 1);
    memcpy(out, level->prefix, length);
    if (snprintf(out + length, SB_PATH_MAX - length, "%" PRIu64 "%s", offset, level->suffix) < 0)
        out[length] = '\0';
}
