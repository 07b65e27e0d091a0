#include "lab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/text.h"

enum { PIECE = 1 << 16, READ_BACK_MAX = 64 * 1024 * 1024 };

static char folder[] = "/tmp/samband-evidence-XXXXXX";

int lab_open(void **state)
{
    (void)state;
    setenv("MTOOLS_SKIP_CHECK", "1", 1);
    return mkdtemp(folder) == NULL || chdir(folder) != 0;
}

int lab_close(void **state)
{
    (void)state;
    if (getenv("KEEP") != NULL)
        return 0;
    return chdir("/") != 0 || !lab_run("rm -rf %s", folder);
}

bool lab_run(const char *format, ...)
{
    char command[4096];
    char quiet[sizeof command + 32];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(command, sizeof command, format, arguments);
    va_end(arguments);
    assert_in_range(length, 1, sizeof command - 1);
    snprintf(quiet, sizeof quiet, "( %s ) >/dev/null 2>&1", command);
    return system(quiet) == 0;
}

void lab_need(const char *program)
{
    if (lab_run("PATH=$PATH:/sbin:/usr/sbin command -v %s", program))
        return;
    print_message("skipped: %s is not installed\n", program);
    skip();
}

const char *lab_shared(void)
{
    static char path[1024];
    const char *named = getenv("SHARED_EVIDENCE");
    snprintf(path, sizeof path, "%s/", named != NULL && named[0] != '\0' ? named : SHARED_EVIDENCE);
    if (access(path, R_OK) != 0) {
        print_message("skipped: the public test images are not at %s\n", path);
        skip();
    }
    return path;
}

static void finish(struct digester *digester, char out[33])
{
    struct digests digests;
    digester_finish(digester, &digests);
    text_hex(digests.md5, MD5_SIZE, out);
}

struct collector {
    struct seen *seen;
    struct sb_evidence *evidence;
    struct digester *digester;
};

static int see_volume(void *context, const struct sb_volume *volume)
{
    struct seen *seen = ((struct collector *)context)->seen;
    if (seen->volume_count == sizeof seen->volumes / sizeof *seen->volumes)
        return 0;
    assert_int_equal(volume->number, seen->volume_count);
    struct seen_volume *copy = &seen->volumes[seen->volume_count++];
    copy->start = volume->start;
    copy->length = volume->length;
    snprintf(copy->file_system, sizeof copy->file_system, "%s", volume->file_system);
    snprintf(copy->encryption, sizeof copy->encryption, "%s", volume->encryption);
    snprintf(copy->description, sizeof copy->description, "%s", volume->description);
    return 0;
}

static int see_gap(void *context, const char *what)
{
    struct seen *seen = ((struct collector *)context)->seen;
    size_t used = strlen(seen->gaps);
    snprintf(seen->gaps + used, sizeof seen->gaps - used, "%s\n", what);
    return 0;
}

static void read_back(struct collector *collector, struct seen_file *file)
{
    static uint8_t piece[PIECE];
    struct seen *seen = collector->seen;
    struct sb_file_place place = {
        .volume_start = file->told.volume < seen->volume_count ? seen->volumes[file->told.volume].start : 0,
        .inode = file->told.inode,
        .attribute_type = file->told.attribute_type,
        .attribute_id = file->told.attribute_id,
        .path = file->told.path,
        .size = file->told.size};
    struct sb_file_reader *reader = sb_file_open(collector->evidence, &place, NULL);
    if (reader != NULL) {
        int64_t count;
        digester_start(collector->digester);
        while (file->read < READ_BACK_MAX &&
               (count = sb_file_read(reader, file->read, piece, sizeof piece, NULL)) > 0) {
            digester_feed(collector->digester, piece, (size_t)count);
            file->read += (uint64_t)count;
        }
        finish(collector->digester, file->md5);
        sb_file_close(reader);
    }
    if (!file->told.in_order || file->told.size > READ_BACK_MAX)
        return;
    digester_start(collector->digester);
    for (uint64_t at = 0; at < file->told.size;) {
        size_t wanted = file->told.size - at < PIECE ? (size_t)(file->told.size - at) : PIECE;
        int64_t count =
            sb_evidence_read(collector->evidence, file->told.runs[0].image_offset + at, piece, wanted, NULL);
        if (count <= 0)
            break;
        digester_feed(collector->digester, piece, (size_t)count);
        at += (uint64_t)count;
    }
    finish(collector->digester, file->swept);
}

static int see_file(void *context, const struct sb_file *told)
{
    struct collector *collector = context;
    struct seen *seen = collector->seen;
    struct seen_file *grown = realloc(seen->files, (seen->file_count + 1) * sizeof *grown);
    assert_non_null(grown);
    seen->files = grown;
    struct seen_file *file = &grown[seen->file_count++];
    *file = (struct seen_file){.told = *told};
    assert_int_equal(told->number, seen->file_count);
    assert_true(text_is_utf8(told->path, strlen(told->path)));
    assert_true(told->path[0] == '/');
    file->told.path = strdup(told->path);
    struct sb_run *runs = calloc(told->run_count + 1, sizeof *runs);
    assert_non_null(runs);
    for (size_t i = 0; i < told->run_count; i++) {
        runs[i] = told->runs[i];
        assert_true(runs[i].length > 0);
        if (seen->info.size > 0)
            assert_true(runs[i].image_offset + runs[i].length <= seen->info.size);
    }
    file->told.runs = runs;
    if (told->in_order) {
        assert_int_equal(told->run_count, 1);
        assert_true(runs[0].file_offset == 0 && runs[0].length >= told->size && told->size > 0);
    }
    if (told->regular)
        read_back(collector, file);
    return 0;
}

