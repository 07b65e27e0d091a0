/* Measures the scanner on a file: bytes a second of memchr, of each path of the first stage, and of the whole engine.
 *
 *     scan_speed FILE [--list]        --list prints every sighting instead */
#include "scan/engine.h"
#include "tests/scan/memory.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { CHUNK = 64 * 1024 * 1024, ROUNDS = 3 };

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

struct counts {
    bool list;
    size_t of[SB_KIND_COUNT];
    size_t notes;
};

static int count(void *context, const struct sb_sighting *sighting)
{
    struct counts *counts = context;
    counts->of[sighting->kind]++;
    if (counts->list)
        printf("%s\t%.*s\t%llu\t%s\t%d\t%.*s\n", sb_kind_info(sighting->kind)->name, (int)sighting->value_length,
               sighting->value, (unsigned long long)sighting->offset, sighting->path, sighting->encoding,
               (int)sighting->context_length, sighting->context);
    return 0;
}

static int note(void *context, uint64_t offset, const char *path, const char *reason)
{
    struct counts *counts = context;
    counts->notes++;
    if (counts->list)
        printf("note\t%s\t%llu\t%s\n", reason, (unsigned long long)offset, path);
    return 0;
}

struct file {
    const uint8_t *data;
    size_t size;
};

static void scan_file(struct sb_scanner *scanner, struct file *file, struct counts *counts)
{
    struct sb_sink sink = {.sighting = count, .note = note, .context = counts};
    (void)scan_memory(scanner, file->data, file->size, CHUNK, false, &sink);
}

/* With the literals of all recognisers and decoders, as the engine calls it. */
static void measure_first_stage(const char *name, const struct file *file, int path)
{
    enum { BLOCKS = 128 };
    static struct hit hits[BLOCKS];
    struct sb_scan_options options = {0};
    options.path = path;
    struct sb_scanner *scanner = sb_scanner_new(&options, NULL);
    if (scanner == NULL)
        exit(1);
    const struct classifier *classifier = scanner->classifier;
    double best = 1e9;
    size_t found = 0;
    for (int round = 0; round < ROUNDS; round++) {
        double start = now();
        found = 0;
        for (size_t at = 0; at < file->size; at += BLOCKS * BLOCK)
            found += classifier->find(classifier, file->data, file->size, at, BLOCKS, hits);
        double spent = now() - start;
        best = spent < best ? spent : best;
    }
    sb_scanner_free(scanner);
    printf("first stage, %-9s %8.0f MB/s  (%.2f %% of blocks have an anchor)\n", name, (double)file->size / best * 1e-6,
           100.0 * (double)found * BLOCK / (double)file->size);
}

int main(int argc, char **argv)
{
    struct file file = {0};
    struct stat status;
    int descriptor = argc > 1 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
    if (descriptor < 0 || fstat(descriptor, &status) != 0 || status.st_size == 0) {
        fprintf(stderr, "usage: scan_speed FILE [--list]\n");
        return 2;
    }
    file.size = (size_t)status.st_size;
    file.data = mmap(NULL, file.size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, descriptor, 0);
    if (file.data == MAP_FAILED)
        return 1;
    struct counts counts = {.list = argc > 2 && strcmp(argv[2], "--list") == 0};
    struct sb_scanner *scanner = sb_scanner_new(&(struct sb_scan_options){0}, NULL);
    if (scanner == NULL)
        return 1;
    if (counts.list) {
        scan_file(scanner, &file, &counts);
    } else {
        /* Over a copy in which the byte looked for does not occur. */
        uint8_t *copy = malloc(file.size);
        double best = 1e9;
        for (size_t i = 0; copy != NULL && i < file.size; i++)
            copy[i] = file.data[i] == 0x05 ? 0x06 : file.data[i];
        for (int round = 0; copy != NULL && round < ROUNDS; round++) {
            double start = now();
            if (memchr(copy, 0x05, file.size) != NULL)
                break;
            double spent = now() - start;
            best = spent < best ? spent : best;
        }
        free(copy);
        printf("memchr                 %8.0f MB/s\n", (double)file.size / best * 1e-6);
        measure_first_stage("portable", &file, SB_PORTABLE);
        measure_first_stage("avx2", &file, SB_AVX2);
        measure_first_stage("avx512", &file, SB_AVX512);
        best = 1e9;
        for (int round = 0; round < ROUNDS; round++) {
            memset(counts.of, 0, sizeof counts.of);
            double start = now();
            scan_file(scanner, &file, &counts);
            double spent = now() - start;
            best = spent < best ? spent : best;
        }
        printf("whole engine           %8.0f MB/s", (double)file.size / best * 1e-6);
        for (unsigned kind = 0; kind < SB_KIND_COUNT; kind++)
            printf("  %s %zu", sb_kind_info((enum sb_kind)kind)->name, counts.of[kind]);
        printf("  decoded %llu\n", (unsigned long long)sb_scan_decoded(scanner));
    }
    sb_scanner_free(scanner);
    return 0;
}
