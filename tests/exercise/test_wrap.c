/* Containers open again with other people's decoders: zlib, OpenSSL, libarchive, SQLite and so on; and with our own,
 * which have tests of their own, where there are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>
#include <bzlib.h>
#include <lz4frame.h>
#include <lzma.h>
#include <openssl/evp.h>
#include <sqlite3.h>
#include <zlib.h>
#include <zstd.h>

#include "base/number.h"
#include "decode/input.h"
#include "exercise/escape.h"
#include "exercise/wrap.h"

#include <cmocka.h> /* last: it defines a macro named fail */

static const uint8_t *find(const struct bytes *in, const char *text)
{
    const uint8_t *at = memmem(in->data, in->length, text, strlen(text));
    assert_non_null(at);
    return at + strlen(text);
}

/* A page's content, behind a line end of one character. */
static const uint8_t *find_stream(const struct bytes *in)
{
    return find(in, ">>\nstream") + 1;
}

static void inflate_into(struct bytes *out, const uint8_t *data, size_t length, int window_bits)
{
    z_stream stream = {0};
    assert_int_equal(inflateInit2(&stream, window_bits), Z_OK);
    assert_int_equal(bytes_reserve(out, 1 << 20), 0);
    stream.next_in = (Bytef *)(uintptr_t)data;
    stream.avail_in = (uInt)length;
    stream.next_out = out->data;
    stream.avail_out = 1 << 20;
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    out->length = stream.total_out;
    (void)inflateEnd(&stream);
}

/* The last member, found through the central directory. */
static void unzip(struct bytes *out, const struct bytes *in)
{
    const uint8_t *end = in->data + in->length - 22;
    assert_int_equal(load_le32(end), 0x06054b50);
    const uint8_t *entry = in->data + load_le32(end + 16);
    for (unsigned left = load_le16(end + 10); left > 1; left--) {
        assert_int_equal(load_le32(entry), 0x02014b50);
        entry += 46 + load_le16(entry + 28);
    }
    assert_int_equal(load_le32(entry), 0x02014b50);
    const uint8_t *local = in->data + load_le32(entry + 42);
    assert_int_equal(load_le32(local), 0x04034b50);
    const uint8_t *data = local + 30 + load_le16(local + 26);
    if (load_le16(entry + 10) == 8)
        inflate_into(out, data, load_le32(entry + 20), -15);
    else
        bytes_append(out, data, load_le32(entry + 20));
    assert_int_equal(out->length, load_le32(entry + 24));
    assert_int_equal(crc32(0, out->data, (uInt)out->length), load_le32(entry + 16));
}

static void decode_base64(struct bytes *out, const uint8_t *text, size_t length)
{
    EVP_ENCODE_CTX *context = EVP_ENCODE_CTX_new();
    int written, last;
    assert_non_null(context);
    assert_int_equal(bytes_reserve(out, length), 0);
    EVP_DecodeInit(context);
    assert_true(EVP_DecodeUpdate(context, out->data, &written, text, (int)length) >= 0);
    assert_int_equal(EVP_DecodeFinal(context, out->data + written, &last), 1);
    out->length = (size_t)(written + last);
    EVP_ENCODE_CTX_free(context);
}

static void decode_quoted_printable(struct bytes *out, const uint8_t *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned byte = text[i];
        if (byte == '=' && (text[i + 1] == '\r' || text[i + 1] == '\n')) {
            i += text[i + 1] == '\r' ? 2 : 1;
        } else if (byte == '=') {
            assert_int_equal(sscanf((const char *)text + i + 1, "%2X", &byte), 1);
            bytes_append_char(out, (char)byte);
            i += 2;
        } else if (byte != '\r') {
            bytes_append_char(out, (char)byte);
        }
    }
}

