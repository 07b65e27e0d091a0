/* Measures search terms on a file: what one, a thousand and ten thousand cost beside none, in user time, with all
 * recognisers running. The terms are made-up names.
 *
 *     term_speed FILE */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scan/scan.h"

enum { CHUNK = 512 * 1024, ROUNDS = 3, TERMS_MOST = 10000, TERM_SIZE = 32 };

static double user_seconds(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec * 1e-6;
}

static int count_term(void *context, const struct sb_sighting *sighting)
{
    *(size_t *)context += sighting->kind == SB_TERM;
    return 0;
}

static size_t read_nothing(void *context, uint64_t offset, uint8_t *buffer, size_t length)
{
    (void)context, (void)offset, (void)buffer, (void)length;
    return 0;
}

/* User seconds for the whole file, the least of some rounds. */
static double measure(const uint8_t *data, size_t size, struct sb_terms *terms, size_t *found)
{
    double best = 1e9;
    struct sb_scanner *scanner = sb_scanner_new(&(struct sb_scan_options){.terms = terms}, NULL);
    struct sb_stream stream = {read_nothing, NULL, size};
    struct sb_sink sink = {.sighting = count_term, .context = found};
    for (int round = 0; scanner != NULL && round < ROUNDS; round++) {
        double start = user_seconds();
        *found = 0;
        sb_scan_start(scanner);
        for (size_t at = 0; at < size; at += CHUNK) {
            size_t begin = at > SB_MARGIN ? at - SB_MARGIN : 0;
            size_t own = size - at > CHUNK ? at + CHUNK : size;
            size_t end = size - own > SB_MARGIN ? own + SB_MARGIN : size;
            struct sb_chunk chunk = {data + begin, end - begin, begin, at - begin, own - begin};
            (void)sb_scan_chunk(scanner, &stream, &chunk, &sink);
        }
        double spent = user_seconds() - start;
        best = spent < best ? spent : best;
    }
    sb_scanner_free(scanner);
    return best;
}

static void make_names(char names[][TERM_SIZE], const char **list)
{
    static const char *const parts[] = {"an",  "ber", "chi",  "dal", "els", "fre", "gun", "han",
                                        "ing", "jo",  "kar",  "lin", "mar", "nor", "ols", "pet",
                                        "qui", "ros", "sven", "tor", "ulf", "vik", "wal", "yng"};
    uint32_t random = 1;
    for (size_t i = 0; i < TERMS_MOST; i++) {
        names[i][0] = '\0';
        for (int part = 0; part < 4; part++) {
            random = random * 1664525 + 1013904223;
            (void)strcat(names[i], parts[(random >> 16) % (sizeof parts / sizeof *parts)]);
            if (part == 1)
                (void)strcat(names[i], i % 3 == 0 ? " " : "");
        }
        list[i] = names[i];
    }
}

int main(int argc, char **argv)
{
    static char names[TERMS_MOST][TERM_SIZE];
    static const char *list[TERMS_MOST];
    static const size_t counts[] = {1, 100, 1000, 10000};
    struct stat status;
    int descriptor = argc > 1 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
    if (descriptor < 0 || fstat(descriptor, &status) != 0 || status.st_size == 0) {
        fprintf(stderr, "usage: term_speed FILE\n");
        return 2;
    }
    size_t size = (size_t)status.st_size;
    const uint8_t *data = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, descriptor, 0);
    if (data == MAP_FAILED)
        return 1;
    make_names(names, list);
    size_t found = 0;
    double none = measure(data, size, NULL, &found);
    double megabytes = (double)size * 1e-6;
    printf("%6s %12s %14s %16s %8s\n", "terms", "compiling", "user ms/MB", "of that terms", "found");
    printf("%6d %12s %14.3f %16s %8s\n", 0, "", none * 1e3 / megabytes, "", "");
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct sb_term_problem problem;
        struct error error = {0};
        double start = user_seconds();
        struct sb_terms *terms = sb_terms_new(list, counts[i], &problem, &error);
        double compiling = user_seconds() - start;
        if (terms == NULL) {
            fprintf(stderr, "term_speed: %s\n", error.text);
            return 1;
        }
        double spent = measure(data, size, terms, &found);
        printf("%6zu %10.2f s %14.3f %16.3f %8zu\n", counts[i], compiling, spent * 1e3 / megabytes,
               (spent - none) * 1e3 / megabytes, found);
        sb_terms_free(terms);
    }
    return 0;
}
