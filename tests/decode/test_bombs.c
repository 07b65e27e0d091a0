/* Files made to exhaust whoever opens them, through the whole scanner with its ordinary budgets (a smaller one for
 * output where only time would differ): each ends, says what was not decoded, and keeps what else there is to find. */
#include <time.h>
#include <zlib.h>

#include "scan/scan.h"

#include "harness.h" /* last: cmocka defines a macro named fail */

enum { GUARANTEED = 48 }; /* bytes that may be decoded in any case, for each byte scanned */

struct watch {
    struct bytes notes, found;
    const struct bytes *data;
    size_t repeats; /* the data stands in the stream so many times, one behind the other */
};

static int see(void *context, const struct sb_sighting *sighting)
{
    struct watch *watch = context;
    if (sighting->kind == SB_EMAIL)
        bytes_format(&watch->found, "%.*s\n", (int)sighting->value_length, sighting->value);
    return 0;
}

static int note(void *context, uint64_t offset, const char *path, const char *reason)
{
    (void)offset;
    (void)path;
    struct watch *watch = context;
    if (strstr(bytes_text(&watch->notes), reason) == NULL)
        bytes_format(&watch->notes, "%s\n", reason);
    return 0;
}

static size_t read_repeated(void *context, uint64_t offset, uint8_t *buffer, size_t length)
{
    const struct watch *watch = context;
    if (offset / watch->data->length >= watch->repeats)
        return 0;
    size_t at = (size_t)(offset % watch->data->length);
    size_t rest = watch->data->length - at;
    length = length < rest ? length : rest;
    memcpy(buffer, watch->data->data + at, length);
    return length;
}

/* Scans in chunks as a worker does. Returns the processor's seconds. */
static double scan(struct watch *watch, uint64_t output_bytes, uint64_t *decoded)
{
    enum { CHUNK = 512 * 1024 };
    struct error error;
    struct sb_scanner *scanner = sb_scanner_new(&(struct sb_scan_options){.output_bytes = output_bytes}, &error);
    assert_non_null(scanner);
    uint64_t size = (uint64_t)watch->data->length * watch->repeats;
    struct sb_stream stream = {read_repeated, watch, size};
    struct sb_sink sink = {.sighting = see, .note = note, .context = watch};
    clock_t begin = clock();
    sb_scan_start(scanner);
    for (uint64_t at = 0; at < size; at += CHUNK) {
        uint64_t low = at > SB_MARGIN ? at - SB_MARGIN : 0;
        uint64_t end = size - at < CHUNK ? size : at + CHUNK;
        uint64_t high = size - end < SB_MARGIN ? size : end + SB_MARGIN;
        /* Where it is repeated, the data is all the same byte: any place in it will do. */
        const uint8_t *data = watch->repeats > 1 ? watch->data->data : watch->data->data + low;
        struct sb_chunk chunk = {data, (size_t)(high - low), low, (size_t)(at - low), (size_t)(end - low)};
        assert_int_equal(sb_scan_chunk(scanner, &stream, &chunk, &sink), 0);
    }
    double seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
    if (decoded != NULL)
        *decoded = sb_scan_decoded(scanner);
    sb_scanner_free(scanner);
    return seconds;
}

static void append_member(struct bytes *out, const char *name, const struct bytes *content)
{
    struct bytes packed = {0};
    append_deflated(&packed, content->data, content->length, -15, 9, Z_DEFAULT_STRATEGY);
    bytes_append(out, "PK\3\4\24\0\0\0\10\0\0\0\0\0", 14);
    append_le32(out, (uint32_t)crc32(0, content->data, (uInt)content->length));
    append_le32(out, (uint32_t)packed.length);
    append_le32(out, (uint32_t)content->length);
    append_le16(out, (unsigned)strlen(name));
    append_le16(out, 0);
    bytes_append_text(out, name);
    bytes_append(out, packed.data, packed.length);
    bytes_free(&packed);
}

