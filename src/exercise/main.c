/* samband-exercise: builds an exercise. A program of its own, because it links a compressor and runs other programs,
 * which `samband` does not. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "exercise/build.h"

static const char usage[] =
    "usage: samband-exercise DIR [--countries N] [--cases N] [--seed S] [--size MB] [--force] [--quiet]\n"
    "  DIR          a new or empty folder; --force takes one that is not empty\n"
    "  --countries  1 to 27 (default 6)\n"
    "  --cases      one disk each (default: two for each country)\n"
    "  --seed       the same seed gives the same exercise (default 1)\n"
    "  --size       MB of each disk, 16 to 1024 (default 64)\n";

static int read_number(const char *text, uint64_t most, uint64_t *number)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || *text == '-' || value > most)
        return -1;
    *number = value;
    return 0;
}

int main(int argc, char *argv[])
{
    static const struct option options[] = {
        {"countries", required_argument, NULL, 'c'},
        {"cases", required_argument, NULL, 'n'},
        {"seed", required_argument, NULL, 's'},
        {"size", required_argument, NULL, 'm'},
        {"force", no_argument, NULL, 'f'},
        {"quiet", no_argument, NULL, 'q'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    uint64_t countries = 6, cases = 0, seed = 1, megabytes = 64;
    bool force = false, quiet = false;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        int bad = 0;
        switch (option) {
        case 'c':
            bad = read_number(optarg, 1000, &countries);
            break;
        case 'n':
            bad = read_number(optarg, 100000, &cases);
            break;
        case 's':
            bad = read_number(optarg, INT64_MAX, &seed);
            break;
        case 'm':
            bad = read_number(optarg, 100000, &megabytes);
            break;
        case 'f':
            force = true;
            break;
        case 'q':
            quiet = true;
            break;
        case 'h':
            (void)fputs(usage, stdout);
            return 0;
        default:
            (void)fputs(usage, stderr);
            return 2;
        }
        if (bad != 0) {
            (void)fprintf(stderr, "samband-exercise: %s is not a number it takes\n%s", optarg, usage);
            return 2;
        }
    }
    if (optind != argc - 1) {
        (void)fputs(usage, stderr);
        return 2;
    }
    struct settings settings = {.countries = (unsigned)countries,
                                .cases = (unsigned)(cases == 0 ? 2 * countries : cases),
                                .megabytes = (unsigned)megabytes,
                                .seed = seed};
    struct error error = {0};
    if (exercise_build(argv[optind], &settings, force, !quiet, &error) != 0) {
        (void)fprintf(stderr, "samband-exercise: %s\n", error.text);
        return 1;
    }
    return 0;
}