/* The last member of an archive. */
static void read_archive(struct bytes *out, const struct bytes *in)
{
    struct archive *archive = archive_read_new();
    struct archive_entry *entry;
    unsigned members = 0;
    int result;
    if (memcmp(in->data, "PK", 2) == 0) /* who knows ZIP finds it in the stored member of another archive, too */
        assert_int_equal(archive_read_support_format_zip(archive), ARCHIVE_OK);
    else
        assert_true(archive_read_support_format_tar(archive) == ARCHIVE_OK &&
                    archive_read_support_format_7zip(archive) == ARCHIVE_OK &&
                    archive_read_support_format_cab(archive) == ARCHIVE_OK &&
                    archive_read_support_format_rar(archive) == ARCHIVE_OK &&
                    archive_read_support_format_rar5(archive) == ARCHIVE_OK);
    assert_int_equal(archive_read_open_memory(archive, in->data, in->length), ARCHIVE_OK);
    while ((result = archive_read_next_header(archive, &entry)) == ARCHIVE_OK) {
        size_t size = (size_t)archive_entry_size(entry);
        bytes_clear(out);
        assert_int_equal(bytes_reserve(out, size), 0);
        assert_int_equal(archive_read_data(archive, out->data, size), size);
        out->length = size;
        members++;
    }
    assert_int_equal(result, ARCHIVE_EOF);
    assert_true(members > 0);
    archive_read_free(archive);
}