/* Archives of archives, sixteen in each, five deep; the innermost of zeros: 16^5 times 32 MiB in a few kilobytes. */
static void archives_of_archives(void **state)
{
    (void)state;
    enum { ZEROS = 32 << 20, OUTPUT = 256 << 20 };
    struct bytes inner = {0};
    assert_int_equal(bytes_reserve(&inner, ZEROS), 0);
    memset(inner.data, 0, ZEROS);
    inner.length = ZEROS;
    for (int depth = 0; depth < 6; depth++) {
        struct bytes outer = {0};
        for (int i = 0; i < (depth == 0 ? 1 : 16); i++)
            append_member(&outer, "lib", &inner);
        bytes_append(&outer, "PK\1\2", 4);
        bytes_free(&inner);
        inner = outer;
    }
    assert_true(inner.length < 100 * 1024);
    struct bytes file = {0};
    struct bytes letter = {0};
    bytes_append_text(&letter, "write to first@exa.se");
    append_member(&file, "letter", &letter);
    bytes_append(&file, inner.data, inner.length);
    bytes_append_text(&file, " and to last@exa.se ");
    struct watch watch = {.data = &file, .repeats = 1};
    uint64_t decoded;
    double seconds = scan(&watch, OUTPUT, &decoded);
    print_message("archives of archives: %zu bytes, %llu decoded, %.2f s\n", file.length, (unsigned long long)decoded,
                  seconds);
    assert_true(decoded <= OUTPUT + GUARANTEED * file.length);
    assert_string_equal(bytes_text(&watch.found), "first@exa.se\nlast@exa.se\n");
    assert_non_null(strstr(bytes_text(&watch.notes), "output budget"));
    assert_non_null(strstr(bytes_text(&watch.notes), "ratio"));
    bytes_free(&watch.notes);
    bytes_free(&watch.found);
    bytes_free(&letter);
    bytes_free(&file);
    bytes_free(&inner);
}

static void a_million_empty_files(void **state)
{
    (void)state;
    struct bytes file = {0};
    for (unsigned i = 0; i < 1000000; i++) {
        bytes_append(&file, "PK\3\4\12\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\10\0\0\0", 30);
        bytes_format(&file, "f%07u", i);
    }
    bytes_append_text(&file, " last@exa.se ");
    struct watch watch = {.data = &file, .repeats = 1};
    double seconds = scan(&watch, 0, NULL);
    print_message("a million empty files: %zu bytes, %.2f s\n", file.length, seconds);
    assert_string_equal(bytes_text(&watch.found), "last@exa.se\n");
    bytes_free(&watch.found);
    bytes_free(&file);
}

static void a_gzip_that_claims_nothing(void **state)
{
    (void)state;
    struct bytes plain = {0};
    struct bytes file = {0};
    append_prose(&plain, 3 << 20, 1);
    bytes_append_text(&plain, " first@exa.se ");
    append_deflated(&file, plain.data, plain.length, 31, 6, Z_DEFAULT_STRATEGY);
    memset(file.data + file.length - 4, 0, 4);
    bytes_append_text(&file, " last@exa.se ");
    struct watch watch = {.data = &file, .repeats = 1};
    (void)scan(&watch, 0, NULL);
    assert_string_equal(bytes_text(&watch.found), "first@exa.se\nlast@exa.se\n");
    bytes_free(&watch.found);
    bytes_free(&file);
    bytes_free(&plain);
}

static void thirty_deep(void **state)
{
    (void)state;
    struct bytes file = {0};
    bytes_append_text(&file, " deepest@exa.se ");
    for (int depth = 30; depth > 0; depth--) {
        struct bytes outer = {0};
        append_deflated(&outer, file.data, file.length, 31, 6, Z_DEFAULT_STRATEGY);
        bytes_format(&outer, " at%d@exa.se ", depth);
        bytes_free(&file);
        file = outer;
    }
    struct watch watch = {.data = &file, .repeats = 1};
    (void)scan(&watch, 0, NULL);
    assert_non_null(strstr(bytes_text(&watch.notes), "depth"));
    assert_non_null(strstr(bytes_text(&watch.found), "at1@exa.se"));
    assert_non_null(strstr(bytes_text(&watch.found), "at9@exa.se"));
    bytes_free(&watch.notes);
    bytes_free(&watch.found);
    bytes_free(&file);
}

