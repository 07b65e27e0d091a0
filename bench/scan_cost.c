/* What each recogniser and decoder costs: scans files as a worker scans a disk and prints, for each part of the scanner
 * and each file, how often it was called, how long it took (both for a megabyte), and its share of the whole.
 *
 *     scan_cost NAME FILE [NAME FILE…]        NAME is the column's head
 *
 * The clock is read whenever one part takes over from another; what that takes is measured first and left out. A file
 * goes slice by slice, each several times, and each part's shortest time counts: the machine has other things to do. */
#include "decode/decode.h"
#include "scan/engine.h"
#include "tests/scan/memory.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

enum { CHUNK = 512 * 1024, SLICE = 8 * CHUNK, ROUNDS = 5, FILES_MAX = 4, READINGS = 1 << 20 };

static uint64_t clock_nanoseconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

#ifdef __x86_64__
static uint64_t read_clock(void)
{
    return __builtin_ia32_rdtsc();
}
#else
static uint64_t read_clock(void)
{
    return clock_nanoseconds();
}
#endif

/* What the clock's unit is worth, and how many of them one change from part to part takes. */
static double unit_ns;
static double change_units;

static void calibrate(void)
{
    static struct costs costs = {.clock = read_clock};
    uint64_t begin = clock_nanoseconds();
    uint64_t first = read_clock();
    double best = 1e9;
    for (int round = 0; round < ROUNDS; round++) {
        costs.of[COST_VERIFY].time = 0;
        for (int i = 0; i < READINGS; i++)
            cost_end(&costs, cost_begin(&costs, COST_VERIFY), false);
        double mean = (double)costs.of[COST_VERIFY].time / READINGS;
        best = mean < best ? mean : best;
    }
    unit_ns = (double)(clock_nanoseconds() - begin) / (double)(read_clock() - first);
    change_units = best;
}

struct column {
    const char *name;
    double megabytes;
    double time[COST_PARTS]; /* microseconds */
    double all;
    double calls[COST_PARTS];
};

static int ignore(void *context, const struct sb_sighting *sighting)
{
    (void)context;
    (void)sighting;
    return 0;
}

static void measure_slice(struct column *column, struct sb_scanner *scanner, const uint8_t *data, size_t size)
{
    struct sb_sink sink = {.sighting = ignore};
    double shortest[COST_PARTS];
    for (int round = 0; round < ROUNDS; round++) {
        struct costs costs = {.clock = read_clock, .since = read_clock()};
        scanner->costs = &costs;
        (void)scan_memory(scanner, data, size, CHUNK, false, &sink);
        cost_end(&costs, COST_OTHER, false);
        for (unsigned part = 0; part < COST_PARTS; part++) {
            double time =
                ((double)costs.of[part].time - (double)costs.of[part].entered * change_units) * unit_ns * 1e-3;
            if (round == 0 || time < shortest[part])
                shortest[part] = time;
            if (round == 0)
                column->calls[part] += (double)costs.of[part].calls;
        }
    }
    for (unsigned part = 0; part < COST_PARTS; part++)
        column->time[part] += shortest[part];
}

static void measure(struct column *column, const uint8_t *data, size_t size)
{
    struct sb_scanner *scanner = sb_scanner_new(&(struct sb_scan_options){0}, NULL);
    if (scanner == NULL)
        exit(1);
    for (size_t at = 0; at < size; at += SLICE)
        measure_slice(column, scanner, data + at, size - at < SLICE ? size - at : SLICE);
    sb_scanner_free(scanner);
    column->megabytes = (double)size * 1e-6;
    for (unsigned part = 0; part < COST_PARTS; part++) {
        if (column->time[part] < 0) /* less than reading the clock for it took */
            column->time[part] = 0;
        column->all += column->time[part];
    }
}

static struct column columns[FILES_MAX];
static size_t column_count;

static double share(unsigned part)
{
    double sum = 0;
    for (size_t i = 0; i < column_count; i++)
        sum += columns[i].time[part] / columns[i].all;
    return sum;
}

static int compare(const void *one, const void *other)
{
    double difference = share(*(const unsigned *)other) - share(*(const unsigned *)one);
    return (difference > 0) - (difference < 0);
}

static void print_part(unsigned part)
{
    static const char *const engine[] = {"engine", "first stage", "UTF-16", "contexts"};
    char name[40];
    if (part < COST_VERIFY)
        (void)snprintf(name, sizeof name, "%s", engine[part]);
    else if (part < COST_SNIFF)
        (void)snprintf(name, sizeof name, "%s", recognisers[part - COST_VERIFY].name);
    else if (part < COST_DECODE)
        (void)snprintf(name, sizeof name, "%s?", sb_decoders[part - COST_SNIFF]->name);
    else
        (void)snprintf(name, sizeof name, "%s", sb_decoders[part - COST_DECODE]->name);
    printf("%-14s", name);
    for (size_t i = 0; i < column_count; i++) {
        const struct column *column = &columns[i];
        printf("  %9.1f %8.2f %5.1f %%", column->calls[part] / column->megabytes,
               column->time[part] / column->megabytes, 100 * column->time[part] / column->all);
    }
    printf("\n");
}

/* Parts `from` to `to`, the dearest first; what was never called is left out. */
static void print_parts(const char *title, unsigned from, unsigned to)
{
    unsigned order[COST_PARTS];
    size_t count = 0;
    for (unsigned part = from; part < to; part++) {
        bool called = false;
        for (size_t i = 0; i < column_count; i++)
            called = called || columns[i].calls[part] > 0;
        if (called)
            order[count++] = part;
    }
    qsort(order, count, sizeof *order, compare);
    printf("\n%-14s", title);
    for (size_t i = 0; i < column_count; i++)
        printf("  %9s %8s %7s", "calls/MB", "us/MB", "share");
    printf("\n");
    for (size_t i = 0; i < count; i++)
        print_part(order[i]);
}

int main(int argc, char **argv)
{
    calibrate();
    for (int i = 1; i + 1 < argc && column_count < FILES_MAX; i += 2) {
        struct stat status;
        int descriptor = open(argv[i + 1], O_RDONLY | O_CLOEXEC);
        if (descriptor < 0 || fstat(descriptor, &status) != 0 || status.st_size == 0) {
            fprintf(stderr, "scan_cost: cannot read %s\n", argv[i + 1]);
            return 1;
        }
        size_t size = (size_t)status.st_size;
        const uint8_t *data = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, descriptor, 0);
        if (data == MAP_FAILED)
            return 1;
        columns[column_count].name = argv[i];
        measure(&columns[column_count++], data, size);
    }
    if (column_count == 0) {
        fprintf(stderr, "usage: scan_cost NAME FILE [NAME FILE...]\n");
        return 2;
    }
    printf("%-14s", "");
    for (size_t i = 0; i < column_count; i++)
        printf("  %17s%9.0f", columns[i].name, columns[i].megabytes / columns[i].all * 1e6);
    printf("  MB/s\n");
    print_parts("engine", 0, COST_VERIFY);
    print_parts("recogniser", COST_VERIFY, COST_SNIFF);
    print_parts("sniffing for", COST_SNIFF, COST_DECODE);
    print_parts("decoding", COST_DECODE, COST_PARTS);
    return 0;
}
