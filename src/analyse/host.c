/* A name is `host/boot/process/start`: with the boot's and the process's start a number that was given again is told
 * apart. */
#include "analyse/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LEFT_MOST = 1024 };

struct left { /* units of dead supervisors */
    const char *own_name;
    struct store_unit units[LEFT_MOST];
    char names[LEFT_MOST][HOST_NAME_SIZE];
    size_t count;
};

static unsigned long long start_of(long process)
{
    char path[64];
    char text[1024];
    (void)snprintf(path, sizeof path, "/proc/%ld/stat", process);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    size_t length = fread(text, 1, sizeof text - 1, file);
    (void)fclose(file);
    text[length] = '\0';
    /* The name in brackets may hold anything; the 20th field after it is the start time. */
    const char *at = strrchr(text, ')');
    for (int field = 0; at != NULL && field < 20; field++)
        at = strchr(at + 1, ' ');
    return at == NULL ? 0 : strtoull(at, NULL, 10);
}

static void boot_name(char *out, size_t size)
{
    out[0] = '\0';
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
    if (file == NULL)
        return;
    if (fgets(out, (int)size, file) != NULL)
        out[strcspn(out, "-\n")] = '\0';
    (void)fclose(file);
}

void host_name(char out[HOST_NAME_SIZE])
{
    char host[65] = "";
    char boot[40];
    (void)gethostname(host, sizeof host - 1);
    boot_name(boot, sizeof boot);
    long process = (long)getpid();
    (void)snprintf(out, HOST_NAME_SIZE, "%s/%s/%ld/%llu", host, boot, process, start_of(process));
}

/* Only of this host can be known whether a process lives; of this host before its last boot, that none does. */
static bool is_dead(const char *name, const char *own_name)
{
    size_t host = strcspn(own_name, "/");
    if (strncmp(name, own_name, host + 1) != 0)
        return false;
    size_t boot = host + 1 + strcspn(own_name + host + 1, "/");
    if (strncmp(name, own_name, boot + 1) != 0)
        return true;
    char *end;
    long process = strtol(name + boot + 1, &end, 10);
    unsigned long long start = *end == '/' ? strtoull(end + 1, NULL, 10) : 0;
    return process <= 0 || start_of(process) != start;
}

static int keep_dead(void *context, const struct store_unit *unit, const char *worker)
{
    struct left *left = context;
    if (left->count == LEFT_MOST || strlen(worker) >= HOST_NAME_SIZE || !is_dead(worker, left->own_name))
        return 0;
    left->units[left->count] = *unit;
    (void)snprintf(left->names[left->count], HOST_NAME_SIZE, "%s", worker);
    left->count++;
    return 0;
}

int host_release_dead(struct store *store, const char *own_name, struct error *error)
{
    struct left *left = calloc(1, sizeof *left);
    if (left == NULL)
        return fail(error, "memory is short");
    left->own_name = own_name;
    int result = store_unit_claimed_each(store, keep_dead, left, error);
    for (size_t i = 0; result == 0 && i < left->count; i++)
        result = store_unit_release(store, &left->units[i], left->names[i], false, error);
    free(left);
    return result;
}