/* Ten gigabytes of one byte, as they stand and as gzip holds them. */
static void one_byte_without_end(void **state)
{
    (void)state;
    enum { PIECE = 1 << 20 };
#ifdef __SANITIZE_ADDRESS__
    enum { REPEATS = 512 };
#else
    enum { REPEATS = 10 * 1024 };
#endif
    static const uint8_t bytes[] = {0, '@', '%', '=', '{'};
    struct bytes run = {0};
    assert_int_equal(bytes_reserve(&run, PIECE), 0);
    run.length = PIECE;
    for (size_t i = 0; i < sizeof bytes; i++) {
        memset(run.data, bytes[i], PIECE);
        struct watch watch = {.data = &run, .repeats = i < 2 ? REPEATS : REPEATS / 10};
        double seconds = scan(&watch, 0, NULL);
        print_message("%zu MiB of 0x%02x: %.2f s\n", watch.repeats, bytes[i], seconds);
        assert_int_equal(watch.found.length + watch.notes.length, 0);
    }
    for (size_t i = 0; i < 2; i++) {
        struct bytes plain = {0};
        struct bytes file = {0};
        assert_int_equal(bytes_reserve(&plain, 64 << 20), 0);
        plain.length = 64 << 20;
        memset(plain.data, bytes[i], plain.length);
        append_deflated(&file, plain.data, plain.length, 31, 6, Z_DEFAULT_STRATEGY);
        bytes_append_text(&file, " last@exa.se ");
        struct watch watch = {.data = &file, .repeats = 1};
        (void)scan(&watch, 0, NULL);
        assert_string_equal(bytes_text(&watch.found), "last@exa.se\n");
        assert_non_null(strstr(bytes_text(&watch.notes), "ratio"));
        bytes_free(&watch.notes);
        bytes_free(&watch.found);
        bytes_free(&plain);
        bytes_free(&file);
    }
    bytes_free(&run);
}

/* Headers that would send a decoder through all bytes behind them, one behind the other. */
static void headers_without_end(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        size_t length;
    } rows[] = {
        {"{\\rtf1", 6},
        {"{\\rtf1 {", 8},
        {"\x04\x22\x4d\x18\x64\x40\xa7", 7},
        {"MAM\x04", 4},
        {"Rar!\x1a\7\1\0", 8},
        {"Rar!\x1a\7\1\0\x1e\x2b\x4d\x5c\3\1\0\0", 16},
        {"<</Filter/A85>>stream\n", 22},
        {"Rar!\x1a\7\0\0\0\x73\0\0\x0d\0\0\0", 16},
        {"MSCF\0\0\0\0\0\0\x10\0\0\0\0\0\x40\0\0\0\0\0\0\0\3\1\1\0\1\0\0\0", 32},
        {"\x1f\x8b\x08\0\0\0\0\0\0\3\x4b", 11},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bytes file = {0};
        while (file.length < 1 << 20)
            bytes_append(&file, rows[i].header, rows[i].length);
        bytes_append_text(&file, " last@exa.se ");
        struct watch watch = {.data = &file, .repeats = 1};
        double seconds = scan(&watch, 256 << 20, NULL);
        print_message("1 MiB of %.4s: %.2f s; %s", rows[i].header, seconds, bytes_text(&watch.notes));
        assert_non_null(strstr(bytes_text(&watch.found), "last@exa.se\n"));
        size_t sightings = 0; /* in the text, and where a document never ended, as its text */
        for (size_t c = 0; c < watch.found.length; c++)
            sightings += watch.found.data[c] == '\n';
        assert_in_range(sightings, 1, rows[i].header[0] == '<' ? 10000 : 2);
        bytes_free(&watch.notes);
        bytes_free(&watch.found);
        bytes_free(&file);
    }
}

/* The same with headers of files in which a decoder goes where they lead it: mail stores whose trees stand in the next
 * one and whose free blocks are everywhere, journals in which every header is a page of the one before. */
static void files_without_end(void **state)
{
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        uint8_t header[576] = {0};
        struct bytes file = {0};
        size_t length = kind == 0 ? sizeof header : 520;
        memcpy(header, kind == 0 ? "!BDN\0\0\0\0SM\x17" : "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7\xff\xff\xff\xff",
               kind == 0 ? 11 : 12);
        if (kind == 0) {
            memcpy(header + 512, "\x80\1", 2);
            memset(header + 184, 0xff, 5); /* its size; then both trees */
            header[225] = header[241] = 2;
        } else {
            header[22] = header[26] = 2; /* pages and sectors of 512 bytes */
            header[15] = 1;              /* a checksum that no page has */
            header[515] = 7;             /* the number of the page that follows */
        }
        while (file.length < 1 << 20)
            bytes_append(&file, header, length);
        bytes_append_text(&file, " last@exa.se ");
        struct watch watch = {.data = &file, .repeats = 1};
        double seconds = scan(&watch, 256 << 20, NULL);
        print_message("1 MiB of %.4s: %.2f s; %s", (const char *)header, seconds, bytes_text(&watch.notes));
        assert_non_null(strstr(bytes_text(&watch.found), "last@exa.se\n"));
        assert_non_null(strstr(bytes_text(&watch.notes), "input budget"));
        bytes_free(&watch.notes);
        bytes_free(&watch.found);
        bytes_free(&file);
    }
}

