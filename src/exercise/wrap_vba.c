/* A document with a macro: the module's source compressed in chunks of 4 KiB (MS-OVBA 2.4.1.3), behind what the program
 * has made of it, in a stream of an OLE file. */
#include <string.h>

#include "exercise/value.h"
#include "exercise/wrap_parts.h"

enum { CHUNK = 4096, PACKED = 0xb000, STORED = 0x3000, LEAST = 3 };

/* One chunk: groups of eight characters and references, whose bits for the distance grow with what is behind them. */
static void pack_chunk(struct bytes *out, const struct bytes *chunk)
{
    struct matcher matcher = {{0}};
    for (size_t at = 0; at < chunk->length;) {
        size_t flags = out->length;
        append_le(out, 0, 1);
        for (unsigned bit = 0; bit < 8 && at < chunk->length && !out->failed; bit++) {
            unsigned bits = 4;
            while (1U << bits < at)
                bits++;
            size_t distance = 0;
            size_t length = find_match(&matcher, chunk, at, (0xffffU >> bits) + LEAST, at, &distance);
            if (length == 0) {
                append_le(out, chunk->data[at++], 1);
                continue;
            }
            out->data[flags] |= (uint8_t)(1U << bit);
            append_le(out, (distance - 1) << (16 - bits) | (length - LEAST), 2);
            at += length;
        }
    }
}

static void append_module(struct bytes *out, const struct bytes *source)
{
    append_le(out, 1, 1);
    for (size_t at = 0; at < source->length; at += CHUNK) {
        size_t length = source->length - at < CHUNK ? source->length - at : CHUNK;
        struct bytes packed = {0};
        pack_chunk(&packed, &(struct bytes){.data = source->data + at, .length = length});
        bool stored = packed.length > CHUNK;
        append_le(out, stored ? STORED | (CHUNK - 1) : PACKED | (packed.length - 1), 2);
        bytes_append(out, stored ? source->data + at : packed.data, stored ? length : packed.length);
        for (size_t pad = length; stored && pad < CHUNK; pad++) /* only a whole one is stored */
            bytes_append_char(out, 0);
        out->failed |=
            packed.failed || (stored && at == 0); /* a module would not be known by a first chunk like this */
        bytes_free(&packed);
    }
}

/* Text stands where nothing is compiled, anything else behind a chunk of comment. */
static void write_source(struct bytes *out, const struct bytes *in, struct random *random)
{
    bytes_append_text(out, "Attribute VB_Name = \"Module1\"\r\nSub AutoOpen()\r\nEnd Sub\r\n");
    if (is_text(in)) {
        bytes_append_text(out, "#If False Then\r\n");
        for (size_t i = 0; i < in->length; i++)
            if (in->data[i] == '\n')
                bytes_append_text(out, "\r\n");
            else if (in->data[i] != '\r')
                bytes_append_char(out, (char)in->data[i]);
        bytes_append_text(out, "\r\n#End If\r\n");
    } else {
        bytes_append_text(out, "' ");
        write_prose(out, random, CHUNK);
        out->length = CHUNK;
        bytes_append(out, in->data, in->length);
    }
}

void wrap_vba(struct bytes *out, const struct bytes *in, struct random *random)
{
    struct bytes source = {0};
    struct bytes module = {0};
    struct bytes project = {0};
    write_source(&source, in, random);
    write_prose(&module, random, 300);
    append_module(&module, &source);
    write_prose(&project, random, 60);
    struct compound_stream streams[] = {{.name = "Module1", .content = &module},
                                        {.name = "_VBA_PROJECT", .content = &project}};
    write_compound(out, streams, 2);
    out->failed |= source.failed;
    bytes_free(&source);
    bytes_free(&module);
    bytes_free(&project);
}
