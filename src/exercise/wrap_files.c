/* Files that hold others: tar (POSIX ustar), 7z (by libarchive), PNG comments, SQLite databases (by SQLite itself), PDF
 * streams in ASCII85. */
#include <archive.h>
#include <archive_entry.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "exercise/value.h"
#include "exercise/wrap_parts.h"

static void append_be32(struct bytes *out, uint32_t number)
{
    for (unsigned shift = 32; shift > 0; shift -= 8)
        bytes_append_char(out, (char)(number >> (shift - 8)));
}

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

static void append_chunk(struct bytes *out, const char *type, const struct bytes *content)
{
    append_be32(out, (uint32_t)content->length);
    size_t begin = out->length;
    bytes_append_text(out, type);
    bytes_append(out, content->data, content->length);
    append_be32(out, (uint32_t)crc32(0, out->data + begin, (uInt)(out->length - begin)));
}

void wrap_png(struct bytes *out, const struct bytes *in, struct random *random)
{
    struct bytes chunk = {0};
    struct bytes pixel = {0};
    struct bytes none = {0};
    bytes_append(out, "\x89PNG\r\n\x1a\n", 8);
    bytes_append(&chunk, "\0\0\0\1\0\0\0\1\10\0\0\0\0", 13);
    append_chunk(out, "IHDR", &chunk);
    bytes_clear(&chunk);
    if (random_below(random, 2) == 0) {
        bytes_append(&chunk, "Comment\0\0", 9);
        append_deflated(&chunk, in, 15);
        append_chunk(out, "zTXt", &chunk);
    } else {
        bytes_append(&chunk, "XML:com.adobe.xmp\0\1\0en\0\0", 24);
        append_deflated(&chunk, in, 15);
        append_chunk(out, "iTXt", &chunk);
    }
    bytes_append(&pixel, "\0\0", 2);
    bytes_clear(&chunk);
    append_deflated(&chunk, &pixel, 15);
    append_chunk(out, "IDAT", &chunk);
    append_chunk(out, "IEND", &none);
    out->failed |= chunk.failed | pixel.failed;
    bytes_free(&chunk);
    bytes_free(&pixel);
}

void wrap_sqlite(struct bytes *out, const struct bytes *in, struct random *random)
{
    enum { PROSE = 4000 }; /* with it no row fits into a page */
    static const char insert[] = "insert into message (note, body) values (?, ?)";
    sqlite3 *database = NULL;
    sqlite3_stmt *statement = NULL;
    sqlite3_int64 size = 0;
    unsigned char *image = NULL;
    struct bytes note = {0};
    write_prose(&note, random, PROSE);
    if (!note.failed && sqlite3_open(":memory:", &database) == SQLITE_OK &&
        sqlite3_exec(database,
                     "pragma page_size=1024; create table message (id integer primary key, note text, body blob)", NULL,
                     NULL, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(database, insert, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_bind_text(statement, 1, (const char *)note.data, (int)note.length, SQLITE_STATIC) == SQLITE_OK &&
        sqlite3_bind_blob(statement, 2, in->data, (int)in->length, SQLITE_STATIC) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_DONE)
        image = sqlite3_serialize(database, "main", &size, 0);
    if (image != NULL)
        bytes_append(out, image, (size_t)size);
    out->failed |= image == NULL;
    (void)sqlite3_finalize(statement);
    (void)sqlite3_close(database);
    sqlite3_free(image);
    bytes_free(&note);
}

static void append_ascii85(struct bytes *out, const struct bytes *in)
{
    enum { LINE = 15 };
    for (size_t i = 0; i < in->length; i += 4) {
        size_t have = in->length - i < 4 ? in->length - i : 4;
        uint32_t group = 0;
        for (size_t j = 0; j < 4; j++)
            group = group << 8 | (j < have ? in->data[i + j] : 0);
        char digits[5];
        for (unsigned j = 5; j > 0; j--, group /= 85)
            digits[j - 1] = (char)('!' + group % 85);
        if (have == 4 && memcmp(digits, "!!!!!", 5) == 0)
            bytes_append_char(out, 'z');
        else
            bytes_append(out, digits, have + 1);
        if (i / 4 % LINE == LINE - 1)
            bytes_append_char(out, '\n');
    }
    bytes_append_text(out, "~>");
}

void wrap_pdf_ascii85(struct bytes *out, const struct bytes *in, struct random *random)
{
    (void)random;
    struct bytes packed = {0};
    struct bytes text = {0};
    append_deflated(&packed, in, 15);
    append_ascii85(&text, &packed);
    bytes_append_text(out, "%PDF-1.4\n");
    bytes_format(out, "4 0 obj\n<< /Length %zu /Filter [/ASCII85Decode /FlateDecode] >>\nstream\n", text.length);
    bytes_append(out, text.data, text.length);
    bytes_append_text(out, "\nendstream\nendobj\n%%EOF\n");
    out->failed |= packed.failed | text.failed;
    bytes_free(&packed);
    bytes_free(&text);
}