/* Whatever stands before them, containers of ordinary content are decoded: a bomb costs itself. */
static void append_letter(struct bytes *out, const char *address)
{
    struct bytes plain = {0};
    append_prose(&plain, 20000, 7);
    bytes_format(&plain, " write to %s ", address);
    append_deflated(out, plain.data, plain.length, 31, 6, Z_DEFAULT_STRATEGY);
    bytes_free(&plain);
}

static void append_zeros(struct bytes *out, size_t length)
{
    struct bytes plain = {0};
    assert_int_equal(bytes_reserve(&plain, length), 0);
    memset(plain.data, 0, length);
    plain.length = length;
    append_deflated(out, plain.data, plain.length, 31, 9, Z_DEFAULT_STRATEGY);
    bytes_free(&plain);
}

/* Mail stores whose trees stand in the next one: each header sends its decoder through all bytes behind it. */
static void append_store(struct bytes *out)
{
    uint8_t header[576] = "!BDN\0\0\0\0SM\x17";
    memcpy(header + 512, "\x80\1", 2);
    memset(header + 184, 0xff, 5); /* its size; then both trees */
    header[225] = header[241] = 2;
    bytes_append(out, header, sizeof header);
}

static void what_follows_a_bomb_is_decoded(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t zeros;       /* decoded bytes of a gzip of zeros, … */
        const char *header; /* or else a header … */
        size_t length;
        size_t count; /* … repeated */
        uint64_t output;
        const char *note;
    } rows[] = {
        {"one bomb", 100 << 20, NULL, 0, 1, 8 << 20, "output budget"},
        {"bombs", 17 << 20, NULL, 0, 100, 64 << 20, "output budget"},
        {"bombs of all sizes", 1 << 20, NULL, 0, 1000, 32 << 20, "output budget"},
        {"tiny bombs", 50000, NULL, 0, 20000, 8 << 20, "output budget"},
        {"documents in documents", 0, "{\\rtf1 {", 8, 100000, 64 << 20, NULL},
        {"stores", 0, "", 0, 4000, 64 << 20, "input budget"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct bytes bomb = {0};
        struct bytes file = {0};
        if (rows[i].zeros > 0)
            append_zeros(&bomb, rows[i].zeros);
        else if (rows[i].length > 0)
            bytes_append(&bomb, rows[i].header, rows[i].length);
        else
            append_store(&bomb);
        append_letter(&file, "first@exa.se");
        for (size_t copy = 0; copy < rows[i].count; copy++)
            bytes_append(&file, bomb.data, bomb.length);
        append_letter(&file, "second@exa.se");
        bytes_append(&file, bomb.data, bomb.length);
        append_letter(&file, "third@exa.se");
        struct watch watch = {.data = &file, .repeats = 1};
        uint64_t decoded;
        double seconds = scan(&watch, rows[i].output, &decoded);
        print_message("%s: %zu bytes, %llu decoded, %.2f s; %s\n", rows[i].name, file.length,
                      (unsigned long long)decoded, seconds, bytes_text(&watch.notes));
        assert_true(decoded <= rows[i].output + GUARANTEED * file.length);
        assert_true(rows[i].note == NULL ? watch.notes.length == 0
                                         : strstr(bytes_text(&watch.notes), rows[i].note) != NULL);
        if (strcmp(bytes_text(&watch.found), "first@exa.se\nsecond@exa.se\nthird@exa.se\n") != 0)
            fail_msg("%s: found %s", rows[i].name, bytes_text(&watch.found));
        bytes_free(&watch.notes);
        bytes_free(&watch.found);
        bytes_free(&bomb);
        bytes_free(&file);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(archives_of_archives),       cmocka_unit_test(a_million_empty_files),
        cmocka_unit_test(a_gzip_that_claims_nothing), cmocka_unit_test(thirty_deep),
        cmocka_unit_test(one_byte_without_end),       cmocka_unit_test(headers_without_end),
        cmocka_unit_test(files_without_end),          cmocka_unit_test(what_follows_a_bomb_is_decoded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