static void read_database(struct bytes *out, struct bytes *in)
{
    sqlite3 *database = NULL;
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_open(":memory:", &database), SQLITE_OK);
    assert_int_equal(sqlite3_deserialize(database, "main", in->data, (sqlite3_int64)in->length,
                                         (sqlite3_int64)in->length, SQLITE_DESERIALIZE_READONLY),
                     SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(database, "select body from message", -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    bytes_append(out, sqlite3_column_blob(statement, 0), (size_t)sqlite3_column_bytes(statement, 0));
    (void)sqlite3_finalize(statement);
    (void)sqlite3_close(database);
}

static void write_file(const char *path, const void *data, size_t length)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

/* SQLite brings a journal back into a database, of which it needs a page to begin with. */
static void read_journal(struct bytes *out, const struct bytes *in, bool ahead)
{
    enum { PAGE = 1024, WAL_HEADER = 32, WAL_FRAME = 24, JOURNAL_HEADER = 512 };
    char folder[] = "/tmp/samband-wrap-XXXXXX";
    char path[64];
    char journal[72];
    sqlite3 *database = NULL;
    sqlite3_stmt *statement = NULL;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/a.db", folder);
    (void)snprintf(journal, sizeof journal, "%s-%s", path, ahead ? "wal" : "journal");
    size_t length = in->length;
    size_t first = JOURNAL_HEADER + 4;
    if (ahead) { /* up to the end of the first transaction */
        length = WAL_HEADER;
        do
            length += WAL_FRAME + PAGE;
        while (load_be32(in->data + length - PAGE - WAL_FRAME + 4) == 0);
        assert_true(length < in->length);
        first = length - PAGE;
    }
    write_file(path, in->data + first, PAGE);
    write_file(journal, in->data, length);
    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(database, "select body from message", -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    bytes_append(out, sqlite3_column_blob(statement, 0), (size_t)sqlite3_column_bytes(statement, 0));
    (void)sqlite3_finalize(statement);
    (void)sqlite3_close(database);
    (void)unlink(path);
    (void)unlink(journal);
    assert_int_equal(rmdir(folder), 0);
}

/* Everything that our own decoder gives. */
struct collected {
    struct sb_output output; /* first */
    struct bytes bytes;
};

static int collect(struct sb_output *output, const uint8_t *data, size_t length)
{
    bytes_append(&((struct collected *)(void *)output)->bytes, data, length);
    return 0;
}

static void decode_own(struct bytes *out, const struct sb_decoder *decoder, const struct bytes *in, size_t at)
{
    struct sb_container container;
    struct collected collected = {{.write = collect}, {0}};
    struct memory_input input = {{memory_view}, in->data + at, in->length - at};
    uint64_t consumed = 0;
    assert_true(decoder->sniff(in->data, in->length, at, &container));
    assert_int_equal(decoder->decode(&container, &input.input, &collected.output, &consumed), SB_DECODE_DONE);
    bytes_append(out, collected.bytes.data, collected.bytes.length);
    bytes_free(&collected.bytes);
}

/* Of what comes out the wrapped bytes are a part: leaves that part, which has `length` bytes. */
static void keep_part(struct bytes *out, const struct bytes *part)
{
    const uint8_t *at = memmem(out->data, out->length, part->data, part->length);
    assert_non_null(at);
    memmove(out->data, at, part->length);
    out->length = part->length;
}

static void decode_hex(struct bytes *out, const uint8_t *text)
{
    for (unsigned byte; *text != '}'; text += *text == '\r' ? 2 : 0) {
        assert_int_equal(sscanf((const char *)text, "%2x", &byte), 1);
        bytes_append_char(out, (char)byte);
        text += 2;
    }
}

/* Follows the stream that an entry of the directory tells of, whose content has `least` bytes or more. */
static void read_compound(struct bytes *out, const struct bytes *in, const char *name, size_t least)
{
    enum { SECTOR = 512, ENTRY = 128 };
    const uint8_t *entry = in->data + (load_le32(in->data + 0x30) + 1) * (size_t)SECTOR;
    uint8_t wide[64] = {0};
    for (size_t i = 0; name[i] != '\0'; i++)
        wide[2 * i] = (uint8_t)name[i];
    for (unsigned left = 4; memcmp(entry, wide, sizeof wide) != 0; entry += ENTRY)
        assert_true(--left > 0);
    for (uint32_t sector = load_le32(entry + 0x74); sector < 0xfffffffa;) {
        bytes_append(out, in->data + (sector + 1) * (size_t)SECTOR, SECTOR);
        uint32_t table = load_le32(in->data + 0x4c + (size_t)4 * (sector / (SECTOR / 4)));
        sector = load_le32(in->data + (table + 1) * (size_t)SECTOR + (size_t)4 * (sector % (SECTOR / 4)));
    }
    assert_int_equal(out->length, load_le32(entry + 0x78));
    while (out->length > least && out->data[out->length - 1] == 0xff) /* what fills the last sectors */
        out->length--;
}

/* A module: what our own decoder gives, with the line ends that were wrapped. */
static void read_module(struct bytes *out, const struct bytes *in, bool text)
{
    struct bytes module = {0};
    struct bytes source = {0};
    read_compound(&module, in, "Module1", 0);
    const uint8_t *word = memmem(module.data, module.length, "\0Attribut", 9);
    assert_non_null(word);
    decode_own(&source, &sb_decoder_vba, &module, (size_t)(word - module.data) - 3);
    for (size_t i = 0; i < source.length; i++)
        if (!text || source.data[i] != '\r')
            bytes_append_char(out, (char)source.data[i]);
    bytes_free(&module);
    bytes_free(&source);
}

/* The object behind the record with the text. */
static void read_presentation(struct bytes *out, const struct bytes *in)
{
    struct bytes document = {0};
    read_compound(&document, in, "PowerPoint Document", 0);
    size_t at = 8 + load_le32(document.data + 4);
    assert_int_equal(load_le16(document.data + at + 2), 0x1011);
    inflate_into(out, document.data + at + 12, load_le32(document.data + at + 4) - 4, 15);
    assert_int_equal(out->length, load_le32(document.data + at + 8));
    bytes_free(&document);
}

static void decode_ascii85(struct bytes *out, const uint8_t *text)
{
    while (*text != '~') {
        uint32_t group = 0;
        unsigned count = 0;
        for (; count < 5 && *text != '~' && *text != 'z'; text++)
            if (*text != '\n') {
                group = group * 85 + (*text - '!');
                count++;
            }
        unsigned length = count == 0 ? 4 : count - 1;
        text += count == 0 && *text == 'z';
        for (; count > 0 && count < 5; count++)
            group = group * 85 + 84;
        for (unsigned i = 0; i < length; i++)
            bytes_append_char(out, (char)(group >> (24 - 8 * i)));
    }
}

static void decode_runs(struct bytes *out, const uint8_t *at)
{
    for (; *at != 128; at += *at < 128 ? *at + 2 : 2)
        for (unsigned i = 0; i < (*at < 128 ? *at + 1U : 257U - *at); i++)
            bytes_append_char(out, (char)at[*at < 128 ? 1 + i : 1]);
}

/* Codes are kept as what they stand for, each as the place and length of that in the output. */
static void decode_lzw(struct bytes *out, const uint8_t *data)
{
    size_t begins[4096] = {0};
    size_t lengths[4096] = {0};
    unsigned next = 258;
    size_t bit = 0;
    for (;;) {
        unsigned width = next < 511 ? 9 : next < 1023 ? 10 : next < 2047 ? 11 : 12;
        unsigned code = 0;
        for (unsigned i = 0; i < width; i++, bit++)
            code = code << 1 | (data[bit / 8] >> (7 - bit % 8) & 1);
        if (code == 257)
            return;
        if (code == 256) {
            next = 257; /* the first code behind it makes none */
            continue;
        }
        size_t begin = out->length;
        assert_true(code < 256 || code < next + 1);
        if (code < 256)
            bytes_append_char(out, (char)code);
        for (size_t i = 0; code > 257 && i < lengths[code]; i++) /* may reach into what it writes itself */
            bytes_append_char(out, (char)out->data[begins[code] + i]);
        /* What the next code makes: this one, and the byte that follows. */
        next++;
        begins[next] = begin;
        lengths[next] = out->length - begin + 1;
    }
}

static bool is(const char *name, size_t length, const char *container)
{
    return strlen(container) == length && memcmp(name, container, length) == 0;
}

/* `within` is what was wrapped: our own decoders give more than that. */
static void unwrap(struct bytes *content, const char *name, size_t length, const struct bytes *within)
{
    struct bytes out = {0};
    if (is(name, length, "docx") || is(name, length, "xlsx") || is(name, length, "pptx") || is(name, length, "odt")) {
        unzip(&out, content);
    } else if (is(name, length, "tar") || is(name, length, "7z") || is(name, length, "cab") ||
               is(name, length, "rar") || is(name, length, "rar5") || is(name, length, "zip64")) {
        read_archive(&out, content);
    } else if (is(name, length, "mam")) { /* bytes in pairs behind header and table */
        const uint8_t *data = content->data + (content->data[3] == 4 ? 8 : 12) + 256;
        for (size_t i = 0; i < load_le32(content->data + 4); i++)
            bytes_append_char(&out, (char)data[i ^ 1]);
    } else if (is(name, length, "hibernation") || is(name, length, "hibernation-block")) {
        decode_own(&out, length == 11 ? &sb_decoder_hibernation_made : &sb_decoder_hibernation_block, content, 0);
        keep_part(&out, within);
    } else if (is(name, length, "pst") || is(name, length, "ost")) {
        decode_own(&out, &sb_decoder_pst, content, 0);
        keep_part(&out, within);
    } else if (is(name, length, "sqlite-deleted") || is(name, length, "sqlite-dropped")) {
        decode_own(&out, &sb_decoder_sqlite, content, 0);
        keep_part(&out, within);
    } else if (is(name, length, "sqlite-wal") || is(name, length, "sqlite-journal")) {
        read_journal(&out, content, is(name, length, "sqlite-wal"));
    } else if (is(name, length, "vba")) {
        read_module(&out, content, memchr(within->data, 0, within->length) == NULL);
        keep_part(&out, within);
    } else if (is(name, length, "ppt")) {
        read_presentation(&out, content);
    } else if (is(name, length, "ascii85")) {
        decode_ascii85(&out, find(content, "<~"));
    } else if (is(name, length, "postscript")) {
        struct bytes packed = {0};
        decode_ascii85(&packed, find(content, "exec\n"));
        inflate_into(&out, packed.data, packed.length, 15);
        bytes_free(&packed);
    } else if (is(name, length, "lzma")) {
        lzma_stream stream = LZMA_STREAM_INIT;
        assert_int_equal(bytes_reserve(&out, 1 << 20), 0);
        assert_int_equal(lzma_alone_decoder(&stream, UINT64_MAX), LZMA_OK);
        stream.next_in = content->data;
        stream.avail_in = content->length;
        stream.next_out = out.data;
        stream.avail_out = 1 << 20;
        assert_int_equal(lzma_code(&stream, LZMA_FINISH), LZMA_STREAM_END);
        out.length = stream.total_out;
        lzma_end(&stream);
    } else if (is(name, length, "sqlite")) {
        read_database(&out, content);
    } else if (is(name, length, "rtf")) {
        decode_hex(&out, find(content, "objdata "));
    } else if (is(name, length, "ole")) {
        read_compound(&out, content, "Contents", within->length);
    } else if (is(name, length, "doc")) {
        read_compound(&out, content, "ObjectPool", within->length);
    } else if (is(name, length, "xls")) {
        read_compound(&out, content, "Package", within->length);
    } else if (is(name, length, "msg")) {
        read_compound(&out, content, "__substg1.0_37010102", within->length);
    } else if (is(name, length, "pdf-runs")) {
        decode_runs(&out, find_stream(content));
    } else if (is(name, length, "pdf-lzw")) {
        decode_lzw(&out, find_stream(content));
    } else if (is(name, length, "pdf-hex")) {
        unsigned byte;
        for (const uint8_t *at = find_stream(content); *at != '>'; at += at[2] == '\n' ? 3 : 2) {
            assert_int_equal(sscanf((const char *)at, "%2X", &byte), 1);
            bytes_append_char(&out, (char)byte);
        }
    } else if (is(name, length, "lz4")) {
        LZ4F_dctx *context = NULL;
        size_t room = 1 << 20, used = content->length;
        assert_int_equal(LZ4F_createDecompressionContext(&context, LZ4F_VERSION), 0);
        assert_int_equal(bytes_reserve(&out, room), 0);
        assert_int_equal(LZ4F_decompress(context, out.data, &room, content->data, &used, NULL), 0);
        out.length = room;
        (void)LZ4F_freeDecompressionContext(context);
    } else if (is(name, length, "base64url")) {
        const uint8_t *begin = find(content, "state="), *end = memchr(begin, '&', content->length);
        struct bytes padded = {0};
        for (const uint8_t *at = begin; at < end; at++)
            bytes_append_char(&padded, *at == '-' ? '+' : *at == '_' ? '/' : (char)*at);
        while (padded.length % 4 != 0)
            bytes_append_char(&padded, '=');
        decode_base64(&out, padded.data, padded.length);
        bytes_free(&padded);
    } else if (is(name, length, "png")) {
        const uint8_t *text = memmem(content->data, content->length, "zTXtComment\0\0", 13);
        text = text != NULL ? text + 13 : find(content, "iTXtXML:com.adobe.xmp") + 7;
        inflate_into(&out, text, (size_t)(content->data + content->length - text), 15);
    } else if (is(name, length, "pdf-ascii85")) {
        struct bytes packed = {0};
        decode_ascii85(&packed, find_stream(content));
        inflate_into(&out, packed.data, packed.length, 15);
        bytes_free(&packed);
    } else if (strncmp(name, "gzip", length) == 0) {
        inflate_into(&out, content->data, content->length, 31);
    } else if (strncmp(name, "zip", length) == 0 || strncmp(name, "zip-stored", length) == 0) {
        unzip(&out, content);
    } else if (is(name, length, "pdf") || is(name, length, "pdf-text")) {
        const uint8_t *at = find_stream(content);
        inflate_into(&out, at, strtoul((const char *)find(content, "4 0 obj\n<< /Length "), NULL, 10), 15);
    } else if (strncmp(name, "bzip2", length) == 0) {
        unsigned size = 1 << 20;
        assert_int_equal(bytes_reserve(&out, size), 0);
        assert_int_equal(
            BZ2_bzBuffToBuffDecompress((char *)out.data, &size, (char *)content->data, (unsigned)content->length, 0, 0),
            BZ_OK);
        out.length = size;
    } else if (strncmp(name, "xz", length) == 0) {
        uint64_t memory = 64 << 20;
        size_t at = 0;
        assert_int_equal(bytes_reserve(&out, 1 << 20), 0);
        assert_int_equal(lzma_stream_buffer_decode(&memory, 0, NULL, content->data, &at, content->length, out.data,
                                                   &out.length, 1 << 20),
                         LZMA_OK);
    } else if (strncmp(name, "zstd", length) == 0) {
        assert_int_equal(bytes_reserve(&out, 1 << 20), 0);
        out.length = ZSTD_decompress(out.data, 1 << 20, content->data, content->length);
        assert_false(ZSTD_isError(out.length));
    } else if (strncmp(name, "quoted-printable", length) == 0) {
        bool mail = memmem(content->data, content->length, "\r\n\r\n", 4) != NULL; /* or a file of it */
        const uint8_t *begin = find(content, mail ? "\r\n\r\n" : "\n\n");
        decode_quoted_printable(&out, begin, (size_t)(content->data + content->length - begin) - (mail ? 2 : 1));
    } else {
        const uint8_t *begin, *end = content->data + content->length;
        if (strncmp(name, "base64-mime", length) == 0 && length == 11)
            begin = find(content, "\r\n\r\n");
        else
            begin = find(content, strncmp(name, "data-url", length) == 0 ? ";base64," : "=\"");
        const uint8_t *quote = memchr(begin, '"', (size_t)(end - begin));
        decode_base64(&out, begin, (size_t)((quote != NULL ? quote : end) - begin));
    }
    bytes_free(content);
    *content = out;
}

static struct bytes copy(const struct bytes *bytes)
{
    struct bytes out = {0};
    bytes_append(&out, bytes->data, bytes->length);
    return out;
}

/* Wraps layer by layer from the innermost one, and opens them again the other way round. */
static void open_again(const char *container, struct random *random, const struct bytes *before)
{
    enum { LAYERS = 4 };
    struct bytes stages[LAYERS + 1] = {copy(before)};
    char names[LAYERS][32];
    unsigned layers = 0;
    for (const char *end = container + strlen(container), *begin; end != NULL; layers++) {
        for (begin = end; begin > container && begin[-1] != '+';)
            begin--;
        assert_true(layers < LAYERS);
        (void)snprintf(names[layers], sizeof *names, "%.*s", (int)(end - begin), begin);
        stages[layers + 1] = copy(&stages[layers]);
        assert_int_equal(wrap(&stages[layers + 1], names[layers], random), 0);
        end = begin > container ? begin - 1 : NULL;
    }
    struct bytes content = copy(&stages[layers]);
    for (unsigned layer = layers; layer-- > 0;) {
        if (strcmp(names[layer], "plain") == 0 || is_notation(names[layer]))
            continue; /* bytes that are no text stand there as they are */
        unwrap(&content, names[layer], strlen(names[layer]), &stages[layer]);
        if (content.length != stages[layer].length)
            fail_msg("%s: %s: %zu bytes, not %zu", container, names[layer], content.length, stages[layer].length);
        assert_memory_equal(content.data, stages[layer].data, stages[layer].length);
    }
    for (unsigned layer = 0; layer <= layers; layer++)
        bytes_free(&stages[layer]);
    bytes_free(&content);
}

static void containers_open_again(void **state)
{
    (void)state;
    struct random random;
    random_start(&random, 3, "wrap");
    for (unsigned i = 0; i < container_count; i++) {
        struct bytes before = {0};
        for (unsigned j = 0; j < 500 + i; j++) /* lengths of every remainder modulo 3 */
            bytes_append_char(&before, (char)random_below(&random, 256));
        open_again(containers[i], &random, &before);
        bytes_free(&before);
    }
}

static void encodings_stand_at_their_alignment(void **state)
{
    (void)state;
    struct bytes text = {0}, out = {0};
    bytes_append_text(&text, "ab");
    encode_text(&out, &text, SB_UTF16LE, true);
    assert_int_equal(out.length, 5);
    assert_memory_equal(out.data, " a\0b\0", 5);
    bytes_clear(&out);
    encode_text(&out, &text, SB_UTF16BE, false);
    assert_memory_equal(out.data, "\0a\0b", 4);
    bytes_free(&text);
    bytes_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(containers_open_again),
        cmocka_unit_test(encodings_stand_at_their_alignment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
