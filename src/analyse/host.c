/* A name is `machine/boot/namespace/process/start`. Machine is from /etc/machine-id (man 5 machine-id; hashed, as that
 * page asks), or where there is none the host's name. Containers of one machine may share that and the boot, but not
 * the namespace that numbers processes; the start tells a number apart that was given again. */
#include "analyse/host.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

enum { MACHINE_BYTES = 8 }; /* of the hash */

enum { LEFT_MOST = 1024 };

struct left { /* units of dead supervisors */
    const char *own_name;
    struct store_unit units[LEFT_MOST];
    char names[LEFT_MOST][HOST_NAME_SIZE];
    size_t count;
};

/* When a process began, and its state (man 5 proc); 0 and ' ' when that is not to be seen. */
static unsigned long long start_of(long process, char *state)
{
    char path[64];
    char text[1024];
    *state = ' ';
    (void)snprintf(path, sizeof path, "/proc/%ld/stat", process);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    size_t length = fread(text, 1, sizeof text - 1, file);
    (void)fclose(file);
    text[length] = '\0';
    /* The name in brackets may hold anything; the state comes next, and the 20th field after it is the start time. */
    const char *at = strrchr(text, ')');
    if (at != NULL && at[1] == ' ')
        *state = at[2];
    for (int field = 0; at != NULL && field < 20; field++)
        at = strchr(at + 1, ' ');
    return at == NULL ? 0 : strtoull(at, NULL, 10);
}

/* The first line of a file; "" when there is none. */
static void read_line(const char *path, char *out, size_t size)
{
    out[0] = '\0';
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return;
    if (fgets(out, (int)size, file) != NULL)
        out[strcspn(out, "/\n")] = '\0';
    (void)fclose(file);
}

static void machine_name(char out[65])
{
    static const char salt[] = "samband ";
    char line[sizeof salt - 1 + 64];
    uint8_t digest[SHA256_SIZE] = {0};
    memcpy(line, salt, sizeof salt - 1);
    read_line("/etc/machine-id", line + sizeof salt - 1, sizeof line - sizeof salt + 1);
    out[0] = out[64] = '\0';
    if (strlen(line) < sizeof salt - 1 + 32) { /* none, or of a system that was never started */
        (void)gethostname(out, 64);
        return;
    }
    digest_sha256(line, strlen(line), digest);
    text_hex(digest, MACHINE_BYTES, out);
}

void host_name(char out[HOST_NAME_SIZE])
{
    char machine[65];
    char boot[40];
    char space[40] = "";
    machine_name(machine);
    read_line("/proc/sys/kernel/random/boot_id", boot, sizeof boot);
    if (readlink("/proc/self/ns/pid", space, sizeof space - 1) < 0)
        space[0] = '\0';
    long process = (long)getpid();
    char state;
    (void)snprintf(out, HOST_NAME_SIZE, "%s/%s/%s/%ld/%llu", machine, boot, space, process, start_of(process, &state));
}

/* Only beside this process, on the same machine, boot and in the same namespace, can be known that another is gone; of
 * others the lease must run out. */
static bool is_dead(const char *name, const char *own_name)
{
    size_t beside = 0;
    for (int part = 0; part < 3; part++)
        beside += strcspn(own_name + beside, "/") + 1;
    if (strncmp(name, own_name, beside) != 0)
        return false;
    char *end;
    long process = strtol(name + beside, &end, 10);
    unsigned long long start = *end == '/' ? strtoull(end + 1, NULL, 10) : 0;
    if (process <= 0)
        return false;
    if (kill((pid_t)process, 0) != 0)
        return errno == ESRCH;
    char state;
    unsigned long long found = start_of(process, &state);
    /* Where the first process of a container waits for no orphans, a dead one stands in the table for ever. */
    return state == 'Z' || state == 'X' || (found != 0 && found != start);
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
