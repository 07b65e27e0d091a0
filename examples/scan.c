/* What stands in a file, with libsamband:
 *     cc scan.c $(pkg-config --cflags --libs samband) -o scan && ./scan FILE [TERM…] */
#include <scan/scan.h>
#include <stdio.h>
#include <stdlib.h>

static int show(void *context, const struct sb_sighting *sighting)
{
    (void)context;
    return printf("%llu%s%s\t%s\t%s\n", (unsigned long long)sighting->offset, *sighting->path == '\0' ? "" : "-",
                  sighting->path, sb_kind_info(sighting->kind)->name, sighting->value) < 0;
}

int main(int argc, char **argv)
{
    static uint8_t data[64 << 20]; /* a larger file would go in chunks, see scan/scan.h */
    FILE *file = argc > 1 ? fopen(argv[1], "rb") : NULL;
    struct error error = {0};
    struct sb_term_problem problem;
    struct sb_scan_options options = {0};
    if (argc > 2)
        options.terms = sb_terms_new((const char *const *)argv + 2, (size_t)argc - 2, &problem, &error);
    struct sb_scanner *scanner = argc > 2 && options.terms == NULL ? NULL : sb_scanner_new(&options, &error);
    if (file == NULL || scanner == NULL)
        return fprintf(stderr, "usage: scan FILE [TERM…]  %s\n", error.text), 1;
    size_t size = fread(data, 1, sizeof data, file);
    struct sb_chunk chunk = {.data = data, .length = size, .own_end = size};
    int result = sb_scan_chunk(scanner, NULL, &chunk, &(struct sb_sink){.sighting = show});
    sb_scanner_free(scanner);
    sb_terms_free(options.terms);
    return fclose(file) != 0 || result != 0;
}