static int see_evidence(struct collector *collector)
{
    static uint8_t piece[PIECE];
    struct seen *seen = collector->seen;
    uint64_t at = 0;
    int64_t count;
    digester_start(collector->digester);
    while (seen->info.size > 0 &&
           (count = sb_evidence_read(collector->evidence, at, piece, sizeof piece, &seen->error)) != 0) {
        if (count < 0)
            return -1;
        digester_feed(collector->digester, piece, (size_t)count);
        at += (uint64_t)count;
    }
    finish(collector->digester, seen->md5);
    struct sb_map_sink sink = {.volume = see_volume, .file = see_file, .gap = see_gap, .context = collector};
    return sb_evidence_map(collector->evidence, &sink, &seen->error);
}

/* Closes the evidence. */
static int see_all(struct sb_evidence *evidence, struct seen *seen)
{
    struct collector collector = {.seen = seen, .evidence = evidence};
    seen->info = *sb_evidence_info(evidence);
    collector.digester = digester_new();
    int result = see_evidence(&collector);
    digester_free(collector.digester);
    sb_evidence_close(evidence);
    return result;
}

int lab_see(const char *const paths[], size_t count, struct seen *seen)
{
    *seen = (struct seen){0};
    struct sb_evidence *evidence = sb_evidence_open(paths, count, &seen->error);
    if (evidence != NULL)
        return see_all(evidence, seen);
    assert_true(seen->error.text[0] != '\0');
    return -1;
}

int lab_see_one(const char *path, struct seen *seen)
{
    return lab_see(&path, 1, seen);
}

struct search {
    const char *path;
    bool disk;
    uint64_t starts[32];
    struct sb_file_place place; /* path NULL: not found */
};

static int search_volume(void *context, const struct sb_volume *volume)
{
    struct search *search = context;
    if (volume->number < 32)
        search->starts[volume->number] = volume->start;
    return 0;
}

static int search_file(void *context, const struct sb_file *told)
{
    struct search *search = context;
    if (strcmp(told->path, search->path) != 0)
        return 0;
    search->disk = told->disk;
    search->place = (struct sb_file_place){.volume_start = search->starts[told->volume % 32],
                                           .inode = told->inode,
                                           .attribute_type = told->attribute_type,
                                           .attribute_id = told->attribute_id,
                                           .path = search->path,
                                           .size = told->size};
    return 0;
}

/* From the first of the nested evidence items on: the last is seen, then all are closed. */
static int see_within(struct sb_evidence *outer, const char *const files[], size_t count, struct seen *seen)
{
    struct search search = {.path = files[0]};
    struct sb_map_sink sink = {.volume = search_volume, .file = search_file, .context = &search};
    assert_int_equal(sb_evidence_map(outer, &sink, &seen->error), 0);
    assert_non_null(search.place.path);
    struct sb_evidence *inner = search.disk ? sb_evidence_open_inside(outer, &search.place, &seen->error) : NULL;
    int result = inner == NULL ? -1 : count > 1 ? see_within(inner, files + 1, count - 1, seen) : see_all(inner, seen);
    if (inner == NULL || count > 1)
        sb_evidence_close(inner);
    return result;
}

int lab_see_inside(const char *path, const char *const files[], size_t count, struct seen *seen)
{
    *seen = (struct seen){0};
    struct sb_evidence *outer = sb_evidence_open(&path, 1, &seen->error);
    assert_non_null(outer);
    int result = see_within(outer, files, count, seen);
    sb_evidence_close(outer);
    return result;
}

void lab_forget(struct seen *seen)
{
    for (size_t i = 0; i < seen->file_count; i++) {
        free((void *)(uintptr_t)seen->files[i].told.path);
        free((void *)(uintptr_t)seen->files[i].told.runs);
    }
    free(seen->files);
    *seen = (struct seen){0};
}

const struct seen_file *lab_find(const struct seen *seen, const char *path)
{
    for (size_t i = 0; i < seen->file_count; i++)
        if (strcmp(seen->files[i].told.path, path) == 0)
            return &seen->files[i];
    return NULL;
}

const char *lab_md5(const char *path)
{
    static char hex[33];
    static uint8_t piece[PIECE];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    struct digester *digester = digester_new();
    digester_start(digester);
    size_t count;
    while ((count = fread(piece, 1, sizeof piece, file)) > 0)
        digester_feed(digester, piece, count);
    fclose(file);
    finish(digester, hex);
    digester_free(digester);
    return hex;
}
