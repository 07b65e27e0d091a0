/* dump_store STORE: the whole content of a store as text, for comparing stores that should be equal. */
#include <stdio.h>

#include "store/store.h"

static int print_line(void *context, const char *line)
{
    (void)context;
    return puts(line) < 0;
}

int main(int argc, char **argv)
{
    struct error error = {0};
    if (argc != 2) {
        (void)fprintf(stderr, "usage: dump_store STORE\n");
        return 2;
    }
    struct store *store = store_open(argv[1], false, &error);
    int result = store == NULL ? -1 : store_dump(store, print_line, NULL, &error);
    store_close(store);
    if (result != 0)
        (void)fprintf(stderr, "dump_store: %s\n", error.text);
    return result == 0 && fflush(stdout) == 0 ? 0 : 1;
}
